//! RFC 7644 §3.4.2.2, Figure 1, by recursive descent; what a filter means for a schema; whether it holds.
//!
//! ```text
//! FILTER    = attrExp / logExp / valuePath / *1"not" "(" FILTER ")"
//! valuePath = attrPath "[" valFilter "]"
//! attrExp   = (attrPath SP "pr") / (attrPath SP compareOp SP compValue)
//! logExp    = FILTER SP ("and" / "or") SP FILTER
//! ```

use super::json::{J, is_number, string};
use super::schema::{Attr, Dialect, Registry, ResourceType, Type};
use super::value::{fold, instant, order};
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    Json(J),
    /// Unquoted text after eq, as entra sends it.
    Bare(String),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Present(String),
    Compare(String, String, Const),
    /// `attr[inner]`, and under entra `attr[inner].sub op value`.
    Value(String, Box<Filter>, Option<(String, String, Const)>),
}

/// What went wrong: always invalidFilter, but a name unknown in a PATCH path is invalidPath.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrong {
    Syntax,
    Comparison,
    Unknown,
}

pub struct Parser<'a> {
    pub c: &'a [char],
    pub at: usize,
    pub entra: bool,
    pub notes: Vec<&'static str>,
}

const OPS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

pub fn parse(text: &str, dialect: Dialect) -> Result<(Filter, Vec<&'static str>), Wrong> {
    let c: Vec<char> = text.chars().collect();
    let mut p = Parser { c: &c, at: 0, entra: dialect == Dialect::Entra, notes: Vec::new() };
    let filter = p.either(false)?;
    p.space();
    if p.at < c.len() {
        return Err(Wrong::Syntax);
    }
    Ok((filter, p.notes))
}

impl Parser<'_> {
    fn space(&mut self) -> usize {
        let start = self.at;
        while self.c.get(self.at) == Some(&' ') {
            self.at += 1;
        }
        self.at - start
    }
    fn next_is(&self, wanted: char) -> bool {
        self.c.get(self.at) == Some(&wanted)
    }
    fn expect(&mut self, wanted: char) -> Result<(), Wrong> {
        self.space();
        if !self.next_is(wanted) {
            return Err(Wrong::Syntax);
        }
        self.at += 1;
        Ok(())
    }
    fn word(&mut self) -> String {
        let start = self.at;
        while self.c.get(self.at).is_some_and(|c| !matches!(c, ' ' | '[' | ']' | '(' | ')' | '"')) {
            self.at += 1;
        }
        self.c[start..self.at].iter().collect()
    }

    /// The word `and` or `or` between two expressions, with space on both sides.
    fn joined_by(&mut self, word: &str) -> Result<bool, Wrong> {
        let start = self.at;
        let before = self.space();
        let found = self.word();
        if !found.eq_ignore_ascii_case(word) {
            self.at = start;
            return Ok(false);
        }
        if before == 0 || self.space() == 0 {
            return Err(Wrong::Syntax);
        }
        Ok(true)
    }

    pub fn either(&mut self, in_value: bool) -> Result<Filter, Wrong> {
        let mut left = self.both(in_value)?;
        while self.joined_by("or")? {
            left = Filter::Or(Box::new(left), Box::new(self.both(in_value)?));
        }
        Ok(left)
    }

    fn both(&mut self, in_value: bool) -> Result<Filter, Wrong> {
        let mut left = self.one(in_value)?;
        while self.joined_by("and")? {
            left = Filter::And(Box::new(left), Box::new(self.one(in_value)?));
        }
        Ok(left)
    }

    fn one(&mut self, in_value: bool) -> Result<Filter, Wrong> {
        self.space();
        if self.next_is('(') {
            self.at += 1;
            let inner = self.either(in_value)?;
            self.expect(')')?;
            return Ok(inner);
        }
        let name = self.word();
        if name.eq_ignore_ascii_case("not") {
            let start = self.at;
            self.space();
            if self.next_is('(') {
                self.at += 1;
                let inner = self.either(in_value)?;
                self.expect(')')?;
                return Ok(Filter::Not(Box::new(inner)));
            }
            self.at = start;
        }
        if !well_named(&name) || (in_value && name.contains(['.', ':'])) {
            return Err(Wrong::Syntax);
        }
        if self.next_is('[') {
            if in_value {
                return Err(Wrong::Syntax);
            }
            self.at += 1;
            let inner = self.either(true)?;
            self.expect(']')?;
            if self.next_is('.') && self.entra {
                self.at += 1;
                let sub = self.word();
                if !well_named(&sub) || sub.contains(['.', ':']) {
                    return Err(Wrong::Syntax);
                }
                self.notes.push("entra.filter-shorthand");
                let Filter::Compare(sub, op, value) = self.expression(sub)? else {
                    return Err(Wrong::Syntax);
                };
                return Ok(Filter::Value(name, Box::new(inner), Some((sub, op, value))));
            }
            return Ok(Filter::Value(name, Box::new(inner), None));
        }
        self.expression(name)
    }

    /// After the attribute: ` pr`, or ` op value`.
    fn expression(&mut self, name: String) -> Result<Filter, Wrong> {
        if self.space() == 0 {
            return Err(Wrong::Syntax);
        }
        let op = self.word().to_ascii_lowercase();
        if op == "pr" {
            return Ok(Filter::Present(name));
        }
        if !OPS.contains(&op.as_str()) {
            return Err(Wrong::Syntax);
        }
        // RFC 7644's own PATCH example writes `value eq"2819c223…"`.
        if self.space() == 0 && !self.next_is('"') {
            return Err(Wrong::Syntax);
        }
        if self.next_is('"') {
            let text = string(self.c, &mut self.at).map_err(|_| Wrong::Syntax)?;
            return Ok(Filter::Compare(name, op, Const::Json(J::Str(text))));
        }
        let word = self.word();
        let value = match word.as_str() {
            "true" => Const::Json(J::Bool(true)),
            "false" => Const::Json(J::Bool(false)),
            "null" => Const::Json(J::Null),
            w if is_number(w) => Const::Json(J::Num(word)),
            w if self.entra && !w.is_empty() && (op == "eq" || w.eq_ignore_ascii_case("true") || w.eq_ignore_ascii_case("false")) => {
                self.notes.push("entra.unquoted-value");
                Const::Bare(word)
            }
            _ => return Err(Wrong::Syntax),
        };
        Ok(Filter::Compare(name, op, value))
    }
}

/// `[URI ":"] ATTRNAME ["." ATTRNAME]`.
pub fn well_named(text: &str) -> bool {
    let rest = match text.rsplit_once(':') {
        Some((urn, rest)) => {
            if !urn.to_ascii_lowercase().starts_with("urn:") {
                return false;
            }
            rest
        }
        None => text,
    };
    let names: Vec<&str> = rest.split('.').collect();
    // The end of a URN may hold dots (`…:2.0:User.manager` ends in two names, like any path).
    names.len() <= 2
        && names.iter().all(|n| {
            n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
                && n.chars().skip(1).all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        })
}

/// Where names are looked up: in resource types, or among an element's sub-attributes.
#[derive(Clone, Copy)]
pub enum Scope<'a> {
    Types(&'a [&'a ResourceType]),
    Element(&'a Attr),
}

/// Meaning found for a name: the attribute, and its sub-attribute.
fn find<'a>(scope: Scope<'a>, name: &str, dialect: Dialect) -> Option<(&'a Attr, Option<&'a Attr>)> {
    match scope {
        Scope::Types(types) => types.iter().find_map(|rt| rt.resolve(name, dialect)).map(|p| (p.attr, p.sub)),
        Scope::Element(attr) if attr.kind == Type::Complex => attr.sub(name).map(|sub| (sub, None)),
        // README: an element of a simple multi-valued attribute is its own `value`.
        Scope::Element(attr) => name.eq_ignore_ascii_case("value").then_some((attr, None)),
    }
}

/// Refuses what the schema does not support, and adds the notes of tolerated constants and names.
pub fn check(f: &Filter, scope: Scope, dialect: Dialect, in_path: bool, notes: &mut Vec<&'static str>) -> Result<(), Wrong> {
    let unknown = |notes: &mut Vec<&'static str>| match dialect.ignores() {
        Some(rule) if !in_path => {
            notes.push(rule);
            Ok(())
        }
        _ => Err(Wrong::Unknown),
    };
    match f {
        Filter::And(a, b) | Filter::Or(a, b) => {
            check(a, scope, dialect, in_path, notes)?;
            check(b, scope, dialect, in_path, notes)
        }
        Filter::Not(a) => check(a, scope, dialect, in_path, notes),
        Filter::Present(name) => match find(scope, name, dialect) {
            None => unknown(notes),
            Some((attr, sub)) if sub.unwrap_or(attr).never_returned() => Err(Wrong::Comparison),
            Some(_) => Ok(()),
        },
        Filter::Compare(name, op, value) => match find(scope, name, dialect) {
            None => unknown(notes),
            Some((attr, sub)) => constant(sub.unwrap_or(attr), op, value, dialect, notes).map(|_| ()),
        },
        Filter::Value(name, inner, tail) => match find(scope, name, dialect) {
            None => unknown(notes),
            Some((_, Some(_))) => Err(Wrong::Comparison),
            Some((attr, None)) => {
                if attr.kind != Type::Complex && !attr.multi {
                    return Err(Wrong::Comparison);
                }
                check(inner, Scope::Element(attr), dialect, in_path, notes)?;
                match tail {
                    None => Ok(()),
                    Some((sub, op, value)) => {
                        check(&Filter::Compare(sub.clone(), op.clone(), value.clone()), Scope::Element(attr), dialect, in_path, notes)
                    }
                }
            }
        },
    }
}

/// The constant as the attribute's type has it, or why the two cannot be compared.
pub fn constant(target: &Attr, op: &str, value: &Const, dialect: Dialect, notes: &mut Vec<&'static str>) -> Result<J, Wrong> {
    if target.never_returned() {
        return Err(Wrong::Comparison);
    }
    let ordering = matches!(op, "gt" | "ge" | "lt" | "le");
    let equality = matches!(op, "eq" | "ne");
    if *value == Const::Json(J::Null) {
        return if equality { Ok(J::Null) } else { Err(Wrong::Comparison) };
    }
    let entra = dialect == Dialect::Entra;
    match target.kind {
        Type::Complex => match target.sub("value") {
            Some(sub) if !ordering && sub.kind != Type::Complex => constant(sub, op, value, dialect, notes),
            _ => Err(Wrong::Comparison),
        },
        Type::String | Type::Reference | Type::Binary => {
            if target.kind == Type::Binary && ordering {
                return Err(Wrong::Comparison);
            }
            match value {
                Const::Json(text @ J::Str(_)) => Ok(text.clone()),
                Const::Bare(text) => Ok(J::Str(text.clone())),
                Const::Json(J::Num(text)) if entra && op == "eq" => {
                    notes.push("entra.unquoted-value");
                    Ok(J::Str(text.clone()))
                }
                Const::Json(J::Bool(word)) if entra && op == "eq" => {
                    notes.push("entra.unquoted-value");
                    Ok(J::Str(word.to_string()))
                }
                _ => Err(Wrong::Comparison),
            }
        }
        Type::DateTime => {
            let text = match value {
                Const::Json(J::Str(text)) | Const::Bare(text) => text,
                _ => return Err(Wrong::Comparison),
            };
            if !(equality || ordering) || instant(text).is_none() {
                return Err(Wrong::Comparison);
            }
            Ok(J::Str(text.clone()))
        }
        Type::Boolean => {
            if !equality {
                return Err(Wrong::Comparison);
            }
            match value {
                Const::Json(word @ J::Bool(_)) => Ok(word.clone()),
                Const::Json(J::Str(text)) | Const::Bare(text) if entra => match text.to_ascii_lowercase().as_str() {
                    word @ ("true" | "false") => {
                        notes.push("entra.string-boolean");
                        Ok(J::Bool(word == "true"))
                    }
                    _ => Err(Wrong::Comparison),
                },
                _ => Err(Wrong::Comparison),
            }
        }
        Type::Integer | Type::Decimal => match value {
            Const::Json(number @ J::Num(_)) if equality || ordering => Ok(number.clone()),
            _ => Err(Wrong::Comparison),
        },
    }
}

/// What a filter is evaluated against.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Resource(&'a ResourceType, &'a J),
    Element(&'a Attr, &'a J),
}

/// The assigned values a name has here, and the attribute they belong to.
fn values<'a>(subject: Subject<'a>, name: &str, dialect: Dialect) -> Option<(&'a Attr, Vec<J>)> {
    let spread = |attr: &Attr, value: Option<&J>| -> Vec<J> {
        match value {
            Some(J::Arr(items)) if attr.multi => items.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        }
    };
    let (attr, found) = match subject {
        Subject::Resource(rt, resource) => {
            let place = rt.resolve(name, dialect)?;
            let holder = match place.extension {
                Some(urn) => resource.named(urn),
                None => Some(resource),
            };
            let found = spread(place.attr, holder.and_then(|h| h.named(&place.attr.name)));
            match place.sub {
                None => (place.attr, found),
                Some(sub) => (sub, found.iter().flat_map(|v| spread(sub, v.named(&sub.name))).collect()),
            }
        }
        Subject::Element(attr, element) if attr.kind == Type::Complex => {
            let sub = attr.sub(name)?;
            (sub, spread(sub, element.named(&sub.name)))
        }
        Subject::Element(attr, element) => {
            if !name.eq_ignore_ascii_case("value") {
                return None;
            }
            (attr, vec![element.clone()])
        }
    };
    Some((attr, found.into_iter().filter(|v| !v.unassigned()).collect()))
}

fn compare(target: &Attr, found: &[J], op: &str, value: &Const, dialect: Dialect) -> bool {
    let Ok(wanted) = constant(target, op, value, dialect, &mut Vec::new()) else {
        return false;
    };
    if wanted == J::Null {
        return found.is_empty() == (op == "eq");
    }
    if target.kind == Type::Complex {
        let sub = target.sub("value").expect("checked");
        let found: Vec<J> = found.iter().filter_map(|v| v.named("value")).filter(|v| !v.unassigned()).cloned().collect();
        return compare(sub, &found, op, value, dialect);
    }
    if found.is_empty() {
        return op == "ne";
    }
    let text = |v: &J| {
        let t = v.text().unwrap_or_default();
        if target.case_exact || target.kind == Type::Binary { t.to_string() } else { fold(t) }
    };
    found.iter().any(|v| match op {
        "co" => text(v).contains(&text(&wanted)),
        "sw" => text(v).starts_with(&text(&wanted)),
        "ew" => text(v).ends_with(&text(&wanted)),
        _ => match order(target, v, &wanted) {
            None => false,
            Some(o) => match op {
                "eq" => o == Ordering::Equal,
                "ne" => o != Ordering::Equal,
                "gt" => o == Ordering::Greater,
                "ge" => o != Ordering::Less,
                "lt" => o == Ordering::Less,
                _ => o != Ordering::Greater,
            },
        },
    })
}

fn holds(f: &Filter, subject: Subject, known: &dyn Fn(&str) -> bool, dialect: Dialect) -> bool {
    match f {
        Filter::And(a, b) => holds(a, subject, known, dialect) && holds(b, subject, known, dialect),
        Filter::Or(a, b) => holds(a, subject, known, dialect) || holds(b, subject, known, dialect),
        Filter::Not(a) => !holds(a, subject, known, dialect),
        Filter::Present(name) => {
            // Rule 24: "" is a value, yet `pr` is false for it.
            values(subject, name, dialect).is_some_and(|(_, found)| found.iter().any(|v| *v != J::Str(String::new()) && present(v)))
        }
        Filter::Compare(name, op, value) => match values(subject, name, dialect) {
            Some((target, found)) => compare(target, &found, op, value, dialect),
            // Known to another queried type: unassigned here. Known to none: false.
            None if known(name) => (op == "ne") != (*value == Const::Json(J::Null)),
            None => false,
        },
        Filter::Value(name, inner, tail) => {
            let Subject::Resource(rt, _) = subject else {
                return false;
            };
            let Some(attr) = rt.resolve(name, dialect).map(|p| p.attr) else {
                return false;
            };
            let found = values(subject, name, dialect).map(|(_, v)| v).unwrap_or_default();
            found.iter().any(|element| {
                let here = Subject::Element(attr, element);
                let known = |_: &str| false;
                holds(inner, here, &known, dialect)
                    && tail.as_ref().is_none_or(|(sub, op, value)| {
                        holds(&Filter::Compare(sub.clone(), op.clone(), value.clone()), here, &known, dialect)
                    })
            })
        }
    }
}

/// Something other than "", null, [] and {} is in it.
fn present(value: &J) -> bool {
    match value {
        J::Str(text) => !text.is_empty(),
        J::Arr(items) => items.iter().any(present),
        J::Obj(members) => members.iter().any(|(_, v)| present(v)),
        J::Null => false,
        _ => true,
    }
}

/// Whether an element matches a value filter.
pub fn element_matches(f: &Filter, attr: &Attr, element: &J, dialect: Dialect) -> bool {
    holds(f, Subject::Element(attr, element), &|_| false, dialect)
}

/// A checked filter over the resource types asked about.
pub struct Query<'a> {
    pub filter: Filter,
    pub notes: Vec<&'static str>,
    types: Vec<&'a ResourceType>,
    registry: &'a Registry,
    dialect: Dialect,
}

impl<'a> Query<'a> {
    pub fn new(registry: &'a Registry, text: &str, dialect: Dialect, resource_type: Option<&str>) -> Result<Query<'a>, Wrong> {
        let types: Vec<&ResourceType> = match resource_type {
            Some(name) => vec![registry.named(name).expect("a resource type")],
            None => registry.types.iter().collect(),
        };
        let (filter, mut notes) = parse(text, dialect)?;
        check(&filter, Scope::Types(&types), dialect, false, &mut notes)?;
        notes.sort_unstable();
        notes.dedup();
        Ok(Query { filter, notes, types, registry, dialect })
    }

    pub fn matches(&self, resource: &J) -> bool {
        let rt = if self.types.len() == 1 { self.types[0] } else { self.registry.of(resource).expect("a type") };
        let known = |name: &str| find(Scope::Types(&self.types), name, self.dialect).is_some();
        holds(&self.filter, Subject::Resource(rt, resource), &known, self.dialect)
    }
}

/// Text that reads as the same filter.
pub fn print(f: &Filter) -> String {
    match f {
        Filter::Or(a, b) => format!("{} or {}", print(a), side(b, |f| matches!(f, Filter::Or(..)))),
        Filter::And(a, b) => {
            format!("{} and {}", side(a, |f| matches!(f, Filter::Or(..))), side(b, |f| matches!(f, Filter::Or(..) | Filter::And(..))))
        }
        Filter::Not(a) => format!("not ({})", print(a)),
        Filter::Present(name) => format!("{name} pr"),
        Filter::Compare(name, op, value) => format!("{name} {op} {}", literal(value)),
        Filter::Value(name, inner, tail) => match tail {
            None => format!("{name}[{}]", print(inner)),
            Some((sub, op, value)) => {
                format!("{name}[{}].{sub} {op} {}", print(inner), literal(value))
            }
        },
    }
}

fn side(f: &Filter, grouped: impl Fn(&Filter) -> bool) -> String {
    if grouped(f) { format!("({})", print(f)) } else { print(f) }
}

fn literal(value: &Const) -> String {
    match value {
        Const::Json(json) => json.print(),
        Const::Bare(text) => text.clone(),
    }
}
