//! Every identity-provider quirk that is tolerated, by the name its [`Note`](crate::Note) bears.
//!
//! A quirk is recognised in the room that meets it (a text for a boolean in `resource`, a missing
//! element in `patch`); whether a dialect takes it, and what it is called, is settled here alone.
//! Sources: Microsoft's "Tutorial: develop a SCIM endpoint" and its compliance page for
//! `aadOptscim062020`; Okta's "SCIM 2.0 protocol reference".

use serde::{Deserialize, Serialize};

/// Whose habits are tolerated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The letter of RFC 7643 and RFC 7644.
    #[default]
    Rfc,
    /// Microsoft Entra ID.
    Entra,
    /// Okta.
    Okta,
}

/// One tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tolerance {
    /// `"True"` for `true`.
    EntraStringBoolean,
    /// `Add`, `Replace`, `Remove`.
    EntraOpCase,
    /// Values of an extension that `schemas` does not list.
    EntraUnlistedExtension,
    /// A URI in `schemas` that no resource type has.
    EntraUnknownSchema,
    /// `"manager": "id"`.
    EntraManagerString,
    /// `"manager": [{"value": "id"}]`.
    EntraManagerArray,
    /// `urn:…:User.manager`, or `manager` without its URN.
    EntraManagerPath,
    /// `"members": ["id"]`.
    EntraMemberString,
    /// A replace whose value filter matches nothing creates the element.
    EntraCreateElement,
    /// `{"emails[type eq \"work\"].value": …}`.
    EntraValuePathKey,
    /// A complex value given as the text of a JSON object.
    EntraJsonText,
    /// `members eq "id"`, `manager eq "id"`, `emails[type eq "work"].value eq "x"`.
    EntraFilterShorthand,
    /// `userName eq ann`.
    EntraUnquotedValue,
    /// An attribute that no schema has.
    EntraIgnoredAttribute,
    /// An attribute that no schema has.
    OktaIgnoredAttribute,
    /// A PatchOp without `schemas`.
    OktaMissingSchemas,
    /// A readOnly sub-attribute inside a PATCH value, in every dialect.
    IgnoredReadOnly,
    /// A member that nobody knows, under `policy.unknownMembers = "skip"`, in every dialect.
    SkippedMember,
}

impl Tolerance {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::EntraStringBoolean => "entra.string-boolean",
            Self::EntraOpCase => "entra.op-case",
            Self::EntraUnlistedExtension => "entra.unlisted-extension",
            Self::EntraUnknownSchema => "entra.unknown-schema",
            Self::EntraManagerString => "entra.manager-string",
            Self::EntraManagerArray => "entra.manager-array",
            Self::EntraManagerPath => "entra.manager-path",
            Self::EntraMemberString => "entra.member-string",
            Self::EntraCreateElement => "entra.create-element",
            Self::EntraValuePathKey => "entra.value-path-key",
            Self::EntraJsonText => "entra.json-text",
            Self::EntraFilterShorthand => "entra.filter-shorthand",
            Self::EntraUnquotedValue => "entra.unquoted-value",
            Self::EntraIgnoredAttribute => "entra.ignored-attribute",
            Self::OktaIgnoredAttribute => "okta.ignored-attribute",
            Self::OktaMissingSchemas => "okta.missing-schemas",
            Self::IgnoredReadOnly => "ignored-read-only",
            Self::SkippedMember => "skipped-member",
        }
    }
}

impl Dialect {
    /// The dialect of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "rfc" => Some(Self::Rfc),
            "entra" => Some(Self::Entra),
            "okta" => Some(Self::Okta),
            _ => None,
        }
    }

    /// Whether this dialect takes it.
    pub fn takes(self, tolerance: Tolerance) -> bool {
        match tolerance {
            Tolerance::OktaIgnoredAttribute | Tolerance::OktaMissingSchemas => self == Self::Okta,
            Tolerance::IgnoredReadOnly | Tolerance::SkippedMember => true,
            Tolerance::EntraStringBoolean
            | Tolerance::EntraOpCase
            | Tolerance::EntraUnlistedExtension
            | Tolerance::EntraUnknownSchema
            | Tolerance::EntraManagerString
            | Tolerance::EntraManagerArray
            | Tolerance::EntraManagerPath
            | Tolerance::EntraMemberString
            | Tolerance::EntraCreateElement
            | Tolerance::EntraValuePathKey
            | Tolerance::EntraJsonText
            | Tolerance::EntraFilterShorthand
            | Tolerance::EntraUnquotedValue
            | Tolerance::EntraIgnoredAttribute => self == Self::Entra,
        }
    }

    /// The tolerance under which an unknown attribute is ignored, if this dialect has one.
    pub fn ignoring_attributes(self) -> Option<Tolerance> {
        match self {
            Self::Rfc => None,
            Self::Entra => Some(Tolerance::EntraIgnoredAttribute),
            Self::Okta => Some(Tolerance::OktaIgnoredAttribute),
        }
    }

    /// Whether group display names are unique (semantics of both vendors' matching).
    pub fn unique_group_names(self) -> bool {
        self != Self::Rfc
    }
}
