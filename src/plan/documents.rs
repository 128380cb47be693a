//! The access diff of two documents, for hosts that keep their own database (semantics/access.md, "The diff").
//!
//! Of a document only id, active, members, grants, parent, audience, owners and policy are read; whatever names
//! something that is not listed gives nothing.
//!
//! ```
//! let before = br#"{"users":[{"id":"ann"}],"workspaces":[{"id":"w","grants":[{"value":"ann","type":"User","role":"editor"}]}]}"#;
//! let after = br#"{"users":[{"id":"ann","active":false}],"workspaces":[{"id":"w","grants":[{"value":"ann","type":"User","role":"editor"}]}]}"#;
//! let diff = scim_policy::plan::access_diff(before, after, "{}")?;
//! assert!(diff.contains(r#"{"user":"ann","object":{"type":"Workspace","id":"w"},"kind":"revoke","before":"editor","after":null,"causes":[0]}"#));
//! # Ok::<(), scim_policy::ScimError>(())
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::diff_text::{Naming, Told};
use super::document::{Document, ObjectItem, PolicyItem, Reference};
use crate::access::{Diff, Direction, ObjectType, Scratch};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::Json;
use crate::maps::Map;
use crate::org::{Audience, Change, Combine, Config, Facts, Id, Kind, ORGANIZATION, Parent, Policy, Rank, RolePreset};
use crate::resource::text_of;

/// Changes listed unless the options say otherwise.
const LIMIT: usize = 1000;

/// What access becomes between two documents: `AccessDiff` as JSON. `options` is an `OrganizationConfig` with `limit`.
pub fn access_diff(before: &[u8], after: &[u8], options: &str) -> Result<String, ScimError> {
    let unreadable = |reason: String| ScimError::new(400, Some(ScimType::InvalidValue), reason);
    let config = Config::from_json(options).map_err(|error| unreadable(error.to_string()))?;
    let limit = Json::parse(options).ok().map(|options| options.number_at("limit")).transpose();
    let limit = limit.map_err(|error| unreadable(format!("the options cannot be read: {error}")))?.flatten();
    let mut sides = Sides { config: &config, ids: Map::default(), names: Vec::new() };
    sides.intern(Kind::Organization, ORGANIZATION)?;
    let before = sides.state(before, "before")?;
    let after = sides.state(after, "after")?;
    let facts = before.facts(&config.roles);
    let change = after.change(&before, &facts);
    let mut scratch = Scratch::new();
    let diff = Diff::new(&facts, &change, Direction::Planned, &mut scratch);
    let told = Told { diff: &diff, facts: &facts, change: &change, roles: &config.roles };
    Ok(told.json(&mut scratch, &sides, |_, _| vec![0], limit.map_or(LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX))))
}

/// Both documents' identifiers under one numbering.
struct Sides<'c> {
    config: &'c Config,
    ids: Map<(Kind, String), Id>,
    names: Vec<(Kind, String)>,
}

/// A document's facts, without those that name what is not listed.
#[derive(Default)]
struct State {
    policy: Policy,
    things: BTreeMap<Id, Kind>,
    inactive: BTreeSet<Id>,
    edges: BTreeMap<(Id, Id), Rank>,
    members: BTreeSet<(Id, Id)>,
    folders: BTreeMap<Id, (Option<Parent>, Audience)>,
}

impl Naming for Sides<'_> {
    fn name(&self, id: Id) -> Cow<'_, str> {
        self.names.get(id.0 as usize).map_or("", |(_, name)| name).into()
    }

    fn object_type(&self, object: Id) -> ObjectType {
        match self.names.get(object.0 as usize) {
            Some((Kind::Workspace, _)) => ObjectType::Workspace,
            Some((Kind::Folder, _)) => ObjectType::Folder,
            _ => ObjectType::Organization,
        }
    }
}

fn invalid(scim_type: ScimType, path: String, detail: String) -> ScimError {
    ScimError::new(400, Some(scim_type), detail).at(path)
}

impl Sides<'_> {
    /// A workspace and a folder of one id are two things here: one document may have the one, the other the other.
    fn intern(&mut self, kind: Kind, id: &str) -> Result<Id, ScimError> {
        if let Some(known) = self.ids.get(&(kind, id.to_owned())) {
            return Ok(*known);
        }
        let number = Id(self.names.len() as u32);
        if number > Id::MAX {
            return Err(ScimError::new(400, Some(ScimType::TooMany), format!("there are more than {} identifiers", Id::MAX.0)));
        }
        self.names.push((kind, id.to_owned()));
        self.ids.insert((kind, id.to_owned()), number);
        Ok(number)
    }

    /// What a document lists under that id.
    fn listed(&self, state: &State, kind: Kind, id: &str) -> Option<Id> {
        self.ids.get(&(kind, id.to_owned())).copied().filter(|id| state.things.contains_key(id))
    }

    fn subject(&self, state: &State, reference: &Reference) -> Option<Id> {
        let of = |kind: Kind| self.listed(state, kind, &reference.value);
        match reference.kind.as_deref() {
            Some(kind) if kind.eq_ignore_ascii_case("User") => of(Kind::User),
            Some(kind) if kind.eq_ignore_ascii_case("Group") => of(Kind::Group),
            Some(_) => None,
            // Some providers name members by their id alone.
            None => of(Kind::User).or_else(|| of(Kind::Group)),
        }
    }

    fn state(&mut self, json: &[u8], side: &str) -> Result<State, ScimError> {
        let text = text_of(json, self.config.limits.payload_bytes)?;
        let unreadable = |reason: String| {
            let detail = format!("the document `{side}` cannot be read: {reason}");
            invalid(ScimType::InvalidSyntax, side.into(), detail)
        };
        // A list would be read as an object's values in their order.
        if !text.trim_start().starts_with('{') {
            return Err(unreadable("it is no object".into()));
        }
        let document = Json::parse(text).map_err(|error| unreadable(error.to_string()))?;
        let document = Document::read(&document).map_err(|error| unreadable(error.to_string()))?;
        let mut state = State::default();
        state.things.insert(Id::ORGANIZATION, Kind::Organization);
        for user in &document.users {
            let id = self.add(&mut state, Kind::User, &user.id, side)?;
            if user.active == Some(false) {
                state.inactive.insert(id);
            }
        }
        for group in &document.groups {
            self.add(&mut state, Kind::Group, &group.id, side)?;
        }
        for (kind, objects) in [(Kind::Workspace, &document.workspaces), (Kind::Folder, &document.folders)] {
            for object in objects {
                self.add(&mut state, kind, &object.id, side)?;
            }
        }
        for group in &document.groups {
            let Some(id) = self.listed(&state, Kind::Group, &group.id) else { continue };
            let members: Vec<(Id, Id)> = group.members.iter().filter_map(|member| Some((id, self.subject(&state, member)?))).collect();
            state.members.extend(members);
        }
        for (kind, objects) in [(Kind::Workspace, &document.workspaces), (Kind::Folder, &document.folders)] {
            for object in objects {
                self.object(&mut state, kind, object, side)?;
            }
        }
        if let Some(organization) = &document.organization {
            let strongest = self.config.roles.strongest();
            for owner in &organization.owners {
                if let Some(owner) = self.listed(&state, Kind::User, &owner.value) {
                    state.edges.insert((Id::ORGANIZATION, owner), strongest);
                }
            }
            if let Some(policy) = &organization.policy {
                state.policy = self.policy(policy, side)?;
            }
        }
        state.cut_rings();
        Ok(state)
    }

    fn add(&mut self, state: &mut State, kind: Kind, id: &str, side: &str) -> Result<Id, ScimError> {
        let number = self.intern(kind, id)?;
        match state.things.insert(number, kind) {
            None => Ok(number),
            Some(_) => Err(invalid(ScimType::Uniqueness, side.into(), format!("`{side}` lists `{id}` twice"))),
        }
    }

    fn object(&self, state: &mut State, kind: Kind, object: &ObjectItem, side: &str) -> Result<(), ScimError> {
        let Some(id) = self.listed(state, kind, &object.id) else { return Ok(()) };
        let roles = &self.config.roles;
        let place = |what: &str| {
            format!("{side}.{}s[id eq {}].{what}", if kind == Kind::Folder { "folder" } else { "workspace" }, quoted(&object.id))
        };
        for grant in &object.grants {
            let name = grant.role.as_deref().unwrap_or("");
            let Some(rank) = roles.rank(name) else {
                let known: Vec<&str> = roles.roles.iter().map(|role| role.name.as_str()).collect();
                let detail = format!("`{name}` is no role: use one of {}", known.join(", "));
                return Err(invalid(ScimType::InvalidValue, place("grants.role"), detail));
            };
            let Some(subject) = self.subject(state, grant) else { continue };
            if state.edges.insert((id, subject), rank).is_some_and(|other| other != rank) {
                let detail = format!("`{}` has two grants there: one subject has one", grant.value);
                return Err(invalid(ScimType::Uniqueness, place("grants"), detail));
            }
        }
        if kind != Kind::Folder {
            return Ok(());
        }
        let audience = match object.audience.as_deref() {
            None => Audience::Private,
            Some(word) if word.eq_ignore_ascii_case("private") => Audience::Private,
            Some(word) if word.eq_ignore_ascii_case("parent") => Audience::Parent,
            Some(word) => match roles.rank(word) {
                Some(rank) => Audience::Cap(rank),
                None => {
                    let detail = format!("`{word}` is no audience: use private, parent or a role");
                    return Err(invalid(ScimType::InvalidValue, place("audience"), detail));
                }
            },
        };
        let parent = object.parent.as_ref().and_then(|parent| {
            let of = |kind: Kind| self.listed(state, kind, &parent.value).map(|id| Parent { id, kind });
            match parent.kind.as_deref() {
                Some(kind) if kind.eq_ignore_ascii_case("Workspace") => of(Kind::Workspace),
                Some(kind) if kind.eq_ignore_ascii_case("Folder") => of(Kind::Folder),
                Some(_) => None,
                None => of(Kind::Workspace).or_else(|| of(Kind::Folder)),
            }
        });
        state.folders.insert(id, (parent, audience));
        Ok(())
    }

    fn policy(&self, policy: &PolicyItem, side: &str) -> Result<Policy, ScimError> {
        let combine = match policy.combine.as_deref() {
            None => Combine::Strongest,
            Some(word) if word.eq_ignore_ascii_case("strongest") => Combine::Strongest,
            Some(word) if word.eq_ignore_ascii_case("mostSpecific") => Combine::MostSpecific,
            Some(word) => {
                let detail = format!("`{word}` is no way to combine: use strongest or mostSpecific");
                return Err(invalid(ScimType::InvalidValue, format!("{side}.organization.policy.combine"), detail));
            }
        };
        Ok(Policy { combine, workspace_exit: policy.workspace_exit_revokes_folders == Some(true) })
    }
}

fn quoted(text: &str) -> String {
    crate::path::quoted(text)
}

impl State {
    /// What stands on a ring of parents gets nothing from above: it has no parent.
    fn cut_rings(&mut self) {
        let up = |folders: &BTreeMap<Id, (Option<Parent>, Audience)>, id: Id| folders.get(&id).and_then(|(parent, _)| parent.map(|p| p.id));
        let mut done: BTreeSet<Id> = BTreeSet::new();
        let mut ringed: Vec<Id> = Vec::new();
        for start in self.folders.keys() {
            let (mut way, mut at) = (Vec::new(), Some(*start));
            while let Some(id) = at.filter(|id| done.insert(*id)) {
                way.push(id);
                at = up(&self.folders, id);
            }
            if let Some(from) = at.and_then(|at| way.iter().position(|id| *id == at)) {
                ringed.extend(way.into_iter().skip(from));
            }
        }
        for id in ringed {
            if let Some((parent, _)) = self.folders.get_mut(&id) {
                *parent = None;
            }
        }
    }

    fn facts(&self, roles: &RolePreset) -> Facts {
        let mut facts = Facts::new(roles.kernel());
        facts.set_policy(self.policy);
        for (id, kind) in &self.things {
            facts.set_kind(*id, Some(*kind));
        }
        for user in &self.inactive {
            facts.set_active(*user, false);
        }
        for (group, subject) in &self.members {
            facts.set_member(*group, *subject, true);
        }
        for ((object, subject), rank) in &self.edges {
            facts.set_grant(*object, *subject, *rank);
        }
        for (folder, (parent, audience)) in &self.folders {
            facts.set_parent(*folder, *parent);
            facts.set_audience(*folder, *audience);
        }
        facts
    }

    /// What makes the facts of `before` these. Parents are let go of before any is named and before anything is
    /// deleted: so no ring stands in between, and nothing goes that only moved.
    fn change(&self, before: &State, facts: &Facts) -> Change {
        let mut change = Change::new();
        change.set_policy(facts, self.policy, 0);
        for (id, kind) in self.things.iter().filter(|(id, _)| !before.things.contains_key(id)) {
            change.create(facts, *id, *kind, 0);
        }
        let active = |state: &State, id: &Id| !state.inactive.contains(id);
        for user in self.things.iter().filter(|(id, kind)| **kind == Kind::User && active(self, id) != active(before, id)).map(|(id, _)| id)
        {
            change.set_active(facts, *user, active(self, user), 0);
        }
        let parent_of = |state: &State, id: &Id| state.folders.get(id).and_then(|(parent, _)| *parent);
        for (folder, (parent, _)) in &before.folders {
            if parent.is_some() && *parent != parent_of(self, folder) {
                change.write_parent(facts, *folder, *parent, None, 0);
            }
        }
        for (folder, (parent, audience)) in &self.folders {
            if let Some(parent) = parent.filter(|parent| parent_of(before, folder) != Some(*parent)) {
                change.set_parent(facts, *folder, parent, 0);
            }
            change.set_audience(facts, *folder, *audience, 0);
        }
        for (group, subject) in before.members.difference(&self.members) {
            change.set_member(facts, *group, *subject, false, 0);
        }
        for (group, subject) in self.members.difference(&before.members) {
            change.set_member(facts, *group, *subject, true, 0);
        }
        for (object, subject) in before.edges.keys().filter(|pair| !self.edges.contains_key(pair)) {
            change.set_grant(facts, *object, *subject, 0, 0);
        }
        for ((object, subject), rank) in &self.edges {
            change.set_grant(facts, *object, *subject, *rank, 0);
        }
        for id in before.things.keys().filter(|id| !self.things.contains_key(id)) {
            change.delete(facts, *id, 0);
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{contributions, potential};
    use crate::org::View;
    use serde_json::{Value, json};

    struct Random(u64);

    impl Random {
        fn below(&mut self, n: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) as usize) % n
        }
    }

    fn some(r: &mut Random, prefix: &str, n: usize, mut make: impl FnMut(&mut Random, String) -> Value) -> Vec<Value> {
        (0..n).filter_map(|i| if r.below(5) > 0 { Some(make(r, format!("{prefix}{i}"))) } else { None }).collect()
    }

    fn document(r: &mut Random) -> Value {
        let subject = |r: &mut Random| match r.below(2) {
            0 => json!({"value": format!("u{}", r.below(5)), "type": "User"}),
            _ => json!({"value": format!("g{}", r.below(4)), "type": "Group", "display": 5}),
        };
        let grants = |r: &mut Random| {
            let mut grants: BTreeMap<String, Value> = BTreeMap::new();
            for _ in 0..r.below(3) {
                let mut grant = subject(r);
                grant["role"] = ["viewer", "checker", "editor", "admin", "owner"][r.below(5)].into();
                grants.insert(grant["value"].to_string(), grant);
            }
            grants.into_values().collect::<Vec<Value>>()
        };
        json!({
            "users": some(r, "u", 5, |r, id| json!({"id": id, "active": ([json!(true), json!(false), Value::Null][r.below(3)]), "emails": [1]})),
            "groups": some(r, "g", 4, |r, id| json!({"id": id, "members": (0..r.below(4)).map(|_| subject(r)).collect::<Vec<_>>()})),
            "workspaces": some(r, "o", 3, |r, id| json!({"id": id, "grants": grants(r), "parent": Value::Null})),
            "folders": some(r, "o", 7, |r, id| json!({
                "id": id, "grants": grants(r), "audience": ([json!("private"), json!("parent"), json!("viewer"), Value::Null][r.below(4)]),
                "parent": {"value": format!("o{}", r.below(7)), "type": (["Workspace", "Folder"][r.below(2)])},
            })),
            "organization": {
                "owners": [{"value": format!("u{}", r.below(6))}],
                "policy": {"combine": (["strongest", "mostSpecific"][r.below(4) / 3]), "workspaceExitRevokesFolders": r.below(4) == 0},
            },
        })
    }

    #[test]
    fn documents_differ_as_their_facts_do_one_by_one() {
        let config = Config::default();
        let r = &mut Random(3);
        for round in 0..1_500 {
            let (before, after) = (document(r).to_string(), document(r).to_string());
            let mut sides = Sides { config: &config, ids: Map::default(), names: Vec::new() };
            sides.intern(Kind::Organization, ORGANIZATION).unwrap();
            let states = [&before, &after].map(|text| sides.state(text.as_bytes(), "side").unwrap());
            let [one, other] = [&states[0], &states[1]].map(|state| state.facts(&config.roles));
            let mut rows = Vec::new();
            let mut kinds = [0u64; 6];
            for (user, (kind, name)) in (0..).map(Id).zip(&sides.names) {
                if *kind != Kind::User {
                    continue;
                }
                for (object, (_, place)) in
                    (0..).map(Id).zip(&sides.names).filter(|(_, (kind, _))| !matches!(kind, Kind::User | Kind::Group))
                {
                    let [was, now] = [View::plain(&one), View::plain(&other)];
                    let [a, b] = [was, now].map(|view| potential(view, user, object));
                    let effective = (if was.active(user) { a } else { 0 }, if now.active(user) { b } else { 0 });
                    let differs = contributions(was, user, object) != contributions(now, user, object);
                    let (kind, from, to) = match effective {
                        (0, 0) if a != b => (4, a, b),
                        (0, 0) => continue,
                        (0, to) => (0, 0, to),
                        (from, 0) => (1, from, 0),
                        (from, to) if from < to => (2, from, to),
                        (from, to) if from > to => (3, from, to),
                        (from, to) if differs => (5, from, to),
                        _ => continue,
                    };
                    kinds[kind] += 1;
                    let role = |rank: Rank| if rank == 0 { Value::Null } else { config.roles.name(rank).into() };
                    let object = json!({"type": sides.object_type(object).name(), "id": place});
                    let kind_name = super::super::diff_text::KINDS[kind];
                    let row =
                        json!({"user": name, "object": object, "kind": kind_name, "before": role(from), "after": role(to), "causes": [0]});
                    let phase = [0, 0, 0, 0, 1, 2][kind];
                    rows.push((phase, name.clone(), place.clone(), object["type"] == "Folder", row));
                }
            }
            rows.sort_by(|a, b| (a.0, &a.1, &a.2, a.3).cmp(&(b.0, &b.1, &b.2, b.3)));
            let limit = if round % 3 == 0 { r.below(6) } else { 1000 };
            let diff = access_diff(before.as_bytes(), after.as_bytes(), &format!("{{\"limit\":{limit}}}")).unwrap();
            let diff: Value = serde_json::from_str(&diff).unwrap();
            assert_eq!(diff["truncated"], json!(rows.len() > limit));
            let expected: Vec<Value> = rows.iter().take(limit).map(|row| row.4.clone()).collect();
            assert_eq!(diff["changes"], json!(expected), "{before}\n{after}");
            for (name, count) in super::super::diff_text::KINDS.iter().zip(kinds) {
                assert_eq!(diff["summary"]["kinds"][name], json!(count));
            }
            let same = access_diff(before.as_bytes(), before.as_bytes(), "{}").unwrap();
            assert!(same.ends_with(r#""users":0,"objects":0,"lockedOut":0},"changes":[],"truncated":false}"#), "{same}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let grant = |role: &str| format!(r#"{{"workspaces":[{{"id":"w","grants":[{{"value":"u","role":"{role}"}}]}}]}}"#);
        for (document, path, scim_type) in [
            ("{".to_owned(), "after", ScimType::InvalidSyntax),
            ("[]".to_owned(), "after", ScimType::InvalidSyntax),
            (r#"{"users":[{}]}"#.into(), "after", ScimType::InvalidSyntax),
            (r#"{"users":[{"id":"u"},{"id":"u"}]}"#.into(), "after", ScimType::Uniqueness),
            (grant("king"), "after.workspaces[id eq \"w\"].grants.role", ScimType::InvalidValue),
            (r#"{"folders":[{"id":"f","audience":"all"}]}"#.into(), "after.folders[id eq \"f\"].audience", ScimType::InvalidValue),
        ] {
            let error = access_diff(b"{}", document.as_bytes(), "{}").unwrap_err();
            assert_eq!((error.status, error.scim_type, error.path.as_deref()), (400, Some(scim_type), Some(path)), "{error}");
        }
        assert!(access_diff(b"{}", grant("viewer").as_bytes(), "{}").unwrap().contains("\"grant\":0"), "nobody is listed");
        assert_eq!(access_diff(b"{}", b"{}", "[]").unwrap_err().status, 400);
    }
}
