//! A draft's edits to the records that a store must write: what changed, and nothing else.

use std::borrow::Cow;

use super::draft::Draft;
use super::key::{GRANT, Key, MEMBER, encoded};
use super::names::ORGANIZATION;
use super::words::{Id, Kind, Rank};
use crate::resource::{Writer, push_uuid};

/// The records of a draft in key order; `None` deletes. Written to the records of its organization they give those
/// after the commit.
pub(crate) fn records_of(draft: &Draft<'_>) -> Vec<(String, Option<String>)> {
    let mut delta = Delta { draft, records: Vec::new(), owners: false, prefix: (None, String::new()) };
    delta.resources();
    delta.edges();
    delta.ledger();
    let mut records = delta.records;
    if !records.is_sorted_by(|(key, _), (next, _)| key < next) {
        // A user and a group of one name share their pair's key: who stays is told, and stands first of the two.
        crate::sort::by(&mut records, &mut |(key, value), (other, now)| key.cmp(other).then(value.is_none().cmp(&now.is_none())));
        records.dedup_by(|next, kept| next.0 == kept.0);
    }
    records
}

struct Delta<'d, 'o> {
    draft: &'d Draft<'o>,
    records: Vec<(String, Option<String>)>,
    /// Whether the organization's owners changed.
    owners: bool,
    /// How keys of the last container's edges begin.
    prefix: (Option<(Id, bool)>, String),
}

impl Delta<'_, '_> {
    fn resources(&mut self) {
        let (draft, org) = (self.draft, self.draft.org);
        for (id, kind) in draft.edits.change.deleted() {
            self.records.push((Key::Resource(kind, draft.name(id)).text(), None));
        }
        for (id, body) in &draft.edits.bodies {
            let Some(kind) = draft.kind(*id).filter(|_| org.body(*id) != Some(body)) else { continue };
            if kind == Kind::Organization {
                self.owners = true;
                continue;
            }
            let name = draft.name(*id);
            let value = written(body.packed().0.len() * 2 + 512, |out| org.write_resource(kind, &name, body, &[], out));
            self.records.push((Key::Resource(kind, name).text(), Some(value)));
        }
    }

    fn edges(&mut self) {
        let (draft, change) = (self.draft, &self.draft.edits.change);
        let mut cascaded = Vec::new();
        change.for_each_cascaded(&draft.org.facts, |container, subject, rank| cascaded.push((container, subject, rank.is_none())));
        self.order(&mut cascaded);
        for (container, subject, membership) in cascaded {
            self.edge(container, subject, membership, None);
        }
        for member in change.memberships() {
            self.edge(member.group, member.subject, true, member.now.then_some(0));
        }
        for grant in change.grants() {
            self.edge(grant.object, grant.subject, false, (grant.now != 0).then_some(grant.now));
        }
        if self.owners {
            let mut owners: Vec<Cow<'_, str>> = Vec::new();
            draft.view().for_each_grant_on(Id::ORGANIZATION, |owner, _| owners.push(draft.name(owner)));
            crate::sort::plain(&mut owners);
            if let Some(body) = draft.body(Id::ORGANIZATION) {
                let value = written(1024, |out| draft.org.write_resource(Kind::Organization, ORGANIZATION, body, &owners, out));
                self.records.push((Key::Organization.text(), Some(value)));
            }
        }
    }

    /// Puts the subjects of each container in the order of their UUIDs: by the first bytes of each, which tell nearly all apart.
    fn order(&self, edges: &mut Vec<(Id, Id, bool)>) {
        let first = |id: Id| match self.draft.org.names.uuid(id) {
            Some([a, b, c, d, e, ..]) => u64::from_be_bytes([*a, *b, *c, *d, *e, 0, 0, 0]),
            None => 0,
        };
        let mut sorted = Vec::with_capacity(edges.len());
        let mut order: Vec<u64> = Vec::new();
        for edges in edges.chunk_by(|(one, _, member), (other, _, membership)| (one, member) == (other, membership)) {
            order.clear();
            order.extend((0..).zip(edges).map(|(at, (_, subject, _)): (u64, _)| first(*subject) | (at & 0xff_ffff)));
            order.sort_unstable();
            sorted.extend(order.iter().filter_map(|word| edges.get((word & 0xff_ffff) as usize).copied()));
        }
        *edges = sorted;
    }

    fn edge(&mut self, container: Id, subject: Id, membership: bool, now: Option<Rank>) {
        let draft = self.draft;
        if container == Id::ORGANIZATION {
            self.owners = true;
            return;
        }
        if self.prefix.0 != Some((container, membership)) {
            let section = if membership { MEMBER } else { GRANT };
            let text = [section, &encoded(&draft.name(container)), "/"].concat();
            self.prefix = (Some((container, membership)), text);
        }
        let mut key = String::with_capacity(self.prefix.1.len() + 36);
        key.push_str(&self.prefix.1);
        match draft.org.names.uuid(subject) {
            Some(uuid) => push_uuid(uuid, &mut key),
            None => key.push_str(&encoded(&draft.name(subject))),
        }
        let value = now.map(|rank| written(32, |out| draft.org.write_edge(draft.class_of(subject), rank, out)));
        self.records.push((key, value));
    }

    fn ledger(&mut self) {
        let (draft, ledger) = (self.draft, &self.draft.org.ledger);
        for (id, now) in draft.edits.ledger.groups.iter().filter(|(id, now)| ledger.groups.get(*id) != now.as_ref()) {
            self.records.push((Key::GroupLoss(id.into()).text(), now.as_ref().map(|loss| written(48, |out| loss.write(out)))));
        }
        for (id, now) in draft.edits.ledger.users.iter().filter(|(id, now)| ledger.users.get(*id) != now.as_ref()) {
            self.records.push((Key::UserLoss(id.into()).text(), now.map(|loss| written(48, |out| loss.write(out)))));
        }
    }
}

/// What `write` writes, for which about so many bytes do.
fn written(bytes: usize, write: impl FnOnce(&mut Writer)) -> String {
    let mut text = Writer::with_capacity(bytes);
    write(&mut text);
    text.into_string()
}
