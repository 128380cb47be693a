//! The access diff of a change: counted in full at once, listed only where asked.
//!
//! Users are grouped by signature (see `region`); the rows of one user are the objects of the region, and what their
//! other grants give decides of which kind each row is. Nothing is kept per row.

use hashbrown::HashTable;

use super::affected::{BOTH, CHANGED, Crossing, PLAIN, Work};
use super::exact;
use super::rows::{Direction, Judge, Row, Tally, UserRows};
use super::scratch::{Scratch, byte, tag};
use crate::maps::mix;
use crate::org::{CONTAINER, Change, Facts, Id};

/// A diff, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Rows by `RowKind`, in its order.
    pub kinds: [u64; 6],
    /// Distinct users with a row.
    pub users: u32,
    /// Distinct objects with a row.
    pub objects: u32,
    /// Users who had access to something before and have access to nothing after.
    pub locked_out: u32,
    /// Distinct users with a revoke or a downgrade.
    pub users_losing: u32,
    /// Distinct users with a grant or an upgrade.
    pub users_gaining: u32,
}

#[derive(Debug, Clone, Copy)]
struct Class {
    from: u32,
    len: u32,
    flags: u8,
    users: u32,
    first: u32,
    rows: u64,
}

/// How many users' lists are fetched at once.
const AHEAD: usize = 16;

/// Flags of a class: active on the plain, the changed side; status or existence differs.
const ACTIVE_PLAIN: u8 = PLAIN;
const ACTIVE_CHANGED: u8 = CHANGED;
const WHOLE: u8 = 4;

/// A diff, ready to be listed. It holds for the facts and the change it was made from.
#[derive(Debug)]
pub struct Diff {
    direction: Direction,
    serial: u64,
    exact: bool,
    users: Vec<UserRows>,
    classes: Vec<Class>,
    signatures: Vec<u32>,
    /// Indexes into `users`, class by class.
    members: Vec<u32>,
    crossings: Vec<Crossing>,
    summary: Summary,
}

impl Diff {
    /// Finds and counts what `change` over `facts` does.
    pub fn new(facts: &Facts, change: &Change, direction: Direction, scratch: &mut Scratch) -> Diff {
        let mut work = Work { facts, change, scratch };
        let (crossings, users) = work.begin();
        work.scratch.owner = work.scratch.owner.wrapping_add(1);
        let mut diff = Diff {
            direction,
            serial: work.scratch.owner,
            exact: exact::needed(facts, change),
            users: Vec::new(),
            classes: Vec::new(),
            signatures: Vec::new(),
            members: Vec::new(),
            crossings,
            summary: Summary::default(),
        };
        if diff.exact {
            diff.count_exactly(&mut work, &users);
        } else {
            diff.classify(&mut work, &users);
            if !diff.count_alone(&mut work) {
                for class in 0..diff.classes.len() {
                    diff.count_class(&mut work, class);
                }
            }
        }
        diff.sum();
        diff
    }

    /// The counts.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Users who may have rows, ascending by id, with their counts; a few may have none.
    pub fn users(&self) -> &[UserRows] {
        &self.users
    }

    /// The counts of one user.
    pub fn user(&self, user: Id) -> Option<&UserRows> {
        self.users.binary_search_by_key(&user, |rows| rows.user).ok().and_then(|at| self.users.get(at))
    }

    /// Heap memory, by capacity.
    pub fn heap_bytes(&self) -> usize {
        self.users.capacity() * size_of::<UserRows>()
            + self.classes.capacity() * size_of::<Class>()
            + (self.signatures.capacity() + self.members.capacity()) * 4
            + self.crossings.capacity() * size_of::<Crossing>()
    }

    // ── counting

    fn classify(&mut self, work: &mut Work, users: &[u32]) {
        let mut index: HashTable<u32> = HashTable::new();
        let mut signature: Vec<u32> = Vec::with_capacity(32);
        let mut last = u32::MAX;
        work.scratch.forget_kept();
        for (at, user) in users.iter().enumerate() {
            if at % AHEAD == 0 {
                work.fetch(users.get(at..).unwrap_or(&[]).iter().take(AHEAD));
            }
            let (plain, changed) = work.actives(*user);
            let whole = plain != changed || work.scratch.tag(*user) & tag::EXIST != 0;
            let flags = if plain { ACTIVE_PLAIN } else { 0 } | if changed { ACTIVE_CHANGED } else { 0 } | if whole { WHOLE } else { 0 };
            work.ascend(*user);
            signature.clear();
            for word in &work.scratch.reach {
                let subject = word & CONTAINER;
                let differs = whole || word & BOTH != BOTH || work.scratch.tag(subject) & tag::HOT != 0;
                if differs && work.granted(subject) {
                    signature.push(*word);
                }
            }
            if signature.is_empty() {
                continue;
            }
            if signature.len() > 1 {
                signature.sort_unstable();
            }
            let equal = |at: u32| self.classes.get(at as usize).is_some_and(|c| c.flags == flags && self.signature(c) == signature);
            if !equal(last) {
                let hash = signature.iter().fold(u64::from(flags), |h, w| mix((h >> 32) as u32 ^ h as u32, *w));
                last = match index.find(hash, |at| equal(*at)) {
                    Some(at) => *at,
                    None => {
                        let at = self.classes.len() as u32;
                        let rehash = |at: &u32| {
                            self.classes.get(*at as usize).map_or(0, |c| {
                                self.signature(c).iter().fold(u64::from(c.flags), |h, w| mix((h >> 32) as u32 ^ h as u32, *w))
                            })
                        };
                        if users.len() > 1 {
                            index.insert_unique(hash, at, rehash);
                        }
                        let (from, len) = (self.signatures.len() as u32, signature.len() as u32);
                        self.signatures.extend_from_slice(&signature);
                        self.classes.push(Class { from, len, flags, users: 0, first: 0, rows: 0 });
                        at
                    }
                };
            }
            if let Some(class) = self.classes.get_mut(last as usize) {
                class.users += 1;
            }
            work.scratch.keep(self.users.len());
            self.users.push(UserRows::new(*user, last));
        }
        let mut first = 0;
        for class in &mut self.classes {
            class.first = first;
            first += class.users;
            class.users = 0;
        }
        self.members.resize(self.users.len(), 0);
        for (at, user) in (0u32..).zip(&self.users) {
            if let Some(class) = self.classes.get_mut(user.class as usize)
                && let Some(slot) = self.members.get_mut((class.first + class.users) as usize)
            {
                *slot = at;
                class.users += 1;
            }
        }
    }

    fn signature(&self, class: &Class) -> &[u32] {
        self.signatures.get(class.from as usize..(class.from + class.len) as usize).unwrap_or(&[])
    }

    fn members(&self, class: &Class) -> &[u32] {
        self.members.get(class.first as usize..(class.first + class.users) as usize).unwrap_or(&[])
    }

    fn judge(&self, class: &Class) -> Judge {
        let flags = class.flags;
        Judge::new(self.direction, flags & ACTIVE_PLAIN != 0, flags & ACTIVE_CHANGED != 0, flags & WHOLE != 0)
    }

    fn prepare(&self, work: &mut Work, at: u32) -> Option<(Class, Judge, bool)> {
        let class = *self.classes.get(at as usize)?;
        work.build(at, self.signature(&class), class.flags & WHOLE != 0, &self.crossings);
        let many = class.users as usize > 2 + work.scratch.region.places.len() / 8;
        Some((class, self.judge(&class), many))
    }

    /// Counts the one user there is, where all they have is concerned; false where that takes a region.
    fn count_alone(&mut self, work: &mut Work) -> bool {
        let ([class], [_]) = (self.classes.as_slice(), self.users.as_slice()) else { return false };
        let judge = self.judge(class);
        let alone = if judge.whole { work.count_alone(self.signature(class), judge) } else { None };
        let Some((tally, holds)) = alone else { return false };
        let after = if self.direction == Direction::Planned { CHANGED } else { PLAIN };
        self.summary.kinds = tally.kinds.map(u64::from);
        self.summary.objects = tally.rows() as u32;
        if let (Some(class), Some(counts)) = (self.classes.first_mut(), self.users.first_mut()) {
            class.rows = tally.rows();
            tally.tell(counts);
            counts.locked_out = tally.revokes() && !(holds & after != 0 && judge.active_after);
        }
        true
    }

    fn count_class(&mut self, work: &mut Work, at: usize) {
        let Some((class, judge, many)) = self.prepare(work, at as u32) else { return };
        let mut alone = None;
        // Of one user's rows each is on an object of its own.
        let only = self.users.len() == 1;
        let after = if self.direction == Direction::Planned { CHANGED } else { PLAIN };
        let holds = work.scratch.region.holds & after != 0 && judge.active_after;
        // Whether every object of the region has a row whatever else the user holds.
        let all_rows = judge.active_before && judge.active_after && !judge.whole;
        let mut rows = 0;
        let mut mark_alone = all_rows;
        for index in class.first..class.first + class.users {
            let Some(member) = self.members.get(index as usize).copied() else { break };
            let Some(counts) = self.users.get_mut(member as usize) else { break };
            // Where nothing else can come into the region, the user need not be looked at again.
            let alike = judge.whole || (many && work.lonely() && (holds || !judge.active_after));
            if !alike && !work.scratch.recall(member) {
                work.ascend(counts.user.0);
            }
            let known = if alike || !many { None } else { work.counted() };
            let tally = known.unwrap_or_else(|| {
                if alike || !work.context(many) {
                    mark_alone = true;
                    let region = &work.scratch.region;
                    return *alone.get_or_insert_with(|| Tally::of(judge, &region.plain, &region.changed));
                }
                if !all_rows && !only {
                    self.summary.objects += work.mark(|plain, changed, more| judge.row(plain.max(more), changed.max(more)).is_some());
                }
                work.scratch.region.tally(judge, many, work.facts.preset())
            });
            if many && !alike && known.is_none() {
                work.keep_counts(tally);
            }
            counts.locked_out = tally.revokes() && !(holds || (judge.active_after && !alike && work.holds_more()));
            tally.tell(counts);
            rows += tally.rows();
            for (sum, count) in self.summary.kinds.iter_mut().zip(tally.kinds) {
                *sum += u64::from(count);
            }
        }
        if only {
            self.summary.objects = rows as u32;
        } else if mark_alone {
            self.summary.objects += work.mark(|plain, changed, _| all_rows || judge.row(plain, changed).is_some());
        }
        if let Some(class) = self.classes.get_mut(at) {
            class.rows = rows;
        }
    }

    fn count_exactly(&mut self, work: &mut Work, users: &[u32]) {
        for user in users {
            let mut tally = Tally::default();
            let rows = exact::rows(work, *user, self.direction);
            for row in &rows.rows {
                tally.add(Some((row.kind, row.before, row.after)));
                let position = work.scratch.position(work.facts, row.object.0);
                if let Some(slot) = work.scratch.object_seen.get_mut(position as usize)
                    && *slot != work.scratch.object_stamp
                {
                    *slot = work.scratch.object_stamp;
                    self.summary.objects += 1;
                }
            }
            if rows.rows.is_empty() {
                continue;
            }
            for (sum, count) in self.summary.kinds.iter_mut().zip(tally.kinds) {
                *sum += u64::from(count);
            }
            let mut counts = UserRows::new(*user, 0);
            tally.tell(&mut counts);
            counts.locked_out = rows.had && !rows.has;
            self.members.push(self.users.len() as u32);
            self.users.push(counts);
        }
    }

    fn sum(&mut self) {
        for user in self.users.iter().filter(|user| user.rows() > 0) {
            self.summary.users += 1;
            self.summary.locked_out += u32::from(user.locked_out);
            self.summary.users_losing += u32::from(user.loses);
            self.summary.users_gaining += u32::from(user.gains);
        }
    }

    // ── listing

    fn resume<'a>(&self, facts: &'a Facts, change: &'a Change, scratch: &'a mut Scratch) -> Work<'a> {
        let mut work = Work { facts, change, scratch };
        if work.scratch.owner != self.serial {
            work.begin();
            work.scratch.owner = self.serial;
        }
        work
    }

    /// The rows of one user, by object id.
    pub fn rows_of_user(&self, facts: &Facts, change: &Change, scratch: &mut Scratch, user: Id, sink: impl FnMut(Row)) {
        let mut work = self.resume(facts, change, scratch);
        if let Some(rows) = self.user(user) {
            let mut sink = sink;
            self.emit(&mut work, rows, &mut Vec::new(), &mut sink);
        }
    }

    /// Every row, in the order of `rows`.
    pub fn for_each_row(&self, facts: &Facts, change: &Change, scratch: &mut Scratch, sink: impl FnMut(Row)) {
        self.rows(facts, change, scratch, 0, u64::MAX, sink);
    }

    /// `limit` rows from `offset` on. The order is fixed for one change, also once it is committed: users of one
    /// signature together, the signatures by their first user, objects by id.
    pub fn rows(&self, facts: &Facts, change: &Change, scratch: &mut Scratch, offset: u64, limit: u64, mut sink: impl FnMut(Row)) {
        let mut work = self.resume(facts, change, scratch);
        let (mut skip, mut left) = (offset, limit);
        let mut order = Vec::new();
        let whole = [Class { from: 0, len: 0, flags: 0, users: self.users.len() as u32, first: 0, rows: 0 }];
        let classes = if self.exact { &whole[..] } else { &self.classes[..] };
        for class in classes {
            if !self.exact && skip >= class.rows {
                skip -= class.rows;
                continue;
            }
            for rows in self.members(class).iter().filter_map(|at| self.users.get(*at as usize)) {
                if left == 0 {
                    return;
                }
                if skip >= rows.rows() {
                    skip -= rows.rows();
                    continue;
                }
                self.emit(&mut work, rows, &mut order, &mut |row| {
                    if skip > 0 {
                        skip -= 1;
                    } else if left > 0 {
                        left -= 1;
                        sink(row);
                    }
                });
            }
        }
    }

    fn emit(&self, work: &mut Work, rows: &UserRows, order: &mut Vec<(u32, u32)>, sink: &mut impl FnMut(Row)) {
        let user = rows.user;
        if self.exact {
            exact::rows(work, user.0, self.direction).rows.into_iter().for_each(sink);
            return;
        }
        let known = work.scratch.region.class == rows.class && !order.is_empty();
        let Some((_, judge, many)) = self.prepare(work, rows.class) else { return };
        if !known {
            order.clear();
            order.extend(work.scratch.region.places.iter().map(|place| place.id).zip(0..));
            order.sort_unstable();
        }
        let mut context = false;
        if !judge.whole {
            work.ascend(user.0);
            context = work.context(many);
        }
        let region = &work.scratch.region;
        for (object, at) in order.iter() {
            let at = *at as usize;
            let more = if context { byte(&region.context, at) } else { 0 };
            let (plain, changed) = (byte(&region.plain, at).max(more), byte(&region.changed, at).max(more));
            if let Some((kind, before, after)) = judge.row(plain, changed) {
                sink(Row { user, object: Id(*object), kind, before, after });
            }
        }
    }
}
