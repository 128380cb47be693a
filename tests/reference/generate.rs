//! Random resources, filters and PATCH requests, biased to where readings differ.

use super::filter::{Const, Filter};
use super::json::{J, s};
use super::patch::PATCH_OP;
use super::payload::Purpose;
use super::random::Random;
use super::schema::{Attr, Dialect, ENTERPRISE, Registry, ResourceType, Type};

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
    for _ in 0..*r.pick(&[1, 1, 2, 2, 3]) {
        let mut one = element(r, attr, all);
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
        out.set(&sub.name, simple(r, sub));
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
            if r.chance(40) {
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

/// The same letters in another case.
fn recase(r: &mut Random, text: &str) -> String {
    match r.below(4) {
        0 => text.to_ascii_uppercase(),
        1 => text.to_ascii_lowercase(),
        2 => text.chars().map(|c| if r.chance(50) { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect(),
        _ => text.to_string(),
    }
}

fn wrong_value(r: &mut Random) -> J {
    let any: [J; 12] = [
        J::Null,
        J::Arr(Vec::new()),
        J::Obj(Vec::new()),
        J::Num("1".into()),
        J::Num("1.5".into()),
        s("yes"),
        s(""),
        s("True"),
        J::Bool(true),
        J::Arr(vec![s("x")]),
        J::Obj(vec![("value".into(), s("x"))]),
        J::Arr(vec![J::Obj(vec![("value".into(), s("x"))])]),
    ];
    r.pick(&any).clone()
}

/// All pairs (object, index) below `value`, as routes.
fn routes(value: &J, here: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    let children: Vec<&J> = match value {
        J::Obj(members) => members.iter().map(|(_, v)| v).collect(),
        J::Arr(items) => items.iter().collect(),
        _ => return,
    };
    for (i, child) in children.into_iter().enumerate() {
        here.push(i);
        out.push(here.clone());
        routes(child, here, out);
        here.pop();
    }
}

pub fn all_routes(value: &J) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    routes(value, &mut Vec::new(), &mut out);
    out
}

pub fn parent<'a>(value: &'a mut J, route: &[usize]) -> &'a mut J {
    route[..route.len() - 1].iter().fold(value, |v, i| match v {
        J::Obj(members) => &mut members[*i].1,
        J::Arr(items) => &mut items[*i],
        _ => panic!("no route"),
    })
}

/// One thing that a payload may have wrong, or odd.
fn damage(r: &mut Random, rt: &ResourceType, payload: &mut J, dialect: Dialect) {
    let all = all_routes(payload);
    let Some(route) = (!all.is_empty()).then(|| r.pick(&all).clone()) else {
        return;
    };
    let last = *route.last().expect("not empty");
    let top = route.len() == 1;
    match r.below(16) {
        0 => {
            if let J::Obj(members) = parent(payload, &route) {
                members[last].0 = recase(r, &members[last].0.clone());
            }
        }
        1..=3 => {
            let new = wrong_value(r);
            match parent(payload, &route) {
                // A list of nothing but odd elements is told apart by README; elements stay non-null.
                J::Arr(items) if !new.unassigned() => items[last] = new,
                J::Obj(members) => members[last].1 = new,
                _ => {}
            }
        }
        4 => {
            if let J::Obj(members) = parent(payload, &route) {
                members.remove(last);
            }
        }
        5 => {
            if let J::Obj(members) = parent(payload, &route) {
                let key = r.pick(&["unknown", "favourite", "a/b~c", "__proto__"]).to_string();
                if !members.iter().any(|(k, _)| *k == key) {
                    members.push((key, s("x")));
                }
            }
        }
        6 => {
            if let J::Obj(members) = parent(payload, &route) {
                let (key, v) = members[last].clone();
                members.push((recase(r, &key), v));
            }
        }
        7 => {
            for list in ["emails", "roles", "parts"] {
                if let Some(J::Arr(items)) = payload.at(list).cloned() {
                    let set: Vec<J> = items
                        .into_iter()
                        .map(|mut e| {
                            if matches!(e, J::Obj(_)) {
                                e.set("primary", J::Bool(true));
                            }
                            e
                        })
                        .collect();
                    payload.set(list, J::Arr(set));
                }
            }
        }
        8 => payload.set("id", s("u9")),
        9 => payload.set("meta", J::Obj(vec![("resourceType".into(), s(&rt.name))])),
        10 => {
            if rt.name == "User" {
                payload
                    .set("groups", r.pick(&[J::Arr(Vec::new()), J::Arr(vec![J::Obj(vec![("value".into(), s("g1"))])]), J::Null]).clone());
            }
        }
        11 => {
            let mut urns = payload.at("schemas").map(J::list).unwrap_or_default().to_vec();
            match r.below(4) {
                0 => urns.push(s("http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group")),
                1 => urns.truncate(1),
                2 => urns.push(s(&rt.base.id)),
                _ => urns.extend(rt.extensions.iter().map(|(e, _)| s(recase(r, &e.id)))),
            }
            payload.set("schemas", J::Arr(urns));
        }
        12 if rt.extension(ENTERPRISE).is_some() => {
            let manager = r
                .pick(&[
                    s("u1"),
                    J::Arr(vec![J::Obj(vec![("value".into(), s("u1"))])]),
                    J::Arr(vec![s("u2")]),
                    J::Obj(vec![("value".into(), s("u1")), ("displayName".into(), s("Ann"))]),
                ])
                .clone();
            match r.below(3) {
                0 => payload.set("manager", manager),
                1 => payload.set(&format!("{ENTERPRISE}.manager"), manager),
                _ => {
                    let mut object = payload.at(ENTERPRISE).filter(|o| matches!(o, J::Obj(_))).cloned().unwrap_or(J::Obj(Vec::new()));
                    object.set("manager", manager);
                    payload.set(ENTERPRISE, object);
                }
            }
        }
        13 => {
            // JSON text where an object is expected, a bare id where a member is.
            let text = match parent(payload, &route) {
                J::Obj(members) => Some(&mut members[last].1),
                J::Arr(items) => Some(&mut items[last]),
                _ => None,
            };
            if let Some(spot) = text
                && matches!(spot, J::Obj(_))
            {
                *spot = if r.chance(60) { J::Str(spot.print()) } else { s("u1") };
            }
        }
        14 => {
            for boolean in ["active", "enabled"] {
                if rt.base.attrs.iter().any(|a| a.name == boolean) {
                    payload.set(boolean, r.pick(&[s("True"), s("fAlse"), s("yes"), J::Num("1".into())]).clone());
                }
            }
        }
        _ => {
            if top && dialect != Dialect::Rfc {
                payload.set("name", J::Null);
            }
        }
    }
}

// ───────────────────────────────────────────── filters

/// A path, its target, and the values it has in a resource.
fn filter_name(r: &mut Random, rt: &ResourceType, resource: &J) -> (String, Attr, Vec<J>) {
    let (urn, attr) = present_attribute(r, rt, resource);
    let prefix = urn.map_or(String::new(), |urn| format!("{urn}:"));
    if attr.kind == Type::Complex && r.chance(75) {
        let sub = r.pick(&attr.subs);
        return (format!("{prefix}{}.{}", attr.name, sub.name), sub.clone(), there(resource, urn, attr, Some(&sub.name)));
    }
    let of = attr.sub("value").map(|a| a.name.as_str()).filter(|_| attr.kind == Type::Complex);
    (format!("{prefix}{}", attr.name), attr.clone(), there(resource, urn, attr, of))
}

/// Mostly one that the resource has.
fn present_attribute<'a>(r: &mut Random, rt: &'a ResourceType, resource: &J) -> (Option<&'a str>, &'a Attr) {
    let mut found = any_attribute(r, rt);
    for _ in 0..6 {
        if !there(resource, found.0, found.1, None).is_empty() || r.chance(10) {
            break;
        }
        found = any_attribute(r, rt);
    }
    found
}

/// An attribute, with a URN where one is needed, or at times where it may stand.
fn any_attribute<'a>(r: &mut Random, rt: &'a ResourceType) -> (Option<&'a str>, &'a Attr) {
    if !rt.extensions.is_empty() && r.chance(25) {
        let (schema, _) = r.pick(&rt.extensions);
        return (Some(&schema.id), r.pick(&schema.attrs));
    }
    let attr = r.pick(&rt.base.attrs);
    let common = ["schemas", "id", "externalId", "meta"].contains(&attr.name.as_str());
    ((!common && r.chance(10)).then_some(rt.base.id.as_str()), attr)
}

fn tree(r: &mut Random, rt: &ResourceType, resource: &J, dialect: Dialect, depth: usize) -> Filter {
    if depth < 4 && r.chance(40) {
        let next = |r: &mut Random| Box::new(tree(r, rt, resource, dialect, depth + 1));
        return match r.below(5) {
            0 | 1 => Filter::And(next(r), next(r)),
            2 | 3 => Filter::Or(next(r), next(r)),
            _ => Filter::Not(next(r)),
        };
    }
    if r.chance(35) {
        let (urn, attr) = present_attribute(r, rt, resource);
        if attr.kind == Type::Complex && attr.multi {
            let name = urn.map_or(attr.name.clone(), |urn| format!("{urn}:{}", attr.name));
            let inner = Box::new(inner(r, urn, attr, resource, dialect, 0));
            let tail = (dialect == Dialect::Entra && r.chance(30)).then(|| {
                let sub = r.pick(&attr.subs);
                let (_, value) = comparison(r, sub, &there(resource, urn, attr, Some(&sub.name)), dialect);
                let value = if value == Const::Json(J::Null) { Const::Json(simple(r, sub)) } else { value };
                (sub.name.clone(), "eq".to_string(), value)
            });
            return Filter::Value(name, inner, tail);
        }
    }
    if r.chance(3) {
        return Filter::Compare("nobodyKnows".into(), "eq".into(), Const::Json(s("x")));
    }
    let (name, target, pool) = filter_name(r, rt, resource);
    if r.chance(15) {
        return Filter::Present(name);
    }
    let (op, value) = comparison(r, &target, &pool, dialect);
    Filter::Compare(name, op, value)
}

/// Inside the brackets of a value path.
pub fn inner(r: &mut Random, urn: Option<&str>, attr: &Attr, resource: &J, dialect: Dialect, depth: usize) -> Filter {
    // Two facts of two elements: true only if one element has both.
    let elements = there(resource, urn, attr, None);
    if elements.len() > 1 && r.chance(25) {
        let fact = |r: &mut Random| {
            let element = r.pick(&elements).members();
            let (name, v) = r.pick(element).clone();
            Box::new(Filter::Compare(name, "eq".into(), Const::Json(v)))
        };
        return Filter::And(fact(r), fact(r));
    }
    if depth < 2 && r.chance(40) {
        let next = |r: &mut Random| Box::new(inner(r, urn, attr, resource, dialect, depth + 1));
        return match r.below(4) {
            0 | 1 => Filter::And(next(r), next(r)),
            2 => Filter::Or(next(r), next(r)),
            _ => Filter::Not(next(r)),
        };
    }
    let filled: Vec<&Attr> = attr.subs.iter().filter(|s| !there(resource, urn, attr, Some(&s.name)).is_empty()).collect();
    let sub = if !filled.is_empty() && r.chance(80) { *r.pick(&filled) } else { r.pick(&attr.subs) };
    if r.chance(12) {
        return Filter::Present(sub.name.clone());
    }
    let (op, value) = comparison(r, sub, &there(resource, urn, attr, Some(&sub.name)), dialect);
    Filter::Compare(sub.name.clone(), op, value)
}

/// The values that sub-attribute `sub` (or the attribute itself) has in a resource.
fn there(resource: &J, urn: Option<&str>, attr: &Attr, sub: Option<&str>) -> Vec<J> {
    let holder = urn.and_then(|u| resource.named(u)).or(Some(resource));
    let elements: Vec<J> = match holder.and_then(|h| h.named(&attr.name)) {
        Some(J::Arr(items)) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    match sub {
        None => elements,
        Some(sub) => elements.iter().filter_map(|e| e.named(sub).cloned()).collect(),
    }
}

/// An operator and a constant for `target`, which has the values `pool`.
fn comparison(r: &mut Random, target: &Attr, pool: &[J], dialect: Dialect) -> (String, Const) {
    let target = match target.kind {
        Type::Complex => target.sub("value").cloned().unwrap_or_else(|| target.subs[0].clone()),
        _ => target.clone(),
    };
    let ops: &[&str] = match target.kind {
        _ if r.chance(4) => &["co", "sw", "gt", "le"],
        Type::Boolean => &["eq", "ne"],
        Type::Integer | Type::Decimal | Type::DateTime => &["eq", "ne", "gt", "ge", "lt", "le"],
        Type::Binary => &["eq", "ne"],
        _ => &["eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"],
    };
    let op = r.pick(ops).to_string();
    if r.chance(5) {
        return (op, Const::Json(J::Null));
    }
    if r.chance(3) {
        return (op, Const::Json(r.pick(&[s("x"), J::Num("1".into()), J::Bool(true)]).clone()));
    }
    let mut value = simple(r, &target);
    let fitting: Vec<&J> = pool.iter().filter(|v| !matches!(v, J::Obj(_) | J::Arr(_))).collect();
    if !fitting.is_empty() && r.chance(65) {
        value = (*r.pick(&fitting)).clone();
        if let J::Str(text) = &value
            && !target.case_exact
            && r.chance(25)
        {
            value = J::Str(recase(r, text));
        }
    }
    if let (J::Str(text), true) = (&value, matches!(op.as_str(), "co" | "sw" | "ew")) {
        let c: Vec<char> = text.chars().collect();
        let (from, to) = (r.below(c.len() + 1), r.below(c.len() + 1));
        value = J::Str(c[from.min(to)..from.max(to)].iter().collect());
    }
    if dialect == Dialect::Entra {
        if let (J::Bool(b), true) = (&value, r.chance(40)) {
            let text = recase(r, &b.to_string());
            return (op, Const::Json(J::Str(text)));
        }
        if let (J::Str(text), "eq", true) = (&value, op.as_str(), r.chance(20))
            && text.len() > 1
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-'))
            && !super::json::is_number(text)
        {
            return (op, Const::Bare(text.clone()));
        }
    }
    (op, Const::Json(value))
}

/// The text of a tree in random case and spacing, with groups that are not needed.
pub fn write(f: &Filter, r: &mut Random) -> String {
    let space = |r: &mut Random| " ".repeat(*r.pick(&[1, 1, 1, 1, 2, 3]));
    let maybe = |r: &mut Random| " ".repeat(*r.pick(&[0, 0, 0, 1]));
    let literal = |value: &Const, r: &mut Random| match value {
        Const::Json(J::Str(text)) if r.chance(15) => escaped(text, r),
        Const::Json(json) => json.print(),
        Const::Bare(text) => text.clone(),
    };
    match f {
        Filter::Or(a, b) => {
            let (a, b) = (write(a, r), if matches!(**b, Filter::Or(..)) { grouped(b, r) } else { write(b, r) });
            format!("{a}{}{}{}{b}", space(r), recase(r, "or"), space(r))
        }
        Filter::And(a, b) => {
            let a = if matches!(**a, Filter::Or(..)) || r.chance(10) { grouped(a, r) } else { write(a, r) };
            let b = if matches!(**b, Filter::Or(..) | Filter::And(..)) || r.chance(10) { grouped(b, r) } else { write(b, r) };
            format!("{a}{}{}{}{b}", space(r), recase(r, "and"), space(r))
        }
        Filter::Not(a) => format!("{}{}{}", recase(r, "not"), maybe(r), grouped(a, r)),
        Filter::Present(name) => format!("{}{}{}", recase(r, name), space(r), recase(r, "pr")),
        Filter::Compare(name, op, value) => format!("{}{}{}{}{}", recase(r, name), space(r), recase(r, op), space(r), literal(value, r)),
        Filter::Value(name, inner, tail) => {
            let head = format!("{}[{}{}{}]", recase(r, name), maybe(r), write(inner, r), maybe(r));
            match tail {
                None => head,
                Some((sub, op, value)) => {
                    format!("{head}.{}{}{}{}{}", recase(r, sub), space(r), recase(r, op), space(r), literal(value, r))
                }
            }
        }
    }
}

/// A JSON string with some characters written as `\u` escapes.
pub fn escaped(text: &str, r: &mut Random) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '/' if r.chance(50) => out.push_str("\\/"),
            c if r.chance(30) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
            '"' | '\\' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The same JSON in other clothes, always the same for the same value: a reader of bytes must not care.
pub fn dressed(value: &J) -> String {
    let plain = value.print();
    let seed = plain.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    let mut r = Random::new(seed);
    if r.chance(60) {
        return plain;
    }
    let mut out = String::new();
    dress(value, &mut r, &mut out);
    out
}

fn dress(value: &J, r: &mut Random, out: &mut String) {
    let space = |r: &mut Random, out: &mut String| out.push_str(["", "", "", " ", "\n  ", "\t", "\r\n"][r.below(7)]);
    let word = |text: &str, r: &mut Random| {
        if r.chance(20) { escaped(text, r) } else { J::Str(text.into()).print() }
    };
    space(r, out);
    match value {
        J::Obj(members) => {
            out.push('{');
            for (i, (key, v)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                space(r, out);
                out.push_str(&word(key, r));
                space(r, out);
                out.push(':');
                dress(v, r, out);
            }
            space(r, out);
            out.push('}');
        }
        J::Arr(items) => {
            out.push('[');
            for (i, v) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                dress(v, r, out);
            }
            space(r, out);
            out.push(']');
        }
        J::Str(text) => out.push_str(&word(text, r)),
        other => other.write(out),
    }
    space(r, out);
}

fn grouped(f: &Filter, r: &mut Random) -> String {
    let inside = write(f, r);
    if r.chance(20) { format!("( {inside} )") } else { format!("({inside})") }
}

fn broken_filter(r: &mut Random) -> String {
    r.pick(&[
        "",
        " ",
        "id",
        "id eq",
        "id eq ",
        "id zz \"x\"",
        "(id pr",
        "id pr)",
        "not id pr",
        "id pr and",
        "and id pr",
        "id pr id pr",
        "id eq 'x'",
        "id eq \"x",
        "meta[",
        "meta[]",
        "meta[version pr",
        "id eq \"\\x\"",
        "id eq \"\\ud800\"",
        "id eq 01",
        "id..x pr",
        "1id pr",
        "id eq \"x\" or",
        "()",
        "not ()",
        "id pr or or id pr",
        "id eq tru",
        "id ne nul",
        "id[value eq \"x\"]",
        "[id pr]",
    ])
    .to_string()
}

// ───────────────────────────────────────────── PATCH

fn patch(r: &mut Random, rt: &ResourceType, resource: &J, dialect: Dialect) -> J {
    // Few attributes per request, so that operations meet.
    let focus: Vec<(Option<&str>, &Attr)> = (0..*r.pick(&[1, 1, 2, 3])).map(|_| patchable(r, rt)).collect();
    let operations = (0..*r.pick(&[1, 1, 1, 2, 2, 3, 4, 6, 8])).map(|_| operation(r, rt, &focus, resource, dialect)).collect();
    let mut out = J::Obj(vec![("schemas".into(), J::Arr(vec![s(PATCH_OP)])), ("Operations".into(), J::Arr(operations))]);
    if r.chance(3) {
        match r.below(3) {
            0 => out.unset("schemas"),
            1 => out.set("Operations", J::Arr(Vec::new())),
            _ => out.set("schemas", J::Arr(vec![s("urn:example:no:PatchOp")])),
        }
    }
    out
}

fn patchable<'a>(r: &mut Random, rt: &'a ResourceType) -> (Option<&'a str>, &'a Attr) {
    loop {
        let dear = ["members", "manager", "emails", "roles", "parts"];
        if r.chance(20) {
            let all = rt.base.attrs.iter().map(|a| (None, a));
            let extended = rt.extensions.iter().flat_map(|(e, _)| e.attrs.iter().map(|a| (Some(e.id.as_str()), a)));
            let found: Vec<(Option<&str>, &Attr)> = all.chain(extended).filter(|(_, a)| dear.contains(&a.name.as_str())).collect();
            return *r.pick(&found);
        }
        let (urn, attr) = if r.chance(35) {
            let complex: Vec<&Attr> = rt.base.attrs.iter().filter(|a| a.kind == Type::Complex && !a.read_only()).collect();
            (None, *r.pick(&complex))
        } else {
            any_attribute(r, rt)
        };
        if attr.name == "schemas" || (attr.read_only() && r.chance(80)) {
            continue;
        }
        return (urn, attr);
    }
}

/// A value for an attribute in a PATCH: mostly right, at times odd.
fn patch_value(r: &mut Random, attr: &Attr, resource: &J, path_less: bool, dialect: Dialect) -> J {
    let _ = path_less;
    if r.chance(6) {
        return r.pick(&[J::Null, J::Arr(Vec::new())]).clone();
    }
    if r.chance(3) {
        // Empty objects and lists of nothing are in README's list, not here.
        return loop {
            let odd = wrong_value(r);
            if !odd.unassigned() && odd != s("") {
                break odd;
            }
        };
    }
    if r.chance(12)
        && let Some(there) = resource.named(&attr.name)
    {
        return there.clone();
    }
    let mut v = if attr.multi && r.chance(30) { element(r, attr, false) } else { filled(r, attr, value) };
    if r.chance(5)
        && attr.kind == Type::Complex
        && let J::Obj(_) = v
    {
        let sub = r.pick(&attr.subs);
        if !sub.required {
            v.set(&sub.name, J::Null);
        }
    }
    if r.chance(3) && attr.kind == Type::Complex {
        if let J::Arr(items) = &mut v {
            items[0].set("unknown", s("x"));
        } else {
            v.set("unknown", s("x"));
        }
    }
    if r.chance(12) {
        v = recase_keys(r, &v);
    }
    if r.chance(15) || dialect == Dialect::Entra && r.chance(20) {
        v = entra_shape(r, attr, v);
    }
    v
}

/// At times with what a client should not send: readOnly sub-attributes.
fn filled(r: &mut Random, attr: &Attr, make: fn(&mut Random, &Attr, bool) -> J) -> J {
    let all = r.chance(25);
    make(r, attr, all)
}

fn recase_keys(r: &mut Random, v: &J) -> J {
    match v {
        J::Obj(members) => J::Obj(members.iter().map(|(k, v)| (recase(r, k), v.clone())).collect()),
        J::Arr(items) => J::Arr(items.iter().map(|v| recase_keys(r, v)).collect()),
        other => other.clone(),
    }
}

fn entra_shape(r: &mut Random, attr: &Attr, v: J) -> J {
    if attr.is_manager {
        let id = s(r.pick(&IDS));
        return match r.below(3) {
            0 => id,
            1 => J::Arr(vec![id]),
            _ => J::Arr(vec![v]),
        };
    }
    if attr.is_members && r.chance(60) {
        let ids: Vec<J> = v.list().iter().filter_map(|e| e.at("value").cloned()).collect();
        return if ids.len() == 1 && r.chance(50) {
            ids[0].clone()
        } else if ids.is_empty() {
            v
        } else {
            J::Arr(ids)
        };
    }
    match v {
        J::Bool(b) => J::Str(recase(r, &b.to_string())),
        J::Obj(_) => J::Str(v.print()),
        J::Arr(items) if !items.is_empty() && matches!(items[0], J::Obj(_)) => {
            if r.chance(50) {
                J::Arr(items.iter().map(|e| J::Str(e.print())).collect())
            } else {
                J::Arr(items.into_iter().map(|e| boolean_text(r, e)).collect())
            }
        }
        other => other,
    }
}

fn boolean_text(r: &mut Random, v: J) -> J {
    match v {
        J::Obj(members) => J::Obj(
            members
                .into_iter()
                .map(|(k, v)| match v {
                    J::Bool(b) => (k, J::Str(recase(r, &b.to_string()))),
                    v => (k, v),
                })
                .collect(),
        ),
        other => other,
    }
}

/// The name of an attribute in one of its spellings.
fn spell(r: &mut Random, rt: &ResourceType, urn: Option<&str>, attr: &Attr) -> String {
    let name = match urn {
        Some(urn) if attr.is_manager && r.chance(25) => {
            if r.chance(50) {
                attr.name.clone()
            } else {
                format!("{urn}.{}", attr.name)
            }
        }
        Some(urn) => format!("{urn}:{}", attr.name),
        None if r.chance(6) && !["id", "externalId", "meta"].contains(&attr.name.as_str()) => {
            format!("{}:{}", rt.base.id, attr.name)
        }
        None => attr.name.clone(),
    };
    if r.chance(15) { recase(r, &name) } else { name }
}

/// A value filter for a path: on what is there, on what is not, or any.
fn chosen(r: &mut Random, urn: Option<&str>, attr: &Attr, stored: &J, resource: &J, dialect: Dialect) -> String {
    if attr.kind != Type::Complex {
        let v = if r.chance(60) && !stored.list().is_empty() { r.pick(stored.list()).clone() } else { simple(r, attr) };
        return format!("value eq {}", v.print());
    }
    let mut readable: Vec<&Attr> = attr.subs.iter().filter(|a| !a.read_only()).collect();
    if readable.is_empty() {
        readable = attr.subs.iter().collect();
    }
    match r.below(10) {
        0..=4 => {
            let usual: Vec<&Attr> = readable.iter().copied().filter(|a| ["type", "value", "primary"].contains(&a.name.as_str())).collect();
            let sub = *r.pick(if usual.is_empty() { &readable } else { &usual });
            let there: Vec<J> = stored.list().iter().filter_map(|e| e.named(&sub.name).cloned()).collect();
            let v = if !there.is_empty() && r.chance(60) { r.pick(&there).clone() } else { simple(r, sub) };
            let v = if dialect == Dialect::Entra && r.chance(40) {
                boolean_text(r, J::Obj(vec![("v".into(), v)])).members()[0].1.clone()
            } else {
                v
            };
            format!("{} eq {}", recase(r, &sub.name), v.print())
        }
        5..=6 => {
            let mut words = Vec::new();
            for sub in readable.iter().take(2) {
                words.push(format!("{} eq {}", sub.name, simple(r, sub).print()));
            }
            words.join(" and ")
        }
        _ => {
            let f = inner(r, urn, attr, resource, Dialect::Rfc, 1);
            write(&f, r)
        }
    }
}

fn operation(r: &mut Random, rt: &ResourceType, focus: &[(Option<&str>, &Attr)], resource: &J, dialect: Dialect) -> J {
    let op = *r.pick(&["add", "add", "replace", "replace", "replace", "remove"]);
    let mut out = J::Obj(Vec::new());
    let cased = if dialect == Dialect::Entra && r.chance(40) || r.chance(2) { recase(r, op) } else { op.to_string() };
    out.set("op", J::Str(cased));
    if op != "remove" && r.chance(30) {
        out.set("value", pathless(r, rt, focus, resource, dialect));
        return out;
    }
    if r.chance(3) {
        // Things that are no path of this type, or lack something.
        match r.below(4) {
            0 => out.set(
                "path",
                s(r.pick(&[
                    "nobodyKnows",
                    "name.nobody",
                    "emails[type eq",
                    "emails[type eq \"work\"",
                    "emails[nobody eq \"x\"]",
                    "userName[value eq \"x\"]",
                    "__proto__",
                    "label.x",
                    "parts[value zz \"x\"]",
                ])),
            ),
            1 => out.set("path", s("displayName")),
            _ => {}
        }
        if r.chance(70) {
            out.set("value", s("x"));
        }
        return out;
    }
    if r.chance(5) && !rt.extensions.is_empty() {
        let (schema, _) = r.pick(&rt.extensions);
        out.set("path", J::Str(if r.chance(20) { recase(r, &schema.id) } else { schema.id.clone() }));
        if op != "remove" {
            let object = extension_object(r, schema.attrs.as_slice(), resource, dialect);
            out.set("value", object);
        }
        return out;
    }
    let (urn, attr) = *r.pick(focus);
    let stored = match urn {
        Some(urn) if urn != rt.base.id => resource.named(urn).and_then(|o| o.named(&attr.name)),
        _ => resource.named(&attr.name),
    };
    let stored = stored.cloned().unwrap_or(J::Null);
    let mut path = spell(r, rt, urn, attr);
    let mut target = attr.clone();
    let mut one = false;
    if attr.multi && r.chance(45) {
        path = format!("{path}[{}]", chosen(r, urn, attr, &stored, resource, dialect));
        one = true;
    } else if attr.is_manager && op == "remove" && r.chance(30) {
        path = format!("{path}[value eq {}]", s(r.pick(&IDS)).print());
    }
    if attr.kind == Type::Complex
        && r.chance(if one {
            60
        } else if attr.multi {
            12
        } else {
            50
        })
    {
        let sub = r.pick(&attr.subs);
        if !(sub.read_only() && r.chance(70)) {
            path = format!("{path}.{}", if r.chance(15) { recase(r, &sub.name) } else { sub.name.clone() });
            target = sub.clone();
            one = false;
        }
    }
    out.set("path", J::Str(path));
    match op {
        "remove" => {
            let listed = target.multi && !one && r.chance(50);
            if listed {
                let mut items: Vec<J> = stored.list().iter().filter(|_| r.chance(40)).cloned().collect();
                if r.chance(30) {
                    items.push(element(r, attr, false));
                }
                // Matched by `value`: `$ref` and display need not agree.
                let mut items: Vec<J> = items
                    .into_iter()
                    .filter(|e| attr.kind != Type::Complex || attr.sub("value").is_none() || e.at("value").is_some())
                    .map(|mut e| {
                        if attr.sub("$ref").is_some() && matches!(e, J::Obj(_)) {
                            e.set("$ref", J::Null);
                        }
                        e.clone()
                    })
                    .collect();
                if dialect == Dialect::Entra && attr.is_members && r.chance(20) {
                    items = items.iter().filter_map(|e| e.at("value").cloned()).collect();
                }
                let v = if items.len() == 1 && r.chance(30) {
                    items[0].clone()
                } else if r.chance(5) {
                    J::Null
                } else {
                    J::Arr(items)
                };
                out.set("value", v);
            }
        }
        _ => {
            if !r.chance(2) {
                let mut v = if one && !r.chance(6) { filled(r, attr, element) } else { patch_value(r, &target, resource, false, dialect) };
                if one && let J::Arr(items) = &v {
                    v = items.first().cloned().unwrap_or(J::Null);
                }
                if target.kind == Type::Boolean && dialect == Dialect::Entra && r.chance(50) {
                    v = boolean_text(r, J::Obj(vec![("v".into(), v)])).members()[0].1.clone();
                }
                out.set("value", v);
            }
        }
    }
    out
}

fn extension_object(r: &mut Random, attrs: &[Attr], resource: &J, dialect: Dialect) -> J {
    let mut object = J::Obj(Vec::new());
    for attr in attrs {
        if r.chance(30) {
            let v = patch_value(r, attr, resource, true, dialect);
            object.set(&attr.name, v);
        }
    }
    object
}

fn pathless(r: &mut Random, rt: &ResourceType, focus: &[(Option<&str>, &Attr)], resource: &J, dialect: Dialect) -> J {
    let mut out: Vec<(String, J)> = Vec::new();
    let mut used: Vec<(String, String)> = Vec::new(); // attribute, sub-attribute: no overlaps, see README
    for _ in 0..*r.pick(&[1, 1, 2, 2, 3, 4]) {
        let (urn, attr) = if r.chance(70) { *r.pick(focus) } else { patchable(r, rt) };
        let urn = urn.filter(|u| *u != rt.base.id);
        let id = format!("{}:{}", urn.unwrap_or_default(), attr.name);
        let overlaps =
            |used: &[(String, String)], sub: &str| used.iter().any(|(a, b)| *a == id && (b.is_empty() || sub.is_empty() || b == sub));
        let key = spell(r, rt, urn, attr);
        if attr.kind == Type::Complex && !attr.multi && r.chance(50) {
            let sub = r.pick(&attr.subs);
            if !overlaps(&used, &sub.name) {
                used.push((id, sub.name.clone()));
                let v = patch_value(r, sub, &J::Null, true, dialect);
                out.push((format!("{key}.{}", sub.name), v));
            }
        } else if attr.multi && attr.kind == Type::Complex && r.chance(if dialect == Dialect::Entra { 40 } else { 3 }) {
            let sub = r.pick(&attr.subs).clone();
            if !overlaps(&used, &sub.name) && !sub.read_only() {
                used.push((id, sub.name.clone()));
                let stored = resource.named(&attr.name).cloned().unwrap_or(J::Null);
                let f = chosen(r, urn, attr, &stored, resource, dialect);
                let v = patch_value(r, &sub, &J::Null, true, dialect);
                out.push((format!("{key}[{f}].{}", sub.name), v));
            }
        } else if !overlaps(&used, "") {
            used.push((id, String::new()));
            let v = patch_value(r, attr, resource, true, dialect);
            out.push((key, v));
        } else if r.chance(8) {
            let v = patch_value(r, attr, resource, true, dialect);
            let key = recase(r, &format!("{}:{}", urn.unwrap_or(&rt.base.id), attr.name));
            if !out.iter().any(|(k, _)| k.eq_ignore_ascii_case(&key)) {
                out.push((key, v));
            }
        }
    }
    if r.chance(10) && !rt.extensions.is_empty() {
        let (schema, _) = r.pick(&rt.extensions);
        let attrs: Vec<Attr> =
            schema.attrs.iter().filter(|a| !used.iter().any(|(u, _)| *u == format!("{}:{}", schema.id, a.name))).cloned().collect();
        let object = extension_object(r, &attrs, resource, dialect);
        let v = if dialect == Dialect::Entra && r.chance(15) { J::Str(object.print()) } else { object };
        out.push((schema.id.clone(), v));
    }
    if r.chance(8)
        && let Some(id) = resource.named("id")
        && !used.iter().any(|(u, _)| u == ":id")
    {
        out.push(("id".into(), if r.chance(75) { id.clone() } else { s("other") }));
    }
    if r.chance(2) {
        out.push(("nobodyKnows".into(), s("x")));
    }
    J::Obj(out)
}
