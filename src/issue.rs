//! The words findings are told in: [`ScimType`], [`Issue`] and [`Note`].

use std::borrow::Cow;

use serde::Serialize;

use crate::dialect::Tolerance;

/// The error types of RFC 7644 Table 9, and of RFC 9865 for cursors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum ScimType {
    InvalidFilter,
    TooMany,
    Uniqueness,
    Mutability,
    InvalidSyntax,
    InvalidPath,
    NoTarget,
    InvalidValue,
    InvalidVers,
    Sensitive,
    InvalidCursor,
    ExpiredCursor,
    InvalidCount,
}

/// Whether an [`Issue`] makes a payload invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Severity {
    Error,
    Warning,
}

/// One finding about a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Errors make the payload invalid.
    pub severity: Severity,
    /// The error type a service provider would answer with.
    pub scim_type: Option<ScimType>,
    /// The attribute path, `emails.type` or `urn:…:User:department`.
    pub path: String,
    /// A JSON Pointer (RFC 6901) into the payload as received.
    pub pointer: String,
    /// One sentence an identity administrator can act on.
    pub detail: String,
    /// The clause that says so, `RFC 7643 §2.2`.
    pub clause: &'static str,
}

/// A tolerance that was used. Nothing is ever bent silently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The tolerance's stable name.
    #[serde(serialize_with = "name_of")]
    pub rule: Tolerance,
    /// Index of the PATCH operation.
    pub operation: Option<u32>,
    /// The attribute path it concerns.
    pub path: Cow<'static, str>,
    /// What was read as what.
    pub detail: Cow<'static, str>,
}

fn name_of<S: serde::Serializer>(rule: &Tolerance, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.name())
}
