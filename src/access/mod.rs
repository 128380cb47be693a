//! Questions about an organization and a change: who reaches what, why, and what a change does to it.
//!
//! [`Diff`] counts a change in full and lists it where asked; [`Causes`] names the requests behind a row; [`paths`]
//! explains one user on one object. A diff goes: what differs is tagged and the users below it are found (`affected`); they
//! are grouped by what differs for them (`diff`); for each group the objects concerned are laid out once (`region`) and
//! every user's other grants swept over them; one user of whom all is concerned is counted without (`alone`). Policies under
//! which contributions do not add up take the long way (`exact`).
//!
//! # Reasons
//!
//! What `explain` tells an administrator of a workspace Launch, in which the folder Plans is open to who has Launch, and holds
//! Drafts (lowered to Viewer) and Salaries (private); `tests/access_answers.rs` keeps these words true.
//!
//! | asked | `reason` |
//! |---|---|
//! | Why may Bea edit Plans? | Bea is Editor of folder Plans, because their group EMEA is part of Sales, which has Editor on workspace Launch. |
//! | Why does she not see Salaries? | Bea has no role on folder Salaries: they were granted Viewer on folder Plans themselves, but folder Salaries is private. |
//! | Why is Eve only a viewer of Drafts? | Eve is Viewer of folder Drafts, because their group Everyone has Checker on workspace Launch, which folder Drafts lowers to Viewer. |
//! | How does Dan get into Salaries? | dan@acme.example is Admin of folder Salaries, because they were granted Admin on workspace Launch themselves. |
//! | What will Carl have when he is back? | The account of Carl is inactive; once it is active again, they are Checker of folder Plans. |

mod affected;
mod alone;
mod answers;
mod causes;
mod counted;
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
