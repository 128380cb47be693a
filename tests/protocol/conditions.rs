//! Versions and conditions (RFC 7644 §3.14; RFC 9110 §13).

use super::service::*;
use serde_json::json;

fn tag(service: &mut Service) -> String {
    service.ask(get("/Users/1")).header("etag").unwrap().to_owned()
}

fn retitled(title: &str) -> Ask {
    patch("/Users/1", json!([{"op": "replace", "path": "title", "value": title}]))
}

#[test]
fn a_version_is_weak_and_stands_in_the_header_and_in_meta() {
    let mut service = Service::new();
    for path in ["/Users/1", "/Groups/4"] {
        let answer = service.ask(get(path));
        let tag = answer.header("etag").unwrap();
        assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
        assert_eq!(answer.body["meta"]["version"], json!(tag));
    }
    let answer = service.ask(patch("/Groups/4", json!([{"op": "add", "path": "members", "value": [{"value": "3"}]}]))).is(204);
    let after = service.ask(get("/Groups/4"));
    assert_eq!(answer.header("etag"), after.header("etag"));
}

#[test]
fn a_version_moves_with_the_content_and_only_with_it() {
    let mut service = Service::new();
    let first = tag(&mut service);
    assert_eq!(service.ask(retitled("Lead")).is(200).header("etag"), Some(first.as_str()), "nothing changed");
    service.ask(retitled("Head")).is(200);
    assert_ne!(tag(&mut service), first);
    service.ask(retitled("Lead")).is(200);
    assert_eq!(tag(&mut service), first, "equal resources have equal tags");
    service.ask(patch("/Groups/4", json!([{"op": "remove", "path": "members[value eq \"1\"]"}]))).is(204);
    assert_eq!(tag(&mut service), first, "what the server fills in is no part of it");
}

#[test]
fn if_none_match_answers_304_without_a_body() {
    let mut service = Service::new();
    let tag = tag(&mut service);
    for tags in [tag.as_str(), &tag[2..], "*", &format!("\"other\", {tag}")] {
        let answer = service.ask(get("/Users/1").with("If-None-Match", tags));
        assert_eq!((answer.status, answer.text.as_deref(), answer.header("etag")), (304, None, Some(tag.as_str())));
    }
    service.ask(get("/Users/1").with("if-none-match", "W/\"other\"")).is(200);
    service.refused(retitled("Head").with("If-None-Match", "*"), 412);
    service.refused(delete("/Users/1").with("If-None-Match", &tag), 412);
}

#[test]
fn if_match_holds_a_change_back() {
    let mut service = Service::new();
    let tag = tag(&mut service);
    let whole = json!({"schemas": [USER], "userName": "Ann"});
    for tags in ["W/\"other\"", "other", ""] {
        service.refused(retitled("Head").with("If-Match", tags), 412);
        service.refused(put("/Users/1", whole.clone()).with("If-Match", tags), 412);
        service.refused(delete("/Users/1").with("If-Match", tags), 412);
        service.refused(get("/Users/1").with("If-Match", tags), 412);
    }
    service.ask(retitled("A").with("If-Match", &tag)).is(200);
    service.ask(retitled("B").with("If-Match", "*")).is(200);
    let now = self::tag(&mut service);
    service.ask(put("/Users/1", whole).with("if-match", &format!("\"x\",{}", &now[2..]))).is(200);
    let now = self::tag(&mut service);
    service.ask(delete("/Users/1").with("IF-MATCH", &now)).is(204);
    service.refused(delete("/Users/1").with("If-Match", &now), 404);
}
