//! Filters from the grammar, about what a resource has, in random case and spacing.

use super::*;

/// A path, its target, and the values it has in a resource.
fn filter_name(r: &mut Random, rt: &ResourceType, resource: &J) -> (String, Attr, Vec<J>) {
    let (urn, attr) = present_attribute(r, rt, resource);
    let prefix = urn.map_or(String::new(), |urn| format!("{urn}:"));
    if attr.kind == Type::Complex && r.chance(75) {
        let sub = *r.pick(&singular(attr));
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
pub fn any_attribute<'a>(r: &mut Random, rt: &'a ResourceType) -> (Option<&'a str>, &'a Attr) {
    if !rt.extensions.is_empty() && r.chance(25) {
        let (schema, _) = r.pick(&rt.extensions);
        return (Some(&schema.id), r.pick(&schema.attrs));
    }
    let attr = r.pick(&rt.base.attrs);
    let common = ["schemas", "id", "externalId", "meta"].contains(&attr.name.as_str());
    ((!common && r.chance(10)).then_some(rt.base.id.as_str()), attr)
}

pub fn tree(r: &mut Random, rt: &ResourceType, resource: &J, dialect: Dialect, depth: usize) -> Filter {
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
                let sub = *r.pick(&singular(attr));
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
    let filled: Vec<&Attr> = singular(attr).into_iter().filter(|s| !there(resource, urn, attr, Some(&s.name)).is_empty()).collect();
    let sub = if !filled.is_empty() && r.chance(80) { *r.pick(&filled) } else { *r.pick(&singular(attr)) };
    if r.chance(12) {
        return Filter::Present(sub.name.clone());
    }
    let (op, value) = comparison(r, sub, &there(resource, urn, attr, Some(&sub.name)), dialect);
    Filter::Compare(sub.name.clone(), op, value)
}

/// The values that sub-attribute `sub` (or the attribute itself) has in a resource.
pub fn there(resource: &J, urn: Option<&str>, attr: &Attr, sub: Option<&str>) -> Vec<J> {
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
pub fn comparison(r: &mut Random, target: &Attr, pool: &[J], dialect: Dialect) -> (String, Const) {
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
            && !crate::reference::json::is_number(text)
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

fn grouped(f: &Filter, r: &mut Random) -> String {
    let inside = write(f, r);
    if r.chance(20) { format!("( {inside} )") } else { format!("({inside})") }
}

pub fn broken_filter(r: &mut Random) -> String {
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
