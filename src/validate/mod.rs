//! A payload judged for what it is for: every issue, and the canonical form of a valid resource.
//!
//! Purposes create, replace and response are bodies of a resource; patch, bulk and search are messages of
//! RFC 7644; a response may be a ListResponse, a BulkResponse or an Error too.
//!
//! ```
//! use scim_policy::{Purpose, Registry, ValidateOptions, validate};
//!
//! let message = br#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
//!     "Operations": [{"op": "replace", "path": "shoeSize", "value": 38}]}"#;
//! let options = ValidateOptions { purpose: Purpose::Patch, resource_type: Some("User"), ..Default::default() };
//! let report = validate(Registry::builtin(), message, &options)?;
//! assert!(!report.valid);
//! assert_eq!(report.issues[0].pointer, "/Operations/0/path");
//! # Ok::<(), scim_policy::ScimError>(())
//! ```

mod answers;
mod bulk;
mod list;
mod search;

use self::answers::Answer;
use crate::error::ScimError;
use crate::patch;
use crate::resource::{Findings, Purpose, Report, ValidateOptions, text_of, validate_resource};
use crate::schema::{Registry, ResourceTypeId};

/// Validates a payload: every issue, and its canonical form when it is a valid resource.
///
/// A PatchOp is judged against the resource type of the options; without one only its shape is.
pub fn validate(registry: &Registry, payload: &[u8], options: &ValidateOptions<'_>) -> Result<Report, ScimError> {
    report(registry, payload, options, true)
}

/// The same; the canonical form only where it is asked for.
pub(crate) fn report(registry: &Registry, payload: &[u8], options: &ValidateOptions<'_>, canonical: bool) -> Result<Report, ScimError> {
    let text = || text_of(payload, options.limits.payload_bytes);
    let named = || options.resource_type.map(|name| registry.type_named(name)).transpose();
    let mut findings = Findings::default();
    match options.purpose {
        Purpose::Create | Purpose::Replace => return Ok(validate_resource(registry, payload, options, canonical)?),
        Purpose::Response => match answers::answer_of(text()?, options) {
            Some(Answer::List) => list::check(registry, text()?, options, &mut findings)?,
            Some(Answer::Error) => answers::check_error((text()?, String::new()), options, &mut findings)?,
            Some(Answer::Bulk) => answers::check_bulk(registry, text()?, options, &mut findings)?,
            None => return Ok(validate_resource(registry, payload, options, canonical)?),
        },
        Purpose::Patch => {
            let message = (text()?, String::new());
            patch::check(registry, message, named()?, options.dialect, &options.limits, &mut findings)?;
        }
        Purpose::Bulk => bulk::check(registry, text()?, options, &mut findings)?,
        Purpose::Search => search::check(registry, text()?, named()?, options, &mut findings)?,
    }
    let name = |id: ResourceTypeId| registry.resource_type(id).name.to_string();
    let resource_type = named()?.map(name);
    let valid = findings.is_valid();
    let Findings { issues, notes } = findings;
    Ok(Report { valid, resource_type, issues, notes, resource: None })
}
