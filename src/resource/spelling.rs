//! A filter's canonical form: names as their schema spells them, constants of their attribute's type.

use crate::dialect::Dialect;
use crate::path::{AttributePath, Filter, Literal, parse_attribute_path};
use crate::schema::{Attribute, AttributeId, Registry, ResourceTypeId, Type};

pub(super) struct Spelling<'s> {
    pub(super) registry: &'s Registry,
    pub(super) types: &'s [ResourceTypeId],
    pub(super) dialect: Dialect,
}

impl Spelling<'_> {
    /// Rewrites what some resource type knows; what none knows stays as it was written.
    pub(super) fn spell(&self, filter: &mut Filter, within: Option<AttributeId>) {
        match filter {
            Filter::And(terms) | Filter::Or(terms) => terms.iter_mut().for_each(|term| self.spell(term, within)),
            Filter::Not(inner) => self.spell(inner, within),
            Filter::Present(path) => {
                self.name(path, within);
            }
            Filter::ValuePath(path, inner) => {
                if let Some(id) = self.name(path, within) {
                    self.spell(inner, Some(id));
                }
            }
            Filter::Compare(path, _, literal) => {
                if let Some(id) = self.name(path, within) {
                    self.constant(literal, self.registry.attribute(id));
                }
            }
        }
    }

    fn name(&self, path: &mut AttributePath, within: Option<AttributeId>) -> Option<AttributeId> {
        let registry = self.registry;
        if let Some(parent) = within {
            let id = registry.child(parent, &path.name)?;
            self.write(path, &registry.attribute(id).name);
            return Some(id);
        }
        let (of, id) = self.types.iter().find_map(|of| Some((of, registry.resolve(*of, path, self.dialect).ok()?.0)))?;
        let attribute = registry.attribute(id);
        // The name of a schema of the core stays before its attributes: another queried type may have them too.
        match path.urn.is_some() && !attribute.path.contains(':') {
            true => self.write(path, &format!("{}:{}", registry.resource_type(*of).schema, attribute.path)),
            false => self.write(path, &attribute.path),
        }
        Some(id)
    }

    fn write(&self, path: &mut AttributePath, text: &str) {
        if let Ok(spelled) = parse_attribute_path(text) {
            *path = spelled;
        }
    }

    /// What a tolerance read as another type is written as that type.
    fn constant(&self, literal: &mut Literal, attribute: &Attribute) {
        let attribute = attribute.value.map_or(attribute, |value| self.registry.attribute(value));
        match (&*literal, attribute.kind) {
            (Literal::String(word), Type::Boolean) => *literal = Literal::Boolean(word.eq_ignore_ascii_case("true")),
            (Literal::Boolean(_) | Literal::Number(_), Type::String | Type::Reference | Type::Binary) => {
                *literal = Literal::String(literal.to_string().into());
            }
            _ => {}
        }
    }
}
