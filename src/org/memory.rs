//! Working memory that rooms below keep with an organization, whatever it is to them.

use std::any::Any;
use std::cell::RefCell;

/// One value of a type that only its user knows.
#[derive(Default)]
pub(crate) struct Memory(RefCell<Option<Box<dyn Any>>>);

impl Memory {
    /// Lends the value, made anew where there is none of that type or where it is lent already.
    pub(crate) fn with<T: Default + 'static, R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let mut kept =
            self.0.try_borrow_mut().ok().and_then(|mut slot| slot.take()).and_then(|any| any.downcast::<T>().ok()).unwrap_or_default();
        let result = work(&mut kept);
        if let Ok(mut slot) = self.0.try_borrow_mut() {
            *slot = Some(kept);
        }
        result
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}
