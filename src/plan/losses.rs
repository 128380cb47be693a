//! What a plan takes away, and what was taken lately: the numbers that massLoss and emptySource go by, and the
//! entries that remember them.
//!
//! A user's entry stands at their latest loss; that they regained something does not take it back, for who removes
//! and restores by turns would never be noticed. A group's entry stands at its first loss in the window and says how
//! many members it had then, and what it had before later ones, so that the window rolls: once the first has left it, the
//! next is the first. A group's deletion moves its entry on, so that deleted groups are counted for a whole window. What was
//! approved is taken out of the numbers that were entered before.

use std::collections::BTreeMap;

use crate::access::Diff;
use crate::org::{CONTAINER, Class};
use crate::org::{Draft, GroupLoss, GuardSetting, Id, Kind, LedgerEdits, MEMBER, Time, UserLoss, WHOLE};

const MINUTE: Time = 60_000;

/// A group that loses members, or all of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GroupChange {
    pub(super) group: Id,
    /// Members before the plan.
    pub(super) before: u32,
    /// How many of those are members no more.
    pub(super) removed: u32,
    /// Members after it.
    pub(super) after: u32,
    pub(super) deleted: bool,
}

/// A number out of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) count: u64,
    pub(super) base: u64,
}

impl Measure {
    /// Whether it reaches a guard's count and its share.
    pub(super) fn reaches(self, setting: GuardSetting) -> bool {
        self.count > 0 && self.count >= u64::from(setting.count) && self.count * 100 >= u64::from(setting.share) * self.base
    }
}

/// The first instant that is in a window of so many minutes which ends now.
pub(super) fn window_start(now: Time, minutes: u32) -> Time {
    now.saturating_sub(Time::from(minutes).saturating_mul(MINUTE)).saturating_add(1)
}

/// Groups that lose members by this plan, by the identifiers' text.
pub(super) fn groups(draft: &Draft<'_>) -> Vec<GroupChange> {
    let (facts, change) = (&draft.org.facts, &draft.edits.change);
    let there = |id: u32| facts.kind(Id(id)) == Some(Kind::Group);
    let mut lost: BTreeMap<u32, u32> = BTreeMap::new();
    let mut deleted: Vec<GroupChange> = Vec::new();
    for pair in change.net.pairs() {
        if pair.base == MEMBER && pair.now != MEMBER && !change.cut(pair.container) && there(pair.container) {
            *lost.entry(pair.container).or_default() += 1;
        }
    }
    if change.cuts > 0 {
        for node in change.nodes().filter(|node| node.cut) {
            if node.before == Some(Kind::Group) {
                let before = facts.list(node.id.0).len() as u32;
                deleted.push(GroupChange { group: node.id, before, removed: before, after: 0, deleted: true });
            }
            for [word, _] in facts.groups_of(node.id.0) {
                let group = word & CONTAINER;
                // Pairs that the plan wrote before it deleted an end were counted above.
                if there(group) && !change.cut(group) && change.net.find(group, node.id.0).is_none() {
                    *lost.entry(group).or_default() += 1;
                }
            }
        }
    }
    let mut found: Vec<GroupChange> = lost
        .into_iter()
        .map(|(id, removed)| {
            let before = facts.list(id).len() as u32;
            let added = change.net.of_container(id).filter(|pair| pair.base == 0 && pair.now == MEMBER).count() as u32;
            GroupChange { group: Id(id), before, removed, after: (before + added).saturating_sub(removed), deleted: false }
        })
        .collect();
    found.extend(deleted);
    if found.len() > 1 {
        crate::sort::by_key(&mut found, &mut |group| draft.name(group.group).into_owned());
    }
    found
}

/// Distinct users who lose something, and who lose all: by this plan, or since `start`.
pub(super) fn users(draft: &Draft<'_>, diff: &Diff, start: Time, setting: GuardSetting) -> (Measure, Measure) {
    let (org, summary) = (draft.org, diff.summary());
    let mut base = u64::from(org.facts.counts().active_users);
    let mut losing = u64::from(summary.users_losing);
    let mut locked = u64::from(summary.locked_out);
    // Walking the ledger cannot make it enough where its length cannot.
    let most = Measure { count: losing + org.ledger.users.len() as u64, base };
    if losing > 0 && most.reaches(setting) {
        for (name, loss) in org.ledger.users.iter().filter(|(_, loss)| loss.at >= start) {
            let user = org.names.find(Class::User, name);
            let again = user.and_then(|id| diff.user(id));
            base += u64::from(!user.is_some_and(|id| org.facts.active(id)));
            losing += u64::from(!again.is_some_and(|rows| rows.loses));
            locked += u64::from(loss.all && !again.is_some_and(|rows| rows.locked_out));
        }
    }
    let locked = if summary.locked_out > 0 { locked } else { 0 };
    (Measure { count: losing, base }, Measure { count: locked, base })
}

/// Members gone from one group, of those it had at the first loss since `start`. Where the group has grown since, which would
/// hide losses behind additions, of the most it had.
pub(super) fn members(draft: &Draft<'_>, group: &GroupChange, start: Time, setting: GuardSetting) -> Measure {
    if group.removed == 0 {
        return Measure::default();
    }
    let of = |had: u32| Measure { count: u64::from(had.saturating_sub(group.before)) + u64::from(group.removed), base: u64::from(had) };
    let first = of(loss_of(draft, group.group).and_then(|loss| loss.had_since(start)).unwrap_or(group.before));
    if first.count <= first.base && first.reaches(setting) { first } else { of(most_members(draft, group, start)) }
}

/// How many members a group had, before the plan or since `start`.
pub(super) fn most_members(draft: &Draft<'_>, group: &GroupChange, start: Time) -> u32 {
    loss_of(draft, group.group).and_then(|loss| loss.most_since(start)).map_or(group.before, |had| had.max(group.before))
}

fn loss_of<'d>(draft: &'d Draft<'_>, group: Id) -> Option<&'d GroupLoss> {
    let groups = &draft.org.ledger.groups;
    if groups.is_empty() { None } else { groups.get(draft.org.name(group).as_ref()) }
}

/// Groups deleted, by this plan or since `start`.
pub(super) fn deleted_groups(draft: &Draft<'_>, groups: &[GroupChange], start: Time) -> Measure {
    let org = draft.org;
    let count = groups.iter().filter(|group| group.deleted).count() as u64;
    if count == 0 {
        return Measure::default();
    }
    let there = |name: &str| org.names.find(Class::Group, name).is_some_and(|id| org.facts.kind(id) == Some(Kind::Group));
    let gone = |name: &str| name != WHOLE && !there(name);
    let earlier = org.ledger.groups.iter().filter(|(name, loss)| loss.last() >= start && gone(name)).count() as u64;
    Measure { count: count + earlier, base: u64::from(org.facts.counts().groups) + earlier }
}

/// How many active users the organization had, before the plan or since `start`.
pub(super) fn most_active(draft: &Draft<'_>, start: Time) -> u64 {
    let org = draft.org;
    let active = |name: &str| org.names.find(Class::User, name).is_some_and(|id| org.facts.active(id));
    let gone = org.ledger.users.iter().filter(|(name, loss)| loss.at >= start && !active(name)).count();
    let whole = org.ledger.groups.get(WHOLE).and_then(|loss| loss.most_since(start)).unwrap_or(0);
    (u64::from(org.facts.counts().active_users) + gone as u64).max(u64::from(whole))
}

/// Entries older than the window, dropped.
pub(super) fn expired(draft: &Draft<'_>, start: Time, edits: &mut LedgerEdits) {
    let ledger = &draft.org.ledger;
    for (name, _) in ledger.users.iter().filter(|(_, loss)| loss.at < start) {
        edits.users.insert(name.clone(), None);
    }
    for (name, _) in ledger.groups.iter().filter(|(_, loss)| loss.last() < start) {
        edits.groups.insert(name.clone(), None);
    }
}

/// This plan's losses, entered.
pub(super) fn enter(draft: &Draft<'_>, diff: &Diff, groups: &[GroupChange], windows: &Windows, edits: &mut LedgerEdits) {
    let (org, now) = (draft.org, windows.now);
    if diff.summary().users_losing > 0 {
        for rows in diff.users().iter().filter(|rows| rows.loses) {
            let name = draft.name(rows.user);
            let known = org.ledger.users.get(name.as_ref()).copied();
            let entry = UserLoss { at: now, all: rows.locked_out || known.is_some_and(|loss| loss.all && loss.at >= windows.start) };
            if known != Some(entry) {
                edits.users.insert(name.into_owned(), Some(entry));
            }
        }
    }
    let mut enter = |name: &str, entry: GroupLoss| {
        if org.ledger.groups.get(name) == Some(&entry) {
            edits.groups.remove(name);
        } else {
            edits.groups.insert(name.to_owned(), Some(entry));
        }
    };
    for group in groups {
        let name = draft.name(group.group);
        let fresh = GroupLoss::new(now, group.before);
        let known = org.ledger.groups.get(name.as_ref());
        let entry = known.map_or(fresh, |known| known.with(now, group.before, windows.start));
        enter(&name, if group.deleted { GroupLoss::new(now, entry.had.max(group.before)) } else { entry });
    }
    if left_without_loss(draft, diff) {
        let had = org.facts.counts().active_users;
        let known = org.ledger.groups.get(WHOLE);
        enter(WHOLE, known.map_or(GroupLoss::new(now, had), |known| known.with(now, had, windows.start)));
    }
}

/// This plan's losses, approved: later ones are counted as if these had never been members, groups or active.
pub(super) fn forgive(draft: &Draft<'_>, groups: &[GroupChange], edits: &mut LedgerEdits) {
    let ledger = &draft.org.ledger;
    let mut forgive = |name: &str, gone: u32, deleted: bool| {
        if let Some(loss) = ledger.groups.get(name).filter(|_| gone > 0 || deleted)
            && !edits.groups.contains_key(name)
        {
            edits.groups.insert(name.to_owned(), (!deleted).then(|| loss.without(gone)));
        }
    };
    for group in groups {
        forgive(&draft.name(group.group), group.removed, group.deleted);
    }
    if ledger.groups.contains_key(WHOLE) {
        forgive(WHOLE, leavers(draft).count() as u32, false);
    }
}

/// Those who are active no more.
fn leavers<'d>(draft: &'d Draft<'_>) -> impl Iterator<Item = Id> + use<'d> {
    let (facts, view) = (&draft.org.facts, draft.view());
    let nodes = draft.edits.change.nodes().filter(|node| node.before == Some(Kind::User)).map(|node| node.id);
    nodes.filter(move |id| facts.active(*id) && !view.active(*id))
}

/// Whether somebody who had access to nothing is active no more: no user's entry tells of them.
fn left_without_loss(draft: &Draft<'_>, diff: &Diff) -> bool {
    leavers(draft).any(|user| !diff.user(user).is_some_and(|rows| rows.loses))
}

/// The instants from which losses count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    pub(super) now: Time,
    /// Of the longest window: what is older is dropped.
    pub(super) start: Time,
}
