//! Questions about an organization and a change: who reaches what, why, and what a change does to it.
//!
//! [`Diff`] counts a change in full and lists it where asked; [`Causes`] names the requests behind a row; [`paths`]
//! explains one user on one object. A diff goes: what differs is tagged and the users below it are found (`affected`); they
//! are grouped by what differs for them (`diff`); for each group the objects concerned are laid out once (`region`) and
//! every user's other grants swept over them. Policies under which contributions do not add up take the long way (`exact`).

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
