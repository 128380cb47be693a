//! JSON text as it is being written: bytes, of which a string is made once, at the end. Packed values are written as they stand.

use super::packed::{self, Packed, split_bytes, uuid_text};
use super::scan::is_plain;
use super::value::date_time_letters;
use crate::path::quoted;
use crate::schema::{AttributeId, Registry};

#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn into_string(self) -> String {
        String::from_utf8(self.0).unwrap_or_default()
    }

    /// What stands in JSON as it is.
    #[inline]
    pub(crate) fn push(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A string.
    pub(crate) fn quoted(&mut self, text: &str) {
        if is_plain(text) { self.plain(text.as_bytes()) } else { self.push(&quoted(text)) }
    }

    /// A string in which nothing needs an escape.
    #[inline]
    pub(crate) fn plain(&mut self, text: &[u8]) {
        self.0.reserve(text.len() + 2);
        self.0.push(b'"');
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }

    /// An instant as a string.
    pub(crate) fn date_time(&mut self, milliseconds: i64) {
        let (year, letters) = date_time_letters(milliseconds);
        self.push("\"");
        match year {
            None => self.0.extend_from_slice(&letters.0),
            Some(year) => {
                self.push(&year.to_string());
                self.0.extend_from_slice(letters.0.get(4..).unwrap_or_default());
            }
        }
        self.push("\"");
    }

    /// Gives the comma at `start` its place to a bracket that opens there, and closes it: what stands between has a comma before
    /// each part.
    pub(crate) fn enclose(&mut self, start: usize, [open, close]: [u8; 2]) {
        match self.0.get_mut(start) {
            Some(comma) => *comma = open,
            None => self.0.push(open),
        }
        self.0.push(close);
    }

    // ── what is packed

    /// A member behind another, its value as it is packed.
    #[inline]
    pub(crate) fn member(&mut self, registry: &Registry, attribute: AttributeId, value: &[u8]) {
        self.push(&registry.attribute(attribute).member);
        self.value(registry, value);
    }

    /// An object.
    pub(crate) fn object(&mut self, registry: &Registry, object: Packed<'_>) {
        let start = self.len();
        self.members(registry, object);
        self.enclose(start, *b"{}");
    }

    /// The members of an object, each with a comma before it.
    pub(crate) fn members(&mut self, registry: &Registry, object: Packed<'_>) {
        let mut rest = object.0;
        while let Some((attribute, value)) = rest.split_first_chunk::<2>() {
            self.push(&registry.attribute(AttributeId(u16::from_le_bytes(*attribute))).member);
            rest = self.value(registry, value).unwrap_or(&[]);
        }
    }

    /// The value that packed bytes begin with; gives what is behind it.
    pub(crate) fn value<'b>(&mut self, registry: &Registry, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (tag, rest) = bytes.split_first()?;
        match *tag {
            packed::PLAIN => {
                let (text, rest) = split_bytes(rest)?;
                self.plain(text);
                Some(rest)
            }
            packed::UUID => {
                let (uuid, rest) = rest.split_first_chunk::<16>()?;
                self.plain(&uuid_text(uuid).0);
                Some(rest)
            }
            packed::WORD => {
                let (word, rest) = rest.split_first()?;
                self.plain(packed::word(*word)?.as_bytes());
                Some(rest)
            }
            packed::FALSE | packed::TRUE => {
                self.push(if *tag == packed::TRUE { "true" } else { "false" });
                Some(rest)
            }
            tag => {
                let (payload, rest) = split_bytes(rest)?;
                match tag {
                    packed::TEXT => self.push(&quoted(std::str::from_utf8(payload).ok()?)),
                    packed::NUMBER => self.0.extend_from_slice(payload),
                    packed::OBJECT => self.object(registry, Packed(payload)),
                    packed::ARRAY => {
                        let (start, mut items) = (self.len(), payload);
                        while !items.is_empty() {
                            self.0.push(b',');
                            items = self.value(registry, items).unwrap_or(&[]);
                        }
                        self.enclose(start, *b"[]");
                    }
                    _ => return None,
                }
                Some(rest)
            }
        }
    }
}
