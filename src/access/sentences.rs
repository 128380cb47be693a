//! Reasons as sentences that a person could read aloud to the user who is asking: display names, and ids only where
//! there is no name.

use std::borrow::Cow;

use super::answers::{ObjectRef, ObjectType};
use super::paths::Path;
use crate::org::{Id, Kind, Organization, Rank, View};

/// A sentence in the making.
pub(super) struct Sentence<'o> {
    organization: &'o Organization,
    text: String,
}

impl<'o> Sentence<'o> {
    pub(super) fn new(organization: &'o Organization) -> Self {
        Self { organization, text: String::new() }
    }

    pub(super) fn end(mut self) -> String {
        self.text.push('.');
        self.text
    }

    fn push(&mut self, parts: &[&str]) {
        self.text.extend(parts.iter().copied());
    }

    // ── parts

    /// The name a person would know a resource by.
    fn name(&self, id: Id) -> Cow<'o, str> {
        self.organization.display(id).unwrap_or_else(|| self.organization.name(id))
    }

    fn object(&self, id: Id) -> String {
        match self.organization.facts.kind(id) {
            Some(Kind::Organization) | None => "the organization".into(),
            Some(Kind::Workspace) => format!("workspace {}", self.name(id)),
            Some(_) => format!("folder {}", self.name(id)),
        }
    }

    /// A role as a title: `editor` is Editor.
    fn title(&self, rank: Rank) -> String {
        let name = self.organization.config.roles.name(rank);
        let mut letters = name.chars();
        letters.next().map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect())
    }

    /// Who has the role of a path where: `their group Sales has Editor on workspace Launch`.
    fn grant(&self, path: &Path, object: Id) -> String {
        let place = if path.object == object { "it".into() } else { self.object(path.object) };
        let title = self.title(path.rank);
        if path.object == Id::ORGANIZATION {
            return "they are one of its owners".into();
        }
        let Some((first, outer)) = path.via.split_first() else { return format!("they were granted {title} on {place} themselves") };
        let mut chain = format!("their group {}", self.name(*first));
        for (at, group) in outer.iter().enumerate() {
            chain.push_str(if at == 0 { " is part of " } else { ", which is part of " });
            chain.push_str(&self.name(*group));
        }
        let has = if outer.is_empty() { " has" } else { ", which has" };
        format!("{chain}{has} {title} on {place}")
    }

    // ── sentences

    pub(super) fn no_user(&mut self, id: &str) {
        self.push(&["There is no user with the id ", id]);
    }

    pub(super) fn no_object(&mut self, object: &ObjectRef) {
        let kind = match object.kind {
            ObjectType::Organization => "organization",
            ObjectType::Workspace => "workspace",
            ObjectType::Folder => "folder",
        };
        self.push(&["There is no ", kind, " with the id ", &object.id]);
    }

    pub(super) fn inactive(&mut self, user: Id) {
        self.push(&["The account of ", &self.name(user), " is inactive"]);
    }

    /// Goes on from `inactive`.
    pub(super) fn would_be(&mut self, object: Id, potential: Rank) {
        let (title, object) = (self.title(potential), self.object(object));
        match potential {
            0 => self.push(&[", and active it would have no role on ", &object, " either"]),
            _ => self.push(&["; once it is active again, they are ", &title, " of ", &object]),
        }
    }

    pub(super) fn no_path(&mut self, user: Id, object: Id) {
        if object == Id::ORGANIZATION {
            self.push(&[&self.name(user), " is not one of the organization's owners"]);
        } else {
            self.push(&[
                &self.name(user),
                " has no role on ",
                &self.object(object),
                ": nothing was granted to them or to a group of theirs",
            ]);
        }
    }

    pub(super) fn blocked(&mut self, user: Id, object: Id, path: &Path) {
        let (name, target, grant) = (self.name(user), self.object(object), self.grant(path, object));
        self.push(&[&name, " has no role on ", &target, ": ", &grant, ", but "]);
        let Some(stop) = path.stopped_at else {
            self.push(&["it does not come down"]);
            return;
        };
        let place = self.object(stop);
        let facts = &self.organization.facts;
        let in_workspace = root(facts_view(self.organization), object).is_some_and(|root| facts.kind(root) == Some(Kind::Workspace));
        match facts.kind(stop) {
            Some(Kind::Workspace) => self.push(&["folders are closed to whoever has no role on ", &place, " itself"]),
            _ if facts.policy().workspace_exit && !in_workspace => self.push(&["that folder is in no workspace"]),
            _ => self.push(&[&place, " is private"]),
        }
    }

    pub(super) fn decided(&mut self, user: Id, object: Id, rank: Rank, path: &Path) {
        let (name, title, target, grant) = (self.name(user), self.title(rank), self.object(object), self.grant(path, object));
        self.push(&[&name, " is ", &title, " of ", &target, ", because ", &grant]);
        if let Some(stop) = path.stopped_at.filter(|_| path.effective < path.rank) {
            let (place, lower) = (self.object(stop), self.title(path.effective));
            self.push(&[", which ", &place, " lowers to ", &lower]);
        }
    }

    /// Goes on from `decided`.
    pub(super) fn but_needs(&mut self, can: &str, needed: Rank) {
        let title = self.title(needed);
        let stronger = if needed < self.organization.config.roles.strongest() { " or stronger" } else { "" };
        self.push(&[", but ", can, " takes ", &title, stronger]);
    }

    pub(super) fn creation(&mut self, user: Id, owner: bool, allowed: bool) {
        let name = self.name(user);
        match (owner, allowed) {
            (true, _) => self.push(&[&name, " may create workspaces, because they are one of the organization's owners"]),
            (_, true) => self.push(&[&name, " may create workspaces, because the organization lets all its members do so"]),
            (_, false) => self.push(&[&name, " may not create workspaces, because the organization lets only its owners do so"]),
        }
    }

    pub(super) fn created_elsewhere(&mut self, user: Id, object: Id) {
        self.push(&[&self.name(user), " cannot create workspaces in ", &self.object(object), ": they are created in the organization"]);
    }
}

fn facts_view(organization: &Organization) -> View<'_> {
    View::plain(&organization.facts)
}

/// The topmost object that something comes down from.
fn root(view: View<'_>, object: Id) -> Option<Id> {
    let mut at = object;
    for _ in 0..=view.facts().id_space() {
        match view.link(at) {
            Some(parent) => at = parent,
            None => return Some(at),
        }
    }
    None
}

impl Organization {
    /// The name a person would know a resource by: displayName, else userName.
    pub(crate) fn display(&self, id: Id) -> Option<Cow<'_, str>> {
        let body = self.body(id)?.packed();
        match self.facts.kind(id)? {
            Kind::User => body.member(self.known.user_display_name).or_else(|| body.member(self.known.user_name)),
            kind => self.config.registry.root_attribute(self.type_of(kind), "displayName").and_then(|name| body.member(name)),
        }?
        .text()
        .filter(|name| !name.is_empty())
    }
}
