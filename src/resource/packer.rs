//! The text of a stored resource to packed bytes in one scan: where it is written as records write it, which is nearly
//! all that is ever restored. Whatever else it is, [`Document`](super::document::Document) reads it, and tells what is wrong.

use super::packed::{self, ARRAY, FALSE, NUMBER, OBJECT, TRUE};
use super::scan::{Scanner, Span, Token, unescaped};
use crate::schema::{Attribute, AttributeId, Names, Registry, ResourceTypeId, Type, common};

/// What a stored resource says besides its attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside<'t> {
    pub(crate) id: Option<&'t str>,
    pub(crate) created: Option<&'t str>,
    pub(crate) modified: Option<&'t str>,
}

/// Reads one resource of a longer text, and adds its packed attributes to `out`.
pub(crate) struct Packer<'p, 'r, 't> {
    pub(crate) registry: &'r Registry,
    pub(crate) scanner: &'p mut Scanner<'t>,
    pub(crate) out: &'p mut Vec<u8>,
}

impl<'r, 't> Packer<'_, 'r, 't> {
    /// `None` where anything is not as records have it: a name in another spelling or place, a value of another type,
    /// one that holds nothing, an attribute of `elsewhere`. Then nothing is known of the text, sound or not.
    pub(crate) fn resource(&mut self, of: ResourceTypeId, elsewhere: &[AttributeId]) -> Option<Beside<'t>> {
        let mut beside = Beside::default();
        let (mut schemas, mut meta) = (false, false);
        let mut last = AttributeId(0);
        let mut open = self.open()?;
        while open {
            let (id, attribute) = self.name(&self.registry.resource_type(of).names)?;
            match id {
                common::SCHEMAS if !schemas => {
                    schemas = true;
                    self.strings()?;
                }
                common::ID if beside.id.is_none() => beside.id = Some(self.plain()?),
                common::META if !meta => {
                    meta = true;
                    (beside.created, beside.modified) = self.meta(attribute)?;
                }
                common::SCHEMAS | common::ID | common::META => return None,
                _ if id <= last || elsewhere.contains(&id) => return None,
                _ => {
                    last = id;
                    self.member(id, attribute)?;
                }
            }
            open = self.scanner.more(b'}', "").ok()?;
        }
        Some(beside)
    }

    /// Goes into the object that should come next. The answer: whether it has members.
    fn open(&mut self) -> Option<bool> {
        self.scanner.take(b'{').then(|| !self.scanner.take(b'}'))
    }

    fn name(&mut self, names: &Names) -> Option<(AttributeId, &'r Attribute)> {
        let id = match self.scanner.short_name() {
            Some((_, key)) => names.find_short(key)?,
            None => self.long_name(names)?,
        };
        Some((id, self.registry.attribute(id)))
    }

    #[inline(never)]
    fn long_name(&mut self, names: &Names) -> Option<AttributeId> {
        let span = self.scanner.name().ok().filter(|span| !span.escaped)?;
        let (id, exact) = names.find(self.scanner.raw(span), &self.registry.attributes)?;
        exact.then_some(id)
    }

    fn string(&mut self) -> Option<Span> {
        if self.scanner.at_string() { self.scanner.string().ok() } else { None }
    }

    fn plain(&mut self) -> Option<&'t str> {
        let span = self.string().filter(|span| !span.escaped)?;
        Some(self.scanner.slice(span))
    }

    /// Passes over `schemas`: they follow from what the resource has.
    fn strings(&mut self) -> Option<()> {
        let mut open = self.scanner.take(b'[');
        while open {
            self.string()?;
            open = self.scanner.more(b']', "").ok()?;
        }
        Some(())
    }

    /// When the resource was made and last changed.
    fn meta(&mut self, meta: &Attribute) -> Option<(Option<&'t str>, Option<&'t str>)> {
        let (mut created, mut modified) = (None, None);
        let mut last = AttributeId(0);
        let mut open = self.open()?;
        while open {
            let (id, _) = self.name(&meta.names).filter(|(id, _)| *id > last)?;
            last = id;
            let text = self.plain()?;
            match id {
                common::META_CREATED => created = Some(text),
                common::META_LAST_MODIFIED => modified = Some(text),
                _ => {}
            }
            open = self.scanner.more(b'}', "").ok()?;
        }
        Some((created, modified))
    }

    fn member(&mut self, id: AttributeId, attribute: &'r Attribute) -> Option<()> {
        self.out.extend_from_slice(&id.0.to_le_bytes());
        if !attribute.multi_valued {
            return self.single(attribute);
        }
        self.out.push(ARRAY);
        let start = packed::open_length(self.out);
        let mut open = self.scanner.take(b'[');
        while open {
            self.single(attribute)?;
            open = self.scanner.more(b']', "").ok()?;
        }
        packed::close_length(start, self.out).then_some(())
    }

    fn single(&mut self, attribute: &'r Attribute) -> Option<()> {
        match (self.scanner.token().ok()?, attribute.kind) {
            (Token::String, Type::String | Type::DateTime | Type::Binary | Type::Reference) => {
                let span = self.scanner.string().ok()?;
                let raw = self.scanner.slice(span);
                if span.escaped { packed::pack_text(&unescaped(raw), self.out) } else { packed::pack_text(raw, self.out) }
            }
            (token @ (Token::True | Token::False), Type::Boolean) => {
                self.scanner.word(token).ok()?;
                self.out.push(if token == Token::True { TRUE } else { FALSE });
            }
            (Token::Number, Type::Integer | Type::Decimal) => {
                let span = self.scanner.number().ok()?;
                self.out.push(NUMBER);
                packed::push_bytes(self.scanner.raw(span), self.out);
            }
            (Token::Object, Type::Complex) => {
                self.out.push(OBJECT);
                let start = packed::open_length(self.out);
                let mut last = None;
                let mut open = self.open()?;
                while open {
                    let (id, part) = self.name(&attribute.names).filter(|(id, _)| Some(*id) > last)?;
                    last = Some(id);
                    self.member(id, part)?;
                    open = self.scanner.more(b'}', "").ok()?;
                }
                return packed::close_length(start, self.out).then_some(());
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::node::NodeId;
    use super::*;

    const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ann","externalId":"0b8f3c5e-1b7a-4a58-9c0e-2f5a0d3f7b11","userName":"ann \"q\" é","name":{"familyName":"Aß","givenName":"Ann"},"title":"T","active":false,"emails":[{"value":"ann@acme.example","type":"work","primary":true},{"type":"odd"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D","manager":{"value":"bo"}},"meta":{"resourceType":"User","created":"2026-01-07T09:30:00.000Z","lastModified":"2026-01-08T09:30:00.000Z"}}"#;

    fn packed(text: &str) -> Option<(Beside<'_>, Vec<u8>)> {
        let registry = Registry::builtin();
        let user = registry.resource_type_named("User").expect("User");
        let password = registry.root_attribute(user, "password").expect("password");
        let mut scanner = Scanner::new(text, 64);
        let mut out = Vec::new();
        let beside = Packer { registry, scanner: &mut scanner, out: &mut out }.resource(user, &[password])?;
        scanner.end().ok()?;
        Some((beside, out))
    }

    /// The same by way of a document.
    fn expected(text: &str) -> (Document<'_>, Vec<u8>) {
        let registry = Registry::builtin();
        let user = registry.resource_type_named("User").expect("User");
        let document = registry.stored(text, user, &Default::default()).expect(text);
        assert_eq!(document.opaque().count(), 0, "{text}");
        let packed = document.pack(NodeId::ROOT, &[common::SCHEMAS, common::ID, common::META]);
        (document, packed)
    }

    fn agrees(text: &str) -> bool {
        let Some((beside, out)) = packed(text) else { return false };
        let (document, packed) = expected(text);
        assert_eq!(out, packed, "{text}");
        let text_at = |parent, id| document.child(parent, id).and_then(|node| document.string(node));
        let of_meta = |id| document.child(NodeId::ROOT, common::META).and_then(|meta| text_at(meta, id));
        assert_eq!(beside.id, text_at(NodeId::ROOT, common::ID).as_deref(), "{text}");
        assert_eq!(beside.created, of_meta(common::META_CREATED).as_deref(), "{text}");
        assert_eq!(beside.modified, of_meta(common::META_LAST_MODIFIED).as_deref(), "{text}");
        true
    }

    #[test]
    fn what_is_packed_is_what_a_document_packs() {
        assert!(agrees(USER));
        let long = USER.replace("T\"", &format!("{}\"", "x".repeat(300)));
        assert!(agrees(&long));
        assert!(agrees(r#" { "id" : "ann" , "emails" : [ { "primary" : true } ] } "#));
        assert!(agrees("{}"));
        for other in [
            r#"{"userName":"ann","externalId":"x"}"#,
            r#"{"userName":"ann","userName":"ann"}"#,
            r#"{"USERNAME":"ann"}"#,
            r#"{"title":null}"#,
            r#"{"emails":[]}"#,
            r#"{"emails":[{}]}"#,
            r#"{"name":{}}"#,
            r#"{"name":"ann"}"#,
            r#"{"active":"true"}"#,
            r#"{"password":"secret"}"#,
            r#"{"title":"a""#,
            "",
            "[]",
        ] {
            assert!(packed(other).is_none(), "{other}");
        }
    }

    #[test]
    fn damaged_texts_are_packed_alike_or_not_at_all() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut below = |n: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % n as u64) as usize
        };
        let pieces = ["\"", "{", "}", "[", "]", ",", ":", "\\n", "true", "7", "null", "\"x\"", "{}", "é", "\"id\":\"\","];
        let mut alike = 0;
        for _ in 0..50_000 {
            let mut text = USER.to_owned();
            for _ in 0..1 + below(2) {
                let (from, to) = (below(text.len()), below(16));
                let to = (from + to).min(text.len());
                if text.is_char_boundary(from) && text.is_char_boundary(to) {
                    let piece = if below(2) == 0 { "" } else { pieces[below(pieces.len())] };
                    text.replace_range(from..to, piece);
                }
            }
            alike += usize::from(agrees(&text));
        }
        assert!(alike > 1_000, "{alike}");
    }
}
