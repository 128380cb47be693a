//! One attribute and its characteristics (RFC 7643 §2.2, §7).

use super::names::Names;

/// An attribute's number in its [`Registry`](super::Registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(pub(crate) u16);

impl AttributeId {
    /// Stands where a name is in no schema.
    pub(crate) const UNKNOWN: Self = Self(u16::MAX);

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// RFC 7643 §2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Type {
    String,
    Boolean,
    Decimal,
    Integer,
    DateTime,
    Binary,
    Reference,
    Complex,
}

impl Type {
    const ALL: [(&'static str, Type); 8] = [
        ("string", Type::String),
        ("boolean", Type::Boolean),
        ("decimal", Type::Decimal),
        ("integer", Type::Integer),
        ("dateTime", Type::DateTime),
        ("binary", Type::Binary),
        ("reference", Type::Reference),
        ("complex", Type::Complex),
    ];

    /// As `type` of an attribute definition spells it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, t)| *t == self).map_or("", |(name, _)| name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, t)| *t)
    }

    /// Whether its values are JSON strings.
    pub fn is_text(self) -> bool {
        matches!(self, Self::String | Self::DateTime | Self::Binary | Self::Reference)
    }
}

/// RFC 7643 §7 `mutability`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Mutability {
    ReadOnly,
    #[default]
    ReadWrite,
    Immutable,
    WriteOnly,
}

/// RFC 7643 §7 `returned`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Returned {
    Always,
    Never,
    #[default]
    Default,
    Request,
}

/// RFC 7643 §7 `uniqueness`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Uniqueness {
    #[default]
    None,
    Server,
    Global,
}

macro_rules! words {
    ($type:ident: $($variant:ident $word:literal),+) => {
        impl $type {
            /// As an attribute definition spells it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub(super) fn named(name: &str) -> Option<Self> {
                [$((Self::$variant, $word)),+].into_iter().find(|(_, w)| w.eq_ignore_ascii_case(name)).map(|(v, _)| v)
            }
        }
    };
}
words!(Mutability: ReadOnly "readOnly", ReadWrite "readWrite", Immutable "immutable", WriteOnly "writeOnly");
words!(Returned: Always "always", Never "never", Default "default", Request "request");
words!(Uniqueness: None "none", Server "server", Global "global");

/// What makes two values of a multi-valued attribute one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Identity {
    /// All that a client may write of them.
    #[default]
    Whole,
    /// Their `value`, whatever else they say: members of a group.
    Value,
    /// Their `value`, and then they must say the same: one grant for a subject.
    OnlyValue,
}

/// An attribute as its schema defines it, before it is placed in a resource type.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) kind: Type,
    pub(crate) multi_valued: bool,
    pub(crate) required: bool,
    pub(crate) case_exact: bool,
    pub(crate) mutability: Mutability,
    pub(crate) returned: Returned,
    pub(crate) uniqueness: Uniqueness,
    pub(crate) canonical_values: Vec<Box<str>>,
    pub(crate) closed: bool,
    pub(crate) reference_types: Vec<Box<str>>,
    pub(crate) identity: Identity,
    pub(crate) sub_attributes: Vec<Definition>,
}

impl Definition {
    /// The defaults of RFC 7643 §2.2.
    pub(super) fn new(name: &str, kind: Type) -> Self {
        Self {
            name: name.into(),
            description: "".into(),
            kind,
            multi_valued: false,
            required: false,
            case_exact: false,
            mutability: Mutability::default(),
            returned: Returned::default(),
            uniqueness: Uniqueness::default(),
            canonical_values: Vec::new(),
            closed: false,
            reference_types: Vec::new(),
            identity: Identity::default(),
            sub_attributes: Vec::new(),
        }
    }
}

/// An attribute placed in a resource type, ready to be compared with.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The schema's spelling.
    pub name: Box<str>,
    /// The name as that of a JSON object's member behind another: `,"userName":`. Names hold nothing that JSON escapes.
    pub(crate) member: Box<str>,
    /// The attribute path as messages show it: `emails.type`, `urn:…:User:department`.
    pub path: Box<str>,
    /// Data type of one value.
    pub kind: Type,
    /// Whether the value is an array.
    pub multi_valued: bool,
    /// Whether a resource must have it.
    pub required: bool,
    /// Whether text compares by case.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// What else must not have its value.
    pub uniqueness: Uniqueness,
    /// Suggested values, or with `closed` the only ones.
    pub canonical_values: Vec<Box<str>>,
    /// Whether a value outside `canonical_values` is refused.
    pub closed: bool,
    /// An extension's URN taking part as an attribute of the resource.
    pub extension: bool,
    /// The complex attribute or extension it is part of.
    pub parent: Option<AttributeId>,
    pub(crate) children: Vec<AttributeId>,
    /// Those of the children that are required.
    pub(crate) required_children: Vec<AttributeId>,
    pub(crate) names: Names,
    /// Its place among the attributes of the same object.
    pub(crate) slot: u16,
    /// A singular string about which nothing else is asked: what most attributes are.
    pub(crate) plain: bool,
    /// What makes two of its values one.
    pub(crate) identity: Identity,
    /// `value` among the children.
    pub(crate) value: Option<AttributeId>,
    /// `primary` among the children, where it is a boolean.
    pub(crate) primary: Option<AttributeId>,
}

impl Attribute {
    /// Sub-attributes, or the attributes of an extension, in the schema's order.
    pub fn children(&self) -> &[AttributeId] {
        &self.children
    }

    /// Whether no answer has it (RFC 7643 §7): so say both `returned` never and `mutability` writeOnly.
    pub fn never_returned(&self) -> bool {
        self.returned == Returned::Never || self.mutability == Mutability::WriteOnly
    }
}
