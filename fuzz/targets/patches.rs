//! PATCH: all of it or nothing, the same each time, and what undoes it applies.
//!
//! Input: a byte for the dialect, the resource, a byte that is in no UTF-8, the message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_policy::{Dialect, PatchOptions, Purpose, Registry, ValidateOptions, apply_patch, patch_changes, patch_inverse, validate};
use serde_json::Value;
use std::collections::BTreeMap;

const DIALECTS: [Dialect; 3] = [Dialect::Rfc, Dialect::Entra, Dialect::Okta];
const BETWEEN: u8 = 0xff;

fuzz_target!(|input: &[u8]| {
    let Some((dialect, rest)) = input.split_first() else { return };
    let Some(at) = rest.iter().position(|byte| *byte == BETWEEN) else { return };
    let (resource, patch) = (&rest[..at], &rest[at + 1..]);
    let registry = Registry::builtin();
    let options = PatchOptions { dialect: DIALECTS[usize::from(*dialect) % DIALECTS.len()], ..PatchOptions::default() };
    let outcome = apply_patch(registry, resource, patch, &options);
    let changes = patch_changes(registry, resource, patch, &options);
    let inverse = patch_inverse(registry, resource, patch, &options);
    let Ok(outcome) = outcome else {
        assert!(changes.is_err() && inverse.is_err(), "one answer for all");
        return;
    };
    assert!(serde_json::from_str::<Value>(&outcome.text).is_ok(), "JSON: {}", outcome.text);
    assert_eq!(outcome.changed, !changes.expect("what was applied has changes").is_empty(), "changed says what changes say");
    if !outcome.changed {
        assert_eq!(outcome.text.as_bytes(), resource, "what did not change is as it was");
        return; // and nothing undoes it
    }
    let inverse = inverse.expect("what was applied can be undone");
    let undo = PatchOptions { dialect: Dialect::Rfc, ..options };
    let undone = apply_patch(registry, outcome.text.as_bytes(), inverse.as_bytes(), &undo);
    let Some(before) = canonical(registry, resource) else { return };
    let undone = undone.unwrap_or_else(|error| panic!("{inverse}\ndoes not apply to\n{}\n{error:?}", outcome.text));
    if canonical(registry, outcome.text.as_bytes()).is_some() {
        assert_eq!(canonical(registry, undone.text.as_bytes()), Some(before), "{inverse}");
    }
});

/// A valid resource in its canonical form.
fn canonical(registry: &Registry, resource: &[u8]) -> Option<Value> {
    let report = validate(registry, resource, &ValidateOptions { purpose: Purpose::Replace, ..ValidateOptions::default() }).ok()?;
    let canonical = report.resource.filter(|_| report.valid && report.issues.is_empty())?;
    orderless(serde_json::from_str(&canonical).ok()?)
}

/// Values of multi-valued attributes have no order. `None` where one is there twice: that is one value too many already.
fn orderless(value: Value) -> Option<Value> {
    Some(match value {
        Value::Object(members) => {
            let members: Option<serde_json::Map<_, _>> = members.into_iter().map(|(name, value)| Some((name, orderless(value)?))).collect();
            members?.into()
        }
        Value::Array(items) => {
            let count = items.len();
            let key = |item: &Value| item.get("value").unwrap_or(item).to_string().to_lowercase();
            let items: Option<BTreeMap<String, Value>> = items.into_iter().map(|item| Some((key(&item), orderless(item)?))).collect();
            items.filter(|items| items.len() == count)?.into_values().collect()
        }
        other => other,
    })
}
