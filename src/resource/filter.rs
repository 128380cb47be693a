//! A filter ready to be asked about resources, of one type or of all.

use std::fmt;

use super::node::NodeId;
use super::payload::PayloadError;
use super::scan::{Scanner, SyntaxError, Token, text_of};
use super::spelling::Spelling;
use super::test::{Resolver, Scope, Test};
use crate::dialect::{Dialect, Tolerance};
use crate::error::ScimError;
use crate::issue::Note;
use crate::limits::Limits;
use crate::path::{self, AttributePath, Tolerated, parse_filter};
use crate::schema::{Registry, ResourceTypeId};

/// How to read a filter.
#[derive(Clone, Debug, Default)]
pub struct FilterOptions<'o> {
    /// Whose habits are tolerated.
    pub dialect: Dialect,
    /// The resource type whose attributes it names; by default it may name those of all.
    pub resource_type: Option<&'o str>,
    /// Limits.
    pub limits: Limits,
}

/// A parsed RFC 7644 §3.4.2.2 filter.
///
/// ```
/// use scim_policy::{Filter, FilterOptions, Registry};
///
/// let registry = Registry::builtin();
/// let filter = Filter::parse(registry, "emails[type EQ \"work\"]", &FilterOptions::default())?;
/// let user = br#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "emails": [{"type": "Work", "value": "ann@acme.example"}]}"#;
/// assert!(filter.matches(registry, user)?);
/// # Ok::<(), scim_policy::ScimError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    tree: path::Filter,
    named: Option<ResourceTypeId>,
    tests: Vec<(ResourceTypeId, Test)>,
    notes: Vec<Note>,
    limits: Limits,
}

impl Filter {
    /// Reads a filter and finds its attributes.
    pub fn parse(registry: &Registry, text: &str, options: &FilterOptions<'_>) -> Result<Filter, ScimError> {
        let named = options.resource_type.map(|name| registry.type_named(name)).transpose()?;
        let types: Vec<ResourceTypeId> = match named {
            Some(id) => vec![id],
            None => registry.resource_types().map(|(id, _)| id).collect(),
        };
        let mut filter = Self::over(registry, text, named, &types, options.dialect, &options.limits)?;
        Spelling { registry, types: &types, dialect: options.dialect }.spell(&mut filter.tree, None);
        Ok(filter)
    }

    /// A filter over resources of `types`.
    pub(crate) fn over(
        registry: &Registry,
        text: &str,
        named: Option<ResourceTypeId>,
        types: &[ResourceTypeId],
        dialect: Dialect,
        limits: &Limits,
    ) -> Result<Filter, ScimError> {
        let allowed = Tolerated {
            value_path_sub: dialect.takes(Tolerance::EntraFilterShorthand),
            unquoted: dialect.takes(Tolerance::EntraUnquotedValue),
        };
        let (tree, used) = parse_filter(text, &limits.filter(), allowed)?;
        let mut notes = Vec::new();
        for (used, rule, detail) in [
            (used.value_path_sub, Tolerance::EntraFilterShorthand, "the comparison after the brackets was read as one inside them"),
            (used.unquoted, Tolerance::EntraUnquotedValue, "the value without quotation marks was read as text"),
        ] {
            if used {
                notes.push(Note { rule, operation: None, path: text.to_owned().into(), detail: detail.into() });
            }
        }
        let known_elsewhere = |path: &AttributePath| types.iter().any(|id| registry.resolve(*id, path, dialect).is_ok());
        let mut tests = Vec::with_capacity(types.len());
        // The first type that has all the attributes says what they may be compared with.
        let mut settled = false;
        for id in types {
            let mut resolver = Resolver::new(registry, dialect, &known_elsewhere);
            match resolver.resolve(&tree, Scope::Resource(*id)) {
                Ok(test) => {
                    settled |= !resolver.is_stranger;
                    tests.push((*id, test));
                }
                Err(error) if !settled => return Err(error.into()),
                Err(_) => {}
            }
            for note in resolver.notes {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        Ok(Self { tree, named, tests, notes, limits: *limits })
    }

    /// Whether a resource matches.
    pub fn matches(&self, registry: &Registry, resource: &[u8]) -> Result<bool, ScimError> {
        let text = text_of(resource, self.limits.payload_bytes)?;
        self.matches_text(registry, text)
    }

    fn matches_text(&self, registry: &Registry, text: &str) -> Result<bool, ScimError> {
        let id = match self.named {
            Some(id) => id,
            None => match registry.type_of(text, None, &self.limits) {
                Ok(id) => id,
                // Nothing says what it is: the first type that the filter fits.
                Err(PayloadError::NoSchemas | PayloadError::UnknownSchemas { .. }) => match self.tests.first() {
                    Some((id, _)) => *id,
                    None => return Ok(false),
                },
                Err(error) => return Err(error.into()),
            },
        };
        let document = registry.stored(text, id, &self.limits)?;
        let test = self.tests.iter().find(|(of, _)| *of == id);
        Ok(test.is_some_and(|(_, test)| test.passes(registry, &document, NodeId::ROOT)))
    }

    /// Indexes of the resources of a JSON array that match.
    pub fn select(&self, registry: &Registry, resources: &[u8]) -> Result<Vec<u32>, ScimError> {
        let text = text_of(resources, self.limits.payload_bytes.saturating_mul(64))?;
        let mut scanner = Scanner::new(text, self.limits.json_depth + 1);
        if scanner.token()? != Token::Array {
            return Err(SyntaxError::Expected { expected: "an array of resources", at: scanner.at() }.into());
        }
        scanner.expect(b'[', "`[`")?;
        let mut open = !scanner.take(b']');
        let (mut index, mut found) = (0, Vec::new());
        while open {
            let span = scanner.skip(1)?;
            if self.matches_text(registry, scanner.slice(span))? {
                found.push(index);
            }
            index += 1;
            open = scanner.more(b']', "`,` or `]`")?;
        }
        scanner.end()?;
        Ok(found)
    }

    /// Tolerances the text needed.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The syntax tree, in canonical form.
    pub fn tree(&self) -> &path::Filter {
        &self.tree
    }

    /// The test for resources of a type.
    pub(crate) fn test_for(&self, id: ResourceTypeId) -> Option<&Test> {
        self.tests.iter().find(|(of, _)| *of == id).map(|(_, test)| test)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}
