//! A draft's edits to the records that a store must write: what changed, and nothing else.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::draft::Draft;
use super::key::Key;
use super::names::ORGANIZATION;
use super::words::{Id, Kind, Rank};

/// The records of a draft in key order; `None` deletes. Written to the records of its organization they give those
/// after the commit.
pub(crate) fn records_of(draft: &Draft<'_>) -> Vec<(String, Option<String>)> {
    let mut delta = Delta { draft, records: BTreeMap::new(), owners: false };
    delta.resources();
    delta.edges();
    delta.ledger();
    delta.records.into_iter().collect()
}

struct Delta<'d, 'o> {
    draft: &'d Draft<'o>,
    records: BTreeMap<String, Option<String>>,
    /// Whether the organization's owners changed.
    owners: bool,
}

impl Delta<'_, '_> {
    fn resources(&mut self) {
        let (draft, org) = (self.draft, self.draft.org);
        for (id, kind) in draft.edits.change.deleted() {
            self.records.insert(Key::Resource(kind, draft.name(id)).text(), None);
        }
        for (id, body) in &draft.edits.bodies {
            let Some(kind) = draft.kind(*id).filter(|_| org.body(*id) != Some(body)) else { continue };
            if kind == Kind::Organization {
                self.owners = true;
                continue;
            }
            let name = draft.name(*id);
            let mut value = String::new();
            org.push_resource(kind, &name, body, &[], &mut value);
            self.records.insert(Key::Resource(kind, name).text(), Some(value));
        }
    }

    fn edges(&mut self) {
        let (draft, change) = (self.draft, &self.draft.edits.change);
        change.for_each_cascaded(&draft.org.facts, |container, subject, rank| self.edge(container, subject, rank.is_none(), None));
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
                let mut value = String::new();
                draft.org.push_resource(Kind::Organization, ORGANIZATION, body, &owners, &mut value);
                self.records.insert(Key::Organization.text(), Some(value));
            }
        }
    }

    fn edge(&mut self, container: Id, subject: Id, membership: bool, now: Option<Rank>) {
        let draft = self.draft;
        if container == Id::ORGANIZATION {
            self.owners = true;
            return;
        }
        let (container, name) = (draft.name(container), draft.name(subject));
        let key =
            if membership { Key::Member { group: container, subject: name } } else { Key::Grant { object: container, subject: name } };
        let value = now.map(|rank| {
            let mut value = String::new();
            draft.org.push_edge(draft.class_of(subject), rank, &mut value);
            value
        });
        // A user and a group of one name share their pair's key: who stays is told.
        let slot = self.records.entry(key.text()).or_default();
        if value.is_some() {
            *slot = value;
        }
    }

    fn ledger(&mut self) {
        let (draft, ledger) = (self.draft, &self.draft.org.ledger);
        for (id, now) in draft.edits.ledger.users.iter().filter(|(id, now)| ledger.users.get(*id) != now.as_ref()) {
            self.records.insert(Key::UserLoss(id.into()).text(), now.map(|loss| loss.json()));
        }
        for (id, now) in draft.edits.ledger.groups.iter().filter(|(id, now)| ledger.groups.get(*id) != now.as_ref()) {
            self.records.insert(Key::GroupLoss(id.into()).text(), now.map(|loss| loss.json()));
        }
    }
}
