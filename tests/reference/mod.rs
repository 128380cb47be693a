//! A second opinion on payloads, filters and PATCH, written from the specification alone: slow, plain, and
//! independent of the crate. See README.md for how ambiguous points were read.

pub mod answers;
pub mod filter;
pub mod generate;
pub mod harness;
pub mod json;
mod laws;
pub mod patch;
pub mod payload;
pub mod random;
pub mod schema;
pub mod shrink;
pub mod subject;
mod table;
mod teeth;
pub mod value;
