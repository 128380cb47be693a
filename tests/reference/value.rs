//! How values compare: rule 10 of the semantics.

use super::json::J;
use super::schema::{Attr, Type};
use std::cmp::Ordering;

/// Simple case folding, character by character.
pub fn fold(text: &str) -> String {
    let one = |mut it: Box<dyn Iterator<Item = char>>, c: char| match (it.next(), it.next()) {
        (Some(d), None) => d,
        _ => c,
    };
    text.chars()
        .map(|c| {
            if c == 'ı' {
                return c; // its upper case is I, but it folds to itself
            }
            let upper = one(Box::new(c.to_uppercase()), c);
            one(Box::new(upper.to_lowercase()), upper)
        })
        .collect()
}

/// Exact order of two JSON numbers.
pub fn number_order(a: &str, b: &str) -> Ordering {
    let (na, da, ea) = parts(a);
    let (nb, db, eb) = parts(b);
    let (za, zb) = (da.is_empty(), db.is_empty());
    match (za, zb) {
        (true, true) => return Ordering::Equal,
        (true, false) => {
            return if nb { Ordering::Greater } else { Ordering::Less };
        }
        (false, true) => {
            return if na { Ordering::Less } else { Ordering::Greater };
        }
        _ => {}
    }
    if na != nb {
        return if na { Ordering::Less } else { Ordering::Greater };
    }
    // 0.d1d2d3… times ten to the e
    let order = ea.cmp(&eb).then_with(|| da.cmp(&db));
    if na { order.reverse() } else { order }
}

/// Sign, significant digits without zeros at either end, and exponent.
fn parts(text: &str) -> (bool, String, i64) {
    let negative = text.starts_with('-');
    let text = text.trim_start_matches('-').to_ascii_lowercase();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let significant = digits.trim_matches('0').to_string();
    (negative, significant, exponent + whole.len() as i64 - leading as i64)
}

/// xsd:dateTime as seconds since 0000-03-01 and the fraction's digits; None when it is none.
pub fn instant(text: &str) -> Option<(i64, String)> {
    let b = text.as_bytes();
    if !text.is_ascii() || b.len() < 19 {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        text[from..to].bytes().all(|c| c.is_ascii_digit()).then(|| text[from..to].parse().ok()).flatten()
    };
    if b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[13] != b':' || b[16] != b':' {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1..=12).contains(&month) || day < 1 || day > days[month as usize - 1] || hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    let mut rest = &text[19..];
    let mut fraction = String::new();
    if let Some(tail) = rest.strip_prefix('.') {
        fraction = tail.chars().take_while(char::is_ascii_digit).collect();
        if fraction.is_empty() {
            return None;
        }
        rest = &tail[fraction.len()..];
    }
    // xsd:dateTime has 24:00:00 for the first instant of the next day, and no other time after 23:59:59.
    if hour == 24 && (minute != 0 || second != 0 || fraction.contains(|c| c != '0')) {
        return None;
    }
    let offset = match rest {
        "" | "Z" => 0,
        zone => {
            let z = zone.as_bytes();
            if z.len() != 6
                || !matches!(z[0], b'+' | b'-')
                || z[3] != b':'
                || !zone[1..3].bytes().chain(zone[4..6].bytes()).all(|c| c.is_ascii_digit())
            {
                return None;
            }
            let (h, m): (i64, i64) = (zone[1..3].parse().ok()?, zone[4..6].parse().ok()?);
            if m > 59 || h * 60 + m > 14 * 60 {
                return None;
            }
            (h * 60 + m) * if z[0] == b'-' { -60 } else { 60 }
        }
    };
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_number = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (m * 153 + 2) / 5 + day;
    let seconds = day_number * 86400 + hour * 3600 + minute * 60 + second - offset;
    Some((seconds, fraction.trim_end_matches('0').to_string()))
}

/// Order of two values of one simple attribute, None when they cannot be compared.
pub fn order(attr: &Attr, a: &J, b: &J) -> Option<Ordering> {
    match (attr.kind, a, b) {
        (Type::Boolean, J::Bool(a), J::Bool(b)) => Some(a.cmp(b)),
        (Type::Integer | Type::Decimal, J::Num(a), J::Num(b)) => Some(number_order(a, b)),
        (Type::DateTime, J::Str(a), J::Str(b)) => Some(instant(a)?.cmp(&instant(b)?)),
        (Type::Binary, J::Str(a), J::Str(b)) => Some(a.cmp(b)),
        (Type::String | Type::Reference, J::Str(a), J::Str(b)) => Some(if attr.case_exact { a.cmp(b) } else { fold(a).cmp(&fold(b)) }),
        _ => None,
    }
}

/// Whether each value of one list has a partner in the other: their order has no meaning.
pub fn in_any_order(a: &[J], b: &[J], same: &dyn Fn(&J, &J) -> bool) -> bool {
    let mut rest: Vec<&J> = b.iter().collect();
    a.iter().all(|v| rest.iter().position(|w| same(v, w)).map(|i| rest.swap_remove(i)).is_some()) && rest.is_empty()
}

/// Equal to the letter, the order of values aside.
pub fn exactly(a: &J, b: &J) -> bool {
    match (a, b) {
        (J::Arr(a), J::Arr(b)) => in_any_order(a, b, &exactly),
        (J::Obj(a), J::Obj(b)) => a.len() == b.len() && a.iter().all(|(k, v)| b.iter().any(|(l, w)| k == l && exactly(v, w))),
        (J::Num(a), J::Num(b)) => number_order(a, b) == Ordering::Equal,
        _ => a == b,
    }
}

/// Equal in the eyes of the schema.
pub fn equal(attr: &Attr, a: &J, b: &J) -> bool {
    if a.unassigned() || b.unassigned() {
        return a.unassigned() && b.unassigned();
    }
    match (a, b) {
        (J::Arr(a), J::Arr(b)) => in_any_order(a, b, &|v, w| equal(attr, v, w)),
        (J::Obj(_), J::Obj(_)) => attr.subs.iter().all(|sub| {
            let pick = |o: &J| o.named(&sub.name).cloned().unwrap_or(J::Null);
            equal(sub, &pick(a), &pick(b))
        }),
        _ => order(attr, a, b) == Some(Ordering::Equal),
    }
}
