//! One user whose status or existence differs, and nobody else: all they have is concerned, so that one walk over the subtrees
//! below their grants counts it, and no region need be laid out before somebody asks for the rows.

use super::affected::{CHANGED, PLAIN, Work};
use super::rows::{Judge, Tally};
use super::scratch::get;
use crate::org::{CONTAINER, NONE, rank_of};

impl Work<'_> {
    /// The counts of a user of that signature, and the sides on which a grant of theirs stands somewhere. `None` where more
    /// differs than that: links, objects, or the ranks of grants.
    pub(super) fn count_alone(&mut self, signature: &[u32], judge: Judge) -> Option<(Tally, u8)> {
        if self.scratch.links_differ || !self.scratch.extras.is_empty() {
            return None;
        }
        let (sources, sides) = self.sources_alone(signature)?;
        let stamp = self.scratch.next_rank_stamp();
        let (preset, spots, ranks) = (self.facts.preset(), &self.scratch.tree.spots, &mut self.scratch.ranks);
        let mut counts = [0u32; 1 << 8];
        let mut rest = sources.as_slice();
        while let Some((start, _)) = rest.first() {
            let (mut at, mut next) = (*start, *start);
            let stop = spots.get(at as usize).map_or(at + 1, |spot| spot.end);
            'walk: while at < stop {
                for spot in spots.get(at as usize..stop as usize).unwrap_or(&[]) {
                    let above = get(ranks, spot.up as usize);
                    let mut rank = if above >> 8 == stamp { preset.lower(above as u8, spot.cap) } else { 0 };
                    if at == next {
                        while let [(position, given), others @ ..] = rest
                            && *position == at
                        {
                            rank = rank.max(*given as u8);
                            rest = others;
                        }
                        next = rest.first().map_or(NONE, |(position, _)| *position);
                    }
                    if rank == 0 {
                        // Nothing comes down here: on to what stands beside it, or to a grant further below.
                        at = spot.end.min(next);
                        continue 'walk;
                    }
                    if let (Some(slot), Some(count)) = (ranks.get_mut(at as usize), counts.get_mut(usize::from(rank))) {
                        *slot = stamp << 8 | u32::from(rank);
                        *count += 1;
                    }
                    at += 1;
                }
            }
        }
        let mut tally = Tally::default();
        for (rank, count) in (0u8..=u8::MAX).zip(&counts).filter(|(_, count)| **count > 0) {
            let on = |side: u8| if sides & side != 0 { rank } else { 0 };
            tally.add_many(judge.row(on(PLAIN), on(CHANGED)), *count);
        }
        Some((tally, sides))
    }

    /// The grants of a signature (words `subject | sides << 24`) in the order of the tree: where each stands and its rank;
    /// and the sides that all of them are on. `None` where one differs.
    fn sources_alone(&self, signature: &[u32]) -> Option<(Vec<(u32, u32)>, u8)> {
        let mut sources: Vec<(u32, u32)> = Vec::with_capacity(64);
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
                sources.push((position, u32::from(if sides & PLAIN != 0 { plain } else { changed })));
            });
        }
        sources.sort_unstable();
        (sources.is_empty() || some == every).then_some((sources, some))
    }
}
