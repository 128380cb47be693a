//! A small JSON value as a tree that borrows its text: options, schemas and discovery. Order and numbers stay as
//! written; payloads are never read into it. It is read by the scanner of [`crate::resource`].

use std::borrow::Cow;
use std::fmt;

use crate::resource::{Scanner, SyntaxError, Token, push_quoted};

/// How deep a text may nest.
const DEPTH: usize = 128;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Json<'t> {
    #[default]
    Null,
    Flag(bool),
    /// As it is written.
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    List(Vec<Json<'t>>),
    Object(Vec<(Cow<'t, str>, Json<'t>)>),
}

/// A member is not what it has to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` must be {expected}")]
pub(crate) struct Unfit {
    name: &'static str,
    expected: &'static str,
}

impl Unfit {
    pub(crate) fn missing(name: &'static str) -> Self {
        Self { name, expected: "given" }
    }

    pub(crate) fn object_type() -> Self {
        Self { name: "type", expected: "Organization, Workspace or Folder" }
    }

    pub(crate) fn kind() -> Self {
        Self { name: "actor.kind", expected: "identityProvider, user or system" }
    }
}

impl<'t> Json<'t> {
    pub(crate) fn parse(text: &'t str) -> Result<Self, Box<SyntaxError>> {
        let mut scanner = Scanner::new(text, DEPTH);
        let value = Self::read(&mut scanner, 0)?;
        scanner.end()?;
        Ok(value)
    }

    fn read(scanner: &mut Scanner<'t>, depth: usize) -> Result<Self, Box<SyntaxError>> {
        if depth > DEPTH {
            return Err(SyntaxError::TooDeep { limit: DEPTH }.into());
        }
        Ok(match scanner.token()? {
            Token::Null => {
                scanner.word(Token::Null)?;
                Json::Null
            }
            token @ (Token::True | Token::False) => {
                scanner.word(token)?;
                Json::Flag(token == Token::True)
            }
            Token::Number => {
                let span = scanner.number()?;
                Json::Number(scanner.slice(span).into())
            }
            Token::String => {
                let span = scanner.string()?;
                Json::Text(text_of(scanner.slice(span), span.escaped))
            }
            Token::Array => {
                scanner.expect(b'[', "`[`")?;
                let mut items = Vec::new();
                let mut open = !scanner.take(b']');
                while open {
                    items.push(Self::read(scanner, depth + 1)?);
                    open = scanner.more(b']', "`,` or `]`")?;
                }
                Json::List(items)
            }
            Token::Object => {
                scanner.expect(b'{', "`{`")?;
                let mut members = Vec::new();
                let mut open = !scanner.take(b'}');
                while open {
                    let name = scanner.name()?;
                    let value = Self::read(scanner, depth + 1)?;
                    members.push((text_of(scanner.slice(name), name.escaped), value));
                    open = scanner.more(b'}', "`,` or `}`")?;
                }
                Json::Object(members)
            }
        })
    }

    pub(crate) fn text(text: impl Into<Cow<'t, str>>) -> Self {
        Json::Text(text.into())
    }

    pub(crate) fn number(number: usize) -> Self {
        Json::Number(number.to_string().into())
    }

    pub(crate) fn texts(texts: &'t [Box<str>]) -> Self {
        Json::List(texts.iter().map(|text| Json::text(&**text)).collect())
    }

    pub(crate) fn object<const N: usize>(members: [(&'static str, Json<'t>); N]) -> Self {
        Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_number<N: std::str::FromStr>(&self) -> Option<N> {
        match self {
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The member of that very name; of several the last, and null is absent.
    pub(crate) fn member(&self, name: &str) -> Option<&Json<'t>> {
        match self {
            Json::Object(members) => {
                members.iter().rfind(|(own, _)| own == name).map(|(_, value)| value).filter(|value| **value != Json::Null)
            }
            _ => None,
        }
    }

    // ── members of options

    pub(crate) fn list_at(&self, name: &'static str) -> Result<&[Json<'t>], Unfit> {
        match self.member(name) {
            Some(Json::List(items)) => Ok(items),
            _ => Err(Unfit { name, expected: "an array" }),
        }
    }

    pub(crate) fn text_at(&self, name: &'static str) -> Result<Option<String>, Unfit> {
        let Some(value) = self.member(name) else { return Ok(None) };
        value.as_text().map(|text| Some(text.to_owned())).ok_or(Unfit { name, expected: "a string" })
    }

    pub(crate) fn texts_at(&self, name: &'static str) -> Result<Option<Vec<String>>, Unfit> {
        let unfit = Unfit { name, expected: "an array of strings" };
        match self.member(name) {
            None => Ok(None),
            Some(Json::List(items)) => {
                items.iter().map(|item| item.as_text().map(str::to_owned)).collect::<Option<_>>().map(Some).ok_or(unfit)
            }
            Some(_) => Err(unfit),
        }
    }

    pub(crate) fn needed_text(&self, name: &'static str) -> Result<String, Unfit> {
        self.text_at(name)?.ok_or(Unfit::missing(name))
    }

    /// An object, or nothing.
    pub(crate) fn object_at(&self, name: &'static str) -> Result<Option<&Json<'t>>, Unfit> {
        match self.member(name) {
            Some(Json::Object(_)) | None => Ok(self.member(name)),
            Some(_) => Err(Unfit { name, expected: "an object" }),
        }
    }

    pub(crate) fn maybe_flag_at(&self, name: &'static str) -> Result<Option<bool>, Unfit> {
        Ok(if self.member(name).is_some() { Some(self.flag_at(name)?) } else { None })
    }

    pub(crate) fn flag_at(&self, name: &'static str) -> Result<bool, Unfit> {
        match self.member(name) {
            None => Ok(false),
            Some(Json::Flag(flag)) => Ok(*flag),
            Some(_) => Err(Unfit { name, expected: "true or false" }),
        }
    }

    pub(crate) fn number_at(&self, name: &'static str) -> Result<Option<u64>, Unfit> {
        let Some(value) = self.member(name) else { return Ok(None) };
        value.as_number().map(Some).ok_or(Unfit { name, expected: "a whole number that is not negative" })
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}

impl Json<'_> {
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Json::Number(text) => out.push_str(text),
            Json::Text(text) => push_quoted(out, text),
            Json::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (i, (name, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    push_quoted(out, name);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// A JSON string, quotation marks included, as the text it stands for.
pub(crate) fn parse_string(json: &str) -> Option<String> {
    let mut scanner = Scanner::new(json, 0);
    let span = json.starts_with('"').then(|| scanner.string().ok()).flatten()?;
    scanner.end().ok()?;
    Some(text_of(scanner.slice(span), span.escaped).into_owned())
}

fn text_of(raw: &str, escaped: bool) -> Cow<'_, str> {
    if escaped { unescaped(raw).into() } else { raw.into() }
}

/// The value of a string's raw text, which the scanner has found sound (RFC 8259 §7).
pub(crate) fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut after = escape.chars();
        match after.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let first = hex4(&mut after);
                let mut code = first;
                if let 0xd800..0xdc00 = first
                    && let Some(mut pair) = after.as_str().strip_prefix("\\u").map(str::chars)
                {
                    code = 0x10000 + ((first - 0xd800) << 10) + hex4(&mut pair).saturating_sub(0xdc00);
                    after = pair;
                }
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out
}

fn hex4(digits: &mut std::str::Chars<'_>) -> u32 {
    digits.by_ref().take(4).fold(0, |sum, digit| sum << 4 | digit.to_digit(16).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_as_serde_json_does() {
        for text in [
            r#"{"a":[1,-2.50e+10,null,true,false,""],"b":{"c":"x\u00e9\"\\\/\b\f\n\r\t\ud83d\ude00 \u0000é"},"a\u0062":{}}"#,
            "[[],{},[{}],12345678901234567890123]",
            "\"plain\"",
        ] {
            let read = Json::parse(text).unwrap();
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&read.to_string()).unwrap(), theirs);
        }
        for text in ["", "{", "[1,]", "{\"a\":1,}", "nul", "01", "\"\\ud800\"", "1 2"] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn unescapes_as_serde_json_does() {
        for raw in ["", "a", r"\u0041\n", r"\ud83d\ude00!", r"\\u0041", r#"\"\/\b\f\r\t"#, r"é\u00e9\uffff\u0000"] {
            let quoted = format!("\"{raw}\"");
            let theirs: String = serde_json::from_str(&quoted).unwrap();
            assert_eq!(unescaped(raw), theirs);
            assert_eq!(parse_string(&quoted), Some(theirs));
        }
        for wrong in ["", "a", "\"", "\"a\"b", "\"\\ud800\"", "\"\u{1}\""] {
            assert_eq!(parse_string(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn options_say_what_is_wrong() {
        let options = Json::parse(r#"{"a":1,"b":"x","c":["y"],"d":null,"e":true}"#).unwrap();
        assert_eq!(options.number_at("a"), Ok(Some(1)));
        assert_eq!(options.text_at("b"), Ok(Some("x".into())));
        assert_eq!(options.texts_at("c"), Ok(Some(vec!["y".into()])));
        assert_eq!(options.text_at("d"), Ok(None));
        assert_eq!(options.flag_at("e"), Ok(true));
        assert_eq!(options.text_at("a").unwrap_err().to_string(), "`a` must be a string");
        assert_eq!(options.texts_at("b").unwrap_err().to_string(), "`b` must be an array of strings");
    }
}
