//! A filter resolved against a resource type, and whether a document passes it (RFC 7644 §3.4.2.2).

use std::cmp::Ordering;

use thiserror::Error;

use super::document::{Document, Kind, NodeId};
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
    #[error("`{path}` is complex: name one of its sub-attributes")]
    NoDefaultSubAttribute { path: String },
    #[error("`{path}` is not complex: it takes no filter in brackets")]
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
    /// Of another type than the attribute: equal to nothing.
    Alien,
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
    pub(crate) notes: Vec<Note>,
}

impl Resolver<'_> {
    pub(crate) fn resolve(&mut self, filter: &Filter, scope: Scope) -> Result<Test, FilterError> {
        Ok(match filter {
            Filter::And(terms) => Test::And(terms.iter().map(|term| self.resolve(term, scope)).collect::<Result<_, _>>()?),
            Filter::Or(terms) => Test::Or(terms.iter().map(|term| self.resolve(term, scope)).collect::<Result<_, _>>()?),
            Filter::Not(inner) => Test::Not(Box::new(self.resolve(inner, scope)?)),
            Filter::Present(path) => match self.find(path, scope)? {
                Some(id) => Test::Present(id),
                None => Test::Constant(false),
            },
            Filter::ValuePath(path, inner) => match self.find(path, scope)? {
                None => Test::Constant(false),
                Some(id) if self.registry.attribute(id).kind != Type::Complex => {
                    return Err(FilterError::NotComplex { path: path.to_string() });
                }
                Some(id) => Test::Element(id, Box::new(self.resolve(inner, Scope::Element(id))?)),
            },
            Filter::Compare(path, op, literal) => match self.find(path, scope)? {
                Some(id) => self.comparison(path, id, *op, literal)?,
                None => Test::Constant(
                    matches!((op, literal), (Comparison::Eq, Literal::Null)) || (*op == Comparison::Ne && *literal != Literal::Null),
                ),
            },
        })
    }

    /// The attribute of that path, or `None` where it is unassigned in this resource type or ignored.
    fn find(&mut self, path: &AttributePath, scope: Scope) -> Result<Option<AttributeId>, FilterError> {
        let found = match scope {
            Scope::Resource(id) => self.registry.resolve(id, path, self.dialect).ok(),
            Scope::Element(parent) if path.urn.is_none() && path.sub.is_none() => {
                self.registry.child(parent, &path.name).map(|id| (id, None))
            }
            Scope::Element(_) => None,
        };
        if let Some((id, tolerance)) = found {
            if tolerance.is_some() {
                self.note(Tolerance::EntraFilterShorthand, path, "it was read as the extension's `manager`, by its `value`");
            }
            if self.registry.attribute(id).returned == Returned::Never {
                return Err(FilterError::Secret { path: path.to_string() });
            }
            return Ok(Some(id));
        }
        if matches!(scope, Scope::Resource(_)) && (self.known_elsewhere)(path) {
            return Ok(None);
        }
        if let Some(rule) = self.dialect.ignoring_attributes() {
            self.note(rule, path, "no schema has this attribute: the comparison is false");
            return Ok(None);
        }
        let owner = match scope {
            Scope::Resource(id) => self.registry.resource_type(id).name.to_string(),
            Scope::Element(id) => self.registry.attribute(id).path.to_string(),
        };
        Err(FilterError::UnknownAttribute { path: path.to_string(), owner })
    }

    fn comparison(&mut self, path: &AttributePath, id: AttributeId, op: Comparison, literal: &Literal) -> Result<Test, FilterError> {
        let mut id = id;
        if self.registry.attribute(id).kind == Type::Complex {
            let attribute = self.registry.attribute(id);
            if *literal == Literal::Null && matches!(op, Comparison::Eq | Comparison::Ne) {
                let present = Test::Present(id);
                return Ok(if op == Comparison::Eq { Test::Not(Box::new(present)) } else { present });
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
        if op.is_order() && matches!(attribute.kind, Type::Boolean | Type::Binary) {
            return Err(FilterError::NotComparable { path: path.to_string(), op: op.name(), kind: attribute.kind.name() });
        }
        let operand = self.operand(path, attribute, op, literal)?;
        Ok(Test::Compare(id, op, operand))
    }

    fn operand(&mut self, path: &AttributePath, attribute: &Attribute, op: Comparison, literal: &Literal) -> Result<Operand, FilterError> {
        Ok(match (literal, attribute.kind) {
            (Literal::Null, _) => Operand::Null,
            (Literal::Boolean(flag), Type::Boolean) => Operand::Boolean(*flag),
            (Literal::Number(text), Type::Integer | Type::Decimal) => Operand::Number(text.clone()),
            (Literal::String(text), Type::Boolean) if self.dialect.takes(Tolerance::EntraStringBoolean) => {
                let flag = if text.eq_ignore_ascii_case("true") {
                    true
                } else if text.eq_ignore_ascii_case("false") {
                    false
                } else {
                    return Ok(Operand::Alien);
                };
                self.note(Tolerance::EntraStringBoolean, path, "the text was read as a boolean");
                Operand::Boolean(flag)
            }
            (Literal::String(text), Type::DateTime) if !op.is_substring() => match value::date_time(text) {
                Some(instant) => Operand::Instant(instant),
                None => return Err(FilterError::NotADateTime { path: path.to_string() }),
            },
            (Literal::String(text), kind) if kind.is_text() => {
                let exact = attribute.case_exact || kind == Type::Binary;
                let text = if exact { text.clone() } else { value::folded(text).into() };
                Operand::Text { text, exact }
            }
            _ => Operand::Alien,
        })
    }

    fn note(&mut self, rule: Tolerance, path: &AttributePath, detail: &str) {
        let note = Note { rule, operation: None, path: path.to_string(), detail: detail.into() };
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
            Test::Present(id) => {
                any_value(registry, document, base, within, *id, &mut |node| node.is_some_and(|node| is_present(document, node)))
            }
            Test::Compare(id, op, operand) => {
                any_value(registry, document, base, within, *id, &mut |node| compare(document, node, *op, operand))
            }
            Test::Element(id, inner) => any_value(registry, document, base, within, *id, &mut |node| {
                node.is_some_and(|node| document.node(node).kind == Kind::Object && inner.holds(registry, document, node, Some(*id)))
            }),
        }
    }
}

/// Whether one value of `id` below `base` satisfies `found`; an unassigned one is shown as `None`.
fn any_value(
    registry: &Registry,
    document: &Document<'_>,
    base: NodeId,
    within: Option<AttributeId>,
    id: AttributeId,
    found: &mut dyn FnMut(Option<NodeId>) -> bool,
) -> bool {
    let parent = registry.attribute(id).parent;
    if parent == within {
        return values_below(document, base, id, found);
    }
    let Some(parent) = parent else { return values_below(document, base, id, found) };
    any_value(registry, document, base, within, parent, &mut |node| match node {
        Some(node) => values_below(document, node, id, found),
        None => found(None),
    })
}

fn values_below(document: &Document<'_>, parent: NodeId, id: AttributeId, found: &mut dyn FnMut(Option<NodeId>) -> bool) -> bool {
    match document.child(parent, id) {
        None => found(None),
        Some(node) if document.node(node).kind == Kind::Array => {
            let mut any = false;
            for child in document.children(node) {
                any = true;
                if found(Some(child)) {
                    return true;
                }
            }
            !any && found(None)
        }
        Some(node) => found(Some(node)),
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

fn compare(document: &Document<'_>, node: Option<NodeId>, op: Comparison, operand: &Operand) -> bool {
    let Some(node) = node else {
        return match op {
            Comparison::Eq => matches!(operand, Operand::Null),
            Comparison::Ne => !matches!(operand, Operand::Null),
            _ => false,
        };
    };
    let order = match operand {
        Operand::Null | Operand::Alien => None,
        Operand::Boolean(flag) => (document.boolean(node) == Some(*flag)).then_some(Ordering::Equal),
        Operand::Number(number) => (document.node(node).kind == Kind::Number).then(|| value::compare_numbers(document.raw(node), number)),
        Operand::Instant(instant) => document.string(node).and_then(|text| value::date_time(&text)).map(|found| found.cmp(instant)),
        Operand::Text { text, exact } => {
            let Some(found) = document.string(node) else { return op == Comparison::Ne };
            let found = if *exact { found } else { value::folded(&found).into_owned().into() };
            match op {
                Comparison::Co => return found.contains(text.as_ref()),
                Comparison::Sw => return found.starts_with(text.as_ref()),
                Comparison::Ew => return found.ends_with(text.as_ref()),
                _ => Some(found.as_ref().cmp(text.as_ref())),
            }
        }
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
