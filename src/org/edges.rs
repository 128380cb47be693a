//! Who stands in which list: memberships and grants as one two-sided adjacency.
//!
//! A *container* is a group (its list: members) or an object (its list: grants). A pair (container, subject) has a
//! value: [`MEMBER`] for a membership, a rank from 1 for a grant. The container's list is unsorted words
//! `subject | value << 24`; the subject's list is sorted pairs of words, `container | value << 24` and the position
//! in the container's list. So one member of a group of 100,000 comes and goes without walking the group.

/// Value of a membership pair; ranks stay below it.
pub(crate) const MEMBER: u8 = 255;
/// The id part of a word.
pub(crate) const CONTAINER: u32 = 0x00FF_FFFF;

/// The value part of a word.
#[inline]
pub(crate) const fn rank_of(word: u32) -> u8 {
    (word >> 24) as u8
}

#[inline]
pub(crate) const fn word(id: u32, value: u8) -> u32 {
    (id & CONTAINER) | ((value as u32) << 24)
}

/// Memberships first, then grants, each by container.
#[inline]
const fn key(word: u32) -> u32 {
    if rank_of(word) == MEMBER { word & CONTAINER } else { (word & CONTAINER) | 0x0100_0000 }
}

/// What a subject is in: its groups first, then the objects it has grants on.
#[derive(Debug, Default, Clone)]
pub(crate) struct Subject {
    /// INVARIANT: pairs sorted by `key`, each second word the position in the container's list.
    pairs: Vec<[u32; 2]>,
}

impl Subject {
    pub(crate) fn pairs(&self) -> &[[u32; 2]] {
        &self.pairs
    }

    pub(crate) fn groups(&self) -> &[[u32; 2]] {
        let split = match self.pairs.last() {
            Some([last, _]) if rank_of(*last) == MEMBER => self.pairs.len(),
            _ => self.pairs.partition_point(|[w, _]| rank_of(*w) == MEMBER),
        };
        self.pairs.get(..split).unwrap_or(&[])
    }

    pub(crate) fn grants(&self) -> &[[u32; 2]] {
        let split = match self.pairs.first() {
            Some([first, _]) if rank_of(*first) != MEMBER => 0,
            _ => self.pairs.partition_point(|[w, _]| rank_of(*w) == MEMBER),
        };
        self.pairs.get(split..).unwrap_or(&[])
    }

    /// Where the pair is, or where it would go. Groups and objects never share an id, so both sorts are looked up.
    #[inline]
    pub(crate) fn find(&self, container: u32, value: u8) -> Result<usize, usize> {
        let wanted = key(word(container, value));
        if let Some([last, _]) = self.pairs.last()
            && key(*last) < wanted
        {
            return Err(self.pairs.len());
        }
        self.pairs.binary_search_by(|[w, _]| key(*w).cmp(&wanted))
    }

    pub(crate) fn at(&self, index: usize) -> Option<[u32; 2]> {
        self.pairs.get(index).copied()
    }

    pub(crate) fn put(&mut self, index: usize, pair: [u32; 2]) {
        if let Some(slot) = self.pairs.get_mut(index) {
            *slot = pair;
        }
    }

    pub(crate) fn insert(&mut self, index: usize, pair: [u32; 2]) {
        if self.pairs.len() == self.pairs.capacity() {
            self.pairs.reserve_exact(2.max(self.pairs.len() / 8));
        }
        if index <= self.pairs.len() {
            self.pairs.insert(index, pair);
        }
    }

    pub(crate) fn remove(&mut self, index: usize) {
        if index < self.pairs.len() {
            self.pairs.remove(index);
            if self.pairs.capacity() > 8 + 2 * self.pairs.len() {
                self.pairs.shrink_to(self.pairs.len() + self.pairs.len() / 8);
            }
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        block(self.pairs.capacity() * size_of::<[u32; 2]>())
    }
}

/// Room for one more word, growing by an eighth: these lists are most of an organization's memory.
pub(crate) fn push(list: &mut Vec<u32>, word: u32) {
    if list.len() == list.capacity() {
        list.reserve_exact(4.max(list.len() / 8));
    }
    list.push(word);
}

/// Gives memory back once a list has shrunk far below its room.
pub(crate) fn settle(list: &mut Vec<u32>) {
    if list.capacity() > 16 + 2 * list.len() {
        list.shrink_to(list.len() + list.len() / 8);
    }
}

/// What one allocation costs, the allocator's own word included.
pub(crate) const fn block(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + size_of::<usize>()).next_multiple_of(2 * size_of::<usize>()) }
}
