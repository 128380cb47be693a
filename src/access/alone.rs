//! One user whose status or existence differs, and nobody else: all they have is concerned, so that it is counted by the
//! subtree, without a walk through it, and no region need be laid out before somebody asks for the rows.

use super::affected::{CHANGED, PLAIN, Work};
use super::rows::{Judge, Tally};
use super::scratch::{Spot, get, tag};
use crate::org::{CONTAINER, Preset, Rank, rank_of};

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
        let (given, stamp) = (&self.scratch.given, self.scratch.given_stamp);
        // How many objects have that rank at least, from rank 1 on.
        let mut at_least = [0u32; Rank::MAX as usize];
        for at in sources {
            let Some(spot) = tree.spots.get(at as usize) else { continue };
            let (rank, carried) = (get(given, at as usize) as Rank, carried(&tree.spots, given, stamp, preset, *spot));
            if rank <= carried {
                continue;
            }
            let (all, lowered) = (spot.end - at, below.counts(at));
            let (reached, carried) = (usize::from(rank), usize::from(carried));
            if rank < preset.exempt_from {
                let more =
                    at_least.get_mut(carried..reached).unwrap_or_default().iter_mut().zip(lowered.get(carried..).unwrap_or_default());
                more.for_each(|(count, here)| *count += here);
            } else {
                // It goes everywhere, and what came down before it went only where no cap kept it back.
                let gone = |below: usize| match lowered.get(below) {
                    _ if below >= carried => 0,
                    Some(here) if carried < usize::from(preset.exempt_from) => *here,
                    _ => all,
                };
                at_least.iter_mut().take(reached).enumerate().for_each(|(below, count)| *count += all - gone(below));
            }
        }
        let (mut tally, mut stronger) = (Tally::default(), 0);
        for (below, count) in at_least.iter().enumerate().take(usize::from(preset.ranks)).rev() {
            let on = |side: u8| if sides & side != 0 { below as Rank + 1 } else { 0 };
            if *count > stronger {
                tally.add_many(judge.row(on(PLAIN), on(CHANGED)), count - stronger);
                stronger = *count;
            }
        }
        Some((tally, sides))
    }

    /// Where grants of a signature (words `subject | sides << 24`) stand, each object once, the strongest rank of each noted in
    /// `Scratch::given`; and the sides that all of them are on. `None` where one differs.
    fn sources_alone(&mut self, signature: &[u32]) -> Option<(Vec<u32>, u8)> {
        let mut sources: Vec<u32> = Vec::with_capacity(128);
        let stamp = self.scratch.next_given_stamp();
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
                let Some(slot) = self.scratch.given.get_mut(position as usize).filter(|_| sides != 0) else { continue };
                (some, every) = (some | sides, every & sides);
                let noted = stamp | u32::from(rank_of(*grant));
                if *slot < stamp {
                    sources.push(position);
                }
                *slot = noted.max(*slot);
            }
        }
        (sources.is_empty() || some == every).then_some((sources, some))
    }
}

/// What the grants that stand above an object give there: the lowest cap on the way down decides what of each is left.
fn carried(spots: &[Spot], given: &[u32], stamp: u32, preset: Preset, spot: Spot) -> Rank {
    let (mut cap, mut at, mut carried) = (spot.cap, spot.up, 0);
    while let Some(above) = spots.get(at as usize) {
        let noted = get(given, at as usize);
        if noted >= stamp {
            carried = carried.max(preset.lower(noted as Rank, cap));
        }
        cap = cap.min(above.cap);
        at = above.up;
    }
    carried
}
