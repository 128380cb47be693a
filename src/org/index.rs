//! Equality look-ups: from an attribute's value to the resources that have it. Only numbers are kept; the values stay in the bodies.

use super::edges::block;
use super::names::hash_text;
use super::words::Id;
use crate::resource::{Packed, value};
use crate::schema::{AttributeId, Registry};

/// Pairs of a value's hash and the resource that has it, ascending, in leaves: a hash table of them would be half empty.
///
/// INVARIANT: no leaf is empty, none goes on beyond the first pair of the next, and `firsts` has the first pair of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    leaves: Vec<Vec<Pair>>,
    firsts: Vec<Pair>,
    /// Pairs to come, in no order: empty but while records are restored.
    later: Vec<Pair>,
}

/// A hash, and the number of the resource in the low half.
type Pair = u64;

fn pair(hash: u32, id: Id) -> Pair {
    u64::from(hash) << 32 | u64::from(id.0)
}

/// A leaf with more than this becomes two.
const LEAF: usize = 256;

/// How many insertions are put off at most.
const MANY: usize = 1 << 16;

impl Index {
    /// The hash that values of `attribute` are looked up by: without case where it compares so.
    pub(crate) fn hash(registry: &Registry, attribute: AttributeId, text: &str) -> u32 {
        let key = u64::from(attribute.0) | 1 << 32;
        if registry.attribute(attribute).case_exact {
            hash_text(key, text.as_bytes()) as u32
        } else {
            hash_text(key, value::folded(text).as_bytes()) as u32
        }
    }

    /// Tells the hash of every indexed value of a body.
    pub(crate) fn for_each_key(registry: &Registry, indexed: &[AttributeId], body: Packed<'_>, mut found: impl FnMut(u32)) {
        for attribute in indexed {
            body.for_each_value(registry, *attribute, &mut |value| {
                if let Some(text) = value.text() {
                    found(Self::hash(registry, *attribute, &text));
                }
            });
        }
    }

    /// The leaf that a pair stands in, or would.
    fn leaf(&self, pair: Pair) -> usize {
        self.firsts.partition_point(|first| *first <= pair).saturating_sub(1)
    }

    pub(crate) fn insert(&mut self, hash: u32, id: Id) {
        self.add(pair(hash, id));
    }

    fn add(&mut self, pair: Pair) {
        let at = self.leaf(pair);
        let Some(leaf) = self.leaves.get_mut(at) else {
            self.leaves.push(vec![pair]);
            self.firsts.push(pair);
            return;
        };
        let place = leaf.partition_point(|own| *own < pair);
        if leaf.len() == leaf.capacity() {
            leaf.reserve_exact(4.max(leaf.len() / 8));
        }
        leaf.insert(place, pair);
        let rest = if leaf.len() > LEAF { leaf.split_off(LEAF / 2) } else { Vec::new() };
        self.note_first(at);
        if !rest.is_empty() {
            if let Some(leaf) = self.leaves.get_mut(at) {
                leaf.shrink_to_fit();
            }
            self.leaves.insert(at + 1, rest);
            self.firsts.insert(at + 1, pair);
            self.note_first(at + 1);
        }
    }

    /// Puts off an insertion until [`Self::settle`]; where many are, they are made.
    pub(crate) fn insert_later(&mut self, hash: u32, id: Id) {
        self.later.push(pair(hash, id));
        if self.later.len() >= MANY {
            self.settle();
        }
    }

    /// Makes the insertions that were put off: from leaf to leaf, for a pair at a time would wait for memory each time.
    pub(crate) fn settle(&mut self) {
        let mut later = std::mem::take(&mut self.later);
        if later.len() < self.leaves.len() {
            later.into_iter().for_each(|pair| self.add(pair));
            return;
        }
        later.sort_unstable();
        let mut rest = later.as_slice();
        let leaves = std::mem::take(&mut self.leaves);
        let firsts = std::mem::take(&mut self.firsts);
        let ends = firsts.into_iter().skip(1).map(Some).chain([None]);
        let mut merged = Vec::new();
        for (leaf, end) in leaves.into_iter().zip(ends) {
            let (new, others) = rest.split_at(end.map_or(rest.len(), |end| rest.partition_point(|pair| *pair < end)));
            rest = others;
            let mut new = new.iter().copied().peekable();
            merged.clear();
            for pair in leaf {
                while let Some(before) = new.next_if(|new| *new < pair) {
                    merged.push(before);
                }
                merged.push(pair);
            }
            merged.extend(new);
            self.push_leaves(&merged);
        }
        self.push_leaves(rest);
    }

    fn push_leaves(&mut self, pairs: &[Pair]) {
        let parts = pairs.len().div_ceil(LEAF).max(1);
        for leaf in pairs.chunks(pairs.len().div_ceil(parts).max(1)) {
            self.leaves.push(leaf.to_vec());
            self.firsts.extend(leaf.first());
        }
    }

    fn note_first(&mut self, at: usize) {
        if let (Some(slot), Some(first)) = (self.firsts.get_mut(at), self.leaves.get(at).and_then(|leaf| leaf.first())) {
            *slot = *first;
        }
    }

    pub(crate) fn remove(&mut self, hash: u32, id: Id) {
        self.settle();
        let pair = pair(hash, id);
        let at = self.leaf(pair);
        let Some(leaf) = self.leaves.get_mut(at) else { return };
        if let Ok(place) = leaf.binary_search(&pair) {
            leaf.remove(place);
            if leaf.is_empty() {
                self.leaves.remove(at);
                self.firsts.remove(at);
            } else {
                self.note_first(at);
            }
        }
    }

    /// Resources that may have a value of that hash.
    pub(crate) fn candidates(&self, hash: u32) -> impl Iterator<Item = Id> + '_ {
        let first = pair(hash, Id(0));
        let leaves = self.leaves.get(self.leaf(first)..).unwrap_or(&[]);
        let pairs = leaves.iter().flat_map(move |leaf| leaf.get(leaf.partition_point(|pair| *pair < first)..).unwrap_or(&[]));
        pairs.take_while(move |pair| *pair >> 32 == u64::from(hash)).map(|pair| Id(*pair as u32))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let leaves: usize = self.leaves.iter().map(|leaf| block(leaf.capacity() * size_of::<Pair>())).sum();
        leaves + block(self.leaves.capacity() * size_of::<Vec<Pair>>()) + block(self.firsts.capacity() * size_of::<Pair>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pairs_come_and_go_as_in_a_set() {
        let (mut index, mut set, mut seed) = (Index::default(), BTreeSet::new(), 7u32);
        for round in 0..40_000u32 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let pair = (seed >> 20 & 0x3ff, seed >> 8 & 0xff);
            // It grows for a while, then shrinks to nothing.
            let removes = if round < 20_000 { seed & 7 == 0 } else { seed & 7 != 0 };
            if !removes && set.insert(pair) {
                if round % 3 == 0 { index.insert_later(pair.0, Id(pair.1)) } else { index.insert(pair.0, Id(pair.1)) }
            } else if removes && set.remove(&pair) {
                index.remove(pair.0, Id(pair.1));
            }
            if round % 64 == 0 {
                index.settle();
                let here: Vec<u32> = index.candidates(pair.0).map(|id| id.0).collect();
                let there: Vec<u32> = set.range((pair.0, 0)..=(pair.0, u32::MAX)).map(|pair| pair.1).collect();
                assert_eq!(here, there, "round {round}");
            }
        }
        for pair in set {
            index.remove(pair.0, Id(pair.1));
        }
        assert!(index.leaves.is_empty() && index.firsts.is_empty());
    }

    #[test]
    fn many_that_were_put_off_stand_where_they_would() {
        let mut seed = 7u32;
        let mut below = |n: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % n
        };
        for count in [0, 1, LEAF, LEAF + 1, 3_000, MANY + 10] {
            let (mut index, mut plain) = (Index::default(), Index::default());
            for _ in 0..4 {
                for _ in 0..count {
                    let (hash, id) = (below(5_000), Id(below(1 << 20)));
                    index.insert_later(hash, id);
                    plain.insert(hash, id);
                }
                index.settle();
                assert!(index.leaves.concat() == plain.leaves.concat(), "{count}");
                assert!(index.leaves.iter().all(|leaf| (1..=LEAF).contains(&leaf.len())));
                assert!(index.leaves.iter().map(|leaf| leaf.first()).eq(index.firsts.iter().map(Some)));
            }
        }
    }
}
