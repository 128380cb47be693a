//! What the path of an operation names: an attribute, elements of it, or a sub-attribute of them.

use std::borrow::Cow;

use super::error::PatchFault;
use super::message::Operation;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::Note;
use crate::limits::Limits;
use crate::path::{AttributePath, Comparison, Filter, PatchPath, Tolerated, parse_attribute_path, parse_patch_path, quoted};
use crate::resource::{Operand, Resolver, Scope, Test, is_plain};
use crate::schema::{AttributeId, Registry, ResourceTypeId, Returned, Type};

/// A path whose every name is known.
pub(crate) struct Target<'p> {
    /// The attribute, sub-attribute or extension before the brackets.
    pub(super) id: AttributeId,
    pub(super) chosen: Option<Chosen<'p>>,
}

/// What brackets choose.
pub(super) struct Chosen<'p> {
    pub(super) choice: Choice<'p>,
    pub(super) test: Test,
    /// The sub-attribute after the brackets.
    pub(super) sub: Option<AttributeId>,
    /// The path as it is written, for messages.
    pub(super) text: Cow<'p, str>,
}

/// What stands in brackets.
pub(super) enum Choice<'p> {
    /// `name eq "text"`
    Equal {
        name: Cow<'p, str>,
        text: Cow<'p, str>,
    },
    Filter(Filter),
}

impl Target<'_> {
    pub(super) fn into_owned(self) -> Target<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let chosen = self.chosen.map(|chosen| Chosen {
            choice: match chosen.choice {
                Choice::Equal { name, text } => Choice::Equal { name: owned(name), text: owned(text) },
                Choice::Filter(filter) => Choice::Filter(filter),
            },
            test: chosen.test,
            sub: chosen.sub,
            text: owned(chosen.text),
        });
        Target { id: self.id, chosen }
    }
}

impl Chosen<'_> {
    /// The same for brackets that choose the same, however they are spaced.
    pub(super) fn filter_key(&self) -> String {
        let filter = match &self.choice {
            Choice::Equal { name, text } => format!("{name} eq {}", quoted(text)),
            Choice::Filter(filter) => filter.to_string(),
        };
        filter.to_ascii_lowercase()
    }
}

/// Finds what paths name in one resource type.
#[derive(Clone, Copy)]
pub(crate) struct Targets<'r> {
    pub(crate) registry: &'r Registry,
    pub(crate) resource_type: ResourceTypeId,
    pub(crate) dialect: Dialect,
    pub(crate) limits: &'r Limits,
}

/// Reads a path without looking its names up.
pub(super) fn parse(text: &str, dialect: Dialect, limits: &Limits) -> Result<(PatchPath, Tolerated), PatchFault> {
    let allowed = Tolerated { value_path_sub: false, unquoted: dialect.takes(Tolerance::EntraUnquotedValue) };
    parse_patch_path(text, &limits.filter(), allowed).map_err(|(in_filter, reason)| {
        let path = text.into();
        if in_filter { PatchFault::BadFilter { path, reason } } else { PatchFault::BadPath { path, reason } }
    })
}

impl Targets<'_> {
    /// Reads a path and finds everything it names. Tolerances it takes become notes of `operation`.
    pub(super) fn find<'p>(&self, text: &'p str, operation: u32, notes: &mut Vec<Note>) -> Result<Target<'p>, PatchFault> {
        if let Some(target) = self.usual(text) {
            return Ok(target);
        }
        let (path, used) = parse(text, self.dialect, self.limits).map_err(|fault| self.first_fault(text, fault))?;
        let mut note = |rule, detail: &'static str| {
            notes.push(Note { rule, operation: Some(operation), path: text.to_owned().into(), detail: detail.into() });
        };
        if used.unquoted {
            note(Tolerance::EntraUnquotedValue, "the value without quotation marks was read as text");
        }
        let found = self.registry.resolve(self.resource_type, &path.attribute, self.dialect);
        let (id, tolerance) = found.map_err(|_| self.unknown(text.into()))?;
        if let Some(rule) = tolerance {
            note(rule, "it was read as the extension's `manager`");
        }
        let chosen = match path.filter {
            None => None,
            Some(filter) => Some(self.chosen(text, id, filter, path.sub.as_deref(), operation, notes)?),
        };
        Ok(Target { id, chosen })
    }

    /// What the paths of operations name, as far as they are usual.
    pub(super) fn foreseen<'o>(&self, operations: &'o [Operation<'_>]) -> Vec<Option<Target<'o>>> {
        operations.iter().map(|operation| self.usual(operation.path.as_deref()?)).collect()
    }

    /// What a path names that is spelled as most are: an attribute, or `attribute[name eq "text"]` with or without `.sub`. It takes
    /// no tolerance, and is taken apart without being copied.
    fn usual<'p>(&self, text: &'p str) -> Option<Target<'p>> {
        // By bytes: paths are too short for the searches that `str` has.
        let find = |text: &str, wanted: u8| text.bytes().position(|byte| byte == wanted);
        let Some(bracket) = find(text, b'[') else {
            return self.registry.plain(self.resource_type, text).map(|id| Target { id, chosen: None });
        };
        let id = self.registry.plain(self.resource_type, text.get(..bracket)?)?;
        let brackets = text.get(bracket + 1..)?;
        let (name, rest) = brackets.split_at_checked(find(brackets, b' ')?)?;
        let rest = rest.strip_prefix(" eq \"")?;
        let (wanted, after) = rest.split_at_checked(find(rest, b'"')?)?;
        let after = after.get(1..)?;
        let part = self.registry.child(id, name)?;
        let compared = self.registry.attribute(part);
        let sub = match after {
            "]" => None,
            _ => Some(self.registry.child(id, after.strip_prefix("].")?)?),
        };
        let fits = compared.kind.is_text() && compared.kind != Type::DateTime && compared.returned != Returned::Never;
        let within = text.len() <= self.limits.filter_length && self.limits.filter_depth > 0;
        if !(fits && within && self.has_elements(id) && is_plain(wanted)) {
            return None;
        }
        let test = Test::Compare(part, Comparison::Eq, Operand::of_text(compared, wanted));
        Some(Target {
            id,
            chosen: Some(Chosen { choice: Choice::Equal { name: name.into(), text: wanted.into() }, test, sub, text: text.into() }),
        })
    }

    /// What comes first in a path is told first: an unknown attribute before the filter on it.
    #[cold]
    fn first_fault(&self, text: &str, fault: PatchFault) -> PatchFault {
        let (PatchFault::BadFilter { .. }, Some((name, _))) = (&fault, text.split_once('[')) else { return fault };
        let Ok(path) = parse_attribute_path(name) else { return fault };
        match self.registry.resolve(self.resource_type, &path, self.dialect) {
            Err(_) => self.unknown(text.into()),
            Ok((id, _)) if !self.has_elements(id) => PatchFault::NoElements { path: text.into() },
            Ok(_) => fault,
        }
    }

    fn has_elements(&self, id: AttributeId) -> bool {
        let attribute = self.registry.attribute(id);
        (attribute.kind == Type::Complex || attribute.multi_valued) && !attribute.extension
    }

    fn chosen<'p>(
        &self,
        text: &'p str,
        id: AttributeId,
        filter: Filter,
        sub: Option<&str>,
        operation: u32,
        notes: &mut Vec<Note>,
    ) -> Result<Chosen<'p>, PatchFault> {
        let attribute = self.registry.attribute(id);
        if !self.has_elements(id) {
            return Err(PatchFault::NoElements { path: text.into() });
        }
        let mut resolver = Resolver { in_path: true, ..Resolver::new(self.registry, self.dialect, &|_: &AttributePath| false) };
        let test = resolver.resolve(&filter, Scope::Element(id));
        notes.extend(resolver.notes.into_iter().map(|note| Note { operation: Some(operation), ..note }));
        let test = test.map_err(|reason| PatchFault::UnusableFilter { path: text.into(), reason })?;
        let sub = match sub {
            None => None,
            Some(name) => Some(self.registry.child(id, name).ok_or_else(|| self.unknown(format!("{}.{name}", attribute.path)))?),
        };
        Ok(Chosen { choice: Choice::Filter(filter), test, sub, text: text.into() })
    }

    pub(super) fn unknown(&self, path: String) -> PatchFault {
        PatchFault::UnknownPath { path, resource_type: self.registry.resource_type(self.resource_type).name.to_string() }
    }
}
