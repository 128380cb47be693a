//! Requests: a plan changes nothing until it is committed, its records are the whole change, and its counts are those of the
//! access before and after, worked out from the records alone.
//!
//! Input: a byte for the dialect and who asks; then requests, each `METHOD path` in a line and its body up to a byte that is in
//! no UTF-8.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/naive/mod.rs"]
mod naive;

use libfuzzer_sys::fuzz_target;
use naive::{World, diff};
use scim_policy::Organization;
use scim_policy::protocol::{Actor, Context, Method, Request};
use serde_json::{Value, json};

const BETWEEN: u8 = 0xff;
const CONFIGS: [&str; 3] = [r#"{"dialect":"rfc"}"#, r#"{"dialect":"entra"}"#, r#"{"dialect":"okta"}"#];
/// People u1 to u6, groups g1 to g3 (g3 in g2), workspaces w1 and w2, folders f1 in w1 and f2 in f1.
const RECORDS: &[u8] = include_bytes!("../organization.ndjson");

fn request(bytes: &[u8]) -> Option<Request> {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (method, path) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let request = Request::new(Method::named(method)?, path);
    Some(match bytes.get(end + 1..) {
        Some(body) => request.with_body(body),
        None => request,
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    let requests: Vec<Request> = rest.split(|byte| *byte == BETWEEN).take(8).filter_map(request).collect();
    let config = CONFIGS[usize::from(*kind) % CONFIGS.len()];
    let make = |records: &[u8]| {
        let mut organization = Organization::from_json(config).expect("a good configuration");
        organization.restore(records).expect("good records");
        organization
    };
    let mut organization = make(RECORDS);
    let (before, version) = (organization.records(None, 0).bytes, organization.version());
    let actor = if kind & 4 == 0 { Actor::System { on_behalf_of: None } } else { Actor::IdentityProvider };
    let context = Context { now: 1_770_000_000_000, actor, ..Context::default() };
    let mut next = 0;
    let mut plan = organization
        .plan(&requests, &context, &mut || {
            next += 1;
            Ok(format!("new{next}"))
        })
        .expect("a refused request is answered");
    let told: Value = serde_json::from_str(&plan.json()).expect("JSON");
    assert_eq!(organization.version(), version, "planning changes nothing");
    if plan.held {
        assert!(organization.commit_plan(&mut plan).is_err());
        assert_eq!(organization.records(None, 0).bytes, before, "nor does a refused commit");
        return;
    }
    let mut replica = make(&before);
    let mut fed = Vec::new();
    for (key, value) in &plan.records {
        fed.extend(format!("{{\"key\":{},\"value\":{}}}\n", json!(key), value.as_deref().unwrap_or("null")).bytes());
    }
    replica.restore(&fed).expect("its records are good");
    organization.commit_plan(&mut plan).expect("a plan just made");
    assert_eq!(organization.version(), plan.version);
    assert_eq!(replica.version(), plan.version, "the records are the whole change");
    let after = organization.records(None, 0).bytes;
    assert_eq!(replica.records(None, 0).bytes, after);
    let (rows, locked_out) = diff(&World::of(&naive::read(&before)), &World::of(&naive::read(&after)));
    let summary = &told["access"]["summary"];
    for kind in ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"] {
        assert_eq!(summary["kinds"][kind], rows.iter().filter(|row| row.kind == kind).count(), "{kind}");
    }
    assert_eq!(summary["lockedOut"], locked_out);
});
