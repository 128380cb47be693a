//! Pages by index (RFC 7644 §3.4.2.4) and by cursor (RFC 9865).

use super::service::*;
use serde_json::{Value, json};

#[test]
fn index_and_count_are_read_leniently_where_they_are_numbers() {
    let mut service = Service::new();
    let mut page = |query: &str| {
        let body = service.ask(get(&format!("/Users?{query}"))).is(200).body;
        let ids: Vec<String> = body["Resources"].as_array().unwrap().iter().map(|found| found["id"].as_str().unwrap().into()).collect();
        (body["startIndex"].as_u64().unwrap(), body["itemsPerPage"].as_u64().unwrap(), body["totalResults"].as_u64().unwrap(), ids.concat())
    };
    for (query, start, found) in [
        ("startIndex=0", 1, "123"),
        ("startIndex=-7", 1, "123"),
        ("startIndex=3", 3, "3"),
        ("startIndex=4", 4, ""),
        ("count=2", 1, "12"),
        ("count=%2B2", 1, "12"),
        ("count=0", 1, ""),
        ("count=-1", 1, ""),
        ("count=99999999999999999999", 1, "123"),
    ] {
        assert_eq!(page(query), (start, found.len() as u64, 3, found.to_owned()), "{query}");
    }
    assert_eq!(page("startIndex=99999999999999999999").3, "");
    for query in ["count=two", "count=1.5", "count=1e1", "count=", "startIndex=first", "startIndex=", "count=0x1"] {
        service.ask(get(&format!("/Users?{query}"))).fails(400, "invalidValue");
    }
}

fn walk(service: &mut Service, path: &str, query: &str) -> Vec<String> {
    let (mut cursor, mut found) = (String::new(), Vec::new());
    loop {
        let body = service.ask(get(&format!("{path}?{query}&cursor={cursor}"))).is(200).body;
        let page = body["Resources"].as_array().unwrap();
        found.extend(page.iter().map(|resource| resource["id"].as_str().unwrap().to_owned()));
        assert_eq!(body["itemsPerPage"], json!(page.len()));
        assert_eq!(body.get("startIndex"), None);
        match body.get("nextCursor") {
            None => return found,
            Some(next) => cursor = next.as_str().unwrap().to_owned(),
        }
        assert!(!cursor.is_empty() && cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)));
    }
}

#[test]
fn a_walk_by_cursor_meets_each_resource_once() {
    let mut service = Service::new();
    for at in 0..20 {
        service.ask(post("/Users", json!({"schemas": [USER], "userName": format!("n{at:02}"), "title": "T"}))).is(201);
    }
    let all = walk(&mut service, "/Users", "count=100");
    assert_eq!(all.len(), 23);
    for query in ["count=1", "count=7", "count=23", "count=7&sortBy=id", "count=7&attributes=id"] {
        assert_eq!(walk(&mut service, "/Users", query), all, "{query}");
    }
    assert_eq!(walk(&mut service, "/Users", "count=3&filter=title%20eq%20%22t%22").len(), 20);
    let down = walk(&mut service, "/Users", "count=4&sortBy=userName&sortOrder=descending");
    assert_eq!((down.len(), down[0].as_str()), (23, "25"));
    assert_eq!(walk(&mut service, "/Groups", "count=1"), ["4", "5"]);
}

fn first_cursor(service: &mut Service, query: &str) -> String {
    service.ask(get(&format!("/Users?cursor&{query}"))).is(200).body["nextCursor"].as_str().unwrap().to_owned()
}

#[test]
fn what_comes_and_goes_meanwhile_disturbs_no_walk_by_id() {
    let mut service = Service::new();
    let cursor = first_cursor(&mut service, "count=1");
    service.ask(delete("/Users/1")).is(204);
    service.ask(post("/Users", json!({"schemas": [USER], "userName": "dee"}))).is(201);
    assert_eq!(service.ask(get(&format!("/Users?cursor={cursor}"))).ids(), ["2", "3", "6"]);
}

#[test]
fn a_cursor_of_another_query_is_invalid_and_one_of_a_gone_order_has_expired() {
    let mut service = Service::new();
    let cursor = first_cursor(&mut service, "count=1");
    for query in ["cursor=zz", "cursor=00", "cursor=é", &format!("sortBy=userName&cursor={cursor}"), &format!("cursor={cursor}00ff")] {
        service.ask(get(&format!("/Users?{query}"))).fails(400, "invalidCursor");
    }
    let sorted = first_cursor(&mut service, "count=1&sortBy=title");
    assert_eq!(service.ask(get(&format!("/Users?sortBy=title&cursor={sorted}"))).ids(), ["2", "3"]);
    service.ask(patch("/Users/2", json!([{"op": "add", "path": "title", "value": "A"}]))).is(200);
    service.ask(get(&format!("/Users?sortBy=title&cursor={sorted}"))).fails(400, "expiredCursor");
}

#[test]
fn with_a_cursor_the_count_is_positive_and_there_is_no_index() {
    let mut service = Service::new();
    for count in ["0", "-1", "x", "1.5"] {
        service.ask(get(&format!("/Users?cursor&count={count}"))).fails(400, "invalidCount");
    }
    service.ask(get("/Users?cursor=&startIndex=1")).fails(400, "invalidValue");
    let mut asked = |value: Value| {
        let mut value = value;
        value["schemas"] = json!([SEARCH]);
        service.ask(post("/Users/.search", value))
    };
    asked(json!({"cursor": "", "count": 0})).fails(400, "invalidCount");
    asked(json!({"cursor": "", "startIndex": 1})).fails(400, "invalidValue");
    let first = asked(json!({"cursor": "", "count": 2})).is(200).body;
    assert_eq!((&first["totalResults"], &first["itemsPerPage"]), (&json!(3), &json!(2)));
    assert_eq!(asked(json!({"cursor": first["nextCursor"], "count": 2})).ids(), ["3"]);
}

#[test]
fn without_a_parameter_pages_are_by_index() {
    let mut service = Service::with(json!({"limits": {"pageSize": 2}}));
    for name in ["a", "b", "c"] {
        service.ask(post("/Users", json!({"schemas": [USER], "userName": name}))).is(201);
    }
    let body = service.ask(get("/Users")).is(200).body;
    assert_eq!((&body["startIndex"], &body["itemsPerPage"], &body["totalResults"]), (&json!(1), &json!(2), &json!(3)));
    assert_eq!(body.get("nextCursor"), None);
}

#[test]
fn pages_follow_what_is_written_between_them() {
    let mut service = Service::with(json!({}));
    let mut there: Vec<String> = Vec::new();
    for round in 0..60u32 {
        if round % 3 == 2 {
            let gone = there.remove((round as usize * 7) % there.len());
            service.ask(delete(&format!("/Users/{gone}"))).is(204);
        } else {
            let made = service.ask(post("/Users", json!({"schemas": [USER], "userName": format!("n{round}")}))).is(201);
            there.push(made.body["id"].as_str().unwrap().to_owned());
            there.sort();
        }
        let answer = service.ask(get("/Users?count=100"));
        assert_eq!(answer.ids(), there, "after {round} changes");
        let half = there.len() / 2;
        assert_eq!(service.ask(get(&format!("/Users?startIndex={}&count=2", half + 1))).ids(), there[half..(half + 2).min(there.len())]);
    }
}

#[test]
fn lists_of_workspaces_and_folders_are_paged_as_others_are() {
    let mut service = Service::new();
    for at in 0..3 {
        let made = service.ask(post("/Workspaces", json!({"schemas": [WORKSPACE], "displayName": format!("W{at}")})).by_system()).is(201);
        let parent = json!({"value": made.body["id"], "type": "Workspace"});
        service.ask(post("/Folders", json!({"schemas": [FOLDER], "displayName": "F", "parent": parent})).by_system()).is(201);
    }
    let body = service.ask(get("/Folders?startIndex=2&count=1").by_system()).is(200).body;
    assert_eq!((&body["totalResults"], &body["Resources"][0]["id"]), (&json!(3), &json!("7")));
    let first = service.ask(get("/Workspaces?cursor&count=2").by_system()).is(200).body;
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(service.ask(get(&format!("/Workspaces?cursor={next}")).by_system()).ids(), ["8"], "in the order of ids as text");
}
