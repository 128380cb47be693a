//! A schema and a resource type as the documents of RFC 7643 §7 and §6, without nulls.

use serde_json::{Value, json};

use super::attribute::{Definition, Type};
use super::builtin;
use super::registry::{ResourceType, Schema};

/// The RFC 7643 §7 document of a schema.
pub fn schema_document(schema: &Schema, base_url: &str) -> Value {
    json!({
        "schemas": [builtin::SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(|attribute| definition(attribute, 0)).collect::<Vec<_>>(),
        "meta": {"resourceType": "Schema", "location": format!("{base_url}/Schemas/{}", schema.id)},
    })
}

/// As RFC 7643 §8.7.2 shows them, attributes nest two deep: what the schema of schemas has below that is for validating itself.
const DEPTH: usize = 2;

fn definition(of: &Definition, depth: usize) -> Value {
    let mut document = json!({
        "name": of.name,
        "type": of.kind.name(),
        "multiValued": of.multi_valued,
        "description": of.description,
        "required": of.required,
        "mutability": of.mutability.name(),
        "returned": of.returned.name(),
    });
    let Some(members) = document.as_object_mut() else { return document };
    if of.kind == Type::Complex {
        let shown = of.sub_attributes.iter().filter(|sub| sub.kind != Type::Complex || depth + 1 < DEPTH);
        members.insert("subAttributes".into(), shown.map(|sub| definition(sub, depth + 1)).collect());
    } else {
        members.insert("caseExact".into(), of.case_exact.into());
        members.insert("uniqueness".into(), of.uniqueness.name().into());
    }
    for (name, values) in [("canonicalValues", &of.canonical_values), ("referenceTypes", &of.reference_types)] {
        if !values.is_empty() {
            members.insert(name.into(), json!(values));
        }
    }
    document
}

/// The RFC 7643 §6 document of a resource type.
pub fn resource_type_document(of: &ResourceType, base_url: &str) -> Value {
    let extensions = of.extensions.iter().map(|extension| json!({"schema": extension.schema, "required": extension.required}));
    json!({
        "schemas": [builtin::RESOURCE_TYPE],
        "id": of.name,
        "name": of.name,
        "description": of.description,
        "endpoint": of.endpoint,
        "schema": of.schema,
        "schemaExtensions": extensions.collect::<Vec<_>>(),
        "meta": {"resourceType": "ResourceType", "location": format!("{base_url}/ResourceTypes/{}", of.name)},
    })
}
