//! Requests -> change -> access diff, guards, answers, records, inverse.

mod guards;
mod losses;

#[cfg(test)]
mod tests;

#[allow(unused_imports)]
pub(crate) use guards::{Circumstances, Finding, Judgement, judge, refusal};
