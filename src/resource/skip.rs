//! Values that are passed over: nothing is kept of them but where they stand.

use super::scan::{Scan, Scanner, Span, SyntaxError, Token, unescaped};

/// What a value that was passed over holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) span: Span,
    /// It holds something other than nulls, empty arrays and empty objects.
    pub(crate) assigned: bool,
    /// A name that stands twice in one object, where it stands first.
    pub(crate) doubled: Option<Span>,
}

impl Scanner<'_> {
    /// Passes over one value of any shape; its span includes a string's quotation marks, and tells whether that has escapes.
    pub(crate) fn skip(&mut self, depth: usize) -> Scan<Span> {
        self.skip_space();
        let start = self.at;
        let mut open = Open::default();
        let mut escaped = false;
        loop {
            match self.token()? {
                Token::String => escaped = self.string()?.escaped,
                Token::Number => drop(self.number()?),
                token @ (Token::True | Token::False | Token::Null) => drop(self.word(token)?),
                token => {
                    self.at += 1;
                    if depth + open.depth() >= self.max_depth {
                        return Err(SyntaxError::TooDeep { limit: self.max_depth }.into());
                    }
                    let object = token == Token::Object;
                    if !self.take(if object { b'}' } else { b']' }) {
                        open.push(object);
                        if object {
                            self.name()?;
                        }
                        continue;
                    }
                }
            }
            loop {
                let Some(object) = open.last() else {
                    return Ok(Span { start: start as u32, end: self.at as u32, escaped });
                };
                let more = if object { self.more(b'}', "`,` or `}`")? } else { self.more(b']', "`,` or `]`")? };
                if more {
                    if object {
                        self.name()?;
                    }
                    break;
                }
                open.pop();
            }
        }
    }

    /// Passes over one value, and looks for a name that is given twice in one object, in any case.
    pub(crate) fn skip_unique(&mut self, depth: usize) -> Scan<Skipped> {
        let scalar = |token| !matches!(token, Token::Null | Token::Object | Token::Array);
        let token = self.token()?;
        if token != Token::Object && token != Token::Array {
            return Ok(Skipped { span: self.skip(depth)?, assigned: scalar(token), doubled: None });
        }
        let start = self.at as u32;
        let (mut assigned, mut doubled) = (false, None);
        // For each open container: where the names of an object start in `names`.
        let mut open: Vec<Option<usize>> = Vec::new();
        let mut names: Vec<Span> = Vec::new();
        loop {
            let token = self.token()?;
            assigned |= scalar(token);
            if token == Token::Object || token == Token::Array {
                self.at += 1;
                if depth + open.len() >= self.max_depth {
                    return Err(SyntaxError::TooDeep { limit: self.max_depth }.into());
                }
                let object = token == Token::Object;
                if !self.take(if object { b'}' } else { b']' }) {
                    open.push(object.then_some(names.len()));
                    if object {
                        names.push(self.name()?);
                    }
                    continue;
                }
            } else {
                self.skip(depth)?;
            }
            loop {
                let Some(object) = open.last() else {
                    return Ok(Skipped { span: Span { start, end: self.at as u32, escaped: false }, assigned, doubled });
                };
                match object {
                    Some(_) if self.more(b'}', "`,` or `}`")? => {
                        names.push(self.name()?);
                        break;
                    }
                    Some(first) => {
                        doubled = doubled.or_else(|| self.doubled(names.get(*first..).unwrap_or(&[])));
                        names.truncate(*first);
                    }
                    None if self.more(b']', "`,` or `]`")? => break,
                    None => {}
                }
                open.pop();
            }
        }
    }

    /// A name that stands twice among `names`.
    fn doubled(&self, names: &[Span]) -> Option<Span> {
        let same = |a: &Span, b: &Span| {
            let (x, y) = (self.slice(*a), self.slice(*b));
            if a.escaped || b.escaped { unescaped(x).eq_ignore_ascii_case(&unescaped(y)) } else { x.eq_ignore_ascii_case(y) }
        };
        if names.len() <= 16 {
            return names.iter().enumerate().find(|(i, name)| names.iter().take(*i).any(|other| same(other, name))).map(|(_, name)| *name);
        }
        let mut sorted: Vec<(String, Span)> = names
            .iter()
            .map(|name| {
                let raw = self.slice(*name);
                let text = if name.escaped { unescaped(raw) } else { raw.to_owned() };
                (text.to_ascii_lowercase(), *name)
            })
            .collect();
        crate::sort::by(&mut sorted, &mut |a, b| a.0.cmp(&b.0));
        sorted.windows(2).find_map(|pair| match pair {
            [a, b] if a.0 == b.0 => Some(b.1),
            _ => None,
        })
    }
}

/// The containers around a place, innermost last: a bit for each, set for an object.
#[derive(Default)]
struct Open {
    near: u64,
    depth: usize,
    /// Words that are full.
    far: Vec<u64>,
}

impl Open {
    #[inline]
    fn depth(&self) -> usize {
        self.depth
    }

    #[inline]
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.far.push(self.near);
        }
        self.near = self.near << 1 | u64::from(object);
        self.depth += 1;
    }

    #[inline]
    fn last(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.near & 1 == 1)
    }

    #[inline]
    fn pop(&mut self) {
        self.depth -= 1;
        self.near >>= 1;
        if self.depth.is_multiple_of(64) {
            self.near = self.far.pop().unwrap_or_default();
        }
    }
}
