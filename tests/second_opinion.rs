//! The crate against a second, naive implementation of the same specification, on random cases.
//!
//! `SCIM_POLICY_CASES` sets how many (default 50,000), `SCIM_POLICY_SEED` where they start, `SCIM_POLICY_EXPORT` names
//! a file that receives the first `SCIM_POLICY_EXPORT_CASES` (default 10,000) of them with the reference's answers, one
//! JSON object a line, so that the same cases can be asked of the wasm file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unreachable,
    missing_docs,
    unreachable_pub,
    dead_code
)]

mod reference;

use reference::generate::{self, Case};
use reference::harness::{Bench, Findings};
use reference::random::Random;
use reference::subject;
use std::io::Write;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// The seed of case `i` of a run.
fn seed(start: u64, i: u64) -> u64 {
    Random::new(start.wrapping_add(i)).next()
}

#[test]
fn the_crate_and_the_reference_agree() {
    let (cases, start) = (number("SCIM_POLICY_CASES", 50_000), number("SCIM_POLICY_SEED", 2026));
    let bench = Bench::new(subject::subject);
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get() as u64);
    if !subject::BOUND {
        println!("no crate is bound in subject.rs: the reference answers for itself");
    }
    println!("{cases} cases from seed {start}; to repeat one: SCIM_POLICY_SEED=<its seed> SCIM_POLICY_CASES=1");
    let mut findings = Findings::default();
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|w| {
                let bench = &bench;
                scope.spawn(move || {
                    let mut found = Findings::default();
                    let (builtin, custom) = bench.registries();
                    for i in (w..cases).step_by(workers as usize) {
                        let case = generate::case(&mut Random::new(seed(start, i)), builtin, custom);
                        if let Some(d) = bench.difference(&case) {
                            found.add(d.kind, start + i, case);
                        }
                    }
                    found
                })
            })
            .collect();
        for handle in handles {
            findings.merge(handle.join().expect("a worker"));
        }
    });
    let total: usize = findings.kinds.values().map(|k| k.0).sum();
    assert!(total == 0, "{total} of {cases} cases differ, in {} kinds:\n{}", findings.kinds.len(), findings.report(&bench));
}

#[test]
fn cases_can_be_exported() {
    let (cases, start) = (number("SCIM_POLICY_EXPORT_CASES", 10_000), number("SCIM_POLICY_SEED", 2026));
    let bench = Bench::new(subject::subject);
    let (builtin, custom) = bench.registries();
    let lines = |n: u64| (0..n).map(|i| bench.answer(&generate::case(&mut Random::new(seed(start, i)), builtin, custom)));
    match std::env::var("SCIM_POLICY_EXPORT") {
        Ok(path) => {
            let mut file = std::io::BufWriter::new(std::fs::File::create(&path).expect("a file to write"));
            for line in lines(cases) {
                writeln!(file, "{line}").expect("room to write");
            }
        }
        // Without a file: the lines are JSON all the same.
        Err(_) => lines(200).for_each(|line| assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}")),
    }
}

/// A run in which nearly everything is refused would prove little.
#[test]
fn the_cases_are_interesting() {
    let bench = Bench::new(subject::subject);
    let (builtin, custom) = bench.registries();
    let mut tally = std::collections::BTreeMap::<String, usize>::new();
    let n = 10_000;
    for i in 0..n {
        let case = generate::case(&mut Random::new(seed(7, i)), builtin, custom);
        let line = reference::json::parse(&bench.answer(&case)).unwrap();
        let is = |key: &str, json: &str| line.at(key).is_some_and(|v| v.print() == json);
        let outcome = match &case {
            Case::Validate { .. } => {
                if line.at("resource").is_some_and(|r| r.text().is_some()) {
                    "valid".into()
                } else {
                    "invalid".to_string()
                }
            }
            Case::Filter { .. } => match line.at("matches") {
                Some(m) => {
                    if m.list().iter().any(|m| m.print() == "true") {
                        "some".into()
                    } else {
                        "none".into()
                    }
                }
                None => "refused".into(),
            },
            Case::Patch { .. } => match line.at("fault") {
                Some(f) => f.at("scimType").unwrap().print().to_string(),
                None => {
                    if is("changed", "true") {
                        "changed".into()
                    } else {
                        "unchanged".into()
                    }
                }
            },
        };
        *tally.entry(format!("{} {outcome}", line.at("kind").unwrap().text().unwrap())).or_default() += 1;
        for note in line.at("notes").map(|v| v.list()).unwrap_or_default() {
            *tally.entry(format!("note {}", note.text().unwrap_or_else(|| note.list()[0].text().unwrap()))).or_default() += 1;
        }
    }
    println!("{tally:#?}");
    for (wanted, at_least) in [
        ("validate valid", 1500),
        ("validate invalid", 1500),
        ("filter some", 1500),
        ("filter none", 1500),
        ("filter refused", 200),
        ("patch changed", 2000),
        ("patch unchanged", 300),
        ("patch \"noTarget\"", 100),
        ("patch \"mutability\"", 200),
        ("patch \"invalidValue\"", 200),
        ("patch \"invalidPath\"", 200),
        ("patch \"invalidSyntax\"", 100),
        ("patch \"invalidFilter\"", 5),
    ] {
        assert!(tally.get(wanted).copied().unwrap_or(0) >= at_least / 2, "{wanted}: {tally:#?}");
    }
    for rule in [
        "entra.op-case",
        "entra.string-boolean",
        "entra.manager-string",
        "entra.manager-array",
        "entra.manager-path",
        "entra.member-string",
        "entra.create-element",
        "entra.value-path-key",
        "entra.json-text",
        "entra.ignored-attribute",
        "okta.ignored-attribute",
        "okta.missing-schemas",
        "ignored-read-only",
    ] {
        assert!(tally.contains_key(&format!("note {rule}")), "{rule}: {tally:#?}");
    }
}
