//! POST (RFC 7644 §3.3), and the attributes that the server assigns (RFC 7643 §3.1).

use super::service::*;
use serde_json::{Value, json};

#[test]
fn a_created_resource_answers_201_with_its_location_and_body() {
    let answer = Service::new().ask(post("/Users", json!({"schemas": [USER], "userName": "dee"}))).is(201);
    let location = format!("{BASE}/Users/6");
    assert_eq!(answer.header("location"), Some(location.as_str()));
    assert_eq!(answer.body["meta"]["location"], json!(location));
    assert_eq!((&answer.body["userName"], &answer.body["id"]), (&json!("dee"), &json!("6")));
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
}

#[test]
fn id_and_meta_are_the_servers_whatever_the_client_sends() {
    let mut service = Service::new();
    let sent = json!({
        "schemas": [USER], "userName": "dee", "id": "mine", "groups": [{"value": "4"}],
        "meta": {"resourceType": "Group", "created": "1999-01-01T00:00:00Z", "version": "W/\"mine\"", "location": "x"},
    });
    let body = service.ask(post("/Users", sent)).is(201).body;
    assert_eq!(body["id"], json!("6"));
    assert_eq!(body["meta"]["resourceType"], json!("User"));
    assert_eq!(body["meta"]["created"], json!("2026-01-01T00:00:06.000Z"));
    assert_eq!(body.get("groups"), None);
    assert_eq!(service.ask(get("/Groups/4")).body["members"].as_array().unwrap().len(), 2);
}

#[test]
fn last_modified_is_created_until_something_changes() {
    let mut service = Service::new();
    let before = service.ask(get("/Users/1")).body["meta"].clone();
    assert_eq!(before["created"], before["lastModified"]);
    let after = service.ask(patch("/Users/1", json!([{"op": "add", "path": "title", "value": "Head"}]))).body["meta"].clone();
    assert_eq!(after["created"], before["created"]);
    assert_ne!(after["lastModified"], before["lastModified"]);
}

#[test]
fn the_resource_type_is_the_endpoints() {
    let mut service = Service::new();
    for (path, name) in [("/Users/1", "User"), ("/Groups/4", "Group"), ("/Organization", "Organization")] {
        assert_eq!(service.ask(get(path).by_system()).is(200).body["meta"]["resourceType"], json!(name));
    }
}

#[test]
fn a_duplicate_user_name_is_409_uniqueness_in_any_case_and_by_any_method() {
    let mut service = Service::new();
    let named = |name: &str| json!({"schemas": [USER], "userName": name});
    service.refused(post("/Users", named("ANN")), 409).fails(409, "uniqueness");
    service.refused(put("/Users/2", named("aNN")), 409).fails(409, "uniqueness");
    service.refused(patch("/Users/2", json!([{"op": "replace", "path": "userName", "value": "ann"}])), 409).fails(409, "uniqueness");
    service.ask(put("/Users/2", named("BOB"))).is(200);
}

#[test]
fn an_external_id_is_the_clients_and_not_unique() {
    let mut service = Service::new();
    service.ask(post("/Users", json!({"schemas": [USER], "userName": "dee", "externalId": "X1"}))).is(201);
    assert_eq!(service.ask(get(&format!("/Users?filter={}", encoded("externalId eq \"X1\"")))).ids(), ["1", "6"]);
    assert_eq!(service.ask(get(&format!("/Users?filter={}", encoded("externalId eq \"x1\"")))).ids(), [""; 0]);
    assert_eq!(service.ask(get("/Users/2")).body.get("externalId"), None, "the server makes none up");
}

#[test]
fn null_and_an_empty_list_clear_as_absence_does() {
    let mut service = Service::new();
    let sent = json!({"schemas": [USER], "userName": "dee", "title": null, "emails": [], "name": {"givenName": null}});
    let body = service.ask(post("/Users", sent)).is(201).body;
    assert!(["title", "emails", "name"].iter().all(|name| body.get(name).is_none()), "{body}");
}

#[test]
fn a_password_is_taken_and_never_returned() {
    let mut service = Service::new();
    let sent = json!({"schemas": [USER], "userName": "dee", "password": "S3cret!"});
    assert_eq!(service.ask(post("/Users?attributes=password,userName", sent)).is(201).body.get("password"), None);
    assert_eq!(service.ask(get("/Users/6?attributes=password")).is(200).body.get("password"), None);
    service.ask(patch("/Users/6", json!([{"op": "replace", "path": "password", "value": "other"}]))).is(200);
    service.ask(get(&format!("/Users?filter={}", encoded("password eq \"other\"")))).fails(400, "invalidFilter");
}

#[test]
fn a_new_id_may_not_hold_the_reserved_word() {
    let mut service = Service::new();
    let request = scim_policy::protocol::Request::new(scim_policy::protocol::Method::Post, "/Users")
        .with_body(json!({"schemas": [USER], "userName": "dee"}).to_string());
    let context = scim_policy::protocol::Context::default();
    let error = service.organization.handle(request, &context, &mut || Ok("bulkId:1".into())).map(|_| ()).unwrap_err();
    assert_eq!(error.status, 500);
}

#[test]
fn what_a_body_lacks_or_has_wrong_is_400_and_says_where() {
    let mut service = Service::new();
    let cases: [(Value, &str); 9] = [
        (json!({"schemas": [USER]}), "invalidValue"),
        (json!({"schemas": [USER], "userName": ""}), "invalidValue"),
        (json!({"schemas": [], "userName": "dee"}), "invalidValue"),
        (json!({"userName": "dee"}), "invalidValue"),
        (json!({"schemas": [GROUP], "userName": "dee"}), "invalidSyntax"),
        (json!({"schemas": [USER, USER], "userName": "dee"}), "invalidValue"),
        (json!({"schemas": [USER], "userName": "dee", "active": "yes"}), "invalidValue"),
        (json!({"schemas": [USER], "userName": "dee", "shoeSize": 4}), "invalidSyntax"),
        (json!([]), "invalidSyntax"),
    ];
    for (body, scim_type) in cases {
        service.refused(post("/Users", body), 400).fails(400, scim_type);
    }
    for text in ["", "{", "null", "\"text\"", "{}x", "{\"userName\":\"a\",\"USERNAME\":\"b\"}", "{\"schemas\":[\"\\ud800\"]}"] {
        let answer = service.refused(send("POST", "/Users", text), 400);
        assert!(["invalidSyntax", "invalidValue"].contains(&answer.body["scimType"].as_str().unwrap()), "{text}: {}", answer.body);
    }
}
