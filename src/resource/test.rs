//! A filter resolved against a resource type, and whether a document passes it (RFC 7644 §3.4.2.2).

use std::borrow::Cow;
use std::cmp::Ordering;

use thiserror::Error;

use super::document::Document;
use super::node::{Kind, NodeId};
use super::value;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::Note;
use crate::path::{AttributePath, Comparison, Filter, Literal};
use crate::schema::{Attribute, AttributeId, Registry, ResourceTypeId, Returned, Type};

/// Why a filter that is well-formed cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum FilterError {
    #[error("`{path}` is no attribute of {owner}")]
    UnknownAttribute { path: String, owner: String },
    #[error("`{path}` cannot be compared with {op}: it is {kind}")]
    NotComparable { path: String, op: &'static str, kind: &'static str },
    #[error("`{path}` cannot be compared with {value}: it is {kind}")]
    WrongValue { path: String, value: String, kind: &'static str },
    #[error("`{path}` is complex: name one of its sub-attributes")]
    NoDefaultSubAttribute { path: String },
    #[error("`{path}` is not multi-valued or complex: it takes no filter in brackets")]
    NotComplex { path: String },
    #[error("`{path}` is a dateTime: compare it with one such as `2026-01-31T09:30:00Z`")]
    NotADateTime { path: String },
    #[error("`{path}` is never compared")]
    Secret { path: String },
}

/// A resolved filter.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Compare(AttributeId, Comparison, Operand),
    Present(AttributeId),
    /// One element passes the test inside.
    Element(AttributeId, Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Constant(bool),
}

/// What a value is compared with, in the form its attribute's type compares in.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Null,
    Boolean(bool),
    Number(Box<str>),
    /// Folded where the attribute is not caseExact.
    Text {
        text: Box<str>,
        exact: bool,
    },
    Instant((i64, u64)),
}

impl Operand {
    /// A text that values of `attribute` are compared with.
    pub(crate) fn of_text(attribute: &Attribute, text: &str) -> Self {
        let exact = attribute.case_exact || attribute.kind == Type::Binary;
        Self::Text { text: if exact { text.into() } else { value::folded(text).into() }, exact }
    }
}

/// Where names are looked up.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    Resource(ResourceTypeId),
    /// Inside the brackets after this attribute.
    Element(AttributeId),
}

pub(crate) struct Resolver<'r> {
    pub(crate) registry: &'r Registry,
    pub(crate) dialect: Dialect,
    /// Whether another queried resource type has the attribute; then it is unassigned here, not unknown.
    pub(crate) known_elsewhere: &'r dyn Fn(&AttributePath) -> bool,
    /// In a PATCH path: an unknown name is refused in every dialect, as it would choose more than is meant.
    pub(crate) in_path: bool,
    /// Some attribute is another resource type's.
    pub(crate) is_stranger: bool,
    pub(crate) notes: Vec<Note>,
}

/// What a name in a filter stands for.
enum Found {
    Attribute(AttributeId),
    /// An attribute of another queried resource type: unassigned in this one.
    Elsewhere,
    /// Of none, and the dialect ignores it: whatever is said about it is false.
    Ignored,
}

impl<'r> Resolver<'r> {
    pub(crate) fn new(registry: &'r Registry, dialect: Dialect, known_elsewhere: &'r dyn Fn(&AttributePath) -> bool) -> Self {
        Self { registry, dialect, known_elsewhere, in_path: false, is_stranger: false, notes: Vec::new() }
    }

    pub(crate) fn resolve(&mut self, filter: &Filter, scope: Scope) -> Result<Test, FilterError> {
        Ok(match filter {
            Filter::And(terms) => Test::And(terms.iter().map(|term| self.resolve(term, scope)).collect::<Result<_, _>>()?),
            Filter::Or(terms) => Test::Or(terms.iter().map(|term| self.resolve(term, scope)).collect::<Result<_, _>>()?),
            Filter::Not(inner) => Test::Not(Box::new(self.resolve(inner, scope)?)),
            Filter::Present(path) => match self.find(path, scope)? {
                Found::Attribute(id) => Test::Present(id),
                Found::Elsewhere | Found::Ignored => Test::Constant(false),
            },
            Filter::ValuePath(path, inner) => match self.find(path, scope)? {
                Found::Attribute(id) => {
                    let attribute = self.registry.attribute(id);
                    if attribute.kind != Type::Complex && !attribute.multi_valued {
                        return Err(FilterError::NotComplex { path: path.to_string() });
                    }
                    Test::Element(id, Box::new(self.resolve(inner, Scope::Element(id))?))
                }
                Found::Elsewhere | Found::Ignored => Test::Constant(false),
            },
            Filter::Compare(path, op, literal) => match self.find(path, scope)? {
                Found::Attribute(id) => self.comparison(path, id, *op, literal)?,
                Found::Elsewhere => Test::Constant((*op == Comparison::Ne) != (*literal == Literal::Null)),
                Found::Ignored => Test::Constant(false),
            },
        })
    }

    fn find(&mut self, path: &AttributePath, scope: Scope) -> Result<Found, FilterError> {
        let found = match scope {
            Scope::Resource(id) => self.registry.resolve(id, path, self.dialect).ok(),
            Scope::Element(parent) if path.urn.is_none() && path.sub.is_none() => self.in_element(parent, &path.name).map(|id| (id, None)),
            Scope::Element(_) => None,
        };
        if let Some((id, tolerance)) = found {
            if tolerance.is_some() {
                self.note(Tolerance::EntraFilterShorthand, path, "it was read as the extension's `manager`, by its `value`");
            }
            if self.registry.attribute(id).returned == Returned::Never {
                return Err(FilterError::Secret { path: path.to_string() });
            }
            return Ok(Found::Attribute(id));
        }
        if matches!(scope, Scope::Resource(_)) && (self.known_elsewhere)(path) {
            self.is_stranger = true;
            return Ok(Found::Elsewhere);
        }
        if let Some(rule) = self.dialect.ignoring_attributes().filter(|_| !self.in_path) {
            self.note(rule, path, "no schema has this attribute: the comparison is false");
            return Ok(Found::Ignored);
        }
        let owner = match scope {
            Scope::Resource(id) => self.registry.resource_type(id).name.to_string(),
            Scope::Element(id) => self.registry.attribute(id).path.to_string(),
        };
        Err(FilterError::UnknownAttribute { path: path.to_string(), owner })
    }

    /// A sub-attribute of the elements of `parent`; an element that has none is its own `value`.
    fn in_element(&self, parent: AttributeId, name: &str) -> Option<AttributeId> {
        let simple = self.registry.attribute(parent).kind != Type::Complex && name.eq_ignore_ascii_case("value");
        if simple { Some(parent) } else { self.registry.child(parent, name) }
    }

    fn comparison(&mut self, path: &AttributePath, id: AttributeId, op: Comparison, literal: &Literal) -> Result<Test, FilterError> {
        let mut id = id;
        let attribute = self.registry.attribute(id);
        if *literal == Literal::Null && !matches!(op, Comparison::Eq | Comparison::Ne) {
            return Err(FilterError::NotComparable { path: path.to_string(), op: op.name(), kind: "null" });
        }
        if attribute.kind == Type::Complex {
            if *literal == Literal::Null {
                return Ok(Test::Compare(id, op, Operand::Null));
            }
            if op.is_order() {
                return Err(FilterError::NotComparable { path: path.to_string(), op: op.name(), kind: "complex" });
            }
            id = attribute.value.ok_or_else(|| FilterError::NoDefaultSubAttribute { path: path.to_string() })?;
            if self.dialect.takes(Tolerance::EntraFilterShorthand) && op == Comparison::Eq {
                self.note(Tolerance::EntraFilterShorthand, path, "it was compared by its `value`");
            }
        }
        let attribute = self.registry.attribute(id);
        let unfit = match attribute.kind {
            Type::Boolean => op.is_order() || op.is_substring(),
            Type::Binary => op.is_order(),
            Type::Integer | Type::Decimal | Type::DateTime => op.is_substring(),
            Type::String | Type::Reference | Type::Complex => false,
        };
        if unfit {
            return Err(FilterError::NotComparable { path: path.to_string(), op: op.name(), kind: attribute.kind.name() });
        }
        let operand = self.operand(path, attribute, op, literal)?;
        Ok(Test::Compare(id, op, operand))
    }

    fn operand(&mut self, path: &AttributePath, attribute: &Attribute, op: Comparison, literal: &Literal) -> Result<Operand, FilterError> {
        let unquoted = self.dialect.takes(Tolerance::EntraUnquotedValue) && op == Comparison::Eq;
        let text = |text: &str| Operand::of_text(attribute, text);
        Ok(match (literal, attribute.kind) {
            (Literal::Null, _) => Operand::Null,
            (Literal::Boolean(flag), Type::Boolean) => Operand::Boolean(*flag),
            (Literal::Number(number), Type::Integer | Type::Decimal) => Operand::Number(number.clone()),
            (Literal::String(word), Type::Boolean)
                if self.dialect.takes(Tolerance::EntraStringBoolean)
                    && (word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false")) =>
            {
                self.note(Tolerance::EntraStringBoolean, path, "the text was read as a boolean");
                Operand::Boolean(word.eq_ignore_ascii_case("true"))
            }
            (Literal::String(text), Type::DateTime) => match value::date_time(text) {
                Some(instant) => Operand::Instant(instant),
                None => return Err(FilterError::NotADateTime { path: path.to_string() }),
            },
            (Literal::String(word), kind) if kind.is_text() => text(word),
            (Literal::Number(_) | Literal::Boolean(_), Type::String | Type::Reference | Type::Binary) if unquoted => {
                self.note(Tolerance::EntraUnquotedValue, path, "the value without quotation marks was read as text");
                text(&literal.to_string())
            }
            (_, kind) => {
                return Err(FilterError::WrongValue { path: path.to_string(), value: literal.to_string(), kind: kind.name() });
            }
        })
    }

    fn note(&mut self, rule: Tolerance, path: &AttributePath, detail: &'static str) {
        let note = Note { rule, operation: None, path: path.to_string().into(), detail: detail.into() };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl Test {
    /// Whether the object at `base` passes: the whole resource, or inside brackets one element.
    pub(crate) fn passes(&self, registry: &Registry, document: &Document<'_>, base: NodeId) -> bool {
        self.holds(registry, document, base, None)
    }

    pub(crate) fn passes_element(&self, registry: &Registry, document: &Document<'_>, element: NodeId, of: AttributeId) -> bool {
        self.holds(registry, document, element, Some(of))
    }

    fn holds(&self, registry: &Registry, document: &Document<'_>, base: NodeId, within: Option<AttributeId>) -> bool {
        match self {
            Test::And(terms) => terms.iter().all(|term| term.holds(registry, document, base, within)),
            Test::Or(terms) => terms.iter().any(|term| term.holds(registry, document, base, within)),
            Test::Not(inner) => !inner.holds(registry, document, base, within),
            Test::Constant(value) => *value,
            Test::Present(id) => Values { registry, document, within }.any(base, *id, &mut |node| is_present(document, node)).0,
            Test::Compare(id, op, operand) => {
                let (found, some) = Values { registry, document, within }.any(base, *id, &mut |node| compare(document, node, *op, operand));
                // An unassigned attribute equals null.
                found
                    || (!some
                        && (*op == Comparison::Ne) != matches!(operand, Operand::Null)
                        && matches!(op, Comparison::Eq | Comparison::Ne))
            }
            Test::Element(id, inner) => {
                Values { registry, document, within }.any(base, *id, &mut |node| inner.holds(registry, document, node, Some(*id))).0
            }
        }
    }
}

/// The assigned values of attributes: of a resource, or within one element of an attribute.
struct Values<'v, 's> {
    registry: &'v Registry,
    document: &'v Document<'s>,
    within: Option<AttributeId>,
}

impl Values<'_, '_> {
    /// Whether `found` holds for one value of `id` below `base`, and whether it has any.
    fn any(&self, base: NodeId, id: AttributeId, found: &mut dyn FnMut(NodeId) -> bool) -> (bool, bool) {
        if self.within == Some(id) {
            return (found(base), true);
        }
        match self.registry.attribute(id).parent {
            parent if parent == self.within => self.below(base, id, found),
            None => self.below(base, id, found),
            Some(parent) => {
                let mut some = false;
                let (held, _) = self.any(base, parent, &mut |node| {
                    let (held, any) = self.below(node, id, found);
                    some |= any;
                    held
                });
                (held, some)
            }
        }
    }

    fn below(&self, parent: NodeId, id: AttributeId, found: &mut dyn FnMut(NodeId) -> bool) -> (bool, bool) {
        match self.document.child(parent, id) {
            None => (false, false),
            Some(node) if self.document.node(node).kind == Kind::Array => {
                let mut some = false;
                for child in self.document.children(node) {
                    some = true;
                    if found(child) {
                        return (true, true);
                    }
                }
                (false, some)
            }
            Some(node) => (found(node), true),
        }
    }
}

/// Not "", [] or {}, nor made of those alone.
pub(crate) fn is_present(document: &Document<'_>, node: NodeId) -> bool {
    match document.node(node).kind {
        Kind::Object | Kind::Array => document.children(node).any(|child| is_present(document, child)),
        Kind::String => !document.raw(node).is_empty(),
        _ => true,
    }
}

/// One value, as far as comparing goes.
pub(crate) enum Scalar<'v> {
    Boolean(bool),
    Number(&'v str),
    Text(Cow<'v, str>),
    Other,
}

fn compare(document: &Document<'_>, node: NodeId, op: Comparison, operand: &Operand) -> bool {
    let scalar = match document.node(node).kind {
        Kind::True => Scalar::Boolean(true),
        Kind::False => Scalar::Boolean(false),
        Kind::Number => Scalar::Number(document.raw(node)),
        _ => document.string(node).map_or(Scalar::Other, Scalar::Text),
    };
    compare_scalar(scalar, op, operand)
}

/// Whether a comparison holds for a value.
pub(crate) fn compare_scalar(found: Scalar<'_>, op: Comparison, operand: &Operand) -> bool {
    let order = match (operand, found) {
        (Operand::Boolean(flag), Scalar::Boolean(found)) => (found == *flag).then_some(Ordering::Equal),
        (Operand::Number(number), Scalar::Number(found)) => Some(value::compare_numbers(found, number)),
        (Operand::Instant(instant), Scalar::Text(found)) => value::date_time(&found).map(|found| found.cmp(instant)),
        (Operand::Text { text, exact }, Scalar::Text(found)) => {
            let folded;
            let found: &str = if *exact {
                &found
            } else {
                folded = value::folded(&found);
                &folded
            };
            match op {
                Comparison::Co => return found.contains(text.as_ref()),
                Comparison::Sw => return found.starts_with(text.as_ref()),
                Comparison::Ew => return found.ends_with(text.as_ref()),
                _ => Some(found.cmp(text.as_ref())),
            }
        }
        _ => None,
    };
    match (op, order) {
        (Comparison::Ne, None) => true,
        (_, None) => false,
        (Comparison::Eq, Some(order)) => order == Ordering::Equal,
        (Comparison::Ne, Some(order)) => order != Ordering::Equal,
        (Comparison::Gt, Some(order)) => order == Ordering::Greater,
        (Comparison::Ge, Some(order)) => order != Ordering::Less,
        (Comparison::Lt, Some(order)) => order == Ordering::Less,
        (Comparison::Le, Some(order)) => order != Ordering::Greater,
        (Comparison::Co | Comparison::Sw | Comparison::Ew, Some(_)) => false,
    }
}
