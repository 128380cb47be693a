//! One user whose status or existence differs, and nobody else: all they have is concerned, so that it is counted by the
//! subtree, without a walk through it, and no region need be laid out before somebody asks for the rows.

use super::affected::{CHANGED, PLAIN, Work};
use super::rows::{Judge, Tally};
use super::scratch::{Tree, tag};
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
        // How many objects have that rank at least, from rank 1 on.
        let mut at_least = [0u32; Rank::MAX as usize];
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
            let (carried, reached) = (usize::from(carried), usize::from(given));
            let lowered = below.counts(at);
            if given < preset.exempt_from {
                let more = at_least.iter_mut().zip(lowered).take(reached).skip(carried);
                more.for_each(|(count, here)| *count += here);
            } else {
                // It goes everywhere, and what came down before it went only where no cap kept it back.
                let gone = |rank: usize| match lowered.get(rank) {
                    _ if rank >= carried => 0,
                    Some(here) if carried < usize::from(preset.exempt_from) => *here,
                    _ => end - at,
                };
                at_least.iter_mut().take(reached).enumerate().for_each(|(rank, count)| *count += end - at - gone(rank));
            }
            above.push((at, end, given));
        }
        let (mut tally, mut stronger) = (Tally::default(), 0);
        for (rank, count) in (1..=preset.ranks).zip(&at_least).rev() {
            let on = |side: u8| if sides & side != 0 { rank } else { 0 };
            if *count > stronger {
                tally.add_many(judge.row(on(PLAIN), on(CHANGED)), count - stronger);
                stronger = *count;
            }
        }
        Some((tally, sides))
    }

    /// The grants of a signature (words `subject | sides << 24`) in the order of the tree, as words `position << 8 | rank`;
    /// and the sides that all of them are on. `None` where one differs.
    fn sources_alone(&self, signature: &[u32]) -> Option<(Vec<u32>, u8)> {
        let mut sources: Vec<u32> = Vec::with_capacity(128);
        let (mut some, mut every) = (0, PLAIN | CHANGED);
        for word in signature {
            let subject = word & CONTAINER;
            if self.scratch.tag(subject) & tag::TOUCHED != 0 && self.regranted(subject) {
                return None;
            }
            for [grant, _] in self.facts.grants_of(subject) {
                let object = grant & CONTAINER;
                let sides = rank_of(*word) & self.sides(object);
                let position = self.scratch.tree.position(self.facts, object);
                if sides != 0 && position != NONE {
                    (some, every) = (some | sides, every & sides);
                    sources.push(position << 8 | u32::from(rank_of(*grant)));
                }
            }
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
