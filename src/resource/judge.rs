//! What a [`Reader`] finds wrong: seldom met, and kept out of the way of what is common. What it bends: [`super::tolerated`].

use std::borrow::Cow;

use super::node::{Kind, Node, NodeId};
use super::read::{Judge, Level, Place, Reader, Seen, Step};
use super::scan::{Scan, Scanner, Span, SyntaxError};
use super::strangers::Strangers;
use super::value;
use crate::dialect::Tolerance;
use crate::issue::{Issue, ScimType, Severity};
use crate::maps::Set;
use crate::schema::{Attribute, AttributeId, Mutability, ResourceTypeId, Slots, Type, Uniqueness, common};

impl<'r, 't, const BUILD: bool> Reader<'r, 't, '_, '_, BUILD> {
    /// A name that stands twice: two readers could disagree about which one counts.
    #[cold]
    pub(super) fn duplicate(&mut self, path: &str, at: &Place<'_>) -> Scan<()> {
        if !matches!(self.judge, Judge::Create | Judge::Replace | Judge::Response) {
            return Err(SyntaxError::DuplicateName { name: path.into(), pointer: self.pointer(at) }.into());
        }
        self.scanner.skip(at.depth)?;
        self.issue(ScimType::InvalidSyntax, path, format!("`{path}` appears twice in one object"), "RFC 7643 §2.1", at);
        Ok(())
    }

    /// Passes over a value that is not read; a name given twice in it is told all the same.
    fn skip(&mut self, at: &Place<'_>) -> Scan<bool> {
        let skipped = self.scanner.skip_unique(at.depth)?;
        if let Some(name) = skipped.doubled
            && self.judge != Judge::Stored
        {
            let name = self.text_at(name).into_owned();
            if matches!(self.judge, Judge::Patch(_)) {
                return Err(SyntaxError::DuplicateName { name, pointer: self.pointer(at) }.into());
            }
            self.issue(ScimType::InvalidSyntax, &name, format!("`{name}` appears twice in one object"), "RFC 7643 §2.1", at);
        }
        Ok(skipped.assigned)
    }

    /// A readOnly attribute in what a client sends.
    #[cold]
    pub(super) fn pass_over(&mut self, attribute: &Attribute, at: &Place<'_>) -> Scan<Seen> {
        let assigned = self.skip(at)?;
        if assigned {
            let path = &attribute.path;
            match self.judge {
                Judge::Patch(_) => self.note(Tolerance::IgnoredReadOnly, path, "the service provider sets it; the value was ignored"),
                _ => {
                    let detail = format!("`{path}` is readOnly: the value is ignored");
                    self.warn(ScimType::Mutability, path, detail, "RFC 7643 §2.2", at);
                }
            }
        }
        Ok(Seen { assigned, ..Seen::UNASSIGNED })
    }

    #[cold]
    pub(super) fn never_returned(&mut self, attribute: &Attribute, at: &Place<'_>) {
        let detail = format!("`{}` is never returned: leave it out of answers", attribute.path);
        self.issue(ScimType::InvalidValue, &attribute.path, detail, "RFC 7643 §7", at);
    }

    /// At most one `primary` is true (RFC 7643 §2.4).
    #[cold]
    pub(super) fn second_primary(&mut self, attribute: &Attribute, start: usize, element: &Place<'_>) {
        let path = format!("{}.primary", attribute.path);
        let detail = format!("`{path}` may be true for one value only");
        self.issue_of_member("primary", start, error(ScimType::InvalidValue, &path, self.pointer(element), detail, "RFC 7643 §2.4"));
    }

    /// A `value` that must be unique stands once.
    #[cold]
    pub(super) fn second_value(&mut self, attribute: &Attribute, start: usize, element: &Place<'_>) {
        let path = format!("{}.value", attribute.path);
        let detail = format!("`{path}` may name each subject once only");
        self.issue_of_member("value", start, error(ScimType::Uniqueness, &path, self.pointer(element), detail, "RFC 7643 §7"));
    }

    /// A value whose type or rule asks for more than being text.
    pub(super) fn judge_value(&mut self, kind: Kind, span: Span, attribute: &Attribute, at: &Place<'_>) {
        if matches!(kind, Kind::True | Kind::False) {
            return;
        }
        if let Some((detail, clause)) = fault_of(attribute, &self.text_at(span)) {
            self.issue(ScimType::InvalidValue, &attribute.path, detail, clause, at);
        }
    }

    /// A value of the wrong shape: an issue, or for a stored resource text that is passed on.
    #[cold]
    pub(super) fn mismatch(&mut self, parent: NodeId, id: AttributeId, expected: &str, at: &Place<'_>) -> Scan<Seen> {
        if self.judge == Judge::Stored {
            let span = self.scanner.skip(at.depth)?;
            self.leaf(parent, Node::of_text(id, Kind::Opaque, self.source, span));
            return Ok(Seen::VALUE);
        }
        let assigned = self.skip(at)?;
        let path = &self.registry.attribute(id).path;
        self.issue(ScimType::InvalidValue, path, format!("`{path}` must be {expected}"), "RFC 7643 §2.3", at);
        Ok(if self.registry.attribute(id).extension { Seen::UNASSIGNED } else { Seen { assigned, ..Seen::BENT } })
    }

    /// A member whose name the schema does not have. `given` learns of an extension that it is found to be of.
    #[cold]
    pub(super) fn unknown(
        &mut self,
        (parent, level): (NodeId, Level),
        (span, strangers): (Span, &mut Strangers),
        given: &mut Slots,
        at: &Place<'_>,
    ) -> Scan<Seen> {
        let name = self.text_at(span);
        if self.judge != Judge::Stored
            && let Level::Resource(id) = level
            && let Some(manager) = self.bare_manager(id, &name)
        {
            return self.read_bare_manager(parent, manager, given, at);
        }
        let (prefix, owner, inside_element) = match level {
            Level::Resource(id) => (String::new(), self.registry.resource_type(id).name.as_ref(), false),
            Level::Of(id) => {
                let attribute = self.registry.attribute(id);
                let colon = if attribute.extension { ':' } else { '.' };
                (format!("{}{colon}", attribute.path), attribute.path.as_ref(), attribute.multi_valued)
            }
        };
        let path = format!("{prefix}{name}");
        if strangers.insert(&name) {
            self.duplicate(&path, at)?;
            return Ok(Seen::UNASSIGNED);
        }
        if self.judge == Judge::Stored {
            let value = self.scanner.skip(at.depth)?;
            self.leaf(parent, Node::of_text(AttributeId::UNKNOWN, Kind::Opaque, self.source, value).named(span));
            return Ok(Seen::VALUE);
        }
        let assigned = self.skip(at)?;
        let in_patch = matches!(self.judge, Judge::Patch(_));
        let ignoring = self.dialect.ignoring_attributes();
        match ignoring.filter(|_| if in_patch { inside_element } else { self.judge != Judge::Response }) {
            Some(tolerance) => {
                self.note(tolerance, &path, "no schema has this attribute; it was ignored");
                if !in_patch {
                    let detail = format!("`{name}` is no attribute of {owner}: it is ignored");
                    self.warn(ScimType::InvalidSyntax, &path, detail, "RFC 7643 §2.1", at);
                }
            }
            None => {
                let scim_type = if in_patch { ScimType::InvalidPath } else { ScimType::InvalidSyntax };
                let detail = format!("`{name}` is no attribute of {owner}: check its spelling, or pass the schema that has it");
                self.issue(scim_type, &path, detail, if in_patch { "RFC 7644 §3.5.2" } else { "RFC 7644 §3.3" }, at);
            }
        }
        Ok(Seen { assigned, ..Seen::UNASSIGNED })
    }

    /// What an object as a whole must have.
    #[inline]
    pub(super) fn judge_object(&mut self, level: Level, there: bool, (named, given): (&Slots, &Slots), at: &Place<'_>) {
        let registry = self.registry;
        let required = match level {
            Level::Resource(id) => {
                // RFC 7643 §5: the configuration is the one resource without `id`.
                if self.judge == Judge::Response
                    && !self.partial
                    && !given.has(registry.attribute(common::ID).slot)
                    && registry.resource_type(id).name.as_ref() != "ServiceProviderConfig"
                {
                    self.missing(registry.attribute(common::ID), at);
                }
                &registry.resource_type(id).required
            }
            Level::Of(id) => {
                let attribute = registry.attribute(id);
                if attribute.extension && self.dialect.takes(Tolerance::EntraManagerPath) {
                    let manager = registry.child(id, "manager");
                    self.manager_named |= manager.is_some_and(|manager| named.has(registry.attribute(manager).slot));
                }
                if !there {
                    return;
                }
                &attribute.required_children
            }
        };
        if self.partial {
            return;
        }
        for id in required {
            let attribute = registry.attribute(*id);
            let demanded = match self.judge {
                Judge::Response => !attribute.never_returned(),
                _ => attribute.mutability != Mutability::ReadOnly,
            };
            if demanded && !given.has(attribute.slot) {
                self.missing(attribute, at);
            }
        }
    }

    #[cold]
    fn missing(&mut self, attribute: &Attribute, at: &Place<'_>) {
        let detail = format!("`{}` is required", attribute.path);
        self.issue(ScimType::InvalidValue, &attribute.path, detail, "RFC 7643 §2.2", at);
    }

    /// An element of `schemas`: the main schema, an extension, or a stranger; each once (RFC 7643 §3).
    pub(super) fn listed(&mut self, list: NodeId, at: &Place<'_>) {
        let Some(id) = self.resource_type else { return };
        let resource_type = self.registry.resource_type(id);
        let span = self.last_string;
        let uri = self.text_at(span);
        let extensions = resource_type.extensions.iter().map(|extension| &extension.schema);
        let known = std::iter::once(&resource_type.schema).chain(extensions).zip(0u32..);
        let Some((schema, index)) = known.into_iter().find(|(schema, _)| schema.eq_ignore_ascii_case(&uri)) else {
            return self.strange_schema(list, &uri, at);
        };
        let bit = 1u64 << (index & 63);
        if self.schemas.listed & bit != 0 {
            return self.second_schema(&uri, at);
        }
        self.schemas.unordered |= self.schemas.listed > bit || schema.as_ref() != uri;
        self.schemas.listed |= bit;
    }

    #[cold]
    fn second_schema(&mut self, uri: &str, at: &Place<'_>) {
        self.schemas.unordered = true;
        let detail = format!("`schemas` lists `{uri}` twice");
        self.issue(ScimType::InvalidValue, "schemas", detail, "RFC 7643 §3", at);
    }

    #[cold]
    fn strange_schema(&mut self, list: NodeId, uri: &str, at: &Place<'_>) {
        self.schemas.unordered = true;
        if self.schemas.strangers.insert(uri) {
            return self.second_schema(uri, at);
        }
        let Some(id) = self.resource_type else { return };
        let detail = format!("`{uri}` is no schema of {}", self.registry.resource_type(id).name);
        if self.dialect.takes(Tolerance::EntraUnknownSchema) {
            self.note(Tolerance::EntraUnknownSchema, "schemas", format!("{detail}; it was ignored"));
        } else {
            self.issue(ScimType::InvalidSyntax, "schemas", detail, "RFC 7643 §3", at);
        }
        if BUILD {
            self.document.remove_last(list);
        }
    }

    /// The main schema and every extension that has values is listed (RFC 7643 §3). The answer: whether `schemas` is canonical.
    pub(super) fn judge_extensions(&mut self, id: ResourceTypeId, start: usize, given: &Slots) -> bool {
        if !given.has(self.registry.attribute(common::SCHEMAS).slot) || !self.schemas.read {
            return false;
        }
        let resource_type = self.registry.resource_type(id);
        let mut wanted = 1;
        if self.schemas.listed & 1 == 0 {
            let detail = format!("`schemas` must list `{}`", resource_type.schema);
            let issue = error(ScimType::InvalidValue, "schemas", self.base.clone(), detail, "RFC 7643 §3");
            self.issue_of_member("schemas", start, issue);
        }
        for (extension, index) in resource_type.extensions.iter().zip(1u32..) {
            if !given.has(self.registry.attribute(extension.attribute).slot) {
                continue;
            }
            let bit = 1u64 << (index & 63);
            wanted |= bit;
            if self.schemas.listed & bit == 0 {
                self.unlisted(&extension.schema, start);
            }
        }
        wanted == self.schemas.listed && !self.schemas.unordered
    }

    #[cold]
    fn unlisted(&mut self, urn: &str, start: usize) {
        if self.dialect.takes(Tolerance::EntraUnlistedExtension) {
            self.note(Tolerance::EntraUnlistedExtension, urn, "`schemas` does not list the extension; its values were taken");
        } else {
            let detail = format!("`schemas` must list `{urn}`, whose attributes the resource has");
            let issue = error(ScimType::InvalidSyntax, urn, self.base.clone(), detail, "RFC 7643 §3");
            self.issue_of_member(urn, start, issue);
        }
    }

    /// What is wrong with a member of the object at byte `start`, which the issue's pointer leads to, told when all of that was read:
    /// it comes before what is wrong in later members.
    #[cold]
    fn issue_of_member(&mut self, member: &str, start: usize, mut issue: Issue) {
        let mut scanner = Scanner::new(self.text, self.max_depth);
        scanner.jump(start);
        let object = std::mem::take(&mut issue.pointer);
        let (mut own, mut later) = (None, Set::default());
        // An object that is given as text has no parts to point at.
        let mut open = !self.embedded && scanner.take(b'{') && !scanner.take(b'}');
        while open {
            let Ok(span) = scanner.name() else { break };
            let name = self.text_at(span);
            let pointer = format!("{object}/{}", escaped(&name));
            if own.is_some() {
                later.insert(pointer);
            } else if name.eq_ignore_ascii_case(member) {
                own = Some(pointer);
            }
            open = scanner.skip(1).is_ok() && scanner.more(b'}', "").unwrap_or(false);
        }
        let issues = &mut self.findings.issues;
        let mut index = issues.len();
        for (at, other) in issues.iter().enumerate().rev() {
            let Some(rest) = other.pointer.strip_prefix(&object).filter(|rest| rest.is_empty() || rest.starts_with('/')) else { break };
            let end = rest.bytes().skip(1).position(|byte| byte == b'/').map_or(rest.len(), |end| end + 1);
            if other.pointer.get(..object.len() + end).is_some_and(|pointer| later.contains(pointer)) {
                index = at;
            }
        }
        issue.pointer = own.unwrap_or(object);
        issues.insert(index, issue);
    }

    /// The JSON Pointer (RFC 6901) of a place.
    pub(super) fn pointer(&self, at: &Place<'_>) -> String {
        let mut pointer = self.base.clone();
        if !self.embedded {
            self.push_steps(at, &mut pointer);
        }
        pointer
    }

    fn push_steps(&self, at: &Place<'_>, out: &mut String) {
        if let Some(up) = at.up {
            self.push_steps(up, out);
        }
        match at.step {
            Step::Top => {}
            Step::Index(index) => {
                out.push('/');
                out.push_str(&index.to_string());
            }
            Step::Name(span) => {
                out.push('/');
                out.push_str(&escaped(&self.text_at(span)));
            }
        }
    }

    #[cold]
    pub(super) fn issue(&mut self, scim_type: ScimType, path: &str, detail: String, clause: &'static str, at: &Place<'_>) {
        let pointer = self.pointer(at);
        self.push_issue(Severity::Error, scim_type, path, pointer, detail, clause);
    }

    fn warn(&mut self, scim_type: ScimType, path: &str, detail: String, clause: &'static str, at: &Place<'_>) {
        let pointer = self.pointer(at);
        self.push_issue(Severity::Warning, scim_type, path, pointer, detail, clause);
    }

    fn push_issue(&mut self, severity: Severity, scim_type: ScimType, path: &str, pointer: String, detail: String, clause: &'static str) {
        self.findings.issues.push(Issue { severity, scim_type: Some(scim_type), path: path.into(), pointer, detail, clause });
    }
}

fn error(scim_type: ScimType, path: &str, pointer: String, detail: String, clause: &'static str) -> Issue {
    Issue { severity: Severity::Error, scim_type: Some(scim_type), path: path.into(), pointer, detail, clause }
}

/// A name as RFC 6901 §3 writes it.
fn escaped(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { Cow::Owned(name.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(name) }
}

/// What is wrong with a value of the right shape, and where that is said.
pub(crate) fn fault_of(attribute: &Attribute, text: &str) -> Option<(String, &'static str)> {
    let (rule, clause) = match attribute.kind {
        Type::DateTime if value::date_time(text).is_none() => ("must be an xsd:dateTime such as `2026-01-31T09:30:00Z`", "RFC 7643 §2.3.5"),
        Type::Binary if !value::is_base64(text) => ("must be base64 of RFC 4648 §4", "RFC 7643 §2.3.6"),
        Type::Reference if !value::is_reference(text) => ("must be a URI", "RFC 7643 §2.3.7"),
        Type::Integer if !value::is_integer(text) => ("must be a whole number, without fraction or exponent", "RFC 7643 §2.3.4"),
        // RFC 7643 §4.1.1 of userName, and true of whatever a resource is told apart by.
        _ if text.is_empty() && attribute.required && attribute.uniqueness != Uniqueness::None => ("must not be empty", "RFC 7643 §2.2"),
        _ if attribute.closed && !attribute.canonical_values.iter().any(|known| known.eq_ignore_ascii_case(text)) => {
            return Some((format!("`{}` must be one of {}", attribute.path, attribute.canonical_values.join(", ")), "RFC 7643 §7"));
        }
        _ => return None,
    };
    Some((format!("`{}` {rule}", attribute.path), clause))
}
