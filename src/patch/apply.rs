//! The operations of a PATCH, in order, on one document (RFC 7644 §3.5.2.1 to §3.5.2.3).
//!
//! Complex attributes merge, multi-valued attributes are added to or replaced whole, and null
//! unassigns. What operations do to single elements is in [`super::elements`].

use std::borrow::Cow;
use std::collections::HashSet;

use super::elements::Index;
use super::error::{PatchError, PatchFault};
use super::message::{Op, Operation};
use super::target::{Target, Targets};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Note, ScimType, Severity};
use crate::limits::Limits;
use crate::resource::{Builder, Document, Findings, Judge, Kind, Members, Node, NodeId, Scanner, SourceId, Span, Token};
use crate::schema::{Attribute, AttributeId, Mutability, Registry, ResourceTypeId, Type, common};

/// What a PATCH made of a document.
pub(crate) struct Patched<'s> {
    pub(crate) document: Document<'s>,
    pub(crate) changed: bool,
    /// Attributes that operations wrote, those whose value came back included.
    pub(crate) touched: Vec<AttributeId>,
    pub(crate) notes: Vec<Note>,
}

pub(crate) struct Patcher<'r, 's> {
    pub(super) registry: &'r Registry,
    pub(super) resource_type: ResourceTypeId,
    pub(super) dialect: Dialect,
    pub(super) limits: &'r Limits,
    pub(super) document: Document<'s>,
    pub(super) notes: Vec<Note>,
    pub(super) indexes: Vec<Index>,
    pub(super) message: &'s str,
    source: SourceId,
    pub(super) operation: u32,
    /// Attributes written so far, each with how often.
    touched: Vec<(AttributeId, u32)>,
    /// In an operation without path: the attributes its value has named.
    named: Option<HashSet<AttributeId>>,
}

impl<'r, 's> Patcher<'r, 's> {
    /// Takes `document`, a resource read as stored, and the message that `operations` come from.
    pub(crate) fn new(
        registry: &'r Registry,
        resource_type: ResourceTypeId,
        dialect: Dialect,
        limits: &'r Limits,
        mut document: Document<'s>,
        message: &'s str,
        notes: Vec<Note>,
    ) -> Self {
        let source = document.add_source(Cow::Borrowed(message)).unwrap_or_default();
        Self {
            registry,
            resource_type,
            dialect,
            limits,
            document,
            notes,
            indexes: Vec::new(),
            message,
            source,
            operation: 0,
            touched: Vec::new(),
            named: None,
        }
    }

    /// The notes taken so far.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Applies all operations, or none: an error leaves nothing behind but itself.
    pub(crate) fn apply(mut self, operations: &[Operation<'_>], original: &Document<'_>) -> Result<Patched<'s>, PatchError> {
        let outcome = operations.iter().try_for_each(|operation| {
            self.operation = operation.index;
            self.operate(operation)
        });
        outcome.and_then(|()| self.judge_completeness()).map_err(|fault| PatchError { operation: Some(self.operation), fault })?;
        let changed = self.is_changed(original);
        if changed {
            self.list_extensions();
        }
        let touched = self.touched.iter().map(|(id, _)| *id).collect();
        Ok(Patched { document: self.document, changed, touched, notes: self.notes })
    }

    fn operate(&mut self, operation: &Operation<'_>) -> Result<(), PatchFault> {
        let Some(path) = &operation.path else {
            if operation.op == Op::Remove {
                return Err(PatchFault::RemoveWithoutPath);
            }
            let value = operation.value.ok_or(PatchFault::MissingValue { path: "value".into() })?;
            self.named = Some(HashSet::new());
            let outcome = self.merge_resource(value, operation.op);
            self.named = None;
            return outcome;
        };
        let target = self.target(path)?;
        self.operate_on(&target, operation.op, operation.value)
    }

    /// Reads a path and finds its attribute.
    pub(super) fn target(&mut self, text: &str) -> Result<Target, PatchFault> {
        self.targets().find(text, self.operation, &mut self.notes)
    }

    fn targets(&self) -> Targets<'r> {
        Targets { registry: self.registry, resource_type: self.resource_type, dialect: self.dialect, limits: self.limits }
    }

    fn operate_on(&mut self, target: &Target, op: Op, value: Option<Span>) -> Result<(), PatchFault> {
        let id = target.id;
        if let Some(chosen) = &target.chosen {
            return self.operate_on_elements(id, chosen, op, value);
        }
        match (op, value) {
            (Op::Remove, None) => self.unassign(id),
            (Op::Remove, Some(value)) => self.remove_given(id, value),
            (_, None) => Err(PatchFault::MissingValue { path: self.path(id) }),
            (op, Some(value)) => self.assign(id, value, op, false),
        }
    }

    /// `remove` with a value: of a multi-valued attribute those values go; else the value says nothing.
    fn remove_given(&mut self, id: AttributeId, value: Span) -> Result<(), PatchFault> {
        if self.registry.attribute(id).multi_valued { self.remove_values(id, value) } else { self.unassign(id) }
    }

    /// An operation without path: the members of its value are attributes of the resource.
    fn merge_resource(&mut self, value: Span, op: Op) -> Result<(), PatchFault> {
        let mut members = self.members(value, "value")?;
        let mut paths = HashSet::new();
        while let Some((name, member)) = members.next()? {
            if let Some(id) = self.registry.root_attribute(self.resource_type, &name) {
                self.assign(id, member, op, false)?;
                continue;
            }
            let target = self.target(&name)?;
            if target.chosen.is_some() {
                if !self.dialect.takes(Tolerance::EntraValuePathKey) {
                    return Err(self.targets().unknown(name.into()));
                }
                if !paths.insert(name.to_ascii_lowercase()) {
                    return Err(PatchFault::NamedTwice { path: name.into() });
                }
                self.note(Tolerance::EntraValuePathKey, &name, "the name was read as the path of an operation");
            }
            self.operate_on(&target, op, Some(member))?;
        }
        Ok(())
    }

    /// Writes a value to an attribute, sub-attribute or extension. `merging`: as one of several members.
    pub(super) fn assign(&mut self, id: AttributeId, value: Span, op: Op, merging: bool) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        if attribute.mutability == Mutability::ReadOnly {
            return self.leave_as_is(id, value);
        }
        if id == common::SCHEMAS {
            return self.judge_schemas(value);
        }
        let token = self.token(value)?;
        let parts = !attribute.multi_valued && attribute.kind == Type::Complex;
        if parts && token == Token::Object {
            return self.merge(id, value, op);
        }
        if let Some(named) = &mut self.named
            && !named.insert(id)
        {
            return Err(PatchFault::NamedTwice { path: self.path(id) });
        }
        if let Some(parent) = attribute.parent.filter(|parent| registry.attribute(*parent).multi_valued) {
            return self.assign_to_each(parent, id, value, op);
        }
        if attribute.multi_valued {
            return self.assign_elements(id, value, op);
        }
        match self.read(id, value, false)? {
            None if op == Op::Replace => self.unassign(id),
            None => Ok(()),
            Some(node) if parts => {
                let children: Vec<NodeId> = self.document.children(node).collect();
                let names: Vec<AttributeId> = children.iter().map(|child| self.document.node(*child).attribute).collect();
                let before = self.reference(id);
                for child in children {
                    self.put(self.document.node(child).attribute, child)?;
                }
                self.forget_details(id, before, &names);
                Ok(())
            }
            Some(node) => {
                let reference = attribute.parent.filter(|parent| !merging && registry.attribute(*parent).value == Some(id));
                let before = reference.and_then(|parent| self.reference(parent));
                self.put(id, node)?;
                if let Some(parent) = reference {
                    self.forget_details(parent, before, &[id]);
                }
                Ok(())
            }
        }
    }

    /// Merges an object into a complex attribute or an extension (RFC 7644 §3.5.2.3).
    fn merge(&mut self, id: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        let before = self.reference(id);
        let mut members = self.members(value, &attribute.path)?;
        let mut names = Vec::new();
        while let Some((name, member)) = members.next()? {
            let Some(child) = registry.child(id, &name) else {
                let colon = if attribute.extension { ':' } else { '.' };
                return Err(self.targets().unknown(format!("{}{colon}{name}", attribute.path)));
            };
            if registry.attribute(child).mutability == Mutability::ReadOnly && !attribute.extension {
                let path = self.path(child);
                self.note(Tolerance::IgnoredReadOnly, &path, "the service provider sets it; the value was ignored");
                continue;
            }
            names.push(child);
            self.assign(child, member, op, true)?;
        }
        self.forget_details(id, before, &names);
        Ok(())
    }

    /// The text of a complex attribute's `value`.
    fn reference(&self, id: AttributeId) -> Option<String> {
        let value = self.registry.attribute(id).value?;
        let node = self.document.child(self.holder(value)?, value)?;
        Some(self.document.raw(node).to_owned())
    }

    /// A new `value` of a reference drops what was stored about the old one, unless it was named too.
    fn forget_details(&mut self, id: AttributeId, before: Option<String>, named: &[AttributeId]) {
        if before.is_none() || self.reference(id) == before {
            return;
        }
        let Some(node) = self.holder(id).and_then(|holder| self.document.child(holder, id)) else { return };
        for child in self.document.children(node).collect::<Vec<_>>() {
            let attribute = self.document.node(child).attribute;
            let detail = ["$ref", "display", "displayName"].contains(&self.registry.attribute(attribute).name.as_ref());
            if detail && !named.contains(&attribute) {
                self.document.remove(child);
            }
        }
    }

    /// A readOnly attribute may be named with the value it has, and with no other.
    fn leave_as_is(&mut self, id: AttributeId, value: Span) -> Result<(), PatchFault> {
        let attribute = self.registry.attribute(id);
        let read_only = PatchFault::ReadOnly { path: attribute.path.to_string() };
        let there = self.holder(id).and_then(|holder| self.document.child(holder, id));
        let mut findings = Findings::default();
        let mut reader = Builder::new(
            self.registry,
            self.dialect,
            Judge::Stored,
            (self.message, self.source),
            &mut self.document,
            &mut findings,
            self.limits.json_depth,
        )
        .starting(value.start as usize, String::new());
        let given = reader.value_of(id, false)?;
        let same = match (there, given) {
            (None, None) => true,
            (Some(there), Some(given)) => self.document.equals(there, &self.document, given),
            _ => false,
        };
        if same { Ok(()) } else { Err(read_only) }
    }

    /// `schemas` follows the extensions that have values; naming it again must name known ones.
    fn judge_schemas(&mut self, value: Span) -> Result<(), PatchFault> {
        let Some(list) = self.read(common::SCHEMAS, value, false)? else { return Err(PatchFault::Required { path: "schemas".into() }) };
        let resource_type = self.registry.resource_type(self.resource_type);
        for node in self.document.children(list).collect::<Vec<_>>() {
            let uri = self.document.string(node).unwrap_or_default().into_owned();
            let known = |urn: &str| urn.eq_ignore_ascii_case(&uri);
            if known(&resource_type.schema) || resource_type.extensions.iter().any(|extension| known(&extension.schema)) {
                continue;
            }
            let detail = format!("`{uri}` is no schema of {}", resource_type.name);
            if !self.dialect.takes(Tolerance::EntraUnknownSchema) {
                return Err(PatchFault::Value { path: "schemas".into(), scim_type: ScimType::InvalidValue, detail });
            }
            self.note(Tolerance::EntraUnknownSchema, "schemas", &detail);
        }
        Ok(())
    }

    /// Puts a value where it belongs, unless it is there.
    pub(super) fn put(&mut self, id: AttributeId, node: NodeId) -> Result<(), PatchFault> {
        let there = self.holder(id).and_then(|holder| self.document.child(holder, id));
        if let Some(there) = there {
            if self.document.equals(there, &self.document, node) {
                return Ok(());
            }
            if self.registry.attribute(id).mutability == Mutability::Immutable {
                return Err(PatchFault::Immutable { path: self.path(id) });
            }
            self.document.put_in_place(there, node);
        } else {
            let holder = self.make_holder(id);
            self.document.attach(holder, node);
        }
        self.touch(id);
        Ok(())
    }

    /// Removes an attribute's value, all values of a multi-valued one, or an extension's.
    pub(super) fn unassign(&mut self, id: AttributeId) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        if attribute.extension {
            let children = attribute.children.clone();
            for child in children {
                if self.holder(child).is_some_and(|holder| self.document.child(holder, child).is_some()) {
                    self.unassign(child)?;
                }
            }
            return Ok(());
        }
        self.judge_removal(attribute)?;
        if let Some(parent) = attribute.parent.filter(|parent| registry.attribute(*parent).multi_valued) {
            for element in self.elements(parent) {
                self.unassign_in(parent, element, id)?;
            }
            return Ok(());
        }
        let Some(there) = self.holder(id).and_then(|holder| self.document.child(holder, id)) else { return Ok(()) };
        if attribute.mutability == Mutability::Immutable {
            return Err(PatchFault::Immutable { path: attribute.path.to_string() });
        }
        self.document.remove(there);
        self.indexes.retain(|index| index.attribute != id);
        self.touch(id);
        self.tidy(attribute.parent);
        Ok(())
    }

    pub(super) fn judge_removal(&self, attribute: &Attribute) -> Result<(), PatchFault> {
        let path = attribute.path.to_string();
        match attribute.mutability {
            Mutability::ReadOnly => Err(PatchFault::ReadOnly { path }),
            _ if attribute.required => Err(PatchFault::Required { path }),
            _ => Ok(()),
        }
    }

    /// A complex attribute or extension that has nothing left is unassigned.
    pub(super) fn tidy(&mut self, id: Option<AttributeId>) {
        let Some(id) = id else { return };
        let Some(node) = self.holder(id).and_then(|holder| self.document.child(holder, id)) else { return };
        if self.document.is_empty(node) {
            self.document.remove(node);
            self.tidy(self.registry.attribute(id).parent);
        }
    }

    /// The object that `id` is a member of, where there is one.
    pub(super) fn holder(&self, id: AttributeId) -> Option<NodeId> {
        match self.registry.attribute(id).parent {
            None => Some(NodeId::ROOT),
            Some(parent) => {
                let node = self.document.child(self.holder(parent)?, parent)?;
                (self.document.node(node).kind == Kind::Object).then_some(node)
            }
        }
    }

    pub(super) fn make_holder(&mut self, id: AttributeId) -> NodeId {
        let Some(parent) = self.registry.attribute(id).parent else { return NodeId::ROOT };
        let above = self.make_holder(parent);
        let made = match self.document.child(above, parent) {
            Some(node) if self.document.node(node).kind == Kind::Object => return node,
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

    /// Reads a value of the message; `None` is an unassigned one.
    pub(super) fn read(&mut self, id: AttributeId, value: Span, element: bool) -> Result<Option<NodeId>, PatchFault> {
        self.read_as(id, value, element, false)
    }

    /// Reads a value of which `partial` may leave out what is required.
    pub(super) fn read_as(&mut self, id: AttributeId, value: Span, element: bool, partial: bool) -> Result<Option<NodeId>, PatchFault> {
        let mut findings = Findings::default();
        let node = Builder::new(
            self.registry,
            self.dialect,
            Judge::Patch(self.operation),
            (self.message, self.source),
            &mut self.document,
            &mut findings,
            self.limits.json_depth,
        )
        .starting(value.start as usize, String::new())
        .partial(partial)
        .value_of(id, element)?;
        self.notes.append(&mut findings.notes);
        match findings.issues.into_iter().find(|issue| issue.severity == Severity::Error) {
            Some(issue) => Err(PatchFault::Value {
                path: issue.path,
                scim_type: issue.scim_type.unwrap_or(ScimType::InvalidValue),
                detail: issue.detail,
            }),
            None => Ok(node),
        }
    }

    pub(super) fn token(&self, value: Span) -> Result<Token, PatchFault> {
        let mut scanner = Scanner::new(self.message, self.limits.json_depth);
        scanner.jump(value.start as usize);
        Ok(scanner.token()?)
    }

    /// Opens the object at `value`.
    pub(super) fn members(&self, value: Span, path: &str) -> Result<Members<'s>, PatchFault> {
        Members::open(self.message, value, self.limits.json_depth)?.ok_or_else(|| {
            let detail = format!("`{path}` must be an object");
            PatchFault::Value { path: path.into(), scim_type: ScimType::InvalidValue, detail }
        })
    }

    pub(super) fn path(&self, id: AttributeId) -> String {
        self.registry.attribute(id).path.to_string()
    }

    pub(super) fn note(&mut self, rule: Tolerance, path: &str, detail: &str) {
        self.notes.push(Note { rule, operation: Some(self.operation), path: path.into(), detail: detail.into() });
    }

    /// Remembers that the attribute of the resource, or of an extension, that `id` is or belongs to was written.
    pub(super) fn touch(&mut self, id: AttributeId) {
        let mut top = id;
        while let Some(parent) = self.registry.attribute(top).parent.filter(|parent| !self.registry.attribute(*parent).extension) {
            top = parent;
        }
        match self.touched.iter_mut().find(|(known, _)| *known == top) {
            Some((_, times)) => *times += 1,
            None => self.touched.push((top, 1)),
        }
    }

    /// Whether anything is different in the end. An attribute written once is; one written often may have come back.
    fn is_changed(&self, original: &Document<'_>) -> bool {
        self.touched.iter().any(|(id, times)| {
            if *times == 1 {
                return true;
            }
            let now = self.holder(*id).and_then(|holder| self.document.child(holder, *id));
            match (now, original.value_at(self.registry, *id)) {
                (None, None) => false,
                (Some(now), Some(before)) => !self.document.equals(now, original, before),
                _ => true,
            }
        })
    }

    /// What the operations wrote has all sub-attributes it needs.
    fn judge_completeness(&self) -> Result<(), PatchFault> {
        for (id, _) in &self.touched {
            let required = self.registry.attribute(*id).children.iter().filter(|child| {
                let child = self.registry.attribute(**child);
                child.required && child.mutability != Mutability::ReadOnly
            });
            for child in required {
                let lacks = |element: &NodeId| self.document.child(*element, *child).is_none();
                if self.elements(*id).iter().any(lacks) {
                    let path = self.path(*child);
                    let detail = format!("`{path}` is required");
                    return Err(PatchFault::Value { path, scim_type: ScimType::InvalidValue, detail });
                }
            }
        }
        Ok(())
    }

    /// `schemas` lists the extensions that have values (RFC 7643 §3), as far as they were written.
    fn list_extensions(&mut self) {
        let registry = self.registry;
        let resource_type = registry.resource_type(self.resource_type);
        for extension in &resource_type.extensions {
            let written = self.touched.iter().any(|(id, _)| registry.attribute(*id).parent == Some(extension.attribute));
            if !written {
                continue;
            }
            let has_values = self.document.child(NodeId::ROOT, extension.attribute).is_some();
            let list = self.document.child(NodeId::ROOT, common::SCHEMAS);
            let listed = list.and_then(|list| {
                self.document
                    .children(list)
                    .find(|node| self.document.string(*node).is_some_and(|uri| uri.eq_ignore_ascii_case(&extension.schema)))
            });
            match (has_values, listed) {
                (false, Some(node)) => self.document.remove(node),
                (true, None) => {
                    let list = list.unwrap_or_else(|| {
                        let list = self.document.push(None, Node::made(common::SCHEMAS, Kind::Array));
                        self.document.attach(NodeId::ROOT, list);
                        let main = self.document.push_text(common::SCHEMAS, &resource_type.schema);
                        self.document.attach(list, main);
                        list
                    });
                    let node = self.document.push_text(common::SCHEMAS, &extension.schema);
                    self.document.attach(list, node);
                }
                _ => {}
            }
        }
    }
}
