//! POST, PUT and PATCH of one resource (RFC 7644 §3.3, §3.5): judged whole, then written whole. A group's members: [`super::members`].

use super::exchange::{Answer, Exchange, Stop, body_of, judge_content_type};
use super::projection::Selection;
use super::representation::{Representations, type_name};
use super::request::{Request, Response};
use super::target::Address;
use crate::error::ScimError;
use crate::issue::{Note, ScimType, Severity};
use crate::maps::{Map, Set};
use crate::org::{Audience, Body, Class, Id, Kind, Parent, Rank, Time};
use crate::patch::members::{Reference, reference};
use crate::patch::{Operation, Repacked, Targets, operations, patch_document, patch_packed};
use crate::resource::{Document, Findings, Judge, NodeId, Packed, Value, value};
use crate::schema::{AttributeId, Mutability, common};

/// What a resource is to be: its document, and what of it is kept as facts.
struct Wanted<'d> {
    document: Document<'d>,
    /// Members, grants or owners; `None` leaves them as they are.
    edges: Option<Vec<(Id, Rank)>>,
    parent: Option<Parent>,
}

impl Exchange<'_, '_> {
    /// POST to a collection.
    pub(crate) fn create(&mut self, kind: Kind, request: &Request, address: &Address) -> Answer<Response> {
        self.judge_list(kind)?;
        match kind {
            Kind::Workspace => self.judge_workspace_creation()?,
            Kind::User | Kind::Group => self.judge_directory()?,
            _ => {}
        }
        judge_content_type(request)?;
        let selection = super::exchange::selection_of(address)?;
        let id = self.create_from(kind, body_of(request, self.draft.org.config.limits.payload_bytes)?, request.id.as_deref())?;
        Ok(self.resource_response(201, id, kind, &selection))
    }

    fn create_from(&mut self, kind: Kind, text: &str, given_id: Option<&str>) -> Answer<Id> {
        let org = self.draft.org;
        let document = self.judged(kind, text, Judge::Create)?;
        let wanted = self.wanted(None, kind, document)?;
        if kind == Kind::Folder
            && let Some(parent) = wanted.parent
        {
            self.judge_manage(parent.id)?;
            wanted.edges.iter().flatten().try_for_each(|(_, rank)| self.judge_rank(parent.id, *rank))?;
        }
        self.judge_unique(None, kind, &wanted.document)?;
        let (name, created) = match given_id.filter(|_| self.is_system()) {
            // What comes back was there before.
            Some(id) => (id.to_owned(), self.created_at(kind, text).unwrap_or(self.context.now)),
            None => ((self.new_id)().map_err(Stop::Fatal)?, self.context.now),
        };
        // Records may have named it as a parent before it was there.
        if let Some(parent) = wanted.parent
            && self.draft.find_name(Class::Object, &name).is_some_and(|id| self.draft.view().is_below(parent.id, id))
        {
            return Err(into_itself());
        }
        if name.contains("bulkId") {
            let detail = format!("the new id `{name}` holds `bulkId`, which is reserved (RFC 7643 §3.1)");
            return Err(Stop::Fatal(ScimError::new(500, None, detail).at("id")));
        }
        let body = org.body_of(&wanted.document, org.type_of(kind), Some(created), Some(self.context.now));
        let Some(id) = self.draft.create(kind, &name, body) else {
            let error = ScimError::new(409, Some(ScimType::Uniqueness), format!("the id `{name}` is in use")).at("id");
            return Err(if given_id.is_some() { Stop::Refused(error) } else { Stop::Fatal(error) });
        };
        let creator = self.acting_user().filter(|_| kind == Kind::Workspace);
        self.write_facts(id, kind, wanted);
        if let Some(user) = creator {
            self.draft.set_grant(id, user, org.config.roles.strongest());
        }
        Ok(id)
    }

    /// `meta.created` of a body as it was sent.
    fn created_at(&self, kind: Kind, text: &str) -> Option<Time> {
        let config = &self.draft.org.config;
        let document = config.registry.stored(text, self.draft.org.type_of(kind), &config.limits).ok()?;
        let created = document.value_at(&config.registry, common::META_CREATED)?;
        value::date_time(&document.string(created)?).map(|(milliseconds, _)| milliseconds)
    }

    /// PUT: what is omitted is cleared (RFC 7644 §3.5.1).
    pub(crate) fn replace(&mut self, id: Id, kind: Kind, request: &Request, selection: &Selection) -> Answer<Response> {
        let text = body_of(request, self.draft.org.config.limits.payload_bytes)?;
        let mut document = self.judged(kind, text, Judge::Replace)?;
        self.keep_immutable(id, kind, &mut document)?;
        let mut wanted = self.wanted(Some(id), kind, document)?;
        wanted.edges.get_or_insert_default();
        self.settle(id, kind, wanted)?;
        Ok(self.resource_response(200, id, kind, selection))
    }

    /// PATCH (RFC 7644 §3.5.2).
    pub(crate) fn patch(&mut self, id: Id, kind: Kind, request: &Request, selection: &Selection) -> Answer<Response> {
        let text = body_of(request, self.draft.org.config.limits.payload_bytes)?;
        if kind == Kind::Group {
            self.patch_group(id, text)?;
            if !self.draft.org.config.group_patch_answers_body && !selection.is_chosen() {
                return Ok(Response { status: 204, headers: vec![("etag", self.draft.tag(id))], body: None });
            }
        } else {
            self.patch_whole(id, kind, text)?;
        }
        Ok(self.resource_response(200, id, kind, selection))
    }

    /// Patches the resource as one document.
    pub(super) fn patch_whole(&mut self, id: Id, kind: Kind, message: &str) -> Answer<()> {
        let org = self.draft.org;
        let (registry, of, limits) = (&org.config.registry, org.type_of(kind), &org.config.limits);
        let mut notes = Vec::new();
        let operations = operations(message, self.dialect, limits, &mut notes)?;
        let paths = Targets { registry, resource_type: of, dialect: self.dialect, limits };
        if kind == Kind::User && self.patch_packed(id, paths, message, &operations, &mut notes) {
            self.notes.append(&mut notes);
            return Ok(());
        }
        // Of a user all that is derived are the groups: they are read-only, and compared only where the message names them.
        let derived = kind != Kind::User || names(message, "groups");
        let stored = Representations { draft: &self.draft }.stored_text(id, kind, derived);
        let original = registry.stored(&stored, of, limits)?;
        let patched = patch_document(paths, &original, message, &operations, notes)?;
        self.notes.extend(patched.notes);
        if !patched.changed {
            return Ok(());
        }
        let edges = org.known.grants_of(of);
        let list = if kind == Kind::Group { org.known.members } else { edges };
        let mut document = patched.document;
        if kind == Kind::Organization {
            self.settle_guards(&mut document);
        }
        let mut wanted = self.wanted(Some(id), kind, document)?;
        if !patched.touched.contains(&list) {
            wanted.edges = None;
        } else {
            wanted.edges.get_or_insert_default();
        }
        // The defaults of the Organization are shown, and stored with the first setting that is written, not with an owner.
        if kind == Kind::Organization && patched.touched.iter().all(|touched| *touched == list) {
            self.write_facts(id, kind, wanted);
            return Ok(());
        }
        self.settle(id, kind, wanted)
    }

    /// Patches a user as it is packed, where the message writes nothing but single values of which nothing else depends; false
    /// where that is another question.
    fn patch_packed(&mut self, id: Id, paths: Targets<'_>, message: &str, operations: &[Operation<'_>], notes: &mut Vec<Note>) -> bool {
        let known = &self.draft.org.known;
        let Some(body) = self.draft.body(id) else { return false };
        let unread = notes.len();
        let Some(Repacked { packed, touched }) = patch_packed(paths, body.packed(), message, operations, notes) else { return false };
        if known.unique.iter().any(|(of, attribute)| *of == paths.resource_type && touched.contains(attribute)) {
            notes.truncate(unread);
            return false;
        }
        if *body.packed().0 == *packed {
            return true;
        }
        let active = match Packed(&packed).member(known.active) {
            Some(Value::Boolean(active)) => active,
            _ => true,
        };
        let body = Body::new(body.created(), Some(self.context.now), &packed);
        self.draft.put_body(id, body);
        self.draft.set_active(id, active);
        true
    }

    /// Reads and judges a body.
    fn judged<'t>(&mut self, kind: Kind, text: &'t str, judge: Judge) -> Answer<Document<'t>> {
        let org = self.draft.org;
        let mut findings = Findings::default();
        let document = org.config.registry.read(text, org.type_of(kind), judge, self.dialect, &org.config.limits, &mut findings)?;
        let first = findings.issues.iter().find(|issue| issue.severity == Severity::Error).cloned();
        if let Some(issue) = first {
            let status = if issue.scim_type == Some(ScimType::Uniqueness) { 409 } else { 400 };
            let mut error = ScimError::new(status, issue.scim_type, format!("{} ({})", issue.detail, issue.clause)).at(issue.path);
            error.issues = findings.issues;
            return Err(error.into());
        }
        self.notes.append(&mut findings.notes);
        Ok(document)
    }

    /// An immutable attribute that is set keeps its value under PUT (RFC 7644 §3.5.1).
    fn keep_immutable(&self, id: Id, kind: Kind, document: &mut Document<'_>) -> Answer<()> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let mut immutable = Vec::new();
        let mut todo: Vec<AttributeId> = registry.resource_type(org.type_of(kind)).attributes.clone();
        while let Some(id) = todo.pop() {
            let attribute = registry.attribute(id);
            if attribute.mutability == Mutability::Immutable {
                immutable.push(id);
            } else if !attribute.multi_valued {
                todo.extend(attribute.children());
            }
        }
        if immutable.is_empty() {
            return Ok(());
        }
        let stored = Representations { draft: &self.draft }.stored_text(id, kind, false);
        let original = registry.stored(&stored, org.type_of(kind), &org.config.limits)?;
        for attribute in immutable {
            let (before, now) = (original.value_at(registry, attribute), document.value_at(registry, attribute));
            let same = match (before, now) {
                (None, _) => true,
                (Some(before), Some(now)) => original.equals(before, document, now),
                (Some(_), None) => false,
            };
            if !same {
                let path = registry.attribute(attribute).path.to_string();
                let detail = format!("`{path}` is immutable: send the value it has");
                return Err(ScimError::new(400, Some(ScimType::Mutability), detail).at(path).into());
            }
        }
        Ok(())
    }

    /// Finds what a document refers to, and refuses what is not there or not allowed.
    fn wanted<'d>(&mut self, id: Option<Id>, kind: Kind, mut document: Document<'d>) -> Answer<Wanted<'d>> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        self.drop_filled_in(&mut document);
        if kind == Kind::Organization {
            self.judge_guards(&document)?;
        }
        let list = if kind == Kind::Group { org.known.members } else { org.known.grants_of(org.type_of(kind)) };
        let mut edges = None;
        if let Some(node) = document.child(NodeId::ROOT, list) {
            let mut found = Vec::new();
            let elements: Vec<NodeId> = document.children(node).collect();
            if kind == Kind::Group {
                let references: Vec<Reference> =
                    elements.iter().filter_map(|element| reference(registry, &document, *element, list)).collect();
                let group = id.unwrap_or(Id(u32::MAX));
                found.extend(self.subjects(group, &references, None)?.into_iter().map(|subject| (subject, 0)));
            } else {
                for element in elements {
                    found.push(self.grant(kind, &document, element, list)?);
                }
            }
            edges = Some(found);
        }
        let parent = if kind == Kind::Folder { Some(self.parent(id, &document)?) } else { None };
        Ok(Wanted { document, edges, parent })
    }

    /// A `$ref` of a manager that is the one the server fills in is not stored: what is read and put back changes nothing.
    fn drop_filled_in(&self, document: &mut Document<'_>) {
        let known = &self.draft.org.known;
        let registry = &self.draft.org.config.registry;
        let Some(manager) = document.value_at(registry, known.manager) else { return };
        let text = |id: Option<AttributeId>| {
            let node = id.and_then(|id| document.child(manager, id));
            node.and_then(|node| Some((node, document.string(node)?.into_owned())))
        };
        let (Some((_, value)), Some((node, sent))) = (text(Some(known.manager_value)), text(registry.child(known.manager, "$ref"))) else {
            return;
        };
        let found = self.draft.find(Class::User, &value);
        if found.is_some_and(|user| Representations { draft: &self.draft }.location(user, Kind::User) == sent) {
            document.remove(node);
        }
    }

    /// The subject and rank that an element of `grants` or `owners` stands for.
    fn grant(&self, kind: Kind, document: &Document<'_>, element: NodeId, list: AttributeId) -> Answer<(Id, Rank)> {
        let org = self.draft.org;
        let (registry, roles) = (&org.config.registry, &org.config.roles);
        let path = registry.attribute(list).path.to_string();
        let invalid = |sub: &str, detail: String| {
            Stop::Refused(ScimError::new(400, Some(ScimType::InvalidValue), detail).at(format!("{path}.{sub}")))
        };
        let sub = |name: &str| {
            let node = registry.child(list, name).and_then(|id| document.child(element, id));
            node.and_then(|node| document.string(node)).map(|text| text.into_owned())
        };
        let value = sub("value").unwrap_or_default();
        if kind == Kind::Organization {
            let user = self
                .draft
                .find(Class::User, &value)
                .ok_or_else(|| invalid("value", format!("owner `{value}` is no user that is known")))?;
            return Ok((user, roles.strongest()));
        }
        let class = if sub("type").is_some_and(|word| word.eq_ignore_ascii_case("Group")) { Class::Group } else { Class::User };
        let subject = self.draft.find(class, &value);
        let kind_name = if class == Class::Group { "group" } else { "user" };
        let subject = subject.ok_or_else(|| invalid("value", format!("`{value}` is no {kind_name} that is known")))?;
        let role = sub("role").unwrap_or_default();
        let rank = roles.roles.iter().position(|own| own.name.eq_ignore_ascii_case(&role)).map(|at| at as Rank + 1);
        let rank = rank.ok_or_else(|| invalid("role", format!("`{role}` is no role")))?;
        if class == Class::Group && !roles.is_group_assignable(rank) {
            return Err(invalid(
                "role",
                format!("a group may not be given the role `{role}`: use one of {}", roles.group_assignable.join(", ")),
            ));
        }
        Ok((subject, rank))
    }

    /// A folder's parent: there, of the kind it is said to be, not inside the folder, not too deep.
    fn parent(&self, folder: Option<Id>, document: &Document<'_>) -> Answer<Parent> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let invalid = |path: &str, detail: String| Stop::Refused(ScimError::new(400, Some(ScimType::InvalidValue), detail).at(path));
        let node = document.child(NodeId::ROOT, org.known.parent);
        let sub = |name: &str| {
            let child = registry.child(org.known.parent, name).and_then(|id| node.and_then(|node| document.child(node, id)));
            child.and_then(|child| document.string(child)).map(|text| text.into_owned()).unwrap_or_default()
        };
        let value = sub("value");
        let kind = if sub("type").eq_ignore_ascii_case("Workspace") { Kind::Workspace } else { Kind::Folder };
        let found = self.draft.find(Class::Object, &value).filter(|id| self.draft.kind(*id) == Some(kind) && self.sees(*id, kind));
        let id = found.ok_or_else(|| invalid("parent.value", format!("{} `{value}` does not exist", type_name(kind))))?;
        let view = self.draft.view();
        if folder.is_some_and(|folder| view.is_below(id, folder)) {
            return Err(into_itself());
        }
        let limit = org.config.limits.folder_depth;
        let mut depth = 1 + folder.map_or(0, |folder| self.height(folder));
        let mut at = id;
        while let Some(parent) = view.parent(at) {
            depth += 1;
            at = parent.id;
            if depth > limit {
                let detail = format!("folders would stand inside one another deeper than the limit of {limit} (folderDepth)");
                return Err(ScimError::new(400, Some(ScimType::TooMany), detail).at("parent.value").into());
            }
        }
        Ok(Parent { id, kind })
    }

    /// How many levels of folders are below one.
    fn height(&self, folder: Id) -> usize {
        let view = self.draft.view();
        let (mut level, mut height) = (vec![folder], 0);
        loop {
            let mut next = Vec::new();
            level.iter().for_each(|at| view.for_each_child(*at, |child| next.push(child)));
            if next.is_empty() || height > self.draft.org.config.limits.folder_depth {
                return height;
            }
            height += 1;
            level = next;
        }
    }

    /// Makes an existing resource what is wanted.
    fn settle(&mut self, id: Id, kind: Kind, wanted: Wanted<'_>) -> Answer<()> {
        self.judge_unique(Some(id), kind, &wanted.document)?;
        if let Some(parent) = wanted.parent
            && self.draft.view().parent(id) != Some(parent)
        {
            self.judge_manage(parent.id)?;
        }
        self.judge_edges(id, kind, &wanted)?;
        self.put_body(id, kind, &wanted.document);
        self.write_facts(id, kind, wanted);
        Ok(())
    }

    /// The body, where it differs; what only facts say does not move `lastModified`.
    pub(super) fn put_body(&mut self, id: Id, kind: Kind, document: &Document<'_>) {
        let org = self.draft.org;
        let created = self.draft.body(id).and_then(|body| body.created());
        let body = org.body_of(document, org.type_of(kind), created, Some(self.context.now));
        let said = match self.draft.body(id) {
            Some(old) if old.packed() == body.packed() => true,
            _ => kind == Kind::Organization && Representations { draft: &self.draft }.says_the_same(body.packed()),
        };
        if !said {
            self.draft.put_body(id, body);
        }
    }

    /// The grants that would come and go: those a user may give and take.
    fn judge_edges(&self, id: Id, kind: Kind, wanted: &Wanted<'_>) -> Answer<()> {
        let (Some(edges), Kind::Workspace | Kind::Folder) = (&wanted.edges, kind) else { return Ok(()) };
        self.edge_changes(id, edges).into_iter().try_for_each(|(_, before, after)| self.judge_rank(id, before.max(after)))
    }

    /// What differs between the edges that are and the edges wanted: subject, before, after.
    fn edge_changes(&self, id: Id, edges: &[(Id, Rank)]) -> Vec<(Id, Rank, Rank)> {
        let wanted: Map<u32, Rank> = edges.iter().map(|(subject, rank)| (subject.0, *rank)).collect();
        let mut changes = Vec::new();
        let mut there = Map::default();
        self.draft.view().for_each_grant_on(id, |subject, rank| {
            there.insert(subject.0, rank);
            // An edge to someone who is not there is not shown and stays as it is.
            if self.draft.kind(subject).is_some() {
                let after = wanted.get(&subject.0).copied().unwrap_or(0);
                if after != rank {
                    changes.push((subject, rank, after));
                }
            }
        });
        for (subject, rank) in edges {
            if !there.contains_key(&subject.0) {
                changes.push((*subject, 0, *rank));
            }
        }
        changes
    }

    /// Writes what is kept as facts; everything has been judged.
    fn write_facts(&mut self, id: Id, kind: Kind, wanted: Wanted<'_>) {
        let org = self.draft.org;
        if kind == Kind::User {
            let node = wanted.document.child(NodeId::ROOT, org.known.active);
            let active = node.and_then(|node| wanted.document.boolean(node)).unwrap_or(true);
            self.draft.set_active(id, active);
        }
        if let Some(parent) = wanted.parent {
            self.draft.set_parent(id, parent);
            self.draft.set_audience(id, self.audience(&wanted.document));
        }
        let Some(edges) = wanted.edges else { return };
        if kind != Kind::Group {
            for (subject, before, after) in self.edge_changes(id, &edges) {
                self.additions |= after > before;
                self.draft.set_grant(id, subject, after);
            }
            return;
        }
        let kept: Set<Id> = edges.iter().map(|(subject, _)| *subject).collect();
        let mut gone = Vec::new();
        self.draft.view().for_each_member(id, |member| {
            if !kept.contains(&member) && self.draft.kind(member).is_some() {
                gone.push(member);
            }
        });
        gone.into_iter().for_each(|member| self.draft.set_member(id, member, false));
        for (subject, _) in edges {
            self.additions = true;
            self.draft.set_member(id, subject, true);
        }
    }

    fn audience(&self, document: &Document<'_>) -> Audience {
        let org = self.draft.org;
        let word = document.child(NodeId::ROOT, org.known.audience).and_then(|node| document.string(node));
        match word.as_deref() {
            None => Audience::Private,
            Some(word) if word.eq_ignore_ascii_case("private") => Audience::Private,
            Some(word) if word.eq_ignore_ascii_case("parent") => Audience::Parent,
            Some(word) => {
                let rank =
                    org.config.roles.roles.iter().position(|role| role.name.eq_ignore_ascii_case(word)).map_or(0, |at| at as Rank + 1);
                Audience::Cap(rank)
            }
        }
    }
}

/// Whether an attribute may be named in a JSON text, in whatever case or spelling.
pub(super) fn names(text: &str, attribute: &str) -> bool {
    let same = |window: &[u8]| window.eq_ignore_ascii_case(attribute.as_bytes());
    text.contains('\\') || text.as_bytes().windows(attribute.len()).any(same)
}

fn into_itself() -> Stop {
    let detail = "a folder cannot stand in itself or in a folder inside it";
    Stop::Refused(ScimError::new(400, Some(ScimType::InvalidValue), detail).at("parent.value"))
}
