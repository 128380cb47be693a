//! The kernel against a naive model: random organizations, random changes, every row compared.
//!
//! `ACCESS_PLANS=100000 cargo test --test access_model -- --nocapture` compares over 190,000 plans, and says what was in
//! them; a failure prints its seed, and `ACCESS_SEED=… ACCESS_PLANS=1` runs that one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

mod model;

use std::collections::{BTreeMap, BTreeSet};

use model::{Fact, Model, State, code, kind, link, policy_of, reach, set};
use scim_policy::access::{Causes, Diff, Direction, Fate, Row, RowKind, Scratch};
use scim_policy::org::{Change, Facts, Id, Kind, Parent, Preset};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
    fn pick(&mut self, list: &[u32]) -> Option<u32> {
        list.get(self.below(list.len())).copied()
    }
}

struct World {
    random: Random,
    facts: Facts,
    state: State,
    users: Vec<u32>,
    groups: Vec<u32>,
    objects: Vec<u32>,
    next: u32,
}

fn cap(random: &mut Random, ranks: u8) -> u32 {
    match random.below(5) {
        0 | 1 => 0,
        2 => 255,
        _ => 1 + random.below(ranks as usize) as u32,
    }
}

impl World {
    fn new(seed: u64) -> World {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            random.next();
        }
        let ranks = 1 + random.below(5) as u8;
        let preset = Preset { ranks, exempt_from: if random.chance(3) { 255 } else { 1 + random.below(ranks as usize + 1) as u8 } };
        let large = random.chance(20);
        let (u, g, o) = if large { (30, 15, 40) } else { (2 + random.below(7), random.below(7), 1 + random.below(10)) };
        let mut ids: Vec<u32> = (1..=(u + g + o) as u32).collect();
        for i in (1..ids.len()).rev() {
            ids.swap(i, random.below(i + 1));
        }
        let (users, rest) = ids.split_at(u);
        let (groups, objects) = rest.split_at(g);
        let mut world = World {
            random,
            facts: Facts::new(preset),
            state: State::from([(Fact::Exist(0), 0)]),
            users: users.to_vec(),
            groups: groups.to_vec(),
            objects: objects.to_vec(),
            next: (u + g + o) as u32 + 1,
        };
        world.restore();
        world
    }

    /// Facts in any order, some of them twice, some naming what is not there.
    fn restore(&mut self) {
        let r = &mut self.random;
        let absent = 2 + r.below(12);
        let mut wanted: Vec<(Fact, u32)> = Vec::new();
        for user in &self.users {
            if !r.chance(absent) {
                wanted.push((Fact::Exist(*user), code(Kind::User)));
            }
        }
        for group in &self.groups {
            if !r.chance(absent) {
                wanted.push((Fact::Exist(*group), code(Kind::Group)));
            }
        }
        let rings = r.chance(4);
        for (i, object) in self.objects.iter().enumerate() {
            let workspace = i == 0 || r.chance(5);
            if r.chance(absent) {
                continue;
            }
            wanted.push((Fact::Exist(*object), code(if workspace { Kind::Workspace } else { Kind::Folder })));
            if !workspace {
                let above = if rings { self.objects[r.below(self.objects.len())] } else { self.objects[r.below(i)] };
                let declared = if r.chance(2) { Kind::Workspace } else { Kind::Folder };
                wanted.push((Fact::Parent(*object), above << 3 | code(declared)));
                let ranks = self.facts.preset().ranks;
                wanted.push((Fact::Audience(*object), cap(r, ranks)));
            }
        }
        // Declared kinds are mostly right.
        let kinds: BTreeMap<u32, u32> =
            wanted.iter().filter_map(|(f, v)| if let Fact::Exist(id) = f { Some((*id, *v)) } else { None }).collect();
        for (fact, value) in &mut wanted {
            if let (Fact::Parent(_), Some(kind)) = (fact, kinds.get(&(*value >> 3)))
                && !r.chance(15)
            {
                *value = *value >> 3 << 3 | kind;
            }
        }
        for user in &self.users {
            if r.chance(5) && kinds.contains_key(user) {
                wanted.push((Fact::Active(*user), 0));
            }
        }
        let subjects: Vec<u32> = self.users.iter().chain(&self.groups).copied().collect();
        if !self.groups.is_empty() {
            for _ in 0..r.below(3 * subjects.len()) {
                let group = self.groups[r.below(self.groups.len())];
                wanted.push((Fact::Edge(group, subjects[r.below(subjects.len())]), 1));
            }
        }
        let mut objects = self.objects.clone();
        objects.push(0);
        let ranks = self.facts.preset().ranks as usize;
        for _ in 0..r.below(2 * objects.len() + 2) {
            let on = Fact::Grant(objects[r.below(objects.len())], subjects[r.below(subjects.len())]);
            wanted.push((on, 1 + r.below(ranks) as u32));
        }
        if r.chance(4) {
            wanted.push((Fact::Policy, r.below(4) as u32));
        }
        for i in (1..wanted.len()).rev() {
            wanted.swap(i, r.below(i + 1));
        }
        // A user's status and a folder's parent are part of its record: they follow its existence.
        wanted.sort_by_key(|(f, _)| match f {
            Fact::Active(_) | Fact::Parent(_) | Fact::Audience(_) => 1,
            _ => 0,
        });
        for (fact, value) in wanted {
            if self.random.chance(6) {
                self.store(fact, value);
                self.unstore(fact);
            }
            self.store(fact, value);
        }
    }

    fn store(&mut self, fact: Fact, value: u32) {
        match fact {
            Fact::Exist(id) => assert!(self.facts.set_kind(Id(id), Some(model::KINDS[value as usize]))),
            Fact::Active(id) => self.facts.set_active(Id(id), value == 1),
            Fact::Edge(g, x) => assert!(self.facts.set_member(Id(g), Id(x), true)),
            Fact::Grant(o, x) => assert!(self.facts.set_grant(Id(o), Id(x), value as u8)),
            Fact::Parent(f) => {
                let parent = Parent { id: Id(value >> 3), kind: model::KINDS[(value & 7) as usize] };
                assert!(self.facts.set_parent(Id(f), Some(parent)));
            }
            Fact::Audience(f) => assert!(self.facts.set_audience(Id(f), model::audience_of(value))),
            Fact::Policy => self.facts.set_policy(policy_of(value)),
        }
        self.state.insert(fact, value);
        if let Fact::Exist(id) = fact {
            if kind(&self.state, id) == Some(Kind::User) {
                self.state.insert(Fact::Active(id), 1);
            }
            if kind(&self.state, id) == Some(Kind::Folder) {
                self.state.insert(Fact::Audience(id), 0);
            }
        }
        if fact == Fact::Policy && value == 0 {
            self.state.remove(&fact);
        }
    }

    fn unstore(&mut self, fact: Fact) {
        match fact {
            Fact::Exist(id) => assert!(self.facts.set_kind(Id(id), None)),
            Fact::Edge(g, x) => assert!(self.facts.set_member(Id(g), Id(x), false)),
            Fact::Grant(o, x) => assert!(self.facts.set_grant(Id(o), Id(x), 0)),
            Fact::Parent(f) => assert!(self.facts.set_parent(Id(f), None)),
            Fact::Active(_) | Fact::Audience(_) | Fact::Policy => return,
        }
        self.state.remove(&fact);
        if let Fact::Exist(id) = fact {
            for gone in [Fact::Active(id), Fact::Parent(id), Fact::Audience(id)] {
                self.state.remove(&gone);
            }
        }
    }

    /// A dangling count straight from the state.
    fn dangling(&self) -> u32 {
        let gone = |id: &u32| kind(&self.state, *id).is_none();
        let dangles = |f: &&Fact| match f {
            Fact::Edge(a, b) | Fact::Grant(a, b) => gone(a) || gone(b),
            Fact::Exist(id) => kind(&self.state, *id) == Some(Kind::Folder) && model::attached(&self.state, *id).is_none(),
            _ => false,
        };
        self.state.keys().filter(dangles).count() as u32
    }
}

/// The ids of one kind that are there.
fn there(s: &State, kinds: &[Kind]) -> Vec<u32> {
    let of = |f: &Fact| if let Fact::Exist(id) = f { Some(*id) } else { None };
    s.keys().filter_map(of).filter(|id| kind(s, *id).is_some_and(|k| kinds.contains(&k))).collect()
}

/// One random request, written to the model's state and to the change.
fn request(w: &mut World, after: &mut State, writers: &mut BTreeMap<Fact, u32>, change: &mut Change, cause: u32) {
    let users = there(after, &[Kind::User]);
    let groups = there(after, &[Kind::Group]);
    let objects = there(after, &[Kind::Workspace, Kind::Folder]);
    let folders = there(after, &[Kind::Folder]);
    let subjects: Vec<u32> = users.iter().chain(&groups).copied().collect();
    let mut places = objects.clone();
    places.push(0);
    let ranks = w.facts.preset().ranks;
    let (r, facts) = (&mut w.random, &w.facts);
    match r.below(24) {
        0..=5 => {
            if let (Some(g), Some(x)) = (r.pick(&groups), r.pick(&subjects)) {
                let on = r.chance(2);
                change.set_member(facts, Id(g), Id(x), on, cause);
                set(after, writers, Fact::Edge(g, x), on.then_some(1), cause);
            }
        }
        6..=10 => {
            if let (Some(o), Some(x)) = (r.pick(&places), r.pick(&subjects)) {
                let rank = if r.chance(3) { 0 } else { 1 + r.below(ranks as usize) as u8 };
                change.set_grant(facts, Id(o), Id(x), rank, cause);
                set(after, writers, Fact::Grant(o, x), (rank > 0).then_some(u32::from(rank)), cause);
            }
        }
        11 | 12 => {
            if let Some(u) = r.pick(&users) {
                let active = r.chance(2);
                change.set_active(facts, Id(u), active, cause);
                set(after, writers, Fact::Active(u), Some(u32::from(active)), cause);
            }
        }
        13..=15 => {
            if let (Some(f), Some(p)) = (r.pick(&folders), r.pick(&objects)) {
                let kind = kind(after, p).unwrap();
                let mut next = after.clone();
                next.insert(Fact::Parent(f), p << 3 | code(kind));
                let moved = change.set_parent(facts, Id(f), Parent { id: Id(p), kind }, cause);
                let mut at = p;
                let mut below = p == f;
                for _ in 0..100 {
                    match model::parent_raw(after, at) {
                        Some((up, _)) => at = up,
                        None => break,
                    }
                    below |= at == f;
                }
                let same = after.get(&Fact::Parent(f)) == next.get(&Fact::Parent(f));
                assert_eq!(moved, same || !below, "moving {f} under {p}");
                if moved {
                    set(after, writers, Fact::Parent(f), Some(p << 3 | code(kind)), cause);
                }
            }
        }
        16 | 17 => {
            if let Some(f) = r.pick(&folders) {
                let cap = cap(r, ranks);
                change.set_audience(facts, Id(f), model::audience_of(cap), cause);
                set(after, writers, Fact::Audience(f), Some(cap), cause);
            }
        }
        18 if r.chance(3) => {
            let policy = r.below(4) as u32;
            change.set_policy(facts, policy_of(policy), cause);
            set(after, writers, Fact::Policy, (policy > 0).then_some(policy), cause);
        }
        19..=21 => {
            let kind = [Kind::User, Kind::Group, Kind::Workspace, Kind::Folder][r.below(4)];
            // Mostly fresh, at times one that something already names.
            let known = match kind {
                Kind::User => &w.users,
                Kind::Group => &w.groups,
                _ => &w.objects,
            };
            let named = r.pick(known).filter(|id| !writers.contains_key(&Fact::Exist(*id)) && !after.contains_key(&Fact::Exist(*id)));
            let id = if let (Some(id), true) = (named, r.chance(2)) {
                id
            } else {
                w.next += 1;
                w.next - 1
            };
            let above = r.pick(&objects);
            if kind == Kind::Folder && above.is_none() {
                return;
            }
            assert!(change.create(facts, Id(id), kind, cause));
            set(after, writers, Fact::Exist(id), Some(code(kind)), cause);
            match kind {
                Kind::User => set(after, writers, Fact::Active(id), Some(1), cause),
                Kind::Folder => {
                    let p = above.unwrap();
                    let declared = model::kind(after, p).unwrap();
                    set(after, writers, Fact::Audience(id), Some(0), cause);
                    if change.set_parent(facts, Id(id), Parent { id: Id(p), kind: declared }, cause) {
                        set(after, writers, Fact::Parent(id), Some(p << 3 | code(declared)), cause);
                    }
                    let cap = cap(r, ranks);
                    change.set_audience(facts, Id(id), model::audience_of(cap), cause);
                    set(after, writers, Fact::Audience(id), Some(cap), cause);
                }
                _ => {}
            }
        }
        22 | 23 => {
            let all: Vec<u32> = subjects.iter().chain(&objects).copied().collect();
            if let Some(id) = r.pick(&all) {
                let gone: BTreeSet<u32> = change.delete(facts, Id(id), cause).into_iter().map(|id| id.0).collect();
                let before = after.clone();
                model::delete(after, writers, id, cause);
                let lost: BTreeSet<u32> = there(&before, &model::KINDS).into_iter().filter(|id| kind(after, *id).is_none()).collect();
                assert_eq!(gone, lost);
            }
        }
        _ => {}
    }
}

/// Every row, by the definition.
fn rows(model: &Model, before: &State, after: &State) -> (Vec<Row>, u32) {
    let mut users: BTreeSet<u32> = there(before, &[Kind::User]).into_iter().collect();
    users.extend(there(after, &[Kind::User]));
    let places = [Kind::Organization, Kind::Workspace, Kind::Folder];
    let mut objects: BTreeSet<u32> = there(before, &places).into_iter().collect();
    objects.extend(there(after, &places));
    let (pb, pa) = (model.policy(before), model.policy(after));
    let (mut found, mut locked_out) = (Vec::new(), 0);
    for u in users {
        let (rb, ra) = (reach(before, u), reach(after, u));
        let (active_before, active_after) = (before.get(&Fact::Active(u)) == Some(&1), after.get(&Fact::Active(u)) == Some(&1));
        let (mut had, mut has) = (false, false);
        for n in &objects {
            let (cb, ca) = (model.contributions(before, &rb, *n, pb), model.contributions(after, &ra, *n, pa));
            let potential = |c: &BTreeSet<model::Contribution>| c.iter().map(|c| c.2).max().unwrap_or(0);
            let (b, a) = (potential(&cb), potential(&ca));
            let (eb, ea) = (if active_before { b } else { 0 }, if active_after { a } else { 0 });
            had |= eb > 0;
            has |= ea > 0;
            let row = match (eb, ea) {
                (0, 0) if a != b => Some((RowKind::Latent, b, a)),
                (0, 0) => None,
                (0, _) => Some((RowKind::Grant, eb, ea)),
                (_, 0) => Some((RowKind::Revoke, eb, ea)),
                _ if eb < ea => Some((RowKind::Upgrade, eb, ea)),
                _ if eb > ea => Some((RowKind::Downgrade, eb, ea)),
                _ if cb != ca => Some((RowKind::Masked, eb, ea)),
                _ => None,
            };
            if let Some((kind, before, after)) = row {
                found.push(Row { user: Id(u), object: Id(*n), kind, before, after });
            }
        }
        locked_out += u32::from(had && !has);
    }
    (found, locked_out)
}

fn compare(facts: &Facts, change: &Change, direction: Direction, scratch: &mut Scratch, wanted: &[Row], locked_out: u32) -> Vec<Row> {
    let diff = Diff::new(facts, change, direction, scratch);
    let mut listed = Vec::new();
    diff.for_each_row(facts, change, scratch, |row| listed.push(row));
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    let mut expected = wanted.to_vec();
    expected.sort_unstable();
    assert_eq!(sorted, expected, "rows, {direction:?}");

    let summary = diff.summary();
    let mut kinds = [0u64; 6];
    wanted.iter().for_each(|row| kinds[row.kind as usize] += 1);
    assert_eq!(summary.kinds, kinds, "kinds");
    let distinct = |keep: &dyn Fn(&&Row) -> bool| wanted.iter().filter(keep).map(|r| r.user).collect::<BTreeSet<_>>().len() as u32;
    assert_eq!(summary.users, distinct(&|_| true));
    assert_eq!(summary.objects, wanted.iter().map(|r| r.object).collect::<BTreeSet<_>>().len() as u32, "objects");
    assert_eq!(summary.users_losing, distinct(&|r| matches!(r.kind, RowKind::Revoke | RowKind::Downgrade)));
    assert_eq!(summary.users_gaining, distinct(&|r| matches!(r.kind, RowKind::Grant | RowKind::Upgrade)));
    assert_eq!(summary.locked_out, locked_out, "locked out");

    let mut paged = Vec::new();
    let step = 1 + listed.len() as u64 / 3;
    loop {
        let before = paged.len();
        diff.rows(facts, change, scratch, before as u64, step, |row| paged.push(row));
        if paged.len() == before {
            break;
        }
    }
    assert_eq!(paged, listed, "pages");
    for counts in diff.users() {
        let mut own = Vec::new();
        diff.rows_of_user(facts, change, scratch, counts.user, |row| own.push(row));
        let expected: Vec<Row> = wanted.iter().filter(|r| r.user == counts.user).copied().collect();
        assert_eq!(own, expected, "rows of one user");
        let of = |kinds: &[RowKind]| own.iter().filter(|r| kinds.contains(&r.kind)).count() as u32;
        assert_eq!(counts.latent, of(&[RowKind::Latent]));
        assert_eq!(counts.masked, of(&[RowKind::Masked]));
        assert_eq!(counts.rows(), own.len() as u64);
        let gained = own.iter().filter(|r| matches!(r.kind, RowKind::Grant | RowKind::Upgrade)).map(|r| r.after).max();
        assert_eq!(counts.reaches, gained.unwrap_or(0), "reaches");
    }
    listed
}

/// Explain, check and the lists of one side, against the same definition.
fn explain(model: &Model, s: &State, view: scim_policy::org::View) {
    use scim_policy::access::{access_of, paths, who_has};
    let objects = there(s, &[Kind::Organization, Kind::Workspace, Kind::Folder]);
    let mut has: BTreeMap<u32, Vec<(Id, u8)>> = BTreeMap::new();
    for u in there(s, &[Kind::User]) {
        let reached = reach(s, u);
        let active = s.get(&Fact::Active(u)) == Some(&1);
        let mut own = Vec::new();
        for n in &objects {
            let contributions = model.contributions(s, &reached, *n, model.policy(s));
            let potential = contributions.iter().map(|c| c.2).max().unwrap_or(0);
            let role = if active { potential } else { 0 };
            let explained = paths(view, Id(u), Id(*n), |a, b| a.cmp(&b));
            let mut grants = 0;
            let mut at = Some(*n);
            while let Some(m) = at {
                grants += model.grants(s, &reached, m).len();
                at = link(s, m);
            }
            assert_eq!(explained.len(), grants, "one path per grant");
            let deciding: Vec<_> = explained.iter().filter(|p| p.fate == Fate::Deciding).collect();
            assert_eq!(deciding.first().map_or(0, |p| p.effective), role, "the deciding rank");
            assert_eq!(scim_policy::access::effective(view, Id(u), Id(*n)), role);
            for path in &explained {
                let gives = contributions.contains(&(path.subject.0, path.object.0, path.effective));
                match path.fate {
                    Fate::Deciding => assert!(gives && path.effective == role),
                    Fate::Inactive => assert!(gives && !active),
                    Fate::Capped => assert!(gives && path.effective < path.rank),
                    Fate::Blocked => assert!(!gives && path.effective == 0 && path.stopped_at.is_some()),
                    Fate::Dominated => assert!(path.effective > 0),
                }
                let mut below = u;
                for group in &path.via {
                    assert!(s.contains_key(&Fact::Edge(group.0, below)), "a chain of memberships");
                    below = group.0;
                }
                assert_eq!(below, path.subject.0);
            }
            if role > 0 {
                own.push((Id(*n), role));
                has.entry(*n).or_default().push((Id(u), role));
            }
        }
        assert_eq!(access_of(view, Id(u)), own, "access of {u}");
    }
    for n in objects {
        assert_eq!(who_has(view, Id(n)), has.remove(&n).unwrap_or_default(), "who has {n}");
    }
}

fn causes(w: &World, model: &Model, before: &State, after: &State, writers: &BTreeMap<Fact, u32>, change: &Change, rows: &[Row]) {
    let mut causes = Causes::new(&w.facts, change);
    for row in rows {
        let expected: Vec<u32> = model.causes(before, after, writers, row.user.0, row.object.0).into_iter().collect();
        assert_eq!(causes.of(row.user, row.object), expected, "causes of {row:?}");
        assert!(!expected.is_empty());
    }
}

/// What was compared.
#[derive(Debug, Default)]
struct Seen {
    plans: u64,
    requests: u64,
    most_requests: u64,
    rows: [u64; 6],
    causes: u64,
    most_specific: u64,
    workspace_exit: u64,
}

fn one(seed: u64, seen: &mut Seen) {
    let mut w = World::new(seed);
    let model = Model { preset: w.facts.preset() };
    let mut scratch = Scratch::new();
    assert_eq!(model::state_of(&w.facts, &Change::new()), w.state, "restored");
    for _ in 0..1 + w.random.below(3) {
        assert_eq!(w.facts.counts().dangling, w.dangling(), "dangling");
        let mut told = 0;
        w.facts.for_each_dangling(|_| told += 1);
        assert_eq!(told, w.dangling());
        let before = w.state.clone();
        let mut after = before.clone();
        let mut writers = BTreeMap::new();
        let mut change = Change::new();
        let requests = match w.random.below(20) {
            0 => 20 + w.random.below(181),
            1..=8 => 1,
            _ => 1 + w.random.below(8),
        };
        for cause in 0..requests {
            request(&mut w, &mut after, &mut writers, &mut change, cause as u32);
        }
        assert_eq!(model::state_of(&w.facts, &change), after, "read through");
        for id in there(&after, &[Kind::Folder]) {
            let view = scim_policy::org::View::new(&w.facts, &change);
            assert_eq!(view.link(Id(id)).map(|p| p.0), link(&after, id), "link of {id}");
        }
        let (wanted, locked_out) = rows(&model, &before, &after);
        let planned = compare(&w.facts, &change, Direction::Planned, &mut scratch, &wanted, locked_out);
        let some = &planned[..planned.len().min(300)];
        seen.plans += 1;
        seen.requests += requests as u64;
        seen.most_requests = seen.most_requests.max(requests as u64);
        seen.causes += some.len() as u64;
        planned.iter().for_each(|row| seen.rows[row.kind as usize] += 1);
        let policy = after.get(&Fact::Policy).copied().unwrap_or(0);
        seen.most_specific += u64::from(policy & 1);
        seen.workspace_exit += u64::from(policy >> 1 & 1);
        causes(&w, &model, &before, &after, &writers, &change, some);
        if w.random.chance(4) {
            explain(&model, &after, scim_policy::org::View::new(&w.facts, &change));
        }
        if w.random.chance(8) {
            continue;
        }
        let opposite = w.facts.commit(change);
        causes(&w, &model, &before, &after, &writers, &opposite, some);
        w.state = after;
        assert_eq!(model::state_of(&w.facts, &Change::new()), w.state, "committed");
        assert_eq!(model::state_of(&w.facts, &opposite), before, "opposite");
        let committed = compare(&w.facts, &opposite, Direction::Committed, &mut scratch, &wanted, locked_out);
        assert_eq!(planned, committed, "order survives the commit");
        if w.random.chance(3) {
            let again = w.facts.commit(opposite);
            w.state = before;
            assert_eq!(model::state_of(&w.facts, &Change::new()), w.state, "undone");
            compare(&w.facts, &again, Direction::Planned, &mut scratch, &wanted, locked_out);
        }
    }
}

#[test]
fn every_row_of_random_changes_is_what_the_definition_says() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (plans, first) = (number("ACCESS_PLANS", 10_000), number("ACCESS_SEED", 1));
    let mut seen = Seen::default();
    for seed in first..first + plans {
        let mut now = std::panic::AssertUnwindSafe(&mut seen);
        if let Err(panic) = std::panic::catch_unwind(move || one(seed, &mut now)) {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
    println!("seeds {first} to {}: {seen:?}", first + plans - 1);
}
