//! What `handle` costs, counted and never timed: the allocations of a request, on a small organization and on one a hundred
//! times as large. What allocates nothing is a look at a number; `benches/protocol.mjs` has the times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use allocation_counter::measure;
use scim_policy::Organization;
use scim_policy::protocol::{Actor, Context, Method, Request, Response};

const SMALL: usize = 1_000;
const LARGE: usize = 100_000;

/// Scattered, so that the order of ids is not the order of arrival.
fn id(at: usize) -> String {
    format!("{:08x}-0000-4000-8000-{at:012x}", (at as u32).wrapping_mul(2_654_435_761))
}

/// So many users, a group for each hundred of them, and one group of half of all.
fn organization(users: usize) -> Organization {
    let mut records = String::new();
    let mut put = |key: String, value: String| records.push_str(&format!("{{\"key\":\"{key}\",\"value\":{value}}}\n"));
    for at in 0..users {
        let value = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user{at}@acme.example","externalId":"x{at}",
            "name":{{"familyName":"Family {at}"}},"emails":[{{"type":"work","value":"mail{at}@acme.example"}}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{{"manager":{{"value":"{}"}}}}}}"#,
            id(at / 10 * 10)
        );
        put(format!("user/{}", id(at)), value.replace('\n', " "));
        put(format!("member/staff{}/{}", at / 100, id(at)), r#"{"type":"User"}"#.into());
        if at % 2 == 0 {
            put(format!("member/half/{}", id(at)), r#"{"type":"User"}"#.into());
        }
    }
    for name in (0..users / 100).map(|at| format!("staff{at}")).chain(["half".into()]) {
        let value = format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Group {name}"}}"#);
        put(format!("group/{name}"), value);
    }
    let mut organization = Organization::from_json("{}").unwrap();
    let restored = organization.restore(records.as_bytes()).unwrap();
    assert_eq!(restored.dangling, 0);
    organization
}

fn send(organization: &mut Organization, method: Method, path: &str, body: Option<&str>) -> Response {
    let mut request = Request::new(method, path);
    request.body = body.map(|body| body.as_bytes().to_vec());
    let context = Context { actor: Actor::System { on_behalf_of: None }, now: 1, ..Context::default() };
    let mut new_id = || Ok("new".to_owned());
    organization.handle(request, &context, &mut new_id).unwrap().response
}

/// Allocations and bytes of a request, once whatever is kept from one to the next is there.
fn cost(organization: &mut Organization, path: &str) -> (u64, u64) {
    send(organization, Method::Get, path, None);
    let mut answer = Response::default();
    let used = measure(|| answer = send(organization, Method::Get, path, None));
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    assert!(!answer.body.unwrap().contains("\"totalResults\":0"), "{path} finds something");
    (used.count_total, used.bytes_total)
}

fn within(small: (u64, u64), large: (u64, u64), factor: u64, what: &str) {
    println!("{what}: {} allocations and {} bytes of {SMALL} users, {} and {} of {LARGE}", small.0, small.1, large.0, large.1);
    assert!(large.0 <= factor * small.0 && large.1 <= factor * small.1, "{what}: {small:?} of {SMALL} users, {large:?} of {LARGE}");
}

#[test]
fn a_filter_on_an_index_costs_its_answer() {
    let (mut small, mut large) = (organization(SMALL), organization(LARGE));
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for path in [
        "/Users?filter=userName eq \"USER77@acme.example\"".to_owned(),
        format!("/Users?filter=id eq \"{}\"", id(77)),
        "/Users?filter=externalId eq \"x77\"".into(),
        "/Users?filter=emails.value eq \"Mail77@acme.example\"".into(),
        "/Users?filter=emails[type eq \"work\" and value eq \"mail77@acme.example\"]".into(),
        format!("/Users?filter={enterprise}:manager.value eq \"{}\"", id(70)),
        format!("/Users?filter=id eq \"{}\" and {enterprise}:manager.value eq \"{}\"&attributes=id", id(77), id(70)),
        "/Users?filter=userName eq \"user77@acme.example\" or externalId eq \"x78\"".into(),
        "/Groups?filter=displayName eq \"group staff7\"&excludedAttributes=members".into(),
        format!("/Groups?filter=members.value eq \"{}\"&excludedAttributes=members", id(78)),
        format!("/Groups?filter=id eq \"half\" and members.value eq \"{}\"&attributes=id", id(78)),
    ] {
        within(cost(&mut small, &path), cost(&mut large, &path), 3, &path);
    }
}

#[test]
fn pages_cost_their_page() {
    let (mut small, mut large) = (organization(SMALL), organization(LARGE));
    let deep = |users: usize, query: &str| format!("/Users?startIndex={}&count=20{query}", users - 40);
    for query in ["", "&attributes=id", "&excludedAttributes=groups"] {
        within(cost(&mut small, &deep(SMALL, query)), cost(&mut large, &deep(LARGE, query)), 2, "a deep page");
    }
    for path in
        ["/Users?count=20", "/Users?cursor&count=20", "/Groups?excludedAttributes=members&count=10", "/Groups?attributes=id&count=10"]
    {
        within(cost(&mut small, path), cost(&mut large, path), 2, path);
    }
    let next = |organization: &mut Organization, index: usize| {
        let body = send(organization, Method::Get, &format!("/Users?startIndex={index}&count=1&attributes=id"), None).body.unwrap();
        assert!(body.contains("\"id\""));
        let mut cursor = String::new();
        for _ in 0..5 {
            let body = send(organization, Method::Get, &format!("/Users?cursor={cursor}&count=20&attributes=id"), None).body.unwrap();
            cursor = body.split("\"nextCursor\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        }
        format!("/Users?cursor={cursor}&count=20&attributes=id")
    };
    let (near, far) = (next(&mut small, SMALL / 2), next(&mut large, LARGE / 2));
    within(cost(&mut small, &near), cost(&mut large, &far), 2, "a page by cursor");
    let (one, ten) = (cost(&mut large, "/Users?count=10"), cost(&mut large, "/Users?count=100"));
    assert!(ten.1 < 15 * one.1, "a page of 100 costs ten pages of 10: {one:?}, {ten:?}");
}

#[test]
fn a_page_after_a_change_costs_its_page_too() {
    let (mut small, mut large) = (organization(SMALL), organization(LARGE));
    let after = |organization: &mut Organization| {
        send(organization, Method::Get, "/Users?count=20", None);
        let user = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new"}"#;
        let used = measure(|| {
            assert_eq!(send(organization, Method::Post, "/Users", Some(user)).status, 201);
            assert_eq!(send(organization, Method::Get, "/Users?count=20", None).status, 200);
            assert_eq!(send(organization, Method::Delete, "/Users/new", None).status, 204);
            assert_eq!(send(organization, Method::Get, "/Users?count=20", None).status, 200);
        });
        (used.count_total, used.bytes_total)
    };
    // The first round makes room where tables and lists have none left.
    after(&mut small);
    after(&mut large);
    within(after(&mut small), after(&mut large), 2, "a page after a change");
}

#[test]
fn members_that_are_not_shown_cost_nothing() {
    let mut organization = organization(LARGE);
    for query in ["excludedAttributes=members", "attributes=displayName"] {
        let few = cost(&mut organization, &format!("/Groups/staff7?{query}"));
        let many = cost(&mut organization, &format!("/Groups/half?{query}"));
        assert!(many.1 <= few.1 + 64, "{query}: a hundred members {few:?}, fifty thousand {many:?}");
        let few = cost(&mut organization, &format!("/Groups?filter=displayName eq \"group staff7\"&{query}"));
        let many = cost(&mut organization, &format!("/Groups?filter=displayName eq \"group half\"&{query}"));
        assert!(many.1 <= few.1 + 64, "{query}: a hundred members {few:?}, fifty thousand {many:?}");
    }
    let mut moved = |group: &str| {
        let patch =
            |operation: String| format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{operation}]}}"#);
        let remove = patch(format!(r#"{{"op":"remove","path":"members[value eq \"{}\"]"}}"#, id(77)));
        let add = patch(format!(r#"{{"op":"add","path":"members","value":[{{"value":"{}"}}]}}"#, id(77)));
        let mut round = || {
            for body in [&remove, &add, &remove] {
                assert_eq!(send(&mut organization, Method::Patch, &format!("/Groups/{group}"), Some(body)).status, 204);
            }
        };
        round();
        let used = measure(&mut round);
        (used.count_total, used.bytes_total)
    };
    let (few, many) = (moved("staff3"), moved("half"));
    assert!(many.1 <= 2 * few.1, "one member comes and goes: among a hundred {few:?}, among fifty thousand {many:?}");
}
