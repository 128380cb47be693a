//! When two values are the same: exactly, numbers by value, members and elements in any order.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::document::{Document, Kind, NodeId};
use super::value;
use crate::schema::{Registry, Type};

impl Document<'_> {
    /// Whether two values say the same in the eyes of the schema: text without case unless caseExact, dateTimes by
    /// instant, values in any order (RFC 7643 §2.2, §2.4).
    pub(crate) fn same_value(&self, registry: &Registry, a: NodeId, b: NodeId) -> bool {
        let (left, right) = (self.node(a), self.node(b));
        match (left.kind, right.kind) {
            (Kind::String, Kind::String) => {
                let attribute = registry.attribute(left.attribute);
                let (Some(x), Some(y)) = (self.string(a), self.string(b)) else { return false };
                match attribute.kind {
                    Type::DateTime => x == y || value::date_time(&x).is_some_and(|x| Some(x) == value::date_time(&y)),
                    Type::String if !attribute.case_exact => value::equal_folded(&x, &y),
                    Type::Reference if !attribute.case_exact => x.eq_ignore_ascii_case(&y),
                    _ => x == y,
                }
            }
            (Kind::Object, Kind::Object) => {
                self.children(a).count() == self.children(b).count()
                    && self.children(a).all(|child| {
                        let twin = self.child(b, self.node(child).attribute);
                        twin.is_some_and(|twin| self.same_value(registry, child, twin))
                    })
            }
            (Kind::Array, Kind::Array) => {
                let mut rest: Vec<NodeId> = self.children(b).collect();
                let found = self.children(a).all(|element| {
                    let twin = rest.iter().position(|other| self.same_value(registry, element, *other));
                    twin.map(|twin| rest.swap_remove(twin)).is_some()
                });
                found && rest.is_empty()
            }
            _ => self.equals(a, self, b),
        }
    }

    /// Whether `a`, in this document, and `b`, in `other`, say the same.
    pub(crate) fn equals(&self, a: NodeId, other: &Document<'_>, b: NodeId) -> bool {
        let (left, right) = (self.node(a), other.node(b));
        match (left.kind, right.kind) {
            (Kind::String, Kind::String) => self.string(a) == other.string(b),
            (Kind::Number, Kind::Number) => value::compare_numbers(self.raw(a), other.raw(b)) == Ordering::Equal,
            (Kind::Opaque, Kind::Opaque) => self.raw(a) == other.raw(b),
            (Kind::Object, Kind::Object) => {
                let count = self.children(a).count();
                count == other.children(b).count()
                    && self.children(a).all(|child| {
                        let attribute = self.node(child).attribute;
                        let twin = if attribute == crate::schema::AttributeId::UNKNOWN {
                            other.children(b).find(|twin| other.unknown_name(*twin) == self.unknown_name(child))
                        } else {
                            other.child(b, attribute)
                        };
                        twin.is_some_and(|twin| self.equals(child, other, twin))
                    })
            }
            (Kind::Array, Kind::Array) => {
                let mut ours: Vec<NodeId> = self.children(a).collect();
                let mut theirs: Vec<NodeId> = other.children(b).collect();
                if ours.len() != theirs.len() {
                    return false;
                }
                if ours.iter().zip(&theirs).all(|(x, y)| self.equals(*x, other, *y)) {
                    return true;
                }
                // Order has no meaning (RFC 7643 §2.4): elements are brought into one by their text.
                ours.sort_by_cached_key(|id| self.sort_key(*id));
                theirs.sort_by_cached_key(|id| other.sort_key(*id));
                ours.iter().zip(&theirs).all(|(x, y)| self.equals(*x, other, *y))
            }
            (x, y) => x == y,
        }
    }

    /// A key that is the same for equal values.
    fn sort_key(&self, id: NodeId) -> String {
        match self.node(id).kind {
            Kind::String => self.string(id).map_or_else(String::new, Cow::into_owned),
            Kind::Object => {
                let mut parts: Vec<(u16, String)> =
                    self.children(id).map(|child| (self.node(child).attribute.0, self.sort_key(child))).collect();
                parts.sort_unstable();
                parts.into_iter().map(|(attribute, key)| format!("{attribute}\u{0}{key}\u{1}")).collect()
            }
            Kind::Array => {
                let mut parts: Vec<String> = self.children(id).map(|child| self.sort_key(child)).collect();
                parts.sort_unstable();
                parts.join("\u{2}")
            }
            Kind::True => "t".into(),
            Kind::False => "f".into(),
            Kind::Number => String::new(),
            Kind::Opaque => self.raw(id).into(),
        }
    }
}
