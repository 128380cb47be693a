//! Who may do what (access.md), by every route: each endpoint, Bulk and `.search`.

use super::service::*;
use serde_json::{Value, json};

/// Ann owns the organization, Bob may edit Maps and its folder Plans, Cyd has nothing.
fn service() -> Service {
    let mut service = Service::new();
    let owned = json!([{"op": "add", "path": "owners", "value": [{"value": "1"}]}]);
    service.ask(patch("/Organization", owned).by_system()).is(200);
    let grants = json!([{"value": "2", "type": "User", "role": "admin"}]);
    service.ask(post("/Workspaces", json!({"schemas": [WORKSPACE], "displayName": "Maps", "grants": grants})).by_system()).is(201);
    let folder = |name: &str, audience: &str| json!({"schemas": [FOLDER], "displayName": name, "audience": audience, "parent": {"value": "6", "type": "Workspace"}});
    service.ask(post("/Folders", folder("Plans", "parent")).by_system()).is(201);
    service.ask(post("/Workspaces", json!({"schemas": [WORKSPACE], "displayName": "Books"})).by_system()).is(201);
    service
}

fn renamed(path: &str) -> Ask {
    patch(path, json!([{"op": "replace", "path": "displayName", "value": "Other"}]))
}

#[test]
fn an_identity_provider_has_users_and_groups_alone() {
    let mut service = service();
    for path in ["/Workspaces", "/Workspaces/6", "/Folders", "/Folders/7", "/Folders/none", "/Organization"] {
        service.refused(get(path), 403);
        service.refused(renamed(path), 403);
        service.refused(delete(path), 403);
        service.refused(put(path, json!({})), 403);
    }
    service.refused(post("/Folders/.search", json!({"schemas": [SEARCH]})), 403);
    assert_eq!(service.ask(post("/.search", json!({"schemas": [SEARCH]}))).ids(), ["1", "2", "3", "4", "5"]);
    let operation = json!({"method": "DELETE", "path": "/Folders/7"});
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]});
    assert_eq!(service.refused(post("/Bulk", bulk), 200).body["Operations"][0]["status"], json!("403"));
    // Adding a user's id to a filter on objects shows nothing of them either.
    service.ask(get(&format!("/Users?filter={}", encoded("grants.value eq \"2\"")))).fails(400, "invalidFilter");
}

#[test]
fn provisioning_that_is_switched_off_answers_403_to_the_identity_provider_alone() {
    let mut service = service();
    let off = json!([{"op": "replace", "path": "features.scim", "value": false}]);
    service.ask(patch("/Organization", off).by_system()).is(200);
    for path in ["/Users", "/Users/1", "/Schemas", "/ServiceProviderConfig", "/Nothing"] {
        service.refused(get(path), 403);
    }
    service.ask(get("/Users").by("1")).is(200);
}

#[test]
fn a_user_reads_people_and_sees_the_objects_they_have_a_role_on() {
    let mut service = service();
    for user in ["1", "2", "3"] {
        assert_eq!(service.ask(get("/Users").by(user)).ids(), ["1", "2", "3"]);
        service.ask(get("/Groups/4").by(user)).is(200);
        service.refused(renamed("/Users/2").by(user), 403);
        service.refused(delete("/Groups/4").by(user), 403);
        service.refused(post("/Users", json!({"schemas": [USER], "userName": "dee"})).by(user), 403);
    }
    let mut seen = |user: &str| -> (Vec<String>, Vec<String>) {
        let ids = |answer: Answer| answer.ids().into_iter().map(str::to_owned).collect();
        (ids(service.ask(get("/Workspaces").by(user))), ids(service.ask(post("/.search", json!({"schemas": [SEARCH]})).by(user))))
    };
    assert_eq!(seen("1").0, ["6", "8"]);
    assert_eq!(seen("2"), (vec!["6".into()], ["1", "2", "3", "4", "5", "6", "7"].map(String::from).to_vec()));
    assert_eq!(seen("3").0, [""; 0]);
    service.refused(get("/Workspaces/6").by("3"), 404);
    service.refused(renamed("/Workspaces/6").by("3"), 404);
    service.refused(delete("/Folders/7").by("3"), 404);
    service.refused(get("/Organization").by("2"), 403);
    service.ask(get("/Organization").by("1")).is(200);
}

#[test]
fn a_user_changes_what_they_manage_up_to_their_own_role() {
    let mut service = service();
    service.ask(renamed("/Folders/7").by("2")).is(200);
    let grant = |role: &str| json!([{"op": "add", "path": "grants", "value": [{"value": "3", "type": "User", "role": role}]}]);
    service.refused(patch("/Folders/7", grant("owner")).by("2"), 403);
    service.ask(patch("/Folders/7", grant("viewer")).by("2")).is(200);
    service.refused(renamed("/Folders/7").by("3"), 403);
    service.refused(delete("/Folders/7").by("3"), 403);
    service.ask(get("/Folders/7").by("3")).is(200);
    let moved = json!([{"op": "replace", "path": "parent", "value": {"value": "8", "type": "Workspace"}}]);
    service.refused(patch("/Folders/7", moved.clone()).by("2"), 400);
    service.ask(patch("/Folders/7", moved).by("1")).is(200);
    service.refused(renamed("/Users/1").by("none"), 403);
}

#[test]
fn an_inactive_user_may_do_nothing() {
    let mut service = service();
    service.ask(patch("/Users/2", json!([{"op": "replace", "path": "active", "value": false}])).by_system()).is(200);
    for path in ["/Users", "/Workspaces/6", "/Schemas"] {
        service.refused(get(path).by("2"), 403);
    }
}

#[test]
fn creating_workspaces_follows_the_setting() {
    let mut service = service();
    let made = |name: &str| post("/Workspaces", json!({"schemas": [WORKSPACE], "displayName": name}));
    let body: Value = service.ask(made("Mine").by("3")).is(201).body;
    assert_eq!((&body["grants"][0]["value"], &body["grants"][0]["role"]), (&json!("3"), &json!("owner")));
    service.ask(patch("/Organization", json!([{"op": "replace", "path": "membersCanCreateWorkspaces", "value": false}])).by("1")).is(200);
    service.refused(made("More").by("3"), 403);
    service.ask(made("More").by("1")).is(201);
}

#[test]
fn an_id_that_a_client_chooses_is_the_systems_alone() {
    let mut service = service();
    let sent = json!({"schemas": [USER], "userName": "dee", "id": "chosen"});
    assert_eq!(service.ask(post("/Users", sent)).is(201).body["id"], json!("9"));
}

#[test]
fn a_role_above_ones_own_is_neither_given_nor_taken() {
    let mut service = service();
    let owner = json!([{"op": "add", "path": "grants", "value": [{"value": "3", "type": "User", "role": "owner"}]}]);
    service.refused(patch("/Workspaces/6", owner.clone()).by("2"), 403);
    service.ask(patch("/Workspaces/6", owner).by_system()).is(200);
    service.refused(patch("/Workspaces/6", json!([{"op": "remove", "path": "grants[value eq \"3\"]"}])).by("2"), 403);
    service.refused(put("/Workspaces/6", json!({"schemas": [WORKSPACE], "displayName": "Maps"})).by("2"), 403);
    let parent = json!({"value": "6", "type": "Workspace"});
    let folder = |role: &str| json!({"schemas": [FOLDER], "displayName": "F", "parent": parent, "grants": [{"value": "3", "type": "User", "role": role}]});
    service.refused(post("/Folders", folder("owner")).by("2"), 403);
    service.ask(post("/Folders", folder("editor")).by("2")).is(201);
    service.refused(post("/Folders", folder("viewer")).by("none"), 403);
}
