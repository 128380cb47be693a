//! `bulkId:` references: found, put in place of, and taken out until there are ids for them (RFC 7644 §3.7.2).

use std::borrow::Cow;

use crate::json::Json;
use crate::maps::{Map, Set};
use crate::protocol::target::{Address, Target, endpoint};
use crate::resource::push_quoted;

pub(super) const REFERENCE: &str = "bulkId:";

/// The endpoint and the bulkId of a path such as `/Users/bulkId:ann`.
pub(super) fn reference_of_path(path: &str) -> Option<(&'static str, String)> {
    match Address::of(path).ok()??.target {
        Target::Resource(kind, id) => Some((endpoint(kind), id.strip_prefix(REFERENCE)?.to_owned())),
        _ => None,
    }
}

/// The bulkIds that values refer to: as a whole text, or in quotation marks inside a path's filter.
pub(super) fn references(value: &Json<'_>, found: &mut Vec<String>) {
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
pub(super) fn substituted<'t>(data: &'t str, ids: &Map<String, String>) -> Cow<'t, str> {
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

/// The same data without references that have no id yet, and the PATCH that adds them with the bulkIds it waits for.
pub(super) fn without_references(data: &str, ids: &Map<String, String>) -> (String, Option<(String, Set<String>)>) {
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

fn addition<'j>(path: Cow<'j, str>, value: Json<'j>) -> Json<'j> {
    Json::object([("op", Json::text("add")), ("path", Json::Text(path)), ("value", value)])
}
