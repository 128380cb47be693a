//! One user whose status or existence differs, and nobody else: all they have is concerned, so that one walk over the subtrees
//! below their grants counts it, and no region need be laid out before somebody asks for the rows.

use super::affected::{CHANGED, PLAIN, Work};
use super::rows::{Judge, Tally};
use super::scratch::get;
use crate::org::{CONTAINER, NONE, rank_of};

/// Ranks from 0 that are counted apart.
const RANKS: usize = 16;

/// A grant: where it stands, and the ranks it gives on either side, the changed one lowest.
type Source = (u32, u32);

impl Work<'_> {
    /// The counts of a user of that signature, and the sides on which a grant of theirs stands somewhere. `None`: the tree
    /// is not the same on both sides, or there are more ranks than usual.
    pub(super) fn count_alone(&mut self, signature: &[u32], judge: Judge) -> Option<(Tally, u8)> {
        let preset = self.facts.preset();
        if self.scratch.links_differ || !self.scratch.extras.is_empty() || usize::from(preset.ranks) >= RANKS {
            return None;
        }
        let (sources, holds) = self.sources_alone(signature);
        let stamp = self.scratch.next_rank_stamp();
        let (spots, ranks) = (&self.scratch.tree.spots, &mut self.scratch.ranks);
        let mut counts = [[0u32; RANKS]; RANKS];
        let mut rest = sources.as_slice();
        while let Some((start, _)) = rest.first() {
            let mut at = *start;
            let stop = spots.get(at as usize).map_or(at + 1, |spot| spot.end);
            let mut next = at;
            while at < stop {
                let Some(spot) = spots.get(at as usize) else { break };
                let above = get(ranks, spot.up as usize);
                let [.., plain, changed] = if above >> 16 == stamp { above.to_be_bytes() } else { [0; 4] };
                let (mut plain, mut changed) = (preset.lower(plain, spot.cap), preset.lower(changed, spot.cap));
                if at == next {
                    while let [(position, source), others @ ..] = rest
                        && *position == at
                    {
                        let [.., of_plain, of_changed] = source.to_be_bytes();
                        (plain, changed) = (plain.max(of_plain), changed.max(of_changed));
                        rest = others;
                    }
                    next = rest.first().map_or(NONE, |(position, _)| *position);
                }
                if plain | changed == 0 {
                    // Nothing comes down here: on to what stands beside it, or to a grant further below.
                    at = spot.end.min(next);
                    continue;
                }
                if let Some(slot) = ranks.get_mut(at as usize) {
                    *slot = stamp << 16 | u32::from(plain) << 8 | u32::from(changed);
                }
                if let Some(count) = counts.get_mut(usize::from(plain)).and_then(|row| row.get_mut(usize::from(changed))) {
                    *count += 1;
                }
                at += 1;
            }
        }
        let mut tally = Tally::default();
        for (plain, row) in (0u8..).zip(&counts) {
            for (changed, count) in (0u8..).zip(row).filter(|(_, count)| **count > 0) {
                tally.add_many(judge.row(plain, changed), *count);
            }
        }
        Some((tally, holds))
    }

    /// The grants of a signature (words `subject | sides << 24`) on objects of the tree, in its order.
    fn sources_alone(&self, signature: &[u32]) -> (Vec<Source>, u8) {
        let mut sources: Vec<Source> = Vec::with_capacity(64);
        let mut holds = 0;
        for word in signature {
            let sides = rank_of(*word);
            self.for_each_grant(word & CONTAINER, |object, plain, changed| {
                let plain = if sides & PLAIN != 0 { plain } else { 0 };
                let changed = if sides & CHANGED != 0 { changed } else { 0 };
                holds |= if plain > 0 { PLAIN } else { 0 } | if changed > 0 { CHANGED } else { 0 };
                let position = self.scratch.tree.position(self.facts, object);
                if plain | changed > 0 && position != NONE {
                    sources.push((position, u32::from_be_bytes([0, 0, plain, changed])));
                }
            });
        }
        sources.sort_unstable();
        (sources, holds)
    }
}
