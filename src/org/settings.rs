//! The Organization resource's attributes as settings: features, policies and guards, with their defaults.

use super::config::RolePreset;
use super::words::{Combine, Policy, Rank};
use crate::resource::{Packed, Value};
use crate::schema::{AttributeId, Registry, ResourceTypeId};

/// The guards of `guards[]`, by their `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Guard {
    LastOwner,
    LastWorkspaceOwner,
    SelfLockout,
    MassLoss,
    MassGain,
    EmptySource,
    Escalation,
    DowngradeByAddition,
}

impl Guard {
    /// All guards, in the order they are told.
    pub const ALL: [Guard; 8] = [
        Guard::LastOwner,
        Guard::LastWorkspaceOwner,
        Guard::SelfLockout,
        Guard::MassLoss,
        Guard::MassGain,
        Guard::EmptySource,
        Guard::Escalation,
        Guard::DowngradeByAddition,
    ];

    /// As `type` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LastOwner => "lastOwner",
            Self::LastWorkspaceOwner => "lastWorkspaceOwner",
            Self::SelfLockout => "selfLockout",
            Self::MassLoss => "massLoss",
            Self::MassGain => "massGain",
            Self::EmptySource => "emptySource",
            Self::Escalation => "escalation",
            Self::DowngradeByAddition => "downgradeByAddition",
        }
    }

    /// The guard called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|guard| guard.name().eq_ignore_ascii_case(name))
    }
}

/// What happens when a guard fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Outcome {
    Off,
    Warn,
    Hold,
    Forbid,
}

impl Outcome {
    /// As `outcome` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Forbid => "forbid",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Off, Self::Warn, Self::Hold, Self::Forbid].into_iter().find(|outcome| outcome.name().eq_ignore_ascii_case(name))
    }
}

/// How one guard is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardSetting {
    /// What happens when it fires.
    pub outcome: Outcome,
    /// How many it takes.
    pub count: u32,
    /// Percentage it takes.
    pub share: u32,
    /// Minutes over which losses add up.
    pub window: u32,
    /// Rank from which escalation counts.
    pub role: Rank,
}

impl GuardSetting {
    fn default_of(guard: Guard, roles: &RolePreset) -> Self {
        let (outcome, count, share, window) = match guard {
            Guard::LastOwner => (Outcome::Forbid, 0, 0, 0),
            Guard::LastWorkspaceOwner | Guard::Escalation | Guard::DowngradeByAddition => (Outcome::Warn, 0, 0, 0),
            Guard::SelfLockout => (Outcome::Hold, 0, 0, 0),
            Guard::MassLoss => (Outcome::Hold, 25, 20, 60),
            Guard::MassGain => (Outcome::Warn, 25, 20, 0),
            Guard::EmptySource => (Outcome::Hold, 5, 0, 60),
        };
        let role = roles.rank("admin").unwrap_or(roles.kernel().exempt_from.min(roles.strongest()));
        Self { outcome, count, share, window, role }
    }
}

/// The settings of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `features.scim`
    pub scim: bool,
    /// `membersCanCreateWorkspaces`
    pub members_can_create_workspaces: bool,
    /// `policy.unknownMembers` is "skip".
    pub skip_unknown_members: bool,
    /// `policy.combine` and `policy.workspaceExitRevokesFolders`.
    pub policy: Policy,
    guards: [GuardSetting; 8],
}

/// The numbers of the Organization's attributes.
#[derive(Clone, Copy, Debug)]
struct Attributes {
    features_scim: AttributeId,
    members_can_create: AttributeId,
    combine: AttributeId,
    unknown_members: AttributeId,
    workspace_exit: AttributeId,
    guards: AttributeId,
}

impl Attributes {
    fn of(registry: &Registry, organization: ResourceTypeId) -> Option<Self> {
        let root = |name: &str| registry.root_attribute(organization, name);
        let (features, policy) = (root("features")?, root("policy")?);
        Some(Self {
            features_scim: registry.child(features, "scim")?,
            members_can_create: root("membersCanCreateWorkspaces")?,
            combine: registry.child(policy, "combine")?,
            unknown_members: registry.child(policy, "unknownMembers")?,
            workspace_exit: registry.child(policy, "workspaceExitRevokesFolders")?,
            guards: root("guards")?,
        })
    }
}

impl Settings {
    /// The defaults.
    pub fn new(roles: &RolePreset) -> Self {
        Self {
            scim: true,
            members_can_create_workspaces: true,
            skip_unknown_members: false,
            policy: Policy::default(),
            guards: Guard::ALL.map(|guard| GuardSetting::default_of(guard, roles)),
        }
    }

    /// How a guard is set.
    pub fn guard(&self, guard: Guard) -> GuardSetting {
        self.guards.get(guard as usize).copied().unwrap_or(GuardSetting { outcome: Outcome::Off, count: 0, share: 0, window: 0, role: 0 })
    }

    /// The longest time over which anything adds up, in minutes.
    pub fn longest_window(&self) -> u32 {
        self.guards.iter().map(|guard| guard.window).max().unwrap_or(0)
    }

    /// Reads the Organization's attributes; what is unassigned has its default.
    pub(crate) fn of(registry: &Registry, organization: ResourceTypeId, body: Packed<'_>, roles: &RolePreset) -> Self {
        let mut settings = Self::new(roles);
        let Some(ids) = Attributes::of(registry, organization) else { return settings };
        let text = |id: AttributeId| {
            let mut found = None;
            body.for_each_value(registry, id, &mut |value| found = value.text().map(|text| text.into_owned()));
            found
        };
        let flag = |id: AttributeId, default: bool| {
            let mut found = default;
            body.for_each_value(registry, id, &mut |value| found = value == Value::Boolean(true));
            found
        };
        settings.scim = flag(ids.features_scim, true);
        settings.members_can_create_workspaces = flag(ids.members_can_create, true);
        settings.skip_unknown_members = text(ids.unknown_members).is_some_and(|word| word.eq_ignore_ascii_case("skip"));
        let specific = text(ids.combine).is_some_and(|word| word.eq_ignore_ascii_case("mostSpecific"));
        settings.policy = Policy {
            combine: if specific { Combine::MostSpecific } else { Combine::Strongest },
            workspace_exit: flag(ids.workspace_exit, false),
        };
        body.for_each_value(registry, ids.guards, &mut |value| {
            if let Value::Object(object) = value {
                settings.read_guard(registry, ids.guards, object, roles);
            }
        });
        settings
    }

    fn read_guard(&mut self, registry: &Registry, guards: AttributeId, object: Packed<'_>, roles: &RolePreset) {
        let member = |name: &str| registry.child(guards, name).and_then(|id| object.member(id));
        let word = |name: &str| member(name).and_then(Value::text);
        let number = |name: &str| match member(name) {
            Some(Value::Number(text)) => text.parse::<i64>().ok().map(|number| number.clamp(0, i64::from(u32::MAX)) as u32),
            _ => None,
        };
        let Some(slot) = word("type").and_then(|name| Guard::named(&name)).and_then(|guard| self.guards.get_mut(guard as usize)) else {
            return;
        };
        slot.outcome = word("outcome").and_then(|name| Outcome::named(&name)).unwrap_or(slot.outcome);
        slot.count = number("count").unwrap_or(slot.count);
        slot.share = number("share").unwrap_or(slot.share);
        slot.window = number("window").unwrap_or(slot.window);
        slot.role = word("role").and_then(|name| roles.rank(&name)).unwrap_or(slot.role);
    }

    /// The JSON of a new Organization's attributes: the defaults, spelled out.
    pub(crate) fn initial_json(roles: &RolePreset) -> String {
        let settings = Self::new(roles);
        let mut guards = String::new();
        for guard in Guard::ALL {
            let setting = settings.guard(guard);
            if !guards.is_empty() {
                guards.push(',');
            }
            guards.push_str(&format!("{{\"type\":\"{}\",\"outcome\":\"{}\"", guard.name(), setting.outcome.name()));
            for (name, value) in [("count", setting.count), ("share", setting.share), ("window", setting.window)] {
                if value > 0 {
                    guards.push_str(&format!(",\"{name}\":{value}"));
                }
            }
            if guard == Guard::Escalation {
                guards.push_str(&format!(",\"role\":{}", crate::path::quoted(roles.name(setting.role))));
            }
            guards.push('}');
        }
        format!(
            "{{\"features\":{{\"scim\":true}},\"membersCanCreateWorkspaces\":true,\"guards\":[{guards}],\
             \"policy\":{{\"combine\":\"strongest\",\"unknownMembers\":\"refuse\",\"workspaceExitRevokesFolders\":false}}}}"
        )
    }
}
