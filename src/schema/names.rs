//! From a name in any case to the attribute that bears it, among the attributes of one object.

use super::attribute::{Attribute, AttributeId};

/// The names of one object's attributes, to be found by their first letters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Open-addressed by [`NameKey::hash`], at most a third full; a power of two long.
    slots: Box<[Slot]>,
    ids: Box<[AttributeId]>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: NameKey,
    id: u16,
}

const EMPTY: u16 = u16::MAX;

/// The first sixteen letters of a name, in two words; behind a shorter name there are zeros. Of a shorter name of which no letter
/// is zero that is all there is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameKey {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl NameKey {
    pub(crate) const fn of(name: &[u8]) -> Self {
        match name.split_first_chunk::<8>() {
            Some((start, rest)) => Self { start: u64::from_le_bytes(*start), end: word(rest) },
            None => Self { start: word(name), end: 0 },
        }
    }

    #[inline]
    fn hash(self) -> usize {
        ((self.start ^ self.end.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
    }
}

/// The first eight letters in one word, the first one lowest.
const fn word(letters: &[u8]) -> u64 {
    if let Some(letters) = letters.first_chunk::<8>() {
        return u64::from_le_bytes(*letters);
    }
    let (mut rest, mut word) = (letters, 0);
    while let [before @ .., last] = rest {
        word = word << 8 | *last as u64;
        rest = before;
    }
    word
}

impl Names {
    pub(super) fn of(ids: &[AttributeId], attributes: &[Attribute]) -> Self {
        let size = (ids.len() * 3).next_power_of_two().max(4);
        let mut slots = vec![Slot { key: NameKey::of(b""), id: EMPTY }; size].into_boxed_slice();
        for id in ids {
            let Some(attribute) = attributes.get(id.index()) else { continue };
            let key = NameKey::of(attribute.name.as_bytes());
            let mut at = key.hash();
            while let Some(slot) = slots.get_mut(at & (size - 1)) {
                if slot.id == EMPTY {
                    *slot = Slot { key, id: id.0 };
                    break;
                }
                at += 1;
            }
        }
        Self { slots, ids: ids.into() }
    }

    /// The attribute of that name, and whether the name is in the schema's spelling.
    pub(crate) fn find(&self, name: &[u8], attributes: &[Attribute]) -> Option<(AttributeId, bool)> {
        let same = |id: AttributeId| attributes.get(id.index()).is_some_and(|known| known.name.as_bytes() == name);
        match self.probe(NameKey::of(name), same) {
            Some(id) => Some((id, true)),
            None => self.find_in_any_case(name, attributes),
        }
    }

    /// The attribute of a name shorter than sixteen letters, where it is in the schema's spelling.
    #[inline]
    pub(crate) fn find_short(&self, key: NameKey) -> Option<AttributeId> {
        self.probe(key, |_| true)
    }

    #[inline]
    fn probe(&self, key: NameKey, same: impl Fn(AttributeId) -> bool) -> Option<AttributeId> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = key.hash();
        loop {
            let slot = self.slots.get(at & mask)?;
            if slot.id == EMPTY {
                return None;
            }
            if slot.key == key && same(AttributeId(slot.id)) {
                return Some(AttributeId(slot.id));
            }
            at += 1;
        }
    }

    #[cold]
    fn find_in_any_case(&self, name: &[u8], attributes: &[Attribute]) -> Option<(AttributeId, bool)> {
        let bears = |id: &&AttributeId| attributes.get(id.index()).is_some_and(|known| known.name.as_bytes().eq_ignore_ascii_case(name));
        self.ids.iter().find(bears).map(|id| (*id, false))
    }

    /// The attribute of a name that is written with escapes.
    #[cold]
    pub(crate) fn find_escaped(&self, raw: &str, attributes: &[Attribute]) -> Option<(AttributeId, bool)> {
        let name = crate::json::unescaped(raw);
        self.find(name.as_bytes(), attributes).map(|(id, _)| (id, false))
    }
}
