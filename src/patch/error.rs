//! Why a PATCH request is refused.

use thiserror::Error;

use crate::issue::ScimType;
use crate::path::PathError;
use crate::resource::{FilterError, SyntaxError};

/// A refused PATCH request: nothing has happened.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{fault}")]
pub struct PatchError {
    /// Index of the operation, where one is to blame.
    pub operation: Option<u32>,
    /// What is wrong with it.
    pub fault: PatchFault,
}

/// What is wrong with a PATCH request.
#[derive(Clone, Debug, PartialEq, Error)]
#[allow(missing_docs)]
pub enum PatchFault {
    #[error("the body is no JSON that can be read: {0}")]
    Syntax(#[from] SyntaxError),
    #[error("`{member}` must be {expected}")]
    Message { member: &'static str, expected: &'static str },
    #[error("`{name}` is no member of a PatchOp: it has `schemas` and `Operations`, and an operation `op`, `path` and `value`")]
    UnknownMember { name: String },
    #[error("the request has more than {limit} operations (patchOperations)")]
    TooManyOperations { limit: usize },
    #[error("`{op}` is no operation: use add, remove or replace, in lower case")]
    UnknownOp { op: String },
    #[error("the path `{path}` cannot be read: {reason}")]
    BadPath { path: String, reason: PathError },
    #[error("the filter in the path `{path}` cannot be read: {reason}")]
    BadFilter { path: String, reason: PathError },
    #[error("the filter in the path `{path}` cannot be used: {reason}")]
    UnusableFilter { path: String, reason: FilterError },
    #[error("`{path}` is no attribute of {resource_type}: check its spelling, or pass the schema that has it")]
    UnknownPath { path: String, resource_type: String },
    #[error("`{path}` is not multi-valued or complex: it takes no filter in brackets")]
    NoElements { path: String },
    #[error("a remove operation needs a `path`: name the attribute to remove")]
    RemoveWithoutPath,
    #[error("no value of `{path}` matches the filter: add the value first, or use a filter that matches")]
    NoTarget { path: String },
    #[error("`{path}` needs a `value`")]
    MissingValue { path: String },
    #[error("{detail}")]
    Value { path: String, scim_type: ScimType, detail: String },
    #[error("`{path}` is readOnly: only the service provider sets it")]
    ReadOnly { path: String },
    #[error("`{path}` is immutable: once set it cannot be changed")]
    Immutable { path: String },
    #[error("`{path}` is required: replace it instead of removing it")]
    Required { path: String },
    #[error("`{path}` is named twice in one value: name it once")]
    NamedTwice { path: String },
    #[error("`{path}` may be true for one value only, and the filter matches several")]
    SeveralPrimaries { path: String },
    #[error("`{path}` has `{value}` already, with other attributes: replace or remove that one first")]
    Taken { path: String, value: String },
}

impl From<Box<SyntaxError>> for PatchFault {
    fn from(error: Box<SyntaxError>) -> Self {
        Self::Syntax(*error)
    }
}

impl PatchFault {
    /// The error type of RFC 7644 Table 9.
    pub fn scim_type(&self) -> Option<ScimType> {
        Some(match self {
            Self::Syntax(SyntaxError::TooLarge { .. }) | Self::TooManyOperations { .. } => return None,
            Self::Syntax(SyntaxError::TooDeep { .. }) => ScimType::TooMany,
            Self::Syntax(_) | Self::Message { .. } | Self::UnknownMember { .. } | Self::UnknownOp { .. } | Self::NamedTwice { .. } => {
                ScimType::InvalidSyntax
            }
            Self::BadPath { .. } | Self::UnknownPath { .. } | Self::NoElements { .. } => ScimType::InvalidPath,
            Self::BadFilter { .. } | Self::UnusableFilter { .. } => ScimType::InvalidFilter,
            Self::RemoveWithoutPath | Self::NoTarget { .. } => ScimType::NoTarget,
            Self::MissingValue { .. } | Self::SeveralPrimaries { .. } => ScimType::InvalidValue,
            Self::Value { scim_type, .. } => *scim_type,
            Self::ReadOnly { .. } | Self::Immutable { .. } | Self::Required { .. } => ScimType::Mutability,
            Self::Taken { .. } => ScimType::Uniqueness,
        })
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Self::Syntax(SyntaxError::TooLarge { .. }) | Self::TooManyOperations { .. } => 413,
            Self::Taken { .. } | Self::Value { scim_type: ScimType::Uniqueness, .. } => 409,
            _ => 400,
        }
    }

    /// The attribute path that is to blame.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Syntax(_)
            | Self::TooManyOperations { .. }
            | Self::UnknownOp { .. }
            | Self::RemoveWithoutPath
            | Self::UnknownMember { .. } => None,
            Self::Message { member, .. } => Some(member),
            Self::BadPath { path, .. }
            | Self::BadFilter { path, .. }
            | Self::UnusableFilter { path, .. }
            | Self::UnknownPath { path, .. }
            | Self::NoElements { path }
            | Self::NoTarget { path }
            | Self::MissingValue { path }
            | Self::Value { path, .. }
            | Self::ReadOnly { path }
            | Self::Immutable { path }
            | Self::Required { path }
            | Self::NamedTwice { path }
            | Self::SeveralPrimaries { path }
            | Self::Taken { path, .. } => Some(path),
        }
    }
}
