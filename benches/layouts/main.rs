//! Two ways to keep what has not happened yet, on the same work: a change over an untouched base, and applying to the
//! base with an undo log that is rolled back. `cargo bench --bench layouts`.

#![allow(clippy::print_stdout, missing_docs, reason = "a table for a person")]

mod made;
mod undo;

use std::time::Instant;

use made::{Made, made};
use scim_policy::access::{Diff, Direction, Scratch};
use scim_policy::org::{Change, Facts, Id, Parent};
use undo::Log;

/// One request, as either side reads it.
#[derive(Clone, Copy)]
pub(crate) enum Request {
    Member(Id, Id, bool),
    Grant(Id, Id, u8),
    Active(Id, bool),
    Move(Id, Parent),
    Delete(Id),
}

fn write(facts: &Facts, change: &mut Change, request: Request, cause: u32) {
    match request {
        Request::Member(group, subject, on) => change.set_member(facts, group, subject, on, cause),
        Request::Grant(object, subject, rank) => change.set_grant(facts, object, subject, rank, cause),
        Request::Active(user, active) => change.set_active(facts, user, active, cause),
        Request::Move(folder, parent) => drop(change.set_parent(facts, folder, parent, cause)),
        Request::Delete(id) => drop(change.delete(facts, id, cause)),
    }
}

fn planned(facts: &Facts, requests: &[Request], scratch: &mut Scratch) -> (Diff, Change) {
    let mut change = Change::new();
    for (cause, request) in (0..).zip(requests) {
        write(facts, &mut change, *request, cause);
    }
    (Diff::new(facts, &change, Direction::Planned, scratch), change)
}

fn undone(facts: &mut Facts, requests: &[Request], scratch: &mut Scratch) -> Diff {
    let mut log = Log::default();
    for (cause, request) in (0..).zip(requests) {
        log.apply(facts, *request, cause);
    }
    let before = log.before(facts);
    let diff = Diff::new(facts, &before, Direction::Committed, scratch);
    log.roll_back(facts);
    diff
}

/// The least of several runs, in microseconds.
fn least(mut run: impl FnMut()) -> f64 {
    let started = Instant::now();
    run();
    let once = started.elapsed().as_secs_f64();
    let runs = ((0.3 / once.max(1e-7)) as usize).clamp(3, 20_000);
    let mut best = once;
    for _ in 0..runs {
        let started = Instant::now();
        run();
        best = best.min(started.elapsed().as_secs_f64());
    }
    best * 1e6
}

fn main() {
    let started = Instant::now();
    let Made { mut facts, work } = made();
    let loaded = started.elapsed().as_secs_f64() * 1e3;
    let counts = facts.counts();
    println!("{counts:?}");
    println!("made in {loaded:.0} ms, {:.1} MB", facts.heap_bytes() as f64 / 1e6);
    let mut scratch = Scratch::new();
    println!("{:<28}{:>12}{:>12}{:>14}{:>12}", "work", "rows", "change us", "undo log us", "listing us");
    let only = std::env::var("LAYOUTS_ONLY").unwrap_or_default();
    for (name, requests) in work.iter().filter(|(name, _)| name.contains(&only)) {
        let (diff, kept) = planned(&facts, requests, &mut scratch);
        let summary = *diff.summary();
        let rows: u64 = summary.kinds.iter().sum();
        let listing = least(|| {
            let mut sum = 0u64;
            diff.for_each_row(&facts, &kept, &mut scratch, |row| sum = sum.wrapping_add(u64::from(row.object.0)));
            std::hint::black_box(sum);
        });
        let change = least(|| drop(std::hint::black_box(planned(&facts, requests, &mut scratch))));
        let again = undone(&mut facts, requests, &mut scratch);
        assert!(*again.summary() == summary, "{name}: both ways count the same");
        let log = least(|| drop(std::hint::black_box(undone(&mut facts, requests, &mut scratch))));
        println!("{name:<28}{rows:>12}{change:>12.1}{log:>14.1}{listing:>12.1}");
    }
    println!("scratch {:.1} MB", scratch.heap_bytes() as f64 / 1e6);
    for (name, requests) in &work {
        let (_, change) = planned(&facts, requests, &mut scratch);
        let started = Instant::now();
        let opposite = facts.commit(change);
        let did = started.elapsed().as_secs_f64() * 1e6;
        let bytes = opposite.heap_bytes();
        let started = Instant::now();
        let again = facts.commit(opposite);
        let undid = started.elapsed().as_secs_f64() * 1e6;
        println!("commit {name:<24} {did:>10.1} us, back {undid:>10.1} us, opposite {bytes} B");
        drop(again);
    }
}
