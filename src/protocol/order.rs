//! Sorting (RFC 7644 §3.4.2.3), by what is stored: no resource is written out to be sorted.

use std::cmp::Ordering;

use super::exchange::{Answer, Exchange};
use super::query::{Query, invalid};
use super::representation::{Representations, type_name};
use crate::issue::ScimType;
use crate::org::{Id, Kind};
use crate::path::parse_attribute_path;
use crate::resource::{Value, value};
use crate::schema::{AttributeId, Registry, Type, common};

/// What a resource is sorted by; an unassigned value sorts last.
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

impl Exchange<'_, '_> {
    /// The attribute that each kind is sorted by, where it has it.
    pub(crate) fn sort_attributes(&self, kinds: &[Kind], query: &Query) -> Answer<Vec<(Kind, AttributeId)>> {
        let Some(sort_by) = &query.sort_by else { return Ok(Vec::new()) };
        let org = self.draft.org;
        let registry = &org.config.registry;
        let path = parse_attribute_path(sort_by).map_err(|error| invalid(ScimType::InvalidValue, "sortBy", error.to_string()))?;
        let resolved: Vec<(Kind, AttributeId)> = kinds
            .iter()
            .filter_map(|kind| registry.resolve(org.type_of(*kind), &path, self.dialect).ok().map(|(id, _)| (*kind, id)))
            .collect();
        if resolved.is_empty() {
            let detail = format!("`{sort_by}` is no attribute of the resources listed");
            return Err(invalid(ScimType::InvalidValue, "sortBy", detail).into());
        }
        Ok(resolved)
    }

    /// The first so many in the order of those attributes; equal keys stay in the order of ids.
    pub(crate) fn first(&self, found: &[(Id, Kind)], many: usize, by: &[(Kind, AttributeId)], descending: bool) -> Vec<(Id, Kind)> {
        let key = |id: Id, kind: Kind| by.iter().find(|(of, _)| *of == kind).map(|(_, attribute)| self.sort_key(id, kind, *attribute));
        let mut keyed = found.iter().map(|(id, kind)| (key(*id, *kind).unwrap_or(SortKey::Unassigned), *id, *kind));
        let order = |a: &SortKey, b: &SortKey| if descending { b.order(a) } else { a.order(b) };
        let mut sorted: Vec<(SortKey, Id, Kind)> = Vec::new();
        if many.saturating_mul(16) < found.len() {
            // Few of many: each one finds its place among the first ones so far, or has none.
            for one in keyed {
                if sorted.len() >= many && sorted.last().is_none_or(|(last, ..)| order(&one.0, last) != Ordering::Less) {
                    continue;
                }
                let at = sorted.partition_point(|(other, ..)| order(other, &one.0) != Ordering::Greater);
                sorted.truncate(many - 1);
                sorted.insert(at, one);
            }
        } else {
            sorted.extend(&mut keyed);
            crate::sort::by(&mut sorted, &mut |(a, ..), (b, ..)| order(a, b));
        }
        sorted.into_iter().map(|(_, id, kind)| (id, kind)).collect()
    }

    fn sort_key(&self, id: Id, kind: Kind, attribute: AttributeId) -> SortKey {
        let registry = &self.draft.org.config.registry;
        let body = self.draft.body(id);
        let time = |time: Option<i64>| time.map_or(SortKey::Unassigned, |time| SortKey::Instant((time, 0)));
        match attribute {
            common::ID => return SortKey::Text(self.draft.name(id).into_owned()),
            common::META_CREATED => return time(body.and_then(|body| body.created())),
            common::META_LAST_MODIFIED => return time(body.and_then(|body| body.modified())),
            common::META_RESOURCE_TYPE => return SortKey::Text(type_name(kind).to_owned()),
            common::META_LOCATION => return SortKey::Text(Representations { draft: &self.draft }.location(id, kind)),
            common::META_VERSION => return SortKey::Text(self.draft.tag(id)),
            _ => {}
        }
        let mut leaf = attribute;
        if registry.attribute(leaf).kind == Type::Complex {
            match registry.attribute(leaf).value {
                Some(value) => leaf = value,
                None => return SortKey::Unassigned,
            }
        }
        let whole = body.map(|body| Value::Object(body.packed()));
        whole.and_then(|whole| value_at(registry, whole, leaf)).map_or(SortKey::Unassigned, |value| key_of(registry, leaf, value))
    }
}

/// The value at the path that leads to an attribute: of several values the primary one counts, else the first.
fn value_at<'p>(registry: &Registry, whole: Value<'p>, id: AttributeId) -> Option<Value<'p>> {
    let above = match registry.attribute(id).parent {
        Some(parent) => value_at(registry, whole, parent)?,
        None => whole,
    };
    let Value::Object(object) = above else { return None };
    match object.member(id)? {
        Value::Array(items) => {
            let primary = registry.attribute(id).primary;
            let is_primary = |item: &Value<'_>| match (item, primary) {
                (Value::Object(object), Some(primary)) => object.member(primary) == Some(Value::Boolean(true)),
                _ => false,
            };
            items.items().find(is_primary).or_else(|| items.items().next())
        }
        value => Some(value),
    }
}

fn key_of(registry: &Registry, id: AttributeId, value: Value<'_>) -> SortKey {
    let attribute = registry.attribute(id);
    match value {
        Value::Boolean(flag) => SortKey::Flag(flag),
        Value::Number(text) => SortKey::Number(text.to_owned()),
        Value::Object(_) | Value::Array(_) => SortKey::Unassigned,
        text => match (text.text().unwrap_or_default(), attribute.kind) {
            (text, Type::DateTime) => value::date_time(&text).map_or(SortKey::Unassigned, SortKey::Instant),
            (text, _) if attribute.case_exact => SortKey::Text(text.into_owned()),
            (text, _) => SortKey::Text(value::folded(&text).into_owned()),
        },
    }
}

/// Several lists, each in the order of identifiers, as one.
pub(crate) fn merged<'n>(lists: Vec<Vec<(Id, Kind)>>, name: &dyn Fn(Id) -> std::borrow::Cow<'n, str>) -> Vec<(Id, Kind)> {
    let mut whole: Vec<(Id, Kind)> = Vec::new();
    for list in lists {
        let (mut left, mut right) = (std::mem::take(&mut whole).into_iter().peekable(), list.into_iter().peekable());
        while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
            let first = if name(*a) <= name(*b) { left.next() } else { right.next() };
            whole.extend(first);
        }
        whole.extend(left);
        whole.extend(right);
    }
    whole
}
