//! The order of records by their keys, worked out once for one state and paged through.

use std::cmp::Ordering;

use super::edges::CONTAINER;
use super::key::encoded;
use super::names::{Class, KeyText};
use super::store::Organization;
use super::words::{Id, Kind};

/// Everything that has records, in key order.
#[derive(Debug)]
pub(crate) struct Order {
    /// The state it is of.
    pub(crate) serial: u64,
    pub(crate) folders: Vec<u32>,
    pub(crate) groups: Vec<u32>,
    pub(crate) users: Vec<u32>,
    pub(crate) workspaces: Vec<u32>,
    /// Objects with grants: as `ID/` sorts, which is not as `ID` does.
    pub(crate) granted: Vec<u32>,
    /// Groups with members, likewise.
    pub(crate) gathered: Vec<u32>,
    pub(crate) user_losses: Vec<String>,
    pub(crate) group_losses: Vec<String>,
    /// Users and groups by their identifiers, and the place of each one in that list.
    subjects: Vec<u32>,
    rank: Vec<u32>,
    /// The container that was last asked for, and its subjects in order.
    list: (u32, Vec<u32>),
}

impl Order {
    pub(crate) fn of(org: &Organization) -> Self {
        let sorted = |classes: &[Class], end: Option<u8>| {
            let mut keys: Vec<(KeyText<'_>, u32)> =
                classes.iter().flat_map(|class| org.names.of_class(*class)).map(|id| (org.names.key_text(id), id.0)).collect();
            crate::sort::by(&mut keys, &mut |(a, _), (b, _)| a.compare(b, end));
            keys.into_iter().map(|(_, id)| id).collect::<Vec<u32>>()
        };
        let there = |ids: &[u32], kind: Kind| ids.iter().copied().filter(|id| org.facts.kind(Id(*id)) == Some(kind)).collect::<Vec<u32>>();
        let listing = |ids: Vec<u32>| ids.into_iter().filter(|id| !org.facts.list(*id).is_empty()).collect::<Vec<u32>>();
        let losses = |ids: &mut dyn Iterator<Item = &String>| {
            let mut keys: Vec<String> = ids.map(|id| encoded(id).into_owned()).collect();
            crate::sort::plain(&mut keys);
            keys
        };
        let subjects = sorted(&[Class::User, Class::Group], None);
        let objects = sorted(&[Class::Object], None);
        let mut rank = vec![0; org.names.len()];
        for (place, id) in (0u32..).zip(&subjects) {
            if let Some(slot) = rank.get_mut(*id as usize) {
                *slot = place;
            }
        }
        Self {
            serial: org.serial,
            folders: there(&objects, Kind::Folder),
            groups: there(&subjects, Kind::Group),
            users: there(&subjects, Kind::User),
            workspaces: there(&objects, Kind::Workspace),
            granted: listing(sorted(&[Class::Object], Some(b'/'))),
            gathered: listing(sorted(&[Class::Group], Some(b'/'))),
            user_losses: losses(&mut org.ledger.users.keys()),
            group_losses: losses(&mut org.ledger.groups.keys()),
            subjects,
            rank,
            list: (u32::MAX, Vec::new()),
        }
    }

    /// The subjects of a container in order: a large group is sorted once, not for every page.
    pub(crate) fn list(&mut self, org: &Organization, container: u32) -> &[u32] {
        let Self { list, rank, subjects, .. } = self;
        if list.0 != container {
            list.0 = container;
            list.1.clear();
            list.1.extend(org.facts.list(container).iter().map(|word| rank.get((word & CONTAINER) as usize).copied().unwrap_or(0)));
            list.1.sort_unstable();
            list.1.iter_mut().for_each(|place| *place = subjects.get(*place as usize).copied().unwrap_or(0));
        }
        &list.1
    }
}

impl KeyText<'_> {
    /// Compares as bytes of key text do, each followed by `end`.
    pub(crate) fn compare(&self, other: &Self, end: Option<u8>) -> Ordering {
        if let (KeyText::Uuid(a), KeyText::Uuid(b)) = (self, other) {
            return a.cmp(b);
        }
        let (mut one, mut two) = ([0; 36], [0; 36]);
        let (a, b) = (self.bytes(&mut one), other.bytes(&mut two));
        match end {
            None => a.cmp(b),
            Some(end) => a.iter().chain([&end]).cmp(b.iter().chain([&end])),
        }
    }
}
