//! From an attribute path to the attribute it names in a resource type.

use thiserror::Error;

use super::attribute::AttributeId;
use super::registry::{Registry, ResourceTypeId};
use crate::dialect::{Dialect, Tolerance};
use crate::path::AttributePath;

/// The path names nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{path}` is no attribute of {resource_type}")]
pub struct ResolveError {
    /// The path as written.
    pub path: String,
    /// The resource type it was looked for in.
    pub resource_type: String,
}

impl Registry {
    /// The attribute, sub-attribute or whole extension that `path` names, and the tolerance it took.
    pub fn resolve(
        &self,
        resource_type: ResourceTypeId,
        path: &AttributePath,
        dialect: Dialect,
    ) -> Result<(AttributeId, Option<Tolerance>), ResolveError> {
        self.find(resource_type, path, dialect)
            .ok_or_else(|| ResolveError { path: path.text.to_string(), resource_type: self.resource_type(resource_type).name.to_string() })
    }

    /// What a path names that has no brackets, where it is spelled as most are: without a tolerance, and taken apart
    /// without being copied. `None` leaves it to [`Self::resolve`].
    pub(crate) fn plain(&self, id: ResourceTypeId, path: &str) -> Option<AttributeId> {
        // By bytes: paths are too short for the searches that `str` has.
        let colon = path.bytes().rposition(|byte| byte == b':');
        let (urn, names) = split_at_byte(path, colon).map_or((None, path), |(urn, names)| (Some(urn), names));
        let dot = names.bytes().position(|byte| byte == b'.');
        let (name, sub) = split_at_byte(names, dot).map_or((names, None), |(name, sub)| (name, Some(sub)));
        let attribute = match urn {
            None => self.root_attribute(id, name)?,
            Some(urn) => {
                let holder = self.resource_type(id).extensions.iter().find(|extension| extension.schema.as_ref() == urn)?.attribute;
                self.child(holder, name)?
            }
        };
        sub.map_or(Some(attribute), |sub| self.child(attribute, sub))
    }

    fn find(&self, id: ResourceTypeId, path: &AttributePath, dialect: Dialect) -> Option<(AttributeId, Option<Tolerance>)> {
        let resource_type = self.resource_type(id);
        let sub_of = |parent| match &path.sub {
            Some(sub) => self.child(parent, sub),
            None => Some(parent),
        };
        let extension = |urn: &str| resource_type.extensions.iter().find(|extension| extension.schema.eq_ignore_ascii_case(urn));
        let Some(urn) = &path.urn else {
            if let Some(found) = self.root_attribute(id, &path.name) {
                return Some((sub_of(found)?, None));
            }
            if dialect.takes(Tolerance::EntraManagerPath) && path.name.eq_ignore_ascii_case("manager") {
                let manager = resource_type.extensions.iter().find_map(|extension| self.child(extension.attribute, "manager"))?;
                return Some((sub_of(manager)?, Some(Tolerance::EntraManagerPath)));
            }
            return None;
        };
        if let Some(whole) = extension(&path.text) {
            return Some((whole.attribute, None));
        }
        if path.name.is_empty() {
            return None;
        }
        if urn.eq_ignore_ascii_case(&resource_type.schema) {
            let found = self.root_attribute(id, &path.name).filter(|found| !self.attribute(*found).extension)?;
            return Some((sub_of(found)?, None));
        }
        if let Some(extension) = extension(urn) {
            return Some((sub_of(self.child(extension.attribute, &path.name)?)?, None));
        }
        // `urn:…:User.manager`: the last segment of the URN was taken for a name.
        let sub = path.sub.as_ref().filter(|sub| sub.eq_ignore_ascii_case("manager") && dialect.takes(Tolerance::EntraManagerPath))?;
        let whole = extension(&format!("{urn}:{}", path.name))?;
        Some((self.child(whole.attribute, sub)?, Some(Tolerance::EntraManagerPath)))
    }
}

/// What is before and behind the ASCII character at `at`.
fn split_at_byte(text: &str, at: Option<usize>) -> Option<(&str, &str)> {
    let at = at?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
