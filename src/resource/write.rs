//! A document as JSON text: what is clean is copied, the rest is written from its parts.

use super::document::{Document, Kind, NodeId};
use crate::path::quoted;
use crate::schema::{AttributeId, Registry};

impl Document<'_> {
    /// Writes one value.
    pub(crate) fn write(&self, registry: &Registry, id: NodeId, out: &mut String) {
        let node = self.node(id);
        match node.kind {
            Kind::String => {
                out.push('"');
                out.push_str(self.raw(id));
                out.push('"');
            }
            Kind::True => out.push_str("true"),
            Kind::False => out.push_str("false"),
            Kind::Number | Kind::Opaque => out.push_str(self.raw(id)),
            Kind::Object | Kind::Array if node.is_clean() => out.push_str(self.raw(id)),
            Kind::Array => {
                out.push('[');
                for (i, child) in self.children(id).enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    self.write(registry, child, out);
                }
                out.push(']');
            }
            Kind::Object => {
                out.push('{');
                for (i, child) in self.children(id).enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    self.write_name(registry, child, out);
                    self.write(registry, child, out);
                }
                out.push('}');
            }
        }
    }

    /// Writes the name of an object's member, in the schema's spelling, and the colon.
    pub(crate) fn write_name(&self, registry: &Registry, member: NodeId, out: &mut String) {
        let attribute = self.node(member).attribute;
        out.push('"');
        if attribute == AttributeId::UNKNOWN {
            out.push_str(self.unknown_name(member));
        } else {
            out.push_str(&registry.attribute(attribute).name);
        }
        out.push_str("\":");
    }

    /// One value as text.
    pub(crate) fn text_of(&self, registry: &Registry, id: NodeId) -> String {
        let mut out = String::with_capacity(if id == NodeId::ROOT { self.length() } else { 0 });
        self.write(registry, id, &mut out);
        out
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn push_quoted(out: &mut String, text: &str) {
    if super::scan::is_plain(text) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&quoted(text));
    }
}
