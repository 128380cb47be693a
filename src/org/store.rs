//! The organization: facts and bodies under their identifiers, and what is kept up beside them.

use std::borrow::Cow;
use std::cell::RefCell;

use super::body::{Body, Time};
use super::change::Change;
use super::config::{Config, ConfigError};
use super::digest::Digest;
use super::edges::{CONTAINER, MEMBER};
use super::facts::Facts;
use super::index::Index;
use super::known::Known;
use super::ledger::{Ledger, LedgerEdits};
use super::memory::Memory;
use super::names::{Class, Names, hash_text};

use super::order::Order;
use super::settings::Settings;
use super::words::{Id, Kind, Rank};
use crate::maps::{Map, Numbered};
use crate::resource::{Document, NodeId, Writer};
use crate::schema::{AttributeId, ResourceTypeId, common};

/// Users, groups, workspaces, folder trees and grants of one organization.
#[derive(Debug)]
pub struct Organization {
    pub(crate) config: Config,
    pub(crate) known: Known,
    pub(crate) facts: Facts,
    pub(crate) names: Names,
    pub(crate) bodies: Vec<Option<Body>>,
    pub(crate) index: Index,
    pub(crate) settings: Settings,
    pub(crate) ledger: Ledger,
    /// Over all records.
    pub(crate) digest: Digest,
    /// Over the members of a group, the grants of an object, the owners of the organization.
    pub(crate) sums: Numbered<Digest>,
    /// By rank: what a grant's role adds to its hash.
    role_hashes: Vec<u64>,
    /// Counts every change of state.
    pub(crate) serial: u64,
    /// Identifiers that the last commit left without a resource; the opposite change still tells of them.
    pub(crate) retired: Vec<Id>,
    /// What diffs are worked out in.
    pub(crate) memory: Memory,
    /// Resources by identifier, each list for one state.
    sorted: RefCell<Vec<(u64, Class, Vec<Id>)>>,
    /// The order of the records, while somebody pages through them.
    pub(crate) order: RefCell<Option<Box<Order>>>,
}

/// A change of an organization that has not happened: facts, bodies, new identifiers, the ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edits {
    pub(crate) change: Change,
    /// Identifiers that get their numbers in this order.
    pub(crate) fresh: Vec<(Class, Box<str>)>,
    pub(crate) bodies: Vec<(Id, Body)>,
    pub(crate) ledger: LedgerEdits,
    pub(crate) settings: Option<Settings>,
}

/// What committing took away: the opposite facts, and the bodies as they were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opposite {
    pub(crate) change: Change,
    pub(crate) bodies: Map<u32, Option<Body>>,
}

impl Edits {
    /// Whether they change nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.change.is_empty() && self.bodies.is_empty() && self.ledger == LedgerEdits::default()
    }
}

impl Organization {
    /// An organization that nobody is in yet.
    pub fn new(config: Config) -> Self {
        let known = Known::of(&config.registry);
        let roles = &config.roles;
        let role_hashes = std::iter::once(0).chain(roles.roles.iter().map(|role| hash_text(13, role.name.as_bytes()))).collect();
        let mut organization = Self {
            known,
            facts: Facts::new(roles.kernel()),
            names: Names::new(),
            bodies: Vec::new(),
            index: Index::default(),
            settings: Settings::new(roles),
            ledger: Ledger::default(),
            digest: Digest::default(),
            sums: Numbered::default(),
            role_hashes,
            serial: 0,
            retired: Vec::new(),
            memory: Memory::default(),
            sorted: RefCell::new(Vec::new()),
            order: RefCell::new(None),
            config,
        };
        let body = organization.initial_body();
        organization.put_body(Id::ORGANIZATION, Some(body));
        organization.index.settle();
        organization
    }

    /// An organization set up by `OrganizationConfig` JSON.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        Config::from_json(json).map(Self::new)
    }

    /// The body the Organization resource has from the start.
    pub(crate) fn initial_body(&self) -> Body {
        let text = Settings::initial_json(&self.config.roles);
        match self.config.registry.stored(&text, self.known.organization, &self.config.limits) {
            Ok(document) => self.body_of(&document, self.known.organization, None, None),
            Err(_) => Body::new(None, None, &[]),
        }
    }

    /// Packs what is kept of a document in a body.
    pub(crate) fn body_of(&self, document: &Document<'_>, of: ResourceTypeId, created: Option<Time>, modified: Option<Time>) -> Body {
        let [groups, members, password, grants] = self.known.kept_elsewhere(of);
        let packed = document.pack(NodeId::ROOT, &[common::SCHEMAS, common::ID, common::META, groups, members, password, grants]);
        Body::new(created, modified, &packed)
    }

    pub(crate) fn body(&self, id: Id) -> Option<&Body> {
        self.bodies.get(id.0 as usize).and_then(Option::as_ref)
    }

    /// The identifier's text.
    pub(crate) fn name(&self, id: Id) -> Cow<'_, str> {
        self.names.text(id)
    }

    pub(crate) fn type_of(&self, kind: Kind) -> ResourceTypeId {
        match kind {
            Kind::Organization => self.known.organization,
            Kind::User => self.known.user,
            Kind::Group => self.known.group,
            Kind::Workspace => self.known.workspace,
            Kind::Folder => self.known.folder,
        }
    }

    /// The hash of one membership (rank 0) or grant.
    pub(crate) fn edge(&self, container: u64, subject: u64, rank: Rank) -> Digest {
        Digest::of_edge(container, subject, self.role_hashes.get(usize::from(rank)).copied().unwrap_or(0))
    }

    /// The same, of a pair's value.
    pub(crate) fn edge_with(&self, container: u64, subject: u64, value: u8) -> Digest {
        self.edge(container, subject, if value == MEMBER { 0 } else { value })
    }

    pub(crate) fn edge_of(&self, container: Id, subject: Id, rank: Rank) -> Digest {
        self.edge(self.names.hash_of(container), self.names.hash_of(subject), rank)
    }

    /// Writes or removes a body and what is derived from it alone. The index wants to be settled afterwards.
    pub(crate) fn put_body(&mut self, id: Id, body: Option<Body>) -> Option<Body> {
        let at = id.0 as usize;
        if self.bodies.len() <= at {
            self.bodies.resize_with(at + 1, || None);
        }
        let name = self.names.hash_of(id);
        let registry = &self.config.registry;
        let index = &mut self.index;
        let slot = self.bodies.get_mut(at)?;
        if let Some(old) = slot.as_ref() {
            self.digest.take(Digest::of_body(name, old));
            Index::for_each_key(registry, &self.known.indexed, old.packed(), |hash| index.remove(hash, id));
        }
        if let Some(new) = body.as_ref() {
            self.digest.add(Digest::of_body(name, new));
            Index::for_each_key(registry, &self.known.indexed, new.packed(), |hash| index.insert_later(hash, id));
            if id == Id::ORGANIZATION {
                self.settings = Settings::of(registry, self.known.organization, new.packed(), &self.config.roles);
            }
        }
        std::mem::replace(slot, body)
    }

    /// Adds to or takes from the sum over a container's edges, and the digest.
    pub(crate) fn count_edge(&mut self, container: Id, edge: Digest, there: bool) {
        let sum = self.sums.entry(container.0).or_default();
        if there {
            sum.add(edge);
            self.digest.add(edge);
        } else {
            sum.take(edge);
            self.digest.take(edge);
        }
        if *sum == Digest::default() {
            self.sums.remove(&container.0);
        }
    }

    pub(crate) fn sum(&self, container: Id) -> Digest {
        self.sums.get(&container.0).copied().unwrap_or_default()
    }

    /// `Organization.version`: equal records, equal version.
    pub fn version(&self) -> String {
        self.digest.text()
    }

    /// Makes the edits so. What they took away comes back.
    pub(crate) fn commit(&mut self, edits: Edits) -> Opposite {
        let mut fresh = Vec::new();
        for (class, text) in &edits.fresh {
            if self.names.find(*class, text).is_none() {
                fresh.push(self.names.add(*class, text));
            }
        }
        self.count_edges(&edits.change);
        let gone: Vec<Id> = edits.change.deleted().map(|(id, _)| id).collect();
        let came: Vec<Id> = edits.change.created().map(|(id, _)| id).collect();
        let change = self.facts.commit(edits.change);
        self.follow(&came, &gone);
        let mut bodies = Map::default();
        for id in &gone {
            let old = self.put_body(*id, None);
            bodies.insert(id.0, old);
        }
        for (id, body) in edits.bodies {
            if self.facts.kind(id).is_some() {
                let old = self.put_body(id, Some(body));
                bodies.entry(id.0).or_insert(old);
            }
        }
        self.index.settle();
        self.count_ledger(&edits.ledger);
        // Whoever lost the last fact that named them goes too: what dangled, and what came and went in one plan.
        let mut unnamed = gone;
        let ends = change.net.pairs().iter().flat_map(|pair| [Id(pair.container), Id(pair.subject)]);
        let parents = change.nodes().filter_map(|node| node.parent.and_then(|parent| parent.now)).map(|parent| parent.id);
        for id in fresh.into_iter().chain(ends).chain(parents) {
            if self.facts.kind(id).is_none() && unnamed.last() != Some(&id) {
                unnamed.push(id);
            }
        }
        for id in std::mem::replace(&mut self.retired, unnamed) {
            self.release_unused(id);
        }
        self.serial += 1;
        Opposite { change, bodies }
    }

    /// Brings the sums and the digest up to a change of memberships and grants, while the facts are still the old ones.
    fn count_edges(&mut self, change: &Change) {
        let mut deltas: Vec<(Id, Digest, bool)> = Vec::new();
        self.for_each_edge_delta(change, &|id| self.names.hash_of(id), &mut |container, edge, there| deltas.push((container, edge, there)));
        for (container, edge, there) in deltas {
            self.count_edge(container, edge, there);
        }
    }

    /// Tells each hash that a change takes from or adds to a container's sum; those of a deleted container as one.
    pub(crate) fn for_each_edge_delta(&self, change: &Change, hash: &dyn Fn(Id) -> u64, tell: &mut dyn FnMut(Id, Digest, bool)) {
        for pair in change.net.pairs() {
            if !pair.differs() || change.cut(pair.container) || change.cut(pair.subject) {
                continue;
            }
            let (container, subject) = (Id(pair.container), Id(pair.subject));
            let edge = |value: u8| self.edge_with(hash(container), hash(subject), value);
            if pair.base != 0 {
                tell(container, edge(pair.base), false);
            }
            if pair.now != 0 {
                tell(container, edge(pair.now), true);
            }
        }
        if change.cuts == 0 {
            return;
        }
        for node in change.nodes().filter(|node| change.cut(node.id.0)) {
            let sum = self.sum(node.id);
            if sum != Digest::default() {
                tell(node.id, sum, false);
            }
            let mut edges = |pairs: &[[u32; 2]]| {
                for [word, _] in pairs {
                    let (container, value) = (word & CONTAINER, (word >> 24) as u8);
                    if !change.cut(container) {
                        tell(Id(container), self.edge_of(Id(container), node.id, if value == MEMBER { 0 } else { value }), false);
                    }
                }
            };
            edges(self.facts.groups_of(node.id.0));
            edges(self.facts.grants_of(node.id.0));
        }
    }

    /// The sum of one container as a change leaves it; what it costs follows what was written there and deleted.
    pub(crate) fn sum_after(&self, change: &Change, container: Id, hash: &dyn Fn(Id) -> u64) -> Digest {
        if change.cut(container.0) {
            return Digest::default();
        }
        let mut sum = self.sum(container);
        let edge = |subject: u32, value: u8| self.edge_with(hash(container), hash(Id(subject)), value);
        for pair in change.net.of_container(container.0) {
            if !pair.differs() || change.cut(pair.subject) {
                continue;
            }
            if pair.base != 0 {
                sum.take(edge(pair.subject, pair.base));
            }
            if pair.now != 0 {
                sum.add(edge(pair.subject, pair.now));
            }
        }
        if change.cuts > 0 {
            for node in change.nodes().filter(|node| change.cut(node.id.0)) {
                let value = self.facts.pair(container.0, node.id.0);
                if value != 0 {
                    sum.take(edge(node.id.0, value));
                }
            }
        }
        sum
    }

    pub(crate) fn count_ledger(&mut self, edits: &LedgerEdits) {
        let delta = self.ledger_delta(edits);
        self.digest.add(delta);
        self.ledger.apply(edits);
    }

    pub(crate) fn ledger_delta(&self, edits: &LedgerEdits) -> Digest {
        let mut delta = Digest::default();
        let entry = |kind: &str, id: &str, write: &dyn Fn(&mut Writer)| {
            let mut text = Writer::with_capacity(128);
            for part in ["ledger/", kind, "/", id, " "] {
                text.push(part);
            }
            write(&mut text);
            Digest::of_text(&text.into_bytes())
        };
        for (id, now) in &edits.users {
            if let Some(old) = self.ledger.users.get(id) {
                delta.take(entry("user", id, &|out| old.write(out)));
            }
            if let Some(new) = now {
                delta.add(entry("user", id, &|out| new.write(out)));
            }
        }
        for (id, now) in &edits.groups {
            if let Some(old) = self.ledger.groups.get(id) {
                delta.take(entry("group", id, &|out| old.write(out)));
            }
            if let Some(new) = now {
                delta.add(entry("group", id, &|out| new.write(out)));
            }
        }
        delta
    }

    /// Gives back an identifier that no resource and no fact has any more.
    pub(crate) fn release_unused(&mut self, id: Id) {
        let unused = self.facts.kind(id).is_none()
            && self.facts.groups_of(id.0).is_empty()
            && self.facts.grants_of(id.0).is_empty()
            && self.facts.list(id.0).is_empty()
            && self.facts.raw_children(id.0).next().is_none();
        if unused && id != Id::ORGANIZATION {
            self.names.release(id);
        }
    }

    /// The resources with that value of an indexed attribute.
    pub(crate) fn holders(&self, attribute: AttributeId, text: &str) -> Vec<Id> {
        let hash = Index::hash(&self.config.registry, attribute, text);
        let mut found: Vec<Id> =
            self.index.candidates(hash).filter(|id| self.body(*id).is_some_and(|body| self.has(body, attribute, text))).collect();
        crate::sort::plain(&mut found);
        found.dedup();
        found
    }

    /// Whether a body has that value, compared as the attribute compares.
    pub(crate) fn has(&self, body: &Body, attribute: AttributeId, text: &str) -> bool {
        let exact = self.config.registry.attribute(attribute).case_exact;
        let mut found = false;
        body.packed().for_each_value(&self.config.registry, attribute, &mut |value| {
            found |= value.text().is_some_and(|own| if exact { own == text } else { crate::resource::value::equal_folded(&own, text) });
        });
        found
    }

    /// The resources of a class in the order of their identifiers; sorted once, then kept so by what is committed.
    pub(crate) fn ids_by_name(&self, class: Class) -> Vec<Id> {
        self.with_ids_by_name(class, <[Id]>::to_vec)
    }

    /// The same, lent: a page of them costs the page.
    pub(crate) fn with_ids_by_name<T>(&self, class: Class, look: impl FnOnce(&[Id]) -> T) -> T {
        let mut sorted = self.sorted.borrow_mut();
        if let Some((_, _, ids)) = sorted.iter().find(|(serial, of, _)| *serial == self.serial && *of == class) {
            return look(ids);
        }
        sorted.retain(|(serial, of, _)| *serial == self.serial && *of != class);
        let mut ids: Vec<Id> = self.names.of_class(class).filter(|id| self.facts.kind(*id).is_some()).collect();
        crate::sort::by_key(&mut ids, &mut |id| self.names.text(*id).into_owned());
        let result = look(&ids);
        sorted.push((self.serial, class, ids));
        result
    }

    /// Brings what is sorted up to a commit: few resources that came or went are few places in it, and of many it is
    /// sorted anew when next asked for.
    fn follow(&mut self, came: &[Id], gone: &[Id]) {
        const FEW: usize = 64;
        let (before, after) = (self.serial, self.serial + 1);
        let names = &self.names;
        self.sorted.get_mut().retain_mut(|(serial, class, ids)| {
            if *serial != before || came.len() + gone.len() > FEW {
                return false;
            }
            let of_class = |id: &&Id| names.class(**id) == Some(*class);
            for id in gone.iter().filter(of_class) {
                let name = names.text(*id);
                let at = ids.partition_point(|other| *names.text(*other) < *name);
                if ids.get(at) == Some(id) {
                    ids.remove(at);
                }
            }
            for id in came.iter().filter(of_class) {
                let name = names.text(*id);
                let at = ids.partition_point(|other| *names.text(*other) < *name);
                if ids.get(at) != Some(id) {
                    ids.insert(at, *id);
                }
            }
            *serial = after;
            true
        });
    }

    /// Numbers for `stats`.
    pub fn stats(&self) -> Stats {
        let counts = self.facts.counts();
        let bodies: usize = self.bodies.iter().flatten().map(Body::heap_bytes).sum();
        let beside = self.facts.heap_bytes() + self.names.heap_bytes() + self.index.heap_bytes() + self.sums.capacity() * 40;
        Stats {
            users: counts.users,
            groups: counts.groups,
            memberships: counts.memberships,
            workspaces: counts.workspaces,
            folders: counts.folders,
            grants: counts.grants,
            bytes: beside + bodies + self.bodies.capacity() * size_of::<Option<Body>>(),
            index_bytes: beside,
        }
    }
}

/// How large an organization is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Users.
    pub users: u32,
    /// Groups.
    pub groups: u32,
    /// Memberships, dangling ones included.
    pub memberships: u32,
    /// Workspaces.
    pub workspaces: u32,
    /// Folders.
    pub folders: u32,
    /// Grants, ownerships included.
    pub grants: u32,
    /// Bytes kept in all.
    pub bytes: usize,
    /// Bytes of facts, identifiers and indexes: all but the bodies.
    pub index_bytes: usize,
}
