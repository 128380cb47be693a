//! Which of the attributes of one object are there: a bit for each, by its place among its siblings.

/// A set of places. The first 64 take no memory of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    low: u64,
    high: Vec<u64>,
}

impl Slots {
    /// Adds a place. The answer: whether it was in the set already.
    #[inline]
    pub(crate) fn insert(&mut self, slot: u16) -> bool {
        if slot >= 64 {
            return self.insert_high(usize::from(slot - 64));
        }
        let bit = 1u64 << slot;
        let again = self.low & bit != 0;
        self.low |= bit;
        again
    }

    #[cold]
    fn insert_high(&mut self, at: usize) -> bool {
        if self.high.len() <= at / 64 {
            self.high.resize(at / 64 + 1, 0);
        }
        let Some(word) = self.high.get_mut(at / 64) else { return false };
        let bit = 1u64 << (at % 64);
        let again = *word & bit != 0;
        *word |= bit;
        again
    }

    #[inline]
    pub(crate) fn has(&self, slot: u16) -> bool {
        match slot.checked_sub(64).map(usize::from) {
            None => self.low >> slot & 1 == 1,
            Some(at) => self.high.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_near_and_far() {
        let mut slots = Slots::default();
        for slot in [0, 1, 63, 64, 127, 128, 200, 60_000] {
            assert!(!slots.has(slot), "{slot}");
            assert!(!slots.insert(slot), "{slot}");
            assert!(slots.has(slot), "{slot}");
            assert!(slots.insert(slot), "{slot}");
        }
        assert!(!slots.has(2) && !slots.has(129) && !slots.has(59_999));
    }
}
