//! From a name in any case to the attribute that bears it, among the attributes of one object.

use super::attribute::{Attribute, AttributeId};

/// The names of one object's attributes, to be found by their first and last letters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Open-addressed by [`Key::hash`], at most a third full; a power of two long.
    slots: Box<[Slot]>,
    ids: Box<[AttributeId]>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: Key,
    id: u16,
}

const EMPTY: u16 = u16::MAX;

/// A name's length and up to eight letters from each end: of names up to 16 letters all there is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    start: u64,
    end: u64,
    length: usize,
}

impl Key {
    #[inline]
    fn of(name: &[u8]) -> Self {
        let (start, end) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(start), Some(end)) => (u64::from_le_bytes(*start), u64::from_le_bytes(*end)),
            _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
                (Some(start), Some(end)) => (u64::from(u32::from_le_bytes(*start)), u64::from(u32::from_le_bytes(*end))),
                _ => (name.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)), 0),
            },
        };
        Self { start, end, length: name.len() }
    }

    #[inline]
    fn hash(self) -> usize {
        let mixed = (self.start ^ self.end.rotate_left(29) ^ self.length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as usize
    }
}

impl Names {
    pub(super) fn of(ids: &[AttributeId], attributes: &[Attribute]) -> Self {
        let size = (ids.len() * 3).next_power_of_two().max(4);
        let mut slots = vec![Slot { key: Key::of(b""), id: EMPTY }; size].into_boxed_slice();
        for id in ids {
            let Some(attribute) = attributes.get(id.index()) else { continue };
            let key = Key::of(attribute.name.as_bytes());
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
    #[inline]
    pub(crate) fn find(&self, name: &[u8], attributes: &[Attribute]) -> Option<(AttributeId, bool)> {
        let mask = self.slots.len().wrapping_sub(1);
        let key = Key::of(name);
        let mut at = key.hash();
        loop {
            let slot = self.slots.get(at & mask)?;
            if slot.key == key && slot.id != EMPTY {
                let same = name.len() <= 16 || attributes.get(usize::from(slot.id)).is_some_and(|known| known.name.as_bytes() == name);
                if same {
                    return Some((AttributeId(slot.id), true));
                }
            }
            if slot.id == EMPTY {
                return self.find_in_any_case(name, attributes);
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
