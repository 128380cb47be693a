//! Pairs that differ over an untouched base: values by (container, subject), found from either end.

use hashbrown::HashTable;

use crate::maps::mix;

/// One pair that was written: its value in the base, its value now, and who wrote it last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub container: u32,
    pub subject: u32,
    pub base: u8,
    pub now: u8,
    pub cause: u32,
    next_of_container: u32,
    next_of_subject: u32,
}

impl Pair {
    pub(crate) fn differs(&self) -> bool {
        self.base != self.now
    }
}

#[derive(Debug, Clone, Copy)]
struct Head {
    id: u32,
    first: u32,
}

const END: u32 = u32::MAX;

/// Written pairs. An entry that came back to its base's value stays and overrides nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Net {
    pairs: Vec<Pair>,
    index: HashTable<u32>,
    containers: HashTable<Head>,
    subjects: HashTable<Head>,
}

impl Net {
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(crate) fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    #[inline]
    pub(crate) fn find(&self, container: u32, subject: u32) -> Option<&Pair> {
        if self.pairs.is_empty() {
            return None;
        }
        let same = |i: &u32| self.pairs.get(*i as usize).is_some_and(|p| p.container == container && p.subject == subject);
        self.index.find(mix(container, subject), same).and_then(|i| self.pairs.get(*i as usize))
    }

    /// Writes a value; `base` is asked for when the pair is written first.
    pub(crate) fn set(&mut self, container: u32, subject: u32, now: u8, cause: u32, base: impl FnOnce() -> u8) {
        let Net { pairs, index, containers, subjects } = self;
        let hash = mix(container, subject);
        let same = |i: &u32| pairs.get(*i as usize).is_some_and(|p| p.container == container && p.subject == subject);
        if let Some(i) = index.find(hash, same).copied() {
            if let Some(pair) = pairs.get_mut(i as usize) {
                (pair.now, pair.cause) = (now, cause);
            }
            return;
        }
        let at = pairs.len() as u32;
        index.insert_unique(hash, at, |i| pairs.get(*i as usize).map_or(0, |p| mix(p.container, p.subject)));
        let next_of_container = swap(containers, container, at);
        let next_of_subject = swap(subjects, subject, at);
        pairs.push(Pair { container, subject, base: base(), now, cause, next_of_container, next_of_subject });
    }

    /// Everything written at one container.
    pub(crate) fn of_container(&self, id: u32) -> impl Iterator<Item = &Pair> + '_ {
        let mut next = first(&self.containers, id);
        std::iter::from_fn(move || {
            let pair = self.pairs.get(next as usize)?;
            next = pair.next_of_container;
            Some(pair)
        })
    }

    /// Everything written at one subject.
    pub(crate) fn of_subject(&self, id: u32) -> impl Iterator<Item = &Pair> + '_ {
        let mut next = first(&self.subjects, id);
        std::iter::from_fn(move || {
            let pair = self.pairs.get(next as usize)?;
            next = pair.next_of_subject;
            Some(pair)
        })
    }

    pub(crate) fn touches_container(&self, id: u32) -> bool {
        first(&self.containers, id) != END
    }

    pub(crate) fn touches_subject(&self, id: u32) -> bool {
        first(&self.subjects, id) != END
    }

    /// Lets go of every pair at an id whose resource goes: what was there is now taken by `cause`.
    pub(crate) fn cut(&mut self, id: u32, cause: u32) {
        for by_container in [true, false] {
            let mut next = first(if by_container { &self.containers } else { &self.subjects }, id);
            while let Some(pair) = self.pairs.get_mut(next as usize) {
                if pair.now != 0 {
                    (pair.now, pair.cause) = (0, cause);
                }
                next = if by_container { pair.next_of_container } else { pair.next_of_subject };
            }
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.pairs.capacity() * size_of::<Pair>()
            + self.index.capacity() * 5
            + (self.containers.capacity() + self.subjects.capacity()) * (size_of::<Head>() + 1)
    }
}

#[inline]
fn first(heads: &HashTable<Head>, id: u32) -> u32 {
    if heads.is_empty() {
        return END;
    }
    heads.find(mix(id, 0), |head| head.id == id).map_or(END, |head| head.first)
}

fn swap(heads: &mut HashTable<Head>, id: u32, at: u32) -> u32 {
    let hash = mix(id, 0);
    match heads.find_mut(hash, |head| head.id == id) {
        Some(head) => std::mem::replace(&mut head.first, at),
        None => {
            heads.insert_unique(hash, Head { id, first: at }, |head| mix(head.id, 0));
            END
        }
    }
}
