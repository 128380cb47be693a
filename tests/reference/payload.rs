//! RFC 7643 §2 and §3 over one payload: every issue, and the canonical resource. Rules 1–11 and 19.

use super::json::{J, is_number, parse, twice};
use super::schema::{Attr, Dialect, Registry, ResourceType, Type};
use super::value::instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Replace,
    Response,
    /// A value inside a PATCH operation; not a purpose of `validate`.
    Patch,
}

impl Purpose {
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Create => "create",
            Purpose::Replace => "replace",
            Purpose::Response => "response",
            Purpose::Patch => "patch",
        }
    }
    /// Whether a required attribute must be there: a client cannot give what is readOnly, a server does not answer with what is
    /// writeOnly or never returned.
    fn demands(self, attr: &Attr) -> bool {
        if self == Purpose::Response { !attr.has_no_place_in_answers() } else { !attr.read_only() }
    }
    pub fn from_name(name: &str) -> Purpose {
        [Purpose::Create, Purpose::Replace, Purpose::Response].into_iter().find(|p| p.name() == name).expect("a purpose")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    pub severity: &'static str,
    pub scim_type: &'static str,
    pub path: String,
    pub pointer: String,
}

#[derive(Clone, Debug)]
pub struct Report {
    pub resource_type: Option<String>,
    pub issues: Vec<Issue>,
    pub notes: Vec<&'static str>,
    pub resource: Option<J>,
    /// Some object names a member twice: what else is wrong with it may be told differently.
    pub ambiguous: bool,
}

/// One reading of values: where issues and notes gather.
pub struct Reader {
    pub dialect: Dialect,
    pub purpose: Purpose,
    /// What is required may be left out.
    pub partial: bool,
    pub issues: Vec<Issue>,
    pub notes: Vec<&'static str>,
}

pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl Reader {
    pub fn new(dialect: Dialect, purpose: Purpose) -> Reader {
        Reader { dialect, purpose, partial: false, issues: Vec::new(), notes: Vec::new() }
    }

    fn error(&mut self, scim_type: &'static str, path: &str, pointer: &str) {
        self.issues.push(Issue { severity: "error", scim_type, path: path.into(), pointer: pointer.into() });
    }
    fn warning(&mut self, scim_type: &'static str, path: &str, pointer: &str) {
        self.issues.push(Issue { severity: "warning", scim_type, path: path.into(), pointer: pointer.into() });
    }
    fn entra(&self) -> bool {
        self.dialect == Dialect::Entra
    }

    /// The value of an attribute, canonical; Null when unassigned. In PATCH a singular complex value keeps the
    /// nulls of its sub-attributes, because replace unassigns them.
    pub fn attribute(&mut self, attr: &Attr, value: &J, path: &str, pointer: &str) -> J {
        if *value == J::Null {
            return J::Null;
        }
        if !attr.multi {
            return match value {
                J::Arr(items) if items.is_empty() => J::Null,
                J::Arr(items) if attr.is_manager && self.entra() && items.len() == 1 => {
                    self.notes.push("entra.manager-array");
                    if items[0] == J::Arr(Vec::new()) {
                        return J::Null; // rule 2 of the one element
                    }
                    self.single(attr, &items[0], path, &format!("{pointer}/0"))
                }
                J::Arr(_) => {
                    self.error("invalidValue", path, pointer);
                    J::Null
                }
                _ => self.single(attr, value, path, pointer),
            };
        }
        let (items, from_list) = match value {
            J::Arr(items) => (items.clone(), true),
            one if self.purpose == Purpose::Patch => (vec![one.clone()], false),
            _ => {
                self.error("invalidValue", path, pointer);
                return J::Null;
            }
        };
        let mut out = Vec::new();
        let mut primaries = 0;
        for (i, item) in items.iter().enumerate() {
            let here = if from_list { format!("{pointer}/{i}") } else { pointer.to_string() };
            let read = self.single(attr, item, path, &here);
            if read.unassigned() {
                continue;
            }
            if attr.sub("primary").is_some() && read.at("primary") == Some(&J::Bool(true)) {
                primaries += 1;
                if primaries > 1 {
                    let key = item.members().iter().map(|(k, _)| k.as_str()).find(|k| k.eq_ignore_ascii_case("primary"));
                    let here = key.map_or(here.clone(), |k| format!("{here}/{k}"));
                    self.error("invalidValue", &format!("{path}.primary"), &here);
                }
            }
            out.push(read);
        }
        if out.is_empty() { J::Null } else { J::Arr(out) }
    }

    /// One value: of a singular attribute, or one element.
    pub fn single(&mut self, attr: &Attr, value: &J, path: &str, pointer: &str) -> J {
        if *value == J::Null {
            return J::Null;
        }
        let fits = match (attr.kind, value) {
            (Type::Complex, J::Obj(_)) => return self.complex(attr, value, path, pointer),
            (Type::Complex, J::Str(text)) if self.entra() => {
                if let Ok(object @ J::Obj(_)) = parse(text) {
                    self.notes.push("entra.json-text");
                    // What stands inside the text has no pointer of its own.
                    let before = self.issues.len();
                    let read = self.complex(attr, &object, path, pointer);
                    self.issues.iter_mut().skip(before).for_each(|i| i.pointer = pointer.to_string());
                    return read;
                }
                if attr.is_manager || attr.is_members {
                    self.notes.push(if attr.is_manager { "entra.manager-string" } else { "entra.member-string" });
                    return J::Obj(vec![("value".into(), value.clone())]);
                }
                false
            }
            (Type::Boolean, J::Bool(_)) => true,
            (Type::Boolean, J::Str(text)) if self.entra() => match text.to_ascii_lowercase().as_str() {
                word @ ("true" | "false") => {
                    self.notes.push("entra.string-boolean");
                    return J::Bool(word == "true");
                }
                _ => false,
            },
            (Type::Integer, J::Num(text)) => !text.contains(['.', 'e', 'E']),
            (Type::Decimal, J::Num(text)) => is_number(text),
            (Type::DateTime, J::Str(text)) => instant(text).is_some(),
            (Type::Binary, J::Str(text)) => base64(text),
            (Type::String, J::Str(text)) => !(attr.name == "userName" && text.is_empty()),
            (Type::Reference, J::Str(text)) => uri(text),
            _ => false,
        };
        if fits {
            return value.clone();
        }
        self.error("invalidValue", path, pointer);
        J::Null
    }

    fn complex(&mut self, attr: &Attr, value: &J, path: &str, pointer: &str) -> J {
        let mut out = J::Obj(Vec::new());
        let mut refused = Vec::new();
        for (i, (key, inner)) in value.members().iter().enumerate() {
            let here = format!("{pointer}/{}", escape(key));
            if value.members()[..i].iter().any(|(k, _)| k.eq_ignore_ascii_case(key)) {
                let name = attr.sub(key).map_or(key.as_str(), |a| &a.name);
                self.error("invalidSyntax", &format!("{path}.{name}"), &here);
                continue;
            }
            let Some(sub) = attr.sub(key) else {
                self.unknown(&format!("{path}.{key}"), &here, attr.multi);
                continue;
            };
            let sub_path = format!("{path}.{}", sub.name);
            if sub.read_only() && self.purpose != Purpose::Response {
                self.ignored_read_only(inner, &sub_path, &here);
                continue;
            }
            let before = self.issues.len();
            let read = self.attribute(sub, inner, &sub_path, &here);
            if self.issues.len() > before {
                refused.push(sub.name.clone());
            }
            if self.purpose == Purpose::Response && sub.has_no_place_in_answers() && !read.unassigned() {
                self.error("invalidValue", &sub_path, &here);
            }
            let keep_null = self.purpose == Purpose::Patch && !attr.multi;
            if !read.unassigned() || keep_null {
                out.set(&sub.name, read);
            }
        }
        // An element must be whole; a singular value in PATCH is merged first and looked at then.
        if !(out.unassigned() && refused.is_empty()) && (self.purpose != Purpose::Patch || attr.multi) && !self.partial {
            for sub in attr.subs.iter().filter(|a| a.required) {
                if self.purpose.demands(sub) && out.at(&sub.name).is_none_or(J::unassigned) && !refused.contains(&sub.name) {
                    self.error("invalidValue", &format!("{path}.{}", sub.name), pointer);
                }
            }
        }
        let patched = self.purpose == Purpose::Patch && !attr.multi;
        if out.unassigned() && !patched { J::Null } else { out }
    }

    /// Rule 4 in payloads, rule 13 in PATCH values.
    pub fn unknown(&mut self, path: &str, pointer: &str, in_element: bool) {
        let ignoring = match self.purpose {
            Purpose::Create | Purpose::Replace => self.dialect.ignores(),
            Purpose::Patch if in_element => self.dialect.ignores(),
            Purpose::Patch | Purpose::Response => None,
        };
        match ignoring {
            Some(rule) => {
                self.notes.push(rule);
                if self.purpose != Purpose::Patch {
                    self.warning("invalidSyntax", path, pointer);
                }
            }
            None => self.error(if self.purpose == Purpose::Patch { "invalidPath" } else { "invalidSyntax" }, path, pointer),
        }
    }

    /// Rule 3.
    fn ignored_read_only(&mut self, value: &J, path: &str, pointer: &str) {
        if value.unassigned() {
            return;
        }
        if self.purpose == Purpose::Patch {
            self.notes.push("ignored-read-only");
        } else {
            self.warning("mutability", path, pointer);
        }
    }
}

/// RFC 4648 §4, padded or not (RFC 7643 §2.3.6: the URL alphabet only where a definition says so, and none can).
fn base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len() - body.len() <= 2
        && body.len() % 4 != 1
        && (text.len() == body.len() || text.len().is_multiple_of(4))
        && body.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/'))
}

/// `Err` names the scimType of a text that is no JSON at all.
pub fn validate(
    registry: &Registry,
    text: &str,
    purpose: Purpose,
    dialect: Dialect,
    resource_type: Option<&str>,
) -> Result<Report, &'static str> {
    let payload = parse(text).map_err(|_| "invalidSyntax")?;
    let J::Obj(members) = &payload else {
        return Err("invalidSyntax");
    };
    let mut r = Reader::new(dialect, purpose);
    let doubled = twice(&payload, "");
    let ambiguous = doubled.is_some();

    let named = match resource_type {
        Some(name) => Some(registry.named(name).expect("a resource type")),
        None => registry.of(&payload),
    };
    let Some(rt) = named else {
        // Which names are known is unknown: one issue, about `schemas`.
        let pointer = members.iter().find(|(k, _)| k.eq_ignore_ascii_case("schemas")).map_or(String::new(), |(k, _)| format!("/{k}"));
        r.error("invalidValue", "schemas", &pointer);
        tell_doubled(&mut r, doubled);
        return Ok(Report { resource_type: None, issues: r.issues, notes: r.notes, resource: None, ambiguous });
    };

    let mut out = J::Obj(vec![("schemas".into(), J::Arr(Vec::new()))]);
    let mut present: Vec<String> = Vec::new(); // extensions that have an object here
    let mut seen: Vec<String> = Vec::new();
    for (key, value) in members {
        let here = format!("/{}", escape(key));
        let place =
            rt.resolve(key, dialect).filter(|p| p.sub.is_none() && (p.extension.is_none() && !key.contains(':') || p.by_manager_path));
        let extension = rt.extension(key);
        let name = match (&place, extension) {
            (Some(p), _) => p.path(),
            (_, Some(e)) => e.id.clone(),
            _ => key.clone(),
        };
        if seen.iter().any(|n| n.eq_ignore_ascii_case(&name)) {
            r.error("invalidSyntax", &name, &here);
            continue;
        }
        seen.push(name.clone());
        if let Some(e) = extension {
            let object = match value {
                J::Null => continue,
                J::Arr(items) if items.is_empty() => continue,
                J::Str(text) if dialect == Dialect::Entra => match parse(text) {
                    Ok(object @ J::Obj(_)) => {
                        r.notes.push("entra.json-text");
                        object
                    }
                    _ => {
                        r.error("invalidValue", &e.id, &here);
                        continue;
                    }
                },
                J::Obj(_) => value.clone(),
                _ => {
                    r.error("invalidValue", &e.id, &here);
                    continue;
                }
            };
            if !object.unassigned() {
                present.push(e.id.clone());
            }
            let before = r.issues.len();
            for (i, (inner, v)) in object.members().iter().enumerate() {
                let there = format!("{here}/{}", escape(inner));
                let attr = e.attrs.iter().find(|a| a.name.eq_ignore_ascii_case(inner));
                let path = format!("{}:{}", e.id, attr.map_or(inner.as_str(), |a| &a.name));
                let doubled = object.members()[..i].iter().any(|(k, _)| k.eq_ignore_ascii_case(inner));
                if doubled || seen.iter().any(|n| n.eq_ignore_ascii_case(&path)) {
                    r.error("invalidSyntax", &path, &there);
                    continue;
                }
                seen.push(path.clone());
                match attr {
                    None => r.unknown(&path, &there, false),
                    Some(attr) => member(&mut r, &mut out, Some(&e.id), attr, v, &path, &there),
                }
            }
            if matches!(value, J::Str(_)) {
                r.issues.iter_mut().skip(before).for_each(|i| i.pointer = here.clone());
            }
            continue;
        }
        let Some(place) = place else {
            r.unknown(key, &here, false);
            continue;
        };
        if place.attr.name == "schemas" && place.extension.is_none() {
            continue; // below
        }
        if place.by_manager_path {
            r.notes.push("entra.manager-path");
            if !value.unassigned() {
                present.push(place.extension.expect("manager's extension").to_string());
            }
        }
        let (extension, path) = (place.extension.map(str::to_string), place.path());
        member(&mut r, &mut out, extension.as_deref(), place.attr, value, &path, &here);
    }

    schemas(&mut r, rt, &payload, &present);

    // Required attributes; those refused above have had their say.
    for attr in rt.base.attrs.iter().filter(|a| a.required && a.name != "schemas") {
        let refused =
            r.issues.iter().any(|i| i.severity == "error" && (i.path == attr.name || i.path.starts_with(&format!("{}.", attr.name))));
        if purpose.demands(attr) && !refused && out.at(&attr.name).is_none() {
            r.error("invalidValue", &attr.name, "");
        }
    }
    for (schema, required) in &rt.extensions {
        if out.at(&schema.id).is_none() {
            if *required {
                r.error("invalidValue", &schema.id, "");
            }
            continue;
        }
        for attr in schema.attrs.iter().filter(|a| a.required && purpose.demands(a)) {
            let path = format!("{}:{}", schema.id, attr.name);
            if !r.issues.iter().any(|i| i.path.starts_with(&path)) && out.at(&schema.id).expect("there").at(&attr.name).is_none() {
                r.error("invalidValue", &path, &format!("/{}", escape(&schema.id)));
            }
        }
    }

    tell_doubled(&mut r, doubled);

    // Rule 6: `schemas` follows the values.
    let mut urns = vec![J::Str(rt.base.id.clone())];
    urns.extend(rt.extensions.iter().filter(|(s, _)| out.at(&s.id).is_some()).map(|(s, _)| J::Str(s.id.clone())));
    out.set("schemas", J::Arr(urns));
    let valid = r.issues.iter().all(|i| i.severity != "error");
    Ok(Report { resource_type: Some(rt.name.clone()), issues: r.issues, notes: r.notes, resource: valid.then_some(out), ambiguous })
}

/// Rule 1 also where the value is ignored: a doubled name in a readOnly or unknown attribute.
fn tell_doubled(r: &mut Reader, doubled: Option<String>) {
    if let Some(pointer) = doubled
        && !r.issues.iter().any(|i| i.severity == "error" && i.scim_type == "invalidSyntax")
    {
        r.error("invalidSyntax", "", &pointer);
    }
}

/// One attribute of the resource or of an extension.
fn member(r: &mut Reader, out: &mut J, extension: Option<&str>, attr: &Attr, value: &J, path: &str, pointer: &str) {
    if attr.read_only() && r.purpose != Purpose::Response {
        r.ignored_read_only(value, path, pointer);
        return;
    }
    let read = r.attribute(attr, value, path, pointer);
    if read.unassigned() {
        return;
    }
    if r.purpose == Purpose::Response && attr.has_no_place_in_answers() {
        r.error("invalidValue", path, pointer);
        return;
    }
    match extension {
        None => out.set(&attr.name, read),
        Some(urn) => {
            let mut object = out.at(urn).cloned().unwrap_or(J::Obj(Vec::new()));
            object.set(&attr.name, read);
            out.set(urn, object);
        }
    }
}

/// RFC 7643 §2.3.7, as far as characters tell.
fn uri(text: &str) -> bool {
    text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>\"{}|\\^`".contains(c))
}

/// RFC 7643 §3: `schemas` names the base schema and the extensions that are there, each once.
fn schemas(r: &mut Reader, rt: &ResourceType, payload: &J, present: &[String]) {
    let key = payload.members().iter().map(|(k, _)| k.as_str()).find(|k| k.eq_ignore_ascii_case("schemas"));
    let pointer = key.map_or(String::new(), |k| format!("/{k}"));
    let listed = match payload.named("schemas") {
        Some(J::Arr(items)) if !items.is_empty() => items.clone(),
        None | Some(J::Null) | Some(J::Arr(_)) => {
            r.error("invalidValue", "schemas", "");
            return;
        }
        Some(_) => {
            r.error("invalidValue", "schemas", &pointer);
            return;
        }
    };
    let mut seen: Vec<String> = Vec::new();
    for (i, urn) in listed.iter().enumerate() {
        let here = format!("{pointer}/{i}");
        let Some(text) = urn.text() else {
            r.error("invalidValue", "schemas", &here);
            continue;
        };
        if !uri(text) {
            r.error("invalidValue", "schemas", &here);
        }
        let known = rt.base.id.eq_ignore_ascii_case(text) || rt.extension(text).is_some();
        if seen.iter().any(|u| u.eq_ignore_ascii_case(text)) {
            r.error("invalidValue", "schemas", &here);
        } else if !known {
            if r.dialect == Dialect::Entra {
                r.notes.push("entra.unknown-schema");
            } else {
                r.error("invalidSyntax", "schemas", &here);
            }
        }
        seen.push(text.to_string());
    }
    let lists = |urn: &str| seen.iter().any(|u| u.eq_ignore_ascii_case(urn));
    if !lists(&rt.base.id) {
        r.error("invalidValue", "schemas", &pointer);
    }
    let mut told: Vec<&String> = Vec::new();
    for urn in present {
        if lists(urn) || told.contains(&urn) {
            continue;
        }
        told.push(urn);
        if r.dialect == Dialect::Entra {
            r.notes.push("entra.unlisted-extension");
        } else {
            let key = payload.members().iter().map(|(k, _)| k.as_str()).find(|k| k.eq_ignore_ascii_case(urn)).unwrap_or(urn);
            r.error("invalidSyntax", urn, &format!("/{}", escape(key)));
        }
    }
}
