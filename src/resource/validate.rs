//! A payload judged against its schema: every issue, each with its place and its clause.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::node::NodeId;
use super::payload::PayloadError;
use super::read::{Findings, Judge};
use super::scan::text_of;
use crate::dialect::Dialect;
use crate::issue::{Issue, Note};
use crate::limits::Limits;
use crate::schema::{Registry, ResourceTypeId, common};

/// What a payload is for: it decides which characteristics apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Purpose {
    #[default]
    Create,
    Replace,
    Response,
    Patch,
    Bulk,
    Search,
}

/// How to validate.
#[derive(Clone, Debug, Default)]
pub struct ValidateOptions<'o> {
    /// What the payload is for.
    pub purpose: Purpose,
    /// Whose habits are tolerated.
    pub dialect: Dialect,
    /// The resource type; by default the one `schemas` names.
    pub resource_type: Option<&'o str>,
    /// Limits.
    pub limits: Limits,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether no issue is an error.
    pub valid: bool,
    /// The name of the resource type, if it could be told.
    pub resource_type: Option<String>,
    /// Every issue, in document order.
    pub issues: Vec<Issue>,
    /// Tolerances that were used.
    pub notes: Vec<Note>,
    /// The canonical form of a valid resource, as JSON text.
    #[serde(skip)]
    pub resource: Option<String>,
}

/// Judges the body of a resource: purposes create, replace and response.
pub(crate) fn validate_resource(
    registry: &Registry,
    payload: &[u8],
    options: &ValidateOptions<'_>,
    canonical: bool,
) -> Result<Report, PayloadError> {
    let text = text_of(payload, options.limits.payload_bytes)?;
    let id = match registry.type_of(text, options.resource_type, &options.limits) {
        Ok(id) => id,
        Err(error @ (PayloadError::NoSchemas | PayloadError::UnknownSchemas { .. })) => {
            let Findings { issues, notes } = Registry::findings_without_type(text, &error, &options.limits)?;
            return Ok(Report { issues, notes, ..Report::default() });
        }
        Err(error) => return Err(error),
    };
    let judge = match options.purpose {
        Purpose::Replace => Judge::Replace,
        Purpose::Response => Judge::Response,
        _ => Judge::Create,
    };
    let mut findings = Findings::default();
    let clean = registry.judge((text, String::new()), id, (judge, false), options.dialect, &options.limits, &mut findings)?;
    let valid = findings.is_valid();
    let resource = match canonical && valid {
        false => None,
        true if clean => Some(text.trim_matches([' ', '\n', '\r', '\t']).to_owned()),
        true => Some(canonical_text(registry, text, id, judge, options)?),
    };
    let Findings { issues, notes } = findings;
    Ok(Report { valid, resource_type: Some(registry.resource_type(id).name.to_string()), issues, notes, resource })
}

/// The canonical form of a valid resource: a second reading, now into a document.
fn canonical_text(
    registry: &Registry,
    text: &str,
    id: ResourceTypeId,
    judge: Judge,
    options: &ValidateOptions<'_>,
) -> Result<String, PayloadError> {
    let mut document = registry.read(text, id, judge, options.dialect, &options.limits, &mut Findings::default())?;
    document.list_schemas(registry, id);
    Ok(document.text_of(registry, NodeId::ROOT))
}

impl super::document::Document<'_> {
    /// Makes `schemas` list the main schema and the extensions that have values, in that order.
    pub(crate) fn list_schemas(&mut self, registry: &Registry, id: crate::schema::ResourceTypeId) {
        let resource_type = registry.resource_type(id);
        let assigned = |extension: &&crate::schema::Extension| self.child(NodeId::ROOT, extension.attribute).is_some();
        let mut wanted: Vec<&str> = vec![&resource_type.schema];
        wanted.extend(resource_type.extensions.iter().filter(assigned).map(|extension| extension.schema.as_ref()));
        let Some(list) = self.child(NodeId::ROOT, common::SCHEMAS) else { return };
        let found: Vec<String> = self.children(list).filter_map(|node| self.string(node)).map(Cow::into_owned).collect();
        if found == wanted {
            return;
        }
        let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        self.remove_children(list);
        for urn in wanted {
            let node = self.push_text(common::SCHEMAS, &urn);
            self.attach(list, node);
        }
    }
}
