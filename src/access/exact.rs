//! The long way, for policies under which contributions do not simply add up: every contribution of a user, on both
//! sides, compared one by one.

use super::affected::Work;
use super::rows::{Direction, Judge, Row};
use super::standing::Standing;
use crate::org::{Change, Facts, Id, Policy, Rank, View};

/// One contribution: the object it is felt on, the subject, the object the grant stands on, the rank it gives.
type Contribution = (Id, Id, Id, Rank);

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
    let (plain, changed) = (Standing::new(plain_view, Id(user)).contributions(), Standing::new(changed_view, Id(user)).contributions());
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
