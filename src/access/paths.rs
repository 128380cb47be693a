//! Who has what, and why: questions about one side, no change needed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::standing::Standing;
use crate::org::{Combine, Id, Kind, Policy, Rank, View};

/// What became of a grant on the way down to the object asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Fate {
    /// It gives the role the user has; several grants may.
    Deciding,
    /// It comes down whole, and a stronger one decides; or, under `mostSpecific`, an explicit one hides it.
    Dominated,
    /// An audience lowered it, and another one decides.
    Capped,
    /// An audience, or the exit policy, let nothing through.
    Blocked,
    /// It would give something if the user were active.
    Inactive,
}

/// One grant that reaches a user and stands on an object or above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Where the grant stands.
    pub object: Id,
    /// To whom.
    pub subject: Id,
    /// What it says.
    pub rank: Rank,
    /// Groups from the user to the subject, the subject (if a group) last: a shortest chain, the least by id.
    pub via: Vec<Id>,
    /// What became of it.
    pub fate: Fate,
    /// What it gives at the object asked about, after caps; 0 when blocked.
    pub effective: Rank,
    /// The folder that blocked it or lowered it last; for the exit policy the workspace, or the object without one.
    pub stopped_at: Option<Id>,
}

/// The contributions to a user on an object: subject, object of the grant, rank.
pub fn contributions(view: View, user: Id, object: Id) -> Vec<(Id, Id, Rank)> {
    Standing::new(view, user).contributions_at(object, view.policy())
}

/// What the user would have on the object if active.
pub fn potential(view: View, user: Id, object: Id) -> Rank {
    contributions(view, user, object).into_iter().map(|(.., rank)| rank).max().unwrap_or(0)
}

/// What the user has on the object.
pub fn effective(view: View, user: Id, object: Id) -> Rank {
    if view.active(user) { potential(view, user, object) } else { 0 }
}

/// Every object the user has a role on, by id.
pub fn access_of(view: View, user: Id) -> Vec<(Id, Rank)> {
    if !view.active(user) {
        return Vec::new();
    }
    let mut best: Vec<(Id, Rank)> = Standing::new(view, user).contributions().into_iter().map(|(at, _, _, rank)| (at, rank)).collect();
    // Sorted by object, then rank: of each run the strongest is kept.
    crate::sort::plain(&mut best);
    best.reverse();
    best.dedup_by_key(|(at, _)| *at);
    best.reverse();
    best
}

/// Every active user with a role on the object, by id.
pub fn who_has(view: View, object: Id) -> Vec<(Id, Rank)> {
    if view.kind(object).is_none() {
        return Vec::new();
    }
    let preset = view.facts().preset();
    let (mut grants, mut at, mut cap) = (Vec::new(), object, u8::MAX);
    loop {
        view.for_each_grant_on(at, |subject, rank| grants.push((preset.lower(rank, cap), subject)));
        let Some(parent) = view.link(at) else { break };
        cap = cap.min(view.audience(at).cap());
        at = parent;
    }
    // The strongest first: who was met before has at least as much already.
    crate::sort::by(&mut grants, &mut |a, b| b.cmp(a));
    let mut seen: BTreeSet<Id> = BTreeSet::new();
    let mut found = Vec::new();
    let mut todo = Vec::new();
    for (rank, subject) in grants.into_iter().filter(|(rank, _)| *rank > 0) {
        todo.push(subject);
        while let Some(subject) = todo.pop() {
            if !seen.insert(subject) {
                continue;
            }
            match view.kind(subject) {
                Some(Kind::User) if view.active(subject) => found.push((subject, rank)),
                Some(Kind::Group) => view.for_each_member(subject, |member| todo.push(member)),
                _ => {}
            }
        }
    }
    if view.policy() != Policy::default() {
        found.iter_mut().for_each(|(user, rank)| *rank = potential(view, *user, object));
        found.retain(|(_, rank)| *rank > 0);
    }
    crate::sort::plain(&mut found);
    found
}

/// One path per grant that reaches the user and stands on the object or above it; those that decide first, then the
/// strongest, then the nearest, then by ids as `order` has them.
pub fn paths(view: View, user: Id, object: Id, mut order: impl FnMut(Id, Id) -> Ordering) -> Vec<Path> {
    let standing = Standing::new(view, user);
    let (preset, policy) = (view.facts().preset(), view.policy());
    let mut found: Vec<(usize, Path)> = Vec::new();
    if view.kind(object).is_none() {
        return Vec::new();
    }
    let active = view.active(user);
    let role = if active { potential(view, user, object) } else { 0 };
    let open = standing.open(object, policy);
    let (mut at, mut above, mut hidden) = (object, Vec::new(), false);
    loop {
        for (_, subject, rank) in standing.on(at) {
            let (mut effective, mut stopped_at) = (*rank, None);
            for folder in above.iter().rev() {
                let lower = preset.lower(effective, view.audience(*folder).cap());
                if lower != effective {
                    (effective, stopped_at) = (lower, Some(*folder));
                }
                if effective == 0 {
                    break;
                }
            }
            if !open {
                (effective, stopped_at) = (0, Some(standing.workspace(object).unwrap_or(object)));
            }
            let overlaid = hidden && effective < preset.exempt_from;
            let fate = match effective {
                0 => Fate::Blocked,
                _ if overlaid => Fate::Dominated,
                _ if !active => Fate::Inactive,
                now if now == role => Fate::Deciding,
                now if now < *rank => Fate::Capped,
                _ => Fate::Dominated,
            };
            let via = chain(&standing, user, *subject, &mut order);
            found.push((above.len(), Path { object: at, subject: *subject, rank: *rank, via, fate, effective, stopped_at }));
        }
        let Some(parent) = view.link(at) else { break };
        hidden |= policy.combine == Combine::MostSpecific && standing.explicit(at);
        above.push(at);
        at = parent;
    }
    crate::sort::by(&mut found, &mut |(depth, a), (other, b)| {
        let decides = |path: &Path| path.fate != Fate::Deciding;
        decides(a)
            .cmp(&decides(b))
            .then(b.effective.cmp(&a.effective))
            .then(depth.cmp(other))
            .then(a.via.len().cmp(&b.via.len()))
            .then_with(|| order(a.subject, b.subject))
    });
    found.into_iter().map(|(_, path)| path).collect()
}

/// The least of the shortest chains from the user to a subject: distances are measured from the subject down, then
/// the least group that comes nearer is taken at every step up.
fn chain(standing: &Standing, user: Id, subject: Id, order: &mut impl FnMut(Id, Id) -> Ordering) -> Vec<Id> {
    let mut distance: BTreeMap<Id, u32> = BTreeMap::from([(subject, 0)]);
    let mut ring = vec![subject];
    while !ring.is_empty() && !distance.contains_key(&user) {
        let mut next = Vec::new();
        for (group, member) in &standing.edges {
            if let Some(away) = distance.get(group).copied()
                && ring.contains(group)
                && !distance.contains_key(member)
            {
                distance.insert(*member, away + 1);
                next.push(*member);
            }
        }
        ring = next;
    }
    let (mut via, mut at) = (Vec::new(), user);
    while at != subject {
        let Some(away) = distance.get(&at).copied() else { return via };
        let mut best: Option<Id> = None;
        for (group, _) in standing.edges.iter().filter(|(_, member)| *member == at) {
            let nearer = distance.get(group).is_some_and(|d| d + 1 == away);
            if nearer && best.is_none_or(|known| order(*group, known) == Ordering::Less) {
                best = Some(*group);
            }
        }
        let Some(group) = best else { return via };
        via.push(group);
        at = group;
    }
    via
}
