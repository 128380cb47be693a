//! Facts and bodies to stored records, as NDJSON in the order of their keys.
//!
//! ```
//! use scim_policy::{Config, Organization};
//!
//! let mut organization = Organization::new(Config::default());
//! organization.restore(br#"{"key":"user/ann","value":{"userName":"ann@acme.example"}}"#)?;
//! let mut records = Vec::new();
//! let mut page = organization.records(None, 64);
//! while let Some(last) = page.last {
//!     records.extend(page.bytes);
//!     page = organization.records(Some(&last), 64);
//! }
//! assert_eq!(records, organization.records(None, 0).bytes);
//! let mut copy = Organization::new(Config::default());
//! copy.restore(&records)?;
//! assert_eq!(copy.version(), organization.version());
//! # Ok::<(), scim_policy::ScimError>(())
//! ```

use std::borrow::Cow;
use std::collections::BinaryHeap;

use super::body::Body;
use super::edges::{CONTAINER, MEMBER};
use super::key::{self, Key, encoded};
use super::names::{Class, ORGANIZATION};
use super::order::Order;
use super::store::Organization;
use super::words::{Dangling, Id, Kind, Rank};
use crate::resource::Writer;

/// Some records, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordPage {
    /// NDJSON: one record a line.
    pub bytes: Vec<u8>,
    /// The key of the last one; `None` where there are no more.
    pub last: Option<String>,
}

/// A page being written, until it is full.
struct Page<'a> {
    out: Writer,
    bytes: usize,
    after: Option<&'a str>,
    last: Option<Last>,
}

/// What was written last.
enum Last {
    Organization,
    One(&'static str, u32),
    Two(&'static str, u32, u32),
    Loss(&'static str, String),
}

/// Where a section goes on.
enum Start<'a> {
    Whole,
    After(&'a str),
    Over,
}

impl<'a> Page<'a> {
    fn start(&self, section: &str) -> Start<'a> {
        match self.after {
            None => Start::Whole,
            Some(after) => match after.strip_prefix(section) {
                Some(rest) => Start::After(rest),
                None if after < section => Start::Whole,
                None => Start::Over,
            },
        }
    }

    fn is_full(&self) -> bool {
        self.bytes > 0 && self.out.len() >= self.bytes
    }
}

impl Organization {
    /// Records as NDJSON in key order, about `bytes` at a time (0 for all), after the key `after`.
    pub fn records(&self, after: Option<&str>, bytes: usize) -> RecordPage {
        let kept = self.order.take().filter(|order| order.serial == self.serial);
        let mut order = kept.unwrap_or_else(|| Box::new(Order::of(self)));
        let mut page = Page { out: Writer::default(), bytes, after, last: None };
        self.fill(&mut page, &mut order);
        let last = page.last.map(|last| self.key_of(&last));
        // The walk is over: its order is not kept until the next one.
        if bytes > 0 && last.is_some() {
            self.order.replace(Some(order));
        }
        RecordPage { bytes: page.out.into_bytes(), last }
    }

    fn fill(&self, page: &mut Page<'_>, order: &mut Order) {
        self.resources(page, Kind::Folder, &order.folders);
        self.edges(page, key::GRANT, order);
        self.resources(page, Kind::Group, &order.groups);
        self.losses(page, key::GROUP_LOSS, &order.group_losses);
        self.losses(page, key::USER_LOSS, &order.user_losses);
        self.edges(page, key::MEMBER, order);
        if page.after.is_none_or(|after| after < ORGANIZATION) && !page.is_full() {
            page.out.push("{\"key\":\"organization\",\"value\":");
            self.write_organization(&mut page.out);
            page.out.push("}\n");
            page.last = Some(Last::Organization);
        }
        self.resources(page, Kind::User, &order.users);
        self.resources(page, Kind::Workspace, &order.workspaces);
    }

    fn resources(&self, page: &mut Page<'_>, kind: Kind, ids: &[u32]) {
        let section = key::section(kind);
        let from = match page.start(section) {
            Start::Whole => 0,
            Start::After(rest) => ids.partition_point(|id| self.names.key_text(Id(*id)).is_at_most(rest)),
            Start::Over => return,
        };
        for id in ids.get(from..).unwrap_or(&[]) {
            if page.is_full() {
                return;
            }
            let Some(body) = self.body(Id(*id)) else { continue };
            page.out.push("{\"key\":\"");
            page.out.push(section);
            self.names.write_key(Id(*id), &mut page.out);
            page.out.push("\",\"value\":");
            self.write_resource(kind, &self.name(Id(*id)), body, &[], &mut page.out);
            page.out.push("}\n");
            page.last = Some(Last::One(section, *id));
        }
    }

    fn edges(&self, page: &mut Page<'_>, section: &'static str, order: &mut Order) {
        let containers = if section == key::MEMBER { &order.gathered } else { &order.granted };
        // The first container that may have keys after the one given, and what of it is done.
        let (from, done) = match page.start(section) {
            Start::Whole => (0, None),
            Start::Over => return,
            Start::After(rest) => {
                let (container, subject) = match rest.find('/').and_then(|slash| rest.split_at_checked(slash)) {
                    Some((container, subject)) => (container, subject.strip_prefix('/')),
                    None => (rest, None),
                };
                let before = |id: &u32| self.names.key_text(Id(*id)).is_below(container, subject.is_some());
                (containers.partition_point(before), subject.map(|subject| (container, subject)))
            }
        };
        let containers: Vec<u32> = containers.get(from..).unwrap_or(&[]).to_vec();
        for container in containers {
            let done = done.filter(|(name, _)| self.names.key_text(Id(container)).is(name)).map(|(_, subject)| subject);
            let subjects = order.list(self, container);
            let from = done.map_or(0, |done| subjects.partition_point(|id| self.names.key_text(Id(*id)).is_at_most(done)));
            let mut prefix = Writer::default();
            prefix.push("{\"key\":\"");
            prefix.push(section);
            self.names.write_key(Id(container), &mut prefix);
            prefix.push("/");
            let prefix = prefix.into_string();
            for subject in subjects.get(from..).unwrap_or(&[]) {
                if page.is_full() {
                    return;
                }
                page.out.push(&prefix);
                self.names.write_key(Id(*subject), &mut page.out);
                page.out.push("\",\"value\":");
                let value = self.facts.pair(container, *subject);
                self.write_edge(self.names.class(Id(*subject)), if value == MEMBER { 0 } else { value }, &mut page.out);
                page.out.push("}\n");
                page.last = Some(Last::Two(section, container, *subject));
            }
        }
    }

    fn losses(&self, page: &mut Page<'_>, section: &'static str, ids: &[String]) {
        let from = match page.start(section) {
            Start::Whole => 0,
            Start::After(rest) => ids.partition_point(|id| id.as_str() <= rest),
            Start::Over => return,
        };
        for id in ids.get(from..).unwrap_or(&[]) {
            if page.is_full() {
                return;
            }
            let key = format!("{section}{id}");
            page.out.push("{\"key\":");
            page.out.quoted(&key);
            page.out.push(",\"value\":");
            match Key::parse(&key) {
                Some(Key::UserLoss(id)) => self.ledger.users.get(&*id).map(|loss| loss.write(&mut page.out)),
                Some(Key::GroupLoss(id)) => self.ledger.groups.get(&*id).map(|loss| loss.write(&mut page.out)),
                _ => None,
            };
            page.out.push("}\n");
            page.last = Some(Last::Loss(section, id.clone()));
        }
    }

    fn key_of(&self, last: &Last) -> String {
        let id = |id: u32| encoded(&self.name(Id(id))).into_owned();
        match last {
            Last::Organization => ORGANIZATION.into(),
            Last::One(section, one) => format!("{section}{}", id(*one)),
            Last::Two(section, one, two) => format!("{section}{}/{}", id(*one), id(*two)),
            Last::Loss(section, id) => format!("{section}{id}"),
        }
    }

    fn write_organization(&self, out: &mut Writer) {
        let mut owners: Vec<Cow<'_, str>> =
            self.facts.list(Id::ORGANIZATION.0).iter().map(|word| self.name(Id(word & CONTAINER))).collect();
        crate::sort::plain(&mut owners);
        if let Some(body) = self.body(Id::ORGANIZATION) {
            self.write_resource(Kind::Organization, ORGANIZATION, body, &owners, out);
        }
    }

    /// Writes a resource as its record has it: as SCIM does, without what is a record of its own or is derived.
    pub(crate) fn write_resource(&self, kind: Kind, id: &str, body: &Body, owners: &[Cow<'_, str>], out: &mut Writer) {
        let registry = &self.config.registry;
        let resource_type = registry.resource_type(self.type_of(kind));
        let packed = body.packed();
        out.push("{\"schemas\":[");
        out.quoted(&resource_type.schema);
        for extension in resource_type.extensions.iter().filter(|extension| packed.member(extension.attribute).is_some()) {
            out.push(",");
            out.quoted(&extension.schema);
        }
        out.push("],\"id\":");
        out.quoted(id);
        out.members(registry, packed);
        for (i, owner) in owners.iter().enumerate() {
            out.push(if i == 0 { ",\"owners\":[{\"value\":" } else { ",{\"value\":" });
            out.quoted(owner);
            out.push("}");
        }
        out.push(if owners.is_empty() { ",\"meta\":{\"resourceType\":" } else { "],\"meta\":{\"resourceType\":" });
        out.quoted(&resource_type.name);
        for (member, time) in [(",\"created\":", body.created()), (",\"lastModified\":", body.modified())] {
            if let Some(time) = time {
                out.push(member);
                out.date_time(time);
            }
        }
        out.push("}}");
    }

    /// Writes the value of a membership (rank 0) or grant.
    pub(crate) fn write_edge(&self, subject: Option<Class>, rank: Rank, out: &mut Writer) {
        out.push(if subject == Some(Class::Group) { "{\"type\":\"Group\"" } else { "{\"type\":\"User\"" });
        if rank != 0 {
            out.push(",\"role\":");
            out.quoted(self.config.roles.name(rank));
        }
        out.push("}");
    }

    // ── what is not there

    /// Keys of records that refer to something that is not there, in order, after the key `after`.
    pub fn dangling(&self, after: Option<&str>, limit: usize) -> Vec<String> {
        // The least keys so far, the greatest of them on top.
        let mut least: BinaryHeap<String> = BinaryHeap::new();
        let mut organization = false;
        self.facts.for_each_dangling(|record| {
            let key = match record {
                Dangling::Grant(Id::ORGANIZATION, _) if std::mem::replace(&mut organization, true) => return,
                Dangling::Grant(Id::ORGANIZATION, _) => Key::Organization,
                Dangling::Member(group, subject) => Key::Member { group: self.name(group), subject: self.name(subject) },
                Dangling::Grant(object, subject) => Key::Grant { object: self.name(object), subject: self.name(subject) },
                Dangling::Folder(folder) => Key::Resource(Kind::Folder, self.name(folder)),
            }
            .text();
            if after.is_some_and(|after| key.as_str() <= after) {
                return;
            }
            if least.len() < limit {
                least.push(key);
            } else if let Some(mut top) = least.peek_mut()
                && *top > key
            {
                *top = key;
            }
        });
        least.into_sorted_vec()
    }

    /// How many records refer to something that is not there: the organization's is one, however many owners are absent.
    pub(crate) fn dangling_records(&self) -> usize {
        let absent = self.facts.list(Id::ORGANIZATION.0).iter().filter(|word| self.facts.kind(Id(*word & CONTAINER)).is_none()).count();
        (self.facts.counts().dangling as usize).saturating_sub(absent.saturating_sub(1))
    }
}
