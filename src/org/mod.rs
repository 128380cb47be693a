//! The resident organization: facts, changes over them, commit.
//!
//! The kernel knows no strings and no JSON: ids are dense numbers handed out by the caller, roles are ranks. What
//! speaks SCIM stands on top of it. [`Facts`] is what is stored; a [`Change`] is the net set of facts that differ over
//! untouched facts, each with the request that last wrote it; a [`View`] reads facts with a change laid over them;
//! [`Facts::commit`] makes a change so and gives its opposite, so that before and after can be read as before.
//!
//! ```
//! use scim_policy::access::{Diff, Direction, RowKind, Scratch};
//! use scim_policy::org::{Change, Facts, Id, Kind, Preset};
//!
//! let mut facts = Facts::new(Preset { ranks: 5, exempt_from: 4 });
//! let (ada, staff, plans) = (Id(1), Id(2), Id(3));
//! facts.set_kind(ada, Some(Kind::User));
//! facts.set_kind(staff, Some(Kind::Group));
//! facts.set_kind(plans, Some(Kind::Workspace));
//! facts.set_grant(plans, staff, 3);
//!
//! let mut change = Change::new();
//! change.set_member(&facts, staff, ada, true, 0);
//! let mut scratch = Scratch::new();
//! let diff = Diff::new(&facts, &change, Direction::Planned, &mut scratch);
//! let mut rows = Vec::new();
//! diff.for_each_row(&facts, &change, &mut scratch, |row| rows.push(row));
//! assert_eq!(rows.len(), 1);
//! assert!(rows.iter().all(|row| row.kind == RowKind::Grant && row.after == 3));
//!
//! let opposite = facts.commit(change);
//! assert_eq!(opposite.memberships().count(), 1);
//! ```
//!
//! # Why a change over the facts, and not an undo log
//!
//! Both were built and measured on the same work (`cargo bench --bench layouts`): 100,000 users, 5,000 groups with groups
//! nested in groups, 20,200 objects, 50,000 grants, 1,000,000 memberships; least of many runs, in microseconds, plan and
//! diff counted in full, wasm under Node 20 on a shared machine. The log applies each request to the facts, is netted
//! for the diff, and is rolled back.
//!
//! | work | rows | change | undo log | listing all rows |
//! |---|---|---|---|---|
//! | add one member | 167 | 5.4 | 5.5 | 6.7 |
//! | remove 100 members, all masked or lowered | 10,400 | 77 | 85 | 64 |
//! | deactivate a user | 866 | 18 | 19 | 17 |
//! | 100 mixed requests | 88,794 | 7,100 | 6,100 | 6,500 |
//! | move a folder | 330 | 12 | 479 | 13 |
//! | delete a group of 10,000 | 1,040,000 | 9,000 | 12,200 | 8,000 |
//! | delete everybody's group (100,000) | 13,800,000 | 105,000 | 257,000 | 97,000 |
//!
//! Small batches cost the same, since the diff is most of both. The log loses where a request has many edges (a deletion
//! is one mark in a change, and 100,000 removals and insertions in a log) and where it disturbs an index (the tree is
//! numbered anew twice for a folder that was only looked at). And planning through it needs the facts for writing: a
//! trap half way leaves them half changed, where a change leaves them untouched. So: the change. Committing it costs
//! 2 µs for a member (through the package's JavaScript: `make bench`), 4 ms for a group of 10,000, 37 ms for one of 100,000.
//! All facts take 17.9 MB in wasm, the working memory of the diff 3.6 MB more.

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
mod memory;
mod names;
mod net;
mod order;
mod pairs;
mod record_error;
mod record_value;
mod records;
#[cfg(test)]
mod records_test;
mod restore;
mod restore_members;
mod restore_resources;
mod settings;
mod store;
mod tree;
mod view;
mod words;

pub use change::{Change, GrantChange, MemberChange, Node, Written};
pub use config::{Config, ConfigError, Role, RolePreset};
pub use facts::Facts;
pub use record_error::{RecordError, RecordFault};
pub use records::RecordPage;
pub use restore::Restored;
pub use settings::{Guard, GuardSetting, Outcome, Settings};
pub use store::{Organization, Stats};
pub use view::View;
pub use words::{Audience, Combine, Counts, Dangling, Id, Kind, Parent, Policy, Preset, Rank};

pub(crate) use body::Body;
pub use body::Time;
pub(crate) use delta::records_of;
pub(crate) use digest::push_hex;
pub(crate) use draft::Draft;
pub(crate) use ledger::{GroupLoss, LedgerEdits, UserLoss, WHOLE};
pub(crate) use names::{Class, ORGANIZATION, hash_text};
pub(crate) use store::{Edits, Opposite};

pub(crate) use edges::{CONTAINER, MEMBER, rank_of};
pub(crate) use facts::{GRANTED, GROUPED, NONE};
pub(crate) use net::Pair;
