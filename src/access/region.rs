//! The objects at which users of one signature see a difference, and what the signature alone gives there.
//!
//! A signature is the set of subjects that reach a user on one side only, or whose grants differ. All users of one
//! signature have the same differing contributions, so the region is found once for them: preorder intervals below
//! the differing grants and links, left where an audience lets no difference through. Roles combine by maximum and
//! lowering keeps order, so what the rest of a user's grants give (`context`) can be swept by itself and the two
//! joined object by object.

use super::affected::{CHANGED, Crossing, PLAIN, Work};
use super::scratch::{Chain, byte, get, tag};
use crate::org::{CONTAINER, Id, NONE, Preset, rank_of};

/// No difference.
const EQUAL: u8 = u8::MAX;

#[derive(Debug, Default)]
pub(super) struct Region {
    /// The class it was built for.
    pub(super) class: u32,
    /// Whether chains by subject were gathered for it.
    gathered: bool,
    pub(super) ids: Vec<u32>,
    position: Vec<u32>,
    up: Vec<u32>,
    cap: Vec<u8>,
    /// A difference comes down while the audience's cap is at least this.
    least: Vec<u8>,
    pub(super) plain: Vec<u8>,
    pub(super) changed: Vec<u8>,
    pub(super) context: Vec<u8>,
    context_clean: bool,
    roots: Vec<u32>,
    signature: Vec<u32>,
    /// Grants of the signature that stand somewhere on the changed, or the plain side.
    pub(super) holds: u8,
}

impl Region {
    /// Where each object of the region stands among all objects.
    pub(super) fn positions(&self) -> &[u32] {
        &self.position
    }

    pub(super) fn heap_bytes(&self) -> usize {
        (self.ids.capacity() + self.position.capacity() + self.up.capacity() + self.roots.capacity()) * 4
            + self.cap.capacity()
            + self.least.capacity()
            + self.plain.capacity()
            + self.changed.capacity()
            + self.context.capacity()
    }

    fn clear(&mut self) {
        for list in [&mut self.ids, &mut self.position, &mut self.up, &mut self.roots] {
            list.clear();
        }
        for list in [&mut self.cap, &mut self.least, &mut self.plain, &mut self.changed, &mut self.context] {
            list.clear();
        }
        (self.gathered, self.context_clean, self.holds) = (false, true, 0);
    }

    fn sweep(&mut self, preset: Preset) {
        for at in 0..self.up.len() {
            let up = get(&self.up, at) as usize;
            if up == NONE as usize {
                continue;
            }
            let cap = byte(&self.cap, at);
            let (plain, changed) = (preset.lower(byte(&self.plain, up), cap), preset.lower(byte(&self.changed, up), cap));
            raise(&mut self.plain, at, plain);
            raise(&mut self.changed, at, changed);
        }
    }

    fn sweep_context(&mut self, preset: Preset) {
        let Region { up, cap, context, .. } = self;
        for (at, (up, cap)) in up.iter().zip(cap.iter()).enumerate() {
            let above = context.get(*up as usize).copied().unwrap_or(0);
            let rank = preset.lower(above, *cap);
            if let Some(slot) = context.get_mut(at)
                && *slot < rank
            {
                *slot = rank;
            }
        }
    }
}

#[inline]
fn raise(list: &mut [u8], at: usize, rank: u8) {
    if let Some(slot) = list.get_mut(at)
        && *slot < rank
    {
        *slot = rank;
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
        for word in signature {
            let (subject, sides) = (word & CONTAINER, rank_of(*word));
            self.scratch.add_tag(subject, tag::SIG);
            let mut holds = 0;
            self.for_each_grant(subject, |object, plain, changed| {
                let (plain, changed) = (sided(plain, sides, PLAIN), sided(changed, sides, CHANGED));
                holds |= if plain > 0 { PLAIN } else { 0 };
                holds |= if changed > 0 { CHANGED } else { 0 };
                let least = least_cap(preset, plain, changed, whole);
                if least != EQUAL {
                    sources.push((self.scratch.position(facts, object), least));
                }
            });
            self.scratch.region.holds |= holds;
            let from = crossings.partition_point(|c| c.subject < subject);
            for c in crossings.get(from..).unwrap_or(&[]).iter().take_while(|c| c.subject == subject) {
                let least = least_cap(preset, sided(c.plain, sides, PLAIN), sided(c.changed, sides, CHANGED), whole);
                if least != EQUAL {
                    sources.push((self.scratch.position(facts, c.folder), least));
                }
            }
        }
        sources.sort_unstable();
        self.lay_out(&sources);
        self.scratch.sources = sources;
        self.find_above();
        for word in signature {
            self.put_grants(word & CONTAINER, rank_of(*word));
        }
        self.scratch.region.sweep(preset);
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

    fn lay_out(&mut self, sources: &[(u32, u8)]) {
        let scratch = &mut *self.scratch;
        let (tree, region, places) = (&scratch.tree, &mut scratch.region, &mut scratch.region_of);
        let mut rest = sources.iter().copied().peekable();
        let links = scratch.tags.as_slice();
        let len = tree.len();
        while let Some((start, _)) = rest.peek().copied() {
            if start == NONE {
                break;
            }
            let (mut at, stop) = if start < len { (start, get(&tree.end, start as usize)) } else { (start, start + 1) };
            while at < stop {
                let mut least = EQUAL;
                while let Some((_, source)) = rest.next_if(|(source, _)| *source == at) {
                    least = least.min(source);
                }
                let index = (at.wrapping_sub(len)) as usize;
                let (id, up, cap) = if at < len {
                    (get(&tree.order, at as usize), get(&tree.up, at as usize), byte(&tree.cap, at as usize))
                } else {
                    (get(&scratch.extras, index), NONE, 0)
                };
                let mut above = NONE;
                if up != NONE && byte(links, id as usize) & tag::LINK == 0 {
                    let place = get(places, up as usize);
                    if get(&region.position, place as usize) == up {
                        above = place;
                        let carried = byte(&region.least, place as usize);
                        if carried <= cap {
                            least = least.min(carried);
                        }
                    }
                }
                if least == EQUAL {
                    // Nothing comes down here: on to what stands beside it, or to a difference further below.
                    let end = if at < len { get(&tree.end, at as usize) } else { at + 1 };
                    at = rest.peek().map_or(end, |(source, _)| end.min(*source));
                    continue;
                }
                if let Some(slot) = places.get_mut(at as usize) {
                    *slot = region.ids.len() as u32;
                }
                if above == NONE {
                    region.roots.push(region.ids.len() as u32);
                }
                region.ids.push(id);
                region.position.push(at);
                region.up.push(above);
                region.cap.push(cap);
                region.least.push(least);
                at += 1;
            }
        }
        let count = region.ids.len();
        for list in [&mut region.plain, &mut region.changed, &mut region.context] {
            list.resize(count, 0);
        }
    }

    /// Notes what stands above the region's roots, and through which caps it would come down to them.
    fn find_above(&mut self) {
        let links_differ = self.scratch.links_differ;
        let roots = std::mem::take(&mut self.scratch.region.roots);
        for root in &roots {
            let position = get(&self.scratch.region.position, *root as usize);
            let sides = if links_differ { PLAIN } else { PLAIN | CHANGED };
            let mut at = position;
            let mut cap = u8::MAX;
            while at < self.scratch.tree.len() {
                cap = cap.min(byte(&self.scratch.tree.cap, at as usize));
                at = get(&self.scratch.tree.up, at as usize);
                self.add_above(at, *root, cap, sides);
            }
            if links_differ {
                let view = self.view();
                let mut at = Id(get(&self.scratch.region.ids, *root as usize));
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

    #[inline]
    fn place(&self, position: u32) -> u32 {
        let place = get(&self.scratch.region_of, position as usize);
        if position != NONE && get(&self.scratch.region.position, place as usize) == position { place } else { NONE }
    }

    /// Puts a signature subject's grants where they stand, and where they come down into the region.
    fn put_grants(&mut self, subject: u32, sides: u8) {
        let (facts, preset) = (self.facts, self.facts.preset());
        let mut plain_at = std::mem::take(&mut self.scratch.region.plain);
        let mut changed_at = std::mem::take(&mut self.scratch.region.changed);
        self.for_each_grant(subject, |object, plain, changed| {
            let (plain, changed) = (sided(plain, sides, PLAIN), sided(changed, sides, CHANGED));
            let position = self.scratch.position(facts, object);
            let place = self.place(position) as usize;
            raise(&mut plain_at, place, plain);
            raise(&mut changed_at, place, changed);
            let mut next = get(&self.scratch.above, position as usize);
            while let Some(chain) = self.scratch.chains.get(next as usize) {
                raise(&mut plain_at, chain.at as usize, sided(preset.lower(plain, chain.rank), chain.sides, PLAIN));
                raise(&mut changed_at, chain.at as usize, sided(preset.lower(changed, chain.rank), chain.sides, CHANGED));
                next = chain.next;
            }
        });
        self.scratch.region.plain = plain_at;
        self.scratch.region.changed = changed_at;
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
        for (at, id) in (0u32..).zip(&scratch.region.ids) {
            for word in facts.list(*id) {
                add(word & CONTAINER, at, rank_of(*word));
            }
        }
        for position in &scratch.above_touched {
            let grants = facts.list(get(&scratch.tree.order, *position as usize));
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
        let mut found = false;
        if many {
            let scratch = &mut *self.scratch;
            for subject in &scratch.reach {
                let mut next = get(&scratch.relevant, *subject as usize);
                while let Some(chain) = scratch.relevant_chains.get(next as usize) {
                    found = true;
                    raise(&mut scratch.region.context, chain.at as usize, chain.rank);
                    next = chain.next;
                }
            }
        } else {
            found = self.context_of_one();
        }
        if found {
            self.scratch.region.context_clean = false;
            self.scratch.region.sweep_context(preset);
        }
        found
    }

    fn context_of_one(&mut self) -> bool {
        let (facts, preset) = (self.facts, self.facts.preset());
        let mut context = std::mem::take(&mut self.scratch.region.context);
        let mut found = false;
        for subject in &self.scratch.reach {
            if self.scratch.tag(*subject) & tag::SIG != 0 {
                continue;
            }
            for [word, _] in facts.grants_of(*subject) {
                let position = self.scratch.tree.position(facts, word & CONTAINER);
                let place = self.place(position) as usize;
                if let Some(slot) = context.get_mut(place) {
                    found = true;
                    *slot = rank_of(*word).max(*slot);
                }
                let mut next = get(&self.scratch.above, position as usize);
                while let Some(chain) = self.scratch.chains.get(next as usize) {
                    if chain.sides & PLAIN != 0 {
                        found = true;
                        raise(&mut context, chain.at as usize, preset.lower(rank_of(*word), chain.rank));
                    }
                    next = chain.next;
                }
            }
        }
        self.scratch.region.context = context;
        found
    }
}
