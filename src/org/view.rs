//! Facts with a change laid over them, read through. Nothing is allocated on the way.

use super::change::Change;
use super::edges::{CONTAINER, MEMBER, rank_of};
use super::facts::Facts;
use super::words::{Audience, Id, Kind, Parent, Policy, Rank};

/// Facts, and a change that may lie over them.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    facts: &'a Facts,
    change: Option<&'a Change>,
}

impl<'a> View<'a> {
    /// The facts as `change` leaves them.
    pub fn new(facts: &'a Facts, change: &'a Change) -> View<'a> {
        View { facts, change: Some(change) }
    }

    /// The facts themselves.
    pub fn plain(facts: &'a Facts) -> View<'a> {
        View { facts, change: None }
    }

    /// The base.
    pub fn facts(&self) -> &'a Facts {
        self.facts
    }

    fn node(&self, id: Id) -> Option<&'a super::change::Node> {
        self.change.and_then(|change| change.node(id))
    }

    /// What the id is, if it is there.
    pub fn kind(&self, id: Id) -> Option<Kind> {
        match self.node(id) {
            Some(node) => node.now,
            None => self.facts.kind(id),
        }
    }

    /// Whether a user is there and active.
    pub fn active(&self, user: Id) -> bool {
        match self.node(user) {
            Some(node) => {
                node.now == Some(Kind::User) && node.active.map_or(node.before.is_none() || self.facts.active(user), |written| written.now)
            }
            None => self.facts.active(user),
        }
    }

    /// A folder's parent as declared.
    pub fn parent(&self, folder: Id) -> Option<Parent> {
        match self.node(folder) {
            Some(node) if node.now.is_none() => None,
            Some(super::change::Node { parent: Some(written), .. }) => written.now,
            _ => self.facts.parent(folder),
        }
    }

    /// A folder's audience.
    pub fn audience(&self, folder: Id) -> Audience {
        match self.node(folder) {
            Some(node) if node.now.is_none() => Audience::Private,
            Some(super::change::Node { audience: Some(written), .. }) => written.now,
            _ => self.facts.audience(folder),
        }
    }

    /// The policy in force.
    pub fn policy(&self) -> Policy {
        self.change.and_then(|c| c.policy).map_or(self.facts.policy(), |written| written.now)
    }

    fn attached(&self, folder: Id) -> Option<Id> {
        let parent = self.parent(folder)?;
        (self.kind(folder) == Some(Kind::Folder) && self.kind(parent.id) == Some(parent.kind)).then_some(parent.id)
    }

    /// The parent that carries something down: there, of the declared kind, and not on a ring of parents.
    pub fn link(&self, folder: Id) -> Option<Id> {
        let parent = self.attached(folder)?;
        let known = self.facts.on_ring(folder.0) || self.change.is_some_and(|change| change.rings.binary_search(&folder.0).is_ok());
        if known && self.rings(folder) {
            return None;
        }
        Some(parent)
    }

    /// Only restored facts hold rings and a change may only break them: this walks one that the base or an opposite knows.
    fn rings(&self, folder: Id) -> bool {
        self.change.is_none() || !self.ring_of(folder).is_empty()
    }

    /// No chain of parents is longer without coming round: a change may add more folders than the facts have.
    fn longest_chain(&self) -> usize {
        self.facts.id_space() as usize + self.change.map_or(0, |change| change.nodes().count())
    }

    /// The ring of declared parents a folder stands on, if any.
    pub(crate) fn ring_of(&self, folder: Id) -> Vec<u32> {
        let mut ring = vec![folder.0];
        let mut at = folder;
        for _ in 0..=self.longest_chain() {
            match self.parent(at) {
                Some(parent) if parent.id == folder => return ring,
                Some(parent) => at = parent.id,
                None => break,
            }
            ring.push(at.0);
        }
        Vec::new()
    }

    /// Whether `id` is `above` or stands below it, by declared parents.
    pub fn is_below(&self, id: Id, above: Id) -> bool {
        let mut at = id;
        for _ in 0..=self.longest_chain() {
            if at == above {
                return true;
            }
            match self.parent(at) {
                Some(parent) => at = parent.id,
                None => return false,
            }
            if self.facts.on_ring(at.0) && self.link(at).is_none() {
                return self.on_ring_with(at, above);
            }
        }
        false
    }

    fn on_ring_with(&self, start: Id, wanted: Id) -> bool {
        let mut at = start;
        for _ in 0..=self.longest_chain() {
            if at == wanted {
                return true;
            }
            match self.parent(at) {
                Some(parent) if parent.id != start => at = parent.id,
                _ => return false,
            }
        }
        false
    }

    /// The value of a pair: 0, `MEMBER` or a rank.
    pub(crate) fn pair(&self, container: u32, subject: u32) -> u8 {
        if let Some(change) = self.change {
            if let Some(pair) = change.net.find(container, subject) {
                return pair.now;
            }
            if change.cut(container) || change.cut(subject) {
                return 0;
            }
        }
        self.facts.pair(container, subject)
    }

    /// Whether the membership is stored.
    pub fn is_member(&self, group: Id, subject: Id) -> bool {
        self.pair(group.0, subject.0) == MEMBER
    }

    /// The rank of the grant to `subject` on `object`, 0 for none.
    pub fn rank(&self, object: Id, subject: Id) -> Rank {
        match self.pair(object.0, subject.0) {
            MEMBER => 0,
            rank => rank,
        }
    }

    /// Folders attached to an object.
    pub fn for_each_child(&self, object: Id, mut found: impl FnMut(Id)) {
        let overridden = |child: Id| self.node(child).is_some_and(|n| n.parent.is_some() || n.now != n.before);
        if self.kind(object).is_none() {
            return;
        }
        for child in self.facts.raw_children(object.0).map(Id) {
            if !overridden(child) && self.attached(child) == Some(object) {
                found(child);
            }
        }
        if let Some(change) = self.change {
            for pair in change.children.of_container(object.0) {
                let child = Id(pair.subject);
                if pair.now != 0 && overridden(child) && self.attached(child) == Some(object) {
                    found(child);
                }
            }
        }
    }

    fn for_each_of_subject(&self, subject: u32, base: &[[u32; 2]], mut found: impl FnMut(u32, u8)) {
        let Some(change) = self.change else {
            base.iter().for_each(|[w, _]| found(w & CONTAINER, rank_of(*w)));
            return;
        };
        let touched = change.net.touches_subject(subject);
        if !change.cut(subject) {
            for [word, _] in base {
                let container = word & CONTAINER;
                if !(change.cut(container) || touched && change.net.find(container, subject).is_some()) {
                    found(container, rank_of(*word));
                }
            }
        }
        if touched {
            for pair in change.net.of_subject(subject).filter(|pair| pair.now != 0) {
                found(pair.container, pair.now);
            }
        }
    }

    fn for_each_of_container(&self, container: u32, mut found: impl FnMut(u32, u8)) {
        let base = self.facts.list(container);
        let Some(change) = self.change else {
            base.iter().for_each(|w| found(w & CONTAINER, rank_of(*w)));
            return;
        };
        let touched = change.net.touches_container(container);
        if !change.cut(container) {
            for word in base {
                let subject = word & CONTAINER;
                if !(change.cut(subject) || touched && change.net.find(container, subject).is_some()) {
                    found(subject, rank_of(*word));
                }
            }
        }
        if touched {
            for pair in change.net.of_container(container).filter(|pair| pair.now != 0) {
                found(pair.subject, pair.now);
            }
        }
    }

    /// Groups that store the subject as a member.
    pub fn for_each_group_of(&self, subject: Id, mut found: impl FnMut(Id)) {
        self.for_each_of_subject(subject.0, self.facts.groups_of(subject.0), |group, value| {
            if value == MEMBER {
                found(Id(group));
            }
        });
    }

    /// Grants stored to the subject: (object, rank).
    pub fn for_each_grant_of(&self, subject: Id, mut found: impl FnMut(Id, Rank)) {
        self.for_each_of_subject(subject.0, self.facts.grants_of(subject.0), |object, value| {
            if value != MEMBER {
                found(Id(object), value);
            }
        });
    }

    /// Members a group stores.
    pub fn for_each_member(&self, group: Id, mut found: impl FnMut(Id)) {
        self.for_each_of_container(group.0, |subject, value| {
            if value == MEMBER {
                found(Id(subject));
            }
        });
    }

    /// Grants stored on an object: (subject, rank).
    pub fn for_each_grant_on(&self, object: Id, mut found: impl FnMut(Id, Rank)) {
        self.for_each_of_container(object.0, |subject, value| {
            if value != MEMBER {
                found(Id(subject), value);
            }
        });
    }

    /// How many members a group stores; costs the change, not the group.
    pub fn member_count(&self, group: Id) -> u32 {
        let base = self.facts.list(group.0).len() as i64;
        let Some(change) = self.change else { return base as u32 };
        let mut count = if change.cut(group.0) { 0 } else { base };
        for pair in change.net.of_container(group.0) {
            let counted = pair.base != 0 && !change.cut(group.0);
            count += i64::from(pair.now != 0) - i64::from(counted);
        }
        if !change.cut(group.0) && change.cuts > 0 {
            for node in change.nodes().filter(|node| node.cut) {
                let id = node.id.0;
                if change.net.find(group.0, id).is_none() && self.facts.pair(group.0, id) != 0 {
                    count -= 1;
                }
            }
        }
        count.max(0) as u32
    }

    /// How many users are there and active; costs the change.
    pub fn active_users(&self) -> u32 {
        let mut count = i64::from(self.facts.counts().active_users);
        if let Some(change) = self.change {
            for node in change.nodes() {
                count += i64::from(self.active(node.id)) - i64::from(self.facts.active(node.id));
            }
        }
        count.max(0) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::Preset;

    #[test]
    fn a_change_larger_than_its_facts_closes_no_ring() {
        let facts = Facts::new(Preset { ranks: 1, exempt_from: 255 });
        let mut change = Change::new();
        let folder = |id: u32| Parent { id: Id(id), kind: Kind::Folder };
        (1..=9).for_each(|id| assert!(change.create(&facts, Id(id), Kind::Folder, 0)));
        (2..=9).for_each(|id| assert!(change.set_parent(&facts, Id(id), folder(id - 1), 0)));
        assert!(!change.set_parent(&facts, Id(1), folder(9), 0));
        assert!(View::new(&facts, &change).is_below(Id(9), Id(1)));
    }
}
