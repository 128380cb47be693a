//! What is asked of a subject, in text and plain values, and the reference as one of them.

use super::filter::{Query, Wrong, print};
use super::json::parse;
use super::patch::{self, Fault};
use super::payload::{self, Purpose};
use super::schema::{Dialect, Registry};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IssueText {
    pub severity: String,
    pub scim_type: Option<String>,
    pub path: String,
    pub pointer: String,
}

#[derive(Clone, Debug)]
pub struct Validated {
    pub resource_type: Option<String>,
    pub issues: Vec<IssueText>,
    pub notes: Vec<String>,
    /// Canonical JSON text, None when invalid.
    pub resource: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Filtered {
    pub printed: String,
    pub matches: Vec<bool>,
}

#[derive(Clone, Debug)]
pub struct PatchedText {
    pub text: String,
    pub changed: bool,
    pub notes: Vec<(String, Option<usize>)>,
}

/// Anything that answers as the crate does: the crate, the reference, later the wasm file.
pub trait Subject: Sync {
    fn validate(&self, payload: &str, purpose: &str, dialect: &str, resource_type: Option<&str>) -> Result<Validated, Fault>;
    /// Parses `text` once and asks it of each resource.
    fn filter(&self, text: &str, dialect: &str, resource_type: Option<&str>, resources: &[String]) -> Result<Filtered, Fault>;
    fn patch(&self, resource: &str, patch: &str, dialect: &str, resource_type: Option<&str>) -> Result<PatchedText, Fault>;
}

pub struct Reference {
    pub registry: Registry,
}

impl Reference {
    /// `None`: the built-in types alone.
    pub fn new(registry: Option<&str>) -> Reference {
        Reference { registry: registry.map_or_else(Registry::builtin, Registry::compile) }
    }
}

impl Subject for Reference {
    fn validate(&self, text: &str, purpose: &str, dialect: &str, resource_type: Option<&str>) -> Result<Validated, Fault> {
        let report = payload::validate(&self.registry, text, Purpose::from_name(purpose), Dialect::from_name(dialect), resource_type)
            .map_err(|t| Fault { status: 400, scim_type: Some(t.into()), operation: None })?;
        Ok(Validated {
            resource_type: report.resource_type,
            issues: report
                .issues
                .into_iter()
                .map(|i| IssueText { severity: i.severity.into(), scim_type: Some(i.scim_type.into()), path: i.path, pointer: i.pointer })
                .collect(),
            notes: report.notes.into_iter().map(String::from).collect(),
            resource: report.resource.map(|r| r.print()),
        })
    }

    fn filter(&self, text: &str, dialect: &str, resource_type: Option<&str>, resources: &[String]) -> Result<Filtered, Fault> {
        let query = Query::new(&self.registry, text, Dialect::from_name(dialect), resource_type).map_err(|_: Wrong| Fault {
            status: 400,
            scim_type: Some("invalidFilter".into()),
            operation: None,
        })?;
        Ok(Filtered {
            printed: print(&query.filter),
            matches: resources.iter().map(|r| query.matches(&parse(r).expect("a resource"))).collect(),
        })
    }

    fn patch(&self, resource: &str, body: &str, dialect: &str, resource_type: Option<&str>) -> Result<PatchedText, Fault> {
        let done = patch::apply(&self.registry, resource, body, Dialect::from_name(dialect), resource_type)?;
        Ok(PatchedText {
            text: done.resource.print(),
            changed: done.changed,
            notes: done.notes.into_iter().map(|(rule, operation)| (rule.to_string(), operation)).collect(),
        })
    }
}
