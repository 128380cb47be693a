//! Access worked out from an organization's records by the definitions alone (semantics of effective access and of the
//! diff): every user times every object, everything evaluated anew. It shares nothing with the crate but the JSON.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "each test file uses a part"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub type Records = BTreeMap<String, Value>;

const ROLES: [&str; 5] = ["viewer", "checker", "editor", "admin", "owner"];
/// Admin and owner pass through caps and blocks.
const EXEMPT: usize = 4;

/// The role's place from 1; 0 for none.
pub fn rank(role: &str) -> usize {
    ROLES.iter().position(|name| *name == role).map_or(0, |at| at + 1)
}

pub fn role(rank: usize) -> Value {
    if rank == 0 { Value::Null } else { ROLES[rank - 1].into() }
}

/// Records as NDJSON.
pub fn read(bytes: &[u8]) -> Records {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut all = Records::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        all.insert(line["key"].as_str().unwrap().to_owned(), line["value"].take());
    }
    all
}

/// Applies a plan's records, as a store would.
pub fn write(records: &mut Records, changes: &[(String, Option<String>)]) {
    for (key, value) in changes {
        match value {
            Some(value) => _ = records.insert(key.clone(), serde_json::from_str(value).unwrap()),
            None => _ = records.remove(key),
        }
    }
}

fn decoded(part: &str) -> String {
    part.replace("%2F", "/").replace("%2f", "/").replace("%25", "%")
}

struct Folder {
    parent: String,
    audience: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Contribution {
    subject: String,
    on: String,
    rank: usize,
}

impl Contribution {
    pub fn rank(&self) -> usize {
        self.rank
    }
}

/// (type, id) of a workspace, a folder or the organization.
pub type Object = (&'static str, String);

pub struct World {
    pub users: BTreeMap<String, bool>,
    members: BTreeMap<String, BTreeSet<String>>,
    workspaces: BTreeSet<String>,
    folders: BTreeMap<String, Folder>,
    /// (object, subject) to rank.
    grants: BTreeMap<(String, String), usize>,
    owners: BTreeSet<String>,
    exit_revokes: bool,
    most_specific: bool,
}

impl World {
    pub fn of(records: &Records) -> World {
        let mut world = World {
            users: BTreeMap::new(),
            members: BTreeMap::new(),
            workspaces: BTreeSet::new(),
            folders: BTreeMap::new(),
            grants: BTreeMap::new(),
            owners: BTreeSet::new(),
            exit_revokes: false,
            most_specific: false,
        };
        let named = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        for (key, value) in records {
            let parts: Vec<String> = key.split('/').map(decoded).collect();
            match (parts[0].as_str(), parts.len()) {
                ("organization", 1) => {
                    world.owners = value["owners"].as_array().into_iter().flatten().map(|owner| named(owner, "value")).collect();
                    world.exit_revokes = value["policy"]["workspaceExitRevokesFolders"] == true;
                    world.most_specific = named(&value["policy"], "combine").eq_ignore_ascii_case("mostSpecific");
                }
                ("user", 2) => _ = world.users.insert(parts[1].clone(), value["active"] != false),
                ("group", 2) => _ = world.members.entry(parts[1].clone()).or_default(),
                ("workspace", 2) => _ = world.workspaces.insert(parts[1].clone()),
                ("folder", 2) => {
                    // Text that is not caseExact is stored as it was sent, and means the same in any case.
                    let audience = value["audience"].as_str().unwrap_or("private").to_lowercase();
                    world.folders.insert(parts[1].clone(), Folder { parent: named(&value["parent"], "value"), audience });
                }
                ("member", 3) => _ = world.members.entry(parts[1].clone()).or_default().insert(parts[2].clone()),
                ("grant", 3) => _ = world.grants.insert((parts[1].clone(), parts[2].clone()), rank(&named(value, "role"))),
                _ => {}
            }
        }
        world
    }

    pub fn objects(&self) -> Vec<Object> {
        let workspaces = self.workspaces.iter().map(|id| ("Workspace", id.clone()));
        let folders = self.folders.keys().map(|id| ("Folder", id.clone()));
        std::iter::once(("Organization", "organization".to_owned())).chain(workspaces).chain(folders).collect()
    }

    /// The user and every group they are in, through groups.
    fn subjects(&self, user: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::from([user.to_owned()]);
        loop {
            let more: Vec<String> = self
                .members
                .iter()
                .filter(|(group, members)| !all.contains(*group) && members.iter().any(|member| all.contains(member)))
                .map(|(group, _)| group.clone())
                .collect();
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }

    fn explicit(&self, subjects: &BTreeSet<String>, object: &str) -> BTreeSet<Contribution> {
        let here = self.grants.iter().filter(|((on, subject), rank)| on == object && subjects.contains(subject) && **rank > 0);
        here.map(|((on, subject), rank)| Contribution { subject: subject.clone(), on: on.clone(), rank: *rank }).collect()
    }

    fn workspace_of(&self, folder: &str) -> String {
        let mut at = folder.to_owned();
        while let Some(folder) = self.folders.get(&at) {
            at = folder.parent.clone();
        }
        at
    }

    pub fn contributions(&self, user: &str, (kind, id): &Object) -> BTreeSet<Contribution> {
        if !self.users.contains_key(user) {
            return BTreeSet::new();
        }
        match *kind {
            "Organization" if self.owners.contains(user) => {
                BTreeSet::from([Contribution { subject: user.to_owned(), on: id.clone(), rank: ROLES.len() }])
            }
            "Workspace" if self.workspaces.contains(id) => self.explicit(&self.subjects(user), id),
            "Folder" if self.folders.contains_key(id) => {
                let subjects = self.subjects(user);
                if self.exit_revokes && self.explicit(&subjects, &self.workspace_of(id)).is_empty() {
                    return BTreeSet::new();
                }
                self.in_folder(&subjects, id)
            }
            _ => BTreeSet::new(),
        }
    }

    fn in_folder(&self, subjects: &BTreeSet<String>, id: &str) -> BTreeSet<Contribution> {
        let mut found = self.explicit(subjects, id);
        let Some(folder) = self.folders.get(id) else { return found };
        let above = if self.folders.contains_key(&folder.parent) {
            self.in_folder(subjects, &folder.parent)
        } else {
            self.explicit(subjects, &folder.parent)
        };
        let alone = found.is_empty();
        for mut one in above {
            let exempt = one.rank >= EXEMPT;
            one.rank = match folder.audience.as_str() {
                _ if exempt => one.rank,
                "parent" => one.rank,
                audience => one.rank.min(rank(audience)),
            };
            if one.rank > 0 && (exempt || alone || !self.most_specific) {
                found.insert(one);
            }
        }
        found
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub user: String,
    pub object: Object,
    pub kind: &'static str,
    pub before: usize,
    pub after: usize,
}

fn strongest(contributions: &BTreeSet<Contribution>) -> usize {
    contributions.iter().map(|one| one.rank).max().unwrap_or(0)
}

/// Every row of the diff, in the order of the contract; and how many users lost all they had.
pub fn diff(before: &World, after: &World) -> (Vec<Row>, usize) {
    let users: BTreeSet<&String> = before.users.keys().chain(after.users.keys()).collect();
    let objects: BTreeSet<Object> = before.objects().into_iter().chain(after.objects()).collect();
    let (mut rows, mut locked_out) = (Vec::new(), 0);
    for user in users {
        let active = |world: &World| world.users.get(user).copied().unwrap_or(false);
        let (mut had, mut has) = (0, 0);
        for object in &objects {
            let (was, is) = (before.contributions(user, object), after.contributions(user, object));
            let (old, new) = (strongest(&was), strongest(&is));
            let (from, to) = (if active(before) { old } else { 0 }, if active(after) { new } else { 0 });
            had += from;
            has += to;
            let (kind, from, to) = match (from, to) {
                (0, 0) if old != new => ("latent", old, new),
                (0, 0) => continue,
                (0, _) => ("grant", 0, to),
                (_, 0) => ("revoke", from, 0),
                _ if from < to => ("upgrade", from, to),
                _ if from > to => ("downgrade", from, to),
                _ if was != is => ("masked", from, to),
                _ => continue,
            };
            rows.push(Row { user: user.clone(), object: object.clone(), kind, before: from, after: to });
        }
        locked_out += usize::from(had > 0 && has == 0);
    }
    let part = |row: &Row| match row.kind {
        "latent" => 1,
        "masked" => 2,
        _ => 0,
    };
    rows.sort_by(|a, b| (part(a), &a.user, &a.object.1).cmp(&(part(b), &b.user, &b.object.1)));
    (rows, locked_out)
}
