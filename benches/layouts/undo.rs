//! The other way: apply to the facts at once, remember what was, net the log for the diff, roll it back.

use scim_policy::org::{Change, Facts, Id, Kind, Parent, View};

use super::Request;

#[derive(Clone, Copy)]
enum Was {
    Member(Id, Id, bool),
    Grant(Id, Id, u8),
    Active(Id, bool),
    Parent(Id, Option<Parent>),
    Kind(Id, Kind),
}

#[derive(Default)]
pub(crate) struct Log {
    entries: Vec<(Was, u32)>,
}

impl Log {
    pub(crate) fn apply(&mut self, facts: &mut Facts, request: Request, cause: u32) {
        match request {
            Request::Member(group, subject, on) => {
                let was = View::plain(facts).is_member(group, subject);
                self.entries.push((Was::Member(group, subject, was), cause));
                facts.set_member(group, subject, on);
            }
            Request::Grant(object, subject, rank) => {
                let was = View::plain(facts).rank(object, subject);
                self.entries.push((Was::Grant(object, subject, was), cause));
                facts.set_grant(object, subject, rank);
            }
            Request::Active(user, active) => {
                self.entries.push((Was::Active(user, facts.active(user)), cause));
                facts.set_active(user, active);
            }
            Request::Move(folder, parent) => {
                self.entries.push((Was::Parent(folder, facts.parent(folder)), cause));
                facts.set_parent(folder, Some(parent));
            }
            Request::Delete(group) => {
                // Only groups are deleted here.
                let (mut members, mut groups, mut grants) = (Vec::new(), Vec::new(), Vec::new());
                let view = View::plain(facts);
                view.for_each_member(group, |subject| members.push(subject));
                view.for_each_group_of(group, |above| groups.push(above));
                view.for_each_grant_of(group, |object, rank| grants.push((object, rank)));
                for subject in members {
                    self.entries.push((Was::Member(group, subject, true), cause));
                    facts.set_member(group, subject, false);
                }
                for above in groups {
                    self.entries.push((Was::Member(above, group, true), cause));
                    facts.set_member(above, group, false);
                }
                for (object, rank) in grants {
                    self.entries.push((Was::Grant(object, group, rank), cause));
                    facts.set_grant(object, group, 0);
                }
                self.entries.push((Was::Kind(group, Kind::Group), cause));
                facts.set_kind(group, None);
            }
        }
    }

    /// The net of the log over the facts as they are now: what a diff needs to see the state before.
    pub(crate) fn before(&self, facts: &Facts) -> Change {
        let mut change = Change::new();
        for (was, cause) in self.entries.iter().rev() {
            match *was {
                Was::Member(group, subject, was) => change.set_member(facts, group, subject, was, *cause),
                Was::Grant(object, subject, rank) => change.set_grant(facts, object, subject, rank, *cause),
                Was::Active(user, active) => change.set_active(facts, user, active, *cause),
                Was::Parent(folder, Some(parent)) => drop(change.set_parent(facts, folder, parent, *cause)),
                Was::Parent(_, None) => {}
                Was::Kind(id, kind) => drop(change.create(facts, id, kind, *cause)),
            }
        }
        change
    }

    pub(crate) fn roll_back(self, facts: &mut Facts) {
        for (was, _) in self.entries.into_iter().rev() {
            match was {
                Was::Member(group, subject, on) => drop(facts.set_member(group, subject, on)),
                Was::Grant(object, subject, rank) => drop(facts.set_grant(object, subject, rank)),
                Was::Active(user, active) => facts.set_active(user, active),
                Was::Parent(folder, parent) => drop(facts.set_parent(folder, parent)),
                Was::Kind(id, kind) => drop(facts.set_kind(id, Some(kind))),
            }
        }
    }
}
