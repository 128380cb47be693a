//! Which requests brought a row about: the writers of the facts that differ among those its contributions rest on.
//!
//! A contribution of one side that the other does not have rests, on its side, on: its grant; the memberships on any
//! way from the user to its subject, and the groups on them; parent, audience and existence between its object and
//! the place (of a whole ring of parents, where one was broken); on a folder, under the exit policy, also the way to the
//! workspace and what gives an explicit role there. The policy is a cause where either side's facts would give other contributions under the other side's policy.

use super::standing::{Contribution, Standing};
use crate::org::{Change, Facts, Id, Kind, View};

/// Causes of rows of one diff. It remembers the user asked about last.
#[derive(Debug)]
pub struct Causes<'a> {
    facts: &'a Facts,
    change: &'a Change,
    /// The one request that wrote anything, if it was one.
    sole: Option<u32>,
    user: Option<(Id, Standing<'a>, Standing<'a>)>,
}

impl<'a> Causes<'a> {
    /// For the rows of the diff of these, planned or committed.
    pub fn new(facts: &'a Facts, change: &'a Change) -> Causes<'a> {
        Causes { facts, change, sole: change.sole_cause(), user: None }
    }

    /// The requests behind one row, ascending, each once.
    pub fn of(&mut self, user: Id, object: Id) -> Vec<u32> {
        if let Some(cause) = self.sole {
            return vec![cause];
        }
        if self.user.as_ref().is_none_or(|(known, ..)| *known != user) {
            let (plain, changed) = (View::plain(self.facts), View::new(self.facts, self.change));
            self.user = Some((user, Standing::new(plain, user), Standing::new(changed, user)));
        }
        let mut found = Vec::new();
        let Some((_, plain, changed)) = &self.user else { return found };
        let (policy, policy_now) = (plain.view.policy(), changed.view.policy());
        let one = plain.contributions_at(object, policy);
        let other = changed.contributions_at(object, policy_now);
        self.exists(user, &mut found);
        if let Some(node) = self.change.node(user) {
            found.extend(node.active.map(|written| written.cause));
        }
        let exit = policy.workspace_exit || policy_now.workspace_exit;
        for (standing, own, others) in [(plain, &one, &other), (changed, &other, &one)] {
            for contribution in own.iter().filter(|c| others.binary_search(c).is_err()) {
                self.rests(standing, object, *contribution, exit, &mut found);
            }
        }
        if let Some(written) = self.change.policy()
            && (found.is_empty() || plain.contributions_at(object, policy_now) != one || changed.contributions_at(object, policy) != other)
        {
            found.push(written.cause);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn exists(&self, id: Id, found: &mut Vec<u32>) {
        found.extend(self.change.node(id).and_then(|node| node.existence_cause()));
    }

    fn pair(&self, container: Id, subject: Id, found: &mut Vec<u32>) {
        found.extend(self.change.net.find(container.0, subject.0).filter(|pair| pair.differs()).map(|pair| pair.cause));
    }

    fn above(&self, id: Id, with_audience: bool, found: &mut Vec<u32>) {
        self.exists(id, found);
        if let Some(node) = self.change.node(id) {
            found.extend(node.parent.map(|written| written.cause));
            found.extend(node.audience.filter(|_| with_audience).map(|written| written.cause));
        }
        // A link that was dead on a ring lives because some link of the ring differs.
        let ring = if self.change.rings.binary_search(&id.0).is_ok() {
            View::new(self.facts, self.change).ring_of(id)
        } else {
            self.facts.ring_of(id.0)
        };
        for folder in ring {
            self.exists(Id(folder), found);
            found.extend(self.change.node(Id(folder)).and_then(|node| node.parent).map(|written| written.cause));
        }
    }

    fn granted(&self, standing: &Standing, object: Id, subject: Id, found: &mut Vec<u32>) {
        self.pair(object, subject, found);
        self.exists(object, found);
        self.exists(subject, found);
        standing.ways(subject, |group, member| {
            self.pair(group, member, found);
            self.exists(group, found);
            self.exists(member, found);
        });
    }

    fn rests(&self, standing: &Standing, place: Id, contribution: Contribution, exit: bool, found: &mut Vec<u32>) {
        let (subject, object, _) = contribution;
        self.granted(standing, object, subject, found);
        let mut at = place;
        while at != object {
            self.above(at, true, found);
            let Some(parent) = standing.view.link(at) else { break };
            at = parent;
        }
        if exit && standing.view.kind(place) == Some(Kind::Folder) {
            while let Some(parent) = standing.view.link(at) {
                self.above(at, false, found);
                at = parent;
            }
            self.exists(at, found);
            for (_, subject, _) in standing.on(at) {
                self.granted(standing, at, *subject, found);
            }
        }
    }
}
