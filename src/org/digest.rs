//! Version tags: sums of hashes, so that the order of facts does not matter and one more fact costs one addition.

use super::body::{Body, Time};
use super::names::hash_text;
use crate::resource::Hex;

/// A sum of hashes of facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest(u128);

impl Digest {
    pub(crate) fn add(&mut self, fact: Digest) {
        self.0 = self.0.wrapping_add(fact.0);
    }

    pub(crate) fn take(&mut self, fact: Digest) {
        self.0 = self.0.wrapping_sub(fact.0);
    }

    /// Thirty-two hexadecimal digits.
    pub(crate) fn text(self) -> String {
        let mut text = String::with_capacity(32);
        push_hex((self.0 >> 64) as u64, &mut text);
        push_hex(self.0 as u64, &mut text);
        text
    }

    /// A membership or a grant: of two identifiers' hashes and, for a grant, its role's.
    pub(crate) fn of_edge(container: u64, subject: u64, role: u64) -> Self {
        let first = fold(container ^ 0x9e37_79b9_7f4a_7c15, subject.rotate_left(29) ^ 0xd1b5_4a32_d192_ed03);
        let second = fold(first ^ role ^ 0x8ebc_6af0_9c88_c6e3, subject ^ container.rotate_left(17) ^ 0x5891_0cfd_7f2d_9b4b);
        Self(u128::from(first) << 64 | u128::from(second))
    }

    /// A resource's record: who it is, what it says and when it was written.
    pub(crate) fn of_body(name: u64, body: &Body) -> Self {
        let known = |time: Option<Time>| time.map_or(u64::MAX, |time| time as u64);
        let mut bytes = [0u8; 32];
        let parts = [name, body.content(), known(body.created()), known(body.modified())];
        for (slot, part) in bytes.chunks_exact_mut(8).zip(parts) {
            slot.copy_from_slice(&part.to_le_bytes());
        }
        Self::of_text(&bytes)
    }

    pub(crate) fn of_text(text: &[u8]) -> Self {
        Self(u128::from(hash_text(11, text)) << 64 | u128::from(hash_text(12, text)))
    }

    /// The weak tag of a resource: what it says, and the sum over its members, grants or owners.
    pub(crate) fn tag(content: u64, edges: Digest) -> String {
        let sum = fold(edges.0 as u64 ^ 0x2545_f491_4f6c_dd1d, (edges.0 >> 64) as u64 ^ 0x9e37_79b9_7f4a_7c15);
        let tag = if edges == Digest::default() { content } else { content ^ sum };
        let mut text = String::with_capacity(20);
        text.push_str("W/\"");
        push_hex(tag, &mut text);
        text.push('"');
        text
    }
}

/// Sixteen hexadecimal digits.
pub(crate) fn push_hex(number: u64, out: &mut String) {
    out.push_str(Hex::of(number).as_str());
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}
