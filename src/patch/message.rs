//! The PatchOp message (RFC 7644 §3.5.2): its operations, with paths as text and values as spans.

use std::borrow::Cow;

use super::error::{PatchError, PatchFault};
use crate::dialect::{Dialect, Tolerance};
use crate::issue::Note;
use crate::limits::Limits;
use crate::path::PathError;
use crate::resource::{Scan, Scanner, Span, Strangers, SyntaxError, Token};
use crate::schema::NameKey;

pub(crate) const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// `op`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Remove,
    Replace,
}

impl Op {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }

    /// What a note says of a name in another case.
    pub(super) fn read_from(self, word: &str) -> Cow<'static, str> {
        match word {
            "Add" => "`Add` was read as `add`".into(),
            "Remove" => "`Remove` was read as `remove`".into(),
            "Replace" => "`Replace` was read as `replace`".into(),
            _ => ["`", word, "` was read as `", self.name(), "`"].concat().into(),
        }
    }

    /// The operation of that name, and the tolerance it took.
    pub(super) fn named(word: &str, dialect: Dialect) -> Result<(Op, Option<Tolerance>), PatchFault> {
        let op = match word {
            "add" | "Add" => Self::Add,
            "remove" | "Remove" => Self::Remove,
            "replace" | "Replace" => Self::Replace,
            _ => {
                let named = |op: &Op| word.eq_ignore_ascii_case(op.name());
                [Self::Add, Self::Remove, Self::Replace].into_iter().find(named).ok_or_else(|| PatchFault::UnknownOp { op: word.into() })?
            }
        };
        if word == op.name() {
            Ok((op, None))
        } else if dialect.takes(Tolerance::EntraOpCase) {
            Ok((op, Some(Tolerance::EntraOpCase)))
        } else {
            Err(PatchFault::UnknownOp { op: word.into() })
        }
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

pub(super) const NO_OP: PatchFault = PatchFault::Message { member: "op", expected: "add, remove or replace" };

struct Message<'t, 'n> {
    scanner: Scanner<'t>,
    dialect: Dialect,
    limits: &'n Limits,
    notes: &'n mut Vec<Note>,
    operation: Option<u32>,
}

/// The members of the message and of an operation, and how their names are told fast.
const MESSAGE: &[(&str, NameKey)] = &[("schemas", NameKey::of(b"schemas")), ("Operations", NameKey::of(b"Operations"))];
const OPERATION: &[(&str, NameKey)] = &[("op", NameKey::of(b"op")), ("path", NameKey::of(b"path")), ("value", NameKey::of(b"value"))];

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
            match self.member(MESSAGE, &mut seen, &mut strangers)? {
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
    #[inline]
    fn member(&mut self, shape: &[(&str, NameKey)], seen: &mut u8, strangers: &mut Strangers) -> Scan<Result<usize, Cow<'t, str>>> {
        let Some((span, key)) = self.scanner.short_name() else {
            let span = self.scanner.name()?;
            return self.odd_member(span, shape, seen, strangers);
        };
        match shape.iter().position(|(_, known)| *known == key).filter(|found| *seen >> found & 1 == 0) {
            Some(found) => {
                *seen |= 1 << found;
                Ok(Ok(found))
            }
            None => self.odd_member(span, shape, seen, strangers),
        }
    }

    /// The same for one in another case, one that is there already, and a stranger.
    #[cold]
    fn odd_member(
        &mut self,
        span: Span,
        shape: &[(&str, NameKey)],
        seen: &mut u8,
        strangers: &mut Strangers,
    ) -> Scan<Result<usize, Cow<'t, str>>> {
        let name = self.text(span);
        let twice = |name: &str| SyntaxError::DuplicateName { name: name.into(), pointer: String::new() };
        let Some(found) = shape.iter().position(|(known, _)| known.eq_ignore_ascii_case(&name)) else {
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
    fn stranger(&mut self, name: &str) -> Scan<Option<PatchFault>> {
        self.value(2)?;
        let Some(rule) = self.dialect.ignoring_attributes() else { return Ok(Some(PatchFault::UnknownMember { name: name.into() })) };
        self.note(rule, name.to_owned(), "a PatchOp has no such member; it was ignored");
        Ok(None)
    }

    /// Passes over a value in which no name is given twice. The span of a string tells whether it has escapes.
    #[inline]
    fn value(&mut self, depth: usize) -> Scan<Span> {
        if self.scanner.at_string() {
            let span = self.scanner.string()?;
            return Ok(Span { start: span.start - 1, end: span.end + 1, ..span });
        }
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
    fn names_patch_op(&mut self) -> Scan<Option<bool>> {
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
        let mut operations = Vec::with_capacity(16);
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

    fn operation(&mut self) -> Scan<Operation<'t>> {
        let index = self.operation.unwrap_or(0);
        let mut operation = Operation { index, op: Op::Add, path: None, value: None, fault: None };
        if self.scanner.token()? != Token::Object {
            self.value(2)?;
            let expected = "an array of objects with `op`, `path` and `value`";
            operation.fault = Some(PatchFault::Message { member: "Operations", expected }.into());
            return Ok(operation);
        }
        let (mut seen, mut strangers) = (0, Strangers::default());
        // Of what is wrong a stranger is told first, then `op`, then `path`.
        let (mut strange, mut bad_op, mut bad_path) = (None, None, None);
        self.scanner.expect(b'{', "`{`")?;
        let mut open = !self.scanner.take(b'}');
        while open {
            match self.member(OPERATION, &mut seen, &mut strangers)? {
                Ok(0) => operation.op = self.op(&mut bad_op)?,
                Ok(1) => operation.path = self.path(&mut bad_path)?,
                Ok(_) => operation.value = Some(self.value(3)?),
                Err(name) => strange = strange.or(self.stranger(&name)?),
            }
            open = self.scanner.more(b'}', "`,` or `}`")?;
        }
        if seen & 1 == 0 {
            bad_op = Some(NO_OP);
        }
        operation.fault = strange.or(bad_op).or(bad_path).map(Box::new);
        Ok(operation)
    }

    fn path(&mut self, fault: &mut Option<PatchFault>) -> Scan<Option<Cow<'t, str>>> {
        match self.scanner.token()? {
            Token::String => {
                let span = self.scanner.string()?;
                Ok(Some(self.text(span)))
            }
            Token::Null => {
                self.scanner.word(Token::Null)?;
                Ok(None)
            }
            _ => {
                let span = self.value(3)?;
                let text = self.scanner.slice(span).to_owned();
                let reason = PathError::NotAPath { text: text.clone() };
                *fault = Some(PatchFault::BadPath { path: text, reason });
                Ok(None)
            }
        }
    }

    fn op(&mut self, fault: &mut Option<PatchFault>) -> Scan<Op> {
        if self.scanner.token()? != Token::String {
            self.value(3)?;
            *fault = Some(NO_OP);
            return Ok(Op::Add);
        }
        let span = self.scanner.string()?;
        let word = self.text(span);
        match Op::named(&word, self.dialect) {
            Ok((op, tolerance)) => {
                if let Some(rule) = tolerance {
                    self.note(rule, "op", op.read_from(&word));
                }
                Ok(op)
            }
            Err(unknown) => {
                *fault = Some(unknown);
                Ok(Op::Add)
            }
        }
    }

    fn text(&self, span: Span) -> Cow<'t, str> {
        let raw = self.scanner.slice(span);
        if span.escaped { Cow::Owned(crate::resource::unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    fn note(&mut self, rule: Tolerance, path: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) {
        self.notes.push(Note { rule, operation: self.operation, path: path.into(), detail: detail.into() });
    }
}
