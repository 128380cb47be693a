//! A JSON tree that keeps what `serde_json::Value` drops: order, duplicate keys, the text of numbers.
//! Compared with serde_json on random text in `second_opinion.rs`.

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum J {
    Null,
    Bool(bool),
    Num(String),
    Str(String),
    Arr(Vec<J>),
    Obj(Vec<(String, J)>),
}

pub fn s(text: impl AsRef<str>) -> J {
    J::Str(text.as_ref().to_string())
}

impl J {
    /// Exact member.
    pub fn at(&self, key: &str) -> Option<&J> {
        match self {
            J::Obj(members) => members.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
    /// Member whatever the case of its name.
    pub fn named(&self, key: &str) -> Option<&J> {
        match self {
            J::Obj(members) => members.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v),
            _ => None,
        }
    }
    pub fn set(&mut self, key: &str, value: J) {
        let J::Obj(members) = self else { panic!("not an object") };
        match members.iter_mut().find(|(k, _)| k.eq_ignore_ascii_case(key)) {
            Some((_, v)) => *v = value,
            None => members.push((key.to_string(), value)),
        }
    }
    pub fn unset(&mut self, key: &str) {
        let J::Obj(members) = self else { panic!("not an object") };
        members.retain(|(k, _)| !k.eq_ignore_ascii_case(key));
    }
    pub fn text(&self) -> Option<&str> {
        match self {
            J::Str(t) => Some(t),
            _ => None,
        }
    }
    pub fn list(&self) -> &[J] {
        match self {
            J::Arr(items) => items,
            _ => &[],
        }
    }
    pub fn members(&self) -> &[(String, J)] {
        match self {
            J::Obj(members) => members,
            _ => &[],
        }
    }
    /// Without the elements that say nothing: null, `[]`, `{}`.
    pub fn tidied(self) -> J {
        match self {
            J::Arr(items) => J::Arr(items.into_iter().filter(|item| !item.unassigned()).map(J::tidied).collect()),
            J::Obj(members) => J::Obj(members.into_iter().map(|(name, value)| (name, value.tidied())).collect()),
            other => other,
        }
    }

    /// RFC 7643 §2.5, and an object none of whose members is assigned.
    pub fn unassigned(&self) -> bool {
        match self {
            J::Null => true,
            J::Arr(items) => items.iter().all(J::unassigned),
            J::Obj(members) => members.iter().all(|(_, v)| v.unassigned()),
            _ => false,
        }
    }
    /// Equal as JSON: member order does not matter, numbers by their text.
    pub fn same(&self, other: &J) -> bool {
        match (self, other) {
            (J::Obj(a), J::Obj(b)) => a.len() == b.len() && a.iter().all(|(k, v)| b.iter().any(|(l, w)| k == l && v.same(w))),
            (J::Arr(a), J::Arr(b)) => a.len() == b.len() && a.iter().zip(b).all(|(v, w)| v.same(w)),
            _ => self == other,
        }
    }
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
    pub fn write(&self, out: &mut String) {
        match self {
            J::Null => out.push_str("null"),
            J::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            J::Num(n) => out.push_str(n),
            J::Str(t) => quote(t, out),
            J::Arr(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            J::Obj(members) => {
                out.push('{');
                for (i, (k, v)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    quote(k, out);
                    out.push(':');
                    v.write(out);
                }
                out.push('}');
            }
        }
    }
}

pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// RFC 8259, the whole text.
pub fn parse(text: &str) -> Result<J, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    let value = value(&chars, &mut at, 0)?;
    space(&chars, &mut at);
    if at == chars.len() { Ok(value) } else { Err(format!("text after the value at {at}")) }
}

fn space(c: &[char], at: &mut usize) {
    while *at < c.len() && matches!(c[*at], ' ' | '\t' | '\n' | '\r') {
        *at += 1;
    }
}

fn value(c: &[char], at: &mut usize, depth: usize) -> Result<J, String> {
    if depth > 120 {
        return Err("too deep".into());
    }
    space(c, at);
    match c.get(*at) {
        None => Err("nothing there".into()),
        Some('{') => {
            *at += 1;
            let mut members = Vec::new();
            space(c, at);
            if c.get(*at) == Some(&'}') {
                *at += 1;
                return Ok(J::Obj(members));
            }
            loop {
                space(c, at);
                let key = string(c, at)?;
                space(c, at);
                if c.get(*at) != Some(&':') {
                    return Err("colon expected".into());
                }
                *at += 1;
                members.push((key, value(c, at, depth + 1)?));
                space(c, at);
                match c.get(*at) {
                    Some(',') => *at += 1,
                    Some('}') => {
                        *at += 1;
                        return Ok(J::Obj(members));
                    }
                    _ => return Err("comma or brace expected".into()),
                }
            }
        }
        Some('[') => {
            *at += 1;
            let mut items = Vec::new();
            space(c, at);
            if c.get(*at) == Some(&']') {
                *at += 1;
                return Ok(J::Arr(items));
            }
            loop {
                items.push(value(c, at, depth + 1)?);
                space(c, at);
                match c.get(*at) {
                    Some(',') => *at += 1,
                    Some(']') => {
                        *at += 1;
                        return Ok(J::Arr(items));
                    }
                    _ => return Err("comma or bracket expected".into()),
                }
            }
        }
        Some('"') => Ok(J::Str(string(c, at)?)),
        Some(_) => {
            let start = *at;
            while *at < c.len() && (c[*at].is_ascii_alphanumeric() || matches!(c[*at], '+' | '-' | '.')) {
                *at += 1;
            }
            let word: String = c[start..*at].iter().collect();
            match word.as_str() {
                "null" => Ok(J::Null),
                "true" => Ok(J::Bool(true)),
                "false" => Ok(J::Bool(false)),
                w if is_number(w) => Ok(J::Num(word)),
                _ => Err(format!("no value: {word}")),
            }
        }
    }
}

/// The number grammar of RFC 8259 §6.
pub fn is_number(text: &str) -> bool {
    let c: Vec<char> = text.chars().collect();
    let mut at = 0;
    let digits = |at: &mut usize| {
        let start = *at;
        while *at < c.len() && c[*at].is_ascii_digit() {
            *at += 1;
        }
        *at - start
    };
    if c.first() == Some(&'-') {
        at += 1;
    }
    let start = at;
    let whole = digits(&mut at);
    if whole == 0 || (whole > 1 && c[start] == '0') {
        return false;
    }
    if c.get(at) == Some(&'.') {
        at += 1;
        if digits(&mut at) == 0 {
            return false;
        }
    }
    if matches!(c.get(at), Some('e' | 'E')) {
        at += 1;
        if matches!(c.get(at), Some('+' | '-')) {
            at += 1;
        }
        if digits(&mut at) == 0 {
            return false;
        }
    }
    at == c.len()
}

/// A JSON string that starts at `at`.
pub fn string(c: &[char], at: &mut usize) -> Result<String, String> {
    if c.get(*at) != Some(&'"') {
        return Err("string expected".into());
    }
    *at += 1;
    let mut out = String::new();
    loop {
        let Some(&ch) = c.get(*at) else {
            return Err("string without end".into());
        };
        *at += 1;
        match ch {
            '"' => return Ok(out),
            '\\' => {
                let Some(&e) = c.get(*at) else {
                    return Err("string without end".into());
                };
                *at += 1;
                match e {
                    '"' | '\\' | '/' => out.push(e),
                    'b' => out.push('\u{8}'),
                    'f' => out.push('\u{c}'),
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    'u' => {
                        let high = hex(c, at)?;
                        if (0xd800..0xdc00).contains(&high) {
                            if c.get(*at) != Some(&'\\') || c.get(*at + 1) != Some(&'u') {
                                return Err("lone surrogate".into());
                            }
                            *at += 2;
                            let low = hex(c, at)?;
                            if !(0xdc00..0xe000).contains(&low) {
                                return Err("lone surrogate".into());
                            }
                            let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                            out.push(char::from_u32(code).ok_or("no character")?);
                        } else {
                            out.push(char::from_u32(high).ok_or("lone surrogate")?);
                        }
                    }
                    _ => return Err("no such escape".into()),
                }
            }
            c if (c as u32) < 0x20 => return Err("control character in a string".into()),
            c => out.push(c),
        }
    }
}

fn hex(c: &[char], at: &mut usize) -> Result<u32, String> {
    let mut n = 0;
    for _ in 0..4 {
        let digit = c.get(*at).and_then(|d| d.to_digit(16)).ok_or("four hex digits expected")?;
        n = n * 16 + digit;
        *at += 1;
    }
    Ok(n)
}

/// The first object that names one member twice, whatever the case: pointer of the second.
pub fn twice(value: &J, pointer: &str) -> Option<String> {
    match value {
        J::Arr(items) => items.iter().enumerate().find_map(|(i, v)| twice(v, &format!("{pointer}/{i}"))),
        J::Obj(members) => {
            for (i, (k, v)) in members.iter().enumerate() {
                let here = format!("{pointer}/{}", k.replace('~', "~0").replace('/', "~1"));
                if members[..i].iter().any(|(l, _)| l.eq_ignore_ascii_case(k)) {
                    return Some(here);
                }
                if let Some(found) = twice(v, &here) {
                    return Some(found);
                }
            }
            None
        }
        _ => None,
    }
}
