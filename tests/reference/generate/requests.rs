//! PATCH requests whose operations meet: few attributes, many spellings, what identity providers send.

use super::*;

pub fn patch(r: &mut Random, rt: &ResourceType, resource: &J, dialect: Dialect) -> J {
    // Few attributes per request, so that operations meet.
    let focus: Vec<(Option<&str>, &Attr)> = (0..*r.pick(&[1, 1, 2, 3])).map(|_| patchable(r, rt)).collect();
    // Entra's verbose requests have some thirty.
    let count = if r.chance(3) { 20 + r.below(15) } else { *r.pick(&[1, 1, 1, 2, 2, 3, 4, 6, 8]) };
    let operations = (0..count)
        .map(|_| {
            let mut one = operation(r, rt, &focus, resource, dialect);
            if r.chance(1) {
                let member = if r.chance(50) { "op" } else { "path" };
                one.set(member, r.pick(&[J::Null, J::Num("1".into()), J::Arr(Vec::new())]).clone());
            }
            one
        })
        .collect();
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
    let mut readable: Vec<&Attr> = singular(attr).into_iter().filter(|a| !a.read_only()).collect();
    if readable.is_empty() {
        readable = singular(attr);
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
                let inside = attr.sub(&target.name).is_some();
                let there: Vec<J> = match (inside, &stored) {
                    (false, _) => stored.list().to_vec(),
                    (true, J::Arr(all)) => all.iter().filter_map(|e| e.at(&target.name)).flat_map(|v| v.list().to_vec()).collect(),
                    (true, one) => one.at(&target.name).map(|v| v.list().to_vec()).unwrap_or_default(),
                };
                let mut items: Vec<J> = there.into_iter().filter(|_| r.chance(40)).collect();
                if r.chance(30) {
                    items.push(element(r, if inside { &target } else { attr }, false));
                }
                // Matched by `value`: `$ref` and display need not agree.
                let mut items: Vec<J> = items
                    .into_iter()
                    .filter(|e| inside || attr.kind != Type::Complex || attr.sub("value").is_none() || e.at("value").is_some())
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
                if one && v != J::Null && r.chance(8) {
                    v = J::Arr(vec![v]);
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
        } else if used.contains(&(id.clone(), String::new())) && r.chance(15) {
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
