//! Random resources, filters and PATCH requests, biased to where readings differ.

use super::filter::{Const, Filter};
use super::json::{J, s};
use super::patch::PATCH_OP;
use super::payload::Purpose;
use super::random::Random;
use super::schema::{Attr, Dialect, ENTERPRISE, Registry, ResourceType, Type};

mod damage;
mod dress;
mod filters;
mod requests;

pub use damage::{all_routes, parent};
use damage::{damage, recase, wrong_value};
pub use dress::{dressed, escaped};
pub use filters::write;
use filters::{any_attribute, broken_filter, inner, tree};
use requests::patch;

/// One question and all that is needed to ask it again.
#[derive(Clone, Debug)]
pub enum Case {
    Validate { custom: bool, payload: J, purpose: Purpose, dialect: Dialect },
    Filter { custom: bool, filter: FilterText, dialect: Dialect, resource_type: Option<String>, resources: Vec<J> },
    Patch { custom: bool, resource: J, patch: J, dialect: Dialect },
}

/// A tree as long as it can be shrunk, else raw text.
#[derive(Clone, Debug)]
pub enum FilterText {
    Tree(Filter, u64),
    Raw(String),
}

const WORDS: [&str; 15] =
    ["x", "🦀 crab", "X", "work", "Work", "home", "", "Ärger", "ärger", "ΣΑΣ", "σας", "a:b", "say \"hi\"", "[x] or (y)", "back\\slash"];
const IDS: [&str; 5] = ["u1", "u2", "u3", "U1", "g:1"];
const MAILS: [&str; 4] = ["ann@a.org", "Ann@A.org", "bo@b.org", "cy@c.org"];
const TYPES: [&str; 4] = ["work", "home", "other", "WORK"];
const TIMES: [&str; 5] =
    ["2020-01-02T03:04:05Z", "2020-01-02T04:04:05+01:00", "2020-01-02T03:04:05.500Z", "2021-12-31T23:59:59Z", "1999-06-01T00:00:00-08:00"];
const INTEGERS: [&str; 7] = ["0", "1", "-7", "42", "9007199254740993", "9007199254740992", "123456789012345678901234567890"];
const DECIMALS: [&str; 8] = ["0", "1.50", "1.5", "-0.25", "15e-1", "9007199254740993.5", "2", "1E2"];
const BLOBS: [&str; 4] = ["AAEC", "aaec", "QQ==", "Zm9vYmFy"];
const REFS: [&str; 4] = ["https://example.org/a", "https://example.org/A", "../Users/u1", "urn:example:thing"];

pub fn case(r: &mut Random, builtin: &Registry, custom: &Registry) -> Case {
    let is_custom = r.chance(40);
    let registry = if is_custom { custom } else { builtin };
    let dialect = *r.pick(&Dialect::ALL);
    let rt = r.pick(&registry.types);
    match r.below(10) {
        0..=2 => {
            let purpose = *r.pick(&[Purpose::Create, Purpose::Create, Purpose::Replace, Purpose::Response]);
            let mut payload = resource(r, rt, purpose == Purpose::Response);
            if purpose == Purpose::Response && r.chance(90) {
                payload.unset("pin");
            }
            for _ in 0..*r.pick(&[0, 0, 1, 1, 1, 2, 3]) {
                damage(r, rt, &mut payload, dialect);
            }
            Case::Validate { custom: is_custom, payload, purpose, dialect }
        }
        3..=5 => {
            let any = r.chance(25);
            let resources: Vec<J> = (0..3)
                .map(|_| {
                    let of = if any { r.pick(&registry.types) } else { rt };
                    resource(r, of, true)
                })
                .collect();
            let filter = if r.chance(8) {
                FilterText::Raw(broken_filter(r))
            } else {
                FilterText::Tree(tree(r, rt, &resources[0], dialect, 0), r.next())
            };
            Case::Filter { custom: is_custom, filter, dialect, resource_type: (!any).then(|| rt.name.clone()), resources }
        }
        _ => {
            let resource = {
                let mut it = resource(r, rt, true);
                it.unset("password");
                if r.chance(10) {
                    it.set("legacy", J::Obj(vec![("kept".into(), J::Bool(true)), ("none".into(), J::Null)]));
                }
                it
            };
            let patch = patch(r, rt, &resource, dialect);
            Case::Patch { custom: is_custom, resource, patch, dialect }
        }
    }
}

fn simple(r: &mut Random, attr: &Attr) -> J {
    match attr.kind {
        Type::Boolean => J::Bool(r.chance(50)),
        Type::Integer => J::Num(r.pick(&INTEGERS).to_string()),
        Type::Decimal => J::Num(r.pick(&DECIMALS).to_string()),
        Type::DateTime => s(r.pick(&TIMES)),
        Type::Binary => s(r.pick(&BLOBS)),
        Type::Reference => s(r.pick(&REFS)),
        Type::String => match attr.name.as_str() {
            "userName" => s(r.pick(&MAILS)),
            "type" => s(r.pick(&TYPES)),
            "value" if r.chance(50) => s(r.pick(&MAILS)),
            "value" => s(r.pick(&IDS)),
            _ => s(r.pick(&WORDS)),
        },
        Type::Complex => panic!("not simple"),
    }
}

/// A valid value of an attribute; multi-valued ones as a list without equal elements.
fn value(r: &mut Random, attr: &Attr, all: bool) -> J {
    if !attr.multi {
        return element(r, attr, all);
    }
    let mut items: Vec<J> = Vec::new();
    // Now and then so many that an implementation will look them up otherwise than one by one.
    let many = attr.kind == Type::Complex && attr.sub("value").is_some_and(|sub| sub.kind == Type::String) && r.chance(4);
    let count = if many { 15 + r.below(20) } else { *r.pick(&[1, 1, 2, 2, 3]) };
    for _ in 0..count {
        let mut one = element(r, attr, all);
        if many && r.chance(90) {
            one.set("value", J::Str(format!("{}{}", r.pick(&["m", "M", "m:"]), r.below(40))));
        }
        if one.at("primary") == Some(&J::Bool(true)) && items.iter().any(|e| e.at("primary") == Some(&J::Bool(true))) {
            one.unset("primary");
        }
        let same_id = |e: &J| attr.is_members && e.at("value") == one.at("value");
        if !one.unassigned() && !items.iter().any(|e| same_id(e) || super::value::equal(attr, e, &one)) {
            items.push(one);
        }
    }
    if items.is_empty() { J::Arr(vec![whole(r, attr)]) } else { J::Arr(items) }
}

/// The sub-attributes of one value, of which filters speak.
fn singular(attr: &Attr) -> Vec<&Attr> {
    attr.subs.iter().filter(|sub| !sub.multi).collect()
}

/// `all` also fills readOnly sub-attributes, as a stored resource has them.
fn element(r: &mut Random, attr: &Attr, all: bool) -> J {
    if attr.kind != Type::Complex {
        return simple(r, attr);
    }
    let mut out = J::Obj(Vec::new());
    for sub in &attr.subs {
        let likely = if sub.required || attr.is_members && sub.name == "value" {
            100
        } else if ["value", "type"].contains(&sub.name.as_str()) {
            80
        } else {
            35
        };
        if (sub.read_only() && !all) || !r.chance(likely) {
            continue;
        }
        if sub.name == "primary" && r.chance(50) {
            continue;
        }
        out.set(&sub.name, value(r, sub, all));
    }
    if attr.is_members || attr.is_manager {
        out.set("value", s(r.pick(&IDS)));
        if out.at("type").is_some() {
            out.set("type", s("User"));
        }
    }
    if out.unassigned() { whole(r, attr) } else { out }
}

fn whole(r: &mut Random, attr: &Attr) -> J {
    let sub = attr.subs.iter().find(|a| !a.read_only()).unwrap_or(&attr.subs[0]);
    J::Obj(vec![(sub.name.clone(), if sub.kind == Type::String { s("x") } else { simple(r, sub) })])
}

/// A valid canonical resource; `stored` has what the server fills in.
pub fn resource(r: &mut Random, rt: &ResourceType, stored: bool) -> J {
    let mut out = J::Obj(vec![("schemas".into(), J::Arr(vec![s(&rt.base.id)]))]);
    let sparse = *r.pick(&[15, 30, 60]);
    for attr in rt.base.attrs.iter().filter(|a| a.name != "schemas") {
        if (attr.read_only() && !stored) || (attr.never_returned() && (stored || r.chance(50))) {
            continue;
        }
        if attr.required || r.chance(sparse) {
            let v = match attr.name.as_str() {
                "id" => s(r.pick(&IDS)),
                "displayName" => s(r.pick(&["Team", "team", "Crew"])),
                "meta" => J::Obj(vec![("resourceType".into(), s(&rt.name)), ("lastModified".into(), s(r.pick(&TIMES)))]),
                _ => value(r, attr, stored),
            };
            out.set(&attr.name, v);
        }
    }
    for (schema, _) in &rt.extensions {
        if !r.chance(45) {
            continue;
        }
        let mut object = J::Obj(Vec::new());
        for attr in &schema.attrs {
            if attr.required || r.chance(40) {
                object.set(&attr.name, value(r, attr, stored));
            }
        }
        if !object.unassigned() {
            out.set(&schema.id, object);
            let mut urns = out.at("schemas").expect("schemas").list().to_vec();
            urns.push(s(&schema.id));
            out.set("schemas", J::Arr(urns));
        }
    }
    out
}
