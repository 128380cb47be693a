//! GET of one resource (RFC 7644 §3.4.1), what of it is shown (§3.9, §3.10), and what the server fills in.

use super::service::*;
use serde_json::json;

#[test]
fn a_resource_is_read_by_its_id() {
    let mut service = Service::new();
    let answer = service.ask(get("/Users/1")).is(200);
    assert_eq!(answer.header("location"), answer.body["meta"]["location"].as_str());
    assert_eq!(answer.header("etag"), answer.body["meta"]["version"].as_str());
    assert_eq!(service.ask(get("/Users/1/")).is(200).body, answer.body);
    assert_eq!(service.ask(get("/Users/%31")).is(200).body, answer.body);
    for path in ["/Users/9", "/Users/4", "/Groups/1", "/Users/ANN", "/Users//", "/Users/1/2", "/users/1", "/Nothing", "/"] {
        service.ask(get(path)).is(404);
    }
}

#[test]
fn schemas_lists_the_base_schema_first_and_the_extensions_in_use() {
    let mut service = Service::new();
    assert_eq!(service.ask(get("/Users/1")).body["schemas"], json!([USER, ENTERPRISE]));
    assert_eq!(service.ask(get("/Users/2")).body["schemas"], json!([USER]));
    let gone = json!([{"op": "remove", "path": ENTERPRISE}]);
    assert_eq!(service.ask(patch("/Users/1", gone)).is(200).body["schemas"], json!([USER]));
}

#[test]
fn groups_of_a_user_are_direct_and_indirect() {
    let groups = Service::new().ask(get("/Users/1")).is(200).body["groups"].clone();
    assert_eq!(
        groups,
        json!([
            {"value": "4", "$ref": format!("{BASE}/Groups/4"), "display": "Staff", "type": "direct"},
            {"value": "5", "$ref": format!("{BASE}/Groups/5"), "display": "All", "type": "indirect"},
        ])
    );
}

#[test]
fn members_are_completed_by_the_server() {
    let members = Service::new().ask(get("/Groups/4")).is(200).body["members"].clone();
    assert_eq!(members[0], json!({"value": "1", "type": "User", "$ref": format!("{BASE}/Users/1"), "display": "Ann"}));
    let members = Service::new().ask(get("/Groups/5")).is(200).body["members"].clone();
    assert_eq!(members, json!([{"value": "4", "type": "Group", "$ref": format!("{BASE}/Groups/4"), "display": "Staff"}]));
}

#[test]
fn a_manager_is_completed_by_the_server_and_found_by_it() {
    let mut service = Service::new();
    let manager = service.ask(get("/Users/1")).body[ENTERPRISE]["manager"].clone();
    assert_eq!(manager, json!({"value": "2", "$ref": format!("{BASE}/Users/2"), "displayName": "bob"}));
    for filter in ["manager.value eq \"2\"", "manager.displayName eq \"BOB\"", "manager.$ref ew \"/Users/2\"", "manager eq \"2\""] {
        let path = format!("/Users?filter={}", encoded(&format!("{ENTERPRISE}:{filter}")));
        assert_eq!(service.ask(get(&path)).ids(), ["1"], "{filter}");
    }
}

#[test]
fn attributes_replace_the_default_set_and_the_minimum_stays() {
    let mut service = Service::new();
    let mut names = |query: &str| -> Vec<String> {
        let answer = service.ask(get(&format!("/Users/1?{query}"))).is(200);
        answer.body.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names("attributes=userName"), ["schemas", "id", "userName"]);
    assert_eq!(names("attributes=USERNAME,%20title"), ["schemas", "id", "userName", "title"]);
    assert_eq!(names("attributes=noSuchThing"), ["schemas", "id"]);
    assert_eq!(names(&format!("attributes={}", encoded(&format!("{USER}:title")))), ["schemas", "id", "title"]);
    assert_eq!(names(&format!("attributes={}", encoded(&format!("{ENTERPRISE}:department")))), ["schemas", "id", ENTERPRISE]);
    assert_eq!(names(&format!("attributes={}", encoded(ENTERPRISE))), ["schemas", "id", ENTERPRISE]);
    assert!(!names("excludedAttributes=emails,groups").contains(&"emails".into()));
    assert!(names("excludedAttributes=id,schemas,userName").starts_with(&["schemas".into(), "id".into()]));
}

#[test]
fn sub_attributes_are_chosen_and_left_out() {
    let mut service = Service::new();
    let emails = service.ask(get("/Users/1?attributes=emails.value")).body["emails"].clone();
    assert_eq!(emails, json!([{"value": "ann@home.example"}, {"value": "Ann@Acme.example"}]));
    let emails = service.ask(get("/Users/1?excludedAttributes=emails.type")).body["emails"].clone();
    assert_eq!(emails, json!([{"value": "ann@home.example"}, {"value": "Ann@Acme.example", "primary": true}]));
    let members = service.ask(get("/Groups/4?attributes=members.value")).body["members"].clone();
    assert_eq!(members, json!([{"value": "1"}, {"value": "2"}]));
    let answer = service.ask(get("/Groups/4?excludedAttributes=members"));
    assert_eq!((answer.body.get("members"), &answer.body["displayName"]), (None, &json!("Staff")));
}

#[test]
fn both_lists_of_attributes_at_once_are_refused() {
    let mut service = Service::new();
    service.ask(get("/Users/1?attributes=userName&excludedAttributes=title")).fails(400, "invalidValue");
    service.ask(get("/Users?attributes=userName&excludedAttributes=title")).fails(400, "invalidValue");
    service.ask(get("/Users/1?attributes=user%20name")).fails(400, "invalidValue");
    service.ask(get("/Users/1?attributes=userName&excludedAttributes=")).is(200);
}

#[test]
fn every_answer_with_a_resource_takes_attributes() {
    let mut service = Service::new();
    let named = json!({"schemas": [USER], "userName": "dee", "title": "T"});
    let keys = |answer: Answer| answer.body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(service.ask(post("/Users?attributes=title", named.clone()))), ["schemas", "id", "title"]);
    assert_eq!(keys(service.ask(put("/Users/6?attributes=title", named))), ["schemas", "id", "title"]);
    let operations = json!([{"op": "replace", "path": "title", "value": "U"}]);
    assert_eq!(keys(service.ask(patch("/Users/6?attributes=title", operations))), ["schemas", "id", "title"]);
    let group = json!([{"op": "replace", "path": "displayName", "value": "Crew"}]);
    let answer = service.ask(patch("/Groups/4?attributes=displayName", group)).is(200);
    assert_eq!(keys(answer), ["schemas", "id", "displayName"]);
}

#[test]
fn the_organization_shows_the_settings_in_force_whoever_wrote_them() {
    let mut service = Service::new();
    let before = service.ask(get("/Organization").by_system()).is(200).body;
    let urn = "urn:scim-policy:schemas:1.0:Organization";
    let guards = json!([{"type": "massLoss", "outcome": "warn", "count": 0}]);
    let sent = json!({"schemas": [urn], "displayName": "Acme", "policy": {"combine": "mostSpecific"}, "guards": guards});
    let body = service.ask(put("/Organization", sent).by_system()).is(200).body;
    assert_eq!((&body["features"], &body["membersCanCreateWorkspaces"]), (&before["features"], &before["membersCanCreateWorkspaces"]));
    assert_eq!((&body["policy"]["combine"], &body["policy"]["unknownMembers"]), (&json!("mostSpecific"), &json!("refuse")));
    assert_eq!(body["guards"][0], guards[0]);
    assert_eq!(body["guards"].as_array().unwrap().len(), before["guards"].as_array().unwrap().len());
    service.ask(put("/Organization", json!({"schemas": [urn]})).by_system()).is(200);
    let count = json!([{"op": "replace", "path": "guards[type eq \"massLoss\"].count", "value": 7}]);
    let body = service.ask(patch("/Organization", count).by_system()).is(200).body;
    let guard = body["guards"].as_array().unwrap().iter().find(|guard| guard["type"] == "massLoss").unwrap();
    assert_eq!(*guard, json!({"type": "massLoss", "outcome": "hold", "count": 7, "share": 20, "window": 60}));
    let off = json!([{"op": "replace", "path": "features.scim", "value": false}]);
    service.ask(patch("/Organization", off).by_system()).is(200);
    service.refused(get("/Users"), 403);
}

#[test]
fn settings_that_are_those_in_force_are_no_change() {
    let mut service = Service::new();
    let before = service.ask(get("/Organization").by_system()).is(200).body;
    let version = service.organization.version();
    for path in ["guards", "features", "policy", "membersCanCreateWorkspaces", "guards[type eq \"massLoss\"]"] {
        let removed = json!([{"op": "remove", "path": path}]);
        let body = service.ask(patch("/Organization", removed).by_system()).is(200).body;
        assert_eq!((body, service.organization.version()), (before.clone(), version.clone()), "{path}");
    }
    let mut sent = before.clone();
    sent.as_object_mut().unwrap().remove("meta");
    assert_eq!(service.ask(put("/Organization", sent).by_system()).is(200).body, before);
    assert_eq!(service.organization.version(), version);
    let off = json!([{"op": "replace", "path": "membersCanCreateWorkspaces", "value": false}]);
    assert_ne!(service.ask(patch("/Organization", off).by_system()).is(200).body["meta"]["version"], before["meta"]["version"]);
    assert_ne!(service.organization.version(), version);
}
