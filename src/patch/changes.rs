//! What a PATCH made different, and the PATCH that undoes it.

use super::message::PATCH_OP;
use crate::path::quoted;
use crate::resource::{Document, Kind, NodeId, push_quoted};
use crate::schema::{Attribute, AttributeId, Identity, Mutability, Registry};

/// One attribute, or sub-attribute of a complex one, before and after; null where it is unassigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChange {
    /// The attribute path.
    pub path: String,
    /// The value it had, as JSON text.
    pub before: String,
    /// The value it has, as JSON text.
    pub after: String,
}

impl AttributeChange {
    /// Appends it as JSON.
    pub fn write(&self, out: &mut String) {
        out.push_str("{\"path\":");
        push_quoted(out, &self.path);
        out.push_str(",\"before\":");
        out.push_str(&self.before);
        out.push_str(",\"after\":");
        out.push_str(&self.after);
        out.push('}');
    }
}

/// The two documents a change is told between.
struct Pair<'p, 'a, 'b> {
    registry: &'p Registry,
    before: &'p Document<'a>,
    after: &'p Document<'b>,
}

impl Pair<'_, '_, '_> {
    fn values(&self, id: AttributeId) -> (Option<NodeId>, Option<NodeId>) {
        (self.before.value_at(self.registry, id), self.after.value_at(self.registry, id))
    }

    fn differ(&self, (before, after): (Option<NodeId>, Option<NodeId>)) -> bool {
        match (before, after) {
            (None, None) => false,
            (Some(before), Some(after)) => !self.before.equals(before, self.after, after),
            _ => true,
        }
    }

    /// Whether an extension has its first values, and may lose them.
    fn is_new(&self, extension: AttributeId) -> bool {
        let (before, after) = self.values(extension);
        before.is_none_or(|before| self.before.is_empty(before)) && after.is_some_and(|after| !fixed_part(self.registry, self.after, after))
    }
}

fn is_complex(registry: &Registry, id: AttributeId) -> bool {
    let attribute = registry.attribute(id);
    !attribute.multi_valued && !attribute.children().is_empty()
}

/// Tells every attribute of `touched` that differs.
pub(crate) fn changes(registry: &Registry, before: &Document<'_>, after: &Document<'_>, touched: &[AttributeId]) -> Vec<AttributeChange> {
    let pair = Pair { registry, before, after };
    let mut all = Vec::new();
    for id in sorted(touched) {
        let parts = if is_complex(registry, id) { registry.attribute(id).children().to_vec() } else { vec![id] };
        for part in parts {
            let (old, new) = pair.values(part);
            if pair.differ((old, new)) {
                let json = |document: &Document<'_>, node: Option<NodeId>| {
                    node.map_or_else(|| "null".into(), |node| document.text_of(registry, node))
                };
                let path = registry.attribute(part).path.to_string();
                all.push(AttributeChange { path, before: json(before, old), after: json(after, new) });
            }
        }
    }
    all
}

fn sorted(touched: &[AttributeId]) -> Vec<AttributeId> {
    let mut ids = touched.to_vec();
    crate::sort::plain(&mut ids);
    ids.dedup();
    ids
}

/// A PatchOp that turns `after` back into `before`, order of values aside, under dialect rfc.
///
/// An immutable attribute that was set for the first time stays: nothing may unset it.
pub(crate) fn inverse(registry: &Registry, before: &Document<'_>, after: &Document<'_>, touched: &[AttributeId]) -> String {
    let operations = inverse_operations(registry, before, after, touched);
    format!("{{\"schemas\":[\"{PATCH_OP}\"],\"Operations\":[{}]}}", operations.join(","))
}

/// The operations of [`inverse`], each as JSON text.
pub(crate) fn inverse_operations(registry: &Registry, before: &Document<'_>, after: &Document<'_>, touched: &[AttributeId]) -> Vec<String> {
    let pair = Pair { registry, before, after };
    let mut undo = Undo { registry, operations: Vec::new() };
    let mut gone = Vec::new();
    for id in sorted(touched) {
        let attribute = registry.attribute(id);
        // An extension that was not there goes whole: alone, what it requires could not.
        if let Some(extension) = attribute.parent.filter(|parent| pair.is_new(*parent)) {
            if !gone.contains(&extension) {
                gone.push(extension);
                undo.remove(&registry.attribute(extension).path);
            }
            continue;
        }
        let values = pair.values(id);
        if !pair.differ(values) || matches!(attribute.mutability, Mutability::ReadOnly) {
            continue;
        }
        match values {
            // Nothing may unset these.
            (None, _) if attribute.required || attribute.mutability == Mutability::Immutable => {}
            // What may be set but once stays, and with it the value it is in.
            (None, Some(new)) if is_complex(registry, id) && fixed_part(registry, after, new) => {
                for part in after.children(new) {
                    let part = registry.attribute(after.node(part).attribute);
                    if !part.required && !matches!(part.mutability, Mutability::ReadOnly | Mutability::Immutable) {
                        undo.remove(&part.path);
                    }
                }
            }
            (None, _) => undo.remove(&attribute.path),
            (Some(old), None) => undo.replace(attribute, before, old),
            (Some(old), Some(new)) if is_complex(registry, id) => {
                undo.replace(attribute, before, old);
                for part in after.children(new) {
                    let part = registry.attribute(after.node(part).attribute);
                    let added = registry.child(id, &part.name).is_some_and(|id| before.child(old, id).is_none());
                    if added && !matches!(part.mutability, Mutability::ReadOnly | Mutability::Immutable) {
                        undo.remove(&part.path);
                    }
                }
            }
            (Some(old), Some(new)) => {
                if !undo.elements(id, before, old, after, new) {
                    undo.replace(attribute, before, old);
                }
            }
        }
    }
    undo.operations
}

/// Whether a value has a part that cannot be removed.
fn fixed_part(registry: &Registry, document: &Document<'_>, value: NodeId) -> bool {
    document.children(value).any(|part| {
        let node = document.node(part);
        registry.attribute(node.attribute).mutability == Mutability::Immutable
            || node.kind == Kind::Object && fixed_part(registry, document, part)
    })
}

struct Undo<'r> {
    registry: &'r Registry,
    operations: Vec<String>,
}

impl Undo<'_> {
    fn remove(&mut self, path: &str) {
        self.operations.push(format!("{{\"op\":\"remove\",\"path\":{}}}", quoted(path)));
    }

    fn replace(&mut self, attribute: &Attribute, document: &Document<'_>, node: NodeId) {
        let mut value = String::new();
        self.write_writable(document, node, &mut value);
        self.operations.push(format!("{{\"op\":\"replace\",\"path\":{},\"value\":{value}}}", quoted(&attribute.path)));
    }

    /// Writes a value without the parts that only the service provider sets, and those that the schema does not know:
    /// they stay where they are.
    fn write_writable(&self, document: &Document<'_>, node: NodeId, out: &mut String) {
        let (open, close) = match document.node(node).kind {
            Kind::Object => ('{', '}'),
            Kind::Array => ('[', ']'),
            _ => return document.write(self.registry, node, out),
        };
        out.push(open);
        let mut first = true;
        for child in document.children(node) {
            let id = document.node(child).attribute;
            if open == '{' && (id == AttributeId::UNKNOWN || self.registry.attribute(id).mutability == Mutability::ReadOnly) {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            if open == '{' {
                document.write_name(self.registry, child, out);
            }
            self.write_writable(document, child, out);
        }
        out.push(close);
    }

    /// Undoes values one by one where `value` identifies them. False: they have to be replaced whole.
    fn elements(&mut self, id: AttributeId, before: &Document<'_>, old: NodeId, after: &Document<'_>, new: NodeId) -> bool {
        let attribute = self.registry.attribute(id);
        let Some(value) = attribute.value.filter(|_| attribute.identity == Identity::Value) else {
            return false;
        };
        let by_value = |document: &Document<'_>, list: NodeId| {
            let mut all: Vec<(String, NodeId)> = document
                .children(list)
                .map(|element| {
                    let text = document.child(element, value).and_then(|node| document.string(node).map(|text| text.into_owned()));
                    (text.unwrap_or_default(), element)
                })
                .collect();
            crate::sort::plain(&mut all);
            all
        };
        let (olds, news) = (by_value(before, old), by_value(after, new));
        let twice = |all: &[(String, NodeId)]| {
            all.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) || all.iter().any(|(key, _)| key.is_empty())
        };
        if twice(&olds) || twice(&news) {
            return false;
        }
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        let mut theirs = news.iter().peekable();
        for (key, node) in &olds {
            while let Some((other, _)) = theirs.next_if(|(other, _)| other < key) {
                removed.push(other);
            }
            match theirs.next_if(|(other, _)| other == key) {
                Some((_, twin)) if !before.equals(*node, after, *twin) => return false,
                Some(_) => {}
                None => added.push(*node),
            }
        }
        removed.extend(theirs.map(|(other, _)| other));
        for key in removed {
            self.remove(&format!("{}[value eq {}]", attribute.path, quoted(key)));
        }
        if !added.is_empty() {
            let mut values = String::new();
            for node in added {
                if !values.is_empty() {
                    values.push(',');
                }
                self.write_writable(before, node, &mut values);
            }
            let mut operation = String::from("{\"op\":\"add\",\"path\":");
            push_quoted(&mut operation, &attribute.path);
            self.operations.push(format!("{operation},\"value\":[{values}]}}"));
        }
        true
    }
}
