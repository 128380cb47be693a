//! Requests -> change -> access diff, guards, answers, records, inverse.

mod guards;
mod inverse;
mod listing;
mod losses;

#[cfg(test)]
mod tests;

#[allow(unused_imports)]
pub(crate) use guards::{Circumstances, Finding, Judgement, judge, refusal};
#[allow(unused_imports)]
pub(crate) use inverse::{Bodies, Past, requests};
#[allow(unused_imports)]
pub(crate) use listing::{AccessChange, AccessSummary, AccessTable, Listing, ObjectRef, Query, Sides, json, kind_named};
