//! SearchRequest (RFC 7644 §3.4.3, RFC 9865).

use crate::issue::ScimType;
use crate::path::parse_attribute_path;
use crate::resource::{Filter, Findings, MessageReader, Scan, Shape, ValidateOptions};
use crate::schema::{Registry, ResourceTypeId};

const CLAUSE: &str = "RFC 7644 §3.4.3";
const URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const SEARCH: Shape = Shape {
    name: "a SearchRequest",
    members: &["schemas", "attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"],
    clause: CLAUSE,
};

pub(super) fn check(
    registry: &Registry,
    text: &str,
    id: Option<ResourceTypeId>,
    options: &ValidateOptions<'_>,
    findings: &mut Findings,
) -> Scan<()> {
    let mut reader = MessageReader::new(text, String::new(), options.dialect, options.limits.json_depth, findings);
    let has = reader.object(&SEARCH, &mut |reader, member| {
        let name = SEARCH.members.get(member).copied().unwrap_or_default();
        match name {
            "schemas" => reader.schemas(URN, CLAUSE),
            "attributes" | "excludedAttributes" => reader
                .array(name, "an array of attribute paths", "RFC 7644 §3.9", &mut |reader, _| {
                    attribute_path(reader, name, "RFC 7644 §3.9")
                })
                .map(drop),
            "filter" => filter(registry, id, options, reader),
            "sortBy" => attribute_path(reader, name, "RFC 7644 §3.4.2.3"),
            "sortOrder" => sort_order(reader),
            "startIndex" | "count" => reader.integer(name, "RFC 7644 §3.4.2.4").map(drop),
            _ => reader.string(name, "RFC 9865 §2.3").map(drop),
        }
    })?;
    reader.scanner.end()?;
    if has.is_some_and(|has| !has.member(0)) {
        reader.issue(ScimType::InvalidSyntax, "schemas", format!("`schemas` must list `{URN}`"), CLAUSE);
    }
    Ok(())
}

fn attribute_path(reader: &mut MessageReader<'_, '_>, member: &str, clause: &'static str) -> Scan<()> {
    if let Some(path) = reader.string(member, clause)?
        && let Err(error) = parse_attribute_path(&path)
    {
        reader.issue(ScimType::InvalidValue, member, error.to_string(), clause);
    }
    Ok(())
}

fn sort_order(reader: &mut MessageReader<'_, '_>) -> Scan<()> {
    const CLAUSE: &str = "RFC 7644 §3.4.2.3";
    if let Some(order) = reader.string("sortOrder", CLAUSE)?
        && !["ascending", "descending"].iter().any(|known| order.eq_ignore_ascii_case(known))
    {
        reader.issue(ScimType::InvalidValue, "sortOrder", format!("`{order}` is no order: use ascending or descending"), CLAUSE);
    }
    Ok(())
}

fn filter(registry: &Registry, id: Option<ResourceTypeId>, options: &ValidateOptions<'_>, reader: &mut MessageReader<'_, '_>) -> Scan<()> {
    const CLAUSE: &str = "RFC 7644 §3.4.2.2";
    let Some(text) = reader.string("filter", CLAUSE)? else { return Ok(()) };
    let types: Vec<ResourceTypeId> = match id {
        Some(id) => vec![id],
        None => registry.resource_types().map(|(id, _)| id).collect(),
    };
    match Filter::over(registry, &text, id, &types, options.dialect, &options.limits) {
        Ok(filter) => reader.findings.notes.extend_from_slice(filter.notes()),
        Err(error) => reader.issue(error.scim_type.unwrap_or(ScimType::InvalidFilter), "filter", error.detail.clone(), CLAUSE),
    }
    Ok(())
}
