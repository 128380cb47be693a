//! Names that no schema has, met in one object: each may stand once.

use crate::maps::Set;

/// A set of names that compare without case; a few cost no hashing.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    few: Vec<String>,
    many: Option<Set<String>>,
}

const FEW: usize = 16;

impl Strangers {
    /// Adds a name. The answer: whether it was there already.
    pub(crate) fn insert(&mut self, name: &str) -> bool {
        if self.few.len() < FEW {
            let again = self.few.iter().any(|known| known.eq_ignore_ascii_case(name));
            if !again {
                self.few.push(name.to_owned());
            }
            return again;
        }
        let many = self.many.get_or_insert_with(|| self.few.iter().map(|name| name.to_ascii_lowercase()).collect());
        !many.insert(name.to_ascii_lowercase())
    }
}
