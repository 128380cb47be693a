//! Would the harness notice? Subjects that make one well-known mistake each must be caught, and quickly.

use super::answers::{Filtered, PatchedText, Reference, Subject, Validated};
use super::filter::{self, Filter};
use super::generate::{self, Case};
use super::harness::Bench;
use super::json::{J, parse};
use super::patch::Fault;
use super::random::Random;
use super::schema::Dialect;
use super::shrink::shrink;

#[derive(Clone, Copy, Debug)]
enum Mistake {
    /// replace without path of a multi-valued attribute appends.
    PathlessReplaceAppends,
    /// remove by value array removes all.
    RemovalByValueEmpties,
    /// Earlier operations stay applied when a later one fails.
    HalfApplied,
    /// `a[x and y]` holds across two elements.
    AcrossElements,
    NotIsForgotten,
    OrBindsTighterThanAnd,
    /// The last of two spellings wins.
    LastSpellingWins,
    /// Numbers pass through a double.
    Rounded,
    AlwaysChanged,
    NoNotes,
    WarningsForgotten,
    WrongOperationIndex,
    /// Notes and messages are right, but a printed filter loses its groups.
    PrintLosesGroups,
    /// `schemas` is left as it was.
    SchemasStay,
    Panics,
}

struct Mistaken(Mistake, Reference);

fn flatten(f: &Filter) -> Filter {
    let both = |a: &Filter, b: &Filter| (Box::new(flatten(a)), Box::new(flatten(b)));
    match f {
        Filter::And(a, b) => {
            let (a, b) = both(a, b);
            Filter::And(a, b)
        }
        Filter::Or(a, b) => {
            let (a, b) = both(a, b);
            Filter::Or(a, b)
        }
        Filter::Not(a) => Filter::Not(Box::new(flatten(a))),
        Filter::Value(name, inner, None) => match &**inner {
            Filter::And(a, b) => Filter::And(
                Box::new(flatten(&Filter::Value(name.clone(), a.clone(), None))),
                Box::new(flatten(&Filter::Value(name.clone(), b.clone(), None))),
            ),
            _ => f.clone(),
        },
        _ => f.clone(),
    }
}

fn without_not(f: &Filter) -> Filter {
    match f {
        Filter::And(a, b) => Filter::And(Box::new(without_not(a)), Box::new(without_not(b))),
        Filter::Or(a, b) => Filter::Or(Box::new(without_not(a)), Box::new(without_not(b))),
        Filter::Not(a) => without_not(a),
        Filter::Value(name, inner, tail) => Filter::Value(name.clone(), Box::new(without_not(inner)), tail.clone()),
        _ => f.clone(),
    }
}

fn swapped(f: &Filter) -> Filter {
    match f {
        // a or b and c, read as (a or b) and c
        Filter::Or(a, rest) => match &**rest {
            Filter::And(b, c) => Filter::And(Box::new(Filter::Or(Box::new(swapped(a)), b.clone())), c.clone()),
            _ => f.clone(),
        },
        _ => f.clone(),
    }
}

fn last_wins(v: &J) -> J {
    match v {
        J::Obj(members) => {
            let mut out = J::Obj(Vec::new());
            members.iter().for_each(|(k, v)| out.set(k, last_wins(v)));
            out
        }
        J::Arr(items) => J::Arr(items.iter().map(last_wins).collect()),
        other => other.clone(),
    }
}

fn rounded(v: &J) -> J {
    match v {
        J::Obj(members) => J::Obj(members.iter().map(|(k, v)| (k.clone(), rounded(v))).collect()),
        J::Arr(items) => J::Arr(items.iter().map(rounded).collect()),
        J::Num(n) => J::Num(format!("{}", n.parse::<f64>().unwrap())),
        other => other.clone(),
    }
}

impl Subject for Mistaken {
    fn validate(&self, payload: &str, purpose: &str, dialect: &str, rt: Option<&str>) -> Result<Validated, Fault> {
        let text = match self.0 {
            Mistake::LastSpellingWins => parse(payload).map_or(payload.to_string(), |p| last_wins(&p).print()),
            _ => payload.to_string(),
        };
        let mut v = self.1.validate(&text, purpose, dialect, rt)?;
        assert!(!matches!(self.0, Mistake::Panics) || v.issues.len() < 2, "as asked");
        if matches!(self.0, Mistake::WarningsForgotten) {
            v.issues.retain(|i| i.severity != "warning");
        }
        Ok(v)
    }

    fn filter(&self, text: &str, dialect: &str, rt: Option<&str>, resources: &[String]) -> Result<Filtered, Fault> {
        let right = self.1.filter(text, dialect, rt, resources)?;
        let (tree, _) = filter::parse(text, Dialect::from_name(dialect)).unwrap();
        let wrong = match self.0 {
            Mistake::AcrossElements => flatten(&tree),
            Mistake::NotIsForgotten => without_not(&tree),
            Mistake::OrBindsTighterThanAnd => swapped(&tree),
            Mistake::PrintLosesGroups => {
                return Ok(Filtered {
                    printed: right.printed.replace("not (", "not\u{0}").replace(['(', ')'], "").replace("not\u{0}", ""),
                    ..right
                });
            }
            _ => return Ok(right),
        };
        self.1.filter(&filter::print(&wrong), dialect, rt, resources)
    }

    fn patch(&self, resource: &str, body: &str, dialect: &str, rt: Option<&str>) -> Result<PatchedText, Fault> {
        let mut patch = parse(body).unwrap();
        let mut operations = patch.at("Operations").map(J::list).unwrap_or_default().to_vec();
        for operation in &mut operations {
            let op = operation.at("op").and_then(J::text).unwrap_or_default().to_string();
            match self.0 {
                Mistake::PathlessReplaceAppends if op == "replace" && operation.at("path").is_none() => {
                    operation.set("op", J::Str("add".into()))
                }
                Mistake::RemovalByValueEmpties if op == "remove" => operation.unset("value"),
                _ => {}
            }
        }
        if !operations.is_empty() {
            patch.set("Operations", J::Arr(operations.clone()));
        }
        let answer = self.1.patch(resource, &patch.print(), dialect, rt);
        let mut p = match (answer, self.0) {
            (Err(f), Mistake::HalfApplied) => {
                let Some(i) = f.operation.filter(|i| *i > 0) else {
                    return Err(f);
                };
                patch.set("Operations", J::Arr(operations[..i].to_vec()));
                return self.1.patch(resource, &patch.print(), dialect, rt);
            }
            (Err(f), Mistake::WrongOperationIndex) => {
                return Err(Fault { operation: f.operation.map(|i| i + 1), ..f });
            }
            (answer, _) => answer?,
        };
        match self.0 {
            Mistake::AlwaysChanged => p.changed = true,
            Mistake::NoNotes => p.notes.clear(),
            Mistake::Rounded => p.text = rounded(&parse(&p.text).unwrap()).print(),
            Mistake::SchemasStay => {
                let mut r = parse(&p.text).unwrap();
                r.set("schemas", parse(resource).unwrap().at("schemas").unwrap().clone());
                p.text = r.print();
            }
            _ => {}
        }
        Ok(p)
    }
}

#[test]
fn known_mistakes_are_caught() {
    use Mistake::*;
    for mistake in [
        PathlessReplaceAppends,
        RemovalByValueEmpties,
        HalfApplied,
        AcrossElements,
        NotIsForgotten,
        OrBindsTighterThanAnd,
        LastSpellingWins,
        Rounded,
        AlwaysChanged,
        NoNotes,
        WarningsForgotten,
        WrongOperationIndex,
        PrintLosesGroups,
        SchemasStay,
        Panics,
    ] {
        let bench = Bench::new(|registry| Box::new(Mistaken(mistake, Reference::new(registry))));
        let (builtin, custom) = bench.registries();
        let (n, case, kind) = (0..20_000)
            .find_map(|seed| {
                let case = generate::case(&mut Random::new(seed), builtin, custom);
                bench.difference(&case).map(|d| (seed, case, d.kind))
            })
            .unwrap_or_else(|| panic!("{mistake:?} was not caught"));
        let small = shrink(&bench, case, &kind);
        if let Case::Patch { patch, .. } = &small {
            let left = patch.at("Operations").unwrap().list().len();
            assert!(left <= 2, "{mistake:?}: {left} operations are left");
        }
        println!("{mistake:?}: case {n}, {kind}");
    }
}
