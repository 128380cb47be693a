//! One SCIM request -> one answer: endpoints, queries, conditions, bulk, discovery (RFC 7644 §3).

mod bounds;
mod bulk;
mod defaults;
mod discovery;
mod exchange;
mod list;
mod order;
mod projection;
mod query;
mod representation;
mod request;
mod sieve;
mod target;
mod write;

pub(crate) use exchange::{Exchange, Stop, refusal};
pub use request::{Actor, Context, Method, Request, Response};
pub(crate) use target::{encoded, endpoint};
