//! RFC 7644 §3.5.2 over one resource: rules 12–23.

use super::filter::{self, Const, Filter, Scope, Wrong};
use super::json::{J, parse, twice};
use super::payload::{Purpose, Reader};
use super::schema::{Attr, Dialect, Registry, ResourceType, Type};
use super::value::{equal, exactly};

pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub status: u16,
    pub scim_type: Option<String>,
    pub operation: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Patched {
    pub resource: J,
    pub changed: bool,
    pub notes: Vec<(&'static str, Option<usize>)>,
}

type Outcome<T> = Result<T, &'static str>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Add,
    Replace,
    Remove,
}

/// What a path or a key names.
enum Target<'a> {
    Extension(&'a str),
    Attribute { extension: Option<&'a str>, attr: &'a Attr, filter: Option<Filter>, sub: Option<&'a Attr> },
}

impl Target<'_> {
    /// `manager.value` and its like.
    fn names_value(&self) -> bool {
        matches!(self, Target::Attribute { sub: Some(sub), filter: None, .. } if sub.name == "value")
    }
    /// Whether two writes of one object give a value to the same thing, in whole or in part.
    fn meets(&self, value: &J, other: &Target, theirs: &J, dialect: Dialect) -> bool {
        match (self, other) {
            (Target::Extension(a), Target::Extension(b)) => a == b,
            (
                Target::Attribute { extension, attr, filter, sub },
                Target::Attribute { extension: extension2, attr: attr2, filter: filter2, sub: sub2 },
            ) => {
                if (extension, &attr.name) != (extension2, &attr2.name) {
                    return false;
                }
                let names = |sub: &Option<&Attr>| sub.map(|s| s.name.to_lowercase());
                let print = |f: &Filter| filter::print(f).to_lowercase();
                match (filter, filter2) {
                    (Some(a), Some(b)) => print(a) == print(b) && (sub.is_none() || sub2.is_none() || names(sub) == names(sub2)),
                    (Some(_), None) => sub2.is_none(),
                    (None, Some(_)) => sub.is_none(),
                    (None, None) => match (names(sub), names(sub2)) {
                        (None, None) => true,
                        (Some(a), Some(b)) => a == b,
                        (None, Some(part)) => says(attr, value, &part, dialect),
                        (Some(part), None) => says(attr, theirs, &part, dialect),
                    },
                }
            }
            _ => false,
        }
    }
}

/// Whether the value of a whole attribute says something of one sub-attribute.
fn says(attr: &Attr, value: &J, part: &str, dialect: Dialect) -> bool {
    if attr.multi {
        return true;
    }
    match value {
        J::Arr(items) if items.len() == 1 => says(attr, &items[0], part, dialect),
        J::Obj(members) => members.iter().any(|(name, _)| name.to_lowercase() == part),
        J::Str(text) => match parse(text) {
            Ok(object @ J::Obj(_)) if dialect == Dialect::Entra => says(attr, &object, part, dialect),
            _ => attr.sub("value").is_none() || part == "value",
        },
        _ => true,
    }
}

/// Rule 1: one attribute named twice.
fn named_twice(writes: &[(Target, J)], dialect: Dialect) -> bool {
    writes.iter().enumerate().any(|(i, (a, mine))| writes[..i].iter().any(|(b, theirs)| a.meets(mine, b, theirs, dialect)))
}

struct Run<'a> {
    rt: &'a ResourceType,
    dialect: Dialect,
    resource: J,
    notes: Vec<&'static str>,
}

pub fn apply(registry: &Registry, resource: &str, patch: &str, dialect: Dialect, resource_type: Option<&str>) -> Result<Patched, Fault> {
    let fault = |scim_type: &str, operation: Option<usize>| Fault { status: 400, scim_type: Some(scim_type.into()), operation };
    let before = parse(resource).map_err(|_| fault("invalidSyntax", None))?;
    let patch = parse(patch).map_err(|_| fault("invalidSyntax", None))?;
    if twice(&patch, "").is_some() {
        return Err(fault("invalidSyntax", None));
    }
    let rt = match resource_type {
        Some(name) => registry.named(name).expect("a resource type"),
        None => registry.of(&before).ok_or_else(|| fault("invalidValue", None))?,
    };
    let mut notes = Vec::new();
    match patch.named("schemas") {
        None | Some(J::Null) if dialect == Dialect::Okta => notes.push(("okta.missing-schemas", None)),
        Some(J::Arr(urns)) if urns.iter().any(|u| u.text().is_some_and(|u| u.eq_ignore_ascii_case(PATCH_OP))) => {}
        _ => return Err(fault("invalidSyntax", None)),
    }
    let operations = match patch.named("Operations") {
        Some(J::Arr(operations)) if !operations.is_empty() => operations.clone(),
        _ => return Err(fault("invalidSyntax", None)),
    };
    let had: Vec<&str> = rt.extensions.iter().map(|(s, _)| s.id.as_str()).filter(|u| has_values(&before, u)).collect();
    let mut run = Run { rt, dialect, resource: before.clone(), notes: Vec::new() };
    let mut last_written = vec![None; rt.extensions.len()];
    for (i, operation) in operations.iter().enumerate() {
        let was = run.resource.clone();
        run.operation(operation).map_err(|t| fault(t, Some(i)))?;
        for ((schema, _), last) in rt.extensions.iter().zip(&mut last_written) {
            let of = |resource: &J| resource.named(&schema.id).cloned().unwrap_or(J::Null);
            if !exactly(&of(&was), &of(&run.resource)) {
                *last = Some(i);
            }
        }
        notes.extend(run.notes.drain(..).map(|rule| (rule, Some(i))));
    }
    let mut after = run.resource;
    // An extension that was written is complete in the end, or all of it is gone.
    for ((schema, _), last) in rt.extensions.iter().zip(&last_written) {
        let lacks =
            |object: &J| schema.attrs.iter().any(|a| a.required && !a.read_only() && object.named(&a.name).is_none_or(J::unassigned));
        let known = |object: &J| schema.attrs.iter().any(|a| object.named(&a.name).is_some_and(|v| !v.unassigned()));
        if last.is_some() && !exactly(&before, &after) && after.named(&schema.id).is_some_and(|object| known(object) && lacks(object)) {
            return Err(fault("invalidValue", *last));
        }
    }
    // Rule 6: `schemas` follows the extensions that have values.
    for (schema, _) in &rt.extensions {
        let (was, is) = (had.contains(&schema.id.as_str()), has_values(&after, &schema.id));
        if !is && was {
            after.unset(&schema.id);
        }
        if was == is {
            continue;
        }
        let mut urns = after.named("schemas").map(J::list).unwrap_or_default().to_vec();
        let listed = |u: &J| u.text().is_some_and(|u| u.eq_ignore_ascii_case(&schema.id));
        if is && !urns.iter().any(listed) {
            urns.push(J::Str(schema.id.clone()));
        }
        if was {
            urns.retain(|u| !listed(u));
        }
        after.set("schemas", J::Arr(urns));
    }
    notes.sort_unstable();
    notes.dedup();
    // What has come back to what it was, order aside, is as it was.
    let changed = !exactly(&before, &after);
    Ok(Patched { resource: if changed { after } else { before }, changed, notes })
}

fn has_values(resource: &J, urn: &str) -> bool {
    resource.named(urn).is_some_and(|v| !v.unassigned())
}

impl<'a> Run<'a> {
    fn operation(&mut self, operation: &J) -> Outcome<()> {
        let J::Obj(members) = operation else {
            return Err("invalidSyntax");
        };
        if members.iter().any(|(k, _)| !["op", "path", "value"].iter().any(|n| n.eq_ignore_ascii_case(k))) && self.dialect == Dialect::Rfc {
            return Err("invalidSyntax");
        }
        let op = operation.named("op").and_then(J::text).ok_or("invalidSyntax")?;
        let kind = match (op, op.to_ascii_lowercase().as_str()) {
            (op, lower) if op != lower && self.dialect != Dialect::Entra => {
                return Err("invalidSyntax");
            }
            (_, "add") => Kind::Add,
            (_, "replace") => Kind::Replace,
            (_, "remove") => Kind::Remove,
            _ => return Err("invalidSyntax"),
        };
        if op != op.to_ascii_lowercase() {
            self.notes.push("entra.op-case");
        }
        let value = operation.named("value");
        match operation.named("path") {
            None | Some(J::Null) => match kind {
                Kind::Remove => Err("noTarget"),
                _ => self.pathless(kind, value.ok_or("invalidValue")?),
            },
            Some(J::Str(path)) => {
                let target = self.target(path)?;
                self.apply(kind, &target, value)
            }
            Some(_) => Err("invalidPath"),
        }
    }

    /// A PATCH path: `attrPath`, `valuePath [subAttr]`, or an extension's URN.
    fn target(&mut self, path: &str) -> Outcome<Target<'a>> {
        let rt: &'a ResourceType = self.rt;
        if let Some(schema) = rt.extension(path) {
            return Ok(Target::Extension(&schema.id));
        }
        let chars: Vec<char> = path.chars().collect();
        let bracket = chars.iter().position(|c| *c == '[');
        let name: String = chars[..bracket.unwrap_or(chars.len())].iter().collect();
        if !filter::well_named(&name) {
            return Err("invalidPath");
        }
        let place = rt.resolve(&name, self.dialect).ok_or("invalidPath")?;
        if place.by_manager_path {
            self.notes.push("entra.manager-path");
        }
        let (extension, attr, mut sub) = (place.extension, place.attr, place.sub);
        let mut chosen = None;
        if let Some(bracket) = bracket {
            if sub.is_some() || (attr.kind != Type::Complex && !attr.multi) {
                return Err("invalidPath");
            }
            let mut p = filter::Parser { c: &chars, at: bracket + 1, entra: self.dialect == Dialect::Entra, notes: Vec::new() };
            let wrong = |_: Wrong| "invalidFilter";
            let inner = p.either(true).map_err(wrong)?;
            while chars.get(p.at) == Some(&' ') {
                p.at += 1;
            }
            if chars.get(p.at) != Some(&']') {
                return Err("invalidFilter");
            }
            filter::check(&inner, Scope::Element(attr), self.dialect, true, &mut p.notes).map_err(wrong)?;
            let rest: String = chars[p.at + 1..].iter().collect();
            if !rest.is_empty() {
                let name = rest.strip_prefix('.').ok_or("invalidPath")?;
                sub = Some(attr.sub(name).ok_or("invalidPath")?);
            }
            self.notes.append(&mut p.notes);
            chosen = Some(inner);
        }
        Ok(Target::Attribute { extension, attr, filter: chosen, sub })
    }

    /// Rule 13.
    fn pathless(&mut self, kind: Kind, value: &J) -> Outcome<()> {
        let value = match value {
            J::Str(text) if self.dialect == Dialect::Entra => match parse(text) {
                Ok(object @ J::Obj(_)) => {
                    self.notes.push("entra.json-text");
                    object
                }
                _ => return Err("invalidValue"),
            },
            J::Obj(_) => value.clone(),
            _ => return Err("invalidValue"),
        };
        let mut writes: Vec<(Target, J)> = Vec::new();
        for (key, v) in value.members() {
            if key.contains('[') {
                if self.dialect != Dialect::Entra {
                    return Err("invalidPath");
                }
                self.notes.push("entra.value-path-key");
            }
            match self.target(key)? {
                Target::Extension(urn) => self.extension_members(kind, urn, v, &mut writes)?,
                target => writes.push((target, v.clone())),
            }
        }
        if named_twice(&writes, self.dialect) {
            return Err("invalidSyntax");
        }
        // Members of an object have no order: the reference changes first, then what describes it.
        writes.sort_by_key(|(t, _)| !t.names_value());
        for (target, v) in &writes {
            self.apply(kind, target, Some(v))?;
        }
        Ok(())
    }

    /// A whole extension object: each member is a path under its URN.
    fn extension_members(&mut self, kind: Kind, urn: &'a str, value: &J, writes: &mut Vec<(Target<'a>, J)>) -> Outcome<()> {
        let object = match value {
            J::Null => J::Null,
            J::Arr(items) if items.is_empty() => J::Null,
            J::Obj(_) => value.clone(),
            J::Str(text) if self.dialect == Dialect::Entra => match parse(text) {
                Ok(object @ J::Obj(_)) => {
                    self.notes.push("entra.json-text");
                    object
                }
                _ => return Err("invalidValue"),
            },
            _ => return Err("invalidValue"),
        };
        if object == J::Null {
            if kind == Kind::Replace {
                writes.push((Target::Extension(urn), J::Null));
            }
            return Ok(());
        }
        for (key, v) in object.members() {
            writes.push((self.target(&format!("{urn}:{key}"))?, v.clone()));
        }
        Ok(())
    }

    fn apply(&mut self, kind: Kind, target: &Target<'a>, value: Option<&J>) -> Outcome<()> {
        match target {
            Target::Extension(urn) => {
                if kind == Kind::Remove || (kind == Kind::Replace && value.is_some_and(|v| *v == J::Null || *v == J::Arr(Vec::new()))) {
                    let schema = self.rt.extension(urn).expect("an extension");
                    for attr in &schema.attrs {
                        let stored = self.stored(Some(urn), attr);
                        if !stored.unassigned() {
                            if attr.read_only() {
                                return Err("mutability");
                            }
                            self.keep_immutable(attr, &stored, &J::Null)?;
                        }
                    }
                    self.resource.unset(urn);
                    return Ok(());
                }
                let mut writes = Vec::new();
                self.extension_members(kind, urn, value.ok_or("invalidValue")?, &mut writes)?;
                if named_twice(&writes, self.dialect) {
                    return Err("invalidSyntax");
                }
                writes.sort_by_key(|(t, _)| !t.names_value());
                for (target, v) in &writes {
                    self.apply(kind, target, Some(v))?;
                }
                Ok(())
            }
            Target::Attribute { extension, attr, filter, sub } => {
                let stored = self.stored(*extension, attr);
                let new = if kind == Kind::Remove {
                    self.remove(attr, filter.as_ref(), *sub, value, &stored)?
                } else {
                    self.write(kind, attr, filter.as_ref(), *sub, value.ok_or("invalidValue")?, &stored)?
                };
                if attr.multi && attr.immutable() && !stored.unassigned() && !equal(attr, &stored, &new) {
                    return Err("mutability");
                }
                if new.unassigned() && attr.required && !stored.unassigned() {
                    return Err("mutability");
                }
                // What says the same stays as it is written, its order too; elements that are chosen are written where they are.
                let (was, is) = (stored.list(), new.list());
                let in_place = was.len() == is.len() && was.iter().zip(is).all(|(a, b)| exactly(a, b));
                if !exactly(&stored, &new) || (filter.is_some() && attr.multi && !in_place) {
                    self.store(*extension, attr, new);
                }
                Ok(())
            }
        }
    }

    fn stored(&self, extension: Option<&str>, attr: &Attr) -> J {
        let holder = match extension {
            Some(urn) => self.resource.named(urn),
            None => Some(&self.resource),
        };
        holder.and_then(|h| h.named(&attr.name)).cloned().unwrap_or(J::Null)
    }

    fn store(&mut self, extension: Option<&str>, attr: &Attr, new: J) {
        let mut holder = match extension {
            Some(urn) => self.resource.named(urn).cloned().unwrap_or(J::Obj(Vec::new())),
            None => self.resource.clone(),
        };
        if new.unassigned() {
            holder.unset(&attr.name);
        } else {
            holder.set(&attr.name, new);
        }
        match extension {
            // The last attribute gone, the extension's object goes with it.
            Some(urn) if holder.members().is_empty() => {
                if self.resource.named(urn).is_some_and(|h| !h.members().is_empty()) {
                    self.resource.unset(urn);
                }
            }
            Some(urn) => self.resource.set(urn, holder),
            None => self.resource = holder,
        }
    }

    /// The value as the schema reads it, or the scimType of the first thing wrong with it.
    fn read(&mut self, attr: &Attr, value: &J, element: bool) -> Outcome<J> {
        let mut reader = Reader::new(self.dialect, Purpose::Patch);
        let read = if element { reader.single(attr, value, "", "") } else { reader.attribute(attr, value, "", "") };
        self.notes.append(&mut reader.notes);
        match reader.issues.first() {
            Some(issue) => Err(issue.scim_type),
            None => Ok(read),
        }
    }

    fn read_element(&mut self, attr: &Attr, value: &J, partial: bool) -> Outcome<J> {
        let mut reader = Reader::new(self.dialect, Purpose::Patch);
        reader.partial = partial;
        let read = reader.single(attr, value, "", "");
        self.notes.append(&mut reader.notes);
        match reader.issues.first() {
            Some(issue) => Err(issue.scim_type),
            None => Ok(read),
        }
    }

    /// Immutable: set once. Elements are not looked into here: leaving and coming whole, they are other elements.
    fn keep_immutable(&self, attr: &Attr, old: &J, new: &J) -> Outcome<()> {
        if old.unassigned() {
            return Ok(());
        }
        if attr.immutable() && !equal(attr, old, new) {
            return Err("mutability");
        }
        if attr.kind == Type::Complex && !matches!(old, J::Arr(_)) {
            for sub in &attr.subs {
                let pick = |o: &J| o.named(&sub.name).cloned().unwrap_or(J::Null);
                self.keep_immutable(sub, &pick(old), &pick(new))?;
            }
        }
        Ok(())
    }

    fn remove(&mut self, attr: &Attr, chosen: Option<&Filter>, sub: Option<&Attr>, value: Option<&J>, stored: &J) -> Outcome<J> {
        if attr.name == "schemas" {
            // Derived (rule 6).
            return match (chosen, value) {
                (None, None) => Err("mutability"),
                (None, Some(J::Null)) => Err("invalidValue"),
                _ => Ok(stored.clone()),
            };
        }
        let listed = value.filter(|_| sub.is_some_and(|s| s.multi));
        if attr.read_only() || sub.is_some_and(|s| s.read_only() || s.required && listed.is_none()) {
            return Err("mutability");
        }
        if let Some(sub) = sub {
            // Rule 18: a list inside a value loses exactly those that are named.
            let named = match listed {
                Some(J::Null) => return Err("invalidValue"),
                Some(value) => Some(self.read(sub, value, false)?),
                None => None,
            };
            let drop = |run: &Self, element: &J| -> Outcome<J> {
                let mut element = element.clone();
                let old = element.named(&sub.name).cloned().unwrap_or(J::Null);
                let new = match &named {
                    Some(named) => J::Arr(old.list().iter().filter(|v| !named.list().iter().any(|n| equal(sub, n, v))).cloned().collect()),
                    None => J::Null,
                };
                if old.unassigned() || named.is_some() && exactly(&old, &new) {
                    return Ok(element);
                }
                run.keep_immutable(sub, &old, &new)?;
                if new.unassigned() {
                    if sub.required {
                        return Err("mutability");
                    }
                    element.unset(&sub.name);
                } else {
                    element.set(&sub.name, new);
                }
                Ok(element)
            };
            return match stored {
                J::Arr(items) => {
                    let mut out = Vec::new();
                    for item in items {
                        let hit = chosen.is_none_or(|f| filter::element_matches(f, attr, item, self.dialect));
                        let left = if hit { drop(self, item)? } else { item.clone() };
                        if !left.unassigned() {
                            out.push(left);
                        }
                    }
                    Ok(J::Arr(out))
                }
                J::Obj(_) if chosen.is_none_or(|f| filter::element_matches(f, attr, stored, self.dialect)) => drop(self, stored),
                other => Ok(other.clone()),
            };
        }
        let new = match (chosen, value) {
            (Some(f), None | Some(J::Null)) if attr.multi => {
                J::Arr(stored.list().iter().filter(|e| !filter::element_matches(f, attr, e, self.dialect)).cloned().collect())
            }
            (Some(f), _) if !attr.multi && filter::element_matches(f, attr, stored, self.dialect) => J::Null,
            (Some(_), _) if !attr.multi => stored.clone(),
            (_, Some(value)) if attr.multi => {
                // Rule 18; brackets leave out what they do not choose.
                if *value == J::Null {
                    return Err("invalidValue");
                }
                let named = self.read(attr, value, false)?;
                let gone = |element: &J| {
                    chosen.is_none_or(|f| filter::element_matches(f, attr, element, self.dialect))
                        && named.list().iter().any(|n| match (n.named("value"), attr.sub("value")) {
                            (Some(v), Some(sub)) => element.named("value").is_some_and(|e| equal(sub, v, e)),
                            _ => equal(attr, n, &writable(attr, element)),
                        })
                };
                J::Arr(stored.list().iter().filter(|e| !gone(e)).cloned().collect())
            }
            _ => {
                if attr.required {
                    return Err("mutability");
                }
                J::Null
            }
        };
        self.keep_immutable(attr, stored, &new)?;
        Ok(new)
    }

    fn write(&mut self, kind: Kind, attr: &Attr, chosen: Option<&Filter>, sub: Option<&Attr>, value: &J, stored: &J) -> Outcome<J> {
        let nothing = *value == J::Null || *value == J::Arr(Vec::new());
        if attr.read_only() || sub.is_some_and(Attr::read_only) {
            if nothing && kind == Kind::Add {
                return Ok(stored.clone());
            }
            // Rule 3: no error when the value is the one that is there.
            let mut reader = Reader::new(self.dialect, Purpose::Response);
            let mut meant: Vec<J> = match (attr.multi, chosen) {
                (true, Some(f)) => stored.list().iter().filter(|e| filter::element_matches(f, attr, e, self.dialect)).cloned().collect(),
                (true, None) if sub.is_some() => stored.list().to_vec(),
                (false, Some(f)) if !filter::element_matches(f, attr, stored, self.dialect) => Vec::new(),
                _ => vec![stored.clone()],
            };
            if let Some(s) = sub {
                meant = meant.iter().map(|e| e.named(&s.name).cloned().unwrap_or(J::Null)).collect();
                if chosen.is_none() && meant.is_empty() {
                    meant.push(J::Null);
                }
            }
            let target = sub.unwrap_or(attr);
            let wanted = match (chosen, sub) {
                (Some(_), None) => reader.single(target, value, "", ""),
                _ => reader.attribute(target, value, "", ""),
            };
            let same = reader.issues.is_empty() && !meant.is_empty() && meant.iter().all(|is| equal(target, &wanted, is));
            return if same { Ok(stored.clone()) } else { Err("mutability") };
        }
        if attr.name == "schemas" {
            // Derived (rule 6): naming what the type knows changes nothing.
            if nothing {
                return if kind == Kind::Add { Ok(stored.clone()) } else { Err("mutability") };
            }
            let read = self.read(attr, value, chosen.is_some())?;
            let read = if chosen.is_some() { J::Arr(vec![read]) } else { read };
            let known = |u: &J| u.text().is_some_and(|u| u.eq_ignore_ascii_case(&self.rt.base.id) || self.rt.extension(u).is_some());
            return if read.list().iter().all(known) { Ok(stored.clone()) } else { Err("invalidValue") };
        }
        let new = match (chosen, sub) {
            (None, None) => self.write_whole(kind, attr, value, nothing, stored)?,
            (_, Some(sub)) => self.write_sub(kind, attr, chosen, sub, value, stored)?,
            (Some(f), None) => self.write_chosen(kind, attr, f, value, nothing, stored)?,
        };
        Ok(new)
    }

    fn write_whole(&mut self, kind: Kind, attr: &Attr, value: &J, nothing: bool, stored: &J) -> Outcome<J> {
        if nothing {
            if kind == Kind::Add {
                return Ok(stored.clone());
            }
            if attr.required {
                return Err("mutability");
            }
            self.keep_immutable(attr, stored, &J::Null)?;
            return Ok(J::Null);
        }
        let read = self.read(attr, value, false)?;
        let new = if attr.multi {
            let mut out = if kind == Kind::Add { stored.list().to_vec() } else { Vec::new() };
            for element in read.list() {
                // What is there as it is given stays, with what no client writes.
                let element = match kind {
                    Kind::Replace => stored.list().iter().find(|e| exactly(&writable(attr, e), element)).unwrap_or(element),
                    _ => element,
                };
                if out.iter().any(|e| already(attr, e, element)) {
                    continue;
                }
                if is_primary(attr, element) {
                    out.iter_mut().for_each(|e| clear_primary(attr, e));
                }
                out.push(element.clone());
            }
            J::Arr(out)
        } else if attr.kind == Type::Complex {
            self.merge(kind, attr, stored, &read)?
        } else {
            read
        };
        self.keep_immutable(attr, stored, &new)?;
        Ok(new)
    }

    /// Rule 14: sub-attributes are merged; a new reference drops what described the old one.
    fn merge(&mut self, kind: Kind, attr: &Attr, stored: &J, given: &J) -> Outcome<J> {
        let mut out = if matches!(stored, J::Obj(_)) { stored.clone() } else { J::Obj(Vec::new()) };
        for (name, v) in given.members() {
            let sub = attr.sub(name).expect("a sub-attribute");
            if !v.unassigned() {
                let mut new = v.clone();
                if let (Kind::Add, true, Some(J::Arr(there))) = (kind, sub.multi, out.named(name)) {
                    let added = v.list().iter().filter(|v| !there.iter().any(|known| equal(sub, known, v)));
                    new = J::Arr(there.iter().chain(added).cloned().collect());
                }
                if !out.named(name).is_some_and(|there| exactly(there, &new)) {
                    out.set(name, new);
                }
            } else if kind == Kind::Replace {
                if sub.required && out.named(name).is_some() {
                    return Err("mutability");
                }
                out.unset(name);
            }
        }
        drop_stale(attr, stored, given, &mut out);
        if !out.unassigned() && attr.subs.iter().any(|s| s.required && !s.read_only() && out.named(&s.name).is_none()) {
            return Err("invalidValue");
        }
        Ok(out)
    }

    /// `attr.sub`, `attr[filter].sub`.
    fn write_sub(&mut self, kind: Kind, attr: &Attr, chosen: Option<&Filter>, sub: &Attr, value: &J, stored: &J) -> Outcome<J> {
        let read = self.read(sub, value, false)?;
        if read.unassigned() && kind == Kind::Add {
            return Ok(stored.clone());
        }
        if read.unassigned() && sub.required {
            return Err("mutability");
        }
        let given = J::Obj(vec![(sub.name.clone(), read.clone())]);
        if !attr.multi {
            if chosen.is_some_and(|f| !filter::element_matches(f, attr, stored, self.dialect)) {
                return self.unmatched(kind, attr, chosen.expect("a filter"), &given);
            }
            let new = self.merge(kind, attr, stored, &given)?;
            self.keep_immutable(attr, stored, &new)?;
            return Ok(new);
        }
        let items = stored.list().to_vec();
        let hits: Vec<usize> =
            (0..items.len()).filter(|i| chosen.is_none_or(|f| filter::element_matches(f, attr, &items[*i], self.dialect))).collect();
        if hits.is_empty() {
            let element = match chosen {
                Some(f) => self.unmatched(kind, attr, f, &given)?,
                None if read.unassigned() => return Ok(stored.clone()),
                None => self.merge(kind, attr, &J::Null, &given)?,
            };
            return Ok(self.append(attr, items, element));
        }
        self.change(kind, attr, items, &hits, &given)
    }

    /// Merges into each of the elements `hits`.
    fn change(&mut self, kind: Kind, attr: &Attr, mut items: Vec<J>, hits: &[usize], given: &J) -> Outcome<J> {
        let sets_primary = is_primary(attr, given);
        if sets_primary && hits.len() > 1 {
            return Err("invalidValue");
        }
        for &i in hits {
            let merged = self.merge(kind, attr, &items[i], given)?;
            for sub in &attr.subs {
                let pick = |o: &J| o.named(&sub.name).cloned().unwrap_or(J::Null);
                self.keep_immutable(sub, &pick(&items[i]), &pick(&merged))?;
            }
            items[i] = merged;
        }
        if sets_primary {
            for (i, item) in items.iter_mut().enumerate() {
                if !hits.contains(&i) {
                    clear_primary(attr, item);
                }
            }
        }
        items.retain(|e| !e.unassigned());
        Ok(J::Arr(items))
    }

    /// `attr[filter]`.
    fn write_chosen(&mut self, kind: Kind, attr: &Attr, f: &Filter, value: &J, nothing: bool, stored: &J) -> Outcome<J> {
        if nothing && kind == Kind::Add {
            return Ok(stored.clone());
        }
        // Of a list of one its element is meant (IdPs write lists by habit).
        let value = match value {
            J::Arr(items) if items.len() == 1 => &items[0],
            other => other,
        };
        // Merged into what is there, an element may leave out what is required.
        let read = if nothing { J::Null } else { self.read_element(attr, value, kind == Kind::Add)? };
        if read.unassigned() && kind == Kind::Add {
            return Ok(stored.clone());
        }
        if !attr.multi {
            if !filter::element_matches(f, attr, stored, self.dialect) {
                return self.unmatched(kind, attr, f, &read);
            }
            let new = match (read == J::Null, kind) {
                (true, _) => J::Null,
                (_, Kind::Add) => self.merge(kind, attr, stored, &read)?,
                _ => self.merge(kind, attr, &J::Null, &read)?,
            };
            self.keep_immutable(attr, stored, &new)?;
            return Ok(new);
        }
        let mut items = stored.list().to_vec();
        let hits: Vec<usize> = (0..items.len()).filter(|i| filter::element_matches(f, attr, &items[*i], self.dialect)).collect();
        if hits.is_empty() {
            let element = self.unmatched(kind, attr, f, &read)?;
            return Ok(self.append(attr, items, element));
        }
        if read.unassigned() {
            let mut i = 0;
            items.retain(|_| {
                i += 1;
                !hits.contains(&(i - 1))
            });
            return Ok(J::Arr(items));
        }
        if kind == Kind::Add && attr.kind == Type::Complex {
            return self.change(kind, attr, items, &hits, &read);
        }
        let sets_primary = is_primary(attr, &read);
        if sets_primary && hits.len() > 1 {
            return Err("invalidValue");
        }
        let mut gone = Vec::new();
        for &i in &hits {
            if exactly(&writable(attr, &items[i]), &read) {
                continue;
            }
            items[i] = read.clone();
            // What has become equal to another element is one with it.
            if (0..items.len()).any(|j| j != i && !gone.contains(&j) && already(attr, &items[j], &read)) {
                gone.push(i);
            } else if sets_primary {
                items.iter_mut().enumerate().filter(|(j, _)| *j != i).for_each(|(_, item)| clear_primary(attr, item));
            }
        }
        let mut i = 0;
        items.retain(|_| {
            i += 1;
            !gone.contains(&(i - 1))
        });
        Ok(J::Arr(items))
    }

    fn append(&self, attr: &Attr, mut items: Vec<J>, element: J) -> J {
        // Rule 15 here too: what the filter created may be there already.
        if !element.unassigned() && !items.iter().any(|e| already(attr, e, &element)) {
            if is_primary(attr, &element) {
                items.iter_mut().for_each(|e| clear_primary(attr, e));
            }
            items.push(element);
        }
        J::Arr(items)
    }

    /// Rule 16: the element that a filter describes, with the value laid over it.
    fn unmatched(&mut self, kind: Kind, attr: &Attr, f: &Filter, given: &J) -> Outcome<J> {
        if kind == Kind::Replace && self.dialect != Dialect::Entra {
            return Err("noTarget");
        }
        let mut element = J::Obj(Vec::new());
        if attr.kind != Type::Complex || !self.constants(attr, f, &mut element)? {
            return Err("noTarget");
        }
        if given.unassigned() {
            return Ok(J::Null); // nothing to set: nothing is created
        }
        if kind == Kind::Replace {
            self.notes.push("entra.create-element");
        }
        self.merge(kind, attr, &element, given)
    }

    /// `eq` joined by `and`; false when the filter says anything else or contradicts itself. Its constants are values like others.
    fn constants(&mut self, attr: &Attr, f: &Filter, element: &mut J) -> Outcome<bool> {
        Ok(match f {
            Filter::And(a, b) => self.constants(attr, a, element)? && self.constants(attr, b, element)?,
            Filter::Compare(name, op, value) if op == "eq" && *value != Const::Json(J::Null) => {
                let sub = attr.sub(name).expect("checked");
                let Ok(read) = filter::constant(sub, op, value, self.dialect, &mut Vec::new()) else {
                    return Ok(false);
                };
                if sub.read_only() {
                    return Ok(false);
                }
                self.read(sub, &read, true)?;
                if element.named(name).is_some_and(|there| !equal(sub, there, &read)) {
                    return Ok(false);
                }
                element.set(&sub.name, read);
                true
            }
            _ => false,
        })
    }
}

/// Rule 15: all sub-attributes equal that a client writes; for members the `value` is enough.
fn already(attr: &Attr, there: &J, element: &J) -> bool {
    match (attr.is_members, there.named("value"), element.named("value")) {
        (true, Some(a), Some(b)) => a == b,
        _ => equal(attr, &writable(attr, there), &writable(attr, element)),
    }
}

/// An element without what no client writes, or nobody knows.
fn writable(attr: &Attr, element: &J) -> J {
    match element {
        J::Obj(members) => J::Obj(members.iter().filter(|(name, _)| attr.sub(name).is_some_and(|sub| !sub.read_only())).cloned().collect()),
        other => other.clone(),
    }
}

fn is_primary(attr: &Attr, element: &J) -> bool {
    attr.multi && attr.sub("primary").is_some() && element.named("primary") == Some(&J::Bool(true))
}

fn clear_primary(attr: &Attr, element: &mut J) {
    if is_primary(attr, element) {
        element.set("primary", J::Bool(false));
    }
}

/// A reference is a complex value with `value` and `$ref`.
fn drop_stale(attr: &Attr, stored: &J, given: &J, out: &mut J) {
    let (Some(value), Some(_)) = (attr.sub("value"), attr.sub("$ref")) else {
        return;
    };
    let new = given.named("value").cloned().unwrap_or(J::Null);
    let old = stored.named("value").cloned().unwrap_or(J::Null);
    if new.unassigned() || old.unassigned() || equal(value, &new, &old) {
        return;
    }
    for name in ["$ref", "display", "displayName"] {
        if given.named(name).is_none_or(J::unassigned) {
            out.unset(name);
        }
    }
}
