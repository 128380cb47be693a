//! Applying a change; what comes back is its opposite, so that before and after read the same way once more.

use super::change::{Change, Written};
use super::edges::CONTAINER;
use super::facts::Facts;
use super::words::{Id, Kind};

impl Facts {
    /// Makes the change so. The opposite carries the same causes: before = these facts + the opposite.
    pub fn commit(&mut self, change: Change) -> Change {
        let mut opposite = Change::new();
        self.commit_nodes(&change, &mut opposite);
        opposite.rings.sort_unstable();
        opposite.rings.dedup();
        self.commit_pairs(&change, &mut opposite);
        for node in change.nodes() {
            if node.now != node.before {
                self.set_kind(node.id, node.now);
            }
            if let Some(active) = node.active {
                self.set_active(node.id, active.now);
            }
            if node.now.is_some() {
                if let Some(parent) = node.parent {
                    self.set_parent(node.id, parent.now);
                }
                if let Some(audience) = node.audience {
                    self.set_audience(node.id, audience.now);
                }
            }
        }
        if let Some(policy) = change.policy {
            opposite.policy = Some(Written { now: self.policy(), cause: policy.cause });
            self.set_policy(policy.now);
        }
        for node in change.nodes() {
            self.release(node.id.0);
        }
        opposite
    }

    /// The nodes of the opposite, read while the facts are still the old ones.
    fn commit_nodes(&self, change: &Change, opposite: &mut Change) {
        for node in change.nodes() {
            opposite.rings.extend(self.ring_of(node.id.0));
            let id = node.id;
            let (exists, deleted) = (node.before.is_some(), node.before.is_some() && node.now.is_none());
            let cause = node.existence;
            // What a deletion takes, it writes; what is written at a created resource keeps its writer.
            let active = match node.active {
                Some(written) => Some(Written { now: !exists || self.active(id), cause: written.cause }),
                None => (deleted && node.before == Some(Kind::User)).then(|| Written { now: self.active(id), cause }),
            };
            let parent = match node.parent {
                Some(written) => Some(Written { now: self.parent(id), cause: written.cause }),
                None => (deleted && self.parent(id).is_some()).then(|| Written { now: self.parent(id), cause }),
            };
            let audience = match node.audience {
                Some(written) => Some(Written { now: self.audience(id), cause: written.cause }),
                None => (deleted && node.before == Some(Kind::Folder)).then(|| Written { now: self.audience(id), cause }),
            };
            let new_parent = if node.now.is_none() { None } else { node.parent.and_then(|written| written.now) };
            if let Some(old) = opposite.node_mut(self, id) {
                (old.before, old.now) = (node.now, node.before);
                (old.existence, old.active, old.parent, old.audience) = (cause, active, parent, audience);
                // Not cut: the edges that come with a created resource are written one by one in the opposite, and
                // those that named it before it was there name it still.
                old.cut = false;
            }
            if let Some(written) = parent {
                if let Some(from) = new_parent {
                    opposite.children.set(from.id.0, id.0, 0, cause, || 0);
                }
                if let Some(to) = written.now {
                    opposite.children.set(to.id.0, id.0, 1, cause, || 0);
                }
            }
        }
    }

    /// The folders on the ring an id stands on.
    pub(crate) fn ring_of(&self, id: u32) -> Vec<u32> {
        let mut ring = Vec::new();
        let mut at = id;
        while self.on_ring(at) && ring.first() != Some(&at) {
            ring.push(at);
            at = self.parent(Id(at)).map_or(super::facts::NONE, |parent| parent.id.0);
        }
        ring
    }

    fn commit_pairs(&mut self, change: &Change, opposite: &mut Change) {
        for pair in change.net.pairs().iter().filter(|pair| pair.differs()) {
            opposite.net.set(pair.container, pair.subject, pair.base, pair.cause, || pair.now);
        }
        for node in change.nodes().filter(|node| node.cut) {
            let id = node.id.0;
            let subject_of: Vec<u32> = self.subject(id).map_or_else(Vec::new, |s| s.pairs().iter().map(|[w, _]| *w).collect());
            for word in subject_of.into_iter().rev() {
                self.cut_pair(change, opposite, word & CONTAINER, id, (word >> 24) as u8, node.existence);
            }
            while let Some(word) = self.list(id).last().copied() {
                if !self.cut_pair(change, opposite, id, word & CONTAINER, (word >> 24) as u8, node.existence) {
                    break;
                }
            }
        }
        for pair in change.net.pairs().iter().filter(|pair| pair.differs()) {
            self.set_pair(Id(pair.container), Id(pair.subject), pair.now);
        }
    }

    fn cut_pair(&mut self, change: &Change, opposite: &mut Change, c: u32, s: u32, value: u8, cause: u32) -> bool {
        if change.net.find(c, s).is_none_or(|pair| !pair.differs()) {
            opposite.net.set(c, s, value, cause, || 0);
        }
        self.set_pair(Id(c), Id(s), 0)
    }
}
