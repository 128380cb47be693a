//! One user whose status or existence differs, and nobody else: all they have is concerned, so that it is counted by the
//! subtree, without a walk through it, and no region need be laid out before somebody asks for the rows.

use super::affected::{CHANGED, PLAIN, Work};
use super::rows::{Judge, Tally};
use super::scratch::{Below, Tree, get};
use crate::org::{CONTAINER, NONE, Preset, Rank, rank_of};

impl Work<'_> {
    /// The counts of a user of that signature, and the sides on which a grant of theirs stands somewhere. `None` where more
    /// differs than that, links, objects, or the ranks of grants; and where there are too many ranks to count below.
    pub(super) fn count_alone(&mut self, signature: &[u32], judge: Judge) -> Option<(Tally, u8)> {
        if self.scratch.links_differ || !self.scratch.extras.is_empty() {
            return None;
        }
        let (sources, sides) = self.sources_alone(signature)?;
        let preset = self.facts.preset();
        let (tree, below) = self.scratch.tree.with_below(preset)?;
        // How many objects have that rank at least.
        let mut at_least = [0u32; 1 << 8];
        // The grants that stand above and come further down than those before them: where, the end of what is below, the rank.
        let mut above: Vec<(u32, u32, Rank)> = Vec::with_capacity(16);
        for source in sources {
            let (at, given) = (source >> 8, source as Rank);
            while above.last().is_some_and(|(_, end, _)| *end <= at) {
                above.pop();
            }
            let carried = above.last().map_or(0, |(from, _, rank)| tree.carried(preset, *from, *rank, at));
            if given <= carried {
                continue;
            }
            let end = tree.spots.get(at as usize).map_or(at, |spot| spot.end);
            for (rank, count) in (0..=given).zip(&mut at_least).skip(1) {
                let gone = if rank <= carried { below.reached(preset, (at, end), carried, rank) } else { 0 };
                *count = count.wrapping_add(below.reached(preset, (at, end), given, rank)).wrapping_sub(gone);
            }
            above.push((at, end, given));
        }
        let (mut tally, mut stronger) = (Tally::default(), 0);
        for rank in (1..=preset.ranks).rev() {
            let on = |side: u8| if sides & side != 0 { rank } else { 0 };
            let count = get(&at_least, usize::from(rank));
            tally.add_many(judge.row(on(PLAIN), on(CHANGED)), count - stronger);
            stronger = count;
        }
        Some((tally, sides))
    }

    /// The grants of a signature (words `subject | sides << 24`) in the order of the tree, as words `position << 8 | rank`;
    /// and the sides that all of them are on. `None` where one differs.
    fn sources_alone(&self, signature: &[u32]) -> Option<(Vec<u32>, u8)> {
        let mut sources: Vec<u32> = Vec::with_capacity(128);
        let (mut some, mut every) = (0, PLAIN | CHANGED);
        for word in signature {
            let sides = rank_of(*word);
            self.for_each_grant(word & CONTAINER, |object, plain, changed| {
                let sides = sides & (if plain > 0 { PLAIN } else { 0 } | if changed > 0 { CHANGED } else { 0 });
                let position = self.scratch.tree.position(self.facts, object);
                if sides == 0 || position == NONE {
                    return;
                }
                if sides == PLAIN | CHANGED && plain != changed {
                    every = 0;
                }
                (some, every) = (some | sides, every & sides);
                sources.push(position << 8 | u32::from(if sides & PLAIN != 0 { plain } else { changed }));
            });
        }
        sources.sort_unstable();
        (sources.is_empty() || some == every).then_some((sources, some))
    }
}

impl Tree {
    /// What a rank that stands at one object is at another below it.
    fn carried(&self, preset: Preset, from: u32, rank: Rank, to: u32) -> Rank {
        let (mut at, mut rank) = (to, rank);
        while at != from && rank > 0 {
            let Some(spot) = self.spots.get(at as usize) else { return 0 };
            rank = preset.lower(rank, spot.cap);
            at = spot.up;
        }
        rank
    }
}

impl Below {
    /// At how many objects from `at` to `end` a rank that stands at the first is that rank at least.
    fn reached(&self, preset: Preset, (at, end): (u32, u32), given: Rank, rank: Rank) -> u32 {
        if given >= preset.exempt_from { end - at } else { self.count(at, rank) }
    }
}
