//! Requests -> change -> access diff, guards, answers, records, inverse.

mod diff_text;
mod documents;

pub use documents::access_diff;
