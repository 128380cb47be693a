//! Methods, media types, addresses and the errors of them all (RFC 7644 §3.2, §3.8, §3.11, §3.12).

use super::service::*;
use serde_json::json;

#[test]
fn a_method_that_an_endpoint_lacks_is_405_and_says_what_there_is() {
    let mut service = Service::new();
    let endpoints = [
        ("/Users", "GET, POST"),
        ("/Users/1", "GET, PUT, PATCH, DELETE"),
        ("/Users/.search", "POST"),
        ("/.search", "POST"),
        ("/Bulk", "POST"),
        ("/ServiceProviderConfig", "GET"),
        ("/ResourceTypes", "GET"),
        ("/ResourceTypes/User", "GET"),
        ("/Schemas", "GET"),
        ("/Organization", "GET, PUT, PATCH"),
    ];
    for (path, allowed) in endpoints {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !allowed.contains(method) {
                // The body is not looked at, nor its type.
                let answer = service.refused(send(method, path, "{").with("content-type", "text/plain").by_system(), 405);
                assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            }
        }
    }
}

#[test]
fn a_base_url_has_no_query() {
    for base in [
        "https://acme.example/scim?tenant=1",
        "https://acme.example/scim#here",
        "https://acme.example/my scim",
        "https://acme.example\r\nset-cookie: a=b",
    ] {
        assert!(scim_policy::Organization::from_json(&json!({"baseUrl": base}).to_string()).is_err());
    }
}

#[test]
fn put_creates_nothing() {
    let mut service = Service::new();
    service.refused(put("/Users/new", json!({"schemas": [USER], "userName": "dee"})), 404);
    service.refused(patch("/Users/new", json!([])), 404);
}

#[test]
fn me_is_501() {
    let mut service = Service::new();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        service.refused(send(method, "/Me", "{}"), 501);
    }
}

#[test]
fn media_types_are_scims_or_json_and_nothing_else() {
    let mut service = Service::new();
    let dee = json!({"schemas": [USER], "userName": "dee"});
    for media in ["application/scim+json", "APPLICATION/JSON; charset=utf-8", ""] {
        service.ask(put("/Users/3", dee.clone()).with("Content-Type", media)).is(200);
    }
    for media in ["text/plain", "application/xml", "application/x-www-form-urlencoded"] {
        for path in ["/Users", "/Users/.search", "/.search", "/Bulk"] {
            service.refused(post(path, dee.clone()).with("Content-Type", media), 415);
        }
        service.refused(put("/Users/3", dee.clone()).with("Content-Type", media), 415);
        service.refused(put("/Users/none", dee.clone()).with("Content-Type", media), 404);
        service.ask(get("/Users/3").with("Content-Type", media)).is(200);
    }
}

#[test]
fn the_answers_media_type_is_the_one_that_is_accepted() {
    let mut service = Service::new();
    let cases = [
        ("application/scim+json", "application/scim+json"),
        ("application/json", "application/json"),
        ("application/json;q=0.9, text/plain", "application/json"),
        ("application/json, application/scim+json", "application/scim+json"),
        ("application/json, */*", "application/scim+json"),
        ("application/json;q=0", "application/scim+json"),
        ("text/html", "application/scim+json"),
    ];
    for (accept, media) in cases {
        for path in ["/Users/1", "/Users", "/Schemas"] {
            assert_eq!(service.ask(get(path).with("Accept", accept)).is(200).header("content-type"), Some(media), "{accept}");
        }
        service.ask(get("/Users/none").with("Accept", accept)).is(404);
    }
}

#[test]
fn text_comes_back_as_it_was_sent() {
    let mut service = Service::new();
    let name = "Zoë \u{1F600} \"q\" \\ /";
    service.ask(patch("/Users/1", json!([{"op": "replace", "path": "displayName", "value": name}]))).is(200);
    assert_eq!(service.ask(get("/Users/1")).body["displayName"], json!(name));
    let filter = encoded("displayName eq \"Zoë \u{1F600} \\\"q\\\" \\\\ /\"");
    assert_eq!(service.ask(get(&format!("/Users?filter={filter}"))).ids(), ["1"]);
}

#[test]
fn addresses_are_percent_decoded_and_a_broken_one_is_400() {
    let mut service = Service::new();
    service.ask(patch("/Users/1", json!([{"op": "replace", "path": "userName", "value": "a+b c"}]))).is(200);
    for filter in ["userName+eq+%22a%2Bb+c%22", "userName%20eq%20%22a%2Bb%20c%22", "USERNAME eq \"A%2BB c\""] {
        assert_eq!(service.ask(get(&format!("/Users?filter={filter}"))).ids(), ["1"], "{filter}");
    }
    for path in ["/Users?filter=%zz", "/Users/%ff", "/Users?%", "/Users?attributes=%ff"] {
        service.ask(get(path)).fails(400, "invalidSyntax");
    }
}

#[test]
fn errors_come_in_their_order() {
    let mut service = Service::new();
    // 403 before 404 before 405 before 415 before 412 before the body.
    service.refused(send("PUT", "/Workspaces/none", "{").with("If-Match", "x").with("Content-Type", "text/plain"), 403);
    service.refused(send("PUT", "/Users/none", "{").with("If-Match", "x").with("Content-Type", "text/plain"), 404);
    service.refused(send("POST", "/Users/1?attributes=%20a b", "{").with("Content-Type", "text/plain"), 405);
    service.refused(send("PUT", "/Users/1", "{").with("If-Match", "x").with("Content-Type", "text/plain"), 415);
    service.refused(send("PUT", "/Users/1?attributes=a b", "{").with("If-Match", "x"), 412);
    service.refused(send("PUT", "/Users/1", "{"), 400);
    service.refused(put("/Users/1", json!({"schemas": [USER], "userName": "BOB", "active": 1})), 400);
    service.refused(put("/Users/1", json!({"schemas": [USER], "userName": "BOB"})), 409);
}

#[test]
fn a_payload_beyond_the_limit_is_413() {
    let mut service = Service::with(json!({"limits": {"payloadBytes": 300}}));
    let long = "x".repeat(400);
    service.refused(post("/Users", json!({"schemas": [USER], "userName": long})), 413);
    service.refused(post("/Bulk", json!({"schemas": [], "Operations": [long]})), 413);
    service.refused(post("/.search", json!({"schemas": [SEARCH], "filter": long})), 413);
}

#[test]
fn what_a_client_sends_does_not_come_back_at_any_length() {
    let mut service = Service::new();
    let long = "é".repeat(50_000);
    for path in [format!("/Users/{long}"), format!("/{long}"), format!("/Users?attributes={long}"), format!("/Schemas/{long}")] {
        let answer = service.ask(get(&path));
        assert!(answer.status >= 400 && answer.text.unwrap().len() < 3000);
    }
    let names = "userName,emails.value,".repeat(20_000);
    assert_eq!(service.ask(get(&format!("/Users?attributes={names}"))).ids(), ["1", "2", "3"]);
}
