//! How an organization is set up by its host: schemas, roles, dialect, limits.

use serde::Serialize;
use thiserror::Error;

use super::words::{Preset, Rank};
use crate::dialect::Dialect;
use crate::json::{Json, Unfit};
use crate::limits::Limits;
use crate::schema::{Registry, Roles, SchemaError};

/// Why a configuration was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum ConfigError {
    #[error("the configuration cannot be read: {reason}")]
    Unreadable { reason: String },
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error("`roles` is `{name}`: use \"taskade\" or a list of roles")]
    UnknownPreset { name: String },
    #[error("`roles.roles` must name 1 to 200 roles, each once, and none `private` or `parent`")]
    BadRoles,
    #[error("`roles.{list}` names `{name}`, which is no role")]
    UnknownRole { list: &'static str, name: String },
    #[error("`roles.exempt` must be the strongest roles: `{name}` is weaker than one that is not exempt")]
    ExemptNotStrongest { name: String },
    #[error("`groupPatchAnswer` must be 200 or 204")]
    BadGroupPatchAnswer,
    #[error("the endpoint of the resource type {name} is `{endpoint}`: an organization answers at no other")]
    MovedEndpoint { name: &'static str, endpoint: &'static str },
}

/// Where an organization answers for each of its resource types.
const ENDPOINTS: [(&str, &str); 5] =
    [("User", "/Users"), ("Group", "/Groups"), ("Workspace", "/Workspaces"), ("Folder", "/Folders"), ("Organization", "/Organization")];

/// One role: its name and what it adds to the weaker ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// The role's name.
    pub name: String,
    /// What it allows, besides what weaker roles do.
    pub capabilities: Vec<String>,
}

/// Roles a grant may carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolePreset {
    /// Weakest first.
    pub roles: Vec<Role>,
    /// Roles a group may be granted.
    pub group_assignable: Vec<String>,
    /// Roles that pass a folder's cap or block unchanged: the strongest ones.
    pub exempt: Vec<String>,
}

impl RolePreset {
    /// viewer {view, comment} < checker {complete} < editor {edit} < admin {manage} < owner {bill}.
    pub fn taskade() -> Self {
        let role = |(name, capabilities): (&str, &[&str])| Role { name: name.into(), capabilities: names(capabilities) };
        let roles: [(&str, &[&str]); 5] = [
            ("viewer", &["view", "comment"]),
            ("checker", &["complete"]),
            ("editor", &["edit"]),
            ("admin", &["manage"]),
            ("owner", &["bill"]),
        ];
        Self {
            roles: roles.into_iter().map(role).collect(),
            group_assignable: names(&["viewer", "checker", "editor"]),
            exempt: names(&["admin", "owner"]),
        }
    }

    fn read(json: &Json<'_>) -> Result<Self, Unfit> {
        let mut roles = Vec::new();
        for role in json.list_at("roles")? {
            roles.push(Role {
                name: role.text_at("name")?.ok_or_else(|| Unfit::missing("name"))?,
                capabilities: role.texts_at("capabilities")?.unwrap_or_default(),
            });
        }
        let names = |name: &'static str| json.texts_at(name)?.ok_or_else(|| Unfit::missing(name));
        Ok(Self { roles, group_assignable: names("groupAssignable")?, exempt: names("exempt")? })
    }

    fn judge(&self) -> Result<(), ConfigError> {
        let mut seen: Vec<&str> = vec!["private", "parent"];
        for role in &self.roles {
            if role.name.is_empty() || seen.contains(&role.name.as_str()) {
                return Err(ConfigError::BadRoles);
            }
            seen.push(&role.name);
        }
        if self.roles.is_empty() || self.roles.len() > 200 {
            return Err(ConfigError::BadRoles);
        }
        for (list, names) in [("groupAssignable", &self.group_assignable), ("exempt", &self.exempt)] {
            if let Some(name) = names.iter().find(|name| self.rank(name).is_none()) {
                return Err(ConfigError::UnknownRole { list, name: name.clone() });
            }
        }
        let weakest = self.exempt_from();
        match self.exempt.iter().min_by_key(|name| self.rank(name)) {
            Some(name) if usize::from(weakest) + self.exempt.len() != self.roles.len() + 1 => {
                Err(ConfigError::ExemptNotStrongest { name: name.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The rank of a role, from 1.
    pub fn rank(&self, name: &str) -> Option<Rank> {
        self.roles.iter().position(|role| role.name == name).map(|at| at as Rank + 1)
    }

    /// The role of that rank; "" for none.
    pub fn name(&self, rank: Rank) -> &str {
        usize::from(rank).checked_sub(1).and_then(|at| self.roles.get(at)).map_or("", |role| &role.name)
    }

    /// The strongest role's rank.
    pub fn strongest(&self) -> Rank {
        self.roles.len() as Rank
    }

    /// The weakest role that may do `capability`.
    pub fn rank_that_may(&self, capability: &str) -> Option<Rank> {
        self.roles.iter().position(|role| role.capabilities.iter().any(|own| own == capability)).map(|at| at as Rank + 1)
    }

    fn exempt_from(&self) -> Rank {
        self.exempt.iter().filter_map(|name| self.rank(name)).min().unwrap_or(self.strongest() + 1)
    }

    pub(crate) fn kernel(&self) -> Preset {
        Preset { ranks: self.strongest(), exempt_from: self.exempt_from() }
    }

    pub(crate) fn is_group_assignable(&self, rank: Rank) -> bool {
        self.group_assignable.iter().any(|name| self.rank(name) == Some(rank))
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.into()).collect()
}

/// A configuration, compiled.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) registry: Registry,
    pub(crate) dialect: Dialect,
    pub(crate) base_url: String,
    pub(crate) roles: RolePreset,
    /// Whether a PATCH of a group is answered with the group.
    pub(crate) group_patch_answers_body: bool,
    pub(crate) limits: Limits,
}

impl Config {
    /// Reads a configuration: `OrganizationConfig` of the JavaScript contract.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let unreadable = |error: &dyn std::fmt::Display| ConfigError::Unreadable { reason: error.to_string() };
        let source = Json::parse(json).map_err(|error| unreadable(&error))?;
        let Json::Object(_) = source else { return Err(unreadable(&"it must be an object")) };
        let dialect = match source.text_at("dialect").map_err(|error| unreadable(&error))? {
            None => Dialect::Rfc,
            Some(name) => Dialect::named(&name).ok_or_else(|| unreadable(&"`dialect` must be rfc, entra or okta"))?,
        };
        let base_url = source.text_at("baseUrl").map_err(|error| unreadable(&error))?.unwrap_or_default();
        if base_url.contains(['?', '#']) {
            return Err(unreadable(&"`baseUrl` must have no query and no fragment (RFC 7644 §1.3)"));
        }
        // It becomes part of a header.
        if base_url.contains(|letter: char| letter.is_ascii_control() || letter == ' ') {
            return Err(unreadable(&"`baseUrl` must have no white space and no control characters"));
        }
        let group_patch_answer = source.number_at("groupPatchAnswer").map_err(|error| unreadable(&error))?.unwrap_or(204);
        let mut limits = Limits::default();
        if let Some(given) = source.member("limits") {
            limits.read(given).map_err(|reason| ConfigError::Unreadable { reason })?;
        }
        let roles = match source.member("roles") {
            None => RolePreset::taskade(),
            Some(Json::Text(name)) if name == "taskade" => RolePreset::taskade(),
            Some(Json::Text(name)) => return Err(ConfigError::UnknownPreset { name: name.to_string() }),
            Some(value) => RolePreset::read(value).map_err(|error| unreadable(&format_args!("roles: {error}")))?,
        };
        roles.judge()?;
        if !matches!(group_patch_answer, 200 | 204) {
            return Err(ConfigError::BadGroupPatchAnswer);
        }
        let own = Roles {
            all: roles.roles.iter().map(|role| role.name.as_str().into()).collect(),
            group_assignable: roles.group_assignable.iter().map(|name| name.as_str().into()).collect(),
        };
        let registry = Registry::compile_read(&source, &own)?;
        for (name, endpoint) in ENDPOINTS {
            if registry.resource_type_named(name).is_some_and(|id| &*registry.resource_type(id).endpoint != endpoint) {
                return Err(ConfigError::MovedEndpoint { name, endpoint });
            }
        }
        Ok(Self {
            registry,
            dialect,
            base_url: base_url.trim_end_matches('/').into(),
            roles,
            group_patch_answers_body: group_patch_answer == 200,
            limits,
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            registry: Registry::builtin().clone(),
            dialect: Dialect::Rfc,
            base_url: String::new(),
            roles: RolePreset::taskade(),
            group_patch_answers_body: false,
            limits: Limits::default(),
        }
    }
}
