//! The PatchOp message (RFC 7644 §3.5.2): its operations, with paths as text and values as spans.

use std::borrow::Cow;

use super::error::{PatchError, PatchFault};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::Note;
use crate::limits::Limits;
use crate::path::PathError;
use crate::resource::{Scanner, Span, Strangers, SyntaxError, Token};

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
    /// Why it can not be applied: it fails when its turn comes, after those before it.
    pub(crate) fault: Option<Box<PatchFault>>,
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

/// What an object of the message has, in the order of its shape, and strangers.
const MESSAGE: [&str; 2] = ["schemas", "Operations"];
const OPERATION: [&str; 3] = ["op", "path", "value"];

impl<'t> Message<'t, '_> {
    fn read(&mut self) -> Result<Vec<Operation<'t>>, PatchFault> {
        if self.scanner.token()? != Token::Object {
            return Err(PatchFault::Message { member: "body", expected: "an object with `schemas` and `Operations`" });
        }
        let (mut schemas, mut operations) = (None, None);
        // What is wrong with a member is told once the whole is known to be JSON.
        let mut fault: Option<PatchFault> = None;
        let (mut seen, mut strangers) = (0, Strangers::default());
        self.scanner.expect(b'{', "`{`")?;
        let mut open = !self.scanner.take(b'}');
        while open {
            match self.member(&MESSAGE, &mut seen, &mut strangers)? {
                Ok(0) => schemas = self.names_patch_op()?,
                Ok(_) => {
                    operations = self.list()?;
                    self.operation = None;
                }
                Err(name) => {
                    if let Some(strange) = self.stranger(&name)? {
                        fault.get_or_insert(strange);
                    }
                }
            }
            open = self.scanner.more(b'}', "`,` or `}`")?;
        }
        self.scanner.end()?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        match schemas {
            Some(true) => {}
            None if seen & 1 == 0 && self.dialect.takes(Tolerance::OktaMissingSchemas) => {
                self.note(Tolerance::OktaMissingSchemas, "schemas", "the message has no `schemas`; it was taken for a PatchOp");
            }
            _ => return Err(PatchFault::Message { member: "schemas", expected: "[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"]" }),
        }
        match operations {
            Some(operations) if !operations.is_empty() => Ok(operations),
            _ => Err(PatchFault::Message { member: "Operations", expected: "an array of one or more operations" }),
        }
    }

    /// A member's place in `shape`, or its name where it is a stranger. Every name stands once.
    fn member(&mut self, shape: &[&str], seen: &mut u8, strangers: &mut Strangers) -> Result<Result<usize, Cow<'t, str>>, PatchFault> {
        let span = self.scanner.name()?;
        let name = self.text(span);
        let twice = |name: &str| SyntaxError::DuplicateName { name: name.into(), pointer: String::new() };
        let found =
            shape.iter().position(|known| *known == name).or_else(|| shape.iter().position(|known| known.eq_ignore_ascii_case(&name)));
        let Some(found) = found else {
            if strangers.insert(&name) {
                return Err(twice(&name).into());
            }
            return Ok(Err(name));
        };
        if *seen >> found & 1 == 1 {
            return Err(twice(&name).into());
        }
        *seen |= 1 << found;
        Ok(Ok(found))
    }

    /// Passes over a member that a PatchOp does not have.
    fn stranger(&mut self, name: &str) -> Result<Option<PatchFault>, PatchFault> {
        self.value(2)?;
        let Some(rule) = self.dialect.ignoring_attributes() else { return Ok(Some(PatchFault::UnknownMember { name: name.into() })) };
        self.note(rule, name, "a PatchOp has no such member; it was ignored");
        Ok(None)
    }

    /// Passes over a value in which no name is given twice.
    fn value(&mut self, depth: usize) -> Result<Span, PatchFault> {
        let skipped = self.scanner.skip_unique(depth)?;
        match skipped.doubled {
            None => Ok(skipped.span),
            Some(name) => {
                let name = self.text(name).into_owned();
                Err(SyntaxError::DuplicateName { name, pointer: String::new() }.into())
            }
        }
    }

    /// Whether `schemas` names the message; `None` where it is no array of strings or null.
    fn names_patch_op(&mut self) -> Result<Option<bool>, PatchFault> {
        if self.scanner.token()? != Token::Array {
            self.value(1)?;
            return Ok(Some(false));
        }
        self.scanner.expect(b'[', "`[`")?;
        let mut named = false;
        let mut open = !self.scanner.take(b']');
        while open {
            if self.scanner.token()? == Token::String {
                let span = self.scanner.string()?;
                named |= self.text(span).eq_ignore_ascii_case(PATCH_OP);
            } else {
                self.value(2)?;
            }
            open = self.scanner.more(b']', "`,` or `]`")?;
        }
        Ok(Some(named))
    }

    fn list(&mut self) -> Result<Option<Vec<Operation<'t>>>, PatchFault> {
        if self.scanner.token()? != Token::Array {
            self.value(1)?;
            return Ok(None);
        }
        self.scanner.expect(b'[', "`[`")?;
        let mut operations = Vec::new();
        let mut open = !self.scanner.take(b']');
        while open {
            if operations.len() >= self.limits.patch_operations {
                self.operation = None;
                return Err(PatchFault::TooManyOperations { limit: self.limits.patch_operations });
            }
            self.operation = Some(operations.len() as u32);
            operations.push(self.operation()?);
            open = self.scanner.more(b']', "`,` or `]`")?;
        }
        Ok(Some(operations))
    }

    fn operation(&mut self) -> Result<Operation<'t>, PatchFault> {
        let (mut op, mut path, mut value, mut fault) = (None, None, None, None);
        if self.scanner.token()? != Token::Object {
            self.value(2)?;
            fault = Some(PatchFault::Message { member: "Operations", expected: "an array of objects with `op`, `path` and `value`" });
            return Ok(Operation { index: self.operation.unwrap_or(0), op: Op::Add, path, value, fault: fault.map(Box::new) });
        }
        let (mut seen, mut strangers) = (0, Strangers::default());
        let mut bad_path = None;
        self.scanner.expect(b'{', "`{`")?;
        let mut open = !self.scanner.take(b'}');
        while open {
            match self.member(&OPERATION, &mut seen, &mut strangers)? {
                Ok(0) => op = Some(self.op()?),
                Ok(1) => (path, bad_path) = self.path()?,
                Ok(_) => value = Some(self.value(3)?),
                Err(name) => fault = fault.or(self.stranger(&name)?),
            }
            open = self.scanner.more(b'}', "`,` or `}`")?;
        }
        let missing = || PatchFault::Message { member: "op", expected: "add, remove or replace" };
        let (op, bad_op) = match op {
            Some(Ok(op)) => (op, None),
            Some(Err(fault)) => (Op::Add, Some(fault)),
            None => (Op::Add, Some(missing())),
        };
        Ok(Operation { index: self.operation.unwrap_or(0), op, path, value, fault: fault.or(bad_op).or(bad_path).map(Box::new) })
    }

    fn path(&mut self) -> Result<(Option<Cow<'t, str>>, Option<PatchFault>), PatchFault> {
        match self.scanner.token()? {
            Token::String => {
                let span = self.scanner.string()?;
                Ok((Some(self.text(span)), None))
            }
            Token::Null => {
                self.scanner.word(Token::Null)?;
                Ok((None, None))
            }
            _ => {
                let span = self.value(3)?;
                let text = self.scanner.slice(span).to_owned();
                let reason = PathError::NotAPath { text: text.clone() };
                Ok((None, Some(PatchFault::BadPath { path: text, reason })))
            }
        }
    }

    fn op(&mut self) -> Result<Result<Op, PatchFault>, PatchFault> {
        if self.scanner.token()? != Token::String {
            self.value(3)?;
            return Ok(Err(PatchFault::Message { member: "op", expected: "add, remove or replace" }));
        }
        let span = self.scanner.string()?;
        let word = self.text(span);
        Ok(match Op::named(&word, self.dialect) {
            Ok((op, tolerance)) => {
                if let Some(rule) = tolerance {
                    self.note(rule, "op", &["`", &word, "` was read as `", op.name(), "`"].concat());
                }
                Ok(op)
            }
            Err(fault) => Err(fault),
        })
    }

    fn text(&self, span: Span) -> Cow<'t, str> {
        let raw = self.scanner.slice(span);
        if span.escaped { Cow::Owned(crate::resource::unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    fn note(&mut self, rule: Tolerance, path: &str, detail: &str) {
        self.notes.push(Note { rule, operation: self.operation, path: path.into(), detail: detail.into() });
    }
}
