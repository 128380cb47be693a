//! The long way, for policies under which contributions do not simply add up: every contribution of a user, on both
//! sides, compared one by one.

use super::affected::Work;
use super::diff::{Direction, Judge, Row};
use crate::org::{Change, Combine, Facts, Id, Kind, Policy, Rank, View};

/// One contribution: the object it is felt on, the subject, the object the grant stands on, the rank it gives.
pub(super) type Contribution = (Id, Id, Id, Rank);

/// Whether a policy other than the default is in force on either side.
pub(super) fn needed(facts: &Facts, change: &Change) -> bool {
    facts.policy() != Policy::default() || change.policy.is_some()
}

/// One user's rows, and whether there was and is access to anything.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) had: bool,
    pub(super) has: bool,
}

pub(super) fn rows(work: &mut Work, user: u32, direction: Direction) -> Rows {
    let (plain_view, changed_view) = (View::plain(work.facts), work.view());
    let (plain, changed) = (contributions(plain_view, Id(user)), contributions(changed_view, Id(user)));
    let (plain_active, changed_active) = work.actives(user);
    let judge = Judge::new(direction, plain_active, changed_active, false);
    let mut rows = Vec::new();
    let (mut left, mut right) = (plain.as_slice(), changed.as_slice());
    let potential = |run: &[Contribution]| run.iter().map(|c| c.3).max().unwrap_or(0);
    while let Some(object) = left.first().into_iter().chain(right.first()).map(|c| c.0).min() {
        let (here_left, rest_left) = left.split_at(left.iter().take_while(|c| c.0 == object).count());
        let (here_right, rest_right) = right.split_at(right.iter().take_while(|c| c.0 == object).count());
        (left, right) = (rest_left, rest_right);
        if here_left == here_right && plain_active == changed_active {
            continue;
        }
        if let Some((kind, before, after)) = judge.row(potential(here_left), potential(here_right)) {
            rows.push(Row { user: Id(user), object, kind, before, after });
        }
    }
    let (plain, changed) = (plain_active && !plain.is_empty(), changed_active && !changed.is_empty());
    let (had, has) = if direction == Direction::Committed { (changed, plain) } else { (plain, changed) };
    Rows { rows, had, has }
}

/// The user, if there, and every group above.
pub(super) fn reach(view: View, user: Id) -> Vec<Id> {
    let mut reach = Vec::new();
    if view.kind(user) == Some(Kind::User) {
        reach.push(user);
    }
    let mut seen: std::collections::BTreeSet<Id> = reach.iter().copied().collect();
    let mut at = 0;
    while let Some(subject) = reach.get(at).copied() {
        at += 1;
        view.for_each_group_of(subject, |group| {
            if view.kind(group) == Some(Kind::Group) && seen.insert(group) {
                reach.push(group);
            }
        });
    }
    reach
}

/// The workspace an object is in, if its parents lead to one.
pub(super) fn workspace(view: View, object: Id) -> Option<Id> {
    let mut at = object;
    while let Some(parent) = view.link(at) {
        at = parent;
    }
    (view.kind(at) == Some(Kind::Workspace)).then_some(at)
}

/// Every contribution to a user, sorted.
pub(super) fn contributions(view: View, user: Id) -> Vec<Contribution> {
    let (policy, preset) = (view.policy(), view.facts().preset());
    let mut grants: Vec<(Id, Id, Rank)> = Vec::new();
    for subject in reach(view, user) {
        view.for_each_grant_of(subject, |object, rank| {
            if view.kind(object).is_some() {
                grants.push((object, subject, rank));
            }
        });
    }
    grants.sort_unstable();
    let explicit = |object: Id| {
        let from = grants.partition_point(|(o, ..)| *o < object);
        grants.get(from).is_some_and(|(o, ..)| *o == object)
    };
    let mut found = Vec::new();
    let mut todo: Vec<(Id, Rank)> = Vec::new();
    for (object, subject, rank) in &grants {
        let kind = view.kind(*object);
        let open = !policy.workspace_exit || kind == Some(Kind::Organization) || workspace(view, *object).is_some_and(explicit);
        if !open && kind == Some(Kind::Folder) {
            continue;
        }
        todo.push((*object, *rank));
        while let Some((at, rank)) = todo.pop() {
            found.push((at, *subject, *object, rank));
            view.for_each_child(at, |child| {
                let lower = preset.lower(rank, view.audience(child).cap());
                let hidden = policy.combine == Combine::MostSpecific && lower < preset.exempt_from && explicit(child);
                if lower > 0 && !hidden && view.link(child) == Some(at) {
                    todo.push((child, lower));
                }
            });
        }
    }
    found.sort_unstable();
    found
}
