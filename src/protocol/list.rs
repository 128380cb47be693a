//! Queries: filter, sort, pages by index or cursor (RFC 7644 §3.4.2, §3.4.3; RFC 9865).

//!
//! What costs what: users and groups without filter and order cost their page, however deep; so does a filter that an
//! indexed equality leads. Workspaces and folders are passed over up to the page, one look each. Everything else looks at
//! every resource once: a filter without an index compares what is packed and reads those that may pass, an order takes its one
//! value and keeps the first of them, up to the end of the page.

use super::exchange::{Answer, Exchange, body_of, judge_content_type};
use super::order::merged;
use super::projection::Projection;
use super::query::{Query, invalid};
use super::representation::Representations;
use super::request::{Request, Response};
use super::target::Address;
use crate::issue::ScimType;
use crate::maps::Set;
use crate::org::{Class, Id, Kind};
use crate::path::{self, AttributePath, Comparison, Literal, parse_attribute_path};
use crate::resource::{Filter, NodeId, Writer};
use crate::schema::{Type, common};

/// A place in a walk that RFC 9865 calls a cursor.
enum Place {
    Index(usize),
    /// After the resource of this id, in the order of ids.
    After(String),
}

impl Exchange<'_, '_> {
    pub(crate) fn list_by_query(&mut self, kinds: &[Kind], address: &Address) -> Answer<Response> {
        let query = Query::of_address(address)?;
        self.list(kinds, &query)
    }

    /// POST to `.search`.
    pub(crate) fn search(&mut self, kind: Option<Kind>, request: &Request) -> Answer<Response> {
        let kinds = match kind {
            Some(kind) => {
                self.judge_list(kind)?;
                vec![kind]
            }
            None => {
                [Kind::User, Kind::Group, Kind::Workspace, Kind::Folder].into_iter().filter(|kind| self.judge_list(*kind).is_ok()).collect()
            }
        };
        judge_content_type(request)?;
        let limits = self.draft.org.config.limits;
        let query = Query::of_search(body_of(request, limits.payload_bytes)?, limits.json_depth)?;
        self.list(&kinds, &query)
    }

    fn list(&mut self, kinds: &[Kind], query: &Query) -> Answer<Response> {
        let org = self.draft.org;
        let limits = &org.config.limits;
        let types: Vec<_> = kinds.iter().map(|kind| org.type_of(*kind)).collect();
        let filter = match &query.filter {
            None => None,
            Some(text) => Some(Filter::over(&org.config.registry, text, None, &types, self.dialect, limits)?),
        };
        if let Some(filter) = &filter {
            self.notes.extend(filter.notes().iter().cloned());
        }
        let by = self.sort_attributes(kinds, query)?;
        let place = self.place(query, kinds)?;
        let count = match query.count {
            None => limits.page_size.min(100),
            Some(count) => usize::try_from(count.max(0)).unwrap_or(usize::MAX).min(limits.page_size),
        };
        let start = |after: &dyn Fn(&str) -> usize| match &place {
            Some(Place::Index(index)) => *index,
            Some(Place::After(id)) => after(id),
            None => usize::try_from(query.start_index.unwrap_or(1).max(1)).unwrap_or(usize::MAX) - 1,
        };
        let as_they_stand = filter.is_none() && by.is_empty() && !self.draft.adds_or_removes();
        let (total, start, page) = match kinds {
            // All users or all groups as they stand: nothing is looked at but the page.
            [kind @ (Kind::User | Kind::Group)] if as_they_stand => org.with_ids_by_name(Class::of(*kind), |ids| {
                let start = start(&|id| ids.partition_point(|other| *org.name(*other) <= *id));
                let page: Vec<(Id, Kind)> = ids.iter().skip(start).take(count).map(|id| (*id, *kind)).collect();
                (ids.len(), start, page)
            }),
            // All workspaces or all folders: those before the page are passed over.
            [kind] if as_they_stand && self.is_almighty() => org.with_ids_by_name(Class::of(*kind), |ids| {
                let of_kind = || ids.iter().filter(|id| org.facts.kind(**id) == Some(*kind));
                let start = start(&|id| of_kind().take_while(|other| *org.name(**other) <= *id).count());
                let page: Vec<(Id, Kind)> = of_kind().skip(start).take(count).map(|id| (*id, *kind)).collect();
                (of_kind().count(), start, page)
            }),
            _ => {
                let mut found = self.found(kinds, filter.as_ref())?;
                let total = found.len();
                let start = start(&|id| found.partition_point(|(other, _)| *self.draft.name(*other) <= *id));
                if !by.is_empty() {
                    found = self.first(&found, start.saturating_add(count), &by, query.descending);
                }
                (total, start, found.iter().skip(start).take(count).copied().collect())
            }
        };
        let mut body = Writer::with_capacity(256 + page.len() * 2048);
        body.push(&format!(
            "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\"itemsPerPage\":{}",
            page.len()
        ));
        if query.cursor.is_some() {
            if start + page.len() < total {
                body.push(&format!(",\"nextCursor\":\"{}\"", self.cursor(query, kinds, start + page.len(), page.last())));
            }
        } else {
            body.push(&format!(",\"startIndex\":{}", start + 1));
        }
        body.push(",\"Resources\":[");
        let projections: Vec<(Kind, Projection)> =
            kinds.iter().map(|kind| (*kind, query.selection.over(&org.config.registry, org.type_of(*kind), self.dialect))).collect();
        let representations = Representations { draft: &self.draft };
        for (i, (id, kind)) in page.iter().enumerate() {
            if i > 0 {
                body.push(",");
            }
            if let Some((_, projection)) = projections.iter().find(|(of, _)| of == kind) {
                representations.write(*id, *kind, projection, &representations.stamp(*id, *kind), &mut body);
            }
        }
        body.push("]}");
        Ok(Response { status: 200, headers: vec![("content-type", "application/scim+json".to_owned())], body: Some(body.into_string()) })
    }

    /// Where a cursor stands.
    fn place(&self, query: &Query, kinds: &[Kind]) -> Answer<Option<Place>> {
        let Some(cursor) = query.cursor.as_deref() else { return Ok(None) };
        if cursor.is_empty() {
            return Ok(Some(Place::Index(0)));
        }
        let unreadable = || {
            invalid(
                ScimType::InvalidCursor,
                "cursor",
                "the cursor was not made by this service for this query: start again without one".into(),
            )
        };
        let text = unhex(cursor).ok_or_else(unreadable)?;
        let mut parts = text.splitn(4, ' ');
        let (Some(kind), Some(print), Some(version), Some(rest)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(unreadable().into());
        };
        if print != format!("{:016x}", query.fingerprint(kinds)) {
            return Err(unreadable().into());
        }
        match kind {
            "after" => Ok(Some(Place::After(rest.to_owned()))),
            "at" if version == self.draft.digest().text() => Ok(Some(Place::Index(rest.parse().map_err(|_| unreadable())?))),
            "at" => {
                Err(invalid(ScimType::ExpiredCursor, "cursor", "the order that the cursor walked is gone: start again without one".into())
                    .into())
            }
            _ => Err(unreadable().into()),
        }
    }

    fn cursor(&self, query: &Query, kinds: &[Kind], next: usize, last: Option<&(Id, Kind)>) -> String {
        let print = query.fingerprint(kinds);
        let text = match last {
            Some((id, _)) if query.sort_by.is_none() => format!("after {print:016x} - {}", self.draft.name(*id)),
            _ => format!("at {print:016x} {} {next}", self.draft.digest().text()),
        };
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The resources that match, by id.
    fn found(&self, kinds: &[Kind], filter: Option<&Filter>) -> Answer<Vec<(Id, Kind)>> {
        let narrowed = filter.and_then(|filter| self.narrowed(filter.tree(), kinds));
        let mut candidates: Vec<(Id, Kind)> = match narrowed {
            Some(ids) => {
                let of_kind = ids.into_iter().filter_map(|id| self.draft.kind(id).map(|kind| (id, kind)));
                let mut list: Vec<(Id, Kind)> = of_kind.filter(|(_, kind)| kinds.contains(kind)).collect();
                crate::sort::by(&mut list, &mut |(a, _), (b, _)| self.draft.name(*a).cmp(&self.draft.name(*b)));
                list.dedup();
                list
            }
            None => self.all(kinds),
        };
        if kinds.iter().any(|kind| matches!(kind, Kind::Workspace | Kind::Folder)) && !self.is_almighty() {
            candidates.retain(|(id, kind)| self.sees(*id, *kind));
        }
        if let Some(filter) = filter {
            let (wanted, names) = (members_asked(filter.tree()), Names::of(filter.tree()));
            let mut kept = Vec::new();
            for (id, kind) in candidates {
                if self.passes(filter, &names, id, kind, wanted.as_ref())? {
                    kept.push((id, kind));
                }
            }
            candidates = kept;
        }
        Ok(candidates)
    }

    /// All resources of some kinds, by id.
    fn all(&self, kinds: &[Kind]) -> Vec<(Id, Kind)> {
        let of_class = |class: Class| -> Vec<(Id, Kind)> {
            let ids = self.draft.ids_by_name(class).into_iter();
            ids.filter_map(|id| self.draft.kind(id).filter(|kind| kinds.contains(kind)).map(|kind| (id, kind))).collect()
        };
        let classes = [Class::User, Class::Group, Class::Object].into_iter();
        let asked = classes.filter(|class| kinds.iter().any(|kind| Class::of(*kind) == *class));
        merged(asked.map(of_class).collect(), &|id| self.draft.name(id))
    }

    /// The few resources that can match, where an equality that is indexed must hold.
    fn narrowed(&self, tree: &path::Filter, kinds: &[Kind]) -> Option<Vec<Id>> {
        match tree {
            path::Filter::And(terms) => {
                let mut all = terms.iter().filter_map(|term| self.narrowed(term, kinds));
                let first = all.next()?;
                Some(all.fold(first, |best, other| if other.len() < best.len() { other } else { best }))
            }
            path::Filter::Or(terms) => {
                let mut union = Vec::new();
                for term in terms {
                    union.extend(self.narrowed(term, kinds)?);
                }
                Some(union)
            }
            path::Filter::Compare(path, Comparison::Eq, Literal::String(text)) => self.equals(path, text, kinds),
            path::Filter::ValuePath(path, inner) => self.equals_inside(path, inner, kinds),
            _ => None,
        }
    }

    fn equals_inside(&self, path: &AttributePath, inner: &path::Filter, kinds: &[Kind]) -> Option<Vec<Id>> {
        match inner {
            path::Filter::And(terms) => terms.iter().find_map(|term| self.equals_inside(path, term, kinds)),
            path::Filter::Compare(sub, Comparison::Eq, Literal::String(text)) if path.sub.is_none() && sub.urn.is_none() => {
                let joined = parse_attribute_path(&format!("{}.{}", path.text, sub.name)).ok()?;
                self.equals(&joined, text, kinds)
            }
            _ => None,
        }
    }

    /// The resources with that value, where every queried kind has an index for it.
    fn equals(&self, path: &AttributePath, text: &str, kinds: &[Kind]) -> Option<Vec<Id>> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let mut found = Vec::new();
        for kind in kinds {
            let Ok((mut id, _)) = registry.resolve(org.type_of(*kind), path, self.dialect) else { continue };
            if registry.attribute(id).kind == Type::Complex {
                id = registry.attribute(id).value?;
            }
            if id == common::ID {
                found.extend(self.draft.find(Class::of(*kind), text));
            } else if registry.attribute(id).parent == Some(org.known.members) {
                if registry.attribute(org.known.members).value != Some(id) {
                    return None;
                }
                for class in [Class::User, Class::Group] {
                    if let Some(subject) = self.draft.find(class, text) {
                        self.draft.view().for_each_group_of(subject, |group| found.push(group));
                    }
                }
            } else if org.known.indexed.contains(&id) {
                found.extend(self.draft.holders(id, text));
            } else {
                return None;
            }
        }
        crate::sort::plain(&mut found);
        found.dedup();
        Some(found)
    }

    /// Whether a resource passes; of a group's members only those the filter asks for are looked at.
    fn passes(&self, filter: &Filter, names: &Names, id: Id, kind: Kind, wanted: Option<&Set<String>>) -> Answer<bool> {
        let org = self.draft.org;
        let of = org.type_of(kind);
        let Some(test) = filter.test_for(of) else { return Ok(false) };
        if self.fails(test, id) {
            return Ok(false);
        }
        let representations = Representations { draft: &self.draft };
        let text = match wanted {
            Some(wanted) if kind == Kind::Group => {
                let view = self.draft.view();
                let is_member = |name: &&String| {
                    [Class::User, Class::Group]
                        .into_iter()
                        .filter_map(|class| self.draft.find(class, name))
                        .any(|subject| view.is_member(id, subject))
                };
                representations.stored_text_with_members(id, wanted.iter().filter(is_member))
            }
            _ if names.completed => representations.text(id, kind, &Projection::everything(), &representations.stamp(id, kind)),
            _ => representations.stored_text(id, kind, names.edges),
        };
        let document = org.config.registry.stored(&text, of, &org.config.limits)?;
        Ok(test.passes(&org.config.registry, &document, NodeId::ROOT))
    }
}

/// What a filter looks at.
struct Names {
    /// Members, grants, owners or groups.
    edges: bool,
    /// What the server completes inside of what is stored: a manager's name, the `$ref` of a manager or a parent.
    completed: bool,
}

impl Names {
    fn of(tree: &path::Filter) -> Self {
        let (mut edges, mut completed) = (false, false);
        for_each_path(tree, &mut |path, of_value_path| {
            let name = path.name.to_ascii_lowercase();
            edges |= ["members", "grants", "owners", "groups"].contains(&name.as_str());
            let is_value = path.sub.as_deref().is_none_or(|sub| sub.eq_ignore_ascii_case("value"));
            completed |= ["manager", "parent"].contains(&name.as_str()) && (of_value_path || !is_value);
        });
        Self { edges, completed }
    }
}

/// Each path that a filter names, and whether a filter of its own stands behind it.
fn for_each_path(tree: &path::Filter, found: &mut dyn FnMut(&AttributePath, bool)) {
    match tree {
        path::Filter::Compare(path, ..) | path::Filter::Present(path) => found(path, false),
        path::Filter::ValuePath(path, _) => found(path, true),
        path::Filter::And(terms) | path::Filter::Or(terms) => terms.iter().for_each(|term| for_each_path(term, found)),
        path::Filter::Not(inner) => for_each_path(inner, found),
    }
}

/// The members a filter asks for by `eq` alone; `None` when it asks for anything else about members.
fn members_asked(tree: &path::Filter) -> Option<Set<String>> {
    let mut asked = Set::default();
    collect_members(tree, &mut asked).then_some(asked)
}

fn collect_members(tree: &path::Filter, asked: &mut Set<String>) -> bool {
    let is_members = |path: &AttributePath| path.name.eq_ignore_ascii_case("members");
    match tree {
        path::Filter::And(terms) | path::Filter::Or(terms) => terms.iter().all(|term| collect_members(term, asked)),
        path::Filter::Compare(path, op, literal) if is_members(path) => match (op, literal) {
            (Comparison::Eq, Literal::String(text)) if path.sub.as_deref().is_none_or(|sub| sub.eq_ignore_ascii_case("value")) => {
                asked.insert(text.to_string());
                true
            }
            _ => false,
        },
        path::Filter::ValuePath(path, inner) if is_members(path) => match inner.as_ref() {
            path::Filter::Compare(sub, Comparison::Eq, Literal::String(text)) if sub.name.eq_ignore_ascii_case("value") => {
                asked.insert(text.to_string());
                true
            }
            _ => false,
        },
        path::Filter::Present(path) => !is_members(path),
        path::Filter::Not(inner) => collect_members(inner, asked),
        path::Filter::Compare(..) | path::Filter::ValuePath(..) => true,
    }
}

fn unhex(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let bytes = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit) as u8).collect();
    String::from_utf8(bytes).ok()
}
