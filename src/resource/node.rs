//! One value of a document, as it is kept: what it holds, where its text stands, and the nodes around it.

use super::scan::Span;
use crate::schema::AttributeId;

/// A text that nodes may point into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceId(pub(super) u16);

/// A node's place in its [`super::document::Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) const ROOT: Self = Self(0);
    pub(crate) const NONE: Self = Self(u32::MAX);

    #[inline]
    pub(crate) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// What a node holds. `Opaque` is a value that no schema describes, kept as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Opaque,
}

/// A value in a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// The attribute it is a value of; an element of an array bears the array's.
    pub(crate) attribute: AttributeId,
    pub(super) source: u16,
    pub(crate) kind: Kind,
    /// A string with escapes.
    pub(super) escaped: bool,
    /// Its text can be copied as it stands.
    pub(super) clean: bool,
    pub(super) removed: bool,
    /// An object or array whose parts are still text.
    pub(super) folded: bool,
    /// The raw text; a string's is without its quotation marks.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Its name where it stands in `source`, without quotation marks: of a member that no schema knows, and of one that is
    /// written as its schema has it. Else nothing.
    pub(super) name: (u32, u32),
    pub(crate) parent: NodeId,
    pub(super) first: NodeId,
    pub(super) last: NodeId,
    pub(super) next: NodeId,
}

/// A stretch of a source text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copied {
    pub(super) source: u16,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Copied {
    /// Takes in what stands right behind it; false where something else does.
    pub(crate) fn extend(&mut self, next: Copied) -> bool {
        // One byte between two values of one text is the comma between siblings.
        let follows = self.source == next.source && self.end + 1 == next.start;
        if follows {
            self.end = next.end;
        }
        follows
    }
}

impl Node {
    pub(super) const REMOVED: Node = Node {
        attribute: AttributeId::UNKNOWN,
        source: u16::MAX,
        kind: Kind::Opaque,
        escaped: false,
        clean: false,
        removed: true,
        folded: false,
        start: 0,
        end: 0,
        name: (0, 0),
        parent: NodeId::NONE,
        first: NodeId::NONE,
        last: NodeId::NONE,
        next: NodeId::NONE,
    };

    /// A value with its raw text.
    #[inline]
    pub(crate) fn of_text(attribute: AttributeId, kind: Kind, source: SourceId, span: Span) -> Self {
        Self {
            attribute,
            source: source.0,
            kind,
            escaped: span.escaped,
            clean: true,
            removed: false,
            start: span.start,
            end: span.end,
            ..Self::REMOVED
        }
    }

    /// A value without a text of its own: it is written from its kind and children.
    pub(crate) fn made(attribute: AttributeId, kind: Kind) -> Self {
        Self { attribute, source: 0, kind, removed: false, ..Self::REMOVED }
    }

    /// A value with its name in the same text.
    #[inline]
    pub(crate) fn named(mut self, name: Span) -> Self {
        self.name = (name.start, name.end);
        self
    }

    /// An object or array that is left as text until it is asked for.
    #[inline]
    pub(crate) fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.clean
    }

    pub(crate) fn set_end(&mut self, end: u32, clean: bool) {
        self.end = end;
        self.clean = clean;
    }
}
