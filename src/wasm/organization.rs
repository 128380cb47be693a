//! The resident organization: one in each instance, and the data of one plan.

use std::arch::wasm32::memory_size;
use std::borrow::Cow;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{DONE, again, answer, answer_json, answer_owned, refuse, text, with_arguments};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::Json;
use crate::org::Organization;
use crate::plan::{Plan, Query};
use crate::protocol::{Context, Method, Request};

/// A page of wasm memory.
const PAGE: usize = 1 << 16;
/// Sizes that memory grows to while records are restored are multiples of one between these.
const LEAST_STEP: usize = 1 << 20;
const MOST_STEP: usize = 4 << 20;

#[derive(Default)]
struct Resident {
    organization: Option<Organization>,
    plan: Option<Plan>,
    restored: u64,
    last_key: String,
    table: Vec<u32>,
}

thread_local! {
    static RESIDENT: RefCell<Resident> = RefCell::new(Resident::default());
    static NUMBERS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

fn with_organization(respond: impl FnOnce(&mut Organization, &mut Option<Plan>) -> Result<u32, ScimError>) -> u32 {
    RESIDENT.with_borrow_mut(|resident| match &mut resident.organization {
        Some(organization) => {
            organization.settle();
            respond(organization, &mut resident.plan).unwrap_or_else(|error| refuse(&error))
        }
        None => refuse(&ScimError::new(500, None, "the organization is there no longer")),
    })
}

/// Answers about the plan of that token, or asks for it to be made again.
fn with_plan(token: &[u8], respond: impl FnOnce(&mut Organization, &mut Plan) -> Result<u32, ScimError>) -> u32 {
    with_organization(|organization, plan| match plan {
        Some(plan) if plan.token.as_bytes() == token => respond(organization, plan),
        _ => Ok(again()),
    })
}

/// Sets the organization up; whatever was there is gone.
#[wasm_bindgen(js_name = orgNew)]
pub fn org_new(config: u32) -> u32 {
    with_arguments([config], |[config]| {
        RESIDENT.set(Resident::default());
        match Organization::from_json(text(config)) {
            Ok(organization) => {
                RESIDENT.with_borrow_mut(|resident| resident.organization = Some(organization));
                answer(b"")
            }
            Err(error) => refuse(&error.into()),
        }
    })
}

/// Feeds records; the output tells how many since `first`.
#[wasm_bindgen(js_name = orgRestore)]
pub fn org_restore(length: u32, first: u32) -> u32 {
    with_arguments([length], |[lines]| {
        RESIDENT.with_borrow_mut(|resident| {
            let Some(organization) = &mut resident.organization else {
                return refuse(&ScimError::new(500, None, "the organization is there no longer"));
            };
            if first != 0 {
                resident.restored = 0;
            }
            if !lines.is_empty() {
                resident.plan = None;
            }
            let memory = memory_size::<0>();
            let restored = organization.feed(lines);
            if memory_size::<0>() != memory {
                grow_ahead();
            }
            match restored {
                Ok(restored) => {
                    resident.restored += restored.records as u64;
                    answer(format!("{{\"records\":{},\"dangling\":{}}}", resident.restored, restored.dangling).as_bytes())
                }
                Err(error) => refuse(&error),
            }
        })
    })
}

/// Makes room for what is restored next: up to a round size, a sixteenth more at most. Whenever memory has grown the host
/// makes a new buffer of it, and V8 answers each of some 60 MB or more by collecting garbage: with every chunk, that took
/// longer than restoring.
fn grow_ahead() {
    let size = memory_size::<0>() * PAGE;
    let step = (size / 16).next_power_of_two().clamp(LEAST_STEP, MOST_STEP);
    let mut room: Vec<u8> = Vec::new();
    // The allocator asks for whole pages, for a little more than is asked of it.
    if room.try_reserve_exact((size.next_multiple_of(step) - size).saturating_sub(PAGE / 2)).is_ok() {
        // Freed again, it stays the module's own.
        drop(std::hint::black_box(room));
    }
}

/// A page of records as NDJSON; its last key by [`last_key`].
#[wasm_bindgen(js_name = orgRecords)]
pub fn org_records(after: u32, bytes: u32) -> u32 {
    with_arguments([after], |[after]| {
        RESIDENT.with_borrow_mut(|resident| {
            let Some(organization) = &resident.organization else {
                return refuse(&ScimError::new(500, None, "the organization is there no longer"));
            };
            let page = organization.records(Some(text(after)).filter(|key| !key.is_empty()), bytes as usize);
            resident.last_key = page.last.unwrap_or_default();
            answer_owned(page.bytes)
        })
    })
}

/// The last key of the last page.
#[wasm_bindgen(js_name = lastKey)]
pub fn last_key() -> u32 {
    RESIDENT.with_borrow(|resident| answer(resident.last_key.as_bytes()))
}

/// Keys of records that refer to something that is not there.
#[wasm_bindgen(js_name = orgDangling)]
pub fn org_dangling(after: u32, limit: u32) -> u32 {
    with_arguments([after], |[after]| {
        with_organization(|organization, _| {
            Ok(answer_json(&organization.dangling(Some(text(after)).filter(|key| !key.is_empty()), limit as usize)))
        })
    })
}

/// The digest of all records.
#[wasm_bindgen(js_name = orgVersion)]
pub fn org_version() -> u32 {
    with_organization(|organization, _| Ok(answer(organization.version().as_bytes())))
}

/// How large the organization is.
#[wasm_bindgen(js_name = orgStats)]
pub fn org_stats() -> u32 {
    with_organization(|organization, _| Ok(answer_json(&organization.stats())))
}

/// The same as a JavaScript object, for hosts that talk to the module themselves.
#[wasm_bindgen(js_name = orgStatsObject)]
pub fn org_stats_object() -> JsValue {
    RESIDENT.with_borrow(|resident| match &resident.organization {
        Some(organization) => serde_wasm_bindgen::to_value(&organization.stats()).unwrap_or(JsValue::NULL),
        None => JsValue::NULL,
    })
}

/// Where the numbers of the last answer to [`org_plan`] or [`org_handle`] are, each in eight bytes.
#[wasm_bindgen(js_name = planNumbers)]
pub fn plan_numbers() -> u32 {
    NUMBERS.with_borrow(|numbers| numbers.as_ptr() as u32)
}

/// Plans requests.
#[wasm_bindgen(js_name = orgPlan)]
pub fn org_plan(frame: u32, options: u32, new_id: &js_sys::Function) -> u32 {
    with_arguments([frame, options], |[frame, options]| {
        with_organization(|organization, kept| {
            let (context, ids) = Context::from_json(text(options))?;
            let mut ids = ids.into_iter();
            let requests = requests(frame)?;
            let plan = organization.plan(&requests, &context, &mut || next_id(&mut ids, new_id))?;
            let answer = NUMBERS.with_borrow_mut(|numbers| plan.answer(numbers));
            *kept = Some(plan);
            Ok(answer_owned(answer.into_bytes()))
        })
    })
}

/// Plans one request and commits it.
#[wasm_bindgen(js_name = orgHandle)]
pub fn org_handle(frame: u32, options: u32, new_id: &js_sys::Function) -> u32 {
    with_arguments([frame, options], |[frame, options]| {
        with_organization(|organization, kept| {
            let (context, ids) = Context::from_json(text(options))?;
            let mut ids = ids.into_iter();
            let request = requests(frame)?.pop().ok_or_else(|| ScimError::new(400, None, "there is no request to handle"))?;
            let reply = organization.handle(request, &context, &mut || next_id(&mut ids, new_id))?;
            let answer = NUMBERS.with_borrow_mut(|numbers| reply.answer(numbers));
            *kept = Some(reply.plan);
            Ok(answer_owned(answer.into_bytes()))
        })
    })
}

/// Commits the plan of that token.
#[wasm_bindgen(js_name = orgCommit)]
pub fn org_commit(token: u32) -> u32 {
    with_arguments([token], |[token]| with_plan(token, |organization, plan| organization.commit_plan(plan).map(|()| answer(b""))))
}

/// A lazy part of a plan: 0 the first access changes, 1 the inverse.
#[wasm_bindgen(js_name = orgPlanPart)]
pub fn org_plan_part(token: u32, part: u32) -> u32 {
    with_arguments([token], |[token]| {
        with_plan(token, |organization, plan| {
            if part == 0 {
                let query = Query { offset: 0, limit: u64::from(plan.access_limit), ..Query::default() };
                return organization.access_changes(plan, &query).map(|json| answer_owned(json.into_bytes()));
            }
            let requests = organization.inverse(plan)?;
            Ok(answer_owned(crate::plan::requests_json(&requests).into_bytes()))
        })
    })
}

/// Access changes that a query asks for.
#[wasm_bindgen(js_name = orgAccessChanges)]
pub fn org_access_changes(token: u32, query: u32) -> u32 {
    with_arguments([token, query], |[token, query]| {
        with_plan(token, |organization, plan| {
            let query = Query::from_json(text(query))?;
            organization.access_changes(plan, &query).map(|json| answer_owned(json.into_bytes()))
        })
    })
}

/// Part of the whole diff; its rows by [`table_rows`].
#[wasm_bindgen(js_name = orgAccessTable)]
pub fn org_access_table(token: u32, offset: u32, limit: u32) -> u32 {
    let mut rows = Vec::new();
    let code = with_arguments([token], |[token]| {
        with_plan(token, |organization, plan| {
            let (head, words) = organization.access_table(plan, u64::from(offset), u64::from(limit))?;
            rows = words;
            Ok(answer_owned(head.into_bytes()))
        })
    });
    if code == DONE {
        RESIDENT.with_borrow_mut(|resident| resident.table = rows);
    }
    code
}

/// Where the rows of the last table are.
#[wasm_bindgen(js_name = tableRows)]
pub fn table_rows() -> u32 {
    RESIDENT.with_borrow(|resident| resident.table.as_ptr() as u32)
}

fn ask(method: &str, length: u32) -> u32 {
    with_arguments([length], |[arguments]| {
        with_organization(|organization, _| Ok(answer_owned(organization.ask(method, text(arguments))?.into_bytes())))
    })
}

/// May a user do something?
#[wasm_bindgen(js_name = orgCheck)]
pub fn org_check(length: u32) -> u32 {
    ask("check", length)
}

/// Why a user has what they have on an object.
#[wasm_bindgen(js_name = orgExplain)]
pub fn org_explain(length: u32) -> u32 {
    ask("explain", length)
}

/// All a user has.
#[wasm_bindgen(js_name = orgAccessOf)]
pub fn org_access_of(length: u32) -> u32 {
    ask("accessOf", length)
}

/// All who have something on an object.
#[wasm_bindgen(js_name = orgWhoHas)]
pub fn org_who_has(length: u32) -> u32 {
    ask("whoHas", length)
}

/// An id given before, else one from the host.
fn next_id(ids: &mut std::vec::IntoIter<String>, new_id: &js_sys::Function) -> Result<String, ScimError> {
    if let Some(id) = ids.next() {
        return Ok(id);
    }
    let given = new_id.call0(&JsValue::UNDEFINED).ok().and_then(|id| id.as_string());
    given.ok_or_else(|| ScimError::new(500, None, "`newId` gave no id"))
}

/// Reads requests: six fields each, every field behind its length.
fn requests(frame: &[u8]) -> Result<Vec<Request>, ScimError> {
    let mut rest = frame;
    let mut field = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (field, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some(field)
    };
    let mut all = Vec::new();
    while let Some(method) = field() {
        let (Some(path), Some(headers), Some(id), Some(kind), Some(body)) = (field(), field(), field(), field(), field()) else { break };
        let method = text(method);
        let method = Method::named(method).ok_or_else(|| {
            ScimError::new(400, Some(ScimType::InvalidValue), format!("`{method}` is no method: use GET, POST, PUT, PATCH or DELETE"))
        })?;
        let headers = match headers {
            b"" => Vec::new(),
            headers => {
                let unreadable = |error: &dyn std::fmt::Display| ScimError::new(400, None, format!("the headers cannot be read: {error}"));
                let Json::Object(members) = Json::parse(text(headers)).map_err(|error| unreadable(&error))? else {
                    return Err(unreadable(&"they must be an object of strings"));
                };
                let header = |(name, value): &(Cow<'_, str>, Json<'_>)| value.as_text().map(|value| (name.to_string(), value.to_owned()));
                let all: Option<Vec<_>> = members.iter().map(header).collect();
                all.ok_or_else(|| unreadable(&"they must be an object of strings"))?
            }
        };
        let id = Some(text(id).to_owned()).filter(|id| !id.is_empty());
        all.push(Request { method, path: text(path).to_owned(), headers, body: (kind == b"t").then(|| body.to_vec()), id });
    }
    Ok(all)
}
