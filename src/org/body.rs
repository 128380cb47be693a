//! What is kept of a resource besides its members, grants and owners: its attributes, packed, and its times.

use super::names::hash_text;
use crate::resource::Packed;

const HEADER: usize = 7 + 7 + 8;

/// Milliseconds since 1970.
pub type Time = i64;

/// What a time is stored with added, so that 0 says that it is not known: more than there is from the year 0 to 1970.
/// Every time up to the year 9999 then fits 56 bits.
const EPOCH: Time = 1 << 46;

/// A stored body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body(Box<[u8]>);

impl Body {
    pub(crate) fn new(created: Option<Time>, modified: Option<Time>, packed: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + packed.len());
        for time in [created, modified] {
            let stored = time.map_or(0, |time| time.saturating_add(EPOCH).clamp(1, (1 << 56) - 1));
            bytes.extend(stored.to_le_bytes().iter().take(7));
        }
        bytes.extend(hash_text(1, packed).to_le_bytes());
        bytes.extend_from_slice(packed);
        Self(bytes.into_boxed_slice())
    }

    fn number(&self, at: usize, length: usize) -> u64 {
        let bytes = self.0.iter().skip(at).take(length);
        bytes.rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    fn time(&self, at: usize) -> Option<Time> {
        Some(self.number(at, 7) as Time).filter(|stored| *stored != 0).map(|stored| stored - EPOCH)
    }

    /// When the resource was created, if that is known.
    pub(crate) fn created(&self) -> Option<Time> {
        self.time(0)
    }

    /// When the resource last changed, if that is known.
    pub(crate) fn modified(&self) -> Option<Time> {
        self.time(7)
    }

    /// The hash of its attributes.
    pub(crate) fn content(&self) -> u64 {
        self.number(14, 8)
    }

    /// Its attributes.
    pub(crate) fn packed(&self) -> Packed<'_> {
        Packed(self.0.get(HEADER..).unwrap_or(&[]))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.len() + 8
    }
}
