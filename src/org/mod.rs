//! The resident organization: facts, changes over them, commit.
//!
//! The kernel (`facts`, `edges`, `net`, `change`, `view`) knows no strings and no JSON: ids are dense
//! numbers handed out by the caller, roles are ranks. Everything that talks SCIM stands on top of it.

mod change;
mod commit;
mod edges;
mod facts;
mod net;
mod tree;
mod view;
mod words;

pub use change::{Change, GrantChange, MemberChange, Node, Written};
pub use facts::Facts;
pub use view::View;
pub use words::{Audience, Combine, Counts, Dangling, Id, Kind, Parent, Policy, Preset, Rank};

pub(crate) use edges::{CONTAINER, MEMBER, rank_of};
pub(crate) use facts::{GRANTED, GROUPED, NONE};
pub(crate) use net::{Pair, mix};
