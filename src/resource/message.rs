//! A protocol message (RFC 7644 §3) read to be judged: every fault becomes an issue at its place.
//!
//! The reader walks objects and arrays and keeps the JSON Pointer; what the members mean is known by
//! whoever calls it. Only what is no JSON ends the reading.

use std::borrow::Cow;

use super::read::Findings;
use super::scan::{Scan, Scanner, Span, Token, unescaped};
use super::skip::Skipped;
use super::strangers::Strangers;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Issue, Note, ScimType, Severity};

/// What an object of a message may have.
pub(crate) struct Shape {
    /// What to call it: `a PatchOp`.
    pub(crate) name: &'static str,
    /// Its members, in the RFC's spelling.
    pub(crate) members: &'static [&'static str],
    pub(crate) clause: &'static str,
}

/// Which members of a [`Shape`] an object has, one bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Has(u32);

impl Has {
    pub(crate) fn member(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }
}

pub(crate) struct MessageReader<'t, 'f> {
    pub(crate) scanner: Scanner<'t>,
    pub(crate) findings: &'f mut Findings,
    pub(crate) dialect: Dialect,
    /// Index of the PATCH operation being read, for notes.
    pub(crate) operation: Option<u32>,
    /// Where the value stands that is being read.
    pub(crate) pointer: String,
    depth: usize,
}

impl<'t, 'f> MessageReader<'t, 'f> {
    /// Reads `text`, which stands at `pointer` of the payload.
    pub(crate) fn new(text: &'t str, pointer: String, dialect: Dialect, json_depth: usize, findings: &'f mut Findings) -> Self {
        Self { scanner: Scanner::new(text, json_depth), findings, dialect, operation: None, pointer, depth: 0 }
    }

    /// Reads an object: `member` is called for each known member, with its index, and must read its value.
    /// `None`: it is no object, which has become an issue.
    pub(crate) fn object(&mut self, shape: &Shape, member: &mut dyn FnMut(&mut Self, usize) -> Scan<()>) -> Scan<Option<Has>> {
        if self.scanner.token()? != Token::Object {
            let members = shape.members.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            self.issue(ScimType::InvalidSyntax, "", format!("{} must be an object with {members}", shape.name), shape.clause);
            self.skip()?;
            return Ok(None);
        }
        let (mut has, mut strangers) = (Has::default(), Strangers::default());
        self.members(&mut |reader, name| {
            let Some(index) = shape.members.iter().position(|known| known.eq_ignore_ascii_case(name)) else {
                if strangers.insert(name) {
                    return reader.twice(name, shape.clause);
                }
                return reader.stranger(shape, name);
            };
            if has.member(index) {
                return reader.twice(name, shape.clause);
            }
            has.0 |= 1 << index;
            member(reader, index)
        })?;
        Ok(Some(has))
    }

    /// Walks the members of the object that comes next, whatever they are called.
    pub(crate) fn members(&mut self, member: &mut dyn FnMut(&mut Self, &str) -> Scan<()>) -> Scan<()> {
        self.scanner.expect(b'{', "`{`")?;
        self.depth += 1;
        let end = self.pointer.len();
        let mut open = !self.scanner.take(b'}');
        while open {
            let span = self.scanner.name()?;
            let name = self.text_at(span);
            self.pointer.push('/');
            self.pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            member(self, &name)?;
            self.pointer.truncate(end);
            open = self.scanner.more(b'}', "`,` or `}`")?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Walks an array; `None`: it is none, which has become an issue. The answer: how many elements it has.
    pub(crate) fn array(
        &mut self,
        path: &str,
        expected: &str,
        clause: &'static str,
        element: &mut dyn FnMut(&mut Self, u32) -> Scan<()>,
    ) -> Scan<Option<u32>> {
        if self.scanner.token()? != Token::Array {
            self.refuse(path, &format!("must be {expected}"), clause)?;
            return Ok(None);
        }
        self.scanner.expect(b'[', "`[`")?;
        self.depth += 1;
        let end = self.pointer.len();
        let mut open = !self.scanner.take(b']');
        let mut index = 0;
        while open {
            self.pointer.push('/');
            self.pointer.push_str(&index.to_string());
            element(self, index)?;
            self.pointer.truncate(end);
            index += 1;
            open = self.scanner.more(b']', "`,` or `]`")?;
        }
        self.depth -= 1;
        Ok(Some(index))
    }

    /// A string; anything else becomes an issue. Null is absent.
    pub(crate) fn string(&mut self, path: &str, clause: &'static str) -> Scan<Option<Cow<'t, str>>> {
        match self.scanner.token()? {
            Token::String => {
                let span = self.scanner.string()?;
                Ok(Some(self.text_at(span)))
            }
            Token::Null => {
                self.scanner.word(Token::Null)?;
                Ok(None)
            }
            _ => {
                self.refuse(path, "must be a string", clause)?;
                Ok(None)
            }
        }
    }

    /// A whole number; anything else becomes an issue. Null is absent.
    pub(crate) fn integer(&mut self, path: &str, clause: &'static str) -> Scan<Option<&'t str>> {
        let token = self.scanner.token()?;
        if token == Token::Null {
            self.scanner.word(Token::Null)?;
            return Ok(None);
        }
        if token == Token::Number {
            let start = self.scanner.at();
            let span = self.scanner.number()?;
            let number = self.scanner.slice(span);
            if super::value::is_integer(number) {
                return Ok(Some(number));
            }
            self.scanner.jump(start);
        }
        self.refuse(path, "must be a whole number", clause)?;
        Ok(None)
    }

    /// `schemas`, which must list `urn`.
    pub(crate) fn schemas(&mut self, urn: &str, clause: &'static str) -> Scan<()> {
        let mut listed = false;
        let list = self.array("schemas", "an array of URIs", clause, &mut |reader, _| {
            listed |= reader.string("schemas", clause)?.is_some_and(|uri| uri.eq_ignore_ascii_case(urn));
            Ok(())
        })?;
        if list.is_some() && !listed {
            self.issue(ScimType::InvalidSyntax, "schemas", format!("`schemas` must list `{urn}`"), clause);
        }
        Ok(())
    }

    /// Passes over one value.
    pub(crate) fn skip(&mut self) -> Scan<Span> {
        self.scanner.skip(self.depth)
    }

    /// Passes over one value, and tells a name that is given twice in it.
    pub(crate) fn skip_unique(&mut self) -> Scan<Skipped> {
        self.scanner.skip_unique(self.depth)
    }

    pub(crate) fn text_at(&self, span: Span) -> Cow<'t, str> {
        let raw = self.scanner.slice(span);
        if span.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Passes over a value that is not what it must be.
    fn refuse(&mut self, path: &str, rule: &str, clause: &'static str) -> Scan<()> {
        self.issue(ScimType::InvalidValue, path, format!("`{path}` {rule}"), clause);
        self.skip()?;
        Ok(())
    }

    fn twice(&mut self, name: &str, clause: &'static str) -> Scan<()> {
        self.issue(ScimType::InvalidSyntax, name, format!("`{name}` appears twice in one object"), clause);
        self.skip()?;
        Ok(())
    }

    /// A member that the message does not have.
    fn stranger(&mut self, shape: &Shape, name: &str) -> Scan<()> {
        match self.dialect.ignoring_attributes() {
            Some(rule) => self.note(rule, name, format!("{} has no such member; it was ignored", shape.name)),
            None => {
                let detail = format!("`{name}` is no member of {}: it has {}", shape.name, shape.members.join(", "));
                self.issue(ScimType::InvalidSyntax, name, detail, shape.clause);
            }
        }
        self.skip()?;
        Ok(())
    }

    /// An error where the reader stands.
    pub(crate) fn issue(&mut self, scim_type: ScimType, path: &str, detail: String, clause: &'static str) {
        self.push(Severity::Error, scim_type, path, detail, clause, "");
    }

    /// An error at a member of the object that is being read, or where it is missing.
    pub(crate) fn issue_at(&mut self, member: &str, scim_type: ScimType, path: &str, detail: String, clause: &'static str) {
        self.push(Severity::Error, scim_type, path, detail, clause, member);
    }

    pub(crate) fn warn(&mut self, scim_type: ScimType, path: &str, detail: String, clause: &'static str) {
        self.push(Severity::Warning, scim_type, path, detail, clause, "");
    }

    fn push(&mut self, severity: Severity, scim_type: ScimType, path: &str, detail: String, clause: &'static str, member: &str) {
        let pointer = if member.is_empty() { self.pointer.clone() } else { format!("{}/{member}", self.pointer) };
        self.findings.issues.push(Issue { severity, scim_type: Some(scim_type), path: path.into(), pointer, detail, clause });
    }

    pub(crate) fn note(&mut self, rule: Tolerance, path: &str, detail: String) {
        self.findings.notes.push(Note { rule, operation: self.operation, path: path.to_owned().into(), detail: detail.into() });
    }
}
