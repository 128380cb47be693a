//! A resource as compact bytes: attribute numbers for names, UUIDs as sixteen bytes, frequent words as one.
//!
//! ```text
//! object   = *( attribute value )                    attribute: two bytes, little endian
//! value    = tag payload
//! payload  = nothing | one byte | sixteen bytes | length text | length object | length *value
//! length   = LEB128
//! ```
//! Members stand in the order of their numbers, so that equal resources have equal bytes.

use super::document::Document;
use super::node::{Kind, NodeId};
use super::scan::is_plain;
use crate::schema::{AttributeId, Registry};

pub(crate) const FALSE: u8 = 0;
pub(crate) const TRUE: u8 = 1;
pub(super) const TEXT: u8 = 2;
pub(super) const UUID: u8 = 3;
pub(super) const WORD: u8 = 4;
pub(super) const NUMBER: u8 = 5;
pub(crate) const OBJECT: u8 = 6;
pub(crate) const ARRAY: u8 = 7;
/// A text that stands in a JSON string as it is.
pub(super) const PLAIN: u8 = 8;

/// Texts that provisioned resources are full of.
const WORDS: &[&str] =
    &["work", "home", "mobile", "fax", "other", "User", "Group", "en-US", "en", "Employee", "Workspace", "Folder", "private", "parent"];

/// A packed object or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed<'p>(pub(crate) &'p [u8]);

/// One value in a packed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'p> {
    Boolean(bool),
    Text(&'p str),
    Uuid([u8; 16]),
    Number(&'p str),
    Object(Packed<'p>),
    Array(Packed<'p>),
}

impl Document<'_> {
    /// Packs the object at `id` without the members that `skip` names.
    pub(crate) fn pack(&self, id: NodeId, skip: &[AttributeId]) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        self.pack_object(id, skip, &mut Vec::with_capacity(32), &mut out);
        out
    }

    /// `members` is a stack: those of the objects around this one stand below.
    fn pack_object(&self, id: NodeId, skip: &[AttributeId], members: &mut Vec<(AttributeId, NodeId)>, out: &mut Vec<u8>) {
        let from = members.len();
        members.extend(self.children(id).map(|child| (self.node(child).attribute, child)));
        if let Some(own) = members.get_mut(from..) {
            crate::sort::plain(own);
        }
        let mut at = from;
        while let Some((attribute, child)) = members.get(at).copied() {
            at += 1;
            if attribute == AttributeId::UNKNOWN || skip.contains(&attribute) {
                continue;
            }
            let mark = out.len();
            out.extend(attribute.0.to_le_bytes());
            if !self.pack_value(child, members, out) {
                out.truncate(mark);
            }
        }
        members.truncate(from);
    }

    /// False for an array or object with nothing in it, which says no more than nothing (RFC 7643 §2.5).
    fn pack_value(&self, id: NodeId, members: &mut Vec<(AttributeId, NodeId)>, out: &mut Vec<u8>) -> bool {
        match self.node(id).kind {
            Kind::True => out.push(TRUE),
            Kind::False => out.push(FALSE),
            Kind::String => pack_text(&self.string(id).unwrap_or_default(), out),
            Kind::Number => {
                out.push(NUMBER);
                push_bytes(self.raw(id).as_bytes(), out);
            }
            Kind::Object => {
                out.push(OBJECT);
                let start = open_length(out);
                self.pack_object(id, &[], members, out);
                return close_length(start, out);
            }
            Kind::Array => {
                out.push(ARRAY);
                let start = open_length(out);
                for child in self.children(id) {
                    let mark = out.len();
                    if !self.pack_value(child, members, out) {
                        out.truncate(mark);
                    }
                }
                return close_length(start, out);
            }
            // Resources are judged before they are packed: what no schema describes is not kept.
            Kind::Opaque => pack_text("", out),
        }
        true
    }
}

pub(crate) fn pack_text(text: &str, out: &mut Vec<u8>) {
    if let Some(uuid) = uuid_of(text) {
        out.push(UUID);
        out.extend(uuid);
    } else if let Some(word) = WORDS.iter().position(|word| *word == text) {
        out.push(WORD);
        out.push(word as u8);
    } else {
        out.push(if is_plain(text) { PLAIN } else { TEXT });
        push_bytes(text.as_bytes(), out);
    }
}

/// The frequent word of that number.
pub(super) fn word(number: u8) -> Option<&'static str> {
    WORDS.get(usize::from(number)).copied()
}

pub(super) fn push_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    push_length(bytes.len(), out);
    out.extend_from_slice(bytes);
}

fn push_length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

/// Begins what its length stands before.
pub(crate) fn open_length(out: &mut Vec<u8>) -> usize {
    out.push(0);
    out.len()
}

/// Writes the length of all since `start`; false where that is nothing.
pub(crate) fn close_length(start: usize, out: &mut Vec<u8>) -> bool {
    let length = out.len() - start;
    if length >= 0x80 {
        push_length(length >> 7, out);
        if let Some(rest) = out.get_mut(start..) {
            let more = rest.len() - length;
            rest.rotate_right(more);
        }
    }
    if let Some(first) = out.get_mut(start - 1) {
        *first = (length & 0x7f) as u8 | if length < 0x80 { 0 } else { 0x80 };
    }
    length > 0
}

/// Where a UUID's bytes stand in its canonical form.
const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// What a hexadecimal digit in lower case stands for; above 15 for anything else.
#[inline]
fn nibble(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => u8::MAX,
    }
}

/// The bytes of a UUID in its canonical lower-case form.
#[inline]
pub(crate) fn uuid_of(text: &str) -> Option<[u8; 16]> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if [bytes[8], bytes[13], bytes[18], bytes[23]] != [b'-'; 4] {
        return None;
    }
    let mut uuid = [0u8; 16];
    let mut strange = 0;
    for (slot, at) in uuid.iter_mut().zip(PAIRS) {
        let [high, low] = [bytes.get(at)?, bytes.get(at + 1)?].map(|byte| nibble(*byte));
        strange |= high | low;
        *slot = high << 4 | (low & 15);
    }
    (strange < 16).then_some(uuid)
}

/// Letters and digits at an address from which `from_utf8` reads words, not bytes.
#[repr(align(8))]
pub(crate) struct Ascii<const N: usize>(pub(crate) [u8; N]);

/// A number in hexadecimal digits.
pub(crate) type Hex = Ascii<16>;
/// A UUID's canonical form.
pub(crate) type UuidText = Ascii<36>;

impl<const N: usize> Ascii<N> {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl Hex {
    pub(crate) fn of(number: u64) -> Self {
        let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
        let mut digits = [0; 16];
        let (eights, _) = digits.as_chunks_mut::<8>();
        eights.iter_mut().zip([[a, b, c, d], [e, f, g, h]]).for_each(|(eight, four)| *eight = hex(four));
        Ascii(digits)
    }
}

/// A UUID's canonical form.
pub(crate) fn uuid_text(uuid: &[u8; 16]) -> UuidText {
    let mut text = [b'-'; 36];
    let mut digits = [0u8; 32];
    let (fours, _) = uuid.as_chunks::<4>();
    let (eights, _) = digits.as_chunks_mut::<8>();
    for (four, eight) in fours.iter().zip(eights) {
        *eight = hex(*four);
    }
    for (from, to, length) in [(0, 0, 8), (8, 9, 4), (12, 14, 4), (16, 19, 4), (20, 24, 12)] {
        if let (Some(slot), Some(part)) = (text.get_mut(to..to + length), digits.get(from..from + length)) {
            slot.copy_from_slice(part);
        }
    }
    Ascii(text)
}

/// Eight hexadecimal digits, worked out in one word.
fn hex(four: [u8; 4]) -> [u8; 8] {
    let mut word = u64::from(u32::from_le_bytes(four));
    word = (word | word << 16) & 0x0000_ffff_0000_ffff;
    word = (word | word << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (word >> 4 & 0x000f_000f_000f_000f) | (word & 0x000f_000f_000f_000f) << 8;
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (nibbles + 0x3030_3030_3030_3030 + letters * 0x27).to_le_bytes()
}

/// Writes a UUID's canonical form.
pub(crate) fn push_uuid(uuid: &[u8; 16], out: &mut String) {
    out.push_str(uuid_text(uuid).as_str());
}

impl<'p> Value<'p> {
    /// The value that packed bytes begin with.
    pub(crate) fn of(bytes: &'p [u8]) -> Option<Self> {
        split_value(bytes).map(|(value, _)| value)
    }

    /// The text of a string.
    pub(crate) fn text(self) -> Option<std::borrow::Cow<'p, str>> {
        match self {
            Value::Text(text) => Some(text.into()),
            Value::Uuid(uuid) => {
                let mut text = String::with_capacity(36);
                push_uuid(&uuid, &mut text);
                Some(text.into())
            }
            _ => None,
        }
    }
}

impl<'p> Packed<'p> {
    /// The members of an object.
    pub(crate) fn members(self) -> impl Iterator<Item = (AttributeId, Value<'p>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (attribute, after) = rest.split_first_chunk::<2>()?;
            let (value, after) = split_value(after)?;
            rest = after;
            Some((AttributeId(u16::from_le_bytes(*attribute)), value))
        })
    }

    /// The members of an object, their values as they are packed.
    pub(crate) fn raw_members(self) -> impl Iterator<Item = (AttributeId, &'p [u8])> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (attribute, after) = rest.split_first_chunk::<2>()?;
            let value;
            (value, rest) = split_raw(after)?;
            Some((AttributeId(u16::from_le_bytes(*attribute)), value))
        })
    }

    /// The elements of an array as they are packed.
    pub(crate) fn raw_items(self) -> impl Iterator<Item = &'p [u8]> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let value;
            (value, rest) = split_raw(rest)?;
            Some(value)
        })
    }

    /// The elements of an array.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'p>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (value, after) = split_value(rest)?;
            rest = after;
            Some(value)
        })
    }

    /// The member that is the value of `attribute`; those before it are passed over unread.
    #[inline]
    pub(crate) fn member(self, attribute: AttributeId) -> Option<Value<'p>> {
        self.at(attribute).and_then(Value::of)
    }

    /// The bytes that begin with the value of `attribute`.
    #[inline]
    pub(crate) fn at(self, attribute: AttributeId) -> Option<&'p [u8]> {
        let mut rest = self.0;
        loop {
            let (id, after) = rest.split_first_chunk::<2>()?;
            let id = AttributeId(u16::from_le_bytes(*id));
            if id >= attribute {
                return (id == attribute).then_some(after);
            }
            rest = skip_value(after)?;
        }
    }

    /// Every value at the path that leads to `attribute`, through arrays and objects.
    pub(crate) fn for_each_value(self, registry: &Registry, attribute: AttributeId, found: &mut dyn FnMut(Value<'p>)) {
        match registry.attribute(attribute).parent {
            None => {
                if let Some(value) = self.member(attribute) {
                    value.flatten(found);
                }
            }
            Some(parent) => self.for_each_value(registry, parent, &mut |value| {
                if let Value::Object(object) = value
                    && let Some(value) = object.member(attribute)
                {
                    value.flatten(found);
                }
            }),
        }
    }
}

impl<'p> Value<'p> {
    fn flatten(self, found: &mut dyn FnMut(Value<'p>)) {
        match self {
            Value::Array(items) => items.items().for_each(found),
            value => found(value),
        }
    }
}

fn split_raw(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let after = skip_value(bytes)?;
    bytes.split_at_checked(bytes.len() - after.len())
}

#[inline]
fn skip_value(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        FALSE | TRUE => Some(rest),
        UUID => rest.get(16..),
        WORD => rest.get(1..),
        _ => split_bytes(rest).map(|(_, rest)| rest),
    }
}

#[inline]
fn split_value(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    Some(match *tag {
        FALSE => (Value::Boolean(false), rest),
        TRUE => (Value::Boolean(true), rest),
        UUID => {
            let (uuid, rest) = rest.split_first_chunk::<16>()?;
            (Value::Uuid(*uuid), rest)
        }
        WORD => {
            let (number, rest) = rest.split_first()?;
            (Value::Text(word(*number)?), rest)
        }
        tag => {
            let (payload, rest) = split_bytes(rest)?;
            let value = match tag {
                TEXT | PLAIN => Value::Text(std::str::from_utf8(payload).ok()?),
                NUMBER => Value::Number(std::str::from_utf8(payload).ok()?),
                OBJECT => Value::Object(Packed(payload)),
                ARRAY => Value::Array(Packed(payload)),
                _ => return None,
            };
            (value, rest)
        }
    })
}

#[inline]
pub(super) fn split_bytes(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut length, mut shift, mut rest) = (0usize, 0u32, bytes);
    loop {
        let (byte, after) = rest.split_first()?;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        rest = after;
        if byte & 0x80 == 0 {
            return rest.split_at_checked(length);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Writer;

    #[test]
    fn packing_loses_nothing_but_order() {
        let registry = Registry::builtin();
        let text = r#"{"userName":"ann \"q\" é","externalId":"0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b11","active":false,"emails":[{"value":"ann@acme.example","type":"work","primary":true},{"type":"odd"}],"name":{"givenName":"Ann"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D"}}"#;
        let user = registry.resource_type_named("User").expect("User");
        let document = registry.stored(text, user, &Default::default()).expect("JSON");
        let packed = document.pack(NodeId::ROOT, &[]);
        let mut out = Writer::default();
        out.object(registry, Packed(&packed));
        let out = out.into_string();
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(parse(&out), parse(text));
        assert!(packed.len() < text.len() / 2, "{} of {}", packed.len(), text.len());
        let again = registry.stored(&out, user, &Default::default()).expect("JSON");
        assert_eq!(again.pack(NodeId::ROOT, &[]), packed);
        let emails = registry.root_attribute(user, "emails").and_then(|id| registry.child(id, "value")).expect("emails.value");
        let mut values = Vec::new();
        Packed(&packed).for_each_value(registry, emails, &mut |value| values.push(value));
        assert_eq!(values, [Value::Text("ann@acme.example")]);
        assert_eq!(uuid_of("0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b1"), None);
        assert_eq!(uuid_of("0B8F3C5E-1b7a-4a58-9c0e-2f5a0d3f7b11"), None);
        for text in ["0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b11", "ffffffff-ffff-ffff-ffff-ffffffffffff"] {
            let uuid = uuid_of(text).expect("a UUID");
            assert_eq!(uuid_text(&uuid).as_str(), text);
        }
        for text in ["0b8f3c5e11b7a-4a58-9c0e-2f5a0d3f7b11", "0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b1g", "0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b1:"]
        {
            assert_eq!(uuid_of(text), None, "{text}");
        }
    }

    #[test]
    fn what_holds_nothing_is_not_kept() {
        let registry = Registry::builtin();
        let user = registry.resource_type_named("User").expect("User");
        let pack = |text: &str| registry.stored(text, user, &Default::default()).expect("JSON").pack(NodeId::ROOT, &[]);
        let plain = pack(r#"{"userName":"ann","emails":[{"value":"a@x"}]}"#);
        assert_eq!(pack(r#"{"userName":"ann","name":{},"phoneNumbers":[],"emails":[{"value":"a@x"},{}],"roles":[{}]}"#), plain);
    }
}
