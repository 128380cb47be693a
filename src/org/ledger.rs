//! What was lost lately, so that many small removals add up: the guards' own records.

use std::collections::BTreeMap;

use super::body::Time;
use crate::resource::Writer;

/// A person who lost some access, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserLoss {
    pub(crate) at: Time,
    pub(crate) all: bool,
}

/// A group that lost members: how many it had before its first loss, and before later ones. When the first leaves the
/// window, the next one tells what the group had. Losses that were approved are in none of these numbers. Under [`WHOLE`]:
/// active users, of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupLoss {
    pub(crate) at: Time,
    pub(crate) had: u32,
    /// Ascending.
    pub(crate) later: Vec<(Time, u32)>,
}

/// Where the organization as a source stands among groups: no group can have this id.
pub(crate) const WHOLE: &str = super::names::ORGANIZATION;

/// So many losses of a group are kept each for itself; more are gathered, so that an entry stays small.
const EACH: usize = 64;
/// What is gathered may count longer than it should by this part of its age.
const SHARE: Time = 8;

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

fn write<T: Clone>(entries: &mut BTreeMap<String, T>, edits: &BTreeMap<String, Option<T>>) {
    for (id, entry) in edits {
        match entry {
            Some(entry) => entries.insert(id.clone(), entry.clone()),
            None => entries.remove(id),
        };
    }
}

/// Losses in the same cell of time, as one: it counts until the last of them leaves the window. Cells are powers of two, so that
/// larger ones are made of smaller ones, and of a [`SHARE`]th of the losses' age at most.
fn gathered(losses: Vec<(Time, u32)>, now: Time) -> Vec<(Time, u32)> {
    let mut kept: Vec<(Time, u32)> = Vec::with_capacity(EACH);
    for (at, had) in losses {
        let cell = (now.saturating_sub(at) / SHARE).checked_ilog2().unwrap_or(0);
        match kept.last_mut() {
            Some((last, most)) if *last >> cell == at >> cell => (*last, *most) = (at, had.max(*most)),
            _ => kept.push((at, had)),
        }
    }
    kept
}

impl UserLoss {
    /// Writes the value of its record.
    pub(crate) fn write(&self, out: &mut Writer) {
        out.push("{\"at\":");
        out.date_time(self.at);
        out.push(if self.all { ",\"all\":true}" } else { ",\"all\":false}" });
    }
}

impl GroupLoss {
    pub(crate) fn new(at: Time, had: u32) -> Self {
        Self { at, had, later: Vec::new() }
    }

    fn losses(&self) -> impl Iterator<Item = (Time, u32)> + '_ {
        std::iter::once((self.at, self.had)).chain(self.later.iter().copied())
    }

    /// What there was before the first loss since `start`.
    pub(crate) fn had_since(&self, start: Time) -> Option<u32> {
        self.losses().find(|(at, _)| *at >= start).map(|(_, had)| had)
    }

    /// The most there was before any loss since `start`.
    pub(crate) fn most_since(&self, start: Time) -> Option<u32> {
        self.losses().filter(|(at, _)| *at >= start).map(|(_, had)| had).max()
    }

    /// When the last loss was.
    pub(crate) fn last(&self) -> Time {
        self.later.last().map_or(self.at, |(at, _)| *at)
    }

    /// With one more loss; those before `start` are forgotten.
    pub(crate) fn with(&self, now: Time, had: u32, start: Time) -> Self {
        let mut losses: Vec<(Time, u32)> = self.losses().filter(|(at, _)| *at >= start).collect();
        if losses.last().is_none_or(|(last, _)| now > *last) {
            losses.push((now, had));
        }
        if losses.len() > EACH {
            losses = gathered(losses, now);
        }
        Self::of(losses).unwrap_or(Self::new(now, had))
    }

    /// As if so many of what it had had never been there.
    pub(crate) fn without(&self, gone: u32) -> Self {
        let fewer = |had: u32| had.saturating_sub(gone);
        Self { at: self.at, had: fewer(self.had), later: self.later.iter().map(|(at, had)| (*at, fewer(*had))).collect() }
    }

    fn of(losses: Vec<(Time, u32)>) -> Option<Self> {
        let mut losses = losses.into_iter();
        let (at, had) = losses.next()?;
        Some(Self { at, had, later: losses.collect() })
    }

    /// Writes the value of its record.
    pub(crate) fn write(&self, out: &mut Writer) {
        let one = |at: Time, had: u32, out: &mut Writer| {
            out.push("{\"at\":");
            out.date_time(at);
            out.push(",\"had\":");
            out.push(&had.to_string());
        };
        one(self.at, self.had, out);
        for (i, (at, had)) in self.later.iter().enumerate() {
            out.push(if i == 0 { ",\"later\":[" } else { "}," });
            one(*at, *had, out);
        }
        out.push(if self.later.is_empty() { "}" } else { "}]}" });
    }
}
