//! RFC 7643 §7 as a table: attributes and their characteristics, resource types, and what a name means.

use super::json::{J, parse};

pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const CUSTOM: &str = include_str!("custom.json");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Rfc,
    Entra,
    Okta,
}

impl Dialect {
    pub const ALL: [Dialect; 3] = [Dialect::Rfc, Dialect::Entra, Dialect::Okta];
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Rfc => "rfc",
            Dialect::Entra => "entra",
            Dialect::Okta => "okta",
        }
    }
    pub fn from_name(name: &str) -> Dialect {
        Dialect::ALL.into_iter().find(|d| d.name() == name).expect("a dialect")
    }
    /// The rule under which an unknown attribute is ignored, if it is.
    pub fn ignores(self) -> Option<&'static str> {
        match self {
            Dialect::Rfc => None,
            Dialect::Entra => Some("entra.ignored-attribute"),
            Dialect::Okta => Some("okta.ignored-attribute"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

#[derive(Clone, Debug)]
pub struct Attr {
    pub name: String,
    pub kind: Type,
    pub multi: bool,
    pub required: bool,
    pub case_exact: bool,
    pub mutability: String,
    pub returned: String,
    pub subs: Vec<Attr>,
    /// `members` of a group: a bare id may stand for an element, equal by `value`.
    pub is_members: bool,
    /// `manager` of the enterprise extension.
    pub is_manager: bool,
}

impl Attr {
    pub fn sub(&self, name: &str) -> Option<&Attr> {
        self.subs.iter().find(|a| a.name.eq_ignore_ascii_case(name))
    }
    pub fn read_only(&self) -> bool {
        self.mutability == "readOnly"
    }
    pub fn immutable(&self) -> bool {
        self.mutability == "immutable"
    }
    pub fn never_returned(&self) -> bool {
        self.returned == "never"
    }
    /// RFC 7643 §7: values of a writeOnly attribute "SHALL NOT be returned".
    pub fn has_no_place_in_answers(&self) -> bool {
        self.never_returned() || self.mutability == "writeOnly"
    }
}

#[derive(Clone, Debug)]
pub struct Schema {
    pub id: String,
    pub attrs: Vec<Attr>,
}

#[derive(Clone, Debug)]
pub struct ResourceType {
    pub name: String,
    /// Common attributes and those of the base schema.
    pub base: Schema,
    pub extensions: Vec<(Schema, bool)>,
}

#[derive(Clone, Debug)]
pub struct Registry {
    pub types: Vec<ResourceType>,
}

/// What an attribute path without a value filter names.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The extension's URN.
    pub extension: Option<&'a str>,
    pub attr: &'a Attr,
    pub sub: Option<&'a Attr>,
    /// Reached by a spelling only entra allows.
    pub by_manager_path: bool,
}

impl Place<'_> {
    pub fn path(&self) -> String {
        let mut out = match self.extension {
            Some(urn) => format!("{urn}:{}", self.attr.name),
            None => self.attr.name.clone(),
        };
        if let Some(sub) = self.sub {
            out = format!("{out}.{}", sub.name);
        }
        out
    }
}

impl ResourceType {
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extensions.iter().map(|(s, _)| s).find(|s| s.id.eq_ignore_ascii_case(urn))
    }

    /// `[URN:]attr[.sub]`, any case. RFC 7644 §3.10: extension attributes need their URN.
    pub fn resolve(&self, text: &str, dialect: Dialect) -> Option<Place<'_>> {
        for (schema, extension) in std::iter::once((&self.base, false)).chain(self.extensions.iter().map(|(s, _)| (s, true))) {
            let n = schema.id.len();
            if text.len() > n + 1 && text.is_char_boundary(n) && text[..n].eq_ignore_ascii_case(&schema.id) {
                let rest = &text[n + 1..];
                let urn = extension.then_some(schema.id.as_str());
                if text[n..].starts_with(':') {
                    return within(schema, urn, rest, false);
                }
                // Rule 19: `urn:…:User.manager`.
                if text[n..].starts_with('.') && dialect == Dialect::Entra && schema.id == ENTERPRISE {
                    let place = within(schema, urn, rest, true)?;
                    return place.attr.is_manager.then_some(place);
                }
            }
        }
        if let Some(place) = within(&self.base, None, text, false) {
            return Some(place);
        }
        if dialect == Dialect::Entra {
            let schema = self.extension(ENTERPRISE)?;
            let place = within(schema, Some(&schema.id), text, true)?;
            return place.attr.is_manager.then_some(place);
        }
        None
    }
}

fn within<'a>(schema: &'a Schema, extension: Option<&'a str>, text: &str, by_manager_path: bool) -> Option<Place<'a>> {
    let (name, sub) = match text.split_once('.') {
        Some((name, sub)) => (name, Some(sub)),
        None => (text, None),
    };
    let attr = schema.attrs.iter().find(|a| a.name.eq_ignore_ascii_case(name))?;
    let sub = match sub {
        Some(sub) => Some(attr.sub(sub)?),
        None => None,
    };
    Some(Place { extension, attr, sub, by_manager_path })
}

impl Registry {
    /// User with Enterprise User, and Group.
    pub fn builtin() -> Registry {
        Registry::with(&[])
    }

    /// The built-in types and those of `{"schemas": […], "resourceTypes": […]}`.
    pub fn compile(text: &str) -> Registry {
        Registry::with(&[parse(text).expect("a registry document")])
    }

    fn with(documents: &[J]) -> Registry {
        let rfc = |text: &str| parse(text).expect("an RFC document");
        let mut schemas = vec![
            rfc(include_str!("../data/rfc/rfc7643-8.7.1-schema-user.json")),
            rfc(include_str!("../data/rfc/rfc7643-8.7.1-schema-group.json")),
            rfc(include_str!("../data/rfc/rfc7643-8.7.1-schema-enterprise_user.json")),
        ];
        let mut types = vec![
            rfc(include_str!("../data/rfc/rfc7643-8.6-resource_type-user.json")),
            rfc(include_str!("../data/rfc/rfc7643-8.6-resource_type-group.json")),
        ];
        let builtin_types = types.len();
        for document in documents {
            schemas.extend(document.at("schemas").map(J::list).unwrap_or_default().iter().cloned());
            for new in document.at("resourceTypes").map(J::list).unwrap_or_default() {
                match types.iter().position(|t| t.at("name") == new.at("name")) {
                    Some(old) => types[old] = new.clone(),
                    None => types.push(new.clone()),
                }
            }
        }
        let schema = |urn: &str| -> Schema {
            let document = schemas
                .iter()
                .rev()
                .find(|s| s.at("id").and_then(J::text).is_some_and(|id| id.eq_ignore_ascii_case(urn)))
                .unwrap_or_else(|| panic!("no schema {urn}"));
            let id = document.at("id").and_then(J::text).expect("id").to_string();
            let attrs = document.at("attributes").map(J::list).unwrap_or_default();
            Schema { attrs: attrs.iter().map(|a| attribute(a, &id, "")).collect(), id }
        };
        let _ = builtin_types;
        Registry {
            types: types
                .iter()
                .map(|t| {
                    let mut base = schema(t.at("schema").and_then(J::text).expect("schema"));
                    base.attrs.splice(0..0, common());
                    let extensions = t.at("schemaExtensions").map(J::list).unwrap_or_default();
                    ResourceType {
                        name: t.at("name").and_then(J::text).expect("name").to_string(),
                        base,
                        extensions: extensions
                            .iter()
                            .map(|e| {
                                let urn = e.at("schema").and_then(J::text).expect("schema");
                                // README: the RFC's example marks Enterprise User required; its own §8.1 user has none.
                                let required = e.at("required") == Some(&J::Bool(true)) && urn != ENTERPRISE;
                                (schema(urn), required)
                            })
                            .collect(),
                    }
                })
                .collect(),
        }
    }

    pub fn named(&self, name: &str) -> Option<&ResourceType> {
        self.types.iter().find(|t| t.name.eq_ignore_ascii_case(name))
    }

    /// The type whose base schema `schemas` names.
    pub fn of(&self, resource: &J) -> Option<&ResourceType> {
        let listed = resource.named("schemas")?;
        self.types.iter().find(|t| listed.list().iter().any(|u| u.text().is_some_and(|u| u.eq_ignore_ascii_case(&t.base.id))))
    }
}

/// RFC 7643 §2.2 gives the characteristics that a document leaves out.
fn attribute(document: &J, schema: &str, parent: &str) -> Attr {
    let text = |key: &str, default: &str| document.at(key).and_then(J::text).unwrap_or(default).to_string();
    let flag = |key: &str| document.at(key) == Some(&J::Bool(true));
    let name = text("name", "");
    let subs: Vec<Attr> =
        document.at("subAttributes").map(J::list).unwrap_or_default().iter().map(|a| attribute(a, schema, &name)).collect();
    let kind = match text("type", if subs.is_empty() { "string" } else { "complex" }).as_str() {
        "string" => Type::String,
        "boolean" => Type::Boolean,
        "decimal" => Type::Decimal,
        "integer" => Type::Integer,
        "dateTime" => Type::DateTime,
        "binary" => Type::Binary,
        "reference" => Type::Reference,
        "complex" => Type::Complex,
        other => panic!("no such type: {other}"),
    };
    let enterprise_manager = schema == ENTERPRISE && parent == "manager";
    let members = schema == GROUP && parent == "members";
    Attr {
        kind,
        multi: flag("multiValued"),
        // §4.3 calls both sub-attributes RECOMMENDED, and rule 19 stores {value} alone: README.
        required: flag("required") && !enterprise_manager,
        // Rule 10: ids compare exactly, whatever the document says.
        // RFC 7643 §2.3.7: a reference is case exact, whatever the document says; `schemas` are URNs (rule 1).
        case_exact: flag("caseExact")
            || (kind == Type::Reference && name != "schemas")
            || ((members || enterprise_manager || (schema == USER && parent == "groups")) && name == "value"),
        // Rule 3: members.display is taken as readWrite.
        mutability: if members && name == "display" { "readWrite".into() } else { text("mutability", "readWrite") },
        returned: text("returned", "default"),
        is_members: schema == GROUP && parent.is_empty() && name == "members",
        is_manager: schema == ENTERPRISE && parent.is_empty() && name == "manager",
        name,
        subs,
    }
}

/// RFC 7643 §3.1 and `schemas`.
fn common() -> Vec<Attr> {
    let text = r#"[
      {"name": "schemas", "type": "reference", "multiValued": true, "required": true, "caseExact": false, "returned": "always"},
      {"name": "id", "type": "string", "caseExact": true, "required": true, "mutability": "readOnly", "returned": "always"},
      {"name": "externalId", "type": "string", "caseExact": true},
      {"name": "meta", "type": "complex", "mutability": "readOnly", "subAttributes": [
        {"name": "resourceType", "type": "string", "caseExact": true, "mutability": "readOnly"},
        {"name": "created", "type": "dateTime", "mutability": "readOnly"},
        {"name": "lastModified", "type": "dateTime", "mutability": "readOnly"},
        {"name": "location", "type": "reference", "caseExact": true, "mutability": "readOnly"},
        {"name": "version", "type": "string", "caseExact": true, "mutability": "readOnly"}
      ]}
    ]"#;
    parse(text).expect("common attributes").list().iter().map(|a| attribute(a, "", "")).collect()
}
