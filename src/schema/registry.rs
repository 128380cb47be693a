//! The registry: every resource type with its attributes placed and numbered.

use std::sync::OnceLock;

use super::attribute::{Attribute, AttributeId, Definition, Identity, Mutability, Type};
use super::builtin;
use super::compile::{self, SchemaError};
use super::names::Names;

/// A resource type's number in its [`Registry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceTypeId(pub(crate) u8);

/// A schema: what a URN stands for.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The URN.
    pub id: Box<str>,
    /// A short name.
    pub name: Box<str>,
    /// What it describes.
    pub description: Box<str>,
    pub(crate) attributes: Vec<Definition>,
}

/// A resource type with its main schema and extensions (RFC 7643 §6).
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// `User`
    pub name: Box<str>,
    /// `/Users`
    pub endpoint: Box<str>,
    /// What such a resource is.
    pub description: Box<str>,
    /// The URN of the main schema.
    pub schema: Box<str>,
    pub(crate) extensions: Vec<Extension>,
    /// Attributes of a whole resource: common ones, the main schema's, then the extensions' URNs.
    pub(crate) attributes: Vec<AttributeId>,
    /// Those that are required.
    pub(crate) required: Vec<AttributeId>,
    pub(crate) names: Names,
}

/// A schema extension of a resource type.
#[derive(Clone, Debug)]
pub(crate) struct Extension {
    pub(crate) schema: Box<str>,
    pub(crate) required: bool,
    /// The attribute that stands for the extension's URN.
    pub(crate) attribute: AttributeId,
}

/// What a resource type is made from.
pub(super) struct ResourceTypeSource {
    pub(super) name: Box<str>,
    pub(super) endpoint: Box<str>,
    pub(super) description: Box<str>,
    pub(super) schema: Box<str>,
    pub(super) extensions: Vec<(Box<str>, bool)>,
}

/// The names of the roles a grant may carry: they close `grants.role` and `audience`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// All roles, weakest first.
    pub all: Vec<Box<str>>,
    /// Those a group may be granted; an audience may name them.
    pub group_assignable: Vec<Box<str>>,
}

impl Default for Roles {
    fn default() -> Self {
        let names = |list: &[&str]| list.iter().map(|&role| role.into()).collect();
        Self { all: names(&["viewer", "checker", "editor", "admin", "owner"]), group_assignable: names(&["viewer", "checker", "editor"]) }
    }
}

/// All schemas and resource types of one configuration, compiled.
#[derive(Clone, Debug)]
pub struct Registry {
    pub(crate) attributes: Vec<Attribute>,
    schemas: Vec<Schema>,
    types: Vec<ResourceType>,
}

impl Registry {
    /// User, Group and Enterprise User, our Workspace, Folder and Organization, and the discovery types.
    pub fn builtin() -> &'static Registry {
        static BUILTIN: OnceLock<Registry> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Registry::build(compile::builtin_schemas(&Roles::default()), compile::builtin_types()).unwrap_or_else(|_| Registry::empty())
        })
    }

    /// The built-in ones and those of `json`: `{"schemas": […], "resourceTypes": […]}`, RFC 7643 §7 and §6 documents.
    pub fn compile(json: &str, roles: &Roles) -> Result<Registry, SchemaError> {
        Self::of_sources(compile::documents(json)?, roles)
    }

    /// The same, of JSON that is read already.
    pub(crate) fn compile_read(json: &crate::json::Json<'_>, roles: &Roles) -> Result<Registry, SchemaError> {
        Self::of_sources(compile::definitions_of(json)?, roles)
    }

    fn of_sources((schemas, types): (Vec<Schema>, Vec<ResourceTypeSource>), roles: &Roles) -> Result<Registry, SchemaError> {
        let mut all_schemas = compile::builtin_schemas(roles);
        for schema in schemas {
            all_schemas.retain(|known| !known.id.eq_ignore_ascii_case(&schema.id));
            all_schemas.push(schema);
        }
        let mut all_types = compile::builtin_types();
        for source in types {
            match all_types.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&source.name)) {
                Some(known) => *known = source,
                None => all_types.push(source),
            }
        }
        Self::build(all_schemas, all_types)
    }

    fn empty() -> Self {
        Self { attributes: Vec::new(), schemas: Vec::new(), types: Vec::new() }
    }

    fn build(schemas: Vec<Schema>, sources: Vec<ResourceTypeSource>) -> Result<Registry, SchemaError> {
        let mut registry = Self { schemas, ..Self::empty() };
        let common = compile::table(builtin::COMMON, &Roles::default());
        let common = registry.place_all(&common, None, "")?;
        for source in sources {
            if registry.types.iter().any(|known| known.endpoint.eq_ignore_ascii_case(&source.endpoint)) {
                return Err(SchemaError::EndpointTaken { endpoint: source.endpoint.into() });
            }
            let mut attributes = common.clone();
            let main = registry.definitions_of(&source.schema, &source.name)?;
            attributes.extend(registry.place_all(&main, None, "")?);
            let mut extensions = Vec::new();
            for (schema, required) in source.extensions {
                let definitions = registry.definitions_of(&schema, &source.name)?;
                let mut whole = Definition::new(&schema, Type::Complex);
                whole.required = required;
                whole.sub_attributes = definitions;
                let attribute = registry.place(&whole, None, "", true)?;
                attributes.push(attribute);
                extensions.push(Extension { schema, required, attribute });
            }
            if extensions.len() > 60 {
                return Err(SchemaError::TooMany { what: "schema extensions of one resource type", limit: 60 });
            }
            let names = Names::of(&attributes, &registry.attributes);
            let required = registry.number(&attributes);
            for (i, id) in attributes.iter().enumerate() {
                let name = registry.attribute(*id).name.clone();
                if attributes.iter().take(i).any(|other| registry.attribute(*other).name.eq_ignore_ascii_case(&name)) {
                    return Err(SchemaError::TwoOfOneName { schema: source.schema.into(), name: name.into() });
                }
            }
            let ResourceTypeSource { name, endpoint, description, schema, .. } = source;
            registry.types.push(ResourceType { name, endpoint, description, schema, extensions, attributes, required, names });
        }
        if registry.types.len() > 200 {
            return Err(SchemaError::TooMany { what: "resource types", limit: 200 });
        }
        Ok(registry)
    }

    fn definitions_of(&self, schema: &str, resource_type: &str) -> Result<Vec<Definition>, SchemaError> {
        let Some(found) = self.schema(schema) else {
            return Err(SchemaError::NoSuchSchema { schema: schema.into(), resource_type: resource_type.into() });
        };
        let mut definitions = found.attributes.clone();
        for (of, name, identity) in builtin::IDENTITIES {
            if of.eq_ignore_ascii_case(schema) {
                definitions
                    .iter_mut()
                    .filter(|definition| definition.name.eq_ignore_ascii_case(name))
                    .for_each(|definition| definition.identity = *identity);
            }
        }
        Ok(definitions)
    }

    fn place_all(
        &mut self,
        definitions: &[Definition],
        parent: Option<AttributeId>,
        prefix: &str,
    ) -> Result<Vec<AttributeId>, SchemaError> {
        definitions.iter().map(|definition| self.place(definition, parent, prefix, false)).collect()
    }

    /// Gives a definition its number, then its sub-attributes theirs.
    fn place(
        &mut self,
        definition: &Definition,
        parent: Option<AttributeId>,
        prefix: &str,
        extension: bool,
    ) -> Result<AttributeId, SchemaError> {
        let index = u16::try_from(self.attributes.len()).ok().filter(|index| *index < 60_000);
        let id = AttributeId(index.ok_or(SchemaError::TooMany { what: "attributes", limit: 60_000 })?);
        // What only the service provider sets, it sets with all its parts.
        let mutability = match parent.map(|parent| self.attribute(parent).mutability) {
            Some(Mutability::ReadOnly) => Mutability::ReadOnly,
            _ => definition.mutability,
        };
        let path: Box<str> = format!("{prefix}{}", definition.name).into();
        let Definition { name, kind, multi_valued, required, case_exact, returned, uniqueness, canonical_values, closed, .. } =
            definition.clone();
        self.attributes.push(Attribute {
            member: format!(",\"{name}\":").into(),
            name,
            path: path.clone(),
            kind,
            multi_valued,
            required,
            case_exact,
            mutability,
            returned,
            uniqueness,
            canonical_values,
            closed,
            extension,
            parent,
            children: Vec::new(),
            required_children: Vec::new(),
            names: Names::default(),
            slot: 0,
            plain: false,
            identity: definition.identity,
            value: None,
            primary: None,
        });
        let prefix = format!("{path}{}", if extension { ':' } else { '.' });
        let children = self.place_all(&definition.sub_attributes, Some(id), &prefix)?;
        let names = Names::of(&children, &self.attributes);
        let child = |name: &str| names.find(name.as_bytes(), &self.attributes).map(|(id, _)| id);
        let value = child("value");
        let primary = child("primary").filter(|id| self.attribute(*id).kind == Type::Boolean);
        let required_children = self.number(&children);
        if let Some(attribute) = self.attributes.get_mut(id.index()) {
            attribute.children = children;
            attribute.required_children = required_children;
            attribute.names = names;
            attribute.value = value;
            attribute.primary = primary;
        }
        Ok(id)
    }

    /// Gives the attributes of one object their places. The answer: those that are required.
    fn number(&mut self, attributes: &[AttributeId]) -> Vec<AttributeId> {
        let mut required = Vec::new();
        for (slot, id) in (0..).zip(attributes) {
            let Some(attribute) = self.attributes.get_mut(id.index()) else { continue };
            attribute.slot = slot;
            attribute.plain = attribute.kind == Type::String
                && !(attribute.multi_valued || attribute.required || attribute.closed)
                && attribute.mutability != Mutability::ReadOnly
                && !attribute.never_returned();
            if attribute.required {
                required.push(*id);
            }
        }
        required
    }

    /// The attribute of that number.
    #[inline]
    pub fn attribute(&self, id: AttributeId) -> &Attribute {
        static NONE: OnceLock<Attribute> = OnceLock::new();
        match self.attributes.get(id.index()) {
            Some(attribute) => attribute,
            None => NONE.get_or_init(Attribute::unknown),
        }
    }

    /// The resource type of that number.
    #[inline]
    pub fn resource_type(&self, id: ResourceTypeId) -> &ResourceType {
        static NONE: OnceLock<ResourceType> = OnceLock::new();
        match self.types.get(usize::from(id.0)) {
            Some(found) => found,
            None => NONE.get_or_init(ResourceType::none),
        }
    }

    /// All resource types, in order.
    pub fn resource_types(&self) -> impl Iterator<Item = (ResourceTypeId, &ResourceType)> {
        (0u8..).zip(&self.types).map(|(i, found)| (ResourceTypeId(i), found))
    }

    /// The resource type called `name`, in any case.
    pub fn resource_type_named(&self, name: &str) -> Option<ResourceTypeId> {
        self.resource_types().find(|(_, found)| found.name.eq_ignore_ascii_case(name)).map(|(id, _)| id)
    }

    /// The resource type whose main schema is `urn`.
    pub fn resource_type_of_schema(&self, urn: &str) -> Option<ResourceTypeId> {
        self.resource_types().find(|(_, found)| found.schema.eq_ignore_ascii_case(urn)).map(|(id, _)| id)
    }

    /// The schema of that URN, in any case.
    pub fn schema(&self, urn: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    /// All schemas.
    pub fn schemas(&self) -> &[Schema] {
        &self.schemas
    }

    /// The attribute of a resource type called `name` (a core attribute or an extension's URN).
    pub(crate) fn root_attribute(&self, id: ResourceTypeId, name: &str) -> Option<AttributeId> {
        self.resource_type(id).names.find(name.as_bytes(), &self.attributes).map(|(id, _)| id)
    }

    /// The attribute of the resource, an extension's URN included, that `id` is or belongs to.
    pub(crate) fn top(&self, id: AttributeId) -> AttributeId {
        let mut top = id;
        while let Some(parent) = self.attribute(top).parent {
            top = parent;
        }
        top
    }

    /// The sub-attribute of `parent` called `name`.
    pub(crate) fn child(&self, parent: AttributeId, name: &str) -> Option<AttributeId> {
        self.attribute(parent).names.find(name.as_bytes(), &self.attributes).map(|(id, _)| id)
    }
}

impl Attribute {
    fn unknown() -> Self {
        Self {
            member: ",\"\":".into(),
            name: "".into(),
            path: "".into(),
            kind: Type::String,
            multi_valued: false,
            required: false,
            case_exact: true,
            mutability: Default::default(),
            returned: Default::default(),
            uniqueness: Default::default(),
            canonical_values: Vec::new(),
            closed: false,
            extension: false,
            parent: None,
            children: Vec::new(),
            required_children: Vec::new(),
            names: Names::default(),
            slot: 0,
            plain: false,
            identity: Identity::default(),
            value: None,
            primary: None,
        }
    }
}

impl ResourceType {
    fn none() -> Self {
        Self {
            name: "".into(),
            endpoint: "".into(),
            description: "".into(),
            schema: "".into(),
            extensions: Vec::new(),
            attributes: Vec::new(),
            required: Vec::new(),
            names: Names::default(),
        }
    }
}
