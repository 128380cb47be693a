//! Payloads: what is valid has a canonical form, and that is its own.
//!
//! Input: a byte for the dialect, one for the purpose, the payload.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_policy::{Dialect, Purpose, Registry, ValidateOptions, validate};

const DIALECTS: [Dialect; 3] = [Dialect::Rfc, Dialect::Entra, Dialect::Okta];
const PURPOSES: [Purpose; 6] = [Purpose::Create, Purpose::Replace, Purpose::Response, Purpose::Patch, Purpose::Bulk, Purpose::Search];

fuzz_target!(|input: &[u8]| {
    let [dialect, purpose, payload @ ..] = input else { return };
    let options = ValidateOptions {
        dialect: DIALECTS[usize::from(*dialect) % DIALECTS.len()],
        purpose: PURPOSES[usize::from(*purpose) % PURPOSES.len()],
        ..ValidateOptions::default()
    };
    let registry = Registry::builtin();
    let Ok(report) = validate(registry, payload, &options) else { return };
    let Some(canonical) = report.resource.filter(|_| report.valid) else { return };
    let again = validate(registry, canonical.as_bytes(), &options).expect("the canonical form is read");
    assert!(again.valid, "the canonical form is valid: {canonical}: {:?}", again.issues);
    assert_eq!(again.resource.as_deref(), Some(canonical.as_str()), "the canonical form is its own");
});
