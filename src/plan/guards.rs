//! The guards: limits that a plan's effect is held against before anything is written.
//!
//! They look at the state before the plan and after it, never at the requests, so that no route around them is left.
//! The settings are the organization's; where the plan itself changes a guard's setting, the stricter of both counts,
//! number by number, for otherwise a plan could switch a guard off and slip through. Each guard has one finding at most.

use std::collections::BTreeSet;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::losses::{self, GroupChange, Measure, Windows, window_start};
use crate::access::{Diff, Direction, Scratch, effective};
use crate::error::ScimError;
use crate::org::{CONTAINER, Change, Class, Combine, Draft, Guard, GuardSetting, Id, Kind, LedgerEdits, MEMBER, Outcome};
use crate::org::{Rank, Time, View, rank_of};
use crate::protocol::{Actor, Response};

/// Under which circumstances a plan is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'c> {
    /// Who asks.
    pub(crate) actor: &'c Actor,
    /// When.
    pub(crate) now: Time,
    /// Guards overridden for this plan.
    pub(crate) approve: &'c [Guard],
    /// Guards whose earlier holds nobody has decided yet.
    pub(crate) unresolved: &'c [Guard],
    /// Objects that the plan's requests name, in any order, also more than once.
    pub(crate) named: &'c [Id],
    /// Whether some request added a grant or a member.
    pub(crate) additions: bool,
}

/// What one guard found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    #[serde(serialize_with = "guard_name")]
    pub(crate) guard: Guard,
    #[serde(serialize_with = "outcome_name")]
    pub(crate) outcome: Outcome,
    pub(crate) detail: String,
    #[serde(serialize_with = "counts_map")]
    pub(crate) counts: Vec<(&'static str, u64)>,
    /// Whether it keeps the plan from being committed.
    #[serde(skip)]
    pub(crate) holds: bool,
}

fn guard_name<S: Serializer>(guard: &Guard, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(guard.name())
}

fn outcome_name<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.name())
}

fn counts_map<S: Serializer>(counts: &[(&'static str, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(counts.len()))?;
    for (name, count) in counts {
        map.serialize_entry(name, count)?;
    }
    map.end()
}

/// What all guards found, and what the ledger will remember of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// In the guards' order.
    pub(crate) findings: Vec<Finding>,
    /// Empty while the plan is held: it is never written.
    pub(crate) ledger: LedgerEdits,
    pub(crate) held: bool,
}

/// Judges the final state of a plan.
pub(crate) fn judge(draft: &Draft<'_>, diff: &Diff, scratch: &mut Scratch, circumstances: &Circumstances<'_>) -> Judgement {
    let change = &draft.edits.change;
    if change.is_empty() && draft.edits.bodies.is_empty() {
        return Judgement::default();
    }
    let facts = &draft.org.facts;
    let mut court = Court {
        draft,
        diff,
        circumstances,
        before: View::plain(facts),
        after: View::new(facts, change),
        strongest: draft.org.config.roles.strongest(),
        findings: Vec::new(),
    };
    let groups = losses::groups(draft);
    if diff.summary().users_losing > 0 {
        court.last_owner();
        court.last_workspace_owner();
        court.self_lockout();
    }
    court.mass_loss(&groups);
    court.mass_gain();
    court.empty_source(&groups);
    court.escalation();
    court.downgrade_by_addition(scratch);
    court.unresolved();
    court.sentence(&groups)
}

struct Court<'c> {
    draft: &'c Draft<'c>,
    diff: &'c Diff,
    circumstances: &'c Circumstances<'c>,
    before: View<'c>,
    after: View<'c>,
    strongest: Rank,
    findings: Vec<Finding>,
}

impl Court<'_> {
    /// The stricter setting of before and after; `None` when the guard is off in both.
    fn setting(&self, guard: Guard) -> Option<GuardSetting> {
        let before = self.draft.org.settings.guard(guard);
        let Some(settings) = &self.draft.edits.settings else {
            return Some(before).filter(|setting| setting.outcome != Outcome::Off);
        };
        let after = settings.guard(guard);
        match (before.outcome, after.outcome) {
            (Outcome::Off, Outcome::Off) => None,
            (Outcome::Off, _) => Some(after),
            (_, Outcome::Off) => Some(before),
            _ => Some(GuardSetting {
                outcome: before.outcome.max(after.outcome),
                count: before.count.min(after.count),
                share: before.share.min(after.share),
                window: before.window.max(after.window),
                role: before.role.min(after.role),
            }),
        }
    }

    fn find(&mut self, guard: Guard, outcome: Outcome, detail: String, counts: Vec<(&'static str, u64)>) {
        let holds = match outcome {
            Outcome::Off | Outcome::Warn => false,
            Outcome::Hold => !self.circumstances.approve.contains(&guard),
            Outcome::Forbid => true,
        };
        self.findings.push(Finding { guard, outcome, detail, counts, holds });
    }

    /// What a person would call a resource, in backticks.
    fn called(&self, id: Id) -> String {
        let org = self.draft.org;
        let own = org.body(id).zip(org.facts.kind(id)).and_then(|(body, kind)| {
            let name = match kind {
                Kind::User => org.known.user_name,
                kind => org.config.registry.root_attribute(org.type_of(kind), "displayName")?,
            };
            body.packed().member(name)?.text()
        });
        format!("`{}`", own.or_else(|| self.draft.display(id)).unwrap_or_else(|| self.draft.name(id)))
    }

    /// The first of some resources by name, and how many more there are.
    fn listed(&self, ids: &[Id]) -> String {
        let mut names: Vec<String> = ids.iter().map(|id| self.called(*id)).collect();
        crate::sort::plain(&mut names);
        let more = names.len().saturating_sub(3);
        names.truncate(3);
        let names = names.join(", ");
        if more > 0 { format!("{names} and {more} more") } else { names }
    }

    // ── owners

    /// Whether an active user has the strongest role on the organization or a workspace: nothing comes down to those.
    fn owned(&self, view: View<'_>, object: Id) -> bool {
        let (mut todo, mut seen) = (Vec::new(), BTreeSet::new());
        view.for_each_grant_on(object, |subject, rank| {
            if rank >= self.strongest {
                todo.push(subject);
            }
        });
        while let Some(subject) = todo.pop() {
            match view.kind(subject) {
                Some(Kind::User) if view.active(subject) => return true,
                Some(Kind::Group) if seen.insert(subject) => view.for_each_member(subject, |member| todo.push(member)),
                _ => {}
            }
        }
        false
    }

    fn last_owner(&mut self) {
        let Some(setting) = self.setting(Guard::LastOwner) else { return };
        if self.owned(self.after, Id::ORGANIZATION) || !self.owned(self.before, Id::ORGANIZATION) {
            return;
        }
        // An identity provider's request waits for a person: who owns the organization is not for it to say.
        let provider = *self.circumstances.actor == Actor::IdentityProvider;
        let outcome = if provider && setting.outcome == Outcome::Forbid { Outcome::Hold } else { setting.outcome };
        self.find(Guard::LastOwner, outcome, "the organization loses its last active owner".into(), vec![("owners", 0)]);
    }

    fn last_workspace_owner(&mut self) {
        let Some(setting) = self.setting(Guard::LastWorkspaceOwner) else { return };
        let mut lost: Vec<Id> = self.shaken_workspaces().into_iter().collect();
        lost.retain(|id| self.owned(self.before, *id) && !self.owned(self.after, *id));
        if lost.is_empty() {
            return;
        }
        let detail = match lost.len() {
            1 => format!("the workspace {} loses its last active owner", self.listed(&lost)),
            n => format!("{n} workspaces lose their last active owner: {}", self.listed(&lost)),
        };
        self.find(Guard::LastWorkspaceOwner, setting.outcome, detail, vec![("workspaces", lost.len() as u64)]);
    }

    /// Workspaces, there before and after, on which someone may have lost the strongest role.
    fn shaken_workspaces(&self) -> BTreeSet<Id> {
        let (facts, change) = (self.before.facts(), &self.draft.edits.change);
        let mut found = BTreeSet::new();
        let mut tell = |object: u32| {
            let id = Id(object);
            if facts.kind(id) == Some(Kind::Workspace) && self.after.kind(id) == Some(Kind::Workspace) {
                found.insert(id);
            }
        };
        // Subjects who reach fewer grants, or through whom fewer people do.
        let mut todo: Vec<u32> = Vec::new();
        for pair in change.net.pairs().iter().filter(|pair| pair.differs()) {
            match pair.base {
                MEMBER => todo.push(pair.container),
                rank if rank >= self.strongest && pair.now < rank => tell(pair.container),
                _ => {}
            }
        }
        for node in change.nodes() {
            let subject = matches!(node.before, Some(Kind::User | Kind::Group));
            if subject && (node.now.is_none() || node.active.is_some_and(|written| !written.now)) {
                todo.push(node.id.0);
            }
        }
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        while let Some(subject) = todo.pop() {
            if !seen.insert(subject) {
                continue;
            }
            todo.extend(facts.groups_of(subject).iter().map(|[word, _]| word & CONTAINER));
            for [word, _] in facts.grants_of(subject) {
                if rank_of(*word) >= self.strongest {
                    tell(word & CONTAINER);
                }
            }
        }
        found
    }

    fn self_lockout(&mut self) {
        let name = match self.circumstances.actor {
            Actor::User { id } => id,
            Actor::System { on_behalf_of: Some(id) } => id,
            Actor::IdentityProvider | Actor::System { on_behalf_of: None } => return,
        };
        let (Some(setting), Some(user)) = (self.setting(Guard::SelfLockout), self.draft.org.names.find(Class::User, name)) else {
            return;
        };
        if !self.diff.user(user).is_some_and(|rows| rows.loses) {
            return;
        }
        let loses = |object: Id, rank: Rank| effective(self.before, user, object) >= rank && effective(self.after, user, object) < rank;
        let ownership = loses(Id::ORGANIZATION, self.strongest);
        let mut named: Vec<Id> = Vec::new();
        if let Some(manage) = self.draft.org.config.roles.rank_that_may("manage") {
            named.extend_from_slice(self.circumstances.named);
            crate::sort::plain(&mut named);
            named.dedup();
            named.retain(|id| {
                matches!(self.after.kind(*id), Some(Kind::Workspace | Kind::Folder | Kind::Organization)) && loses(*id, manage)
            });
        }
        let managed = match named.len() {
            0 => None,
            _ => Some(format!("may no longer manage {}", self.listed(&named))),
        };
        let owned = ownership.then(|| "is no longer an owner of the organization".to_owned());
        let parts: Vec<String> = owned.into_iter().chain(managed).collect();
        if !parts.is_empty() {
            let detail = format!("the person who asks for this, {}, {}", self.called(user), parts.join(" and "));
            let counts = vec![("ownership", u64::from(ownership)), ("objects", named.len() as u64)];
            self.find(Guard::SelfLockout, setting.outcome, detail, counts);
        }
    }

    // ── many at once

    fn start(&self, setting: GuardSetting) -> Time {
        window_start(self.circumstances.now, setting.window)
    }

    fn mass_loss(&mut self, groups: &[GroupChange]) {
        let Some(setting) = self.setting(Guard::MassLoss) else { return };
        let start = self.start(setting);
        let mut parts: Vec<String> = Vec::new();
        let mut counts: Vec<(&'static str, u64)> = Vec::new();
        if self.diff.summary().users_losing > 0 {
            let (losing, locked) = losses::users(self.draft, self.diff, start, setting);
            if losing.reaches(setting) {
                parts.push(format!("{} of {} people lose access or part of it", losing.count, losing.base));
                counts.extend([("usersLosing", losing.count), ("usersLosingOf", losing.base)]);
            }
            if locked.reaches(setting) {
                parts.push(format!("{} of {} people are left without any access", locked.count, locked.base));
                counts.extend([("usersLockedOut", locked.count), ("usersLockedOutOf", locked.base)]);
            }
        }
        let mut worst: Option<(Measure, &GroupChange)> = None;
        for group in groups {
            let gone = losses::members(self.draft, group, start, setting);
            if gone.reaches(setting) && worst.is_none_or(|(most, _)| gone.count > most.count) {
                worst = Some((gone, group));
            }
        }
        if let Some((gone, group)) = worst {
            parts.push(format!("the group {} loses {} of {} members", self.called(group.group), gone.count, gone.base));
            counts.extend([("membersGone", gone.count), ("membersGoneOf", gone.base)]);
        }
        let deleted = losses::deleted_groups(self.draft, groups, start);
        if deleted.reaches(setting) {
            parts.push(format!("{} of {} groups are deleted", deleted.count, deleted.base));
            counts.extend([("groupsDeleted", deleted.count), ("groupsDeletedOf", deleted.base)]);
        }
        if !parts.is_empty() {
            let within = if setting.window > 0 { format!(", within {} minutes", setting.window) } else { String::new() };
            self.find(Guard::MassLoss, setting.outcome, format!("{}{within}", parts.join("; ")), counts);
        }
    }

    fn mass_gain(&mut self) {
        let gaining = u64::from(self.diff.summary().users_gaining);
        let base = u64::from(self.before.facts().counts().active_users);
        let Some(setting) = self.setting(Guard::MassGain) else { return };
        if (Measure { count: gaining, base }).reaches(setting) {
            let detail = format!("{gaining} people gain access or more of it, where {base} are active so far");
            self.find(Guard::MassGain, setting.outcome, detail, vec![("usersGaining", gaining), ("usersGainingOf", base)]);
        }
    }

    fn empty_source(&mut self, groups: &[GroupChange]) {
        let Some(setting) = self.setting(Guard::EmptySource) else { return };
        let (start, least) = (self.start(setting), setting.count.max(1));
        let (mut emptied, mut had) = (Vec::new(), 0);
        for group in groups.iter().filter(|group| group.deleted || group.after == 0) {
            let most = losses::most_members(self.draft, group, start);
            if most >= least {
                emptied.push(group.group);
                had += u64::from(most);
            }
        }
        let mut parts: Vec<String> = Vec::new();
        let mut counts: Vec<(&'static str, u64)> = Vec::new();
        if !emptied.is_empty() {
            parts.push(match emptied.len() {
                1 => format!("the group {}, which had {had} members, is left with none", self.listed(&emptied)),
                n => format!("{n} groups, which had {had} members, are left with none: {}", self.listed(&emptied)),
            });
            counts.extend([("groupsEmptied", emptied.len() as u64), ("membersHad", had)]);
        }
        if self.before.facts().counts().active_users > 0 && self.after.active_users() == 0 {
            let had = losses::most_active(self.draft, start);
            if had >= u64::from(least) {
                parts.push(format!("the organization, which had {had} active users, is left with none"));
                counts.push(("activeUsersHad", had));
            }
        }
        if !parts.is_empty() {
            self.find(Guard::EmptySource, setting.outcome, parts.join("; "), counts);
        }
    }

    // ── who gains, who loses by gaining

    fn escalation(&mut self) {
        let Some(setting) = self.setting(Guard::Escalation) else { return };
        // Organization owners gain the strongest role on the organization, which is an object like others.
        let least = setting.role.clamp(1, self.strongest);
        if self.diff.summary().users_gaining == 0 {
            return;
        }
        let raised: Vec<Id> = self.diff.users().iter().filter(|rows| rows.gains && rows.reaches >= least).map(|rows| rows.user).collect();
        if raised.is_empty() {
            return;
        }
        let role = self.draft.org.config.roles.name(least).to_owned();
        let detail = match raised.len() {
            1 => format!("{} reaches the role {role} or a stronger one", self.listed(&raised)),
            n => format!("{n} people reach the role {role} or a stronger one: {}", self.listed(&raised)),
        };
        self.find(Guard::Escalation, setting.outcome, detail, vec![("users", raised.len() as u64)]);
    }

    /// Under mostSpecific, a plan's additions alone, over the state before it: whoever loses by those and loses by the
    /// plan was lowered by an addition. Where the plan itself turns mostSpecific on, that is what lowers people.
    fn downgrade_by_addition(&mut self, scratch: &mut Scratch) {
        let (facts, change) = (self.before.facts(), &self.draft.edits.change);
        let specific = facts.policy().combine == Combine::MostSpecific && self.after.policy().combine == Combine::MostSpecific;
        if !self.circumstances.additions || !specific || self.diff.summary().users_losing == 0 {
            return;
        }
        let Some(setting) = self.setting(Guard::DowngradeByAddition) else { return };
        let mut additions = Change::new();
        for (id, kind) in change.created() {
            additions.create(facts, id, kind, 0);
        }
        for pair in change.net.pairs().iter().filter(|pair| pair.base == 0 && pair.now != 0) {
            additions.set_pair(facts, Id(pair.container), Id(pair.subject), pair.now, 0);
        }
        let alone = Diff::new(facts, &additions, Direction::Planned, scratch);
        let lowered: Vec<Id> = alone
            .users()
            .iter()
            .filter(|rows| rows.loses && self.diff.user(rows.user).is_some_and(|all| all.loses))
            .map(|rows| rows.user)
            .collect();
        if !lowered.is_empty() {
            let detail = match lowered.len() {
                1 => format!("{} has less access because a grant or a member was added", self.listed(&lowered)),
                n => format!("{n} people have less access because a grant or a member was added: {}", self.listed(&lowered)),
            };
            self.find(Guard::DowngradeByAddition, setting.outcome, detail, vec![("users", lowered.len() as u64)]);
        }
    }

    // ── what follows

    /// While earlier holds are undecided, whatever else an identity provider takes away waits with them.
    fn unresolved(&mut self) {
        let losing = u64::from(self.diff.summary().users_losing);
        if *self.circumstances.actor != Actor::IdentityProvider || losing == 0 {
            return;
        }
        for guard in [Guard::MassLoss, Guard::EmptySource] {
            if !self.circumstances.unresolved.contains(&guard) {
                continue;
            }
            let known = self.findings.iter().position(|finding| finding.guard == guard);
            if known.and_then(|at| self.findings.get(at)).is_some_and(|finding| finding.outcome >= Outcome::Hold) {
                continue;
            }
            if let Some(at) = known {
                self.findings.remove(at);
            }
            let who = if losing == 1 { "one person loses".to_owned() } else { format!("{losing} people lose") };
            let detail = format!("{who} access or part of it while earlier changes held by {} are undecided", guard.name());
            self.find(guard, Outcome::Hold, detail, vec![("usersLosing", losing)]);
        }
        crate::sort::by(&mut self.findings, &mut |a, b| a.guard.cmp(&b.guard));
    }

    fn sentence(self, groups: &[GroupChange]) -> Judgement {
        let held = self.findings.iter().any(|finding| finding.holds);
        let mut ledger = LedgerEdits::default();
        if !held {
            let (org, now) = (self.draft.org, self.circumstances.now);
            let longest = org.settings.longest_window().max(self.draft.settings().longest_window());
            let start = window_start(now, longest);
            losses::expired(self.draft, start, &mut ledger);
            let approved = |finding: &Finding| {
                matches!(finding.guard, Guard::MassLoss | Guard::EmptySource)
                    && finding.outcome == Outcome::Hold
                    && self.circumstances.approve.contains(&finding.guard)
            };
            if self.findings.iter().any(approved) {
                losses::forgive(self.draft, groups, &mut ledger);
            } else if longest > 0 {
                losses::enter(self.draft, self.diff, groups, &Windows { now, start }, &mut ledger);
            }
        }
        Judgement { findings: self.findings, ledger, held }
    }
}

/// The one answer to a held plan: 403 with the words and numbers of the guards that hold it (RFC 7644 §3.12).
pub(crate) fn refusal(findings: &[Finding]) -> Response {
    let mut detail = String::new();
    for finding in findings.iter().filter(|finding| finding.holds) {
        let verb = if finding.outcome == Outcome::Forbid { "forbidden" } else { "held for an administrator to approve" };
        if !detail.is_empty() {
            detail.push_str(". ");
        }
        detail.push_str(&format!("{verb} by the guard {}: {}", finding.guard.name(), finding.detail));
        let counts: Vec<String> = finding.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        if !counts.is_empty() {
            detail.push_str(&format!(" ({})", counts.join(", ")));
        }
    }
    let body = ScimError::new(403, None, detail).body();
    Response { status: 403, headers: vec![("content-type", "application/scim+json".into())], body: Some(body) }
}
