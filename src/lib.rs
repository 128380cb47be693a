//! What happens to people's access when the identity provider speaks.
//!
//! SCIM payloads are validated, filtered and patched as pure functions ([`validate`], [`Filter`], [`apply_patch`]); a whole
//! [`Organization`] answers SCIM requests together with the exact access diff each of them brings:
//!
//! ```text
//! request -> operation -> plan -> records stored by the host -> commit -> reply
//! ```
//!
//! ```
//! use scim_policy::protocol::{Context, Method, Request};
//!
//! let mut organization = scim_policy::Organization::from_json(r#"{"dialect": "entra"}"#)?;
//! let user = r#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@acme.example"}"#;
//! let request = Request::new(Method::Post, "/Users").with_body(user);
//! let mut plan = organization.plan(&[request], &Context::default(), &mut || Ok("ada".to_owned()))?;
//! assert!(plan.responses.iter().all(|response| response.status == 201) && !plan.held);
//! organization.commit_plan(&mut plan)?; // after `plan.records` were stored, in one transaction
//! assert_eq!(organization.stats().users, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The rooms, in the order data flows through them: [`path`], [`schema`], [`resource`], [`patch`], [`org`], [`access`],
//! [`protocol`], [`plan`].

pub mod access;
mod dialect;
mod error;
mod issue;
mod json;
#[cfg(any(test, target_arch = "wasm32"))]
mod latin1;
mod limits;
mod maps;
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
pub use error::{Refusal, ScimError};
pub use issue::{Issue, Note, ScimType, Severity};
pub use limits::Limits;
pub use org::{Config, ConfigError, Organization};
pub use patch::{AttributeChange, PatchOptions, PatchOutcome, apply_patch, patch_changes, patch_inverse};
pub use resource::{Filter, FilterOptions, Purpose, Report, ValidateOptions};
pub use schema::Registry;
pub use validate::validate;
