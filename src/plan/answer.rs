//! What a host reads of a plan or a reply: JSON in one line, and behind it the long texts that it gives the lengths of.
//!
//! ```text
//! answer = head LF *body [records]
//! ```
//! Bodies of responses and long lists of records would be escaped and read twice inside the head. Lengths are in UTF-16
//! units, for the reader is JavaScript.

use super::diff_text::push_summary;
use super::plan::{Plan, Reply};
use crate::protocol::Response;
use crate::resource::push_quoted;

/// More records than this stand behind the head.
const RECORDS_WITHIN: usize = 32;

impl Plan {
    /// The answer to `plan`; lists of access changes aside.
    pub fn answer(&self) -> String {
        let bodies: usize = self.responses.iter().filter_map(|response| response.body.as_deref()).map(str::len).sum();
        let records: usize = self.records.iter().map(|(key, value)| key.len() + value.as_deref().map_or(4, str::len) + 24).sum();
        let mut out = String::with_capacity(1024 + bodies + records);
        self.push(&self.responses, &mut out, false);
        out
    }

    /// The same as one JSON object.
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(1024);
        self.push(&self.responses, &mut out, true);
        out.pop();
        out
    }

    /// With `whole`, nothing stands behind the head.
    fn push(&self, responses: &[Response], out: &mut String, whole: bool) {
        out.push_str("{\"token\":\"");
        out.push_str(&self.token);
        out.push_str("\",\"version\":\"");
        out.push_str(&self.version);
        out.push_str("\",\"responses\":[");
        for (i, response) in responses.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            push_response(response, out, whole);
        }
        out.push_str("],\"refusal\":");
        match &self.refusal {
            None => out.push_str("null"),
            Some(refusal) => push_response(refusal, out, whole),
        }
        let mut records = String::new();
        let behind = !whole && self.records.len() > RECORDS_WITHIN;
        out.push_str(",\"records\":");
        if behind {
            records.reserve(self.records.len() * 128);
            push_records(&self.records, &mut records);
            push_number(units(&records) as u64, out);
        } else {
            push_records(&self.records, out);
        }
        out.push_str(",\"access\":{\"summary\":");
        push_summary(self.diff.summary(), out);
        let rows: u64 = self.diff.summary().kinds.iter().sum();
        out.push_str(if rows > u64::from(self.access_limit) { ",\"truncated\":true}" } else { ",\"truncated\":false}" });
        out.push_str(if self.held { ",\"held\":true" } else { ",\"held\":false" });
        out.push_str(",\"guards\":");
        push_json(&self.guards, out);
        out.push_str(",\"notes\":");
        push_json(&self.notes, out);
        out.push_str("}\n");
        if whole {
            return;
        }
        for body in responses.iter().chain(&self.refusal).filter_map(|response| response.body.as_deref()) {
            out.push_str(body);
        }
        out.push_str(&records);
    }
}

impl Reply {
    /// The answer to `handle`: that of its plan, with the one response there is.
    pub fn answer(&self) -> String {
        let mut out = String::with_capacity(1024 + self.response.body.as_deref().map_or(0, str::len));
        self.plan.push(std::slice::from_ref(&self.response), &mut out, false);
        out
    }
}

/// With its body, or the length of it.
fn push_response(response: &Response, out: &mut String, whole: bool) {
    out.push_str("{\"status\":");
    push_number(u64::from(response.status), out);
    out.push_str(",\"headers\":{");
    for (i, (name, value)) in response.headers.iter().enumerate() {
        out.push_str(if i > 0 { ",\"" } else { "\"" });
        out.push_str(name);
        out.push_str("\":");
        push_quoted(out, value);
    }
    out.push_str("},\"body\":");
    match &response.body {
        None => out.push_str("null"),
        Some(body) if whole => push_quoted(out, body),
        Some(body) => push_number(units(body) as u64, out),
    }
    out.push('}');
}

fn push_records(records: &[(String, Option<String>)], out: &mut String) {
    out.push('[');
    for (i, (key, value)) in records.iter().enumerate() {
        out.push_str(if i > 0 { ",{\"key\":" } else { "{\"key\":" });
        push_quoted(out, key);
        out.push_str(",\"value\":");
        out.push_str(value.as_deref().unwrap_or("null"));
        out.push('}');
    }
    out.push(']');
}

/// Hardly ever anything.
fn push_json<T: serde::Serialize>(items: &[T], out: &mut String) {
    if items.is_empty() {
        out.push_str("[]");
    } else {
        out.push_str(&serde_json::to_string(items).unwrap_or_default());
    }
}

/// The length as JavaScript counts it: one for each character, two for those that take four bytes.
fn units(text: &str) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let mut units = text.len();
    for word in chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)).filter(|word| word & HIGH != 0) {
        units -= (word & !(word << 1) & HIGH).count_ones() as usize;
        units += (word & (word << 1) & (word << 2) & (word << 3) & HIGH).count_ones() as usize;
    }
    for byte in rest {
        units -= usize::from(byte & 0xc0 == 0x80);
        units += usize::from(*byte >= 0xf0);
    }
    units
}

pub(super) fn push_number(number: u64, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut rest = number;
    for (at, digit) in digits.iter_mut().rev().enumerate() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            out.push_str(digits.get(19 - at..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or("0"));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_whole() {
        for number in [0, 7, 10, 99, 100, 12_345, u64::MAX] {
            let mut out = String::new();
            push_number(number, &mut out);
            assert_eq!(out, number.to_string());
        }
        for text in ["", "abc", "ä🙂", "Zoë Ångström 🙂🙂, 東京 and much more than eight bytes é"] {
            assert_eq!(units(text), text.encode_utf16().count(), "{text}");
        }
    }
}
