//! The counts of users over one region, by the subjects from which they hold something there besides: who holds the same
//! is counted once.

use hashbrown::HashTable;

use super::rows::Tally;
use crate::maps::mix;

#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Of the user at hand, ascending.
    pub(super) subjects: Vec<u32>,
    index: HashTable<u32>,
    /// Where each one's subjects end in `known`, and the counts.
    tallies: Vec<(u32, Tally)>,
    known: Vec<u32>,
}

/// Words of `known` at most: 128 KB.
const KNOWN: usize = 1 << 15;

impl Counted {
    fn subjects_of<'k>(known: &'k [u32], tallies: &[(u32, Tally)], at: u32) -> Option<&'k [u32]> {
        let from = at.checked_sub(1).and_then(|before| tallies.get(before as usize)).map_or(0, |(end, _)| *end);
        known.get(from as usize..tallies.get(at as usize)?.0 as usize)
    }

    fn hash(subjects: &[u32]) -> u64 {
        subjects.iter().fold(0, |hash: u64, subject| mix((hash >> 32) as u32 ^ hash as u32, *subject))
    }

    pub(super) fn find(&self) -> Option<Tally> {
        let same = |at: &u32| Self::subjects_of(&self.known, &self.tallies, *at) == Some(&self.subjects);
        let at = self.index.find(Self::hash(&self.subjects), same)?;
        self.tallies.get(*at as usize).map(|(_, tally)| *tally)
    }

    pub(super) fn insert(&mut self, tally: Tally) {
        let Self { subjects, index, tallies, known } = self;
        if known.len() + subjects.len() > KNOWN {
            return;
        }
        known.extend_from_slice(subjects);
        tallies.push((known.len() as u32, tally));
        let rehash = |at: &u32| Self::subjects_of(known, tallies, *at).map_or(0, Self::hash);
        index.insert_unique(Self::hash(subjects), tallies.len() as u32 - 1, rehash);
    }

    pub(super) fn clear(&mut self) {
        self.subjects.clear();
        self.index.clear();
        self.tallies.clear();
        self.known.clear();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        (self.subjects.capacity() + self.known.capacity()) * 4
            + self.tallies.capacity() * size_of::<(u32, Tally)>()
            + self.index.capacity() * 5
    }
}
