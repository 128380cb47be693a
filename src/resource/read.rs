//! Text to a document, in one pass against the compiled schema: names become attribute numbers,
//! values are judged as they are met (RFC 7643 §2, RFC 7644 §3.3, §3.5.1).
//!
//! With `BUILD` a document comes of it; without, the verdict alone. What is seldom met is in [`super::judge`].

use std::borrow::Cow;

use super::document::Document;
use super::node::{Kind, Node, NodeId, SourceId};
use super::scan::{Scan, Scanner, Span, Token, unescaped};
use super::strangers::Strangers;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Issue, Note, Severity};
use crate::maps::Set;
use crate::schema::{Attribute, AttributeId, Identity, Mutability, Names, Registry, ResourceTypeId, Slots, Type, common};

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    /// A resource that is taken as it is: only its syntax counts.
    Stored,
    /// The body of a POST.
    Create,
    /// The body of a PUT.
    Replace,
    /// What a service provider answers.
    Response,
    /// The value of a PATCH operation.
    Patch(u32),
}

/// Findings of a reading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) issues: Vec<Issue>,
    pub(crate) notes: Vec<Note>,
}

impl Findings {
    pub(crate) fn is_valid(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity != Severity::Error)
    }
}

/// What was read.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// It is a value; else it is unassigned.
    pub(crate) there: bool,
    /// Its text is canonical.
    pub(crate) clean: bool,
    /// The text says more than null, `[]` and `{}`, read or not.
    pub(super) assigned: bool,
    /// It is true, or an element whose `primary` is.
    pub(super) primary: bool,
}

impl Seen {
    pub(super) const UNASSIGNED: Self = Self { there: false, clean: false, assigned: false, primary: false };
    pub(super) const BENT: Self = Self { there: true, clean: false, assigned: true, primary: false };
    pub(super) const VALUE: Self = Self { there: true, clean: true, assigned: true, primary: false };
    const NOTHING_YET: Self = Self { there: false, clean: true, assigned: false, primary: false };
}

/// Where a value stands: the way to it, kept on the stack, becomes a JSON Pointer only when there is something to tell.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) up: Option<&'p Place<'p>>,
    pub(super) step: Step,
    pub(super) depth: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Step {
    Top,
    Name(Span),
    Index(u32),
}

impl<'p> Place<'p> {
    pub(super) const TOP: Place<'static> = Place { up: None, step: Step::Top, depth: 0 };

    #[inline]
    pub(super) fn below(&'p self, step: Step) -> Place<'p> {
        Place { up: Some(self), step, depth: self.depth + 1 }
    }
}

/// Whose members an object's members are.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Resource(ResourceTypeId),
    Of(AttributeId),
}

/// Reads into a document.
pub(crate) type Builder<'r, 't, 'd, 's> = Reader<'r, 't, 'd, 's, true>;
/// Judges, and builds nothing.
pub(crate) type Verdict<'r, 't, 'd, 's> = Reader<'r, 't, 'd, 's, false>;

pub(crate) struct Reader<'r, 't, 'd, 's, const BUILD: bool> {
    pub(super) registry: &'r Registry,
    pub(super) dialect: Dialect,
    pub(super) judge: Judge,
    pub(super) scanner: Scanner<'t>,
    pub(super) text: &'t str,
    pub(super) source: SourceId,
    pub(super) document: &'d mut Document<'s>,
    pub(super) findings: &'d mut Findings,
    /// The pointer that places go on from.
    pub(super) base: String,
    /// The text stands inside a JSON string: its parts have no pointer.
    pub(super) embedded: bool,
    pub(super) max_depth: usize,
    /// What is required may be left out.
    pub(super) partial: bool,
    /// The extension's `manager`, where it was met outside of it.
    pub(super) borrowed: Option<AttributeId>,
    /// What the extension that has a `manager` names, and whether it does.
    pub(super) manager_named: bool,
    pub(super) schemas: Schemas,
    /// Attributes of the resource that are read; the others are left as text where they are objects and arrays. `None`: all are read.
    pub(super) opened: Option<Slots>,
    /// The type of the resource being read.
    pub(super) resource_type: Option<ResourceTypeId>,
    /// The text of the last `value` of an element.
    value_text: Span,
    /// The last value that is no plain string.
    pub(super) last_string: Span,
}

/// What `schemas` lists: the main schema first, then the extensions in their order, a bit for each.
#[derive(Default)]
pub(super) struct Schemas {
    pub(super) listed: u64,
    pub(super) unordered: bool,
    pub(super) strangers: Strangers,
    pub(super) read: bool,
}

pub(super) const NOWHERE: Span = Span { start: 0, end: 0, escaped: false };

impl<'r, 't, 'd, 's, const BUILD: bool> Reader<'r, 't, 'd, 's, BUILD> {
    pub(crate) fn new(
        registry: &'r Registry,
        dialect: Dialect,
        judge: Judge,
        (text, source): (&'t str, SourceId),
        document: &'d mut Document<'s>,
        findings: &'d mut Findings,
        max_depth: usize,
    ) -> Self {
        Self {
            registry,
            dialect,
            judge,
            scanner: Scanner::new(text, max_depth),
            text,
            source,
            document,
            findings,
            base: String::new(),
            embedded: false,
            max_depth,
            partial: false,
            borrowed: None,
            manager_named: false,
            schemas: Schemas::default(),
            opened: None,
            resource_type: None,
            value_text: NOWHERE,
            last_string: NOWHERE,
        }
    }

    /// With `partial`, what is required may be left out.
    pub(crate) fn partial(mut self, partial: bool) -> Self {
        self.partial = partial;
        self
    }

    /// Starts at byte `at`, which the pointer `base` leads to.
    pub(crate) fn starting(mut self, at: usize, base: String) -> Self {
        self.scanner.jump(at);
        self.base = base;
        self
    }

    /// Reads a whole resource and nothing after it. The answer: whether its text is canonical.
    pub(crate) fn resource(&mut self, id: ResourceTypeId) -> Scan<bool> {
        if self.scanner.token()? != Token::Object {
            return self.scanner.expected("`{`: a resource is an object");
        }
        self.resource_type = Some(id);
        let start = self.scanner.at();
        let node = self.open(NodeId::NONE, AttributeId::UNKNOWN, Kind::Object);
        let mut given = Slots::default();
        let seen = self.members(node, Level::Resource(id), &mut given, &Place::TOP)?;
        self.close(node, seen.clean);
        self.scanner.end()?;
        if matches!(self.judge, Judge::Create | Judge::Replace | Judge::Response) {
            return Ok(self.judge_extensions(id, start, &given) && seen.clean);
        }
        Ok(seen.clean)
    }

    /// Reads one value of `id`, in a list of its own: all elements of a multi-valued attribute.
    ///
    /// For a multi-valued attribute a lone element is taken for a list of one, as PATCH has it.
    /// `None` is an unassigned value: null, `[]` or `{}`.
    pub(crate) fn value_of(&mut self, id: AttributeId, element: bool) -> Scan<Option<NodeId>> {
        let attribute = self.registry.attribute(id);
        let token = self.scanner.token()?;
        let holder = self.document.push(None, Node::made(AttributeId::UNKNOWN, Kind::Object));
        let seen = if token == Token::Null {
            self.scanner.word(token)?;
            Seen::UNASSIGNED
        } else if attribute.multi_valued && !element {
            self.array(holder, id, attribute, token, &Place::TOP)?
        } else {
            self.single(holder, id, attribute, token, &Place::TOP)?
        };
        let first = self.document.children(holder).next();
        Ok(first.filter(|_| seen.there))
    }

    #[inline]
    fn open(&mut self, parent: NodeId, id: AttributeId, kind: Kind) -> NodeId {
        if !BUILD {
            return NodeId::NONE;
        }
        let at = self.scanner.at() as u32;
        let span = Span { start: at, end: at, escaped: false };
        self.document.push(parent.some(), Node::of_text(id, kind, self.source, span))
    }

    #[inline]
    fn close(&mut self, node: NodeId, clean: bool) {
        let end = self.scanner.at() as u32;
        if BUILD && let Some(node) = self.document.node_mut(node) {
            node.set_end(end, clean);
        }
    }

    #[inline]
    pub(super) fn leaf(&mut self, parent: NodeId, node: Node) {
        if BUILD {
            self.document.push(parent.some(), node);
        }
    }

    /// Reads the object that comes next, and tells which of its attributes were `given` a value.
    pub(super) fn members(&mut self, parent: NodeId, level: Level, given: &mut Slots, above: &Place<'_>) -> Scan<Seen> {
        let registry = self.registry;
        let (names, primary, value) = match level {
            Level::Resource(id) => (&registry.resource_type(id).names, None, None),
            Level::Of(id) => {
                let attribute = registry.attribute(id);
                (&attribute.names, attribute.primary, attribute.value.filter(|_| attribute.identity == Identity::OnlyValue))
            }
        };
        self.scanner.jump(self.scanner.at() + 1);
        let mut named = Slots::default();
        let mut strangers = Strangers::default();
        let mut seen = Seen::NOTHING_YET;
        let mut open = !self.scanner.take(b'}');
        while open {
            let (span, found) = match self.scanner.short_name() {
                Some((span, key)) => (span, names.find_short(key).map(|id| (id, true))),
                None => (self.scanner.name()?, None),
            };
            let found = found.or_else(|| self.find(names, span));
            if let Some((id, exact)) = found {
                let attribute = registry.attribute(id);
                if named.insert(attribute.slot) || self.borrowed == Some(id) {
                    self.duplicate(&attribute.path, &above.below(Step::Name(span)))?;
                    seen.clean = false;
                } else if attribute.plain && self.scanner.at_string() {
                    let text = self.scanner.string()?;
                    let node = Node::of_text(id, Kind::String, self.source, text);
                    self.leaf(parent, if exact { node.named(span) } else { node });
                    given.insert(attribute.slot);
                    (seen.there, seen.assigned) = (true, true);
                    seen.clean &= exact;
                } else {
                    let value_seen = self.attribute(parent, id, attribute, &above.below(Step::Name(span)))?;
                    if BUILD && exact && value_seen.clean {
                        self.document.name_last(parent, id, span);
                    }
                    seen.assigned |= value_seen.assigned;
                    if attribute.extension && value_seen.assigned {
                        given.insert(attribute.slot);
                    }
                    if value_seen.there {
                        if !attribute.extension {
                            given.insert(attribute.slot);
                        }
                        seen.there = true;
                        if value_seen.primary && primary == Some(id) {
                            seen.primary = true;
                        }
                        if value == Some(id) {
                            self.value_text = self.last_string;
                        }
                    }
                    seen.clean &= exact & value_seen.clean & value_seen.there;
                }
            } else {
                let here = above.below(Step::Name(span));
                let stranger = self.unknown((parent, level), (span, &mut strangers), given, &here)?;
                seen.there |= stranger.there;
                seen.assigned |= stranger.assigned;
                seen.clean &= stranger.clean;
            }
            open = self.scanner.more(b'}', "`,` or `}`")?;
        }
        if self.judge != Judge::Stored {
            self.judge_object(level, seen.there, (&named, given), above);
        }
        Ok(seen)
    }

    /// The attribute of a name that is long, or spelled in another way than most; and whether that is the schema's.
    #[inline(never)]
    fn find(&self, names: &Names, span: Span) -> Option<(AttributeId, bool)> {
        match span.escaped {
            false => names.find(self.scanner.raw(span), &self.registry.attributes),
            true => names.find_escaped(self.scanner.slice(span), &self.registry.attributes),
        }
    }

    /// Reads the value of a known attribute.
    #[inline]
    pub(super) fn attribute(&mut self, parent: NodeId, id: AttributeId, attribute: &'r Attribute, at: &Place<'_>) -> Scan<Seen> {
        let token = self.scanner.token()?;
        if attribute.mutability == Mutability::ReadOnly && !matches!(self.judge, Judge::Stored | Judge::Response) {
            return self.pass_over(attribute, at);
        }
        if token == Token::Null {
            self.scanner.word(token)?;
            return Ok(Seen::UNASSIGNED);
        }
        let mut opened = None;
        if BUILD && matches!(token, Token::Object | Token::Array) {
            opened = self.opened.take();
        }
        let seen = match &opened {
            Some(opened) if !opened.has(attribute.slot) => self.fold(parent, id, attribute, token, at)?,
            _ if attribute.multi_valued => self.array(parent, id, attribute, token, at)?,
            _ => self.single(parent, id, attribute, token, at)?,
        };
        if opened.is_some() {
            self.opened = opened;
        }
        if seen.there && self.judge == Judge::Response && attribute.never_returned() {
            self.never_returned(attribute, at);
        }
        Ok(seen)
    }

    /// Reads the array that should come next.
    pub(super) fn array(&mut self, parent: NodeId, id: AttributeId, attribute: &'r Attribute, token: Token, at: &Place<'_>) -> Scan<Seen> {
        if token != Token::Array {
            if !matches!(self.judge, Judge::Patch(_)) {
                return self.mismatch(parent, id, "an array", at);
            }
            let list = if BUILD { self.document.push(parent.some(), Node::made(id, Kind::Array)) } else { NodeId::NONE };
            let seen = self.single(list, id, attribute, token, at)?;
            return Ok(Seen { clean: false, ..seen });
        }
        let node = self.open(parent, id, Kind::Array);
        self.scanner.jump(self.scanner.at() + 1);
        let mut seen = Seen::NOTHING_YET;
        let (mut index, mut primaries) = (0, false);
        // A list inside an element leaves what is known of that.
        let outer = self.value_text;
        let mut values: Option<Set<Cow<'t, str>>> =
            (attribute.identity == Identity::OnlyValue).then(Set::default).filter(|_| self.judge != Judge::Stored);
        let lists_schemas = id == common::SCHEMAS && matches!(self.judge, Judge::Create | Judge::Replace | Judge::Response);
        self.schemas.read |= lists_schemas;
        let mut open = !self.scanner.take(b']');
        while open {
            let here = at.below(Step::Index(index));
            let token = self.scanner.token()?;
            if token == Token::Null {
                self.scanner.word(token)?;
                seen.clean = false;
            } else {
                self.value_text = NOWHERE;
                let start = self.scanner.at();
                let element = self.single(node, id, attribute, token, &here)?;
                seen.there |= element.there;
                seen.assigned |= element.assigned;
                seen.clean &= element.clean & element.there;
                if element.primary {
                    if primaries && self.judge != Judge::Stored && attribute.primary.is_some() {
                        self.second_primary(attribute, start, &here);
                    }
                    primaries = true;
                }
                if let Some(values) = &mut values
                    && self.value_text != NOWHERE
                    && !values.insert(self.text_at(self.value_text))
                {
                    self.second_value(attribute, start, &here);
                }
                if lists_schemas && token == Token::String {
                    self.listed(node, &here);
                }
            }
            index += 1;
            open = self.scanner.more(b']', "`,` or `]`")?;
        }
        self.value_text = outer;
        seen.clean &= !(lists_schemas && self.schemas.unordered);
        self.close(node, seen.clean);
        if BUILD && !seen.there {
            self.document.remove(node);
        }
        Ok(Seen { primary: false, ..seen })
    }

    /// Reads one value, which `token` begins.
    #[inline]
    pub(super) fn single(&mut self, parent: NodeId, id: AttributeId, attribute: &'r Attribute, token: Token, at: &Place<'_>) -> Scan<Seen> {
        let (kind, span) = match (token, attribute.kind) {
            (Token::String, Type::String) => (Kind::String, self.scanner.string()?),
            (Token::Object, Type::Complex) => return self.complex(parent, id, attribute, at),
            (Token::True, Type::Boolean) => (Kind::True, self.scanner.word(token)?),
            (Token::False, Type::Boolean) => (Kind::False, self.scanner.word(token)?),
            (Token::String, Type::DateTime | Type::Binary | Type::Reference) => (Kind::String, self.scanner.string()?),
            (Token::Number, Type::Integer | Type::Decimal) => (Kind::Number, self.scanner.number()?),
            _ => return self.tolerated(parent, id, attribute, token, at),
        };
        self.leaf(parent, Node::of_text(id, kind, self.source, span));
        self.last_string = span;
        if (attribute.kind != Type::String || attribute.closed || attribute.required) && self.judge != Judge::Stored {
            self.judge_value(kind, span, attribute, at);
        }
        Ok(Seen { primary: kind == Kind::True, ..Seen::VALUE })
    }

    /// Leaves an object or array as text.
    fn fold(&mut self, parent: NodeId, id: AttributeId, attribute: &'r Attribute, token: Token, at: &Place<'_>) -> Scan<Seen> {
        let (kind, fits) = match token {
            Token::Array => (Kind::Array, attribute.multi_valued),
            _ => (Kind::Object, attribute.kind == Type::Complex && !attribute.multi_valued),
        };
        let span = self.scanner.skip(at.depth)?;
        let empty = |byte| matches!(byte, b'[' | b']' | b'{' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
        if self.scanner.slice(span).bytes().all(empty) {
            return Ok(Seen::UNASSIGNED);
        }
        let node =
            if fits { Node::of_text(id, kind, self.source, span).folded() } else { Node::of_text(id, Kind::Opaque, self.source, span) };
        self.leaf(parent, node);
        Ok(Seen::VALUE)
    }

    pub(super) fn complex(&mut self, parent: NodeId, id: AttributeId, attribute: &'r Attribute, at: &Place<'_>) -> Scan<Seen> {
        let mut given = Slots::default();
        if BUILD
            && attribute.extension
            && self.borrowed.is_some()
            && let Some(node) = self.document.child(parent, id)
        {
            let seen = self.members(node, Level::Of(id), &mut given, at)?;
            return Ok(Seen { there: true, clean: false, ..seen });
        }
        let node = self.open(parent, id, Kind::Object);
        let seen = self.members(node, Level::Of(id), &mut given, at)?;
        self.close(node, seen.clean);
        if seen.there {
            return Ok(seen);
        }
        if BUILD {
            self.document.remove(node);
        }
        Ok(Seen { assigned: seen.assigned, ..Seen::UNASSIGNED })
    }

    pub(super) fn text_at(&self, span: Span) -> Cow<'t, str> {
        let raw = self.scanner.slice(span);
        if span.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    #[cold]
    pub(super) fn note(&mut self, rule: Tolerance, path: &str, detail: impl Into<Cow<'static, str>>) {
        let operation = match self.judge {
            Judge::Patch(operation) => Some(operation),
            _ => None,
        };
        self.findings.notes.push(Note { rule, operation, path: path.to_owned().into(), detail: detail.into() });
    }
}
