//! The requests that undo a plan, worked out from what it changed when somebody asks for them.
//!
//! They can be planned one after another, or all together, by the system actor:
//!
//! 1. names that a resource is to get back are freed, where another one bears them now;
//! 2. deleted resources are made again under their old ids: users, groups, workspaces, folders after their parents;
//! 3. attributes, members, grants and parents go back, folders from the top down: then whatever stands above a folder's
//!    old parent is where it was, and the folder is not above it. So no step closes a ring;
//! 4. the organization's own attributes and owners;
//! 5. what the plan created is deleted, of a created tree its root.
//!
//! What hangs on a created resource goes with it. An edge that named a resource which was not there is not restored:
//! no request can write one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::listing::Sides;
use super::plan::Plan;
use crate::access::Direction;
use crate::error::ScimError;
use crate::maps::Map;
use crate::org::{Body, Id, Kind, MEMBER, Organization};
use crate::patch::{PATCH_OP, inverse_operations};
use crate::path::quoted;
use crate::protocol::{Method, Request, encoded, endpoint};
use crate::resource::{Value, Writer, push_quoted, value};
use crate::schema::AttributeId;

/// The bodies on both sides of a change.
#[derive(Clone, Copy)]
pub(crate) enum Bodies<'a> {
    /// It is planned: these are the new ones.
    Planned(&'a [(Id, Body)]),
    /// It has happened: these are the old ones, where they were others.
    Committed(&'a Map<u32, Option<Body>>),
}

/// Both sides of a change, with the bodies.
#[derive(Clone, Copy)]
pub(crate) struct Past<'a> {
    pub(crate) org: &'a Organization,
    pub(crate) sides: Sides<'a>,
    pub(crate) bodies: Bodies<'a>,
}

impl Organization {
    /// The requests that undo a plan, planned or committed, for the system actor to send.
    pub fn inverse(&self, plan: &Plan) -> Result<Vec<Request>, ScimError> {
        self.judge_readable(plan)?;
        let (change, direction, bodies) = match &plan.opposite {
            Some(opposite) => (&opposite.change, Direction::Committed, Bodies::Committed(&opposite.bodies)),
            None => (&plan.edits.change, Direction::Planned, Bodies::Planned(&plan.edits.bodies)),
        };
        let name = |id| self.name_in(&plan.edits, id);
        let sides = Sides { facts: &self.facts, change, direction, name: &name, roles: &self.config.roles };
        Ok(requests(&Past { org: self, sides, bodies }))
    }
}

/// Requests as the contract's `ScimRequest`s.
pub fn requests_json(requests: &[Request]) -> String {
    let mut out = String::from("[");
    for (i, request) in requests.iter().enumerate() {
        out.push_str(if i > 0 { ",{\"method\":" } else { "{\"method\":" });
        push_quoted(&mut out, request.method.name());
        out.push_str(",\"path\":");
        push_quoted(&mut out, &request.path);
        if let Some(body) = request.body.as_deref().and_then(|body| std::str::from_utf8(body).ok()) {
            out.push_str(",\"body\":");
            out.push_str(body);
        }
        if let Some(id) = &request.id {
            out.push_str(",\"id\":");
            push_quoted(&mut out, id);
        }
        out.push('}');
    }
    out.push(']');
    out
}

/// The requests that lead from after back to before.
pub(crate) fn requests(past: &Past<'_>) -> Vec<Request> {
    let written = match past.bodies {
        Bodies::Planned(new) => new.iter().enumerate().map(|(at, (id, _))| (id.0, at)).collect(),
        Bodies::Committed(_) => Map::default(),
    };
    let mut undo = Undo { past, written, requests: Vec::new(), created: Vec::new(), deleted: Vec::new(), changed: BTreeMap::new() };
    undo.gather();
    undo.free_names();
    undo.create();
    undo.restore();
    undo.delete();
    undo.requests
}

/// An edge that differs: its subject, its value before and after.
#[derive(Clone, Copy)]
struct Edge {
    subject: Id,
    before: u8,
    after: u8,
}

#[derive(Default)]
struct Changed {
    edges: Vec<Edge>,
    body: bool,
}

struct Undo<'p, 'a> {
    past: &'p Past<'a>,
    /// Where the bodies are that a plan writes.
    written: Map<u32, usize>,
    requests: Vec<Request>,
    created: Vec<(Id, Kind)>,
    deleted: Vec<(Id, Kind)>,
    /// Of resources that are there before the plan: what has to be written back besides their existence.
    changed: BTreeMap<Id, Changed>,
}

const ENVELOPE: usize = 96;

impl<'a> Undo<'_, 'a> {
    fn name(&self, id: Id) -> Cow<'a, str> {
        (self.past.sides.name)(id)
    }

    fn before_body(&self, id: Id) -> Option<&'a Body> {
        match self.past.bodies {
            Bodies::Planned(_) => self.past.org.body(id),
            Bodies::Committed(old) => old.get(&id.0).map_or_else(|| self.past.org.body(id), Option::as_ref),
        }
    }

    fn after_body(&self, id: Id) -> Option<&'a Body> {
        match self.past.bodies {
            Bodies::Planned(new) => {
                let written = self.written.get(&id.0).and_then(|at| new.get(*at)).map(|(_, body)| body);
                written.or_else(|| self.past.org.body(id)).filter(|_| self.past.sides.after().kind(id).is_some())
            }
            Bodies::Committed(_) => self.past.org.body(id),
        }
    }

    fn before_kind(&self, id: Id) -> Option<Kind> {
        self.past.sides.before().kind(id)
    }

    fn gather(&mut self) {
        let sides = self.past.sides;
        let (before, after) = (sides.before(), sides.after());
        for node in sides.change.nodes() {
            match (before.kind(node.id), after.kind(node.id)) {
                (Some(kind), None) => self.deleted.push((node.id, kind)),
                (None, Some(kind)) => self.created.push((node.id, kind)),
                _ => {}
            }
        }
        for (container, subject) in self.edges() {
            let values = (before.pair(container.0, subject.0), after.pair(container.0, subject.0));
            if values.0 != values.1 && before.kind(container).is_some() && before.kind(subject).is_some() {
                self.changed.entry(container).or_default().edges.push(Edge { subject, before: values.0, after: values.1 });
            }
        }
        let written: Vec<Id> = match self.past.bodies {
            Bodies::Planned(new) => new.iter().map(|(id, _)| *id).collect(),
            Bodies::Committed(old) => old.keys().map(|id| Id(*id)).collect(),
        };
        for id in written {
            if let (Some(was), Some(now)) = (self.before_body(id), self.after_body(id))
                && was.content() != now.content()
                && before.kind(id).is_some()
            {
                self.changed.entry(id).or_default().body = true;
            }
        }
        // By identifier, so that the order says nothing of how the resources are numbered here.
        let mut created = std::mem::take(&mut self.created);
        let mut deleted = std::mem::take(&mut self.deleted);
        crate::sort::by_key(&mut created, &mut |(id, _)| self.name(*id));
        crate::sort::by_key(&mut deleted, &mut |(id, _)| self.name(*id));
        (self.created, self.deleted) = (created, deleted);
    }

    /// Every pair that may differ, each once.
    fn edges(&self) -> BTreeSet<(Id, Id)> {
        let sides = self.past.sides;
        let pairs = sides.change.net.pairs().iter().filter(|pair| pair.differs());
        let mut found: BTreeSet<(Id, Id)> = pairs.map(|pair| (Id(pair.container), Id(pair.subject))).collect();
        sides.change.for_each_cascaded(sides.facts, |container, subject, _| {
            found.insert((container, subject));
        });
        found
    }

    // ── names

    /// The attribute by which no two resources of a kind may be called the same.
    fn unique(&self, kind: Kind) -> Option<AttributeId> {
        match kind {
            Kind::User => Some(self.past.org.known.user_name),
            Kind::Group => Some(self.past.org.known.group_display_name),
            Kind::Organization | Kind::Workspace | Kind::Folder => None,
        }
    }

    /// What a body calls its resource, as names compare.
    fn called(&self, body: Option<&'a Body>, kind: Kind) -> Option<String> {
        let name = body?.packed().member(self.unique(kind)?).and_then(Value::text)?;
        Some(value::folded(&name).into_owned())
    }

    /// A name that another resource bears now is taken from that one first: it will be deleted, or gets its own back.
    fn free_names(&mut self) {
        let mut wanted: BTreeSet<(Kind, String)> = BTreeSet::new();
        let mut borne: Vec<(Kind, String, Id)> = Vec::new();
        for (id, kind) in &self.deleted {
            wanted.extend(self.called(self.before_body(*id), *kind).map(|name| (*kind, name)));
        }
        for (id, kind) in &self.created {
            borne.extend(self.called(self.after_body(*id), *kind).map(|name| (*kind, name, *id)));
        }
        for (id, changed) in &self.changed {
            let Some(kind) = self.before_kind(*id).filter(|_| changed.body) else { continue };
            let (was, now) = (self.called(self.before_body(*id), kind), self.called(self.after_body(*id), kind));
            if was != now {
                wanted.extend(was.map(|name| (kind, name)));
                borne.extend(now.map(|name| (kind, name, *id)));
            }
        }
        borne.retain(|(kind, name, _)| wanted.contains(&(*kind, name.clone())));
        crate::sort::by_key(&mut borne, &mut |(_, _, id)| self.name(*id));
        for (kind, _, id) in borne {
            let Some(attribute) = self.unique(kind) else { continue };
            let mut free = format!("undo-{}", self.name(id));
            while self.is_held(attribute, &free) {
                free.push('~');
            }
            let path = &self.past.org.config.registry.attribute(attribute).path;
            let operation = format!("{{\"op\":\"replace\",\"path\":{},\"value\":{}}}", quoted(path), quoted(&free));
            self.patch(id, kind, vec![operation]);
        }
    }

    fn is_held(&self, attribute: AttributeId, name: &str) -> bool {
        let org = self.past.org;
        let written = match self.past.bodies {
            Bodies::Planned(new) => new.iter().any(|(_, body)| org.has(body, attribute, name)),
            Bodies::Committed(_) => false,
        };
        written || !org.holders(attribute, name).is_empty()
    }

    // ── existence

    /// How many declared parents stand above an object before the plan.
    fn depth(&self, id: Id) -> usize {
        let before = self.past.sides.before();
        let (mut at, mut depth) = (id, 0);
        while let Some(parent) = before.parent(at) {
            (at, depth) = (parent.id, depth + 1);
            // Only restored records hold rings of parents.
            if depth > self.past.org.config.limits.folder_depth + 1 {
                break;
            }
        }
        depth
    }

    fn create(&mut self) {
        let mut deleted = self.deleted.clone();
        crate::sort::by_key(&mut deleted, &mut |(id, kind)| (*kind, self.depth(*id)));
        for (id, kind) in deleted {
            let Some(body) = self.before_body(id) else { continue };
            let name = self.name(id);
            let mut text = Writer::default();
            self.past.org.write_resource(kind, &name, body, &[], &mut text);
            let mut request = Request::new(Method::Post, endpoint(kind)).with_body(text.into_string());
            request.id = Some(name.into_owned());
            self.requests.push(request);
        }
    }

    fn delete(&mut self) {
        let after = self.past.sides.after();
        let created: BTreeSet<Id> = self.created.iter().map(|(id, _)| *id).collect();
        let mut roots = self.created.clone();
        roots.retain(|(id, _)| after.parent(*id).is_none_or(|parent| !created.contains(&parent.id)));
        crate::sort::by_key(&mut roots, &mut |(_, kind)| std::cmp::Reverse(*kind));
        for (id, kind) in roots {
            let path = self.path(id, kind);
            self.requests.push(Request::new(Method::Delete, path));
        }
    }

    fn path(&self, id: Id, kind: Kind) -> String {
        match kind {
            Kind::Organization => endpoint(kind).to_owned(),
            kind => format!("{}/{}", endpoint(kind), encoded(&self.name(id))),
        }
    }

    // ── what resources say

    fn restore(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let mut all: Vec<(Id, Kind, Changed)> =
            changed.into_iter().filter_map(|(id, changed)| Some((id, self.before_kind(id)?, changed))).collect();
        // The organization last: its owners are users.
        crate::sort::by_key(&mut all, &mut |(id, kind, _)| (*kind == Kind::Organization, *kind, self.depth(*id), self.name(*id)));
        for (id, kind, mut changed) in all {
            crate::sort::by_key(&mut changed.edges, &mut |edge| self.name(edge.subject));
            let mut operations = Vec::new();
            // Who comes back comes first: an object is not without its owner in between.
            self.additions(kind, &changed.edges, &mut operations);
            if changed.body {
                operations.extend(self.body_operations(id, kind));
            }
            self.removals(kind, &changed.edges, &mut operations);
            self.patch(id, kind, operations);
        }
    }

    fn body_operations(&self, id: Id, kind: Kind) -> Vec<String> {
        let org = self.past.org;
        let (registry, of) = (&org.config.registry, org.type_of(kind));
        let text = |body: &Body| {
            let mut text = Writer::default();
            text.object(registry, body.packed());
            text.into_string()
        };
        let (Some(was), Some(now)) = (self.before_body(id).map(text), self.after_body(id).map(text)) else { return Vec::new() };
        let (Ok(was), Ok(now)) = (registry.stored(&was, of, &org.config.limits), registry.stored(&now, of, &org.config.limits)) else {
            return Vec::new();
        };
        inverse_operations(registry, &was, &now, &registry.resource_type(of).attributes)
    }

    fn list(kind: Kind) -> &'static str {
        match kind {
            Kind::Group => "members",
            Kind::Organization => "owners",
            _ => "grants",
        }
    }

    /// Elements that come back, in as few operations as the limit of a payload allows.
    fn additions(&self, kind: Kind, edges: &[Edge], operations: &mut Vec<String>) {
        let limit = self.past.org.config.limits.payload_bytes.saturating_sub(ENVELOPE + 64);
        let mut values = String::new();
        let write = |values: &str| format!("{{\"op\":\"add\",\"path\":\"{}\",\"value\":[{values}]}}", Self::list(kind));
        for edge in edges.iter().filter(|edge| edge.before != 0 && edge.after == 0) {
            let mut element = String::from("{\"value\":");
            push_quoted(&mut element, &self.name(edge.subject));
            if kind != Kind::Organization {
                let group = self.before_kind(edge.subject) == Some(Kind::Group);
                element.push_str(if group { ",\"type\":\"Group\"" } else { ",\"type\":\"User\"" });
            }
            if kind != Kind::Organization && edge.before != MEMBER {
                element.push_str(",\"role\":");
                push_quoted(&mut element, self.past.sides.roles.name(edge.before));
            }
            element.push('}');
            if !values.is_empty() && values.len() + element.len() > limit {
                operations.push(write(&std::mem::take(&mut values)));
            }
            if !values.is_empty() {
                values.push(',');
            }
            values.push_str(&element);
        }
        if !values.is_empty() {
            operations.push(write(&values));
        }
        if kind != Kind::Organization {
            for edge in edges.iter().filter(|edge| edge.before != 0 && edge.after != 0) {
                let path = format!("{}[value eq {}].role", Self::list(kind), quoted(&self.name(edge.subject)));
                let role = quoted(self.past.sides.roles.name(edge.before));
                operations.push(format!("{{\"op\":\"replace\",\"path\":{},\"value\":{role}}}", quoted(&path)));
            }
        }
    }

    fn removals(&self, kind: Kind, edges: &[Edge], operations: &mut Vec<String>) {
        for edge in edges.iter().filter(|edge| edge.before == 0 && edge.after != 0) {
            let path = format!("{}[value eq {}]", Self::list(kind), quoted(&self.name(edge.subject)));
            operations.push(format!("{{\"op\":\"remove\",\"path\":{}}}", quoted(&path)));
        }
    }

    /// Operations as requests within the limits.
    fn patch(&mut self, id: Id, kind: Kind, operations: Vec<String>) {
        let limits = &self.past.org.config.limits;
        let (most, bytes) = (limits.patch_operations.max(1), limits.payload_bytes.saturating_sub(ENVELOPE));
        let mut page: Vec<String> = Vec::new();
        let mut length = 0;
        for operation in operations {
            if !page.is_empty() && (page.len() >= most || length + operation.len() + 1 > bytes) {
                self.send(id, kind, &page);
                page.clear();
                length = 0;
            }
            length += operation.len() + 1;
            page.push(operation);
        }
        if !page.is_empty() {
            self.send(id, kind, &page);
        }
    }

    fn send(&mut self, id: Id, kind: Kind, operations: &[String]) {
        let body = format!("{{\"schemas\":[\"{PATCH_OP}\"],\"Operations\":[{}]}}", operations.join(","));
        let path = self.path(id, kind);
        self.requests.push(Request::new(Method::Patch, path).with_body(body));
    }
}
