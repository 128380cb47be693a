//! What a payload may have wrong, or odd.

use super::*;

/// The same letters in another case.
pub fn recase(r: &mut Random, text: &str) -> String {
    match r.below(4) {
        0 => text.to_ascii_uppercase(),
        1 => text.to_ascii_lowercase(),
        2 => text.chars().map(|c| if r.chance(50) { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect(),
        _ => text.to_string(),
    }
}

pub fn wrong_value(r: &mut Random) -> J {
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
pub fn damage(r: &mut Random, rt: &ResourceType, payload: &mut J, dialect: Dialect) {
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
