//! Bulk (RFC 7644 §3.7): many operations in one request, with identifiers that stand for ids to come.
//!
//! Operations are done in order, except that one waits for the resources its `bulkId:` references name.
//! Where new resources wait for one another, the first of them is made without those references, which
//! follow as soon as there are ids for them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::exchange::{Answer, Exchange, Stop, body_of, error_response};
use super::request::{Method, Request, Response};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::{Json, parse_string};
use crate::path::quoted;
use crate::resource::{Members, Scanner, Span, Token, push_quoted, unescaped};

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
    /// The bulkIds it refers to.
    needs: Vec<String>,
}

/// What became of an operation.
struct Done {
    response: Response,
    location: Option<String>,
}

/// References that could not be made with their resource, since what they name was not there yet.
struct Later {
    /// The operation that made the resource.
    at: usize,
    path: String,
    patch: String,
    needs: HashSet<String>,
}

fn invalid(path: &'static str, detail: String) -> Stop {
    Stop::Refused(ScimError::new(400, Some(ScimType::InvalidSyntax), detail).at(path))
}

impl Exchange<'_, '_> {
    pub(crate) fn bulk(&mut self, request: &Request) -> Answer<Response> {
        let limits = self.draft.org.config.limits;
        let text = body_of(request, limits.payload_bytes)?;
        let (operations, fail_on_errors) = read(text, limits.json_depth, limits.bulk_operations)?;
        let mut run = Run { done: operations.iter().map(|_| None).collect(), ids: HashMap::new(), later: Vec::new(), errors: 0 };
        let mut queue = Queue::of(&operations);
        while fail_on_errors.is_none_or(|limit| run.errors < limit) {
            let Some((at, partly)) = queue.next() else { break };
            let Some(operation) = operations.get(at) else { break };
            self.bulk_operation(operation, at, partly, &mut run)?;
            self.bulk_later(&mut run)?;
        }
        for Later { at, path, needs, .. } in std::mem::take(&mut run.later) {
            let missing = needs.into_iter().min().unwrap_or_default();
            let detail = format!("`bulkId:{missing}` stands for nothing that this Bulk made");
            let error = ScimError::new(400, Some(ScimType::InvalidValue), detail);
            self.bulk_undo(at, path, error_response(&error), &mut run)?;
        }
        Ok(run.response(&operations, &self.draft.org.config.base_url))
    }

    fn bulk_operation(&mut self, operation: &Operation, at: usize, partly: bool, run: &mut Run) -> Answer<()> {
        let mut request = match request_of(operation, &run.ids) {
            Ok(request) => request,
            Err(error) => return run.finish(at, error_response(&error), None),
        };
        let mut later = None;
        if partly && let Some(data) = operation.data.as_deref() {
            let (kept, patch) = without_references(data, &run.ids);
            request.body = Some(substituted(&kept, &run.ids).into_owned().into_bytes());
            later = patch.map(|(patch, needs)| Later { at, path: String::new(), patch, needs });
        }
        let response = self.answer_within(&request)?;
        let location = response.headers.iter().find(|(name, _)| *name == "location").map(|(_, location)| location.clone());
        if response.status == 201
            && let Some(id) = response.body.as_deref().and_then(id_of)
        {
            if let Some(mut later) = later {
                later.path = format!("{}/{}", operation.path, super::target::encoded(&id));
                run.later.push(later);
            }
            if let Some(bulk_id) = &operation.bulk_id {
                run.later.iter_mut().for_each(|later| {
                    later.needs.remove(bulk_id);
                });
                run.ids.insert(bulk_id.clone(), id);
            }
        }
        run.finish(at, response, location)
    }

    /// Adds references whose resources have come to be.
    fn bulk_later(&mut self, run: &mut Run) -> Answer<()> {
        let (ready, rest): (Vec<Later>, Vec<Later>) =
            std::mem::take(&mut run.later).into_iter().partition(|later| later.needs.is_empty());
        run.later = rest;
        for later in ready {
            let body = substituted(&later.patch, &run.ids).into_owned();
            let response = self.answer_within(&Request::new(Method::Patch, later.path.as_str()).with_body(body))?;
            if response.status >= 400 {
                self.bulk_undo(later.at, later.path, response, run)?;
            }
        }
        Ok(())
    }

    /// Takes back a resource that was made without a reference, where that cannot follow: an operation is done whole.
    fn bulk_undo(&mut self, at: usize, path: String, refusal: Response, run: &mut Run) -> Answer<()> {
        self.answer_within(&Request::new(Method::Delete, path))?;
        run.finish(at, refusal, None)
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

/// Which operation comes next.
struct Queue {
    /// Those that wait for nothing, and those that do, both in order.
    ready: BTreeSet<usize>,
    waiting: BTreeSet<usize>,
    /// Those of the waiting that make a resource.
    new: BTreeSet<usize>,
    /// For each operation, how many others it waits for, and who waits for it.
    missing: Vec<usize>,
    needed_by: Vec<Vec<usize>>,
}

impl Queue {
    fn of(operations: &[Operation]) -> Queue {
        let named: HashMap<&str, usize> =
            operations.iter().enumerate().filter_map(|(at, operation)| Some((operation.bulk_id.as_deref()?, at))).collect();
        let mut queue = Queue {
            ready: BTreeSet::new(),
            waiting: BTreeSet::new(),
            new: BTreeSet::new(),
            missing: Vec::with_capacity(operations.len()),
            needed_by: vec![Vec::new(); operations.len()],
        };
        for (at, operation) in operations.iter().enumerate() {
            let needs = operation.needs.iter().filter_map(|id| named.get(id.as_str()));
            let mut missing = 0;
            for need in needs {
                missing += 1;
                if let Some(list) = queue.needed_by.get_mut(*need) {
                    list.push(at);
                }
            }
            queue.missing.push(missing);
            if missing == 0 {
                queue.ready.insert(at)
            } else {
                queue.waiting.insert(at)
            };
            if operation.method == "POST" {
                queue.new.insert(at);
            }
        }
        queue
    }

    /// The next operation, and whether it is done without some of what it waits for: where none is ready, they wait
    /// for one another, and the first new resource is made without what it waits for.
    fn next(&mut self) -> Option<(usize, bool)> {
        let (at, partly) = match self.ready.pop_first() {
            Some(at) => (at, false),
            None => (self.new.first().or(self.waiting.first()).copied()?, true),
        };
        self.waiting.remove(&at);
        self.new.remove(&at);
        for other in self.needed_by.get_mut(at).map(std::mem::take).unwrap_or_default() {
            let Some(missing) = self.missing.get_mut(other) else { continue };
            *missing = missing.saturating_sub(1);
            if *missing == 0 && self.waiting.remove(&other) {
                self.ready.insert(other);
            }
        }
        Some((at, partly))
    }
}

struct Run {
    done: Vec<Option<Done>>,
    ids: HashMap<String, String>,
    later: Vec<Later>,
    errors: u64,
}

impl Run {
    fn finish(&mut self, at: usize, response: Response, location: Option<String>) -> Answer<()> {
        self.errors += u64::from(response.status >= 400);
        if let Some(slot) = self.done.get_mut(at) {
            *slot = Some(Done { response, location });
        }
        Ok(())
    }

    fn response(self, operations: &[Operation], base_url: &str) -> Response {
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
            // Every operation but a POST that failed has one (RFC 7644 §3.7.3).
            let location = location.or_else(|| {
                let path = substituted_path(operation, &self.ids);
                let path = path.split(['?', '#']).next().unwrap_or("").trim_start_matches('/');
                (operation.method != "POST" && !path.is_empty()).then(|| format!("{base_url}/{path}"))
            });
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
    for (at, operation) in operations.iter().enumerate() {
        let twice = operation.bulk_id.is_some() && operations.iter().take(at).any(|other| other.bulk_id == operation.bulk_id);
        if twice {
            return Err(invalid("Operations.bulkId", format!("the bulkId `{}` is used twice", operation.bulk_id.as_deref().unwrap_or(""))));
        }
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
    operation.needs = references(&operation.path);
    operation.needs.extend(operation.data.iter().flat_map(|data| references(data)));
    operation.needs.retain(|id| Some(id) != operation.bulk_id.as_ref());
    crate::sort::plain(&mut operation.needs);
    operation.needs.dedup();
    Ok(operation)
}

/// The bulkIds that a text refers to.
fn references(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("bulkId:").skip(1) {
        let raw: &str = part.split(['"', '/', '?', '\\', ']']).next().unwrap_or("");
        found.push(unescaped(raw));
    }
    found
}

/// Puts ids in place of the references that can be resolved.
fn substituted<'t>(text: &'t str, ids: &HashMap<String, String>) -> Cow<'t, str> {
    let mut pieces = text.split("bulkId:");
    let mut out = String::new();
    let mut before = pieces.next().unwrap_or("");
    for piece in pieces {
        out.push_str(before);
        // Inside a path's filter the quotation marks are escaped.
        let mark = if before.ends_with("\\\"") { "\\\"" } else { "\"" };
        let known = before.ends_with(mark).then(|| piece.split_once(mark)).flatten();
        before = match known.and_then(|(name, rest)| Some((ids.get(&unescaped(name))?, rest, name))) {
            Some((id, rest, name)) => {
                let inside = quoted(id);
                let inside = inside.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')).unwrap_or("");
                out.push_str(&if mark.len() > 1 { inside.replace('\\', "\\\\") } else { inside.to_owned() });
                piece.get(name.len()..).unwrap_or(rest)
            }
            None => {
                out.push_str("bulkId:");
                piece
            }
        };
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(before);
    Cow::Owned(out)
}

/// The operation's path with an id in place of a reference.
fn substituted_path(operation: &Operation, ids: &HashMap<String, String>) -> String {
    let (path, query) = operation.path.split_once('?').unwrap_or((&operation.path, ""));
    let known = path.rsplit_once("/bulkId:").and_then(|(root, bulk_id)| Some((root, ids.get(bulk_id)?)));
    let path = known.map_or(path.to_owned(), |(root, id)| format!("{root}/{}", super::target::encoded(id)));
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

fn request_of(operation: &Operation, ids: &HashMap<String, String>) -> Result<Request, ScimError> {
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
    let mut request = Request::new(method, substituted_path(operation, ids));
    request.headers.extend(operation.version.iter().map(|tag| ("if-match".to_owned(), tag.clone())));
    request.body = operation.data.as_deref().map(|data| substituted(data, ids).into_owned().into_bytes());
    Ok(request)
}

/// The same data without references that have no id yet, and the PATCH that adds them with the bulkIds it waits for.
fn without_references(data: &str, ids: &HashMap<String, String>) -> (String, Option<(String, HashSet<String>)>) {
    let Ok(mut value) = Json::parse(data) else { return (data.to_owned(), None) };
    let unresolved = |value: &Json<'_>| references(&value.to_string()).iter().any(|id| !ids.contains_key(id));
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
    let needs = waiting.iter().flat_map(|value| references(&value.to_string())).filter(|id| !ids.contains_key(id)).collect();
    let patch = Json::object([("schemas", Json::List(vec![Json::text(crate::patch::PATCH_OP)])), ("Operations", Json::List(operations))]);
    (value.to_string(), Some((patch.to_string(), needs)))
}

fn id_of(body: &str) -> Option<String> {
    Json::parse(body).ok()?.text_at("id").ok()?
}

fn addition<'j>(path: Cow<'j, str>, value: Json<'j>) -> Json<'j> {
    Json::object([("op", Json::text("add")), ("path", Json::Text(path)), ("value", value)])
}
