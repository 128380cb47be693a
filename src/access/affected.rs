//! What a change touches: subjects whose reach or grants differ, links that differ, and the users below them.

use super::exact;
use super::scratch::{Scratch, byte, tag};
use crate::org::{CONTAINER, Change, Facts, GRANTED, GROUPED, Id, Kind, MEMBER, Pair, View, rank_of};

/// Bits of the two sides: the facts as they are, and as the change leaves them.
pub(super) const PLAIN: u8 = 1;
pub(super) const CHANGED: u8 = 2;
/// Both of them, where a word keeps sides.
pub(super) const BOTH: u32 = ((PLAIN | CHANGED) as u32) << 24;

/// What comes to a folder whose link differs, from one grant above it: the rank on either side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing {
    pub(super) subject: u32,
    pub(super) folder: u32,
    object: u32,
    pub(super) plain: u8,
    pub(super) changed: u8,
}

/// A diff at work.
pub(super) struct Work<'a> {
    pub(super) facts: &'a Facts,
    pub(super) change: &'a Change,
    pub(super) scratch: &'a mut Scratch,
}

impl<'a> Work<'a> {
    pub(super) fn view(&self) -> View<'a> {
        View::new(self.facts, self.change)
    }

    /// Tags what differs. Gives the crossings, sorted by subject, and the users who may see a difference, ascending.
    pub(super) fn begin(&mut self) -> (Vec<Crossing>, Vec<u32>) {
        let top = self.change.nodes().map(|node| node.id.0 + 1).max().unwrap_or(0);
        let pairs = self.change.net.pairs();
        let top = pairs.iter().map(|p| p.container.max(p.subject) + 1).max().unwrap_or(0).max(top);
        self.scratch.prepare(self.facts, top.max(self.facts.id_space()));
        let stamp = self.scratch.next_stamp();
        self.scratch.queue.clear();
        self.scratch.extras.clear();

        for node in self.change.nodes() {
            let Id(id) = node.id;
            if node.before == node.now {
                if node.active.is_some() {
                    self.reached(stamp, id);
                }
                if node.cut {
                    // It came and went: grants that named it before are gone, as an opposite says one by one.
                    for word in self.facts.list(id).iter().filter(|word| rank_of(**word) != MEMBER) {
                        self.scratch.add_tag(word & CONTAINER, tag::HOT);
                    }
                }
                continue;
            }
            let sides = if node.before.is_some() { tag::IN_PLAIN } else { tag::IN_CHANGED };
            self.scratch.add_tag(id, tag::EXIST | sides);
            match node.before.or(node.now) {
                Some(Kind::User | Kind::Group) | None => self.reached(stamp, id),
                Some(Kind::Organization | Kind::Workspace | Kind::Folder) => {
                    if node.before.is_none() {
                        self.scratch.extras.push(id);
                    }
                    for word in self.facts.list(id) {
                        self.scratch.add_tag(word & CONTAINER, tag::HOT);
                        self.reached(stamp, word & CONTAINER);
                    }
                }
            }
        }
        self.scratch.extras.sort_unstable();
        for pair in pairs.iter().filter(|pair| pair.differs()) {
            let hot = pair.base != MEMBER && pair.now != MEMBER;
            self.scratch.add_tag(pair.subject, tag::TOUCHED | if hot { tag::HOT } else { 0 });
            self.reached(stamp, pair.subject);
        }
        let crossings = self.crossings();
        for crossing in &crossings {
            if crossing.plain != crossing.changed {
                self.scratch.add_tag(crossing.subject, tag::HOT);
                self.reached(stamp, crossing.subject);
            }
        }
        if exact::needed(self.facts, self.change) {
            self.reach_exactly(stamp);
        }
        self.scratch.prepare_objects();
        (crossings, self.descend(stamp))
    }

    fn reached(&mut self, stamp: u32, subject: u32) {
        if let Some(slot) = self.scratch.seen.get_mut(subject as usize)
            && *slot < stamp
        {
            *slot = stamp;
            self.scratch.queue.push((subject, 0));
        }
    }

    /// Under other policies a link can matter to grants that do not cross it, and a policy to everyone.
    fn reach_exactly(&mut self, stamp: u32) {
        if self.change.policy.is_some() {
            let users: Vec<u32> = self.facts.ids().filter(|(_, k)| *k == Kind::User).map(|(id, _)| id.0).collect();
            users.into_iter().for_each(|user| self.reached(stamp, user));
        }
        let view = self.view();
        let linked: Vec<u32> = self.scratch.tagged.iter().copied().filter(|id| self.scratch.tag(*id) & tag::LINK != 0).collect();
        let mut subjects = Vec::new();
        for view in [View::plain(self.facts), view] {
            for root in &linked {
                let mut todo = vec![Id(*root)];
                while let Some(id) = todo.pop() {
                    view.for_each_grant_on(id, |subject, _| subjects.push(subject.0));
                    view.for_each_child(id, |child| {
                        if view.link(child) == Some(id) {
                            todo.push(child);
                        }
                    });
                }
            }
        }
        subjects.into_iter().for_each(|subject| self.reached(stamp, subject));
    }

    fn descend(&mut self, stamp: u32) -> Vec<u32> {
        let mut users = Vec::new();
        let view = self.view();
        while let Some((id, _)) = self.scratch.queue.pop() {
            match self.facts.kind(Id(id)).or_else(|| view.kind(Id(id))) {
                Some(Kind::User) => users.push(id),
                Some(Kind::Group) => {
                    for word in self.facts.list(id) {
                        let subject = word & CONTAINER;
                        if let Some(slot) = self.scratch.seen.get_mut(subject as usize)
                            && *slot < stamp
                        {
                            *slot = stamp;
                            match self.facts.kind(Id(subject)) {
                                Some(Kind::User) => users.push(subject),
                                _ => self.scratch.queue.push((subject, 0)),
                            }
                        }
                    }
                    for pair in self.change.net.of_container(id).filter(|pair| pair.now != 0) {
                        self.reached(stamp, pair.subject);
                    }
                }
                _ => {}
            }
        }
        users.sort_unstable();
        users
    }

    // ── links

    fn crossings(&mut self) -> Vec<Crossing> {
        let view = self.view();
        let mut candidates: Vec<u32> = Vec::new();
        for node in self.change.nodes() {
            let (Id(id), exists) = (node.id, node.before != node.now);
            if node.parent.is_some() || node.audience.is_some() || exists {
                candidates.push(id);
            }
            if exists {
                candidates.extend(self.facts.raw_children(id));
            }
            candidates.extend(self.facts.ring_of(id));
        }
        candidates.extend(&self.change.rings);
        candidates.sort_unstable();
        candidates.dedup();
        self.scratch.links_differ = false;
        let mut found = Vec::new();
        for id in candidates {
            let (plain, changed) = (self.facts.link(id), view.link(Id(id)).map(|parent| parent.0));
            let caps = (self.facts.cap(id), view.audience(Id(id)).cap());
            if plain == changed && (plain.is_none() || caps.0 == caps.1) {
                continue;
            }
            // Inside a deleted subtree a link carries what the changed side has: nothing. So it stays as it was.
            let inner = view.kind(Id(id)).is_none() && plain.is_some_and(|p| view.kind(Id(p)).is_none());
            if inner {
                continue;
            }
            self.scratch.add_tag(id, tag::LINK);
            self.scratch.links_differ = true;
            self.cross(View::plain(self.facts), id, caps.0, PLAIN, &mut found);
            self.cross(view, id, caps.1, CHANGED, &mut found);
        }
        crate::sort::by(&mut found, &mut |a, b| (a.subject, a.folder, a.object).cmp(&(b.subject, b.folder, b.object)));
        found.dedup_by(|next, kept| {
            let same = (next.subject, next.folder, next.object) == (kept.subject, kept.folder, kept.object);
            if same {
                kept.plain |= next.plain;
                kept.changed |= next.changed;
            }
            same
        });
        found
    }

    fn cross(&self, view: View, folder: u32, mut cap: u8, side: u8, found: &mut Vec<Crossing>) {
        let preset = self.facts.preset();
        let mut above = view.link(Id(folder));
        while let Some(object) = above {
            view.for_each_grant_on(object, |subject, rank| {
                let rank = preset.lower(rank, cap);
                let (plain, changed) = if side == PLAIN { (rank, 0) } else { (0, rank) };
                if rank > 0 {
                    found.push(Crossing { subject: subject.0, folder, object: object.0, plain, changed });
                }
            });
            cap = cap.min(view.audience(object).cap());
            above = view.link(object);
        }
    }

    // ── the way up

    /// On which sides an id exists.
    #[inline]
    pub(super) fn sides(&self, id: u32) -> u8 {
        let tag = self.scratch.tag(id);
        if tag & tag::EXIST != 0 {
            (tag & (tag::IN_PLAIN | tag::IN_CHANGED)) >> 2
        } else if self.facts.there(id).0 {
            PLAIN | CHANGED
        } else {
            0
        }
    }

    /// Touches the lists of users who come next: their way from memory is waited for once, not one by one.
    pub(super) fn fetch<'u>(&self, users: impl Iterator<Item = &'u u32>) {
        let ends = |user: &u32| {
            let pairs = self.facts.pairs_of(*user);
            pairs.first().map_or(0, |[word, _]| *word) ^ pairs.last().map_or(0, |[word, _]| *word)
        };
        std::hint::black_box(users.fold(0, |met, user| met ^ ends(user)));
    }

    /// Fills `reach` with the user and every group above, as words `id | sides << 24`.
    pub(super) fn ascend(&mut self, user: u32) {
        let (facts, scratch) = (self.facts, &mut *self.scratch);
        scratch.reach.clear();
        scratch.queue.clear();
        let tag = scratch.tag(user);
        if tag & (tag::TOUCHED | tag::EXIST) != 0 {
            let stamp = scratch.next_stamp();
            self.arrive(stamp, user, PLAIN | CHANGED);
            self.climb(stamp);
            return;
        }
        // A user's own groups are distinct: only what stands above them can be met twice.
        scratch.reach.push(user | BOTH);
        let (tags, queue) = (&scratch.tags, &mut scratch.queue);
        scratch.reach.extend(facts.groups_of(user).iter().filter_map(|[word, _]| {
            let group = word & CONTAINER;
            let (there, holds) = facts.there(group);
            let tag = byte(tags, group as usize);
            let sides = if tag & tag::EXIST != 0 {
                (tag & (tag::IN_PLAIN | tag::IN_CHANGED)) >> 2
            } else if there {
                PLAIN | CHANGED
            } else {
                return None;
            };
            if holds & GROUPED != 0 || tag & tag::TOUCHED != 0 {
                queue.push((group, sides));
            }
            Some(group | u32::from(sides) << 24)
        }));
        if !scratch.queue.is_empty() {
            let stamp = scratch.next_stamp();
            for word in &mut scratch.reach {
                if let Some(slot) = scratch.seen.get_mut((*word & CONTAINER) as usize) {
                    *slot = stamp | (*word >> 24);
                }
                *word &= CONTAINER;
            }
            self.climb(stamp);
        }
    }

    /// Goes on from the queue, and notes in `reach` on which sides each was met.
    fn climb(&mut self, stamp: u32) {
        let (facts, change) = (self.facts, self.change);
        while let Some((subject, sides)) = self.scratch.queue.pop() {
            let groups = facts.groups_of(subject);
            if self.scratch.tag(subject) & tag::TOUCHED == 0 {
                for [word, _] in groups {
                    self.arrive(stamp, word & CONTAINER, sides);
                }
                continue;
            }
            for [word, _] in groups {
                let group = word & CONTAINER;
                if change.net.find(group, subject).is_none() {
                    self.arrive(stamp, group, sides);
                }
            }
            for pair in change.net.of_subject(subject) {
                let there = (if pair.base == MEMBER { PLAIN } else { 0 }) | if pair.now == MEMBER { CHANGED } else { 0 };
                if there != 0 {
                    self.arrive(stamp, pair.container, sides & there);
                }
            }
        }
        let scratch = &mut *self.scratch;
        for word in &mut scratch.reach {
            let sides = scratch.seen.get(*word as usize).map_or(0, |slot| slot.wrapping_sub(stamp));
            *word |= sides << 24;
        }
    }

    #[inline]
    fn arrive(&mut self, stamp: u32, id: u32, sides: u8) {
        let sides = sides & self.sides(id);
        let (_, holds) = self.facts.there(id);
        let Some(slot) = self.scratch.seen.get_mut(id as usize) else { return };
        let old = if *slot >= stamp { (*slot - stamp) as u8 } else { 0 };
        let new = sides & !old;
        if new == 0 {
            return;
        }
        *slot = stamp | u32::from(old | new);
        if old == 0 {
            self.scratch.reach.push(id);
        }
        if holds & GROUPED != 0 || self.scratch.tag(id) & tag::TOUCHED != 0 {
            self.scratch.queue.push((id, new));
        }
    }

    /// Whether a subject has grants on either side.
    #[inline]
    pub(super) fn granted(&self, subject: u32) -> bool {
        self.facts.there(subject).1 & GRANTED != 0 || (self.scratch.tag(subject) & tag::TOUCHED != 0 && self.regranted(subject))
    }

    pub(super) fn regranted(&self, subject: u32) -> bool {
        let of = |pair: &Pair| pair.differs() && pair.base != MEMBER && pair.now != MEMBER;
        self.change.net.of_subject(subject).any(of)
    }

    /// Every grant to a subject with its rank on either side; ranks on an object that is not there are 0.
    pub(super) fn for_each_grant(&self, subject: u32, mut found: impl FnMut(u32, u8, u8)) {
        let touched = self.scratch.tag(subject) & tag::TOUCHED != 0;
        for [word, _] in self.facts.grants_of(subject) {
            let (object, rank) = (word & CONTAINER, rank_of(*word));
            let now = if touched { self.change.net.find(object, subject).map_or(rank, |pair| pair.now) } else { rank };
            self.tell(object, rank, now, &mut found);
        }
        if touched {
            for pair in self.change.net.of_subject(subject) {
                if pair.base == 0 && pair.now != 0 && pair.now != MEMBER {
                    self.tell(pair.container, 0, pair.now, &mut found);
                }
            }
        }
    }

    #[inline]
    fn tell(&self, object: u32, plain: u8, changed: u8, found: &mut impl FnMut(u32, u8, u8)) {
        let sides = self.sides(object);
        let plain = if sides & PLAIN != 0 { plain } else { 0 };
        let changed = if sides & CHANGED != 0 { changed } else { 0 };
        if plain | changed != 0 {
            found(object, plain, changed);
        }
    }

    /// Whether a user is there and active, on either side.
    pub(super) fn actives(&self, user: u32) -> (bool, bool) {
        (self.facts.active(Id(user)), self.view().active(Id(user)))
    }
}
