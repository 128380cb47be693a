//! Operations that each set, or take away, one value of one single-valued attribute, about which nothing else is asked:
//! most of what identity providers send. [`super::splice`] does them to a text and [`super::repack`] to a packed resource, both
//! without a tree; whatever else there is, is left to [`super::apply`].

use super::message::{Op, Operation};
use super::target::{Chosen, Target, Targets};
use crate::dialect::Tolerance;
use crate::issue::Note;
use crate::path::Comparison;
use crate::resource::{Operand, Scanner, Span, Test, Token, flag_of_text, value};
use crate::schema::{Attribute, AttributeId, Identity, Mutability, Type};

/// More than this in one message are no longer kept apart by a bit for each.
const MOST: usize = 64;

/// One attribute of the resource, or of the elements that brackets choose, and what becomes of it.
pub(crate) struct Write<'o> {
    pub(crate) leaf: AttributeId,
    /// What it is a part of, if anything, and the attribute of the resource that it is or belongs to.
    pub(crate) holder: Option<AttributeId>,
    pub(crate) top: AttributeId,
    /// Of which elements, where `leaf` is a part of a multi-valued attribute.
    pub(crate) of: Option<Choice<'o>>,
    /// `None` unassigns.
    pub(crate) given: Option<Given<'o>>,
}

/// Elements that say a text.
#[derive(Clone, Copy)]
pub(crate) struct Choice<'o> {
    pub(crate) part: AttributeId,
    pub(crate) wanted: &'o Operand,
}

/// Which of the writes ask for elements whose `part` says `text`: a bit for each.
pub(super) fn chosen(writes: &[Write<'_>], part: AttributeId, text: &str) -> u64 {
    let mut folded = None;
    let mut chosen = 0;
    for (at, write) in writes.iter().enumerate() {
        let Some(Choice { part: own, wanted: Operand::Text { text: wanted, exact } }) = write.of else { continue };
        if own == part && **wanted == *if *exact { text } else { folded.get_or_insert_with(|| value::folded(text)) } {
            chosen |= 1 << at;
        }
    }
    chosen
}

/// Whether all are done: a bit for each.
pub(super) fn all(writes: &[Write<'_>], done: u64) -> bool {
    (0..writes.len()).all(|at| done >> at & 1 == 1)
}

/// A value as the message has it.
#[derive(Clone, Copy)]
pub(crate) enum Given<'o> {
    /// Without its quotation marks, and with its escapes.
    Text {
        raw: &'o str,
        escaped: bool,
    },
    Flag(bool),
}

/// Reads operations as writes, and notes what they tolerate; `None` where a single one is anything else.
pub(crate) fn writes<'o>(
    paths: &Targets<'_>,
    message: &'o str,
    operations: &'o [Operation<'_>],
    targets: &'o [Option<Target<'_>>],
    notes: &mut Vec<Note>,
) -> Option<Vec<Write<'o>>> {
    let mut reading = Reading { paths, message, notes, found: Vec::with_capacity(operations.len().min(MOST)) };
    for (operation, target) in operations.iter().zip(targets) {
        if operation.fault.is_some() {
            return None;
        }
        match (target, &operation.path, operation.value) {
            (Some(target), _, value) => reading.add(target.id, target.chosen.as_ref(), operation.op, value, operation.index)?,
            (None, None, Some(value)) if operation.op != Op::Remove => reading.add_members(value, operation.op, operation.index)?,
            _ => return None,
        }
    }
    Some(reading.found)
}

struct Reading<'r, 'o, 'n> {
    paths: &'r Targets<'r>,
    message: &'o str,
    notes: &'n mut Vec<Note>,
    found: Vec<Write<'o>>,
}

impl<'o> Reading<'_, 'o, '_> {
    /// The members of a path-less value, which are attributes of the resource.
    fn add_members(&mut self, value: Span, op: Op, operation: u32) -> Option<()> {
        let mut scanner = Scanner::new(self.message, self.paths.limits.json_depth);
        scanner.jump(value.start as usize);
        if !scanner.take(b'{') {
            return None;
        }
        loop {
            let name = scanner.name().ok().filter(|name| !name.escaped)?;
            let leaf = self.paths.registry.plain(self.paths.resource_type, scanner.slice(name))?;
            let span = match scanner.token().ok()? {
                Token::String => {
                    let text = scanner.string().ok()?;
                    Span { start: text.start - 1, end: text.end + 1, ..text }
                }
                token @ (Token::True | Token::False) => scanner.word(token).ok()?,
                _ => return None,
            };
            self.add(leaf, None, op, Some(span), operation)?;
            if !scanner.more(b'}', "").ok()? {
                return Some(());
            }
        }
    }

    fn add(&mut self, id: AttributeId, chosen: Option<&'o Chosen<'_>>, op: Op, value: Option<Span>, operation: u32) -> Option<()> {
        let registry = self.paths.registry;
        let leaf = chosen.map_or(Some(id), |chosen| chosen.sub)?;
        let attribute = registry.attribute(leaf);
        let of = match chosen {
            None => None,
            Some(chosen) => {
                let Test::Compare(part, Comparison::Eq, wanted) = &chosen.test else { return None };
                Some(Choice { part: *part, wanted })
            }
        };
        if !self.is_single(attribute) || !self.is_free(leaf, attribute, of.is_some()) || self.meets(leaf, of.as_ref()) {
            return None;
        }
        let given = match (op, value) {
            // What is left of a complex value without a part is another question.
            (Op::Remove, None) if attribute.parent.is_none() && !attribute.required => None,
            (Op::Remove, _) | (_, None) => return None,
            (_, Some(value)) => Some(self.given(attribute, value, operation)?),
        };
        if self.found.len() == MOST {
            return None;
        }
        self.found.push(Write { leaf, holder: attribute.parent, top: registry.top(leaf), of, given });
        Some(())
    }

    /// A text or a flag that may be what a client likes.
    fn is_single(&self, attribute: &Attribute) -> bool {
        let boolean = attribute.kind == Type::Boolean && !attribute.multi_valued && attribute.mutability == Mutability::ReadWrite;
        (attribute.plain && attribute.mutability != Mutability::Immutable) || boolean
    }

    /// Whether writing it asks nothing about what it is part of, and changes nothing beside it.
    fn is_free(&self, leaf: AttributeId, attribute: &Attribute, chosen: bool) -> bool {
        let registry = self.paths.registry;
        let mut parent = attribute.parent;
        let mut in_element = chosen;
        while let Some(id) = parent {
            let whole = registry.attribute(id);
            let describes = whole.value == Some(leaf) && registry.child(id, "$ref").is_some();
            let free = whole.multi_valued == in_element
                && matches!(whole.mutability, Mutability::ReadWrite | Mutability::WriteOnly)
                && whole.identity != Identity::OnlyValue
                && whole.primary != Some(leaf)
                && whole.required_children.is_empty()
                && !describes;
            if !free {
                return false;
            }
            (parent, in_element) = (whole.parent, false);
        }
        true
    }

    /// Whether another operation writes the same value, or one that brackets ask for: then their order counts.
    fn meets(&self, leaf: AttributeId, of: Option<&Choice<'_>>) -> bool {
        let apart = |other: &Write<'_>| match (of, &other.of) {
            (Some(one), Some(two)) => {
                let texts = (one.wanted, two.wanted);
                one.part == two.part && matches!(texts, (Operand::Text { text: a, .. }, Operand::Text { text: b, .. }) if a != b)
            }
            _ => false,
        };
        let asked = |of: Option<&Choice<'_>>, leaf: AttributeId| of.is_some_and(|of| of.part == leaf);
        asked(of, leaf)
            || self
                .found
                .iter()
                .any(|other| (other.leaf == leaf && !apart(other)) || asked(of, other.leaf) || asked(other.of.as_ref(), leaf))
    }

    fn given(&mut self, attribute: &Attribute, value: Span, operation: u32) -> Option<Given<'o>> {
        let text = self.message.get(value.start as usize..value.end as usize)?;
        let raw = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match (attribute.kind, raw) {
            (Type::String, Some(raw)) => Some(Given::Text { raw, escaped: value.escaped }),
            (Type::Boolean, None) => match text {
                "true" => Some(Given::Flag(true)),
                "false" => Some(Given::Flag(false)),
                _ => None,
            },
            (Type::Boolean, Some(raw)) if self.paths.dialect.takes(Tolerance::EntraStringBoolean) && !value.escaped => {
                let (flag, detail) = flag_of_text(raw)?;
                let path = attribute.path.to_string().into();
                self.notes.push(Note { rule: Tolerance::EntraStringBoolean, operation: Some(operation), path, detail: detail.into() });
                Some(Given::Flag(flag))
            }
            _ => None,
        }
    }
}
