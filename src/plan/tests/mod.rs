//! Random organizations and random plans, written straight into drafts, for the plan's own tests.

mod guards;
mod inverse;
mod listing;

use crate::access::{Diff, Direction, Scratch};
use crate::org::{Audience, Body, Draft, Id, Kind, Organization, Parent};

pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..8).for_each(|_| _ = random.next());
        random
    }
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    pub(super) fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
    pub(super) fn pick(&mut self, list: &[Id]) -> Option<Id> {
        list.get(self.below(list.len())).copied()
    }
}

pub(super) fn body(org: &Organization, kind: Kind, json: &str) -> Body {
    let of = org.type_of(kind);
    let created = (kind != Kind::Organization).then_some(1_000);
    org.body_of(&org.config.registry.stored(json, of, &org.config.limits).expect("JSON"), of, created, Some(1_000))
}

/// Ids of a kind that are there, ascending.
pub(super) fn ids(draft: &Draft<'_>, kinds: &[Kind]) -> Vec<Id> {
    let space = draft.org.facts.id_space() + draft.edits.fresh.len() as u32 + 200;
    (0..space).map(Id).filter(|id| draft.kind(*id).is_some_and(|kind| kinds.contains(&kind))).collect()
}

pub(super) const SUBJECTS: &[Kind] = &[Kind::User, Kind::Group];
pub(super) const OBJECTS: &[Kind] = &[Kind::Workspace, Kind::Folder];

fn parent(draft: &Draft<'_>, random: &mut Random) -> Option<Parent> {
    let id = random.pick(&ids(draft, OBJECTS))?;
    Some(Parent { id, kind: draft.kind(id)? })
}

fn audience(random: &mut Random) -> (Audience, &'static str) {
    [
        (Audience::Private, "private"),
        (Audience::Parent, "parent"),
        (Audience::Cap(1), "viewer"),
        (Audience::Cap(2), "checker"),
        (Audience::Cap(3), "editor"),
    ][random.below(5)]
}

fn folder_body(draft: &Draft<'_>, name: &str, parent: Parent, audience: &str) -> Body {
    let kind = if parent.kind == Kind::Folder { "Folder" } else { "Workspace" };
    let value = draft.name(parent.id);
    let json = serde_json::json!({"displayName": name, "parent": {"value": value, "type": kind}, "audience": audience});
    body(draft.org, Kind::Folder, &json.to_string())
}

/// Creates a resource. Names do not follow the order of creation, nor do a third of them look alike.
pub(super) fn create(draft: &mut Draft<'_>, random: &mut Random, kind: Kind) -> Option<Id> {
    let number = random.next();
    let text = match random.below(3) {
        0 => format!("{:08x}-1b7a-4a58-9c0e-2f5a0d3f7b11", number as u32),
        1 => format!("{} \"{kind:?}\"/é", number % 100_000),
        _ => format!("{kind:?}-{}", number % 1_000_000),
    };
    let tag = number % 10_000_000;
    match kind {
        Kind::User => {
            let active = !random.chance(5);
            let json = match (active, random.chance(2)) {
                (true, true) => serde_json::json!({"userName": format!("n{tag}"), "name": {"givenName": "Ann"}}),
                (active, _) => serde_json::json!({"userName": format!("n{tag}"), "active": active}),
            };
            let id = draft.create(kind, &text, body(draft.org, kind, &json.to_string()))?;
            draft.set_active(id, active);
            Some(id)
        }
        Kind::Folder => {
            let parent = parent(draft, random)?;
            let (audience, word) = audience(random);
            let id = draft.create(kind, &text, folder_body(draft, &format!("f{tag}"), parent, word))?;
            draft.set_parent(id, parent);
            draft.set_audience(id, audience);
            Some(id)
        }
        kind => draft.create(kind, &text, body(draft.org, kind, &format!("{{\"displayName\":\"d{tag}\"}}"))),
    }
}

pub(super) fn set_active(draft: &mut Draft<'_>, user: Id, active: bool) {
    if draft.view().active(user) == active {
        return;
    }
    let known = &draft.org.known;
    let name = draft.body(user).and_then(|body| body.packed().member(known.user_name)?.text().map(|text| text.into_owned()));
    let json = serde_json::json!({"userName": name, "active": active});
    draft.put_body(user, body(draft.org, Kind::User, &json.to_string()));
    draft.set_active(user, active);
}

/// One random request's worth of change.
pub(super) fn act(draft: &mut Draft<'_>, random: &mut Random) {
    let (users, groups) = (ids(draft, &[Kind::User]), ids(draft, &[Kind::Group]));
    let (subjects, objects) = (ids(draft, SUBJECTS), ids(draft, OBJECTS));
    match random.below(15) {
        0 => {
            let kind = [Kind::User, Kind::User, Kind::Group, Kind::Workspace, Kind::Folder][random.below(5)];
            create(draft, random, kind);
        }
        1 => _ = random.pick(&users).map(|id| draft.delete(id)),
        2 => _ = random.pick(&groups).map(|id| draft.delete(id)),
        3 if random.chance(3) => _ = random.pick(&objects).map(|id| draft.delete(id)),
        4 | 5 => {
            let active = random.chance(2);
            random.pick(&users).into_iter().for_each(|id| set_active(draft, id, active));
        }
        6 => {
            if let (Some(group), member) = (random.pick(&groups), random.chance(3)) {
                for subject in &subjects {
                    if random.chance(2) {
                        draft.set_member(group, *subject, member);
                    }
                }
            }
        }
        7..=9 => {
            if let (Some(group), Some(subject)) = (random.pick(&groups), random.pick(&subjects)) {
                draft.set_member(group, subject, !draft.view().is_member(group, subject));
            }
        }
        10 | 11 => {
            if let (Some(object), Some(subject)) = (random.pick(&objects), random.pick(&subjects)) {
                let most = if draft.kind(subject) == Some(Kind::User) { 6 } else { 4 };
                draft.set_grant(object, subject, random.below(most) as u8);
            }
        }
        12 => {
            if let Some(user) = random.pick(&users) {
                draft.set_grant(Id::ORGANIZATION, user, if random.chance(2) { 5 } else { 0 });
            }
        }
        13 => {
            if let (Some(folder), Some(parent)) = (random.pick(&ids(draft, &[Kind::Folder])), parent(draft, random))
                && draft.set_parent(folder, parent)
            {
                rewrite_folder(draft, folder, parent);
            }
        }
        _ => {
            if let Some(folder) = random.pick(&ids(draft, &[Kind::Folder])) {
                draft.set_audience(folder, audience(random).0);
                if let Some(parent) = draft.view().parent(folder) {
                    rewrite_folder(draft, folder, parent);
                }
            }
        }
    }
}

fn rewrite_folder(draft: &mut Draft<'_>, folder: Id, parent: Parent) {
    let word = match draft.view().audience(folder) {
        Audience::Private => "private",
        Audience::Parent => "parent",
        Audience::Cap(1) => "viewer",
        Audience::Cap(2) => "checker",
        Audience::Cap(_) => "editor",
    };
    let body = folder_body(draft, "moved", parent, word);
    draft.put_body(folder, body);
}

/// An organization with a few of everything.
pub(super) fn organization(random: &mut Random, users: usize) -> Organization {
    let mut org = Organization::new(Default::default());
    let mut draft = Draft::new(&org);
    for (kind, count) in [(Kind::User, users), (Kind::Group, 1 + users / 3), (Kind::Workspace, 2), (Kind::Folder, 1 + users / 3)] {
        for _ in 0..count {
            create(&mut draft, random, kind);
        }
    }
    for _ in 0..users * 4 {
        act(&mut draft, random);
    }
    let edits = draft.edits;
    org.commit(edits);
    org
}

pub(super) fn diff(draft: &Draft<'_>, scratch: &mut Scratch) -> Diff {
    Diff::new(&draft.org.facts, &draft.edits.change, Direction::Planned, scratch)
}
