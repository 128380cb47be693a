//! An organization with edits laid over it: what requests of a plan read and write.

use hashbrown::HashTable;
use std::borrow::Cow;
use std::cell::Cell;

use super::body::Body;
use super::digest::Digest;
use super::edges::MEMBER;
use super::index::Index;
use super::names::{Class, Names, ORGANIZATION};
use super::settings::Settings;
use super::store::{Edits, Organization};
use super::view::View;
use super::words::{Audience, Id, Kind, Parent, Rank};
use crate::maps::Numbered;
use crate::resource::Value;
use crate::schema::AttributeId;

/// Reads through its edits; nothing of the organization itself changes.
pub(crate) struct Draft<'o> {
    pub(crate) org: &'o Organization,
    pub(crate) edits: Edits,
    fresh: HashTable<u32>,
    body_at: Numbered<usize>,
    /// Of written bodies, those but that still wait: most plans never look anything up after they wrote.
    index: Cell<Index>,
    waiting: Cell<Vec<Id>>,
    /// Sums of the containers that were written to: kept up, so that many requests of one plan stay linear. A deletion
    /// takes edges of any container, and empties it.
    sums: Numbered<Digest>,
    /// Index of the request that writes.
    pub(crate) cause: u32,
}

impl<'o> Draft<'o> {
    pub(crate) fn new(org: &'o Organization) -> Self {
        Self {
            org,
            edits: Edits::default(),
            fresh: HashTable::new(),
            body_at: Numbered::default(),
            index: Cell::default(),
            waiting: Cell::default(),
            sums: Numbered::default(),
            cause: 0,
        }
    }

    // ── reading

    pub(crate) fn view(&self) -> View<'_> {
        View::new(&self.org.facts, &self.edits.change)
    }

    pub(crate) fn kind(&self, id: Id) -> Option<Kind> {
        self.view().kind(id)
    }

    /// The resource of that identifier, if it is there.
    pub(crate) fn find(&self, class: Class, text: &str) -> Option<Id> {
        self.find_name(class, text).filter(|id| self.kind(*id).is_some())
    }

    /// The number of that identifier, whether its resource is there or not.
    pub(crate) fn find_name(&self, class: Class, text: &str) -> Option<Id> {
        if let Some(id) = self.org.names.find(class, text) {
            return Some(id);
        }
        let hash = Names::hash(class, text);
        let same = |at: &u32| self.edits.fresh.get(*at as usize).is_some_and(|(own, name)| *own == class && **name == *text);
        self.fresh.find(hash, same).map(|at| self.org.names.upcoming(*at as usize))
    }

    /// The resource of that identifier, of whatever class.
    pub(crate) fn find_any(&self, text: &str) -> Option<Id> {
        if text == ORGANIZATION {
            return Some(Id::ORGANIZATION);
        }
        [Class::User, Class::Group, Class::Object].into_iter().find_map(|class| self.find(class, text))
    }

    pub(crate) fn name(&self, id: Id) -> Cow<'_, str> {
        match self.fresh_name(id) {
            Some((_, name)) => Cow::Borrowed(name),
            None => self.org.names.text(id),
        }
    }

    fn fresh_name(&self, id: Id) -> Option<&(Class, Box<str>)> {
        if self.edits.fresh.is_empty() || self.org.names.class(id).is_some() {
            return None;
        }
        self.edits.fresh.get(self.org.names.upcoming_at(id)?)
    }

    /// What the identifier is looked up among.
    pub(crate) fn class_of(&self, id: Id) -> Option<Class> {
        match self.fresh_name(id) {
            Some((class, _)) => Some(*class),
            None => self.org.names.class(id),
        }
    }

    pub(crate) fn hash_of(&self, id: Id) -> u64 {
        match self.fresh_name(id) {
            Some((class, name)) => Names::hash(*class, name),
            None => self.org.names.hash_of(id),
        }
    }

    pub(crate) fn body(&self, id: Id) -> Option<&Body> {
        if !self.body_at.is_empty()
            && let Some((_, body)) = self.body_at.get(&id.0).and_then(|at| self.edits.bodies.get(*at))
        {
            return Some(body).filter(|_| self.kind(id).is_some());
        }
        self.org.body(id).filter(|_| self.kind(id).is_some())
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.edits.settings.as_ref().unwrap_or(&self.org.settings)
    }

    /// The resources with that value of an indexed attribute.
    pub(crate) fn holders(&self, attribute: AttributeId, text: &str) -> Vec<Id> {
        let mut found: Vec<Id> = self.org.holders(attribute, text);
        found.retain(|id| !self.body_at.contains_key(&id.0) && self.kind(*id).is_some());
        if !self.body_at.is_empty() {
            let index = self.indexed();
            let hash = Index::hash(&self.org.config.registry, attribute, text);
            let own = index.candidates(hash).filter(|id| self.body(*id).is_some_and(|body| self.org.has(body, attribute, text)));
            found.extend(own);
            self.index.set(index);
            crate::sort::plain(&mut found);
            found.dedup();
        }
        found
    }

    /// The index with all that waited; what bodies no longer have stays in it, and who is found there is asked again.
    fn indexed(&self) -> Index {
        let mut index = self.index.take();
        for id in self.waiting.take() {
            let Some(body) = self.body(id) else { continue };
            Index::for_each_key(&self.org.config.registry, &self.org.known.indexed, body.packed(), |hash| {
                if !index.candidates(hash).any(|known| known == id) {
                    index.insert(hash, id);
                }
            });
        }
        index
    }

    /// The resources of a class in the order of their identifiers.
    pub(crate) fn ids_by_name(&self, class: Class) -> Vec<Id> {
        let mut ids = self.org.ids_by_name(class);
        let change = &self.edits.change;
        if self.adds_or_removes() {
            ids.retain(|id| self.kind(*id).is_some());
            for (id, _) in change.created().filter(|(_, kind)| Class::of(*kind) == class) {
                let name = self.name(id);
                ids.insert(ids.partition_point(|other| *self.name(*other) < *name), id);
            }
        }
        ids
    }

    /// How many groups there are.
    pub(crate) fn groups(&self) -> usize {
        let change = &self.edits.change;
        let count = |kinds: &mut dyn Iterator<Item = (Id, Kind)>| kinds.filter(|(_, kind)| *kind == Kind::Group).count();
        (self.org.facts.counts().groups as usize + count(&mut change.created())).saturating_sub(count(&mut change.deleted()))
    }

    /// Whether resources are created or deleted.
    pub(crate) fn adds_or_removes(&self) -> bool {
        let change = &self.edits.change;
        change.deleted().next().is_some() || change.created().next().is_some()
    }

    /// The name a person would know a resource by: displayName, else userName.
    pub(crate) fn display(&self, id: Id) -> Option<Cow<'_, str>> {
        self.display_at(id).and_then(Value::of)?.text()
    }

    /// The same, as it is packed.
    pub(crate) fn display_at(&self, id: Id) -> Option<&[u8]> {
        let known = &self.org.known;
        let body = self.body(id)?.packed();
        match self.kind(id)? {
            Kind::User => body.at(known.user_display_name).or_else(|| body.at(known.user_name)),
            Kind::Group => body.at(known.group_display_name),
            kind => self.org.config.registry.root_attribute(self.org.type_of(kind), "displayName").and_then(|name| body.at(name)),
        }
    }

    /// The sum over the members of a group, the grants of an object or the owners, as the edits leave it.
    pub(crate) fn sum(&self, container: Id) -> Digest {
        match self.sums.get(&container.0) {
            Some(sum) => *sum,
            None => self.org.sum_after(&self.edits.change, container, &|id| self.hash_of(id)),
        }
    }

    /// The weak version tag of a resource.
    pub(crate) fn tag(&self, id: Id) -> String {
        Digest::tag(self.body(id).map_or(0, Body::content), self.sum(id))
    }

    /// The digest of all records once the edits are made.
    pub(crate) fn digest(&self) -> Digest {
        let mut digest = self.org.digest;
        let change = &self.edits.change;
        self.org.for_each_edge_delta(change, &|id| self.hash_of(id), &mut |_, edge, there| {
            if there { digest.add(edge) } else { digest.take(edge) }
        });
        for (id, _) in change.deleted() {
            if let Some(old) = self.org.body(id) {
                digest.take(Digest::of_body(self.org.names.hash_of(id), old));
            }
        }
        for (id, body) in &self.edits.bodies {
            if self.kind(*id).is_none() {
                continue;
            }
            if let Some(old) = self.org.body(*id) {
                digest.take(Digest::of_body(self.org.names.hash_of(*id), old));
            }
            digest.add(Digest::of_body(self.hash_of(*id), body));
        }
        digest.add(self.org.ledger_delta(&self.edits.ledger));
        digest
    }

    // ── writing

    /// Creates a resource. `None` when the identifier is taken.
    pub(crate) fn create(&mut self, kind: Kind, text: &str, body: Body) -> Option<Id> {
        if text.is_empty() || self.find_any(text).is_some() {
            return None;
        }
        let class = Class::of(kind);
        let id = match self.find_name(class, text) {
            Some(id) => id,
            None => {
                let at = self.edits.fresh.len();
                self.edits.fresh.push((class, text.into()));
                let (edits, hash) = (&self.edits, Names::hash(class, text));
                self.fresh.insert_unique(hash, at as u32, |at| {
                    edits.fresh.get(*at as usize).map_or(0, |(class, name)| Names::hash(*class, name))
                });
                self.org.names.upcoming(at)
            }
        };
        if !self.edits.change.create(&self.org.facts, id, kind, self.cause) {
            return None;
        }
        self.put_body(id, body);
        Some(id)
    }

    /// Writes a resource's body.
    pub(crate) fn put_body(&mut self, id: Id, body: Body) {
        let registry = &self.org.config.registry;
        if id == Id::ORGANIZATION {
            let settings = Settings::of(registry, self.org.known.organization, body.packed(), &self.org.config.roles);
            self.edits.change.set_policy(&self.org.facts, settings.policy, self.cause);
            self.edits.settings = Some(settings);
        }
        self.waiting.get_mut().push(id);
        match self.body_at.get(&id.0).and_then(|at| self.edits.bodies.get_mut(*at)) {
            Some((_, slot)) => *slot = body,
            None => {
                self.body_at.insert(id.0, self.edits.bodies.len());
                self.edits.bodies.push((id, body));
            }
        }
    }

    /// Deletes a resource with all that hangs on it. What went, the resource first.
    pub(crate) fn delete(&mut self, id: Id) -> Vec<Id> {
        self.sums.clear();
        self.edits.change.delete(&self.org.facts, id, self.cause)
    }

    fn set_pair(&mut self, container: Id, subject: Id, value: u8) {
        let before = self.view().pair(container.0, subject.0);
        if before == value {
            return;
        }
        let edge = |value: u8| self.org.edge_with(self.hash_of(container), self.hash_of(subject), value);
        let mut sum = self.sum(container);
        if before != 0 {
            sum.take(edge(before));
        }
        if value != 0 {
            sum.add(edge(value));
        }
        self.sums.insert(container.0, sum);
        self.edits.change.set_pair(&self.org.facts, container, subject, value, self.cause);
    }

    pub(crate) fn set_member(&mut self, group: Id, subject: Id, member: bool) {
        if member {
            self.replace_twin(group, subject);
        }
        self.set_pair(group, subject, if member { MEMBER } else { 0 });
    }

    pub(crate) fn set_grant(&mut self, object: Id, subject: Id, rank: Rank) {
        if rank != 0 {
            self.replace_twin(object, subject);
        }
        self.set_pair(object, subject, rank);
    }

    /// The record of a pair is one, whatever its subject's type: it replaces a dangling one of the same name.
    fn replace_twin(&mut self, container: Id, subject: Id) {
        if self.org.facts.counts().dangling == 0 {
            return;
        }
        let twin = self.class_of(subject).and_then(Class::twin);
        if let Some(twin) = twin.and_then(|twin| self.find_name(twin, &self.name(subject))) {
            self.set_pair(container, twin, 0);
        }
    }

    pub(crate) fn set_active(&mut self, user: Id, active: bool) {
        self.edits.change.set_active(&self.org.facts, user, active, self.cause);
    }

    /// Moves a folder. False where that would close a ring.
    pub(crate) fn set_parent(&mut self, folder: Id, parent: Parent) -> bool {
        self.edits.change.set_parent(&self.org.facts, folder, parent, self.cause)
    }

    pub(crate) fn set_audience(&mut self, folder: Id, audience: Audience) {
        self.edits.change.set_audience(&self.org.facts, folder, audience, self.cause);
    }
}
