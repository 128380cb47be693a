//! JSON text, token by token (RFC 8259): the one hand-written reader of JSON in this crate.
//!
//! It exists for speed: it builds nothing, and hands out spans of the text. Lone surrogates are refused,
//! as `serde_json` refuses them; depth is limited; numbers keep their text. Tests hold it against `serde_json`.

use std::borrow::Cow;

use thiserror::Error;

pub(crate) use crate::json::unescaped;
use crate::maps::Set;
use crate::schema::NameKey;

/// Why a text is no JSON, or more of it than is read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum SyntaxError {
    #[error("expected {expected} at byte {at}")]
    Expected { expected: &'static str, at: usize },
    #[error("the text is not UTF-8 at byte {at}")]
    NotUtf8 { at: usize },
    #[error("a lone surrogate is escaped at byte {at}: text must be Unicode")]
    LoneSurrogate { at: usize },
    #[error("the JSON nests deeper than the limit of {limit} (jsonDepth)")]
    TooDeep { limit: usize },
    #[error("the payload has {bytes} bytes, more than the limit of {limit} (payloadBytes)")]
    TooLarge { bytes: usize, limit: usize },
    #[error("`{name}` appears twice in one object")]
    DuplicateName { name: String, pointer: String },
}

/// What a reading gives; errors are boxed, so that what is common is small enough for registers.
pub(crate) type Scan<T> = Result<T, Box<SyntaxError>>;

/// What a value's first byte says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// A span of the text; a string's is without its quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// A string with escapes in it.
    pub(crate) escaped: bool,
}

pub(crate) struct Scanner<'t> {
    text: &'t str,
    pub(super) at: usize,
    pub(super) max_depth: usize,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is a quotation mark, a backslash or a control character; right up to the first one.
#[inline]
fn special(word: u64) -> u64 {
    // Flipping bit 1 puts the quotation mark (0x22) right behind the control characters and nothing else before it.
    let low = word ^ (ONES * 0x02);
    let backslash = word ^ (ONES * 0x5c);
    ((low.wrapping_sub(ONES * 0x21) & !low) | (backslash.wrapping_sub(ONES) & !backslash)) & HIGH
}

/// All bits of the bytes before the first one that is marked.
#[inline]
fn before(special: u64) -> u64 {
    ((special & special.wrapping_neg()) >> 7).wrapping_sub(1)
}

/// Whether a text stands in a JSON string as it is.
#[inline]
pub(crate) fn is_plain(text: &str) -> bool {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    chunks.iter().all(|chunk| special(u64::from_le_bytes(*chunk)) == 0) && rest.iter().all(plain)
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str, max_depth: usize) -> Self {
        Self { text, at: 0, max_depth }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The bytes of a span.
    #[inline]
    pub(crate) fn raw(&self, span: Span) -> &'t [u8] {
        self.bytes().get(span.start as usize..span.end as usize).unwrap_or(&[])
    }

    #[inline(always)]
    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    #[inline(always)]
    pub(crate) fn skip_space(&mut self) {
        if let Some(0..=b' ') = self.peek() {
            self.skip_spaces();
        }
    }

    #[inline(never)]
    fn skip_spaces(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    #[cold]
    pub(crate) fn expected<T>(&self, expected: &'static str) -> Scan<T> {
        Err(SyntaxError::Expected { expected, at: self.at }.into())
    }

    /// Takes `byte` after white space.
    #[inline]
    pub(crate) fn expect(&mut self, byte: u8, name: &'static str) -> Scan<()> {
        if self.take(byte) { Ok(()) } else { self.expected(name) }
    }

    /// Takes `byte` after white space if it is there.
    #[inline(always)]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// After a value in an object or array: whether another one follows.
    #[inline(always)]
    pub(crate) fn more(&mut self, close: u8, name: &'static str) -> Scan<bool> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.expected(name),
        }
    }

    pub(crate) fn end(&mut self) -> Scan<()> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { self.expected("the end of the text") }
    }

    /// What comes next, after white space; nothing of it is taken.
    #[inline]
    pub(crate) fn token(&mut self) -> Scan<Token> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => Ok(Token::String),
            Some(b'{') => Ok(Token::Object),
            Some(b'[') => Ok(Token::Array),
            Some(b't') => Ok(Token::True),
            Some(b'f') => Ok(Token::False),
            Some(b'n') => Ok(Token::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Token::Number),
            _ => self.expected("a value"),
        }
    }

    /// Whether a string comes next, after white space.
    #[inline(always)]
    pub(crate) fn at_string(&mut self) -> bool {
        self.skip_space();
        self.peek() == Some(b'"')
    }

    /// A member's name and the colon after it.
    #[inline]
    pub(crate) fn name(&mut self) -> Scan<Span> {
        if self.peek() != Some(b'"') {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.expected("a name in quotation marks");
            }
        }
        let span = self.string()?;
        if self.peek() == Some(b':') {
            self.at += 1;
        } else {
            self.expect(b':', "`:`")?;
        }
        Ok(span)
    }

    /// A member's name of fewer than sixteen letters, with its quotation marks and the colon right where they should be: what most
    /// names look like. Of any other nothing is taken.
    #[inline(always)]
    pub(crate) fn short_name(&mut self) -> Option<(Span, NameKey)> {
        let [b'"', letters @ ..] = self.bytes().get(self.at..)?.first_chunk::<17>()? else { return None };
        let (words, _) = letters.as_chunks::<8>();
        let [start, end] = words else { return None };
        let (start, end) = (u64::from_le_bytes(*start), u64::from_le_bytes(*end));
        let (mut close, mut key, mut length) = (special(start), NameKey { start, end: 0 }, 0);
        if close == 0 {
            close = special(end);
            key.end = end & before(close);
            length = 8;
        } else {
            key.start &= before(close);
        }
        if close == 0 {
            return None;
        }
        length += close.trailing_zeros() / 8;
        let end = self.at + 1 + length as usize;
        if self.bytes().get(end..end + 2)? != b"\":" {
            return None;
        }
        let span = Span { start: self.at as u32 + 1, end: end as u32, escaped: false };
        self.at = end + 2;
        Some((span, key))
    }

    /// A string, whose opening quotation mark comes next.
    #[inline]
    pub(crate) fn string(&mut self) -> Scan<Span> {
        let start = self.at + 1;
        let (chunks, _) = self.bytes().get(start..).unwrap_or(&[]).as_chunks::<8>();
        let mut at = start;
        for chunk in chunks {
            let special = special(u64::from_le_bytes(*chunk));
            if special != 0 {
                at += (special.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        if self.bytes().get(at) == Some(&b'"') {
            self.at = at + 1;
            return Ok(Span { start: start as u32, end: at as u32, escaped: false });
        }
        self.at = at;
        self.long_string(start)
    }

    /// The rest of a string that has an escape in it, or stands near the end of the text.
    #[inline(never)]
    fn long_string(&mut self, start: usize) -> Scan<Span> {
        let mut escaped = false;
        loop {
            let (chunks, _) = self.bytes().get(self.at..).unwrap_or(&[]).as_chunks::<8>();
            for chunk in chunks {
                let special = special(u64::from_le_bytes(*chunk));
                if special != 0 {
                    self.at += (special.trailing_zeros() / 8) as usize;
                    break;
                }
                self.at += 8;
            }
            match self.peek() {
                Some(b'"') => {
                    let span = Span { start: start as u32, end: self.at as u32, escaped };
                    self.at += 1;
                    return Ok(span);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..0x20) => return self.expected("no control character in a string"),
                Some(_) => self.at += 1,
                None => return self.expected("a closing quotation mark"),
            }
        }
    }

    fn escape(&mut self) -> Scan<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                let at = self.at - 1;
                let first = self.hex4()?;
                match first {
                    0xd800..0xdc00 => {
                        let pair = self.bytes().get(self.at..self.at + 2) == Some(b"\\u");
                        if pair {
                            self.at += 1;
                        }
                        if pair && (0xdc00..0xe000).contains(&self.hex4()?) {
                            Ok(())
                        } else {
                            Err(SyntaxError::LoneSurrogate { at }.into())
                        }
                    }
                    0xdc00..0xe000 => Err(SyntaxError::LoneSurrogate { at }.into()),
                    _ => Ok(()),
                }
            }
            _ => self.expected("an escape of RFC 8259 §7"),
        }
    }

    /// The four digits after the `u` that comes next.
    fn hex4(&mut self) -> Scan<u32> {
        let digits = self.bytes().get(self.at + 1..self.at + 5).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let Some(value) = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u32::from_str_radix(d, 16).ok()) else {
            return self.expected("four hexadecimal digits");
        };
        self.at += 5;
        Ok(value)
    }

    /// A number, whose first byte comes next.
    #[inline]
    pub(crate) fn number(&mut self) -> Scan<Span> {
        let start = self.at;
        let rest = self.bytes().get(start..).unwrap_or(&[]);
        match crate::path::number_length(rest) {
            Some(length) => {
                self.at += length;
                Ok(Span { start: start as u32, end: self.at as u32, escaped: false })
            }
            None => self.expected("a number of RFC 8259 §6"),
        }
    }

    /// `true`, `false` or `null`.
    #[inline]
    pub(crate) fn word(&mut self, token: Token) -> Scan<Span> {
        let word: &[u8] = match token {
            Token::True => b"true",
            Token::False => b"false",
            _ => b"null",
        };
        let start = self.at;
        if self.bytes().get(start..start + word.len()) != Some(word) {
            return self.expected("a value");
        }
        self.at += word.len();
        Ok(Span { start: start as u32, end: self.at as u32, escaped: false })
    }
}

/// The members of one object, one after another; a name that stands twice, in whatever case, is an error.
pub(crate) struct Members<'t> {
    scanner: Scanner<'t>,
    open: bool,
    seen: Set<String>,
}

impl<'t> Members<'t> {
    /// Opens the value at `span`; `None` when it is no object.
    pub(crate) fn open(text: &'t str, span: Span, max_depth: usize) -> Scan<Option<Self>> {
        let mut scanner = Scanner::new(text, max_depth);
        scanner.jump(span.start as usize);
        if scanner.token()? != Token::Object {
            return Ok(None);
        }
        scanner.expect(b'{', "`{`")?;
        let open = !scanner.take(b'}');
        Ok(Some(Self { scanner, open, seen: Set::default() }))
    }

    /// The next name, and the span of its value with a string's quotation marks.
    pub(crate) fn next(&mut self) -> Scan<Option<(Cow<'t, str>, Span)>> {
        if !self.open {
            return Ok(None);
        }
        let span = self.scanner.name()?;
        let raw = self.scanner.slice(span);
        let name = if span.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) };
        if !self.seen.insert(name.to_ascii_lowercase()) {
            return Err(SyntaxError::DuplicateName { name: name.into_owned(), pointer: String::new() }.into());
        }
        let value = self.scanner.skip(4)?;
        self.open = self.scanner.more(b'}', "`,` or `}`")?;
        Ok(Some((name, value)))
    }
}

/// Checks the size and the encoding of a payload.
pub(crate) fn text_of(payload: &[u8], limit: usize) -> Scan<&str> {
    if payload.len() > limit.min(u32::MAX as usize - 16) {
        return Err(SyntaxError::TooLarge { bytes: payload.len(), limit }.into());
    }
    std::str::from_utf8(payload).map_err(|error| SyntaxError::NotUtf8 { at: error.valid_up_to() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        let mut scanner = Scanner::new(text, 100);
        let plain = scanner.skip(0).and_then(|_| scanner.end()).is_ok();
        let mut scanner = Scanner::new(text, 100);
        let unique = scanner.skip_unique(0).and_then(|_| scanner.end()).is_ok();
        assert_eq!(plain, unique, "{text:?}");
        plain
    }

    #[test]
    fn agrees_with_serde_json_on_hostile_and_random_text() {
        for raw in
            ["", "a", "\\n\\r\\t\\b\\f\\\\\\/\\\"", "\\u00e9\\u0000x", "\\ud83d\\ude00!", "é\\u20ac\u{1f600}\\ud83d\\ude00\\ud83d\\ude01"]
        {
            assert_eq!(Ok(unescaped(raw)), serde_json::from_str::<String>(&format!("\"{raw}\"")).map_err(|error| error.to_string()));
        }
        let hand = [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "01",
            "-",
            "-0",
            "1.",
            ".5",
            "1e",
            "1e+",
            "1E5",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"\u{1}\"",
            "\"a\nb\"",
            "tru",
            "nul",
            "truee",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "[[[]]]",
            "{\"\":{}}",
            "\u{feff}1",
            "\"\\x\"",
            "[,1]",
            "1 1",
            "-01",
            "1.5e-7",
            "\"é\u{1f600}\"",
            "\"12345678\\\"90\"",
        ];
        for text in hand {
            assert_eq!(accepts(text), serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text:?}");
        }
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"",
            "\\",
            "1",
            "-",
            ".",
            "e",
            "0",
            "true",
            "null",
            "\\u00e9",
            " ",
            "\"b\\n\"",
            "{\"k\":",
            "\"\\ud83d",
            "\\ude00\"",
            "abcdefgh",
        ];
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut agreed = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..(1 + seed % 9) {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                text.push_str(pieces.get((seed % pieces.len() as u64) as usize).unwrap_or(&""));
            }
            let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            assert_eq!(accepts(&text), theirs, "{text:?}");
            let quoted = format!("\"{}\"", text.replace('"', ""));
            if let Ok(theirs) = serde_json::from_str::<String>(&quoted) {
                assert_eq!(unescaped(quoted.trim_matches('"')), theirs, "{quoted}");
            }
            agreed += usize::from(theirs);
        }
        assert!(agreed > 1_000, "the generator writes valid JSON too: {agreed}");
    }

    #[test]
    fn depth_is_limited() {
        let deep = "[".repeat(5_000);
        assert_eq!(Scanner::new(&deep, 100).skip(0), Err(SyntaxError::TooDeep { limit: 100 }.into()));
    }
}
