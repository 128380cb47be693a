//! Bulk (RFC 7644 §3.7): many operations in one request, with identifiers that stand for ids to come.
//!
//! Operations are done in order, except that one waits for the resources its `bulkId:` references name.
//! Where new resources wait for one another, the first of them is made without those references, which
//! follow as soon as there are ids for them. Should they never come, that resource is not made either (409).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::exchange::{Answer, Exchange, Stop, body_of, error_response};
use super::request::{Method, Request, Response};
use super::target::{Address, Target, encoded, endpoint};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::{Json, parse_string};
use crate::maps::{Map, Set};
use crate::org::Class;
use crate::resource::{Members, Scanner, Span, Token, push_quoted};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// One operation of a Bulk as it stands in the request.
#[derive(Clone, Debug, Default)]
struct Operation {
    method: String,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Option<String>,
    /// The bulkIds it refers to, its own left out.
    needs: Vec<String>,
    /// Whether it refers to its own: a group that is a member of itself.
    names_itself: bool,
}

impl Operation {
    fn creates(&self) -> bool {
        self.method.eq_ignore_ascii_case("POST")
    }
}

/// What became of an operation.
struct Done {
    response: Response,
    location: Option<String>,
}

/// References that could not be made with their resource, since what they name was not there yet.
struct Later {
    at: usize,
    path: String,
    patch: String,
    needs: Set<String>,
}

/// In which order operations are done: as they come, but each after those it refers to.
struct Order<'b> {
    /// Those that wait for no other.
    ready: BTreeSet<usize>,
    /// Those that wait.
    waiting: BTreeSet<usize>,
    /// For how many others each waits.
    left: Vec<usize>,
    /// Who waits for a bulkId.
    waits_for: Map<&'b str, Vec<usize>>,
}

impl<'b> Order<'b> {
    fn of(operations: &'b [Operation]) -> Self {
        let named: Set<&str> = operations.iter().filter_map(|operation| operation.bulk_id.as_deref()).collect();
        let mut order = Self { ready: BTreeSet::new(), waiting: BTreeSet::new(), left: Vec::new(), waits_for: Map::default() };
        for (at, operation) in operations.iter().enumerate() {
            let needs: Set<&str> = operation.needs.iter().map(String::as_str).filter(|id| named.contains(id)).collect();
            order.left.push(needs.len());
            if needs.is_empty() {
                order.ready.insert(at);
            } else {
                order.waiting.insert(at);
                needs.into_iter().for_each(|id| order.waits_for.entry(id).or_default().push(at));
            }
        }
        order
    }

    /// The next operation, and whether all it refers to is done. Where all wait for one another, a new resource goes first.
    fn next(&mut self, operations: &[Operation]) -> Option<(usize, bool)> {
        if let Some(at) = self.ready.pop_first() {
            return Some((at, true));
        }
        let creates = |at: &&usize| operations.get(**at).is_some_and(Operation::creates);
        let at = *self.waiting.iter().find(creates).or(self.waiting.first())?;
        self.waiting.remove(&at);
        Some((at, false))
    }

    /// Who waited for it alone is ready.
    fn is_done(&mut self, operation: &Operation) {
        let waited = operation.bulk_id.as_deref().and_then(|id| self.waits_for.remove(id)).unwrap_or_default();
        for at in waited {
            let Some(left) = self.left.get_mut(at) else { continue };
            *left -= 1;
            if *left == 0 && self.waiting.remove(&at) {
                self.ready.insert(at);
            }
        }
    }
}

fn invalid(path: &'static str, detail: String) -> Stop {
    Stop::Refused(ScimError::new(400, Some(ScimType::InvalidSyntax), detail).at(path))
}

impl Exchange<'_, '_> {
    pub(crate) fn bulk(&mut self, request: &Request) -> Answer<Response> {
        let limits = self.draft.org.config.limits;
        let text = body_of(request, limits.payload_bytes)?;
        let (operations, fail_on_errors) = read(text, limits.json_depth, limits.bulk_operations)?;
        let mut run = Run { done: operations.iter().map(|_| None).collect(), ids: Map::default(), later: Vec::new(), errors: 0 };
        let mut order = Order::of(&operations);
        while fail_on_errors.is_none_or(|limit| run.errors < limit)
            && let Some((at, whole)) = order.next(&operations)
            && let Some(operation) = operations.get(at)
        {
            let partly = operation.creates() && (!whole || operation.names_itself);
            self.bulk_operation(operation, at, partly, &mut run)?;
            self.bulk_later(&mut run)?;
            order.is_done(operation);
        }
        for later in std::mem::take(&mut run.later) {
            let missing = later.needs.iter().min().map_or("", String::as_str);
            let detail = format!("it refers to `bulkId:{missing}`, which was not made");
            let refused = error_response(&ScimError::new(409, None, detail));
            self.unmake(&later, refused, &mut run);
        }
        Ok(run.response(&operations))
    }

    fn bulk_operation(&mut self, operation: &Operation, at: usize, partly: bool, run: &mut Run) -> Answer<()> {
        let mut request = match request_of(operation, &run.ids) {
            Ok(request) => request,
            Err(error) => {
                run.finish(at, error_response(&error), None);
                return Ok(());
            }
        };
        let mut later = None;
        if partly && let Some(data) = operation.data.as_deref() {
            let (kept, patch) = without_references(data, &run.ids);
            request.body = Some(substituted(&kept, &run.ids).into_owned().into_bytes());
            later = patch.map(|(patch, needs)| Later { at, path: String::new(), patch, needs });
        }
        let response = self.answer_within(&request)?;
        let location = if operation.creates() {
            response.headers.iter().find(|(name, _)| *name == "location").map(|(_, location)| location.clone())
        } else {
            self.location_of(&request.path)
        };
        if response.status == 201
            && let Some(id) = response.body.as_deref().and_then(id_of)
        {
            if let Some(mut later) = later {
                let collection = request.path.split('?').next().unwrap_or("").trim_end_matches('/');
                later.path = format!("{collection}/{}", encoded(&id));
                run.later.push(later);
            }
            if let Some(bulk_id) = &operation.bulk_id {
                run.later.iter_mut().for_each(|later| {
                    later.needs.remove(bulk_id);
                });
                run.ids.insert(bulk_id.clone(), id);
            }
        }
        run.finish(at, response, location);
        Ok(())
    }

    /// Adds references whose resources have come to be.
    fn bulk_later(&mut self, run: &mut Run) -> Answer<()> {
        let (ready, rest): (Vec<Later>, Vec<Later>) = std::mem::take(&mut run.later).into_iter().partition(|later| later.needs.is_empty());
        run.later = rest;
        for later in ready {
            let body = substituted(&later.patch, &run.ids).into_owned();
            let response = self.answer_within(&Request::new(Method::Patch, later.path.clone()).with_body(body))?;
            if response.status >= 400 {
                self.unmake(&later, response, run);
            } else if let Some(Some(done)) = run.done.get_mut(later.at) {
                // The version that counts is the one with the references.
                let tag = response.headers.into_iter().find(|(name, _)| *name == "etag");
                done.response.headers.retain(|(name, _)| *name != "etag");
                done.response.headers.extend(tag);
            }
        }
        Ok(())
    }

    /// Takes back a resource whose references cannot be made: an operation is done whole or not at all.
    fn unmake(&mut self, later: &Later, refused: Response, run: &mut Run) {
        if let Ok(Some(Address { target: Target::Resource(kind, id), .. })) = Address::of(&later.path)
            && let Some(id) = self.draft.find(Class::of(kind), &id)
        {
            self.draft.delete(id);
        }
        run.finish(later.at, refused, None);
    }

    /// The location that an operation on a resource answers with, whatever became of it (RFC 7644 §3.7.3).
    fn location_of(&self, path: &str) -> Option<String> {
        let base = &self.draft.org.config.base_url;
        match Address::of(path).ok()??.target {
            Target::Resource(kind, id) => Some(format!("{base}{}/{}", endpoint(kind), encoded(&id))),
            Target::Organization => Some(format!("{base}/Organization")),
            _ => None,
        }
    }

    /// Answers an operation as a request of its own: refused, it changes nothing.
    fn answer_within(&mut self, request: &Request) -> Answer<Response> {
        if matches!(request.path.trim_start_matches('/').split(['?', '/']).next(), Some("Bulk" | ".search" | "Me")) {
            return Ok(error_response(
                &ScimError::new(400, Some(ScimType::InvalidValue), "a Bulk operation names a resource or a collection").at("path"),
            ));
        }
        self.answer(request).map_err(Stop::Fatal)
    }
}

struct Run {
    done: Vec<Option<Done>>,
    ids: Map<String, String>,
    later: Vec<Later>,
    errors: u64,
}

impl Run {
    fn finish(&mut self, at: usize, response: Response, location: Option<String>) {
        self.errors += u64::from(response.status >= 400);
        if let Some(slot) = self.done.get_mut(at) {
            *slot = Some(Done { response, location });
        }
    }

    fn response(self, operations: &[Operation]) -> Response {
        let mut body = format!("{{\"schemas\":[\"{RESPONSE}\"],\"Operations\":[");
        let mut first = true;
        for (operation, done) in operations.iter().zip(self.done) {
            let Some(Done { response, location }) = done else { continue };
            if !std::mem::take(&mut first) {
                body.push(',');
            }
            body.push_str("{\"method\":");
            push_quoted(&mut body, &operation.method);
            if let Some(id) = &operation.bulk_id {
                body.push_str(",\"bulkId\":");
                push_quoted(&mut body, id);
            }
            let tag = response.headers.iter().find(|(name, _)| *name == "etag").map(|(_, tag)| tag);
            for (name, value) in [("version", tag), ("location", location.as_ref())] {
                if let Some(value) = value {
                    body.push_str(&format!(",\"{name}\":"));
                    push_quoted(&mut body, value);
                }
            }
            body.push_str(&format!(",\"status\":\"{}\"", response.status));
            if let Some(text) = response.body.filter(|_| response.status >= 400) {
                body.push_str(",\"response\":");
                body.push_str(&text);
            }
            body.push('}');
        }
        body.push_str("]}");
        Response { status: 200, headers: vec![("content-type", "application/scim+json".to_owned())], body: Some(body) }
    }
}

/// Reads a BulkRequest: its operations and `failOnErrors`.
fn read(text: &str, depth: usize, limit: usize) -> Answer<(Vec<Operation>, Option<u64>)> {
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

const REFERENCE: &str = "bulkId:";

/// The endpoint and the bulkId of a path such as `/Users/bulkId:ann`.
fn reference_of_path(path: &str) -> Option<(&'static str, String)> {
    match Address::of(path).ok()??.target {
        Target::Resource(kind, id) => Some((endpoint(kind), id.strip_prefix(REFERENCE)?.to_owned())),
        _ => None,
    }
}

/// The bulkIds that values refer to: as a whole text, or in quotation marks inside a path's filter.
fn references(value: &Json<'_>, found: &mut Vec<String>) {
    match value {
        Json::Text(text) => match text.strip_prefix(REFERENCE) {
            Some(id) => found.push(id.to_owned()),
            None => found.extend(quoted_references(text).map(|(id, _)| id.to_owned())),
        },
        Json::List(items) => items.iter().for_each(|item| references(item, found)),
        Json::Object(members) => members.iter().for_each(|(_, member)| references(member, found)),
        _ => {}
    }
}

/// The bulkIds in quotation marks inside a text, each with what follows it.
fn quoted_references(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\"bulkId:").skip(1).filter_map(|rest| rest.split_once('"'))
}

/// Puts ids in place of the references that can be resolved.
fn substituted<'t>(data: &'t str, ids: &Map<String, String>) -> Cow<'t, str> {
    if !data.contains(REFERENCE) {
        return Cow::Borrowed(data);
    }
    let Ok(mut value) = Json::parse(data) else { return Cow::Borrowed(data) };
    substitute(&mut value, ids);
    Cow::Owned(value.to_string())
}

fn substitute(value: &mut Json<'_>, ids: &Map<String, String>) {
    match value {
        Json::Text(text) => {
            if let Some(id) = text.strip_prefix(REFERENCE).and_then(|id| ids.get(id)) {
                *text = id.clone().into();
            } else if text.contains("\"bulkId:") {
                let mut whole = text.split("\"bulkId:").next().unwrap_or("").to_owned();
                for (bulk_id, rest) in quoted_references(text) {
                    match ids.get(bulk_id) {
                        Some(id) => push_quoted(&mut whole, id),
                        None => whole.push_str(&format!("\"bulkId:{bulk_id}\"")),
                    }
                    whole.push_str(rest);
                }
                *text = whole.into();
            }
        }
        Json::List(items) => items.iter_mut().for_each(|item| substitute(item, ids)),
        Json::Object(members) => members.iter_mut().for_each(|(_, member)| substitute(member, ids)),
        _ => {}
    }
}

fn request_of(operation: &Operation, ids: &Map<String, String>) -> Result<Request, ScimError> {
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

/// The same data without references that have no id yet, and the PATCH that adds them with the bulkIds it waits for.
fn without_references(data: &str, ids: &Map<String, String>) -> (String, Option<(String, Set<String>)>) {
    let Ok(mut value) = Json::parse(data) else { return (data.to_owned(), None) };
    let missing = |value: &Json<'_>| {
        let mut found = Vec::new();
        references(value, &mut found);
        found.retain(|id| !ids.contains_key(id));
        found
    };
    let unresolved = |value: &Json<'_>| !missing(value).is_empty();
    let mut operations = Vec::new();
    let Json::Object(members) = &mut value else { return (data.to_owned(), None) };
    let mut waiting: Vec<Json<'_>> = Vec::new();
    for (name, member) in members.iter_mut() {
        if let Json::List(list) = member {
            let (later, now): (Vec<_>, Vec<_>) = std::mem::take(list).into_iter().partition(|item| unresolved(item));
            *list = now;
            if !later.is_empty() {
                waiting.extend(later.iter().cloned());
                operations.push(addition(name.clone(), Json::List(later)));
            }
        } else if let Json::Object(parts) = member {
            let (later, now): (Vec<_>, Vec<_>) = std::mem::take(parts).into_iter().partition(|(_, part)| unresolved(part));
            *parts = now;
            for (key, part) in later {
                let path = if name.contains(':') { format!("{name}:{key}") } else { format!("{name}.{key}") };
                waiting.push(part.clone());
                operations.push(addition(path.into(), part));
            }
        }
    }
    if operations.is_empty() {
        return (data.to_owned(), None);
    }
    let needs = waiting.iter().flat_map(missing).collect();
    let patch = Json::object([("schemas", Json::List(vec![Json::text(crate::patch::PATCH_OP)])), ("Operations", Json::List(operations))]);
    (value.to_string(), Some((patch.to_string(), needs)))
}

fn id_of(body: &str) -> Option<String> {
    Json::parse(body).ok()?.text_at("id").ok()?
}

fn addition<'j>(path: Cow<'j, str>, value: Json<'j>) -> Json<'j> {
    Json::object([("op", Json::text("add")), ("path", Json::Text(path)), ("value", value)])
}
