//! Which resource type a payload is of, and the payload as a document.

use std::borrow::Cow;

use thiserror::Error;

use super::document::Document;
use super::node::SourceId;
use super::read::{Builder, Findings, Judge, Verdict};
use super::scan::{Scan, Scanner, SyntaxError, Token, unescaped};
use crate::dialect::Dialect;
use crate::issue::{Issue, ScimType, Severity};
use crate::limits::Limits;
use crate::schema::{AttributeId, Registry, ResourceTypeId, Slots};

/// A payload that no resource type can be told for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum PayloadError {
    #[error("the payload is no JSON that can be read: {0}")]
    Syntax(#[from] SyntaxError),
    #[error("`{name}` is no resource type: use one of {known}")]
    NoSuchType { name: String, known: String },
    #[error("the payload has no `schemas` that tells its resource type: list its schema's URN, or pass `resourceType`")]
    NoSchemas,
    #[error("`schemas` names no resource type that is known: {found}")]
    UnknownSchemas { found: String },
}

impl From<Box<SyntaxError>> for PayloadError {
    fn from(error: Box<SyntaxError>) -> Self {
        Self::Syntax(*error)
    }
}

impl Registry {
    /// The resource type called `name`, or a clear error.
    pub(crate) fn type_named(&self, name: &str) -> Result<ResourceTypeId, PayloadError> {
        self.resource_type_named(name).ok_or_else(|| PayloadError::NoSuchType {
            name: name.into(),
            known: self.resource_types().map(|(_, known)| known.name.to_string()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The resource type of a payload: the one named, else the one its `schemas` names.
    pub(crate) fn type_of(&self, text: &str, named: Option<&str>, limits: &Limits) -> Result<ResourceTypeId, PayloadError> {
        if let Some(name) = named {
            return self.type_named(name);
        }
        let mut scanner = Scanner::new(text, limits.json_depth);
        match to_schemas(&mut scanner)? {
            Some(_) if scanner.token()? == Token::Array => self.type_of_schemas(&mut scanner),
            _ => Err(PayloadError::NoSchemas),
        }
    }

    fn type_of_schemas(&self, scanner: &mut Scanner<'_>) -> Result<ResourceTypeId, PayloadError> {
        scanner.expect(b'[', "`[`")?;
        let mut open = !scanner.take(b']');
        let mut found = Vec::new();
        while open {
            if scanner.token()? == Token::String {
                let span = scanner.string()?;
                let raw = scanner.slice(span);
                let uri = if span.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) };
                if let Some(id) = self.resource_type_of_schema(&uri) {
                    return Ok(id);
                }
                found.push(format!("`{uri}`"));
            } else {
                scanner.skip(2)?;
            }
            open = scanner.more(b']', "`,` or `]`")?;
        }
        Err(if found.is_empty() { PayloadError::NoSchemas } else { PayloadError::UnknownSchemas { found: found.join(", ") } })
    }

    /// What was wrong with `schemas`, and whether a name is given twice: all there is to say without a resource type.
    pub(crate) fn findings_without_type(text: &str, error: &PayloadError, limits: &Limits) -> Scan<Findings> {
        let mut scanner = Scanner::new(text, limits.json_depth);
        let name = to_schemas(&mut scanner)?;
        let pointer = name.map_or_else(String::new, |name| format!("/{}", unescaped(name)));
        let mut whole = Scanner::new(text, limits.json_depth);
        let doubled = whole.skip_unique(0)?.doubled.map(|span| whole.slice(span).to_owned());
        whole.end()?;
        let issue = |scim_type, path: String, pointer, detail, clause| Issue {
            severity: Severity::Error,
            scim_type: Some(scim_type),
            path,
            pointer,
            detail,
            clause,
        };
        let mut issues = vec![issue(ScimType::InvalidValue, "schemas".into(), pointer, error.to_string(), "RFC 7643 §3")];
        if let Some(name) = doubled {
            let detail = format!("`{name}` appears twice in one object");
            issues.push(issue(ScimType::InvalidSyntax, name, String::new(), detail, "RFC 7643 §2.1"));
        }
        Ok(Findings { issues, notes: Vec::new() })
    }

    /// Reads a resource as it stands: only its syntax is judged.
    pub(crate) fn stored<'s>(&self, text: &'s str, id: ResourceTypeId, limits: &Limits) -> Scan<Document<'s>> {
        self.read(text, id, Judge::Stored, Dialect::Rfc, limits, &mut Findings::default())
    }

    /// Reads a resource as it stands, and of each value that has parts only where it is, unless its attribute is `opened`.
    pub(crate) fn folded<'s>(
        &self,
        text: &'s str,
        id: ResourceTypeId,
        opened: &[AttributeId],
        limits: &Limits,
    ) -> Result<Document<'s>, SyntaxError> {
        let mut document = Document::with_capacity(96);
        let source = document.add_source(Cow::Borrowed(text)).unwrap_or_default();
        let mut findings = Findings::default();
        let mut reader = Builder::new(self, Dialect::Rfc, Judge::Stored, (text, source), &mut document, &mut findings, limits.json_depth);
        let mut slots = Slots::default();
        for id in opened {
            slots.insert(self.attribute(*id).slot);
        }
        reader.opened = Some(slots);
        match reader.resource(id) {
            Ok(_) => Ok(document),
            // What is wrong inside of a value is told when the value is asked for.
            Err(_) if !opened.is_empty() => self.folded(text, id, &[], limits),
            Err(error) => Err(*error),
        }
    }

    /// Reads a resource and judges it.
    pub(crate) fn read<'s>(
        &self,
        text: &'s str,
        id: ResourceTypeId,
        judge: Judge,
        dialect: Dialect,
        limits: &Limits,
        findings: &mut Findings,
    ) -> Scan<Document<'s>> {
        let mut document = Document::with_capacity(text.len() / 24 + 8);
        let source = document.add_source(Cow::Borrowed(text)).unwrap_or_default();
        let mut reader = Builder::new(self, dialect, judge, (text, source), &mut document, findings, limits.json_depth);
        reader.resource(id)?;
        Ok(document)
    }

    /// Judges a resource: its text and where it stands in the payload; how, and whether what is required may be
    /// left out. The answer: whether the text is canonical.
    pub(crate) fn judge(
        &self,
        (text, pointer): (&str, String),
        id: ResourceTypeId,
        (judge, partial): (Judge, bool),
        dialect: Dialect,
        limits: &Limits,
        findings: &mut Findings,
    ) -> Scan<bool> {
        let mut document = Document::new();
        let place = (text, SourceId::default());
        let mut reader = Verdict::new(self, dialect, judge, place, &mut document, findings, limits.json_depth);
        reader = reader.starting(0, pointer).partial(partial);
        reader.resource(id)
    }
}

/// Moves to the value of `schemas`. The answer: the name as it is written, `None` where there is none.
fn to_schemas<'t>(scanner: &mut Scanner<'t>) -> Scan<Option<&'t str>> {
    if scanner.token()? != Token::Object {
        return scanner.expected("`{`: a resource is an object");
    }
    scanner.expect(b'{', "`{`")?;
    let mut open = !scanner.take(b'}');
    while open {
        let span = scanner.name()?;
        let name = scanner.slice(span);
        if name.eq_ignore_ascii_case("schemas") || (span.escaped && unescaped(name).eq_ignore_ascii_case("schemas")) {
            return Ok(Some(name));
        }
        scanner.skip(1)?;
        open = scanner.more(b'}', "`,` or `}`")?;
    }
    Ok(None)
}
