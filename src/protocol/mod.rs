//! One SCIM request -> one answer: endpoints, queries, conditions, bulk, discovery (RFC 7644 §3).

mod request;

pub use request::{Actor, Context, Method, Request, Response};
