//! What a host reads of a plan or a reply: numbers, and lines of text, of which it makes what it needs. No line has a line feed of
//! its own: JSON is written without them, and no header has one.
//!
//! ```text
//! numbers  = grants revokes upgrades downgrades latent masked users objects locked-out truncated held refused
//!            guards notes records long responses *response [ response ]
//! response = status body headers *header                     the refusal comes last
//! lines    = token LF version *answer [ LF guards ] [ LF notes ] [ LF records ] *( LF value )
//! answer   = *( LF header's value ) [ LF body ]              as many as the numbers say
//! records  = [ *{ key, value } ]                             long values stand behind, and here their numbers
//! ```
//!
//! A header is its place in [`HEADERS`]; truncated, held, refused and body are 0 or 1; guards, notes and records how many there
//! are, and none has a line.

use super::diff_text::push_summary;
use super::plan::{Plan, Reply};
use crate::protocol::{HEADERS, Response};
use crate::resource::push_quoted;

/// A record's value of more bytes than this has a line of its own.
const LONG: usize = 256;

impl Plan {
    /// The lines of the answer to `plan`; lists of access changes aside. The numbers are left in `numbers`.
    pub fn answer(&self, numbers: &mut Vec<f64>) -> String {
        self.answer_with(&self.responses, numbers)
    }

    fn answer_with(&self, responses: &[Response], numbers: &mut Vec<f64>) -> String {
        let all = || responses.iter().chain(&self.refusal);
        let long = || self.records.iter().filter_map(|(_, value)| value.as_deref()).filter(|value| value.len() > LONG);
        let of_response = |response: &Response| 96 + response.body.as_deref().map_or(0, str::len);
        let of_record = |(key, value): &(String, Option<String>)| key.len() + value.as_deref().map_or(4, str::len) + 24;
        let capacity = 256 + all().map(of_response).sum::<usize>() + self.records.iter().map(of_record).sum::<usize>();
        let mut out = String::with_capacity(capacity);
        let summary = self.diff.summary();
        numbers.clear();
        numbers.extend(summary.kinds.iter().map(|count| *count as f64));
        numbers.extend([summary.users, summary.objects, summary.locked_out].map(f64::from));
        numbers.extend([self.truncated(), self.held, self.refusal.is_some()].map(f64::from));
        let lists = [self.guards.len(), self.notes.len(), self.records.len(), long().count(), responses.len()];
        numbers.extend(lists.map(|length| length as f64));
        out.push_str(&self.token);
        out.push('\n');
        out.push_str(&self.version);
        for response in all() {
            numbers.extend([f64::from(response.status), f64::from(response.body.is_some()), response.headers.len() as f64]);
            for (name, value) in &response.headers {
                numbers.push(HEADERS.iter().position(|header| header == name).unwrap_or(HEADERS.len()) as f64);
                out.push('\n');
                out.push_str(value);
            }
            if let Some(body) = &response.body {
                out.push('\n');
                out.push_str(body);
            }
        }
        push_line(&self.guards, &mut out);
        push_line(&self.notes, &mut out);
        if !self.records.is_empty() {
            out.push('\n');
            push_records(&self.records, &mut out);
        }
        for value in long() {
            out.push('\n');
            out.push_str(value);
        }
        out
    }

    fn truncated(&self) -> bool {
        self.diff.summary().kinds.iter().sum::<u64>() > u64::from(self.access_limit)
    }

    /// The plan as one JSON object; lists of access changes aside.
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(1024);
        out.push_str("{\"token\":\"");
        out.push_str(&self.token);
        out.push_str("\",\"version\":\"");
        out.push_str(&self.version);
        out.push_str("\",\"responses\":[");
        push_each(&mut out, &self.responses, push_response);
        out.push_str("],\"refusal\":");
        match &self.refusal {
            None => out.push_str("null"),
            Some(refusal) => push_response(refusal, &mut out),
        }
        out.push_str(",\"records\":");
        push_each_record(&self.records, &mut out, |value, out| out.push_str(value));
        out.push_str(",\"access\":{\"summary\":");
        push_summary(self.diff.summary(), &mut out);
        out.push_str(if self.truncated() { ",\"truncated\":true}" } else { ",\"truncated\":false}" });
        out.push_str(if self.held { ",\"held\":true" } else { ",\"held\":false" });
        out.push_str(",\"guards\":");
        push_json(&self.guards, &mut out);
        out.push_str(",\"notes\":");
        push_json(&self.notes, &mut out);
        out.push('}');
        out
    }
}

impl Reply {
    /// The lines of the answer to `handle`: those of its plan, with the one response there is.
    pub fn answer(&self, numbers: &mut Vec<f64>) -> String {
        self.plan.answer_with(std::slice::from_ref(&self.response), numbers)
    }
}

fn push_each<T>(out: &mut String, items: impl IntoIterator<Item = T>, push: impl Fn(T, &mut String)) {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        push(item, out);
    }
}

fn push_response(response: &Response, out: &mut String) {
    out.push_str("{\"status\":");
    push_number(u64::from(response.status), out);
    out.push_str(",\"headers\":");
    push_headers(&response.headers, out);
    out.push_str(",\"body\":");
    match &response.body {
        None => out.push_str("null"),
        Some(body) => push_quoted(out, body),
    }
    out.push('}');
}

fn push_headers(headers: &[(&'static str, String)], out: &mut String) {
    out.push('{');
    push_each(out, headers, |(name, value), out| {
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        push_quoted(out, value);
    });
    out.push('}');
}

/// The records, with numbers from 0 for their long values.
fn push_records(records: &[(String, Option<String>)], out: &mut String) {
    let mut long = 0;
    push_each_record(records, out, |value, out| {
        if value.len() > LONG {
            push_number(long, out);
            long += 1;
        } else {
            out.push_str(value);
        }
    });
}

fn push_each_record(records: &[(String, Option<String>)], out: &mut String, mut push_value: impl FnMut(&str, &mut String)) {
    for (at, (key, value)) in records.iter().enumerate() {
        out.push_str(if at == 0 { "[{\"key\":" } else { ",{\"key\":" });
        push_quoted(out, key);
        match value {
            None => out.push_str(",\"value\":null}"),
            Some(value) => {
                out.push_str(",\"value\":");
                push_value(value, out);
                out.push('}');
            }
        }
    }
    out.push_str(if records.is_empty() { "[]" } else { "]" });
}

/// A line of what there is hardly ever.
fn push_line<T: serde::Serialize>(items: &[T], out: &mut String) {
    if !items.is_empty() {
        out.push('\n');
        push_json(items, out);
    }
}

fn push_json<T: serde::Serialize>(items: &[T], out: &mut String) {
    if items.is_empty() {
        out.push_str("[]");
    } else {
        out.push_str(&serde_json::to_string(items).unwrap_or_default());
    }
}

pub(super) fn push_number(number: u64, out: &mut String) {
    if number < 10 {
        return out.push(char::from(b'0' + number as u8));
    }
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
    }
}
