//! Single writes done to the text of a resource: values are put in place of values, and all the rest is copied as it
//! stands. One pass over the text, and no tree.
//!
//! It speaks only where it gives, to the letter, what [`super::apply`] gives: of a text that is written as this crate
//! writes it, as far as the writes reach into it. `None` leaves everything to that.

use super::single::{Given, Write, all, chosen};
use super::target::Targets;
use crate::resource::{Scanner, Span, Token, unescaped};
use crate::schema::{Attribute, AttributeId, Names, Registry, Slots, Type};

/// The text with all writes done; `None` inside: they change nothing.
pub(super) fn splice(paths: &Targets<'_>, text: &str, writes: &[Write<'_>]) -> Option<Option<String>> {
    let registry = paths.registry;
    let mut way = Slots::default();
    for write in writes {
        way.insert(registry.attribute(write.top).slot);
    }
    let scanner = Scanner::new(text, paths.limits.json_depth);
    let mut splicer = Splicer { registry, scanner, writes, way, done: 0, cuts: Vec::with_capacity(writes.len()) };
    splicer.scanner.skip_space();
    let start = splicer.scanner.at();
    splicer.object(&registry.resource_type(paths.resource_type).names, None)?;
    let end = splicer.scanner.at();
    splicer.scanner.end().ok()?;
    all(writes, splicer.done).then(|| splicer.spliced(text, start, end))
}

/// Where something else comes to stand.
struct Cut<'w> {
    start: usize,
    end: usize,
    /// The name of an attribute that was not there.
    name: Option<AttributeId>,
    given: Option<Given<'w>>,
}

/// A scalar that was met, and how it is written.
#[derive(Clone, Copy)]
struct Met {
    /// True or false, and no string.
    is_flag: bool,
    /// A string's is without quotation marks.
    span: Span,
}

struct Splicer<'r, 't, 'w> {
    registry: &'r Registry,
    scanner: Scanner<'t>,
    writes: &'w [Write<'w>],
    /// The attributes of the resource that are or hold something to be written.
    way: Slots,
    /// Writes that are done: a bit for each.
    done: u64,
    /// In the order of the text.
    cuts: Vec<Cut<'w>>,
}

impl<'r, 't, 'w> Splicer<'r, 't, 'w> {
    /// Reads an object on the way to a value: the resource, an extension, or a singular complex value.
    fn object(&mut self, names: &'r Names, holder: Option<AttributeId>) -> Option<()> {
        self.open(b'{')?;
        let mut named = Slots::default();
        let mut before = None;
        loop {
            let (id, attribute) = self.name(names, &mut named)?;
            if holder.is_none() && !self.way.has(attribute.slot) {
                self.pass()?;
            } else {
                let next = self.writes.iter().position(|write| write.leaf == id || write.holder == Some(id) || write.top == id);
                match next.and_then(|at| self.writes.get(at).map(|write| (at, write))) {
                    None => self.clean(attribute)?,
                    Some((at, write)) if write.leaf == id => {
                        let met = self.scalar()?;
                        match write.given {
                            Some(given) => self.replace(met, given)?,
                            // The comma before it goes too.
                            None => self.cut(Cut { start: before?, end: self.scanner.at(), name: None, given: None }),
                        }
                        self.done |= 1 << at;
                    }
                    Some(_) if attribute.multi_valued => self.list(attribute)?,
                    Some(_) => self.object(&attribute.names, Some(id))?,
                }
            }
            before = Some(self.scanner.at());
            if !self.more(b'}')? {
                break;
            }
        }
        let end = self.scanner.at() - 1;
        for (at, write) in self.writes.iter().enumerate() {
            if self.done >> at & 1 == 0 && write.of.is_none() && write.holder == holder {
                if write.given.is_some() {
                    self.cut(Cut { start: end, end, name: Some(write.leaf), given: write.given });
                }
                self.done |= 1 << at;
            }
        }
        Some(())
    }

    /// Reads the elements of which brackets choose some.
    fn list(&mut self, attribute: &'r Attribute) -> Option<()> {
        self.open(b'[')?;
        loop {
            self.element(attribute)?;
            if !self.more(b']')? {
                return Some(());
            }
        }
    }

    fn element(&mut self, attribute: &'r Attribute) -> Option<()> {
        self.open(b'{')?;
        let mut named = Slots::default();
        let mut chosen = 0u64;
        let mut leaves: Vec<(AttributeId, Met)> = Vec::new();
        loop {
            let (id, part) = self.name(&attribute.names, &mut named)?;
            if self.writes.iter().any(|write| write.leaf == id) {
                leaves.push((id, self.scalar()?));
            } else if self.writes.iter().any(|write| write.of.is_some_and(|of| of.part == id)) {
                chosen |= self.chosen(id)?;
            } else {
                self.clean(part)?;
            }
            if !self.more(b'}')? {
                break;
            }
        }
        let end = self.scanner.at() - 1;
        for (_, write) in self.writes.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1) {
            match leaves.iter().find(|(id, _)| *id == write.leaf) {
                Some((_, met)) => self.replace(*met, write.given?)?,
                None => self.cut(Cut { start: end, end, name: Some(write.leaf), given: write.given }),
            }
        }
        self.done |= chosen;
        Some(())
    }

    /// Which writes ask for the text that comes next: a bit for each.
    fn chosen(&mut self, part: AttributeId) -> Option<u64> {
        let met = self.scalar().filter(|met| !met.is_flag && !met.span.escaped)?;
        Some(chosen(self.writes, part, self.scanner.slice(met.span)))
    }

    /// Takes the bracket that opens what holds something.
    #[inline]
    fn open(&mut self, bracket: u8) -> Option<()> {
        let there = self.scanner.peek() == Some(bracket);
        self.scanner.jump(self.scanner.at() + usize::from(there));
        there.then_some(())
    }

    /// After a value: whether another one follows, without white space before it.
    #[inline]
    fn more(&mut self, close: u8) -> Option<bool> {
        let byte = self.scanner.peek().filter(|byte| *byte == b',' || *byte == close)?;
        self.scanner.jump(self.scanner.at() + 1);
        Some(byte == b',')
    }

    /// A member's name in the schema's spelling, which stands once.
    #[inline]
    fn name(&mut self, names: &'r Names, named: &mut Slots) -> Option<(AttributeId, &'r Attribute)> {
        let id = match self.scanner.short_name() {
            Some((_, key)) => names.find_short(key)?,
            None => self.long_name(names)?,
        };
        let attribute = self.registry.attribute(id);
        (!named.insert(attribute.slot)).then_some((id, attribute))
    }

    #[inline(never)]
    fn long_name(&mut self, names: &Names) -> Option<AttributeId> {
        self.scanner.peek().filter(|byte| *byte == b'"')?;
        let span = self.scanner.name().ok().filter(|span| !span.escaped && self.scanner.at() == span.end as usize + 2)?;
        names.find(self.scanner.raw(span), &self.registry.attributes).filter(|(_, exact)| *exact).map(|(id, _)| id)
    }

    /// A string or a boolean, without white space before it.
    #[inline]
    fn scalar(&mut self) -> Option<Met> {
        match self.scanner.peek()? {
            b'"' => Some(Met { is_flag: false, span: self.scanner.string().ok()? }),
            b't' => Some(Met { is_flag: true, span: self.scanner.word(Token::True).ok()? }),
            b'f' => Some(Met { is_flag: true, span: self.scanner.word(Token::False).ok()? }),
            _ => None,
        }
    }

    /// Passes over a value that nothing is written to, and that says something.
    #[inline]
    fn pass(&mut self) -> Option<()> {
        if self.scanner.at_string() {
            self.scanner.string().ok()?;
            return Some(());
        }
        let start = self.scanner.at();
        let token = self.scanner.token().ok().filter(|token| *token != Token::Null)?;
        let end = self.scanner.skip(1).ok()?.end;
        if matches!(token, Token::Object | Token::Array) {
            let says = |byte: &u8| !matches!(byte, b'[' | b']' | b'{' | b'}' | b' ' | b'\n' | b'\r' | b'\t' | b',');
            self.scanner.raw(Span { start: start as u32, end, escaped: false }).iter().any(says).then_some(())?;
        }
        Some(())
    }

    /// Passes over a value that must be written as this crate writes it.
    fn clean(&mut self, attribute: &'r Attribute) -> Option<()> {
        if !attribute.multi_valued {
            return self.clean_one(attribute);
        }
        self.open(b'[')?;
        loop {
            self.clean_one(attribute)?;
            if !self.more(b']')? {
                return Some(());
            }
        }
    }

    fn clean_one(&mut self, attribute: &'r Attribute) -> Option<()> {
        match (self.scanner.peek()?, attribute.kind) {
            (b'"', kind) if kind.is_text() => drop(self.scanner.string().ok()?),
            (b't' | b'f', Type::Boolean) => drop(self.scalar()?),
            (b'-' | b'0'..=b'9', Type::Integer | Type::Decimal) => drop(self.scanner.number().ok()?),
            // An attribute's parts have no parts, an extension's may: no deeper than that.
            (b'{', Type::Complex) => {
                self.open(b'{')?;
                let mut named = Slots::default();
                loop {
                    let (_, part) = self.name(&attribute.names, &mut named)?;
                    self.clean(part)?;
                    if !self.more(b'}')? {
                        break;
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// Puts a value in place of one of its kind, unless it says the same.
    #[inline]
    fn replace(&mut self, met: Met, given: Given<'w>) -> Option<()> {
        let (same, quotes) = match (met.is_flag, given) {
            (false, Given::Text { raw, escaped }) => {
                let known = self.scanner.slice(met.span);
                (known == raw || ((escaped || met.span.escaped) && unescaped(known) == unescaped(raw)), 1)
            }
            (true, Given::Flag(flag)) => ((self.scanner.raw(met.span) == b"true") == flag, 0),
            _ => return None,
        };
        if !same {
            let (start, end) = (met.span.start as usize - quotes, met.span.end as usize + quotes);
            self.cut(Cut { start, end, name: None, given: Some(given) });
        }
        Some(())
    }

    fn cut(&mut self, cut: Cut<'w>) {
        let at = self.cuts.iter().rposition(|other| other.start <= cut.start).map_or(0, |before| before + 1);
        self.cuts.insert(at, cut);
    }

    /// The text from `start` to `end` with everything in its place.
    fn spliced(&self, text: &str, start: usize, end: usize) -> Option<String> {
        if self.cuts.is_empty() {
            return None;
        }
        let more = self.cuts.iter().map(|cut| match cut.given {
            Some(Given::Text { raw, .. }) => raw.len() + 24,
            _ => 24,
        });
        let mut out = String::with_capacity(text.len() + more.sum::<usize>());
        let mut at = start;
        for cut in &self.cuts {
            out.push_str(text.get(at..cut.start).unwrap_or(""));
            if let Some(id) = cut.name {
                out.push_str(",\"");
                out.push_str(&self.registry.attribute(id).name);
                out.push_str("\":");
            }
            match cut.given {
                Some(Given::Text { raw, .. }) => {
                    out.push('"');
                    out.push_str(raw);
                    out.push('"');
                }
                Some(Given::Flag(flag)) => out.push_str(if flag { "true" } else { "false" }),
                None => {}
            }
            at = cut.end;
        }
        out.push_str(text.get(at..end).unwrap_or(""));
        Some(out)
    }
}
