//! Which attributes an answer has: `attributes`, `excludedAttributes` and `returned` (RFC 7644 §3.9, RFC 7643 §7).

use crate::dialect::Dialect;
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::path::parse_attribute_path;
use crate::schema::{AttributeId, Registry, ResourceTypeId, Returned};

/// What a client asks to see. Names that a resource type does not have are no names there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    attributes: Vec<String>,
    excluded: Vec<String>,
    /// Whether `attributes` was given.
    chosen: bool,
}

impl Selection {
    pub(crate) fn new(attributes: Option<Vec<String>>, excluded: Option<Vec<String>>) -> Result<Self, ScimError> {
        for name in attributes.iter().chain(&excluded).flatten() {
            parse_attribute_path(name)
                .map_err(|error| ScimError::new(400, Some(ScimType::InvalidValue), error.to_string()).at("attributes"))?;
        }
        let attributes = attributes.filter(|names| !names.is_empty());
        if attributes.is_some() && excluded.as_ref().is_some_and(|names| !names.is_empty()) {
            let detail = "`attributes` and `excludedAttributes` exclude each other: send one of them";
            return Err(ScimError::new(400, Some(ScimType::InvalidValue), detail).at("excludedAttributes"));
        }
        Ok(Self { chosen: attributes.is_some(), attributes: attributes.unwrap_or_default(), excluded: excluded.unwrap_or_default() })
    }

    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// The selection as attribute numbers of one resource type.
    pub(crate) fn over(&self, registry: &Registry, id: ResourceTypeId, dialect: Dialect) -> Projection {
        let numbers = |names: &[String]| {
            let resolved = names
                .iter()
                .filter_map(|name| parse_attribute_path(name).ok())
                .filter_map(|path| registry.resolve(id, &path, dialect).ok());
            let mut ids: Vec<AttributeId> = resolved.map(|(id, _)| id).collect();
            crate::sort::plain(&mut ids);
            ids.dedup();
            ids
        };
        Projection { everything: false, chosen: self.chosen, included: numbers(&self.attributes), excluded: numbers(&self.excluded) }
    }
}

/// A selection for one resource type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection {
    everything: bool,
    chosen: bool,
    included: Vec<AttributeId>,
    excluded: Vec<AttributeId>,
}

/// How much of an attribute is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    All,
    /// Some of its sub-attributes.
    Part,
    None,
}

impl Projection {
    /// All there is, as a filter sees it.
    pub(crate) fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// How much of `id` is shown.
    pub(crate) fn shows(&self, registry: &Registry, id: AttributeId) -> Shown {
        if self.everything {
            return Shown::All;
        }
        let attribute = registry.attribute(id);
        if attribute.never_returned() {
            return Shown::None;
        }
        let above = |list: &[AttributeId]| {
            let mut at = Some(id);
            while let Some(id) = at {
                if list.contains(&id) {
                    return true;
                }
                at = registry.attribute(id).parent;
            }
            false
        };
        let below = |list: &[AttributeId]| list.iter().any(|other| is_below(registry, *other, id));
        if self.chosen {
            return match () {
                () if attribute.returned == Returned::Always || above(&self.included) => Shown::All,
                () if below(&self.included) => Shown::Part,
                () => Shown::None,
            };
        }
        match attribute.returned {
            Returned::Always => Shown::All,
            Returned::Request => Shown::None,
            _ if self.excluded.is_empty() => Shown::All,
            _ if above(&self.excluded) => Shown::None,
            _ if below(&self.excluded) => Shown::Part,
            _ => Shown::All,
        }
    }

    /// Nothing was asked for but what is always or by default shown.
    pub(crate) fn is_default(&self) -> bool {
        !self.chosen && self.excluded.is_empty()
    }
}

fn is_below(registry: &Registry, id: AttributeId, above: AttributeId) -> bool {
    let mut at = registry.attribute(id).parent;
    while let Some(parent) = at {
        if parent == above {
            return true;
        }
        at = registry.attribute(parent).parent;
    }
    false
}
