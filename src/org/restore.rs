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
use std::collections::BTreeMap;

use super::edges::MEMBER;
use super::key::Key;
use super::ledger::LedgerEdits;
use super::names::{Class, ORGANIZATION};
use super::record_error::{RecordError, RecordFault};
use super::record_value::{edge_value, group_loss, string, subject_class, user_loss};
use super::restore_members::{Line, Run, USER_MEMBER};
use super::store::Organization;
use super::words::{Id, Kind, Rank};
use crate::error::ScimError;
use crate::resource::{Beside, Packer, Scanner, SyntaxError, Token};

/// What a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// Records fed.
    pub records: usize,
    /// Records of the organization that refer to something that is not there.
    pub dangling: usize,
}

impl Organization {
    /// Feeds records. A bad one stops it, with an error that names its key; those before it are in.
    pub fn restore(&mut self, ndjson: &[u8]) -> Result<Restored, ScimError> {
        let restored = self.feed(ndjson);
        self.settle();
        restored
    }

    /// The same for a part of what is fed: afterwards, and before anything is asked, the organization must be settled.
    pub(crate) fn feed(&mut self, ndjson: &[u8]) -> Result<Restored, ScimError> {
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
        let mut restore = Restore { org: self, fed: 0, run: None, packed: Vec::new(), batch: Vec::new() };
        let fed = restore.records(text);
        restore.end_run();
        let fed = fed.and_then(|()| match at {
            Some(at) => Err(restore.error(None, SyntaxError::NotUtf8 { at }.into())),
            None => Ok(restore.fed),
        });
        self.serial += 1;
        Ok(Restored { records: fed?, dangling: self.dangling_records() })
    }

    /// Does what was put off while it was fed.
    pub(crate) fn settle(&mut self) {
        self.index.settle();
    }
}

/// Records on their way in.
pub(super) struct Restore<'o, 't> {
    pub(super) org: &'o mut Organization,
    fed: usize,
    /// Members come together, a group's one after another.
    pub(super) run: Option<Run<'t>>,
    pub(super) batch: Vec<Line>,
    /// The attributes of the resource being read.
    pub(super) packed: Vec<u8>,
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
            let lines = self.lines_of_run(text, &mut scanner);
            self.fed += lines;
            if lines > 0 {
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
            (Some(Cow::Borrowed(key)), Some(Value::Text(USER_MEMBER))) if self.member_of_run(key) => Ok(()),
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

    pub(super) fn intern(&mut self, class: Class, text: &str) -> Result<Id, RecordFault> {
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

    pub(super) fn remove_twin(&mut self, container: Id, class: Class, subject: &str) {
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
    pub(super) fn write_edge(&mut self, container: Id, subject: Id, value: u8) -> u8 {
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
}
