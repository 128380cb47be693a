//! What a host reads of a plan or a reply: lines of JSON, of which it reads what it needs; what is written here has no line feed of
//! its own. What has fixed places needs no names.
//!
//! ```text
//! answer   = head *( LF body ) *( LF value ) [ LF records ]
//! head     = [ token, version, [ *response ], response / null, records / how many there are, counts, truncated, held, guards, notes ]
//! response = [ status, headers, whether it has a body ]
//! counts   = [ grants, revokes, upgrades, downgrades, latent, masked, users, objects, locked out ]
//! records  = [ *{ key, value } ]    in the head where they take little; long values stand behind, and their numbers here
//! ```

use super::diff_text::push_summary;
use super::plan::{Plan, Reply};
use crate::protocol::Response;
use crate::resource::push_quoted;

/// A record's value of more bytes than this has a line of its own.
const LONG: usize = 256;
/// Up to so many bytes of records are in the head: few enough to be read by who does not need them.
const FEW: usize = 1024;

impl Plan {
    /// The answer to `plan`; lists of access changes aside.
    pub fn answer(&self) -> String {
        self.answer_with(&self.responses)
    }

    fn answer_with(&self, responses: &[Response]) -> String {
        let bodies = || responses.iter().chain(&self.refusal).filter_map(|response| response.body.as_deref());
        let of_record = |(key, value): &(String, Option<String>)| key.len() + value.as_deref().map_or(4, str::len) + 24;
        let capacity = 512 + bodies().map(str::len).sum::<usize>() + self.records.iter().map(of_record).sum::<usize>();
        let mut out = String::with_capacity(capacity);
        out.push_str("[\"");
        out.push_str(&self.token);
        out.push_str("\",\"");
        out.push_str(&self.version);
        out.push_str("\",[");
        push_each(&mut out, responses, push_briefly);
        out.push_str("],");
        match &self.refusal {
            None => out.push_str("null"),
            Some(refusal) => push_briefly(refusal, &mut out),
        }
        out.push(',');
        let long = self.records.iter().filter_map(|(_, value)| value.as_deref()).filter(|value| value.len() > LONG);
        let within = self.records.iter().map(of_record).sum::<usize>() - long.clone().map(str::len).sum::<usize>() <= FEW;
        if within {
            push_records(&self.records, &mut out);
        } else {
            push_number(self.records.len() as u64, &mut out);
        }
        let summary = self.diff.summary();
        let whole = [summary.users, summary.objects, summary.locked_out].map(u64::from);
        out.push_str(",[");
        push_each(&mut out, summary.kinds.iter().chain(&whole), |count, out| push_number(*count, out));
        out.push(']');
        for flag in [self.truncated(), self.held] {
            out.push_str(if flag { ",true" } else { ",false" });
        }
        out.push(',');
        push_json(&self.guards, &mut out);
        out.push(',');
        push_json(&self.notes, &mut out);
        out.push(']');
        for body in bodies() {
            out.push('\n');
            out.push_str(body);
        }
        for value in long {
            out.push('\n');
            out.push_str(value);
        }
        if !within {
            out.push('\n');
            push_records(&self.records, &mut out);
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
    /// The answer to `handle`: that of its plan, with the one response there is.
    pub fn answer(&self) -> String {
        self.plan.answer_with(std::slice::from_ref(&self.response))
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

fn push_briefly(response: &Response, out: &mut String) {
    out.push('[');
    push_number(u64::from(response.status), out);
    out.push(',');
    push_headers(&response.headers, out);
    out.push_str(if response.body.is_some() { ",true]" } else { ",false]" });
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

/// Hardly ever anything.
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
