//! What may be discovered (RFC 7644 §4; RFC 7643 §5 to §7; RFC 9865 §4).

use super::service::*;
use serde_json::{Value, json};

#[test]
fn the_configuration_has_all_that_is_required_and_tells_the_truth() {
    let mut service = Service::with(json!({"limits": {"pageSize": 7, "bulkOperations": 3, "payloadBytes": 5000}}));
    let body = service.ask(get("/ServiceProviderConfig")).is(200).body;
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
    assert_eq!(body["bulk"], json!({"supported": true, "maxOperations": 3, "maxPayloadSize": 5000}));
    assert_eq!(body["filter"], json!({"supported": true, "maxResults": 7}));
    for (name, supported) in [("patch", true), ("sort", true), ("etag", true), ("changePassword", false)] {
        assert_eq!(body[name], json!({"supported": supported}));
    }
    let scheme = &body["authenticationSchemes"][0];
    assert!(["type", "name", "description"].iter().all(|name| scheme[name].is_string()));
    assert_eq!(
        body["pagination"],
        json!({"cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 7, "maxPageSize": 7})
    );
    for at in 0..9 {
        service.ask(post("/Users", json!({"schemas": [USER], "userName": format!("n{at}")}))).is(201);
    }
    assert_eq!(service.ask(get("/Users?count=100")).ids().len(), 7);
    assert_eq!(service.ask(get("/Users")).ids().len(), 7);
    let four = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [{}, {}, {}, {}]});
    service.refused(post("/Bulk", four), 413);
}

#[test]
fn resource_types_name_their_endpoints_and_schemas() {
    let mut service = Service::new();
    let list = service.ask(get("/ResourceTypes")).is(200).body;
    assert_eq!((&list["schemas"], &list["totalResults"]), (&json!([LIST]), &json!(2)));
    for found in list["Resources"].as_array().unwrap() {
        let name = found["name"].as_str().unwrap();
        assert_eq!(service.ask(get(&format!("/ResourceTypes/{name}"))).is(200).body, *found);
        assert_eq!(found["endpoint"], json!(format!("/{name}s")), "the plural of the name");
        service.ask(get(found["endpoint"].as_str().unwrap())).is(200);
        let urns = found["schemaExtensions"].as_array().into_iter().flatten().map(|extension| &extension["schema"]);
        for urn in urns.chain([&found["schema"]]) {
            let schema = service.ask(get(&format!("/Schemas/{}", urn.as_str().unwrap()))).is(200).body;
            assert_eq!(schema["id"], *urn);
        }
        assert!(found["description"].is_string() && found["meta"]["location"].is_string());
    }
    service.ask(get("/ResourceTypes/Nothing")).is(404);
}

#[test]
fn schemas_say_every_characteristic_and_no_message_is_among_them() {
    fn judge(attribute: &Value) {
        for name in ["name", "type", "multiValued", "description", "required", "mutability", "returned"] {
            assert!(attribute.get(name).is_some_and(|value| !value.is_null()), "{name} of {attribute}");
        }
        attribute["subAttributes"].as_array().into_iter().flatten().for_each(judge);
    }
    let mut service = Service::new();
    let list = service.ask(get("/Schemas")).is(200).body;
    let mut names = Vec::new();
    for schema in list["Resources"].as_array().unwrap() {
        let urn = schema["id"].as_str().unwrap();
        assert!(!urn.starts_with("urn:ietf:params:scim:api:"), "{urn}");
        assert_eq!(service.ask(get(&format!("/Schemas/{}", encoded(urn)))).is(200).body, *schema);
        schema["attributes"].as_array().unwrap().iter().for_each(judge);
        assert!(schema["name"].is_string() && schema["description"].is_string());
        names.push(urn.to_owned());
    }
    assert!([USER, GROUP, ENTERPRISE].iter().all(|urn| names.contains(&(*urn).to_owned())));
    service.ask(get("/Schemas/urn:nothing")).is(404);
}

#[test]
fn discovery_refuses_a_filter_and_ignores_the_rest_of_a_query() {
    let mut service = Service::new();
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"] {
        let plain = service.ask(get(path)).is(200).body;
        let asked = format!("{path}?count=1&startIndex=2&sortBy=name&sortOrder=down&attributes=id&cursor=zz");
        assert_eq!(service.ask(get(&asked)).is(200).body, plain);
        service.ask(get(&format!("{path}?filter=id%20pr"))).is(403);
    }
}

#[test]
fn each_actor_discovers_what_it_may_use() {
    let mut service = Service::new();
    let names = |body: Value, name: &str| -> Vec<String> {
        body["Resources"].as_array().unwrap().iter().map(|found| found[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(service.ask(get("/ResourceTypes")).body, "name"), ["User", "Group"]);
    service.ask(get("/ResourceTypes/Folder")).is(404);
    service.ask(get(&format!("/Schemas/{FOLDER}"))).is(404);
    assert!(!names(service.ask(get("/Schemas")).body, "id").contains(&WORKSPACE.to_owned()));
    let all = names(service.ask(get("/ResourceTypes").by("1")).body, "name");
    assert_eq!(all, ["User", "Group", "Workspace", "Folder", "Organization"]);
    service.ask(get(&format!("/Schemas/{FOLDER}")).by_system()).is(200);
}
