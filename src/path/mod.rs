//! Attribute paths and filters: text to syntax tree and back (RFC 7644 §3.4.2.2, §3.5.2 figure 7, §3.10).
//!
//! This room knows the grammar and nothing of schemas: whether `emails` exists, and whether a
//! name before a colon is a schema, is settled in [`crate::schema`].
//!
//! ```
//! use scim_policy::path::{FilterLimits, parse_filter};
//!
//! let (filter, _) = parse_filter("NOT (userName EQ \"ann\") and title pr", &FilterLimits::default(), Default::default())?;
//! assert_eq!(filter.to_string(), "not (userName eq \"ann\") and title pr");
//! # Ok::<(), scim_policy::path::PathError>(())
//! ```

mod attribute;
mod filter;
mod parse;

pub use attribute::{AttributePath, PatchPath};
pub(crate) use filter::quoted;
pub use filter::{Comparison, Filter, Literal};
pub(crate) use parse::number_length;
pub use parse::{FilterLimits, PathError, Tolerated, parse_attribute_path, parse_filter, parse_patch_path};
