//! JSON <-> a resource known to satisfy its schema; filter evaluation; projection.

mod document;
mod equal;
mod filter;
mod judge;
mod message;
mod node;
pub(crate) mod packed;
mod packer;
mod payload;
mod read;
mod scan;
mod skip;
mod spelling;
mod strangers;
mod test;
mod validate;
pub(crate) mod value;
mod write;

pub(crate) use document::Document;
pub use filter::{Filter, FilterOptions};
pub(crate) use judge::{flag_of_text, is_object_text};
pub(crate) use message::{MessageReader, Shape};
pub(crate) use node::{Kind, Node, NodeId, SourceId};
pub(crate) use packed::{Packed, Value, push_uuid, uuid_of, uuid_text};
pub(crate) use packer::{Beside, Packer};
pub use payload::PayloadError;
pub(crate) use read::{Builder, Findings, Judge};
pub use scan::SyntaxError;
pub(crate) use scan::{Members, Scan, Scanner, Span, Token, is_plain, text_of, unescaped};
pub(crate) use strangers::Strangers;
pub use test::FilterError;
pub(crate) use test::{Operand, Resolver, Scalar, Scope, Test, compare_scalar};
pub(crate) use validate::validate_resource;
pub use validate::{Purpose, Report, ValidateOptions};
pub(crate) use write::push_quoted;
