//! Text to a document, in one pass against the compiled schema: names become attribute numbers,
//! values are judged as they are met (RFC 7643 §2, RFC 7644 §3.3, §3.5.1).

use std::borrow::Cow;

use std::collections::HashSet;

use super::document::{Document, Kind, Node, NodeId, SourceId, unescaped};
use super::scan::{Scanner, Span, SyntaxError, Token};
use super::value;
use crate::dialect::{Dialect, Tolerance};
use crate::issue::{Issue, Note, ScimType, Severity};
use crate::schema::{Attribute, AttributeId, Mutability, Registry, ResourceTypeId, Returned, Type, Uniqueness, common};

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

#[derive(Clone, Copy)]
enum Step {
    Name(Span),
    Index(u32),
}

/// Whose members an object's members are.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Resource(ResourceTypeId),
    Of(AttributeId),
}

pub(crate) struct Reader<'r, 't, 'd, 's> {
    registry: &'r Registry,
    dialect: Dialect,
    judge: Judge,
    scanner: Scanner<'t>,
    text: &'t str,
    source: SourceId,
    document: &'d mut Document<'s>,
    findings: &'d mut Findings,
    /// For each attribute: the object that was last seen with it, doubled, and one more if it had a value.
    stamps: Vec<u32>,
    objects: u32,
    unknown: HashSet<(u32, String)>,
    steps: Vec<Step>,
    /// The pointer that `steps` go on from.
    base: String,
    /// The text stands inside a JSON string: its parts have no pointer.
    embedded: bool,
    max_depth: usize,
    /// What is required may be left out.
    partial: bool,
    /// An extension's attribute was met outside of it.
    borrowed: bool,
}

impl<'r, 't, 'd, 's> Reader<'r, 't, 'd, 's> {
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
            stamps: Vec::new(),
            objects: 0,
            unknown: HashSet::new(),
            steps: Vec::new(),
            base: String::new(),
            embedded: false,
            max_depth,
            partial: false,
            borrowed: false,
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

    /// Reads a whole resource and nothing after it.
    pub(crate) fn resource(&mut self, id: ResourceTypeId) -> Result<NodeId, SyntaxError> {
        if self.scanner.token()? != Token::Object {
            return self.scanner.expected("`{`: a resource is an object");
        }
        let node = self.open(None, AttributeId::UNKNOWN, Kind::Object);
        let clean = self.members(node, Level::Resource(id))?;
        self.close(node, clean);
        self.scanner.end()?;
        if matches!(self.judge, Judge::Create | Judge::Replace | Judge::Response) {
            self.judge_schemas(node, id);
        }
        Ok(node)
    }

    /// Reads one value of `id`, in a list of its own: all elements of a multi-valued attribute.
    ///
    /// For a multi-valued attribute a lone element is taken for a list of one, as PATCH has it.
    /// `None` is an unassigned value: null, `[]` or `{}`.
    pub(crate) fn value_of(&mut self, id: AttributeId, element: bool) -> Result<Option<NodeId>, SyntaxError> {
        if self.scanner.token()? == Token::Null {
            self.scanner.word(Token::Null)?;
            return Ok(None);
        }
        let attribute = self.registry.attribute(id);
        let holder = self.document.push(None, Node::made(AttributeId::UNKNOWN, Kind::Object));
        if attribute.multi_valued && !element {
            if self.scanner.token()? == Token::Array {
                self.array(holder, id)?;
            } else {
                let list = self.document.push(Some(holder), Node::made(id, Kind::Array));
                self.element(list, id)?;
            }
        } else {
            self.single(holder, id)?;
        }
        let first = self.document.children(holder).next();
        Ok(first)
    }

    fn open(&mut self, parent: Option<NodeId>, id: AttributeId, kind: Kind) -> NodeId {
        let at = self.scanner.at() as u32;
        let span = Span { start: at, end: at, escaped: false };
        self.document.push(parent, Node::of_text(id, kind, self.source, span))
    }

    #[inline]
    fn close(&mut self, node: NodeId, clean: bool) {
        let end = self.scanner.at() as u32;
        if let Some(node) = self.document.node_mut(node) {
            node.set_end(end, clean);
        }
    }

    /// Reads the object that comes next. The answer: whether its text is canonical.
    pub(crate) fn members(&mut self, parent: NodeId, level: Level) -> Result<bool, SyntaxError> {
        let registry = self.registry;
        let names = match level {
            Level::Resource(id) => &registry.resource_type(id).names,
            Level::Of(id) => &registry.attribute(id).names,
        };
        self.scanner.jump(self.scanner.at() + 1);
        if self.stamps.is_empty() {
            self.stamps = vec![0; registry.attributes.len()];
        }
        self.objects += 1;
        let object = self.objects * 2;
        let mut clean = true;
        if !self.scanner.take(b'}') {
            loop {
                let span = self.scanner.name()?;
                let raw = self.scanner.slice(span);
                let name = if span.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) };
                self.steps.push(Step::Name(span));
                match names.find(name.as_bytes(), &registry.attributes) {
                    Some((id, exact)) => {
                        let stamp = self.stamps.get_mut(id.index());
                        let again = stamp.is_some_and(|stamp| {
                            let again = *stamp & !1 == object;
                            *stamp = if again { *stamp } else { object };
                            again
                        });
                        if again || (self.borrowed && self.document.child(parent, id).is_some_and(|_| !registry.attribute(id).extension)) {
                            self.duplicate(&name)?;
                            clean = false;
                        } else {
                            clean &= self.attribute(parent, id, object)?;
                        }
                        clean &= exact && !span.escaped;
                    }
                    None => clean &= self.unknown(parent, level, span, &name)?,
                }
                self.steps.pop();
                if !self.scanner.more(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        if self.judge != Judge::Stored && !self.partial {
            self.judge_required(level, object);
        }
        Ok(clean)
    }

    /// A name that stands twice: two readers could disagree about which one counts.
    #[cold]
    fn duplicate(&mut self, name: &str) -> Result<(), SyntaxError> {
        if !matches!(self.judge, Judge::Create | Judge::Replace | Judge::Response) {
            return Err(SyntaxError::DuplicateName { name: name.into(), pointer: self.pointer() });
        }
        self.scanner.skip(self.steps.len())?;
        self.issue(Some(ScimType::InvalidSyntax), name, format!("`{name}` appears twice in one object"), "RFC 7643 §2.1");
        Ok(())
    }

    /// Reads the value of a known attribute.
    #[inline]
    fn attribute(&mut self, parent: NodeId, id: AttributeId, object: u32) -> Result<bool, SyntaxError> {
        let attribute = self.registry.attribute(id);
        if self.judge != Judge::Stored && self.is_ignored(attribute) {
            let start = self.scanner.token()?;
            let span = self.scanner.skip(self.steps.len())?;
            if start != Token::Null && self.scanner.slice(span) != "[]" {
                self.ignored(attribute);
            }
            return Ok(false);
        }
        if self.scanner.token()? == Token::Null {
            self.scanner.word(Token::Null)?;
            return Ok(false);
        }
        let (there, clean) = if attribute.multi_valued { self.array(parent, id)? } else { self.single(parent, id)? };
        if there && let Some(stamp) = self.stamps.get_mut(id.index()) {
            *stamp = object + 1;
        }
        if there && attribute.returned == Returned::Never && self.judge == Judge::Response {
            let detail = format!("`{}` is never returned: leave it out of answers", attribute.path);
            self.push_issue(Severity::Warning, None, &attribute.path, detail, "RFC 7643 §7");
        }
        Ok(there && clean)
    }

    fn is_ignored(&self, attribute: &Attribute) -> bool {
        attribute.mutability == Mutability::ReadOnly && self.judge != Judge::Response
    }

    #[cold]
    fn ignored(&mut self, attribute: &Attribute) {
        let path = attribute.path.to_string();
        match self.judge {
            Judge::Patch(_) => self.note(Tolerance::IgnoredReadOnly, path, "the service provider sets it; the value was ignored".into()),
            _ => self.push_issue(
                Severity::Warning,
                Some(ScimType::Mutability),
                &path,
                format!("`{path}` is readOnly: the value is ignored"),
                "RFC 7643 §2.2",
            ),
        }
    }

    /// Reads the array that should come next. The answer: whether it has a value, and whether its text is canonical.
    fn array(&mut self, parent: NodeId, id: AttributeId) -> Result<(bool, bool), SyntaxError> {
        if self.scanner.token()? != Token::Array {
            return self.mismatch(parent, id, "an array");
        }
        let node = self.open(Some(parent), id, Kind::Array);
        self.scanner.jump(self.scanner.at() + 1);
        let (mut clean, mut there) = (true, false);
        if !self.scanner.take(b']') {
            let mut index = 0;
            loop {
                self.steps.push(Step::Index(index));
                let (element, tidy) = self.element(node, id)?;
                self.steps.pop();
                there |= element;
                clean &= element && tidy;
                index += 1;
                if !self.scanner.more(b']', "`,` or `]`")? {
                    break;
                }
            }
        }
        self.close(node, clean);
        if !there {
            self.document.remove(node);
        }
        if self.judge != Judge::Stored {
            self.judge_elements(node, id);
        }
        Ok((there, clean))
    }

    fn element(&mut self, parent: NodeId, id: AttributeId) -> Result<(bool, bool), SyntaxError> {
        if self.scanner.token()? == Token::Null {
            self.scanner.word(Token::Null)?;
            return Ok((false, false));
        }
        self.single(parent, id)
    }

    /// Reads one value. The answer: whether it is one, and whether its text is canonical.
    #[inline]
    fn single(&mut self, parent: NodeId, id: AttributeId) -> Result<(bool, bool), SyntaxError> {
        let attribute = self.registry.attribute(id);
        let token = self.scanner.token()?;
        if attribute.kind == Type::Complex {
            if token != Token::Object {
                return self.tolerated_complex(parent, id, token);
            }
            if self.borrowed
                && attribute.extension
                && let Some(node) = self.document.child(parent, id)
            {
                self.members(node, Level::Of(id))?;
                return Ok((true, false));
            }
            let node = self.open(Some(parent), id, Kind::Object);
            let clean = self.members(node, Level::Of(id))?;
            self.close(node, clean);
            if self.document.is_empty(node) {
                self.document.remove(node);
                return Ok((false, false));
            }
            return Ok((true, clean));
        }
        let (kind, span) = match (token, attribute.kind) {
            (Token::String, kind) if kind.is_text() => (Kind::String, self.scanner.string()?),
            (Token::True, Type::Boolean) => (Kind::True, self.scanner.word(token)?),
            (Token::False, Type::Boolean) => (Kind::False, self.scanner.word(token)?),
            (Token::Number, Type::Integer | Type::Decimal) => (Kind::Number, self.scanner.number()?),
            (Token::String, Type::Boolean) if self.judge != Judge::Stored && self.dialect.takes(Tolerance::EntraStringBoolean) => {
                return self.tolerated_boolean(parent, id);
            }
            (_, kind) => {
                return self.mismatch(
                    parent,
                    id,
                    match kind {
                        Type::Boolean => "true or false",
                        Type::Integer => "a whole number",
                        Type::Decimal => "a number",
                        _ => "a string",
                    },
                );
            }
        };
        let node = self.document.push(Some(parent), Node::of_text(id, kind, self.source, span));
        if self.judge != Judge::Stored && (attribute.kind != Type::String || attribute.closed || attribute.required) {
            self.judge_value(node, attribute);
        }
        Ok((true, true))
    }

    fn judge_value(&mut self, node: NodeId, attribute: &Attribute) {
        let text = match self.document.string(node) {
            Some(text) => text.into_owned(),
            None => self.document.raw(node).to_owned(),
        };
        let fault = match attribute.kind {
            Type::DateTime if value::date_time(&text).is_none() => {
                Some(("must be an xsd:dateTime such as `2026-01-31T09:30:00Z`", "RFC 7643 §2.3.5"))
            }
            Type::Binary if !value::is_base64(&text) => Some(("must be base64 of RFC 4648 §4", "RFC 7643 §2.3.6")),
            Type::Reference if !value::is_reference(&text) => Some(("must be a URI", "RFC 7643 §2.3.7")),
            Type::Integer if !value::is_integer(&text) => Some(("must be a whole number, without fraction or exponent", "RFC 7643 §2.3.4")),
            _ if attribute.required && text.is_empty() => Some(("must not be empty", "RFC 7643 §2.2")),
            _ => None,
        };
        if let Some((rule, clause)) = fault {
            self.issue(Some(ScimType::InvalidValue), &attribute.path, format!("`{}` {rule}", attribute.path), clause);
        } else if attribute.closed && !attribute.canonical_values.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
            let detail = format!("`{}` must be one of {}", attribute.path, attribute.canonical_values.join(", "));
            self.issue(Some(ScimType::InvalidValue), &attribute.path, detail, "RFC 7643 §7");
        }
    }

    #[cold]
    fn tolerated_boolean(&mut self, parent: NodeId, id: AttributeId) -> Result<(bool, bool), SyntaxError> {
        let start = self.scanner.at();
        let span = self.scanner.string()?;
        let text = self.scanner.slice(span);
        let kind = match text {
            _ if text.eq_ignore_ascii_case("true") => Kind::True,
            _ if text.eq_ignore_ascii_case("false") => Kind::False,
            _ => {
                self.scanner.jump(start);
                return self.mismatch(parent, id, "true or false");
            }
        };
        let detail = format!("the text `{text}` was read as {}", if kind == Kind::True { "true" } else { "false" });
        self.note(Tolerance::EntraStringBoolean, self.registry.attribute(id).path.to_string(), detail);
        self.document.push(Some(parent), Node::made(id, kind));
        Ok((true, false))
    }

    /// A complex value that is no object.
    #[cold]
    fn tolerated_complex(&mut self, parent: NodeId, id: AttributeId, token: Token) -> Result<(bool, bool), SyntaxError> {
        let attribute = self.registry.attribute(id);
        if self.judge == Judge::Stored {
            return self.mismatch(parent, id, "an object");
        }
        let is_manager = attribute.name.eq_ignore_ascii_case("manager") && !attribute.multi_valued;
        let is_member = attribute.name.eq_ignore_ascii_case("members") && attribute.multi_valued;
        let start = self.scanner.at();
        if token == Token::String {
            let span = self.scanner.string()?;
            let raw = self.scanner.slice(span);
            let text = if span.escaped { unescaped(raw) } else { raw.to_owned() };
            if text.trim_start().starts_with('{') && self.dialect.takes(Tolerance::EntraJsonText) && crate::json::is_json(&text) {
                return self.embedded_object(parent, id, text);
            }
            let tolerance = if is_manager { Tolerance::EntraManagerString } else { Tolerance::EntraMemberString };
            if let Some(value) = attribute.value.filter(|_| (is_manager || is_member) && self.dialect.takes(tolerance)) {
                if raw.is_empty() {
                    return Ok((false, false));
                }
                self.note(tolerance, attribute.path.to_string(), "the text was read as the `value`".into());
                let node = self.document.push(Some(parent), Node::made(id, Kind::Object));
                self.document.push(Some(node), Node::of_text(value, Kind::String, self.source, span));
                return Ok((true, false));
            }
        }
        if token == Token::Array && is_manager && self.dialect.takes(Tolerance::EntraManagerArray) {
            self.scanner.jump(start + 1);
            if self.scanner.take(b']') {
                return Ok((false, false));
            }
            self.steps.push(Step::Index(0));
            let (there, _) = self.element(parent, id)?;
            self.steps.pop();
            if self.scanner.take(b']') {
                self.note(Tolerance::EntraManagerArray, attribute.path.to_string(), "the array of one was read as its element".into());
                return Ok((there, false));
            }
        }
        self.scanner.jump(start);
        self.mismatch(parent, id, "an object")
    }

    /// Reads the text of a JSON object in place of the object.
    fn embedded_object(&mut self, parent: NodeId, id: AttributeId, text: String) -> Result<(bool, bool), SyntaxError> {
        let path = self.registry.attribute(id).path.to_string();
        let Some(source) = self.document.add_source(Cow::Borrowed("")) else { return self.scanner.expected("fewer objects given as text") };
        self.note(Tolerance::EntraJsonText, path, "the text was read as the JSON object it spells".into());
        let pointer = self.pointer();
        let mut inner = Reader::new(self.registry, self.dialect, self.judge, (&text, source), self.document, self.findings, self.max_depth);
        inner.base = pointer;
        inner.embedded = true;
        inner.partial = self.partial;
        inner.scanner.skip_space();
        let outcome = inner.single(parent, id);
        self.document.set_source(source, text);
        outcome.map(|(there, _)| (there, false))
    }

    /// A value of the wrong shape: an issue, or for a stored resource text that is passed on.
    #[cold]
    fn mismatch(&mut self, parent: NodeId, id: AttributeId, expected: &str) -> Result<(bool, bool), SyntaxError> {
        let span = self.scanner.skip(self.steps.len())?;
        let attribute = self.registry.attribute(id);
        if self.judge == Judge::Stored {
            self.document.push(Some(parent), Node::of_text(id, Kind::Opaque, self.source, span));
            return Ok((true, true));
        }
        let detail = format!("`{}` must be {expected}", attribute.path);
        self.issue(Some(ScimType::InvalidValue), &attribute.path, detail, "RFC 7643 §2.3");
        Ok((true, false))
    }

    /// A member whose name the schema does not have.
    #[cold]
    fn unknown(&mut self, parent: NodeId, level: Level, span: Span, name: &str) -> Result<bool, SyntaxError> {
        if !self.unknown.insert((self.objects, name.to_ascii_lowercase())) {
            self.duplicate(name)?;
            return Ok(false);
        }
        if self.judge != Judge::Stored
            && let Level::Resource(id) = level
            && let Some(manager) = self.bare_manager(id, name)
        {
            return self.read_bare_manager(parent, manager);
        }
        let value = self.scanner.skip(self.steps.len())?;
        if self.judge == Judge::Stored {
            let node = Node::of_text(AttributeId::UNKNOWN, Kind::Opaque, self.source, value).named(span);
            self.document.push(Some(parent), node);
            return Ok(true);
        }
        let (prefix, owner, inside_element) = match level {
            Level::Resource(id) => (String::new(), self.registry.resource_type(id).name.to_string(), false),
            Level::Of(id) => {
                let attribute = self.registry.attribute(id);
                let colon = if attribute.extension { ':' } else { '.' };
                (format!("{}{colon}", attribute.path), attribute.path.to_string(), attribute.multi_valued)
            }
        };
        let path = format!("{prefix}{name}");
        let in_patch = matches!(self.judge, Judge::Patch(_));
        match self.dialect.ignoring_attributes().filter(|_| !in_patch || inside_element) {
            Some(tolerance) => {
                self.note(tolerance, path.clone(), "no schema has this attribute; it was ignored".into());
                if !in_patch {
                    let detail = format!("`{name}` is no attribute of {owner}: it is ignored");
                    self.push_issue(Severity::Warning, Some(ScimType::InvalidSyntax), &path, detail, "RFC 7643 §2.1");
                }
            }
            None => {
                let scim_type = if in_patch { ScimType::InvalidPath } else { ScimType::InvalidSyntax };
                let detail = format!("`{name}` is no attribute of {owner}: check its spelling, or pass the schema that has it");
                self.issue(Some(scim_type), &path, detail, if in_patch { "RFC 7644 §3.5.2" } else { "RFC 7644 §3.3" });
            }
        }
        Ok(false)
    }

    /// The extension's `manager`, where its bare name is tolerated.
    fn bare_manager(&self, id: ResourceTypeId, name: &str) -> Option<AttributeId> {
        if !name.eq_ignore_ascii_case("manager") || !self.dialect.takes(Tolerance::EntraManagerPath) {
            return None;
        }
        self.registry.resource_type(id).extensions.iter().find_map(|extension| self.registry.child(extension.attribute, "manager"))
    }

    fn read_bare_manager(&mut self, parent: NodeId, manager: AttributeId) -> Result<bool, SyntaxError> {
        let Some(extension) = self.registry.attribute(manager).parent else { return Ok(false) };
        self.borrowed = true;
        self.note(Tolerance::EntraManagerPath, "manager".into(), "it was read as the extension's `manager`".into());
        let holder =
            self.document.child(parent, extension).unwrap_or_else(|| self.document.push(Some(parent), Node::made(extension, Kind::Object)));
        self.document.soil(holder);
        if self.document.child(holder, manager).is_some() {
            self.duplicate("manager")?;
        } else {
            self.attribute(holder, manager, 0)?;
        }
        if self.document.is_empty(holder) {
            self.document.remove(holder);
        }
        Ok(false)
    }

    fn judge_required(&mut self, level: Level, object: u32) {
        let registry = self.registry;
        let (children, whole) = match level {
            Level::Resource(id) => (registry.resource_type(id).attributes.as_slice(), true),
            Level::Of(id) => (registry.attribute(id).children.as_slice(), false),
        };
        // RFC 7643 §5: the configuration is the one resource without `id`.
        let identified = !matches!(level, Level::Resource(id) if registry.resource_type(id).name.as_ref() == "ServiceProviderConfig");
        for id in children {
            let attribute = registry.attribute(*id);
            let needed = attribute.required || (*id == common::ID && self.judge == Judge::Response && whole && identified);
            if !needed || (attribute.mutability == Mutability::ReadOnly && self.judge != Judge::Response) {
                continue;
            }
            if self.stamps.get(id.index()) != Some(&(object + 1)) {
                let detail = format!("`{}` is required", attribute.path);
                self.issue(Some(ScimType::InvalidValue), &attribute.path, detail, "RFC 7643 §2.2");
            }
        }
    }

    /// At most one `primary` is true (RFC 7643 §2.4), and a `value` that must be unique stands once.
    fn judge_elements(&mut self, array: NodeId, id: AttributeId) {
        let registry = self.registry;
        let attribute = registry.attribute(id);
        let unique = attribute.value.filter(|value| registry.attribute(*value).uniqueness != Uniqueness::None);
        if attribute.primary.is_none() && unique.is_none() {
            return;
        }
        let (mut primaries, mut seen) = (0, HashSet::new());
        for (index, element) in self.document.children(array).collect::<Vec<_>>().into_iter().enumerate() {
            let sub = |sub: Option<AttributeId>| sub.and_then(|sub| self.document.child(element, sub));
            primaries += u32::from(sub(attribute.primary).and_then(|node| self.document.boolean(node)) == Some(true));
            let (second, again) = (primaries == 2, sub(unique).is_some_and(|node| !seen.insert(self.document.raw(node).to_owned())));
            if second {
                primaries += 1;
                let path = format!("{}.primary", attribute.path);
                let pointer = format!("{}/{index}/primary", self.pointer());
                self.issue_at(
                    Some(ScimType::InvalidValue),
                    &path,
                    pointer,
                    format!("`{path}` may be true for one value only"),
                    "RFC 7643 §2.4",
                );
            }
            if again {
                let path = format!("{}.value", attribute.path);
                let pointer = format!("{}/{index}/value", self.pointer());
                self.issue_at(
                    Some(ScimType::Uniqueness),
                    &path,
                    pointer,
                    format!("`{path}` may name each subject once only"),
                    "RFC 7643 §7",
                );
            }
        }
    }

    /// `schemas` names the main schema and no stranger, and every extension that has values is listed (RFC 7643 §3).
    fn judge_schemas(&mut self, root: NodeId, id: ResourceTypeId) {
        let resource_type = self.registry.resource_type(id);
        let Some(list) = self.document.child(root, common::SCHEMAS) else { return };
        let nodes: Vec<NodeId> = self.document.children(list).collect();
        let uris: Vec<String> = nodes.iter().filter_map(|node| self.document.string(*node)).map(Cow::into_owned).collect();
        for (index, uri) in (0..).zip(&uris) {
            let known = uri.eq_ignore_ascii_case(&resource_type.schema)
                || resource_type.extensions.iter().any(|extension| uri.eq_ignore_ascii_case(&extension.schema));
            if known {
                continue;
            }
            if let Some(node) = nodes.get(index as usize) {
                self.document.remove(*node);
            }
            if self.dialect.takes(Tolerance::EntraUnknownSchema) {
                self.note(
                    Tolerance::EntraUnknownSchema,
                    "schemas".into(),
                    format!("`{uri}` is no schema of {}; it was ignored", resource_type.name),
                );
            } else {
                let pointer = format!("{}/schemas/{index}", self.base);
                let detail = format!("`{uri}` is no schema of {}", resource_type.name);
                self.issue_at(Some(ScimType::InvalidSyntax), "schemas", pointer, detail, "RFC 7643 §3");
            }
        }
        let lists = |urn: &str| uris.iter().any(|uri| uri.eq_ignore_ascii_case(urn));
        if !lists(&resource_type.schema) {
            let detail = format!("`schemas` must list `{}`", resource_type.schema);
            self.issue_at(Some(ScimType::InvalidValue), "schemas", format!("{}/schemas", self.base), detail, "RFC 7643 §3");
        }
        for extension in &resource_type.extensions {
            let values = self.document.child(root, extension.attribute);
            if values.is_none() || lists(&extension.schema) {
                continue;
            }
            if self.dialect.takes(Tolerance::EntraUnlistedExtension) {
                self.note(
                    Tolerance::EntraUnlistedExtension,
                    extension.schema.to_string(),
                    "`schemas` does not list the extension; its values were taken".into(),
                );
            } else {
                let detail = format!("`schemas` must list `{}`, whose attributes the resource has", extension.schema);
                let pointer = format!("{}/{}", self.base, extension.schema);
                self.issue_at(Some(ScimType::InvalidValue), &extension.schema, pointer, detail, "RFC 7643 §3");
            }
        }
    }

    /// The JSON Pointer (RFC 6901) of the value being read.
    fn pointer(&self) -> String {
        let mut pointer = self.base.clone();
        if self.embedded {
            return pointer;
        }
        for step in &self.steps {
            pointer.push('/');
            match step {
                Step::Index(index) => pointer.push_str(&index.to_string()),
                Step::Name(span) => {
                    let raw = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
                    let name = if span.escaped { unescaped(raw) } else { raw.to_owned() };
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
            }
        }
        pointer
    }

    #[cold]
    fn issue(&mut self, scim_type: Option<ScimType>, path: &str, detail: String, clause: &'static str) {
        self.push_issue(Severity::Error, scim_type, path, detail, clause);
    }

    fn push_issue(&mut self, severity: Severity, scim_type: Option<ScimType>, path: &str, detail: String, clause: &'static str) {
        let pointer = self.pointer();
        self.findings.issues.push(Issue { severity, scim_type, path: path.into(), pointer, detail, clause });
    }

    fn issue_at(&mut self, scim_type: Option<ScimType>, path: &str, pointer: String, detail: String, clause: &'static str) {
        self.findings.issues.push(Issue { severity: Severity::Error, scim_type, path: path.into(), pointer, detail, clause });
    }

    #[cold]
    fn note(&mut self, rule: Tolerance, path: String, detail: String) {
        let operation = match self.judge {
            Judge::Patch(operation) => Some(operation),
            _ => None,
        };
        self.findings.notes.push(Note { rule, operation, path, detail });
    }
}
