//! Undo after do, through the front door: random requests, planned together, then the plan's inverse, all at once and
//! one by one on a replica. Nothing differs but `lastModified` and the ledger; and the inverse of an inverse does again.
//!
//! `UNDO_SEEDS=10000 cargo test --release --test undo` runs more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use scim_policy::org::Guard;
use scim_policy::plan::{Plan, requests_json};
use scim_policy::protocol::{Actor, Context, Method, Request};
use scim_policy::{Config, Dialect, Organization};
use serde_json::Value;

mod traffic;
use traffic::{Random, Records, request};

fn records(organization: &Organization) -> Records {
    let text = String::from_utf8(organization.records(None, 0).bytes).unwrap();
    let mut all = Records::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if let Some(meta) = line["value"].get_mut("meta").and_then(Value::as_object_mut) {
            meta.remove("lastModified");
        }
        all.insert(line["key"].as_str().unwrap().to_owned(), line["value"].take());
    }
    all.retain(|key, _| !key.starts_with("ledger/"));
    all
}

fn plan(organization: &Organization, requests: &[Request], dialect: Dialect, random: &mut Random) -> Plan {
    let context = Context {
        now: 1_700_000_000_000 + random.below(1_000_000) as i64,
        actor: Actor::System { on_behalf_of: None },
        dialect: Some(dialect),
        approve: Guard::ALL.to_vec(),
        ..Context::default()
    };
    let mut new_id = || {
        let number = random.next();
        Ok(if number.is_multiple_of(3) { format!("é/\"{number}% ") } else { format!("{:08x}-1b7a-4a58-9c0e-2f5a0d3f7b11", number as u32) })
    };
    organization.plan(requests, &context, &mut new_id).unwrap()
}

fn undo(organization: &mut Organization, requests: &[Request], dialect: Dialect, random: &mut Random, say: &str) -> Plan {
    let mut plan = plan(organization, requests, dialect, random);
    for (request, response) in requests.iter().zip(&plan.responses) {
        let told = requests_json(std::slice::from_ref(request));
        assert!(response.status < 300, "{say}: {told} is answered {response:?}\nof {}", requests_json(requests));
    }
    organization.commit_plan(&mut plan).unwrap();
    plan
}

fn assert_same(found: &Records, wanted: &Records, say: &str) {
    for key in found.keys().chain(wanted.keys()) {
        assert_eq!(found.get(key), wanted.get(key), "{say}: {key}");
    }
}

#[test]
fn the_inverse_of_a_plan_undoes_it() {
    let seeds = std::env::var("UNDO_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(250u64);
    let (mut undone, mut sent) = (0, 0);
    for seed in 0..seeds {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        (0..8).for_each(|_| _ = random.next());
        let small = random.chance(3);
        let config = if small { r#"{"limits":{"patchOperations":2,"payloadBytes":1500}}"# } else { "{}" };
        let dialect = [Dialect::Rfc, Dialect::Entra, Dialect::Okta][random.below(3)];
        let mut organization = Organization::new(Config::from_json(config).unwrap());
        let free = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"guards[type eq \"lastOwner\"].outcome","value":"warn"}]}"#;
        let request_guards = Request::new(Method::Patch, "/Organization").with_body(free);
        let mut first = plan(&organization, &[request_guards], dialect, &mut random);
        organization.commit_plan(&mut first).unwrap();
        for step in 0..14 {
            let say = format!("seed {seed} step {step}");
            let before = records(&organization);
            let some = (0..1 + random.below(8)).map(|_| request(&mut random, &before)).collect::<Vec<_>>();
            let mut done = plan(&organization, &some, dialect, &mut random);
            assert!(!done.held, "{say}");
            let early = organization.inverse(&done).unwrap();
            organization.commit_plan(&mut done).unwrap();
            let after = records(&organization);
            let inverse = organization.inverse(&done).unwrap();
            assert_eq!(requests_json(&inverse), requests_json(&early), "{say}: committed, planned");
            assert!(serde_json::from_str::<Value>(&requests_json(&inverse)).is_ok());
            assert_eq!(inverse.is_empty(), before == after, "{say}");
            let mut replica = Organization::new(Config::from_json(config).unwrap());
            replica.restore(&organization.records(None, 0).bytes).unwrap();
            for one in &inverse {
                undo(&mut replica, std::slice::from_ref(one), dialect, &mut random, &say);
            }
            assert_same(&records(&replica), &before, &say);
            let back = undo(&mut organization, &inverse, dialect, &mut random, &say);
            assert_same(&records(&organization), &before, &say);
            let again = organization.inverse(&back).unwrap();
            undo(&mut organization, &again, dialect, &mut random, &say);
            assert_same(&records(&organization), &after, &say);
            undone += usize::from(before != after);
            sent += inverse.len();
        }
    }
    assert!(undone as u64 > seeds * 5 && sent > undone, "{undone} plans, {sent} requests");
}
