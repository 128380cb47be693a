//! What the path of an operation names: an attribute, elements of it, or a sub-attribute of them.

use super::error::PatchFault;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::Note;
use crate::limits::Limits;
use crate::path::{AttributePath, Filter, PatchPath, Tolerated, parse_attribute_path, parse_patch_path};
use crate::resource::{Resolver, Scope, Test};
use crate::schema::{AttributeId, Registry, ResourceTypeId, Type};

/// A path whose every name is known.
pub(super) struct Target {
    /// The attribute, sub-attribute or extension before the brackets.
    pub(super) id: AttributeId,
    pub(super) chosen: Option<Chosen>,
}

/// What brackets choose.
pub(super) struct Chosen {
    pub(super) filter: Filter,
    pub(super) test: Test,
    /// The sub-attribute after the brackets.
    pub(super) sub: Option<AttributeId>,
    /// The path as it is written, for messages.
    pub(super) text: String,
}

impl Chosen {
    /// The same for paths that choose the same, however they are spaced.
    pub(super) fn key(&self) -> String {
        format!("[{}].{:?}", self.filter, self.sub).to_ascii_lowercase()
    }
}

/// Finds what paths name in one resource type.
pub(super) struct Targets<'r> {
    pub(super) registry: &'r Registry,
    pub(super) resource_type: ResourceTypeId,
    pub(super) dialect: Dialect,
    pub(super) limits: &'r Limits,
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
    pub(super) fn find(&self, text: &str, operation: u32, notes: &mut Vec<Note>) -> Result<Target, PatchFault> {
        if let Some(id) = self.registry.plain(self.resource_type, text) {
            return Ok(Target { id, chosen: None });
        }
        let (path, used) = parse(text, self.dialect, self.limits).map_err(|fault| self.first_fault(text, fault))?;
        let mut note = |rule, detail: &str| notes.push(Note { rule, operation: Some(operation), path: text.into(), detail: detail.into() });
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

    fn chosen(
        &self,
        text: &str,
        id: AttributeId,
        filter: Filter,
        sub: Option<&str>,
        operation: u32,
        notes: &mut Vec<Note>,
    ) -> Result<Chosen, PatchFault> {
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
        Ok(Chosen { filter, test, sub, text: text.into() })
    }

    pub(super) fn unknown(&self, path: String) -> PatchFault {
        PatchFault::UnknownPath { path, resource_type: self.registry.resource_type(self.resource_type).name.to_string() }
    }
}
