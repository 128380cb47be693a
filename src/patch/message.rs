//! The PatchOp message (RFC 7644 §3.5.2): its operations, with paths as text and values as spans.

use std::borrow::Cow;

use super::error::{PatchError, PatchFault};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::Note;
use crate::limits::Limits;
use crate::resource::{Scanner, Span, SyntaxError, Token};

pub(crate) const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// `op`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Remove,
    Replace,
}

impl Op {
    const ALL: [(&'static str, Op); 3] = [("add", Op::Add), ("remove", Op::Remove), ("replace", Op::Replace)];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("", |(name, _)| name)
    }

    /// The operation of that name, and the tolerance it took.
    pub(super) fn named(word: &str, dialect: Dialect) -> Result<(Op, Option<Tolerance>), PatchFault> {
        let exact = Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, op)| (*op, None));
        let tolerated = || {
            let (_, op) = Self::ALL.iter().find(|(name, _)| dialect.takes(Tolerance::EntraOpCase) && word.eq_ignore_ascii_case(name))?;
            Some((*op, Some(Tolerance::EntraOpCase)))
        };
        exact.or_else(tolerated).ok_or_else(|| PatchFault::UnknownOp { op: word.into() })
    }
}

/// One operation as the message has it.
#[derive(Clone, Debug)]
pub(crate) struct Operation<'t> {
    /// Its place in the message.
    pub(crate) index: u32,
    pub(crate) op: Op,
    pub(crate) path: Option<Cow<'t, str>>,
    /// Where the value stands in the message's text; `None` when it is absent.
    pub(crate) value: Option<Span>,
}

/// Reads a message. Notes tell the tolerances it took.
pub(crate) fn operations<'t>(
    text: &'t str,
    dialect: Dialect,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Vec<Operation<'t>>, PatchError> {
    let mut message = Message { scanner: Scanner::new(text, limits.json_depth), dialect, limits, notes, operation: None };
    message.read().map_err(|fault| {
        // What is no JSON has no operations.
        let operation = message.operation.filter(|_| !matches!(fault, PatchFault::Syntax(_)));
        PatchError { operation, fault }
    })
}

struct Message<'t, 'n> {
    scanner: Scanner<'t>,
    dialect: Dialect,
    limits: &'n Limits,
    notes: &'n mut Vec<Note>,
    operation: Option<u32>,
}

/// The members of one object that have been seen.
type Seen<'t> = Vec<Cow<'t, str>>;

impl<'t> Message<'t, '_> {
    fn read(&mut self) -> Result<Vec<Operation<'t>>, PatchFault> {
        if self.scanner.token()? != Token::Object {
            return Err(PatchFault::Message { member: "body", expected: "an object with `schemas` and `Operations`" });
        }
        let mut schemas = None;
        let mut operations = None;
        let mut seen = Seen::new();
        self.scanner.expect(b'{', "`{`")?;
        if !self.scanner.take(b'}') {
            loop {
                let name = self.member(&mut seen)?;
                if name.eq_ignore_ascii_case("schemas") {
                    schemas = Some(self.names_patch_op()?);
                } else if name.eq_ignore_ascii_case("Operations") {
                    operations = Some(self.list()?);
                    self.operation = None;
                } else {
                    self.stranger(&name)?;
                }
                if !self.scanner.more(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        self.scanner.end()?;
        match schemas {
            Some(true) => {}
            None if self.dialect.takes(Tolerance::OktaMissingSchemas) => {
                self.note(Tolerance::OktaMissingSchemas, "schemas", "the message has no `schemas`; it was taken for a PatchOp");
            }
            _ => return Err(PatchFault::Message { member: "schemas", expected: "[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"]" }),
        }
        match operations {
            Some(operations) if !operations.is_empty() => Ok(operations),
            _ => Err(PatchFault::Message { member: "Operations", expected: "an array of one or more operations" }),
        }
    }

    fn member(&mut self, seen: &mut Seen<'t>) -> Result<Cow<'t, str>, PatchFault> {
        let span = self.scanner.name()?;
        let name = self.text(span);
        if seen.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            return Err(SyntaxError::DuplicateName { name: name.into_owned(), pointer: String::new() }.into());
        }
        seen.push(name.clone());
        Ok(name)
    }

    fn stranger(&mut self, name: &str) -> Result<(), PatchFault> {
        let Some(rule) = self.dialect.ignoring_attributes() else { return Err(PatchFault::UnknownMember { name: name.into() }) };
        self.scanner.skip(2)?;
        self.note(rule, name, "a PatchOp has no such member; it was ignored");
        Ok(())
    }

    fn names_patch_op(&mut self) -> Result<bool, PatchFault> {
        const EXPECTED: PatchFault = PatchFault::Message { member: "schemas", expected: "an array of strings" };
        if self.scanner.token()? != Token::Array {
            return Err(EXPECTED);
        }
        self.scanner.expect(b'[', "`[`")?;
        let mut named = false;
        if !self.scanner.take(b']') {
            loop {
                if self.scanner.token()? != Token::String {
                    return Err(EXPECTED);
                }
                let span = self.scanner.string()?;
                named |= self.text(span).eq_ignore_ascii_case(PATCH_OP);
                if !self.scanner.more(b']', "`,` or `]`")? {
                    break;
                }
            }
        }
        Ok(named)
    }

    fn list(&mut self) -> Result<Vec<Operation<'t>>, PatchFault> {
        if self.scanner.token()? != Token::Array {
            return Err(PatchFault::Message { member: "Operations", expected: "an array of operations" });
        }
        self.scanner.expect(b'[', "`[`")?;
        let mut operations = Vec::new();
        if !self.scanner.take(b']') {
            loop {
                if operations.len() >= self.limits.patch_operations {
                    self.operation = None;
                    return Err(PatchFault::TooManyOperations { limit: self.limits.patch_operations });
                }
                self.operation = Some(operations.len() as u32);
                operations.push(self.operation()?);
                if !self.scanner.more(b']', "`,` or `]`")? {
                    break;
                }
            }
        }
        Ok(operations)
    }

    fn operation(&mut self) -> Result<Operation<'t>, PatchFault> {
        if self.scanner.token()? != Token::Object {
            return Err(PatchFault::Message { member: "Operations", expected: "an array of objects with `op`, `path` and `value`" });
        }
        let (mut op, mut path, mut value) = (None, None, None);
        let mut seen = Seen::new();
        self.scanner.expect(b'{', "`{`")?;
        if !self.scanner.take(b'}') {
            loop {
                let name = self.member(&mut seen)?;
                if name.eq_ignore_ascii_case("op") {
                    op = Some(self.op()?);
                } else if name.eq_ignore_ascii_case("path") {
                    path = match self.scanner.token()? {
                        Token::String => {
                            let span = self.scanner.string()?;
                            Some(self.text(span))
                        }
                        Token::Null => {
                            self.scanner.word(Token::Null)?;
                            None
                        }
                        _ => return Err(PatchFault::Message { member: "path", expected: "a string" }),
                    };
                } else if name.eq_ignore_ascii_case("value") {
                    value = Some(self.scanner.skip(3)?);
                } else {
                    self.stranger(&name)?;
                }
                if !self.scanner.more(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        let Some(op) = op else { return Err(PatchFault::Message { member: "op", expected: "add, remove or replace" }) };
        Ok(Operation { index: self.operation.unwrap_or(0), op, path, value })
    }

    fn op(&mut self) -> Result<Op, PatchFault> {
        if self.scanner.token()? != Token::String {
            return Err(PatchFault::Message { member: "op", expected: "add, remove or replace" });
        }
        let span = self.scanner.string()?;
        let word = self.text(span);
        let (op, tolerance) = Op::named(&word, self.dialect)?;
        if let Some(rule) = tolerance {
            self.note(rule, "op", &format!("`{word}` was read as `{}`", op.name()));
        }
        Ok(op)
    }

    fn text(&self, span: Span) -> Cow<'t, str> {
        let raw = self.scanner.slice(span);
        if span.escaped { Cow::Owned(crate::resource::unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    fn note(&mut self, rule: Tolerance, path: &str, detail: &str) {
        self.notes.push(Note { rule, operation: self.operation, path: path.into(), detail: detail.into() });
    }
}
