//! Rows and their counts: what a pair of ranks becomes.

use crate::org::{Id, Rank};

/// What became of one user's access to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// None to a role.
    Grant,
    /// A role to none.
    Revoke,
    /// To a stronger role.
    Upgrade,
    /// To a weaker role.
    Downgrade,
    /// Only what the user would have if active differs.
    Latent,
    /// The way differs, the role does not.
    Masked,
}

/// One line of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// Who.
    pub user: Id,
    /// On what.
    pub object: Id,
    /// What became of it.
    pub kind: RowKind,
    /// The effective rank before, 0 for none; for latent rows the potential one.
    pub before: Rank,
    /// The same after.
    pub after: Rank,
}

/// Which side of a change is the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Before is the facts, after is the facts with the change: a plan.
    Planned,
    /// Before is the facts with the change (an opposite), after is the facts: what was committed.
    Committed,
}

/// A user with rows, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserRows {
    /// Who.
    pub user: Id,
    /// Grants, revokes, upgrades and downgrades.
    pub effective: u32,
    /// Latent rows.
    pub latent: u32,
    /// Masked rows.
    pub masked: u32,
    /// Whether one of them is a revoke or a downgrade.
    pub loses: bool,
    /// Whether one of them is a grant or an upgrade.
    pub gains: bool,
    /// Whether there was access to something before and is to nothing after.
    pub locked_out: bool,
    /// The strongest rank a grant or an upgrade leads to, 0 for none.
    pub reaches: Rank,
    pub(super) class: u32,
}

impl UserRows {
    pub(super) fn new(user: u32, class: u32) -> UserRows {
        UserRows { user: Id(user), effective: 0, latent: 0, masked: 0, loses: false, gains: false, locked_out: false, reaches: 0, class }
    }

    /// All rows of the user.
    pub fn rows(&self) -> u64 {
        u64::from(self.effective) + u64::from(self.latent) + u64::from(self.masked)
    }
}

/// How ranks on the plain and the changed side become a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    pub(super) flip: bool,
    pub(super) active_before: bool,
    pub(super) active_after: bool,
    pub(super) whole: bool,
}

impl Judge {
    pub(super) fn new(direction: Direction, plain: bool, changed: bool, whole: bool) -> Judge {
        let flip = direction == Direction::Committed;
        let (active_before, active_after) = if flip { (changed, plain) } else { (plain, changed) };
        Judge { flip, active_before, active_after, whole }
    }

    /// `None` where there is nothing to tell; the contributions are known to differ unless `whole`.
    #[inline]
    pub(super) fn row(self, plain: Rank, changed: Rank) -> Option<(RowKind, Rank, Rank)> {
        let (before, after) = if self.flip { (changed, plain) } else { (plain, changed) };
        let effective = (if self.active_before { before } else { 0 }, if self.active_after { after } else { 0 });
        match effective {
            (0, 0) => (before != after).then_some((RowKind::Latent, before, after)),
            (0, now) => Some((RowKind::Grant, 0, now)),
            (was, 0) => Some((RowKind::Revoke, was, 0)),
            (was, now) if was < now => Some((RowKind::Upgrade, was, now)),
            (was, now) if was > now => Some((RowKind::Downgrade, was, now)),
            (was, now) => (!self.whole).then_some((RowKind::Masked, was, now)),
        }
    }
}

/// Ranks from 0 that `Tally::looked_up` knows.
pub(super) const RANKS: usize = 8;
/// A word has a field of so many bits for each kind, which can count to `FIELD`.
const BITS: u32 = 10;
const FIELD: u32 = (1 << BITS) - 1;

/// Counts of one user's rows, or of many.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) kinds: [u32; 6],
    reaches: Rank,
}

impl Tally {
    #[inline]
    pub(super) fn add(&mut self, row: Option<(RowKind, Rank, Rank)>) {
        self.add_many(row, 1);
    }

    /// So many rows that are alike.
    #[inline]
    pub(super) fn add_many(&mut self, row: Option<(RowKind, Rank, Rank)>, many: u32) {
        let Some((kind, _, after)) = row else { return };
        if let Some(count) = self.kinds.get_mut(kind as usize) {
            *count += many;
        }
        if matches!(kind, RowKind::Grant | RowKind::Upgrade) {
            self.reaches = self.reaches.max(after);
        }
    }

    /// The counts of a whole region, as `Judge::row` would give them one by one.
    #[inline]
    pub(super) fn of(judge: Judge, plain: &[Rank], changed: &[Rank]) -> Tally {
        Tally::count(judge, plain.iter().copied().zip(changed.iter().copied()))
    }

    /// The same with what the user holds besides.
    #[inline]
    pub(super) fn with(judge: Judge, plain: &[Rank], changed: &[Rank], context: &[Rank]) -> Tally {
        let sides = plain.iter().zip(changed).zip(context);
        Tally::count(judge, sides.map(|((plain, changed), more)| ((*plain).max(*more), (*changed).max(*more))))
    }

    /// What `with` counts, looked up: one word for each place and rank of the context.
    pub(super) fn looked_up(words: &[[u64; RANKS]], context: &[Rank]) -> Tally {
        let mut tally = Tally::default();
        for (words, context) in words.chunks(FIELD as usize).zip(context.chunks(FIELD as usize)) {
            let sum = words.iter().zip(context).fold(0, |sum, (word, rank)| sum + word.get(usize::from(rank % RANKS as u8)).unwrap_or(&0));
            for (kind, count) in (0..).zip(&mut tally.kinds) {
                *count += (sum >> (BITS * kind)) as u32 & FIELD;
            }
        }
        tally
    }

    /// The words of one place for `looked_up`: by rank of the context, a one in the field of the kind of its row.
    pub(super) fn words(judge: Judge, plain: Rank, changed: Rank) -> [u64; RANKS] {
        let mut words = [0; RANKS];
        for (word, rank) in words.iter_mut().zip(0..) {
            *word = judge.row(plain.max(rank), changed.max(rank)).map_or(0, |(kind, ..)| 1 << (BITS * kind as u32));
        }
        words
    }

    /// The strongest rank that a grant or an upgrade leads to.
    pub(super) fn reach(&mut self, judge: Judge, plain: &[Rank], changed: &[Rank], context: &[Rank]) {
        let [grants, _, upgrades, ..] = self.kinds;
        if grants + upgrades > 0 {
            self.reaches = Tally::with(judge, plain, changed, context).reaches;
        }
    }

    #[inline]
    fn count(judge: Judge, sides: impl Iterator<Item = (Rank, Rank)>) -> Tally {
        let mask = |active: bool| if active { u8::MAX } else { 0 };
        let (mask_before, mask_after) = (mask(judge.active_before), mask(judge.active_after));
        let (mut count, mut up, mut down, mut grants, mut revokes, mut latent, mut nothing) = (0u32, 0u32, 0u32, 0u32, 0u32, 0u32, 0u32);
        let mut reaches = 0;
        for (plain, changed) in sides {
            let (before, after) = if judge.flip { (changed, plain) } else { (plain, changed) };
            let (was, now) = (before & mask_before, after & mask_after);
            count += 1;
            up += u32::from(now > was);
            down += u32::from(now < was);
            grants += u32::from((was == 0) & (now > 0));
            revokes += u32::from((now == 0) & (was > 0));
            nothing += u32::from((was | now) == 0);
            latent += u32::from(((was | now) == 0) & (before != after));
            reaches = if now > was { now.max(reaches) } else { reaches };
        }
        let masked = if judge.whole { 0 } else { count - up - down - nothing };
        Tally { kinds: [grants, revokes, up - grants, down - revokes, latent, masked], reaches }
    }

    /// Whether one of them is a revoke.
    pub(super) fn revokes(&self) -> bool {
        self.kinds.get(RowKind::Revoke as usize).is_some_and(|count| *count > 0)
    }

    pub(super) fn rows(&self) -> u64 {
        self.kinds.iter().map(|n| u64::from(*n)).sum()
    }

    pub(super) fn tell(&self, rows: &mut UserRows) {
        let [grants, revokes, upgrades, downgrades, latent, masked] = self.kinds;
        rows.effective = grants + revokes + upgrades + downgrades;
        (rows.latent, rows.masked, rows.reaches) = (latent, masked, self.reaches);
        (rows.gains, rows.loses) = (grants + upgrades > 0, revokes + downgrades > 0);
    }
}
