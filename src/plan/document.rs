//! What is read of the document of an organization; the rest of it is passed over.

use crate::json::{Json, Unfit};

pub(super) struct Document {
    pub(super) organization: Option<OrganizationItem>,
    pub(super) users: Vec<UserItem>,
    pub(super) groups: Vec<GroupItem>,
    pub(super) workspaces: Vec<ObjectItem>,
    pub(super) folders: Vec<ObjectItem>,
}

pub(super) struct UserItem {
    pub(super) id: String,
    pub(super) active: Option<bool>,
}

pub(super) struct GroupItem {
    pub(super) id: String,
    pub(super) members: Vec<Reference>,
}

pub(super) struct ObjectItem {
    pub(super) id: String,
    pub(super) grants: Vec<Reference>,
    pub(super) parent: Option<Reference>,
    pub(super) audience: Option<String>,
}

pub(super) struct Reference {
    pub(super) value: String,
    pub(super) kind: Option<String>,
    pub(super) role: Option<String>,
}

pub(super) struct OrganizationItem {
    pub(super) owners: Vec<Reference>,
    pub(super) policy: Option<PolicyItem>,
}

pub(super) struct PolicyItem {
    pub(super) combine: Option<String>,
    pub(super) workspace_exit_revokes_folders: Option<bool>,
}

impl Document {
    pub(super) fn read(json: &Json<'_>) -> Result<Self, Unfit> {
        let object = |item: &Json<'_>| {
            Ok(ObjectItem {
                id: item.needed_text("id")?,
                grants: list(item, "grants", &Reference::read)?,
                parent: item.member("parent").map(Reference::read).transpose()?,
                audience: item.text_at("audience")?,
            })
        };
        let organization = |item: &Json<'_>| {
            let policy = |item: &Json<'_>| {
                let workspace_exit_revokes_folders = item.maybe_flag_at("workspaceExitRevokesFolders")?;
                Ok(PolicyItem { combine: item.text_at("combine")?, workspace_exit_revokes_folders })
            };
            let owners = list(item, "owners", &Reference::read)?;
            Ok(OrganizationItem { owners, policy: item.object_at("policy")?.map(policy).transpose()? })
        };
        Ok(Self {
            organization: json.object_at("organization")?.map(organization).transpose()?,
            users: list(json, "users", &|item| Ok(UserItem { id: item.needed_text("id")?, active: item.maybe_flag_at("active")? }))?,
            groups: list(json, "groups", &|item| {
                Ok(GroupItem { id: item.needed_text("id")?, members: list(item, "members", &Reference::read)? })
            })?,
            workspaces: list(json, "workspaces", &object)?,
            folders: list(json, "folders", &object)?,
        })
    }
}

impl Reference {
    fn read(json: &Json<'_>) -> Result<Self, Unfit> {
        Ok(Self { value: json.needed_text("value")?, kind: json.text_at("type")?, role: json.text_at("role")? })
    }
}

/// A list, or null for none.
fn list<T>(json: &Json<'_>, name: &'static str, read: &dyn Fn(&Json<'_>) -> Result<T, Unfit>) -> Result<Vec<T>, Unfit> {
    match json.member(name) {
        None => Ok(Vec::new()),
        Some(_) => json.list_at(name)?.iter().map(read).collect(),
    }
}
