//! What no two resources may share (RFC 7643 §7 `uniqueness`, RFC 7644 §3.3).

use super::exchange::{Answer, Exchange};
use super::representation::type_name;
use crate::error::ScimError;
use crate::issue::ScimType;
use crate::org::{Id, Kind};
use crate::resource::{Document, Kind as NodeKind, NodeId};
use crate::schema::{AttributeId, Registry};

impl Exchange<'_, '_> {
    /// userName is unique, and what a host's schema says is; group names are where the provider matches by them.
    pub(super) fn judge_unique(&self, id: Option<Id>, kind: Kind, document: &Document<'_>) -> Answer<()> {
        let org = self.draft.org;
        let registry = &org.config.registry;
        let group_name = (kind == Kind::Group && self.dialect.unique_group_names()).then_some(org.known.group_display_name);
        let of_kind = org.known.unique.iter().filter(|(of, _)| *of == org.type_of(kind)).map(|(_, attribute)| *attribute);
        for attribute in of_kind.chain(group_name) {
            for node in values_of(registry, document, attribute) {
                let Some(value) = document.string(node) else { continue };
                let holders = self.draft.holders(attribute, &value);
                if holders.into_iter().any(|other| Some(other) != id && self.draft.kind(other) == Some(kind)) {
                    let path = registry.attribute(attribute).path.to_string();
                    let detail = format!("another {} has this `{path}`", type_name(kind));
                    return Err(ScimError::new(409, Some(ScimType::Uniqueness), detail).at(path).into());
                }
            }
        }
        Ok(())
    }
}

/// All values at the path that leads to an attribute.
fn values_of(registry: &Registry, document: &Document<'_>, id: AttributeId) -> Vec<NodeId> {
    let above = registry.attribute(id).parent.map_or_else(|| vec![NodeId::ROOT], |parent| values_of(registry, document, parent));
    let mut found = Vec::with_capacity(above.len());
    for node in above.into_iter().filter_map(|node| document.child(node, id)) {
        if document.node(node).kind == NodeKind::Array {
            found.extend(document.children(node));
        } else {
            found.push(node);
        }
    }
    found
}
