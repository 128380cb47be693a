//! BulkRequest (RFC 7644 §3.7): its operations, and the data of each by the resource type of its path.

use crate::error::ScimError;
use crate::issue::ScimType;
use crate::maps::Set;
use crate::patch;
use crate::resource::{Findings, Judge, MessageReader, Scan, Shape, Span, Token, ValidateOptions};
use crate::schema::{Registry, ResourceTypeId};

const CLAUSE: &str = "RFC 7644 §3.7";
const URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK: Shape = Shape { name: "a BulkRequest", members: &["schemas", "failOnErrors", "Operations"], clause: CLAUSE };
const OPERATION: Shape = Shape {
    name: "a bulk operation",
    members: &["method", "bulkId", "version", "path", "data", "location", "response", "status"],
    clause: CLAUSE,
};
/// The one resource type whose endpoint is the resource itself.
const SINGLE: &str = "Organization";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

pub(super) fn check(registry: &Registry, text: &str, options: &ValidateOptions<'_>, findings: &mut Findings) -> Result<(), ScimError> {
    let mut reader = MessageReader::new(text, String::new(), options.dialect, options.limits.json_depth, findings);
    let mut checker = Checker { registry, options, bulk_ids: Set::default(), failed: None };
    let mut count = None;
    let has = reader.object(&BULK, &mut |reader, member| match member {
        0 => reader.schemas(URN, CLAUSE),
        1 => {
            let number = reader.integer("failOnErrors", CLAUSE)?;
            if number.is_some_and(|number| number.parse::<u64>().map_or(true, |number| number == 0)) {
                reader.issue(ScimType::InvalidValue, "failOnErrors", "`failOnErrors` must be a positive whole number".into(), CLAUSE);
            }
            Ok(())
        }
        _ => {
            count = reader.array("Operations", "an array of operations", CLAUSE, &mut |reader, _| checker.operation(reader))?;
            Ok(())
        }
    })?;
    reader.scanner.end()?;
    if let Some(error) = checker.failed {
        return Err(error);
    }
    let limit = options.limits.bulk_operations;
    if count.is_some_and(|count| count as usize > limit) {
        return Err(ScimError::new(413, None, format!("the request has more than {limit} operations (bulkOperations)")));
    }
    let Some(has) = has else { return Ok(()) };
    if !has.member(0) {
        reader.issue(ScimType::InvalidSyntax, "schemas", format!("`schemas` must list `{URN}`"), CLAUSE);
    }
    if !has.member(2) {
        reader.issue(ScimType::InvalidValue, "Operations", "`Operations` is required".into(), CLAUSE);
    }
    Ok(())
}

struct Checker<'c, 'o> {
    registry: &'c Registry,
    options: &'c ValidateOptions<'o>,
    bulk_ids: Set<String>,
    /// What is more than an issue: a PATCH with too many operations.
    failed: Option<ScimError>,
}

impl Checker<'_, '_> {
    fn operation(&mut self, reader: &mut MessageReader<'_, '_>) -> Scan<()> {
        let (mut method, mut named, mut path, mut bulk_id, mut data) = (None, false, None, None, None);
        let has = reader.object(&OPERATION, &mut |reader, member| {
            match OPERATION.members.get(member).copied().unwrap_or_default() {
                "method" => {
                    // A null is no method, as if there were none.
                    named = reader.scanner.token()? != Token::Null;
                    method = read_method(reader)?;
                }
                "path" => path = reader.string("path", CLAUSE)?,
                "bulkId" => {
                    bulk_id = reader.string("bulkId", CLAUSE)?;
                    if let Some(id) = &bulk_id
                        && !self.bulk_ids.insert(id.to_string())
                    {
                        reader.issue(ScimType::InvalidValue, "bulkId", format!("`{id}` is the bulkId of an earlier operation"), CLAUSE);
                    }
                }
                "version" => drop(reader.string("version", CLAUSE)?),
                "data" => data = Some(reader.skip()?),
                // These are for answers; in a request they say nothing.
                _ => drop(reader.skip()?),
            }
            Ok(())
        })?;
        if has.is_none() {
            return Ok(());
        }
        if !named {
            missing(reader, "method", "is required: POST, PUT, PATCH or DELETE");
        }
        if method == Some(Method::Post) && bulk_id.is_none() {
            missing(reader, "bulkId", "is required for POST");
        }
        let id = match path {
            Some(path) => self.resource_type(reader, &path, method),
            None => {
                missing(reader, "path", "is required");
                None
            }
        };
        match data {
            Some(data) => self.data(reader, method, id, data),
            None => {
                if matches!(method, Some(Method::Post | Method::Put | Method::Patch)) {
                    missing(reader, "data", "is required for POST, PUT and PATCH");
                }
                Ok(())
            }
        }
    }

    /// The resource type of a path, which must be an endpoint for POST and else lead to one resource.
    fn resource_type(&self, reader: &mut MessageReader<'_, '_>, path: &str, method: Option<Method>) -> Option<ResourceTypeId> {
        let found = self.registry.resource_types().find_map(|(id, known)| {
            let rest = path.get(known.endpoint.len()..)?;
            let same = path.get(..known.endpoint.len())?.eq_ignore_ascii_case(&known.endpoint);
            (same && (rest.is_empty() || rest.starts_with('/'))).then(|| (id, known, rest.trim_start_matches('/')))
        });
        let mut wrong = |detail: String| reader.issue_at("path", ScimType::InvalidValue, "path", detail, CLAUSE);
        let Some((id, known, rest)) = found else {
            wrong(format!("`{path}` leads to no resource type: a path starts with an endpoint such as `/Users`"));
            return None;
        };
        let single = known.name.as_ref() == SINGLE;
        match method {
            Some(Method::Post) if !rest.is_empty() => wrong(format!("`{path}` must be an endpoint such as `{}` for POST", known.endpoint)),
            Some(Method::Put | Method::Patch | Method::Delete) if rest.is_empty() && !single => {
                wrong(format!("`{path}` must lead to one resource, `{}/ID`", known.endpoint));
            }
            _ => {}
        }
        Some(id)
    }

    fn data(&mut self, reader: &mut MessageReader<'_, '_>, method: Option<Method>, id: Option<ResourceTypeId>, data: Span) -> Scan<()> {
        let text = reader.scanner.slice(data);
        let part = (text, format!("{}/data", reader.pointer));
        let ValidateOptions { dialect, limits, .. } = self.options;
        let judge = match method {
            Some(Method::Post) => Judge::Create,
            Some(Method::Put) => Judge::Replace,
            Some(Method::Patch) => {
                if let Err(error) = patch::check(self.registry, part, id, *dialect, limits, reader.findings) {
                    self.failed = Some(error.into());
                }
                return Ok(());
            }
            Some(Method::Delete) | None => return Ok(()),
        };
        if !text.starts_with('{') {
            let detail = "`data` must be a resource: a JSON object".into();
            reader.issue_at("data", ScimType::InvalidSyntax, "data", detail, CLAUSE);
            return Ok(());
        }
        let Some(id) = id else { return Ok(()) };
        self.registry.judge(part, id, (judge, false), *dialect, limits, reader.findings).map(drop)
    }
}

fn missing(reader: &mut MessageReader<'_, '_>, member: &str, rule: &str) {
    reader.issue(ScimType::InvalidValue, member, format!("`{member}` {rule}"), CLAUSE);
}

fn read_method(reader: &mut MessageReader<'_, '_>) -> Scan<Option<Method>> {
    let Some(word) = reader.string("method", CLAUSE)? else { return Ok(None) };
    let method = match word.as_ref() {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => {
            let detail = format!("`{word}` is no method of a bulk operation: use POST, PUT, PATCH or DELETE");
            reader.issue(ScimType::InvalidValue, "method", detail, CLAUSE);
            return Ok(None);
        }
    };
    Ok(Some(method))
}
