//! Packed values as JSON text.

use super::packed::{self, Packed, Value, split_bytes, uuid_text};
use super::write::push_quoted;
use crate::schema::{AttributeId, Registry};

/// Writes packed members one after another, each with a comma before it. Their text is made sure of as a whole.
pub(crate) struct Unpacker<'r> {
    registry: &'r Registry,
    out: Vec<u8>,
}

impl<'r> Unpacker<'r> {
    /// With room for so many packed bytes.
    pub(crate) fn new(registry: &'r Registry, packed: usize) -> Self {
        Self { registry, out: Vec::with_capacity(packed * 3) }
    }

    /// What was written since this was asked last.
    pub(crate) fn take(&mut self, read: impl FnOnce(&str)) {
        read(std::str::from_utf8(&self.out).unwrap_or(""));
        self.out.clear();
    }

    /// A member, its value as it is packed.
    #[inline]
    pub(crate) fn member(&mut self, attribute: AttributeId, value: &[u8]) {
        self.out.extend_from_slice(self.registry.attribute(attribute).member.as_bytes());
        self.value(value);
    }

    fn members(&mut self, mut rest: &[u8]) {
        while let Some((attribute, value)) = rest.split_first_chunk::<2>() {
            self.out.extend_from_slice(self.registry.attribute(AttributeId(u16::from_le_bytes(*attribute))).member.as_bytes());
            rest = self.value(value).unwrap_or(&[]);
        }
    }

    /// Writes the value that packed bytes begin with; gives what is behind it.
    fn value<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (tag, rest) = bytes.split_first()?;
        match *tag {
            packed::PLAIN => {
                let (text, rest) = split_bytes(rest)?;
                self.quoted(text);
                Some(rest)
            }
            packed::UUID => {
                let (uuid, rest) = rest.split_first_chunk::<16>()?;
                self.quoted(&uuid_text(uuid).0);
                Some(rest)
            }
            packed::WORD => {
                let (word, rest) = rest.split_first()?;
                self.quoted(packed::word(*word)?.as_bytes());
                Some(rest)
            }
            packed::FALSE | packed::TRUE => {
                self.out.extend_from_slice(if *tag == packed::TRUE { b"true" } else { b"false" });
                Some(rest)
            }
            tag => {
                let (payload, rest) = split_bytes(rest)?;
                match tag {
                    packed::TEXT => {
                        let mut text = String::with_capacity(payload.len() + 8);
                        push_quoted(&mut text, std::str::from_utf8(payload).unwrap_or(""));
                        self.out.extend_from_slice(text.as_bytes());
                    }
                    packed::NUMBER => self.out.extend_from_slice(payload),
                    packed::OBJECT => self.object(payload),
                    packed::ARRAY => self.array(payload),
                    _ => return None,
                }
                Some(rest)
            }
        }
    }

    fn quoted(&mut self, plain: &[u8]) {
        self.out.push(b'"');
        self.out.extend_from_slice(plain);
        self.out.push(b'"');
    }

    fn object(&mut self, members: &[u8]) {
        let start = self.out.len();
        self.members(members);
        // The first comma gives its place to the bracket.
        match self.out.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => self.out.push(b'{'),
        }
        self.out.push(b'}');
    }

    fn array(&mut self, items: &[u8]) {
        let (start, mut rest) = (self.out.len(), items);
        while !rest.is_empty() {
            self.out.push(b',');
            rest = self.value(rest).unwrap_or(&[]);
        }
        match self.out.get_mut(start) {
            Some(comma) => *comma = b'[',
            None => self.out.push(b'['),
        }
        self.out.push(b']');
    }
}

impl Packed<'_> {
    /// Writes the members of an object, each with a comma before it.
    pub(crate) fn write_members(self, registry: &Registry, out: &mut String) {
        let mut unpacker = Unpacker::new(registry, self.0.len());
        unpacker.members(self.0);
        unpacker.take(|text| out.push_str(text));
    }
}

impl Value<'_> {
    /// Writes the value as JSON.
    pub(crate) fn write(self, registry: &Registry, out: &mut String) {
        let (Value::Object(Packed(parts)) | Value::Array(Packed(parts))) = self else {
            return match self {
                Value::Boolean(flag) => out.push_str(if flag { "true" } else { "false" }),
                Value::Number(text) => out.push_str(text),
                value => push_quoted(out, &value.text().unwrap_or_default()),
            };
        };
        let mut unpacker = Unpacker::new(registry, parts.len());
        match self {
            Value::Object(_) => unpacker.object(parts),
            _ => unpacker.array(parts),
        }
        unpacker.take(|text| out.push_str(text));
    }
}
