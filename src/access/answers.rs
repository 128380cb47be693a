//! Who has what and why, in names: check, explain, access of a user, holders of an object.
//!
//! ```
//! use scim_policy::access::{ObjectRef, ObjectType};
//! use scim_policy::{Config, Organization};
//!
//! let mut organization = Organization::new(Config::default());
//! let records = r#"{"key":"user/u1","value":{"userName":"bea","displayName":"Bea"}}
//! {"key":"workspace/w1","value":{"displayName":"Launch"}}
//! {"key":"grant/w1/u1","value":{"type":"User","role":"viewer"}}"#;
//! organization.restore(records.as_bytes())?;
//! let launch = ObjectRef { kind: ObjectType::Workspace, id: "w1".into() };
//! let decision = organization.check("u1", "edit", Some(&launch))?;
//! assert!(!decision.allowed);
//! assert_eq!(
//!     decision.reason,
//!     "Bea is Viewer of workspace Launch, because they were granted Viewer on it themselves, but edit takes Editor or stronger."
//! );
//! # Ok::<(), scim_policy::ScimError>(())
//! ```

use serde::{Deserialize, Serialize};

use super::paths::{self, Fate, Path};
use super::sentences::Sentence;
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::{Json, Unfit};
use crate::org::{Class, Id, Kind, ORGANIZATION, Organization, Rank, View};

/// The capability that the organization itself decides on.
pub const CREATE_WORKSPACE: &str = "createWorkspace";

/// What access is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ObjectType {
    Organization,
    Workspace,
    Folder,
}

/// An object by its identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ObjectType,
    /// Its identifier; the Organization's is `organization`.
    pub id: String,
}

impl ObjectRef {
    /// Reads `{"type": …, "id": …}`.
    pub(crate) fn read(json: &Json<'_>) -> Result<Self, Unfit> {
        let types = [ObjectType::Organization, ObjectType::Workspace, ObjectType::Folder];
        let name = json.needed_text("type")?;
        let kind = types.into_iter().find(|kind| kind.name() == name).ok_or(Unfit::object_type())?;
        Ok(Self { kind, id: json.needed_text("id")? })
    }
}

/// Who a grant is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub enum SubjectType {
    User,
    Group,
}

/// A subject by its identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectRef {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SubjectType,
    /// Its identifier.
    pub id: String,
}

/// An answer to `check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether the user may.
    pub allowed: bool,
    /// The role the user has there.
    pub role: Option<String>,
    /// One sentence: the path that decides, or why there is none.
    pub reason: String,
}

/// One grant that reaches a user and stands on an object or above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessPath {
    /// To whom.
    pub subject: SubjectRef,
    /// Where the grant stands.
    pub object: ObjectRef,
    /// What it says.
    pub role: String,
    /// Groups from the user to the subject, outermost last.
    pub via: Vec<String>,
    /// What became of it on the way down.
    pub standing: Fate,
    /// What it gives there, after caps; `None` when blocked.
    pub effective: Option<String>,
}

/// An answer to `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Who.
    pub user: String,
    /// On what.
    pub object: ObjectRef,
    /// The role the user has there.
    pub role: Option<String>,
    /// Whether the user is there and active.
    pub active: bool,
    /// One path per grant; those that decide first.
    pub paths: Vec<AccessPath>,
    /// One sentence.
    pub reason: String,
}

/// A role on an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectRole {
    /// On what.
    pub object: ObjectRef,
    /// Which role.
    pub role: String,
}

/// A role of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserRole {
    /// Who.
    pub user: String,
    /// Which role.
    pub role: String,
}

impl ObjectType {
    /// As `type` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Organization => "Organization",
            Self::Workspace => "Workspace",
            Self::Folder => "Folder",
        }
    }

    fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Organization => Some(Self::Organization),
            Kind::Workspace => Some(Self::Workspace),
            Kind::Folder => Some(Self::Folder),
            Kind::User | Kind::Group => None,
        }
    }
}

impl ObjectRef {
    /// The Organization itself.
    pub fn organization() -> Self {
        Self { kind: ObjectType::Organization, id: ORGANIZATION.into() }
    }
}

impl Organization {
    /// Whether a user has a capability on an object; without one, on the Organization.
    pub fn check(&self, user: &str, can: &str, on: Option<&ObjectRef>) -> Result<Decision, ScimError> {
        let organization = ObjectRef::organization();
        let on = on.unwrap_or(&organization);
        if can == CREATE_WORKSPACE {
            return Ok(self.check_creation(user, on));
        }
        let Some(needed) = self.config.roles.rank_that_may(can) else { return Err(self.no_capability(can)) };
        let found = self.stand(user, on);
        let mut sentence = found.sentence(self);
        if found.rank > 0 && found.rank < needed {
            sentence.but_needs(can, needed);
        }
        Ok(Decision { allowed: found.rank >= needed, role: self.role(found.rank), reason: sentence.end() })
    }

    fn no_capability(&self, can: &str) -> ScimError {
        let roles = &self.config.roles.roles;
        let mut known: Vec<&str> = roles.iter().flat_map(|role| &role.capabilities).map(String::as_str).collect();
        known.push(CREATE_WORKSPACE);
        let detail = format!("`{can}` is no capability: use one of {}", known.join(", "));
        ScimError::new(400, Some(ScimType::InvalidValue), detail).at("can")
    }

    /// Owners always may; others as `membersCanCreateWorkspaces` says.
    fn check_creation(&self, user: &str, on: &ObjectRef) -> Decision {
        let organization = ObjectRef::organization();
        let found = self.stand(user, &organization);
        let (owner, there) = (found.rank == self.config.roles.strongest(), *on == organization);
        let active = found.user.is_some_and(|user| self.facts.active(user));
        let allowed = there && active && (owner || self.settings.members_can_create_workspaces);
        let mut sentence = Sentence::new(self);
        match (found.user, self.find_object(on)) {
            (None, _) => sentence.no_user(user),
            (_, None) => sentence.no_object(on),
            (Some(user), Some(object)) if !there => sentence.created_elsewhere(user, object),
            (Some(user), _) if !active => sentence.inactive(user),
            (Some(user), _) => sentence.creation(user, owner, allowed),
        }
        Decision { allowed, role: self.role(found.rank), reason: sentence.end() }
    }

    /// Every grant that reaches a user and stands on an object or above it, and what follows.
    pub fn explain(&self, user: &str, object: &ObjectRef) -> Explanation {
        let found = self.stand(user, object);
        let reason = found.sentence(self).end();
        let paths = found.paths.iter().filter_map(|path| self.path(path)).collect();
        let active = found.user.is_some_and(|user| self.facts.active(user));
        Explanation { user: user.into(), object: object.clone(), role: self.role(found.rank), active, paths, reason }
    }

    fn path(&self, path: &Path) -> Option<AccessPath> {
        let kind = if self.facts.kind(path.subject)? == Kind::Group { SubjectType::Group } else { SubjectType::User };
        Some(AccessPath {
            subject: SubjectRef { kind, id: self.name(path.subject).into_owned() },
            object: self.object_ref(path.object)?,
            role: self.role(path.rank)?,
            via: path.via.iter().map(|group| self.name(*group).into_owned()).collect(),
            standing: path.fate,
            effective: self.role(path.effective),
        })
    }

    /// Every object a user has a role on, by the bytes of their ids.
    pub fn access_of(&self, user: &str) -> Vec<ObjectRole> {
        let Some(user) = self.find_user(user) else { return Vec::new() };
        let found = paths::access_of(View::plain(&self.facts), user).into_iter();
        let mut roles: Vec<ObjectRole> =
            found.filter_map(|(object, rank)| Some(ObjectRole { object: self.object_ref(object)?, role: self.role(rank)? })).collect();
        crate::sort::by(&mut roles, &mut |a, b| a.object.id.cmp(&b.object.id).then(a.object.kind.cmp(&b.object.kind)));
        roles
    }

    /// Active users with a role on an object, by the bytes of their ids; with `role`, those who have just that one.
    pub fn who_has(&self, object: &ObjectRef, role: Option<&str>, offset: usize, limit: usize) -> Result<Vec<UserRole>, ScimError> {
        let roles = &self.config.roles;
        let wanted = match role {
            None => None,
            Some(name) => Some(roles.rank(name).ok_or_else(|| {
                let known: Vec<&str> = roles.roles.iter().map(|role| role.name.as_str()).collect();
                let detail = format!("`{name}` is no role: use one of {}", known.join(", "));
                ScimError::new(400, Some(ScimType::InvalidValue), detail).at("role")
            })?),
        };
        let Some(object) = self.find_object(object) else { return Ok(Vec::new()) };
        let mut users = paths::who_has(View::plain(&self.facts), object);
        users.retain(|(_, rank)| wanted.is_none_or(|wanted| *rank == wanted));
        let told = |(user, rank): (Id, Rank)| UserRole { user: self.name(user).into_owned(), role: roles.name(rank).into() };
        if users.len() * 16 < self.facts.counts().users as usize {
            crate::sort::by_key(&mut users, &mut |(user, _)| self.name(*user).into_owned());
            return Ok(users.into_iter().skip(offset).take(limit).map(told).collect());
        }
        // Many: they are met in the order that all users are kept in, up to the end of the page.
        crate::sort::plain(&mut users);
        let held = |id: &Id| users.binary_search_by_key(id, |(user, _)| *user).ok().and_then(|at| users.get(at).copied());
        Ok(self.with_ids_by_name(Class::User, |ids| {
            let found = ids.iter().filter_map(held);
            found.skip(offset).take(limit).map(told).collect()
        }))
    }

    /// Answers a question as the JavaScript contract asks it: the method's name and its arguments in a JSON array.
    pub fn ask(&self, method: &str, arguments: &str) -> Result<String, ScimError> {
        let unreadable = |error: &dyn std::fmt::Display| {
            ScimError::new(400, Some(ScimType::InvalidValue), format!("the question cannot be read: {error}"))
        };
        let Json::List(arguments) = Json::parse(arguments).map_err(|error| unreadable(&error))? else {
            return Err(unreadable(&"its arguments must be an array"));
        };
        let argument = |at: usize| arguments.get(at).unwrap_or(&Json::Null);
        let text = |at| argument(at).as_text().ok_or_else(|| unreadable(&"an argument must be a string"));
        let object = |at| ObjectRef::read(argument(at)).map_err(|error| unreadable(&error));
        match method {
            "check" => {
                let query = argument(0);
                let text = |name| query.needed_text(name).map_err(|error| unreadable(&error));
                let on = query.member("on").map(ObjectRef::read).transpose().map_err(|error| unreadable(&error))?;
                Ok(told(&self.check(&text("user")?, &text("can")?, on.as_ref())?))
            }
            "explain" => Ok(told(&self.explain(text(0)?, &object(1)?))),
            "accessOf" => Ok(told(&self.access_of(text(0)?))),
            _ => {
                let page = argument(1);
                let number = |name, default| match page.number_at(name).map_err(|error| unreadable(&error))? {
                    None => Ok::<usize, ScimError>(default),
                    Some(number) => Ok(usize::try_from(number).unwrap_or(usize::MAX)),
                };
                let role = page.text_at("role").map_err(|error| unreadable(&error))?;
                Ok(told(&self.who_has(&object(0)?, role.as_deref(), number("offset", 0)?, number("limit", usize::MAX)?)?))
            }
        }
    }

    // ── names

    fn stand(&self, user: &str, object: &ObjectRef) -> Found {
        let view = View::plain(&self.facts);
        let mut found = Found {
            name: user.into(),
            asked: object.clone(),
            user: self.find_user(user),
            object: self.find_object(object),
            rank: 0,
            potential: 0,
            paths: Vec::new(),
        };
        if let (Some(user), Some(object)) = (found.user, found.object) {
            found.paths = paths::paths(view, user, object, |a, b| self.name(a).cmp(&self.name(b)));
            found.potential = paths::potential(view, user, object);
            found.rank = if self.facts.active(user) { found.potential } else { 0 };
        }
        found
    }

    fn find_user(&self, id: &str) -> Option<Id> {
        self.names.find(Class::User, id).filter(|id| self.facts.kind(*id) == Some(Kind::User))
    }

    fn find_object(&self, object: &ObjectRef) -> Option<Id> {
        let class = if object.kind == ObjectType::Organization { Class::Organization } else { Class::Object };
        let id = self.names.find(class, &object.id)?;
        (self.facts.kind(id).and_then(ObjectType::of) == Some(object.kind)).then_some(id)
    }

    fn object_ref(&self, id: Id) -> Option<ObjectRef> {
        Some(ObjectRef { kind: self.facts.kind(id).and_then(ObjectType::of)?, id: self.name(id).into_owned() })
    }

    fn role(&self, rank: Rank) -> Option<String> {
        (rank > 0).then(|| self.config.roles.name(rank).into())
    }
}

/// How a user stands to an object.
struct Found {
    name: String,
    asked: ObjectRef,
    user: Option<Id>,
    object: Option<Id>,
    rank: Rank,
    potential: Rank,
    paths: Vec<Path>,
}

impl Found {
    fn sentence<'o>(&self, organization: &'o Organization) -> Sentence<'o> {
        let mut sentence = Sentence::new(organization);
        match (self.user, self.object, self.paths.first()) {
            (None, ..) => sentence.no_user(&self.name),
            (_, None, _) => sentence.no_object(&self.asked),
            (Some(user), Some(object), _) if !organization.facts.active(user) => {
                sentence.inactive(user);
                sentence.would_be(object, self.potential);
            }
            (Some(user), Some(object), None) => sentence.no_path(user, object),
            (Some(user), Some(object), Some(path)) if self.rank == 0 => sentence.blocked(user, object, path),
            (Some(user), Some(object), Some(path)) => sentence.decided(user, object, self.rank, path),
        }
        sentence
    }
}
fn told(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}
