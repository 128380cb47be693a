//! The names that an operation without path gives values to. One attribute named twice is refused, however it is spelled: of two
//! readers each could take another value.

use crate::maps::Set;
use crate::schema::{AttributeId, Registry};

/// An attribute, what brackets choose of it, and of that a sub-attribute.
type Name = (AttributeId, String, Option<AttributeId>);

#[derive(Default)]
pub(super) struct Named {
    names: Set<Name>,
    twice: Vec<AttributeId>,
}

/// Stands for an object whose members are named one by one.
const PARTS: &str = "{}";

impl Named {
    /// All of an attribute.
    pub(super) fn whole(&mut self, id: AttributeId) {
        self.insert((id, String::new(), None));
    }

    /// Some sub-attributes of a singular complex attribute.
    pub(super) fn parts(&mut self, id: AttributeId, parts: Vec<AttributeId>) {
        self.insert((id, PARTS.to_owned(), None));
        parts.into_iter().for_each(|part| self.whole(part));
    }

    /// The elements that brackets choose, or a sub-attribute of each.
    pub(super) fn chosen(&mut self, id: AttributeId, filter: String, sub: Option<AttributeId>) {
        self.insert((id, filter, sub));
    }

    fn insert(&mut self, name: Name) {
        let id = name.0;
        if !self.names.insert(name) {
            self.twice.push(id);
        }
    }

    /// The first attribute that was named twice, or as a whole and in part.
    pub(super) fn twice(self, registry: &Registry) -> Option<AttributeId> {
        self.all_twice(registry).into_iter().min()
    }

    /// All of them.
    pub(super) fn all_twice(self, registry: &Registry) -> Set<AttributeId> {
        let is_named = |id: AttributeId, filter: &str| self.names.contains(&(id, filter.to_owned(), None));
        let overlaps = self.names.iter().filter_map(|(id, filter, sub)| {
            let parent = registry.attribute(*id).parent.filter(|parent| !registry.attribute(*parent).extension && is_named(*parent, ""));
            let twice = (!filter.is_empty() && is_named(*id, "")) || (sub.is_some() && is_named(*id, filter));
            parent.or(twice.then_some(*id))
        });
        self.twice.iter().copied().chain(overlaps).collect()
    }
}
