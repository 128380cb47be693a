//! Filters and paths: what is printed is read again as the same, and matching ends.
//!
//! Input: a byte for the dialect, the filter, a byte that is in no UTF-8, the resource.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_policy::{Dialect, Filter, FilterOptions, Registry};

const DIALECTS: [Dialect; 3] = [Dialect::Rfc, Dialect::Entra, Dialect::Okta];
const BETWEEN: u8 = 0xff;

fuzz_target!(|input: &[u8]| {
    let Some((dialect, rest)) = input.split_first() else { return };
    let at = rest.iter().position(|byte| *byte == BETWEEN).unwrap_or(rest.len());
    let Ok(text) = std::str::from_utf8(&rest[..at]) else { return };
    let registry = Registry::builtin();
    let options = FilterOptions { dialect: DIALECTS[usize::from(*dialect) % DIALECTS.len()], ..FilterOptions::default() };
    let Ok(filter) = Filter::parse(registry, text, &options) else { return };
    let printed = filter.to_string();
    let again = Filter::parse(registry, &printed, &options).unwrap_or_else(|error| panic!("{text} prints as {printed}: {error:?}"));
    assert_eq!(again.to_string(), printed, "{text}");
    if let Some(resource) = rest.get(at + 1..) {
        let matched = filter.matches(registry, resource).ok();
        assert_eq!(again.matches(registry, resource).ok(), matched, "{text} and {printed}");
    }
});
