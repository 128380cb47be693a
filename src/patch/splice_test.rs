//! What is spliced into a text, or repacked, is to the letter what the tree gives.

use super::*;
use crate::schema::common;
use serde_json::{Value, json};

/// Both ways. The answer: whether the text was spliced.
fn agree(registry: &Registry, resource: &str, patch: &str, options: &PatchOptions<'_>) -> bool {
    let Ok((read, notes)) = Read::new(registry, resource.as_bytes(), patch.as_bytes(), options) else { return false };
    let mut own = notes.clone();
    let Some(spliced) = read.spliced(&read.targets(), &mut own) else {
        assert_eq!(own, notes, "{resource} {patch}");
        return false;
    };
    let tree = read.patched(read.targets(), notes, |_, patched| {
        (patched.changed.then(|| patched.document.text_of(registry, NodeId::ROOT)), patched.notes)
    });
    assert_eq!(tree.map_err(|error| error.to_string()), Ok((spliced, own)), "{resource} {patch}");
    true
}

/// The same of the packed resource. The answer: whether it was repacked.
fn agree_packed(registry: &Registry, resource: &str, patch: &str, options: &PatchOptions<'_>) -> bool {
    let Ok((read, notes)) = Read::new(registry, resource.as_bytes(), patch.as_bytes(), options) else { return false };
    let pack = |text: &str| {
        let document = registry.stored(text, read.paths.resource_type, &options.limits).expect("JSON");
        (document.opaque().count() == 0).then(|| document.pack(NodeId::ROOT, &[common::SCHEMAS]))
    };
    if registry.stored(resource, read.paths.resource_type, &options.limits).is_err() {
        return false;
    }
    let Some(packed) = pack(resource) else { return false };
    let mut own = notes.clone();
    let Some(repacked) = patch_packed(read.paths, Packed(&packed), patch, &read.operations, &mut own) else {
        assert_eq!(own, notes, "{resource} {patch}");
        return false;
    };
    let tree = read.patched(read.targets(), notes, |_, patched| (patched.document.text_of(registry, NodeId::ROOT), patched.notes));
    let (text, notes) = tree.expect(patch);
    assert_eq!((Some(repacked.packed), own), (pack(&text), notes), "{resource} {patch}");
    true
}

fn fixtures() -> Vec<Value> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/patch")).expect("fixtures");
    let file = |entry: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(entry.expect("a file").path()).expect("text");
    let cases = folder.flat_map(|entry| {
        let file: Value = serde_json::from_str(&file(entry)).expect("JSON");
        file["cases"].as_array().expect("cases").clone()
    });
    cases.collect()
}

#[test]
fn fixtures_are_written_alike_or_not_at_all() {
    let (mut spliced, mut repacked, all) = (0, 0, fixtures());
    for case in &all {
        let schemas = json!({"schemas": case["schemas"], "resourceTypes": case["resourceTypes"]});
        let registry = Registry::compile(&schemas.to_string(), &Default::default()).expect("schemas");
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        for dialect in [Dialect::Rfc, Dialect::Entra, Dialect::Okta] {
            let options = PatchOptions { dialect, resource_type: case["resourceType"].as_str(), ..Default::default() };
            spliced += usize::from(agree(&registry, &text(&case["given"]), &text(&case["patch"]), &options));
            repacked += usize::from(agree_packed(&registry, &text(&case["given"]), &text(&case["patch"]), &options));
        }
    }
    assert!(spliced > 60 && repacked > 60, "{spliced} and {repacked} of {}", all.len() * 3);
}

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u1","userName":"ann","externalId":"x\u00e9","name":{"familyName":"A\"ß","givenName":"Ann"},"title":"T","nickName":"N","active":true,"emails":[{"value":"ann@acme.example","type":"work","primary":true},{"value":"a@home.example","type":"Home"},{"type":"other","display":"odd"}],"roles":[{"value":"r","primary":false}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D","manager":{"value":"bo","$ref":"../Users/bo"}},"meta":{"resourceType":"User","created":"2026-01-07T09:30:00.000Z"}}"#;

const PATHS: &[&str] = &[
    "title",
    "TITLE",
    "nickName",
    "displayName",
    "active",
    "userName",
    "id",
    "name.givenName",
    "name.middleName",
    "name",
    "externalId",
    "emails[type eq \"work\"].value",
    "emails[type eq \"home\"].display",
    "emails[type eq \"other\"].value",
    "emails[type eq \"none\"].value",
    "emails[value eq \"ann@acme.example\"].type",
    "emails[type eq \"work\"].primary",
    "emails[type eq \"work\"].type",
    "emails.display",
    "emails[type eq \"work\"]",
    "roles[value eq \"r\"].display",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "phoneNumbers[type eq \"work\"].value",
    "password",
    "locale",
    "nothing",
    "meta.created",
    "schemas",
    "urn:ietf:params:scim:schemas:core:2.0:User:title",
];

const VALUES: &[&str] = &[
    "\"N\"",
    "\"T\"",
    "\"\\u0054\"",
    "\"Ann\"",
    "\"\"",
    "\"é\\n\"",
    "\"True\"",
    "\"false\"",
    "true",
    "false",
    "null",
    "7",
    "[]",
    "{\"givenName\":\"B\"}",
    "[\"a\"]",
    "\"work\"",
];

const PIECES: &[&str] = &[
    "",
    " ",
    ",",
    "null",
    "{}",
    "[]",
    "\"title\":\"T\",",
    "\"NICKNAME\"",
    "\\u0041",
    "{\"type\":\"work\"},",
    "7",
    "\"locale\":\"de\",",
    "\"displayName\":null,",
    "\"x\":1,",
    "\"",
];

#[test]
fn random_operations_on_damaged_texts_are_written_alike_or_not_at_all() {
    let registry = Registry::builtin();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n as u64) as usize
    };
    let (mut spliced, mut repacked) = (0, 0);
    for _ in 0..400_000 {
        let mut text = USER.to_owned();
        for _ in 0..below(3) {
            let (from, length) = (below(text.len()), below(12) * below(2));
            let to = (from + length).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                text.replace_range(from..to, PIECES[below(PIECES.len())]);
            }
        }
        let operations: Vec<String> = (0..1 + below(4))
            .map(|_| {
                let op = ["add", "Replace", "replace", "remove"][below(4)];
                let (path, value) = (json!(PATHS[below(PATHS.len())]), VALUES[below(VALUES.len())]);
                match (op, below(8)) {
                    ("remove", at) if at > 0 => format!(r#"{{"op":"remove","path":{path}}}"#),
                    (_, 0) => format!(r#"{{"op":"{op}","value":{{{path}:{value},"nickName":{value}}}}}"#),
                    _ => format!(r#"{{"op":"{op}","path":{path},"value":{value}}}"#),
                }
            })
            .collect();
        let patch = format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{}]}}"#, operations.join(","));
        let dialect = [Dialect::Rfc, Dialect::Entra, Dialect::Okta][below(3)];
        let options = PatchOptions { dialect, ..Default::default() };
        spliced += usize::from(agree(registry, &text, &patch, &options));
        repacked += usize::from(agree_packed(registry, &text, &patch, &options));
    }
    assert!(spliced > 8_000 && repacked > 8_000, "{spliced} and {repacked}");
}
