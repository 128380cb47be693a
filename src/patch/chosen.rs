//! What is done to the elements that a filter in brackets chooses, and to sub-attributes of elements
//! (RFC 7644 §3.5.2.1 to §3.5.2.3).

use super::apply::Patcher;
use super::elements::key;
use super::error::PatchFault;
use super::message::Op;
use super::target::{Choice, Chosen};
use crate::dialect::Tolerance;
use crate::issue::ScimType;
use crate::maps::Set;
use crate::path::{Comparison, Filter, Literal};
use crate::resource::{Document, Kind, Node, NodeId, Operand, Span, Test, Token, fault_of};
use crate::schema::{AttributeId, Identity, Mutability, Type};

impl Patcher<'_, '_> {
    /// A path with a filter in brackets.
    pub(super) fn operate_on_elements(
        &mut self,
        id: AttributeId,
        chosen: &Chosen<'_>,
        op: Op,
        value: Option<Span>,
    ) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        let value = match (op, value) {
            // A null says no more than the brackets do.
            (Op::Remove, Some(value)) if chosen.sub.is_none() && attribute.multi_valued && self.scanner(value).token()? != Token::Null => {
                return self.remove_values(id, Some(chosen), value);
            }
            (Op::Remove, Some(value)) if chosen.sub.is_some_and(|sub| registry.attribute(sub).multi_valued) => {
                let found = self.matching(id, &chosen.test);
                return self.remove_parts(id, found, chosen.sub.unwrap_or(id), value);
            }
            (Op::Remove, _) => None,
            (_, None) => return Err(PatchFault::MissingValue { path: chosen.text.to_string() }),
            (_, Some(value)) => Some(value),
        };
        let nothing = match value {
            Some(value) => self.is_nothing(value)?,
            None => false,
        };
        if nothing && op == Op::Add {
            return Ok(());
        }
        for part in [Some(id), chosen.sub].into_iter().flatten() {
            if registry.attribute(part).mutability == Mutability::ReadOnly {
                let Some(value) = value else { return Err(PatchFault::ReadOnly { path: self.path(part) }) };
                let found = self.matching(id, &chosen.test);
                let there: Vec<Option<NodeId>> = match chosen.sub {
                    Some(sub) => found.into_iter().map(|element| self.document.child(element, sub)).collect(),
                    None => found.into_iter().map(Some).collect(),
                };
                return self.leave_as_is(chosen.sub.unwrap_or(id), value, &there, chosen.sub.is_none());
            }
        }
        match (value, chosen.sub) {
            (Some(value), Some(sub)) => self.write_sub(id, Some(chosen), sub, value, op),
            (None, Some(sub)) => {
                self.judge_removal(registry.attribute(sub))?;
                self.matching(id, &chosen.test).into_iter().try_for_each(|element| self.unassign_in(id, element, sub))
            }
            (None, None) => self.matching(id, &chosen.test).into_iter().try_for_each(|element| self.remove_element(id, element)),
            (Some(value), None) => {
                let merges = op == Op::Add && attribute.kind == Type::Complex;
                let given = match (nothing, merges) {
                    (true, _) => None,
                    (false, true) => self.read_part(id, self.lone_element(value)?, true)?,
                    (false, false) => self.read(id, self.lone_element(value)?, true)?,
                };
                let found = self.matching(id, &chosen.test);
                match given {
                    _ if found.is_empty() => self.make_element(id, chosen, given, op),
                    None if op == Op::Add => Ok(()),
                    None => found.into_iter().try_for_each(|element| self.remove_element(id, element)),
                    Some(given) if merges => self.merge_into(id, &found, given),
                    Some(given) => self.replace_elements(id, &found, given),
                }
            }
        }
    }

    /// The elements that pass; where the filter asks for one text, found by it.
    fn matching(&mut self, id: AttributeId, test: &Test) -> Vec<NodeId> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        let value = attribute.value.or((attribute.kind != Type::Complex).then_some(id));
        let wanted = |test: &Test| match test {
            Test::Compare(of, Comparison::Eq, Operand::Text { text, .. }) => Some((*of, text.to_string())),
            _ => None,
        };
        let text = match test {
            Test::And(terms) => terms.iter().filter_map(wanted).max_by_key(|(of, _)| Some(*of) == value),
            test => wanted(test),
        };
        let in_list = self.list(id).is_some();
        let mut found = match text.filter(|_| in_list) {
            Some((of, text)) if Some(of) == value => self.with_key(id, &text),
            Some((of, text)) if registry.attribute(of).parent == Some(id) && !registry.attribute(of).multi_valued => {
                self.with_sub(id, of, &text)
            }
            _ => self.elements(id),
        };
        found.retain(|element| test.passes_element(registry, &self.document, *element, id));
        found
    }

    /// What becomes of a filter that nothing matches: an error, or an element that matches with what is `given`.
    fn make_element(&mut self, id: AttributeId, chosen: &Chosen<'_>, given: Option<NodeId>, op: Op) -> Result<(), PatchFault> {
        let no_target = || PatchFault::NoTarget { path: chosen.text.to_string() };
        if op == Op::Replace && !self.dialect.takes(Tolerance::EntraCreateElement) {
            return Err(no_target());
        }
        let element = self.document.push(None, Node::made(id, Kind::Object));
        if self.registry.attribute(id).kind != Type::Complex || !self.add_choice(&chosen.choice, id, element)? {
            return Err(no_target());
        }
        let Some(given) = given else { return Ok(()) };
        if op == Op::Replace {
            self.note(Tolerance::EntraCreateElement, &chosen.text, "no value matched the filter; one was made that does");
        }
        let parts: Vec<NodeId> = self.document.children(given).collect();
        self.drop_details(id, Some(element), &parts);
        for part in parts {
            match self.document.child(element, self.document.node(part).attribute) {
                Some(constant) => self.document.put_in_place(constant, part),
                None => self.document.attach(element, part),
            }
        }
        self.judge_completeness(id, Some(element))?;
        if self.registry.attribute(id).multi_valued {
            return self.add_element(id, element);
        }
        let holder = self.make_holder(id);
        if self.document.child(holder, id).is_some() {
            return Err(no_target());
        }
        self.document.attach(holder, element);
        self.touch(id);
        Ok(())
    }

    /// Gives an element what brackets ask for; false where they do not say that in full.
    fn add_choice(&mut self, choice: &Choice<'_>, id: AttributeId, element: NodeId) -> Result<bool, PatchFault> {
        match choice {
            Choice::Filter(filter) => self.add_constants(filter, id, element),
            Choice::Equal { name, text } => self.add_constant(name, &Literal::String(text.as_ref().into()), id, element),
        }
    }

    /// Gives an element what `eq` comparisons joined by `and` ask for; false for any other filter, and for one that
    /// contradicts itself.
    fn add_constants(&mut self, filter: &Filter, id: AttributeId, element: NodeId) -> Result<bool, PatchFault> {
        match filter {
            Filter::And(terms) => {
                for term in terms {
                    if !self.add_constants(term, id, element)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Compare(path, Comparison::Eq, literal) => self.add_constant(&path.name, literal, id, element),
            _ => Ok(false),
        }
    }

    fn add_constant(&mut self, name: &str, literal: &Literal, id: AttributeId, element: NodeId) -> Result<bool, PatchFault> {
        let Some(sub) = self.registry.child(id, name) else { return Ok(false) };
        let attribute = self.registry.attribute(sub);
        if attribute.mutability == Mutability::ReadOnly {
            return Ok(false);
        }
        // A value like one that is given.
        let text = match literal {
            Literal::Boolean(flag) => {
                if *flag {
                    "true"
                } else {
                    "false"
                }
            }
            Literal::String(text) | Literal::Number(text) => text,
            Literal::Null => return Ok(false),
        };
        if attribute.kind != Type::Boolean
            && let Some((detail, _)) = fault_of(attribute, text)
        {
            return Err(PatchFault::Value { path: attribute.path.to_string(), scim_type: ScimType::InvalidValue, detail });
        }
        let node = match (literal, attribute.kind) {
            // The filter was resolved: the text is one of these.
            (_, Type::Boolean) => {
                let kind = if text.eq_ignore_ascii_case("true") { Kind::True } else { Kind::False };
                self.document.push(None, Node::made(sub, kind))
            }
            (Literal::Number(number), Type::Integer | Type::Decimal) => self.document.push_number(sub, number),
            _ => self.document.push_text(sub, text),
        };
        match self.document.child(element, sub) {
            Some(there) if self.document.same_value(self.registry, there, node) => self.document.put_in_place(there, node),
            Some(_) => return Ok(false),
            None => self.document.attach(element, node),
        }
        Ok(true)
    }

    /// Writes one sub-attribute of the chosen elements, or without brackets of every element.
    pub(super) fn write_sub(
        &mut self,
        id: AttributeId,
        chosen: Option<&Chosen<'_>>,
        sub: AttributeId,
        value: Span,
        op: Op,
    ) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(sub);
        let nothing = self.is_nothing(value)?;
        let node = if nothing { None } else { self.read(sub, value, false)? };
        if node.is_none() {
            if op == Op::Add {
                return Ok(());
            }
            self.judge_removal(attribute)?;
        }
        let found = match chosen {
            Some(chosen) => self.matching(id, &chosen.test),
            None => self.elements(id),
        };
        let Some(node) = node else {
            return match chosen {
                Some(chosen) if found.is_empty() => self.make_element(id, chosen, None, op),
                _ => found.into_iter().try_for_each(|element| self.unassign_in(id, element, sub)),
            };
        };
        if found.is_empty() {
            let given = self.document.push(None, Node::made(id, Kind::Object));
            self.document.attach(given, node);
            if let Some(chosen) = chosen {
                return self.make_element(id, chosen, Some(given), op);
            }
            self.judge_completeness(id, Some(given))?;
            return self.add_element(id, given);
        }
        if self.registry.attribute(id).primary == Some(sub) && self.document.boolean(node) == Some(true) && found.len() > 1 {
            return Err(PatchFault::SeveralPrimaries { path: attribute.path.to_string() });
        }
        for element in found {
            // Each element has a node of its own.
            let copy = self.document.copy(node);
            self.put_in(id, element, &[copy], op)?;
        }
        Ok(())
    }

    /// Merges an object into each of the chosen elements.
    fn merge_into(&mut self, id: AttributeId, found: &[NodeId], given: NodeId) -> Result<(), PatchFault> {
        self.judge_primary(id, found, given)?;
        for element in found {
            let copy = self.document.copy(given);
            let parts: Vec<NodeId> = self.document.children(copy).collect();
            self.put_in(id, *element, &parts, Op::Add)?;
        }
        Ok(())
    }

    fn judge_primary(&self, id: AttributeId, found: &[NodeId], given: NodeId) -> Result<(), PatchFault> {
        let Some(primary) = self.registry.attribute(id).primary.filter(|_| found.len() > 1) else { return Ok(()) };
        match self.document.child(given, primary).and_then(|flag| self.document.boolean(flag)) {
            Some(true) => Err(PatchFault::SeveralPrimaries { path: self.path(primary) }),
            _ => Ok(()),
        }
    }

    /// Writes sub-attributes into one element; `add` appends to those that are lists (RFC 7644 §3.5.2.1).
    fn put_in(&mut self, id: AttributeId, element: NodeId, parts: &[NodeId], op: Op) -> Result<(), PatchFault> {
        self.forget(id, element);
        self.drop_details(id, Some(element), parts);
        let mut written = false;
        for part in parts {
            let sub = self.document.node(*part).attribute;
            let Some(there) = self.document.child(element, sub) else {
                self.judge_elements(id)?;
                self.document.attach(element, *part);
                written = true;
                continue;
            };
            if op == Op::Add && self.registry.attribute(sub).multi_valued {
                written |= self.append(id, sub, there, *part)?;
                continue;
            }
            if self.document.equals(there, &self.document, *part) {
                continue;
            }
            if !self.document.same_value(self.registry, there, *part) {
                self.judge_part(id, sub)?;
            }
            self.document.put_in_place(there, *part);
            written = true;
        }
        self.remember(id, element);
        if written {
            self.touch(id);
            self.only_primary(id, element);
            self.judge_unique(id, element)?;
        }
        self.judge_completeness(id, Some(element))
    }

    /// Adds to a list inside an element what is not in it.
    fn append(&mut self, id: AttributeId, sub: AttributeId, list: NodeId, given: NodeId) -> Result<bool, PatchFault> {
        let texts =
            |document: &Document<'_>, list| document.children(list).map(|value| document.folded_key(self.registry, value)).collect();
        let mut known: Set<String> = texts(&self.document, list);
        let mut written = false;
        for value in self.document.children(given).collect::<Vec<_>>() {
            if known.insert(self.document.folded_key(self.registry, value)) {
                self.judge_part(id, sub)?;
                self.document.attach(list, value);
                written = true;
            }
        }
        Ok(written)
    }

    /// `remove` with values of a list inside elements: exactly those go.
    pub(super) fn remove_parts(&mut self, id: AttributeId, found: Vec<NodeId>, sub: AttributeId, value: Span) -> Result<(), PatchFault> {
        self.judge_named_values(sub, value)?;
        let Some(given) = self.read_part(sub, value, false)? else { return Ok(()) };
        let text = |document: &Document<'_>, value: NodeId| document.folded_key(self.registry, value);
        let named: Set<String> = self.document.children(given).map(|value| text(&self.document, value)).collect();
        for element in found {
            let Some(list) = self.document.child(element, sub) else { continue };
            let values: Vec<NodeId> = self.document.children(list).collect();
            let gone: Vec<NodeId> = values.iter().copied().filter(|value| named.contains(&text(&self.document, *value))).collect();
            if gone.is_empty() {
                continue;
            }
            self.judge_part(id, sub)?;
            if gone.len() == values.len() {
                self.judge_removal(self.registry.attribute(sub))?;
                self.unassign_in(id, element, sub)?;
                continue;
            }
            self.forget(id, element);
            gone.into_iter().for_each(|value| self.document.remove(value));
            self.remember(id, element);
            self.touch(id);
        }
        Ok(())
    }

    /// What may be set but once is not changed in its elements.
    pub(super) fn judge_elements(&self, id: AttributeId) -> Result<(), PatchFault> {
        let there = || self.holder(id).is_some_and(|holder| self.document.child(holder, id).is_some());
        let immutable = self.registry.attribute(id).mutability == Mutability::Immutable && there();
        match immutable.then_some(id).or_else(|| self.fixed_parent(id)) {
            Some(fixed) => Err(PatchFault::Immutable { path: self.path(fixed) }),
            None => Ok(()),
        }
    }

    /// Nor is a sub-attribute that an element has.
    fn judge_part(&self, id: AttributeId, sub: AttributeId) -> Result<(), PatchFault> {
        if self.registry.attribute(sub).mutability == Mutability::Immutable {
            return Err(PatchFault::Immutable { path: self.path(sub) });
        }
        self.judge_elements(id)
    }

    /// No other element has the key of `element` where keys are unique.
    fn judge_unique(&mut self, id: AttributeId, element: NodeId) -> Result<(), PatchFault> {
        if self.registry.attribute(id).identity != Identity::OnlyValue {
            return Ok(());
        }
        let key = key(self.registry, &self.document, id, element).into_owned();
        if self.with_key(id, &key).len() > 1 {
            return Err(PatchFault::Taken { path: self.path(id), value: key });
        }
        Ok(())
    }

    pub(super) fn unassign_in(&mut self, id: AttributeId, element: NodeId, sub: AttributeId) -> Result<(), PatchFault> {
        let Some(there) = self.document.child(element, sub) else { return Ok(()) };
        self.judge_part(id, sub)?;
        self.forget(id, element);
        self.document.remove(there);
        self.touch(id);
        if self.document.is_empty(element) {
            return self.remove_element(id, element);
        }
        self.remember(id, element);
        Ok(())
    }

    /// Elements chosen by a filter and replaced by an object are replaced whole.
    fn replace_elements(&mut self, id: AttributeId, found: &[NodeId], given: NodeId) -> Result<(), PatchFault> {
        self.judge_primary(id, found, given)?;
        // Before anything changes: an index that is made on the way would hold what was just written twice.
        self.is_indexed(id, None);
        for element in found {
            if self.says(id, *element, given) {
                continue;
            }
            if !self.agrees(id, *element, given) {
                self.judge_elements(id)?;
            }
            let copy = self.document.copy(given);
            self.forget(id, *element);
            self.document.put_in_place(*element, copy);
            self.touch(id);
            // What has become equal to another element is one with it.
            let key = key(self.registry, &self.document, id, *element).into_owned();
            let twins = self.with_key(id, &key);
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

    /// `[{…}]` stands for `{…}` where one value is meant.
    pub(super) fn lone_element(&self, value: Span) -> Result<Span, PatchFault> {
        let mut scanner = self.scanner(value);
        if scanner.token()? != Token::Array {
            return Ok(value);
        }
        scanner.expect(b'[', "`[`")?;
        if scanner.take(b']') {
            return Ok(value);
        }
        let first = scanner.skip(4)?;
        Ok(if scanner.take(b']') { first } else { value })
    }
}
