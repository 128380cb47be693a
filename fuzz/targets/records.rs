//! Records: whatever was taken comes out again, and a copy of it is equal, in one piece or in many.
//!
//! Input: NDJSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_policy::{Config, Organization};

fuzz_target!(|input: &[u8]| {
    let mut organization = Organization::new(Config::default());
    // A bad record ends it; those before it are in.
    let _ = organization.restore(input);
    let all = organization.records(None, 0).bytes;
    let mut copy = Organization::new(Config::default());
    copy.restore(&all).expect("its own records are good");
    assert_eq!(copy.version(), organization.version());
    assert_eq!(copy.records(None, 0).bytes, all);
    let mut paged = Vec::new();
    let mut page = organization.records(None, 64);
    while let Some(last) = page.last {
        paged.extend(page.bytes);
        page = organization.records(Some(&last), 64);
    }
    assert_eq!(paged, all);
});
