//! A PATCH request (RFC 7644 §3.5.2) applied to a resource: a new resource, or an error and nothing.
//!
//! `message` reads the PatchOp; `apply` takes its operations in order; `elements` knows the
//! values of a multi-valued attribute; `target` finds what a path names; `check` judges a message
//! without a resource; `changes` tells what became different and how to undo it.
//!
//! ```
//! use scim_policy::{PatchOptions, Registry, apply_patch};
//!
//! let group = br#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales"}"#;
//! let patch = br#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
//!     "Operations": [{"op": "add", "path": "members", "value": [{"value": "u1"}]}]}"#;
//! let outcome = apply_patch(Registry::builtin(), group, patch, &PatchOptions::default())?;
//! assert!(outcome.changed);
//! assert!(outcome.text.ends_with(r#""members":[{"value": "u1"}]}"#));
//! # Ok::<(), scim_policy::ScimError>(())
//! ```

mod apply;
mod changes;
mod check;
mod check_object;
mod chosen;
mod elements;
mod error;
mod keyed;
pub(crate) mod members;
mod merge;
mod message;
mod named;
mod target;

pub(crate) use apply::{Patched, Patcher};
pub use changes::AttributeChange;
pub(crate) use changes::{changes, inverse, inverse_operations};
pub(crate) use check::check;
pub use error::{PatchError, PatchFault};
pub(crate) use message::{PATCH_OP, operations};

use crate::dialect::Dialect;
use crate::error::ScimError;
use crate::issue::Note;
use crate::limits::Limits;
use crate::resource::{Document, NodeId, text_of};
use crate::schema::{AttributeId, Registry, ResourceTypeId};
use target::Targets;

/// How to apply a PATCH.
#[derive(Clone, Debug, Default)]
pub struct PatchOptions<'o> {
    /// Whose habits are tolerated.
    pub dialect: Dialect,
    /// The resource type; by default the one the resource's `schemas` names.
    pub resource_type: Option<&'o str>,
    /// Limits.
    pub limits: Limits,
}

/// A resource after a PATCH.
#[derive(Clone, Debug)]
pub struct PatchOutcome {
    /// The new resource as JSON text.
    pub text: String,
    /// False when the request left the resource as it was.
    pub changed: bool,
    /// Tolerances that were used.
    pub notes: Vec<Note>,
}

/// Applies a PatchOp to a resource, all of it or nothing.
pub fn apply_patch(registry: &Registry, resource: &[u8], patch: &[u8], options: &PatchOptions<'_>) -> Result<PatchOutcome, ScimError> {
    with_patched(registry, resource, patch, options, |text, _, patched| {
        let text = if patched.changed { patched.document.text_of(registry, NodeId::ROOT) } else { text.to_owned() };
        PatchOutcome { text, changed: patched.changed, notes: patched.notes }
    })
}

/// What a PatchOp makes different, attribute by attribute.
pub fn patch_changes(
    registry: &Registry,
    resource: &[u8],
    patch: &[u8],
    options: &PatchOptions<'_>,
) -> Result<Vec<AttributeChange>, ScimError> {
    with_patched(registry, resource, patch, options, |_, original, patched| {
        let mut original = original();
        original.unfold_all(registry, &patched.touched, &options.limits);
        changes(registry, &original, &patched.document, &patched.touched)
    })
}

/// The PatchOp, as JSON text, that undoes a PatchOp under dialect rfc. Its `Operations` are empty when nothing changed.
pub fn patch_inverse(registry: &Registry, resource: &[u8], patch: &[u8], options: &PatchOptions<'_>) -> Result<String, ScimError> {
    with_patched(registry, resource, patch, options, |_, original, patched| {
        let mut original = original();
        original.unfold_all(registry, &patched.touched, &options.limits);
        inverse(registry, &original, &patched.document, &patched.touched)
    })
}

fn with_patched<T>(
    registry: &Registry,
    resource: &[u8],
    patch: &[u8],
    options: &PatchOptions<'_>,
    then: impl for<'s> FnOnce(&'s str, &dyn Fn() -> Document<'s>, Patched<'s>) -> T,
) -> Result<T, ScimError> {
    let PatchOptions { dialect, limits, .. } = options;
    let text = text_of(resource, limits.payload_bytes)?;
    let id = registry.type_of(text, options.resource_type, limits)?;
    // The message is read first, so that the resource is taken apart only where that is needed.
    let mut notes = Vec::new();
    let read = text_of(patch, limits.payload_bytes).map_err(ScimError::from).and_then(|message| {
        let operations = operations(message, *dialect, limits, &mut notes)?;
        Ok((message, operations))
    });
    let (message, operations) = match read {
        Ok(read) => read,
        Err(error) => {
            // What is wrong with the resource is told first.
            registry.folded(text, id, &[], limits)?;
            return Err(error);
        }
    };
    let targets = Targets { registry, resource_type: id, dialect: *dialect, limits }.foreseen(&operations);
    let opened: Vec<AttributeId> = targets.iter().flatten().map(|target| registry.top(target.id)).collect();
    let document = registry.folded(text, id, &opened, limits)?;
    let original = || registry.folded(text, id, &[], limits).unwrap_or_default();
    let patched = Patcher::new(registry, id, *dialect, limits, document, message, notes).apply_at(&operations, targets, &original)?;
    Ok(then(text, &original, patched))
}

/// Applies the message to a document that stays as it is.
pub(crate) fn patch_document<'s>(
    registry: &Registry,
    id: ResourceTypeId,
    original: &Document<'s>,
    message: &'s str,
    dialect: Dialect,
    limits: &Limits,
) -> Result<Patched<'s>, PatchError> {
    let mut notes = Vec::new();
    let operations = operations(message, dialect, limits, &mut notes)?;
    Patcher::new(registry, id, dialect, limits, original.draft(), message, notes).apply(&operations, &|| original.clone())
}
