//! Working memory that is kept from one question to the next: stamped, or cleared where it was touched, never as a whole.

use crate::org::{Facts, NONE, Preset};

/// One object of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) id: u32,
    /// Where the parent stands.
    pub(super) up: u32,
    /// One past the last object below.
    pub(super) end: u32,
    pub(super) cap: u8,
}

/// The objects of the base in preorder, so that a subtree is an interval. Worked out again after the tree changed.
#[derive(Debug, Default)]
pub(super) struct Tree {
    version: u64,
    pub(super) spots: Vec<Spot>,
    position: Vec<u32>,
    below: Below,
}

/// By object, at how many of those from it down each rank that caps lower still arrives: worked out when first asked for.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// The ranks from 1 that caps lower.
    ranks: usize,
    counts: Vec<u32>,
}

/// Ranks that are counted below at most: more would cost more than they spare.
const BELOW: usize = 8;

impl Below {
    /// At how many objects each rank, from 1 on, standing at `at`, arrives whole; that one included.
    #[inline]
    pub(super) fn counts(&self, at: u32) -> &[u32] {
        let from = at as usize * self.ranks;
        self.counts.get(from..from + self.ranks).unwrap_or(&[])
    }

    fn fill(&mut self, spots: &[Spot]) {
        self.counts.reserve_exact(spots.len() * self.ranks);
        self.counts.resize(spots.len() * self.ranks, 1);
        // Children stand after their parents: one walk backwards hands every count up.
        for (at, spot) in spots.iter().enumerate().rev().filter(|(_, spot)| spot.up != NONE) {
            for rank in 0..self.ranks.min(usize::from(spot.cap)) {
                let count = get(&self.counts, at * self.ranks + rank);
                if let Some(slot) = self.counts.get_mut(spot.up as usize * self.ranks + rank) {
                    *slot += count;
                }
            }
        }
    }
}

impl Tree {
    pub(super) fn len(&self) -> u32 {
        self.spots.len() as u32
    }

    /// Where an object of the base stands; `NONE` for anything else.
    #[inline]
    pub(super) fn position(&self, facts: &Facts, id: u32) -> u32 {
        self.position.get(facts.object_slot(id)).copied().unwrap_or(NONE)
    }

    fn refresh(&mut self, facts: &Facts) {
        if self.version == facts.tree_version {
            return;
        }
        self.version = facts.tree_version;
        self.spots.clear();
        self.below.counts.clear();
        self.position.clear();
        self.position.resize(facts.object_slots(), NONE);
        let mut todo: Vec<(u32, u32)> = Vec::new();
        for root in facts.object_ids().filter(|id| facts.link(*id).is_none()) {
            todo.push((root, NONE));
            while let Some((id, up)) = todo.pop() {
                let at = self.spots.len() as u32;
                self.spots.push(Spot { id, up, end: at + 1, cap: facts.cap(id) });
                if let Some(position) = self.position.get_mut(facts.object_slot(id)) {
                    *position = at;
                }
                todo.extend(facts.raw_children(id).filter(|c| facts.link(*c) == Some(id)).map(|c| (c, at)));
            }
        }
        // Children stand after their parents, so one walk backwards hands every end up.
        for at in (0..self.spots.len()).rev() {
            let Some(spot) = self.spots.get(at).copied() else { break };
            if let Some(parent) = self.spots.get_mut(spot.up as usize) {
                parent.end = parent.end.max(spot.end);
            }
        }
    }

    /// The tree with what is below each object; `None` where there are too many ranks for that.
    pub(super) fn with_below(&mut self, preset: Preset) -> Option<(&Tree, &Below)> {
        let ranks = usize::from(preset.ranks.min(preset.exempt_from.saturating_sub(1)));
        if ranks > BELOW {
            return None;
        }
        if self.below.counts.is_empty() {
            self.below.ranks = ranks;
            self.below.fill(&self.spots);
        }
        Some((self, &self.below))
    }

    fn heap_bytes(&self) -> usize {
        self.spots.capacity() * size_of::<Spot>() + (self.position.capacity() + self.below.counts.capacity()) * 4
    }
}

/// Reads a list that is known to be long enough; what is not there reads as `NONE`.
#[inline]
pub(super) fn get(list: &[u32], at: usize) -> u32 {
    list.get(at).copied().unwrap_or(NONE)
}

#[inline]
pub(super) fn byte(list: &[u8], at: usize) -> u8 {
    list.get(at).copied().unwrap_or(0)
}

/// What a tag says about an id while one diff is at work.
pub(super) mod tag {
    /// A subject one of whose grants gives something else, though the same people reach it.
    pub(in crate::access) const HOT: u8 = 1;
    /// It exists on one side only; the next two say on which.
    pub(in crate::access) const EXIST: u8 = 2;
    pub(in crate::access) const IN_PLAIN: u8 = 4;
    pub(in crate::access) const IN_CHANGED: u8 = 8;
    /// A subject with written pairs.
    pub(in crate::access) const TOUCHED: u8 = 16;
    /// A folder whose link to its parent differs.
    pub(in crate::access) const LINK: u8 = 32;
    /// A subject of the signature at hand.
    pub(in crate::access) const SIG: u8 = 64;
}

/// An entry of a chain in a stamped index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    pub(super) at: u32,
    pub(super) next: u32,
    pub(super) rank: u8,
    pub(super) sides: u8,
}

/// Working memory for diffs over one [`Facts`]; make one per organization and keep it.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) tree: Tree,
    pub(super) seen: Vec<u32>,
    pub(super) stamp: u32,
    pub(super) tags: Vec<u8>,
    pub(super) tagged: Vec<u32>,
    /// Subjects reached, as words `id | sides << 24`.
    pub(super) reach: Vec<u32>,
    pub(super) queue: Vec<(u32, u8)>,
    /// What users with rows reached when they were classified, one after another, and where each one's ends.
    kept: Vec<u32>,
    kept_ends: Vec<u32>,
    /// Objects that exist on the changed side only, ascending; they stand behind the tree.
    pub(super) extras: Vec<u32>,
    /// Where a grant of the signature stands or comes in, and there: 0, the least cap a difference passes, the ranks on either side.
    pub(super) sources: Vec<(u32, u32)>,
    /// By position, the rank that a lone user is given there, behind the stamp of the question.
    pub(super) given: Vec<u32>,
    pub(super) given_stamp: u32,
    pub(super) region: super::region::Region,
    pub(super) region_of: Vec<u32>,
    pub(super) above: Vec<u32>,
    pub(super) above_touched: Vec<u32>,
    pub(super) chains: Vec<Chain>,
    pub(super) relevant: Vec<u32>,
    pub(super) relevant_touched: Vec<u32>,
    pub(super) relevant_chains: Vec<Chain>,
    pub(super) object_seen: Vec<u32>,
    pub(super) object_stamp: u32,
    /// Whether any link differs.
    pub(super) links_differ: bool,
    /// Whose tags these are.
    pub(super) owner: u64,
}

/// Words of reach that are kept at most: 4 MB.
const KEPT: usize = 1 << 20;

const STAMPS: u32 = u32::MAX >> 2;

impl Scratch {
    /// Nothing allocated yet.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    /// Makes ready for a diff over these facts with ids up to `ids`.
    pub(super) fn prepare(&mut self, facts: &Facts, ids: u32) {
        self.tree.refresh(facts);
        let ids = ids as usize;
        for id in self.tagged.drain(..) {
            if let Some(tag) = self.tags.get_mut(id as usize) {
                *tag = 0;
            }
        }
        grow(&mut self.seen, ids, 0);
        grow(&mut self.relevant, ids, NONE);
        if self.tags.len() < ids {
            self.tags.resize(ids, 0);
        }
        self.region.class = NONE;
    }

    pub(super) fn prepare_objects(&mut self) {
        let objects = self.tree.spots.len() + self.extras.len();
        grow(&mut self.region_of, objects, NONE);
        grow(&mut self.above, objects, NONE);
        grow(&mut self.object_seen, objects, 0);
        self.object_stamp = self.object_stamp.wrapping_add(1);
        if self.object_stamp == 0 {
            self.object_seen.iter_mut().for_each(|slot| *slot = 0);
            self.object_stamp = 1;
        }
    }

    /// A fresh stamp, shifted so that two bits of sides fit below it.
    pub(super) fn next_stamp(&mut self) -> u32 {
        if self.stamp >= STAMPS {
            self.seen.iter_mut().for_each(|slot| *slot = 0);
            self.stamp = 0;
        }
        self.stamp += 1;
        self.stamp << 2
    }

    /// A fresh stamp for `given`: ranks take the eight bits below it.
    pub(super) fn next_given_stamp(&mut self) -> u32 {
        grow(&mut self.given, self.tree.spots.len(), 0);
        if self.given_stamp >= !0xff {
            self.given.iter_mut().for_each(|slot| *slot = 0);
            self.given_stamp = 0;
        }
        self.given_stamp += 0x100;
        self.given_stamp
    }

    /// Nobody's reach is kept.
    pub(super) fn forget_kept(&mut self) {
        for list in [&mut self.kept, &mut self.kept_ends] {
            list.clear();
            list.shrink_to(KEPT / 8);
        }
    }

    /// Keeps what was reached as the `n`th, for `recall`; none after the first that there is no room for.
    pub(super) fn keep(&mut self, n: usize) {
        if self.kept_ends.len() == n && self.kept.len() + self.reach.len() <= KEPT {
            self.kept.extend_from_slice(&self.reach);
            self.kept_ends.push(self.kept.len() as u32);
        }
    }

    /// Brings back the `n`th reach that was kept; false where there was no room for it.
    pub(super) fn recall(&mut self, n: u32) -> bool {
        let n = n as usize;
        let from = n.checked_sub(1).map_or(0, |before| get(&self.kept_ends, before));
        let Some(kept) = self.kept_ends.get(n).and_then(|to| self.kept.get(from as usize..*to as usize)) else { return false };
        self.reach.clear();
        self.reach.extend_from_slice(kept);
        true
    }

    #[inline]
    pub(super) fn tag(&self, id: u32) -> u8 {
        byte(&self.tags, id as usize)
    }

    pub(super) fn add_tag(&mut self, id: u32, bits: u8) {
        if let Some(tag) = self.tags.get_mut(id as usize) {
            if *tag == 0 {
                self.tagged.push(id);
            }
            *tag |= bits;
        }
    }

    /// Where an object stands: in the tree, or behind it if only the changed side has it.
    #[inline]
    pub(super) fn position(&self, facts: &Facts, id: u32) -> u32 {
        let position = self.tree.position(facts, id);
        if position != NONE || self.extras.is_empty() {
            return position;
        }
        self.extras.binary_search(&id).map_or(NONE, |at| self.tree.len() + at as u32)
    }

    /// Heap memory, by capacity.
    pub fn heap_bytes(&self) -> usize {
        let words = [
            &self.seen,
            &self.tagged,
            &self.reach,
            &self.kept,
            &self.kept_ends,
            &self.extras,
            &self.given,
            &self.region_of,
            &self.above,
            &self.above_touched,
            &self.relevant,
            &self.relevant_touched,
            &self.object_seen,
        ];
        words.iter().map(|list| list.capacity() * 4).sum::<usize>()
            + self.tree.heap_bytes()
            + self.tags.capacity()
            + (self.queue.capacity() + self.sources.capacity()) * 8
            + (self.chains.capacity() + self.relevant_chains.capacity()) * size_of::<Chain>()
            + self.region.heap_bytes()
    }
}

fn grow(list: &mut Vec<u32>, len: usize, value: u32) {
    if list.len() < len {
        list.reserve_exact(len - list.len());
        list.resize(len, value);
    }
}
