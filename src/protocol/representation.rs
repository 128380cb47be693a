//! A resource as JSON: what is stored, and what the server fills in (RFC 7643 §3.1, §4.1.2, §4.2).

use std::borrow::Cow;

use super::projection::{Projection, Shown};
use super::target::{encoded, endpoint};
use crate::maps::Set;
use crate::org::{Class, Draft, Id, Kind};
use crate::resource::{Packed, UuidText, Value, Writer, push_uuid, uuid_text};
use crate::schema::{AttributeId, common};

/// Writes representations of the resources of one state.
pub(crate) struct Representations<'d, 'o> {
    pub(crate) draft: &'d Draft<'o>,
}

/// What `meta` and the headers of an answer both have.
pub(crate) struct Stamp {
    pub(crate) location: String,
    pub(crate) tag: String,
}

/// A JSON object being written. Members are written with a comma before each; the bracket takes the place of the first one.
struct Members<'s> {
    out: &'s mut Writer,
    start: usize,
}

impl<'s> Members<'s> {
    fn open(out: &'s mut Writer) -> Self {
        Self { start: out.len(), out }
    }

    /// A member as it begins: `,"name":`.
    #[inline]
    fn name(&mut self, member: &str) -> &mut Writer {
        self.out.push(member);
        self.out
    }

    fn text(&mut self, member: &str, value: &str) {
        self.name(member).quoted(value);
    }

    /// Whether there were any.
    fn close(self) -> bool {
        let any = self.out.len() > self.start;
        self.out.enclose(self.start, *b"{}");
        any
    }

    /// Adds a member whose value `write` writes, unless that says that there is nothing to it.
    fn part(&mut self, member: &str, write: impl FnOnce(&mut Writer) -> bool) {
        let length = self.out.len();
        if !write(self.name(member)) {
            self.out.truncate(length);
        }
    }
}

/// An identifier as JSON and locations have it.
enum Name<'d> {
    Uuid(UuidText),
    Text(Cow<'d, str>),
}

impl Name<'_> {
    fn write(&self, out: &mut Writer) {
        match self {
            Name::Uuid(uuid) => out.plain(&uuid.0),
            Name::Text(text) => out.quoted(text),
        }
    }

    /// Writes a location that begins so.
    fn write_location(&self, beginning: &str, out: &mut Writer) {
        out.push(beginning);
        match self {
            Name::Uuid(uuid) => out.push(uuid.as_str()),
            // What a path holds stands in JSON as it is.
            Name::Text(text) => out.push(&encoded(text)),
        }
        out.push("\"");
    }
}

impl Representations<'_, '_> {
    /// Where a resource is.
    pub(crate) fn location(&self, id: Id, kind: Kind) -> String {
        let base = &self.draft.org.config.base_url;
        let mut location = String::with_capacity(base.len() + 56);
        location.push_str(base);
        if kind == Kind::Organization {
            location.push_str("/Organization");
            return location;
        }
        location.push_str(endpoint(kind));
        location.push('/');
        match self.draft.org.names.uuid(id) {
            Some(uuid) => push_uuid(uuid, &mut location),
            None => location.push_str(&encoded(&self.draft.name(id))),
        }
        location
    }

    fn named(&self, id: Id) -> Name<'_> {
        match self.draft.org.names.uuid(id) {
            Some(uuid) => Name::Uuid(uuid_text(uuid)),
            None => Name::Text(self.draft.name(id)),
        }
    }

    /// How the locations of a kind begin, as JSON.
    fn beginning(&self, kind: Kind) -> String {
        let base = &self.draft.org.config.base_url;
        let mut beginning = Writer::with_capacity(base.len() + 16);
        beginning.quoted(base);
        beginning.truncate(beginning.len() - 1);
        beginning.push(endpoint(kind));
        beginning.push("/");
        beginning.into_string()
    }

    fn write_location(&self, name: &str, id: Id, kind: Kind, members: &mut Members<'_>) {
        self.named(id).write_location(&self.beginning(kind), members.name(name));
    }

    /// Puts resources in the order of their ids; UUIDs compare as their texts do.
    fn sort<T>(&self, items: &mut [T], id: impl Fn(&T) -> Id) {
        let names = &self.draft.org.names;
        crate::sort::by(items, &mut |a, b| match (names.uuid(id(a)), names.uuid(id(b))) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => self.draft.name(id(a)).cmp(&self.draft.name(id(b))),
        });
    }

    /// The whole resource as a client may write it: for PATCH, and for filters. Without what the server fills in.
    pub(crate) fn stored_text(&self, id: Id, kind: Kind, with_edges: bool) -> String {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let mut out = Writer::with_capacity(1024);
        let mut members = Members::open(&mut out);
        self.named(id).write(members.name(",\"id\":"));
        let completed = self.completed(kind);
        let packed = self.packed(id, completed.as_deref());
        self.write_schemas(members.name(",\"schemas\":"), kind, packed);
        members.out.members(registry, packed);
        if with_edges {
            self.write_edges(&mut members, id, kind, &Projection::default());
            self.write_groups(&mut members, id, kind, &Projection::default());
        }
        self.write_meta(&mut members, id, kind, &Projection::default(), &self.stamp(id, kind));
        members.close();
        out.into_string()
    }

    /// A group with none but some of its members, as a filter needs it.
    pub(crate) fn stored_text_with_members<'m>(&self, id: Id, members: impl Iterator<Item = &'m String>) -> String {
        let mut text = self.stored_text(id, Kind::Group, false);
        text.pop();
        let mut out = Writer::default();
        out.push(&text);
        out.push(",\"members\":");
        let start = out.len();
        for member in members {
            out.push(",{\"value\":");
            out.quoted(member);
            out.push("}");
        }
        out.enclose(start, *b"[]");
        out.push("}");
        out.into_string()
    }

    /// Where a resource is and what its version tag is.
    pub(crate) fn stamp(&self, id: Id, kind: Kind) -> Stamp {
        Stamp { location: self.location(id, kind), tag: self.draft.tag(id) }
    }

    /// The resource as it is answered.
    pub(crate) fn text(&self, id: Id, kind: Kind, projection: &Projection, stamp: &Stamp) -> String {
        let mut out = Writer::with_capacity(4096);
        self.write(id, kind, projection, stamp, &mut out);
        out.into_string()
    }

    pub(crate) fn write(&self, id: Id, kind: Kind, projection: &Projection, stamp: &Stamp, out: &mut Writer) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let mut members = Members::open(out);
        let completed = self.completed(kind);
        let packed = self.packed(id, completed.as_deref());
        self.write_schemas(members.name(",\"schemas\":"), kind, packed);
        self.named(id).write(members.name(",\"id\":"));
        for (attribute, raw) in packed.raw_members() {
            let shown = projection.shows(registry, attribute);
            if shown == Shown::None {
                continue;
            }
            if attribute == org.known.parent || registry.attribute(attribute).extension {
                self.write_reference(attribute, raw, projection, &mut members);
            } else if shown == Shown::All && projection.is_default() {
                members.out.member(registry, attribute, raw);
            } else {
                self.write_part(attribute, raw, projection, &mut members);
            }
        }
        self.write_edges(&mut members, id, kind, projection);
        self.write_groups(&mut members, id, kind, projection);
        if projection.shows(registry, common::META) != Shown::None {
            self.write_meta(&mut members, id, kind, projection, stamp);
        }
        members.close();
    }

    /// The body of the Organization, where defaults complete it.
    fn completed(&self, kind: Kind) -> Option<Vec<u8>> {
        if kind == Kind::Organization { self.with_defaults() } else { None }
    }

    fn packed<'p>(&'p self, id: Id, completed: Option<&'p [u8]>) -> Packed<'p> {
        completed.map(Packed).or_else(|| self.draft.body(id).map(|body| body.packed())).unwrap_or(Packed(&[]))
    }

    fn write_schemas(&self, out: &mut Writer, kind: Kind, packed: Packed<'_>) {
        let org = self.draft.org;
        let resource_type = org.config.registry.resource_type(org.type_of(kind));
        out.push("[");
        out.quoted(&resource_type.schema);
        for extension in &resource_type.extensions {
            if packed.at(extension.attribute).is_some() {
                out.push(",");
                out.quoted(&extension.schema);
            }
        }
        out.push("]");
    }

    /// A value, as it is packed, of which sub-attributes may be hidden.
    fn write_part(&self, attribute: AttributeId, raw: &[u8], projection: &Projection, members: &mut Members<'_>) {
        let registry = &self.draft.org.config.registry;
        members.part(&registry.attribute(attribute).member, |out| self.write_shown(raw, projection, out));
    }

    /// Writes what of a value is shown; false when nothing is.
    fn write_shown(&self, raw: &[u8], projection: &Projection, out: &mut Writer) -> bool {
        let registry = &self.draft.org.config.registry;
        match Value::of(raw) {
            Some(Value::Array(items)) => {
                let start = out.len();
                for item in items.raw_items() {
                    let mark = out.len();
                    out.push(",");
                    if !self.write_shown(item, projection, out) {
                        out.truncate(mark);
                    }
                }
                let any = out.len() > start;
                out.enclose(start, *b"[]");
                any
            }
            Some(Value::Object(object)) => {
                let mut members = Members::open(out);
                for (sub, raw) in object.raw_members() {
                    if projection.shows(registry, sub) != Shown::None {
                        self.write_part(sub, raw, projection, &mut members);
                    }
                }
                members.close()
            }
            _ => out.value(registry, raw).is_some(),
        }
    }

    /// A folder's parent and an extension, whose references the server completes.
    fn write_reference(&self, attribute: AttributeId, raw: &[u8], projection: &Projection, members: &mut Members<'_>) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let Some(Value::Object(object)) = Value::of(raw) else { return };
        members.part(&registry.attribute(attribute).member, |out| {
            let mut inner = Members::open(out);
            let shown = |id: AttributeId| projection.shows(registry, id) != Shown::None;
            for (sub, raw) in object.raw_members() {
                match projection.shows(registry, sub) {
                    Shown::None => {}
                    _ if sub == org.known.manager => self.write_manager(raw, projection, &mut inner),
                    Shown::All if projection.is_default() => inner.out.member(registry, sub, raw),
                    _ => self.write_part(sub, raw, projection, &mut inner),
                }
            }
            if attribute == org.known.parent
                && let Some(id) =
                    object.members().find(|(sub, _)| registry.attribute(*sub).name.as_ref() == "value").and_then(|(_, value)| value.text())
                && let Some(parent) = self.draft.find(Class::Object, &id)
                && registry.child(attribute, "$ref").is_some_and(shown)
                && let Some(kind) = self.draft.kind(parent)
            {
                self.write_location(",\"$ref\":", parent, kind, &mut inner);
            }
            inner.close()
        });
    }

    fn write_manager(&self, raw: &[u8], projection: &Projection, members: &mut Members<'_>) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let Some(Value::Object(object)) = Value::of(raw) else { return };
        let manager = object.member(org.known.manager_value).and_then(Value::text).and_then(|id| self.draft.find(Class::User, &id));
        members.part(&registry.attribute(org.known.manager).member, |out| {
            let mut inner = Members::open(out);
            let mut has_reference = false;
            for (sub, raw) in object.raw_members().filter(|(sub, _)| projection.shows(registry, *sub) != Shown::None) {
                has_reference |= registry.attribute(sub).name.as_ref() == "$ref";
                self.write_part(sub, raw, projection, &mut inner);
            }
            let shows =
                |name: &str| registry.child(org.known.manager, name).is_some_and(|id| projection.shows(registry, id) != Shown::None);
            if let Some(manager) = manager {
                if !has_reference && shows("$ref") {
                    self.write_location(",\"$ref\":", manager, Kind::User, &mut inner);
                }
                if shows("displayName")
                    && let Some(name) = self.draft.display(manager)
                {
                    inner.text(",\"displayName\":", &name);
                }
            }
            inner.close()
        });
    }

    /// Members, grants or owners, by id.
    fn write_edges(&self, members: &mut Members<'_>, id: Id, kind: Kind, projection: &Projection) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let list = if kind == Kind::Group { org.known.members } else { org.known.grants_of(org.type_of(kind)) };
        if list == AttributeId::UNKNOWN || projection.shows(registry, list) == Shown::None {
            return;
        }
        let mut edges: Vec<(Id, u8)> = Vec::new();
        if kind == Kind::Group {
            self.draft.view().for_each_member(id, |member| edges.push((member, 0)));
        } else {
            self.draft.view().for_each_grant_on(id, |subject, rank| edges.push((subject, rank)));
        }
        edges.retain(|(subject, _)| self.draft.kind(*subject).is_some());
        if edges.is_empty() {
            return;
        }
        self.sort(&mut edges, |(subject, _)| *subject);
        let shows = |name: &str| registry.child(list, name).is_some_and(|id| projection.shows(registry, id) != Shown::None);
        let (value, kind_name, role, reference, display) = (shows("value"), shows("type"), shows("role"), shows("$ref"), shows("display"));
        let (users, groups) = (self.beginning(Kind::User), self.beginning(Kind::Group));
        let out = members.name(&registry.attribute(list).member);
        let start = out.len();
        for (subject, rank) in &edges {
            out.push(",");
            let subject_kind = self.draft.kind(*subject).unwrap_or(Kind::User);
            let name = self.named(*subject);
            let mut edge = Members::open(out);
            if value {
                name.write(edge.name(",\"value\":"));
            }
            if kind_name {
                edge.text(",\"type\":", type_name(subject_kind));
            }
            if role {
                edge.text(",\"role\":", org.config.roles.name(*rank));
            }
            if reference {
                name.write_location(if subject_kind == Kind::Group { &groups } else { &users }, edge.name(",\"$ref\":"));
            }
            if display && let Some(display) = self.draft.display_at(*subject) {
                edge.name(",\"display\":").value(registry, display);
            }
            edge.close();
        }
        out.enclose(start, *b"[]");
    }

    /// A user's groups: those of their own first, then those reached through groups; each by id.
    fn write_groups(&self, members: &mut Members<'_>, id: Id, kind: Kind, projection: &Projection) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        if kind != Kind::User || projection.shows(registry, org.known.groups) == Shown::None {
            return;
        }
        let view = self.draft.view();
        let there = |group: &Id| self.draft.kind(*group) == Some(Kind::Group);
        let (mut direct, mut indirect): (Vec<Id>, Vec<Id>) = (Vec::with_capacity(16), Vec::new());
        view.for_each_group_of(id, |group| direct.push(group));
        direct.retain(there);
        if direct.is_empty() {
            return;
        }
        let mut seen: Option<Set<Id>> = None;
        let mut todo = direct.clone();
        while let Some(group) = todo.pop() {
            view.for_each_group_of(group, |above| {
                if there(&above) && seen.get_or_insert_with(|| direct.iter().copied().collect()).insert(above) {
                    indirect.push(above);
                    todo.push(above);
                }
            });
        }
        let shows = |name: &str| registry.child(org.known.groups, name).is_some_and(|id| projection.shows(registry, id) != Shown::None);
        let (value, reference, display, kind_name) = (shows("value"), shows("$ref"), shows("display"), shows("type"));
        let out = members.name(&registry.attribute(org.known.groups).member);
        let (start, beginning) = (out.len(), self.beginning(Kind::Group));
        for (mut list, kind) in [(direct, ",\"type\":\"direct\""), (indirect, ",\"type\":\"indirect\"")] {
            // Nearly always that is their order, and sorting finds nothing left to do.
            org.names.sort_by_first_bytes(&mut list);
            self.sort(&mut list, |group| *group);
            for group in list {
                out.push(",");
                let name = self.named(group);
                let mut entry = Members::open(out);
                if value {
                    name.write(entry.name(",\"value\":"));
                }
                if reference {
                    name.write_location(&beginning, entry.name(",\"$ref\":"));
                }
                if display && let Some(display) = self.packed(group, None).at(org.known.group_display_name) {
                    entry.name(",\"display\":").value(registry, display);
                }
                if kind_name {
                    entry.name(kind);
                }
                entry.close();
            }
        }
        out.enclose(start, *b"[]");
    }

    fn write_meta(&self, members: &mut Members<'_>, id: Id, kind: Kind, projection: &Projection, stamp: &Stamp) {
        let registry = &self.draft.org.config.registry;
        let shows = |id: AttributeId| projection.shows(registry, id) != Shown::None;
        let mut meta = Members::open(members.name(",\"meta\":"));
        if shows(common::META_RESOURCE_TYPE) {
            meta.text(",\"resourceType\":", type_name(kind));
        }
        if let Some(body) = self.draft.body(id) {
            let times = [
                (common::META_CREATED, ",\"created\":", body.created()),
                (common::META_LAST_MODIFIED, ",\"lastModified\":", body.modified()),
            ];
            for (attribute, name, time) in times {
                if let Some(time) = time.filter(|_| shows(attribute)) {
                    meta.name(name).date_time(time);
                }
            }
        }
        if shows(common::META_LOCATION) {
            meta.text(",\"location\":", &stamp.location);
        }
        if shows(common::META_VERSION) {
            meta.text(",\"version\":", &stamp.tag);
        }
        meta.close();
    }
}

/// The name of a kind's resource type.
pub(crate) fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Organization => "Organization",
        Kind::User => "User",
        Kind::Group => "Group",
        Kind::Workspace => "Workspace",
        Kind::Folder => "Folder",
    }
}
