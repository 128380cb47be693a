//! The naive second model: a state is a map of facts, access is evaluated for every user on every object, straight
//! from `semantics/access.md`. It shares nothing with the kernel but the words.

use std::collections::{BTreeMap, BTreeSet};

use scim_policy::org::{Audience, Change, Combine, Facts, Id, Kind, Parent, Policy, Preset};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Exist(u32),
    Active(u32),
    Edge(u32, u32),
    Grant(u32, u32),
    Parent(u32),
    Audience(u32),
    Policy,
}

pub(crate) type State = BTreeMap<Fact, u32>;
pub(crate) type Contribution = (u32, u32, u8);

pub(crate) const KINDS: [Kind; 5] = [Kind::Organization, Kind::User, Kind::Group, Kind::Workspace, Kind::Folder];

pub(crate) fn code(kind: Kind) -> u32 {
    KINDS.iter().position(|k| *k == kind).unwrap() as u32
}

pub(crate) fn policy_code(policy: Policy) -> u32 {
    u32::from(policy.combine == Combine::MostSpecific) + 2 * u32::from(policy.workspace_exit)
}

pub(crate) fn policy_of(code: u32) -> Policy {
    Policy { combine: if code & 1 == 1 { Combine::MostSpecific } else { Combine::Strongest }, workspace_exit: code & 2 == 2 }
}

pub(crate) fn kind(s: &State, id: u32) -> Option<Kind> {
    s.get(&Fact::Exist(id)).map(|k| KINDS[*k as usize])
}

pub(crate) fn parent_raw(s: &State, f: u32) -> Option<(u32, Kind)> {
    s.get(&Fact::Parent(f)).map(|v| (v >> 3, KINDS[(v & 7) as usize]))
}

pub(crate) fn attached(s: &State, f: u32) -> Option<u32> {
    let (p, declared) = parent_raw(s, f)?;
    (kind(s, f) == Some(Kind::Folder) && kind(s, p) == Some(declared)).then_some(p)
}

pub(crate) fn link(s: &State, f: u32) -> Option<u32> {
    let p = attached(s, f)?;
    let mut at = f;
    for _ in 0..100 {
        match parent_raw(s, at) {
            Some((up, _)) if up == f => return None,
            Some((up, _)) => at = up,
            None => break,
        }
    }
    Some(p)
}

/// The ring of declared parents an id stands on.
pub(crate) fn ring(s: &State, f: u32) -> Vec<u32> {
    let mut ring = vec![f];
    for _ in 0..300 {
        match parent_raw(s, ring[ring.len() - 1]) {
            Some((up, _)) if up == f => return ring,
            Some((up, _)) => ring.push(up),
            None => break,
        }
    }
    Vec::new()
}

pub(crate) fn reach(s: &State, u: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    if kind(s, u).is_some() {
        found.insert(u);
    }
    loop {
        let more: Vec<u32> = s
            .keys()
            .filter_map(|f| match f {
                Fact::Edge(g, x) if found.contains(x) && !found.contains(g) && kind(s, *g).is_some() => Some(*g),
                _ => None,
            })
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

pub(crate) struct Model {
    pub(crate) preset: Preset,
}

impl Model {
    pub(crate) fn grants(&self, s: &State, reach: &BTreeSet<u32>, n: u32) -> Vec<(u32, u8)> {
        let on = s.range(Fact::Grant(n, 0)..=Fact::Grant(n, u32::MAX));
        on.filter_map(|(f, r)| match f {
            Fact::Grant(_, x) if reach.contains(x) => Some((*x, *r as u8)),
            _ => None,
        })
        .collect()
    }

    /// The definition: (subject, object the grant stands on, role it gives at n after caps and combine).
    pub(crate) fn contributions(&self, s: &State, reach: &BTreeSet<u32>, n: u32, policy: Policy) -> BTreeSet<Contribution> {
        if kind(s, n).is_none() {
            return BTreeSet::new();
        }
        let mut path = vec![n];
        while let Some(up) = link(s, *path.last().unwrap()) {
            path.push(up);
        }
        let root = *path.last().unwrap();
        if policy.workspace_exit
            && kind(s, n) == Some(Kind::Folder)
            && (kind(s, root) != Some(Kind::Workspace) || self.grants(s, reach, root).is_empty())
        {
            return BTreeSet::new();
        }
        let mut found = BTreeSet::new();
        for (depth, m) in path.iter().enumerate() {
            for (x, rank) in self.grants(s, reach, *m) {
                let mut rank = rank;
                for k in path[..depth].iter().rev() {
                    let exempt = rank >= self.preset.exempt_from;
                    if !exempt {
                        rank = rank.min(s.get(&Fact::Audience(*k)).map_or(0, |c| *c as u8));
                        let hidden = policy.combine == Combine::MostSpecific && !self.grants(s, reach, *k).is_empty();
                        rank = if hidden { 0 } else { rank };
                    }
                }
                if rank > 0 {
                    found.insert((x, *m, rank));
                }
            }
        }
        found
    }

    pub(crate) fn policy(&self, s: &State) -> Policy {
        policy_of(s.get(&Fact::Policy).copied().unwrap_or(0))
    }

    fn ways(&self, s: &State, reached: &BTreeSet<u32>, to: u32, facts: &mut BTreeSet<Fact>) {
        // Backwards from the subject, along edges whose lower end the user reaches.
        let (mut todo, mut seen) = (vec![to], BTreeSet::from([to]));
        while let Some(g) = todo.pop() {
            facts.insert(Fact::Exist(g));
            for f in s.range(Fact::Edge(g, 0)..=Fact::Edge(g, u32::MAX)).map(|(f, _)| *f) {
                if let Fact::Edge(_, x) = f
                    && reached.contains(&x)
                {
                    facts.insert(f);
                    if seen.insert(x) {
                        todo.push(x);
                    }
                }
            }
        }
    }

    fn rests(&self, s: &State, reached: &BTreeSet<u32>, n: u32, c: Contribution, exit: bool, facts: &mut BTreeSet<Fact>) {
        let (subject, object, _) = c;
        facts.extend([Fact::Grant(object, subject), Fact::Exist(object)]);
        self.ways(s, reached, subject, facts);
        let mut at = n;
        while at != object {
            facts.extend([Fact::Exist(at), Fact::Parent(at), Fact::Audience(at)]);
            at = link(s, at).unwrap();
        }
        if exit && kind(s, n) == Some(Kind::Folder) {
            while let Some(up) = link(s, at) {
                facts.extend([Fact::Exist(at), Fact::Parent(at)]);
                at = up;
            }
            facts.insert(Fact::Exist(at));
            for (x, _) in self.grants(s, reached, at) {
                facts.insert(Fact::Grant(at, x));
                self.ways(s, reached, x, facts);
            }
        }
    }

    pub(crate) fn causes(&self, b: &State, a: &State, writers: &BTreeMap<Fact, u32>, u: u32, n: u32) -> BTreeSet<u32> {
        let (rb, ra) = (reach(b, u), reach(a, u));
        let (pb, pa) = (self.policy(b), self.policy(a));
        let (cb, ca) = (self.contributions(b, &rb, n, pb), self.contributions(a, &ra, n, pa));
        let exit = pb.workspace_exit || pa.workspace_exit;
        let mut facts = BTreeSet::from([Fact::Exist(u), Fact::Active(u)]);
        for c in cb.difference(&ca) {
            self.rests(b, &rb, n, *c, exit, &mut facts);
        }
        for c in ca.difference(&cb) {
            self.rests(a, &ra, n, *c, exit, &mut facts);
        }
        // A link that was dead on a ring lives because some link of the ring differs.
        let rings = |f: &Fact| if let Fact::Parent(k) = f { [ring(b, *k), ring(a, *k)].concat() } else { Vec::new() };
        let around: Vec<u32> = facts.iter().flat_map(rings).collect();
        facts.extend(around.into_iter().flat_map(|k| [Fact::Parent(k), Fact::Exist(k)]));
        let mut causes: BTreeSet<u32> = facts.iter().filter(|f| b.get(f) != a.get(f)).map(|f| writers[f]).collect();
        let turned = || self.contributions(b, &rb, n, pa) != cb || self.contributions(a, &ra, n, pb) != ca;
        if pb != pa && (causes.is_empty() || turned()) {
            causes.insert(writers[&Fact::Policy]);
        }
        causes
    }
}

// ── writing the same thing to both

pub(crate) fn set(s: &mut State, writers: &mut BTreeMap<Fact, u32>, f: Fact, value: Option<u32>, cause: u32) {
    if s.get(&f).copied() != value {
        match value {
            Some(v) => s.insert(f, v),
            None => s.remove(&f),
        };
        writers.insert(f, cause);
    }
}

pub(crate) fn delete(s: &mut State, writers: &mut BTreeMap<Fact, u32>, id: u32, cause: u32) {
    let mut todo = vec![id];
    while let Some(id) = todo.pop() {
        if matches!(kind(s, id), Some(Kind::Workspace | Kind::Folder)) {
            todo.extend(s.keys().filter_map(|f| match f {
                Fact::Exist(x) if attached(s, *x) == Some(id) => Some(*x),
                _ => None,
            }));
        }
        let gone: Vec<Fact> = s
            .keys()
            .filter(|f| match f {
                Fact::Exist(x) | Fact::Active(x) | Fact::Parent(x) | Fact::Audience(x) => *x == id,
                Fact::Edge(x, y) | Fact::Grant(x, y) => *x == id || *y == id,
                Fact::Policy => false,
            })
            .copied()
            .collect();
        gone.into_iter().for_each(|f| set(s, writers, f, None, cause));
    }
}

pub(crate) fn audience_of(cap: u32) -> Audience {
    match cap {
        0 => Audience::Private,
        255 => Audience::Parent,
        rank => Audience::Cap(rank as u8),
    }
}

/// What the facts hold, read fact by fact, as the model's state.
pub(crate) fn state_of(facts: &Facts, change: &Change) -> State {
    let view = scim_policy::org::View::new(facts, change);
    let mut s = State::new();
    for id in 0..facts.id_space() + 300 {
        let here = Id(id);
        if let Some(kind) = view.kind(here) {
            s.insert(Fact::Exist(id), code(kind));
            if kind == Kind::User {
                s.insert(Fact::Active(id), u32::from(view.active(here)));
            }
            if kind == Kind::Folder {
                s.insert(Fact::Audience(id), u32::from(view.audience(here).cap()));
            }
        }
        if let Some(Parent { id: parent, kind }) = view.parent(here) {
            s.insert(Fact::Parent(id), parent.0 << 3 | code(kind));
        }
        view.for_each_group_of(here, |group| {
            s.insert(Fact::Edge(group.0, id), 1);
        });
        view.for_each_grant_of(here, |object, rank| {
            s.insert(Fact::Grant(object.0, id), u32::from(rank));
        });
        let (mut members, mut grants) = (0, 0);
        view.for_each_member(here, |x| {
            assert!(view.is_member(here, x));
            members += 1;
        });
        view.for_each_grant_on(here, |x, rank| {
            assert_eq!(view.rank(here, x), rank);
            grants += 1;
        });
        if matches!(view.kind(here), Some(Kind::Group)) {
            assert_eq!(view.member_count(here), members);
        }
        let _ = grants;
    }
    if view.policy() != Policy::default() {
        s.insert(Fact::Policy, policy_code(view.policy()));
    }
    s
}
