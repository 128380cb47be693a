//! What a host reads of a plan or a reply: JSON in one line, and behind it the long texts that it gives the lengths of,
//! in bytes, so that they are not escaped and read twice. What has fixed places needs no names.
//!
//! ```text
//! answer   = head LF *body [records]
//! head     = [ token, version, [ *response ], response / null, bytes of records, counts, truncated, held, guards, notes ]
//! response = [ status, headers, bytes of its body / null ]
//! counts   = [ grants, revokes, upgrades, downgrades, latent, masked, users, objects, locked out ]
//! ```

use super::diff_text::push_summary;
use super::plan::{Plan, Reply};
use crate::protocol::Response;
use crate::resource::push_quoted;

impl Plan {
    /// The answer to `plan`; lists of access changes aside.
    pub fn answer(&self) -> String {
        self.answer_with(&self.responses)
    }

    fn answer_with(&self, responses: &[Response]) -> String {
        let bodies = || responses.iter().chain(&self.refusal).filter_map(|response| response.body.as_deref());
        let mut records = String::new();
        if !self.records.is_empty() {
            records.reserve(self.records.iter().map(|(key, value)| key.len() + value.as_deref().map_or(4, str::len) + 24).sum());
            push_records(&self.records, &mut records);
        }
        let mut out = String::with_capacity(512 + bodies().map(str::len).sum::<usize>() + records.len());
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
        push_number(records.len() as u64, &mut out);
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
        out.push_str("]\n");
        bodies().chain([records.as_str()]).for_each(|text| out.push_str(text));
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
        push_records(&self.records, &mut out);
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
    match &response.body {
        None => out.push_str(",null]"),
        Some(body) => {
            out.push(',');
            push_number(body.len() as u64, out);
            out.push(']');
        }
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

fn push_records(records: &[(String, Option<String>)], out: &mut String) {
    out.push('[');
    push_each(out, records, |(key, value), out| {
        out.push_str("{\"key\":");
        push_quoted(out, key);
        out.push_str(",\"value\":");
        out.push_str(value.as_deref().unwrap_or("null"));
        out.push('}');
    });
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
    }
}
