//! Members on their way in: a million lines of one shape, a group's one after another.

use super::digest::Digest;
use super::edges::MEMBER;
use super::key;
use super::names::{Class, Names};
use super::restore::Restore;
use super::words::Id;
use crate::resource::{Scanner, uuid_of};

/// The value of almost every record of a large organization.
pub(super) const USER_MEMBER: &str = r#"{"type":"User"}"#;

/// How its line begins, and how it ends.
const LINE: &str = r#"{"key":"member/"#;
const LINE_END: &str = r#"","value":{"type":"User"}}"#;

/// How many lines are read before any is made a fact. Each waits for memory more than once; together they wait at the same time.
const BATCH: usize = 256;

/// The group that members were last fed for.
pub(super) struct Run<'t> {
    group: &'t str,
    /// How the lines of its members begin.
    line: String,
    id: Id,
    hash: u64,
    /// What they add to the group's sum, and to the digest.
    sum: Digest,
}

/// One line of a batch: a user, the hash of the identifier, its number.
pub(super) struct Line {
    user: [u8; 16],
    hash: u64,
    id: Id,
}

impl<'t> Restore<'_, 't> {
    /// Takes more users of the run's group, by UUID, in lines as `records` writes them. The answer: how many; what follows
    /// is another record.
    pub(super) fn lines_of_run(&mut self, text: &'t str, scanner: &mut Scanner<'t>) -> usize {
        let org = &mut *self.org;
        let room = org.names.upcoming(BATCH) <= Id::MAX;
        let Some(run) = self.run.as_mut().filter(|_| room && !org.names.has_twins()) else { return 0 };
        self.batch.clear();
        while self.batch.len() < BATCH {
            let Some(rest) = text.get(scanner.at()..).and_then(|rest| rest.strip_prefix(run.line.as_str())) else { break };
            let Some((user, rest)) = rest.split_at_checked(36) else { break };
            let Some(user) = uuid_of(user).filter(|_| rest.starts_with(LINE_END)) else { break };
            self.batch.push(Line { user, hash: Names::hash_uuid(Class::User, &user), id: Id::ORGANIZATION });
            scanner.jump(text.len() - rest.len() + LINE_END.len());
            scanner.skip_space();
        }
        let mut seen = 0;
        for line in &mut self.batch {
            line.id = org.names.intern_hashed(Class::User, &line.user, line.hash);
            seen ^= org.facts.glance(line.id);
        }
        std::hint::black_box(seen);
        for line in &self.batch {
            if org.facts.replace_pair(run.id, line.id, MEMBER) == Some(0) {
                run.sum.add(org.edge(run.hash, line.hash, 0));
            }
        }
        let (group, taken) = (run.id, self.batch.len());
        if org.names.has_twins() {
            // One of these users has just become a group's twin.
            let batch = std::mem::take(&mut self.batch);
            for line in &batch {
                let user = self.org.name(line.id).into_owned();
                self.remove_twin(group, Class::User, &user);
            }
        }
        taken
    }

    /// Puts a user into the group that members were last fed for, where the key's ids stand as they are.
    pub(super) fn member_of_run(&mut self, key: &'t str) -> bool {
        let Some((group, subject)) = key.strip_prefix(key::MEMBER).and_then(|rest| rest.split_once('/')) else { return false };
        if subject.is_empty() || group.is_empty() || key.bytes().any(|byte| byte == b'%') || subject.bytes().any(|byte| byte == b'/') {
            return false;
        }
        if self.run.as_ref().is_none_or(|run| run.group != group) {
            self.end_run();
            let Ok(id) = self.intern(Class::Group, group) else { return false };
            let hash = self.org.names.hash_of(id);
            self.run = Some(Run { group, line: [LINE, group, "/"].concat(), id, hash, sum: Digest::default() });
        }
        let Ok(member) = self.intern(Class::User, subject) else { return false };
        let Some(run) = &mut self.run else { return false };
        let group = run.id;
        if self.org.facts.replace_pair(group, member, MEMBER) == Some(0) {
            run.sum.add(self.org.edge_of(group, member, 0));
            self.remove_twin(group, Class::User, subject);
        }
        true
    }

    pub(super) fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.org.count_edge(run.id, run.sum, true);
        }
    }
}
