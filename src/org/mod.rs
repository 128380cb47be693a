//! The resident organization: facts, changes over them, commit.
//!
//! The kernel (`facts`, `edges`, `net`, `change`, `view`) knows no strings and no JSON: ids are dense
//! numbers handed out by the caller, roles are ranks. Everything that talks SCIM stands on top of it.

mod body;
mod change;
mod commit;
mod config;
mod digest;
mod draft;
mod edges;
mod facts;
mod index;
mod known;
mod ledger;
mod names;
mod net;
mod settings;
mod store;
mod tree;
mod view;
mod words;

pub use change::{Change, GrantChange, MemberChange, Node, Written};
pub use config::{Config, ConfigError, Role, RolePreset};
pub use facts::Facts;
pub use settings::{Guard, GuardSetting, Outcome, Settings};
pub use store::{Organization, Stats};
pub use view::View;
pub use words::{Audience, Combine, Counts, Dangling, Id, Kind, Parent, Policy, Preset, Rank};

pub(crate) use body::Body;
pub use body::Time;
pub(crate) use draft::Draft;
pub(crate) use ledger::{GroupLoss, Ledger, LedgerEdits, UserLoss};
pub(crate) use names::{Class, ORGANIZATION, hash_text};
pub(crate) use store::{Edits, Opposite};

pub(crate) use edges::{CONTAINER, MEMBER, rank_of};
pub(crate) use facts::{GRANTED, GROUPED, NONE};
pub(crate) use net::{Pair, mix};
