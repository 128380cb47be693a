//! Bulk (RFC 7644 §3.7): many operations in one request, with identifiers that stand for ids to come.
//!
//! Operations are done in order, except that one waits for the resources its `bulkId:` references name.
//! Where new resources wait for one another, the first of them is made without those references, which
//! follow as soon as there are ids for them. Should they never come, that resource is not made either (409).

mod operation;
mod order;
mod references;

use self::operation::{Operation, read, request_of};
use self::order::{Later, Order, Pending};
use self::references::{substituted, without_references};
use super::exchange::{Answer, Exchange, Stop, body_of, error_response};
use super::request::{Method, Request, Response};
use super::target::{Address, Target, encoded, endpoint};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::Json;
use crate::maps::Map;
use crate::org::Class;
use crate::resource::push_quoted;

const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What became of an operation.
struct Done {
    response: Response,
    location: Option<String>,
}

impl Exchange<'_, '_> {
    pub(crate) fn bulk(&mut self, request: &Request) -> Answer<Response> {
        let limits = self.draft.org.config.limits;
        let text = body_of(request, limits.payload_bytes)?;
        let (operations, fail_on_errors) = read(text, limits.json_depth, limits.bulk_operations)?;
        let mut run = Run { done: operations.iter().map(|_| None).collect(), ids: Map::default(), later: Pending::default(), errors: 0 };
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
        for later in std::mem::take(&mut run.later).rest() {
            let missing = later.needs.iter().filter(|id| !run.ids.contains_key(*id)).min().map_or("", String::as_str);
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
                run.later.is_there(bulk_id);
                run.ids.insert(bulk_id.clone(), id);
            }
        }
        run.finish(at, response, location);
        Ok(())
    }

    /// Adds references whose resources have come to be.
    fn bulk_later(&mut self, run: &mut Run) -> Answer<()> {
        while let Some(later) = run.later.next() {
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
    later: Pending,
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

fn id_of(body: &str) -> Option<String> {
    Json::parse(body).ok()?.text_at("id").ok()?
}
