//! ListResponse (RFC 7644 §3.4.2, RFC 9865): its own attributes, and each resource by its own `schemas`.
//!
//! A listed resource may be a part of itself (RFC 7644 §3.9), so what is required is not missed there.

use crate::issue::ScimType;
use crate::resource::{Findings, Judge, MessageReader, PayloadError, Scan, Shape, SyntaxError, ValidateOptions};
use crate::schema::Registry;

const CLAUSE: &str = "RFC 7644 §3.4.2";
pub(super) const URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const LIST: Shape = Shape {
    name: "a ListResponse",
    members: &["schemas", "totalResults", "itemsPerPage", "startIndex", "Resources", "nextCursor", "previousCursor"],
    clause: CLAUSE,
};

pub(super) fn check(registry: &Registry, text: &str, options: &ValidateOptions<'_>, findings: &mut Findings) -> Scan<()> {
    let mut reader = MessageReader::new(text, String::new(), options.dialect, options.limits.json_depth, findings);
    let has = reader.object(&LIST, &mut |reader, member| {
        let name = LIST.members.get(member).copied().unwrap_or_default();
        match name {
            "schemas" => reader.schemas(URN, CLAUSE),
            "totalResults" | "itemsPerPage" | "startIndex" => reader.integer(name, CLAUSE).map(drop),
            "Resources" => {
                reader.array(name, "an array of resources", CLAUSE, &mut |reader, _| resource(registry, options, reader)).map(drop)
            }
            _ => reader.string(name, "RFC 9865 §2.4").map(drop),
        }
    })?;
    reader.scanner.end()?;
    if has.is_some_and(|has| !has.member(1)) {
        reader.issue(ScimType::InvalidValue, "totalResults", "`totalResults` is required".into(), CLAUSE);
    }
    Ok(())
}

pub(super) fn resource(registry: &Registry, options: &ValidateOptions<'_>, reader: &mut MessageReader<'_, '_>) -> Scan<()> {
    let span = reader.skip()?;
    let text = reader.scanner.slice(span);
    let id = match registry.type_of(text, options.resource_type, &options.limits) {
        Ok(id) => id,
        Err(PayloadError::Syntax(SyntaxError::Expected { .. })) => {
            reader.issue(ScimType::InvalidSyntax, "Resources", "`Resources` must be an array of objects".into(), CLAUSE);
            return Ok(());
        }
        Err(PayloadError::Syntax(error)) => return Err(error.into()),
        // A part without `schemas` may be of any type.
        Err(PayloadError::NoSchemas) => return Ok(()),
        Err(error) => {
            reader.issue_at("schemas", ScimType::InvalidValue, "schemas", error.to_string(), "RFC 7643 §3");
            return Ok(());
        }
    };
    let pointer = reader.pointer.clone();
    registry.judge((text, pointer), id, (Judge::Response, true), options.dialect, &options.limits, reader.findings).map(drop)
}
