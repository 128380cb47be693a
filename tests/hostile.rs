//! Payloads, paths and filters that mean harm: each gets an answer or an error that says of what kind it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use scim_policy::{
    Dialect, Filter, FilterOptions, PatchOptions, Purpose, Registry, ScimError, ValidateOptions, apply_patch, patch_changes, patch_inverse,
    validate,
};
use serde_json::json;

/// xorshift, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick<'p>(&mut self, all: &[&'p str]) -> &'p str {
        all[self.below(all.len())]
    }
}

const PIECES: [&str; 44] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\u00e9",
    "null",
    "true",
    "-",
    "0",
    "1e999999999",
    "1.5",
    "\"op\"",
    "\"add\"",
    "\"path\"",
    "\"value\"",
    "\"Operations\"",
    "\"schemas\"",
    "\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"",
    "__proto__",
    "constructor",
    "members",
    "emails",
    "type",
    "eq",
    "pr",
    "and",
    "or",
    "not",
    "(",
    ")",
    ".",
    "$ref",
    " ",
    "\"\u{0}\"",
    "\u{feff}",
    "\u{202e}",
    "\u{10ffff}",
    "'",
];
const USER: &str = "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"mia\",\"emails\":[{\"value\":\"a\"}]}";
const DIALECTS: [Dialect; 3] = [Dialect::Rfc, Dialect::Entra, Dialect::Okta];

/// An error names its kind; only what is too large has none.
fn told<T>(outcome: Result<T, ScimError>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) => {
            assert!(error.scim_type.is_some() || error.status == 413, "{error:?}");
            assert!(!error.detail.is_empty());
            false
        }
    }
}

/// Asks everything there is to ask about a text.
fn ask(text: &[u8]) {
    let registry = Registry::builtin();
    for dialect in DIALECTS {
        for purpose in [Purpose::Create, Purpose::Replace, Purpose::Response, Purpose::Patch, Purpose::Bulk, Purpose::Search] {
            for resource_type in [None, Some("User")] {
                let options = ValidateOptions { purpose, dialect, resource_type, ..Default::default() };
                if let Ok(report) = validate(registry, text, &options) {
                    assert_eq!(report.valid, report.issues.iter().all(|issue| issue.severity != scim_policy::Severity::Error));
                }
            }
        }
        let options = PatchOptions { dialect, ..Default::default() };
        told(apply_patch(registry, USER.as_bytes(), text, &options));
        told(apply_patch(registry, text, text, &options));
        told(patch_changes(registry, USER.as_bytes(), text, &options));
        told(patch_inverse(registry, USER.as_bytes(), text, &options));
        if let Ok(filter) = std::str::from_utf8(text) {
            ask_filter(filter, dialect);
        }
    }
}

fn ask_filter(text: &str, dialect: Dialect) {
    let registry = Registry::builtin();
    let filter = Filter::parse(registry, text, &FilterOptions { dialect, ..Default::default() });
    if let Ok(filter) = &filter {
        let printed = filter.to_string();
        let again = Filter::parse(registry, &printed, &FilterOptions { dialect, ..Default::default() });
        assert_eq!(again.unwrap().tree(), filter.tree(), "{text}");
        told(filter.matches(registry, USER.as_bytes()));
    }
    told(filter);
    for op in ["add", "replace", "remove"] {
        let operation = json!({"op": op, "path": text, "value": [{"value": "x"}]});
        let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]});
        told(apply_patch(registry, USER.as_bytes(), patch.to_string().as_bytes(), &PatchOptions { dialect, ..Default::default() }));
    }
}

#[test]
fn two_thousand_hostile_texts_are_answered() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for _ in 0..2_000 {
        let text: String = (0..1 + random.below(24)).map(|_| random.pick(&PIECES)).collect();
        ask(text.as_bytes());
    }
}

/// A sound message with one byte cut out, doubled or changed.
#[test]
fn damaged_messages_are_answered() {
    let message = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[{\"op\":\"Replace\",\"path\":\"emails[type eq \\\"work\\\"].value\",\"value\":\"a\\u00e9\"},{\"op\":\"add\",\"value\":{\"name.givenName\":\"x\",\"roles\":[\"{\\\"value\\\":1}\"]}}]}";
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for at in 0..message.len() {
        let mut bytes = message.as_bytes().to_vec();
        match random.below(3) {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, bytes[at]),
            _ => bytes[at] = random.below(256) as u8,
        }
        ask(&bytes);
    }
}

#[test]
fn what_is_deep_long_or_wide_is_answered() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let wide: Vec<String> = (0..50_000).map(|i| format!("\"k{i}\":1")).collect();
    let same: Vec<&str> = vec!["\"a\":1"; 50_000];
    let and: Vec<&str> = vec!["(userName pr or title pr)"; 2_000];
    for text in [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        deep("(", ")"),
        deep("emails[", "]"),
        deep("not (", ")"),
        format!("{{{}}}", wide.join(",")),
        format!("{{{}}}", same.join(",")),
        format!("{{\"meta\":{{{}}}}}", wide.join(",")),
        and.join(" and "),
        format!("userName eq \"{}\"", "\\\\".repeat(40_000)),
        format!("{{\"userName\":\"{}\"}}", "\\u00e9".repeat(100_000)),
        format!("{{\"userName\":{}}}", "9".repeat(1_000_000)),
        "a.".repeat(20_000),
        "urn:".repeat(10_000),
    ] {
        let start = std::time::Instant::now();
        ask(text.as_bytes());
        let start_of_text: String = text.chars().take(20).collect();
        println!("{start_of_text}…, {} bytes: {:?}", text.len(), start.elapsed());
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "{start_of_text}… takes {:?}", start.elapsed());
    }
}

#[test]
fn names_of_the_prototype_are_no_names() {
    for name in ["__proto__", "constructor.prototype", "toString", "members.__proto__", "emails[__proto__ eq 1]", "$proto"] {
        let operation = json!({"op": "add", "path": name, "value": {"polluted": true}});
        let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}).to_string();
        for dialect in DIALECTS {
            let outcome =
                apply_patch(Registry::builtin(), USER.as_bytes(), patch.as_bytes(), &PatchOptions { dialect, ..Default::default() });
            assert!(!told(outcome), "{name}");
        }
    }
}
