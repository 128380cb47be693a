//! A plan: what requests would do, worked out over an organization that stays as it is; and making it so.

use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;

use super::guards::{self, Circumstances, Finding};
use super::listing::{self, Listing, Sides};
use crate::access::{Diff, Direction, RowKind, Scratch};
use crate::error::ScimError;
use crate::issue::{Note, ScimType};
use crate::json::Json;
use crate::org::{Class, Draft, Edits, Id, Opposite, Organization, push_hex, records_of};
use crate::protocol::{Context, Exchange, Request, Response, Stop};

/// What would happen. Nothing has happened yet.
#[derive(Debug)]
pub struct Plan {
    /// Names the exact state it was made on.
    pub token: String,
    /// What each request is answered once the plan is committed.
    pub responses: Vec<Response>,
    /// Stored facts that change: key and JSON value, `None` deletes.
    pub records: Vec<(String, Option<String>)>,
    /// What guards found.
    pub(crate) guards: Vec<Finding>,
    /// Whether a guard keeps it from being committed.
    pub held: bool,
    /// When held, the one answer to send instead.
    pub refusal: Option<Response>,
    /// `Organization.version` after commit.
    pub version: String,
    /// Tolerances that requests needed.
    pub notes: Vec<Note>,
    /// Access changes listed at most.
    pub access_limit: u32,
    serial: u64,
    pub(crate) edits: Edits,
    pub(crate) opposite: Option<Opposite>,
    pub(crate) diff: Diff,
    pub(crate) listing: Listing,
}

/// A plan of one request that was committed, unless it was held or failed.
#[derive(Debug)]
pub struct Reply {
    /// What to send.
    pub response: Response,
    /// The plan it comes from, without its response.
    pub plan: Plan,
}

impl Organization {
    /// Works out a batch as one change. `new_id` is called once for each created resource, in request order.
    pub fn plan(
        &self,
        requests: &[Request],
        context: &Context,
        new_id: &mut dyn FnMut() -> Result<String, ScimError>,
    ) -> Result<Plan, ScimError> {
        if let Some(expected) = &context.expect
            && *expected != self.version()
        {
            return Err(ScimError::new(409, None, "the organization has changed since: plan again on its present version"));
        }
        let mut exchange = Exchange::new(Draft::new(self), context, new_id);
        let mut responses = Vec::with_capacity(requests.len());
        for (index, request) in (0..).zip(requests) {
            exchange.draft.cause = index;
            let response = match (exchange.route_noting(request), context.atomic) {
                (Ok(response), _) => response,
                (Err(Stop::Refused(error)), false) => crate::protocol::refusal(request, &error),
                (Err(Stop::Refused(mut error) | Stop::Fatal(mut error)), _) => {
                    error.request = Some(index);
                    return Err(error);
                }
            };
            responses.push(response);
        }
        let Exchange { mut draft, notes, named, additions, .. } = exchange;
        let circumstances = Circumstances {
            actor: &context.actor,
            now: context.now,
            approve: &context.approve,
            unresolved: &context.unresolved,
            named: &named,
            additions,
        };
        let (diff, judgement) = self.memory.with(|scratch: &mut Scratch| {
            let diff = Diff::new(&self.facts, &draft.edits.change, Direction::Planned, scratch);
            let judgement = guards::judge(&draft, &diff, scratch, &circumstances);
            (diff, judgement)
        });
        draft.edits.ledger = judgement.ledger;
        let version = draft.digest().text();
        let records = records_of(&draft);
        let refusal = judgement.held.then(|| guards::refusal(&judgement.findings));
        let token = token(self, &version, requests, context, &responses);
        Ok(Plan {
            token,
            responses,
            records,
            guards: judgement.findings,
            held: judgement.held,
            refusal,
            version,
            notes,
            access_limit: context.access_limit.unwrap_or(1000),
            serial: self.serial,
            edits: draft.edits,
            opposite: None,
            diff,
            listing: Listing::default(),
        })
    }

    /// Makes it so. Refused with 409 if the organization has changed since, with 403 if the plan is held.
    pub fn commit_plan(&mut self, plan: &mut Plan) -> Result<(), ScimError> {
        if plan.opposite.is_some() || plan.serial != self.serial {
            return Err(ScimError::new(409, None, "the state that the plan was made on is gone: plan again"));
        }
        if plan.held {
            let detail = plan.guards.iter().find(|finding| finding.holds).map_or("a guard holds the plan", |finding| &finding.detail);
            return Err(ScimError::new(403, None, detail));
        }
        let edits = std::mem::take(&mut plan.edits);
        if edits.is_empty() {
            plan.opposite = Some(Opposite::default());
            return Ok(());
        }
        plan.opposite = Some(self.commit(edits));
        plan.serial = self.serial;
        Ok(())
    }

    /// Answers one request: plan, then commit. A held change answers 403 with the guard's words, and nothing has changed.
    pub fn handle(
        &mut self,
        request: Request,
        context: &Context,
        new_id: &mut dyn FnMut() -> Result<String, ScimError>,
    ) -> Result<Reply, ScimError> {
        let mut plan = self.plan(std::slice::from_ref(&request), context, new_id)?;
        if let Some(refusal) = plan.refusal.clone() {
            plan.records.clear();
            return Ok(Reply { response: refusal, plan });
        }
        self.commit_plan(&mut plan)?;
        let response = std::mem::take(&mut plan.responses).pop().unwrap_or_default();
        Ok(Reply { response, plan })
    }

    /// Whether the lazy parts of a plan can still be read.
    pub(super) fn judge_readable(&self, plan: &Plan) -> Result<(), ScimError> {
        if plan.serial == self.serial {
            return Ok(());
        }
        Err(ScimError::new(409, None, "another plan was committed since: what this one's parts were made from is gone"))
    }

    /// Looks at both sides of a plan, planned or committed.
    fn with_sides<T>(&self, plan: &mut Plan, look: impl FnOnce(&Sides<'_>, &Diff, &mut Listing) -> T) -> Result<T, ScimError> {
        self.judge_readable(plan)?;
        let Plan { edits, opposite, diff, listing, .. } = plan;
        let (change, direction) = match opposite {
            Some(opposite) => (&opposite.change, Direction::Committed),
            None => (&edits.change, Direction::Planned),
        };
        let name = |id| self.name_in(edits, id);
        let sides = Sides { facts: &self.facts, change, direction, name: &name, roles: &self.config.roles };
        Ok(look(&sides, diff, listing))
    }

    /// An identifier of the organization, or of a resource that a plan creates.
    pub(super) fn name_in<'s>(&'s self, edits: &'s Edits, id: Id) -> Cow<'s, str> {
        if self.names.class(id).is_some() {
            return self.names.text(id);
        }
        let fresh = self.names.upcoming_at(id).and_then(|at| edits.fresh.get(at));
        fresh.map_or(Cow::Borrowed(""), |(_, name)| Cow::Borrowed(name))
    }

    fn id_in(&self, edits: &Edits, classes: &[Class], text: &str) -> Option<Id> {
        let known = classes.iter().find_map(|class| self.names.find(*class, text));
        known.or_else(|| {
            let at = edits.fresh.iter().position(|(class, name)| classes.contains(class) && **name == *text)?;
            Some(self.names.upcoming(at))
        })
    }

    /// Access changes of a plan as JSON: those from `offset` on that a query asks for.
    pub fn access_changes(&self, plan: &mut Plan, query: &Query) -> Result<String, ScimError> {
        let id = |classes: &[Class], text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => self.id_in(&plan.edits, classes, text).map(Some).ok_or(()),
        };
        let (Ok(user), Ok(object)) = (id(&[Class::User], &query.user), id(&[Class::Object, Class::Organization], &query.object)) else {
            self.judge_readable(plan)?;
            return Ok("[]".into());
        };
        let query = listing::Query { offset: query.offset, limit: query.limit, kind: query.kind, user, object };
        self.with_sides(plan, |sides, diff, listing| {
            self.memory.with(|scratch: &mut Scratch| listing::json(&listing.changes(sides, diff, scratch, &query)))
        })
    }

    /// A part of the whole diff as a table: its JSON without the rows, and the rows as words.
    pub fn access_table(&self, plan: &mut Plan, offset: u64, limit: u64) -> Result<(String, Vec<u32>), ScimError> {
        self.with_sides(plan, |sides, diff, listing| {
            self.memory.with(|scratch: &mut Scratch| {
                let mut table = listing.table(sides, diff, scratch, offset, limit);
                let rows = std::mem::take(&mut table.rows);
                let mut head = serde_json::to_string(&table).unwrap_or_default();
                head.pop();
                head.push_str(&format!(",\"rows\":{}}}", rows.len() / 3));
                (head, rows)
            })
        })
    }
}

/// Which access changes are wanted.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
    /// Only of this kind.
    pub kind: Option<RowKind>,
    /// Only of the user with this id.
    pub user: Option<String>,
    /// Only on the object with this id.
    pub object: Option<String>,
}

impl Query {
    /// Reads the `page` of the JavaScript contract.
    pub fn from_json(json: &str) -> Result<Self, ScimError> {
        let invalid = |detail: String| ScimError::new(400, Some(ScimType::InvalidValue), detail);
        let unreadable = |error: &dyn std::fmt::Display| invalid(format!("the page cannot be read: {error}"));
        let page = Json::parse(json).map_err(|error| unreadable(&error))?;
        let number = |name| match page.number_at(name) {
            Ok(Some(number)) => Ok(number),
            Ok(None) => Err(unreadable(&format_args!("`{name}` is missing"))),
            Err(error) => Err(unreadable(&error)),
        };
        let text = |name| page.text_at(name).map_err(|error| unreadable(&error));
        let kind = match text("kind")? {
            None => None,
            Some(name) => Some(listing::kind_named(&name).ok_or_else(|| invalid(format!("`{name}` is no kind of access change")))?),
        };
        Ok(Self { offset: number("offset")?, limit: number("limit")?, kind, user: text("user")?, object: text("object")? })
    }
}

/// The state a plan was made on, and what it was made from, in a few letters.
fn token(organization: &Organization, version: &str, requests: &[Request], context: &Context, responses: &[Response]) -> String {
    let mut hasher = SipHasher13::new_with_keys(31, 0x5c1a);
    let mut add = |bytes: &[u8]| {
        hasher.write_u32(bytes.len() as u32);
        hasher.write(bytes);
    };
    add(version.as_bytes());
    for (request, response) in requests.iter().zip(responses) {
        add(request.path.as_bytes());
        add(request.body.as_deref().unwrap_or(b""));
        add(request.id.as_deref().unwrap_or("").as_bytes());
        add(&[request.method as u8, request.headers.len() as u8, (response.status % 256) as u8]);
    }
    add(&context.now.to_le_bytes());
    add(&[context.approve.len() as u8, context.unresolved.len() as u8, context.dialect.map_or(3, |dialect| dialect as u8)]);
    add(&context.access_limit.unwrap_or(u32::MAX).to_le_bytes());
    let mut token = organization.version();
    token.push('.');
    push_hex(hasher.finish(), &mut token);
    token
}
