//! In which order a Bulk's operations are done, and what waits for resources that are not there yet.

use std::collections::BTreeSet;

use super::operation::Operation;
use crate::maps::{Map, Set};

/// In which order operations are done: as they come, but each after those it refers to.
pub(super) struct Order<'b> {
    /// Those that wait for no other.
    ready: BTreeSet<usize>,
    /// Those that wait.
    waiting: BTreeSet<usize>,
    /// For how many others each waits.
    left: Vec<usize>,
    /// Who waits for a bulkId.
    waits_for: Map<&'b str, Vec<usize>>,
}

impl<'b> Order<'b> {
    pub(super) fn of(operations: &'b [Operation]) -> Self {
        let named: Set<&str> = operations.iter().filter_map(|operation| operation.bulk_id.as_deref()).collect();
        let mut order = Self { ready: BTreeSet::new(), waiting: BTreeSet::new(), left: Vec::new(), waits_for: Map::default() };
        for (at, operation) in operations.iter().enumerate() {
            let needs: Set<&str> = operation.needs.iter().map(String::as_str).filter(|id| named.contains(id)).collect();
            order.left.push(needs.len());
            if needs.is_empty() {
                order.ready.insert(at);
            } else {
                order.waiting.insert(at);
                needs.into_iter().for_each(|id| order.waits_for.entry(id).or_default().push(at));
            }
        }
        order
    }

    /// The next operation, and whether all it refers to is done. Where all wait for one another, a new resource goes first.
    pub(super) fn next(&mut self, operations: &[Operation]) -> Option<(usize, bool)> {
        if let Some(at) = self.ready.pop_first() {
            return Some((at, true));
        }
        let creates = |at: &&usize| operations.get(**at).is_some_and(Operation::creates);
        let at = *self.waiting.iter().find(creates).or(self.waiting.first())?;
        self.waiting.remove(&at);
        Some((at, false))
    }

    /// Who waited for it alone is ready.
    pub(super) fn is_done(&mut self, operation: &Operation) {
        let waited = operation.bulk_id.as_deref().and_then(|id| self.waits_for.remove(id)).unwrap_or_default();
        for at in waited {
            let Some(left) = self.left.get_mut(at) else { continue };
            *left -= 1;
            if *left == 0 && self.waiting.remove(&at) {
                self.ready.insert(at);
            }
        }
    }
}

/// References that could not be made with their resource, since what they name was not there yet.
pub(super) struct Later {
    /// The operation that they are of.
    pub(super) at: usize,
    pub(super) path: String,
    pub(super) patch: String,
    pub(super) needs: Set<String>,
}

/// Those that wait, each until there are ids for all it needs.
#[derive(Default)]
pub(super) struct Pending {
    /// In the order in which they came, with how many ids each lacks.
    all: Vec<Option<(Later, usize)>>,
    /// Who waits for a bulkId.
    waits_for: Map<String, Vec<usize>>,
    ready: BTreeSet<usize>,
}

impl Pending {
    pub(super) fn push(&mut self, later: Later) {
        let at = self.all.len();
        for id in &later.needs {
            self.waits_for.entry(id.clone()).or_default().push(at);
        }
        if later.needs.is_empty() {
            self.ready.insert(at);
        }
        let lacks = later.needs.len();
        self.all.push(Some((later, lacks)));
    }

    /// There is an id for it now.
    pub(super) fn is_there(&mut self, bulk_id: &str) {
        for at in self.waits_for.remove(bulk_id).unwrap_or_default() {
            if let Some(Some((_, lacks))) = self.all.get_mut(at) {
                *lacks -= 1;
                if *lacks == 0 {
                    self.ready.insert(at);
                }
            }
        }
    }

    /// The next that waits for nothing any more.
    pub(super) fn next(&mut self) -> Option<Later> {
        let at = self.ready.pop_first()?;
        self.all.get_mut(at)?.take().map(|(later, _)| later)
    }

    /// Those that waited in vain.
    pub(super) fn rest(self) -> impl Iterator<Item = Later> {
        self.all.into_iter().flatten().map(|(later, _)| later)
    }
}
