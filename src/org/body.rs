//! What is kept of a resource besides its members, grants and owners: its attributes, packed, and its times.

use crate::resource::Packed;

const HEADER: usize = 6 + 6 + 8;

/// Milliseconds since 1970.
pub type Time = i64;

/// Times fit 48 bits for 8,900 years.
const TIME_MASK: u64 = (1 << 48) - 1;

/// A stored body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body(Box<[u8]>);

impl Body {
    /// `content` is the hash of the attributes' JSON text.
    pub(crate) fn new(created: Time, modified: Time, content: u64, packed: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + packed.len());
        for time in [created, modified] {
            bytes.extend(((time.max(0) as u64) & TIME_MASK).to_le_bytes().iter().take(6));
        }
        bytes.extend(content.to_le_bytes());
        bytes.extend_from_slice(packed);
        Self(bytes.into_boxed_slice())
    }

    fn number(&self, at: usize, length: usize) -> u64 {
        let bytes = self.0.iter().skip(at).take(length);
        bytes.rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    /// When the resource was created; 0 when nobody knows.
    pub(crate) fn created(&self) -> Time {
        self.number(0, 6) as Time
    }

    /// When the resource last changed; 0 when nobody knows.
    pub(crate) fn modified(&self) -> Time {
        self.number(6, 6) as Time
    }

    /// The hash of its attributes.
    pub(crate) fn content(&self) -> u64 {
        self.number(12, 8)
    }

    /// Its attributes.
    pub(crate) fn packed(&self) -> Packed<'_> {
        Packed(self.0.get(HEADER..).unwrap_or(&[]))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.len() + 8
    }
}
