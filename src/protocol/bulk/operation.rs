//! A BulkRequest as it is read, and the request that an operation stands for (RFC 7644 §3.7).

use super::references::{REFERENCE, reference_of_path, references, substituted};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::{Json, parse_string};
use crate::maps::{Map, Set};
use crate::protocol::exchange::{Answer, Stop};
use crate::protocol::request::{Method, Request};
use crate::protocol::target::encoded;
use crate::resource::{Members, Scanner, Span, Token};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// One operation of a Bulk as it stands in the request.
#[derive(Clone, Debug, Default)]
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) bulk_id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) data: Option<String>,
    /// The bulkIds it refers to, its own left out.
    pub(super) needs: Vec<String>,
    /// Whether it refers to its own: a group that is a member of itself.
    pub(super) names_itself: bool,
}

impl Operation {
    pub(super) fn creates(&self) -> bool {
        self.method.eq_ignore_ascii_case("POST")
    }
}

fn invalid(path: &'static str, detail: String) -> Stop {
    Stop::Refused(ScimError::new(400, Some(ScimType::InvalidSyntax), detail).at(path))
}

/// Reads a BulkRequest: its operations and `failOnErrors`.
pub(super) fn read(text: &str, depth: usize, limit: usize) -> Answer<(Vec<Operation>, Option<u64>)> {
    let mut whole = Scanner::new(text, depth);
    let root = whole.skip(0)?;
    whole.end()?;
    let mut members =
        Members::open(text, root, depth)?.ok_or_else(|| invalid("body", "a Bulk is an object with `schemas` and `Operations`".into()))?;
    let (mut named, mut operations, mut fail_on_errors) = (false, None, None);
    while let Some((name, value)) = members.next()? {
        let json = text.get(value.start as usize..value.end as usize).unwrap_or("");
        if name.eq_ignore_ascii_case("schemas") {
            let wrong = || invalid("schemas", "`schemas` must be an array of strings".into());
            let Ok(Json::List(urns)) = Json::parse(json) else { return Err(wrong()) };
            if urns.iter().any(|urn| urn.as_text().is_none()) {
                return Err(wrong());
            }
            named = urns.iter().filter_map(Json::as_text).any(|urn| urn.eq_ignore_ascii_case(REQUEST));
        } else if name.eq_ignore_ascii_case("failOnErrors") {
            if json != "null" {
                let count = json.parse::<u64>().ok().filter(|count| *count > 0);
                fail_on_errors = Some(count.ok_or_else(|| {
                    Stop::Refused(
                        ScimError::new(400, Some(ScimType::InvalidValue), "`failOnErrors` must be a positive whole number")
                            .at("failOnErrors"),
                    )
                })?);
            }
        } else if name.eq_ignore_ascii_case("Operations") {
            operations = Some(read_operations(text, value, depth, limit)?);
        }
    }
    if !named {
        return Err(invalid("schemas", format!("`schemas` must list `{REQUEST}`")));
    }
    let operations = operations.ok_or_else(|| invalid("Operations", "`Operations` must be an array of operations".into()))?;
    let mut seen = Set::default();
    if let Some(id) = operations.iter().filter_map(|operation| operation.bulk_id.as_deref()).find(|id| !seen.insert(*id)) {
        return Err(invalid("Operations.bulkId", format!("the bulkId `{id}` is used twice")));
    }
    Ok((operations, fail_on_errors))
}

fn read_operations(text: &str, list: Span, depth: usize, limit: usize) -> Answer<Vec<Operation>> {
    let mut scanner = Scanner::new(text, depth);
    scanner.jump(list.start as usize);
    if scanner.token()? != Token::Array {
        return Err(invalid("Operations", "`Operations` must be an array of operations".into()));
    }
    scanner.expect(b'[', "`[`")?;
    let mut open = !scanner.take(b']');
    let mut operations = Vec::new();
    while open {
        if operations.len() >= limit {
            return Err(Stop::Refused(ScimError::new(413, None, format!("the Bulk has more than {limit} operations (bulkOperations)"))));
        }
        let span = scanner.skip(2)?;
        operations.push(read_operation(text, span, depth)?);
        open = scanner.more(b']', "`,` or `]`")?;
    }
    Ok(operations)
}

fn read_operation(text: &str, span: Span, depth: usize) -> Answer<Operation> {
    let mut members = Members::open(text, span, depth)?
        .ok_or_else(|| invalid("Operations", "an operation is an object with `method` and `path`".into()))?;
    let mut operation = Operation::default();
    while let Some((name, value)) = members.next()? {
        let json = text.get(value.start as usize..value.end as usize).unwrap_or("");
        let word = || match json {
            "null" => Ok(None),
            json => parse_string(json).map(Some).ok_or_else(|| invalid("Operations", format!("`{name}` must be a string"))),
        };
        match name.to_ascii_lowercase().as_str() {
            "method" => operation.method = word()?.unwrap_or_default(),
            "path" => operation.path = word()?.unwrap_or_default(),
            "bulkid" => operation.bulk_id = word()?,
            "version" => operation.version = word()?,
            "data" => operation.data = Some(json.to_owned()).filter(|json| json != "null"),
            _ => {}
        }
    }
    operation.needs.extend(reference_of_path(&operation.path).map(|(_, id)| id));
    if let Some(data) = operation.data.as_deref().filter(|data| data.contains(REFERENCE))
        && let Ok(data) = Json::parse(data)
    {
        references(&data, &mut operation.needs);
    }
    operation.names_itself = operation.needs.iter().any(|id| Some(id) == operation.bulk_id.as_ref());
    operation.needs.retain(|id| Some(id) != operation.bulk_id.as_ref());
    Ok(operation)
}

/// The request of an operation, with ids in place of the references that can be resolved.
pub(super) fn request_of(operation: &Operation, ids: &Map<String, String>) -> Result<Request, ScimError> {
    let fault = |status: u16, scim_type: ScimType, detail: String| Err(ScimError::new(status, Some(scim_type), detail));
    let method = match Method::named(&operation.method.to_ascii_uppercase()) {
        Some(Method::Get) | None => {
            return fault(
                400,
                ScimType::InvalidSyntax,
                format!("`{}` is no method of a Bulk: use POST, PUT, PATCH or DELETE", operation.method),
            );
        }
        Some(method) => method,
    };
    if method == Method::Post && operation.bulk_id.is_none() {
        return fault(400, ScimType::InvalidSyntax, "a POST in a Bulk needs a `bulkId`".into());
    }
    if operation.path.is_empty() {
        return fault(400, ScimType::InvalidSyntax, "an operation needs a `path`".into());
    }
    if method != Method::Delete && operation.data.is_none() {
        return fault(400, ScimType::InvalidSyntax, format!("a {} in a Bulk needs `data`", method.name()));
    }
    let mut path = operation.path.clone();
    if let Some((endpoint, bulk_id)) = reference_of_path(&path)
        && let Some(id) = ids.get(&bulk_id)
    {
        let query = path.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        path = format!("{endpoint}/{}{query}", encoded(id));
    }
    let mut request = Request::new(method, path);
    request.headers.extend(operation.version.iter().map(|tag| ("if-match".to_owned(), tag.clone())));
    request.body = operation.data.as_deref().map(|data| substituted(data, ids).into_owned().into_bytes());
    Ok(request)
}
