//! Elements by the hashes of their keys. The hashes are kept, so that no element is looked at again when the table grows.

use hashbrown::HashTable;

use crate::resource::NodeId;

#[derive(Default)]
pub(super) struct Keyed(HashTable<(u32, NodeId)>);

/// The table takes its places from the low bits and tells neighbours apart by the high ones.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl Keyed {
    /// The elements whose keys have that hash.
    pub(super) fn of(&self, hash: u32) -> impl Iterator<Item = NodeId> + '_ {
        self.0.iter_hash(spread(hash)).filter(move |(own, _)| *own == hash).map(|(_, element)| *element)
    }

    pub(super) fn insert(&mut self, hash: u32, element: NodeId) {
        self.0.insert_unique(spread(hash), (hash, element), |(own, _)| spread(*own));
    }

    pub(super) fn remove(&mut self, hash: u32, element: NodeId) {
        if let Ok(entry) = self.0.find_entry(spread(hash), |(_, own)| *own == element) {
            entry.remove();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
