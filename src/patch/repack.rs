//! Single writes done to a packed resource: values are put in place of values, and all the rest is copied as it stands.
//!
//! As [`super::splice`] does to a text, and with the same result that [`super::apply`] has, once that is packed.

use super::single::{Choice, Given, Write, all, chosen};
use crate::resource::packed::{ARRAY, FALSE, OBJECT, TRUE, close_length, open_length, pack_text};
use crate::resource::{Packed, Value, unescaped};
use crate::schema::{AttributeId, Registry};

/// The resource with all writes done; `None`: something is in the way that only a tree can tell.
pub(super) fn repack(registry: &Registry, resource: Packed<'_>, writes: &[Write<'_>]) -> Option<Vec<u8>> {
    let mut repacker = Repacker { registry, writes, out: Vec::with_capacity(resource.0.len() + 64), done: 0 };
    repacker.object(resource, None, None)?;
    all(writes, repacker.done).then_some(repacker.out)
}

struct Repacker<'r, 'w> {
    registry: &'r Registry,
    writes: &'w [Write<'w>],
    out: Vec<u8>,
    /// Writes that are done: a bit for each.
    done: u64,
}

impl Repacker<'_, '_> {
    /// Writes an object anew: the one that is `holder`, or an element for which these writes are `chosen`.
    fn object(&mut self, object: Packed<'_>, holder: Option<AttributeId>, chosen: Option<u64>) -> Option<()> {
        let writes = self.writes;
        let is_here = |(at, write): &(usize, &Write<'_>)| match chosen {
            Some(chosen) => chosen >> at & 1 == 1,
            None => write.of.is_none() && write.holder == holder,
        };
        let mut here: Vec<(usize, &Write<'_>)> = writes.iter().enumerate().filter(is_here).collect();
        // Members stand in the order of their numbers.
        crate::sort::by(&mut here, &mut |(_, a), (_, b)| a.leaf.cmp(&b.leaf));
        let mut here = here.into_iter().peekable();
        for (id, raw) in object.raw_members() {
            while let Some((at, write)) = here.next_if(|(_, write)| write.leaf < id) {
                self.put(at, write);
            }
            if let Some((at, write)) = here.next_if(|(_, write)| write.leaf == id) {
                self.put(at, write);
                continue;
            }
            self.out.extend_from_slice(&id.0.to_le_bytes());
            if chosen.is_none() && writes.iter().any(|write| write.holder == Some(id) || write.top == id) {
                self.inside(id, Value::of(raw)?)?;
            } else {
                self.out.extend_from_slice(raw);
            }
        }
        here.for_each(|(at, write)| self.put(at, write));
        Some(())
    }

    /// A value that something is written into.
    fn inside(&mut self, id: AttributeId, value: Value<'_>) -> Option<()> {
        match (value, self.registry.attribute(id).multi_valued) {
            (Value::Object(object), false) => {
                self.out.push(OBJECT);
                let start = open_length(&mut self.out);
                self.object(object, Some(id), None)?;
                close_length(start, &mut self.out).then_some(())
            }
            (Value::Array(items), true) => {
                self.out.push(ARRAY);
                let start = open_length(&mut self.out);
                for raw in items.raw_items() {
                    let Value::Object(element) = Value::of(raw)? else { return None };
                    let chosen = self.chosen(element);
                    if chosen == 0 {
                        self.out.extend_from_slice(raw);
                        continue;
                    }
                    self.out.push(OBJECT);
                    let start = open_length(&mut self.out);
                    self.object(element, None, Some(chosen))?;
                    close_length(start, &mut self.out);
                }
                close_length(start, &mut self.out).then_some(())
            }
            _ => None,
        }
    }

    /// Which writes ask for the element: a bit for each.
    fn chosen(&self, element: Packed<'_>) -> u64 {
        let (mut all, mut last) = (0, None);
        for Choice { part, .. } in self.writes.iter().filter_map(|write| write.of) {
            // Nearly always all of them ask for the same part.
            if last.replace(part) == Some(part) {
                continue;
            }
            if let Some(text) = element.member(part).and_then(Value::text) {
                all |= chosen(self.writes, part, &text);
            }
        }
        all
    }

    fn put(&mut self, at: usize, write: &Write<'_>) {
        self.done |= 1 << at;
        let Some(given) = write.given else { return };
        self.out.extend_from_slice(&write.leaf.0.to_le_bytes());
        match given {
            Given::Text { raw, escaped: false } => pack_text(raw, &mut self.out),
            Given::Text { raw, escaped: true } => pack_text(&unescaped(raw), &mut self.out),
            Given::Flag(flag) => self.out.push(if flag { TRUE } else { FALSE }),
        }
    }
}
