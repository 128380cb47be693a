//! PATCH of a group (RFC 7644 §3.5.2): members come and go as facts, apart from the document, so that one costs one.

use super::exchange::{Answer, Exchange, Stop};
use super::representation::Representations;
use super::write::names;
use crate::dialect::Tolerance;
use crate::error::ScimError;
use crate::issue::{Note, ScimType};
use crate::maps::Map;
use crate::org::{Class, Id, Kind};
use crate::patch::members::{ListEdit, Reference, edits_of, is_on, reader};
use crate::patch::{Patcher, operations};

impl Exchange<'_, '_> {
    /// Patches a group whose members stay where they are: as facts, apart from the document.
    pub(super) fn patch_group(&mut self, id: Id, message: &str) -> Answer<()> {
        let org = self.draft.org;
        let (registry, limits, of, list) = (&org.config.registry, &org.config.limits, org.known.group, org.known.members);
        let mut notes = Vec::new();
        let all = operations(message, self.dialect, limits, &mut notes)?;
        let mut lists = reader(registry, of, self.dialect, limits, message);
        let on_members: Vec<bool> = all.iter().map(|operation| is_on(&mut lists, operation, list)).collect();
        let hidden = all.iter().zip(&on_members).any(|(operation, on)| {
            let value = operation.value.and_then(|span| message.get(span.start as usize..span.end as usize));
            !on && operation.path.is_none() && value.is_some_and(|value| names(value, "members"))
        });
        if hidden {
            return self.patch_whole(id, Kind::Group, message);
        }
        let mut edits: Vec<(u32, ListEdit)> = Vec::new();
        let mut rest = Vec::new();
        let mut fault = None;
        for (operation, on) in all.into_iter().zip(on_members) {
            if !on {
                rest.push(operation);
            } else if fault.is_none() {
                match edits_of(&mut lists, &operation, list) {
                    Ok(Some(edit)) => edits.push((operation.index, edit)),
                    Ok(None) => return self.patch_whole(id, Kind::Group, message),
                    Err(error) => fault = Some(crate::patch::PatchError { operation: Some(operation.index), fault: error }),
                }
            }
        }
        if rest.is_empty() && fault.is_none() {
            // Nothing but members: the group itself need not be read.
            let members = self.edited_members(id, &edits)?;
            self.notes.append(&mut notes);
            self.notes.append(&mut lists.take_notes());
            self.write_members(id, members);
            return Ok(());
        }
        let stored = Representations { draft: &self.draft }.stored_text(id, Kind::Group, false);
        let original = registry.stored(&stored, of, limits)?;
        let outcome = Patcher::new(registry, of, self.dialect, limits, original.draft(), message, notes).apply(&rest, &|| original.clone());
        let patched = match (outcome, fault) {
            (Ok(patched), None) => patched,
            (Err(first), Some(second)) if second.operation < first.operation => return Err(second.into()),
            (Err(error), _) | (_, Some(error)) => return Err(error.into()),
        };
        let members = self.edited_members(id, &edits)?;
        if patched.changed {
            self.judge_unique(Some(id), Kind::Group, &patched.document)?;
        }
        self.notes.extend(patched.notes);
        self.notes.append(&mut lists.take_notes());
        if patched.changed {
            self.put_body(id, Kind::Group, &patched.document);
        }
        self.write_members(id, members);
        Ok(())
    }

    fn write_members(&mut self, id: Id, members: Vec<(Id, bool)>) {
        for (subject, member) in members {
            self.additions |= member;
            self.draft.set_member(id, subject, member);
        }
    }

    /// What operations on members come to: each subject they concern, and whether it is a member in the end.
    fn edited_members(&mut self, group: Id, edits: &[(u32, ListEdit)]) -> Answer<Vec<(Id, bool)>> {
        let mut concerned = Concerned::default();
        for (index, edit) in edits {
            let at = |stop: Stop| match stop {
                Stop::Refused(error) => Stop::Refused(error.of_operation(Some(*index))),
                fatal => fatal,
            };
            match edit {
                ListEdit::Add(references) => {
                    let subjects = self.subjects(group, references, Some(*index)).map_err(at)?;
                    subjects.into_iter().for_each(|subject| concerned.set(subject, true));
                }
                ListEdit::Remove(references) => {
                    for reference in references {
                        let found = [Class::User, Class::Group].into_iter().filter_map(|class| self.draft.find(class, &reference.value));
                        found.for_each(|subject| concerned.set(subject, false));
                    }
                }
                ListEdit::Replace(references) => {
                    let subjects = self.subjects(group, references, Some(*index)).map_err(at)?;
                    concerned.clear();
                    self.draft.view().for_each_member(group, |member| {
                        if self.draft.kind(member).is_some() {
                            concerned.set(member, false);
                        }
                    });
                    subjects.into_iter().for_each(|subject| concerned.set(subject, true));
                }
            }
        }
        Ok(concerned.order.iter().filter_map(|subject| concerned.state.get(&subject.0).map(|member| (*subject, *member))).collect())
    }

    /// The users and groups that references of a group's members name.
    pub(super) fn subjects(&mut self, group: Id, references: &[Reference], operation: Option<u32>) -> Answer<Vec<Id>> {
        let mut subjects = Vec::with_capacity(references.len());
        for reference in references {
            let value = &reference.value;
            let class = match reference.kind.as_deref() {
                None => None,
                Some(kind) if kind.eq_ignore_ascii_case("User") => Some(Class::User),
                Some(kind) if kind.eq_ignore_ascii_case("Group") => Some(Class::Group),
                Some(kind) => {
                    let detail = format!("`members.type` is `{kind}`: a member is a User or a Group");
                    return Err(ScimError::new(400, Some(ScimType::InvalidValue), detail).at("members.type").into());
                }
            };
            let classes = class.map_or(vec![Class::User, Class::Group], |class| vec![class]);
            match classes.into_iter().find_map(|class| self.draft.find(class, value)) {
                Some(subject) => {
                    subjects.push(subject);
                }
                None if self.draft.settings().skip_unknown_members => {
                    let detail = format!("`{value}` is no user or group that is known; it was left out");
                    self.notes.push(Note { rule: Tolerance::SkippedMember, operation, path: "members".into(), detail: detail.into() });
                }
                None => {
                    let detail = format!("member `{value}` is no user or group that is known: provision it first");
                    return Err(ScimError::new(400, Some(ScimType::InvalidValue), detail).at("members.value").into());
                }
            }
        }
        self.judge_nesting(group, &subjects)?;
        Ok(subjects)
    }
}

/// Subjects that operations concern, in the order first met.
#[derive(Default)]
struct Concerned {
    order: Vec<Id>,
    state: Map<u32, bool>,
}

impl Concerned {
    fn set(&mut self, subject: Id, member: bool) {
        if self.state.insert(subject.0, member).is_none() {
            self.order.push(subject);
        }
    }

    fn clear(&mut self) {
        self.state.values_mut().for_each(|member| *member = false);
    }
}
