//! The values of a multi-valued attribute: added, removed, replaced, chosen by a filter.

use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;

use super::apply::Patcher;
use super::error::PatchFault;
use super::keyed::Keyed;
use super::message::Op;
use super::target::Chosen;
use crate::issue::ScimType;
use crate::resource::value::folded;
use crate::resource::{Document, Kind, Node, NodeId, Span, Token};
use crate::schema::{AttributeId, Identity, Mutability, Registry, Type};

/// Lists longer than this are looked up through an [`Index`].
const SHORT: usize = 16;

/// What a flag that is set is looked up by.
const TRUE: &str = "true";

/// The elements of one attribute by their keys, or by another sub-attribute that filters ask for.
pub(super) struct Index {
    pub(super) attribute: AttributeId,
    by: Option<AttributeId>,
    keyed: Keyed,
}

/// What an element is looked up by: its `value`, or itself where it is simple, folded unless caseExact; without a
/// `value` all that a client may write of it.
pub(super) fn key<'d>(registry: &Registry, document: &'d Document<'_>, id: AttributeId, element: NodeId) -> Cow<'d, str> {
    let attribute = registry.attribute(id);
    let simple = attribute.kind != Type::Complex;
    let value = match attribute.value {
        Some(value) => document.child(element, value).map(|node| (node, registry.attribute(value))),
        None => simple.then_some((element, attribute)),
    };
    match value {
        Some((node, of)) if of.case_exact && of.kind != Type::DateTime => document.string(node).unwrap_or_default(),
        Some((node, _)) => Cow::Owned(document.folded_key(registry, node)),
        None => {
            let parts = attribute.children.iter().filter(|child| registry.attribute(**child).mutability != Mutability::ReadOnly);
            // An empty text is a value: what is there is told from what is not by a letter behind it.
            let text = |part| document.child(element, part).map_or_else(String::new, |node| document.folded_key(registry, node) + "\u{2}");
            Cow::Owned(parts.fold(String::from("\u{0}"), |key, part| key + &text(*part) + "\u{1}"))
        }
    }
}

fn hash(key: &str) -> u32 {
    let mut hasher = SipHasher13::new();
    hasher.write(key.as_bytes());
    hasher.finish() as u32
}

impl Patcher<'_, '_> {
    /// The elements of a multi-valued attribute, or the one object of a complex one.
    pub(super) fn elements(&self, id: AttributeId) -> Vec<NodeId> {
        let Some(node) = self.holder(id).and_then(|holder| self.document.child(holder, id)) else { return Vec::new() };
        match self.document.node(node).kind {
            Kind::Array => self.document.children(node).collect(),
            Kind::Object => vec![node],
            _ => Vec::new(),
        }
    }

    pub(super) fn list(&self, id: AttributeId) -> Option<NodeId> {
        let node = self.document.child(self.holder(id)?, id)?;
        (self.document.node(node).kind == Kind::Array).then_some(node)
    }

    /// The elements whose key is `wanted`.
    pub(super) fn with_key(&mut self, id: AttributeId, wanted: &str) -> Vec<NodeId> {
        let is_wanted = |registry, document, element| key(registry, document, id, element) == wanted;
        if !self.is_indexed(id, None) {
            let (registry, document) = (self.registry, &self.document);
            let Some(list) = self.list(id) else { return Vec::new() };
            return document.children(list).filter(|element| is_wanted(registry, document, *element)).collect();
        }
        let mut found = self.of_hash(id, None, hash(wanted));
        found.retain(|element| is_wanted(self.registry, &self.document, *element));
        found
    }

    /// The elements whose sub-attribute `by` may be `wanted`, as a filter has it: all of them, where the list is short.
    pub(super) fn with_sub(&mut self, id: AttributeId, by: AttributeId, wanted: &str) -> Vec<NodeId> {
        if self.is_indexed(id, Some(by)) { self.of_hash(id, Some(by), hash(wanted)) } else { self.elements(id) }
    }

    fn of_hash(&self, id: AttributeId, by: Option<AttributeId>, hash: u32) -> Vec<NodeId> {
        let index = self.indexes.iter().find(|index| index.attribute == id && index.by == by);
        let mut found: Vec<NodeId> = index.map_or_else(Vec::new, |index| index.keyed.of(hash).collect());
        crate::sort::plain(&mut found);
        found
    }

    /// Whether the attribute has an index by keys, or by a sub-attribute; a list that is not short is given one.
    pub(super) fn is_indexed(&mut self, id: AttributeId, by: Option<AttributeId>) -> bool {
        if self.indexes.iter().any(|index| index.attribute == id && index.by == by) {
            return true;
        }
        let (registry, document) = (self.registry, &self.document);
        let Some(list) = self.list(id).filter(|list| document.children(*list).nth(SHORT).is_some()) else { return false };
        let mut index = Index { attribute: id, by, keyed: Keyed::default() };
        for element in document.children(list) {
            index.insert(registry, document, element);
        }
        self.indexes.push(index);
        true
    }

    /// Takes an element out of the indexes, before it changes or goes.
    pub(super) fn forget(&mut self, id: AttributeId, element: NodeId) {
        for index in self.indexes.iter_mut().filter(|index| index.attribute == id) {
            index.remove(self.registry, &self.document, element);
        }
    }

    pub(super) fn remember(&mut self, id: AttributeId, element: NodeId) {
        for index in self.indexes.iter_mut().filter(|index| index.attribute == id) {
            index.insert(self.registry, &self.document, element);
        }
    }

    /// `add` or `replace` of the whole attribute.
    pub(super) fn assign_elements(&mut self, id: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let Some(given) = self.read(id, value, false)? else {
            return if op == Op::Replace { self.unassign(id) } else { Ok(()) };
        };
        let given: Vec<NodeId> = self.document.children(given).collect();
        // What may be set but once is set whole.
        let first = self.registry.attribute(id).mutability == Mutability::Immutable && self.list(id).is_none();
        if op == Op::Add && !first {
            return given.into_iter().try_for_each(|element| self.add_element(id, element));
        }
        let list = self.list_of(id, &given)?;
        self.indexes.retain(|index| index.attribute != id);
        self.put(id, list)
    }

    /// A list of `given` in which nothing stands twice. What says the same as a stored element stays as that is, with
    /// what a client may not write or the schema does not know.
    fn list_of(&mut self, id: AttributeId, given: &[NodeId]) -> Result<NodeId, PatchFault> {
        let list = self.document.push(None, Node::made(id, Kind::Array));
        let keeps = self.has_details(id);
        let mut keyed = Keyed::default();
        for element in given {
            let (registry, document) = (self.registry, &self.document);
            let hashed = key_hash(registry, document, id, *element);
            let twins: Vec<NodeId> = keyed.of(hashed).collect();
            let mut twin = false;
            for other in twins {
                twin |= self.is_same(id, other, *element)?;
            }
            if twin {
                continue;
            }
            keyed.insert(hashed, *element);
            let stored = if keeps { self.stored_twin(id, *element) } else { None };
            let element = stored.map_or(*element, |stored| self.document.copy(stored));
            self.document.attach(list, element);
        }
        Ok(list)
    }

    /// Whether elements have parts that no client writes.
    fn has_details(&self, id: AttributeId) -> bool {
        let registry = self.registry;
        let is_read_only = |child: &AttributeId| registry.attribute(*child).mutability == Mutability::ReadOnly;
        let is_stranger = |part: NodeId| self.document.node(part).attribute == AttributeId::UNKNOWN;
        registry.attribute(id).children.iter().any(is_read_only)
            || self
                .list(id)
                .is_some_and(|list| self.document.children(list).any(|element| self.document.children(element).any(is_stranger)))
    }

    /// The stored element that `given` says exactly.
    fn stored_twin(&mut self, id: AttributeId, given: NodeId) -> Option<NodeId> {
        let key = key(self.registry, &self.document, id, given).into_owned();
        self.with_key(id, &key).into_iter().find(|stored| self.says(id, *stored, given))
    }

    /// Whether two elements are one: by `value` where it identifies them, else by everything they say (RFC 7643 §2.2 caseExact).
    pub(super) fn is_same(&self, id: AttributeId, a: NodeId, b: NodeId) -> Result<bool, PatchFault> {
        let registry = self.registry;
        let same_key = || key(registry, &self.document, id, a) == key(registry, &self.document, id, b);
        match registry.attribute(id).identity {
            Identity::Whole => Ok(self.agrees(id, a, b)),
            Identity::Value => Ok(same_key()),
            Identity::OnlyValue if !same_key() => Ok(false),
            Identity::OnlyValue if self.agrees(id, a, b) => Ok(true),
            Identity::OnlyValue => {
                let value = key(registry, &self.document, id, a).into_owned();
                Err(PatchFault::Taken { path: self.path(id), value })
            }
        }
    }

    /// Whether two elements say the same, in the eyes of the schema, in all that a client may write.
    pub(super) fn agrees(&self, id: AttributeId, a: NodeId, b: NodeId) -> bool {
        self.all_parts(id, a, b, |a, b| self.document.same_value(self.registry, a, b))
    }

    /// Whether they say the same to the letter.
    pub(super) fn says(&self, id: AttributeId, a: NodeId, b: NodeId) -> bool {
        self.all_parts(id, a, b, |a, b| self.document.equals(a, &self.document, b))
    }

    fn all_parts(&self, id: AttributeId, a: NodeId, b: NodeId, same: impl Fn(NodeId, NodeId) -> bool) -> bool {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        if attribute.kind != Type::Complex {
            return same(a, b);
        }
        attribute.children.iter().filter(|child| registry.attribute(**child).mutability != Mutability::ReadOnly).all(|child| {
            match (self.document.child(a, *child), self.document.child(b, *child)) {
                (None, None) => true,
                (Some(a), Some(b)) => same(a, b),
                _ => false,
            }
        })
    }

    /// Adds an element, unless it is there (RFC 7644 §3.5.2.1).
    pub(super) fn add_element(&mut self, id: AttributeId, element: NodeId) -> Result<(), PatchFault> {
        let key = key(self.registry, &self.document, id, element).into_owned();
        for twin in self.with_key(id, &key) {
            if self.is_same(id, twin, element)? {
                return Ok(());
            }
        }
        self.judge_elements(id)?;
        let list = match self.list(id) {
            Some(list) => list,
            None => {
                let list = self.document.push(None, Node::made(id, Kind::Array));
                match self.holder(id).and_then(|holder| self.document.child(holder, id)) {
                    Some(stranger) => {
                        self.document.put_in_place(stranger, list);
                        stranger
                    }
                    None => {
                        let holder = self.make_holder(id);
                        self.document.attach(holder, list);
                        list
                    }
                }
            }
        };
        self.document.attach(list, element);
        self.remember(id, element);
        self.touch(id);
        self.only_primary(id, element);
        Ok(())
    }

    /// When `element` is primary, no other one is (RFC 7644 §3.5.2).
    pub(super) fn only_primary(&mut self, id: AttributeId, element: NodeId) {
        let Some(primary) = self.registry.attribute(id).primary else { return };
        let flag = |document: &Document<'_>, element: NodeId| {
            document.child(element, primary).filter(|node| document.boolean(*node) == Some(true))
        };
        if flag(&self.document, element).is_none() {
            return;
        }
        for other in self.with_sub(id, primary, TRUE) {
            if let Some(node) = flag(&self.document, other).filter(|_| other != element) {
                self.forget(id, other);
                let no = self.document.push(None, Node::made(primary, Kind::False));
                self.document.put_in_place(node, no);
                self.remember(id, other);
                self.touch(id);
            }
        }
    }

    /// `remove` with values: exactly those, matched by `value`, or where they have none by all they say. Brackets leave out
    /// what they do not choose.
    pub(super) fn remove_values(&mut self, id: AttributeId, chosen: Option<&Chosen<'_>>, value: Span) -> Result<(), PatchFault> {
        self.judge_named_values(id, value)?;
        let Some(given) = self.read_part(id, value, false)? else { return Ok(()) };
        for wanted in self.document.children(given).collect::<Vec<_>>() {
            let key = key(self.registry, &self.document, id, wanted).into_owned();
            let mut found = self.with_key(id, &key);
            found.retain(|element| chosen.is_none_or(|chosen| chosen.test.passes_element(self.registry, &self.document, *element, id)));
            for element in found {
                self.remove_element(id, element)?;
            }
        }
        Ok(())
    }

    /// Whether values may be removed by naming them.
    pub(super) fn judge_named_values(&self, id: AttributeId, value: Span) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(id);
        if attribute.mutability == Mutability::ReadOnly {
            return Err(PatchFault::ReadOnly { path: attribute.path.to_string() });
        }
        if self.scanner(value).token()? == Token::Null {
            let detail = format!(
                "`{}` with a null value names nothing: leave out `value` to remove all, or list the values to remove",
                attribute.path
            );
            return Err(PatchFault::Value { path: attribute.path.to_string(), scim_type: ScimType::InvalidValue, detail });
        }
        Ok(())
    }

    pub(super) fn remove_element(&mut self, id: AttributeId, element: NodeId) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(id);
        if !attribute.multi_valued {
            return self.unassign(id);
        }
        self.judge_elements(id)?;
        self.forget(id, element);
        self.document.remove(element);
        self.touch(id);
        let Some(list) = self.list(id) else { return Ok(()) };
        if self.is_emptied(id, list) {
            self.judge_removal(attribute)?;
            self.document.remove(list);
            self.indexes.retain(|index| index.attribute != id);
            self.tidy(attribute.parent)?;
        }
        Ok(())
    }

    /// Whether the list has no element left; by the index where there is one, so that many removals stay cheap.
    fn is_emptied(&self, id: AttributeId, list: NodeId) -> bool {
        let counted = self.indexes.iter().any(|index| index.attribute == id && !index.keyed.is_empty());
        !counted && self.document.is_empty(list)
    }
}

fn key_hash(registry: &Registry, document: &Document<'_>, id: AttributeId, element: NodeId) -> u32 {
    hash(&key(registry, document, id, element))
}

impl Index {
    /// `None`: an element that nobody asks for by the sub-attribute.
    fn hash_of(&self, registry: &Registry, document: &Document<'_>, element: NodeId) -> Option<u32> {
        let Some(by) = self.by else { return Some(key_hash(registry, document, self.attribute, element)) };
        let node = document.child(element, by)?;
        if document.boolean(node) == Some(true) {
            return Some(hash(TRUE));
        }
        let text = document.string(node)?;
        let of = registry.attribute(by);
        Some(if of.case_exact || of.kind == Type::Binary { hash(&text) } else { hash(&folded(&text)) })
    }

    fn insert(&mut self, registry: &Registry, document: &Document<'_>, element: NodeId) {
        if let Some(hash) = self.hash_of(registry, document, element) {
            self.keyed.insert(hash, element);
        }
    }

    fn remove(&mut self, registry: &Registry, document: &Document<'_>, element: NodeId) {
        if let Some(hash) = self.hash_of(registry, document, element) {
            self.keyed.remove(hash, element);
        }
    }
}
