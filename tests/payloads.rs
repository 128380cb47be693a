//! Every fixture of `tests/data/{rfc,patch,validate,filter}` against the public functions.
//!
//! A failure prints the fixture's name and clause. `tests/data/README.md` says what the files mean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use scim_policy::{
    Dialect, Filter, FilterOptions, PatchOptions, Purpose, Registry, Report, ScimError, ValidateOptions, apply_patch, patch_inverse,
    validate,
};
use serde_json::{Value, json};

fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}

fn load(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All cases of a folder, each with the file it is from.
fn cases(folder: &str) -> Vec<(String, Value, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(data(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "json")) {
        let value = load(file);
        let resources = value["resources"].clone();
        for case in value["cases"].as_array().expect("cases") {
            all.push((file.file_stem().unwrap().to_string_lossy().into_owned(), case.clone(), resources.clone()));
        }
    }
    all
}

fn registry(case: &Value) -> Result<Registry, ScimError> {
    if case["schemas"].is_null() && case["resourceTypes"].is_null() {
        return Ok(Registry::builtin().clone());
    }
    let documents = json!({"schemas": case["schemas"], "resourceTypes": case["resourceTypes"]});
    Ok(Registry::compile(&documents.to_string(), &Default::default())?)
}

fn dialect(case: &Value) -> Dialect {
    serde_json::from_value(case["dialect"].clone()).unwrap_or_default()
}

fn text_or_json(case: &Value, key: &str) -> String {
    match case.get(format!("{key}Text")) {
        Some(text) => text.as_str().unwrap().to_owned(),
        None => case[key].to_string(),
    }
}

/// Runs all cases of a kind and fails with every one that differs.
fn run(folder: &str, least: usize, check: impl Fn(&Value, &Value) -> Result<(), String>) {
    let all = cases(folder);
    let mut wrong = Vec::new();
    for (file, case, resources) in &all {
        if let Err(reason) = check(case, resources) {
            wrong.push(format!(
                "{folder}/{file}: {} ({})\n    {reason}",
                case["name"].as_str().unwrap_or("?"),
                case["clause"].as_str().unwrap_or("?")
            ));
        }
    }
    assert!(all.len() >= least, "{folder} has {} cases", all.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    println!("{folder}: {} cases", all.len());
}

fn check_error(wanted: &Value, error: &ScimError) -> Result<(), String> {
    let found = serde_json::to_value(error).unwrap();
    for key in ["status", "scimType", "operation", "path"] {
        if let Some(expected) = wanted.get(key)
            && *expected != found[key]
        {
            return Err(format!("{key}: expected {expected}, found {} in {found}", found[key]));
        }
    }
    Ok(())
}

fn check_notes<'n>(wanted: &Value, found: impl Iterator<Item = (&'n str, Option<u32>)>) -> Result<(), String> {
    let Some(wanted) = wanted.as_array() else { return Ok(()) };
    let by_operation = wanted.iter().any(|note| note.get("operation").is_some());
    let wanted: BTreeSet<(String, Option<u32>)> = wanted
        .iter()
        .map(|note| (note["rule"].as_str().unwrap().to_owned(), note["operation"].as_u64().map(|n| n as u32).filter(|_| by_operation)))
        .collect();
    let found: BTreeSet<(String, Option<u32>)> =
        found.map(|(rule, operation)| (rule.to_owned(), operation.filter(|_| by_operation))).collect();
    if wanted == found { Ok(()) } else { Err(format!("notes: expected {wanted:?}, found {found:?}")) }
}

fn check_patch(case: &Value, given: &str) -> Result<(), String> {
    let expect = &case["expect"];
    let registry = registry(case).map_err(|error| error.to_string())?;
    let options = PatchOptions { dialect: dialect(case), resource_type: case["resourceType"].as_str(), limits: Default::default() };
    let patch = text_or_json(case, "patch");
    match (apply_patch(&registry, given.as_bytes(), patch.as_bytes(), &options), expect.get("error")) {
        (Err(error), Some(wanted)) => check_error(wanted, &error),
        (Err(error), None) => Err(format!("refused: {}", serde_json::to_string(&error).unwrap())),
        (Ok(outcome), Some(_)) => Err(format!("accepted: {}", outcome.text)),
        (Ok(outcome), None) => {
            let found: Value = serde_json::from_str(&outcome.text).map_err(|error| format!("{error}: {}", outcome.text))?;
            if expect["resource"] != found {
                return Err(format!("expected {}\n       found {found}", expect["resource"]));
            }
            if expect["changed"] != outcome.changed {
                return Err(format!("changed: {}", outcome.changed));
            }
            check_notes(&expect["notes"], outcome.notes.iter().map(|note| (note.rule.name(), note.operation)))?;
            check_undo(&registry, given, &patch, &outcome.text, &options)
        }
    }
}

/// The inverse turns the result back, order of values and what nobody may unset aside.
fn check_undo(registry: &Registry, given: &str, patch: &str, result: &str, options: &PatchOptions<'_>) -> Result<(), String> {
    let undo = patch_inverse(registry, given.as_bytes(), patch.as_bytes(), options).map_err(|error| format!("inverse: {error}"))?;
    if undo.ends_with("\"Operations\":[]}") {
        return Ok(());
    }
    let strict = PatchOptions { dialect: Dialect::Rfc, ..options.clone() };
    let undone = apply_patch(registry, result.as_bytes(), undo.as_bytes(), &strict)
        .map_err(|error| format!("inverse refused: {error}\n    {undo}"))?;
    let (before, after) = (normal(given), normal(&undone.text));
    if before == after { Ok(()) } else { Err(format!("undone to {after}\n      not {before}\n       by {undo}")) }
}

/// Without nulls, empties and order.
fn normal(text: &str) -> Value {
    fn tidy(value: Value) -> Value {
        match value {
            Value::Array(items) => {
                let mut items: Vec<Value> = items.into_iter().map(tidy).filter(|item| !item.is_null()).collect();
                items.sort_by_key(Value::to_string);
                if items.is_empty() { Value::Null } else { Value::Array(items) }
            }
            Value::Object(members) => {
                let members: serde_json::Map<_, _> =
                    members.into_iter().map(|(name, value)| (name, tidy(value))).filter(|(_, value)| !value.is_null()).collect();
                // `manager.displayName` is the service provider's: no PATCH sets it.
                let mut members = members;
                if let Some(manager) = members
                    .get_mut("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
                    .and_then(|ext| ext.get_mut("manager"))
                    .and_then(Value::as_object_mut)
                {
                    manager.remove("displayName");
                }
                if members.is_empty() { Value::Null } else { Value::Object(members) }
            }
            other => other,
        }
    }
    tidy(serde_json::from_str(text).unwrap())
}

fn check_report(case: &Value, outcome: Result<Report, ScimError>) -> Result<(), String> {
    let expect = &case["expect"];
    let report = match outcome {
        Ok(report) => report,
        Err(error) if expect["valid"] == false => {
            let wanted = &expect["issues"][0]["scimType"];
            let found = json!(error.scim_type);
            return if expect["issues"].as_array().is_none_or(Vec::is_empty) || *wanted == found {
                Ok(())
            } else {
                Err(format!("refused with {found}"))
            };
        }
        Err(error) => return Err(format!("refused: {error}")),
    };
    let found = serde_json::to_value(&report).unwrap();
    if expect["valid"] != found["valid"] {
        return Err(format!("valid: {found}"));
    }
    if let Some(wanted) = expect.get("resourceType")
        && *wanted != found["resourceType"]
    {
        return Err(format!("resourceType: {found}"));
    }
    if let Some(wanted) = expect["issues"].as_array() {
        let issues = found["issues"].as_array().unwrap();
        let same = wanted.len() == issues.len()
            && wanted.iter().zip(issues).all(|(wanted, found)| wanted.as_object().unwrap().iter().all(|(key, value)| *value == found[key]));
        if !same {
            return Err(format!("issues: expected {}\n          found {}", json!(wanted), found["issues"]));
        }
    }
    check_notes(&expect["notes"], report.notes.iter().map(|note| (note.rule.name(), note.operation)))?;
    if let Some(wanted) = expect.get("resource").filter(|resource| !resource.is_null()) {
        let text = report.resource.ok_or("no canonical resource")?;
        let found: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        if *wanted != found {
            return Err(format!("resource: expected {wanted}\n          found {found}"));
        }
    }
    Ok(())
}

fn check_validate(case: &Value, payload: &str) -> Result<(), String> {
    let options = ValidateOptions {
        purpose: serde_json::from_value::<Purpose>(case["purpose"].clone()).unwrap_or_default(),
        dialect: dialect(case),
        resource_type: case["resourceType"].as_str(),
        limits: Default::default(),
    };
    let outcome = registry(case).and_then(|registry| validate(&registry, payload.as_bytes(), &options));
    check_report(case, outcome)
}

fn check_filter(case: &Value, resources: &Value) -> Result<(), String> {
    let registry = registry(case).map_err(|error| error.to_string())?;
    let options = FilterOptions { dialect: dialect(case), resource_type: case["resourceType"].as_str(), limits: Default::default() };
    let text = case["filter"].as_str().unwrap();
    let wanted = &case["expect"];
    match (Filter::parse(&registry, text, &options), wanted.get("error")) {
        (Err(error), Some(wanted)) => check_error(wanted, &error),
        (Err(error), None) => Err(format!("`{text}` refused: {error}")),
        (Ok(filter), Some(_)) => Err(format!("`{text}` accepted as `{filter}`")),
        (Ok(filter), None) => {
            let found = filter.select(&registry, resources.to_string().as_bytes()).map_err(|error| error.to_string())?;
            if json!(found) != wanted["matches"] {
                return Err(format!("`{text}` matches {found:?}, expected {}", wanted["matches"]));
            }
            let again = Filter::parse(&registry, &filter.to_string(), &options).map_err(|error| format!("`{filter}`: {error}"))?;
            if again.tree() != filter.tree() {
                return Err(format!("`{filter}` reads back as `{again}`"));
            }
            check_notes(&case["notes"], filter.notes().iter().map(|note| (note.rule.name(), None)))
        }
    }
}

#[test]
fn patch_fixtures() {
    run("patch", 390, |case, _| check_patch(case, &case["given"].to_string()));
}

#[test]
fn validate_fixtures() {
    run("validate", 180, |case, _| check_validate(case, &text_or_json(case, "payload")));
}

#[test]
fn filter_fixtures() {
    run("filter", 220, check_filter);
}

#[test]
fn rfc_messages() {
    let all = load(&data("rfc/cases.json"));
    let mut wrong = Vec::new();
    for case in all.as_array().unwrap() {
        let message = std::fs::read_to_string(data("rfc").join(case["file"].as_str().unwrap())).unwrap();
        let outcome = if case["kind"] == "patch" {
            let mut case = case.clone();
            case["patchText"] = json!(message);
            let given = match case["given"].as_str() {
                Some(file) => std::fs::read_to_string(data("rfc").join(file)).unwrap(),
                None => case["given"].to_string(),
            };
            check_patch(&case, &given)
        } else {
            check_validate(case, &message)
        };
        if let Err(reason) = outcome {
            wrong.push(format!("rfc: {} ({})\n    {reason}", case["name"].as_str().unwrap(), case["clause"].as_str().unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), all.as_array().unwrap().len(), wrong.join("\n"));
}

/// Runs every fixture that guards against a known mistake of widely used libraries.
fn mistake(number: u64) {
    let (mut ran, mut wrong) = (0, Vec::new());
    for folder in ["patch", "validate", "filter"] {
        for (_, case, resources) in cases(folder).iter().filter(|(_, case, _)| case["mistake"] == number) {
            let outcome = match folder {
                "patch" => check_patch(case, &case["given"].to_string()),
                "validate" => check_validate(case, &text_or_json(case, "payload")),
                _ => check_filter(case, resources),
            };
            ran += 1;
            wrong.extend(outcome.err().map(|reason| format!("{}: {reason}", case["name"])));
        }
    }
    assert!(ran > 0, "mistake {number} has no fixture");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! mistakes {
    ($($name:ident = $number:literal),+ $(,)?) => { mod known_mistakes { $(#[test] fn $name() { super::mistake($number); })+ } };
}

mistakes! {
    replace_without_path_replaces_a_list = 1,
    one_member_does_not_overwrite_every_member = 2,
    members_are_removed_by_a_list_of_values = 3,
    colons_and_quotes_stay_inside_a_filter = 4,
    a_part_of_a_name_leaves_the_rest = 5,
    an_extension_given_whole_keeps_its_urn = 6,
    names_in_any_case_are_one_attribute = 7,
    one_primary_and_nothing_twice = 8,
    a_failed_operation_takes_the_others_with_it = 9,
    what_may_not_be_written_is_refused = 10,
    roles_may_have_any_type = 11,
    a_value_path_asks_one_element = 12,
    a_hundred_removals_are_all_done = 13,
}

/// The shortest of five: another process may have had the processor meanwhile.
fn least(time: impl Fn(usize) -> Duration, n: usize) -> Duration {
    (0..5).map(|_| time(n)).min().unwrap_or_default()
}

/// Mistake 13: 10,000 operations on a group of 10,000 members are near linear, whatever they are.
#[test]
fn many_operations_stay_near_linear() {
    let id = |i: usize| format!("user-{i}");
    let by_filter =
        |op: &str, i: usize, value: Value| json!({"op": op, "path": format!("members[value eq \"{}\"]", id(i)), "value": value});
    type Make<'m> = (&'m str, &'m dyn Fn(usize, usize) -> Value, fn(usize) -> usize);
    let kinds: [Make<'_>; 6] = [
        ("add", &|i, n| json!({"op": "add", "path": "members", "value": [{"value": id(n + i)}]}), |n| 2 * n),
        ("add what is there", &|i, _| json!({"op": "add", "path": "members", "value": [{"value": id(i)}]}), |n| n),
        ("remove by filter", &|i, _| json!({"op": "remove", "path": format!("members[value eq \"{}\"]", id(i))}), |_| 0),
        ("remove by value", &|i, _| json!({"op": "remove", "path": "members", "value": [{"value": id(i)}]}), |_| 0),
        ("replace by filter", &|i, _| by_filter("replace", i, json!({"value": id(i), "display": "x"})), |n| n),
        ("merge by filter", &|i, _| by_filter("add", i, json!({"display": "x"})), |n| n),
    ];
    for (what, make, left) in kinds {
        let time = |n: usize| {
            let members: Vec<Value> = (0..n).map(|i| json!({"value": id(i)})).collect();
            let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All", "members": members});
            let operations: Vec<Value> = (0..n).map(|i| make(i, n)).collect();
            let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}).to_string();
            let group = group.to_string();
            let start = Instant::now();
            let outcome = apply_patch(Registry::builtin(), group.as_bytes(), patch.as_bytes(), &PatchOptions::default()).unwrap();
            let taken = start.elapsed();
            let result: Value = serde_json::from_str(&outcome.text).unwrap();
            assert_eq!(result["members"].as_array().map_or(0, Vec::len), left(n), "{what}");
            taken
        };
        time(500);
        assert_near_linear(what, time);
    }
    let time = |n: usize| {
        let whole: Vec<Value> = (0..n).map(|i| json!({"value": id(n - i)})).collect();
        let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All", "members": whole}).to_string();
        let other: Vec<Value> = (0..n).map(|i| json!({"value": id(i)})).collect();
        let operations = json!([{"op": "replace", "path": "members", "value": other}]);
        let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}).to_string();
        let start = Instant::now();
        assert!(apply_patch(Registry::builtin(), group.as_bytes(), patch.as_bytes(), &PatchOptions::default()).unwrap().changed);
        start.elapsed()
    };
    assert_near_linear("replace", time);
}

/// On a busy machine the long one is interrupted and the short one is not: it is measured up to four times.
fn assert_near_linear(what: &str, time: impl Fn(usize) -> Duration) {
    let near_linear = (0..4).any(|_| {
        let (small, large) = (least(&time, 1_000), least(&time, 10_000));
        println!("{what}: {small:?} for 1,000 and {large:?} for 10,000");
        large < small * 60
    });
    assert!(near_linear, "{what}");
}
