//! A change: the net set of facts that differ over untouched [`Facts`], each with the request that last wrote it.
//!
//! Writing a fact the value it already has (base and change together) writes nothing. Writing it back to the base's
//! value takes it out of the change, except at a resource the change itself creates: there every fact is new.
//! Deleting is one marked fact per resource. An id deleted in a change cannot be created again in the same change:
//! `create` refuses it.

use hashbrown::HashTable;

use super::edges::{CONTAINER, MEMBER};
use super::facts::Facts;
use super::net::Net;
use super::view::View;
use super::words::{Audience, Id, Kind, Parent, Policy, Rank};
use crate::maps::mix;

/// A value and the request that wrote it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<T> {
    /// The value in the change.
    pub now: T,
    /// The request's index.
    pub cause: u32,
}

/// What a change says about one resource itself.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// The resource.
    pub id: Id,
    /// What it is in the base.
    pub before: Option<Kind>,
    /// What it is in the change.
    pub now: Option<Kind>,
    /// Whether the base's edges of this id are gone.
    pub(crate) cut: bool,
    /// Who created or deleted it.
    pub(crate) existence: u32,
    /// Status, where written.
    pub active: Option<Written<bool>>,
    /// Parent, where written.
    pub parent: Option<Written<Option<Parent>>>,
    /// Audience, where written.
    pub audience: Option<Written<Audience>>,
}

impl Node {
    /// Who created or deleted it, if anyone did.
    pub fn existence_cause(&self) -> Option<u32> {
        (self.before != self.now).then_some(self.existence)
    }
}

/// A membership that differs by itself (not by the deletion of an end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberChange {
    /// The group.
    pub group: Id,
    /// The member.
    pub subject: Id,
    /// Whether it is one now.
    pub now: bool,
    /// Who wrote it.
    pub cause: u32,
}

/// A grant that differs by itself (not by the deletion of an end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantChange {
    /// Where it stands.
    pub object: Id,
    /// To whom.
    pub subject: Id,
    /// Rank in the base, 0 for none.
    pub before: Rank,
    /// Rank in the change, 0 for none.
    pub now: Rank,
    /// Who wrote it.
    pub cause: u32,
}

/// The net set of facts that differ over a base.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub(crate) net: Net,
    /// Pairs (parent, child) of folders whose parent was written.
    pub(crate) children: Net,
    nodes: Vec<Node>,
    index: HashTable<u32>,
    pub(crate) cuts: u32,
    pub(crate) policy: Option<Written<Policy>>,
    /// Folders that stood on a ring of parents before a commit broke it; only an opposite knows any. Sorted.
    pub(crate) rings: Vec<u32>,
}

impl Change {
    /// A change that changes nothing.
    pub fn new() -> Change {
        Change::default()
    }

    /// What is said about one resource itself.
    #[inline]
    pub fn node(&self, id: Id) -> Option<&Node> {
        if self.nodes.is_empty() {
            return None;
        }
        let same = |i: &u32| self.nodes.get(*i as usize).is_some_and(|node| node.id == id);
        self.index.find(mix(id.0, 1), same).and_then(|i| self.nodes.get(*i as usize))
    }

    pub(crate) fn node_mut(&mut self, facts: &Facts, id: Id) -> Option<&mut Node> {
        let Change { nodes, index, .. } = self;
        let hash = mix(id.0, 1);
        let same = |i: &u32| nodes.get(*i as usize).is_some_and(|node| node.id == id);
        let at = match index.find(hash, same) {
            Some(at) => *at,
            None => {
                let at = nodes.len() as u32;
                index.insert_unique(hash, at, |i| nodes.get(*i as usize).map_or(0, |n| mix(n.id.0, 1)));
                let kind = facts.kind(id);
                nodes.push(Node { id, before: kind, now: kind, cut: false, existence: 0, active: None, parent: None, audience: None });
                at
            }
        };
        nodes.get_mut(at as usize)
    }

    pub(crate) fn cut(&self, id: u32) -> bool {
        self.cuts > 0 && self.node(Id(id)).is_some_and(|node| node.cut)
    }

    fn view<'a>(&'a self, facts: &'a Facts) -> View<'a> {
        View::new(facts, self)
    }

    // ── writing

    /// Puts a subject into a group or takes it out.
    pub fn set_member(&mut self, facts: &Facts, group: Id, subject: Id, member: bool, cause: u32) {
        self.set_pair(facts, group, subject, if member { MEMBER } else { 0 }, cause);
    }

    /// Sets the rank of the one grant to `subject` on `object`, 0 for none.
    pub fn set_grant(&mut self, facts: &Facts, object: Id, subject: Id, rank: Rank, cause: u32) {
        self.set_pair(facts, object, subject, rank, cause);
    }

    pub(crate) fn set_pair(&mut self, facts: &Facts, container: Id, subject: Id, value: u8, cause: u32) {
        if self.view(facts).pair(container.0, subject.0) != value {
            self.net.set(container.0, subject.0, value, cause, || facts.pair(container.0, subject.0));
        }
    }

    /// Makes an absent id a thing of that kind, active, private, without parent. False if the id is there, or was
    /// deleted by this change.
    pub fn create(&mut self, facts: &Facts, id: Id, kind: Kind, cause: u32) -> bool {
        if self.view(facts).kind(id).is_some() || self.node(id).is_some_and(|node| node.cut) {
            return false;
        }
        if let Some(node) = self.node_mut(facts, id) {
            (node.now, node.existence) = (Some(kind), cause);
        }
        true
    }

    /// Sets a user's status.
    pub fn set_active(&mut self, facts: &Facts, user: Id, active: bool, cause: u32) {
        let view = self.view(facts);
        if view.kind(user) != Some(Kind::User) || view.active(user) == active {
            return;
        }
        let base = facts.kind(user).is_some().then(|| facts.active(user));
        if let Some(node) = self.node_mut(facts, user) {
            node.active = (base != Some(active)).then_some(Written { now: active, cause });
        }
    }

    /// Moves a folder. False, and nothing written, where that would close a ring or the id is no folder.
    pub fn set_parent(&mut self, facts: &Facts, folder: Id, parent: Parent, cause: u32) -> bool {
        let view = self.view(facts);
        if view.kind(folder) != Some(Kind::Folder) {
            return false;
        }
        let old = view.parent(folder);
        if old == Some(parent) {
            return true;
        }
        if view.is_below(parent.id, folder) {
            return false;
        }
        self.write_parent(facts, folder, old, Some(parent), cause);
        true
    }

    pub(crate) fn write_parent(&mut self, facts: &Facts, folder: Id, old: Option<Parent>, parent: Option<Parent>, cause: u32) {
        let (there, base) = (facts.kind(folder).is_some(), facts.parent(folder));
        if let Some(node) = self.node_mut(facts, folder) {
            node.parent = (!there || base != parent).then_some(Written { now: parent, cause });
        }
        if let Some(old) = old {
            self.children.set(old.id.0, folder.0, 0, cause, || 0);
        }
        if let Some(new) = parent {
            self.children.set(new.id.0, folder.0, 1, cause, || 0);
        }
    }

    /// Sets a folder's audience.
    pub fn set_audience(&mut self, facts: &Facts, folder: Id, audience: Audience, cause: u32) {
        let view = self.view(facts);
        if view.kind(folder) != Some(Kind::Folder) || view.audience(folder) == audience {
            return;
        }
        let base = facts.kind(folder).is_some().then(|| facts.audience(folder));
        if let Some(node) = self.node_mut(facts, folder) {
            node.audience = (base != Some(audience)).then_some(Written { now: audience, cause });
        }
    }

    /// Sets the policy.
    pub fn set_policy(&mut self, facts: &Facts, policy: Policy, cause: u32) {
        if self.view(facts).policy() != policy {
            self.policy = (facts.policy() != policy).then_some(Written { now: policy, cause });
        }
    }

    /// Deletes a resource with all its edges; an object with its whole subtree. Gives what went, the root first.
    pub fn delete(&mut self, facts: &Facts, id: Id, cause: u32) -> Vec<Id> {
        let mut gone = Vec::new();
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let view = self.view(facts);
            let Some(kind) = view.kind(id) else { continue };
            if kind == Kind::Organization {
                continue;
            }
            if matches!(kind, Kind::Workspace | Kind::Folder) {
                view.for_each_child(id, |child| todo.push(child));
            }
            self.delete_one(facts, id, cause);
            gone.push(id);
        }
        gone
    }

    fn delete_one(&mut self, facts: &Facts, id: Id, cause: u32) {
        self.net.cut(id.0, cause);
        let old = self.view(facts).parent(id);
        let named = facts.subject(id.0).is_some_and(|s| !s.pairs().is_empty()) || !facts.list(id.0).is_empty();
        let mut cuts = 0;
        if let Some(node) = self.node_mut(facts, id) {
            (node.now, node.existence) = (None, cause);
            (node.active, node.parent, node.audience) = (None, None, None);
            node.cut = node.before.is_some() || named;
            cuts = u32::from(node.cut);
        }
        self.cuts += cuts;
        if let Some(old) = old
            && !self.children.is_empty()
        {
            self.children.set(old.id.0, id.0, 0, cause, || 0);
        }
    }

    // ── what it holds

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.policy.is_none()
            && self.nodes().all(|n| n.before == n.now && !n.cut && n.active.is_none() && n.parent.is_none() && n.audience.is_none())
            && !self.net.pairs().iter().any(super::net::Pair::differs)
    }

    /// Everything said about resources themselves, in the order first written.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> + '_ {
        self.nodes.iter()
    }

    /// Ids that are there now and were not before.
    pub fn created(&self) -> impl Iterator<Item = (Id, Kind)> + '_ {
        self.nodes.iter().filter(|n| n.before.is_none()).filter_map(|n| n.now.map(|kind| (n.id, kind)))
    }

    /// Ids that were there before and are not now.
    pub fn deleted(&self) -> impl Iterator<Item = (Id, Kind)> + '_ {
        self.nodes.iter().filter(|n| n.now.is_none()).filter_map(|n| n.before.map(|kind| (n.id, kind)))
    }

    /// Memberships that differ by themselves.
    pub fn memberships(&self) -> impl Iterator<Item = MemberChange> + '_ {
        self.net.pairs().iter().filter(|p| p.differs() && (p.base == MEMBER || p.now == MEMBER)).map(|p| MemberChange {
            group: Id(p.container),
            subject: Id(p.subject),
            now: p.now == MEMBER,
            cause: p.cause,
        })
    }

    /// Grants that differ by themselves.
    pub fn grants(&self) -> impl Iterator<Item = GrantChange> + '_ {
        self.net.pairs().iter().filter(|p| p.differs() && p.base != MEMBER && p.now != MEMBER).map(|p| GrantChange {
            object: Id(p.container),
            subject: Id(p.subject),
            before: p.base,
            now: p.now,
            cause: p.cause,
        })
    }

    /// The one request that wrote everything here, if it was one.
    pub fn sole_cause(&self) -> Option<u32> {
        let mut causes = self.policy.iter().map(|w| w.cause).chain(self.net.pairs().iter().filter(|p| p.differs()).map(|p| p.cause));
        let of_nodes = self
            .nodes
            .iter()
            .flat_map(|n| [n.existence_cause(), n.active.map(|w| w.cause), n.parent.map(|w| w.cause), n.audience.map(|w| w.cause)]);
        let mut all = causes.by_ref().chain(of_nodes.flatten());
        let first = all.next()?;
        all.all(|cause| cause == first).then_some(first)
    }

    /// The policy, where it differs.
    pub fn policy(&self) -> Option<Written<Policy>> {
        self.policy
    }

    /// Edges of the base that go with the deleted resources and were not written by themselves: what, whose, value
    /// (0 to 254 a rank, `None` a membership).
    pub fn for_each_cascaded(&self, facts: &Facts, mut found: impl FnMut(Id, Id, Option<Rank>)) {
        for node in self.nodes.iter().filter(|node| node.cut) {
            let id = node.id.0;
            let mut tell = |container: u32, subject: u32, value: u8| {
                if self.net.find(container, subject).is_none() {
                    found(Id(container), Id(subject), (value != MEMBER).then_some(value));
                }
            };
            for word in facts.list(id) {
                tell(id, word & CONTAINER, (word >> 24) as u8);
            }
            for [word, _] in facts.subject(id).map_or(&[][..], super::edges::Subject::pairs) {
                // A pair whose both ends go is told once, by its container.
                if !self.cut(word & CONTAINER) {
                    tell(word & CONTAINER, id, (word >> 24) as u8);
                }
            }
        }
    }

    /// Heap memory, by capacity.
    pub fn heap_bytes(&self) -> usize {
        self.net.heap_bytes() + self.children.heap_bytes() + self.nodes.capacity() * size_of::<Node>() + self.index.capacity() * 5
    }
}
