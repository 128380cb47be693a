//! A large organization, invented by a generator that is the same everywhere.

use scim_policy::org::{Audience, Facts, Id, Kind, Parent, Preset};

use super::Request;

pub(crate) struct Made {
    pub(crate) facts: Facts,
    pub(crate) work: Vec<(&'static str, Vec<Request>)>,
}

pub(crate) struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) % u64::from(n.max(1))) as u32
    }
}

const USERS: u32 = 100_000;
const GROUPS: u32 = 5_000;
const WORKSPACES: u32 = 200;
const FOLDERS: u32 = 20_000;

const fn group(i: u32) -> Id {
    Id(1 + i)
}
const fn user(i: u32) -> Id {
    Id(1 + GROUPS + i)
}
const fn object(i: u32) -> Id {
    Id(1 + GROUPS + USERS + i)
}

/// 100,000 users, 5,000 groups (one of everybody, one of 10,000, chains of groups within groups), 20,200 objects, 50,000
/// grants, 1,000,000 memberships.
pub(crate) fn made() -> Made {
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    let mut facts = Facts::new(Preset { ranks: 5, exempt_from: 4 });
    for i in 0..GROUPS {
        facts.set_kind(group(i), Some(Kind::Group));
    }
    for i in 0..USERS {
        facts.set_kind(user(i), Some(Kind::User));
    }
    for i in 0..WORKSPACES + FOLDERS {
        if i < WORKSPACES {
            facts.set_kind(object(i), Some(Kind::Workspace));
            continue;
        }
        facts.set_kind(object(i), Some(Kind::Folder));
        // Within one workspace, under any earlier folder: a hundred folders, some seven deep.
        let (lane, row) = (i % WORKSPACES, i / WORKSPACES);
        let parent = lane + WORKSPACES * random.below(row);
        let kind = if parent < WORKSPACES { Kind::Workspace } else { Kind::Folder };
        facts.set_parent(object(i), Some(Parent { id: object(parent), kind }));
        let audience = match random.below(10) {
            0..=2 => Audience::Private,
            3..=7 => Audience::Parent,
            rank => Audience::Cap(1 + (rank % 3) as u8),
        };
        facts.set_audience(object(i), audience);
    }
    for i in 0..USERS {
        facts.set_member(group(0), user(i), true);
        if i % 10 == 0 {
            facts.set_member(group(1), user(i), true);
        }
    }
    for i in 0..500 {
        facts.set_member(group(2 + i), group(1000 + 2 * i), true);
    }
    while facts.counts().memberships < 1_000_000 {
        facts.set_member(group(2 + random.below(GROUPS - 2)), user(random.below(USERS)), true);
    }
    let granted = |random: &mut Random| {
        if random.below(3) == 0 { random.below(WORKSPACES) } else { random.below(WORKSPACES + FOLDERS) }
    };
    facts.set_grant(object(30), group(1), 3);
    for wide in [0, 1, 7] {
        for i in 0..3 {
            facts.set_grant(object(i * 7 + wide), group(wide), 1 + (i % 3) as u8);
        }
    }
    while facts.counts().grants < 50_000 {
        let on = object(granted(&mut random));
        if random.below(10) == 0 {
            facts.set_grant(on, user(random.below(USERS)), 1 + random.below(5) as u8);
        } else {
            facts.set_grant(on, group(2 + random.below(GROUPS - 2)), 1 + random.below(3) as u8);
        }
    }
    let busy = WORKSPACES + 30;
    let mixed = (0..100)
        .map(|i| match i % 5 {
            0 => Request::Member(group(100 + i), user(37 * i), true),
            1 => Request::Grant(object(31 * i), group(200 + i), 3),
            2 => Request::Active(user(91 * i), false),
            3 => Request::Member(group(0), user(i), false),
            _ => Request::Grant(object(i), user(17 * i), 2),
        })
        .collect();
    let work = vec![
        ("add one member", vec![Request::Member(group(77), user(4_242), true)]),
        ("remove 100 members", (0..100).map(|i| Request::Member(group(1), user(i * 10), false)).collect()),
        ("deactivate a user", vec![Request::Active(user(4_243), false)]),
        ("100 mixed requests", mixed),
        ("move a folder", vec![Request::Move(object(busy), Parent { id: object(3), kind: Kind::Workspace })]),
        ("delete a group of 10,000", vec![Request::Delete(group(1))]),
        ("delete everybody's group", vec![Request::Delete(group(0))]),
    ];
    Made { facts, work }
}
