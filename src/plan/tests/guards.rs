//! Every guard against the words of the specification, evaluated naively for everyone.

use std::collections::BTreeSet;

use super::{OBJECTS, Random, act, body, create, diff, ids, organization};
use crate::access::{Scratch, effective};
use crate::org::{Class, Combine, Draft, GroupLoss, Guard, GuardSetting, Id, Kind, LedgerEdits, Organization, Outcome, Time, View};
use crate::plan::guards::{Circumstances, Finding, judge, refusal};
use crate::protocol::Actor;

const SYSTEM: Actor = Actor::System { on_behalf_of: None };

fn settings(org: &mut Organization, guards: &str, policy: &str) {
    let mut draft = Draft::new(org);
    let json = format!("{{\"guards\":{guards},\"policy\":{policy}}}");
    draft.put_body(Id::ORGANIZATION, body(org, Kind::Organization, &json));
    let edits = draft.edits;
    org.commit(edits);
}

/// What the specification says, word by word, for every user and every object.
struct Naive<'d> {
    draft: &'d Draft<'d>,
    before: View<'d>,
    after: View<'d>,
    users: Vec<Id>,
    objects: Vec<Id>,
    now: Time,
}

impl<'d> Naive<'d> {
    fn new(draft: &'d Draft<'d>, now: Time) -> Self {
        let facts = &draft.org.facts;
        let space = facts.id_space() + draft.edits.fresh.len() as u32 + 200;
        let (before, after) = (View::plain(facts), draft.view());
        let kind = |id: Id| before.kind(id).or(after.kind(id));
        let of = |kinds: &[Kind]| (0..space).map(Id).filter(|id| kind(*id).is_some_and(|k| kinds.contains(&k))).collect::<Vec<_>>();
        let users = of(&[Kind::User]);
        let objects = of(&[Kind::Organization, Kind::Workspace, Kind::Folder]);
        Self { draft, before, after, users, objects, now }
    }

    fn pairs(&self, user: Id) -> Vec<(Id, u8, u8)> {
        self.objects.iter().map(|o| (*o, effective(self.before, user, *o), effective(self.after, user, *o))).collect()
    }
    fn loses(&self, user: Id) -> bool {
        self.pairs(user).iter().any(|(_, was, now)| now < was)
    }
    fn gains(&self, user: Id) -> bool {
        self.pairs(user).iter().any(|(_, was, now)| now > was)
    }
    fn locked_out(&self, user: Id) -> bool {
        let pairs = self.pairs(user);
        pairs.iter().any(|(_, was, _)| *was > 0) && pairs.iter().all(|(_, _, now)| *now == 0)
    }
    fn owned(&self, view: View<'_>, object: Id) -> bool {
        self.users.iter().any(|user| effective(view, *user, object) == 5)
    }
    fn names(&self, ids: impl IntoIterator<Item = Id>) -> BTreeSet<String> {
        ids.into_iter().map(|id| self.draft.name(id).into_owned()).collect()
    }
    fn members(&self, view: View<'_>, group: Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::new();
        if view.kind(group).is_some() {
            view.for_each_member(group, |member| _ = found.insert(member));
        }
        found
    }
    fn recent(&self, at: Time, setting: GuardSetting) -> bool {
        at > self.now - i64::from(setting.window) * 60_000
    }
    fn setting(&self, guard: Guard) -> GuardSetting {
        self.draft.org.settings.guard(guard)
    }

    fn reaches(guard: GuardSetting, count: usize, base: usize) -> bool {
        count > 0 && count >= guard.count as usize && 100 * count >= guard.share as usize * base
    }

    fn mass_loss(&self) -> bool {
        let (org, guard) = (self.draft.org, self.setting(Guard::MassLoss));
        let earlier: Vec<_> = org.ledger.users.iter().filter(|(_, loss)| self.recent(loss.at, guard)).collect();
        let active: BTreeSet<String> = self.names(self.users.iter().copied().filter(|user| self.before.active(*user)));
        let base = active.len() + earlier.iter().filter(|(name, _)| !active.contains(*name)).count();
        let mut losing = self.names(self.users.iter().copied().filter(|user| self.loses(*user)));
        let mut locked = self.names(self.users.iter().copied().filter(|user| self.locked_out(*user)));
        let (some, all) = (!losing.is_empty(), !locked.is_empty());
        losing.extend(earlier.iter().map(|(name, _)| (*name).clone()));
        locked.extend(earlier.iter().filter(|(_, loss)| loss.all).map(|(name, _)| (*name).clone()));
        let mut fires = some && Self::reaches(guard, losing.len(), base) || all && Self::reaches(guard, locked.len(), base);
        let groups: Vec<Id> = org.facts.ids().filter(|(_, kind)| *kind == Kind::Group).map(|(id, _)| id).collect();
        for group in &groups {
            let (was, now) = (self.members(self.before, *group), self.members(self.after, *group));
            let gone = was.difference(&now).count();
            let had = self.had(*group, guard);
            let first = had.first().copied().unwrap_or(was.len());
            let most = had.iter().copied().max().unwrap_or(0).max(was.len());
            let since = |had: usize| (had.saturating_sub(was.len()) + gone, had);
            fires |= [first, most].map(since).iter().any(|(lost, of)| gone > 0 && lost <= of && Self::reaches(guard, *lost, *of));
        }
        let deleted = groups.iter().filter(|group| self.after.kind(**group).is_none()).count();
        let there = self.names(groups.iter().copied());
        let before = org
            .ledger
            .groups
            .iter()
            .filter(|(name, loss)| self.recent(loss.last(), guard) && !there.contains(*name) && *name != "organization")
            .count();
        fires || deleted > 0 && Self::reaches(guard, deleted + before, groups.len() + before)
    }

    fn empty_source(&self) -> bool {
        let (org, guard) = (self.draft.org, self.setting(Guard::EmptySource));
        let mut fires = false;
        for (group, _) in org.facts.ids().filter(|(_, kind)| *kind == Kind::Group) {
            let (was, now) = (self.members(self.before, group), self.members(self.after, group));
            let had = self.had(group, guard).into_iter().max().unwrap_or(0).max(was.len());
            let touched = was.difference(&now).next().is_some() || self.after.kind(group).is_none();
            fires |= touched && now.is_empty() && had >= guard.count as usize;
        }
        let active = self.names(self.users.iter().copied().filter(|user| self.before.active(*user)));
        let gone = org.ledger.users.iter().filter(|(name, loss)| self.recent(loss.at, guard) && !active.contains(*name)).count();
        let none = !self.users.iter().any(|user| self.after.active(*user));
        let start = self.now - i64::from(guard.window) * 60_000 + 1;
        let whole = org.ledger.groups.get("organization").and_then(|loss| loss.most_since(start)).unwrap_or(0);
        fires || !active.is_empty() && none && (active.len() + gone).max(whole as usize) >= guard.count as usize
    }

    /// Members of a group before each loss in the window.
    fn had(&self, group: Id, guard: GuardSetting) -> Vec<usize> {
        let Some(loss) = self.draft.org.ledger.groups.get(self.draft.org.name(group).as_ref()) else { return Vec::new() };
        let all = std::iter::once((loss.at, loss.had)).chain(loss.later.iter().copied());
        all.filter(|(at, _)| self.recent(*at, guard)).map(|(_, had)| had as usize).collect()
    }

    fn self_lockout(&self, user: Id, named: &[Id]) -> bool {
        let lost = |object: Id, rank: u8| effective(self.before, user, object) >= rank && effective(self.after, user, object) < rank;
        lost(Id::ORGANIZATION, 5) || named.iter().any(|object| self.after.kind(*object).is_some() && lost(*object, 4))
    }

    fn expected(&self, user: Option<Id>, named: &[Id]) -> BTreeSet<Guard> {
        let mut found = BTreeSet::new();
        let mut note = |guard: Guard, fires: bool| {
            if fires {
                found.insert(guard);
            }
        };
        note(Guard::LastOwner, self.owned(self.before, Id::ORGANIZATION) && !self.owned(self.after, Id::ORGANIZATION));
        let workspace = |id: &Id| self.before.kind(*id) == Some(Kind::Workspace) && self.after.kind(*id) == Some(Kind::Workspace);
        let mut workspaces = self.objects.iter().filter(|id| workspace(id));
        note(Guard::LastWorkspaceOwner, workspaces.any(|id| self.owned(self.before, *id) && !self.owned(self.after, *id)));
        note(Guard::SelfLockout, user.is_some_and(|user| self.self_lockout(user, named)));
        note(Guard::MassLoss, self.mass_loss());
        let gaining = self.users.iter().filter(|user| self.gains(**user)).count();
        let active = self.users.iter().filter(|user| self.before.active(**user)).count();
        note(Guard::MassGain, Self::reaches(self.setting(Guard::MassGain), gaining, active));
        note(Guard::EmptySource, self.empty_source());
        let role = self.setting(Guard::Escalation).role;
        let raised = |user: &Id| self.pairs(*user).iter().any(|(_, was, now)| now > was && *now >= role);
        note(Guard::Escalation, self.users.iter().any(raised));
        found
    }
}

fn guards_of(findings: &[Finding]) -> BTreeSet<Guard> {
    findings.iter().map(|finding| finding.guard).filter(|guard| *guard != Guard::DowngradeByAddition).collect()
}

#[test]
fn every_guard_fires_when_the_specification_says_so() {
    let mut fired = [0u32; 8];
    let mut entered = 0;
    for seed in 0..600u64 {
        let mut random = Random::new(seed);
        let size = 4 + random.below(9);
        let mut org = organization(&mut random, size);
        let policy = ["{}", "{\"combine\":\"mostSpecific\"}", "{\"workspaceExitRevokesFolders\":true}"][random.below(3)];
        let (count, share, window) = (1 + random.below(6), random.below(60), 10 + random.below(60));
        let guards = format!(
            "[{{\"type\":\"massLoss\",\"count\":{count},\"share\":{share},\"window\":{window},\"outcome\":\"warn\"}},\
             {{\"type\":\"massGain\",\"count\":{},\"share\":{}}},{{\"type\":\"emptySource\",\"count\":{},\"window\":{},\"outcome\":\"warn\"}},\
             {{\"type\":\"escalation\",\"role\":\"{}\"}}]",
            1 + random.below(6),
            random.below(60),
            1 + random.below(4),
            [window, 40][random.below(2)],
            ["editor", "admin", "owner"][random.below(3)],
        );
        settings(&mut org, &guards, policy);
        let mut scratch = Scratch::new();
        let mut now: Time = 1_700_000_000_000;
        for step in 0..12 {
            now += random.below(30) as Time * 60_000;
            let edits = {
                let mut draft = Draft::new(&org);
                for _ in 0..1 + random.below(4) {
                    act(&mut draft, &mut random);
                }
                let users = ids(&draft, &[Kind::User]);
                let user = users.get(random.below(users.len() * 2)).copied().filter(|id| org.facts.kind(*id).is_some());
                let named: Vec<Id> = ids(&draft, OBJECTS).into_iter().filter(|_| random.chance(2)).collect();
                let diff = diff(&draft, &mut scratch);
                let actor = match user {
                    Some(user) => Actor::User { id: draft.name(user).into_owned() },
                    None => SYSTEM,
                };
                let circumstances = Circumstances { actor: &actor, now, approve: &[], unresolved: &[], named: &named, additions: true };
                let judgement = judge(&draft, &diff, &mut scratch, &circumstances);
                let expected = Naive::new(&draft, now).expected(user, &named);
                assert_eq!(guards_of(&judgement.findings), expected, "seed {seed} step {step}: {:#?}", judgement.findings);
                for guard in &expected {
                    fired[*guard as usize] += 1;
                }
                check_ledger(&draft, &judgement.ledger, now, judgement.held, seed, step);
                entered += judgement.ledger.users.len() + judgement.ledger.groups.len();
                draft.edits.ledger = judgement.ledger;
                draft.edits
            };
            org.commit(edits);
        }
    }
    assert!(fired.iter().take(7).all(|count| *count > 20), "{fired:?}");
    assert!(entered > 1000, "{entered}");
}

/// Whoever lost something is entered now, groups that lost members are entered, and what is older than any window is gone.
fn check_ledger(draft: &Draft<'_>, edits: &LedgerEdits, now: Time, held: bool, seed: u64, step: usize) {
    let naive = Naive::new(draft, now);
    if held {
        assert_eq!(*edits, LedgerEdits::default());
        return;
    }
    if draft.edits.change.is_empty() && draft.edits.bodies.is_empty() {
        assert_eq!(*edits, LedgerEdits::default());
        return;
    }
    let mut ledger = draft.org.ledger.clone();
    let old = ledger.clone();
    ledger.apply(edits);
    let start = now - i64::from(draft.org.settings.longest_window()) * 60_000;
    for (name, loss) in &ledger.users {
        assert!(loss.at > start, "seed {seed} step {step}");
        assert!(loss.at == now || old.users.get(name) == Some(loss));
    }
    for user in &naive.users {
        let entry = ledger.users.get(draft.name(*user).as_ref());
        if naive.loses(*user) {
            let entry = entry.expect("entered");
            assert_eq!(entry.at, now);
            let was = old.users.get(draft.name(*user).as_ref()).is_some_and(|loss| loss.all && loss.at > start);
            assert_eq!(entry.all, was || naive.locked_out(*user), "seed {seed} step {step}");
        }
    }
    for (group, _) in draft.org.facts.ids().filter(|(_, kind)| *kind == Kind::Group) {
        let (was, after) = (naive.members(naive.before, group), naive.members(naive.after, group));
        let gone = was.difference(&after).next().is_some() || naive.after.kind(group).is_none();
        let name = draft.name(group);
        let (entry, known) = (ledger.groups.get(name.as_ref()), old.groups.get(name.as_ref()));
        if gone {
            let entry = entry.expect("entered");
            assert!(entry.last() == now || entry.later.is_empty() && entry.at == now, "seed {seed} step {step}");
            assert!(entry.had as usize >= was.len() || known.is_some(), "seed {seed} step {step}");
        } else {
            assert_eq!(entry, known.filter(|loss| loss.last() > start));
        }
    }
}

/// An organization of `n` users in the group `g`, which may edit the workspace `w`; `u0` and `u1` own the organization.
fn staffed(n: usize) -> Organization {
    let mut org = Organization::new(Default::default());
    let mut draft = Draft::new(&org);
    let group = draft.create(Kind::Group, "g", body(&org, Kind::Group, r#"{"displayName":"Staff"}"#)).expect("new");
    let workspace = draft.create(Kind::Workspace, "w", body(&org, Kind::Workspace, r#"{"displayName":"Hall"}"#)).expect("new");
    draft.set_grant(workspace, group, 3);
    for i in 0..n {
        let user = draft.create(Kind::User, &format!("u{i}"), body(&org, Kind::User, &format!("{{\"userName\":\"n{i}\"}}"))).expect("new");
        draft.set_member(group, user, true);
        if i < 2 {
            draft.set_grant(Id::ORGANIZATION, user, 5);
        }
    }
    let edits = draft.edits;
    org.commit(edits);
    org
}

fn id(org: &Organization, class: Class, name: &str) -> Id {
    org.names.find(class, name).expect("known")
}

/// Judges a plan and commits it unless it is held.
fn step(org: &mut Organization, minute: i64, of: Circumstances<'_>, edit: impl FnOnce(&mut Draft<'_>)) -> Vec<Finding> {
    let edits = {
        let mut draft = Draft::new(org);
        edit(&mut draft);
        let mut scratch = Scratch::new();
        let diff = diff(&draft, &mut scratch);
        let judgement = judge(&draft, &diff, &mut scratch, &Circumstances { now: 1_700_000_000_000 + minute * 60_000, ..of });
        if judgement.held {
            return judgement.findings;
        }
        draft.edits.ledger = judgement.ledger;
        let findings = judgement.findings;
        (draft.edits, findings)
    };
    org.commit(edits.0);
    edits.1
}

fn by(actor: &Actor) -> Circumstances<'_> {
    Circumstances { actor, now: 0, approve: &[], unresolved: &[], named: &[], additions: false }
}

fn told(findings: &[Finding]) -> Vec<(&'static str, &'static str)> {
    findings.iter().map(|finding| (finding.guard.name(), finding.outcome.name())).collect()
}

fn leave(n: std::ops::Range<usize>) -> impl FnOnce(&mut Draft<'_>) {
    move |draft| {
        let group = id(draft.org, Class::Group, "g");
        for i in n {
            draft.set_member(group, id(draft.org, Class::User, &format!("u{i}")), false);
        }
    }
}

#[test]
fn many_small_losses_add_up_within_the_window() {
    let provider = Actor::IdentityProvider;
    let mut org = staffed(100);
    assert_eq!(told(&step(&mut org, 0, by(&provider), leave(2..14))), []);
    assert_eq!(told(&step(&mut org, 30, by(&provider), leave(14..26))), []);
    let held = step(&mut org, 59, by(&provider), leave(26..27));
    assert_eq!(told(&held), [("massLoss", "hold")]);
    assert_eq!(held[0].counts[..2], [("usersLosing", 25), ("usersLosingOf", 100)]);
    assert!(refusal(&held).body.is_some_and(|body| body.contains("massLoss") && body.contains("25 of 100")));
    // The first twelve have left the window.
    assert_eq!(told(&step(&mut org, 60, by(&provider), leave(26..38))), []);
    // Approved, it goes through, and is not remembered.
    let approve = [Guard::MassLoss];
    let approved = step(&mut org, 61, Circumstances { approve: &approve, ..by(&provider) }, leave(38..60));
    assert_eq!(told(&approved), [("massLoss", "hold")]);
    assert!(!approved[0].holds);
    assert_eq!(told(&step(&mut org, 62, by(&provider), leave(60..61))), [("massLoss", "hold")], "the window still has 24 of 62");
    assert_eq!(told(&step(&mut org, 125, by(&provider), leave(60..61))), []);
    assert_eq!(org.ledger.users.len(), 1, "expired entries are gone");
}

/// What the guards know of a group once its first loss has left the window: all that was lost since.
#[test]
fn a_window_rolls_over_groups_too() {
    let provider = Actor::IdentityProvider;
    let mut org = idle(100);
    assert_eq!(told(&step(&mut org, 0, by(&provider), leave(2..3))), []);
    assert_eq!(told(&step(&mut org, 50, by(&provider), leave(3..25))), []);
    assert_eq!(told(&step(&mut org, 61, by(&provider), leave(25..27))), [], "one of the 25 has left the window");
    let held = step(&mut org, 62, by(&provider), leave(27..28));
    assert_eq!(told(&held), [("massLoss", "hold")]);
    assert_eq!(held[0].counts, [("membersGone", 25), ("membersGoneOf", 99)]);
    assert_eq!(told(&step(&mut org, 111, by(&provider), leave(27..49))), []);
}

/// A group whose members have no access through it, so that its members alone are counted.
fn idle(n: usize) -> Organization {
    let mut org = staffed(n);
    let mut draft = Draft::new(&org);
    draft.set_grant(id(&org, Class::Object, "w"), id(&org, Class::Group, "g"), 0);
    let edits = draft.edits;
    org.commit(edits);
    org
}

/// What was lost since, approved losses aside: counted from a list of all that happened.
#[test]
fn members_gone_are_those_of_the_window_and_not_the_approved_ones() {
    let provider = Actor::IdentityProvider;
    let approve = [Guard::MassLoss];
    let (mut held, mut passed) = (0, 0);
    for seed in 1..40u64 {
        let mut random = Random::new(seed);
        let mut org = idle(400);
        let mut history: Vec<(i64, u32)> = Vec::new();
        let (mut minute, mut gone) = (0, 2);
        let pace = 2 + random.below(8);
        while gone < 300 {
            minute += 1 + random.below(pace) as i64;
            let most = if random.below(8) == 0 { 40 } else { 3 };
            let many = 1 + random.below(most);
            let removed = many as u32;
            let recent: u32 = history.iter().filter(|(at, _)| *at > minute - 60).map(|(_, removed)| removed).sum();
            let (count, base) = (recent + removed, 402 - gone as u32 + recent);
            let expected = count >= 25 && count * 100 >= 20 * base;
            let found = step(&mut org, minute, by(&provider), leave(gone..gone + many));
            let say = format!("seed {seed} minute {minute}: {count} of {base}, {found:?}");
            assert_eq!(found.iter().any(|finding| finding.holds), expected, "{say}");
            if expected {
                held += 1;
                assert_eq!(found[0].counts[..2], [("membersGone", u64::from(count)), ("membersGoneOf", u64::from(base))], "{say}");
                if random.below(2) == 0 {
                    continue;
                }
                step(&mut org, minute, Circumstances { approve: &approve, ..by(&provider) }, leave(gone..gone + many));
            } else {
                passed += 1;
                history.push((minute, removed));
            }
            gone += many;
        }
    }
    assert!(held > 100 && passed > 1000, "{held} {passed}");
}

/// A loss from before a group grew does not hide those after.
#[test]
fn losses_are_not_hidden_behind_additions() {
    let provider = Actor::IdentityProvider;
    let (loss, dry) = ([Guard::MassLoss], [Guard::MassLoss, Guard::EmptySource]);
    let mut org = idle(400);
    step(&mut org, 0, Circumstances { approve: &dry, ..by(&provider) }, leave(0..398));
    assert_eq!(told(&step(&mut org, 1, by(&provider), leave(398..399))), []);
    step(&mut org, 2, by(&SYSTEM), |draft| {
        for i in 0..100 {
            draft.set_member(id(draft.org, Class::Group, "g"), id(draft.org, Class::User, &format!("u{i}")), true);
        }
    });
    assert_eq!(told(&step(&mut org, 3, by(&provider), leave(0..20))), []);
    let found = step(&mut org, 4, by(&provider), leave(20..40));
    assert_eq!(
        (told(&found), found[0].counts.as_slice()),
        (vec![("massLoss", "hold")], &[("membersGone", 40), ("membersGoneOf", 101)][..])
    );
    step(&mut org, 5, Circumstances { approve: &loss, ..by(&provider) }, leave(20..98));
    let found = step(&mut org, 6, by(&provider), |draft| {
        leave(98..100)(draft);
        leave(399..400)(draft);
    });
    assert_eq!(told(&found), [("emptySource", "hold")]);
}

/// However many losses there were, an entry stays small, and none is forgotten before its time or long after it.
#[test]
fn a_steady_stream_is_gathered_and_still_rolls() {
    let mut loss = GroupLoss::new(0, 1_000_000);
    let (window, mut had) = (3_600_000, 1_000_000);
    for second in 1..20_000i64 {
        had -= 1;
        let now = second * 1_000;
        loss = loss.with(now, had, now - window + 1);
        assert!(loss.later.len() < 120, "{}", loss.later.len());
        let since = (now - window + 1).max(0) / 1_000;
        let found = i64::from(loss.had_since(now - window + 1).expect("just lost"));
        let exact = 1_000_000 - since;
        assert!(found >= exact - 1 && found <= exact + 450, "second {second}: {found}, {exact}");
    }
}

#[test]
fn deletions_that_were_approved_are_not_counted_again() {
    let provider = Actor::IdentityProvider;
    let mut org = staffed(10);
    let mut draft = Draft::new(&org);
    for at in 0..30 {
        let text = format!("{{\"displayName\":\"Team {at}\"}}");
        let group = draft.create(Kind::Group, &format!("t{at:02}"), body(&org, Kind::Group, &text)).expect("new");
        draft.set_member(group, id(&org, Class::User, "u5"), true);
    }
    let edits = draft.edits;
    org.commit(edits);
    let team = |draft: &Draft<'_>, at: usize| id(draft.org, Class::Group, &format!("t{at:02}"));
    for at in 0..24 {
        let found = step(&mut org, 0, by(&provider), |draft| {
            draft.set_member(team(draft, at), id(draft.org, Class::User, "u5"), false);
        });
        assert_eq!(told(&found), []);
    }
    let delete = |range: std::ops::Range<usize>| {
        move |draft: &mut Draft<'_>| {
            for at in range {
                draft.delete(team(draft, at));
            }
        }
    };
    assert_eq!(told(&step(&mut org, 1, by(&provider), delete(0..25))), [("massLoss", "hold")]);
    let approve = [Guard::MassLoss];
    step(&mut org, 2, Circumstances { approve: &approve, ..by(&provider) }, delete(0..25));
    assert_eq!(told(&step(&mut org, 3, by(&provider), delete(25..26))), []);
}

/// Who had no access is in no user's entry; that the organization runs dry is noticed all the same.
#[test]
fn an_organization_runs_dry_one_by_one() {
    let provider = Actor::IdentityProvider;
    let mut org = staffed(6);
    let mut draft = Draft::new(&org);
    draft.delete(id(&org, Class::Object, "w"));
    (0..2).for_each(|at| draft.set_grant(Id::ORGANIZATION, id(&org, Class::User, &format!("u{at}")), 0));
    let edits = draft.edits;
    org.commit(edits);
    let off = |at: usize| move |draft: &mut Draft<'_>| super::set_active(draft, id(draft.org, Class::User, &format!("u{at}")), false);
    for at in 0..5 {
        assert_eq!(told(&step(&mut org, at as i64, by(&provider), off(at))), []);
    }
    let held = step(&mut org, 5, by(&provider), off(5));
    assert_eq!(told(&held), [("emptySource", "hold")]);
    assert_eq!(held[0].counts, [("activeUsersHad", 6)]);
    assert_eq!(told(&step(&mut org, 64, by(&provider), off(5))), [], "the others left more than an hour ago");
}

#[test]
fn a_source_that_runs_dry_is_held() {
    let provider = Actor::IdentityProvider;
    let mut org = staffed(10);
    assert_eq!(told(&step(&mut org, 0, by(&provider), leave(0..9))), []);
    let delete = |draft: &mut Draft<'_>| drop(draft.delete(id(draft.org, Class::Group, "g")));
    assert_eq!(told(&step(&mut org, 30, by(&provider), delete)), [("emptySource", "hold")]);
    assert_eq!(told(&step(&mut org, 59, by(&SYSTEM), leave(9..10))), [("emptySource", "hold")]);
    assert_eq!(told(&step(&mut org, 61, by(&provider), delete)), []);
    let mut org = staffed(10);
    let off = |range: std::ops::Range<usize>| {
        move |draft: &mut Draft<'_>| {
            for i in range {
                let user = id(draft.org, Class::User, &format!("u{i}"));
                super::set_active(draft, user, false);
            }
        }
    };
    assert_eq!(told(&step(&mut org, 0, by(&provider), off(2..10))), []);
    assert_eq!(told(&step(&mut org, 9, by(&provider), off(0..2))), [("lastOwner", "hold"), ("emptySource", "hold")]);
    assert_eq!(told(&step(&mut org, 9, by(&SYSTEM), off(0..2))), [("lastOwner", "forbid"), ("emptySource", "hold")]);
    let approve = [Guard::LastOwner, Guard::EmptySource];
    let held = step(&mut org, 9, Circumstances { approve: &approve, ..by(&SYSTEM) }, off(0..2));
    assert_eq!(held.iter().map(|f| f.holds).collect::<Vec<_>>(), [true, false], "forbid cannot be approved");
    let done = step(&mut org, 9, Circumstances { approve: &approve, ..by(&provider) }, off(0..2));
    assert!(done.iter().all(|finding| !finding.holds));
    assert_eq!(org.facts.counts().active_users, 0);
}

#[test]
fn undecided_holds_hold_what_follows() {
    let provider = Actor::IdentityProvider;
    let mut org = staffed(100);
    let unresolved = [Guard::EmptySource];
    let while_held = Circumstances { unresolved: &unresolved, ..by(&provider) };
    assert_eq!(told(&step(&mut org, 0, while_held, leave(5..6))), [("emptySource", "hold")]);
    assert_eq!(told(&step(&mut org, 0, while_held, |draft| _ = create(draft, &mut Random::new(1), Kind::User))), []);
    assert_eq!(told(&step(&mut org, 0, Circumstances { approve: &unresolved, ..while_held }, leave(5..6))), [("emptySource", "hold")]);
    assert_eq!(told(&step(&mut org, 0, Circumstances { actor: &SYSTEM, ..while_held }, leave(6..7))), []);
    assert_eq!(org.ledger.users.len(), 1, "the approved one is not entered");
}

#[test]
fn a_plan_cannot_switch_a_guard_off_and_slip_through() {
    let mut org = staffed(10);
    let off = r#"{"guards":[{"type":"emptySource","outcome":"off"},{"type":"lastOwner","outcome":"off"}]}"#;
    let found = step(&mut org, 0, by(&SYSTEM), |draft| {
        draft.put_body(Id::ORGANIZATION, body(draft.org, Kind::Organization, off));
        leave(0..10)(draft);
        (0..2).for_each(|i| draft.set_grant(Id::ORGANIZATION, id(draft.org, Class::User, &format!("u{i}")), 0));
    });
    assert_eq!(told(&found), [("lastOwner", "forbid"), ("emptySource", "hold")]);
    assert_eq!(told(&step(&mut org, 0, by(&SYSTEM), |d| d.put_body(Id::ORGANIZATION, body(d.org, Kind::Organization, off)))), []);
    assert_eq!(told(&step(&mut org, 0, by(&SYSTEM), leave(0..10))), []);
}

#[test]
fn under_most_specific_an_addition_can_lower() {
    let mut org = staffed(4);
    settings(&mut org, "[]", r#"{"combine":"mostSpecific"}"#);
    let workspace = id(&org, Class::Object, "w");
    let parent = crate::org::Parent { id: workspace, kind: Kind::Workspace };
    let added = Circumstances { additions: true, ..by(&SYSTEM) };
    step(&mut org, 0, added, |draft| {
        let folder = draft.create(Kind::Folder, "f", body(draft.org, Kind::Folder, r#"{"displayName":"F"}"#)).expect("new");
        draft.set_parent(folder, parent);
        draft.set_audience(folder, crate::org::Audience::Parent);
    });
    let folder = id(&org, Class::Object, "f");
    let user = id(&org, Class::User, "u3");
    // Whoever loses by a removal of the same plan was not lowered by an addition.
    let found = step(&mut org, 0, added, |draft| {
        draft.set_grant(folder, user, 1);
        draft.set_member(id(draft.org, Class::Group, "g"), id(draft.org, Class::User, "u2"), false);
    });
    assert_eq!(told(&found), [("downgradeByAddition", "warn")]);
    assert_eq!(found[0].counts, [("users", 1)]);
    assert_eq!(
        serde_json::to_string(&found[0]).expect("JSON"),
        r#"{"guard":"downgradeByAddition","outcome":"warn","detail":"`n3` has less access because a grant or a member was added","counts":{"users":1}}"#
    );
}

#[test]
fn combine_is_read_from_the_body() {
    let mut org = staffed(1);
    settings(&mut org, "[]", r#"{"combine":"mostSpecific"}"#);
    assert_eq!(org.facts.policy().combine, Combine::MostSpecific);
    assert_eq!(org.settings.guard(Guard::MassLoss).outcome, Outcome::Hold);
}
