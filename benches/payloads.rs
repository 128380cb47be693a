//! How long the pure functions take on payloads as identity providers send them, beside `serde_json::Value`.
//!
//! `cargo bench --bench payloads` prints the median of many runs. A user is about 2 KB, a group has 10,000 members.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use scim_policy::{
    Dialect, Filter, FilterOptions, PatchOptions, Purpose, Registry, ValidateOptions, apply_patch, patch_changes, patch_inverse, validate,
};
use serde_json::{Value, json};

/// The median time of one call, from batches that take about a millisecond each.
fn time<T>(mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let mut calls = 0u32;
    while start.elapsed() < Duration::from_millis(20) {
        black_box(call());
        calls += 1;
    }
    let batch = (calls / 20).max(1);
    let mut batches: Vec<f64> = (0..if batch == 1 { 9 } else { 101 })
        .map(|_| {
            let start = Instant::now();
            for _ in 0..batch {
                black_box(call());
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(batch)
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[batches.len() / 2]
}

fn row(what: &str, micros: f64, beside: Option<f64>) {
    let ratio = beside.map_or(String::new(), |beside| format!("{:>8.2}", micros / beside));
    println!("{what:<64}{micros:>12.2} µs{ratio}");
}

fn user() -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "mia.keller@acme.example",
        "name": {"formatted": "Dr. Mia Sofia Keller", "familyName": "Keller", "givenName": "Mia", "middleName": "Sofia", "honorificPrefix": "Dr."},
        "displayName": "Mia Keller",
        "nickName": "Mia",
        "profileUrl": "https://people.acme.example/mia.keller",
        "title": "Principal Engineer",
        "userType": "Employee",
        "preferredLanguage": "de-CH",
        "locale": "de-CH",
        "timezone": "Europe/Zurich",
        "active": true,
        "emails": [
            {"value": "mia.keller@acme.example", "type": "work", "primary": true},
            {"value": "mia@keller.example", "type": "home"}
        ],
        "phoneNumbers": [
            {"value": "+41 44 555 01 01", "type": "work"},
            {"value": "+41 79 555 01 02", "type": "mobile"},
            {"value": "+41 44 555 01 03", "type": "fax"}
        ],
        "ims": [{"value": "miakeller", "type": "xmpp"}],
        "photos": [{"value": "https://photos.acme.example/profilephoto/72930000000Ccne/F", "type": "photo"}],
        "addresses": [
            {"type": "work", "streetAddress": "Bahnhofstrasse 1", "locality": "Zürich", "region": "ZH", "postalCode": "8001",
             "country": "CH", "formatted": "Bahnhofstrasse 1\n8001 Zürich\nSchweiz", "primary": true},
            {"type": "home", "streetAddress": "Seestrasse 12", "locality": "Küsnacht", "region": "ZH", "postalCode": "8700", "country": "CH"}
        ],
        "entitlements": [{"value": "design-suite", "display": "Design Suite"}],
        "roles": [{"value": "engineer", "display": "Engineer", "type": "WindowsAzureActiveDirectoryRole", "primary": false}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984", "costCenter": "4130", "organization": "Acme", "division": "Platform", "department": "Engineering",
            "manager": {"value": "26118915-6090-4610-87e4-49d8ca9f808d", "$ref": "../Users/26118915-6090-4610-87e4-49d8ca9f808d"}
        }
    })
    .to_string()
}

fn group(members: usize) -> String {
    let members: Vec<Value> = (0..members).map(member).collect();
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All staff", "members": members}).to_string()
}

fn member(i: usize) -> Value {
    json!({"value": format!("26118915-6090-4610-87e4-{i:012}"), "type": "User"})
}

fn patch(operations: Vec<Value>) -> String {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}).to_string()
}

/// Ten operations as Entra sends them, one attribute each.
fn ten() -> String {
    patch(vec![
        json!({"op": "Replace", "path": "displayName", "value": "Mia S. Keller"}),
        json!({"op": "Replace", "path": "name.familyName", "value": "Keller-Frei"}),
        json!({"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "mia.frei@acme.example"}),
        json!({"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+41 79 555 09 09"}),
        json!({"op": "Replace", "path": "addresses[type eq \"work\"].locality", "value": "Winterthur"}),
        json!({"op": "Replace", "path": "title", "value": "Director"}),
        json!({"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Research"}),
        json!({"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "9f1c0c1e-0000-4000-8000-000000000001"}),
        json!({"op": "Replace", "path": "active", "value": "False"}),
        json!({"op": "Remove", "path": "nickName"}),
    ])
}

fn main() {
    let registry = Registry::builtin();
    let user = user();
    let group = group(10_000);
    println!("{:<64}{:>15}{:>8}", format!("user {} B, group {} B", user.len(), group.len()), "median", "ratio");

    let parse = time(|| serde_json::from_str::<Value>(&user).unwrap());
    row("serde_json::Value of the user", parse, None);
    for (what, purpose) in [("create", Purpose::Create), ("response", Purpose::Response)] {
        let options = ValidateOptions { purpose, ..Default::default() };
        row(&format!("validate the user, {what}"), time(|| validate(registry, user.as_bytes(), &options).unwrap()), Some(parse));
    }
    let parse_group = time(|| serde_json::from_str::<Value>(&group).unwrap());
    row("serde_json::Value of the group", parse_group, None);
    let validated = time(|| validate(registry, group.as_bytes(), &ValidateOptions::default()).unwrap());
    row("validate the group, create", validated, Some(parse_group));

    let entra = PatchOptions { dialect: Dialect::Entra, ..Default::default() };
    let ten = ten();
    let round = time(|| (serde_json::from_str::<Value>(&user).unwrap().to_string(), serde_json::from_str::<Value>(&ten).unwrap()));
    row("serde_json: read the user and ten operations, write the user", round, None);
    let apply = |patch: &str| time(|| apply_patch(registry, user.as_bytes(), patch.as_bytes(), &entra).unwrap());
    row("ten Entra operations on the user, text to text", apply(&ten), Some(round));
    row("one operation", apply(&patch(vec![json!({"op": "Replace", "path": "active", "value": "False"})])), Some(round));
    row("ten Entra operations: changes", time(|| patch_changes(registry, user.as_bytes(), ten.as_bytes(), &entra).unwrap()), Some(round));
    row("ten Entra operations: inverse", time(|| patch_inverse(registry, user.as_bytes(), ten.as_bytes(), &entra).unwrap()), Some(round));

    let one = patch(vec![json!({"op": "Add", "path": "members", "value": [{"$ref": null, "value": "new"}]})]);
    let added = time(|| apply_patch(registry, group.as_bytes(), one.as_bytes(), &entra).unwrap());
    row("add one member to the group, text to text", added, Some(parse_group));
    let hundred: Vec<Value> = (0..100)
        .map(|i| json!({"op": "remove", "path": format!("members[value eq \"{}\"]", member(i * 97)["value"].as_str().unwrap())}))
        .collect();
    let hundred = patch(hundred);
    let removed = time(|| apply_patch(registry, group.as_bytes(), hundred.as_bytes(), &entra).unwrap());
    row("remove a hundred members by filter", removed, Some(parse_group));

    let filter = Filter::parse(
        registry,
        "emails[type eq \"work\" and value co \"@acme\"]",
        &FilterOptions { resource_type: Some("User"), ..Default::default() },
    );
    let filter = filter.unwrap();
    row("a filter on the user's text", time(|| filter.matches(registry, user.as_bytes()).unwrap()), Some(parse));
    let text = "emails[type eq \"work\" and value co \"@acme\"]";
    row(
        "read that filter",
        time(|| Filter::parse(registry, text, &FilterOptions { resource_type: Some("User"), ..Default::default() }).unwrap()),
        None,
    );
}
