//! Records in, records out, and the records of drafts, on random organizations.

use std::collections::BTreeMap;

use super::body::Body;
use super::draft::Draft;
use super::ledger::{GroupLoss, UserLoss};
use super::names::Class;
use super::store::Organization;
use super::words::{Audience, Id, Kind, Parent};
use super::{Config, records_of};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

/// Ids that sort, escape and encode in every way.
const IDS: &[&str] = &[
    "a",
    "a-b",
    "a/b",
    "a%2Fb",
    "a%",
    "é",
    "\"q\\",
    "a b",
    "0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b11",
    "0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b12",
    "0b8f3c5e",
    "0B8F3C5E-1B7A-4A58-9C0E-2F5A0D3F7B11",
    "\u{1}",
    "🙂",
    "z",
    "a\nb",
];

fn new() -> Organization {
    Organization::new(Config::default())
}

fn text(organization: &Organization) -> String {
    String::from_utf8(organization.records(None, 0).bytes).unwrap()
}

fn parsed(text: &str) -> BTreeMap<String, String> {
    let mut last = None;
    text.lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let key = record["key"].as_str().unwrap().to_owned();
            assert!(last.as_ref().is_none_or(|last| *last < key), "{last:?} before {key}");
            last = Some(key.clone());
            let (_, value) = line.split_once(",\"value\":").unwrap();
            (key, value.strip_suffix('}').unwrap().to_owned())
        })
        .collect()
}

fn line(key: &str, value: Option<&str>) -> String {
    format!("{{\"key\":{},\"value\":{}}}\n", serde_json::to_string(key).unwrap(), value.unwrap_or("null"))
}

fn body(organization: &Organization, kind: Kind, json: &serde_json::Value, times: (i64, i64)) -> Body {
    let of = organization.type_of(kind);
    let text = json.to_string();
    let document = organization.config.registry.stored(&text, of, &organization.config.limits).unwrap();
    organization.body_of(&document, of, Some(times.0), Some(times.1))
}

fn random_body(r: &mut Random, organization: &Organization, kind: Kind, more: serde_json::Value) -> Body {
    let mut json = more;
    let name = format!("n{} \"é\"", r.below(5));
    match kind {
        Kind::User => {
            json["userName"] = name.into();
            json["emails"] = serde_json::json!([{"value": "a@acme.example", "type": "work"}]);
            if r.below(2) == 0 {
                json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = serde_json::json!({"department": "R&D"});
            }
        }
        Kind::Organization => json["policy"] = serde_json::json!({"combine": r.pick(&["strongest", "mostSpecific"])}),
        _ => json["displayName"] = name.into(),
    }
    let times = (r.below(3) as i64 * 1_700_000_000_123, r.below(3) as i64 * 1_800_000_000_456);
    body(organization, kind, &json, times)
}

fn role(r: &mut Random, group: bool) -> &'static str {
    let roles = ["viewer", "checker", "editor", "admin", "owner"];
    roles[r.below(if group { 3 } else { 5 })]
}

/// A record of any sort.
fn random_record(r: &mut Random) -> (String, String) {
    use super::key::{Key, encoded};
    let (a, b) = (*r.pick(IDS), *r.pick(IDS));
    let json = |text: &str| serde_json::to_string(text).unwrap();
    let meta = ["", r#","meta":{"created":"2026-01-02T03:04:05.678Z","lastModified":"2026-01-02T03:04:05.700+01:00"}"#];
    let meta = *r.pick(&meta);
    let kind = ["User", "Group"][r.below(2)];
    match r.below(13) {
        0 => (
            Key::Resource(Kind::User, a.into()).text(),
            format!("{{\"userName\":\"u{}\",\"active\":{}{meta}}}", r.below(3), r.below(2) == 0),
        ),
        1 => (Key::Resource(Kind::Group, a.into()).text(), format!("{{\"displayName\":\"g{}\",\"id\":{}{meta}}}", r.below(3), json(a))),
        // A workspace and a folder cannot have one id.
        2 => (Key::Resource(Kind::Workspace, format!("w{a}").into()).text(), format!("{{\"displayName\":\"w\"{meta}}}")),
        3 => {
            let (kind, letter) = *r.pick(&[("Workspace", "w"), ("Folder", "f")]);
            let audience = *r.pick(&["private", "parent", "viewer", "Editor"]);
            let parent = json(&format!("{letter}{b}"));
            let value =
                format!("{{\"displayName\":\"f\",\"parent\":{{\"value\":{parent},\"type\":\"{kind}\"}},\"audience\":\"{audience}\"}}");
            (Key::Resource(Kind::Folder, format!("f{a}").into()).text(), value)
        }
        4..=7 => (Key::Member { group: a.into(), subject: b.into() }.text(), format!("{{\"type\":\"{kind}\"}}")),
        8..=10 => {
            let object = format!("{}{a}", r.pick(&["w", "f"]));
            let role = role(r, kind == "Group");
            (format!("grant/{}/{}", encoded(&object), encoded(b)), format!("{{\"role\":\"{role}\",\"type\":\"{kind}\"}}"))
        }
        11 if r.below(2) == 0 => {
            (Key::UserLoss(a.into()).text(), format!("{{\"at\":\"2026-01-0{}T00:00:00Z\",\"all\":true}}", 1 + r.below(9)))
        }
        11 => (Key::GroupLoss(a.into()).text(), format!("{{\"had\":{},\"at\":\"2026-01-01T00:00:00.5Z\"}}", r.below(99))),
        _ => {
            let owners: Vec<_> = (0..r.below(3)).map(|_| serde_json::json!({"value": r.pick(IDS)})).collect();
            let exit = r.below(2) == 0;
            ("organization".into(), serde_json::json!({"owners": owners, "policy": {"workspaceExitRevokesFolders": exit}}).to_string())
        }
    }
}

/// Ids of what is there, by kind.
fn there(draft: &Draft<'_>, kinds: &[Kind]) -> Vec<Id> {
    let space = draft.org.names.len() + draft.edits.fresh.len();
    (0..space as u32).map(Id).filter(|id| draft.kind(*id).is_some_and(|kind| kinds.contains(&kind))).collect()
}

fn random_edit(r: &mut Random, draft: &mut Draft<'_>) {
    let subjects = there(draft, &[Kind::User, Kind::Group]);
    let groups = there(draft, &[Kind::Group]);
    let objects = there(draft, &[Kind::Workspace, Kind::Folder]);
    let folders = there(draft, &[Kind::Folder]);
    let json = serde_json::json!({});
    match r.below(12) {
        0 | 1 => {
            let kind = *r.pick(&[Kind::User, Kind::Group, Kind::Workspace]);
            let body = random_body(r, draft.org, kind, json);
            let id = *r.pick(IDS);
            draft.create(kind, id, body);
        }
        2 if !objects.is_empty() => {
            let parent = *r.pick(&objects);
            put_folder(r, draft, None, parent);
        }
        3 if !folders.is_empty() => {
            let (folder, parent) = (*r.pick(&folders), *r.pick(&objects));
            put_folder(r, draft, Some(folder), parent);
        }
        4 | 5 if !groups.is_empty() => {
            let (group, subject, member) = (*r.pick(&groups), *r.pick(&subjects), r.below(3) > 0);
            draft.set_member(group, subject, member);
        }
        6 | 7 if !objects.is_empty() && !subjects.is_empty() => {
            let (object, subject) = (*r.pick(&objects), *r.pick(&subjects));
            let rank = r.below(if draft.kind(subject) == Some(Kind::Group) { 4 } else { 6 }) as u8;
            draft.set_grant(object, subject, rank);
        }
        8 => {
            let all = there(draft, &[Kind::User, Kind::Group, Kind::Workspace, Kind::Folder]);
            if !all.is_empty() {
                draft.delete(*r.pick(&all));
            }
        }
        9 => {
            let users = there(draft, &[Kind::User]);
            if !users.is_empty() {
                let (user, active) = (*r.pick(&users), r.below(2) == 0);
                draft.set_active(user, active);
                let body = random_body(r, draft.org, Kind::User, serde_json::json!({"active": active}));
                draft.put_body(user, body);
            }
        }
        10 => {
            let users = there(draft, &[Kind::User]);
            let body = random_body(r, draft.org, Kind::Organization, json);
            if r.below(2) == 0 {
                draft.put_body(Id::ORGANIZATION, body);
            }
            if !users.is_empty() {
                let (user, rank) = (*r.pick(&users), if r.below(3) > 0 { draft.org.config.roles.strongest() } else { 0 });
                draft.set_grant(Id::ORGANIZATION, user, rank);
            }
        }
        _ => {
            let (id, at) = ((*r.pick(IDS)).to_owned(), 1_700_000_000_000 + r.below(9) as i64);
            let keep = r.below(3) > 0;
            if r.below(2) == 0 {
                draft.edits.ledger.users.insert(id, keep.then_some(UserLoss { at, all: r.below(2) == 0 }));
            } else {
                draft.edits.ledger.groups.insert(
                    id,
                    keep.then(|| GroupLoss { at, had: 9, later: (1..r.below(4) as i64).map(|n| (at + n, 9 - n as u32)).collect() }),
                );
            }
        }
    }
}

fn put_folder(r: &mut Random, draft: &mut Draft<'_>, folder: Option<Id>, parent: Id) {
    let kind = draft.kind(parent).unwrap();
    let name = if kind == Kind::Workspace { "Workspace" } else { "Folder" };
    let (word, audience) = *r.pick(&[("private", Audience::Private), ("parent", Audience::Parent), ("checker", Audience::Cap(2))]);
    let json = serde_json::json!({"parent": {"value": draft.name(parent), "type": name}, "audience": word});
    let body = random_body(r, draft.org, Kind::Folder, json);
    let parent = Parent { id: parent, kind };
    let folder = match folder {
        Some(folder) => {
            if !draft.set_parent(folder, parent) {
                return;
            }
            draft.put_body(folder, body);
            folder
        }
        None => {
            let name = format!("f{}", r.pick(IDS));
            let Some(folder) = draft.create(Kind::Folder, &name, body) else { return };
            // Folders that dangled below the new one may close a ring.
            if !draft.set_parent(folder, parent) {
                draft.delete(folder);
                return;
            }
            folder
        }
    };
    draft.set_audience(folder, audience);
}

fn check(organization: &Organization, r: &mut Random) {
    let all = text(organization);
    let records = parsed(&all);
    // In any order, fed at once or in pieces.
    let mut lines: Vec<String> = records.iter().map(|(key, value)| line(key, Some(value))).collect();
    r.shuffle(&mut lines);
    let mut other = new();
    let pieces = 1 + r.below(4);
    for piece in lines.chunks(lines.len().div_ceil(pieces)) {
        other.restore(piece.concat().as_bytes()).unwrap();
    }
    assert_eq!(text(&other), all);
    assert_eq!(other.version(), organization.version());
    assert_eq!(other.facts.counts(), organization.facts.counts());
    assert_eq!(other.stats().memberships, organization.stats().memberships);
    // Page by page.
    let bytes = 1 + r.below(400);
    let (mut paged, mut last) = (Vec::new(), None);
    loop {
        let page = organization.records(last.as_deref(), bytes);
        let Some(key) = page.last else {
            assert!(page.bytes.is_empty());
            break;
        };
        paged.extend(page.bytes);
        assert_eq!(parsed(std::str::from_utf8(&paged).unwrap()).last_key_value().unwrap().0, &key);
        last = Some(key);
    }
    assert_eq!(String::from_utf8(paged).unwrap(), all);
    // After any key, there or not.
    for after in ["", "g", "grant/a", "grant/a/", "member/a-", "member/a/a", "member/a%2Fb/", "organization", "user/a\u{7f}", "zzz"] {
        let page = organization.records(Some(after), 0);
        let expected: String = records.iter().filter(|(key, _)| key.as_str() > after).map(|(key, value)| line(key, Some(value))).collect();
        assert_eq!(String::from_utf8(page.bytes).unwrap(), expected, "{after}");
    }
    dangling(organization, &records);
}

fn dangling(organization: &Organization, records: &BTreeMap<String, String>) {
    let there = |kind: &str, id: &str| {
        let key = format!("{}/{id}", kind.to_ascii_lowercase());
        records.contains_key(&key)
    };
    let mut expected = Vec::new();
    for (key, value) in records {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        let parts: Vec<&str> = key.split('/').collect();
        let encoded = |value: &serde_json::Value| super::key::encoded(value.as_str().unwrap()).into_owned();
        let kind = |value: &serde_json::Value| value["type"].as_str().unwrap().to_owned();
        let sound = match parts.as_slice() {
            ["member", group, subject] => there("group", group) && there(&kind(&value), subject),
            ["grant", object, subject] => (there("workspace", object) || there("folder", object)) && there(&kind(&value), subject),
            ["folder", _] => there(&kind(&value["parent"]), &encoded(&value["parent"]["value"])),
            ["organization"] => {
                value["owners"].as_array().is_none_or(|owners| owners.iter().all(|owner| there("user", &encoded(&owner["value"]))))
            }
            _ => true,
        };
        if !sound {
            expected.push(key.clone());
        }
    }
    assert_eq!(organization.dangling(None, usize::MAX), expected);
    assert_eq!(organization.dangling_records(), expected.len());
    let mut paged: Vec<String> = Vec::new();
    loop {
        let page = organization.dangling(paged.last().map(String::as_str), 3);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, expected);
}

/// Bodies, names and sums must not outlive what they are of.
fn check_tidiness(organization: &Organization) {
    let ids = organization.names.len() as u32;
    for id in (0..ids).map(Id) {
        assert_eq!(organization.body(id).is_some(), organization.facts.kind(id).is_some(), "{}", organization.name(id));
        let named = organization.names.class(id).is_some();
        let used = organization.facts.kind(id).is_some()
            || !organization.facts.list(id.0).is_empty()
            || !organization.facts.groups_of(id.0).is_empty()
            || !organization.facts.grants_of(id.0).is_empty()
            || organization.facts.raw_children(id.0).next().is_some();
        assert!(named || !used, "{id:?} is used without a name");
        assert!(used || !named || organization.retired.contains(&id), "{} is kept", organization.name(id));
    }
}

#[test]
fn records_of_drafts_keep_any_store_equal() {
    let seeds = std::env::var("RECORD_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    for seed in 0..seeds {
        let r = &mut Random(seed);
        let mut organization = new();
        let mut store: BTreeMap<String, String> = parsed(&text(&organization));
        let mut replica = new();
        let mut feed = String::new();
        for _ in 0..r.below(60) {
            let (key, value) = random_record(r);
            let value = (r.below(5) > 0).then_some(value);
            feed.push_str(&line(&key, value.as_deref()));
        }
        organization.restore(feed.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{feed}"));
        check_tidiness(&organization);
        replica.restore(feed.as_bytes()).unwrap();
        store.extend(parsed(&text(&organization)));
        for _ in 0..4 {
            check(&organization, r);
            let mut draft = Draft::new(&organization);
            for cause in 0..r.below(14) {
                draft.cause = cause as u32;
                random_edit(r, &mut draft);
            }
            let records = records_of(&draft);
            let (digest, edits) = (draft.digest(), draft.edits);
            let mut changed = String::new();
            for (key, value) in &records {
                match value {
                    Some(value) => {
                        let old = store.insert(key.clone(), value.clone());
                        assert_ne!(old.as_ref(), Some(value), "{key} did not change");
                    }
                    None => assert!(store.remove(key).is_some(), "{key} was not there"),
                }
                changed.push_str(&line(key, value.as_deref()));
            }
            assert!(records.is_sorted_by(|(a, _), (b, _)| a < b));
            organization.commit(edits);
            check_tidiness(&organization);
            assert_eq!(parsed(&text(&organization)), store, "seed {seed}");
            assert_eq!(organization.version(), digest.text(), "seed {seed}");
            replica.restore(changed.as_bytes()).unwrap();
            assert_eq!(text(&replica), text(&organization), "seed {seed}");
            assert_eq!(replica.version(), organization.version(), "seed {seed}");
            check_tidiness(&replica);
        }
    }
}

#[test]
fn the_organization_is_always_there() {
    let mut organization = new();
    let (first, version) = (text(&organization), organization.version());
    assert!(
        first.starts_with(r#"{"key":"organization","value":{"schemas":["urn:scim-policy:schemas:1.0:Organization"],"id":"organization""#)
    );
    let owners =
        r#"{"key":"organization","value":{"owners":[{"value":"zoe"},{"value":"ann"},{"value":"ann"}],"membersCanCreateWorkspaces":false}}"#;
    let restored = organization.restore(owners.as_bytes()).unwrap();
    assert_eq!((restored.records, restored.dangling), (1, 1), "one record, however many owners are absent");
    assert_eq!(organization.dangling(None, 9), ["organization"]);
    assert!(!organization.settings.members_can_create_workspaces);
    assert!(text(&organization).contains(r#""owners":[{"value":"ann"},{"value":"zoe"}],"meta":{"resourceType":"Organization"}}"#));
    organization.restore(br#"{"key":"organization","value":null}"#).unwrap();
    assert_eq!((text(&organization), organization.version()), (first, version));
    assert!(organization.settings.members_can_create_workspaces);
}

#[test]
fn bad_records_say_which_and_leave_those_before() {
    let user = r#"{"key":"user/u","value":{"userName":"u"}}"#;
    for (bad, path, detail) in [
        ("{", None, "record 2: it is no JSON that can be read: expected a name in quotation marks at byte 44"),
        ("[]", None, "record 2: a record is an object of `key` (text) and `value`"),
        ("{}", None, "record 2: a record is an object of `key` (text) and `value`"),
        (r#"{"key":"user/x"}"#, Some("user/x"), "record `user/x`: a record is an object of `key` (text) and `value`"),
        (r#"{"value":null}"#, None, "record 2: a record is an object of `key` (text) and `value`"),
        (r#"{"key":5,"value":null}"#, None, "record 2: a record is an object of `key` (text) and `value`"),
        (r#"{"key":"user/x","value":null,"at":1}"#, Some("user/x"), "record `user/x`: a record is an object of `key` (text) and `value`"),
        (
            r#"{"key":"user/x","key":"user/y","value":null}"#,
            Some("user/x"),
            "record `user/x`: a record is an object of `key` (text) and `value`",
        ),
        (r#"{"key":"person/x","value":null}"#, Some("person/x"), "record `person/x`: no record has such a key"),
        (r#"{"key":"user/a/b","value":{}}"#, Some("user/a/b"), "record `user/a/b`: no record has such a key"),
        (r#"{"key":"user/x","value":[]}"#, Some("user/x"), "record `user/x`: the value must be an object, or null to remove it"),
        (r#"{"key":"user/x","value":{"nickname":"x","emials":[]}}"#, Some("user/x"), "record `user/x`: no schema of User has `emials`"),
        (r#"{"key":"user/x","value":{"name":{"first":"x"}}}"#, Some("user/x"), "record `user/x`: no schema of User has `first`"),
        (r#"{"key":"user/x","value":{"active":"false"}}"#, Some("user/x"), "record `user/x`: `active` has a value of another type"),
        (r#"{"key":"user/x","value":{"emails":["a@b"]}}"#, Some("user/x"), "record `user/x`: `emails` has a value of another type"),
        (r#"{"key":"user/x","value":{"id":"y"}}"#, Some("user/x"), "record `user/x`: the value's `id` is `y`"),
        (r#"{"key":"user/x","value":{"id":7}}"#, Some("user/x"), "record `user/x`: `id` has a value of another type"),
        (
            r#"{"key":"user/x","value":{"title":"a","title":"b"}}"#,
            Some("user/x"),
            "record `user/x`: it is no JSON that can be read: `title` appears twice in one object",
        ),
        (
            r#"{"key":"user/x","value":{"meta":{"created":"today"}}}"#,
            Some("user/x"),
            "record `user/x`: `meta.created` is `today`: it must be a dateTime",
        ),
        (r#"{"key":"folder/x","value":{"displayName":"x"}}"#, Some("folder/x"), "record `folder/x`: `parent` is missing"),
        (r#"{"key":"folder/x","value":{"parent":{"type":"Folder"}}}"#, Some("folder/x"), "record `folder/x`: `parent.value` is missing"),
        (r#"{"key":"folder/x","value":{"parent":{"value":"y"}}}"#, Some("folder/x"), "record `folder/x`: `parent.type` is missing"),
        (
            r#"{"key":"folder/x","value":{"parent":{"value":"y","type":"User"}}}"#,
            Some("folder/x"),
            "record `folder/x`: `parent.type` is `User`: it must be Workspace or Folder",
        ),
        (
            r#"{"key":"folder/x","value":{"parent":{"value":"y","type":"Folder"},"audience":"owner"}}"#,
            Some("folder/x"),
            "record `folder/x`: `audience` is `owner`: it must be private, parent, viewer, checker, editor",
        ),
        (
            r#"{"key":"folder/w","value":{"parent":{"value":"y","type":"Folder"}}}"#,
            Some("folder/w"),
            "record `folder/w`: the id is that of a workspace",
        ),
        (
            r#"{"key":"group/organization","value":{}}"#,
            Some("group/organization"),
            "record `group/organization`: the id is that of the organization",
        ),
        (r#"{"key":"member/g/s","value":{}}"#, Some("member/g/s"), "record `member/g/s`: `type` is missing"),
        (
            r#"{"key":"member/g/s","value":{"type":"user"}}"#,
            Some("member/g/s"),
            "record `member/g/s`: `type` is `user`: it must be User or Group",
        ),
        (r#"{"key":"member/g/s","value":{"type":5}}"#, Some("member/g/s"), "record `member/g/s`: `type` has a value of another type"),
        (
            r#"{"key":"member/g/s","value":{"type":"User","role":"viewer"}}"#,
            Some("member/g/s"),
            "record `member/g/s`: no schema of member has `role`",
        ),
        (r#"{"key":"grant/w/s","value":{"type":"User"}}"#, Some("grant/w/s"), "record `grant/w/s`: `role` is missing"),
        (
            r#"{"key":"grant/w/s","value":{"type":"User","role":"king"}}"#,
            Some("grant/w/s"),
            "record `grant/w/s`: `role` is `king`: it must be viewer, checker, editor, admin, owner",
        ),
        (
            r#"{"key":"grant/w/s","value":{"type":"Group","role":"admin"}}"#,
            Some("grant/w/s"),
            "record `grant/w/s`: a group cannot be granted `admin`",
        ),
        (
            r#"{"key":"grant/organization/u","value":null}"#,
            Some("grant/organization/u"),
            "record `grant/organization/u`: owners stand in the record `organization`",
        ),
        (
            r#"{"key":"organization","value":{"owners":[{"display":"x"}]}}"#,
            Some("organization"),
            "record `organization`: `owners.value` is missing",
        ),
        (r#"{"key":"organization","value":{"id":"acme"}}"#, Some("organization"), "record `organization`: the value's `id` is `acme`"),
        (
            r#"{"key":"ledger/user/u","value":{"at":"2026-01-01T00:00:00Z"}}"#,
            Some("ledger/user/u"),
            "record `ledger/user/u`: `all` is missing",
        ),
        (
            r#"{"key":"ledger/user/u","value":{"at":5,"all":true}}"#,
            Some("ledger/user/u"),
            "record `ledger/user/u`: `at` has a value of another type",
        ),
        (
            r#"{"key":"ledger/group/g","value":{"at":"2026-01-01T00:00:00Z","had":1.5}}"#,
            Some("ledger/group/g"),
            "record `ledger/group/g`: `had` has a value of another type",
        ),
        (
            "{\"key\":\"user/\u{1}\",\"value\":null}",
            None,
            "record 2: it is no JSON that can be read: expected no control character in a string at byte 55",
        ),
    ] {
        let mut organization = new();
        organization.restore(br#"{"key":"workspace/w","value":{"displayName":"w"}}"#).unwrap();
        let fed = format!("{user}\n{bad}\n{{\"key\":\"user/after\",\"value\":{{}}}}\n");
        let error = organization.restore(fed.as_bytes()).unwrap_err();
        assert_eq!((error.status, error.path.as_deref(), error.detail.as_str()), (400, path, detail), "{bad}");
        assert!(organization.names.find(Class::User, "u").is_some(), "those before it are in");
        assert!(organization.names.find(Class::User, "after").is_none());
        check_tidiness(&organization);
    }
    let mut organization = new();
    let error = organization.restore(b"{\"key\":\"user/u\",\"value\":{}}\n{\"key\":\"user/\xff\",\"value\":{}}\n").unwrap_err();
    assert_eq!(error.detail, "record 2: it is no JSON that can be read: the text is not UTF-8 at byte 41");
    assert_eq!(organization.stats().users, 1);
}

#[test]
fn the_last_of_a_user_and_a_group_of_one_name_stays() {
    let ids: Vec<String> = (0..600).map(|n| format!("0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f{n:04x}")).collect();
    let member = |id: &String, kind: &str| line(&format!("member/g/{id}"), Some(&format!("{{\"type\":\"{kind}\"}}")));
    let fed = |first: &[&String], kind: &str| first.iter().map(|id| member(id, kind)).collect::<String>();
    // Some of the members are groups at first, and users of the same names later, far inside a run of lines.
    let groups: Vec<&String> = ids.iter().skip(3).step_by(7).collect();
    let users: Vec<&String> = ids.iter().collect();
    let mut organization = new();
    organization.restore(fed(&groups, "Group").as_bytes()).unwrap();
    organization.restore(fed(&users, "User").as_bytes()).unwrap();
    let mut other = new();
    other.restore(fed(&users, "User").as_bytes()).unwrap();
    check_tidiness(&organization);
    assert_eq!(organization.facts.counts().memberships, 600);
    assert_eq!((text(&organization), organization.version()), (text(&other), other.version()));
}

#[test]
fn what_is_derived_is_not_stored() {
    let mut organization = new();
    let group = r#"{"key":"group/g","value":{"schemas":["x"],"id":"g","displayName":"G","members":[{"value":"u"}],"meta":{"location":"x","version":"y","lastModified":"2026-01-31T09:30:00Z"}}}"#;
    let user = r#"{"key":"user/u","value":{"userName":"u","password":"secret","groups":[{"value":"g"}]}}"#;
    organization.restore(format!("{group}\n{user}\r\n\n").as_bytes()).unwrap();
    assert_eq!(organization.facts.counts().memberships, 0);
    let records = text(&organization);
    assert!(records.contains(r#"{"key":"group/g","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g","displayName":"G","meta":{"resourceType":"Group","lastModified":"2026-01-31T09:30:00.000Z"}}}"#), "{records}");
    assert!(!records.contains("secret"));
}

#[test]
fn memory_stays_flat() {
    let mut organization = new();
    let round = |organization: &mut Organization, i: usize| {
        let fed = format!(
            "{{\"key\":\"user/u{i}\",\"value\":{{\"userName\":\"u{i}\"}}}}\n{{\"key\":\"member/g{i}/u{i}\",\"value\":{{\"type\":\"User\"}}}}\n\
             {{\"key\":\"folder/f{i}\",\"value\":{{\"displayName\":\"f\",\"parent\":{{\"value\":\"w{i}\",\"type\":\"Workspace\"}}}}}}\n\
             {{\"key\":\"grant/f{i}/u{i}\",\"value\":{{\"type\":\"User\",\"role\":\"editor\"}}}}\n"
        );
        organization.restore(fed.as_bytes()).unwrap();
        let gone = format!(
            "{{\"key\":\"user/u{i}\",\"value\":null}}\n{{\"key\":\"folder/f{i}\",\"value\":null}}\n\
             {{\"key\":\"member/g{i}/u{i}\",\"value\":null}}\n{{\"key\":\"grant/f{i}/u{i}\",\"value\":null}}\n"
        );
        organization.restore(gone.as_bytes()).unwrap();
    };
    let version = organization.version();
    round(&mut organization, 0);
    let bytes = organization.stats().bytes;
    (1..10_000).for_each(|i| round(&mut organization, i));
    assert_eq!(organization.stats().bytes, bytes);
    assert_eq!(organization.version(), version);
    assert_eq!(organization.facts.counts(), new().facts.counts());
}
