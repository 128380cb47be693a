//! Random requests, planned together, against access worked out from the records alone: every row of the diff, its summary, and
//! what must hold of any plan. In three dialects, names in any case, some requests gathered into a Bulk.
//!
//! `REQUESTS_SEEDS=10000 cargo test --release --test requests` runs more; a failure says its seed, and
//! `REQUESTS_FIRST=… REQUESTS_SEEDS=1` runs that one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

mod naive;
mod traffic;

use naive::{Records, Row, World, diff};
use scim_policy::org::Guard;
use scim_policy::plan::{Plan, Query, access_diff};
use scim_policy::protocol::{Actor, Context, Method, Request};
use scim_policy::{Config, Dialect, Organization};
use serde_json::{Value, json};
use traffic::{Random, request};

const KINDS: [&str; 6] = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];

/// The same letters in another case.
fn recase(random: &mut Random, text: &str) -> String {
    text.chars().map(|c| if random.chance(2) { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// The same request in another spelling: names of attributes in another case, and op as Entra writes it.
fn respelled(random: &mut Random, value: Value, dialect: Dialect) -> Value {
    match value {
        Value::Object(members) => {
            let respell = |(name, value): (String, Value)| {
                let value = match (name.as_str(), value) {
                    ("path", Value::String(path)) => match path.split_once('[') {
                        Some((attribute, rest)) => format!("{}[{rest}", recase(random, attribute)).into(),
                        None => recase(random, &path).into(),
                    },
                    ("op", Value::String(op)) if dialect == Dialect::Entra => recase(random, &op).into(),
                    (_, value) => respelled(random, value, dialect),
                };
                let kept = ["schemas", "Operations", "op", "path", "value"].contains(&name.as_str());
                (if kept { name } else { recase(random, &name) }, value)
            };
            Value::Object(members.into_iter().map(respell).collect())
        }
        Value::Array(items) => items.into_iter().map(|item| respelled(random, item, dialect)).collect(),
        other => other,
    }
}

fn dressed(random: &mut Random, mut request: Request, dialect: Dialect) -> Request {
    if let Some(body) = request.body.take_if(|_| random.chance(3)) {
        let body = respelled(random, serde_json::from_slice(&body).unwrap(), dialect);
        request.body = Some(body.to_string().into_bytes());
    }
    request
}

/// Some requests as one, in order.
fn bulk(requests: &[Request]) -> Request {
    let operation = |(at, request): (usize, &Request)| {
        let mut operation = json!({"method": request.method.name(), "path": request.path});
        if request.method == Method::Post {
            operation["bulkId"] = format!("b{at}").into();
        }
        if let Some(body) = &request.body {
            operation["data"] = serde_json::from_slice(body).unwrap();
        }
        operation
    };
    let operations: Vec<Value> = requests.iter().enumerate().map(operation).collect();
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    Request::new(Method::Post, "/Bulk").with_body(body.to_string())
}

fn plan(organization: &Organization, requests: &[Request], dialect: Dialect, ids: &mut u32) -> Plan {
    let context = Context {
        now: 1_700_000_000_000,
        actor: Actor::System { on_behalf_of: None },
        dialect: Some(dialect),
        approve: Guard::ALL.to_vec(),
        ..Context::default()
    };
    let mut new_id = || {
        *ids += 1;
        Ok(if ids.is_multiple_of(3) { format!("é/\"{ids}% ") } else { format!("{ids:08x}-1b7a-4a58-9c0e-2f5a0d3f7b11") })
    };
    organization.plan(requests, &context, &mut new_id).unwrap()
}

fn rows(json: &str) -> Vec<Row> {
    let row = |row: &Value| Row {
        user: row["user"].as_str().unwrap().to_owned(),
        object: (
            ["Organization", "Workspace", "Folder"].into_iter().find(|kind| row["object"]["type"] == **kind).unwrap(),
            row["object"]["id"].as_str().unwrap().to_owned(),
        ),
        kind: KINDS.into_iter().find(|kind| row["kind"] == **kind).unwrap(),
        before: naive::rank(row["before"].as_str().unwrap_or("")),
        after: naive::rank(row["after"].as_str().unwrap_or("")),
    };
    serde_json::from_str::<Vec<Value>>(json).unwrap().iter().map(row).collect()
}

fn lines<'v>(records: impl IntoIterator<Item = (&'v String, Option<Value>)>) -> Vec<String> {
    records.into_iter().map(|(key, value)| json!({"key": key, "value": value}).to_string()).collect()
}

fn restored(config: &str, lines: &[String]) -> Organization {
    let mut organization = Organization::new(Config::from_json(config).unwrap());
    organization.restore(lines.join("\n").as_bytes()).unwrap();
    organization
}

/// Records as the document that `access_diff` reads.
fn document(records: &Records) -> Value {
    let mut document = json!({"users": [], "groups": [], "workspaces": [], "folders": []});
    let decoded = |part: &str| part.replace("%2F", "/").replace("%25", "%");
    for (prefix, list, held, edges) in [
        ("user/", "users", "", ""),
        ("group/", "groups", "members", "member/"),
        ("workspace/", "workspaces", "grants", "grant/"),
        ("folder/", "folders", "grants", "grant/"),
    ] {
        for (key, value) in records.iter().filter(|(key, _)| key.starts_with(prefix)) {
            let mut resource = value.clone();
            resource["id"] = decoded(&key[prefix.len()..]).into();
            if !held.is_empty() {
                let start = format!("{edges}{}/", &key[prefix.len()..]);
                let edge = |(key, value): (&String, &Value)| {
                    let mut edge = value.clone();
                    edge["value"] = decoded(&key[start.len()..]).into();
                    edge
                };
                resource[held] = records.iter().filter(|(key, _)| key.starts_with(&start)).map(edge).collect();
            }
            document[list].as_array_mut().unwrap().push(resource);
        }
    }
    if let Some(organization) = records.get("organization") {
        document["organization"] = organization.clone();
    }
    document
}

fn without_ledger(records: &Records) -> Records {
    records.iter().filter(|(key, _)| !key.starts_with("ledger/")).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// What one run of requests found, to see that it was not idle.
#[derive(Default)]
struct Seen {
    rows: usize,
    kinds: [usize; 6],
    refused: usize,
}

fn run(seed: u64, seen: &mut Seen) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    (0..8).for_each(|_| _ = random.next());
    let dialect = [Dialect::Rfc, Dialect::Entra, Dialect::Okta][random.below(3)];
    let mut organization = Organization::new(Config::default());
    let mut replica = Organization::new(Config::default());
    let mut ids = 0;
    let free = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "replace", "path": "guards[type eq \"lastOwner\"].outcome", "value": "warn"},
        {"op": "replace", "path": "policy.workspaceExitRevokesFolders", "value": random.chance(3)},
    ]});
    let mut first = plan(&organization, &[Request::new(Method::Patch, "/Organization").with_body(free.to_string())], dialect, &mut ids);
    assert_eq!(first.responses[0].status, 200, "{:?}", first.responses[0].body);
    organization.commit_plan(&mut first).unwrap();
    // Some of each to begin with: users first, then what refers to them.
    for endpoint in [
        "Users",
        "Users",
        "Users",
        "Users",
        "Groups",
        "Groups",
        "Groups",
        "Workspaces",
        "Workspaces",
        "Folders",
        "Folders",
        "Folders",
        "Folders",
    ] {
        let there = naive::read(&organization.records(None, 0).bytes);
        let body = traffic::resource(&mut random, &there, endpoint);
        let mut made =
            plan(&organization, &[Request::new(Method::Post, format!("/{endpoint}")).with_body(body.to_string())], dialect, &mut ids);
        organization.commit_plan(&mut made).unwrap();
    }
    replica.restore(&organization.records(None, 0).bytes).unwrap();
    for step in 0..12 {
        let say = format!("seed {seed} step {step}");
        let bytes = organization.records(None, 0).bytes;
        let before = naive::read(&bytes);
        let mut requests: Vec<Request> = Vec::new();
        for _ in 0..1 + random.below(8) {
            let one = request(&mut random, &before);
            requests.push(dressed(&mut random, one, dialect));
        }
        if random.chance(4) {
            requests = vec![bulk(&requests)];
        }
        let told = scim_policy::plan::requests_json(&requests);
        let start = ids;
        let mut done = plan(&organization, &requests, dialect, &mut ids);
        assert_eq!(organization.records(None, 0).bytes, bytes, "{say}: a plan changes nothing");
        seen.refused += done.responses.iter().filter(|response| response.status >= 400).count();

        // The diff, row by row.
        let mut after = before.clone();
        naive::write(&mut after, &done.records);
        let (wanted, locked_out) = diff(&World::of(&before), &World::of(&after));
        let found = rows(&organization.access_changes(&mut done, &Query { limit: 1 << 30, ..Query::default() }).unwrap());
        assert_eq!(found, wanted, "{say}: {told}\nfrom {}", json!(before));
        let summary: Value = serde_json::from_str::<Value>(&done.json()).unwrap()["access"]["summary"].clone();
        for (at, kind) in KINDS.into_iter().enumerate() {
            let count = wanted.iter().filter(|row| row.kind == kind).count();
            assert_eq!(summary["kinds"][kind], count, "{say}: {kind}");
            seen.kinds[at] += count;
        }
        assert_eq!(summary["lockedOut"], locked_out, "{say}: {told}");
        seen.rows += wanted.len();
        if random.chance(4) {
            let options = r#"{"limit": 4294967295}"#;
            let answer = access_diff(document(&before).to_string().as_bytes(), document(&after).to_string().as_bytes(), options).unwrap();
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(rows(&answer["changes"].to_string()), wanted, "{say}: of documents");
        }

        // One by one, each on what the one before left: the same answers, the same records.
        let mut one_by_one = restored("{}", &lines(before.iter().map(|(key, value)| (key, Some(value.clone())))));
        let mut again = start;
        for (index, request) in requests.iter().enumerate() {
            let mut single = plan(&one_by_one, std::slice::from_ref(request), dialect, &mut again);
            let (ours, theirs) = (&single.responses[0], &done.responses[index]);
            assert_eq!(
                (ours.status, &ours.headers, &ours.body),
                (theirs.status, &theirs.headers, &theirs.body),
                "{say}: request {index} of {told}"
            );
            assert!(ours.status < 400 || single.records.is_empty(), "{say}: request {index} is refused and changes something");
            one_by_one.commit_plan(&mut single).unwrap();
        }
        let apart = naive::read(&one_by_one.records(None, 0).bytes);
        assert_eq!(without_ledger(&apart), without_ledger(&after), "{say}: one by one, {told}");

        // Committed; a replica that is fed the records; the records in any order.
        let version = done.version.clone();
        organization.commit_plan(&mut done).unwrap();
        let bytes = organization.records(None, 0).bytes;
        assert_eq!(naive::read(&bytes), after, "{say}: the plan's records are what was committed");
        assert_eq!(organization.version(), version, "{say}");
        let fed: Vec<String> = done
            .records
            .iter()
            .map(|(key, value)| format!("{{\"key\":{},\"value\":{}}}", json!(key), value.as_deref().unwrap_or("null")))
            .collect();
        replica.restore(fed.join("\n").as_bytes()).unwrap();
        assert_eq!((replica.version(), replica.records(None, 0).bytes), (version.clone(), bytes), "{say}: the replica, after {told}");
        let mut shuffled = lines(after.iter().map(|(key, value)| (key, Some(value.clone()))));
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, random.below(at + 1));
        }
        assert_eq!(restored("{}", &shuffled).version(), version, "{say}: records in another order");
    }
}

#[test]
fn every_row_of_random_requests_is_what_the_definition_says() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (seeds, first) = (number("REQUESTS_SEEDS", 150), number("REQUESTS_FIRST", 1));
    let mut seen = Seen::default();
    for seed in first..first + seeds {
        run(seed, &mut seen);
    }
    println!("{seeds} organizations, {} rows {:?}, {} requests refused", seen.rows, seen.kinds, seen.refused);
    assert!(seeds < 100 || seen.kinds.iter().all(|count| *count > 50), "{:?}", seen.kinds);
}
