//! PUT, PATCH and DELETE of a resource (RFC 7644 §3.5, §3.6), on the resident organization.

use super::service::*;
use serde_json::{Value, json};

#[test]
fn put_replaces_what_is_writable_and_answers_the_whole() {
    let mut service = Service::new();
    let sent = json!({
        "schemas": [USER], "userName": "Ann", "id": "2", "nickName": "A", "groups": [], "meta": {"created": "1999-01-01T00:00:00Z"},
    });
    let before = service.ask(get("/Users/1")).body;
    let body = service.ask(put("/Users/1", sent)).is(200).body;
    assert_eq!((&body["id"], &body["nickName"]), (&json!("1"), &json!("A")));
    assert_eq!((body.get("title"), body.get("emails"), body.get(ENTERPRISE)), (None, None, None), "what is omitted is cleared");
    assert_eq!((&body["groups"], &body["meta"]["created"]), (&before["groups"], &before["meta"]["created"]), "readOnly is ignored");
    service.refused(put("/Users/1", json!({"schemas": [USER]})), 400).fails(400, "invalidValue");
}

#[test]
fn put_of_a_group_gives_exactly_its_members() {
    let mut service = Service::new();
    let members = json!([{"value": "3"}, {"value": "2", "display": "x", "$ref": "y"}, {"value": "3"}]);
    let body = service.ask(put("/Groups/4", json!({"schemas": [GROUP], "displayName": "Staff", "members": members}))).is(200).body;
    let found: Vec<&str> = body["members"].as_array().unwrap().iter().map(|member| member["value"].as_str().unwrap()).collect();
    assert_eq!(found, ["2", "3"]);
    let body = service.ask(put("/Groups/4", json!({"schemas": [GROUP], "displayName": "Staff"}))).is(200).body;
    assert_eq!(body.get("members"), None);
}

fn with_badges(required: bool) -> Service {
    let badge = "urn:acme:badge";
    Service::with(json!({
        "schemas": [{"id": badge, "name": "Badge", "description": "A badge", "attributes": [
            {"name": "number", "type": "string", "mutability": "immutable", "uniqueness": "server", "description": "Its number"},
            {"name": "colour", "type": "string", "description": "Its colour"},
            {"name": "chip", "type": "complex", "description": "Its chip", "subAttributes": [
                {"name": "maker", "type": "string", "mutability": "immutable", "description": "Who made it"},
                {"name": "state", "type": "string", "description": "How it is"},
            ]},
            {"name": "keys", "type": "complex", "multiValued": true, "description": "What it opens", "subAttributes": [
                {"name": "value", "type": "string", "caseExact": true, "uniqueness": "global", "description": "The lock"},
            ]},
        ]}],
        "resourceTypes": [{
            "name": "User", "endpoint": "/Users", "schema": USER,
            "schemaExtensions": [{"schema": badge, "required": required}, {"schema": ENTERPRISE, "required": false}],
        }],
    }))
}

fn with_a_badge() -> Service {
    let badge = "urn:acme:badge";
    let mut service = with_badges(false);
    let sent = json!({"schemas": [USER, badge], "userName": "ann", badge: {"number": "7", "colour": "red"}});
    service.ask(post("/Users", sent)).is(201);
    service
}

#[test]
fn an_immutable_attribute_is_set_once() {
    let mut service = with_a_badge();
    let sent = |badge: Value| json!({"schemas": [USER, "urn:acme:badge"], "userName": "ann", "urn:acme:badge": badge});
    service.refused(put("/Users/1", sent(json!({"number": "8"}))), 400).fails(400, "mutability");
    service.refused(put("/Users/1", json!({"schemas": [USER], "userName": "ann"})), 400).fails(400, "mutability");
    service
        .refused(patch("/Users/1", json!([{"op": "replace", "path": "urn:acme:badge:number", "value": "8"}])), 400)
        .fails(400, "mutability");
    service.ask(put("/Users/1", sent(json!({"number": "7", "colour": "blue"})))).is(200);
    service.ask(post("/Users", json!({"schemas": [USER], "userName": "bob"}))).is(201);
    let bob = json!({"schemas": [USER, "urn:acme:badge"], "userName": "bob", "urn:acme:badge": {"number": "9"}});
    assert_eq!(service.ask(put("/Users/2", bob)).is(200).body["urn:acme:badge"]["number"], json!("9"));
}

#[test]
fn patch_answers_200_with_the_resource_and_204_for_a_group() {
    let mut service = Service::new();
    let named = json!([{"op": "replace", "path": "displayName", "value": "Crew"}]);
    assert_eq!(service.ask(patch("/Users/1", named.clone())).is(200).body["displayName"], json!("Crew"));
    let answer = service.ask(patch("/Groups/4", named.clone()));
    assert_eq!((answer.status, answer.text.as_deref(), answer.header("content-type")), (204, None, None));
    assert_eq!(service.ask(patch("/Groups/4?attributes=id", named.clone())).is(200).body["id"], json!("4"));
    let mut service = Service::with(json!({"groupPatchAnswer": 200}));
    service.ask(post("/Groups", json!({"schemas": [GROUP], "displayName": "Staff"}))).is(201);
    assert_eq!(service.ask(patch("/Groups/1", named)).is(200).body["displayName"], json!("Crew"));
}

#[test]
fn operations_are_done_in_order_and_all_or_none() {
    let mut service = Service::new();
    let operations = json!([
        {"op": "replace", "path": "title", "value": "first"},
        {"op": "replace", "path": "title", "value": "second"},
        {"op": "remove", "path": "name"},
    ]);
    let body = service.ask(patch("/Users/1", operations)).is(200).body;
    assert_eq!((&body["title"], body.get("name")), (&json!("second"), None));
    let operations = json!([{"op": "replace", "path": "title", "value": "third"}, {"op": "remove", "path": "userName"}]);
    service.refused(patch("/Users/1", operations), 400).fails(400, "mutability");
    let operations = json!([
        {"op": "add", "path": "members", "value": [{"value": "3"}]},
        {"op": "add", "path": "members", "value": [{"value": "nobody"}]},
    ]);
    service.refused(patch("/Groups/4", operations), 400).fails(400, "invalidValue");
}

#[test]
fn a_patch_that_cannot_be_done_names_its_kind_of_fault() {
    let mut service = Service::new();
    let cases = [
        (json!([{"op": "replace", "path": "shoeSize", "value": 4}]), "invalidPath"),
        (json!([{"op": "replace", "path": "emails[type eq", "value": "x"}]), "invalidFilter"),
        (json!([{"op": "replace", "path": "emails[type eq \"fax\"].value", "value": "x"}]), "noTarget"),
        (json!([{"op": "remove"}]), "noTarget"),
        (json!([{"op": "remove", "path": "id"}]), "mutability"),
        (json!([{"op": "replace", "path": "groups", "value": [{"value": "5"}]}]), "mutability"),
        (json!([{"op": "replace", "path": "active", "value": "yes"}]), "invalidValue"),
        (json!([{"op": "add", "path": "title"}]), "invalidValue"),
        (json!([{"op": "move", "path": "title"}]), "invalidSyntax"),
        (json!({"op": "add"}), "invalidSyntax"),
    ];
    for (operations, scim_type) in cases {
        service.refused(patch("/Users/1", operations), 400).fails(400, scim_type);
    }
    service.refused(send("PATCH", "/Users/1", "{\"Operations\":[]}"), 400);
}

#[test]
fn one_primary_value_takes_the_mark_from_the_other() {
    let mut service = Service::new();
    let operations = json!([{"op": "add", "path": "emails", "value": [{"value": "new@acme.example", "primary": true}]}]);
    let emails = service.ask(patch("/Users/1", operations)).is(200).body["emails"].clone();
    let primary: Vec<bool> = emails.as_array().unwrap().iter().map(|email| email["primary"] == json!(true)).collect();
    assert_eq!(primary, [false, false, true]);
}

#[test]
fn what_changes_nothing_moves_neither_version_nor_time() {
    let mut service = Service::new();
    let before = service.ask(get("/Users/1")).body["meta"].clone();
    let whole = service.ask(get("/Users/1")).body;
    service.ask(patch("/Users/1", json!([{"op": "add", "path": "title", "value": "Lead"}]))).is(200);
    service.ask(put("/Users/1", whole)).is(200);
    assert_eq!(service.ask(get("/Users/1")).body["meta"], before);
    let before = service.ask(get("/Groups/4")).body["meta"].clone();
    service.ask(patch("/Groups/4", json!([{"op": "add", "path": "members", "value": [{"value": "1"}]}]))).is(204);
    assert_eq!(service.ask(get("/Groups/4")).body["meta"], before);
}

#[test]
fn what_is_deleted_is_gone_from_everywhere() {
    let mut service = Service::new();
    let answer = service.ask(delete("/Users/1")).is(204);
    assert_eq!((answer.text.as_deref(), answer.header("content-type")), (None, None));
    service.refused(get("/Users/1"), 404);
    service.refused(put("/Users/1", json!({"schemas": [USER], "userName": "ann"})), 404);
    service.refused(patch("/Users/1", json!([])), 404);
    service.refused(delete("/Users/1"), 404);
    assert_eq!(service.ask(get("/Users")).ids(), ["2", "3"]);
    assert_eq!(service.ask(get(&format!("/Users?filter={}", encoded("userName eq \"ann\"")))).ids(), [""; 0]);
    assert_eq!(service.ask(get("/Groups/4")).body["members"].as_array().unwrap().len(), 1);
    let again = service.ask(post("/Users", json!({"schemas": [USER], "userName": "Ann"}))).is(201).body;
    assert_eq!((&again["id"], again.get("groups")), (&json!("6"), None), "a name is no identity");
}

#[test]
fn an_immutable_part_of_a_complex_attribute_is_set_once_too() {
    let mut service = with_badges(false);
    let sent = |chip: Value| json!({"schemas": [USER, "urn:acme:badge"], "userName": "ann", "urn:acme:badge": {"chip": chip}});
    service.ask(post("/Users", sent(json!({"maker": "A", "state": "new"})))).is(201);
    service.refused(put("/Users/1", sent(json!({"maker": "B", "state": "new"}))), 400).fails(400, "mutability");
    service.ask(put("/Users/1", sent(json!({"maker": "A", "state": "old"})))).is(200);
}

#[test]
fn what_a_schema_calls_unique_is_no_other_resources() {
    let mut service = with_badges(false);
    let sent = |name: &str, badge: Value| json!({"schemas": [USER, "urn:acme:badge"], "userName": name, "urn:acme:badge": badge});
    service.ask(post("/Users", sent("ann", json!({"number": "A7", "keys": [{"value": "k1"}, {"value": "k2"}]})))).is(201);
    service.refused(post("/Users", sent("bob", json!({"number": "a7"}))), 409).fails(409, "uniqueness");
    service.refused(post("/Users", sent("bob", json!({"keys": [{"value": "k3"}, {"value": "k2"}]}))), 409).fails(409, "uniqueness");
    service.ask(post("/Users", sent("bob", json!({"number": "B7", "keys": [{"value": "K2"}]})))).is(201);
    let more = json!([{"op": "add", "path": "urn:acme:badge:keys", "value": [{"value": "k1"}]}]);
    service.refused(patch("/Users/2", more), 409).fails(409, "uniqueness");
    service.ask(put("/Users/1", sent("ann", json!({"number": "A7", "keys": [{"value": "k2"}]})))).is(200);
    service.ask(patch("/Users/2", json!([{"op": "add", "path": "urn:acme:badge:keys", "value": [{"value": "k1"}]}]))).is(200);
    let filter = encoded("urn:acme:badge:keys.value eq \"k1\"");
    assert_eq!(service.ask(get(&format!("/Users?filter={filter}"))).ids(), ["2"]);
}

#[test]
fn a_required_extension_is_in_every_resource() {
    let mut service = with_badges(true);
    service.refused(post("/Users", json!({"schemas": [USER], "userName": "ann"})), 400).fails(400, "invalidValue");
    let sent = json!({"schemas": [USER, "urn:acme:badge"], "userName": "ann", "urn:acme:badge": {"colour": "red"}});
    service.ask(post("/Users", sent)).is(201);
    service.refused(put("/Users/1", json!({"schemas": [USER], "userName": "ann"})), 400).fails(400, "invalidValue");
    service.refused(patch("/Users/1", json!([{"op": "remove", "path": "urn:acme:badge"}])), 400).fails(400, "mutability");
}
