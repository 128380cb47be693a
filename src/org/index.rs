//! Equality look-ups: from an attribute's value to the resources that have it. Only numbers are kept; the values stay in the bodies.

use hashbrown::HashTable;

use super::names::hash_text;
use super::words::Id;
use crate::resource::{Packed, value};
use crate::schema::{AttributeId, Registry};

/// Pairs of a value's hash and the resource that has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    table: HashTable<(u32, u32)>,
}

fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

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

    pub(crate) fn insert(&mut self, hash: u32, id: Id) {
        self.table.insert_unique(spread(hash), (hash, id.0), |(hash, _)| spread(*hash));
    }

    pub(crate) fn remove(&mut self, hash: u32, id: Id) {
        if let Ok(entry) = self.table.find_entry(spread(hash), |entry| *entry == (hash, id.0)) {
            entry.remove();
        }
    }

    /// Resources that may have a value of that hash.
    pub(crate) fn candidates(&self, hash: u32) -> impl Iterator<Item = Id> + '_ {
        self.table.iter_hash(spread(hash)).filter(move |(own, _)| *own == hash).map(|(_, id)| Id(*id))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.table.allocation_size()
    }
}
