//! A resource as JSON: what is stored, and what the server fills in (RFC 7643 §3.1, §4.1.2, §4.2).

use std::borrow::Cow;

use super::projection::{Projection, Shown};
use super::target::{encoded, endpoint};
use crate::maps::Set;
use crate::org::{Class, Draft, Id, Kind};
use crate::resource::{Packed, Unpacker, UuidText, Value, push_quoted, push_uuid, uuid_text, value::date_time_text};
use crate::schema::{AttributeId, common};

/// Writes representations of the resources of one state.
pub(crate) struct Representations<'d, 'o> {
    pub(crate) draft: &'d Draft<'o>,
}

/// The members of a JSON object, with their commas.
struct Members<'s> {
    out: &'s mut String,
    first: bool,
}

impl<'s> Members<'s> {
    fn open(out: &'s mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    /// A member as it begins behind another: `,"name":`.
    #[inline]
    fn name(&mut self, member: &str) -> &mut String {
        self.out.push_str(if std::mem::take(&mut self.first) { member.get(1..).unwrap_or("") } else { member });
        self.out
    }

    fn text(&mut self, name: &str, value: &str) {
        push_quoted(self.name(name), value);
    }

    /// Adds what was unpacked.
    fn unpacked(&mut self, unpacker: &mut Unpacker<'_>) {
        unpacker.take(|text| {
            let first = self.first && !text.is_empty();
            self.out.push_str(if first { text.get(1..).unwrap_or("") } else { text });
            self.first &= text.is_empty();
        });
    }

    fn close(self) {
        self.out.push('}');
    }

    /// Adds a member whose value `write` writes, unless that says that there is nothing to it.
    fn part(&mut self, name: &str, write: impl FnOnce(&mut String) -> bool) {
        let (length, first) = (self.out.len(), self.first);
        if !write(self.name(name)) {
            self.out.truncate(length);
            self.first = first;
        }
    }
}

/// An identifier as JSON and locations have it.
enum Name<'d> {
    Uuid(UuidText),
    Text(Cow<'d, str>),
}

impl Name<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Name::Uuid(uuid) => {
                out.push('"');
                out.push_str(uuid.as_str());
                out.push('"');
            }
            Name::Text(text) => push_quoted(out, text),
        }
    }

    /// Writes a location, whose beginning is given.
    fn write_location(&self, beginning: &str, out: &mut String) {
        out.push_str(beginning);
        match self {
            Name::Uuid(uuid) => out.push_str(uuid.as_str()),
            // What a path holds stands in JSON as it is.
            Name::Text(text) => out.push_str(&encoded(text)),
        }
        out.push('"');
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
        let mut beginning = String::with_capacity(base.len() + 16);
        push_quoted(&mut beginning, base);
        beginning.pop();
        beginning.push_str(endpoint(kind));
        beginning.push('/');
        beginning
    }

    fn write_location(&self, name: &str, id: Id, kind: Kind, members: &mut Members<'_>) {
        if kind == Kind::Organization {
            members.text(name, &self.location(id, kind));
        } else {
            self.named(id).write_location(&self.beginning(kind), members.name(name));
        }
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
        let mut out = String::with_capacity(512);
        let mut members = Members::open(&mut out);
        self.named(id).write(members.name(",\"id\":"));
        let completed = self.completed(kind);
        let packed = self.packed(id, completed.as_deref());
        self.write_schemas(members.name(",\"schemas\":"), kind, packed);
        packed.write_members(registry, members.out);
        if with_edges {
            self.write_edges(&mut members, id, kind, &Projection::default());
            self.write_groups(&mut members, id, kind, &Projection::default());
        }
        self.write_meta(&mut members, id, kind, &Projection::default());
        members.close();
        out
    }

    /// A group with none but some of its members, as a filter needs it.
    pub(crate) fn stored_text_with_members<'m>(&self, id: Id, members: impl Iterator<Item = &'m String>) -> String {
        let mut text = self.stored_text(id, Kind::Group, false);
        text.pop();
        text.push_str(",\"members\":[");
        for (i, member) in members.enumerate() {
            text.push_str(if i > 0 { ",{\"value\":" } else { "{\"value\":" });
            push_quoted(&mut text, member);
            text.push('}');
        }
        text.push_str("]}");
        text
    }

    /// The resource as it is answered.
    pub(crate) fn text(&self, id: Id, kind: Kind, projection: &Projection) -> String {
        let mut out = String::with_capacity(4096);
        self.write(id, kind, projection, &mut out);
        out
    }

    pub(crate) fn write(&self, id: Id, kind: Kind, projection: &Projection, out: &mut String) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let mut members = Members::open(out);
        let completed = self.completed(kind);
        let packed = self.packed(id, completed.as_deref());
        self.write_schemas(members.name(",\"schemas\":"), kind, packed);
        self.named(id).write(members.name(",\"id\":"));
        let mut unpacker = Unpacker::new(registry, packed.0.len());
        for (attribute, raw) in packed.raw_members() {
            let shown = projection.shows(registry, attribute);
            if shown == Shown::None {
                continue;
            }
            let completed = attribute == org.known.parent || registry.attribute(attribute).extension;
            if !completed && shown == Shown::All && projection.is_default() {
                unpacker.member(attribute, raw);
                continue;
            }
            members.unpacked(&mut unpacker);
            match Value::of(raw) {
                Some(Value::Object(object)) if completed => {
                    self.write_reference(attribute, object, projection, &mut unpacker, &mut members)
                }
                Some(value) if !completed => self.write_part(attribute, value, projection, &mut members),
                _ => {}
            }
        }
        members.unpacked(&mut unpacker);
        self.write_edges(&mut members, id, kind, projection);
        self.write_groups(&mut members, id, kind, projection);
        if projection.shows(registry, common::META) != Shown::None {
            self.write_meta(&mut members, id, kind, projection);
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

    fn write_schemas(&self, out: &mut String, kind: Kind, packed: Packed<'_>) {
        let org = self.draft.org;
        let resource_type = org.config.registry.resource_type(org.type_of(kind));
        out.push('[');
        push_quoted(out, &resource_type.schema);
        for extension in &resource_type.extensions {
            if packed.member(extension.attribute).is_some() {
                out.push(',');
                push_quoted(out, &extension.schema);
            }
        }
        out.push(']');
    }

    /// A value of which sub-attributes may be hidden.
    fn write_part(&self, attribute: AttributeId, value: Value<'_>, projection: &Projection, members: &mut Members<'_>) {
        let registry = &self.draft.org.config.registry;
        members.part(&registry.attribute(attribute).member, |out| self.write_shown(value, projection, out));
    }

    /// Writes what of a value is shown; false when nothing is.
    fn write_shown(&self, value: Value<'_>, projection: &Projection, out: &mut String) -> bool {
        let registry = &self.draft.org.config.registry;
        match value {
            Value::Array(items) => {
                let mut any = false;
                out.push('[');
                for item in items.items() {
                    let mark = out.len();
                    if any {
                        out.push(',');
                    }
                    if self.write_shown(item, projection, out) {
                        any = true;
                    } else {
                        out.truncate(mark);
                    }
                }
                out.push(']');
                any
            }
            Value::Object(object) => {
                let mut members = Members::open(out);
                for (sub, value) in object.members() {
                    if projection.shows(registry, sub) != Shown::None {
                        self.write_part(sub, value, projection, &mut members);
                    }
                }
                let any = !members.first;
                members.close();
                any
            }
            value => {
                value.write(registry, out);
                true
            }
        }
    }

    /// A folder's parent and an extension, whose references the server completes.
    fn write_reference(
        &self,
        attribute: AttributeId,
        object: Packed<'_>,
        projection: &Projection,
        unpacker: &mut Unpacker<'_>,
        members: &mut Members<'_>,
    ) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        members.part(&registry.attribute(attribute).member, |out| {
            let mut inner = Members::open(out);
            let shown = |id: AttributeId| projection.shows(registry, id) != Shown::None;
            for (sub, raw) in object.raw_members().filter(|(sub, _)| shown(*sub)) {
                if sub != org.known.manager && projection.is_default() && projection.shows(registry, sub) == Shown::All {
                    unpacker.member(sub, raw);
                    continue;
                }
                inner.unpacked(unpacker);
                match Value::of(raw) {
                    Some(value) if sub == org.known.manager => self.write_manager(value, projection, &mut inner),
                    Some(value) => self.write_part(sub, value, projection, &mut inner),
                    None => {}
                }
            }
            inner.unpacked(unpacker);
            if attribute == org.known.parent
                && let Some(id) =
                    object.members().find(|(sub, _)| registry.attribute(*sub).name.as_ref() == "value").and_then(|(_, value)| value.text())
                && let Some(parent) = self.draft.find(Class::Object, &id)
                && registry.child(attribute, "$ref").is_some_and(shown)
                && let Some(kind) = self.draft.kind(parent)
            {
                self.write_location(",\"$ref\":", parent, kind, &mut inner);
            }
            let any = !inner.first;
            inner.close();
            any
        });
    }

    fn write_manager(&self, value: Value<'_>, projection: &Projection, members: &mut Members<'_>) {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let Value::Object(object) = value else { return };
        let manager = object.member(org.known.manager_value).and_then(Value::text).and_then(|id| self.draft.find(Class::User, &id));
        members.part(&registry.attribute(org.known.manager).member, |out| {
            let mut inner = Members::open(out);
            let mut has_reference = false;
            for (sub, value) in object.members().filter(|(sub, _)| projection.shows(registry, *sub) != Shown::None) {
                has_reference |= registry.attribute(sub).name.as_ref() == "$ref";
                self.write_part(sub, value, projection, &mut inner);
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
            let any = !inner.first;
            inner.close();
            any
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
        out.push('[');
        for (i, (subject, rank)) in edges.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
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
            if display && let Some(display) = self.draft.display(*subject) {
                edge.text(",\"display\":", &display);
            }
            edge.close();
        }
        out.push(']');
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
        out.push('[');
        let beginning = self.beginning(Kind::Group);
        let mut first = true;
        for (mut list, word) in [(direct, "direct"), (indirect, "indirect")] {
            // Nearly always that is their order, and sorting finds nothing left to do.
            org.names.sort_by_first_bytes(&mut list);
            self.sort(&mut list, |group| *group);
            for group in list {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                let name = self.named(group);
                let mut entry = Members::open(out);
                if value {
                    name.write(entry.name(",\"value\":"));
                }
                if reference {
                    name.write_location(&beginning, entry.name(",\"$ref\":"));
                }
                if display && let Some(display) = self.draft.display(group) {
                    entry.text(",\"display\":", &display);
                }
                if kind_name {
                    entry.text(",\"type\":", word);
                }
                entry.close();
            }
        }
        out.push(']');
    }

    fn write_meta(&self, members: &mut Members<'_>, id: Id, kind: Kind, projection: &Projection) {
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
                    meta.text(name, &date_time_text(time));
                }
            }
        }
        if shows(common::META_LOCATION) {
            self.write_location(",\"location\":", id, kind, &mut meta);
        }
        if shows(common::META_VERSION) {
            meta.text(",\"version\":", &self.draft.tag(id));
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
