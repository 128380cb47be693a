//! What an error looks like on the wire: the one place that turns errors into status, scimType and detail (RFC 7644 §3.12).

use std::ops::{Deref, DerefMut};

use serde::Serialize;
use thiserror::Error;

use crate::issue::{Issue, ScimType};
use crate::org::{ConfigError, RecordError};
use crate::patch::PatchError;
use crate::path::PathError;
use crate::resource::{FilterError, PayloadError, SyntaxError};
use crate::schema::SchemaError;

/// Bytes of a detail.
const LONGEST_DETAIL: usize = 1000;

/// An answer that cannot be given, and why. Nothing has happened. What it says is read through it: `error.status`.
#[derive(Clone, Debug, PartialEq, Error, Serialize)]
#[serde(transparent)]
#[error("{}", .0.detail)]
pub struct ScimError(Box<Refusal>);

/// What a [`ScimError`] says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// RFC 7644 Table 9.
    pub scim_type: Option<ScimType>,
    /// One sentence: what is wrong and what to do.
    pub detail: String,
    /// The attribute path that is to blame.
    pub path: Option<String>,
    /// Index of the PATCH or Bulk operation that failed.
    pub operation: Option<u32>,
    /// Index of the request of an atomic plan that failed.
    pub request: Option<u32>,
    /// All issues, where the payload was judged as a whole.
    pub issues: Vec<Issue>,
}

impl Deref for ScimError {
    type Target = Refusal;

    fn deref(&self) -> &Refusal {
        &self.0
    }
}

impl DerefMut for ScimError {
    fn deref_mut(&mut self) -> &mut Refusal {
        &mut self.0
    }
}

impl ScimError {
    /// An error without path or index. What a client sent is not sent back at any length.
    pub fn new(status: u16, scim_type: Option<ScimType>, detail: impl Into<String>) -> Self {
        Self::say(status, scim_type, detail.into())
    }

    #[cold]
    #[inline(never)]
    fn say(status: u16, scim_type: Option<ScimType>, mut detail: String) -> Self {
        if detail.len() > LONGEST_DETAIL {
            let end = (0..=LONGEST_DETAIL).rev().find(|at| detail.is_char_boundary(*at)).unwrap_or(0);
            detail.truncate(end);
            detail.push('…');
        }
        Self(Box::new(Refusal { status, scim_type, detail, path: None, operation: None, request: None, issues: Vec::new() }))
    }

    /// The same, to blame on `path`.
    pub fn at(self, path: impl Into<String>) -> Self {
        self.blamed(Some(path.into()))
    }

    #[cold]
    #[inline(never)]
    fn blamed(mut self, path: Option<String>) -> Self {
        self.path = path;
        self
    }

    /// The same, of one of several operations.
    #[cold]
    pub(crate) fn of_operation(mut self, index: Option<u32>) -> Self {
        self.operation = index;
        self
    }

    /// The RFC 7644 §3.12 body.
    pub fn body(&self) -> String {
        let mut body = format!("{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"{}\"", self.status);
        if let Some(scim_type) = self.scim_type {
            body.push_str(",\"scimType\":");
            body.push_str(&serde_json::to_string(&scim_type).unwrap_or_default());
        }
        body.push_str(",\"detail\":");
        crate::resource::push_quoted(&mut body, &self.detail);
        body.push('}');
        body
    }
}

impl From<SyntaxError> for ScimError {
    #[cold]
    fn from(error: SyntaxError) -> Self {
        match &error {
            SyntaxError::TooLarge { .. } => Self::new(413, None, error.to_string()),
            SyntaxError::TooDeep { .. } => Self::new(400, Some(ScimType::TooMany), error.to_string()),
            _ => Self::new(400, Some(ScimType::InvalidSyntax), error.to_string()),
        }
    }
}

impl From<Box<SyntaxError>> for ScimError {
    #[cold]
    fn from(error: Box<SyntaxError>) -> Self {
        (*error).into()
    }
}

impl From<PatchError> for ScimError {
    #[cold]
    fn from(error: PatchError) -> Self {
        let fault = &error.fault;
        let path = fault.path().map(str::to_owned);
        Self::new(fault.status(), fault.scim_type(), error.to_string()).blamed(path).of_operation(error.operation)
    }
}

impl From<RecordError> for ScimError {
    #[cold]
    fn from(error: RecordError) -> Self {
        let path = error.path().map(str::to_owned);
        Self::new(400, Some(error.scim_type()), error.to_string()).blamed(path)
    }
}

impl From<PathError> for ScimError {
    #[cold]
    fn from(error: PathError) -> Self {
        Self::new(400, Some(ScimType::InvalidFilter), error.to_string())
    }
}

impl From<FilterError> for ScimError {
    #[cold]
    fn from(error: FilterError) -> Self {
        Self::new(400, Some(ScimType::InvalidFilter), error.to_string())
    }
}

impl From<SchemaError> for ScimError {
    #[cold]
    fn from(error: SchemaError) -> Self {
        Self::new(400, Some(ScimType::InvalidValue), error.to_string()).at("schemas")
    }
}

impl From<ConfigError> for ScimError {
    #[cold]
    fn from(error: ConfigError) -> Self {
        Self::new(400, Some(ScimType::InvalidValue), error.to_string()).at("config")
    }
}

impl From<PayloadError> for ScimError {
    #[cold]
    fn from(error: PayloadError) -> Self {
        match error {
            PayloadError::Syntax(error) => error.into(),
            error => Self::new(400, Some(ScimType::InvalidValue), error.to_string()).at("schemas"),
        }
    }
}
