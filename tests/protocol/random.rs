//! Random requests: planned as one, they are answered as they are one after another; what is refused changes nothing; what
//! is read and put back changes nothing.

use super::service::*;
use scim_policy::Organization;
use scim_policy::protocol::{Actor, Context, Method, Request, Response};
use serde_json::{Value, json};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn pick<'p>(&mut self, all: &[&'p str]) -> &'p str {
        all[self.below(all.len())]
    }

    /// An id that may or may not be there.
    fn id(&mut self) -> String {
        (self.below(24) + 1).to_string()
    }
}

fn members(dice: &mut Dice) -> Value {
    (0..dice.below(4)).map(|_| json!({"value": dice.id()})).collect()
}

fn grants(dice: &mut Dice) -> Value {
    let one =
        |dice: &mut Dice| json!({"value": dice.id(), "type": dice.pick(&["User", "Group"]), "role": dice.pick(&["viewer", "editor"])});
    (0..dice.below(3)).map(|_| one(dice)).collect()
}

fn body(dice: &mut Dice, endpoint: &str) -> Value {
    let name = dice.pick(&["ann", "BOB", "Cyd", "dee", "Eve", "fay"]);
    match endpoint {
        "/Users" => {
            let mut user = json!({"schemas": [USER], "userName": format!("{name}{}", dice.below(3)), "active": dice.below(4) > 0});
            if dice.below(2) == 0 {
                user["schemas"] = json!([USER, ENTERPRISE]);
                user[ENTERPRISE] = json!({"manager": {"value": dice.id()}, "department": name});
                user["emails"] = json!([{"value": format!("{name}@acme.example"), "type": "work"}]);
            }
            user
        }
        "/Groups" => json!({"schemas": [GROUP], "displayName": name, "members": members(dice)}),
        "/Workspaces" => json!({"schemas": [WORKSPACE], "displayName": name, "grants": grants(dice)}),
        _ => {
            let parent = json!({"value": dice.id(), "type": dice.pick(&["Workspace", "Folder"])});
            let audience = dice.pick(&["private", "parent", "viewer"]);
            json!({"schemas": [FOLDER], "displayName": name, "parent": parent, "audience": audience, "grants": grants(dice)})
        }
    }
}

fn operations(dice: &mut Dice, endpoint: &str) -> Value {
    let op = dice.pick(&["add", "replace", "remove"]);
    let (path, value) = match (endpoint, dice.below(4)) {
        ("/Groups", 0) => (format!("members[value eq \"{}\"]", dice.id()), Value::Null),
        ("/Groups", 1 | 2) => ("members".into(), members(dice)),
        ("/Users", 0) => ("active".into(), json!(dice.below(2) == 0)),
        ("/Users", 1) => (format!("{ENTERPRISE}:manager.value"), json!(dice.id())),
        ("/Users", 2) => ("emails[type eq \"work\"].value".into(), json!("x@acme.example")),
        ("/Folders", 0) => ("parent".into(), json!({"value": dice.id(), "type": dice.pick(&["Workspace", "Folder"])})),
        ("/Workspaces" | "/Folders", 1 | 2) => ("grants".into(), grants(dice)),
        _ => ("displayName".into(), json!(dice.pick(&["ann", "Zoe", "max"]))),
    };
    json!([{"op": op, "path": path, "value": value}])
}

fn query(dice: &mut Dice) -> String {
    let filters = [
        "userName sw \"a\"".to_owned(),
        "displayName eq \"ANN\"".into(),
        format!("members.value eq \"{}\"", dice.id()),
        format!("id eq \"{}\" or displayName co \"o\"", dice.id()),
        format!("groups.value eq \"{}\"", dice.id()),
        "not (displayName pr)".into(),
        format!("{ENTERPRISE}:manager.displayName pr"),
        "emails[type eq \"work\" and value sw \"b\"]".into(),
        "active eq false".into(),
    ];
    let filter = dice.below(filters.len());
    match dice.below(4) {
        0 => String::new(),
        1 => format!("?filter={}", encoded(&filters[filter])),
        2 => format!(
            "?sortBy={}&sortOrder={}",
            dice.pick(&["userName", "displayName", "meta.created"]),
            dice.pick(&["ascending", "descending"])
        ),
        _ => format!("?startIndex={}&count={}&excludedAttributes=members,grants", dice.below(9), dice.below(7)),
    }
}

fn request(dice: &mut Dice) -> Request {
    let endpoint = dice.pick(&["/Users", "/Users", "/Groups", "/Groups", "/Workspaces", "/Folders"]);
    let one = format!("{endpoint}/{}", dice.id());
    let patch = |operations: Value| json!({"schemas": [PATCH_OP], "Operations": operations}).to_string();
    match dice.below(9) {
        0..=2 => Request::new(Method::Post, endpoint).with_body(body(dice, endpoint).to_string()),
        3 => Request::new(Method::Put, one).with_body(body(dice, endpoint).to_string()),
        4 | 5 => Request::new(Method::Patch, one).with_body(patch(operations(dice, endpoint))),
        6 if dice.below(2) == 0 => Request::new(Method::Delete, one),
        7 => Request::new(Method::Get, one),
        _ => Request::new(Method::Get, format!("{endpoint}{}", query(dice))),
    }
}

/// An organization without guards: they would look at the batch as one.
fn unguarded() -> Organization {
    let mut service = Service::with(json!({}));
    let guards: Vec<Value> = ["lastOwner", "lastWorkspaceOwner", "massLoss", "massGain", "emptySource", "escalation", "selfLockout"]
        .iter()
        .map(|name| json!({"type": name, "outcome": "off"}))
        .collect();
    service.ask(patch("/Organization", json!([{"op": "replace", "path": "guards", "value": guards}])).by_system()).is(200);
    service.organization
}

fn context() -> Context {
    Context { now: 1_767_225_600_000, actor: Actor::System { on_behalf_of: None }, ..Context::default() }
}

fn told(request: &Request) -> String {
    let body = request.body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    format!("{} {} {body}", request.method.name(), request.path)
}

#[test]
fn a_plan_of_many_answers_as_they_are_answered_one_by_one() {
    let (mut answered, mut good) = (0, 0);
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let requests: Vec<Request> = (0..40).map(|_| request(&mut dice)).collect();
        let mut alone = unguarded();
        let mut at = 0;
        let mut count = || {
            at += 1;
            Ok(at.to_string())
        };
        let mut responses: Vec<Response> = Vec::new();
        for request in &requests {
            let before = alone.version();
            let response = alone.handle(request.clone(), &context(), &mut count).unwrap().response;
            if response.status >= 400 {
                assert_eq!(alone.version(), before, "seed {seed}: {}", told(request));
                assert!(response.status < 500, "seed {seed}: {} {:?}", told(request), response.body);
            }
            responses.push(response);
        }
        let mut together = unguarded();
        let mut at = 0;
        let mut plan = together
            .plan(&requests, &context(), &mut || {
                at += 1;
                Ok(at.to_string())
            })
            .unwrap();
        for ((request, one), many) in requests.iter().zip(&responses).zip(&plan.responses) {
            assert_eq!(many, one, "seed {seed}: {}", told(request));
            (answered, good) = (answered + 1, good + u32::from(one.status < 400));
        }
        let promised = plan.version.clone();
        together.commit_plan(&mut plan).unwrap();
        assert_eq!(together.version(), promised, "seed {seed}");
        assert_eq!(records(&together), records(&alone), "seed {seed}");
        put_back(&mut alone, seed);
    }
    println!("{good} of {answered} requests were granted");
    assert!(good * 4 > answered, "{good} of {answered}");
}

#[test]
fn a_bulk_is_its_operations_one_by_one() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let requests: Vec<Request> = (0..60).map(|_| request(&mut dice)).filter(|request| request.method != Method::Get).collect();
        let (mut alone, mut together) = (unguarded(), unguarded());
        let mut at = 0;
        let mut count = || {
            at += 1;
            Ok(at.to_string())
        };
        let one_by_one: Vec<u16> =
            requests.iter().map(|request| alone.handle(request.clone(), &context(), &mut count).unwrap().response.status).collect();
        let operations: Vec<Value> = requests
            .iter()
            .enumerate()
            .map(|(at, request)| {
                let data: Value = request.body.as_deref().map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
                json!({"method": request.method.name(), "path": request.path, "bulkId": format!("b{at}"), "data": data})
            })
            .collect();
        let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
        let mut at = 0;
        let mut count = || {
            at += 1;
            Ok(at.to_string())
        };
        let bulk = Request::new(Method::Post, "/Bulk").with_body(bulk.to_string());
        let answer = together.handle(bulk, &context(), &mut count).unwrap().response;
        let answer: Value = serde_json::from_str(&answer.body.unwrap()).unwrap();
        let found = answer["Operations"].as_array().unwrap().iter().map(|operation| operation["status"].as_str().unwrap());
        let found: Vec<u16> = found.map(|status| status.parse().unwrap()).collect();
        assert_eq!(found, one_by_one, "seed {seed}");
        assert_eq!(records(&together), records(&alone), "seed {seed}");
    }
}

/// All records but the ledger's: who loses access in one request and has it back in the next has lost it only one by one.
fn records(organization: &Organization) -> Vec<String> {
    let all = String::from_utf8(organization.records(None, 0).bytes).unwrap();
    all.lines().filter(|line| !line.contains("\"ledger/")).map(str::to_owned).collect()
}

/// Every resource, read and put back, is as it was.
fn put_back(organization: &mut Organization, seed: u64) {
    let mut ask = |request: Request| organization.handle(request, &context(), &mut || Ok("new".into())).unwrap().response;
    for endpoint in ["/Users", "/Groups", "/Workspaces", "/Folders"] {
        let list: Value = serde_json::from_str(&ask(Request::new(Method::Get, format!("{endpoint}?count=1000"))).body.unwrap()).unwrap();
        for resource in list["Resources"].as_array().unwrap() {
            let path = format!("{endpoint}/{}", resource["id"].as_str().unwrap());
            let before = ask(Request::new(Method::Get, path.clone()));
            assert_eq!(before.body.as_deref(), Some(resource.to_string().as_str()), "seed {seed}: listed as it is read");
            let after = ask(Request::new(Method::Put, path.clone()).with_body(resource.to_string()));
            assert_eq!((after.status, &after.body), (200, &before.body), "seed {seed}: {path}");
        }
    }
}
