//! Queries: filter, sort, pages by index or cursor (RFC 7644 §3.4.2, §3.4.3; RFC 9865).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use super::exchange::{Answer, Exchange, body_of};
use super::projection::{Projection, Selection};
use super::representation::Representations;
use super::request::{Request, Response};
use super::target::Address;
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::Json;
use crate::org::{Class, Id, Kind};
use crate::path::{self, AttributePath, Comparison, Literal, parse_attribute_path};
use crate::resource::{Filter, Kind as NodeKind, NodeId, value};
use crate::schema::{AttributeId, Type, common};

/// What a list request asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    pub(crate) sort_by: Option<String>,
    pub(crate) descending: bool,
    pub(crate) start_index: Option<i64>,
    pub(crate) count: Option<i64>,
    pub(crate) cursor: Option<String>,
    pub(crate) selection: Selection,
}

/// What a resource is sorted by; an unassigned value sorts last (RFC 7644 §3.4.2.3).
#[derive(Clone, Debug, PartialEq)]
enum SortKey {
    Unassigned,
    Flag(bool),
    Number(String),
    Instant((i64, u64)),
    Text(String),
}

impl SortKey {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => value::compare_numbers(a, b),
            (Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Unassigned, Self::Unassigned) => Ordering::Equal,
            (Self::Unassigned, _) => Ordering::Greater,
            (_, Self::Unassigned) => Ordering::Less,
            (a, b) => a.variant().cmp(&b.variant()),
        }
    }

    fn variant(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
            Self::Unassigned => 4,
        }
    }
}

fn invalid(scim_type: ScimType, path: &str, detail: String) -> ScimError {
    ScimError::new(400, Some(scim_type), detail).at(path)
}

impl Query {
    fn of_address(address: &Address) -> Answer<Self> {
        let text = |name: &str| address.query.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
        let number = |name: &'static str| match text(name) {
            None => Ok(None),
            Some(text) => match text.trim().parse::<i64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(invalid(ScimType::InvalidValue, name, format!("`{name}` is `{text}`: it must be a whole number"))),
            },
        };
        let sort_order = text("sortOrder");
        Ok(Self {
            filter: text("filter"),
            sort_by: text("sortBy"),
            descending: descending(sort_order.as_deref())?,
            start_index: number("startIndex")?,
            count: number("count")?,
            cursor: text("cursor"),
            selection: super::exchange::selection_of(address)?,
        })
    }

    /// Reads a SearchRequest (RFC 7644 §3.4.3).
    fn of_search(text: &str, depth: usize) -> Answer<Self> {
        let mut scanner = crate::resource::Scanner::new(text, depth);
        scanner.skip(0)?;
        scanner.end()?;
        let body = Json::parse(text)
            .map_err(|error| ScimError::new(400, Some(ScimType::InvalidSyntax), format!("the search cannot be read: {error}")))?;
        let Json::Object(members) = &body else {
            return Err(ScimError::new(400, Some(ScimType::InvalidSyntax), "a search is an object").into());
        };
        let member = |name: &str| {
            members.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).filter(|value| **value != Json::Null)
        };
        let wrong = |name: &str, expected: &str| invalid(ScimType::InvalidValue, name, format!("`{name}` must be {expected}"));
        let text = |name: &str| match member(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(wrong(name, "a string")),
        };
        let number = |name: &str| match member(name) {
            None => Ok(None),
            Some(value) => value.as_number::<i64>().map(Some).ok_or_else(|| wrong(name, "a whole number")),
        };
        let names = |name: &str| match member(name) {
            None => Ok(None),
            Some(Json::List(items)) => {
                let all: Option<Vec<String>> = items.iter().map(|item| item.as_text().map(str::to_owned)).collect();
                all.map(Some).ok_or_else(|| wrong(name, "an array of strings"))
            }
            Some(_) => Err(wrong(name, "an array of strings")),
        };
        const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
        if !names("schemas")?.is_some_and(|all| all.iter().any(|urn| urn.eq_ignore_ascii_case(SEARCH))) {
            return Err(ScimError::new(400, Some(ScimType::InvalidSyntax), format!("`schemas` must list `{SEARCH}`")).at("schemas").into());
        }
        Ok(Self {
            filter: text("filter")?,
            sort_by: text("sortBy")?,
            descending: descending(text("sortOrder")?.as_deref())?,
            start_index: number("startIndex")?,
            count: number("count")?,
            cursor: text("cursor")?,
            selection: Selection::new(names("attributes")?, names("excludedAttributes")?)?,
        })
    }

    /// What a cursor must have been made for.
    fn fingerprint(&self) -> u64 {
        let parts = [self.filter.as_deref(), self.sort_by.as_deref(), Some(if self.descending { "d" } else { "a" })];
        crate::org::hash_text(21, parts.map(|part| part.unwrap_or("\u{1}")).join("\u{0}").as_bytes())
    }
}

fn descending(order: Option<&str>) -> Answer<bool> {
    match order {
        None => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("ascending") => Ok(false),
        Some(word) if word.eq_ignore_ascii_case("descending") => Ok(true),
        Some(word) => {
            Err(invalid(ScimType::InvalidValue, "sortOrder", format!("`sortOrder` is `{word}`: use ascending or descending")).into())
        }
    }
}

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
        let place = self.place(query)?;
        let count = match query.count {
            None => limits.page_size.min(100),
            Some(count) => usize::try_from(count.max(0)).unwrap_or(0).min(limits.page_size),
        };
        let start = |after: &dyn Fn(&str) -> usize| match &place {
            Some(Place::Index(index)) => *index,
            Some(Place::After(id)) => after(id),
            None => usize::try_from(query.start_index.unwrap_or(1).max(1)).unwrap_or(1) - 1,
        };
        let (total, start, page) = match kinds {
            // All users or all groups as they stand: nothing is looked at but the page.
            [kind @ (Kind::User | Kind::Group)] if filter.is_none() && query.sort_by.is_none() && !self.draft.adds_or_removes() => org
                .with_ids_by_name(Class::of(*kind), |ids| {
                    let start = start(&|id| ids.partition_point(|other| *org.name(*other) <= *id));
                    let page: Vec<(Id, Kind)> = ids.iter().skip(start).take(count).map(|id| (*id, *kind)).collect();
                    (ids.len(), start, page)
                }),
            _ => {
                let mut found = self.found(kinds, filter.as_ref())?;
                if let Some(sort_by) = &query.sort_by {
                    self.sort(&mut found, sort_by, query.descending)?;
                }
                let start = start(&|id| found.partition_point(|(other, _)| *self.draft.name(*other) <= *id));
                (found.len(), start, found.iter().skip(start).take(count).copied().collect())
            }
        };
        let mut body = format!(
            "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\"itemsPerPage\":{}",
            page.len()
        );
        if query.cursor.is_some() {
            if start + page.len() < total && count > 0 {
                body.push_str(&format!(",\"nextCursor\":\"{}\"", self.cursor(query, start + page.len(), page.last())));
            }
        } else {
            body.push_str(&format!(",\"startIndex\":{}", start + 1));
        }
        body.push_str(",\"Resources\":[");
        let projections: Vec<(Kind, Projection)> =
            kinds.iter().map(|kind| (*kind, query.selection.over(&org.config.registry, org.type_of(*kind), self.dialect))).collect();
        let representations = Representations { draft: &self.draft };
        for (i, (id, kind)) in page.iter().enumerate() {
            if i > 0 {
                body.push(',');
            }
            if let Some((_, projection)) = projections.iter().find(|(of, _)| of == kind) {
                representations.write(*id, *kind, projection, &mut body);
            }
        }
        body.push_str("]}");
        Ok(Response { status: 200, headers: vec![("content-type", "application/scim+json".to_owned())], body: Some(body) })
    }

    /// Where a cursor stands.
    fn place(&self, query: &Query) -> Answer<Option<Place>> {
        let Some(cursor) = query.cursor.as_deref() else { return Ok(None) };
        if query.start_index.is_some() {
            return Err(invalid(ScimType::InvalidValue, "startIndex", "`startIndex` and `cursor` exclude each other".into()).into());
        }
        if query.count.is_some_and(|count| count < 0) {
            return Err(invalid(ScimType::InvalidCount, "count", "`count` must not be negative".into()).into());
        }
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
        if print != format!("{:016x}", query.fingerprint()) {
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

    fn cursor(&self, query: &Query, next: usize, last: Option<&(Id, Kind)>) -> String {
        let print = query.fingerprint();
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
        if kinds.iter().any(|kind| matches!(kind, Kind::Workspace | Kind::Folder)) && !self.is_system() {
            candidates.retain(|(id, kind)| self.sees(*id, *kind));
        }
        if let Some(filter) = filter {
            let wanted = members_asked(filter.tree());
            let mut kept = Vec::new();
            for (id, kind) in candidates {
                if self.passes(filter, id, kind, wanted.as_ref())? {
                    kept.push((id, kind));
                }
            }
            candidates = kept;
        }
        Ok(candidates)
    }

    /// All resources of some kinds, by id.
    fn all(&self, kinds: &[Kind]) -> Vec<(Id, Kind)> {
        let mut lists: Vec<(Id, Kind)> = Vec::new();
        for class in [Class::User, Class::Group, Class::Object] {
            let of_class = kinds.iter().any(|kind| Class::of(*kind) == class);
            if of_class {
                let ids = self.draft.ids_by_name(class);
                lists.extend(
                    ids.into_iter().filter_map(|id| self.draft.kind(id).filter(|kind| kinds.contains(kind)).map(|kind| (id, kind))),
                );
            }
        }
        let classes: HashSet<Class> = kinds.iter().map(|kind| Class::of(*kind)).collect();
        if classes.len() > 1 {
            crate::sort::by(&mut lists, &mut |(a, _), (b, _)| self.draft.name(*a).cmp(&self.draft.name(*b)));
        }
        lists
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
    fn passes(&self, filter: &Filter, id: Id, kind: Kind, wanted: Option<&HashSet<String>>) -> Answer<bool> {
        let org = self.draft.org;
        let of = org.type_of(kind);
        let Some(test) = filter.test_for(of) else { return Ok(false) };
        let names = Names::of(filter.tree());
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
            _ => representations.stored_text(id, kind, names.edges),
        };
        let document = org.config.registry.stored(&text, of, &org.config.limits)?;
        Ok(test.passes(&org.config.registry, &document, NodeId::ROOT))
    }

    fn sort(&self, found: &mut Vec<(Id, Kind)>, sort_by: &str, descending: bool) -> Answer<()> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let path = parse_attribute_path(sort_by).map_err(|error| invalid(ScimType::InvalidPath, "sortBy", error.to_string()))?;
        let kinds: HashSet<Kind> = found.iter().map(|(_, kind)| *kind).collect();
        let resolved: Vec<(Kind, AttributeId)> = kinds
            .iter()
            .filter_map(|kind| registry.resolve(org.type_of(*kind), &path, self.dialect).ok().map(|(id, _)| (*kind, id)))
            .collect();
        if resolved.is_empty() && !found.is_empty() {
            return Err(invalid(ScimType::InvalidPath, "sortBy", format!("`{sort_by}` is no attribute of the resources listed")).into());
        }
        let representations = Representations { draft: &self.draft };
        let mut keyed = Vec::with_capacity(found.len());
        for (id, kind) in found.iter() {
            let key = match resolved.iter().find(|(of, _)| of == kind) {
                None => SortKey::Unassigned,
                Some((_, attribute)) => {
                    let text = representations.stored_text(*id, *kind, false);
                    let document = registry.stored(&text, org.type_of(*kind), &org.config.limits)?;
                    sort_key(registry, &document, *attribute)
                }
            };
            keyed.push((key, *id, *kind));
        }
        // The sort is stable: equal keys stay in the order of ids. What is unassigned comes last, or first when descending.
        crate::sort::by(&mut keyed, &mut |(a, _, _), (b, _, _)| if descending { b.order(a) } else { a.order(b) });
        *found = keyed.into_iter().map(|(_, id, kind)| (id, kind)).collect();
        Ok(())
    }
}

fn sort_key(registry: &crate::schema::Registry, document: &crate::resource::Document<'_>, id: AttributeId) -> SortKey {
    let mut id = id;
    if registry.attribute(id).kind == Type::Complex {
        match registry.attribute(id).value {
            Some(value) => id = value,
            None => return SortKey::Unassigned,
        }
    }
    let attribute = registry.attribute(id);
    // Of several values the primary one counts, else the first (RFC 7644 §3.4.2.3).
    let node = match attribute.parent {
        Some(parent) if registry.attribute(parent).multi_valued => document.value_at(registry, parent).and_then(|list| {
            let primary = registry.attribute(parent).primary;
            let is_primary = |element: &NodeId| {
                primary.and_then(|id| document.child(*element, id)).and_then(|node| document.boolean(node)) == Some(true)
            };
            let element = document.children(list).find(is_primary).or_else(|| document.children(list).next());
            element.and_then(|element| document.child(element, id))
        }),
        _ => document
            .value_at(registry, id)
            .and_then(|node| if document.node(node).kind == NodeKind::Array { document.children(node).next() } else { Some(node) }),
    };
    let Some(node) = node else { return SortKey::Unassigned };
    let text = || document.string(node).map_or_else(String::new, Cow::into_owned);
    match attribute.kind {
        Type::Boolean => SortKey::Flag(document.boolean(node) == Some(true)),
        Type::Integer | Type::Decimal => SortKey::Number(document.raw(node).to_owned()),
        Type::DateTime => value::date_time(&text()).map_or(SortKey::Unassigned, SortKey::Instant),
        _ if attribute.case_exact => SortKey::Text(text()),
        _ => SortKey::Text(value::folded(&text()).into_owned()),
    }
}

/// What a filter looks at.
struct Names {
    /// Members, grants, owners or groups.
    edges: bool,
}

impl Names {
    fn of(tree: &path::Filter) -> Self {
        let mut edges = false;
        for_each_path(tree, &mut |path| {
            let name = path.name.to_ascii_lowercase();
            edges |= ["members", "grants", "owners", "groups"].contains(&name.as_str());
        });
        Self { edges }
    }
}

fn for_each_path(tree: &path::Filter, found: &mut dyn FnMut(&AttributePath)) {
    match tree {
        path::Filter::Compare(path, ..) | path::Filter::Present(path) | path::Filter::ValuePath(path, _) => found(path),
        path::Filter::And(terms) | path::Filter::Or(terms) => terms.iter().for_each(|term| for_each_path(term, found)),
        path::Filter::Not(inner) => for_each_path(inner, found),
    }
}

/// The members a filter asks for by `eq` alone; `None` when it asks for anything else about members.
fn members_asked(tree: &path::Filter) -> Option<HashSet<String>> {
    let mut asked = HashSet::new();
    collect_members(tree, &mut asked).then_some(asked)
}

fn collect_members(tree: &path::Filter, asked: &mut HashSet<String>) -> bool {
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
