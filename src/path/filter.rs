//! The syntax tree of a filter, and its canonical text.

use std::fmt;

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
impl Filter {
    /// The tree as JSON text.
    pub fn json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        let mut op = |name: &str| out.extend(["{\"op\":\"", name, "\""]);
        match self {
            Filter::Compare(path, comparison, value) => {
                op(comparison.name());
                out.extend([",\"path\":", &quoted(&path.text), ",\"value\":"]);
                match value {
                    Literal::Number(text) if !is_exact(text) => out.push_str(&quoted(text)),
                    value => out.push_str(&value.to_string()),
                }
            }
            Filter::Present(path) => {
                op("pr");
                out.extend([",\"path\":", &quoted(&path.text)]);
            }
            Filter::ValuePath(path, inner) => {
                op("[]");
                out.extend([",\"path\":", &quoted(&path.text), ",\"filter\":"]);
                inner.write(out);
            }
            Filter::And(terms) | Filter::Or(terms) => {
                op(if matches!(self, Filter::And(_)) { "and" } else { "or" });
                out.push_str(",\"filters\":[");
                for (i, term) in terms.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    term.write(out);
                }
                out.push(']');
            }
            Filter::Not(inner) => {
                op("not");
                out.push_str(",\"filter\":");
                inner.write(out);
            }
        }
        out.push('}');
    }
}

/// Whether a number of JSON is one of JavaScript as well: a whole one up to 2^53, or a fraction of common size.
fn is_exact(number: &str) -> bool {
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    match number.parse::<i64>() {
        Ok(whole) => whole.unsigned_abs() <= 1 << 53,
        Err(_) => digits.len() <= 17 && exponent.parse::<i32>().is_ok_and(|exponent| exponent.abs() < 280),
    }
}
