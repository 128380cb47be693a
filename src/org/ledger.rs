//! What was lost lately, so that many small removals add up: the guards' own records.

use std::collections::BTreeMap;

use super::body::Time;

/// A person who lost some access, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserLoss {
    pub(crate) at: Time,
    pub(crate) all: bool,
}

/// A group that lost members: how many it had before the first loss in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupLoss {
    pub(crate) at: Time,
    pub(crate) had: u32,
}

/// Losses by identifier; identifiers of deleted resources stay until their entries expire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) users: BTreeMap<String, UserLoss>,
    pub(crate) groups: BTreeMap<String, GroupLoss>,
}

/// Changes of a ledger: `None` drops an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LedgerEdits {
    pub(crate) users: BTreeMap<String, Option<UserLoss>>,
    pub(crate) groups: BTreeMap<String, Option<GroupLoss>>,
}

impl Ledger {
    pub(crate) fn apply(&mut self, edits: &LedgerEdits) {
        write(&mut self.users, &edits.users);
        write(&mut self.groups, &edits.groups);
    }
}

fn write<T: Copy>(entries: &mut BTreeMap<String, T>, edits: &BTreeMap<String, Option<T>>) {
    for (id, entry) in edits {
        match entry {
            Some(entry) => entries.insert(id.clone(), *entry),
            None => entries.remove(id),
        };
    }
}

impl UserLoss {
    pub(crate) fn json(&self) -> String {
        format!("{{\"at\":\"{}\",\"all\":{}}}", crate::resource::value::date_time_text(self.at), self.all)
    }
}

impl GroupLoss {
    pub(crate) fn json(&self) -> String {
        format!("{{\"at\":\"{}\",\"had\":{}}}", crate::resource::value::date_time_text(self.at), self.had)
    }
}
