//! An attribute path as RFC 7644 §3.10 writes it, and the target of a PATCH operation.

use std::fmt;

use super::filter::Filter;

/// `urn:…:User:name.givenName`, taken apart as far as the grammar allows.
///
/// Which part of a URN is the schema depends on the schemas that exist, so the whole text is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePath {
    /// The path as written.
    pub text: Box<str>,
    /// What stands before the last colon, if there is one.
    pub urn: Option<Box<str>>,
    /// The attribute name; empty where the text after the last colon is no name (`urn:example:2.0`).
    pub name: Box<str>,
    /// The sub-attribute after the dot.
    pub sub: Option<Box<str>>,
}

impl AttributePath {
    /// Takes `text` apart. `None` when no reading of it is an attribute path.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (urn, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) => (Some(urn), rest),
            None => (None, text),
        };
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        let named = is_name(name) && sub.is_none_or(is_name);
        match urn {
            None if !named => None,
            Some(urn) if urn.is_empty() || !text.bytes().all(is_urn_byte) => None,
            _ => Some(Self {
                text: text.into(),
                urn: urn.map(Into::into),
                name: if named { name.into() } else { "".into() },
                sub: if named { sub.map(Into::into) } else { None },
            }),
        }
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The target of a PATCH operation: `PATH = attrPath / valuePath [subAttr]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchPath {
    /// The attribute.
    pub attribute: AttributePath,
    /// The filter in brackets.
    pub filter: Option<Filter>,
    /// The sub-attribute after the brackets.
    pub sub: Option<Box<str>>,
}

/// `ATTRNAME = ALPHA *(nameChar)`; `$ref` is the one name of RFC 7643 outside that grammar.
pub(super) fn is_name(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    rest.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// RFC 8141 letters, and those of `http:` schema URIs.
fn is_urn_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b':' | b'.'
                | b'-'
                | b'_'
                | b'/'
                | b'%'
                | b'+'
                | b'~'
                | b'\''
                | b'*'
                | b'!'
                | b'$'
                | b'&'
                | b','
                | b';'
                | b'='
                | b'@'
                | b'#'
                | b'?'
        )
}
