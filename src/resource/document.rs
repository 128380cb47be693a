//! A resource as a flat tree of spans over the texts it came from.
//!
//! Nothing is copied that is not changed: a node points into its source, and a node whose
//! text is already canonical ([`Flags::CLEAN`]) is written by copying its span.

use std::borrow::Cow;

use super::node::{Copied, Kind, Node, NodeId, SourceId};
use super::read::{Builder, Findings, Judge};
use super::scan::{Scan, Span, unescaped};
use crate::dialect::Dialect;
use crate::limits::Limits;
use crate::path::quoted;
use crate::schema::{AttributeId, Registry, common};

/// A resource, or a part of one, over its source texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document<'s> {
    sources: Vec<Cow<'s, str>>,
    nodes: Vec<Node>,
    /// The source that texts made here are appended to.
    made: Option<SourceId>,
}

impl<'s> Document<'s> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_capacity(nodes: usize) -> Self {
        Self { sources: Vec::with_capacity(2), nodes: Vec::with_capacity(nodes), made: None }
    }

    /// About how long its text is.
    pub(crate) fn length(&self) -> usize {
        self.sources.first().map_or(0, |text| text.len() + text.len() / 8 + 64)
    }

    /// A copy that is made to be added to.
    pub(crate) fn draft(&self) -> Self {
        let mut nodes = Vec::with_capacity(self.nodes.len() * 2 + 32);
        nodes.extend_from_slice(&self.nodes);
        let mut sources = Vec::with_capacity(self.sources.len() + 2);
        sources.extend_from_slice(&self.sources);
        Self { sources, nodes, made: self.made }
    }

    /// Adds a text; `None` when there are too many already.
    pub(crate) fn add_source(&mut self, text: Cow<'s, str>) -> Option<SourceId> {
        let id = u16::try_from(self.sources.len()).ok()?;
        self.sources.push(text);
        Some(SourceId(id))
    }

    /// Puts the text in place that nodes of this source have been pointing into.
    pub(crate) fn set_source(&mut self, id: SourceId, text: String) {
        if let Some(slot) = self.sources.get_mut(usize::from(id.0)) {
            *slot = Cow::Owned(text);
        }
    }

    /// Adds a string that is in no list yet.
    pub(crate) fn push_text(&mut self, attribute: AttributeId, text: &str) -> NodeId {
        let quoted = quoted(text);
        let escaped = quoted.len() != text.len() + 2;
        self.push_made(attribute, Kind::String, &quoted, escaped)
    }

    /// Adds a number that is in no list yet.
    pub(crate) fn push_number(&mut self, attribute: AttributeId, text: &str) -> NodeId {
        self.push_made(attribute, Kind::Number, text, false)
    }

    fn push_made(&mut self, attribute: AttributeId, kind: Kind, raw: &str, escaped: bool) -> NodeId {
        let source = match self.made {
            Some(source) => source,
            None => {
                let source = self.add_source(Cow::Owned(String::new())).unwrap_or_default();
                self.made = Some(source);
                source
            }
        };
        let mut start = 0;
        if let Some(text) = self.sources.get_mut(usize::from(source.0)) {
            start = text.len() as u32;
            text.to_mut().push_str(raw);
        }
        let end = start + raw.len() as u32;
        let quotes = u32::from(kind == Kind::String);
        let span = Span { start: start + quotes, end: end - quotes, escaped };
        self.push(None, Node::of_text(attribute, kind, source, span))
    }

    /// The value of an attribute of the resource or of an extension, where it is assigned.
    pub(crate) fn value_at(&self, registry: &Registry, id: AttributeId) -> Option<NodeId> {
        let holder = match registry.attribute(id).parent {
            None => NodeId::ROOT,
            Some(parent) => self.value_at(registry, parent)?,
        };
        self.child(holder, id)
    }

    #[inline]
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::REMOVED)
    }

    #[inline]
    pub(crate) fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0 as usize)
    }

    /// Adds a node that is in no list yet.
    #[inline]
    fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        id
    }

    /// Adds a node as the last child of `parent`.
    #[inline]
    pub(crate) fn push(&mut self, parent: Option<NodeId>, mut node: Node) -> NodeId {
        node.parent = parent.unwrap_or(NodeId::NONE);
        let id = self.add(node);
        if let Some(parent) = parent {
            self.link(parent, id);
        }
        id
    }

    #[inline]
    fn link(&mut self, parent: NodeId, id: NodeId) {
        let Some(above) = self.nodes.get_mut(parent.0 as usize) else { return };
        let last = above.last;
        above.last = id;
        if last == NodeId::NONE {
            above.first = id;
        } else if let Some(last) = self.nodes.get_mut(last.0 as usize) {
            last.next = id;
        }
    }

    /// Gives the last child of `parent` its name, where it is a value of that attribute.
    #[inline]
    pub(crate) fn name_last(&mut self, parent: NodeId, attribute: AttributeId, name: Span) {
        let last = self.node(parent).last;
        if let Some(node) = self.node_mut(last).filter(|node| node.attribute == attribute) {
            node.name = (name.start, name.end);
        }
    }

    /// Makes a node that stands in no list a child of `parent`.
    pub(crate) fn attach(&mut self, parent: NodeId, id: NodeId) {
        if let Some(node) = self.node_mut(id) {
            node.parent = parent;
            node.next = NodeId::NONE;
        }
        self.link(parent, id);
        self.soil(parent);
    }

    /// Puts `new`, which stands in no list, where `old` was.
    pub(crate) fn put_in_place(&mut self, old: NodeId, new: NodeId) {
        let above = self.node(old).parent;
        self.take_place(old, new);
        self.soil(above);
    }

    fn take_place(&mut self, old: NodeId, new: NodeId) {
        let was = *self.node(old);
        let mut node = *self.node(new);
        node.parent = was.parent;
        node.next = was.next;
        let first = node.first;
        if let Some(slot) = self.node_mut(old) {
            *slot = node;
        }
        let mut child = first;
        while let Some(id) = child.some() {
            let Some(node) = self.node_mut(id) else { break };
            node.parent = old;
            child = node.next;
        }
    }

    /// Reads the value of an attribute of the resource into nodes, where it is still text.
    pub(crate) fn unfold(&mut self, registry: &Registry, id: AttributeId, limits: &Limits) -> Scan<()> {
        let Some(at) = self.child(NodeId::ROOT, id) else { return Ok(()) };
        let node = *self.node(at);
        if !node.folded {
            return Ok(());
        }
        // INVARIANT: only what stands in the text of the resource itself is ever folded.
        let Some(Cow::Borrowed(text)) = self.sources.get(usize::from(node.source)) else { return Ok(()) };
        let text: &'s str = text;
        let mut findings = Findings::default();
        let place = (text, SourceId(node.source));
        let read = Builder::new(registry, Dialect::Rfc, Judge::Stored, place, self, &mut findings, limits.json_depth)
            .starting(node.start as usize, String::new())
            .value_of(id, false)?;
        match read {
            Some(read) => {
                self.take_place(at, read);
                if let Some(slot) = self.node_mut(at) {
                    slot.name = node.name;
                }
                // INVARIANT: what is part of something whose text is not canonical is not canonical either.
                if !self.node(at).clean {
                    self.soil(self.node(at).parent);
                }
            }
            None => self.remove(at),
        }
        Ok(())
    }

    /// The same for several attributes; what cannot be read stays text.
    pub(crate) fn unfold_all(&mut self, registry: &Registry, ids: &[AttributeId], limits: &Limits) {
        for id in ids {
            let _ = self.unfold(registry, registry.top(*id), limits);
        }
    }

    /// A copy of a value that is in no list yet.
    pub(crate) fn copy(&mut self, id: NodeId) -> NodeId {
        let mut node = *self.node(id);
        (node.parent, node.first, node.last, node.next) = (NodeId::NONE, NodeId::NONE, NodeId::NONE, NodeId::NONE);
        let copy = self.add(node);
        for child in self.children(id).collect::<Vec<_>>() {
            let child = self.copy(child);
            if let Some(node) = self.node_mut(child) {
                node.parent = copy;
            }
            self.link(copy, child);
        }
        copy
    }

    /// Adds the URI of an extension to `schemas`, or takes it out.
    pub(crate) fn list_schema(&mut self, main: &str, urn: &str, listed: bool) {
        let list = self.child(NodeId::ROOT, common::SCHEMAS);
        let known =
            list.and_then(|list| self.children(list).find(|node| self.string(*node).is_some_and(|uri| uri.eq_ignore_ascii_case(urn))));
        match (listed, known) {
            (false, Some(node)) => self.remove(node),
            (true, None) => {
                let list = list.unwrap_or_else(|| {
                    let list = self.push(None, Node::made(common::SCHEMAS, Kind::Array));
                    self.attach(NodeId::ROOT, list);
                    let main = self.push_text(common::SCHEMAS, main);
                    self.attach(list, main);
                    list
                });
                let node = self.push_text(common::SCHEMAS, urn);
                self.attach(list, node);
            }
            _ => {}
        }
    }

    pub(crate) fn is_object(&self, id: NodeId) -> bool {
        self.node(id).kind == Kind::Object
    }

    pub(crate) fn remove(&mut self, id: NodeId) {
        let Some(node) = self.node_mut(id) else { return };
        node.removed = true;
        let parent = node.parent;
        self.soil(parent);
    }

    /// Removes the child that was attached last, without a walk over those before it.
    pub(crate) fn remove_last(&mut self, id: NodeId) {
        self.remove(self.node(id).last);
    }

    pub(crate) fn remove_children(&mut self, id: NodeId) {
        let Some(node) = self.node_mut(id) else { return };
        (node.first, node.last) = (NodeId::NONE, NodeId::NONE);
        self.soil(id);
    }

    /// The text of `id` and of all it is part of is no longer what it says.
    pub(crate) fn soil(&mut self, id: NodeId) {
        let mut at = id;
        while let Some(node) = self.node_mut(at) {
            if !node.clean {
                return;
            }
            node.clean = false;
            at = node.parent;
        }
    }

    /// The children that are there.
    #[inline]
    pub(crate) fn children(&self, id: NodeId) -> Children<'_, 's> {
        Children { document: self, next: self.node(id).first }
    }

    /// The child that is the value of `attribute`.
    #[inline]
    pub(crate) fn child(&self, parent: NodeId, attribute: AttributeId) -> Option<NodeId> {
        self.children(parent).find(|id| self.node(*id).attribute == attribute)
    }

    /// Values that no schema describes, or that are of another type than their attribute's.
    pub(crate) fn opaque(&self) -> impl Iterator<Item = NodeId> + '_ {
        (0u32..).zip(&self.nodes).filter(|(_, node)| node.kind == Kind::Opaque && !node.removed).map(|(at, _)| NodeId(at))
    }

    /// The attribute of the whole resource that a value is part of.
    pub(crate) fn root_of(&self, id: NodeId) -> AttributeId {
        let mut node = self.node(id);
        while node.parent != NodeId::ROOT && node.parent != NodeId::NONE {
            node = self.node(node.parent);
        }
        node.attribute
    }

    /// Whether it has no child.
    pub(crate) fn is_empty(&self, id: NodeId) -> bool {
        self.children(id).next().is_none()
    }

    /// The text as written; a string's is without quotation marks, and with its escapes.
    #[inline]
    pub(crate) fn raw(&self, id: NodeId) -> &str {
        self.raw_of(self.node(id))
    }

    #[inline]
    fn raw_of(&self, node: &Node) -> &str {
        self.sources.get(usize::from(node.source)).and_then(|text| text.get(node.start as usize..node.end as usize)).unwrap_or("")
    }

    /// The name of a member that no schema knows, as written, without quotation marks.
    pub(crate) fn unknown_name(&self, id: NodeId) -> &str {
        let node = self.node(id);
        self.sources.get(usize::from(node.source)).and_then(|text| text.get(node.name.0 as usize..node.name.1 as usize)).unwrap_or("")
    }

    /// The text of a list's element that can be copied as it stands, or of an object's member, name and all: where it is.
    pub(crate) fn copied(&self, id: NodeId, member: bool) -> Option<Copied> {
        let node = self.node(id);
        if !node.clean || (member && node.name.1 == 0) {
            return None;
        }
        let quotes = u32::from(node.kind == Kind::String);
        let start = if member { node.name.0 - 1 } else { node.start - quotes };
        Some(Copied { source: node.source, start, end: node.end + quotes })
    }

    /// The text there.
    pub(crate) fn copied_text(&self, copied: Copied) -> &str {
        let text = self.sources.get(usize::from(copied.source));
        text.and_then(|text| text.get(copied.start as usize..copied.end as usize)).unwrap_or("")
    }

    /// The value of a string, `None` for other kinds.
    #[inline]
    pub(crate) fn string(&self, id: NodeId) -> Option<Cow<'_, str>> {
        let node = self.node(id);
        if node.kind != Kind::String {
            return None;
        }
        let raw = self.raw_of(node);
        Some(if node.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) })
    }

    pub(crate) fn boolean(&self, id: NodeId) -> Option<bool> {
        match self.node(id).kind {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }
}

pub(crate) struct Children<'d, 's> {
    document: &'d Document<'s>,
    next: NodeId,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        loop {
            let id = self.next.some()?;
            let node = self.document.nodes.get(id.0 as usize)?;
            self.next = node.next;
            if !node.removed {
                return Some(id);
            }
        }
    }
}
