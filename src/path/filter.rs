//! The syntax tree of a filter, and its canonical text.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::attribute::AttributePath;

/// A filter. `And` and `Or` hold two or more terms, so that a long chain is wide, not deep.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `attrPath SP compareOp SP compValue`
    Compare(AttributePath, Comparison, Literal),
    /// `attrPath SP "pr"`
    Present(AttributePath),
    /// `attrPath "[" valFilter "]"`
    ValuePath(AttributePath, Box<Filter>),
    /// All terms hold.
    And(Vec<Filter>),
    /// One term holds.
    Or(Vec<Filter>),
    /// The term does not hold.
    Not(Box<Filter>),
}

/// RFC 7644 Table 3, `pr` aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Comparison {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Comparison {
    const ALL: [(&'static str, Comparison); 9] = [
        ("eq", Comparison::Eq),
        ("ne", Comparison::Ne),
        ("co", Comparison::Co),
        ("sw", Comparison::Sw),
        ("ew", Comparison::Ew),
        ("gt", Comparison::Gt),
        ("ge", Comparison::Ge),
        ("lt", Comparison::Lt),
        ("le", Comparison::Le),
    ];

    /// The operator of that name, in any case.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, op)| *op)
    }

    /// `eq`, `ne`, …
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("eq", |(name, _)| name)
    }

    /// `gt`, `ge`, `lt` or `le`.
    pub fn is_order(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
    }

    /// `co`, `sw` or `ew`.
    pub fn is_substring(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }
}

/// `compValue = false / null / true / number / string`. A number keeps its text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Literal {
    Null,
    Boolean(bool),
    Number(Box<str>),
    String(Box<str>),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Null => f.write_str("null"),
            Literal::Boolean(true) => f.write_str("true"),
            Literal::Boolean(false) => f.write_str("false"),
            Literal::Number(text) => f.write_str(text),
            Literal::String(text) => f.write_str(&quoted(text)),
        }
    }
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl Filter {
    /// `or` binds weakest, then `and`, then everything else.
    fn strength(&self) -> u8 {
        match self {
            Filter::Or(_) => 0,
            Filter::And(_) => 1,
            _ => 2,
        }
    }

    fn chain(f: &mut fmt::Formatter<'_>, terms: &[Filter], word: &str, strength: u8) -> fmt::Result {
        for (i, term) in terms.iter().enumerate() {
            if i > 0 {
                write!(f, " {word} ")?;
            }
            if term.strength() <= strength {
                write!(f, "({term})")?;
            } else {
                write!(f, "{term}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Compare(path, op, value) => write!(f, "{path} {} {value}", op.name()),
            Filter::Present(path) => write!(f, "{path} pr"),
            Filter::ValuePath(path, inner) => write!(f, "{path}[{inner}]"),
            Filter::And(terms) => Self::chain(f, terms, "and", 1),
            Filter::Or(terms) => Self::chain(f, terms, "or", 0),
            Filter::Not(inner) => write!(f, "not ({inner})"),
        }
    }
}

/// `{"op": "and", "filters": […]}`, `{"op": "not", "filter": …}`, `{"op": "eq", "path": …, "value": …}`,
/// `{"op": "pr", "path": …}`, `{"op": "[]", "path": …, "filter": …}`. A number past 2^53 is its text.
impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Filter::Compare(path, op, value) => {
                map.serialize_entry("op", op.name())?;
                map.serialize_entry("path", &path.text)?;
                match value {
                    Literal::Null => map.serialize_entry("value", &())?,
                    Literal::Boolean(flag) => map.serialize_entry("value", flag)?,
                    Literal::String(text) => map.serialize_entry("value", text)?,
                    Literal::Number(text) => match serde_json::from_str::<serde_json::Number>(text) {
                        Ok(number) if number.as_i64().is_none_or(|n| n.unsigned_abs() <= 1 << 53) => {
                            map.serialize_entry("value", &number)?
                        }
                        _ => map.serialize_entry("value", text)?,
                    },
                }
            }
            Filter::Present(path) => {
                map.serialize_entry("op", "pr")?;
                map.serialize_entry("path", &path.text)?;
            }
            Filter::ValuePath(path, inner) => {
                map.serialize_entry("op", "[]")?;
                map.serialize_entry("path", &path.text)?;
                map.serialize_entry("filter", inner)?;
            }
            Filter::And(terms) | Filter::Or(terms) => {
                map.serialize_entry("op", if matches!(self, Filter::And(_)) { "and" } else { "or" })?;
                map.serialize_entry("filters", terms)?;
            }
            Filter::Not(inner) => {
                map.serialize_entry("op", "not")?;
                map.serialize_entry("filter", inner)?;
            }
        }
        map.end()
    }
}
