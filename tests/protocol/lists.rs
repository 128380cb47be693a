//! Queries: filters, sorting, and `.search` (RFC 7644 §3.4.2, §3.4.3).

use super::service::*;
use serde_json::{Value, json};

fn filtered(service: &mut Service, filter: &str) -> Vec<String> {
    let answer = service.ask(get(&format!("/Users?filter={}", encoded(filter))));
    answer.ids().into_iter().map(str::to_owned).collect()
}

fn search(value: Value) -> Value {
    let mut value = value;
    value["schemas"] = json!([SEARCH]);
    value
}

#[test]
fn a_list_has_its_schema_and_its_counts() {
    let mut service = Service::new();
    let body = service.ask(get("/Users?startIndex=2&count=1")).is(200).body;
    assert_eq!(body["schemas"], json!([LIST]));
    assert_eq!((&body["totalResults"], &body["startIndex"], &body["itemsPerPage"]), (&json!(3), &json!(2), &json!(1)));
    assert_eq!(body["Resources"][0]["id"], json!("2"));
}

#[test]
fn no_match_is_200_and_an_empty_list() {
    let body = Service::new().ask(get(&format!("/Users?filter={}", encoded("userName eq \"nobody\"")))).is(200).body;
    assert_eq!((&body["totalResults"], &body["Resources"]), (&json!(0), &json!([])));
}

#[test]
fn unknown_parameters_are_ignored() {
    let mut service = Service::new();
    assert_eq!(service.ask(get("/Users?shape=round&count=2&page=3")).ids(), ["1", "2"]);
    let asked = search(json!({"shape": "round", "count": 2}));
    assert_eq!(service.ask(post("/Users/.search", asked)).ids(), ["1", "2"]);
}

#[test]
fn names_operators_and_inexact_values_compare_without_case() {
    let mut service = Service::new();
    for filter in ["userName eq \"ANN\"", "USERNAME Eq \"ann\"", "title SW \"le\" AND userName PR", "emails.type eq \"WORK\""] {
        assert_eq!(filtered(&mut service, filter), ["1"], "{filter}");
    }
    assert_eq!(filtered(&mut service, "externalId eq \"x1\""), [""; 0], "caseExact");
    assert_eq!(filtered(&mut service, &format!("{}:userName eq \"ann\"", USER.to_uppercase())), ["1"]);
}

#[test]
fn filters_reach_whatever_a_resource_shows() {
    let mut service = Service::new();
    for filter in [
        "id eq \"1\"",
        "emails[type eq \"work\" and value co \"@acme\"]",
        "emails co \"@acme\"",
        "name.familyName eq \"zimt\"",
        "meta.created lt \"2026-01-01T00:00:02Z\"",
        "meta.resourceType eq \"User\" and title pr",
        "meta.location ew \"/Users/1\"",
        "meta.version pr and meta.lastModified le \"2026-01-01T01:00:01.000+01:00\"",
        "groups.value eq \"4\" and not (userName eq \"bob\")",
        "groups[display eq \"ALL\" and type eq \"indirect\"] and title pr",
        "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"ores\"",
    ] {
        assert_eq!(filtered(&mut service, filter), ["1"], "{filter}");
    }
    let groups = |service: &mut Service, filter: &str| -> Vec<String> {
        let answer = service.ask(get(&format!("/Groups?excludedAttributes=members&filter={}", encoded(filter))));
        answer.ids().into_iter().map(str::to_owned).collect()
    };
    for filter in [
        "members.value eq \"4\"",
        "members eq \"4\"",
        "members[value eq \"4\"]",
        "members[type eq \"Group\"]",
        "members[display eq \"staff\" and type eq \"Group\"]",
        "members.$ref ew \"/Groups/4\"",
        "displayName eq \"all\"",
        "members.value eq \"4\" or displayName eq \"none\"",
        "not (members.value eq \"1\")",
    ] {
        assert_eq!(groups(&mut service, filter), ["5"], "{filter}");
    }
}

#[test]
fn a_filter_that_is_none_is_400_invalid_filter() {
    let mut service = Service::new();
    for filter in [
        "",
        "userName",
        "userName eq",
        "userName xx \"a\"",
        "userName eq \"a",
        "(userName pr",
        "userName pr)",
        "emails[type eq \"work\"",
        "shoeSize eq 4",
        "userName eq 4",
        "active gt true",
        "x509Certificates.value gt \"aGk=\"",
        "name gt \"a\"",
        "active eq \"true\"",
        "userName pr userName pr",
    ] {
        service.ask(get(&format!("/Users?filter={}", encoded(filter)))).fails(400, "invalidFilter");
        service.ask(post("/Users/.search", search(json!({"filter": filter})))).fails(400, "invalidFilter");
    }
}

#[test]
fn across_types_an_attribute_that_one_lacks_is_unassigned_there() {
    let mut service = Service::new();
    let mut asked = |filter: &str| -> Vec<String> {
        let answer = service.ask(post("/.search", search(json!({"filter": filter}))));
        answer.ids().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(asked("userName eq \"ann\" or displayName eq \"all\""), ["1", "5"]);
    assert_eq!(asked("userName pr"), ["1", "2", "3"]);
    assert_eq!(asked("not (userName pr)"), ["4", "5"]);
    assert_eq!(asked("meta.resourceType eq \"Group\""), ["4", "5"]);
    assert_eq!(asked("id pr"), ["1", "2", "3", "4", "5"]);
}

#[test]
fn sorting_goes_up_and_down_and_the_unassigned_stand_last_or_first() {
    let mut service = Service::new();
    let mut sorted = |query: &str| -> Vec<String> {
        let answer = service.ask(get(&format!("/Users?{query}")));
        answer.ids().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(sorted("sortBy=name.familyName"), ["2", "1", "3"], "without case, and Cyd has none");
    assert_eq!(sorted("sortBy=name.familyName&sortOrder=descending"), ["3", "1", "2"]);
    assert_eq!(sorted("sortBy=userName&sortOrder=Descending"), ["3", "2", "1"]);
    assert_eq!(sorted("sortBy=USERNAME&sortOrder=ascending"), ["1", "2", "3"]);
    assert_eq!(sorted("sortBy=meta.created&sortOrder=descending"), ["3", "2", "1"]);
    assert_eq!(sorted("sortBy=id&sortOrder=descending"), ["3", "2", "1"]);
    assert_eq!(sorted(&format!("sortBy={}", encoded(&format!("{ENTERPRISE}:department")))), ["1", "2", "3"]);
    assert_eq!(sorted("sortBy=userName&sortOrder=descending&startIndex=2&count=1"), ["2"]);
    assert_eq!(sorted("sortBy=userName&filter=title%20pr"), ["1"]);
}

#[test]
fn of_several_values_the_primary_one_sorts_else_the_first() {
    let mut service = Service::new();
    let emails = |values: Value| json!([{"op": "replace", "path": "emails", "value": values}]);
    // Ann's primary address is Ann@Acme.example, her first one ann@home.example.
    service.ask(patch("/Users/2", emails(json!([{"value": "ann@b.example"}, {"value": "aaa@b.example"}])))).is(200);
    service.ask(patch("/Users/3", emails(json!([{"value": "zz@b.example"}, {"value": "AB@b.example", "primary": true}])))).is(200);
    for sort_by in ["emails", "emails.value"] {
        assert_eq!(service.ask(get(&format!("/Users?sortBy={sort_by}"))).ids(), ["3", "1", "2"]);
    }
}

#[test]
fn what_cannot_be_sorted_by_is_refused_whether_or_not_anything_is_there() {
    for mut service in [Service::new(), Service::with(json!({}))] {
        for query in ["sortBy=shoeSize", "sortBy=", "sortBy=members", "sortBy=user%20name", "sortBy=userName&sortOrder=up"] {
            service.ask(get(&format!("/Users?{query}"))).fails(400, "invalidValue");
        }
        service.ask(post("/.search", search(json!({"sortBy": "members"})))).is(200);
    }
}

#[test]
fn a_search_by_post_is_the_same_list() {
    let mut service = Service::new();
    let asked = search(json!({
        "filter": "userName pr", "sortBy": "userName", "sortOrder": "descending", "startIndex": 2, "count": 1, "attributes": ["userName"],
    }));
    let found = service.ask(post("/Users/.search", asked)).is(200).body;
    let path = "/Users?filter=userName%20pr&sortBy=userName&sortOrder=descending&startIndex=2&count=1&attributes=userName";
    assert_eq!(found, service.ask(get(path)).body);
    assert_eq!(service.ask(post("/.search", search(json!({"count": 0})))).body["totalResults"], json!(5));
}

#[test]
fn a_search_that_cannot_be_read_is_400() {
    let mut service = Service::new();
    let named = format!("\"schemas\":[\"{SEARCH}\"]");
    let cases = [
        ("{".to_owned(), "invalidSyntax"),
        ("[]".to_owned(), "invalidSyntax"),
        ("{}".to_owned(), "invalidSyntax"),
        (format!("{{{named}}} "), ""),
        (format!("{{{named},\"count\":1,\"COUNT\":2}}"), "invalidSyntax"),
        (format!("{{{named},\"count\":\"1\"}}"), "invalidValue"),
        (format!("{{{named},\"count\":1.5}}"), "invalidValue"),
        (format!("{{{named},\"filter\":5}}"), "invalidValue"),
        (format!("{{{named},\"attributes\":\"id\"}}"), "invalidValue"),
        (format!("{{{named},\"sortOrder\":\"up\"}}"), "invalidValue"),
        (format!("{{{named},\"filter\":null,\"count\":99999999999999999999}}"), ""),
    ];
    for (text, scim_type) in cases {
        let answer = service.ask(send("POST", "/Users/.search", &text));
        if scim_type.is_empty() {
            answer.is(200)
        } else {
            answer.fails(400, scim_type)
        };
    }
}

#[test]
fn the_first_few_of_many_are_those_of_the_whole_order() {
    let mut service = Service::with(json!({}));
    let mut records = String::new();
    for at in 0..700u32 {
        let title = if at % 9 == 0 { String::new() } else { format!(",\"title\":\"T{}\"", at.wrapping_mul(2_654_435_761) % 50) };
        let user = format!("{{\"schemas\":[\"{USER}\"],\"userName\":\"n{at}\"{title}}}");
        records.push_str(&format!("{{\"key\":\"user/{at:03}\",\"value\":{user}}}\n"));
    }
    service.organization.restore(records.as_bytes()).unwrap();
    for order in ["ascending", "descending"] {
        let mut page = |start: usize, count: usize| -> Vec<String> {
            let path = format!("/Users?sortBy=title&sortOrder={order}&attributes=id&startIndex={start}&count={count}");
            service.ask(get(&path)).ids().into_iter().map(str::to_owned).collect()
        };
        let whole = page(1, 700);
        assert_eq!(whole.len(), 700);
        for start in [1, 2, 17, 36, 40, 300, 699] {
            assert_eq!(page(start, 7), whole[start - 1..(start + 6).min(700)], "{order} from {start}");
        }
    }
}

/// The cases of `tests/data/filter`, asked of an organization that holds their resources.
#[test]
fn lists_find_what_the_filter_fixtures_say() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/filter");
    let (mut asked, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        let mut resources = file["resources"].as_array().unwrap().clone();
        for (at, resource) in resources.iter_mut().enumerate().filter(|(_, resource)| resource.get("id").is_none()) {
            resource["id"] = json!(format!("r{at}"));
        }
        for case in file["cases"].as_array().unwrap() {
            let (filter, name) = (case["filter"].as_str().unwrap(), case["name"].as_str().unwrap());
            // What the server assigns or fills in is not the fixture's.
            let assigned = ["meta", "groups", "manager.d", "manager.$", "members"].iter().any(|word| filter.contains(word));
            let (Some(wanted), false) = (case["expect"]["matches"].as_array(), assigned) else { continue };
            let mut config = json!({"dialect": case["dialect"]});
            for name in ["schemas", "resourceTypes"] {
                if let Some(given) = case.get(name).or(file.get(name)) {
                    config[name] = given.clone();
                }
            }
            let mut service = Service::with(config);
            let mut records = String::new();
            for resource in &resources {
                let kind = if resource["schemas"][0] == GROUP { "group" } else { "user" };
                records.push_str(&json!({"key": format!("{kind}/{}", resource["id"].as_str().unwrap()), "value": resource}).to_string());
                records.push('\n');
            }
            service.organization.restore(records.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let (path, listed) = match case["resourceType"].as_str() {
                Some("User") => ("/Users/.search", USER),
                Some("Group") => ("/Groups/.search", GROUP),
                _ => ("/.search", ""),
            };
            let wanted = wanted.iter().map(|at| &resources[at.as_u64().unwrap() as usize]);
            let wanted = wanted.filter(|resource| listed.is_empty() || resource["schemas"][0] == listed);
            let mut wanted: Vec<&str> = wanted.map(|resource| resource["id"].as_str().unwrap()).collect();
            wanted.sort_unstable();
            let answer = service.ask(post(path, search(json!({"filter": filter, "count": 1000}))));
            asked += 1;
            if answer.status != 200 || answer.ids() != wanted {
                wrong.push(format!("{name}: {filter}: {wanted:?}, found {}", answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 100, "{asked}");
}
