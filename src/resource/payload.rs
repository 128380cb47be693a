//! Which resource type a payload is of, and the payload as a document.

use std::borrow::Cow;

use thiserror::Error;

use super::document::{Document, unescaped};
use super::read::{Findings, Judge, Reader};
use super::scan::{Scanner, SyntaxError, Token};
use crate::dialect::Dialect;
use crate::limits::Limits;
use crate::schema::{Registry, ResourceTypeId};

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

impl Registry {
    /// The resource type called `name`, or a clear error.
    pub(crate) fn type_named(&self, name: &str) -> Result<ResourceTypeId, PayloadError> {
        self.resource_type_named(name).ok_or_else(|| PayloadError::NoSuchType {
            name: name.into(),
            known: self.resource_types().map(|(_, known)| known.name.to_string()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The resource type of a payload: the one named, else the one its `schemas` names, else (without any
    /// `schemas`) the one type that knows more of its attributes than every other.
    pub(crate) fn type_of(&self, text: &str, named: Option<&str>, limits: &Limits) -> Result<ResourceTypeId, PayloadError> {
        if let Some(name) = named {
            return self.type_named(name);
        }
        let mut scanner = Scanner::new(text, limits.json_depth);
        if scanner.token()? != Token::Object {
            return Ok(scanner.expected("`{`: a resource is an object")?);
        }
        scanner.expect(b'{', "`{`")?;
        let mut open = !scanner.take(b'}');
        let mut names = Vec::new();
        while open {
            let span = scanner.name()?;
            let name = scanner.slice(span);
            if name.eq_ignore_ascii_case("schemas") && scanner.token()? == Token::Array {
                return self.type_of_schemas(&mut scanner);
            }
            names.push(name);
            scanner.skip(1)?;
            open = scanner.more(b'}', "`,` or `}`")?;
        }
        let known = |id: ResourceTypeId| names.iter().filter(|name| self.root_attribute(id, name).is_some()).count();
        let best = self.resource_types().map(|(id, _)| (known(id), id)).max_by_key(|(count, _)| *count);
        match best {
            Some((count, id)) if count > 0 && self.resource_types().filter(|(other, _)| known(*other) == count).count() == 1 => Ok(id),
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

    /// Reads a resource as it stands: only its syntax is judged.
    pub(crate) fn stored<'s>(&self, text: &'s str, id: ResourceTypeId, limits: &Limits) -> Result<Document<'s>, SyntaxError> {
        self.read(text, id, Judge::Stored, Dialect::Rfc, limits, &mut Findings::default())
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
    ) -> Result<Document<'s>, SyntaxError> {
        let mut document = Document::with_capacity(text.len() / 24 + 8);
        let source = document.add_source(Cow::Borrowed(text)).unwrap_or_default();
        Reader::new(self, dialect, judge, (text, source), &mut document, findings, limits.json_depth).resource(id)?;
        Ok(document)
    }
}
