//! A PatchOp judged without the resource it is for: every issue, each at its place.
//!
//! What depends on the resource (whether a filter matches, whether a readOnly value is the one
//! that is there) is left to the one who applies it.

use std::borrow::Cow;

use super::error::{PatchError, PatchFault};
use super::message::{Op, PATCH_OP};
use super::target::{self, Target, Targets};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Note, ScimType};
use crate::limits::Limits;
use crate::maps::Set;
use crate::resource::{Builder, Document, Findings, Judge, MessageReader, Scan, Shape, Span, SyntaxError, Token};
use crate::schema::{Attribute, AttributeId, Mutability, Registry, ResourceTypeId, Type, common};

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
    let targets = id.map(|resource_type| Targets { registry, resource_type, dialect, limits });
    let mut reader = MessageReader::new(text, pointer, dialect, limits.json_depth, findings);
    let mut count = None;
    let read = reader.object(&MESSAGE, &mut |reader, member| {
        if member == 0 {
            return reader.schemas(PATCH_OP, CLAUSE);
        }
        let list = reader.array("Operations", "an array of operations", CLAUSE, &mut |reader, index| {
            reader.operation = Some(index);
            let mut operation = Checker { reader, targets: targets.as_ref(), text, limits, index };
            operation.check()
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
struct Checker<'c, 't, 'f, 'r> {
    reader: &'c mut MessageReader<'t, 'f>,
    targets: Option<&'c Targets<'r>>,
    text: &'t str,
    limits: &'r Limits,
    index: u32,
}

impl Checker<'_, '_, '_, '_> {
    fn check(&mut self) -> Scan<()> {
        let (mut op, mut path, mut value) = (None, None, None);
        let has = self.reader.object(&OPERATION, &mut |reader, member| {
            match member {
                0 => op = read_op(reader)?,
                1 => path = reader.string("path", CLAUSE)?,
                _ => value = Some(reader.skip()?),
            }
            Ok(())
        })?;
        let Some(has) = has else { return Ok(()) };
        if !has.member(0) {
            self.issue(ScimType::InvalidSyntax, "op", "`op` must be add, remove or replace".into(), "op");
        }
        match path {
            Some(path) => self.check_path(op, &path, value),
            None => self.check_without_path(op, value),
        }
    }

    fn check_path(&mut self, op: Option<Op>, path: &str, value: Option<Span>) -> Scan<()> {
        let Some(targets) = self.targets else {
            if let Err(fault) = target::parse(path, self.reader.dialect, self.limits) {
                self.fault(&fault, "path");
            }
            if value.is_none() && matches!(op, Some(Op::Add | Op::Replace)) {
                self.fault(&PatchFault::MissingValue { path: path.into() }, "value");
            }
            return Ok(());
        };
        match targets.find(path, self.index, &mut self.reader.findings.notes) {
            Ok(target) => self.check_target(op, &target, value, "path", "value".into()),
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
        if self.token(value)? != Token::Object {
            self.issue(ScimType::InvalidValue, "value", "`value` must be an object where there is no `path`".into(), "value");
            return Ok(());
        }
        let Some(targets) = self.targets else { return Ok(()) };
        let mut named = Set::default();
        for (name, pointer, member) in self.members(value, "value")? {
            let root = targets.registry.root_attribute(targets.resource_type, &name).map(|id| Target { id, chosen: None });
            let target = match root {
                Some(target) => target,
                None => match targets.find(&name, self.index, &mut self.reader.findings.notes) {
                    Ok(target) => target,
                    Err(fault) => {
                        self.fault(&fault, &pointer);
                        continue;
                    }
                },
            };
            if target.chosen.is_some() {
                if !self.reader.dialect.takes(Tolerance::EntraValuePathKey) {
                    self.fault(&targets.unknown(name.into_owned()), &pointer);
                    continue;
                }
                self.reader.note(Tolerance::EntraValuePathKey, &name, "the name was read as the path of an operation".into());
            } else if !named.insert(target.id) {
                self.fault(&PatchFault::NamedTwice { path: targets.registry.attribute(target.id).path.to_string() }, &pointer);
                continue;
            }
            self.check_target(op, &target, Some(member), &pointer, pointer.clone())?;
        }
        Ok(())
    }

    /// Judges what is done to a target. `named` and `at` lead from the operation to its name and its value.
    fn check_target(&mut self, op: Option<Op>, target: &Target, value: Option<Span>, named: &str, at: String) -> Scan<()> {
        let Some(targets) = self.targets else { return Ok(()) };
        let registry = targets.registry;
        let whole = registry.attribute(target.id);
        let sub = target.chosen.as_ref().and_then(|chosen| chosen.sub);
        let id = sub.unwrap_or(target.id);
        let attribute = registry.attribute(id);
        let path = || attribute.path.to_string();
        if op == Some(Op::Remove) {
            let elements = target.chosen.is_some() && sub.is_none();
            if whole.mutability == Mutability::ReadOnly || attribute.mutability == Mutability::ReadOnly {
                self.fault(&PatchFault::ReadOnly { path: path() }, named);
            } else if let Some(value) = value.filter(|_| target.chosen.is_none() && attribute.multi_valued) {
                if self.token(value)? == Token::Null {
                    let detail = format!("`{}` with a null value names nothing: leave `value` out to remove all", attribute.path);
                    self.issue(ScimType::InvalidValue, &attribute.path, detail, &at);
                } else {
                    self.check_value(id, value, at, false, true)?;
                }
            } else if attribute.required && !elements {
                self.fault(&PatchFault::Required { path: path() }, named);
            }
            return Ok(());
        }
        let Some(value) = value else {
            self.fault(&PatchFault::MissingValue { path: path() }, "value");
            return Ok(());
        };
        if whole.mutability == Mutability::ReadOnly || attribute.mutability == Mutability::ReadOnly {
            let fault = PatchFault::ReadOnly { path: path() };
            if target.chosen.is_some() {
                self.fault(&fault, named);
            } else {
                let detail = format!("`{}` is readOnly: the operation fails unless it gives the value that is there", attribute.path);
                self.within(named, |reader| reader.warn(ScimType::Mutability, &attribute.path, detail, "RFC 7643 §2.2"));
            }
            return Ok(());
        }
        if self.token(value)? == Token::Null && op == Some(Op::Replace) && attribute.required && (sub.is_some() || target.chosen.is_none())
        {
            self.fault(&PatchFault::Required { path: path() }, &at);
            return Ok(());
        }
        if id == common::SCHEMAS {
            return self.check_schemas(targets, value, at);
        }
        if attribute.extension && self.token(value)? == Token::Object {
            return self.check_extension(op, id, value, &at);
        }
        let element = target.chosen.is_some() && sub.is_none();
        let merged = is_merged(attribute) || (element && op != Some(Op::Replace));
        self.check_value(id, value, at, element, merged)
    }

    /// The members of an extension's object are attributes like those of the resource.
    fn check_extension(&mut self, op: Option<Op>, id: AttributeId, value: Span, at: &str) -> Scan<()> {
        let Some(targets) = self.targets else { return Ok(()) };
        for (name, pointer, member) in self.members(value, at)? {
            match targets.registry.child(id, &name) {
                Some(id) => self.check_target(op, &Target { id, chosen: None }, Some(member), &pointer, pointer.clone())?,
                None if name.eq_ignore_ascii_case("schemas") => self.check_schemas(targets, member, pointer)?,
                None => {
                    let path = format!("{}:{name}", targets.registry.attribute(id).path);
                    self.fault(&targets.unknown(path), &pointer);
                }
            }
        }
        Ok(())
    }

    fn check_schemas(&mut self, targets: &Targets<'_>, value: Span, at: String) -> Scan<()> {
        let resource_type = targets.registry.resource_type(targets.resource_type);
        let Some(list) = self.check_value_in(common::SCHEMAS, value, at.clone(), false, false)? else { return Ok(()) };
        for (index, uri) in list.iter().enumerate() {
            let known = |urn: &str| urn.eq_ignore_ascii_case(uri);
            if known(&resource_type.schema) || resource_type.extensions.iter().any(|extension| known(&extension.schema)) {
                continue;
            }
            let detail = format!("`{uri}` is no schema of {}", resource_type.name);
            if self.reader.dialect.takes(Tolerance::EntraUnknownSchema) {
                self.reader.note(Tolerance::EntraUnknownSchema, "schemas", detail);
            } else {
                self.issue(ScimType::InvalidValue, "schemas", detail, &format!("{at}/{index}"));
            }
        }
        Ok(())
    }

    fn check_value(&mut self, id: AttributeId, value: Span, at: String, element: bool, partial: bool) -> Scan<()> {
        self.check_value_in(id, value, at, element, partial).map(drop)
    }

    /// Judges one value by its attribute. The answer: its elements, where they are strings.
    fn check_value_in(&mut self, id: AttributeId, value: Span, at: String, element: bool, partial: bool) -> Scan<Option<Vec<String>>> {
        let Some(targets) = self.targets else { return Ok(None) };
        let mut document = Document::new();
        let source = document.add_source(Cow::Borrowed(self.text)).unwrap_or_default();
        let pointer = format!("{}/{at}", self.reader.pointer);
        let node = Builder::new(
            targets.registry,
            self.reader.dialect,
            Judge::Patch(self.index),
            (self.text, source),
            &mut document,
            self.reader.findings,
            self.limits.json_depth,
        )
        .starting(value.start as usize, pointer.clone())
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
                let issue = crate::issue::Issue {
                    severity: crate::issue::Severity::Error,
                    scim_type: Some(ScimType::InvalidSyntax),
                    path: name,
                    pointer,
                    detail,
                    clause: "RFC 7643 §2.1",
                };
                self.reader.findings.issues.push(issue);
                return Ok(None);
            }
        };
        Ok(node.map(|list| document.children(list).filter_map(|node| document.string(node).map(Cow::into_owned)).collect()))
    }

    /// The members of an object in the message: name, pointer from the operation, value.
    fn members<'t>(&mut self, value: Span, at: &str) -> Scan<Vec<(Cow<'t, str>, String, Span)>> {
        let mut all = Vec::new();
        let mut seen = Set::default();
        let mut scratch = Findings::default();
        let text = self.text.get(..value.end as usize).unwrap_or("");
        let mut inner = MessageReader::new(text, at.to_owned(), self.reader.dialect, self.limits.json_depth, &mut scratch);
        inner.scanner.jump(value.start as usize);
        inner.members(&mut |reader, name| {
            let span = reader.skip()?;
            all.push((Cow::Owned(name.to_owned()), reader.pointer.clone(), span, !seen.insert(name.to_ascii_lowercase())));
            Ok(())
        })?;
        let mut members = Vec::new();
        for (name, pointer, span, twice) in all {
            if twice {
                self.issue(ScimType::InvalidSyntax, &name, format!("`{name}` appears twice in one object"), &pointer);
            } else {
                members.push((name, pointer, span));
            }
        }
        Ok(members)
    }

    fn token(&self, value: Span) -> Scan<Token> {
        let mut scanner = crate::resource::Scanner::new(self.text, self.limits.json_depth);
        scanner.jump(value.start as usize);
        scanner.token()
    }

    fn fault(&mut self, fault: &PatchFault, at: &str) {
        let scim_type = fault.scim_type().unwrap_or(ScimType::InvalidSyntax);
        self.issue(scim_type, fault.path().unwrap_or(""), fault.to_string(), at);
    }

    fn issue(&mut self, scim_type: ScimType, path: &str, detail: String, at: &str) {
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

/// A value that is merged into the one that is there may leave out what is required.
fn is_merged(attribute: &Attribute) -> bool {
    attribute.kind == Type::Complex && !attribute.multi_valued
}

fn read_op(reader: &mut MessageReader<'_, '_>) -> Scan<Option<Op>> {
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
