//! Undo after do: the same records but for `lastModified` and the ledger, request by request as the protocol answers them.

use std::collections::BTreeMap;

use super::{Random, act, body, create, ids, organization};
use crate::access::Direction;
use crate::dialect::Dialect;
use crate::org::{Draft, Id, Kind, Organization, Settings};
use crate::plan::inverse::{Bodies, Past, requests};
use crate::plan::listing::Sides;
use crate::protocol::{Actor, Context, Exchange, Method, Request};

fn records(org: &Organization) -> BTreeMap<String, serde_json::Value> {
    let text = String::from_utf8(org.records(None, 0).bytes).expect("UTF-8");
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let records = lines.map(|mut line| {
        let mut value = line["value"].take();
        if let Some(meta) = value.get_mut("meta").and_then(|meta| meta.as_object_mut()) {
            meta.remove("lastModified");
        }
        (line["key"].as_str().expect("key").to_owned(), value)
    });
    records.filter(|(key, _)| !key.starts_with("ledger/")).collect()
}

fn name_of(draft: &Draft<'_>, id: Id) -> Option<String> {
    let known = &draft.org.known;
    let attribute = if draft.kind(id)? == Kind::User { known.user_name } else { known.group_display_name };
    draft.body(id)?.packed().member(attribute)?.text().map(|text| text.into_owned())
}

/// A body with that name and more or less else in it.
fn dress(draft: &mut Draft<'_>, random: &mut Random, id: Id, name: &str) {
    let Some(kind) = draft.kind(id) else { return };
    let mut json = if kind == Kind::User {
        serde_json::json!({"userName": name, "active": draft.view().active(id)})
    } else {
        serde_json::json!({"displayName": name})
    };
    if random.chance(2) {
        json["externalId"] = format!("x{}", random.below(100)).into();
    }
    if kind == Kind::User {
        if random.chance(2) {
            json["name"] = serde_json::json!({"givenName": format!("G{}", random.below(3)), "familyName": "F"});
        }
        if random.chance(2) {
            json["name"]["middleName"] = "M".into();
        }
        if random.chance(2) {
            let mails: Vec<_> = (0..1 + random.below(3))
                .map(|i| serde_json::json!({"value": format!("m{i}@x.example"), "type": (["work", "home", "other"][i])}))
                .collect();
            json["emails"] = mails.into();
        }
        if random.chance(2) {
            let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
            json[urn] = serde_json::json!({"department": format!("D{}", random.below(3))});
            if random.chance(2) {
                json[urn]["manager"] = serde_json::json!({"value": format!("u{}", random.below(3))});
            }
        }
    }
    draft.put_body(id, body(draft.org, kind, &json.to_string()));
}

/// What `act` does not: names change, change hands, and come again.
fn rename(draft: &mut Draft<'_>, random: &mut Random) {
    let kind = [Kind::User, Kind::Group][random.below(2)];
    let all = ids(draft, &[kind]);
    let (Some(one), Some(other)) = (random.pick(&all), random.pick(&all)) else { return };
    let (Some(name), Some(theirs)) = (name_of(draft, one), name_of(draft, other)) else { return };
    match random.below(5) {
        0 => {
            let new = format!("Renamed{}", random.next() % 1_000_000);
            dress(draft, random, one, &new);
        }
        1 => dress(draft, random, one, &name),
        2 => {
            dress(draft, random, one, &theirs);
            dress(draft, random, other, &name);
        }
        3 => {
            draft.delete(one);
            if let Some(id) = create(draft, random, kind) {
                dress(draft, random, id, &name);
            }
        }
        _ if one != other => {
            draft.delete(one);
            dress(draft, random, other, &name);
        }
        _ => {}
    }
}

fn reorganize(draft: &mut Draft<'_>, random: &mut Random) {
    let policy = ["strongest", "mostSpecific"][random.below(2)];
    let json = serde_json::json!({
        "displayName": format!("O{}", random.below(3)), "membersCanCreateWorkspaces": random.chance(2), "policy": {"combine": policy},
        "guards": [{"type": "massLoss", "count": random.below(50)}, {"type": "escalation", "outcome": "off"}],
    });
    draft.put_body(Id::ORGANIZATION, body(draft.org, Kind::Organization, &json.to_string()));
}

/// Answers one request as the system and commits it.
fn send(org: &mut Organization, request: &Request, dialect: Dialect, seed: u64) {
    let context = Context { actor: Actor::System { on_behalf_of: None }, dialect: Some(dialect), now: 5_000, ..Context::default() };
    let edits = {
        let mut new_id = || panic!("seed {seed}: an inverse brings its ids");
        let mut exchange = Exchange::new(Draft::new(org), &context, &mut new_id);
        let answer = exchange.answer(request).expect("answer");
        let sent = request.body.as_deref().map(String::from_utf8_lossy);
        assert!(answer.status < 300, "seed {seed}: {} {} {sent:?}: {answer:?}", request.method.name(), request.path);
        exchange.draft.edits
    };
    org.commit(edits);
}

fn limited(org: &mut Organization, random: &mut Random) -> (usize, usize) {
    let limits = &mut org.config.limits;
    if random.chance(3) {
        (limits.patch_operations, limits.payload_bytes) = (1 + random.below(4), 700 + random.below(400));
    }
    (limits.patch_operations, limits.payload_bytes)
}

#[test]
fn undo_after_do_is_nothing() {
    let mut kinds = BTreeMap::new();
    for seed in 0..700u64 {
        let mut random = Random::new(seed);
        let size = 3 + random.below(9);
        let mut org = organization(&mut random, size);
        let (operations, bytes) = limited(&mut org, &mut random);
        for step in 0..3 {
            let before = records(&org);
            let (edits, planned) = {
                let mut draft = Draft::new(&org);
                for cause in 0..1 + random.below(8) as u32 {
                    draft.cause = cause;
                    match random.below(5) {
                        0 => rename(&mut draft, &mut random),
                        1 if random.chance(3) => reorganize(&mut draft, &mut random),
                        _ => act(&mut draft, &mut random),
                    }
                }
                let name = |id: Id| draft.name(id);
                let (facts, change, roles) = (&org.facts, &draft.edits.change, &org.config.roles);
                let sides = Sides { facts, change, direction: Direction::Planned, name: &name, roles };
                let planned = requests(&Past { org: &org, sides, bodies: Bodies::Planned(&draft.edits.bodies) });
                (draft.edits, planned)
            };
            let opposite = org.commit(edits);
            let after = records(&org);
            let undo = {
                let name = |id: Id| org.name(id);
                let (facts, change, roles) = (&org.facts, &opposite.change, &org.config.roles);
                let sides = Sides { facts, change, direction: Direction::Committed, name: &name, roles };
                requests(&Past { org: &org, sides, bodies: Bodies::Committed(&opposite.bodies) })
            };
            assert_eq!(undo, planned, "seed {seed} step {step}");
            assert_eq!(undo.is_empty(), before == after, "seed {seed} step {step}");
            let dialect = [Dialect::Rfc, Dialect::Entra, Dialect::Okta][random.below(3)];
            for request in &undo {
                *kinds.entry(request.method.name()).or_insert(0u32) += 1;
                let body = request.body.as_deref().unwrap_or_default();
                assert!(body.len() <= bytes, "seed {seed}: {} bytes", body.len());
                if request.method == Method::Patch {
                    let patch: serde_json::Value = serde_json::from_slice(body).expect("JSON");
                    assert!((1..=operations).contains(&patch["Operations"].as_array().expect("list").len()));
                }
                send(&mut org, request, dialect, seed);
            }
            let undone = records(&org);
            for key in before.keys().chain(undone.keys()) {
                assert_eq!(undone.get(key), before.get(key), "seed {seed} step {step}: {key}\n{undo:#?}");
            }
            assert_eq!(
                org.settings,
                Settings::of(
                    &org.config.registry,
                    org.known.organization,
                    org.body(Id::ORGANIZATION).expect("body").packed(),
                    &org.config.roles
                )
            );
        }
    }
    assert!(kinds.len() == 3 && kinds.values().all(|count| *count > 300), "{kinds:?}");
}
