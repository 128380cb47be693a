//! The small values of records: memberships, grants and the ledger's, read member by member.

use std::borrow::Cow;

use super::body::Time;
use super::ledger::{GroupLoss, UserLoss};
use super::names::Class;
use super::record_error::RecordFault;
use crate::resource::{Scanner, SyntaxError, Token, unescaped, value};

/// The texts of `type` and, for a grant, `role`.
pub(super) fn edge_value<'v>(text: &'v str, grant: bool) -> Result<[Cow<'v, str>; 2], RecordFault> {
    let resource_type = if grant { "grant" } else { "member" };
    let (mut class, mut role) = (None, (!grant).then_some(Cow::Borrowed("")));
    members(text, resource_type, |name, scanner| {
        match name {
            "type" if class.is_none() => class = Some(text_of("type", scanner)?),
            "role" if role.is_none() => role = Some(text_of("role", scanner)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let class = class.ok_or(RecordFault::Missing { path: "type" })?;
    Ok([class, role.ok_or(RecordFault::Missing { path: "role" })?])
}

pub(super) fn user_loss(text: &str) -> Result<UserLoss, RecordFault> {
    let (mut at, mut all) = (None, None);
    members(text, "ledger/user", |name, scanner| {
        match name {
            "at" if at.is_none() => at = Some(time_of(scanner)?),
            "all" if all.is_none() => {
                all = Some(match scanner.token()? {
                    token @ (Token::True | Token::False) => scanner.word(token).map(|_| token == Token::True)?,
                    _ => return Err(RecordFault::WrongType { path: "all".into() }),
                });
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let at = at.ok_or(RecordFault::Missing { path: "at" })?;
    Ok(UserLoss { at, all: all.ok_or(RecordFault::Missing { path: "all" })? })
}

pub(super) fn group_loss(text: &str) -> Result<GroupLoss, RecordFault> {
    let (mut at, mut had, mut later) = (None, None, None);
    members(text, "ledger/group", |name, scanner| {
        match name {
            "at" if at.is_none() => at = Some(time_of(scanner)?),
            "had" if had.is_none() => had = Some(number_of("had", scanner)?),
            "later" if later.is_none() => later = Some(later_losses(scanner)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let at = at.ok_or(RecordFault::Missing { path: "at" })?;
    let had = had.ok_or(RecordFault::Missing { path: "had" })?;
    Ok(GroupLoss { at, had, later: later.unwrap_or_default() })
}

fn later_losses(scanner: &mut Scanner<'_>) -> Result<Vec<(Time, u32)>, RecordFault> {
    let wrong = || RecordFault::WrongType { path: "later".into() };
    if scanner.token()? != Token::Array {
        return Err(wrong());
    }
    scanner.expect(b'[', "`[`")?;
    let mut losses = Vec::new();
    let mut open = !scanner.take(b']');
    while open {
        if scanner.token()? != Token::Object {
            return Err(wrong());
        }
        let span = scanner.skip(0)?;
        let loss = group_loss(scanner.slice(span))?;
        if !loss.later.is_empty() {
            return Err(wrong());
        }
        losses.push((loss.at, loss.had));
        open = scanner.more(b']', "`,` or `]`")?;
    }
    losses.sort_unstable();
    Ok(losses)
}

fn number_of(path: &'static str, scanner: &mut Scanner<'_>) -> Result<u32, RecordFault> {
    let number = if scanner.token()? == Token::Number { Some(scanner.number()?) } else { None };
    let number = number.and_then(|span| scanner.slice(span).parse().ok());
    number.ok_or_else(|| RecordFault::WrongType { path: path.into() })
}

pub(super) fn subject_class(name: Cow<'_, str>) -> Result<Class, RecordFault> {
    match &*name {
        "User" => Ok(Class::User),
        "Group" => Ok(Class::Group),
        _ => Err(RecordFault::NotOneOf { path: "type", value: name.into_owned(), known: "User or Group".into() }),
    }
}

pub(super) fn string<'t>(scanner: &mut Scanner<'t>) -> Result<Cow<'t, str>, Box<SyntaxError>> {
    let span = scanner.string()?;
    let raw = scanner.slice(span);
    Ok(if span.escaped { unescaped(raw).into() } else { raw.into() })
}

fn text_of<'t>(path: &'static str, scanner: &mut Scanner<'t>) -> Result<Cow<'t, str>, RecordFault> {
    if scanner.token()? == Token::String { Ok(string(scanner)?) } else { Err(RecordFault::WrongType { path: path.into() }) }
}

fn time_of(scanner: &mut Scanner<'_>) -> Result<Time, RecordFault> {
    time("at", &text_of("at", scanner)?)
}

pub(super) fn time(path: &'static str, text: &str) -> Result<Time, RecordFault> {
    match value::date_time(text) {
        Some((milliseconds, _)) => Ok(milliseconds),
        None => Err(RecordFault::NotOneOf { path, value: text.into(), known: "a dateTime".into() }),
    }
}

/// Reads an object whose members are few and known; `take` says whether it knows the name.
fn members<'v>(
    text: &'v str,
    of: &str,
    mut take: impl FnMut(&str, &mut Scanner<'v>) -> Result<bool, RecordFault>,
) -> Result<(), RecordFault> {
    let mut scanner = Scanner::new(text, 1);
    scanner.expect(b'{', "`{`")?;
    let mut open = !scanner.take(b'}');
    while open {
        let span = scanner.name()?;
        let name = scanner.slice(span);
        if !take(name, &mut scanner)? {
            return Err(RecordFault::UnknownAttribute { name: name.into(), resource_type: of.into() });
        }
        open = scanner.more(b'}', "`,` or `}`")?;
    }
    Ok(())
}
