//! Resources on their way in: bodies, and what of them is a fact too.

use std::collections::BTreeSet;

use super::body::{Body, Time};
use super::edges::CONTAINER;
use super::names::{Class, ORGANIZATION};
use super::record_error::RecordFault;
use super::record_value::time;
use super::restore::Restore;
use super::words::{Audience, Id, Kind, Parent};
use crate::resource::{self, Beside, Document, NodeId, Packed};
use crate::schema::{AttributeId, common};

impl Restore<'_, '_> {
    pub(super) fn put_resource(&mut self, kind: Kind, id: &str, text: &str) -> Result<(), RecordFault> {
        self.judge_free(kind, id)?;
        let org = &*self.org;
        let document = org.config.registry.stored(text, org.type_of(kind), &org.config.limits)?;
        let body = self.judged(&document, kind, id)?;
        self.place(kind, id, body)
    }

    pub(super) fn put_packed(&mut self, kind: Kind, id: &str, beside: Beside<'_>) -> Result<(), RecordFault> {
        self.judge_free(kind, id)?;
        let (created, modified) = judged_beside(id, beside)?;
        let body = Body::new(created, modified, &self.packed);
        self.place(kind, id, body)
    }

    /// A workspace and a folder cannot have one id.
    fn judge_free(&self, kind: Kind, id: &str) -> Result<(), RecordFault> {
        if kind != Kind::Workspace && kind != Kind::Folder {
            return Ok(());
        }
        let there = self.org.names.find(Class::Object, id).and_then(|id| self.org.facts.kind(id));
        match there.filter(|other| *other != kind) {
            None => Ok(()),
            Some(other) => Err(RecordFault::Taken { kind: if other == Kind::Workspace { "a workspace" } else { "a folder" } }),
        }
    }

    fn place(&mut self, kind: Kind, id: &str, body: Body) -> Result<(), RecordFault> {
        let active = body.packed().member(self.org.known.active) != Some(resource::Value::Boolean(false));
        let place = if kind == Kind::Folder { Some((self.parent(body.packed())?, self.audience(body.packed())?)) } else { None };
        let at = self.intern(Class::of(kind), id)?;
        self.org.facts.set_kind(at, Some(kind));
        if kind == Kind::User {
            self.org.facts.set_active(at, active);
        }
        self.org.put_body(at, Some(body));
        if let Some((parent, audience)) = place {
            let parent = match parent {
                Some((parent, kind)) => Some(Parent { id: self.intern(Class::Object, &parent)?, kind }),
                None => None,
            };
            let before = self.org.facts.parent(at);
            self.org.facts.set_parent(at, parent);
            self.org.facts.set_audience(at, audience);
            if let Some(before) = before {
                self.org.release_unused(before.id);
            }
        }
        Ok(())
    }

    pub(super) fn remove_resource(&mut self, kind: Kind, id: &str) {
        let Some(at) = self.org.names.find(Class::of(kind), id).filter(|at| self.org.facts.kind(*at) == Some(kind)) else { return };
        self.org.put_body(at, None);
        let parent = self.org.facts.parent(at);
        self.org.facts.set_kind(at, None);
        self.org.release_unused(at);
        if let Some(parent) = parent {
            self.org.release_unused(parent.id);
        }
    }

    /// The body of a value that its type's schema describes wholly.
    fn judged(&self, document: &Document<'_>, kind: Kind, id: &str) -> Result<Body, RecordFault> {
        let (registry, known) = (&self.org.config.registry, &self.org.known);
        let of = self.org.type_of(kind);
        let left_out =
            [common::SCHEMAS, common::META, known.groups, known.members, known.password, known.workspace_grants, known.folder_grants];
        for node in document.opaque() {
            let attribute = document.node(node).attribute;
            let root = document.root_of(node);
            if root != AttributeId::UNKNOWN && left_out.contains(&root) {
                continue;
            }
            return Err(if attribute == AttributeId::UNKNOWN {
                let resource_type = registry.resource_type(of).name.to_string();
                RecordFault::UnknownAttribute { name: document.unknown_name(node).into(), resource_type }
            } else {
                RecordFault::WrongType { path: registry.attribute(attribute).path.to_string() }
            });
        }
        let text = |parent: NodeId, id: AttributeId| document.child(parent, id).and_then(|node| document.string(node));
        let meta = document.child(NodeId::ROOT, common::META);
        let time = |id: AttributeId| meta.and_then(|meta| text(meta, id));
        let (own, created, modified) = (text(NodeId::ROOT, common::ID), time(common::META_CREATED), time(common::META_LAST_MODIFIED));
        let beside = Beside { id: own.as_deref(), created: created.as_deref(), modified: modified.as_deref() };
        let (created, modified) = judged_beside(id, beside)?;
        Ok(self.org.body_of(document, of, created, modified))
    }

    /// A folder's parent; none where the host's own schema has no such attribute.
    fn parent(&self, folder: Packed<'_>) -> Result<Option<(String, Kind)>, RecordFault> {
        let known = &self.org.known;
        if known.parent_value == AttributeId::UNKNOWN {
            return Ok(None);
        }
        let Some(resource::Value::Object(parent)) = folder.member(known.parent) else {
            return Err(RecordFault::Missing { path: "parent" });
        };
        let text = |id: AttributeId| parent.member(id).and_then(resource::Value::text).filter(|text| !text.is_empty());
        let value = text(known.parent_value).ok_or(RecordFault::Missing { path: "parent.value" })?;
        let kind = text(known.parent_type).ok_or(RecordFault::Missing { path: "parent.type" })?;
        let kind = match &*kind {
            _ if kind.eq_ignore_ascii_case("Workspace") => Kind::Workspace,
            _ if kind.eq_ignore_ascii_case("Folder") => Kind::Folder,
            _ => {
                let known = "Workspace or Folder".into();
                return Err(RecordFault::NotOneOf { path: "parent.type", value: kind.into_owned(), known });
            }
        };
        Ok(Some((value.into_owned(), kind)))
    }

    fn audience(&self, folder: Packed<'_>) -> Result<Audience, RecordFault> {
        let Some(text) = folder.member(self.org.known.audience).and_then(resource::Value::text) else {
            return Ok(Audience::Private);
        };
        let roles = &self.org.config.roles;
        let role =
            || (1..).zip(&roles.roles).find(|(rank, role)| roles.is_group_assignable(*rank) && role.name.eq_ignore_ascii_case(&text));
        match &*text {
            word if word.eq_ignore_ascii_case("private") => Ok(Audience::Private),
            word if word.eq_ignore_ascii_case("parent") => Ok(Audience::Parent),
            word => match role() {
                Some((rank, _)) => Ok(Audience::Cap(rank)),
                None => {
                    let known = format!("private, parent, {}", roles.group_assignable.join(", "));
                    Err(RecordFault::NotOneOf { path: "audience", value: word.into(), known })
                }
            },
        }
    }

    /// The Organization resource is always there: without a record it is as it was from the start.
    pub(super) fn organization(&mut self, text: Option<&str>) -> Result<(), RecordFault> {
        let (mut owners, mut body) = (Vec::new(), self.org.initial_body());
        if let Some(text) = text {
            let (known, registry) = (&self.org.known, &self.org.config.registry);
            let document = registry.stored(text, known.organization, &self.org.config.limits)?;
            body = self.judged(&document, Kind::Organization, ORGANIZATION)?;
            if let Some(list) = document.child(NodeId::ROOT, known.owners) {
                for owner in document.children(list) {
                    let value = document.child(owner, known.owner_value).and_then(|node| document.string(node));
                    let value = value.filter(|value| !value.is_empty()).ok_or(RecordFault::Missing { path: "owners.value" })?;
                    owners.push(value.into_owned());
                }
            }
        }
        let mut now = BTreeSet::new();
        for owner in owners {
            now.insert(self.intern(Class::User, &owner)?);
        }
        let before: Vec<Id> = self.org.facts.list(Id::ORGANIZATION.0).iter().map(|word| Id(word & CONTAINER)).collect();
        for owner in before.into_iter().filter(|owner| !now.contains(owner)) {
            self.write_edge(Id::ORGANIZATION, owner, 0);
            self.org.release_unused(owner);
        }
        let strongest = self.org.config.roles.strongest();
        for owner in now {
            self.write_edge(Id::ORGANIZATION, owner, strongest);
        }
        self.org.put_body(Id::ORGANIZATION, Some(body));
        self.org.facts.set_policy(self.org.settings.policy);
        Ok(())
    }
}

/// The times of a resource, where what stands beside its attributes is sound.
fn judged_beside(id: &str, beside: Beside<'_>) -> Result<(Option<Time>, Option<Time>), RecordFault> {
    if let Some(own) = beside.id.filter(|own| *own != id) {
        return Err(RecordFault::OtherId { id: own.into() });
    }
    let time = |text: Option<&str>, path: &'static str| text.map(|text| time(path, text)).transpose();
    Ok((time(beside.created, "meta.created")?, time(beside.modified, "meta.lastModified")?))
}
