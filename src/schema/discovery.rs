//! A schema and a resource type as the documents of RFC 7643 §7 and §6, without nulls.

use super::attribute::{Definition, Type};
use super::builtin;
use super::registry::{ResourceType, Schema};
use crate::json::Json;

/// The RFC 7643 §7 document of a schema, as JSON text.
pub fn schema_document(schema: &Schema, base_url: &str) -> String {
    Json::object([
        ("schemas", Json::List(vec![Json::text(builtin::SCHEMA)])),
        ("id", Json::text(&*schema.id)),
        ("name", Json::text(&*schema.name)),
        ("description", Json::text(&*schema.description)),
        ("attributes", Json::List(schema.attributes.iter().map(|attribute| definition(attribute, 0)).collect())),
        ("meta", meta("Schema", format!("{base_url}/Schemas/{}", schema.id))),
    ])
    .to_string()
}

fn meta(resource_type: &'static str, location: String) -> Json<'static> {
    Json::object([("resourceType", Json::text(resource_type)), ("location", Json::text(location))])
}

/// As RFC 7643 §8.7.2 shows them, attributes nest two deep: what the schema of schemas has below that is for validating itself.
const DEPTH: usize = 2;

fn definition(of: &Definition, depth: usize) -> Json<'_> {
    let mut members = vec![
        ("name", Json::text(&*of.name)),
        ("type", Json::text(of.kind.name())),
        ("multiValued", Json::Flag(of.multi_valued)),
        ("description", Json::text(&*of.description)),
        ("required", Json::Flag(of.required)),
        ("mutability", Json::text(of.mutability.name())),
        ("returned", Json::text(of.returned.name())),
    ];
    if of.kind == Type::Complex {
        let shown = of.sub_attributes.iter().filter(|sub| sub.kind != Type::Complex || depth + 1 < DEPTH);
        members.push(("subAttributes", Json::List(shown.map(|sub| definition(sub, depth + 1)).collect())));
    } else {
        members.push(("caseExact", Json::Flag(of.case_exact)));
        members.push(("uniqueness", Json::text(of.uniqueness.name())));
    }
    for (name, values) in [("canonicalValues", &of.canonical_values), ("referenceTypes", &of.reference_types)] {
        if !values.is_empty() {
            members.push((name, Json::texts(values)));
        }
    }
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// The RFC 7643 §6 document of a resource type, as JSON text.
pub fn resource_type_document(of: &ResourceType, base_url: &str) -> String {
    let extension = |extension: &'_ super::registry::Extension| {
        Json::object([("schema", Json::text(extension.schema.to_string())), ("required", Json::Flag(extension.required))])
    };
    Json::object([
        ("schemas", Json::List(vec![Json::text(builtin::RESOURCE_TYPE)])),
        ("id", Json::text(&*of.name)),
        ("name", Json::text(&*of.name)),
        ("description", Json::text(&*of.description)),
        ("endpoint", Json::text(&*of.endpoint)),
        ("schema", Json::text(&*of.schema)),
        ("schemaExtensions", Json::List(of.extensions.iter().map(extension).collect())),
        ("meta", meta("ResourceType", format!("{base_url}/ResourceTypes/{}", of.name))),
    ])
    .to_string()
}
