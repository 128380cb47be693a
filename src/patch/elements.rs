//! The values of a multi-valued attribute: added, removed, replaced, chosen by a filter.

use hashbrown::HashTable;
use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;

use super::apply::Patcher;
use super::error::PatchFault;
use super::message::Op;
use super::target::Chosen;
use crate::dialect::Tolerance;
use crate::issue::ScimType;
use crate::path::{Comparison, Filter, Literal};
use crate::resource::{Document, Kind, Node, NodeId, Operand, Span, Test, Token, value};
use crate::schema::{AttributeId, Mutability, Registry, Type, Uniqueness};

/// Lists longer than this are looked up by `value` through an [`Index`].
const SHORT: usize = 16;

/// The elements of one attribute by their `value`.
pub(super) struct Index {
    pub(super) attribute: AttributeId,
    table: HashTable<NodeId>,
}

/// What an element is looked up by: its `value`, or itself where it is simple; folded unless caseExact.
fn key<'d>(registry: &Registry, document: &'d Document<'_>, id: AttributeId, element: NodeId) -> Option<Cow<'d, str>> {
    let attribute = registry.attribute(id);
    let (node, kind) = match attribute.value {
        Some(value) => (document.child(element, value)?, registry.attribute(value)),
        None if attribute.kind == Type::Complex => return None,
        None => (element, attribute),
    };
    let text = document.string(node)?;
    Some(if kind.case_exact { text } else { Cow::Owned(value::folded(&text).into_owned()) })
}

fn hash(key: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(key.as_bytes());
    hasher.finish()
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

    fn list(&self, id: AttributeId) -> Option<NodeId> {
        let node = self.document.child(self.holder(id)?, id)?;
        (self.document.node(node).kind == Kind::Array).then_some(node)
    }

    /// The elements whose key is `wanted`.
    fn with_key(&mut self, id: AttributeId, wanted: &str) -> Vec<NodeId> {
        let Some(list) = self.list(id) else { return Vec::new() };
        let (registry, document) = (self.registry, &self.document);
        let has_key = |element: &NodeId| key(registry, document, id, *element).is_some_and(|key| key == wanted);
        if !self.indexes.iter().any(|index| index.attribute == id) {
            if document.children(list).nth(SHORT).is_none() {
                return document.children(list).filter(has_key).collect();
            }
            let mut table = HashTable::new();
            for element in document.children(list) {
                if let Some(key) = key(registry, document, id, element) {
                    table.insert_unique(hash(&key), element, |other| key_hash(registry, document, id, *other));
                }
            }
            self.indexes.push(Index { attribute: id, table });
        }
        let document = &self.document;
        let Some(index) = self.indexes.iter().find(|index| index.attribute == id) else { return Vec::new() };
        let mut found: Vec<NodeId> = index
            .table
            .iter_hash(hash(wanted))
            .copied()
            .filter(|element| key(registry, document, id, *element).is_some_and(|key| key == wanted))
            .collect();
        crate::sort::plain(&mut found);
        found
    }

    /// Takes an element out of the index, before it changes or goes.
    fn forget(&mut self, id: AttributeId, element: NodeId) {
        let (registry, document) = (self.registry, &self.document);
        let Some(index) = self.indexes.iter_mut().find(|index| index.attribute == id) else { return };
        let Some(key) = key(registry, document, id, element) else { return };
        if let Ok(entry) = index.table.find_entry(hash(&key), |other| *other == element) {
            entry.remove();
        }
    }

    fn remember(&mut self, id: AttributeId, element: NodeId) {
        let (registry, document) = (self.registry, &self.document);
        let Some(index) = self.indexes.iter_mut().find(|index| index.attribute == id) else { return };
        if let Some(key) = key(registry, document, id, element) {
            index.table.insert_unique(hash(&key), element, |other| key_hash(registry, document, id, *other));
        }
    }

    /// `add` or `replace` of the whole attribute.
    pub(super) fn assign_elements(&mut self, id: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let Some(given) = self.read(id, value, false)? else {
            return if op == Op::Replace { self.unassign(id) } else { Ok(()) };
        };
        let given: Vec<NodeId> = self.document.children(given).collect();
        if op == Op::Add {
            return given.into_iter().try_for_each(|element| self.add_element(id, element));
        }
        let before = self.holder(id).and_then(|holder| self.document.child(holder, id));
        if before.is_some() && self.registry.attribute(id).mutability == Mutability::Immutable {
            // Checked below: an equal list is no change.
            let list = self.list_of(id, &given)?;
            return if before.is_some_and(|before| self.document.equals(before, &self.document, list)) {
                Ok(())
            } else {
                Err(PatchFault::Immutable { path: self.path(id) })
            };
        }
        let list = self.list_of(id, &given)?;
        self.indexes.retain(|index| index.attribute != id);
        match before {
            Some(before) if self.document.equals(before, &self.document, list) => Ok(()),
            Some(before) => {
                self.document.put_in_place(before, list);
                self.touch(id);
                Ok(())
            }
            None => {
                let holder = self.make_holder(id);
                self.document.attach(holder, list);
                self.touch(id);
                Ok(())
            }
        }
    }

    /// A list of `given` in which nothing stands twice.
    fn list_of(&mut self, id: AttributeId, given: &[NodeId]) -> Result<NodeId, PatchFault> {
        let list = self.document.push(None, Node::made(id, Kind::Array));
        let mut by_key: HashTable<NodeId> = HashTable::new();
        for element in given {
            let (registry, document) = (self.registry, &self.document);
            let key = key(registry, document, id, *element).map(Cow::into_owned);
            let hashed = key.as_deref().map_or(0, hash);
            let twins: Vec<NodeId> = by_key.iter_hash(hashed).copied().collect();
            let mut twin = false;
            for other in twins {
                twin |= self.is_same(id, other, *element)?;
            }
            if twin {
                continue;
            }
            let (registry, document) = (self.registry, &self.document);
            by_key.insert_unique(hashed, *element, |other| key_hash(registry, document, id, *other));
            self.document.attach(list, *element);
        }
        Ok(list)
    }

    /// Whether two elements are one: by `value` where it identifies them, else by everything.
    fn is_same(&self, id: AttributeId, a: NodeId, b: NodeId) -> Result<bool, PatchFault> {
        let registry = self.registry;
        let equal = self.document.equals(a, &self.document, b);
        let Some(value) = registry.attribute(id).value.map(|value| registry.attribute(value)) else { return Ok(equal) };
        let keys = (key(registry, &self.document, id, a), key(registry, &self.document, id, b));
        let (Some(left), Some(right)) = keys else { return Ok(equal) };
        if left != right {
            return Ok(false);
        }
        if value.uniqueness != Uniqueness::None && !self.agrees(id, a, b) {
            return Err(PatchFault::Taken { path: self.path(id), value: left.into_owned() });
        }
        Ok(equal || value.mutability == Mutability::Immutable || value.uniqueness != Uniqueness::None)
    }

    /// Whether two elements say the same in all that a client may write.
    fn agrees(&self, id: AttributeId, a: NodeId, b: NodeId) -> bool {
        let registry = self.registry;
        registry.attribute(id).children.iter().filter(|child| registry.attribute(**child).mutability != Mutability::ReadOnly).all(|child| {
            match (self.document.child(a, *child), self.document.child(b, *child)) {
                (None, None) => true,
                (Some(a), Some(b)) => self.document.equals(a, &self.document, b),
                _ => false,
            }
        })
    }

    fn add_element(&mut self, id: AttributeId, element: NodeId) -> Result<(), PatchFault> {
        let key = key(self.registry, &self.document, id, element).map(Cow::into_owned);
        let twins = match &key {
            Some(key) => self.with_key(id, key),
            None => self.elements(id),
        };
        for twin in twins {
            if self.is_same(id, twin, element)? {
                return Ok(());
            }
        }
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
    fn only_primary(&mut self, id: AttributeId, element: NodeId) {
        let Some(primary) = self.registry.attribute(id).primary else { return };
        let flag = |document: &Document<'_>, element: NodeId| {
            document.child(element, primary).filter(|node| document.boolean(*node) == Some(true))
        };
        if flag(&self.document, element).is_none() {
            return;
        }
        for other in self.elements(id) {
            if let Some(node) = flag(&self.document, other).filter(|_| other != element) {
                let no = self.document.push(None, Node::made(primary, Kind::False));
                self.document.put_in_place(node, no);
                self.touch(id);
            }
        }
    }

    /// `remove` with values: exactly those, matched by `value`, or where they have none by all they say.
    pub(super) fn remove_values(&mut self, id: AttributeId, value: Span) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(id);
        if attribute.mutability == Mutability::ReadOnly {
            return Err(PatchFault::ReadOnly { path: attribute.path.to_string() });
        }
        if self.token(value)? == Token::Null {
            let detail = format!(
                "`{}` with a null value names nothing: leave out `value` to remove all, or list the values to remove",
                attribute.path
            );
            return Err(PatchFault::Value { path: attribute.path.to_string(), scim_type: ScimType::InvalidValue, detail });
        }
        let Some(given) = self.read_as(id, value, false, true)? else { return Ok(()) };
        for wanted in self.document.children(given).collect::<Vec<_>>() {
            let key = key(self.registry, &self.document, id, wanted).map(Cow::into_owned);
            let found = match key {
                Some(key) => self.with_key(id, &key),
                None => {
                    let document = &self.document;
                    let says = |element: &NodeId| {
                        let mut parts = document.children(wanted);
                        parts.all(|part| {
                            document.child(*element, document.node(part).attribute).is_some_and(|own| document.equals(own, document, part))
                        })
                    };
                    self.elements(id).into_iter().filter(|element| document.node(wanted).kind == Kind::Object && says(element)).collect()
                }
            };
            for element in found {
                self.remove_element(id, element)?;
            }
        }
        Ok(())
    }

    fn remove_element(&mut self, id: AttributeId, element: NodeId) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(id);
        if !attribute.multi_valued {
            return self.unassign(id);
        }
        if attribute.mutability == Mutability::Immutable {
            return Err(PatchFault::Immutable { path: attribute.path.to_string() });
        }
        self.forget(id, element);
        self.document.remove(element);
        self.touch(id);
        let Some(list) = self.list(id) else { return Ok(()) };
        if self.is_emptied(id, list) {
            self.judge_removal(attribute)?;
            self.document.remove(list);
            self.indexes.retain(|index| index.attribute != id);
            self.tidy(attribute.parent);
        }
        Ok(())
    }

    /// Whether the list has no element left; by the index where there is one, so that many removals stay cheap.
    fn is_emptied(&self, id: AttributeId, list: NodeId) -> bool {
        let counted = self.indexes.iter().find(|index| index.attribute == id).is_some_and(|index| !index.table.is_empty());
        !counted && self.document.is_empty(list)
    }

    /// A path with a filter in brackets.
    pub(super) fn operate_on_elements(&mut self, id: AttributeId, chosen: &Chosen, op: Op, value: Option<Span>) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        let Chosen { filter, test, sub, text } = chosen;
        if op != Op::Remove && value.is_none() {
            return Err(PatchFault::MissingValue { path: text.clone() });
        }
        if attribute.mutability == Mutability::ReadOnly {
            return Err(PatchFault::ReadOnly { path: attribute.path.to_string() });
        }
        let found = self.matching(id, test);
        match (op, value, *sub) {
            (Op::Remove, _, None) => found.into_iter().try_for_each(|element| self.remove_element(id, element)),
            (Op::Remove, _, Some(sub)) => {
                self.judge_removal(registry.attribute(sub))?;
                found.into_iter().try_for_each(|element| self.unassign_in(id, element, sub))
            }
            (_, None, _) => Ok(()),
            (op, Some(value), Some(sub)) => {
                let found = self.found_or_made(found, filter, id, op, text)?;
                self.assign_in(id, &found, sub, value, op)
            }
            (op, Some(value), None) => {
                let null = self.token(value)? == Token::Null;
                if null && op == Op::Replace {
                    return found.into_iter().try_for_each(|element| self.remove_element(id, element));
                }
                if null {
                    return Ok(());
                }
                let made = found.is_empty();
                let found = self.found_or_made(found, filter, id, op, text)?;
                if op == Op::Replace && !made { self.replace_elements(id, &found, value) } else { self.merge_into(id, &found, value, op) }
            }
        }
    }

    /// The elements that pass; found by `value` where the filter asks for one.
    fn matching(&mut self, id: AttributeId, test: &Test) -> Vec<NodeId> {
        let value = self.registry.attribute(id).value;
        let wanted = |test: &Test| match test {
            Test::Compare(of, Comparison::Eq, Operand::Text { text, .. }) if Some(*of) == value => Some(text.to_string()),
            _ => None,
        };
        let key = match test {
            Test::And(terms) => terms.iter().find_map(wanted),
            test => wanted(test),
        };
        let candidates = match key.filter(|_| self.list(id).is_some()) {
            Some(key) => self.with_key(id, &key),
            None => self.elements(id),
        };
        candidates.into_iter().filter(|element| test.passes_element(self.registry, &self.document, *element, id)).collect()
    }

    /// The matching elements, or where there is none a new one with what the filter asks for.
    fn found_or_made(
        &mut self,
        found: Vec<NodeId>,
        filter: &Filter,
        id: AttributeId,
        op: Op,
        text: &str,
    ) -> Result<Vec<NodeId>, PatchFault> {
        if !found.is_empty() {
            return Ok(found);
        }
        let no_target = || PatchFault::NoTarget { path: text.into() };
        if op == Op::Replace && !self.dialect.takes(Tolerance::EntraCreateElement) {
            return Err(no_target());
        }
        let mut constants = Vec::new();
        if !self.constants(filter, id, &mut constants) {
            return Err(no_target());
        }
        if op == Op::Replace {
            self.note(Tolerance::EntraCreateElement, text, "no value matched the filter; one was made that does");
        }
        let element = self.document.push(None, Node::made(id, Kind::Object));
        for (sub, literal) in constants {
            if self.document.child(element, sub).is_some() {
                return Err(no_target());
            }
            let node = match literal {
                Literal::Boolean(true) => self.document.push(None, Node::made(sub, Kind::True)),
                Literal::Boolean(false) => self.document.push(None, Node::made(sub, Kind::False)),
                Literal::Number(number) => self.document.push_number(sub, &number),
                Literal::String(text) => self.document.push_text(sub, &text),
                Literal::Null => continue,
            };
            self.document.attach(element, node);
        }
        if self.registry.attribute(id).multi_valued {
            // A list of one is added as it stands: nothing matched, so it is not there.
            self.append(id, element);
        } else {
            let holder = self.make_holder(id);
            match self.document.child(holder, id) {
                Some(_) => return Err(no_target()),
                None => self.document.attach(holder, element),
            }
            self.touch(id);
        }
        Ok(vec![element])
    }

    fn append(&mut self, id: AttributeId, element: NodeId) {
        let list = self.list(id).unwrap_or_else(|| {
            let list = self.document.push(None, Node::made(id, Kind::Array));
            let holder = self.make_holder(id);
            self.document.attach(holder, list);
            list
        });
        self.document.attach(list, element);
        self.remember(id, element);
        self.touch(id);
        self.only_primary(id, element);
    }

    /// Collects the constants of `eq` comparisons joined by `and`; false for any other filter.
    fn constants(&self, filter: &Filter, id: AttributeId, out: &mut Vec<(AttributeId, Literal)>) -> bool {
        match filter {
            Filter::And(terms) => terms.iter().all(|term| self.constants(term, id, out)),
            Filter::Compare(path, Comparison::Eq, literal) => {
                let Some(sub) = self.registry.child(id, &path.name) else { return false };
                let literal = match (literal, self.registry.attribute(sub).kind) {
                    (Literal::String(text), Type::Boolean) => match text.to_ascii_lowercase().as_str() {
                        "true" => Literal::Boolean(true),
                        "false" => Literal::Boolean(false),
                        _ => return false,
                    },
                    (Literal::Boolean(_), Type::Boolean) | (Literal::Number(_), Type::Integer | Type::Decimal) | (Literal::Null, _) => {
                        literal.clone()
                    }
                    (Literal::String(_), kind) if kind.is_text() => literal.clone(),
                    _ => return false,
                };
                out.push((sub, literal));
                true
            }
            _ => false,
        }
    }

    /// Writes one sub-attribute of the chosen elements.
    fn assign_in(&mut self, id: AttributeId, found: &[NodeId], sub: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(sub);
        if attribute.mutability == Mutability::ReadOnly {
            return Err(PatchFault::ReadOnly { path: attribute.path.to_string() });
        }
        let Some(node) = self.read(sub, value, false)? else {
            if op == Op::Replace {
                self.judge_removal(attribute)?;
                return found.iter().try_for_each(|element| self.unassign_in(id, *element, sub));
            }
            return Ok(());
        };
        if registry.attribute(id).primary == Some(sub) && self.document.boolean(node) == Some(true) && found.len() > 1 {
            return Err(PatchFault::SeveralPrimaries { path: attribute.path.to_string() });
        }
        for element in found {
            // Each element has a node of its own; the value is read anew for the second and further ones.
            let node = if found.first() == Some(element) { Some(node) } else { self.read(sub, value, false)? };
            if let Some(node) = node {
                self.put_in(id, *element, sub, node, op)?;
            }
        }
        Ok(())
    }

    /// Writes a sub-attribute into one element.
    fn put_in(&mut self, id: AttributeId, element: NodeId, sub: AttributeId, node: NodeId, op: Op) -> Result<(), PatchFault> {
        let there = self.document.child(element, sub);
        if let Some(there) = there {
            if op == Op::Add && self.document.node(there).kind == Kind::Array {
                let new: Vec<NodeId> = self.document.children(node).collect();
                for value in new {
                    let twin = self.document.children(there).any(|other| self.document.equals(other, &self.document, value));
                    if !twin {
                        self.document.attach(there, value);
                        self.touch(id);
                    }
                }
                return Ok(());
            }
            if self.document.equals(there, &self.document, node) {
                return Ok(());
            }
            if self.registry.attribute(sub).mutability == Mutability::Immutable {
                return Err(PatchFault::Immutable { path: self.path(sub) });
            }
        }
        self.forget(id, element);
        match there {
            Some(there) => self.document.put_in_place(there, node),
            None => self.document.attach(element, node),
        }
        self.remember(id, element);
        self.touch(id);
        self.only_primary(id, element);
        self.judge_unique(id, element)
    }

    /// No other element has the key of `element` where keys are unique.
    fn judge_unique(&mut self, id: AttributeId, element: NodeId) -> Result<(), PatchFault> {
        let unique = self.registry.attribute(id).value.is_some_and(|value| self.registry.attribute(value).uniqueness != Uniqueness::None);
        if !unique {
            return Ok(());
        }
        let Some(key) = key(self.registry, &self.document, id, element).map(Cow::into_owned) else { return Ok(()) };
        if self.with_key(id, &key).len() > 1 {
            return Err(PatchFault::Taken { path: self.path(id), value: key });
        }
        Ok(())
    }

    pub(super) fn unassign_in(&mut self, id: AttributeId, element: NodeId, sub: AttributeId) -> Result<(), PatchFault> {
        let Some(there) = self.document.child(element, sub) else { return Ok(()) };
        if self.registry.attribute(sub).mutability == Mutability::Immutable {
            return Err(PatchFault::Immutable { path: self.path(sub) });
        }
        self.forget(id, element);
        self.document.remove(there);
        self.touch(id);
        if self.document.is_empty(element) {
            return self.remove_element(id, element);
        }
        self.remember(id, element);
        Ok(())
    }

    /// A sub-attribute of a multi-valued attribute, without a filter: of every element, or of a new one.
    pub(super) fn assign_to_each(&mut self, id: AttributeId, sub: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let mut found = self.elements(id);
        if found.is_empty() {
            if self.token(value)? == Token::Null {
                return Ok(());
            }
            let element = self.document.push(None, Node::made(id, Kind::Object));
            self.append(id, element);
            found.push(element);
        }
        self.assign_in(id, &found, sub, value, op)
    }

    /// Elements chosen by a filter and replaced by an object are replaced whole.
    fn replace_elements(&mut self, id: AttributeId, found: &[NodeId], value: Span) -> Result<(), PatchFault> {
        for element in found {
            let Some(new) = self.read_element(id, value)? else {
                self.remove_element(id, *element)?;
                continue;
            };
            if self.document.equals(*element, &self.document, new) {
                continue;
            }
            self.forget(id, *element);
            self.document.put_in_place(*element, new);
            self.touch(id);
            // What has become equal to another element is one with it.
            let twins = match key(self.registry, &self.document, id, *element).map(Cow::into_owned) {
                Some(key) => self.with_key(id, &key),
                None => self.elements(id),
            };
            let mut twin = false;
            for other in twins {
                twin |= other != *element && self.is_same(id, other, *element)?;
            }
            if twin {
                self.document.remove(*element);
            } else {
                self.remember(id, *element);
                self.only_primary(id, *element);
            }
        }
        Ok(())
    }

    fn merge_into(&mut self, id: AttributeId, found: &[NodeId], value: Span, op: Op) -> Result<(), PatchFault> {
        for element in found {
            let Some(new) = self.read_part(id, value)? else { continue };
            for part in self.document.children(new).collect::<Vec<_>>() {
                let sub = self.document.node(part).attribute;
                self.put_in(id, *element, sub, part, op)?;
            }
        }
        Ok(())
    }

    fn read_element(&mut self, id: AttributeId, value: Span) -> Result<Option<NodeId>, PatchFault> {
        let value = self.lone_element(value)?;
        self.read_as(id, value, true, false)
    }

    fn read_part(&mut self, id: AttributeId, value: Span) -> Result<Option<NodeId>, PatchFault> {
        let value = self.lone_element(value)?;
        self.read_as(id, value, true, true)
    }

    /// `[{…}]` stands for `{…}` where one value is meant.
    fn lone_element(&self, value: Span) -> Result<Span, PatchFault> {
        if self.token(value)? != Token::Array {
            return Ok(value);
        }
        let mut scanner = crate::resource::Scanner::new(self.message, self.limits.json_depth);
        scanner.jump(value.start as usize);
        scanner.expect(b'[', "`[`")?;
        if scanner.take(b']') {
            return Ok(value);
        }
        let first = scanner.skip(4)?;
        Ok(if scanner.take(b']') { first } else { value })
    }
}

fn key_hash(registry: &Registry, document: &Document<'_>, id: AttributeId, element: NodeId) -> u64 {
    key(registry, document, id, element).map_or(0, |key| hash(&key))
}
