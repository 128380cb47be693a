//! What RFC 7643, 7644 and 9865 demand of a service provider, statement by statement; `tests/rfc7644.md` is the table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    unreachable_pub,
    missing_docs
)]

mod actors;
mod bulk;
mod conditions;
mod creating;
mod discovery;
mod lists;
mod pages;
mod random;
mod reading;
mod requests;
mod service;
mod table;
mod writing;
