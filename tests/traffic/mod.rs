//! Random requests on an organization as its records show it: whole resources, PATCHes of all that access rests on, moves, deletions.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "each test file uses a part"
)]

use std::collections::BTreeMap;

use scim_policy::protocol::{Method, Request};
use serde_json::{Value, json};

pub type Records = BTreeMap<String, Value>;

pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    pub fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}

pub const TYPES: [(&str, &str); 4] = [("user/", "Users"), ("group/", "Groups"), ("workspace/", "Workspaces"), ("folder/", "Folders")];

/// Ids of a type, and now and then one that nobody has.
pub fn pick(random: &mut Random, records: &Records, prefix: &str) -> String {
    let all: Vec<&String> = records.keys().filter(|key| key.starts_with(prefix)).collect();
    let at = if random.chance(12) { all.len() } else { random.below(all.len()) };
    match all.get(at) {
        Some(key) => key[prefix.len()..].replace("%2F", "/").replace("%25", "%"),
        None => "nobody".into(),
    }
}

pub fn subject(random: &mut Random, records: &Records) -> (String, &'static str) {
    if random.chance(3) { (pick(random, records, "group/"), "Group") } else { (pick(random, records, "user/"), "User") }
}

pub fn members(random: &mut Random, records: &Records) -> Value {
    (0..random.below(4)).map(|_| json!({"value": subject(random, records).0})).collect()
}

pub fn grants(random: &mut Random, records: &Records) -> Value {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for _ in 0..random.below(4) {
        let (id, kind) = subject(random, records);
        let role = ["viewer", "checker", "editor", "admin", "owner"][random.below(if kind == "Group" { 3 } else { 5 })];
        all.insert(id.clone(), json!({"value": id, "type": kind, "role": role}));
    }
    all.into_values().collect()
}

pub fn parent(random: &mut Random, records: &Records) -> Value {
    if random.chance(2) {
        json!({"value": pick(random, records, "workspace/"), "type": "Workspace"})
    } else {
        json!({"value": pick(random, records, "folder/"), "type": "Folder"})
    }
}

/// A whole resource. Names are few, so that they are taken, given up and taken again.
pub fn resource(random: &mut Random, records: &Records, endpoint: &str) -> Value {
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

pub fn operation(random: &mut Random, records: &Records, endpoint: &str) -> Value {
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

pub fn encoded(id: &str) -> String {
    id.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub fn request(random: &mut Random, records: &Records) -> Request {
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
