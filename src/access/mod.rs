//! Questions about an organization and a change: who reaches what, why, and what a change does to it.

mod affected;
mod answers;
mod causes;
mod diff;
mod exact;
mod paths;
mod region;
mod rows;
mod scratch;
mod sentences;
mod standing;

pub use answers::{
    AccessPath, CREATE_WORKSPACE, Decision, Explanation, ObjectRef, ObjectRole, ObjectType, SubjectRef, SubjectType, UserRole,
};
pub use causes::Causes;
pub use diff::{Diff, Summary};
pub use paths::{Fate, Path, access_of, contributions, effective, paths, potential, who_has};
pub use rows::{Direction, Row, RowKind, UserRows};
pub use scratch::Scratch;
