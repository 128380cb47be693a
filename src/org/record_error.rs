//! Why a stored record was refused.

use thiserror::Error;

use crate::issue::ScimType;
use crate::resource::SyntaxError;

/// A record that was refused; those before it are in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {fault}", self.name())]
pub struct RecordError {
    /// Its key, where that could be read.
    pub key: Option<String>,
    /// Its place among the records fed at once, from 1.
    pub number: usize,
    /// What is wrong.
    pub fault: RecordFault,
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum RecordFault {
    #[error("it is no JSON that can be read: {0}")]
    Syntax(#[from] SyntaxError),
    #[error("a record is an object of `key` (text) and `value`")]
    NoRecord,
    #[error("no record has such a key")]
    UnknownKey,
    #[error("the value must be an object, or null to remove it")]
    NoObject,
    #[error("no schema of {resource_type} has `{name}`")]
    UnknownAttribute { name: String, resource_type: String },
    #[error("`{path}` has a value of another type")]
    WrongType { path: String },
    #[error("the value's `id` is `{id}`")]
    OtherId { id: String },
    #[error("`{path}` is missing")]
    Missing { path: &'static str },
    #[error("`{path}` is `{value}`: it must be {known}")]
    NotOneOf { path: &'static str, value: String, known: String },
    #[error("a group cannot be granted `{role}`")]
    NotForGroups { role: String },
    #[error("the id is that of {kind}")]
    Taken { kind: &'static str },
    #[error("owners stand in the record `organization`")]
    OwnersElsewhere,
    #[error("there are more than {limit} identifiers")]
    TooManyIds { limit: u32 },
}

impl RecordError {
    fn name(&self) -> String {
        match &self.key {
            Some(key) => format!("record `{key}`"),
            None => format!("record {}", self.number),
        }
    }

    /// The error type of RFC 7644 Table 9.
    pub fn scim_type(&self) -> ScimType {
        match &self.fault {
            RecordFault::Syntax(_) | RecordFault::NoRecord | RecordFault::UnknownAttribute { .. } => ScimType::InvalidSyntax,
            RecordFault::UnknownKey
            | RecordFault::NoObject
            | RecordFault::WrongType { .. }
            | RecordFault::OtherId { .. }
            | RecordFault::Missing { .. }
            | RecordFault::NotOneOf { .. }
            | RecordFault::NotForGroups { .. }
            | RecordFault::Taken { .. }
            | RecordFault::OwnersElsewhere => ScimType::InvalidValue,
            RecordFault::TooManyIds { .. } => ScimType::TooMany,
        }
    }

    /// The record's key.
    pub fn path(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl From<Box<SyntaxError>> for RecordFault {
    fn from(error: Box<SyntaxError>) -> Self {
        Self::Syntax(*error)
    }
}
