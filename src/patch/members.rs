//! Operations on a list that is not in the document: members kept as facts, so that one more never costs the group.
//!
//! Only operations that name elements by their `value`, or all of them, can be taken so; [`edits_of`] tells
//! which. What they mean is what [`super::elements`] does to a list in a document.

use super::apply::Patcher;
use super::error::PatchFault;
use super::message::{Op, Operation};
use super::target::Choice;
use crate::dialect::Dialect;
use crate::issue::Note;
use crate::limits::Limits;
use crate::path::{Comparison, Filter, Literal};
use crate::resource::{Document, Node, NodeId, Token};
use crate::schema::{AttributeId, Registry, ResourceTypeId};

/// An element by what identifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) value: String,
    pub(crate) kind: Option<String>,
}

/// What one operation does to the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListEdit {
    Add(Vec<Reference>),
    Remove(Vec<Reference>),
    Replace(Vec<Reference>),
}

/// Whether the operation is one on `list` by its path; path-less operations are not.
pub(crate) fn is_on(patcher: &mut Patcher<'_, '_>, operation: &Operation<'_>, list: AttributeId) -> bool {
    let Some(path) = operation.path.as_ref().filter(|_| operation.fault.is_none()) else { return false };
    let notes = patcher.notes.len();
    let found = patcher.target(path).is_ok_and(|target| target.id == list || patcher.registry.attribute(target.id).parent == Some(list));
    patcher.notes.truncate(notes);
    found
}

/// What the operation does to `list`, where that can be told without the list. `None`: it needs the list itself.
pub(crate) fn edits_of(
    patcher: &mut Patcher<'_, '_>,
    operation: &Operation<'_>,
    list: AttributeId,
) -> Result<Option<ListEdit>, PatchFault> {
    patcher.operation = operation.index;
    let Some(text) = &operation.path else { return Ok(None) };
    let target = patcher.target(text)?;
    if target.id != list {
        return Ok(None);
    }
    if let Some(chosen) = &target.chosen {
        let value = match &chosen.choice {
            Choice::Equal { name, text } if name.eq_ignore_ascii_case("value") => Some(text.as_ref()),
            Choice::Filter(Filter::Compare(path, Comparison::Eq, Literal::String(text)))
                if path.urn.is_none() && path.sub.is_none() && path.name.eq_ignore_ascii_case("value") =>
            {
                Some(text.as_ref())
            }
            _ => None,
        };
        let alone = match operation.value {
            Some(value) => patcher.scanner(value).token()? == Token::Null,
            None => true,
        };
        let value = value.filter(|_| operation.op == Op::Remove && chosen.sub.is_none() && alone);
        return Ok(value.map(|value| ListEdit::Remove(vec![Reference { value: value.to_owned(), kind: None }])));
    }
    let Some(value) = operation.value else {
        return match operation.op {
            Op::Remove => Ok(Some(ListEdit::Replace(Vec::new()))),
            _ => Err(PatchFault::MissingValue { path: text.to_string() }),
        };
    };
    let null = patcher.scanner(value).token()? == Token::Null;
    if operation.op == Op::Remove && null {
        // The engine has the words for this.
        return Ok(None);
    }
    let given = match operation.op {
        Op::Remove => patcher.read_part(list, value, false)?,
        _ => patcher.read(list, value, false)?,
    };
    let mut references = Vec::new();
    if let Some(given) = given {
        for element in patcher.document.children(given).collect::<Vec<NodeId>>() {
            let Some(reference) = reference(patcher.registry, &patcher.document, element, list) else { return Ok(None) };
            references.push(reference);
        }
    }
    Ok(Some(match operation.op {
        Op::Add => ListEdit::Add(references),
        Op::Remove => ListEdit::Remove(references),
        Op::Replace => ListEdit::Replace(references),
    }))
}

/// The reference that an element of `list` is.
pub(crate) fn reference(registry: &Registry, document: &Document<'_>, element: NodeId, list: AttributeId) -> Option<Reference> {
    let sub = |name: &str| registry.child(list, name).and_then(|id| document.child(element, id)).and_then(|node| document.string(node));
    Some(Reference { value: sub("value")?.into_owned(), kind: sub("type").map(|kind| kind.into_owned()) })
}

/// A patcher over an empty resource, for reading operations on lists.
pub(crate) fn reader<'r, 's>(
    registry: &'r Registry,
    id: ResourceTypeId,
    dialect: Dialect,
    limits: &'r Limits,
    message: &'s str,
) -> Patcher<'r, 's> {
    let mut document = Document::with_capacity(8);
    document.push(None, Node::made(AttributeId::UNKNOWN, crate::resource::Kind::Object));
    Patcher::new(registry, id, dialect, limits, document, message, Vec::<Note>::new())
}
