//! Asks the reference and a subject the same question, and tells what differs.

use super::answers::{Filtered, PatchedText, Reference, Subject, Validated};
use super::generate::{Case, FilterText, dressed, write};
use super::json::{J, parse, s, twice};
use super::patch::Fault;
use super::random::Random;
use super::schema::{CUSTOM, Registry};
use super::shrink::shrink;
use super::subject::{COMPARE_NOTES, UNSETTLED};
use std::collections::{BTreeMap, BTreeSet};

pub struct Difference {
    /// Differences of one kind are shown once.
    pub kind: String,
    pub reference: String,
    pub subject: String,
}

pub struct Pair {
    pub reference: Reference,
    pub subject: Box<dyn Subject>,
}

pub struct Bench {
    pub builtin: Pair,
    pub custom: Pair,
}

impl Bench {
    pub fn new(make: impl Fn(Option<&str>) -> Box<dyn Subject>) -> Bench {
        Bench {
            builtin: Pair { reference: Reference::new(None), subject: make(None) },
            custom: Pair { reference: Reference::new(Some(CUSTOM)), subject: make(Some(CUSTOM)) },
        }
    }
    pub fn registries(&self) -> (&Registry, &Registry) {
        (&self.builtin.reference.registry, &self.custom.reference.registry)
    }
    fn pair(&self, custom: bool) -> &Pair {
        if custom { &self.custom } else { &self.builtin }
    }

    /// None when they agree. A panic is a difference too.
    pub fn difference(&self, case: &Case) -> Option<Difference> {
        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.ask(case)));
        asked.unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            differ("panic", "", words.unwrap_or_default())
        })
    }

    fn ask(&self, case: &Case) -> Option<Difference> {
        match case {
            Case::Validate { custom, payload, purpose, dialect } => {
                let pair = self.pair(*custom);
                let text = dressed(payload);
                let ask = |who: &dyn Subject| who.validate(&text, purpose.name(), dialect.name(), None);
                validated(ask(&pair.reference), ask(&*pair.subject), twice(payload, "").is_some())
            }
            Case::Filter { custom, filter, dialect, resource_type, resources } => {
                let pair = self.pair(*custom);
                let text = filter_text(filter);
                let resources: Vec<String> = resources.iter().map(dressed).collect();
                let ask = |who: &dyn Subject, text: &str| who.filter(text, dialect.name(), resource_type.as_deref(), &resources);
                let (ours, theirs) = (ask(&pair.reference, &text), ask(&*pair.subject, &text));
                let again = theirs.as_ref().ok().map(|f| ask(&pair.reference, &f.printed));
                filtered(ours, theirs, again)
            }
            Case::Patch { custom, resource, patch, dialect } => {
                let pair = self.pair(*custom);
                let (resource, patch) = (dressed(resource), dressed(patch));
                let ask = |who: &dyn Subject| who.patch(&resource, &patch, dialect.name(), None);
                patched(ask(&pair.reference), ask(&*pair.subject), parse(&patch).is_ok_and(|p| twice(&p, "").is_some()))
            }
        }
    }

    /// The reference's answer as JSON, for replay elsewhere.
    pub fn answer(&self, case: &Case) -> String {
        let optional = |t: &Option<String>| t.as_deref().map_or(J::Null, s);
        let fault = |f: &Fault| {
            J::Obj(vec![
                ("status".into(), J::Num(f.status.to_string())),
                ("scimType".into(), optional(&f.scim_type)),
                ("operation".into(), f.operation.map_or(J::Null, |i| J::Num(i.to_string()))),
            ])
        };
        let mut line = vec![];
        let mut add = |key: &str, value: J| line.push((key.to_string(), value));
        match case {
            Case::Validate { custom, payload, purpose, dialect } => {
                let text = dressed(payload);
                add("kind", s("validate"));
                add("registry", s(if *custom { "custom" } else { "builtin" }));
                add("dialect", s(dialect.name()));
                add("purpose", s(purpose.name()));
                add("payload", s(&text));
                match self.pair(*custom).reference.validate(&text, purpose.name(), dialect.name(), None) {
                    Err(f) => add("fault", fault(&f)),
                    Ok(v) => {
                        let mut issues = v.issues;
                        issues.sort();
                        add(
                            "issues",
                            J::Arr(
                                issues
                                    .iter()
                                    .map(|i| {
                                        J::Obj(vec![
                                            ("severity".into(), s(&i.severity)),
                                            ("scimType".into(), optional(&i.scim_type)),
                                            ("path".into(), s(&i.path)),
                                            ("pointer".into(), s(&i.pointer)),
                                        ])
                                    })
                                    .collect(),
                            ),
                        );
                        add("ambiguous", J::Bool(twice(payload, "").is_some()));
                        add("resourceType", optional(&v.resource_type));
                        add("resource", optional(&v.resource));
                        add("notes", J::Arr(v.notes.iter().map(s).collect()));
                    }
                }
            }
            Case::Filter { custom, filter, dialect, resource_type, resources } => {
                let text = filter_text(filter);
                let resources: Vec<String> = resources.iter().map(dressed).collect();
                add("kind", s("filter"));
                add("registry", s(if *custom { "custom" } else { "builtin" }));
                add("dialect", s(dialect.name()));
                add("resourceType", optional(resource_type));
                add("filter", s(&text));
                add("resources", J::Arr(resources.iter().map(s).collect()));
                match self.pair(*custom).reference.filter(&text, dialect.name(), resource_type.as_deref(), &resources) {
                    Err(f) => add("fault", fault(&f)),
                    Ok(f) => add("matches", J::Arr(f.matches.into_iter().map(J::Bool).collect())),
                }
            }
            Case::Patch { custom, resource, patch, dialect } => {
                let (resource, patch) = (dressed(resource), dressed(patch));
                add("kind", s("patch"));
                add("registry", s(if *custom { "custom" } else { "builtin" }));
                add("dialect", s(dialect.name()));
                add("resource", s(&resource));
                add("patch", s(&patch));
                add("ambiguous", J::Bool(parse(&patch).is_ok_and(|p| twice(&p, "").is_some())));
                match self.pair(*custom).reference.patch(&resource, &patch, dialect.name(), None) {
                    Err(f) => add("fault", fault(&f)),
                    Ok(p) => {
                        add("text", s(&p.text));
                        add("changed", J::Bool(p.changed));
                        add(
                            "notes",
                            J::Arr(
                                p.notes
                                    .iter()
                                    .map(|(rule, i)| J::Arr(vec![s(rule), i.map_or(J::Null, |i| J::Num(i.to_string()))]))
                                    .collect(),
                            ),
                        );
                    }
                }
            }
        }
        J::Obj(line).print()
    }
}

pub fn filter_text(filter: &FilterText) -> String {
    match filter {
        FilterText::Tree(tree, seed) => write(tree, &mut Random::new(*seed)),
        FilterText::Raw(text) => text.clone(),
    }
}

fn settled(ours: &Option<String>, theirs: &Option<String>) -> bool {
    ours == theirs || matches!((ours, theirs), (Some(a), Some(b)) if UNSETTLED.contains(&(a.as_str(), b.as_str())))
}

fn differ(kind: impl Into<String>, ours: impl std::fmt::Debug, theirs: impl std::fmt::Debug) -> Option<Difference> {
    Some(Difference { kind: kind.into(), reference: format!("{ours:?}"), subject: format!("{theirs:?}") })
}

fn name(t: &Option<String>) -> &str {
    t.as_deref().unwrap_or("none")
}

/// Faults agree in status, scimType and operation; of a twice-named member only the first two are asked.
fn faults(what: &str, ours: &Fault, theirs: &Fault, ambiguous: bool) -> Option<Difference> {
    if ours.status != theirs.status || !settled(&ours.scim_type, &theirs.scim_type) {
        return differ(format!("{what}: scimType {} against {}", name(&ours.scim_type), name(&theirs.scim_type)), ours, theirs);
    }
    if !ambiguous && ours.operation != theirs.operation {
        return differ(format!("{what}: index of the operation"), ours, theirs);
    }
    None
}

fn validated(ours: Result<Validated, Fault>, theirs: Result<Validated, Fault>, ambiguous: bool) -> Option<Difference> {
    let syntax = |v: &Validated| v.issues.iter().any(|i| i.severity == "error" && i.scim_type.as_deref() == Some("invalidSyntax"));
    match (&ours, &theirs) {
        (Err(a), Err(b)) => faults("validate", a, b, ambiguous),
        // A text that is no object: thrown or reported, as long as it is told.
        (Err(_), Ok(v)) if syntax(v) => None,
        (Ok(_), Err(f)) if ambiguous && f.scim_type.as_deref() == Some("invalidSyntax") => None,
        (Ok(_), Ok(v)) if ambiguous => {
            if syntax(v) && v.resource.is_none() {
                None
            } else {
                differ("validate: a name given twice", &ours, &theirs)
            }
        }
        (Ok(a), Ok(b)) => {
            let key = |v: &Validated| {
                let mut issues: Vec<_> = v.issues.clone();
                issues.sort();
                issues.dedup();
                issues
            };
            let (x, y) = (key(a), key(b));
            let agree = x.len() == y.len()
                && x.iter().zip(&y).all(|(i, j)| {
                    i.severity == j.severity && i.path == j.path && i.pointer == j.pointer && settled(&i.scim_type, &j.scim_type)
                });
            if !agree {
                let first = |x: &[super::answers::IssueText], y: &[super::answers::IssueText]| {
                    x.iter().find(|i| !y.contains(i)).map_or("nothing".to_string(), |i| format!("{} {}", i.severity, name(&i.scim_type)))
                };
                return differ(format!("validate: {} against {}", first(&x, &y), first(&y, &x)), &x, &y);
            }
            if a.resource_type != b.resource_type {
                return differ("validate: resource type", &a.resource_type, &b.resource_type);
            }
            let rules = |v: &Validated| v.notes.iter().cloned().collect::<BTreeSet<String>>();
            let (x, y) = (rules(a), rules(b));
            if COMPARE_NOTES && x != y {
                let odd = |x: &BTreeSet<String>, y: &BTreeSet<String>| x.difference(y).next().cloned().unwrap_or("-".into());
                return differ(format!("validate: notes, {} against {}", odd(&x, &y), odd(&y, &x)), x, y);
            }
            match (&a.resource, &b.resource) {
                (None, None) => None,
                (Some(p), Some(q)) if same_resource(p, q) => None,
                _ => differ("validate: canonical resource", &a.resource, &b.resource),
            }
        }
        _ => differ("validate: answered or refused", &ours, &theirs),
    }
}

/// Equal JSON, `schemas` in any order.
pub fn same_resource(a: &str, b: &str) -> bool {
    let (Ok(mut a), Ok(mut b)) = (parse(a), parse(b)) else {
        return false;
    };
    for resource in [&mut a, &mut b] {
        if let Some(J::Arr(urns)) = resource.at("schemas").cloned() {
            let mut urns: Vec<String> = urns.iter().filter_map(|u| u.text().map(String::from)).collect();
            urns.sort();
            resource.set("schemas", J::Arr(urns.iter().map(s).collect()));
        }
    }
    a.same(&b)
}

fn filtered(ours: Result<Filtered, Fault>, theirs: Result<Filtered, Fault>, again: Option<Result<Filtered, Fault>>) -> Option<Difference> {
    match (&ours, &theirs) {
        (Err(a), Err(b)) => faults("filter", a, b, false),
        (Ok(a), Ok(b)) => {
            if a.matches != b.matches {
                return differ("filter: result", &a.matches, &b.matches);
            }
            match again {
                Some(Ok(again)) if again.matches == a.matches => None,
                again => differ("filter: its printed text reads as another", &again, &b.printed),
            }
        }
        _ => differ("filter: answered or refused", &ours, &theirs),
    }
}

fn patched(ours: Result<PatchedText, Fault>, theirs: Result<PatchedText, Fault>, ambiguous: bool) -> Option<Difference> {
    match (&ours, &theirs) {
        (Err(a), Err(b)) => faults("patch", a, b, ambiguous),
        (Ok(a), Ok(b)) => {
            if !same_resource(&a.text, &b.text) {
                return differ("patch: result", &a.text, &b.text);
            }
            if a.changed != b.changed {
                return differ("patch: changed", a, b);
            }
            let notes = |p: &PatchedText| {
                let mut notes = p.notes.clone();
                notes.sort();
                notes.dedup();
                notes
            };
            let (x, y) = (notes(a), notes(b));
            if COMPARE_NOTES && x != y {
                let odd = |x: &[(String, Option<usize>)], y: &[(String, Option<usize>)]| {
                    x.iter().find(|n| !y.contains(n)).map_or("-".to_string(), |n| n.0.clone())
                };
                return differ(format!("patch: notes, {} against {}", odd(&x, &y), odd(&y, &x)), x, y);
            }
            None
        }
        (Ok(_), Err(f)) => differ(format!("patch: done, yet refused as {}", name(&f.scim_type)), &ours, &theirs),
        (Err(f), Ok(_)) => differ(format!("patch: refused as {}, yet done", name(&f.scim_type)), &ours, &theirs),
    }
}

/// What a run found: how many cases differ, by kind, each with one small example.
#[derive(Default)]
pub struct Findings {
    pub kinds: BTreeMap<String, (usize, u64, Case)>,
}

impl Default for Case {
    fn default() -> Case {
        Case::Validate { custom: false, payload: J::Null, purpose: super::payload::Purpose::Create, dialect: super::schema::Dialect::Rfc }
    }
}

impl Findings {
    pub fn add(&mut self, kind: String, seed: u64, case: Case) {
        self.kinds.entry(kind).or_insert((0, seed, case)).0 += 1;
    }
    pub fn merge(&mut self, other: Findings) {
        for (kind, (n, seed, case)) in other.kinds {
            self.kinds.entry(kind).or_insert((0, seed, case)).0 += n;
        }
    }
    pub fn report(&self, bench: &Bench) -> String {
        let mut out = String::new();
        for (kind, (n, seed, case)) in &self.kinds {
            let small = shrink(bench, case.clone(), kind);
            let d = bench.difference(&small).expect("still a difference");
            out.push_str(&format!(
                "\n── {n} × {kind} (seed {seed})\n   case      {}\n   reference {}\n   subject   {}\n",
                show(&small),
                d.reference,
                d.subject
            ));
        }
        out
    }
}

fn show(case: &Case) -> String {
    match case {
        Case::Validate { payload, purpose, dialect, custom } => {
            format!("validate {} {} custom={custom}\n   payload   {}", dialect.name(), purpose.name(), dressed(payload))
        }
        Case::Filter { filter, dialect, resource_type, resources, custom } => format!(
            "filter {} {resource_type:?} custom={custom}\n   filter    {}\n   resources {}",
            dialect.name(),
            filter_text(filter),
            resources.iter().map(dressed).collect::<Vec<_>>().join(" , ")
        ),
        Case::Patch { resource, patch, dialect, custom } => {
            format!("patch {} custom={custom}\n   resource  {}\n   patch     {}", dialect.name(), dressed(resource), dressed(patch))
        }
    }
}
