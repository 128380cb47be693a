//! Requests -> change -> access diff, guards, answers, records, inverse.

mod answer;
mod diff_text;
mod document;
mod documents;
mod guards;
mod inverse;
mod listing;
mod losses;
#[allow(clippy::module_inception)]
mod plan;

#[cfg(test)]
mod tests;

pub use documents::access_diff;
pub use inverse::requests_json;
pub use plan::{Plan, Query, Reply};
