//! Makes a case that differs as small as it gets: fewer operations, attributes, elements, filter branches.

use super::filter::Filter;
use super::generate::{Case, FilterText, all_routes, parent};
use super::harness::Bench;
use super::json::J;

/// The smallest case found that still differs in the same kind.
pub fn shrink(bench: &Bench, case: Case, kind: &str) -> Case {
    let mut best = case;
    let mut tries = 0;
    'again: loop {
        for smaller in simpler(&best) {
            tries += 1;
            if tries > 5_000 {
                return best;
            }
            if bench.difference(&smaller).is_some_and(|d| d.kind == kind) {
                best = smaller;
                continue 'again;
            }
        }
        return best;
    }
}

/// Each value with one member or element left out; `kept` members of the top stay.
fn without(value: &J, kept: &[&str]) -> Vec<J> {
    let mut out = Vec::new();
    for route in all_routes(value) {
        let mut smaller = value.clone();
        let last = *route.last().expect("not empty");
        match parent(&mut smaller, &route) {
            J::Obj(members) if route.len() == 1 && kept.contains(&members[last].0.as_str()) => {
                continue;
            }
            J::Obj(members) => {
                members.remove(last);
            }
            J::Arr(items) => {
                items.remove(last);
            }
            _ => continue,
        }
        if kept.contains(&"schemas") && smaller.at("schemas") != value.at("schemas") {
            continue;
        }
        out.push(smaller);
    }
    out
}

fn subtrees(f: &Filter) -> Vec<Filter> {
    let pair = |a: &Filter, b: &Filter, join: fn(Box<Filter>, Box<Filter>) -> Filter| {
        let mut out = vec![a.clone(), b.clone()];
        out.extend(subtrees(a).into_iter().map(|a| join(Box::new(a), Box::new(b.clone()))));
        out.extend(subtrees(b).into_iter().map(|b| join(Box::new(a.clone()), Box::new(b))));
        out
    };
    match f {
        Filter::And(a, b) => pair(a, b, Filter::And),
        Filter::Or(a, b) => pair(a, b, Filter::Or),
        Filter::Not(a) => std::iter::once((**a).clone()).chain(subtrees(a).into_iter().map(|a| Filter::Not(Box::new(a)))).collect(),
        Filter::Value(name, inner, tail) => {
            let mut out: Vec<Filter> =
                subtrees(inner).into_iter().map(|i| Filter::Value(name.clone(), Box::new(i), tail.clone())).collect();
            if tail.is_some() {
                out.push(Filter::Value(name.clone(), inner.clone(), None));
            }
            out
        }
        _ => Vec::new(),
    }
}

fn simpler(case: &Case) -> Vec<Case> {
    match case.clone() {
        Case::Validate { custom, payload, purpose, dialect } => {
            without(&payload, &[]).into_iter().map(|payload| Case::Validate { custom, payload, purpose, dialect }).collect()
        }
        Case::Filter { custom, filter, dialect, resource_type, resources } => {
            let make = |filter: &FilterText, resources: Vec<J>| Case::Filter {
                custom,
                filter: filter.clone(),
                dialect,
                resource_type: resource_type.clone(),
                resources,
            };
            let mut out = Vec::new();
            if let FilterText::Tree(tree, seed) = &filter {
                out.extend(subtrees(tree).into_iter().map(|t| make(&FilterText::Tree(t, *seed), resources.clone())));
            }
            for i in 0..resources.len() {
                let mut fewer = resources.clone();
                fewer.remove(i);
                out.push(make(&filter, fewer));
                for smaller in without(&resources[i], &["schemas"]) {
                    let mut changed = resources.clone();
                    changed[i] = smaller;
                    out.push(make(&filter, changed));
                }
            }
            out
        }
        Case::Patch { custom, resource, patch, dialect } => {
            let mut out: Vec<Case> = without(&patch, &["schemas", "Operations"])
                .into_iter()
                .filter(|p| p.at("Operations").is_some_and(|o| !o.list().is_empty()))
                .map(|patch| Case::Patch { custom, resource: resource.clone(), patch, dialect })
                .collect();
            out.extend(without(&resource, &["schemas"]).into_iter().map(|resource| Case::Patch {
                custom,
                resource,
                patch: patch.clone(),
                dialect,
            }));
            out
        }
    }
}
