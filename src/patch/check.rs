//! A PatchOp judged without the resource it is for: every issue, each at its place.
//!
//! What depends on the resource (whether a filter matches, whether a readOnly value is the one
//! that is there) is left to the one who applies it. Objects whose members are attributes are in [`super::check_object`].

use std::borrow::Cow;

use super::apply::Patcher;
use super::check_object::{Names, names_of};
use super::error::{PatchError, PatchFault};
use super::message::{NO_OP, Op, PATCH_OP};
use super::target::{self, Target};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Issue, Note, ScimType, Severity};
use crate::limits::Limits;
use crate::resource::{Builder, Document, Findings, Judge, MessageReader, NodeId, Scan, Scanner, Shape, Span, SyntaxError, Token};
use crate::schema::{AttributeId, Mutability, Registry, ResourceTypeId, Type, common};

const CLAUSE: &str = "RFC 7644 §3.5.2";
const MESSAGE: Shape = Shape { name: "a PatchOp", members: &["schemas", "Operations"], clause: CLAUSE };
const OPERATION: Shape = Shape { name: "an operation", members: &["op", "path", "value"], clause: CLAUSE };

/// Judges the message `text`, which stands at `pointer`. Without a resource type only its shape is judged.
pub(crate) fn check(
    registry: &Registry,
    (text, pointer): (&str, String),
    id: Option<ResourceTypeId>,
    dialect: Dialect,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<(), PatchError> {
    let mut patcher = id.map(|id| names_of(registry, id, dialect, limits, text));
    let mut reader = MessageReader::new(text, pointer, dialect, limits.json_depth, findings);
    let mut count = None;
    let read = reader.object(&MESSAGE, &mut |reader, member| {
        if member == 0 {
            return reader.schemas(PATCH_OP, CLAUSE);
        }
        let list = reader.array("Operations", "an array of operations", CLAUSE, &mut |reader, index| {
            reader.operation = Some(index);
            Checker { reader, patcher: patcher.as_mut(), text, limits, index }.check()
        })?;
        reader.operation = None;
        count = list;
        Ok(())
    });
    let syntax = |error: Box<SyntaxError>| PatchError { operation: None, fault: error.into() };
    let has = read.map_err(syntax)?;
    reader.scanner.end().map_err(syntax)?;
    let Some(has) = has else { return Ok(()) };
    if !has.member(0) {
        if dialect.takes(Tolerance::OktaMissingSchemas) {
            reader.note(Tolerance::OktaMissingSchemas, "schemas", "the message has no `schemas`; it was taken for a PatchOp".into());
        } else {
            reader.issue(ScimType::InvalidSyntax, "schemas", format!("`schemas` must list `{PATCH_OP}`"), CLAUSE);
        }
    }
    if count.is_some_and(|count| count as usize > limits.patch_operations) {
        let fault = PatchFault::TooManyOperations { limit: limits.patch_operations };
        return Err(PatchError { operation: None, fault });
    }
    if !has.member(1) || count == Some(0) {
        reader.issue(ScimType::InvalidSyntax, "Operations", "`Operations` must be an array of one or more operations".into(), CLAUSE);
    }
    Ok(())
}

/// One operation being judged.
pub(super) struct Checker<'c, 't, 'f, 'r> {
    pub(super) reader: &'c mut MessageReader<'t, 'f>,
    /// Finds what is named, on no resource; `None` where the resource type is not known.
    pub(super) patcher: Option<&'c mut Patcher<'r, 't>>,
    pub(super) text: &'t str,
    pub(super) limits: &'r Limits,
    pub(super) index: u32,
}

impl<'t, 'r> Checker<'_, 't, '_, 'r> {
    fn check(&mut self) -> Scan<()> {
        let (mut op, mut path, mut value, mut doubled) = (None, Ok(None), None, None);
        let told = self.reader.findings.issues.len();
        let has = self.reader.object(&OPERATION, &mut |reader, member| {
            match member {
                0 => op = read_op(reader)?,
                1 => path = read_path(reader)?,
                _ => {
                    let skipped = reader.skip_unique()?;
                    (value, doubled) = (Some(skipped.span), skipped.doubled.map(|name| reader.text_at(name)));
                }
            }
            Ok(())
        })?;
        let Some(has) = has else { return Ok(()) };
        if !has.member(0) {
            self.issue(ScimType::InvalidSyntax, "op", NO_OP.to_string(), "op");
        }
        match path {
            Ok(Some(path)) => self.check_path(op, &path, value)?,
            Ok(None) => self.check_without_path(op, value)?,
            Err(NoPath) => {}
        }
        // A name given twice is told also where the value is not read.
        if let Some(name) = doubled
            && !self.reader.findings.issues.iter().skip(told).any(|issue| issue.scim_type == Some(ScimType::InvalidSyntax))
        {
            self.issue(ScimType::InvalidSyntax, &name, format!("`{name}` appears twice in one object"), "value");
        }
        Ok(())
    }

    fn check_path(&mut self, op: Option<Op>, path: &str, value: Option<Span>) -> Scan<()> {
        let Some(patcher) = self.patcher.as_deref_mut() else {
            if let Err(fault) = target::parse(path, self.reader.dialect, self.limits) {
                self.fault(&fault, "path");
            }
            if value.is_none() && matches!(op, Some(Op::Add | Op::Replace)) {
                self.fault(&PatchFault::MissingValue { path: path.into() }, "value");
            }
            return Ok(());
        };
        match patcher.targets().find(path, self.index, &mut self.reader.findings.notes) {
            Ok(target) => self.check_target(op, &target, value, "path", "value".into(), None),
            Err(fault) => {
                self.fault(&fault, "path");
                Ok(())
            }
        }
    }

    fn check_without_path(&mut self, op: Option<Op>, value: Option<Span>) -> Scan<()> {
        if op == Some(Op::Remove) {
            self.fault(&PatchFault::RemoveWithoutPath, "");
            return Ok(());
        }
        let Some(value) = value else {
            self.fault(&PatchFault::MissingValue { path: "value".into() }, "");
            return Ok(());
        };
        self.check_object(op, None, value, "value", None)
    }

    /// Judges what is done to a target. `named` and `at` lead from the operation to its name and its value; `names` are those
    /// of the object that it stands in.
    pub(super) fn check_target(
        &mut self,
        op: Option<Op>,
        target: &Target<'_>,
        value: Option<Span>,
        named: &str,
        at: String,
        names: Option<&mut Names>,
    ) -> Scan<()> {
        let Some(patcher) = self.patcher.as_deref() else { return Ok(()) };
        let registry = patcher.registry;
        let whole = registry.attribute(target.id);
        let sub = target.chosen.as_ref().and_then(|chosen| chosen.sub);
        let id = sub.unwrap_or(target.id);
        let attribute = registry.attribute(id);
        let path = || attribute.path.to_string();
        let element = target.chosen.is_some() && sub.is_none();
        let read_only = whole.mutability == Mutability::ReadOnly || attribute.mutability == Mutability::ReadOnly;
        if op == Some(Op::Remove) {
            let listed = match value {
                // A null says no more than brackets do.
                Some(value) if element && self.token(value)? == Token::Null => None,
                value => value.filter(|_| attribute.multi_valued),
            };
            if read_only {
                self.fault(&PatchFault::ReadOnly { path: path() }, named);
            } else if let Some(value) = listed {
                if self.token(value)? == Token::Null {
                    let detail = format!("`{}` with a null value names nothing: leave `value` out to remove all", attribute.path);
                    self.issue(ScimType::InvalidValue, &attribute.path, detail, &at);
                } else if id != common::SCHEMAS {
                    self.read(id, value, at, (false, true))?;
                }
            } else if attribute.required && !element {
                self.fault(&PatchFault::Required { path: path() }, named);
            }
            return Ok(());
        }
        let Some(value) = value else {
            self.fault(&PatchFault::MissingValue { path: path() }, "value");
            return Ok(());
        };
        let nothing = self.is_nothing(value)?;
        if nothing && op == Some(Op::Add) {
            return Ok(());
        }
        if read_only {
            let detail = format!("`{}` is readOnly: the operation fails unless it gives the value that is there", attribute.path);
            self.within(named, |reader| reader.warn(ScimType::Mutability, &attribute.path, detail, "RFC 7643 §2.2"));
            return Ok(());
        }
        if id == common::SCHEMAS {
            return self.check_schemas(value, at, element);
        }
        if attribute.extension && !nothing {
            return self.check_object(op, Some(id), value, &at, names);
        }
        let unassigns = nothing || {
            let (value, at) = if element { self.lone_element(value, &at)? } else { (value, at.clone()) };
            // What is merged into a value that is there may leave out what is required.
            let merged = if element { op != Some(Op::Replace) } else { attribute.kind == Type::Complex && !attribute.multi_valued };
            let unassigned = self.read(id, value, at, (element, merged))?.is_some_and(|list| list.is_none());
            unassigned && !merged
        };
        if unassigns && op == Some(Op::Replace) && attribute.required && !element && !attribute.extension {
            self.fault(&PatchFault::Required { path: path() }, &at);
        }
        Ok(())
    }

    fn check_schemas(&mut self, value: Span, at: String, element: bool) -> Scan<()> {
        let Some(patcher) = self.patcher.as_deref() else { return Ok(()) };
        let resource_type = patcher.registry.resource_type(patcher.resource_type);
        let Some(read) = self.read(common::SCHEMAS, value, at.clone(), (element, false))? else { return Ok(()) };
        let Some(list) = read else {
            self.fault(&PatchFault::Required { path: "schemas".into() }, &at);
            return Ok(());
        };
        for (index, uri) in list.iter().enumerate() {
            let known = |urn: &str| urn.eq_ignore_ascii_case(uri);
            if known(&resource_type.schema) || resource_type.extensions.iter().any(|extension| known(&extension.schema)) {
                continue;
            }
            let detail = format!("`{uri}` is no schema of {}", resource_type.name);
            if self.reader.dialect.takes(Tolerance::EntraUnknownSchema) {
                self.reader.note(Tolerance::EntraUnknownSchema, "schemas", detail);
            } else {
                let place = if element { at.clone() } else { format!("{at}/{index}") };
                self.issue(ScimType::InvalidValue, "schemas", detail, &place);
            }
        }
        Ok(())
    }

    /// Judges one value by its attribute: of a list one element, or a part that may leave out what is required. The answer: its
    /// elements, where they are strings; inside, `None` for an unassigned value; outside, for one that is refused.
    fn read(&mut self, id: AttributeId, value: Span, at: String, (element, partial): (bool, bool)) -> Scan<Option<Option<Vec<String>>>> {
        let Some(patcher) = self.patcher.as_deref() else { return Ok(None) };
        let mut document = Document::new();
        let source = document.add_source(Cow::Borrowed(self.text)).unwrap_or_default();
        let pointer = format!("{}/{at}", self.reader.pointer);
        let told = self.reader.findings.issues.len();
        let node = Builder::new(
            patcher.registry,
            self.reader.dialect,
            Judge::Patch(self.index),
            (self.text, source),
            &mut document,
            self.reader.findings,
            self.limits.json_depth,
        )
        .starting(value.start as usize, pointer)
        .partial(partial)
        .value_of(id, element);
        let node = match node {
            Ok(node) => node,
            Err(error) => {
                let (name, pointer) = match *error {
                    SyntaxError::DuplicateName { name, pointer } => (name, pointer),
                    error => return Err(error.into()),
                };
                let detail = format!("`{name}` appears twice in one object");
                let scim_type = Some(ScimType::InvalidSyntax);
                let issue = Issue { severity: Severity::Error, scim_type, path: name, pointer, detail, clause: "RFC 7643 §2.1" };
                self.reader.findings.issues.push(issue);
                return Ok(None);
            }
        };
        if self.reader.findings.issues.iter().skip(told).any(|issue| issue.severity == Severity::Error) {
            return Ok(None);
        }
        let strings = |list: NodeId| {
            let nodes = if element { vec![list] } else { document.children(list).collect() };
            nodes.into_iter().filter_map(|node| document.string(node).map(Cow::into_owned)).collect()
        };
        Ok(Some(node.map(strings)))
    }

    pub(super) fn scanner(&self, value: Span) -> Scanner<'t> {
        let mut scanner = Scanner::new(self.text, self.limits.json_depth);
        scanner.jump(value.start as usize);
        scanner
    }

    pub(super) fn token(&self, value: Span) -> Scan<Token> {
        self.scanner(value).token()
    }

    /// null or `[]`.
    fn is_nothing(&self, value: Span) -> Scan<bool> {
        let mut scanner = self.scanner(value);
        Ok(match scanner.token()? {
            Token::Null => true,
            Token::Array => {
                scanner.expect(b'[', "`[`")?;
                scanner.take(b']')
            }
            _ => false,
        })
    }

    /// `[{…}]` stands for `{…}` where one value is meant. The answer has its place too.
    fn lone_element(&self, value: Span, at: &str) -> Scan<(Span, String)> {
        let mut scanner = self.scanner(value);
        if scanner.token()? == Token::Array {
            scanner.expect(b'[', "`[`")?;
            let first = scanner.skip(4)?;
            if scanner.take(b']') {
                return Ok((first, format!("{at}/0")));
            }
        }
        Ok((value, at.to_owned()))
    }

    pub(super) fn fault(&mut self, fault: &PatchFault, at: &str) {
        let scim_type = fault.scim_type().unwrap_or(ScimType::InvalidSyntax);
        self.issue(scim_type, fault.path().unwrap_or(""), fault.to_string(), at);
    }

    pub(super) fn issue(&mut self, scim_type: ScimType, path: &str, detail: String, at: &str) {
        self.reader.issue_at(at, scim_type, path, detail, CLAUSE);
    }

    fn within(&mut self, at: &str, then: impl FnOnce(&mut MessageReader<'_, '_>)) {
        let end = self.reader.pointer.len();
        self.reader.pointer.push('/');
        self.reader.pointer.push_str(at);
        then(self.reader);
        self.reader.pointer.truncate(end);
    }
}

fn read_op(reader: &mut MessageReader<'_, '_>) -> Scan<Option<Op>> {
    if reader.scanner.token()? != Token::String {
        reader.issue(ScimType::InvalidSyntax, "op", NO_OP.to_string(), CLAUSE);
        reader.skip()?;
        return Ok(None);
    }
    let Some(word) = reader.string("op", CLAUSE)? else { return Ok(None) };
    match Op::named(&word, reader.dialect) {
        Ok((op, None)) => Ok(Some(op)),
        Ok((op, Some(rule))) => {
            let operation = reader.operation;
            reader.findings.notes.push(Note { rule, operation, path: "op".into(), detail: op.read_from(&word) });
            Ok(Some(op))
        }
        Err(fault) => {
            let scim_type = fault.scim_type().unwrap_or(ScimType::InvalidSyntax);
            reader.issue(scim_type, "op", fault.to_string(), CLAUSE);
            Ok(None)
        }
    }
}

/// What stands where a path should is none; that has become an issue.
struct NoPath;

fn read_path<'t>(reader: &mut MessageReader<'t, '_>) -> Scan<Result<Option<Cow<'t, str>>, NoPath>> {
    if matches!(reader.scanner.token()?, Token::String | Token::Null) {
        return Ok(Ok(reader.string("path", CLAUSE)?));
    }
    reader.issue(ScimType::InvalidPath, "path", "`path` must be a string".into(), CLAUSE);
    reader.skip()?;
    Ok(Err(NoPath))
}
