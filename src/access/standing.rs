//! How one user stands on one side: whom they reach, by which memberships, and every grant that comes with it.

use std::collections::BTreeSet;

use crate::org::{Combine, Id, Kind, Policy, Rank, View};

/// One contribution to a place: the subject, the object the grant stands on, the rank it gives.
pub(super) type Contribution = (Id, Id, Rank);

#[derive(Debug, Clone)]
pub(super) struct Standing<'a> {
    pub(super) view: View<'a>,
    /// Memberships (group, member) among those.
    pub(super) edges: Vec<(Id, Id)>,
    /// Grants (object, subject, rank) on objects that are there, sorted.
    pub(super) grants: Vec<(Id, Id, Rank)>,
}

impl<'a> Standing<'a> {
    pub(super) fn new(view: View<'a>, user: Id) -> Standing<'a> {
        let (mut reach, mut edges, mut grants) = (Vec::new(), Vec::new(), Vec::new());
        if view.kind(user) == Some(Kind::User) {
            reach.push(user);
        }
        let mut seen: BTreeSet<Id> = reach.iter().copied().collect();
        let mut at = 0;
        while let Some(subject) = reach.get(at).copied() {
            at += 1;
            view.for_each_group_of(subject, |group| {
                if view.kind(group) == Some(Kind::Group) {
                    edges.push((group, subject));
                    if seen.insert(group) {
                        reach.push(group);
                    }
                }
            });
            view.for_each_grant_of(subject, |object, rank| {
                if view.kind(object).is_some() {
                    grants.push((object, subject, rank));
                }
            });
        }
        crate::sort::plain(&mut grants);
        Standing { view, edges, grants }
    }

    /// The grants on one object.
    pub(super) fn on(&self, object: Id) -> &[(Id, Id, Rank)] {
        let from = self.grants.partition_point(|(o, ..)| *o < object);
        let run = self.grants.get(from..).unwrap_or(&[]);
        run.get(..run.partition_point(|(o, ..)| *o == object)).unwrap_or(&[])
    }

    pub(super) fn explicit(&self, object: Id) -> bool {
        let from = self.grants.partition_point(|(o, ..)| *o < object);
        self.grants.get(from).is_some_and(|(o, ..)| *o == object)
    }

    /// The workspace an object is in, if its parents lead to one.
    pub(super) fn workspace(&self, object: Id) -> Option<Id> {
        let mut at = object;
        while let Some(parent) = self.view.link(at) {
            at = parent;
        }
        (self.view.kind(at) == Some(Kind::Workspace)).then_some(at)
    }

    /// Whether the exit policy leaves the object open to the user.
    pub(super) fn open(&self, object: Id, policy: Policy) -> bool {
        !policy.workspace_exit
            || self.view.kind(object) != Some(Kind::Folder)
            || self.workspace(object).is_some_and(|workspace| self.explicit(workspace))
    }

    /// Every contribution at one object under a policy, sorted.
    pub(super) fn contributions_at(&self, object: Id, policy: Policy) -> Vec<Contribution> {
        let mut found = Vec::new();
        if self.grants.is_empty() || self.view.kind(object).is_none() || !self.open(object, policy) {
            return found;
        }
        let preset = self.view.facts().preset();
        let mut at = object;
        // What lies between here and the object asked about: the least cap, and whether something explicit hides.
        let (mut cap, mut hidden) = (u8::MAX, false);
        loop {
            for (_, subject, rank) in self.on(at) {
                let lower = preset.lower(*rank, cap);
                if lower > 0 && !(hidden && lower < preset.exempt_from) {
                    found.push((*subject, at, lower));
                }
            }
            let Some(parent) = self.view.link(at) else { break };
            hidden |= policy.combine == Combine::MostSpecific && self.explicit(at);
            cap = cap.min(self.view.audience(at).cap());
            at = parent;
        }
        crate::sort::plain(&mut found);
        found
    }

    /// Every contribution to the user anywhere: (object felt on, subject, object of the grant, rank), sorted.
    pub(super) fn contributions(&self) -> Vec<(Id, Id, Id, Rank)> {
        let (view, policy, preset) = (self.view, self.view.policy(), self.view.facts().preset());
        let mut found = Vec::new();
        let mut todo: Vec<(Id, Rank)> = Vec::new();
        for (object, subject, rank) in &self.grants {
            if !self.open(*object, policy) {
                continue;
            }
            todo.push((*object, *rank));
            while let Some((at, rank)) = todo.pop() {
                found.push((at, *subject, *object, rank));
                view.for_each_child(at, |child| {
                    let lower = preset.lower(rank, view.audience(child).cap());
                    let hidden = policy.combine == Combine::MostSpecific && lower < preset.exempt_from && self.explicit(child);
                    if lower > 0 && !hidden && view.link(child) == Some(at) {
                        todo.push((child, lower));
                    }
                });
            }
        }
        crate::sort::plain(&mut found);
        found
    }

    /// Memberships on any way from the user to a subject, and the groups on them.
    pub(super) fn ways(&self, subject: Id, mut edge: impl FnMut(Id, Id)) {
        let mut seen = BTreeSet::from([subject]);
        let mut todo = vec![subject];
        while let Some(group) = todo.pop() {
            for (_, member) in self.edges.iter().filter(|(g, _)| *g == group) {
                edge(group, *member);
                if seen.insert(*member) {
                    todo.push(*member);
                }
            }
        }
    }
}
