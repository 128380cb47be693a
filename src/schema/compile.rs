//! Schema documents to definitions: the built-in table, and RFC 7643 §6 and §7 JSON from a host.

use std::borrow::Cow;

use thiserror::Error;

use super::attribute::{Definition, Mutability, Returned, Type, Uniqueness};
use super::builtin;
use super::registry::{ResourceTypeSource, Roles, Schema};
use crate::json::Json;

/// Why a schema or resource type was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum SchemaError {
    #[error("the schemas are no JSON: {reason}")]
    NotJson { reason: String },
    #[error("`{place}` must be {expected}")]
    Expected { place: String, expected: &'static str },
    #[error("`{place}` is `{found}`: use one of {allowed}")]
    UnknownWord { place: String, found: String, allowed: &'static str },
    #[error("`{name}` in schema `{schema}` is no attribute name: a letter, then letters, digits, `-` or `_`")]
    BadName { schema: String, name: String },
    #[error("schema `{schema}` has two attributes called `{name}`")]
    TwoOfOneName { schema: String, name: String },
    #[error("`{name}` in schema `{schema}` is complex inside a complex attribute, which RFC 7643 §2.3.8 rules out")]
    ComplexInComplex { schema: String, name: String },
    #[error("`{name}` in schema `{schema}` is complex and has no subAttributes")]
    NoSubAttributes { schema: String, name: String },
    #[error("`{name}` in schema `{schema}` has subAttributes but is not complex")]
    SubAttributesOfSimple { schema: String, name: String },
    #[error("resource type `{resource_type}` names schema `{schema}`, which is not there: pass it in `schemas`")]
    NoSuchSchema { schema: String, resource_type: String },
    #[error("two resource types have the endpoint `{endpoint}`")]
    EndpointTaken { endpoint: String },
    #[error("more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
}

pub(super) fn builtin_schemas(roles: &Roles) -> Vec<Schema> {
    let schema = |&(id, name, description, lines): &(&str, &str, &str, &str)| Schema {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        attributes: table(lines, roles),
    };
    builtin::SCHEMAS.iter().map(schema).collect()
}

pub(super) fn builtin_types() -> Vec<ResourceTypeSource> {
    let source = |&(name, endpoint, description, schema, extensions): &(&str, &str, &str, &str, &[&str])| ResourceTypeSource {
        name: name.into(),
        endpoint: endpoint.into(),
        description: description.into(),
        schema: schema.into(),
        extensions: extensions.iter().map(|&urn| (urn.into(), false)).collect(),
    };
    builtin::RESOURCE_TYPES.iter().map(source).collect()
}

/// Reads the lines of a built-in table.
pub(super) fn table(lines: &str, roles: &Roles) -> Vec<Definition> {
    let mut all: Vec<Definition> = Vec::new();
    for line in lines.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b' ').count() / 2;
        let (words, description) = line.split_once(" - ").unwrap_or((line, ""));
        let mut words = words.split_whitespace();
        let (Some(name), Some(kind)) = (words.next(), words.next().and_then(Type::named)) else { continue };
        let mut definition = Definition::new(name, kind);
        definition.description = description.into();
        for word in words {
            characteristic(&mut definition, word, roles);
        }
        nest(&mut all, depth, definition);
    }
    all
}

fn nest(level: &mut Vec<Definition>, depth: usize, definition: Definition) {
    match level.last_mut() {
        Some(parent) if depth > 0 => nest(&mut parent.sub_attributes, depth - 1, definition),
        _ => level.push(definition),
    }
}

fn characteristic(definition: &mut Definition, word: &str, roles: &Roles) {
    let list = |text: &str| -> Vec<Box<str>> {
        let values = text.trim_end_matches(')').split('|').flat_map(|value| match value {
            "ROLES" => roles.all.clone(),
            "GROUP_ROLES" => roles.group_assignable.clone(),
            value => vec![value.into()],
        });
        values.collect()
    };
    match word.split_once('(') {
        Some(("canonical", values)) => definition.canonical_values = list(values),
        Some(("closed", values)) => {
            definition.canonical_values = list(values);
            definition.closed = true;
        }
        Some((_, values)) => definition.reference_types = list(values),
        None => match word {
            "multi" => definition.multi_valued = true,
            "required" => definition.required = true,
            "exact" => definition.case_exact = true,
            "readOnly" | "immutable" | "writeOnly" => definition.mutability = Mutability::named(word).unwrap_or_default(),
            "always" | "never" | "request" => definition.returned = Returned::named(word).unwrap_or_default(),
            "server" | "global" => definition.uniqueness = Uniqueness::named(word).unwrap_or_default(),
            _ => {}
        },
    }
}

/// Reads `{"schemas": […], "resourceTypes": […]}`.
pub(super) fn documents(json: &str) -> Result<(Vec<Schema>, Vec<ResourceTypeSource>), SchemaError> {
    let value = Json::parse(json).map_err(|error| SchemaError::NotJson { reason: error.to_string() })?;
    definitions_of(&value)
}

/// The same, of JSON that is read already.
pub(super) fn definitions_of(value: &Json<'_>) -> Result<(Vec<Schema>, Vec<ResourceTypeSource>), SchemaError> {
    let root = Place { value, at: String::new() };
    let root = root.object()?;
    let schemas = root.items("schemas")?.into_iter().map(|place| schema(&place)).collect::<Result<_, _>>()?;
    let types = root.items("resourceTypes")?.into_iter().map(|place| resource_type(&place)).collect::<Result<_, _>>()?;
    Ok((schemas, types))
}

fn schema(place: &Place<'_>) -> Result<Schema, SchemaError> {
    let object = place.object()?;
    let id = object.text("id")?.ok_or_else(|| object.expected("id", "the URN of the schema"))?;
    // INVARIANT: names and URNs of a schema stand in JSON as they are.
    if !id.contains(':') || id.contains(|c: char| c.is_ascii_control() || matches!(c, '"' | '\\')) {
        return Err(object.expected("id", "a URN such as `urn:example:1.0:Thing`"));
    }
    let attributes = definitions(&object, "attributes", &id, false)?;
    let name = object.text("name")?.unwrap_or_else(|| id.rsplit(':').next().unwrap_or("").into());
    Ok(Schema { name: name.into(), description: object.text("description")?.unwrap_or_default().into(), attributes, id: id.into() })
}

fn definitions(object: &Object<'_>, key: &'static str, schema: &str, inside: bool) -> Result<Vec<Definition>, SchemaError> {
    let mut all: Vec<Definition> = Vec::new();
    for item in object.items(key)? {
        let found = definition(&item, schema, inside)?;
        if all.iter().any(|other| other.name.eq_ignore_ascii_case(&found.name)) {
            return Err(SchemaError::TwoOfOneName { schema: schema.into(), name: found.name.into() });
        }
        all.push(found);
    }
    Ok(all)
}

fn definition(place: &Place<'_>, schema: &str, inside: bool) -> Result<Definition, SchemaError> {
    let object = place.object()?;
    let name = object.text("name")?.ok_or_else(|| object.expected("name", "the attribute's name"))?;
    if !is_attribute_name(&name) {
        return Err(SchemaError::BadName { schema: schema.into(), name });
    }
    let kind = object.word("type", Type::named, "string, boolean, decimal, integer, dateTime, reference, binary, complex")?;
    let mut definition = Definition::new(&name, kind.unwrap_or(Type::String));
    definition.description = object.text("description")?.unwrap_or_default().into();
    definition.multi_valued = object.flag("multiValued")?;
    definition.required = object.flag("required")?;
    // RFC 7643 §2.3.7: a reference is case exact, whatever the document says or leaves out.
    definition.case_exact = object.flag("caseExact")? || definition.kind == Type::Reference;
    definition.mutability = object.word("mutability", Mutability::named, "readOnly, readWrite, immutable, writeOnly")?.unwrap_or_default();
    definition.returned = object.word("returned", Returned::named, "always, never, default, request")?.unwrap_or_default();
    definition.uniqueness = object.word("uniqueness", Uniqueness::named, "none, server, global")?.unwrap_or_default();
    definition.canonical_values = object.texts("canonicalValues")?;
    definition.reference_types = object.texts("referenceTypes")?;
    definition.sub_attributes = definitions(&object, "subAttributes", schema, true)?;
    match (definition.kind == Type::Complex, definition.sub_attributes.is_empty()) {
        (true, _) if inside => Err(SchemaError::ComplexInComplex { schema: schema.into(), name }),
        (true, true) => Err(SchemaError::NoSubAttributes { schema: schema.into(), name }),
        (false, false) => Err(SchemaError::SubAttributesOfSimple { schema: schema.into(), name }),
        _ => Ok(definition),
    }
}

fn is_attribute_name(name: &str) -> bool {
    crate::path::parse_attribute_path(name).is_ok_and(|path| path.urn.is_none() && path.sub.is_none())
}

fn resource_type(place: &Place<'_>) -> Result<ResourceTypeSource, SchemaError> {
    let object = place.object()?;
    let name = object.text("name")?.ok_or_else(|| object.expected("name", "the resource type's name"))?;
    let schema = object.text("schema")?.ok_or_else(|| object.expected("schema", "the URN of the main schema"))?;
    let endpoint = object.text("endpoint")?.unwrap_or_else(|| format!("/{name}s"));
    let mut extensions: Vec<(Box<str>, bool)> = Vec::new();
    for item in object.items("schemaExtensions")? {
        let item = item.object()?;
        let urn = item.text("schema")?.ok_or_else(|| item.expected("schema", "the URN of the extension"))?;
        extensions.push((urn.into(), item.flag("required")?));
    }
    let endpoint = if endpoint.starts_with('/') { endpoint } else { format!("/{endpoint}") };
    Ok(ResourceTypeSource {
        name: name.into(),
        endpoint: endpoint.into(),
        description: object.text("description")?.unwrap_or_default().into(),
        schema: schema.into(),
        extensions,
    })
}

/// A JSON value and where it stands, for errors.
struct Place<'v> {
    value: &'v Json<'v>,
    at: String,
}

struct Object<'v> {
    members: &'v [(Cow<'v, str>, Json<'v>)],
    at: String,
}

impl<'v> Place<'v> {
    fn object(&self) -> Result<Object<'v>, SchemaError> {
        match self.value {
            Json::Object(members) => Ok(Object { members, at: self.at.clone() }),
            _ => Err(SchemaError::Expected { place: self.at.clone(), expected: "an object" }),
        }
    }
}

impl<'v> Object<'v> {
    /// The member of that name, in any case; null is absent.
    fn member(&self, key: &str) -> Option<&'v Json<'v>> {
        self.members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value).filter(|value| **value != Json::Null)
    }

    fn expected(&self, key: &str, expected: &'static str) -> SchemaError {
        SchemaError::Expected { place: format!("{}/{key}", self.at), expected }
    }

    fn text(&self, key: &str) -> Result<Option<String>, SchemaError> {
        match self.member(key) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(self.expected(key, "a string")),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, SchemaError> {
        match self.member(key) {
            None => Ok(false),
            Some(Json::Flag(flag)) => Ok(*flag),
            Some(_) => Err(self.expected(key, "true or false")),
        }
    }

    fn items(&self, key: &str) -> Result<Vec<Place<'v>>, SchemaError> {
        match self.member(key) {
            None => Ok(Vec::new()),
            Some(Json::List(items)) => {
                Ok(items.iter().enumerate().map(|(i, value)| Place { value, at: format!("{}/{key}/{i}", self.at) }).collect())
            }
            Some(_) => Err(self.expected(key, "an array")),
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<Box<str>>, SchemaError> {
        let text = |place: Place<'v>| match place.value {
            Json::Text(text) => Ok((&**text).into()),
            _ => Err(SchemaError::Expected { place: place.at, expected: "a string" }),
        };
        self.items(key)?.into_iter().map(text).collect()
    }

    fn word<T>(&self, key: &str, named: fn(&str) -> Option<T>, allowed: &'static str) -> Result<Option<T>, SchemaError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match named(&text) {
            Some(word) => Ok(Some(word)),
            None => Err(SchemaError::UnknownWord { place: format!("{}/{key}", self.at), found: text, allowed }),
        }
    }
}
