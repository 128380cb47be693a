//! The access diff as it is told: in the order of identifiers, a page at a time, causes only where a row is listed.
//!
//! Nothing is kept per row: a plan may have eleven million. What a page skips is skipped by the counts that the diff
//! keeps of each user; only within one user are rows sorted.

use std::borrow::Cow;

use serde::Serialize;

use crate::access::{Causes, Diff, Direction, Row, RowKind, Scratch, UserRows};
use crate::org::{Change, Facts, Id, Kind, RolePreset, View};

/// Both sides of a change, whether it is planned or has happened.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'a> {
    pub(crate) facts: &'a Facts,
    /// The change that is planned over the facts, or the opposite of the one that made them.
    pub(crate) change: &'a Change,
    pub(crate) direction: Direction,
    /// The identifiers, those of deleted and of new resources included.
    pub(crate) name: &'a dyn Fn(Id) -> Cow<'a, str>,
    pub(crate) roles: &'a RolePreset,
}

impl<'a> Sides<'a> {
    pub(crate) fn before(&self) -> View<'a> {
        match self.direction {
            Direction::Planned => View::plain(self.facts),
            Direction::Committed => View::new(self.facts, self.change),
        }
    }

    pub(crate) fn after(&self) -> View<'a> {
        match self.direction {
            Direction::Planned => View::new(self.facts, self.change),
            Direction::Committed => View::plain(self.facts),
        }
    }

    /// What an id is, on whichever side it is there.
    pub(crate) fn kind(&self, id: Id) -> Option<Kind> {
        self.after().kind(id).or_else(|| self.before().kind(id))
    }

    fn object(&self, id: Id) -> ObjectRef<'a> {
        let kind = match self.kind(id) {
            Some(Kind::Organization) => "Organization",
            Some(Kind::Workspace) => "Workspace",
            _ => "Folder",
        };
        ObjectRef { kind, id: (self.name)(id) }
    }

    fn role(&self, rank: u8) -> Option<&'a str> {
        (rank > 0).then(|| self.roles.name(rank))
    }
}

/// `AccessChangeKind`, in the order of `RowKind`.
pub(crate) const KINDS: [&str; 6] = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];

fn kind_name(kind: RowKind) -> &'static str {
    KINDS.get(kind as usize).copied().unwrap_or("")
}

/// The row kind of that name.
pub(crate) fn kind_named(name: &str) -> Option<RowKind> {
    use RowKind::{Downgrade, Grant, Latent, Masked, Revoke, Upgrade};
    [Grant, Revoke, Upgrade, Downgrade, Latent, Masked].into_iter().find(|kind| kind_name(*kind) == name)
}

/// An object of access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ObjectRef<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) id: Cow<'a, str>,
}

/// One row, told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AccessChange<'a> {
    pub(crate) user: Cow<'a, str>,
    pub(crate) object: ObjectRef<'a>,
    pub(crate) kind: &'static str,
    pub(crate) before: Option<&'a str>,
    pub(crate) after: Option<&'a str>,
    pub(crate) causes: Vec<u32>,
}

/// Which rows are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Query {
    pub(crate) offset: u64,
    pub(crate) limit: u64,
    pub(crate) kind: Option<RowKind>,
    pub(crate) user: Option<Id>,
    pub(crate) object: Option<Id>,
}

/// A part of a diff without an object for each row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AccessTable<'a> {
    pub(crate) users: Vec<Cow<'a, str>>,
    pub(crate) objects: Vec<ObjectRef<'a>>,
    pub(crate) kinds: &'static [&'static str],
    pub(crate) roles: Vec<&'a str>,
    #[serde(skip)]
    /// Three words a row: index of the user, of the object, and `kind << 16 | before << 8 | after`.
    pub(crate) rows: Vec<u32>,
}

/// Rows that are listed together: the order of lists is by these first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Effective,
    Latent,
    Masked,
}

impl Section {
    fn of(kind: RowKind) -> Self {
        match kind {
            RowKind::Grant | RowKind::Revoke | RowKind::Upgrade | RowKind::Downgrade => Self::Effective,
            RowKind::Latent => Self::Latent,
            RowKind::Masked => Self::Masked,
        }
    }

    fn count(self, rows: &UserRows) -> u64 {
        u64::from(match self {
            Self::Effective => rows.effective,
            Self::Latent => rows.latent,
            Self::Masked => rows.masked,
        })
    }
}

/// What is kept of a diff between its pages: four bytes for a user with rows, four for an id.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Indexes of `Diff::users`, by the users' identifiers.
    order: Option<Vec<u32>>,
    /// By id: an object's index in the table at hand, plus one.
    places: Vec<u32>,
}

impl Listing {
    /// A page of rows in the contract's order.
    pub(crate) fn changes<'a>(&mut self, sides: &Sides<'a>, diff: &Diff, scratch: &mut Scratch, query: &Query) -> Vec<AccessChange<'a>> {
        let mut causes = Causes::new(sides.facts, sides.change);
        let mut found = Vec::new();
        self.for_each(sides, diff, scratch, query, &mut |row, object| {
            found.push(AccessChange {
                user: (sides.name)(row.user),
                object: ObjectRef { id: object, ..sides.object(row.object) },
                kind: kind_name(row.kind),
                before: sides.role(row.before),
                after: sides.role(row.after),
                causes: causes.of(row.user, row.object),
            });
        });
        found
    }

    fn for_each<'a>(
        &mut self,
        sides: &Sides<'a>,
        diff: &Diff,
        scratch: &mut Scratch,
        query: &Query,
        tell: &mut dyn FnMut(Row, Cow<'a, str>),
    ) {
        let one: Vec<u32>;
        let order: &[u32] = match query.user {
            Some(user) => {
                one = diff.users().binary_search_by_key(&user, |rows| rows.user).map(|at| at as u32).into_iter().collect();
                &one
            }
            None => self.order.get_or_insert_with(|| sorted(sides, diff)),
        };
        let (mut skip, mut left) = (query.offset, query.limit);
        let mut rows: Vec<(Cow<'a, str>, Row)> = Vec::new();
        for section in [Section::Effective, Section::Latent, Section::Masked] {
            if query.kind.is_some_and(|kind| Section::of(kind) != section) {
                continue;
            }
            // Counts are of sections: a kind among four, or one object, has to be looked for.
            let counted = query.object.is_none() && (query.kind.is_none() || section != Section::Effective);
            let all = diff.summary().kinds.iter().zip(0u8..).filter(|(_, at)| match query.kind {
                Some(kind) => kind as u8 == *at,
                None => match section {
                    Section::Effective => *at < RowKind::Latent as u8,
                    Section::Latent => *at == RowKind::Latent as u8,
                    Section::Masked => *at == RowKind::Masked as u8,
                },
            });
            let all: u64 = all.map(|(count, _)| *count).sum();
            if query.user.is_none() && query.object.is_none() && skip >= all {
                skip -= all;
                continue;
            }
            for user in order.iter().filter_map(|at| diff.users().get(*at as usize)) {
                if left == 0 {
                    return;
                }
                let count = section.count(user);
                let possible = match query.kind {
                    Some(RowKind::Grant | RowKind::Upgrade) => user.gains,
                    Some(RowKind::Revoke | RowKind::Downgrade) => user.loses,
                    _ => true,
                };
                if count == 0 || !possible {
                    continue;
                }
                if counted && skip >= count {
                    skip -= count;
                    continue;
                }
                rows.clear();
                diff.rows_of_user(sides.facts, sides.change, scratch, user.user, |row| {
                    let wanted = Section::of(row.kind) == section
                        && query.kind.is_none_or(|kind| kind == row.kind)
                        && query.object.is_none_or(|object| object == row.object);
                    if wanted {
                        rows.push(((sides.name)(row.object), row));
                    }
                });
                if skip >= rows.len() as u64 {
                    skip -= rows.len() as u64;
                    continue;
                }
                crate::sort::by(&mut rows, &mut |(a, _), (b, _)| a.cmp(b));
                let page = rows.drain(..).skip(skip as usize).take(usize::try_from(left).unwrap_or(usize::MAX));
                skip = 0;
                for (object, row) in page {
                    left -= 1;
                    tell(row, object);
                }
            }
        }
    }

    /// `limit` rows from `offset` on, in the diff's own order, as words.
    pub(crate) fn table<'a>(&mut self, sides: &Sides<'a>, diff: &Diff, scratch: &mut Scratch, offset: u64, limit: u64) -> AccessTable<'a> {
        let roles = &sides.roles.roles;
        let mut table = AccessTable { kinds: &KINDS, roles: roles.iter().map(|role| role.name.as_str()).collect(), ..Default::default() };
        let total: u64 = diff.summary().kinds.iter().sum();
        table.rows.reserve_exact(usize::try_from(limit.min(total.saturating_sub(offset)) * 3).unwrap_or(0));
        let places = &mut self.places;
        let mut objects: Vec<Id> = Vec::new();
        let mut last = None;
        diff.rows(sides.facts, sides.change, scratch, offset, limit, |row| {
            // A user's rows stand together.
            if last != Some(row.user) {
                last = Some(row.user);
                table.users.push((sides.name)(row.user));
            }
            let id = row.object.0 as usize;
            if places.len() <= id {
                places.resize(id + 1, 0);
            }
            let place = places.get_mut(id).map_or(0, |place| {
                if *place == 0 {
                    objects.push(row.object);
                    *place = objects.len() as u32;
                }
                *place - 1
            });
            let word = (row.kind as u32) << 16 | u32::from(row.before) << 8 | u32::from(row.after);
            table.rows.extend([table.users.len() as u32 - 1, place, word]);
        });
        for id in &objects {
            if let Some(place) = places.get_mut(id.0 as usize) {
                *place = 0;
            }
        }
        table.objects = objects.into_iter().map(|id| sides.object(id)).collect();
        table
    }
}

/// Users with rows, by their identifiers. Eight bytes decide almost always, so that names are made once for each.
fn sorted(sides: &Sides<'_>, diff: &Diff) -> Vec<u32> {
    let prefix = |text: &str| text.bytes().chain(std::iter::repeat(0)).take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(byte));
    let users = (0u32..).zip(diff.users()).filter(|(_, rows)| rows.rows() > 0);
    let mut keys: Vec<(u64, u32, Id)> = users.map(|(at, rows)| (prefix(&(sides.name)(rows.user)), at, rows.user)).collect();
    crate::sort::by(&mut keys, &mut |a, b| a.0.cmp(&b.0).then_with(|| (sides.name)(a.2).cmp(&(sides.name)(b.2))));
    keys.into_iter().map(|(_, at, _)| at).collect()
}

/// Rows as JSON text.
pub(crate) fn json(changes: &[AccessChange<'_>]) -> String {
    serde_json::to_string(changes).unwrap_or_default()
}
