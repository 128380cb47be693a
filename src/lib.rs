//! What happens to people's access when the identity provider speaks.

pub mod access;
mod dialect;
mod error;
mod issue;
mod json;
mod limits;
pub mod org;
pub mod patch;
pub mod path;
pub mod plan;
pub mod protocol;
pub mod resource;
pub mod schema;
mod sort;
mod validate;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use dialect::{Dialect, Tolerance};
pub use error::ScimError;
pub use issue::{Issue, Note, ScimType, Severity};
pub use limits::Limits;
pub use org::{Config, ConfigError, Organization};
pub use patch::{AttributeChange, PatchOptions, PatchOutcome, apply_patch, patch_changes, patch_inverse};
pub use resource::{Filter, FilterOptions, Purpose, Report, ValidateOptions};
pub use schema::Registry;
pub use validate::validate;
