//! Messages that answer: which one a payload is, and Error (RFC 7644 §3.12) and BulkResponse (§3.7.3) themselves.

use super::list;
use crate::issue::ScimType;
use crate::resource::{Findings, MessageReader, Scan, Shape, ValidateOptions};
use crate::schema::Registry;

/// A message that may stand where a resource would.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    List,
    Error,
    Bulk,
}

const ERROR_CLAUSE: &str = "RFC 7644 §3.12";
const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const ERROR: Shape = Shape { name: "an Error", members: &["schemas", "status", "scimType", "detail"], clause: ERROR_CLAUSE };

const BULK_CLAUSE: &str = "RFC 7644 §3.7.3";
const BULK_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const BULK: Shape = Shape { name: "a BulkResponse", members: &["schemas", "Operations"], clause: BULK_CLAUSE };
const OPERATION: Shape = Shape {
    name: "an operation's answer",
    members: &["method", "bulkId", "version", "location", "response", "status"],
    clause: BULK_CLAUSE,
};

/// The message that the payload's `schemas` name.
pub(super) fn answer_of(text: &str, options: &ValidateOptions<'_>) -> Option<Answer> {
    let mut scratch = Findings::default();
    let mut named = None;
    let mut reader = MessageReader::new(text, String::new(), options.dialect, options.limits.json_depth, &mut scratch);
    // What cannot be read is no message; the reading that follows says why.
    let _ = reader.members(&mut |reader, name| {
        if !name.eq_ignore_ascii_case("schemas") {
            return reader.skip().map(drop);
        }
        let read = reader.array("schemas", "an array", ERROR_CLAUSE, &mut |reader, _| {
            let uri = reader.string("schemas", ERROR_CLAUSE)?.unwrap_or_default();
            let known = [(list::URN, Answer::List), (ERROR_URN, Answer::Error), (BULK_URN, Answer::Bulk)];
            named = named.or(known.into_iter().find(|(urn, _)| uri.eq_ignore_ascii_case(urn)).map(|(_, answer)| answer));
            Ok(())
        });
        read.and(reader.scanner.expected("no more: all is known"))
    });
    named
}

/// Judges an Error, which stands at `pointer` of the payload.
pub(super) fn check_error((text, pointer): (&str, String), options: &ValidateOptions<'_>, findings: &mut Findings) -> Scan<()> {
    let mut reader = MessageReader::new(text, pointer, options.dialect, options.limits.json_depth, findings);
    let has = reader.object(&ERROR, &mut |reader, member| match ERROR.members.get(member).copied().unwrap_or_default() {
        "schemas" => reader.schemas(ERROR_URN, ERROR_CLAUSE),
        "status" => status(reader, ERROR_CLAUSE),
        name => reader.string(name, ERROR_CLAUSE).map(drop),
    })?;
    reader.scanner.end()?;
    if has.is_some_and(|has| !has.member(1)) {
        reader.issue(ScimType::InvalidValue, "status", "`status` is required".into(), ERROR_CLAUSE);
    }
    Ok(())
}

pub(super) fn check_bulk(registry: &Registry, text: &str, options: &ValidateOptions<'_>, findings: &mut Findings) -> Scan<()> {
    let mut reader = MessageReader::new(text, String::new(), options.dialect, options.limits.json_depth, findings);
    let has = reader.object(&BULK, &mut |reader, member| match member {
        0 => reader.schemas(BULK_URN, BULK_CLAUSE),
        _ => {
            let operation = &mut |reader: &mut MessageReader<'_, '_>, _| operation(registry, options, reader);
            reader.array("Operations", "an array of operations", BULK_CLAUSE, operation).map(drop)
        }
    })?;
    reader.scanner.end()?;
    if has.is_some_and(|has| !has.member(1)) {
        reader.issue(ScimType::InvalidValue, "Operations", "`Operations` is required".into(), BULK_CLAUSE);
    }
    Ok(())
}

fn operation(registry: &Registry, options: &ValidateOptions<'_>, reader: &mut MessageReader<'_, '_>) -> Scan<()> {
    let has = reader.object(&OPERATION, &mut |reader, member| match OPERATION.members.get(member).copied().unwrap_or_default() {
        "status" => status(reader, BULK_CLAUSE),
        "response" => response(registry, options, reader),
        name => reader.string(name, BULK_CLAUSE).map(drop),
    })?;
    for (member, name) in [(0, "method"), (5, "status")] {
        if has.is_some_and(|has| !has.member(member)) {
            reader.issue(ScimType::InvalidValue, name, format!("`{name}` is required"), BULK_CLAUSE);
        }
    }
    Ok(())
}

/// What an operation was answered: an Error, or the resource.
fn response(registry: &Registry, options: &ValidateOptions<'_>, reader: &mut MessageReader<'_, '_>) -> Scan<()> {
    let start = reader.scanner.at();
    let span = reader.skip()?;
    if answer_of(reader.scanner.slice(span), options) == Some(Answer::Error) {
        let error = (reader.scanner.slice(span), reader.pointer.clone());
        return check_error(error, options, reader.findings);
    }
    reader.scanner.jump(start);
    list::resource(registry, options, reader)
}

/// An HTTP status code, as text.
fn status(reader: &mut MessageReader<'_, '_>, clause: &'static str) -> Scan<()> {
    if let Some(text) = reader.string("status", clause)?
        && !text.parse::<u16>().is_ok_and(|code| (100..600).contains(&code))
    {
        reader.issue(ScimType::InvalidValue, "status", format!("`{text}` is no HTTP status code"), clause);
    }
    Ok(())
}
