//! From a name in any case to the attribute that bears it, among the attributes of one object.

use super::attribute::{Attribute, AttributeId};

/// An open-addressed table of attribute numbers; the names stay in the attributes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    slots: Box<[u16]>,
}

const EMPTY: u16 = u16::MAX;

impl Names {
    pub(super) fn of(ids: &[AttributeId], attributes: &[Attribute]) -> Self {
        let size = (ids.len() * 3).next_power_of_two().max(4);
        let mut slots = vec![EMPTY; size].into_boxed_slice();
        for id in ids {
            let Some(attribute) = attributes.get(id.index()) else { continue };
            let mut at = hash(attribute.name.as_bytes());
            while let Some(slot) = slots.get_mut(at & (size - 1)) {
                if *slot == EMPTY {
                    *slot = id.0;
                    break;
                }
                at += 1;
            }
        }
        Self { slots }
    }

    /// The attribute of that name, and whether the name is in the schema's spelling.
    #[inline]
    pub(crate) fn find(&self, name: &[u8], attributes: &[Attribute]) -> Option<(AttributeId, bool)> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash(name);
        loop {
            let slot = *self.slots.get(at & mask)?;
            if slot == EMPTY {
                return None;
            }
            let known = attributes.get(usize::from(slot))?.name.as_bytes();
            if known == name {
                return Some((AttributeId(slot), true));
            }
            if known.eq_ignore_ascii_case(name) {
                return Some((AttributeId(slot), false));
            }
            at += 1;
        }
    }
}

/// Length, and up to three letters from each end; the tables are a third full at most.
#[inline]
fn hash(name: &[u8]) -> usize {
    let mut h = name.len();
    for byte in name.iter().take(3).chain(name.iter().rev().take(3)) {
        h = h.wrapping_mul(31).wrapping_add(usize::from(byte | 0x20));
    }
    h ^ (h >> 7)
}
