//! From a request's path to what it names, and its query's parameters.

use crate::error::ScimError;
use crate::issue::ScimType;
use crate::org::Kind;

/// What a path below the SCIM root names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/Users`
    Collection(Kind),
    /// `/Users/{id}`
    Resource(Kind, String),
    /// `/Users/.search`, `/.search`
    Search(Option<Kind>),
    Organization,
    Bulk,
    Me,
    ServiceProviderConfig,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
}

/// A path and its decoded query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) target: Target,
    pub(crate) query: Vec<(String, String)>,
}

/// The endpoint of a kind of resource.
pub(crate) fn endpoint(kind: Kind) -> &'static str {
    match kind {
        Kind::Organization => "/Organization",
        Kind::User => "/Users",
        Kind::Group => "/Groups",
        Kind::Workspace => "/Workspaces",
        Kind::Folder => "/Folders",
    }
}

impl Address {
    /// Takes a path apart. `None`: nothing has that path.
    pub(crate) fn of(path: &str) -> Result<Option<Self>, ScimError> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = path.split_once('#').map_or(path, |(path, _)| path);
        let malformed = || ScimError::new(400, Some(ScimType::InvalidSyntax), "the path is not percent-encoded as RFC 3986 has it");
        let mut segments = Vec::new();
        for segment in path.trim_start_matches('/').split('/') {
            segments.push(decoded(segment, false).ok_or_else(malformed)?);
        }
        if segments.len() > 1 && segments.last().is_some_and(String::is_empty) {
            segments.pop();
        }
        let mut words = segments.iter().map(String::as_str);
        let (first, second, third) = (words.next().unwrap_or(""), words.next(), words.next());
        let kind = match first {
            "Users" => Some(Kind::User),
            "Groups" => Some(Kind::Group),
            "Workspaces" => Some(Kind::Workspace),
            "Folders" => Some(Kind::Folder),
            _ => None,
        };
        let target = match (first, second, third) {
            (_, _, Some(_)) => None,
            (".search", None, _) => Some(Target::Search(None)),
            ("Organization", None, _) => Some(Target::Organization),
            ("Bulk", None, _) => Some(Target::Bulk),
            ("Me", _, _) => Some(Target::Me),
            ("ServiceProviderConfig", None, _) => Some(Target::ServiceProviderConfig),
            ("ResourceTypes", id, _) => Some(Target::ResourceTypes(id.map(str::to_owned))),
            ("Schemas", id, _) => Some(Target::Schemas(id.map(str::to_owned))),
            (_, None, _) => kind.map(Target::Collection),
            (_, Some(".search"), _) => kind.map(|kind| Target::Search(Some(kind))),
            (_, Some(id), _) => kind.map(|kind| Target::Resource(kind, id.to_owned())),
        };
        let Some(target) = target else { return Ok(None) };
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decoded(name, true).ok_or_else(malformed)?, decoded(value, true).ok_or_else(malformed)?));
        }
        Ok(Some(Self { target, query: pairs }))
    }
}

/// Undoes percent-encoding; `+` is a space in a query.
fn decoded(text: &str, query: bool) -> Option<String> {
    if !text.contains('%') && (!query || !text.contains('+')) {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit()?, digit()?);
                bytes.push((high * 16 + low) as u8);
            }
            b'+' if query => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

/// An id as a segment of a path.
pub(crate) fn encoded(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
    if id.bytes().all(plain) {
        return id.to_owned();
    }
    let mut text = String::with_capacity(id.len() + 8);
    for byte in id.bytes() {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_targets() {
        let target = |path: &str| Address::of(path).unwrap().map(|address| address.target);
        assert_eq!(target("/Users/a%2Fb"), Some(Target::Resource(Kind::User, "a/b".into())));
        assert_eq!(target("Groups/?count=1"), Some(Target::Collection(Kind::Group)));
        assert_eq!(target("/Users/.search"), Some(Target::Search(Some(Kind::User))));
        assert_eq!(target("/users"), None);
        assert_eq!(target("/Users/a/b"), None);
        assert_eq!(target(""), None);
        assert!(Address::of("/Users/%zz").is_err());
        assert!(Address::of("/Users/%ff").is_err());
        let query = Address::of("/Users?filter=userName+eq+%22a%2Bb%22&count=").unwrap().unwrap().query;
        assert_eq!(query, [("filter".to_owned(), "userName eq \"a+b\"".to_owned()), ("count".to_owned(), String::new())]);
        assert_eq!(encoded("a/b ü"), "a%2Fb%20%C3%BC");
    }
}
