//! When two values are the same: exactly, numbers by value, members and elements in any order.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::document::Document;
use super::node::{Kind, NodeId};
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
                let mut ours: Vec<NodeId> = self.children(a).collect();
                let mut theirs: Vec<NodeId> = self.children(b).collect();
                let same = |ours: &[NodeId], theirs: &[NodeId]| ours.iter().zip(theirs).all(|(x, y)| self.same_value(registry, *x, *y));
                if ours.len() != theirs.len() || same(&ours, &theirs) {
                    return ours.len() == theirs.len();
                }
                crate::sort::by_key(&mut ours, &mut |id| self.folded_key(registry, *id));
                crate::sort::by_key(&mut theirs, &mut |id| self.folded_key(registry, *id));
                same(&ours, &theirs)
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
                crate::sort::by_key(&mut ours, &mut |id| self.sort_key(*id));
                crate::sort::by_key(&mut theirs, &mut |id| other.sort_key(*id));
                ours.iter().zip(&theirs).all(|(x, y)| self.equals(*x, other, *y))
            }
            (x, y) => x == y,
        }
    }

    /// A text that is the same for values that say the same in the eyes of the schema.
    pub(crate) fn folded_key(&self, registry: &Registry, id: NodeId) -> String {
        let node = self.node(id);
        match node.kind {
            Kind::String => {
                let attribute = registry.attribute(node.attribute);
                let text = self.string(id).unwrap_or_default();
                match attribute.kind {
                    Type::DateTime => {
                        value::date_time(&text).map_or_else(|| text.clone().into_owned(), |(ms, rest)| format!("{ms}.{rest}"))
                    }
                    Type::String if !attribute.case_exact => value::folded(&text).into_owned(),
                    Type::Reference if !attribute.case_exact => text.to_ascii_lowercase(),
                    _ => text.into_owned(),
                }
            }
            Kind::Object | Kind::Array => {
                let mut parts: Vec<String> = self
                    .children(id)
                    .map(|child| format!("{}\u{0}{}\u{1}", self.node(child).attribute.0, self.folded_key(registry, child)))
                    .collect();
                parts.sort_unstable();
                parts.concat()
            }
            _ => self.sort_key(id),
        }
    }

    /// A key that is the same for equal values.
    fn sort_key(&self, id: NodeId) -> String {
        match self.node(id).kind {
            Kind::String => self.string(id).map_or_else(String::new, Cow::into_owned),
            Kind::Object => {
                let mut parts: Vec<(u16, String)> =
                    self.children(id).map(|child| (self.node(child).attribute.0, self.sort_key(child))).collect();
                crate::sort::plain(&mut parts);
                parts.into_iter().map(|(attribute, key)| format!("{attribute}\u{0}{key}\u{1}")).collect()
            }
            Kind::Array => {
                let mut parts: Vec<String> = self.children(id).map(|child| self.sort_key(child)).collect();
                crate::sort::plain(&mut parts);
                parts.join("\u{2}")
            }
            Kind::True => "t".into(),
            Kind::False => "f".into(),
            Kind::Number => value::number_key(self.raw(id)),
            Kind::Opaque => self.raw(id).into(),
        }
    }
}
