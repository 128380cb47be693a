//! Undo after do, through the front door: random requests, planned together, then the plan's inverse, all at once and
//! one by one on a replica. Nothing differs but `lastModified` and the ledger; and the inverse of an inverse does again.
//!
//! `UNDO_SEEDS=10000 cargo test --release --test undo` runs more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use std::collections::BTreeMap;

use scim_policy::org::Guard;
use scim_policy::plan::{Plan, requests_json};
use scim_policy::protocol::{Actor, Context, Method, Request};
use scim_policy::{Config, Dialect, Organization};
use serde_json::{Value, json};

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
}

const TYPES: [(&str, &str); 4] = [("user/", "Users"), ("group/", "Groups"), ("workspace/", "Workspaces"), ("folder/", "Folders")];

type Records = BTreeMap<String, Value>;

fn records(organization: &Organization) -> Records {
    let text = String::from_utf8(organization.records(None, 0).bytes).unwrap();
    let mut all = Records::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if let Some(meta) = line["value"].get_mut("meta").and_then(Value::as_object_mut) {
            meta.remove("lastModified");
        }
        all.insert(line["key"].as_str().unwrap().to_owned(), line["value"].take());
    }
    all.retain(|key, _| !key.starts_with("ledger/"));
    all
}

/// Ids of a type, and now and then one that nobody has.
fn pick(random: &mut Random, records: &Records, prefix: &str) -> String {
    let all: Vec<&String> = records.keys().filter(|key| key.starts_with(prefix)).collect();
    match all.get(random.below(all.len() + 1)) {
        Some(key) => key[prefix.len()..].replace("%2F", "/").replace("%25", "%"),
        None => "nobody".into(),
    }
}

fn subject(random: &mut Random, records: &Records) -> (String, &'static str) {
    if random.chance(3) { (pick(random, records, "group/"), "Group") } else { (pick(random, records, "user/"), "User") }
}

fn members(random: &mut Random, records: &Records) -> Value {
    (0..random.below(4)).map(|_| json!({"value": subject(random, records).0})).collect()
}

fn grants(random: &mut Random, records: &Records) -> Value {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for _ in 0..random.below(4) {
        let (id, kind) = subject(random, records);
        let role = ["viewer", "checker", "editor", "admin", "owner"][random.below(if kind == "Group" { 3 } else { 5 })];
        all.insert(id.clone(), json!({"value": id, "type": kind, "role": role}));
    }
    all.into_values().collect()
}

fn parent(random: &mut Random, records: &Records) -> Value {
    if random.chance(2) {
        json!({"value": pick(random, records, "workspace/"), "type": "Workspace"})
    } else {
        json!({"value": pick(random, records, "folder/"), "type": "Folder"})
    }
}

/// A whole resource. Names are few, so that they are taken, given up and taken again.
fn resource(random: &mut Random, records: &Records, endpoint: &str) -> Value {
    let name = format!("name{}", random.below(12));
    match endpoint {
        "Users" => {
            let mut user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name});
            if random.chance(2) {
                user["active"] = (!random.chance(3)).into();
                user["name"] = json!({"givenName": "Ann", "familyName": format!("F{}", random.below(3))});
            }
            if random.chance(3) {
                user["emails"] = json!([{"value": "a@x.example", "type": "work", "primary": true}, {"value": format!("b{}@x.example", random.below(3))}]);
                user["password"] = "secret".into();
            }
            if random.chance(3) {
                let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
                user["schemas"].as_array_mut().unwrap().push(urn.into());
                user[urn] = json!({"department": format!("D{}", random.below(3)), "manager": {"value": pick(random, records, "user/")}});
            }
            user
        }
        "Groups" => {
            json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members(random, records)})
        }
        "Workspaces" => {
            json!({"schemas": ["urn:scim-policy:schemas:1.0:Workspace"], "displayName": name, "grants": grants(random, records)})
        }
        _ => {
            let mut folder =
                json!({"schemas": ["urn:scim-policy:schemas:1.0:Folder"], "displayName": name, "parent": parent(random, records)});
            if !random.chance(3) {
                folder["audience"] = ["private", "parent", "viewer", "editor"][random.below(4)].into();
                folder["grants"] = grants(random, records);
            }
            folder
        }
    }
}

fn operation(random: &mut Random, records: &Records, endpoint: &str) -> Value {
    let list = if endpoint == "Groups" { "members" } else { "grants" };
    match (endpoint, random.below(6)) {
        ("Users", 0 | 1) => json!({"op": "replace", "path": "active", "value": random.chance(2)}),
        ("Users", 2) => json!({"op": "remove", "path": "active"}),
        ("Users", 3) => json!({"op": "replace", "path": "userName", "value": format!("NAME{}", random.below(12))}),
        ("Users", 4) => json!({"op": "add", "path": "name.middleName", "value": "M"}),
        ("Users", _) => json!({"op": "add", "path": "emails", "value": [{"value": "c@x.example", "type": "home"}]}),
        ("Folders", 0) => json!({"op": "replace", "path": "parent", "value": parent(random, records)}),
        ("Folders", 1) => json!({"op": "replace", "path": "audience", "value": (["private", "parent", "checker"][random.below(3)])}),
        (_, 2) => json!({"op": "replace", "path": "displayName", "value": format!("name{}", random.below(12))}),
        ("Groups", 3) => json!({"op": "remove", "path": format!("members[value eq {}]", json!(subject(random, records).0))}),
        (_, 3) => json!({"op": "remove", "path": format!("grants[value eq {}]", json!(subject(random, records).0))}),
        (_, 4) if random.chance(3) => json!({"op": "remove", "path": list}),
        ("Groups", _) => json!({"op": "add", "path": "members", "value": members(random, records)}),
        (_, 5) => json!({"op": "replace", "path": "grants", "value": grants(random, records)}),
        _ => json!({"op": "add", "path": "grants", "value": grants(random, records)}),
    }
}

fn encoded(id: &str) -> String {
    id.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn request(random: &mut Random, records: &Records) -> Request {
    let patch = |operations: Vec<Value>| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    if random.chance(12) {
        let owners: Vec<Value> = (0..random.below(3)).map(|_| json!({"value": pick(random, records, "user/")})).collect();
        let combine = ["strongest", "mostSpecific"][random.below(2)];
        let operations = vec![
            json!({"op": "replace", "path": "owners", "value": owners}),
            json!({"op": "replace", "path": "policy.combine", "value": combine}),
            json!({"op": "replace", "path": "guards[type eq \"massGain\"].count", "value": random.below(90)}),
        ];
        let kept = operations.into_iter().filter(|_| !random.chance(3)).collect::<Vec<_>>();
        return Request::new(Method::Patch, "/Organization").with_body(patch(kept).to_string());
    }
    let (prefix, endpoint) = TYPES[random.below(4)];
    let path = format!("/{endpoint}/{}", encoded(&pick(random, records, prefix)));
    match random.below(8) {
        0 | 1 => Request::new(Method::Post, format!("/{endpoint}")).with_body(resource(random, records, endpoint).to_string()),
        2 => Request::new(Method::Put, path).with_body(resource(random, records, endpoint).to_string()),
        3 => Request::new(Method::Delete, path),
        _ => {
            let operations = (0..1 + random.below(3)).map(|_| operation(random, records, endpoint)).collect();
            Request::new(Method::Patch, path).with_body(patch(operations).to_string())
        }
    }
}

fn plan(organization: &Organization, requests: &[Request], dialect: Dialect, random: &mut Random) -> Plan {
    let context = Context {
        now: 1_700_000_000_000 + random.below(1_000_000) as i64,
        actor: Actor::System { on_behalf_of: None },
        dialect: Some(dialect),
        approve: Guard::ALL.to_vec(),
        ..Context::default()
    };
    let mut new_id = || {
        let number = random.next();
        Ok(if number.is_multiple_of(3) { format!("é/\"{number}% ") } else { format!("{:08x}-1b7a-4a58-9c0e-2f5a0d3f7b11", number as u32) })
    };
    organization.plan(requests, &context, &mut new_id).unwrap()
}

fn undo(organization: &mut Organization, requests: &[Request], dialect: Dialect, random: &mut Random, say: &str) -> Plan {
    let mut plan = plan(organization, requests, dialect, random);
    for (request, response) in requests.iter().zip(&plan.responses) {
        let told = requests_json(std::slice::from_ref(request));
        assert!(response.status < 300, "{say}: {told} is answered {response:?}\nof {}", requests_json(requests));
    }
    organization.commit_plan(&mut plan).unwrap();
    plan
}

fn assert_same(found: &Records, wanted: &Records, say: &str) {
    for key in found.keys().chain(wanted.keys()) {
        assert_eq!(found.get(key), wanted.get(key), "{say}: {key}");
    }
}

#[test]
fn the_inverse_of_a_plan_undoes_it() {
    let seeds = std::env::var("UNDO_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(250u64);
    let (mut undone, mut sent) = (0, 0);
    for seed in 0..seeds {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..8).for_each(|_| _ = random.next());
        let small = random.chance(3);
        let config = if small { r#"{"limits":{"patchOperations":2,"payloadBytes":1500}}"# } else { "{}" };
        let dialect = [Dialect::Rfc, Dialect::Entra, Dialect::Okta][random.below(3)];
        let mut organization = Organization::new(Config::from_json(config).unwrap());
        let free = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"guards[type eq \"lastOwner\"].outcome","value":"warn"}]}"#;
        let request_guards = Request::new(Method::Patch, "/Organization").with_body(free);
        let mut first = plan(&organization, &[request_guards], dialect, &mut random);
        organization.commit_plan(&mut first).unwrap();
        for step in 0..14 {
            let say = format!("seed {seed} step {step}");
            let before = records(&organization);
            let some = (0..1 + random.below(8)).map(|_| request(&mut random, &before)).collect::<Vec<_>>();
            let mut done = plan(&organization, &some, dialect, &mut random);
            assert!(!done.held, "{say}");
            let early = organization.inverse(&done).unwrap();
            organization.commit_plan(&mut done).unwrap();
            let after = records(&organization);
            let inverse = organization.inverse(&done).unwrap();
            assert_eq!(requests_json(&inverse), requests_json(&early), "{say}: committed, planned");
            assert!(serde_json::from_str::<Value>(&requests_json(&inverse)).is_ok());
            assert_eq!(inverse.is_empty(), before == after, "{say}");
            let mut replica = Organization::new(Config::from_json(config).unwrap());
            replica.restore(&organization.records(None, 0).bytes).unwrap();
            for one in &inverse {
                undo(&mut replica, std::slice::from_ref(one), dialect, &mut random, &say);
            }
            assert_same(&records(&replica), &before, &say);
            let back = undo(&mut organization, &inverse, dialect, &mut random, &say);
            assert_same(&records(&organization), &before, &say);
            let again = organization.inverse(&back).unwrap();
            undo(&mut organization, &again, dialect, &mut random, &say);
            assert_same(&records(&organization), &after, &say);
            undone += usize::from(before != after);
            sent += inverse.len();
        }
    }
    assert!(undone as u64 > seeds * 5 && sent > undone, "{undone} plans, {sent} requests");
}
