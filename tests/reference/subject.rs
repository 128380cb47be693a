//! The one file that knows what is under test: the crate's public functions.

use scim_policy::{Filter, FilterOptions, PatchOptions, Registry, ScimError, ScimType, Severity, ValidateOptions};

use super::answers::{Filtered, IssueText, PatchedText, Subject, Validated};
use super::patch::Fault;

/// Whether `subject` is anything but the reference.
pub const BOUND: bool = true;

/// scimTypes that count as one while a point of README is unsettled: (the reference's, the subject's).
pub const UNSETTLED: &[(&str, &str)] = &[];

/// Compare the rule names of notes too.
pub const COMPARE_NOTES: bool = true;

struct Crate(Registry);

fn word<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(name.into()).expect("a name of the contract")
}

fn scim_type(of: Option<ScimType>) -> Option<String> {
    of.map(|of| serde_json::to_value(of).expect("a word").as_str().expect("a word").to_owned())
}

fn fault(error: ScimError) -> Fault {
    Fault { status: error.status, scim_type: scim_type(error.scim_type), operation: error.operation.map(|index| index as usize) }
}

impl Subject for Crate {
    fn validate(&self, payload: &str, purpose: &str, dialect: &str, resource_type: Option<&str>) -> Result<Validated, Fault> {
        let options = ValidateOptions { purpose: word(purpose), dialect: word(dialect), resource_type, limits: Default::default() };
        let report = scim_policy::validate(&self.0, payload.as_bytes(), &options).map_err(fault)?;
        let issue = |issue: scim_policy::Issue| IssueText {
            severity: if issue.severity == Severity::Error { "error" } else { "warning" }.into(),
            scim_type: scim_type(issue.scim_type),
            path: issue.path,
            pointer: issue.pointer,
        };
        Ok(Validated {
            resource_type: report.resource_type,
            issues: report.issues.into_iter().map(issue).collect(),
            notes: report.notes.iter().map(|note| note.rule.name().to_owned()).collect(),
            resource: report.resource,
        })
    }

    fn filter(&self, text: &str, dialect: &str, resource_type: Option<&str>, resources: &[String]) -> Result<Filtered, Fault> {
        let options = FilterOptions { dialect: word(dialect), resource_type, limits: Default::default() };
        let filter = Filter::parse(&self.0, text, &options).map_err(fault)?;
        let matches = resources.iter().map(|resource| filter.matches(&self.0, resource.as_bytes()));
        Ok(Filtered { printed: filter.to_string(), matches: matches.collect::<Result<_, _>>().map_err(fault)? })
    }

    fn patch(&self, resource: &str, patch: &str, dialect: &str, resource_type: Option<&str>) -> Result<PatchedText, Fault> {
        let options = PatchOptions { dialect: word(dialect), resource_type, limits: Default::default() };
        let outcome = scim_policy::apply_patch(&self.0, resource.as_bytes(), patch.as_bytes(), &options).map_err(fault)?;
        let notes = outcome.notes.iter().map(|note| (note.rule.name().to_owned(), note.operation.map(|index| index as usize)));
        Ok(PatchedText { text: outcome.text, changed: outcome.changed, notes: notes.collect() })
    }
}

/// `registry` is None for the built-in types, else `{"schemas": […], "resourceTypes": […]}`.
pub fn subject(registry: Option<&str>) -> Box<dyn Subject> {
    Box::new(Crate(match registry {
        None => Registry::builtin().clone(),
        Some(text) => Registry::compile(text, &Default::default()).expect("a registry document"),
    }))
}
