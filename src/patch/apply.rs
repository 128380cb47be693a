//! The operations of a PATCH, in order, on one document (RFC 7644 §3.5.2.1 to §3.5.2.3).
//!
//! An operation is judged path first, then value, then what becomes of the resource. What is done to complex
//! attributes is in [`super::merge`], to single elements in [`super::chosen`], to whole lists in [`super::elements`].

use std::borrow::Cow;
use std::ops::Deref;
use std::rc::Rc;

use super::elements::Index;
use super::error::{PatchError, PatchFault};
use super::message::{Op, Operation};
use super::target::{Target, Targets};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Note, ScimType, Severity};
use crate::limits::Limits;
use crate::resource::{
    Builder, Document, Findings, Judge, Kind, Node, NodeId, Scanner, SourceId, Span, SyntaxError, Token, is_object_text, unescaped,
};
use crate::schema::{Attribute, AttributeId, Mutability, Registry, ResourceTypeId, Type, common};

/// What a PATCH made of a document.
pub(crate) struct Patched<'s> {
    pub(crate) document: Document<'s>,
    pub(crate) changed: bool,
    /// Attributes that operations wrote, those whose value came back included.
    pub(crate) touched: Vec<AttributeId>,
    pub(crate) notes: Vec<Note>,
}

/// The text that values stand in: the message, or a text inside it that spells JSON.
#[derive(Clone)]
pub(super) enum Text<'s> {
    Message(&'s str),
    Embedded(Rc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Message(text) => text,
            Text::Embedded(text) => text,
        }
    }
}

pub(crate) struct Patcher<'r, 's> {
    pub(super) registry: &'r Registry,
    pub(super) resource_type: ResourceTypeId,
    pub(super) dialect: Dialect,
    pub(super) limits: &'r Limits,
    pub(super) document: Document<'s>,
    pub(super) notes: Vec<Note>,
    pub(super) indexes: Vec<Index>,
    pub(super) text: Text<'s>,
    source: SourceId,
    pub(super) operation: u32,
    /// Attributes written so far, each with how often, and by which operation the last time.
    touched: Vec<(AttributeId, u32, u32)>,
    /// Which of the extensions had values at first: a bit for each.
    extended: u64,
}

impl<'r, 's> Patcher<'r, 's> {
    /// Takes `document`, a resource read as stored, and the message that operations come from.
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
        let mut extended = 0;
        for extension in registry.resource_type(resource_type).extensions.iter().rev() {
            extended = extended << 1 | u64::from(document.child(NodeId::ROOT, extension.attribute).is_some());
        }
        Self {
            registry,
            resource_type,
            dialect,
            limits,
            document,
            notes,
            indexes: Vec::new(),
            text: Text::Message(message),
            source,
            operation: 0,
            touched: Vec::with_capacity(16),
            extended,
        }
    }

    /// The notes taken so far.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Applies all operations, or none: an error leaves nothing behind but itself. `original` gives what the document was.
    pub(crate) fn apply(self, operations: &[Operation<'_>], original: &dyn Fn() -> Document<'s>) -> Result<Patched<'s>, PatchError> {
        let targets = self.targets().foreseen(operations);
        self.apply_at(operations, targets, original)
    }

    /// The same, where it is known already what the paths name that are usual.
    pub(super) fn apply_at(
        mut self,
        operations: &[Operation<'_>],
        targets: Vec<Option<Target<'_>>>,
        original: &dyn Fn() -> Document<'s>,
    ) -> Result<Patched<'s>, PatchError> {
        for (operation, target) in operations.iter().zip(targets) {
            self.operation = operation.index;
            self.operate(operation, target).map_err(|fault| PatchError { operation: Some(operation.index), fault })?;
        }
        let changed = self.is_changed(original);
        if changed {
            self.judge_extensions()?;
            self.list_extensions().map_err(|fault| PatchError { operation: None, fault })?;
        }
        let touched = self.touched.iter().map(|(id, ..)| *id).collect();
        Ok(Patched { document: self.document, changed, touched, notes: self.notes })
    }

    fn operate(&mut self, operation: &Operation<'_>, target: Option<Target<'_>>) -> Result<(), PatchFault> {
        if let Some(fault) = &operation.fault {
            return Err(PatchFault::clone(fault));
        }
        let Some(path) = &operation.path else {
            if operation.op == Op::Remove {
                return Err(PatchFault::RemoveWithoutPath);
            }
            let value = operation.value.ok_or(PatchFault::MissingValue { path: "value".into() })?;
            return self.merge_resource(value, operation.op);
        };
        let target = target.map_or_else(|| self.target(path), Ok)?;
        self.operate_on(&target, operation.op, operation.value)
    }

    /// Reads a path and finds its attribute.
    pub(super) fn target<'p>(&mut self, text: &'p str) -> Result<Target<'p>, PatchFault> {
        self.targets().find(text, self.operation, &mut self.notes)
    }

    pub(super) fn targets(&self) -> Targets<'r> {
        Targets { registry: self.registry, resource_type: self.resource_type, dialect: self.dialect, limits: self.limits }
    }

    pub(super) fn operate_on(&mut self, target: &Target<'_>, op: Op, value: Option<Span>) -> Result<(), PatchFault> {
        let id = target.id;
        self.unfold(id)?;
        if id == common::SCHEMAS {
            return self.operate_on_schemas(target, op, value);
        }
        if let Some(chosen) = &target.chosen {
            return self.operate_on_elements(id, chosen, op, value);
        }
        match (op, value) {
            // The value says nothing where there is but one.
            (Op::Remove, Some(value)) if self.registry.attribute(id).multi_valued => {
                let parent = self.registry.attribute(id).parent.filter(|parent| self.registry.attribute(*parent).multi_valued);
                match parent {
                    Some(parent) => self.remove_parts(parent, self.elements(parent), id, value),
                    None => self.remove_values(id, None, value),
                }
            }
            (Op::Remove, _) => self.unassign(id),
            (_, None) => Err(PatchFault::MissingValue { path: self.path(id) }),
            (op, Some(value)) => self.assign(id, value, op),
        }
    }

    /// Writes a value to an attribute, sub-attribute or extension that is unfolded.
    fn assign(&mut self, id: AttributeId, value: Span, op: Op) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        let nothing = self.is_nothing(value)?;
        if nothing && op == Op::Add {
            return Ok(());
        }
        if attribute.mutability == Mutability::ReadOnly {
            let holders = match attribute.parent.filter(|parent| registry.attribute(*parent).multi_valued) {
                Some(parent) => self.elements(parent),
                None => self.holder(id).into_iter().collect(),
            };
            let mut there: Vec<Option<NodeId>> = holders.into_iter().map(|holder| self.document.child(holder, id)).collect();
            if there.is_empty() {
                there.push(None);
            }
            return self.leave_as_is(id, value, &there, false);
        }
        if let Some(parent) = attribute.parent.filter(|parent| registry.attribute(*parent).multi_valued) {
            return self.write_sub(parent, None, id, value, op);
        }
        if nothing {
            return self.unassign(id);
        }
        if attribute.multi_valued {
            return self.assign_elements(id, value, op);
        }
        if attribute.extension {
            return self.merge_extension(id, value, op, None);
        }
        if attribute.kind == Type::Complex {
            return self.merge(id, value, op);
        }
        let Some(node) = self.read(id, value, false)? else { return Ok(()) };
        match attribute.parent.filter(|parent| !registry.attribute(*parent).extension) {
            None => self.put(id, node),
            Some(parent) => self.put_part(parent, id, node),
        }
    }

    /// A readOnly attribute may be named with the value it has wherever it is meant, and with no other.
    pub(super) fn leave_as_is(&mut self, id: AttributeId, value: Span, there: &[Option<NodeId>], element: bool) -> Result<(), PatchFault> {
        let notes = self.notes.len();
        let embedded = self.within_text("", value, |patcher, value| patcher.read_by(Judge::Stored, id, value, (element, false)))?;
        self.notes.truncate(notes);
        let given = match embedded {
            Some(given) => given,
            None => self.read_by(Judge::Stored, id, value, (element, false))?,
        };
        let same = there.iter().all(|there| match (*there, given) {
            (None, None) => true,
            (Some(there), Some(given)) => self.document.same_value(self.registry, there, given),
            _ => false,
        });
        if same && !there.is_empty() { Ok(()) } else { Err(PatchFault::ReadOnly { path: self.path(id) }) }
    }

    /// `schemas` follows the extensions that have values: what is written to it must name known ones, and changes nothing.
    fn operate_on_schemas(&mut self, target: &Target<'_>, op: Op, value: Option<Span>) -> Result<(), PatchFault> {
        let element = target.chosen.is_some();
        match (op, value) {
            (Op::Remove, None) if !element => Err(PatchFault::Required { path: "schemas".into() }),
            (Op::Remove, Some(value)) if !element => self.judge_named_values(common::SCHEMAS, value),
            (Op::Remove, _) => Ok(()),
            (_, None) => Err(PatchFault::MissingValue { path: "schemas".into() }),
            (Op::Add, Some(value)) if self.is_nothing(value)? => Ok(()),
            (_, Some(value)) => self.judge_schemas(value, element),
        }
    }

    fn judge_schemas(&mut self, value: Span, element: bool) -> Result<(), PatchFault> {
        let bad = |detail| PatchFault::Value { path: "schemas".into(), scim_type: ScimType::InvalidValue, detail };
        let Some(given) = self.read(common::SCHEMAS, value, element)? else {
            return Err(PatchFault::Required { path: "schemas".into() });
        };
        let given: Vec<NodeId> = if element { vec![given] } else { self.document.children(given).collect() };
        let resource_type = self.registry.resource_type(self.resource_type);
        for node in given {
            let uri = self.document.string(node).unwrap_or_default().into_owned();
            let known = |urn: &str| urn.eq_ignore_ascii_case(&uri);
            if known(&resource_type.schema) || resource_type.extensions.iter().any(|extension| known(&extension.schema)) {
                continue;
            }
            let detail = format!("`{uri}` is no schema of {}", resource_type.name);
            if !self.dialect.takes(Tolerance::EntraUnknownSchema) {
                return Err(bad(detail));
            }
            self.note(Tolerance::EntraUnknownSchema, "schemas", detail);
        }
        Ok(())
    }

    /// Removes an attribute's value, all values of a multi-valued one, or an extension's.
    pub(super) fn unassign(&mut self, id: AttributeId) -> Result<(), PatchFault> {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        if attribute.extension {
            for child in &attribute.children {
                if let Some(there) = self.holder(*child).and_then(|holder| self.document.child(holder, *child)) {
                    // What it requires may go, as all of it goes.
                    if registry.attribute(*child).mutability == Mutability::ReadOnly {
                        return Err(PatchFault::ReadOnly { path: self.path(*child) });
                    }
                    self.take_out(*child, there)?;
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
        self.take_out(id, there)
    }

    /// Removes the value `there` of an attribute, unless it may be set but once.
    fn take_out(&mut self, id: AttributeId, there: NodeId) -> Result<(), PatchFault> {
        if let Some(fixed) = self.fixed(id, there) {
            return Err(PatchFault::Immutable { path: self.path(fixed) });
        }
        self.document.remove(there);
        self.indexes.retain(|index| index.attribute != id);
        self.touch(id);
        self.tidy(self.registry.attribute(id).parent)
    }

    pub(super) fn judge_removal(&self, attribute: &Attribute) -> Result<(), PatchFault> {
        let path = || attribute.path.to_string();
        match attribute.mutability {
            Mutability::ReadOnly => Err(PatchFault::ReadOnly { path: path() }),
            _ if attribute.required => Err(PatchFault::Required { path: path() }),
            _ => Ok(()),
        }
    }

    /// A complex attribute or extension that has nothing left is unassigned.
    pub(super) fn tidy(&mut self, id: Option<AttributeId>) -> Result<(), PatchFault> {
        let Some(id) = id else { return Ok(()) };
        let Some(node) = self.holder(id).and_then(|holder| self.document.child(holder, id)) else { return Ok(()) };
        if !self.document.is_empty(node) {
            return Ok(());
        }
        let attribute = self.registry.attribute(id);
        if attribute.required && !attribute.extension {
            return Err(PatchFault::Required { path: self.path(id) });
        }
        self.document.remove(node);
        self.tidy(attribute.parent)
    }

    /// The object that `id` is a member of, where there is one.
    pub(super) fn holder(&self, id: AttributeId) -> Option<NodeId> {
        match self.registry.attribute(id).parent {
            None => Some(NodeId::ROOT),
            Some(parent) => self.document.child(self.holder(parent)?, parent).filter(|node| self.document.is_object(*node)),
        }
    }

    /// Reads the attribute of the resource that `id` is or belongs to into nodes, where it is still text.
    pub(super) fn unfold(&mut self, id: AttributeId) -> Result<(), PatchFault> {
        let top = self.registry.top(id);
        let attribute = self.registry.attribute(top);
        if attribute.kind == Type::Complex || attribute.multi_valued {
            self.document.unfold(self.registry, top, self.limits)?;
        }
        Ok(())
    }

    /// Reads a value of the message; `None` is an unassigned one.
    pub(super) fn read(&mut self, id: AttributeId, value: Span, element: bool) -> Result<Option<NodeId>, PatchFault> {
        if self.registry.attribute(id).plain && self.text.as_bytes().get(value.start as usize) == Some(&b'"') {
            let span = Span { start: value.start + 1, end: value.end - 1, ..value };
            return Ok(Some(self.document.push(None, Node::of_text(id, Kind::String, self.source, span))));
        }
        self.read_by(Judge::Patch(self.operation), id, value, (element, false))
    }

    /// Reads a value of which some parts may be left out that are required.
    pub(super) fn read_part(&mut self, id: AttributeId, value: Span, element: bool) -> Result<Option<NodeId>, PatchFault> {
        self.read_by(Judge::Patch(self.operation), id, value, (element, true))
    }

    fn read_by(
        &mut self,
        judge: Judge,
        id: AttributeId,
        value: Span,
        (element, partial): (bool, bool),
    ) -> Result<Option<NodeId>, PatchFault> {
        let mut findings = Findings::default();
        let depth = self.limits.json_depth;
        let node = Builder::new(self.registry, self.dialect, judge, (&self.text, self.source), &mut self.document, &mut findings, depth)
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

    /// null or `[]`: what replace unassigns and add takes for nothing.
    pub(super) fn is_nothing(&self, value: Span) -> Result<bool, PatchFault> {
        let mut scanner = self.scanner(value);
        Ok(match scanner.token()? {
            Token::Null => true,
            Token::Array => {
                scanner.jump(scanner.at() + 1);
                scanner.take(b']')
            }
            _ => false,
        })
    }

    pub(super) fn scanner(&self, value: Span) -> Scanner<'_> {
        let mut scanner = Scanner::new(&self.text, self.limits.json_depth);
        scanner.jump(value.start as usize);
        scanner
    }

    /// The members of an object, by name and value; `None` where the value is no object.
    pub(super) fn members(&self, value: Span) -> Result<Option<Vec<(String, Span)>>, PatchFault> {
        let mut scanner = self.scanner(value);
        if scanner.token()? != Token::Object {
            return Ok(None);
        }
        let mut all: Vec<(String, Span)> = Vec::new();
        scanner.jump(scanner.at() + 1);
        let mut open = !scanner.take(b'}');
        while open {
            let span = scanner.name()?;
            let raw = scanner.slice(span);
            let name = if span.escaped { unescaped(raw) } else { raw.to_owned() };
            all.push((name, scanner.skip(4)?));
            open = scanner.more(b'}', "`,` or `}`")?;
        }
        let mut names: Vec<String> = all.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        crate::sort::plain(&mut names);
        match names.windows(2).find_map(|pair| pair.first().filter(|first| pair.last() == Some(first))) {
            Some(name) => Err(SyntaxError::DuplicateName { name: name.clone(), pointer: String::new() }.into()),
            None => Ok(Some(all)),
        }
    }

    /// Does with the object that a text spells what `then` does with an object; `None`: it spells none, or none is looked for.
    pub(super) fn within_text<T>(
        &mut self,
        path: &str,
        value: Span,
        then: impl FnOnce(&mut Self, Span) -> Result<T, PatchFault>,
    ) -> Result<Option<T>, PatchFault> {
        let mut scanner = self.scanner(value);
        if !self.dialect.takes(Tolerance::EntraJsonText) || scanner.token()? != Token::String {
            return Ok(None);
        }
        let span = scanner.string()?;
        let raw = scanner.slice(span);
        let text = if span.escaped { unescaped(raw) } else { raw.to_owned() };
        if !is_object_text(&text, self.limits.json_depth) {
            return Ok(None);
        }
        let Some(source) = self.document.add_source(Cow::Owned(text.clone())) else { return Ok(None) };
        self.note(Tolerance::EntraJsonText, path, "the text was read as the JSON object it spells");
        let whole = Span { start: 0, end: text.len() as u32, escaped: false };
        let outer = (std::mem::replace(&mut self.text, Text::Embedded(text.into())), std::mem::replace(&mut self.source, source));
        let outcome = then(self, whole);
        (self.text, self.source) = outer;
        outcome.map(Some)
    }

    pub(super) fn path(&self, id: AttributeId) -> String {
        self.registry.attribute(id).path.to_string()
    }

    #[cold]
    pub(super) fn note(&mut self, rule: Tolerance, path: &str, detail: impl Into<Cow<'static, str>>) {
        self.notes.push(Note { rule, operation: Some(self.operation), path: path.to_owned().into(), detail: detail.into() });
    }

    /// Remembers that the attribute of the resource, or of an extension, that `id` is or belongs to was written.
    pub(super) fn touch(&mut self, id: AttributeId) {
        let mut top = id;
        while let Some(parent) = self.registry.attribute(top).parent.filter(|parent| !self.registry.attribute(*parent).extension) {
            top = parent;
        }
        match self.touched.iter_mut().find(|(known, ..)| *known == top) {
            Some((_, times, last)) => (*times, *last) = (*times + 1, self.operation),
            None => self.touched.push((top, 1, self.operation)),
        }
    }

    /// Whether anything is different in the end. An attribute written once is; one written often may have come back.
    fn is_changed(&self, original: &dyn Fn() -> Document<'s>) -> bool {
        if self.touched.iter().any(|(_, times, _)| *times == 1) {
            return true;
        }
        let mut before = None;
        self.touched.iter().any(|(id, ..)| {
            let before = before.get_or_insert_with(original);
            // What could be read for the operation can be read here.
            let _ = before.unfold(self.registry, self.registry.top(*id), self.limits);
            let now = self.holder(*id).and_then(|holder| self.document.child(holder, *id));
            match (now, before.value_at(self.registry, *id)) {
                (None, None) => false,
                (Some(now), Some(old)) => !self.document.equals(now, before, old),
                _ => true,
            }
        })
    }

    /// An extension that has values, and was written, has those it requires. The last operation that wrote it is to blame.
    fn judge_extensions(&self) -> Result<(), PatchError> {
        for extension in &self.registry.resource_type(self.resource_type).extensions {
            let id = extension.attribute;
            let written = self.touched.iter().filter(|(part, ..)| self.registry.attribute(*part).parent == Some(id));
            let Some(operation) = written.map(|(.., last)| *last).max() else { continue };
            let Some(node) = self.document.child(NodeId::ROOT, id) else { continue };
            if self.document.children(node).any(|part| self.document.node(part).attribute != AttributeId::UNKNOWN) {
                self.judge_parts(id, node).map_err(|fault| PatchError { operation: Some(operation), fault })?;
            }
        }
        Ok(())
    }

    /// `schemas` gains an extension with its first value and loses it with its last (RFC 7643 §3).
    fn list_extensions(&mut self) -> Result<(), PatchFault> {
        let registry = self.registry;
        let resource_type = registry.resource_type(self.resource_type);
        for (extension, index) in resource_type.extensions.iter().zip(0u32..) {
            let had_values = self.extended >> (index & 63) & 1 == 1;
            let has_values = self.document.child(NodeId::ROOT, extension.attribute).is_some();
            if had_values && !has_values && extension.required {
                return Err(PatchFault::Required { path: extension.schema.to_string() });
            }
            if had_values != has_values {
                // `schemas` is no more than a list of strings: what cannot be read is left as it is.
                let _ = self.unfold(common::SCHEMAS);
                self.document.list_schema(&resource_type.schema, &extension.schema, has_values);
            }
        }
        Ok(())
    }
}
