//! Lists against the rows of the diff, sorted; before and after the commit alike.

use std::collections::BTreeMap;

use super::{Random, act, diff, organization};
use crate::access::{Causes, Diff, Direction, Row, RowKind, Scratch};
use crate::org::{Draft, Id};
use crate::plan::listing::{AccessChange, KINDS, Listing, Query, Sides, json, kind_named};

const ALL: Query = Query { offset: 0, limit: u64::MAX, kind: None, user: None, object: None };

/// Every row in the contract's order, the long way.
fn naive<'a>(sides: &Sides<'a>, diff: &Diff, scratch: &mut Scratch) -> Vec<(Row, AccessChange<'a>)> {
    let mut rows: Vec<Row> = Vec::new();
    diff.for_each_row(sides.facts, sides.change, scratch, |row| rows.push(row));
    let section = |kind: RowKind| (kind as u8).saturating_sub(RowKind::Downgrade as u8);
    rows.sort_by_key(|row| (section(row.kind), (sides.name)(row.user).into_owned(), (sides.name)(row.object).into_owned()));
    let mut causes = Causes::new(sides.facts, sides.change);
    let role = |rank: u8| rank.checked_sub(1).map(|at| sides.roles.roles[usize::from(at)].name.as_str());
    let told = |row: &Row| AccessChange {
        user: (sides.name)(row.user),
        object: crate::plan::listing::ObjectRef {
            kind: match sides.before().kind(row.object).or(sides.after().kind(row.object)).map(|kind| format!("{kind:?}")).as_deref() {
                Some("Workspace") => "Workspace",
                Some("Folder") => "Folder",
                Some("Organization") => "Organization",
                _ => "?",
            },
            id: (sides.name)(row.object),
        },
        kind: KINDS[row.kind as usize],
        before: role(row.before),
        after: role(row.after),
        causes: causes.of(row.user, row.object),
    };
    let told: Vec<AccessChange<'_>> = rows.iter().map(told).collect();
    rows.into_iter().zip(told).collect()
}

fn pages(sides: &Sides<'_>, diff: &Diff, scratch: &mut Scratch, random: &mut Random) -> String {
    let expected = naive(sides, diff, scratch);
    let mut listing = Listing::default();
    let all = listing.changes(sides, diff, scratch, &ALL);
    assert_eq!(all, expected.iter().map(|(_, change)| change.clone()).collect::<Vec<_>>());
    for _ in 0..6 {
        let some = expected.get(random.below(expected.len())).map(|(row, _)| *row);
        let query = Query {
            offset: random.below(expected.len() + 2) as u64,
            limit: random.below(expected.len() + 2) as u64,
            kind: if random.chance(2) { some.map(|row| row.kind) } else { None },
            user: if random.chance(3) { some.map(|row| row.user) } else { None },
            object: if random.chance(3) { some.map(|row| row.object) } else { None },
        };
        let wanted = |row: &Row| {
            query.kind.is_none_or(|kind| kind == row.kind)
                && query.user.is_none_or(|user| user == row.user)
                && query.object.is_none_or(|object| object == row.object)
        };
        let filtered = expected.iter().filter(|(row, _)| wanted(row)).map(|(_, change)| change.clone());
        let page: Vec<_> = filtered.skip(query.offset as usize).take(query.limit as usize).collect();
        assert_eq!(listing.changes(sides, diff, scratch, &query), page, "{query:?}");
    }
    let (mut unpacked, mut offset) = (Vec::new(), 0);
    loop {
        let table = listing.table(sides, diff, scratch, offset, 1 + random.below(20) as u64);
        if table.rows.is_empty() {
            break;
        }
        assert_eq!(table.kinds, KINDS);
        for row in table.rows.chunks(3) {
            let role = |rank: u32| (rank as usize).checked_sub(1).map(|at| table.roles[at]);
            let object = table.objects[row[1] as usize].clone();
            let kind = table.kinds[(row[2] >> 16) as usize];
            let change = (role(row[2] >> 8 & 255), role(row[2] & 255));
            unpacked.push((table.users[row[0] as usize].clone(), object.kind, object.id, kind, change));
        }
        offset += table.rows.len() as u64 / 3;
    }
    let mut direct = Vec::new();
    let by_row: BTreeMap<Row, AccessChange<'_>> = expected.into_iter().collect();
    diff.for_each_row(sides.facts, sides.change, scratch, |row| {
        let change = by_row[&row].clone();
        direct.push((change.user, change.object.kind, change.object.id, change.kind, (change.before, change.after)));
    });
    assert_eq!(unpacked, direct);
    json(&all)
}

#[test]
fn pages_are_the_sorted_rows_before_and_after_the_commit() {
    let mut rows = 0;
    for seed in 0..400u64 {
        let mut random = Random::new(seed);
        let size = 4 + random.below(9);
        let mut org = organization(&mut random, size);
        let mut scratch = Scratch::new();
        for _ in 0..4 {
            let (edits, planned) = {
                let mut draft = Draft::new(&org);
                for cause in 0..1 + random.below(4) as u32 {
                    draft.cause = cause;
                    act(&mut draft, &mut random);
                }
                let diff = diff(&draft, &mut scratch);
                let name = |id: Id| draft.name(id);
                let (facts, change, roles) = (&org.facts, &draft.edits.change, &org.config.roles);
                let sides = Sides { facts, change, direction: Direction::Planned, name: &name, roles };
                let planned = pages(&sides, &diff, &mut scratch, &mut random);
                rows += diff.summary().users;
                (draft.edits, planned)
            };
            let opposite = org.commit(edits);
            let diff = Diff::new(&org.facts, &opposite.change, Direction::Committed, &mut scratch);
            let name = |id: Id| org.name(id);
            let (facts, change, roles) = (&org.facts, &opposite.change, &org.config.roles);
            let sides = Sides { facts, change, direction: Direction::Committed, name: &name, roles };
            assert_eq!(pages(&sides, &diff, &mut scratch, &mut random), planned, "seed {seed}");
        }
    }
    assert!(rows > 1_000, "{rows}");
}

#[test]
fn summaries_and_kinds_are_spelled_as_the_contract_spells_them() {
    let mut summary = String::new();
    crate::plan::diff_text::push_summary(&Default::default(), &mut summary);
    assert_eq!(
        summary,
        r#"{"kinds":{"grant":0,"revoke":0,"upgrade":0,"downgrade":0,"latent":0,"masked":0},"users":0,"objects":0,"lockedOut":0}"#
    );
    assert_eq!(KINDS.map(kind_named).map(|kind| kind.map(|kind| kind as usize)), [0, 1, 2, 3, 4, 5].map(Some));
}
