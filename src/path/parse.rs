//! The parser of paths and filters: linear in the text, bounded in depth.
//!
//! ```text
//! FILTER    = attrExp / logExp / valuePath / *1"not" "(" FILTER ")"
//! valuePath = attrPath "[" valFilter "]"
//! attrExp   = (attrPath SP "pr") / (attrPath SP compareOp SP compValue)
//! logExp    = FILTER SP ("and" / "or") SP FILTER
//! compValue = false / null / true / number / string
//! PATH      = attrPath / valuePath [subAttr]
//! ```
//!
//! White space between words may be longer than one space, and `not` needs none before its parenthesis.

use thiserror::Error;

use super::attribute::{AttributePath, PatchPath, is_name};
use super::filter::{Comparison, Filter, Literal};

/// Named limits of a filter: see `Limits` of the JavaScript contract.
#[derive(Clone, Copy, Debug)]
pub struct FilterLimits {
    /// Bytes of text.
    pub length: usize,
    /// Parentheses and brackets inside one another.
    pub depth: usize,
}

impl Default for FilterLimits {
    fn default() -> Self {
        Self { length: 65_536, depth: 50 }
    }
}

/// What a filter's text may ask for, and in the answer what it did ask for, beyond the grammar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerated {
    /// `emails[type eq "work"].value eq "x"`
    pub value_path_sub: bool,
    /// `userName eq ann`
    pub unquoted: bool,
}

/// Why a text is no path or filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum PathError {
    #[error("`{text}` is no attribute path: a name starts with a letter and goes on with letters, digits, `-` or `_`")]
    NotAPath { text: String },
    #[error("expected {expected} at character {at}, found {found}")]
    Expected { expected: &'static str, at: usize, found: String },
    #[error("`{word}` at character {at} is no operator: use eq, ne, co, sw, ew, gt, ge, lt, le or pr")]
    UnknownOperator { word: String, at: usize },
    #[error("the filter is {length} bytes long, more than the limit of {limit} (filterLength)")]
    TooLong { length: usize, limit: usize },
    #[error("the filter nests deeper than the limit of {limit} (filterDepth)")]
    TooDeep { limit: usize },
}

/// Reads a whole filter. The second part of the answer tells which of `tolerated` were used.
pub fn parse_filter(text: &str, limits: &FilterLimits, tolerated: Tolerated) -> Result<(Filter, Tolerated), PathError> {
    let mut parser = Parser::new(text, limits, tolerated)?;
    let filter = parser.filter(0, false)?;
    parser.end()?;
    Ok((filter, parser.used))
}

/// Reads the path of a PATCH operation. The error tells whether the filter in brackets is to blame.
pub fn parse_patch_path(text: &str, limits: &FilterLimits, tolerated: Tolerated) -> Result<(PatchPath, Tolerated), (bool, PathError)> {
    let outside = |error| (false, error);
    let inside = |error| (true, error);
    let mut parser = Parser::new(text, limits, tolerated).map_err(outside)?;
    let attribute = parser.attribute().map_err(outside)?;
    let mut path = PatchPath { attribute, filter: None, sub: None };
    if parser.take(b'[') {
        path.filter = Some(parser.filter(1, true).map_err(inside)?);
        parser.expect(b']', "`]`").map_err(inside)?;
        if parser.take(b'.') {
            let sub = parser.token();
            if !is_name(sub) {
                return Err(outside(PathError::NotAPath { text: sub.into() }));
            }
            path.sub = Some(sub.into());
        }
    }
    parser.end().map_err(outside)?;
    Ok((path, parser.used))
}

/// Reads one attribute path, as `attributes`, `excludedAttributes` and `sortBy` hold them.
pub fn parse_attribute_path(text: &str) -> Result<AttributePath, PathError> {
    AttributePath::of(text).ok_or_else(|| PathError::NotAPath { text: text.into() })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    max_depth: usize,
    allowed: Tolerated,
    used: Tolerated,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, limits: &FilterLimits, allowed: Tolerated) -> Result<Self, PathError> {
        if text.len() > limits.length {
            return Err(PathError::TooLong { length: text.len(), limit: limits.length });
        }
        Ok(Self { text, at: 0, max_depth: limits.depth, allowed, used: Tolerated::default() })
    }

    /// `or` over `and` over terms. `inside` a value path no further value path may stand.
    fn filter(&mut self, depth: usize, inside: bool) -> Result<Filter, PathError> {
        if depth > self.max_depth {
            return Err(PathError::TooDeep { limit: self.max_depth });
        }
        let first = self.all(depth, inside)?;
        if !self.word_is("or") {
            return Ok(first);
        }
        let mut any = vec![first, self.all(depth, inside)?];
        while self.word_is("or") {
            any.push(self.all(depth, inside)?);
        }
        Ok(Filter::Or(any))
    }

    /// Terms joined by `and`.
    fn all(&mut self, depth: usize, inside: bool) -> Result<Filter, PathError> {
        let first = self.term(depth, inside)?;
        if !self.word_is("and") {
            return Ok(first);
        }
        let mut all = vec![first, self.term(depth, inside)?];
        while self.word_is("and") {
            all.push(self.term(depth, inside)?);
        }
        Ok(Filter::And(all))
    }

    fn term(&mut self, depth: usize, inside: bool) -> Result<Filter, PathError> {
        self.skip_space();
        if self.take(b'(') {
            let filter = self.filter(depth + 1, inside)?;
            self.expect(b')', "`)`")?;
            return Ok(filter);
        }
        let start = self.at;
        if self.token().eq_ignore_ascii_case("not") {
            self.skip_space();
            if self.take(b'(') {
                let filter = self.filter(depth + 1, inside)?;
                self.expect(b')', "`)`")?;
                return Ok(Filter::Not(Box::new(filter)));
            }
        }
        self.at = start;
        let path = self.attribute()?;
        if !inside && self.take(b'[') {
            let filter = self.filter(depth + 1, true)?;
            self.expect(b']', "`]`")?;
            if self.peek() == Some(b'.') && self.allowed.value_path_sub {
                self.at += 1;
                self.used.value_path_sub = true;
                let sub = self.attribute()?;
                let more = self.comparison(sub)?;
                return Ok(Filter::ValuePath(
                    path,
                    Box::new(Filter::And(match filter {
                        Filter::And(mut terms) => {
                            terms.push(more);
                            terms
                        }
                        other => vec![other, more],
                    })),
                ));
            }
            return Ok(Filter::ValuePath(path, Box::new(filter)));
        }
        self.comparison(path)
    }

    /// What follows the attribute path.
    fn comparison(&mut self, path: AttributePath) -> Result<Filter, PathError> {
        if !self.skip_space() {
            return Err(self.expected("a space and an operator"));
        }
        let at = self.at;
        let word = self.token();
        if word.is_empty() {
            return Err(self.expected("an operator"));
        }
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(op) = Comparison::named(word) else {
            return Err(PathError::UnknownOperator { word: word.into(), at: self.characters(at) });
        };
        // RFC 7644 §3.5.2.2 itself shows `value eq"…"`.
        if !self.skip_space() && !self.rest().starts_with('"') {
            return Err(self.expected("a space and a value"));
        }
        let value = self.literal(op)?;
        Ok(Filter::Compare(path, op, value))
    }

    fn literal(&mut self, op: Comparison) -> Result<Literal, PathError> {
        let rest = self.rest();
        if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.bytes().enumerate().skip(1).find(|&(_, byte)| {
                let closes = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                closes
            });
            let Some((end, _)) = end else { return Err(self.expected("a closing quotation mark")) };
            let Some(Some(value)) = rest.get(..=end).map(crate::json::parse_string) else {
                return Err(self.expected("a JSON string"));
            };
            self.at += end + 1;
            return Ok(Literal::String(value.into()));
        }
        let start = self.at;
        let word = self.token();
        match word {
            "true" => return Ok(Literal::Boolean(true)),
            "false" => return Ok(Literal::Boolean(false)),
            "null" => return Ok(Literal::Null),
            _ if is_json_number(word) => return Ok(Literal::Number(word.into())),
            _ => {}
        }
        let boolean = word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false");
        if self.allowed.unquoted && !word.is_empty() && (op == Comparison::Eq || boolean) {
            self.used.unquoted = true;
            return Ok(Literal::String(word.into()));
        }
        self.at = start;
        Err(self.expected("a JSON string in quotation marks, a number, true, false or null"))
    }

    fn attribute(&mut self) -> Result<AttributePath, PathError> {
        self.skip_space();
        let token = self.token();
        if token.is_empty() {
            return Err(self.expected("an attribute name"));
        }
        AttributePath::of(token).ok_or_else(|| PathError::NotAPath { text: token.into() })
    }

    /// The letters up to the next space, quotation mark, parenthesis or bracket.
    fn token(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.bytes().position(|b| b <= b' ' || matches!(b, b'(' | b')' | b'[' | b']' | b'"')).unwrap_or(rest.len());
        let (token, _) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.at += token.len();
        token
    }

    /// Takes `word`, in any case, if it comes next with white space on both sides.
    fn word_is(&mut self, word: &str) -> bool {
        let start = self.at;
        if self.skip_space() && self.token().eq_ignore_ascii_case(word) && self.skip_space() {
            return true;
        }
        self.at = start;
        false
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), PathError> {
        self.skip_space();
        if self.take(byte) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn skip_space(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.at > start
    }

    fn end(&mut self) -> Result<(), PathError> {
        self.skip_space();
        if self.rest().is_empty() { Ok(()) } else { Err(self.expected("the end, `and` or `or`")) }
    }

    fn characters(&self, at: usize) -> usize {
        self.text.get(..at).map_or(at, |before| before.chars().count())
    }

    fn expected(&self, expected: &'static str) -> PathError {
        let found = match self.rest().chars().next() {
            Some(_) => format!("`{}`", self.rest().chars().take(12).collect::<String>()),
            None => "the end".into(),
        };
        PathError::Expected { expected, at: self.characters(self.at), found }
    }
}

fn is_json_number(word: &str) -> bool {
    number_length(word.as_bytes()) == Some(word.len())
}

/// How many bytes at the start of `text` are a number of RFC 8259 §6.
pub(crate) fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    at += match text.get(at) {
        Some(b'0') => 1,
        Some(b'1'..=b'9') => digits(at),
        _ => return None,
    };
    if text.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &str) -> Result<String, PathError> {
        parse_filter(text, &FilterLimits::default(), Tolerated::default()).map(|(f, _)| f.to_string())
    }

    #[test]
    fn prints_canonically() {
        for (given, canonical) in [
            ("userName Eq \"bjensen\"", "userName eq \"bjensen\""),
            ("a pr or b pr and c pr", "a pr or b pr and c pr"),
            ("(a pr or b pr) AND c pr", "(a pr or b pr) and c pr"),
            ("((a pr))", "a pr"),
            ("not(a pr)", "not (a pr)"),
            ("a pr and (b pr and c pr)", "a pr and (b pr and c pr)"),
            ("emails[type eq \"work\" and value co \"@x\"]", "emails[type eq \"work\" and value co \"@x\"]"),
            ("a eq \"\\u0041\\\"\"", "a eq \"A\\\"\""),
            ("n gt -1.50E+3", "n gt -1.50E+3"),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
                "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
            ),
            ("not eq true", "not eq true"),
            ("$ref eq null", "$ref eq null"),
        ] {
            assert_eq!(print(given).as_deref(), Ok(canonical), "{given}");
            assert_eq!(print(canonical).as_deref(), Ok(canonical), "{canonical}");
        }
    }

    #[test]
    fn refuses_what_the_grammar_does_not_have() {
        for text in [
            "",
            "a",
            "a eq",
            "a eq x",
            "a zz \"x\"",
            "a eq \"x",
            "(a pr",
            "a pr)",
            "a pr and",
            "and",
            "a[b[c pr]]",
            "__proto__ eq 1",
            "a eq 01",
            "a eq \"\\ud800\"",
            "a.b.c pr",
            "a[b pr].c eq \"x\"",
            "a pr b pr",
            "a eq'x'",
        ] {
            assert!(print(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_and_length_are_limited() {
        let deep = format!("{}a pr{}", "(".repeat(60), ")".repeat(60));
        assert_eq!(print(&deep), Err(PathError::TooDeep { limit: 50 }));
        assert!(matches!(print(&" ".repeat(70_000)), Err(PathError::TooLong { .. })));
    }
}
