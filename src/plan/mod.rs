//! Requests -> change -> access diff, guards, answers, records, inverse.

mod guards;
mod listing;
mod losses;
#[allow(clippy::module_inception)]
mod plan;

#[cfg(test)]
mod tests;

pub use plan::{Plan, Query, Reply};
