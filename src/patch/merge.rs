//! Complex values: their sub-attributes are merged (RFC 7644 §3.5.2.1, §3.5.2.3), whatever way they are given.

use super::apply::Patcher;
use super::error::PatchFault;
use super::message::Op;
use super::named::Named;
use super::target::Target;
use crate::dialect::Tolerance;
use crate::issue::ScimType;
use crate::resource::{Kind, Node, NodeId, Span, Token};
use crate::schema::{AttributeId, Mutability, Type, common};

impl Patcher<'_, '_> {
    /// An operation without path: the members of its value are attributes of the resource.
    pub(super) fn merge_resource(&mut self, value: Span, op: Op) -> Result<(), PatchFault> {
        if self.scanner(value).token()? == Token::String {
            let done = self.within_text("value", value, |patcher, value| patcher.merge_resource(value, op))?;
            return done.ok_or_else(|| not_an_object("value"));
        }
        let members = self.members(value)?.ok_or_else(|| not_an_object("value"))?;
        // All names are judged before anything is written; their notes are made when it is.
        let notes = self.notes.len();
        let (mut targets, mut named) = (Vec::with_capacity(members.len()), Named::default());
        for (name, member) in &members {
            let target = self.member(name)?;
            self.collect_names(&target, *member, &mut named)?;
            targets.push(target);
        }
        if let Some(id) = named.twice(self.registry) {
            return Err(PatchFault::NamedTwice { path: self.path(id) });
        }
        self.notes.truncate(notes);
        // The target is found again for its notes alone, and only where it can have any.
        for ((name, _), target) in members.iter().zip(&targets) {
            if target.chosen.is_some() || self.dialect.takes(Tolerance::EntraManagerPath) {
                self.member(name)?;
            }
        }
        let writes: Vec<(Target<'_>, Span)> = targets.into_iter().zip(members.iter().map(|(_, member)| *member)).collect();
        if writes.iter().any(|(target, _)| target.chosen.is_none() && self.registry.attribute(target.id).parent.is_some()) {
            self.write_all(&writes, op, Some(true))?;
            self.write_all(&writes, op, Some(false))?;
        } else {
            self.write_all(&writes, op, None)?;
        }
        self.drop_double_notes(notes);
        Ok(())
    }

    /// Writes the members of an object. They have no order: with `references` true only the `value` of a singular
    /// complex attribute is written, with false all that may describe it, with `None` everything.
    fn write_all(&mut self, writes: &[(Target<'_>, Span)], op: Op, references: Option<bool>) -> Result<(), PatchFault> {
        for (target, value) in writes {
            let attribute = self.registry.attribute(target.id);
            if attribute.extension && !self.is_nothing(*value)? {
                self.unfold(target.id)?;
                self.merge_extension(target.id, *value, op, references)?;
                continue;
            }
            let parent = attribute.parent.filter(|_| target.chosen.is_none()).map(|parent| self.registry.attribute(parent));
            let is_reference = parent.is_some_and(|parent| !parent.multi_valued && parent.value == Some(target.id));
            if references.is_none_or(|references| references == is_reference) {
                self.operate_on(target, op, Some(*value))?;
            }
        }
        Ok(())
    }

    /// What was met twice is told once.
    fn drop_double_notes(&mut self, from: usize) {
        for note in self.notes.split_off(from) {
            if !self.notes.iter().skip(from).any(|known| *known == note) {
                self.notes.push(note);
            }
        }
    }

    /// What a member of a path-less value names.
    pub(super) fn member<'n>(&mut self, name: &'n str) -> Result<Target<'n>, PatchFault> {
        if let Some(id) = self.registry.root_attribute(self.resource_type, name) {
            return Ok(Target { id, chosen: None });
        }
        if name.contains('[') && !self.dialect.takes(Tolerance::EntraValuePathKey) {
            return Err(self.targets().unknown(name.into()));
        }
        let target = self.target(name)?;
        if target.chosen.is_some() {
            self.note(Tolerance::EntraValuePathKey, name, "the name was read as the path of an operation");
        }
        Ok(target)
    }

    /// Adds what a member names; the names in an extension's object count as if they stood outside of it.
    pub(super) fn collect_names(&mut self, target: &Target<'_>, value: Span, named: &mut Named) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(target.id);
        if let Some(chosen) = &target.chosen {
            named.chosen(target.id, chosen.filter_key(), chosen.sub);
            return Ok(());
        }
        if attribute.extension {
            if let Some(members) = self.members(value)? {
                for (name, member) in members {
                    let target = self.extension_member(target.id, &name)?;
                    self.collect_names(&target, member, named)?;
                }
                return Ok(());
            }
            let urn = attribute.path.clone();
            let inner = |patcher: &mut Self, value: Span| patcher.collect_names(target, value, named);
            if self.within_text(&urn, value, inner)?.is_some() {
                return Ok(());
            }
            return if self.is_nothing(value)? { Ok(()) } else { Err(not_an_object(&attribute.path)) };
        }
        if attribute.kind == Type::Complex && !attribute.multi_valued {
            match self.parts_named(target.id, value)? {
                Some(parts) => named.parts(target.id, parts),
                None => named.whole(target.id),
            }
        } else {
            named.whole(target.id);
        }
        Ok(())
    }

    /// The sub-attributes that a value of a singular complex attribute speaks of; `None`: of all.
    fn parts_named(&mut self, id: AttributeId, value: Span) -> Result<Option<Vec<AttributeId>>, PatchFault> {
        let registry = self.registry;
        let value = self.lone_element(value)?;
        let parts = |members: Vec<(String, Span)>| members.iter().filter_map(|(name, _)| registry.child(id, name)).collect();
        if let Some(members) = self.members(value)? {
            return Ok(Some(parts(members)));
        }
        if let Some(members) = self.within_text("", value, |patcher, value| patcher.members(value))? {
            return Ok(members.map(parts));
        }
        // A bare text stands for its `value`.
        let text = self.scanner(value).token()? == Token::String;
        Ok(registry.attribute(id).value.filter(|_| text).map(|value| vec![value]))
    }

    /// What a name inside an extension's object names.
    pub(super) fn extension_member(&mut self, extension: AttributeId, name: &str) -> Result<Target<'static>, PatchFault> {
        if let Some(id) = self.registry.child(extension, name) {
            return Ok(Target { id, chosen: None });
        }
        if name.eq_ignore_ascii_case("schemas") {
            // DIFFERENCE: RFC 7643 §3 has it at the top alone; scim2-models writes it into the extension too, as scim2-tester in
            // tests/worker/conformance shows. It is judged as it is there.
            return Ok(Target { id: common::SCHEMAS, chosen: None });
        }
        self.target(&format!("{}:{name}", self.registry.attribute(extension).path)).map(Target::into_owned)
    }

    /// An extension's object: its members are attributes like those of the resource.
    pub(super) fn merge_extension(&mut self, id: AttributeId, value: Span, op: Op, references: Option<bool>) -> Result<(), PatchFault> {
        let path = &self.registry.attribute(id).path;
        let Some(members) = self.members(value)? else {
            let done = self.within_text(path, value, |patcher, value| patcher.merge_extension(id, value, op, references))?;
            return done.ok_or_else(|| not_an_object(path));
        };
        let mut named = Named::default();
        let mut writes = Vec::with_capacity(members.len());
        for (name, member) in members {
            let target = self.extension_member(id, &name)?;
            let known = self.notes.len();
            self.collect_names(&target, member, &mut named)?;
            self.notes.truncate(known);
            writes.push((target, member));
        }
        if let Some(id) = named.twice(self.registry) {
            return Err(PatchFault::NamedTwice { path: self.path(id) });
        }
        match references {
            Some(_) => self.write_all(&writes, op, references),
            None => {
                self.write_all(&writes, op, Some(true))?;
                self.write_all(&writes, op, Some(false))
            }
        }
    }

    /// Merges a value into a singular complex attribute.
    pub(super) fn merge(&mut self, id: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let registry = self.registry;
        let given = self.read_part(id, value, false)?;
        if let Some(node) = given.filter(|_| self.holder(id).is_none_or(|holder| self.document.child(holder, id).is_none())) {
            self.judge_completeness(id, Some(node))?;
            return self.put(id, node);
        }
        let parts: Vec<NodeId> = given.map_or_else(Vec::new, |node| self.document.children(node).collect());
        let unassigned = if op == Op::Replace { self.unassigned_members(id, value)? } else { Vec::new() };
        self.drop_details(id, self.holder(id).and_then(|holder| self.document.child(holder, id)), &parts);
        for part in parts {
            let sub = self.document.node(part).attribute;
            if op == Op::Add && self.list(sub).is_some() {
                let values: Vec<NodeId> = self.document.children(part).collect();
                values.into_iter().try_for_each(|value| self.add_element(sub, value))?;
            } else {
                self.put(sub, part)?;
            }
        }
        for part in unassigned {
            if self.holder(part).is_some_and(|holder| self.document.child(holder, part).is_some()) {
                if registry.attribute(part).mutability == Mutability::ReadOnly {
                    continue;
                }
                self.unassign(part)?;
            }
        }
        let node = self.holder(id).and_then(|holder| self.document.child(holder, id));
        self.judge_completeness(id, node)
    }

    /// The sub-attributes that a value names with null.
    fn unassigned_members(&mut self, id: AttributeId, value: Span) -> Result<Vec<AttributeId>, PatchFault> {
        let notes = self.notes.len();
        let value = self.lone_element(value)?;
        let found = match self.members(value)? {
            Some(members) => Some(self.nothings(id, &members)?),
            None => self.within_text("", value, |patcher, value| {
                let members = patcher.members(value)?.unwrap_or_default();
                patcher.nothings(id, &members)
            })?,
        };
        // Reading the value has made the note already.
        self.notes.truncate(notes);
        Ok(found.unwrap_or_default())
    }

    fn nothings(&self, id: AttributeId, members: &[(String, Span)]) -> Result<Vec<AttributeId>, PatchFault> {
        let mut found = Vec::new();
        for (name, member) in members {
            if self.is_nothing(*member)?
                && let Some(part) = self.registry.child(id, name)
            {
                found.push(part);
            }
        }
        Ok(found)
    }

    /// Puts a sub-attribute of a singular complex attribute where it belongs.
    pub(super) fn put_part(&mut self, parent: AttributeId, id: AttributeId, node: NodeId) -> Result<(), PatchFault> {
        self.drop_details(parent, self.holder(parent).and_then(|holder| self.document.child(holder, parent)), &[node]);
        self.put(id, node)?;
        let whole = self.holder(parent).and_then(|holder| self.document.child(holder, parent));
        self.judge_completeness(parent, whole)
    }

    /// Puts a value where it belongs, unless it is there.
    pub(super) fn put(&mut self, id: AttributeId, node: NodeId) -> Result<(), PatchFault> {
        let there = self.holder(id).and_then(|holder| self.document.child(holder, id));
        let Some(there) = there else {
            if let Some(fixed) = self.fixed_parent(id) {
                return Err(PatchFault::Immutable { path: self.path(fixed) });
            }
            let holder = self.make_holder(id);
            self.document.attach(holder, node);
            self.touch(id);
            return Ok(());
        };
        if self.document.equals(there, &self.document, node) {
            return Ok(());
        }
        let fixed = (self.registry.attribute(id).mutability == Mutability::Immutable).then_some(id).or_else(|| self.fixed_parent(id));
        if let Some(fixed) = fixed.filter(|_| !self.document.same_value(self.registry, there, node)) {
            return Err(PatchFault::Immutable { path: self.path(fixed) });
        }
        self.document.put_in_place(there, node);
        self.touch(id);
        Ok(())
    }

    /// The immutable attribute that keeps the value `node` of `id` from going.
    pub(super) fn fixed(&self, id: AttributeId, node: NodeId) -> Option<AttributeId> {
        let attribute = self.registry.attribute(id);
        if attribute.mutability == Mutability::Immutable {
            return Some(id);
        }
        if !attribute.multi_valued && attribute.kind == Type::Complex {
            let parts = self.document.children(node).map(|part| self.document.node(part).attribute);
            let fixed = parts.into_iter().find(|part| self.registry.attribute(*part).mutability == Mutability::Immutable);
            return fixed.or_else(|| self.fixed_parent(id));
        }
        self.fixed_parent(id)
    }

    /// The singular immutable attribute that has a value of which `id` is a part.
    pub(super) fn fixed_parent(&self, id: AttributeId) -> Option<AttributeId> {
        let parent = self.registry.attribute(id).parent?;
        let attribute = self.registry.attribute(parent);
        let fixed = attribute.mutability == Mutability::Immutable && !attribute.extension && self.holder(id).is_some();
        fixed.then_some(parent)
    }

    /// A new `value` of a reference drops what is stored about the old one, unless it is given too. `whole` is what is
    /// stored, `given` the parts that will be put into it.
    pub(super) fn drop_details(&mut self, id: AttributeId, whole: Option<NodeId>, given: &[NodeId]) {
        let registry = self.registry;
        let (Some(whole), Some(value), Some(_)) = (whole, registry.attribute(id).value, registry.child(id, "$ref")) else { return };
        let part = |node: &NodeId| self.document.node(*node).attribute;
        let Some(new) = given.iter().find(|node| part(node) == value) else { return };
        if self.document.child(whole, value).is_none_or(|old| self.document.same_value(registry, old, *new)) {
            return;
        }
        let stale: Vec<NodeId> = self
            .document
            .children(whole)
            .filter(|child| {
                let attribute = part(child);
                let detail = ["$ref", "display", "displayName"].contains(&registry.attribute(attribute).name.as_ref());
                detail && !given.iter().any(|node| part(node) == attribute)
            })
            .collect();
        for child in stale {
            self.document.remove(child);
        }
    }

    /// A value that is there has all sub-attributes it needs.
    pub(super) fn judge_completeness(&self, id: AttributeId, value: Option<NodeId>) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(id);
        if attribute.extension || attribute.required_children.is_empty() {
            return Ok(());
        }
        match value.filter(|value| !self.document.is_empty(*value)) {
            Some(value) => self.judge_parts(id, value),
            None => Ok(()),
        }
    }

    /// All sub-attributes that `id` needs are in `value`, those aside that only the service provider sets.
    pub(super) fn judge_parts(&self, id: AttributeId, value: NodeId) -> Result<(), PatchFault> {
        for child in &self.registry.attribute(id).required_children {
            if self.registry.attribute(*child).mutability != Mutability::ReadOnly && self.document.child(value, *child).is_none() {
                let path = self.path(*child);
                let detail = format!("`{path}` is required");
                return Err(PatchFault::Value { path, scim_type: ScimType::InvalidValue, detail });
            }
        }
        Ok(())
    }

    pub(super) fn make_holder(&mut self, id: AttributeId) -> NodeId {
        let Some(parent) = self.registry.attribute(id).parent else { return NodeId::ROOT };
        let above = self.make_holder(parent);
        let made = match self.document.child(above, parent) {
            Some(node) if self.document.is_object(node) => return node,
            Some(stranger) => {
                let node = self.document.push(None, Node::made(parent, Kind::Object));
                self.document.put_in_place(stranger, node);
                return stranger;
            }
            None => self.document.push(None, Node::made(parent, Kind::Object)),
        };
        self.document.attach(above, made);
        made
    }
}

fn not_an_object(path: &str) -> PatchFault {
    let detail = format!("`{path}` must be an object");
    PatchFault::Value { path: path.into(), scim_type: ScimType::InvalidValue, detail }
}
