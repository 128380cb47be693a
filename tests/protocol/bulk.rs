//! Bulk (RFC 7644 §3.7).

use super::service::*;
use serde_json::{Value, json};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

fn whole(operations: Value) -> Value {
    json!({"schemas": [REQUEST], "Operations": operations})
}

/// What became of each operation.
fn done(service: &mut Service, operations: Value) -> Vec<Value> {
    done_of(service, whole(operations))
}

fn done_of(service: &mut Service, body: Value) -> Vec<Value> {
    let body = service.ask(post("/Bulk", body)).is(200).body;
    assert_eq!(body["schemas"], json!([RESPONSE]));
    body["Operations"].as_array().unwrap().clone()
}

fn statuses(done: &[Value]) -> Vec<&str> {
    done.iter().map(|operation| operation["status"].as_str().unwrap()).collect()
}

fn user(bulk_id: &str, name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": {"schemas": [USER], "userName": name}})
}

fn group(bulk_id: &str, name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|member| json!({"value": member})).collect();
    let data = json!({"schemas": [GROUP], "displayName": name, "members": members});
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data})
}

fn managed(bulk_id: &str, name: &str, manager: &str) -> Value {
    let data = json!({"schemas": [USER, ENTERPRISE], "userName": name, ENTERPRISE: {"manager": {"value": manager}}});
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
}

fn members(service: &mut Service, group: &str) -> Vec<String> {
    let body = service.ask(get(&format!("/Groups/{group}"))).is(200).body;
    body["members"].as_array().into_iter().flatten().map(|member| member["value"].as_str().unwrap().into()).collect()
}

#[test]
fn every_operation_is_answered_with_status_location_and_version() {
    let mut service = Service::new();
    let done = done(
        &mut service,
        json!([
            user("d", "dee"),
            {"method": "PUT", "path": "/Users/2", "data": {"schemas": [USER], "userName": "bob"}},
            {"method": "PATCH", "path": "/Groups/4?attributes=id", "data": {
                "schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": "Crew"}],
            }},
            {"method": "PATCH", "path": "/Groups/5", "data": {
                "schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": "Everyone"}],
            }},
            {"method": "DELETE", "path": "/Users/3"},
        ]),
    );
    let places = ["Users/6", "Users/2", "Groups/4", "Groups/5", "Users/3"];
    for (operation, place) in done.iter().zip(places) {
        assert_eq!(operation["location"], json!(format!("{BASE}/{place}")), "{operation}");
        assert_eq!(operation.get("response"), None, "{operation}");
    }
    assert_eq!((&done[0]["bulkId"], &done[0]["method"]), (&json!("d"), &json!("POST")));
    assert_eq!(statuses(&done)[..2], ["201", "200"]);
    assert_eq!(statuses(&done)[3..], ["204", "204"]);
    assert_eq!(done[0]["version"].as_str(), service.ask(get("/Users/6")).header("etag"));
    assert_eq!(done[3]["version"].as_str(), service.ask(get("/Groups/5")).header("etag"));
}

#[test]
fn an_operation_that_fails_carries_its_error_and_where_it_was() {
    let mut service = Service::new();
    let version = service.organization.version();
    let done = done(
        &mut service,
        json!([
            user("d", "ANN"),
            {"method": "PUT", "path": "/Users/none", "data": {"schemas": [USER], "userName": "x"}},
            {"method": "DELETE", "path": "/Users/1", "version": "W/\"old\""},
            {"method": "GET", "path": "/Users/1"},
            {"method": "POST", "path": "/Users", "data": {"schemas": [USER], "userName": "nobulkid"}},
            {"method": "POST", "path": "/Nothing", "bulkId": "n", "data": {}},
            {"method": "POST", "path": "/Bulk", "bulkId": "b", "data": {}},
            {"method": "PATCH", "path": "/Users/1"},
            {"method": "DELETE"},
        ]),
    );
    assert_eq!(statuses(&done), ["409", "404", "412", "400", "400", "404", "400", "400", "400"]);
    for operation in &done {
        assert_eq!(operation["response"]["schemas"], json!([ERROR]), "{operation}");
        assert_eq!(operation["response"]["status"], operation["status"], "{operation}");
    }
    assert_eq!(done[0].get("location"), None, "a POST that fails has none");
    assert_eq!(done[1]["location"], json!(format!("{BASE}/Users/none")));
    assert_eq!(done[2]["location"], json!(format!("{BASE}/Users/1")));
    assert_eq!(service.organization.version(), version);
}

#[test]
fn failures_are_passed_over_up_to_fail_on_errors() {
    let mut service = Service::new();
    let operations = json!([user("a", "a"), user("b", "A"), user("c", "c"), user("d", "C"), user("e", "e")]);
    let mut limited = whole(operations.clone());
    limited["failOnErrors"] = json!(1);
    assert_eq!(statuses(&done_of(&mut service, limited)), ["201", "409"]);
    let mut limited = whole(operations);
    limited["failOnErrors"] = json!(3);
    assert_eq!(statuses(&done_of(&mut service, limited)), ["409", "409", "201", "409"]);
    let operations = json!([user("x", "e"), user("y", "E"), user("z", "z")]);
    assert_eq!(statuses(&done(&mut service, operations)), ["201", "409", "201"]);
    for wrong in [json!(0), json!(-1), json!("1"), json!(1.5)] {
        let mut body = whole(json!([user("q", "q")]));
        body["failOnErrors"] = wrong;
        service.refused(post("/Bulk", body), 400).fails(400, "invalidValue");
    }
}

#[test]
fn references_are_resolved_in_any_order() {
    let mut service = Service::new();
    let operations = json!([
        {"method": "PATCH", "path": "/Groups/4", "data": {"schemas": [PATCH_OP], "Operations": [
            {"op": "add", "path": "members", "value": [{"value": "bulkId:d"}]},
            {"op": "remove", "path": "members[value eq \"1\"]"},
        ]}},
        group("g", "New", &["bulkId:d", "bulkId:e", "2"]),
        {"method": "PATCH", "path": "/Users/bulkId:e?attributes=id", "data": {
            "schemas": [PATCH_OP], "Operations": [{"op": "add", "path": format!("{ENTERPRISE}:manager.value"), "value": "bulkId:d"}],
        }},
        user("e", "eve"),
        user("d", "dee"),
    ]);
    let done = done(&mut service, operations);
    assert_eq!(statuses(&done), ["204", "201", "200", "201", "201"]);
    let id = |at: usize| done[at]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let (g, e, d) = (id(1), id(3), id(4));
    assert_eq!(members(&mut service, "4"), ["2".to_owned(), d.clone()]);
    assert_eq!(members(&mut service, &g), ["2".to_owned(), e.clone(), d.clone()]);
    assert_eq!(service.ask(get(&format!("/Users/{e}"))).body[ENTERPRISE]["manager"]["value"], json!(d));
}

#[test]
fn references_stand_in_paths_of_operations_and_in_filters_of_a_patch() {
    let mut service = Service::new();
    let operations = json!([
        user("new one/é\"", "dee"),
        {"method": "PATCH", "path": format!("/Users/bulkId:{}", encoded("new one/é\"")), "data": {
            "schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": "T"}],
        }},
        user("f", "fay"),
        {"method": "PATCH", "path": "/Groups/4", "data": {"schemas": [PATCH_OP], "Operations": [
            {"op": "add", "path": "members", "value": [{"value": "bulkId:f"}]},
            {"op": "remove", "path": "members[value eq \"bulkId:f\" or value eq \"1\"]"},
        ]}},
        {"method": "DELETE", "path": "/Users/bulkId:f"},
    ]);
    assert_eq!(statuses(&done(&mut service, operations)), ["201", "200", "201", "204", "204"]);
    assert_eq!(service.ask(get(&format!("/Users?filter={}", encoded("title eq \"T\"")))).ids(), ["6"]);
    assert_eq!(members(&mut service, "4"), ["2"]);
    service.ask(get("/Users/7")).is(404);
}

#[test]
fn a_circle_of_new_resources_is_made() {
    let mut service = Service::new();
    let operations = json!([
        group("a", "A", &["bulkId:b", "1"]),
        group("b", "B", &["bulkId:c"]),
        group("c", "C", &["bulkId:a", "bulkId:c"]),
        managed("x", "x", "bulkId:y"),
        managed("y", "y", "bulkId:x"),
    ]);
    let done = done(&mut service, operations);
    assert_eq!(statuses(&done), ["201"; 5]);
    let ids: Vec<&str> = done.iter().map(|operation| operation["location"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    let mut wanted = vec![ids[1], "1"];
    wanted.sort_unstable();
    assert_eq!(members(&mut service, ids[0]), wanted);
    assert_eq!(members(&mut service, ids[1]), [ids[2]]);
    let mut wanted = vec![ids[0], ids[2]];
    wanted.sort_unstable();
    assert_eq!(members(&mut service, ids[2]), wanted, "a group may hold itself");
    for (at, other) in [(3, 4), (4, 3)] {
        let body = service.ask(get(&format!("/Users/{}", ids[at]))).body;
        assert_eq!(body[ENTERPRISE]["manager"]["value"], json!(ids[other]));
        assert_eq!(done[at]["version"], body["meta"]["version"], "the version with the reference");
    }
}

#[test]
fn what_refers_to_something_that_was_not_made_is_not_made() {
    let mut service = Service::new();
    let operations = json!([managed("x", "x", "bulkId:y"), managed("y", "", "bulkId:x"), group("c", "C", &["bulkId:none"])]);
    let done = done(&mut service, operations);
    assert_eq!(statuses(&done), ["409", "400", "400"]);
    assert_eq!(done[0].get("location"), None);
    assert_eq!(service.ask(get("/Users")).ids(), ["1", "2", "3"]);
    let operations = json!([group("a", "A", &["bulkId:b"]), user("b", "ann")]);
    assert_eq!(statuses(&self::done(&mut service, operations)), ["400", "409"]);
    assert_eq!(service.ask(get("/Groups")).ids(), ["4", "5"]);
}

#[test]
fn a_bulk_that_cannot_be_read_changes_nothing() {
    let mut service = Service::with(json!({"limits": {"bulkOperations": 2}}));
    let cases = [
        (json!({"Operations": []}), 400),
        (json!({"schemas": [REQUEST]}), 400),
        (json!({"schemas": [REQUEST], "Operations": {}}), 400),
        (json!({"schemas": [REQUEST], "Operations": [1]}), 400),
        (json!({"schemas": [REQUEST], "Operations": [{"method": 1}]}), 400),
        (whole(json!([user("a", "a"), user("a", "b")])), 400),
        (whole(json!([user("a", "a"), user("b", "b"), user("c", "c")])), 413),
        (json!([]), 400),
    ];
    for (body, status) in cases {
        let answer = service.refused(post("/Bulk", body), status);
        if status == 413 {
            assert!(answer.body["detail"].as_str().unwrap().contains('2'), "the limit is named: {}", answer.body);
        }
    }
    service.refused(send("POST", "/Bulk", "{\"schemas\":["), 400).fails(400, "invalidSyntax");
    let twice = format!("{{\"schemas\":[\"{REQUEST}\"],\"Operations\":[{{\"method\":\"POST\",\"Method\":\"PUT\"}}]}}");
    service.refused(send("POST", "/Bulk", &twice), 400).fails(400, "invalidSyntax");
    assert_eq!(done(&mut service, json!([])), Vec::<Value>::new());
}

#[test]
fn a_thousand_operations_against_the_order_of_their_references_are_done() {
    let mut service = Service::new();
    let names: Vec<String> = (0..1000).map(|at| format!("g{at}")).collect();
    let next = |at: usize| names.get(at + 1).map_or_else(|| "1".to_owned(), |next| format!("bulkId:{next}"));
    let operations: Vec<Value> = names.iter().enumerate().map(|(at, name)| managed(name, name, &next(at))).collect();
    assert!(statuses(&done(&mut service, json!(operations))).iter().all(|status| *status == "201"));
    let last = service.ask(get(&format!("/Users?filter={}", encoded("userName eq \"g999\"")))).body["Resources"][0].clone();
    assert_eq!(last["id"], json!("6"), "what the others wait for is made first");
}

#[test]
fn many_references_that_wait_for_one_another_are_made() {
    // Two hundred groups in a circle, each with all the others as members, and what they all wait for stands last.
    let names: Vec<String> = (0..200).map(|at| format!("g{at}")).collect();
    let all: Vec<String> = names.iter().map(|name| format!("bulkId:{name}")).chain(["bulkId:u".into()]).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut operations: Vec<Value> = names.iter().map(|name| group(name, name, &all)).collect();
    operations.push(user("u", "dee"));
    let mut service = Service::with(json!({}));
    assert!(statuses(&done(&mut service, json!(operations))).iter().all(|status| *status == "201"));
    assert_eq!(members(&mut service, "2").len(), 201);
}
