//! One request under way: who may send it, what it names, and who answers it.
//!
//! Errors come in the order 403, 404, 405, 415, 412, body syntax, values, 409; guards judge the whole plan afterwards.
//!
//! `tests/rfc7644.md` lists what the RFCs demand of an endpoint, and the test that shows each.

use super::projection::{Projection, Selection};
use super::representation::{Representations, type_name};
use super::request::{Actor, Context, Method, Request, Response};
use super::target::{Address, Target};
use crate::access;
use crate::dialect::Dialect;
use crate::error::ScimError;
use crate::issue::{Note, ScimType};
use crate::org::{Class, Draft, Id, Kind, Rank};

/// Where new ids come from: called once for each created resource, in order.
pub(crate) type NewId<'n> = &'n mut dyn FnMut() -> Result<String, ScimError>;

/// Why a request has no answer of its own.
pub(crate) enum Stop {
    /// The request is refused; others go on.
    Refused(ScimError),
    /// The whole plan fails.
    Fatal(ScimError),
}

impl<E: Into<ScimError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Refused(error.into())
    }
}

pub(crate) type Answer<T> = Result<T, Stop>;

/// What all requests of a plan share.
pub(crate) struct Exchange<'x, 'o> {
    pub(crate) draft: Draft<'o>,
    pub(crate) context: &'x Context,
    pub(crate) dialect: Dialect,
    pub(crate) new_id: NewId<'x>,
    pub(crate) notes: Vec<Note>,
    /// Objects that requests named.
    pub(crate) named: Vec<Id>,
    /// Whether a request added a member or a grant.
    pub(crate) additions: bool,
}

impl<'x, 'o> Exchange<'x, 'o> {
    pub(crate) fn new(draft: Draft<'o>, context: &'x Context, new_id: NewId<'x>) -> Self {
        let dialect = context.dialect.unwrap_or(draft.org.config.dialect);
        Self { draft, context, dialect, new_id, notes: Vec::new(), named: Vec::new(), additions: false }
    }

    /// Answers a request; a refused one changes nothing, and leaves no note.
    pub(crate) fn route_noting(&mut self, request: &Request) -> Answer<Response> {
        let notes = self.notes.len();
        let mut answer = self.route(request);
        match &mut answer {
            Ok(response) if wants_plain_json(request) => {
                let media = response.headers.iter_mut().find(|(name, _)| *name == "content-type");
                media.into_iter().for_each(|(_, media)| *media = "application/json".to_owned());
            }
            Ok(_) => {}
            Err(_) => self.notes.truncate(notes),
        }
        answer
    }

    /// The same, with a refusal as an answer. `Err` fails the whole plan.
    pub(crate) fn answer(&mut self, request: &Request) -> Result<Response, ScimError> {
        match self.route_noting(request) {
            Ok(response) => Ok(response),
            Err(Stop::Refused(error)) => Ok(refusal(request, &error)),
            Err(Stop::Fatal(error)) => Err(error),
        }
    }

    fn route(&mut self, request: &Request) -> Answer<Response> {
        self.judge_actor()?;
        let Some(address) = Address::of(&request.path)? else {
            return Err(not_found(format!("nothing is at `{}`", request.path.split('?').next().unwrap_or(""))).into());
        };
        match (&address.target, request.method) {
            (Target::Me, _) => Err(ScimError::new(501, None, "`/Me` is not offered: ask for `/Users/{id}`").into()),
            (Target::ServiceProviderConfig | Target::ResourceTypes(_) | Target::Schemas(_), Method::Get) => self.discover(&address),
            (Target::Bulk, Method::Post) => {
                judge_content_type(request)?;
                self.bulk(request)
            }
            (Target::Search(kind), Method::Post) => self.search(*kind, request),
            (Target::Collection(kind), Method::Get) => {
                self.judge_list(*kind)?;
                self.list_by_query(&[*kind], &address)
            }
            (Target::Collection(kind), Method::Post) => self.create(*kind, request, &address),
            (Target::Resource(kind, id), method) => {
                let id = self.resource(*kind, id)?;
                self.on_resource(id, *kind, method, request, &address)
            }
            (Target::Organization, method @ (Method::Get | Method::Put | Method::Patch)) => {
                self.judge_organization()?;
                self.on_resource(Id::ORGANIZATION, Kind::Organization, method, request, &address)
            }
            (target, method) => {
                if let Target::Collection(kind) | Target::Search(Some(kind)) = target {
                    self.judge_list(*kind)?;
                }
                if *target == Target::Organization {
                    self.judge_organization()?;
                }
                Err(not_allowed(target, method).into())
            }
        }
    }

    fn on_resource(&mut self, id: Id, kind: Kind, method: Method, request: &Request, address: &Address) -> Answer<Response> {
        match method {
            Method::Get => {
                self.judge_read(id, kind)?;
                let tag = self.tag_asked(request, id);
                judge_match(request, &tag)?;
                let selection = selection_of(address)?;
                if request.header("if-none-match").is_some_and(|tags| names_tag(tags, &tag)) {
                    return Ok(Response { status: 304, headers: vec![("etag", tag)], body: None });
                }
                Ok(self.resource_response(200, id, kind, &selection))
            }
            Method::Put | Method::Patch | Method::Delete => {
                self.judge_write(id, kind)?;
                if method != Method::Delete {
                    judge_content_type(request)?;
                }
                let tag = self.tag_asked(request, id);
                judge_match(request, &tag)?;
                judge_none_match(request, &tag)?;
                let selection = selection_of(address)?;
                if kind != Kind::User && kind != Kind::Group {
                    self.named.push(id);
                }
                match method {
                    Method::Put => self.replace(id, kind, request, &selection),
                    Method::Patch => self.patch(id, kind, request, &selection),
                    _ => {
                        self.draft.delete(id);
                        Ok(Response { status: 204, ..Response::default() })
                    }
                }
            }
            Method::Post => Err(not_allowed(&address.target, method).into()),
        }
    }

    /// The resource as an answer, with its location and version tag.
    pub(crate) fn resource_response(&self, status: u16, id: Id, kind: Kind, selection: &Selection) -> Response {
        let org = self.draft.org;
        let representations = Representations { draft: &self.draft };
        let projection: Projection = selection.over(&org.config.registry, org.type_of(kind), self.dialect);
        let stamp = representations.stamp(id, kind);
        let body = representations.text(id, kind, &projection, &stamp);
        let headers = vec![("content-type", "application/scim+json".to_owned()), ("etag", stamp.tag), ("location", stamp.location)];
        Response { status, headers, body: Some(body) }
    }

    fn resource(&self, kind: Kind, text: &str) -> Answer<Id> {
        self.judge_kind(kind)?;
        let found = self.draft.find(Class::of(kind), text).filter(|id| self.draft.kind(*id) == Some(kind));
        found.ok_or_else(|| not_found(format!("{} `{text}` does not exist", type_name(kind))).into())
    }

    /// The version tag, where a header asks about it.
    fn tag_asked(&self, request: &Request, id: Id) -> String {
        let asked = ["if-match", "if-none-match"].into_iter().any(|header| request.header(header).is_some());
        if asked { self.draft.tag(id) } else { String::new() }
    }

    // ── who may do what (semantics: "Who may do what")

    /// The acting user, if a user acts.
    pub(crate) fn acting_user(&self) -> Option<Id> {
        match &self.context.actor {
            Actor::User { id } => self.draft.find(Class::User, id),
            _ => None,
        }
    }

    pub(crate) fn is_system(&self) -> bool {
        matches!(self.context.actor, Actor::System { .. })
    }

    fn judge_actor(&self) -> Answer<()> {
        match &self.context.actor {
            Actor::IdentityProvider if !self.draft.settings().scim => {
                Err(forbidden("the organization's plan does not include SCIM provisioning (`features.scim` is off)"))
            }
            Actor::User { .. } => match self.acting_user() {
                Some(user) if self.draft.view().active(user) => Ok(()),
                Some(_) => Err(forbidden("the account is not active")),
                None => Err(forbidden("the acting user does not exist")),
            },
            _ => Ok(()),
        }
    }

    /// Whether the actor may do all on every object: the system, or an owner of the organization.
    pub(crate) fn is_almighty(&self) -> bool {
        self.is_system() || self.acting_user().is_some_and(|user| self.draft.view().rank(Id::ORGANIZATION, user) > 0)
    }

    fn judge_kind(&self, kind: Kind) -> Answer<()> {
        let object = matches!(kind, Kind::Workspace | Kind::Folder | Kind::Organization);
        if object && self.context.actor == Actor::IdentityProvider {
            return Err(forbidden("an identity provider sees Users and Groups only"));
        }
        Ok(())
    }

    pub(crate) fn judge_list(&self, kind: Kind) -> Answer<()> {
        self.judge_kind(kind)
    }

    fn judge_organization(&self) -> Answer<()> {
        self.judge_kind(Kind::Organization)?;
        if self.is_almighty() { Ok(()) } else { Err(forbidden("only owners of the organization may see and change it")) }
    }

    /// Whether the actor sees the object: in a list, or at all.
    pub(crate) fn sees(&self, id: Id, kind: Kind) -> bool {
        match kind {
            Kind::User | Kind::Group => true,
            _ => self.is_almighty() || self.role_on(id) > 0,
        }
    }

    /// The acting user's effective role on an object.
    fn role_on(&self, object: Id) -> Rank {
        self.acting_user().map_or(0, |user| access::effective(self.draft.view(), user, object))
    }

    fn judge_read(&self, id: Id, kind: Kind) -> Answer<()> {
        if self.sees(id, kind) {
            Ok(())
        } else {
            Err(not_found(format!("{} `{}` does not exist", type_name(kind), self.draft.name(id))).into())
        }
    }

    fn judge_write(&self, id: Id, kind: Kind) -> Answer<()> {
        self.judge_read(id, kind)?;
        match kind {
            Kind::User | Kind::Group => self.judge_directory(),
            _ => self.judge_manage(id),
        }
    }

    /// Users and groups are the identity provider's to change.
    pub(crate) fn judge_directory(&self) -> Answer<()> {
        match self.context.actor {
            Actor::User { .. } => Err(forbidden("users and groups come from the identity provider: change them there")),
            _ => Ok(()),
        }
    }

    /// The actor has `manage` on the object.
    pub(crate) fn judge_manage(&self, object: Id) -> Answer<()> {
        let needed = self.draft.org.config.roles.rank_that_may("manage").unwrap_or(self.draft.org.config.roles.strongest());
        if self.is_almighty() || self.role_on(object) >= needed {
            return Ok(());
        }
        let name = self.draft.display(object).unwrap_or_default().into_owned();
        Err(forbidden(&format!("changing `{name}` takes the capability `manage` there")))
    }

    /// A user may give and take roles up to their own.
    pub(crate) fn judge_rank(&self, object: Id, rank: Rank) -> Answer<()> {
        if self.is_almighty() || self.role_on(object) >= rank {
            return Ok(());
        }
        let role = self.draft.org.config.roles.name(rank);
        Err(forbidden(&format!("giving or taking the role `{role}` takes that role or a stronger one")))
    }

    pub(crate) fn judge_workspace_creation(&self) -> Answer<()> {
        if self.is_almighty() || self.draft.settings().members_can_create_workspaces {
            return Ok(());
        }
        Err(forbidden("the organization does not allow members to create workspaces (`membersCanCreateWorkspaces` is off)"))
    }
}

pub(crate) fn not_found(detail: String) -> ScimError {
    ScimError::new(404, None, detail)
}

pub(crate) fn forbidden(detail: &str) -> Stop {
    Stop::Refused(ScimError::new(403, None, detail))
}

/// The methods that a target has (RFC 9110 §10.2.1).
fn allowed(target: &Target) -> &'static str {
    match target {
        Target::Collection(_) => "GET, POST",
        Target::Resource(..) => "GET, PUT, PATCH, DELETE",
        Target::Organization => "GET, PUT, PATCH",
        Target::Search(_) | Target::Bulk => "POST",
        Target::ServiceProviderConfig | Target::ResourceTypes(_) | Target::Schemas(_) => "GET",
        Target::Me => "",
    }
}

fn not_allowed(target: &Target, method: Method) -> ScimError {
    ScimError::new(405, None, format!("{} is not allowed here: use {}", method.name(), allowed(target)))
}

/// A refused request's answer; 405 says what is allowed (RFC 9110 §15.5.6).
pub(crate) fn refusal(request: &Request, error: &ScimError) -> Response {
    let mut response = error_response(error);
    if error.status == 405
        && let Ok(Some(address)) = Address::of(&request.path)
    {
        response.headers.push(("allow", allowed(&address.target).to_owned()));
    }
    response
}

/// An error as an answer.
pub(super) fn error_response(error: &ScimError) -> Response {
    Response { status: error.status, headers: vec![("content-type", "application/scim+json".to_owned())], body: Some(error.body()) }
}

/// `attributes` and `excludedAttributes` of a query.
pub(crate) fn selection_of(address: &Address) -> Answer<Selection> {
    let list = |name: &str| {
        address
            .query
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>())
    };
    Ok(Selection::new(list("attributes"), list("excludedAttributes"))?)
}

/// Whether the client takes `application/json` and not SCIM's own media type (RFC 7644 §3.8).
fn wants_plain_json(request: &Request) -> bool {
    let Some(accept) = request.header("accept") else { return false };
    let takes = |media: &str| {
        accept.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let named = parts.next().is_some_and(|own| own.eq_ignore_ascii_case(media));
            named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    takes("application/json") && !["application/scim+json", "application/*", "*/*"].into_iter().any(takes)
}

pub(crate) fn judge_content_type(request: &Request) -> Answer<()> {
    let Some(given) = request.header("content-type") else { return Ok(()) };
    let media = given.split(';').next().unwrap_or("").trim();
    if media.is_empty() || media.eq_ignore_ascii_case("application/scim+json") || media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ScimError::new(415, None, format!("`{media}` cannot be read: send application/scim+json")).into())
}

/// If-Match (RFC 7644 §3.14, RFC 9110 §13.1.1), compared weakly: our tags are weak, and SCIM clients send them here.
fn judge_match(request: &Request, tag: &str) -> Answer<()> {
    match request.header("if-match") {
        Some(tags) if !names_tag(tags, tag) => {
            Err(ScimError::new(412, None, format!("the resource is at version {tag}: read it again and repeat the change")).into())
        }
        _ => Ok(()),
    }
}

/// If-None-Match of a change (RFC 9110 §13.1.2).
fn judge_none_match(request: &Request, tag: &str) -> Answer<()> {
    match request.header("if-none-match") {
        Some(tags) if names_tag(tags, tag) => {
            Err(ScimError::new(412, None, format!("the resource is at version {tag}, which `If-None-Match` rules out")).into())
        }
        _ => Ok(()),
    }
}

/// Whether a list of entity tags names `tag`; weak and strong spellings of one tag are one (RFC 7232 §2.3.2).
fn names_tag(tags: &str, tag: &str) -> bool {
    let strip = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|own| strip(own) == strip(tag))
}

/// The body of a request as text.
pub(crate) fn body_of(request: &Request, limit: usize) -> Answer<&str> {
    let Some(body) = &request.body else {
        return Err(ScimError::new(400, Some(ScimType::InvalidSyntax), "the request needs a JSON body").into());
    };
    Ok(crate::resource::text_of(body, limit)?)
}
