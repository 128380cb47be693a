//! What a write is held to besides its schema: how deep groups may stand in one another, and what guards may be set to.

use super::exchange::{Answer, Exchange};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::maps::Set;
use crate::org::{Id, Kind};
use crate::resource::{Document, NodeId};

impl Exchange<'_, '_> {
    /// Groups stand inside one another no deeper than the limit.
    pub(super) fn judge_nesting(&self, group: Id, subjects: &[Id]) -> Answer<()> {
        let view = self.draft.view();
        let is_group = |id: &Id| self.draft.kind(*id) == Some(Kind::Group);
        let new: Vec<Id> = subjects.iter().copied().filter(|id| is_group(id) && !view.is_member(group, *id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let groups = self.draft.groups();
        let limit = self.draft.org.config.limits.group_depth;
        let levels = |start: &[Id], up: bool| {
            let mut seen: Set<Id> = start.iter().copied().collect();
            let mut level = start.to_vec();
            let mut count = 0;
            // Once every group there is was seen, no further level can follow; and too deep is too deep.
            while seen.len() < groups && count < limit {
                let mut next = Vec::new();
                for at in &level {
                    let mut step = |other: Id| {
                        if is_group(&other) && seen.insert(other) {
                            next.push(other);
                        }
                    };
                    if up { view.for_each_group_of(*at, &mut step) } else { view.for_each_member(*at, &mut step) }
                }
                if next.is_empty() {
                    break;
                }
                count += 1;
                level = next;
            }
            count
        };
        if levels(&[group], true) + levels(&new, false) + 2 > limit {
            let detail = format!("groups would stand inside one another deeper than the limit of {limit} (groupDepth)");
            return Err(ScimError::new(400, Some(ScimType::TooMany), detail).at("members.value").into());
        }
        Ok(())
    }

    /// The settings of guards, each with the name of its guard.
    fn guards(&self, document: &Document<'_>) -> Vec<(String, NodeId)> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let Some(guards) = registry.root_attribute(org.known.organization, "guards") else { return Vec::new() };
        let name = |element: NodeId| {
            let node = registry.child(guards, "type").and_then(|id| document.child(element, id));
            node.and_then(|node| document.string(node)).unwrap_or_default().into_owned()
        };
        let elements = document.child(NodeId::ROOT, guards).into_iter().flat_map(|node| document.children(node));
        elements.map(|element| (name(element), element)).collect()
    }

    /// A guard's setting that a PATCH adds takes the place of the one there was.
    pub(super) fn settle_guards(&self, document: &mut Document<'_>) {
        let settings = self.guards(document);
        for (at, (guard, element)) in settings.iter().enumerate() {
            if settings.iter().skip(at + 1).any(|(later, _)| later.eq_ignore_ascii_case(guard)) {
                document.remove(*element);
            }
        }
    }

    /// Each guard is set once, to numbers that can be reached.
    pub(super) fn judge_guards(&self, document: &Document<'_>) -> Answer<()> {
        let registry = &self.draft.org.config.registry;
        let mut seen: Vec<String> = Vec::new();
        for (guard, element) in self.guards(document) {
            if seen.iter().any(|other| other.eq_ignore_ascii_case(&guard)) {
                let detail = format!("`guards` sets the guard `{guard}` twice");
                return Err(ScimError::new(409, Some(ScimType::Uniqueness), detail).at("guards.type").into());
            }
            seen.push(guard);
            for node in document.children(element) {
                let path = &registry.attribute(document.node(node).attribute).path;
                let most = match &**path {
                    "guards.count" | "guards.window" => u32::MAX,
                    "guards.share" => 100,
                    _ => continue,
                };
                if document.raw(node).parse::<u32>().is_ok_and(|number| number <= most) {
                    continue;
                }
                let detail = format!("`{path}` must be a whole number from 0 to {most}");
                return Err(ScimError::new(400, Some(ScimType::InvalidValue), detail).at(path.to_string()).into());
            }
        }
        Ok(())
    }
}
