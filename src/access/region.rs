//! The objects at which users of one signature see a difference, and what the signature alone gives there.
//!
//! A signature is the set of subjects that reach a user on one side only, or whose grants differ. All users of one
//! signature have the same differing contributions, so the region is found once for them: preorder intervals below
//! the differing grants and links, left where an audience lets no difference through. Roles combine by maximum and
//! lowering keeps order, so what the rest of a user's grants give (`context`) can be swept by itself and the two
//! joined object by object.

use super::affected::{CHANGED, Crossing, PLAIN, Work};
use super::counted::Counted;
use super::rows::{Judge, RANKS, Tally};
use super::scratch::{Chain, Scratch, Spot, Tree, byte, get, tag};
use crate::org::{CONTAINER, GRANTED, Id, NONE, Preset, rank_of};

/// No difference.
const EQUAL: u8 = u8::MAX;

/// One object of a region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) id: u32,
    pub(super) position: u32,
    /// Index of the parent in the region.
    up: u32,
    cap: u8,
    /// A difference comes down while the audience's cap is at least this.
    least: u8,
    /// What the signature gives here on either side, as `Region` has it too.
    plain: u8,
    changed: u8,
}

#[derive(Debug, Default)]
pub(super) struct Region {
    /// The class it was built for.
    pub(super) class: u32,
    /// Whether chains by subject were gathered for it.
    gathered: bool,
    pub(super) places: Vec<Place>,
    pub(super) plain: Vec<u8>,
    pub(super) changed: Vec<u8>,
    pub(super) context: Vec<u8>,
    context_clean: bool,
    /// For counting many users: see `Tally::looked_up`. Empty until asked for.
    words: Vec<[u64; RANKS]>,
    counted: Counted,
    roots: Vec<u32>,
    signature: Vec<u32>,
    /// Grants of the signature that stand somewhere on the changed, or the plain side.
    pub(super) holds: u8,
}

impl Region {
    pub(super) fn heap_bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
            + (self.roots.capacity() + self.signature.capacity()) * 4
            + self.plain.capacity()
            + self.changed.capacity()
            + self.context.capacity()
            + self.words.capacity() * size_of::<[u64; RANKS]>()
            + self.counted.heap_bytes()
    }

    /// The counts of a user with the context that was swept last.
    pub(super) fn tally(&mut self, judge: Judge, many: bool, preset: Preset) -> Tally {
        let (plain, changed, context) = (&self.plain, &self.changed, &self.context);
        if !many || usize::from(preset.ranks) >= RANKS {
            return Tally::with(judge, plain, changed, context);
        }
        if self.words.is_empty() {
            self.words.extend(plain.iter().zip(changed).map(|(plain, changed)| Tally::words(judge, *plain, *changed)));
        }
        let mut tally = Tally::looked_up(&self.words, context);
        tally.reach(judge, plain, changed, context);
        tally
    }

    fn clear(&mut self) {
        self.places.clear();
        self.roots.clear();
        self.words.clear();
        self.counted.clear();
        for list in [&mut self.plain, &mut self.changed, &mut self.context] {
            list.clear();
        }
        (self.gathered, self.context_clean, self.holds) = (false, true, 0);
    }
}

/// What one user holds in a region, as it is being written: the strongest rank at each place.
struct Held<'h> {
    places: &'h [Place],
    tree: &'h Tree,
    ranks: &'h mut [u8],
    /// The first place with one, and the position behind all that is below places with one.
    first: u32,
    end: u32,
}

impl Held<'_> {
    #[inline]
    fn raise(&mut self, at: u32, rank: u8) {
        let (Some(slot), Some(place)) = (self.ranks.get_mut(at as usize), self.places.get(at as usize)) else { return };
        *slot = rank.max(*slot);
        self.first = self.first.min(at);
        // What only the changed side has stands behind the tree.
        self.end = self.end.max(self.tree.spots.get(place.position as usize).map_or(NONE, |spot| spot.end));
    }

    fn is_any(&self) -> bool {
        self.first != NONE
    }

    /// Brings every rank down to the objects below.
    fn sweep(self, preset: Preset) {
        for (at, place) in self.places.iter().enumerate().skip(self.first as usize) {
            if place.position >= self.end {
                return;
            }
            let rank = preset.lower(byte(self.ranks, place.up as usize), place.cap);
            if let Some(slot) = self.ranks.get_mut(at) {
                *slot = rank.max(*slot);
            }
        }
    }
}

/// The least cap behind which two ranks still differ. With `whole`, both sides are told apart by more than ranks.
fn least_cap(preset: Preset, plain: u8, changed: u8, whole: bool) -> u8 {
    let (low, high) = if whole { (0, plain.max(changed)) } else { (plain.min(changed), plain.max(changed)) };
    if low == high {
        EQUAL
    } else if high >= preset.exempt_from {
        0
    } else {
        low + 1
    }
}

const fn sided(rank: u8, sides: u8, side: u8) -> u8 {
    if sides & side != 0 { rank } else { 0 }
}

impl Tree {
    /// What comes down to a region's root, on both sides: what stands above it differs on neither, or is kept back.
    fn coming_down(&self, root: u32, sources: &[(u32, u32)], preset: Preset, linked: impl Fn(u32) -> bool) -> (u8, u8) {
        let (mut plain, mut changed, mut cap, mut at) = (0, 0, u8::MAX, root);
        while let Some(spot) = self.spots.get(at as usize) {
            if at != root {
                let from = sources.partition_point(|(position, _)| *position < at);
                for (_, source) in sources.iter().skip(from).take_while(|(position, _)| *position == at) {
                    let [.., of_plain, of_changed] = source.to_be_bytes();
                    (plain, changed) = (plain.max(preset.lower(of_plain, cap)), changed.max(preset.lower(of_changed, cap)));
                }
            }
            if linked(spot.id) {
                break;
            }
            cap = cap.min(spot.cap);
            at = spot.up;
        }
        (plain, changed)
    }
}

impl Work<'_> {
    /// Works out the region of a signature: words `subject | sides << 24`. `whole`: the user's status or existence differs.
    pub(super) fn build(&mut self, class: u32, signature: &[u32], whole: bool, crossings: &[Crossing]) {
        if self.scratch.region.class == class {
            return;
        }
        self.forget();
        self.scratch.region.class = class;
        self.scratch.region.signature.extend_from_slice(signature);
        let mut sources = std::mem::take(&mut self.scratch.sources);
        sources.clear();
        let (facts, preset) = (self.facts, self.facts.preset());
        let source =
            |position, plain, changed| (position, u32::from_be_bytes([0, least_cap(preset, plain, changed, whole), plain, changed]));
        for word in signature {
            let (subject, sides) = (word & CONTAINER, rank_of(*word));
            self.scratch.add_tag(subject, tag::SIG);
            let mut holds = 0;
            self.for_each_grant(subject, |object, plain, changed| {
                let (plain, changed) = (sided(plain, sides, PLAIN), sided(changed, sides, CHANGED));
                holds |= if plain > 0 { PLAIN } else { 0 };
                holds |= if changed > 0 { CHANGED } else { 0 };
                if plain | changed > 0 {
                    sources.push(source(self.scratch.position(facts, object), plain, changed));
                }
            });
            self.scratch.region.holds |= holds;
            let from = crossings.partition_point(|c| c.subject < subject);
            for c in crossings.get(from..).unwrap_or(&[]).iter().take_while(|c| c.subject == subject) {
                let (plain, changed) = (sided(c.plain, sides, PLAIN), sided(c.changed, sides, CHANGED));
                sources.push(source(self.scratch.position(facts, c.folder), plain, changed));
            }
        }
        sources.sort_unstable();
        self.lay_out(&sources, whole);
        self.scratch.sources = sources;
        if !whole {
            self.find_above();
        }
    }

    /// Clears what the region before left in the indexes.
    fn forget(&mut self) {
        let scratch = &mut *self.scratch;
        for at in scratch.above_touched.drain(..) {
            if let Some(slot) = scratch.above.get_mut(at as usize) {
                *slot = NONE;
            }
        }
        for at in scratch.relevant_touched.drain(..) {
            if let Some(slot) = scratch.relevant.get_mut(at as usize) {
                *slot = NONE;
            }
        }
        for word in scratch.region.signature.drain(..) {
            if let Some(tag) = scratch.tags.get_mut((word & CONTAINER) as usize) {
                *tag &= !tag::SIG;
            }
        }
        scratch.chains.clear();
        scratch.relevant_chains.clear();
        scratch.region.clear();
    }

    /// Walks the subtrees below the sources in preorder, and brings differences and ranks down as it goes.
    fn lay_out(&mut self, sources: &[(u32, u32)], whole: bool) {
        let (links, preset) = (self.scratch.links_differ, self.facts.preset());
        let scratch = &mut *self.scratch;
        let (tree, region, index) = (&scratch.tree, &mut scratch.region, &mut scratch.region_of);
        let linked = |id: u32| links && byte(&scratch.tags, id as usize) & tag::LINK != 0;
        let mut rest = sources;
        let len = tree.len();
        while let Some((start, _)) = rest.first().filter(|(start, _)| *start != NONE) {
            let mut at = *start;
            let stop = tree.spots.get(at as usize).map_or(at + 1, |spot| spot.end);
            while at < stop {
                let (mut least, mut plain, mut changed) = (EQUAL, 0, 0);
                while let [(position, of_source), others @ ..] = rest
                    && *position == at
                {
                    let [_, of_least, of_plain, of_changed] = of_source.to_be_bytes();
                    (least, plain, changed) = (least.min(of_least), plain.max(of_plain), changed.max(of_changed));
                    rest = others;
                }
                let behind = || Spot { id: get(&scratch.extras, at.wrapping_sub(len) as usize), up: NONE, end: at + 1, cap: 0 };
                let spot = tree.spots.get(at as usize).copied().unwrap_or_else(behind);
                let place = get(index, spot.up as usize);
                let parent = region.places.get(place as usize).filter(|parent| parent.position == spot.up && !linked(spot.id)).copied();
                if let Some(parent) = &parent
                    && parent.least <= spot.cap
                {
                    least = least.min(parent.least);
                }
                if least == EQUAL {
                    // Nothing comes down here: on to what stands beside it, or to a difference further below.
                    at = rest.first().map_or(spot.end, |(position, _)| spot.end.min(*position));
                    continue;
                }
                let mut above = NONE;
                if let Some(parent) = &parent {
                    above = place;
                    plain = plain.max(preset.lower(parent.plain, spot.cap));
                    changed = changed.max(preset.lower(parent.changed, spot.cap));
                } else {
                    region.roots.push(region.places.len() as u32);
                    if !whole && !linked(spot.id) {
                        let (from_plain, from_changed) = tree.coming_down(at, sources, preset, linked);
                        (plain, changed) = (plain.max(from_plain), changed.max(from_changed));
                    }
                }
                if let Some(slot) = index.get_mut(at as usize) {
                    *slot = region.places.len() as u32;
                }
                region.places.push(Place { id: spot.id, position: at, up: above, cap: spot.cap, least, plain, changed });
                region.plain.push(plain);
                region.changed.push(changed);
                at += 1;
            }
        }
        region.context.resize(region.places.len(), 0);
    }

    /// Notes what stands above the region's roots, and through which caps it would come down to them.
    fn find_above(&mut self) {
        let links_differ = self.scratch.links_differ;
        let roots = std::mem::take(&mut self.scratch.region.roots);
        for root in &roots {
            let start = self.scratch.region.places.get(*root as usize).map_or((NONE, NONE), |place| (place.position, place.id));
            let sides = if links_differ { PLAIN } else { PLAIN | CHANGED };
            let mut at = start.0;
            let mut cap = u8::MAX;
            while let Some(spot) = self.scratch.tree.spots.get(at as usize).copied() {
                cap = cap.min(spot.cap);
                at = spot.up;
                self.add_above(at, *root, cap, sides);
            }
            if links_differ {
                let view = self.view();
                let mut at = Id(start.1);
                let mut cap = u8::MAX;
                while let Some(parent) = view.link(at) {
                    cap = cap.min(view.audience(at).cap());
                    at = parent;
                    self.add_above(self.scratch.position(self.facts, at.0), *root, cap, CHANGED);
                }
            }
        }
        self.scratch.region.roots = roots;
    }

    fn add_above(&mut self, at: u32, root: u32, cap: u8, sides: u8) {
        let scratch = &mut *self.scratch;
        let Some(head) = scratch.above.get_mut(at as usize) else { return };
        if *head == NONE {
            scratch.above_touched.push(at);
        }
        scratch.chains.push(Chain { at: root, next: *head, rank: cap, sides });
        *head = scratch.chains.len() as u32 - 1;
    }

    /// Lists, by subject, the grants that stand in the region or come down into it: worth it for many users.
    pub(super) fn gather(&mut self) {
        if self.scratch.region.gathered {
            return;
        }
        self.scratch.region.gathered = true;
        let (facts, preset) = (self.facts, self.facts.preset());
        let scratch = &mut *self.scratch;
        let mut add = |subject: u32, at: u32, rank: u8| {
            let tags = byte(&scratch.tags, subject as usize);
            let Some(head) = scratch.relevant.get_mut(subject as usize) else { return };
            if rank == 0 || tags & tag::SIG != 0 {
                return;
            }
            if *head == NONE {
                scratch.relevant_touched.push(subject);
            }
            scratch.relevant_chains.push(Chain { at, next: *head, rank, sides: PLAIN });
            *head = scratch.relevant_chains.len() as u32 - 1;
        };
        for (at, place) in (0u32..).zip(&scratch.region.places) {
            for word in facts.list(place.id) {
                add(word & CONTAINER, at, rank_of(*word));
            }
        }
        for position in &scratch.above_touched {
            let grants = facts.list(scratch.tree.spots.get(*position as usize).map_or(NONE, |spot| spot.id));
            let mut next = get(&scratch.above, *position as usize);
            while let Some(chain) = scratch.chains.get(next as usize) {
                if chain.sides & PLAIN != 0 {
                    for word in grants {
                        add(word & CONTAINER, chain.at, preset.lower(rank_of(*word), chain.rank));
                    }
                }
                next = chain.next;
            }
        }
    }

    /// Whether no grant outside the signature stands in the region or comes down into it.
    pub(super) fn lonely(&mut self) -> bool {
        self.gather();
        self.scratch.relevant_touched.is_empty()
    }

    /// The counts of somebody before who held just what the user just ascended from holds besides; asked for many users.
    pub(super) fn counted(&mut self) -> Option<Tally> {
        self.gather();
        let scratch = &mut *self.scratch;
        let subjects = &mut scratch.region.counted.subjects;
        subjects.clear();
        let relevant = |subject: &u32| get(&scratch.relevant, *subject as usize) != NONE;
        subjects.extend(scratch.reach.iter().map(|word| word & CONTAINER).filter(relevant));
        if subjects.len() > 1 {
            subjects.sort_unstable();
        }
        scratch.region.counted.find()
    }

    /// Keeps the counts of the user whom `counted` was asked about.
    pub(super) fn keep_counts(&mut self, tally: Tally) {
        self.scratch.region.counted.insert(tally);
    }

    /// Sweeps what the rest of the grants of the user just ascended from give in the region. False for nothing.
    pub(super) fn context(&mut self, many: bool) -> bool {
        if many {
            self.gather();
        }
        let preset = self.facts.preset();
        if !self.scratch.region.context_clean {
            self.scratch.region.context.fill(0);
            self.scratch.region.context_clean = true;
        }
        let Scratch { region, tree, relevant, relevant_chains, reach, tags, region_of, above, chains, .. } = &mut *self.scratch;
        let Region { places, context, .. } = region;
        let mut held = Held { places, tree, ranks: context, first: NONE, end: 0 };
        if many {
            for word in reach.iter() {
                let mut next = get(relevant, (word & CONTAINER) as usize);
                while let Some(chain) = relevant_chains.get(next as usize) {
                    held.raise(chain.at, chain.rank);
                    next = chain.next;
                }
            }
        } else {
            for subject in reach.iter().map(|word| word & CONTAINER) {
                if self.facts.there(subject).1 & GRANTED == 0 || byte(tags, subject as usize) & tag::SIG != 0 {
                    continue;
                }
                for [word, _] in self.facts.grants_of(subject) {
                    let position = tree.position(self.facts, word & CONTAINER);
                    let place = get(region_of, position as usize);
                    if position != NONE && places.get(place as usize).is_some_and(|place| place.position == position) {
                        held.raise(place, rank_of(*word));
                    }
                    let mut next = get(above, position as usize);
                    while let Some(chain) = chains.get(next as usize) {
                        if chain.sides & PLAIN != 0 {
                            held.raise(chain.at, preset.lower(rank_of(*word), chain.rank));
                        }
                        next = chain.next;
                    }
                }
            }
        }
        let found = held.is_any();
        if found {
            held.sweep(preset);
            self.scratch.region.context_clean = false;
        }
        found
    }

    /// Whether the user just ascended from has a grant outside the signature; those are the same on both sides.
    pub(super) fn holds_more(&self) -> bool {
        self.scratch.reach.iter().map(|word| word & CONTAINER).any(|subject| {
            self.facts.there(subject).1 & GRANTED != 0
                && self.scratch.tag(subject) & tag::SIG == 0
                && self.facts.grants_of(subject).iter().any(|[word, _]| self.sides(word & CONTAINER) == PLAIN | CHANGED)
        })
    }

    /// Stamps the region's objects that have a row; gives how many had none so far.
    pub(super) fn mark(&mut self, has_row: impl Fn(u8, u8, u8) -> bool) -> u32 {
        let scratch = &mut *self.scratch;
        let (region, stamp) = (&scratch.region, scratch.object_stamp);
        let ranks = region.plain.iter().zip(&region.changed).zip(&region.context);
        let mut fresh = 0;
        for (place, ((plain, changed), context)) in region.places.iter().zip(ranks) {
            if has_row(*plain, *changed, *context)
                && let Some(slot) = scratch.object_seen.get_mut(place.position as usize)
                && *slot != stamp
            {
                *slot = stamp;
                fresh += 1;
            }
        }
        fresh
    }
}
