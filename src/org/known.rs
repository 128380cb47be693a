//! The attributes that the organization itself understands, by their numbers.

use crate::schema::{AttributeId, Registry, ResourceTypeId, Uniqueness};

/// Numbers of types and attributes; a name that a host's own schema leaves out is nobody's number.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) user: ResourceTypeId,
    pub(crate) group: ResourceTypeId,
    pub(crate) workspace: ResourceTypeId,
    pub(crate) folder: ResourceTypeId,
    pub(crate) organization: ResourceTypeId,
    pub(crate) user_name: AttributeId,
    pub(crate) user_display_name: AttributeId,
    pub(crate) active: AttributeId,
    pub(crate) password: AttributeId,
    pub(crate) groups: AttributeId,
    pub(crate) manager: AttributeId,
    pub(crate) manager_value: AttributeId,
    pub(crate) group_display_name: AttributeId,
    pub(crate) members: AttributeId,
    pub(crate) workspace_grants: AttributeId,
    pub(crate) folder_grants: AttributeId,
    pub(crate) parent: AttributeId,
    pub(crate) parent_value: AttributeId,
    pub(crate) parent_type: AttributeId,
    pub(crate) audience: AttributeId,
    pub(crate) owners: AttributeId,
    pub(crate) owner_value: AttributeId,
    /// Attributes of which no two resources of that type may have one value.
    pub(crate) unique: Vec<(ResourceTypeId, AttributeId)>,
    /// Attributes that equality is looked up for.
    pub(crate) indexed: Vec<AttributeId>,
}

impl Known {
    pub(crate) fn of(registry: &Registry) -> Self {
        let kind = |name: &str| registry.resource_type_named(name).unwrap_or(ResourceTypeId(u8::MAX));
        let [user, group, workspace, folder, organization] = ["User", "Group", "Workspace", "Folder", "Organization"].map(kind);
        let root = |of: ResourceTypeId, name: &str| registry.root_attribute(of, name).unwrap_or(AttributeId::UNKNOWN);
        let child = |of: AttributeId, name: &str| registry.child(of, name).unwrap_or(AttributeId::UNKNOWN);
        let extensions = &registry.resource_type(user).extensions;
        let manager =
            extensions.iter().find_map(|extension| registry.child(extension.attribute, "manager")).unwrap_or(AttributeId::UNKNOWN);
        let mut known = Self {
            user,
            group,
            workspace,
            folder,
            organization,
            user_name: root(user, "userName"),
            user_display_name: root(user, "displayName"),
            active: root(user, "active"),
            password: root(user, "password"),
            groups: root(user, "groups"),
            manager,
            manager_value: child(manager, "value"),
            group_display_name: root(group, "displayName"),
            members: root(group, "members"),
            workspace_grants: root(workspace, "grants"),
            folder_grants: root(folder, "grants"),
            parent: root(folder, "parent"),
            parent_value: child(root(folder, "parent"), "value"),
            parent_type: child(root(folder, "parent"), "type"),
            audience: root(folder, "audience"),
            owners: root(organization, "owners"),
            owner_value: child(root(organization, "owners"), "value"),
            unique: Vec::new(),
            indexed: Vec::new(),
        };
        known.indexed = vec![
            crate::schema::common::EXTERNAL_ID,
            known.user_name,
            known.user_display_name,
            child(root(user, "emails"), "value"),
            known.manager_value,
            known.group_display_name,
            root(workspace, "displayName"),
            root(folder, "displayName"),
        ];
        known.indexed.retain(|id| *id != AttributeId::UNKNOWN);
        known.unique = [user, group, workspace, folder].into_iter().flat_map(|of| known.unique_of(registry, of)).collect();
        for (_, id) in &known.unique {
            if !known.indexed.contains(id) {
                known.indexed.push(*id);
            }
        }
        known
    }

    /// What a type's schemas say is unique; ids, and the ids of members and subjects, are looked up by themselves.
    fn unique_of(&self, registry: &Registry, of: ResourceTypeId) -> Vec<(ResourceTypeId, AttributeId)> {
        let apart = [crate::schema::common::ID, self.groups, self.members, self.grants_of(of), self.manager, self.parent, self.password];
        let mut todo: Vec<AttributeId> = registry.resource_type(of).attributes.clone();
        let mut found = Vec::new();
        while let Some(id) = todo.pop().filter(|id| *id != AttributeId::UNKNOWN) {
            let attribute = registry.attribute(id);
            if apart.contains(&id) {
                continue;
            }
            if attribute.uniqueness != Uniqueness::None && attribute.kind.is_text() {
                found.push((of, id));
            }
            todo.extend(attribute.children());
        }
        found
    }

    /// Attributes that are no part of a body: facts of their own, or never kept.
    pub(crate) fn kept_elsewhere(&self, of: ResourceTypeId) -> [AttributeId; 4] {
        [self.groups, self.members, self.password, self.grants_of(of)]
    }

    /// The attribute that grants are of, for a workspace or folder; owners, for the organization.
    pub(crate) fn grants_of(&self, of: ResourceTypeId) -> AttributeId {
        match of {
            _ if of == self.workspace => self.workspace_grants,
            _ if of == self.folder => self.folder_grants,
            _ if of == self.organization => self.owners,
            _ => AttributeId::UNKNOWN,
        }
    }
}
