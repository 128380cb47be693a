//! Whole conversations with identity providers, `tests/data/idp`, replayed request by request.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scim_policy::plan::Query;
use scim_policy::protocol::{Actor, Context, Method, Request, Response};
use scim_policy::{Organization, ScimError};
use serde_json::{Value, json};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/idp");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files
}

fn milliseconds(text: &str) -> i64 {
    // The fixtures' times are UTC and whole seconds.
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    ((days * 24 + number(11..13)) * 60 + number(14..16)) * 60_000 + number(17..19) * 1000
}

fn contains(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| found.get(name).is_some_and(|own| contains(own, value)))
        }
        (found, wanted) => found == wanted,
    }
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

struct Replay {
    organization: Organization,
    ids: std::vec::IntoIter<Value>,
    tags: Vec<Option<String>>,
}

impl Replay {
    fn step(&mut self, step: &Value) -> Result<(), String> {
        let request = &step["request"];
        let mut sent = Request::new(Method::named(request["method"].as_str().unwrap()).unwrap(), request["path"].as_str().unwrap());
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            sent.headers.push((name.clone(), value.as_str().unwrap().to_owned()));
        }
        if let Some(from) = step["ifMatchFrom"].as_u64() {
            sent.headers.push(("If-Match".into(), self.tags[from as usize].clone().expect("a tag")));
        }
        sent.body = match &request["body"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone().into_bytes()),
            body => Some(body.to_string().into_bytes()),
        };
        let actor = match step["actor"]["kind"].as_str() {
            Some("system") => Actor::System { on_behalf_of: step["actor"]["onBehalfOf"].as_str().map(str::to_owned) },
            Some("user") => Actor::User { id: step["actor"]["id"].as_str().unwrap().to_owned() },
            _ => Actor::IdentityProvider,
        };
        let context = Context { now: milliseconds(step["now"].as_str().unwrap()), actor, ..Context::default() };
        let ids = &mut self.ids;
        let mut new_id = || {
            ids.next().and_then(|id| id.as_str().map(str::to_owned)).ok_or_else(|| ScimError::new(500, None, "the fixture has no more ids"))
        };
        let mut reply = self.organization.handle(sent, &context, &mut new_id).map_err(|error| error.to_string())?;
        self.tags.push(header(&reply.response, "etag").map(str::to_owned));
        check_answer(&step["answer"], &reply.response)?;
        if let Some(wanted) = step.get("access") {
            let query = Query { limit: 10_000, ..Query::default() };
            let rows: Value =
                serde_json::from_str(&self.organization.access_changes(&mut reply.plan, &query).map_err(|error| error.to_string())?)
                    .unwrap();
            let rows = if reply.plan.held { json!([]) } else { rows };
            check_access(wanted, rows.as_array().unwrap())?;
        }
        self.check_state(&step["state"])
    }

    fn check_state(&mut self, state: &Value) -> Result<(), String> {
        for (group, members) in state["members"].as_object().into_iter().flatten() {
            let context = Context { actor: Actor::System { on_behalf_of: None }, ..Context::default() };
            let request = Request::new(Method::Get, format!("/Groups/{group}"));
            let reply = self.organization.handle(request, &context, &mut || Ok(String::new())).unwrap();
            let body: Value = serde_json::from_str(reply.response.body.as_deref().unwrap_or("null")).unwrap();
            let mut found: Vec<&str> =
                body["members"].as_array().into_iter().flatten().map(|member| member["value"].as_str().unwrap()).collect();
            found.sort_unstable();
            if json!(found) != *members {
                return Err(format!("members of {group}: {found:?}, expected {members}"));
            }
        }
        for question in state["check"].as_array().into_iter().flatten() {
            let on = question.get("on").map(|on| serde_json::from_value(on.clone()).unwrap());
            let (user, can) = (question["user"].as_str().unwrap(), question["can"].as_str().unwrap());
            let decision = self.organization.check(user, can, on.as_ref()).map_err(|error| error.to_string())?;
            let decision = serde_json::to_value(decision).unwrap();
            if decision["allowed"] != question["allowed"] {
                return Err(format!("check {question}: {decision}"));
            }
        }
        Ok(())
    }
}

fn check_answer(wanted: &Value, response: &Response) -> Result<(), String> {
    let told = format!("{} {}", response.status, response.body.as_deref().unwrap_or("(no body)"));
    if wanted["status"] != response.status {
        return Err(format!("expected status {}: {told}", wanted["status"]));
    }
    let body: Value = response.body.as_deref().map_or(Value::Null, |body| serde_json::from_str(body).expect("a JSON body"));
    if wanted["bodyNull"] == true && !body.is_null() {
        return Err(format!("expected no body: {told}"));
    }
    if let Some(part) = wanted.get("body")
        && !contains(&body, part)
    {
        return Err(format!("expected {part} in {told}"));
    }
    for name in wanted["absent"].as_array().into_iter().flatten() {
        if body.get(name.as_str().unwrap()).is_some() {
            return Err(format!("`{name}` is in {told}"));
        }
    }
    if let Some(scim_type) = wanted.get("scimType")
        && body["scimType"] != *scim_type
    {
        return Err(format!("expected {scim_type}: {told}"));
    }
    for (name, value) in wanted["headers"].as_object().into_iter().flatten() {
        if header(response, name) != value.as_str() {
            return Err(format!("header {name}: {:?}", header(response, name)));
        }
    }
    Ok(())
}

fn check_access(wanted: &Value, rows: &[Value]) -> Result<(), String> {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *kinds.entry(row["kind"].as_str().unwrap()).or_default() += 1;
    }
    let expected: BTreeMap<&str, u64> =
        wanted["kinds"].as_object().into_iter().flatten().map(|(kind, count)| (kind.as_str(), count.as_u64().unwrap())).collect();
    if kinds != expected {
        return Err(format!("access {kinds:?}, expected {expected:?}: {}", json!(rows)));
    }
    if let Some(changes) = wanted["changes"].as_array() {
        let listed: Vec<&Value> = rows.iter().filter(|row| row["object"]["type"] != "Organization").collect();
        let same = changes.len() == listed.len()
            && changes.iter().zip(&listed).all(|(wanted, found)| contains(found, wanted) && found["causes"] == json!([0]));
        if !same {
            return Err(format!("access {}\n   expected {}", json!(listed), json!(changes)));
        }
    }
    Ok(())
}

#[test]
fn conversations_with_identity_providers() {
    let (mut requests, mut wrong) = (0, Vec::new());
    for file in files() {
        let conversation: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let organization = Organization::from_json(&conversation["config"].to_string()).unwrap();
        let ids = conversation["ids"].as_array().cloned().unwrap_or_default().into_iter();
        let mut replay = Replay { organization, ids, tags: Vec::new() };
        for (index, step) in conversation["steps"].as_array().unwrap().iter().enumerate() {
            requests += 1;
            if let Err(reason) = replay.step(step) {
                wrong.push(format!(
                    "{name} step {index} ({}): {} {}\n    {reason}",
                    step["say"].as_str().unwrap_or(""),
                    step["request"]["method"],
                    step["request"]["path"]
                ));
            }
        }
    }
    assert!(requests >= 150, "{requests} requests");
    assert!(wrong.is_empty(), "{} of {requests} requests differ:\n{}", wrong.len(), wrong.join("\n"));
    println!("{requests} requests");
}
