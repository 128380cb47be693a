//! A document as JSON text: what is clean is copied, the rest is written from its parts.

use super::document::Document;
use super::node::{Copied, Kind, NodeId};
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
                self.write_parts(registry, id, false, out);
                out.push(']');
            }
            Kind::Object => {
                out.push('{');
                self.write_parts(registry, id, true, out);
                out.push('}');
            }
        }
    }

    /// Writes the members of an object or the elements of an array. Clean ones that stand side by side are copied at once.
    fn write_parts(&self, registry: &Registry, id: NodeId, members: bool, out: &mut String) {
        let mut run: Option<Copied> = None;
        let mut first = true;
        for child in self.children(id) {
            let copied = self.copied(child, members);
            if let (Some(run), Some(next)) = (&mut run, copied)
                && run.extend(next)
            {
                continue;
            }
            if let Some(run) = run.take() {
                out.push_str(self.copied_text(run));
            }
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            if copied.is_none() {
                if members {
                    self.write_name(registry, child, out);
                }
                self.write(registry, child, out);
            }
            run = copied;
        }
        if let Some(run) = run {
            out.push_str(self.copied_text(run));
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
