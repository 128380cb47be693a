//! A value whose members are attributes, judged without the resource it is for: what an operation without path gives, or an
//! extension's object. Names are told twice as [`super::merge`] tells them.

use super::apply::Patcher;
use super::check::Checker;
use super::error::PatchFault;
use super::message::Op;
use super::named::Named;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::ScimType;
use crate::limits::Limits;
use crate::maps::Set;
use crate::resource::{Document, Findings, MessageReader, Scan, Span, Token, is_object_text, unescaped};
use crate::schema::{AttributeId, Registry, ResourceTypeId};

/// A patcher over no resource: it knows what names mean.
pub(super) fn names_of<'r, 't>(
    registry: &'r Registry,
    id: ResourceTypeId,
    dialect: Dialect,
    limits: &'r Limits,
    text: &'t str,
) -> Patcher<'r, 't> {
    Patcher::new(registry, id, dialect, limits, Document::new(), text, Vec::new())
}

/// The names that the members of one value give values to.
#[derive(Default)]
pub(super) struct Names {
    named: Named,
    /// Where each stands, and how many issues were told before it.
    places: Vec<(AttributeId, usize, String)>,
}

impl<'t> Checker<'_, 't, '_, '_> {
    /// An object whose members are attributes: of the resource, or of an extension. Names in an extension's object count as if
    /// they stood outside of it.
    pub(super) fn check_object(
        &mut self,
        op: Option<Op>,
        extension: Option<AttributeId>,
        value: Span,
        at: &str,
        names: Option<&mut Names>,
    ) -> Scan<()> {
        let mut own = Names::default();
        let outermost = names.is_none();
        let names = names.unwrap_or(&mut own);
        let path = match (extension, self.patcher.as_deref()) {
            (Some(id), Some(patcher)) => patcher.path(id),
            _ => "value".to_owned(),
        };
        if self.token(value)? == Token::Object {
            self.check_members(op, extension, value, at, names)?;
        } else if !self.check_text(op, extension, value, (at, &path), names)? {
            self.issue(ScimType::InvalidValue, &path, format!("`{path}` must be an object"), at);
        }
        if outermost {
            self.tell_twice(std::mem::take(names));
        }
        Ok(())
    }

    fn check_members(&mut self, op: Option<Op>, extension: Option<AttributeId>, value: Span, at: &str, names: &mut Names) -> Scan<()> {
        for (name, pointer, member) in self.members(value, at)? {
            let Some(patcher) = self.patcher.as_deref_mut() else { return Ok(()) };
            patcher.operation = self.index;
            let target = match extension {
                None => patcher.member(&name),
                Some(extension) => patcher.extension_member(extension, &name),
            };
            self.reader.findings.notes.append(&mut patcher.notes);
            let target = match target {
                Ok(target) => target,
                Err(fault) => {
                    self.fault(&fault, &pointer);
                    continue;
                }
            };
            names.places.push((target.id, self.reader.findings.issues.len(), pointer.clone()));
            if target.chosen.is_some() || !patcher.registry.attribute(target.id).extension {
                // What is wrong with the value is told where it is read.
                let _ = patcher.collect_names(&target, member, &mut names.named);
                patcher.notes.clear();
            }
            self.check_target(op, &target, Some(member), &pointer, pointer.clone(), Some(names))?;
        }
        Ok(())
    }

    /// Judges the object that a text spells; false where it spells none, or none is looked for. What is in it has no pointer of its own.
    fn check_text(
        &mut self,
        op: Option<Op>,
        extension: Option<AttributeId>,
        value: Span,
        (at, path): (&str, &str),
        names: &mut Names,
    ) -> Scan<bool> {
        if self.token(value)? != Token::String || !self.reader.dialect.takes(Tolerance::EntraJsonText) {
            return Ok(false);
        }
        let mut scanner = self.scanner(value);
        let span = scanner.string()?;
        let raw = scanner.slice(span);
        let text = if span.escaped { unescaped(raw) } else { raw.to_owned() };
        if !is_object_text(&text, self.limits.json_depth) {
            return Ok(false);
        }
        let Some(patcher) = self.patcher.as_deref() else { return Ok(true) };
        self.reader.note(Tolerance::EntraJsonText, path, "the text was read as the JSON object it spells".into());
        let (issues, places) = (self.reader.findings.issues.len(), names.places.len());
        let mut reader =
            MessageReader::new(&text, self.reader.pointer.clone(), self.reader.dialect, self.limits.json_depth, self.reader.findings);
        reader.operation = Some(self.index);
        let mut patcher = names_of(patcher.registry, patcher.resource_type, reader.dialect, self.limits, &text);
        let mut inner = Checker { reader: &mut reader, patcher: Some(&mut patcher), text: &text, limits: self.limits, index: self.index };
        inner.check_members(op, extension, Span { start: 0, end: text.len() as u32, escaped: false }, at, names)?;
        let pointer = format!("{}/{at}", self.reader.pointer);
        self.reader.findings.issues.iter_mut().skip(issues).for_each(|issue| issue.pointer.clone_from(&pointer));
        names.places.iter_mut().skip(places).for_each(|(_, _, place)| at.clone_into(place));
        Ok(true)
    }

    /// One attribute named twice, told at its last place among the other issues.
    fn tell_twice(&mut self, names: Names) {
        let Some(patcher) = self.patcher.as_deref() else { return };
        let mut twice = names.named.all_twice(patcher.registry);
        let found: Vec<_> =
            names.places.into_iter().rev().filter(|(id, ..)| twice.remove(id)).map(|(id, told, at)| (told, at, patcher.path(id))).collect();
        for (told, at, path) in found {
            let later = self.reader.findings.issues.split_off(told);
            self.fault(&PatchFault::NamedTwice { path }, &at);
            self.reader.findings.issues.extend(later);
        }
    }

    /// The members of an object in the message: name, pointer from the operation, value.
    fn members(&mut self, value: Span, at: &str) -> Scan<Vec<(String, String, Span)>> {
        let mut all = Vec::new();
        let mut seen = Set::default();
        let mut scratch = Findings::default();
        let text = self.text.get(..value.end as usize).unwrap_or("");
        let mut inner = MessageReader::new(text, at.to_owned(), self.reader.dialect, self.limits.json_depth, &mut scratch);
        inner.scanner.jump(value.start as usize);
        inner.members(&mut |reader, name| {
            let span = reader.skip()?;
            all.push((name.to_owned(), reader.pointer.clone(), span, !seen.insert(name.to_ascii_lowercase())));
            Ok(())
        })?;
        let mut members = Vec::new();
        for (name, pointer, span, twice) in all {
            if twice {
                self.issue(ScimType::InvalidSyntax, &name, format!("`{name}` appears twice in one object"), &pointer);
            } else {
                members.push((name, pointer, span));
            }
        }
        Ok(members)
    }
}
