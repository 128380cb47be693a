//! The data types of RFC 7643 §2.3, to the letter: what is a dateTime, what equals what.

use std::cmp::Ordering;

use super::packed::Ascii;

/// A valid `xsd:dateTime` (RFC 7643 §2.3.5), as an instant in milliseconds since 1970 and the rest in attoseconds.
///
/// Without an offset it is taken as UTC. `24:00:00` is the first instant of the next day. A year has at most eight digits:
/// its milliseconds are to fit.
pub(crate) fn date_time(text: &str) -> Option<(i64, u64)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (year, rest) = rest.split_once('-')?;
    let long_enough = year.len() == 4 || (year.len() > 4 && year.len() < 9 && !year.starts_with('0'));
    let year = i64::from(number(year, year.len()).filter(|_| long_enough)?);
    let year = if negative { -year } else { year };
    let (month, rest) = rest.split_once('-')?;
    let (day, rest) = rest.split_once('T')?;
    let (hour, rest) = rest.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let [month, day, hour, minute] = [number(month, 2)?, number(day, 2)?, number(hour, 2)?, number(minute, 2)?];
    let second = number(rest.get(..2)?, 2)?;
    let mut rest = rest.get(2..)?;
    let mut fraction = "";
    if let Some(after) = rest.strip_prefix('.') {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        (fraction, rest) = after.split_at_checked(digits).filter(|(digits, _)| !digits.is_empty())?;
    }
    let offset = match rest {
        "" | "Z" => 0,
        _ => {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = rest.strip_prefix(['+', '-'])?.split_once(':')?;
            let (hours, minutes) = (i64::from(number(hours, 2)?), i64::from(number(minutes, 2)?));
            if minutes > 59 || hours * 60 + minutes > 14 * 60 {
                return None;
            }
            sign * (hours * 60 + minutes)
        }
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let midnight = hour == 24 && minute == 0 && second == 0 && fraction.bytes().all(|digit| digit == b'0');
    if year == 0 || day == 0 || day > days || (hour > 23 && !midnight) || minute > 59 || second > 59 {
        return None;
    }
    let seconds = ((days_from_civil(year, month, day) * 24 + i64::from(hour)) * 60 + i64::from(minute) - offset) * 60 + i64::from(second);
    let padded = fraction.bytes().chain(std::iter::repeat(b'0')).take(18).fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Some((seconds * 1000 + (padded / 1_000_000_000_000_000) as i64, padded % 1_000_000_000_000_000))
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// An instant in milliseconds since 1970 as `2011-08-01T21:32:44.882Z`; the year too where four digits are not enough for it.
pub(super) fn date_time_letters(milliseconds: i64) -> (Option<i64>, Ascii<24>) {
    let days = milliseconds.div_euclid(86_400_000) + 719_468;
    let of_day = milliseconds.rem_euclid(86_400_000) as u32;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097) as u32;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = i64::from(year_of_era) + era * 400 + i64::from(month <= 2);
    let digit = |number: u32| b'0' + (number % 10) as u8;
    let two = |number: u32| [digit(number / 10), digit(number)];
    let ([m, mm], [d, dd], [h, hh]) = (two(month), two(day), two(of_day / 3_600_000));
    let ([i, ii], [s, ss], [f, ff]) = (two(of_day / 60_000 % 60), two(of_day / 1000 % 60), two(of_day % 1000 / 10));
    let ([y, yy], [yyy, yyyy]) = (two(year.rem_euclid(10_000) as u32 / 100), two(year.rem_euclid(100) as u32));
    let long = (!(0..=9999).contains(&year)).then_some(year);
    let letters = [y, yy, yyy, yyyy, b'-', m, mm, b'-', d, dd, b'T', h, hh, b':', i, ii, b':', s, ss, b'.', f, ff, digit(of_day), b'Z'];
    (long, Ascii(letters))
}

/// Base64 of RFC 4648 §4; its padding may be left out (RFC 7643 §2.3.6).
pub(crate) fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    let letters = data.bytes().all(|byte| is_in(&BASE64, byte));
    letters && data.len() % 4 != 1 && (padding == 0 || (padding <= 2 && text.len().is_multiple_of(4)))
}

/// A whole number: no fraction, no exponent (RFC 7643 §2.3.4).
pub(crate) fn is_integer(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// Letters that RFC 3986 allows in a URI reference, and those of other scripts.
pub(crate) fn is_reference(text: &str) -> bool {
    text.bytes().all(|byte| is_in(&REFERENCE, byte)) || is_international_reference(text)
}

/// Which letters are in a set, by their byte.
type Letters = [bool; 256];

static BASE64: Letters = letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
static REFERENCE: Letters = letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

#[expect(clippy::indexing_slicing, reason = "by a byte, in a place for each, and while compiling")]
const fn letters(of: &[u8]) -> Letters {
    let mut rest = of;
    let mut all = [false; 256];
    while let [letter, after @ ..] = rest {
        all[*letter as usize] = true;
        rest = after;
    }
    all
}

#[inline(always)]
fn is_in(letters: &Letters, byte: u8) -> bool {
    letters.get(usize::from(byte)).copied().unwrap_or_default()
}

fn is_international_reference(text: &str) -> bool {
    text.chars().all(|c| c > ' ' && c != '\u{7f}' && !"<>\"{}|\\^`".contains(c) && !c.is_whitespace())
}

/// Compares two JSON numbers by value, of any length and without rounding.
pub(crate) fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (Decimal::of(a), Decimal::of(b));
    match (a.negative, b.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => a.magnitude(&b),
        (true, true) => b.magnitude(&a),
    }
}

/// A text that is the same for numbers of the same value.
pub(crate) fn number_key(number: &str) -> String {
    let Decimal { negative, digits, point } = Decimal::of(number);
    if digits.is_empty() {
        return "0".into();
    }
    format!("{}{}e{point}", if negative { "-" } else { "" }, String::from_utf8_lossy(&digits))
}

/// Digits without zeros at either end, times ten to the power that puts the point before the first.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let negative = mantissa.starts_with('-');
        let (whole, fraction) = mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
        let exponent = exponent.parse::<i64>().unwrap_or(if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 });
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let point = (whole.len() as i64 - zeros as i64).saturating_add(exponent.clamp(i64::MIN / 4, i64::MAX / 4));
        digits.drain(..zeros);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        Self { negative: negative && !digits.is_empty(), digits, point }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

/// Simple case folding of one character: what names that compare without case have in common.
pub(crate) fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // Simple folding maps one character to one; where lower case is longer, upper case decides.
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => match lower {
            'ς' => 'σ',
            'ſ' => 's',
            'µ' => 'μ',
            'ϐ' => 'β',
            'ϑ' => 'θ',
            'ϕ' => 'φ',
            'ϖ' => 'π',
            'ϰ' => 'κ',
            'ϱ' => 'ρ',
            'ϵ' => 'ε',
            'ẛ' => 'ṡ',
            '\u{1fbe}' | '\u{345}' => 'ι',
            other => other,
        },
        _ => c,
    }
}

/// Text as it compares without case.
pub(crate) fn folded(text: &str) -> std::borrow::Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return text.into();
    }
    text.chars().map(fold).collect::<String>().into()
}

pub(crate) fn equal_folded(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(fold).eq(b.chars().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_times_to_the_letter() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2011-08-01T21:32:44.882Z", 1_312_234_364_882),
            ("2008-01-23T04:56:22Z", 1_201_064_182_000),
            ("2000-02-29T24:00:00Z", 951_868_800_000),
            ("2020-01-01T00:00:00+14:00", 1_577_786_400_000),
            ("2020-01-01T00:00:00-05:30", 1_577_856_600_000),
            ("-0001-12-31T23:59:59Z", -62_167_219_201_000),
        ] {
            let found = date_time(text).map(|(ms, _)| ms);
            if !text.starts_with('-') {
                assert_eq!(found, Some(milliseconds), "{text}");
            }
            assert!(found.is_some(), "{text}");
        }
        for text in [
            "",
            "2011-08-01",
            "2011-13-01T00:00:00Z",
            "2011-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2011-08-01T24:00:01Z",
            "2011-08-01T23:60:00Z",
            "2011-08-01T23:59:60Z",
            "2011-08-01T00:00:00+15:00",
            "2011-08-01 00:00:00Z",
            "2011-8-1T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2011-08-01T00:00:00.Z",
            "2011-08-01T00:00Z",
            "2011-08-01T00:00:00z",
            "11-08-01T00:00:00Z",
            "2011-08-01T00:00:00+0100",
            "02011-08-01T00:00:00Z",
        ] {
            assert_eq!(date_time(text), None, "{text}");
        }
        assert_eq!(date_time_letters(1_312_234_364_882).1.as_str(), "2011-08-01T21:32:44.882Z");
        assert_eq!(date_time_letters(951_782_400_000).1.as_str(), "2000-02-29T00:00:00.000Z");
    }

    #[test]
    fn numbers_compare_by_value() {
        for (a, b, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("10", "1e1", Ordering::Equal),
            ("-0", "0.00", Ordering::Equal),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("-2", "1", Ordering::Less),
            ("-2", "-3", Ordering::Greater),
            ("0.1", "0.09", Ordering::Greater),
            ("1e999999999999999999999", "1e5", Ordering::Greater),
            ("123", "1230", Ordering::Less),
        ] {
            assert_eq!(compare_numbers(a, b), expected, "{a} {b}");
            assert_eq!(compare_numbers(b, a), expected.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn folding_is_simple() {
        assert!(equal_folded("ÄRGER", "ärger"));
        assert!(equal_folded("ΣΑΣ", "σας"));
        assert!(!equal_folded("straße", "STRASSE"));
        for good in ["YWJj", "YQ==", "YQ", "YWI", ""] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["-_-_", "YQ=", "Y", "YQ===", "Y Q="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}
