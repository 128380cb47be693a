//! A diff as the JSON that hosts read: the summary counts all, the list goes as far as its limit.

use std::borrow::Cow;

use super::answer::push_number;
use crate::access::{Diff, ObjectType, Row, RowKind, Scratch, Summary};
use crate::org::{Change, Facts, Id, Rank, RolePreset};
use crate::resource::push_quoted;

/// Names of the kinds of rows, in their order.
pub(crate) const KINDS: [&str; 6] = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];

/// Where the names of a diff's numbers come from.
pub(crate) trait Naming {
    fn name(&self, id: Id) -> Cow<'_, str>;
    fn object_type(&self, object: Id) -> ObjectType;
}

/// A diff and what it is of.
pub(crate) struct Told<'d> {
    pub(crate) diff: &'d Diff,
    pub(crate) facts: &'d Facts,
    pub(crate) change: &'d Change,
    pub(crate) roles: &'d RolePreset,
}

impl Told<'_> {
    /// `AccessDiff`. Grants, revokes, upgrades and downgrades together, then latent rows, then masked ones; each by the
    /// bytes of the user's and the object's identifiers.
    pub(crate) fn json(
        &self,
        scratch: &mut Scratch,
        names: &impl Naming,
        mut causes: impl FnMut(Id, Id) -> Vec<u32>,
        limit: usize,
    ) -> String {
        let mut out = String::from("{\"summary\":");
        push_summary(self.diff.summary(), &mut out);
        out.push_str(",\"changes\":[");
        let mut users: Vec<(Cow<'_, str>, Id)> = self.diff.users().iter().map(|rows| (names.name(rows.user), rows.user)).collect();
        crate::sort::plain(&mut users);
        let mut listed = 0;
        for phase in 0..3 {
            for (name, user) in &users {
                if listed == limit {
                    break;
                }
                if self.diff.user(*user).is_none_or(|rows| [rows.effective, rows.latent, rows.masked].get(phase) == Some(&0)) {
                    continue;
                }
                let mut rows: Vec<(Cow<'_, str>, Row)> = Vec::new();
                self.diff.rows_of_user(self.facts, self.change, scratch, *user, |row| {
                    if phase_of(row.kind) == phase {
                        rows.push((names.name(row.object), row));
                    }
                });
                crate::sort::by(&mut rows, &mut |(a, one), (b, other)| {
                    a.cmp(b).then(names.object_type(one.object).cmp(&names.object_type(other.object)))
                });
                for (object, row) in rows.into_iter().take(limit - listed) {
                    out.push_str(if listed == 0 { "{\"user\":" } else { ",{\"user\":" });
                    push_quoted(&mut out, name);
                    out.push_str(",\"object\":{\"type\":\"");
                    out.push_str(names.object_type(row.object).name());
                    out.push_str("\",\"id\":");
                    push_quoted(&mut out, &object);
                    out.push_str("},\"kind\":\"");
                    out.push_str(KINDS.get(row.kind as usize).copied().unwrap_or(""));
                    out.push_str("\",\"before\":");
                    self.push_role(row.before, &mut out);
                    out.push_str(",\"after\":");
                    self.push_role(row.after, &mut out);
                    out.push_str(",\"causes\":[");
                    let list: Vec<String> = causes(row.user, row.object).iter().map(u32::to_string).collect();
                    out.push_str(&list.join(","));
                    out.push_str("]}");
                    listed += 1;
                }
            }
        }
        let rows: u64 = self.diff.summary().kinds.iter().sum();
        out.push_str("],\"truncated\":");
        out.push_str(if rows > listed as u64 { "true}" } else { "false}" });
        out
    }

    fn push_role(&self, rank: Rank, out: &mut String) {
        match rank {
            0 => out.push_str("null"),
            rank => push_quoted(out, self.roles.name(rank)),
        }
    }
}

/// `AccessSummary`.
pub(crate) fn push_summary(summary: &Summary, out: &mut String) {
    out.push_str("{\"kinds\":{");
    for (at, (name, count)) in KINDS.iter().zip(summary.kinds).enumerate() {
        out.push_str(if at > 0 { ",\"" } else { "\"" });
        out.push_str(name);
        out.push_str("\":");
        push_number(count, out);
    }
    out.push('}');
    for (name, number) in [("users", summary.users), ("objects", summary.objects), ("lockedOut", summary.locked_out)] {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        push_number(u64::from(number), out);
    }
    out.push('}');
}

fn phase_of(kind: RowKind) -> usize {
    match kind {
        RowKind::Grant | RowKind::Revoke | RowKind::Upgrade | RowKind::Downgrade => 0,
        RowKind::Latent => 1,
        RowKind::Masked => 2,
    }
}
