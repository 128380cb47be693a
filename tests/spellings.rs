//! No spelling by which a change to `active`, members, grants, roles, owners, parents, audiences or policies escapes the diff or
//! a guard: names, paths, values, operations, addresses and dialects in every combination below. Each is either refused and
//! changes nothing, or the diff says exactly what the records say, and with strict guards it is held.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

mod naive;

use naive::{Records, Row, World, diff, role};
use scim_policy::access::{ObjectRef, ObjectType};
use scim_policy::plan::{Plan, Query};
use scim_policy::protocol::{Actor, Context, Method, Request};
use scim_policy::{Config, Dialect, Organization};
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";
const OURS: &str = "urn:scim-policy:schemas:1.0:";
const DIALECTS: [Dialect; 3] = [Dialect::Rfc, Dialect::Entra, Dialect::Okta];
const OPS: [&str; 8] = ["add", "replace", "remove", "Add", "REPLACE", "Remove", "delete", "test"];

/// Bo is in Team, through which he edits the workspace; Dee is in it through Sub; Cy is inactive; Zed sees one folder.
const RECORDS: &str = r#"
{"key":"organization","value":{"schemas":["urn:scim-policy:schemas:1.0:Organization"],"displayName":"Acme","owners":[{"value":"ann"},{"value":"eve"}]}}
{"key":"user/ann","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ann","userName":"ann"}}
{"key":"user/bo","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"bo","userName":"bo","active":true}}
{"key":"user/cy","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"cy","userName":"cy","active":false}}
{"key":"user/dee","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"dee","userName":"dee"}}
{"key":"user/eve","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"eve","userName":"eve"}}
{"key":"user/zed","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"zed","userName":"zed"}}
{"key":"group/team","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"team","displayName":"Team"}}
{"key":"group/sub","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"sub","displayName":"Sub"}}
{"key":"member/team/bo","value":{"type":"User"}}
{"key":"member/team/cy","value":{"type":"User"}}
{"key":"member/team/sub","value":{"type":"Group"}}
{"key":"member/sub/dee","value":{"type":"User"}}
{"key":"workspace/w","value":{"schemas":["urn:scim-policy:schemas:1.0:Workspace"],"id":"w","displayName":"Launch"}}
{"key":"workspace/v","value":{"schemas":["urn:scim-policy:schemas:1.0:Workspace"],"id":"v","displayName":"Vault"}}
{"key":"folder/f","value":{"schemas":["urn:scim-policy:schemas:1.0:Folder"],"id":"f","displayName":"Plans","parent":{"value":"w","type":"Workspace"},"audience":"parent"}}
{"key":"folder/k","value":{"schemas":["urn:scim-policy:schemas:1.0:Folder"],"id":"k","displayName":"Keys","parent":{"value":"f","type":"Folder"},"audience":"viewer"}}
{"key":"grant/w/team","value":{"type":"Group","role":"editor"}}
{"key":"grant/w/ann","value":{"type":"User","role":"owner"}}
{"key":"grant/f/zed","value":{"type":"User","role":"viewer"}}
{"key":"grant/f/dee","value":{"type":"User","role":"checker"}}
"#;

struct Bench {
    /// Without guards, and with guards that hold the least loss and the least gain.
    open: Organization,
    strict: Organization,
    before: Records,
    world: World,
    tried: usize,
    refused: usize,
    changing: usize,
}

fn organization(outcome: &str) -> Organization {
    let mut organization = Organization::new(Config::default());
    organization.restore(RECORDS.as_bytes()).unwrap();
    let off = ["lastOwner", "lastWorkspaceOwner", "selfLockout", "emptySource", "escalation", "downgradeByAddition"];
    let off = off.into_iter().map(|guard| json!({"type": guard, "outcome": "off"}));
    let least = ["massLoss", "massGain"].into_iter().map(|guard| json!({"type": guard, "outcome": outcome, "count": 1, "share": 1}));
    let guards: Vec<Value> = off.chain(least).collect();
    let operations = [json!({"op": "add", "path": "guards", "value": guards})];
    let mut plan = plan(&organization, &patch("/Organization", &json!(operations)), Dialect::Rfc);
    assert_eq!(plan.responses[0].status, 200, "{:?}", plan.responses[0].body);
    organization.commit_plan(&mut plan).unwrap();
    organization
}

fn patch(path: &str, operations: &Value) -> Request {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    Request::new(Method::Patch, path).with_body(body.to_string())
}

fn plan(organization: &Organization, request: &Request, dialect: Dialect) -> Plan {
    let context =
        Context { now: 1_700_000_000_000, actor: Actor::System { on_behalf_of: None }, dialect: Some(dialect), ..Context::default() };
    organization.plan(std::slice::from_ref(request), &context, &mut || Ok("new".into())).unwrap()
}

fn rows(organization: &Organization, plan: &mut Plan) -> Vec<Row> {
    let json = organization.access_changes(plan, &Query { limit: 1 << 30, ..Query::default() }).unwrap();
    let kinds = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];
    let row = |row: &Value| Row {
        user: row["user"].as_str().unwrap().to_owned(),
        object: (
            ["Organization", "Workspace", "Folder"].into_iter().find(|kind| row["object"]["type"] == **kind).unwrap(),
            row["object"]["id"].as_str().unwrap().to_owned(),
        ),
        kind: kinds.into_iter().find(|kind| row["kind"] == **kind).unwrap(),
        before: naive::rank(row["before"].as_str().unwrap_or("")),
        after: naive::rank(row["after"].as_str().unwrap_or("")),
    };
    serde_json::from_str::<Vec<Value>>(&json).unwrap().iter().map(row).collect()
}

impl Bench {
    fn new() -> Bench {
        let (open, strict) = (organization("off"), organization("hold"));
        let before = naive::read(&open.records(None, 0).bytes);
        let world = World::of(&before);
        Bench { open, strict, before, world, tried: 0, refused: 0, changing: 0 }
    }

    fn attempt(&mut self, request: &Request, dialect: Dialect) {
        self.tried += 1;
        let say = || format!("{dialect:?} {}", scim_policy::plan::requests_json(std::slice::from_ref(request)));
        let mut done = plan(&self.open, request, dialect);
        let failed = done.responses[0].status >= 400;
        if done.records.is_empty() {
            self.refused += usize::from(failed);
            assert!(rows(&self.open, &mut done).is_empty(), "{}: rows without a change", say());
            return;
        }
        assert!(!failed, "{}: refused, and yet it changes {:?}", say(), done.records);
        let mut after = self.before.clone();
        naive::write(&mut after, &done.records);
        let world = World::of(&after);
        let (wanted, _) = diff(&self.world, &world);
        assert_eq!(rows(&self.open, &mut done), wanted, "{}", say());
        self.read_as_written(&after, &world, &say);
        if wanted.is_empty() {
            return;
        }
        self.changing += 1;
        let mut strict = plan(&self.strict, request, dialect);
        for (guard, kinds) in [("massLoss", ["revoke", "downgrade"]), ("massGain", ["grant", "upgrade"])] {
            if wanted.iter().any(|row| kinds.contains(&row.kind)) {
                assert!(strict.held, "{}: {guard} lets it pass", say());
                let findings: Value = serde_json::from_str::<Value>(&strict.json()).unwrap()["guards"].clone();
                assert!(findings.as_array().unwrap().iter().any(|finding| finding["guard"] == guard), "{}: {findings}", say());
            }
        }
        if strict.held {
            let version = self.strict.version();
            assert!(self.strict.commit_plan(&mut strict).is_err(), "{}", say());
            assert_eq!(self.strict.version(), version, "{}", say());
        }
    }

    /// An organization restored from the records gives the access that they say.
    fn read_as_written(&self, after: &Records, world: &World, say: &impl Fn() -> String) {
        let lines: Vec<String> = after.iter().map(|(key, value)| json!({"key": key, "value": value}).to_string()).collect();
        let mut organization = Organization::new(Config::default());
        organization.restore(lines.join("\n").as_bytes()).unwrap();
        for user in world.users.keys() {
            for object in world.objects() {
                let kind = match object.0 {
                    "Organization" => ObjectType::Organization,
                    "Workspace" => ObjectType::Workspace,
                    _ => ObjectType::Folder,
                };
                let on = ObjectRef { kind, id: object.1.clone() };
                let found = serde_json::to_value(organization.check(user, "view", Some(&on)).unwrap()).unwrap()["role"].clone();
                let strongest = world.contributions(user, &object).iter().map(naive::Contribution::rank).max().unwrap_or(0);
                let wanted = role(if world.users[user] { strongest } else { 0 });
                assert_eq!(found, wanted, "{}: {user} on {object:?}, restored", say());
            }
        }
    }

    /// A name and a value in every form of a request that could write them.
    fn write(&mut self, target: &Target, name: &str, value: &Option<Value>, turn: usize) {
        for dialect in DIALECTS {
            for op in OPS {
                let mut operation = json!({"op": op, "path": name});
                if let Some(value) = value {
                    operation["value"] = value.clone();
                }
                self.attempt(&target.request(&json!([operation]), turn), dialect);
            }
            let Some(value) = value else { continue };
            for op in ["add", "replace"] {
                for whole in [
                    json!({name: value}),
                    json!({target.schema.clone(): {name: value}}),
                    json!({format!("{}:{name}", target.schema): value}),
                ] {
                    self.attempt(&target.request(&json!([{"op": op, "value": whole}]), turn), dialect);
                }
            }
            let mut whole = target.whole.clone();
            whole[name] = value.clone();
            self.attempt(&Request::new(Method::Put, target.path).with_body(dressed(&whole.to_string(), turn)), dialect);
        }
    }
}

struct Target {
    path: &'static str,
    schema: String,
    /// What a PUT sends besides.
    whole: Value,
}

impl Target {
    fn new(path: &'static str, schema: String, more: Value) -> Target {
        let mut whole = more;
        whole["schemas"] = json!([schema]);
        Target { path, schema, whole }
    }

    fn request(&self, operations: &Value, turn: usize) -> Request {
        let mut request = patch(self.path, operations);
        request.body = request.body.map(|body| dressed(std::str::from_utf8(&body).unwrap(), turn).into_bytes());
        if turn % 4 == 3 && self.path != "/Organization" {
            let data: Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap_or(Value::Null);
            let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [{"method": if turn % 8 == 3 { "PATCH" } else { "patch" }, "path": self.path, "data": data}]});
            return Request::new(Method::Post, "/Bulk").with_body(bulk.to_string());
        }
        request
    }
}

/// The same JSON with escapes, every other time.
fn dressed(text: &str, turn: usize) -> String {
    if turn.is_multiple_of(2) {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    for letter in ['a', 'm', 'g', 'o', 'p', 'v', 'r'] {
        out = out.replace(&format!("\"{letter}"), &format!("\"\\u{:04x}", letter as u32));
    }
    out
}

/// Spellings of an attribute's name: those that mean it, and those that only look like it.
fn spelled(schema: &str, name: &str) -> Vec<String> {
    let (upper, capital) = (name.to_uppercase(), format!("{}{}", name[..1].to_uppercase(), &name[1..]));
    vec![
        name.into(),
        upper.clone(),
        capital,
        format!("{schema}:{name}"),
        format!("{}:{upper}", schema.to_uppercase()),
        format!("{schema}.{name}"),
        format!("{schema}:{schema}:{name}"),
        format!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:{name}"),
        format!(" {name}"),
        format!("{name} "),
        format!("{name}."),
        format!(".{name}"),
        format!("/{name}"),
        format!("$.{name}"),
        format!("{name}\u{200b}"),
        format!("{name}\0"),
        format!("{name}[]"),
        name.replace('i', "ı"),
        name.replace('e', "е"),
        name.replace('s', "ſ"),
    ]
}

fn all(bench: &mut Bench, target: &Target, names: &[String], values: &[Option<Value>]) {
    for (row, name) in names.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            bench.write(target, name, value, row + column);
        }
    }
}

/// What stands for no value, and wrong ones of every type.
fn odd() -> Vec<Option<Value>> {
    let values = [json!(null), json!([]), json!({}), json!(""), json!(0), json!("nobody"), json!([null]), json!([{}]), json!([[]])];
    std::iter::once(None).chain(values.into_iter().map(Some)).collect()
}

fn some(values: impl IntoIterator<Item = Value>) -> Vec<Option<Value>> {
    values.into_iter().map(Some).chain(odd()).collect()
}

fn report(bench: &Bench, what: &str, at_least: usize) {
    println!("{what}: {} requests, {} refused, {} that change access", bench.tried, bench.refused, bench.changing);
    assert!(bench.changing >= at_least, "{what}: only {} of {} change anything", bench.changing, bench.tried);
}

#[test]
fn active() {
    let schema = format!("{CORE}User");
    let mut names = spelled(&schema, "active");
    names.extend(
        ["active.value", "active[value eq true]", "active eq true", "name.active", "meta.active", "emails[type eq \"work\"].active"]
            .map(String::from),
    );
    let values = some([
        json!(false),
        json!(true),
        json!("False"),
        json!("false"),
        json!("FALSE"),
        json!("True"),
        json!("no"),
        json!("0"),
        json!([false]),
        json!({"value": false}),
        json!([{"value": false}]),
        json!({"active": false}),
        json!("{\"value\":false}"),
        json!("\u{ff26}alse"),
        json!("false "),
    ]);
    let mut bench = Bench::new();
    for path in ["/Users/bo", "/Users/cy"] {
        let name = path.rsplit('/').next().unwrap();
        all(&mut bench, &Target::new(path, schema.clone(), json!({"userName": name})), &names, &values);
    }
    report(&bench, "active", 300);
}

#[test]
fn members() {
    let schema = format!("{CORE}Group");
    let mut names = spelled(&schema, "members");
    let filters = [
        "[value eq \"bo\"]",
        "[VALUE EQ \"bo\"]",
        "[value eq bo]",
        "[value eq \"BO\"]",
        "[value sw \"b\"]",
        "[value pr]",
        "[not (value eq \"x\")]",
        "[value ne \"x\"]",
        "[type eq \"User\"]",
        "[type eq \"user\"]",
        "[value eq \"bo\" or value eq \"cy\"]",
        "[display co \"o\"]",
        "[$ref pr]",
        "[value eq \"zed\"]",
        "[value eq \"b\\u006f\"]",
        "[0]",
        "[\"bo\"]",
        "[value eq \"bo\"",
        "[value eq \"bo\"] ",
        "[value eq \"bo\"].value",
        "[value eq \"bo\"].type",
        "[value eq \"bo\"].display",
        ".value",
        ".type",
        ".bo",
    ];
    names.extend(filters.iter().map(|filter| format!("members{filter}")));
    names.extend(filters.iter().take(4).map(|filter| format!("{schema}:MEMBERS{filter}")));
    let values = some([
        json!("zed"),
        json!(["zed"]),
        json!({"value": "zed"}),
        json!([{"value": "zed"}]),
        json!([{"VALUE": "zed"}]),
        json!([{"value": "ZED"}]),
        json!([{"value": "zed", "type": "Group"}]),
        json!("{\"value\":\"zed\"}"),
        json!(["{\"value\":\"zed\"}"]),
        json!([{"$ref": "/Users/zed"}]),
        json!([{"$ref": null, "value": "bo"}]),
        json!([{"value": "bo"}, {"value": "bo"}]),
        json!([{"value": "bo", "active": false}]),
        json!([{"value": "sub"}]),
        json!([{"value": "team"}]),
        json!({"value": ["zed"]}),
        json!([{"value": {"value": "zed"}}]),
    ]);
    let mut bench = Bench::new();
    all(&mut bench, &Target::new("/Groups/team", schema, json!({"displayName": "Team"})), &names, &values);
    report(&bench, "members", 1000);
}

#[test]
fn grants_and_roles() {
    let schema = format!("{OURS}Workspace");
    let mut names = spelled(&schema, "grants");
    let filters = [
        "[value eq \"team\"]",
        "[VALUE EQ \"team\"]",
        "[value eq \"team\"].role",
        "[value eq \"team\"].ROLE",
        "[role eq \"editor\"]",
        "[role eq \"Editor\"].role",
        "[type eq \"Group\"].role",
        "[type eq \"Group\"].value",
        "[value pr].role",
        "[value eq \"ann\"].role",
        "[value eq \"zed\"].role",
        "[value eq \"zed\" and type eq \"User\"].role",
        "[role ne \"owner\"].role",
        "[value eq \"team\"].type",
        ".role",
        ".value",
        "[value eq \"team\"].display",
    ];
    names.extend(filters.iter().map(|filter| format!("grants{filter}")));
    let values = some([
        json!("viewer"),
        json!("VIEWER"),
        json!("owner"),
        json!("Owner"),
        json!("god"),
        json!(["viewer"]),
        json!({"role": "viewer"}),
        json!({"ROLE": "viewer"}),
        json!([{"role": "viewer"}]),
        json!({"value": "zed", "type": "User", "role": "viewer"}),
        json!([{"value": "zed", "type": "User", "role": "viewer"}]),
        json!([{"value": "zed", "type": "user", "role": "Viewer"}]),
        json!([{"value": "zed", "type": "Group", "role": "viewer"}]),
        json!([{"value": "team", "type": "Group", "role": "owner"}]),
        json!([{"value": "team", "type": "Group", "role": "viewer"}]),
        json!([{"value": "team", "type": "Group", "role": "editor"}]),
        json!("zed"),
        json!("{\"value\":\"zed\",\"type\":\"User\",\"role\":\"owner\"}"),
        json!([{"value": "zed", "type": "User", "role": "viewer"}, {"value": "zed", "type": "User", "role": "owner"}]),
    ]);
    let mut bench = Bench::new();
    all(&mut bench, &Target::new("/Workspaces/w", schema, json!({"displayName": "Launch"})), &names, &values);
    report(&bench, "grants and roles", 1000);
}

#[test]
fn owners_and_policies() {
    let schema = format!("{OURS}Organization");
    let mut names = spelled(&schema, "owners");
    names.extend(
        [
            "owners[value eq \"ann\"]",
            "OWNERS[VALUE EQ \"ann\"]",
            "owners[value pr]",
            "owners[value eq \"ann\"].value",
            "owners[value eq \"zed\"]",
            "owners.value",
            "owners[type eq \"User\"]",
        ]
        .map(String::from),
    );
    let values = some([
        json!("zed"),
        json!(["zed"]),
        json!({"value": "zed"}),
        json!([{"value": "zed"}]),
        json!([{"value": "ann"}]),
        json!([{"value": "ANN"}]),
        json!([{"Value": "zed"}]),
        json!([{"value": "team"}]),
        json!("{\"value\":\"zed\"}"),
    ]);
    let mut bench = Bench::new();
    let target = Target::new("/Organization", schema.clone(), json!({"displayName": "Acme"}));
    all(&mut bench, &target, &names, &values);
    report(&bench, "owners", 150);

    let mut names = spelled(&schema, "policy");
    names.extend(["policy.combine", "POLICY.COMBINE", "policy.workspaceExitRevokesFolders", "policy[combine pr]"].map(String::from));
    let values = some([
        json!("mostSpecific"),
        json!("mostspecific"),
        json!("strongest"),
        json!(true),
        json!("True"),
        json!({"combine": "mostSpecific"}),
        json!({"COMBINE": "mostSpecific"}),
        json!({"workspaceExitRevokesFolders": true}),
        json!({"workspaceExitRevokesFolders": "True"}),
        json!("{\"combine\":\"mostSpecific\"}"),
    ]);
    all(&mut bench, &target, &names, &values);
    report(&bench, "owners and policies", 250);
}

#[test]
fn parents_and_audiences() {
    let schema = format!("{OURS}Folder");
    let target = Target::new(
        "/Folders/f",
        schema.clone(),
        json!({"displayName": "Plans", "parent": {"value": "w", "type": "Workspace"}, "audience": "parent"}),
    );
    let mut bench = Bench::new();
    let mut names = spelled(&schema, "audience");
    let values = some([
        json!("private"),
        json!("PRIVATE"),
        json!("parent"),
        json!("viewer"),
        json!("Viewer"),
        json!("editor"),
        json!("owner"),
        json!(["viewer"]),
        json!({"value": "viewer"}),
    ]);
    all(&mut bench, &target, &names, &values);
    names = spelled(&schema, "parent");
    names.extend(
        ["parent.value", "PARENT.VALUE", "parent.type", "parent[value eq \"w\"]", "parent[value eq \"w\"].value"].map(String::from),
    );
    let values = some([
        json!("v"),
        json!({"value": "v"}),
        json!({"value": "v", "type": "Workspace"}),
        json!({"VALUE": "v", "TYPE": "Workspace"}),
        json!([{"value": "v", "type": "Workspace"}]),
        json!({"value": "v", "type": "Folder"}),
        json!({"value": "k", "type": "Folder"}),
        json!({"value": "f", "type": "Folder"}),
        json!({"$ref": "/Workspaces/v"}),
        json!("{\"value\":\"v\",\"type\":\"Workspace\"}"),
        json!("Workspace"),
    ]);
    all(&mut bench, &target, &names, &values);
    report(&bench, "parents and audiences", 150);
}

/// The same change under every address that might reach it.
#[test]
fn addresses() {
    let mut bench = Bench::new();
    let off = json!([{"op": "replace", "path": "active", "value": false}]);
    for path in [
        "/Users/bo",
        "Users/bo",
        "//Users/bo",
        "/Users//bo",
        "/Users/bo/",
        "/users/bo",
        "/USERS/bo",
        "/Users/BO",
        "/Users/%62o",
        "/Users/%62%6F",
        "/%55sers/bo",
        "/Users/bo%00",
        "/Users/bo%20",
        "/Users/%20bo",
        "/Users/bo?attributes=id",
        "/Users/bo?x=/Users/ann",
        "/Users/bo#fragment",
        "/Users/./bo",
        "/Users/../Users/bo",
        "/Users/ann/../bo",
        "/v2/Users/bo",
        "/scim/v2/Users/bo",
        "https://acme.example/Users/bo",
        "/Users/bo%2F",
        "/Users%2Fbo",
        "/Groups/bo",
        "/Me",
        "/Users/b%C3%B6",
        "/Users/%",
        "/Users/%zz",
    ] {
        for dialect in DIALECTS {
            bench.attempt(&patch(path, &off), dialect);
            bench.attempt(&Request::new(Method::Delete, path), dialect);
            bench.attempt(
                &Request::new(Method::Put, path)
                    .with_body(json!({"schemas": [format!("{CORE}User")], "userName": "bo", "active": false}).to_string()),
                dialect,
            );
            for method in ["PATCH", "patch", "Delete", "DELETE", "PUT", "GET", "POST", "delete "] {
                let data = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": off});
                let operation = json!({"method": method, "path": path, "data": data, "bulkId": "b"});
                let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]});
                bench.attempt(&Request::new(Method::Post, "/Bulk").with_body(body.to_string()), dialect);
            }
        }
    }
    for path in [
        "/Groups/team",
        "/Workspaces/w",
        "/Folders/f",
        "/Folders/k",
        "/Groups/sub",
        "/Groups/%74eam",
        "/groups/team",
        "/Groups/team/",
        "/Organization",
        "/Workspaces",
    ] {
        for dialect in DIALECTS {
            bench.attempt(&Request::new(Method::Delete, path), dialect);
        }
    }
    report(&bench, "addresses", 60);
}
