//! A PATCH request (RFC 7644 §3.5.2) applied to a resource: a new resource, or an error and nothing.
//!
//! `message` reads the PatchOp; `single`, `splice` and `repack` do what is common without a tree; `apply` takes any operations in
//! order; `elements` knows the values of a multi-valued attribute; `target` finds what a path names; `check` judges a message
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
mod repack;
mod single;
mod splice;
mod target;

pub(crate) use apply::{Patched, Patcher};
pub use changes::AttributeChange;
pub(crate) use changes::{changes, inverse, inverse_operations};
pub(crate) use check::check;
pub use error::{PatchError, PatchFault};
pub(crate) use message::{Operation, PATCH_OP, operations};
pub(crate) use target::Targets;

use crate::dialect::Dialect;
use crate::error::ScimError;
use crate::issue::Note;
use crate::limits::Limits;
use crate::resource::{Document, NodeId, Packed, text_of};
use crate::schema::{AttributeId, Registry};
use target::Target;

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
    let (read, mut notes) = Read::new(registry, resource, patch, options)?;
    let targets = read.targets();
    match read.spliced(&targets, &mut notes) {
        Some(Some(text)) => Ok(PatchOutcome { text, changed: true, notes }),
        Some(None) => Ok(PatchOutcome { text: read.text.to_owned(), changed: false, notes }),
        None => read.patched(targets, notes, |_, patched| {
            let text = if patched.changed { patched.document.text_of(registry, NodeId::ROOT) } else { read.text.to_owned() };
            PatchOutcome { text, changed: patched.changed, notes: patched.notes }
        }),
    }
}

/// What a PatchOp makes different, attribute by attribute.
pub fn patch_changes(
    registry: &Registry,
    resource: &[u8],
    patch: &[u8],
    options: &PatchOptions<'_>,
) -> Result<Vec<AttributeChange>, ScimError> {
    let (read, notes) = Read::new(registry, resource, patch, options)?;
    read.patched(read.targets(), notes, |original, patched| {
        let mut original = original();
        original.unfold_all(registry, &patched.touched, &options.limits);
        changes(registry, &original, &patched.document, &patched.touched)
    })
}

/// The PatchOp, as JSON text, that undoes a PatchOp under dialect rfc. Its `Operations` are empty when
/// nothing is left to do: an immutable attribute that is set for the first time stays, and readOnly parts of elements that went do
/// not come back.
pub fn patch_inverse(registry: &Registry, resource: &[u8], patch: &[u8], options: &PatchOptions<'_>) -> Result<String, ScimError> {
    let (read, notes) = Read::new(registry, resource, patch, options)?;
    read.patched(read.targets(), notes, |original, patched| {
        let mut original = original();
        original.unfold_all(registry, &patched.touched, &options.limits);
        inverse(registry, &original, &patched.document, &patched.touched)
    })
}

/// A resource, of which no more is known than its type, and the operations on it.
struct Read<'a> {
    paths: Targets<'a>,
    text: &'a str,
    message: &'a str,
    operations: Vec<Operation<'a>>,
}

impl<'a> Read<'a> {
    /// Reads the message; the notes tell the tolerances it took.
    fn new(
        registry: &'a Registry,
        resource: &'a [u8],
        patch: &'a [u8],
        options: &'a PatchOptions<'_>,
    ) -> Result<(Self, Vec<Note>), ScimError> {
        let PatchOptions { dialect, limits, .. } = options;
        let text = text_of(resource, limits.payload_bytes)?;
        let resource_type = registry.type_of(text, options.resource_type, limits)?;
        // The message is read first, so that the resource is taken apart only where that is needed.
        let mut notes = Vec::new();
        let read = text_of(patch, limits.payload_bytes).map_err(ScimError::from).and_then(|message| {
            let operations = operations(message, *dialect, limits, &mut notes)?;
            Ok((message, operations))
        });
        match read {
            Ok((message, operations)) => {
                let paths = Targets { registry, resource_type, dialect: *dialect, limits };
                Ok((Self { paths, text, message, operations }, notes))
            }
            Err(error) => {
                // What is wrong with the resource is told first.
                registry.folded(text, resource_type, &[], limits)?;
                Err(error)
            }
        }
    }

    fn targets(&self) -> Vec<Option<Target<'_>>> {
        self.paths.foreseen(&self.operations)
    }

    /// The new text where no tree is needed for it; `None` inside: nothing changes.
    fn spliced(&self, targets: &[Option<Target<'_>>], notes: &mut Vec<Note>) -> Option<Option<String>> {
        let known = notes.len();
        let writes = single::writes(&self.paths, self.message, &self.operations, targets, notes);
        let text = writes.and_then(|writes| splice::splice(&self.paths, self.text, &writes));
        if text.is_none() {
            notes.truncate(known);
        }
        text
    }

    /// Hands over what comes of it: the resource as it was read, and patched.
    fn patched<T>(
        &self,
        targets: Vec<Option<Target<'_>>>,
        notes: Vec<Note>,
        then: impl FnOnce(&dyn Fn() -> Document<'a>, Patched<'a>) -> T,
    ) -> Result<T, ScimError> {
        let Targets { registry, resource_type, dialect, limits } = self.paths;
        let opened: Vec<AttributeId> = targets.iter().flatten().map(|target| registry.top(target.id)).collect();
        let document = registry.folded(self.text, resource_type, &opened, limits)?;
        let original = || registry.folded(self.text, resource_type, &[], limits).unwrap_or_default();
        let patcher = Patcher::new(registry, resource_type, dialect, limits, document, self.message, notes);
        let patched = patcher.apply_at(&self.operations, targets, &original)?;
        Ok(then(&original, patched))
    }
}

/// Applies a message to a document that stays as it is.
pub(crate) fn patch_document<'s>(
    paths: Targets<'_>,
    original: &Document<'s>,
    message: &'s str,
    operations: &[Operation<'_>],
    notes: Vec<Note>,
) -> Result<Patched<'s>, PatchError> {
    let Targets { registry, resource_type, dialect, limits } = paths;
    Patcher::new(registry, resource_type, dialect, limits, original.draft(), message, notes).apply(operations, &|| original.clone())
}

/// A packed resource after a PATCH.
pub(crate) struct Repacked {
    pub(crate) packed: Vec<u8>,
    /// Attributes that operations wrote.
    pub(crate) touched: Vec<AttributeId>,
}

/// Applies a message to a packed resource, where no tree is needed for it.
pub(crate) fn patch_packed(
    paths: Targets<'_>,
    original: Packed<'_>,
    message: &str,
    operations: &[Operation<'_>],
    notes: &mut Vec<Note>,
) -> Option<Repacked> {
    let known = notes.len();
    let targets = paths.foreseen(operations);
    let writes = single::writes(&paths, message, operations, &targets, notes);
    let repacked = writes.and_then(|writes| {
        let packed = repack::repack(paths.registry, original, &writes)?;
        Some(Repacked { packed, touched: writes.iter().map(|write| write.leaf).collect() })
    });
    if repacked.is_none() {
        notes.truncate(known);
    }
    repacked
}

#[cfg(test)]
mod splice_test;
