//! The base: every stored fact of one organization, as numbers.
//!
//! Edges may name ids that are not there (records are restored in any order); they are kept, give nothing, and are
//! counted as dangling. A folder whose parent is missing or of another kind than declared, or that stands on a ring
//! of parents, gets nothing from above; grants on it count. Rings are judged by the stored parent links alone.

use super::edges::{CONTAINER, MEMBER, Subject, block, rank_of};
use super::words::{Audience, Counts, Dangling, Id, Kind, Policy, Preset};

pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Unknown,
    User,
    Group,
    Object,
}

impl Kind {
    fn class(self) -> Class {
        match self {
            Kind::User => Class::User,
            Kind::Group => Class::Group,
            Kind::Organization | Kind::Workspace | Kind::Folder => Class::Object,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) kind: Option<Kind>,
    pub(super) class: Class,
    active: bool,
    /// INVARIANT: `GROUPED` while the subject's list holds a membership, `GRANTED` while it holds a grant.
    holds: u8,
}

/// The subject is a member of something.
pub(crate) const GROUPED: u8 = 1;
/// The subject has a grant.
pub(crate) const GRANTED: u8 = 2;

#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) id: u32,
    grants: Vec<u32>,
    pub(super) parent: u32,
    pub(super) first_child: u32,
    pub(super) next: u32,
    pub(super) prev: u32,
    pub(super) cap: u8,
    pub(super) declared: Kind,
    pub(super) ring: bool,
}

/// Every stored fact of one organization.
#[derive(Debug, Clone)]
pub struct Facts {
    entries: Vec<Entry>,
    pub(super) subjects: Vec<Subject>,
    slots: Vec<u32>,
    groups: Vec<Vec<u32>>,
    objects: Vec<Object>,
    free_groups: Vec<u32>,
    free_objects: Vec<u32>,
    policy: Policy,
    preset: Preset,
    pub(super) counts: Counts,
    /// Moves on whenever the tree of objects does.
    pub(crate) tree_version: u64,
}

const ABSENT: Entry = Entry { kind: None, class: Class::Unknown, active: true, holds: 0 };

impl Facts {
    /// An organization in which only the organization itself exists.
    pub fn new(preset: Preset) -> Facts {
        let mut facts = Facts {
            entries: Vec::new(),
            subjects: Vec::new(),
            slots: Vec::new(),
            groups: Vec::new(),
            objects: Vec::new(),
            free_groups: Vec::new(),
            free_objects: Vec::new(),
            policy: Policy::default(),
            preset,
            counts: Counts::default(),
            tree_version: 1,
        };
        facts.set_kind(Id::ORGANIZATION, Some(Kind::Organization));
        facts
    }

    // ── reading

    /// The preset it was made with.
    pub fn preset(&self) -> Preset {
        self.preset
    }
    /// The policy in force.
    pub fn policy(&self) -> Policy {
        self.policy
    }
    /// How many of each there are.
    pub fn counts(&self) -> Counts {
        self.counts
    }
    /// One past the largest id seen.
    pub fn id_space(&self) -> u32 {
        self.entries.len() as u32
    }
    #[inline]
    pub(super) fn entry(&self, id: u32) -> Entry {
        self.entries.get(id as usize).copied().unwrap_or(ABSENT)
    }
    /// What the id is, if it is there.
    #[inline]
    pub fn kind(&self, id: Id) -> Option<Kind> {
        self.entry(id.0).kind
    }
    /// Whether a user is there and active.
    #[inline]
    pub fn active(&self, user: Id) -> bool {
        let entry = self.entry(user.0);
        entry.kind == Some(Kind::User) && entry.active
    }
    /// Whether an id is there, and what its list of pairs holds.
    #[inline]
    pub(crate) fn there(&self, id: u32) -> (bool, u8) {
        let entry = self.entry(id);
        (entry.kind.is_some(), entry.holds)
    }
    pub(super) fn hold(&mut self, id: u32) {
        let (first, last) = self.subject(id).map_or((None, None), |s| (s.pairs().first(), s.pairs().last()));
        let grouped = first.is_some_and(|[w, _]| rank_of(*w) == MEMBER);
        let granted = last.is_some_and(|[w, _]| rank_of(*w) != MEMBER);
        if let Some(entry) = self.entries.get_mut(id as usize) {
            entry.holds = (u8::from(grouped) * GROUPED) | (u8::from(granted) * GRANTED);
        }
    }
    /// Reads what a further pair of the subject is written beside. The value says nothing; having read it is what counts.
    #[inline]
    pub(super) fn glance(&self, subject: Id) -> u32 {
        let last = self.subject(subject.0).and_then(|own| own.pairs().last()).map_or(0, |[word, _]| *word);
        last ^ u32::from(self.entry(subject.0).holds)
    }
    #[inline]
    pub(crate) fn subject(&self, id: u32) -> Option<&Subject> {
        self.subjects.get(id as usize)
    }
    /// Memberships of and grants to a subject, as words.
    #[inline]
    pub(crate) fn pairs_of(&self, id: u32) -> &[[u32; 2]] {
        self.subject(id).map_or(&[], Subject::pairs)
    }
    /// Memberships of a subject, as words.
    #[inline]
    pub(crate) fn groups_of(&self, id: u32) -> &[[u32; 2]] {
        self.subject(id).map_or(&[], Subject::groups)
    }
    /// Grants to a subject, as words `object | rank << 24`.
    #[inline]
    pub(crate) fn grants_of(&self, id: u32) -> &[[u32; 2]] {
        self.subject(id).map_or(&[], Subject::grants)
    }
    #[inline]
    pub(crate) fn slot(&self, id: u32) -> usize {
        self.slots.get(id as usize).copied().unwrap_or(NONE) as usize
    }
    /// Where an object's arrays have their entry; out of range for anything else.
    #[inline]
    pub(crate) fn object_slot(&self, id: u32) -> usize {
        if self.entry(id).class == Class::Object { self.slot(id) } else { NONE as usize }
    }
    pub(crate) fn object_slots(&self) -> usize {
        self.objects.len()
    }
    pub(super) fn object(&self, id: u32) -> Option<&Object> {
        if self.entry(id).class == Class::Object { self.objects.get(self.slot(id)) } else { None }
    }
    pub(super) fn object_mut(&mut self, id: u32) -> Option<&mut Object> {
        let slot = self.slot(id);
        if self.entry(id).class == Class::Object { self.objects.get_mut(slot) } else { None }
    }
    pub(super) fn list_mut(&mut self, container: u32) -> Option<&mut Vec<u32>> {
        let slot = self.slot(container);
        match self.entry(container).class {
            Class::Group => self.groups.get_mut(slot),
            Class::Object => self.objects.get_mut(slot).map(|object| &mut object.grants),
            Class::User | Class::Unknown => None,
        }
    }
    /// Members of a group, or grants on an object, as words `subject | value << 24`.
    #[inline]
    pub(crate) fn list(&self, container: u32) -> &[u32] {
        let slot = self.slot(container);
        match self.entry(container).class {
            Class::Group => self.groups.get(slot).map_or(&[], Vec::as_slice),
            Class::Object => self.objects.get(slot).map_or(&[], |object| object.grants.as_slice()),
            Class::User | Class::Unknown => &[],
        }
    }
    /// The value of a pair: 0, [`MEMBER`] or a rank.
    pub(crate) fn pair(&self, container: u32, subject: u32) -> u8 {
        let value = if self.entry(container).class == Class::Group { MEMBER } else { 1 };
        let Some(subject) = self.subject(subject) else { return 0 };
        match subject.find(container, value) {
            Ok(index) => subject.at(index).map_or(0, |[word, _]| rank_of(word)),
            Err(_) => 0,
        }
    }
    pub(crate) fn object_ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.objects.iter().filter(|o| o.id != NONE && self.entry(o.id).kind.is_some()).map(|o| o.id)
    }
    /// Every id that is there, ascending.
    pub fn ids(&self) -> impl Iterator<Item = (Id, Kind)> + '_ {
        (0u32..).zip(&self.entries).filter_map(|(id, entry)| entry.kind.map(|kind| (Id(id), kind)))
    }

    // ── writing

    pub(super) fn admit(&mut self, id: u32, class: Class) -> bool {
        if id > Id::MAX.0 {
            return false;
        }
        let index = id as usize;
        if index >= self.entries.len() {
            if index >= self.entries.capacity() {
                let more = (index + 1 - self.entries.len()).max(64).max(self.entries.len() / 8);
                self.entries.reserve_exact(more);
                self.subjects.reserve_exact(more);
                self.slots.reserve_exact(more);
            }
            self.entries.resize(index + 1, ABSENT);
            self.subjects.resize_with(index + 1, Subject::default);
            self.slots.resize(index + 1, NONE);
        }
        let known = self.entry(id).class;
        if known == class || (class == Class::Unknown) {
            return true;
        }
        if known != Class::Unknown {
            return false;
        }
        let slot = match class {
            Class::Group => take(&mut self.groups, &mut self.free_groups, Vec::new()),
            Class::Object => take(
                &mut self.objects,
                &mut self.free_objects,
                Object {
                    id,
                    grants: Vec::new(),
                    parent: NONE,
                    first_child: NONE,
                    next: NONE,
                    prev: NONE,
                    cap: 0,
                    declared: Kind::Folder,
                    ring: false,
                },
            ),
            Class::User | Class::Unknown => NONE,
        };
        if let (Some(entry), Some(place)) = (self.entries.get_mut(index), self.slots.get_mut(index)) {
            entry.class = class;
            *place = slot;
        }
        true
    }

    /// Forgets the class of an id that is absent and named by nothing, so that the caller may use it for anything.
    pub(crate) fn release(&mut self, id: u32) {
        let entry = self.entry(id);
        let named =
            self.subject(id).is_none_or(|s| !s.pairs().is_empty()) || !self.list(id).is_empty() || self.raw_children(id).next().is_some();
        if entry.kind.is_some() || named || entry.class == Class::Unknown {
            return;
        }
        let slot = self.slot(id);
        match entry.class {
            Class::Group => {
                if let Some(list) = self.groups.get_mut(slot) {
                    *list = Vec::new();
                    self.free_groups.push(slot as u32);
                }
            }
            Class::Object => {
                if let Some(object) = self.objects.get_mut(slot) {
                    object.id = NONE;
                    object.grants = Vec::new();
                    self.free_objects.push(slot as u32);
                }
            }
            Class::User | Class::Unknown => {}
        }
        if let Some(entry) = self.entries.get_mut(id as usize) {
            *entry = ABSENT;
        }
        if let Some(subject) = self.subjects.get_mut(id as usize) {
            *subject = Subject::default();
        }
        if let Some(slot) = self.slots.get_mut(id as usize) {
            *slot = NONE;
        }
    }

    /// How many edges and folders at `id` depend on its being there: those whose other end is.
    fn dependents(&self, id: u32) -> u32 {
        let there = |other: u32| other != id && self.entry(other).kind.is_some();
        let pairs = self.subject(id).map_or(&[][..], Subject::pairs);
        let mut count = usize::from(self.pair(id, id) != 0);
        count += pairs.iter().filter(|[w, _]| there(w & CONTAINER)).count();
        count += self.list(id).iter().filter(|w| there(**w & CONTAINER)).count();
        count as u32
    }

    /// Makes an id a thing of that kind, or absent. Edges stay; an absent folder loses its parent and audience.
    /// False when the id is of another class or too large.
    pub fn set_kind(&mut self, id: Id, kind: Option<Kind>) -> bool {
        let Id(raw) = id;
        let before = self.entry(raw).kind;
        if before == kind {
            return true;
        }
        if !self.admit(raw, kind.map_or(Class::Unknown, Kind::class)) {
            return false;
        }
        if kind.is_none() {
            self.set_parent(id, None);
            self.set_audience(id, Audience::Private);
        }
        let children: Vec<u32> = self.raw_children(raw).collect();
        let hanging = |facts: &Facts| {
            children.iter().filter(|child| facts.folder_dangles(**child)).count() as u32 + u32::from(facts.folder_dangles(raw))
        };
        let folders_before = hanging(self);
        let edges = self.dependents(raw);
        if before.is_some() {
            self.tally(before, self.entry(raw).active, u32::wrapping_sub);
        }
        let active = before == Some(Kind::User) && kind == Some(Kind::User) && self.entry(raw).active;
        if let Some(entry) = self.entries.get_mut(raw as usize) {
            entry.kind = kind;
            entry.active = active || before.is_none() || kind.is_none();
        }
        self.tally(kind, true, u32::wrapping_add);
        let folders_after = hanging(self);
        self.counts.dangling = (self.counts.dangling + folders_after).wrapping_sub(folders_before);
        match (before, kind) {
            (None, Some(_)) => self.counts.dangling = self.counts.dangling.wrapping_sub(edges),
            (Some(_), None) => self.counts.dangling = self.counts.dangling.wrapping_add(edges),
            _ => {}
        }
        if before.or(kind).is_some_and(|kind| kind.class() == Class::Object) {
            self.tree_version += 1;
        }
        if kind.is_none() {
            self.release(raw);
        }
        true
    }

    fn tally(&mut self, kind: Option<Kind>, active: bool, add: fn(u32, u32) -> u32) {
        let counts = &mut self.counts;
        let count = match kind {
            Some(Kind::User) => {
                counts.active_users = add(counts.active_users, u32::from(active));
                &mut counts.users
            }
            Some(Kind::Group) => &mut counts.groups,
            Some(Kind::Workspace) => &mut counts.workspaces,
            Some(Kind::Folder) => &mut counts.folders,
            Some(Kind::Organization) | None => return,
        };
        *count = add(*count, 1);
    }

    /// Sets a user's status; nothing happens where there is no such user.
    pub fn set_active(&mut self, user: Id, active: bool) {
        if let Some(entry) = self.entries.get_mut(user.0 as usize)
            && entry.kind == Some(Kind::User)
            && entry.active != active
        {
            entry.active = active;
            let count = &mut self.counts.active_users;
            *count = if active { *count + 1 } else { *count - 1 };
        }
    }

    /// Stores the policy.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    // ── the whole

    /// Every record that refers to something that is not there, by id.
    pub fn for_each_dangling(&self, mut found: impl FnMut(Dangling)) {
        if self.counts.dangling == 0 {
            return;
        }
        let absent = |id: u32| self.entry(id).kind.is_none();
        for (id, subject) in (0u32..).zip(&self.subjects) {
            for [word, _] in subject.pairs() {
                let container = word & CONTAINER;
                if absent(id) || absent(container) {
                    found(match rank_of(*word) {
                        MEMBER => Dangling::Member(Id(container), Id(id)),
                        _ => Dangling::Grant(Id(container), Id(id)),
                    });
                }
            }
            if self.folder_dangles(id) {
                found(Dangling::Folder(Id(id)));
            }
        }
    }

    /// Heap memory of all of it, by capacity, each allocation with the allocator's word.
    pub fn heap_bytes(&self) -> usize {
        let groups: usize = self.groups.iter().map(|list| block(list.capacity() * 4)).sum();
        let objects: usize = self.objects.iter().map(|object| block(object.grants.capacity() * 4)).sum();
        let subjects: usize = self.subjects.iter().map(Subject::heap_bytes).sum();
        groups
            + objects
            + subjects
            + block(self.entries.capacity() * size_of::<Entry>())
            + block(self.subjects.capacity() * size_of::<Subject>())
            + block(self.slots.capacity() * 4)
            + block(self.groups.capacity() * size_of::<Vec<u32>>())
            + block(self.objects.capacity() * size_of::<Object>())
            + block((self.free_groups.capacity() + self.free_objects.capacity()) * 4)
    }
}

fn take<T>(all: &mut Vec<T>, free: &mut Vec<u32>, value: T) -> u32 {
    if let Some(slot) = free.pop()
        && let Some(place) = all.get_mut(slot as usize)
    {
        *place = value;
        return slot;
    }
    if all.len() == all.capacity() {
        all.reserve_exact(16.max(all.len() / 8));
    }
    all.push(value);
    (all.len() - 1) as u32
}
