//! Stored records to facts and bodies: `{"key": …, "value": …}`, one a line, in any order, at any time.
//!
//! The last value fed for a key wins and null removes it, so feeding the records of committed plans is how a replica
//! follows. What a record refers to need not be there: it gives nothing until it is.
//!
//! ```
//! use scim_policy::{Config, Organization};
//!
//! let mut organization = Organization::new(Config::default());
//! let records = r#"{"key":"member/sales/ann","value":{"type":"User"}}
//! {"key":"group/sales","value":{"displayName":"Sales"}}"#;
//! let restored = organization.restore(records.as_bytes())?;
//! assert_eq!((restored.records, restored.dangling), (2, 1));
//! assert_eq!(organization.dangling(None, 10), ["member/sales/ann"]);
//! organization.restore(br#"{"key":"user/ann","value":{"userName":"ann"}}"#)?;
//! assert!(organization.dangling(None, 10).is_empty());
//! # Ok::<(), scim_policy::ScimError>(())
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::body::{Body, Time};
use super::digest::Digest;
use super::edges::{CONTAINER, MEMBER};
use super::key::Key;
use super::ledger::LedgerEdits;
use super::names::{Class, ORGANIZATION};
use super::record_error::{RecordError, RecordFault};
use super::record_value::{edge_value, group_loss, string, subject_class, time, user_loss};
use super::store::Organization;
use super::words::{Audience, Id, Kind, Parent, Rank};
use crate::error::ScimError;
use crate::resource::{self, Beside, Document, NodeId, Packed, Packer, Scanner, SyntaxError, Token, uuid_of};
use crate::schema::{AttributeId, common};

/// What a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// Records fed.
    pub records: usize,
    /// Records of the organization that refer to something that is not there.
    pub dangling: usize,
}

/// How almost every record of a large organization goes on.
const USER_MEMBER: &str = r#"{"type":"User"}"#;

/// How its line begins, and how it ends.
const MEMBER_LINE: &str = r#"{"key":"member/"#;
const USER_LINE_END: &str = r#"","value":{"type":"User"}}"#;

impl Organization {
    /// Feeds records. A bad one stops it, with an error that names its key; those before it are in.
    pub fn restore(&mut self, ndjson: &[u8]) -> Result<Restored, ScimError> {
        let (text, at) = match std::str::from_utf8(ndjson) {
            Ok(text) => (text, None),
            // Whole lines before the bad byte are records like others.
            Err(error) => {
                let sound = ndjson.get(..error.valid_up_to()).unwrap_or(&[]);
                let lines = sound.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let lines = sound.get(..lines).and_then(|lines| std::str::from_utf8(lines).ok()).unwrap_or("");
                (lines, Some(error.valid_up_to()))
            }
        };
        for id in std::mem::take(&mut self.retired) {
            self.release_unused(id);
        }
        let mut restore = Restore { org: self, fed: 0, run: None, packed: Vec::new() };
        let fed = restore.records(text);
        restore.end_run();
        let fed = fed.and_then(|()| match at {
            Some(at) => Err(restore.error(None, SyntaxError::NotUtf8 { at }.into())),
            None => Ok(restore.fed),
        });
        self.serial += 1;
        Ok(Restored { records: fed?, dangling: self.dangling_records() })
    }
}

/// Records on their way in.
struct Restore<'o, 't> {
    org: &'o mut Organization,
    fed: usize,
    /// The group that members were last fed for: they come together.
    run: Option<Run<'t>>,
    /// The attributes of the resource being read.
    packed: Vec<u8>,
}

/// Members of one group, fed one after another.
struct Run<'t> {
    group: &'t str,
    id: Id,
    /// What they add to the group's sum, and to the digest.
    sum: Digest,
}

/// What a record says.
#[derive(Clone, Copy)]
enum Value<'t> {
    Null,
    Text(&'t str),
    /// A resource that was packed as it was read; its attributes stand in [`Restore::packed`].
    Packed(Beside<'t>),
}

impl<'t> Restore<'_, 't> {
    fn error(&self, key: Option<&str>, fault: RecordFault) -> RecordError {
        RecordError { key: key.map(str::to_owned), number: self.fed + 1, fault }
    }

    fn records(&mut self, text: &'t str) -> Result<(), RecordError> {
        let mut scanner = Scanner::new(text, self.org.config.limits.json_depth);
        loop {
            scanner.skip_space();
            if scanner.peek().is_none() {
                return Ok(());
            }
            if self.line_of_run(text, &mut scanner) {
                self.fed += 1;
                continue;
            }
            let mut key = None;
            self.record(text, &mut scanner, &mut key).map_err(|fault| self.error(key.as_deref(), fault))?;
            self.fed += 1;
        }
    }

    fn record(&mut self, text: &'t str, scanner: &mut Scanner<'t>, key: &mut Option<Cow<'t, str>>) -> Result<(), RecordFault> {
        let mut found: Option<Value<'t>> = None;
        if scanner.token()? != Token::Object {
            return Err(RecordFault::NoRecord);
        }
        scanner.expect(b'{', "`{`")?;
        let mut open = !scanner.take(b'}');
        while open {
            let name = scanner.name()?;
            match scanner.slice(name) {
                "key" if key.is_none() && scanner.token()? == Token::String => *key = Some(string(scanner)?),
                "value" if found.is_none() => {
                    scanner.skip_space();
                    let start = scanner.at();
                    found = Some(if text.get(start..).is_some_and(|rest| rest.starts_with(USER_MEMBER)) {
                        scanner.jump(start + USER_MEMBER.len());
                        Value::Text(USER_MEMBER)
                    } else if let Some(beside) = key.as_deref().and_then(|key| self.pack(key, scanner)) {
                        Value::Packed(beside)
                    } else {
                        let null = scanner.token()? == Token::Null;
                        let span = scanner.skip(0)?;
                        if null { Value::Null } else { Value::Text(scanner.slice(span)) }
                    });
                }
                _ => return Err(RecordFault::NoRecord),
            }
            open = scanner.more(b'}', "`,` or `}`")?;
        }
        match (key.as_ref(), found) {
            (None, _) | (_, None) => Err(RecordFault::NoRecord),
            (_, Some(Value::Text(value))) if !value.starts_with('{') => Err(RecordFault::NoObject),
            // The way of a million records: nothing is copied.
            (Some(Cow::Borrowed(key)), Some(Value::Text(USER_MEMBER))) if self.member_of_last(key) => Ok(()),
            (Some(key), Some(value)) => self.apply(key, value),
        }
    }

    /// Packs a resource in the same scan that reads it; `None`, and nothing is taken, where it is no common one.
    fn pack(&mut self, key: &str, scanner: &mut Scanner<'t>) -> Option<Beside<'t>> {
        let kinds = [Kind::User, Kind::Group, Kind::Workspace, Kind::Folder];
        let kind = kinds.into_iter().find(|kind| key.starts_with(super::key::section(*kind)))?;
        let start = scanner.at();
        self.packed.clear();
        let of = self.org.type_of(kind);
        let mut packer = Packer { registry: &self.org.config.registry, scanner, out: &mut self.packed };
        let beside = packer.resource(of, &self.org.known.kept_elsewhere(of));
        if beside.is_none() {
            scanner.jump(start);
        }
        beside
    }

    /// The way of a million records: one more user, by UUID, in the group that members were last fed for, in a line as
    /// `records` writes it. False leaves everything as it was.
    fn line_of_run(&mut self, text: &'t str, scanner: &mut Scanner<'t>) -> bool {
        let Some(run) = &self.run else { return false };
        let (group, start) = (run.id, scanner.at());
        let subject = text.get(start..).and_then(|line| line.strip_prefix(MEMBER_LINE)?.strip_prefix(run.group)?.strip_prefix('/'));
        let Some((subject, rest)) = subject.and_then(|rest| rest.split_at_checked(36)) else { return false };
        let Some(uuid) = uuid_of(subject).filter(|_| rest.starts_with(USER_LINE_END)) else { return false };
        let Some(member) = self.org.names.find_uuid(Class::User, &uuid) else { return false };
        if self.org.facts.replace_pair(group, member, MEMBER) == Some(0) {
            let edge = self.org.edge_of(group, member, 0);
            if let Some(run) = &mut self.run {
                run.sum.add(edge);
            }
            self.remove_twin(group, Class::User, subject);
        }
        scanner.jump(text.len() - rest.len() + USER_LINE_END.len());
        true
    }

    /// Puts a user into the group that members were last fed for, where the key's ids stand as they are.
    fn member_of_last(&mut self, key: &'t str) -> bool {
        let Some((group, subject)) = key.strip_prefix(super::key::MEMBER).and_then(|rest| rest.split_once('/')) else { return false };
        if subject.is_empty() || group.is_empty() || key.bytes().any(|byte| byte == b'%') || subject.bytes().any(|byte| byte == b'/') {
            return false;
        }
        let (id, sum) = match &self.run {
            Some(run) if run.group == group => (run.id, run.sum),
            _ => {
                self.end_run();
                match self.intern(Class::Group, group) {
                    Ok(id) => (id, Digest::default()),
                    Err(_) => return false,
                }
            }
        };
        let mut run = Run { group, id, sum };
        let Ok(member) = self.intern(Class::User, subject) else { return false };
        if self.org.facts.replace_pair(id, member, MEMBER) == Some(0) {
            run.sum.add(self.org.edge_of(id, member, 0));
            self.remove_twin(id, Class::User, subject);
        }
        self.run = Some(run);
        true
    }

    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.org.count_edge(run.id, run.sum, true);
        }
    }

    fn apply(&mut self, key: &str, value: Value<'_>) -> Result<(), RecordFault> {
        // Whatever comes may give the group's number back.
        self.end_run();
        let key = Key::parse(key).ok_or(RecordFault::UnknownKey)?;
        let value = match value {
            Value::Null => None,
            Value::Text(text) => Some(text),
            Value::Packed(beside) => match key {
                Key::Resource(kind, id) if id != ORGANIZATION => return self.put_packed(kind, &id, beside),
                _ => Some(""),
            },
        };
        match (key, value) {
            (Key::Organization, value) => self.organization(value),
            (Key::Resource(_, id), Some(_)) if id == ORGANIZATION => Err(RecordFault::Taken { kind: "the organization" }),
            (Key::Resource(kind, id), Some(value)) => self.put_resource(kind, &id, value),
            (Key::Resource(kind, id), None) => {
                self.remove_resource(kind, &id);
                Ok(())
            }
            (Key::Member { group, subject }, Some(value)) => {
                let [class, _] = edge_value(value, false)?;
                let class = subject_class(class)?;
                let group = self.intern(Class::Group, &group)?;
                self.put_edge(group, &subject, class, MEMBER)
            }
            (Key::Grant { object, .. }, _) if object == ORGANIZATION => Err(RecordFault::OwnersElsewhere),
            (Key::Grant { object, subject }, Some(value)) => {
                let [class, role] = edge_value(value, true)?;
                let (class, rank) = (subject_class(class)?, self.rank(role)?);
                let roles = &self.org.config.roles;
                if class == Class::Group && !roles.is_group_assignable(rank) {
                    return Err(RecordFault::NotForGroups { role: roles.name(rank).into() });
                }
                let object = self.intern(Class::Object, &object)?;
                self.put_edge(object, &subject, class, rank)
            }
            (Key::Member { group, subject }, None) => {
                self.remove_edges(Class::Group, &group, &subject);
                Ok(())
            }
            (Key::Grant { object, subject }, None) => {
                self.remove_edges(Class::Object, &object, &subject);
                Ok(())
            }
            (Key::UserLoss(id), value) => {
                let loss = value.map(user_loss).transpose()?;
                self.org.count_ledger(&LedgerEdits { users: BTreeMap::from([(id.into_owned(), loss)]), ..Default::default() });
                Ok(())
            }
            (Key::GroupLoss(id), value) => {
                let loss = value.map(group_loss).transpose()?;
                self.org.count_ledger(&LedgerEdits { groups: BTreeMap::from([(id.into_owned(), loss)]), ..Default::default() });
                Ok(())
            }
        }
    }

    fn intern(&mut self, class: Class, text: &str) -> Result<Id, RecordFault> {
        let names = &mut self.org.names;
        match names.find(class, text) {
            Some(id) => Ok(id),
            None if names.upcoming(0) > Id::MAX => Err(RecordFault::TooManyIds { limit: Id::MAX.0 }),
            None => Ok(names.add(class, text)),
        }
    }

    // ── memberships and grants

    /// The record of a pair is one, whatever its subject's type: of a user and a group of one name the last one stays.
    fn put_edge(&mut self, container: Id, subject: &str, class: Class, value: u8) -> Result<(), RecordFault> {
        let id = match self.intern(class, subject) {
            Ok(id) => id,
            Err(fault) => {
                self.org.release_unused(container);
                return Err(fault);
            }
        };
        if self.write_edge(container, id, value) == 0 {
            self.remove_twin(container, class, subject);
        }
        Ok(())
    }

    fn remove_twin(&mut self, container: Id, class: Class, subject: &str) {
        if let Some(twin) = self.org.names.twin(class, subject) {
            self.write_edge(container, twin, 0);
            self.org.release_unused(twin);
        }
    }

    fn remove_edges(&mut self, class: Class, container: &str, subject: &str) {
        for of in [Class::User, Class::Group] {
            let names = &self.org.names;
            if let (Some(container), Some(subject)) = (names.find(class, container), names.find(of, subject)) {
                self.write_edge(container, subject, 0);
                self.org.release_unused(container);
                self.org.release_unused(subject);
            }
        }
    }

    /// Gives the value that the pair had.
    fn write_edge(&mut self, container: Id, subject: Id, value: u8) -> u8 {
        let before = self.org.facts.replace_pair(container, subject, value).unwrap_or(value);
        if before != value {
            for (value, there) in [(before, false), (value, true)].into_iter().filter(|(value, _)| *value != 0) {
                let edge = self.org.edge_of(container, subject, if value == MEMBER { 0 } else { value });
                self.org.count_edge(container, edge, there);
            }
        }
        before
    }

    fn rank(&self, role: Cow<'_, str>) -> Result<Rank, RecordFault> {
        let roles = &self.org.config.roles;
        roles.rank(&role).ok_or_else(|| RecordFault::NotOneOf {
            path: "role",
            value: role.into_owned(),
            known: roles.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    // ── resources

    fn put_resource(&mut self, kind: Kind, id: &str, text: &str) -> Result<(), RecordFault> {
        self.judge_free(kind, id)?;
        let org = &*self.org;
        let document = org.config.registry.stored(text, org.type_of(kind), &org.config.limits)?;
        let body = self.judged(&document, kind, id)?;
        self.place(kind, id, body)
    }

    fn put_packed(&mut self, kind: Kind, id: &str, beside: Beside<'_>) -> Result<(), RecordFault> {
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

    fn remove_resource(&mut self, kind: Kind, id: &str) {
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
    fn organization(&mut self, text: Option<&str>) -> Result<(), RecordFault> {
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
