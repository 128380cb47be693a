//! What a list request asks for, in its address or in a SearchRequest (RFC 7644 §3.4.2, §3.4.3; RFC 9865 §2).

use super::exchange::{Answer, selection_of};
use super::projection::Selection;
use super::target::{Address, endpoint};
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::json::Json;
use crate::org::Kind;
use crate::resource::{Members, Scanner};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The parameters of a list.
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

pub(crate) fn invalid(scim_type: ScimType, path: &str, detail: String) -> ScimError {
    ScimError::new(400, Some(scim_type), detail).at(path)
}

impl Query {
    pub(crate) fn of_address(address: &Address) -> Answer<Self> {
        let text = |name: &str| address.query.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
        let cursor = text("cursor");
        let number = |name: &'static str, wrong: ScimType| match text(name) {
            None => Ok(None),
            Some(text) => match whole_number(text.trim()) {
                Some(number) => Ok(Some(number)),
                None => Err(invalid(wrong, name, format!("`{name}` is `{text}`: it must be a whole number"))),
            },
        };
        let sort_order = text("sortOrder");
        Self {
            filter: text("filter"),
            sort_by: text("sortBy"),
            descending: descending(sort_order.as_deref())?,
            start_index: number("startIndex", ScimType::InvalidValue)?,
            count: number("count", if cursor.is_some() { ScimType::InvalidCount } else { ScimType::InvalidValue })?,
            cursor,
            selection: selection_of(address)?,
        }
        .judged()
    }

    /// Reads a SearchRequest (RFC 7644 §3.4.3).
    pub(crate) fn of_search(text: &str, depth: usize) -> Answer<Self> {
        let syntax = |detail: String| ScimError::new(400, Some(ScimType::InvalidSyntax), detail);
        let mut scanner = Scanner::new(text, depth);
        let root = scanner.skip(0)?;
        scanner.end()?;
        let mut members = Members::open(text, root, depth)?.ok_or_else(|| syntax("a search is an object".into()))?;
        let (mut query, mut attributes, mut excluded, mut order, mut named) = (Self::default(), None, None, None, false);
        while let Some((name, value)) = members.next()? {
            let json = text.get(value.start as usize..value.end as usize).unwrap_or("");
            let value = Json::parse(json).map_err(|error| syntax(format!("the search cannot be read: {error}")))?;
            let value = Some(value).filter(|value| *value != Json::Null);
            match name.to_ascii_lowercase().as_str() {
                "schemas" => named = names(value, "schemas")?.is_some_and(|all| all.iter().any(|urn| urn.eq_ignore_ascii_case(SEARCH))),
                "filter" => query.filter = word(value, "filter")?,
                "sortby" => query.sort_by = word(value, "sortBy")?,
                "sortorder" => order = word(value, "sortOrder")?,
                "startindex" => query.start_index = number(value, json, "startIndex")?,
                "count" => query.count = number(value, json, "count")?,
                "cursor" => query.cursor = word(value, "cursor")?,
                "attributes" => attributes = names(value, "attributes")?,
                "excludedattributes" => excluded = names(value, "excludedAttributes")?,
                _ => {}
            }
        }
        if !named {
            return Err(syntax(format!("`schemas` must list `{SEARCH}`")).at("schemas").into());
        }
        query.descending = descending(order.as_deref())?;
        query.selection = Selection::new(attributes, excluded)?;
        query.judged()
    }

    /// The two ways to page exclude each other, and a page of a cursor holds something (RFC 9865 §2).
    fn judged(self) -> Answer<Self> {
        if self.cursor.is_some() {
            if self.start_index.is_some() {
                return Err(invalid(ScimType::InvalidValue, "startIndex", "`startIndex` and `cursor` exclude each other".into()).into());
            }
            if self.count.is_some_and(|count| count < 1) {
                return Err(invalid(ScimType::InvalidCount, "count", "with a cursor, `count` must be 1 or more".into()).into());
            }
        }
        Ok(self)
    }

    /// What a cursor must have been made for.
    pub(crate) fn fingerprint(&self, kinds: &[Kind]) -> u64 {
        let kinds: Vec<&str> = kinds.iter().map(|kind| endpoint(*kind)).collect();
        let order = if self.descending { "d" } else { "a" };
        let parts = [self.filter.as_deref(), self.sort_by.as_deref(), Some(order), Some(&kinds.concat())];
        crate::org::hash_text(21, parts.map(|part| part.unwrap_or("\u{1}")).join("\u{0}").as_bytes())
    }
}

/// A whole number; one that is larger than any organization counts as the largest.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

fn wrong(name: &str, expected: &str) -> ScimError {
    invalid(ScimType::InvalidValue, name, format!("`{name}` must be {expected}"))
}

fn word(value: Option<Json<'_>>, name: &str) -> Result<Option<String>, ScimError> {
    match value {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text.into_owned())),
        Some(_) => Err(wrong(name, "a string")),
    }
}

fn number(value: Option<Json<'_>>, json: &str, name: &str) -> Result<Option<i64>, ScimError> {
    match value {
        None => Ok(None),
        Some(Json::Number(_)) => whole_number(json).map(Some).ok_or_else(|| wrong(name, "a whole number")),
        Some(_) => Err(wrong(name, "a whole number")),
    }
}

fn names(value: Option<Json<'_>>, name: &str) -> Result<Option<Vec<String>>, ScimError> {
    match value {
        None => Ok(None),
        Some(Json::List(items)) => {
            let all: Option<Vec<String>> = items.iter().map(|item| item.as_text().map(str::to_owned)).collect();
            all.map(Some).ok_or_else(|| wrong(name, "an array of strings"))
        }
        Some(_) => Err(wrong(name, "an array of strings")),
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
