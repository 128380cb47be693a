//! The same JSON in another text.

use super::*;

/// A JSON string with some characters written as `\u` escapes.
pub fn escaped(text: &str, r: &mut Random) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '/' if r.chance(50) => out.push_str("\\/"),
            c if r.chance(30) => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
            '"' | '\\' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The same JSON in other clothes, always the same for the same value: a reader of bytes must not care.
pub fn dressed(value: &J) -> String {
    let plain = value.print();
    if plain.len() % 5 < 3 {
        return plain;
    }
    let seed = plain.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    let mut r = Random::new(seed);
    let mut out = String::new();
    dress(value, &mut r, &mut out);
    out
}

fn dress(value: &J, r: &mut Random, out: &mut String) {
    let space = |r: &mut Random, out: &mut String| out.push_str(["", "", "", " ", "\n  ", "\t", "\r\n"][r.below(7)]);
    let word = |text: &str, r: &mut Random| {
        if r.chance(20) { escaped(text, r) } else { J::Str(text.into()).print() }
    };
    space(r, out);
    match value {
        J::Obj(members) => {
            out.push('{');
            for (i, (key, v)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                space(r, out);
                out.push_str(&word(key, r));
                space(r, out);
                out.push(':');
                dress(v, r, out);
            }
            space(r, out);
            out.push('}');
        }
        J::Arr(items) => {
            out.push('[');
            for (i, v) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                dress(v, r, out);
            }
            space(r, out);
            out.push(']');
        }
        J::Str(text) => out.push_str(&word(text, r)),
        other => other.write(out),
    }
    space(r, out);
}
