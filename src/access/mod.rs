//! Questions about an organization and a change: who reaches what, why, and what a change does to it.

mod affected;
mod diff;
mod exact;
mod region;
mod scratch;

pub use diff::{Diff, Direction, Row, RowKind, Summary, UserRows};
pub use scratch::Scratch;
