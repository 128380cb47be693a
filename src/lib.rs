//! What happens to people's access when the identity provider speaks.

mod dialect;
mod issue;
pub mod path;
pub mod schema;

pub use dialect::{Dialect, Tolerance};
pub use issue::{Issue, Note, ScimType, Severity};
pub use schema::Registry;
