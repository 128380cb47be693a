//! Values that are not as their attribute asks, and are read all the same where the dialect takes them so: each with a note.

use std::borrow::Cow;

use super::node::{Kind, Node, NodeId};
use super::read::{Judge, Place, Reader, Seen, Step};
use super::scan::{Scan, Scanner, Token};
use crate::dialect::Tolerance;
use crate::schema::{Attribute, AttributeId, ResourceTypeId, Slots, Type};

impl<'r, const BUILD: bool> Reader<'r, '_, '_, '_, BUILD> {
    /// A value that is not of its attribute's type: unassigned, tolerated, or an issue.
    #[cold]
    pub(super) fn tolerated(
        &mut self,
        parent: NodeId,
        id: AttributeId,
        attribute: &'r Attribute,
        token: Token,
        at: &Place<'_>,
    ) -> Scan<Seen> {
        let start = self.scanner.at();
        if token == Token::Array && !attribute.multi_valued {
            self.scanner.jump(start + 1);
            if self.scanner.take(b']') {
                return Ok(Seen::UNASSIGNED);
            }
            self.scanner.jump(start);
        }
        if self.judge != Judge::Stored {
            let seen = match attribute.kind {
                Type::Complex => self.tolerated_complex(parent, id, attribute, token, at)?,
                Type::Boolean if token == Token::String && self.dialect.takes(Tolerance::EntraStringBoolean) => {
                    self.tolerated_boolean(parent, id, attribute)?
                }
                _ => None,
            };
            if let Some(seen) = seen {
                return Ok(seen);
            }
            self.scanner.jump(start);
        }
        let expected = match attribute.kind {
            Type::Boolean => "true or false",
            Type::Integer => "a whole number",
            Type::Decimal => "a number",
            Type::Complex => "an object",
            _ => "a string",
        };
        self.mismatch(parent, id, expected, at)
    }

    fn tolerated_boolean(&mut self, parent: NodeId, id: AttributeId, attribute: &Attribute) -> Scan<Option<Seen>> {
        let span = self.scanner.string()?;
        let text = self.text_at(span);
        let Some((flag, detail)) = flag_of_text(&text) else { return Ok(None) };
        let kind = if flag { Kind::True } else { Kind::False };
        self.note(Tolerance::EntraStringBoolean, &attribute.path, detail);
        self.leaf(parent, Node::made(id, kind));
        Ok(Some(Seen { primary: kind == Kind::True, ..Seen::BENT }))
    }

    /// A complex value that is no object.
    fn tolerated_complex(
        &mut self,
        parent: NodeId,
        id: AttributeId,
        attribute: &'r Attribute,
        token: Token,
        at: &Place<'_>,
    ) -> Scan<Option<Seen>> {
        let is_manager = attribute.name.eq_ignore_ascii_case("manager") && !attribute.multi_valued;
        let is_member = attribute.name.eq_ignore_ascii_case("members") && attribute.multi_valued;
        let start = self.scanner.at();
        if token == Token::String {
            let span = self.scanner.string()?;
            let text = self.text_at(span);
            if self.dialect.takes(Tolerance::EntraJsonText) && is_object_text(&text, self.max_depth) {
                return self.embedded_object(parent, id, text.into_owned(), at).map(Some);
            }
            let tolerance = if is_manager { Tolerance::EntraManagerString } else { Tolerance::EntraMemberString };
            if let Some(value) = attribute.value.filter(|_| (is_manager || is_member) && self.dialect.takes(tolerance)) {
                self.note(tolerance, &attribute.path, "the text was read as the `value`");
                if BUILD {
                    let node = self.document.push(parent.some(), Node::made(id, Kind::Object));
                    self.document.push(Some(node), Node::of_text(value, Kind::String, self.source, span));
                }
                return Ok(Some(Seen::BENT));
            }
        }
        if token == Token::Array && is_manager && !matches!(at.step, Step::Index(_)) && self.dialect.takes(Tolerance::EntraManagerArray) {
            // One element and no more is looked for before any of it is read.
            let mut ahead = Scanner::new(self.text, self.max_depth);
            ahead.jump(start + 1);
            ahead.skip(at.depth + 1)?;
            if ahead.take(b']') {
                self.note(Tolerance::EntraManagerArray, &attribute.path, "the array of one was read as its element");
                self.scanner.jump(start + 1);
                let token = self.scanner.token()?;
                let seen = if token == Token::Null {
                    self.scanner.word(token)?;
                    Seen::UNASSIGNED
                } else {
                    self.single(parent, id, attribute, token, &at.below(Step::Index(0)))?
                };
                self.scanner.expect(b']', "`]`")?;
                return Ok(Some(Seen { clean: false, ..seen }));
            }
        }
        Ok(None)
    }

    /// Reads the text of a JSON object in place of the object.
    fn embedded_object(&mut self, parent: NodeId, id: AttributeId, text: String, at: &Place<'_>) -> Scan<Seen> {
        let Some(source) = self.document.add_source(Cow::Borrowed("")) else { return self.scanner.expected("fewer objects given as text") };
        let attribute = self.registry.attribute(id);
        self.note(Tolerance::EntraJsonText, &attribute.path, "the text was read as the JSON object it spells");
        let pointer = self.pointer(at);
        let mut inner: Reader<'_, '_, '_, '_, BUILD> =
            Reader::new(self.registry, self.dialect, self.judge, (&text, source), self.document, self.findings, self.max_depth);
        inner.base = pointer;
        inner.embedded = true;
        inner.partial = self.partial;
        inner.borrowed = self.borrowed;
        inner.scanner.skip_space();
        let outcome = inner.complex(parent, id, attribute, &Place::TOP);
        self.manager_named |= inner.manager_named;
        self.document.set_source(source, text);
        outcome.map(|seen| Seen { clean: false, ..seen })
    }

    /// The extension's `manager`, where its bare name or `urn:…:User.manager` is tolerated.
    pub(super) fn bare_manager(&self, id: ResourceTypeId, name: &str) -> Option<AttributeId> {
        if !self.dialect.takes(Tolerance::EntraManagerPath) {
            return None;
        }
        let (urn, name) = name.rsplit_once('.').map_or((None, name), |(urn, name)| (Some(urn), name));
        let extensions = self.registry.resource_type(id).extensions.iter();
        extensions
            .filter(|extension| name.eq_ignore_ascii_case("manager") && urn.is_none_or(|urn| urn.eq_ignore_ascii_case(&extension.schema)))
            .find_map(|extension| self.registry.child(extension.attribute, "manager"))
    }

    pub(super) fn read_bare_manager(&mut self, parent: NodeId, manager: AttributeId, given: &mut Slots, at: &Place<'_>) -> Scan<Seen> {
        let attribute = self.registry.attribute(manager);
        let Some(extension) = attribute.parent else { return Ok(Seen::UNASSIGNED) };
        if self.manager_named || self.borrowed.is_some() {
            self.duplicate(&attribute.path, at)?;
            return Ok(Seen::UNASSIGNED);
        }
        self.borrowed = Some(manager);
        self.note(Tolerance::EntraManagerPath, "manager", "it was read as the extension's `manager`");
        let mut holder = NodeId::NONE;
        if BUILD {
            let there = self.document.child(parent, extension);
            holder = there.unwrap_or_else(|| self.document.push(parent.some(), Node::made(extension, Kind::Object)));
            self.document.soil(holder);
        }
        let seen = self.attribute(holder, manager, attribute, at)?;
        if seen.there {
            given.insert(self.registry.attribute(extension).slot);
        }
        if BUILD && self.document.is_empty(holder) {
            self.document.remove(holder);
        }
        Ok(Seen { clean: false, ..seen })
    }
}

/// The boolean that a text is tolerated for, and what a note says of it.
pub(crate) fn flag_of_text(text: &str) -> Option<(bool, String)> {
    let flag = text.eq_ignore_ascii_case("true");
    (flag || text.eq_ignore_ascii_case("false")).then(|| (flag, format!("the text `{text}` was read as {flag}")))
}

/// Whether a text spells a JSON object.
pub(crate) fn is_object_text(text: &str, max_depth: usize) -> bool {
    let mut scanner = Scanner::new(text, max_depth);
    scanner.token() == Ok(Token::Object) && scanner.skip(0).is_ok() && scanner.end().is_ok()
}
