//! The resident organization: facts, changes over them, commit.
//!
//! The kernel (`facts`, `edges`, `net`, `change`, `view`) knows no strings and no JSON: ids are dense
//! numbers handed out by the caller, roles are ranks. Everything that talks SCIM stands on top of it.

mod body;
mod change;
mod commit;
mod config;
mod delta;
mod digest;
mod draft;
mod edges;
mod facts;
mod index;
mod key;
mod known;
mod ledger;
mod names;
mod net;
mod order;
mod record_error;
mod records;
#[cfg(test)]
mod records_test;
mod restore;
mod settings;
mod store;
mod view;

pub use change::{Change, GrantChange, MemberChange, Node, Written};
pub use config::{Config, ConfigError, Role, RolePreset};
pub use facts::{Audience, Combine, Counts, Dangling, Facts, Id, Kind, Parent, Policy, Preset, Rank};
pub use record_error::{RecordError, RecordFault};
pub use records::RecordPage;
pub use restore::Restored;
pub use settings::{Guard, GuardSetting, Outcome, Settings};
pub use store::{Organization, Stats};
pub use view::View;

pub(crate) use body::Body;
pub use body::Time;
pub(crate) use delta::records_of;
pub(crate) use draft::Draft;
pub(crate) use ledger::{GroupLoss, Ledger, LedgerEdits, UserLoss};
pub(crate) use names::{Class, ORGANIZATION};
pub(crate) use store::{Edits, Opposite};

pub(crate) use edges::{CONTAINER, MEMBER, rank_of};
pub(crate) use facts::NONE;
pub(crate) use net::{Pair, mix};
