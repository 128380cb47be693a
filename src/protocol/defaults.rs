//! What the Organization shows of settings that nobody wrote: their defaults, which are in force (RFC 7644 §3.5.1).
//!
//! So a path such as `guards[type eq "massLoss"].count` always has its target, and a PUT that leaves settings out hides none.

use super::representation::Representations;
use crate::org::{Id, Settings};
use crate::resource::{NodeId, Packed, Value, push_quoted};
use crate::schema::{AttributeId, Registry};

impl Representations<'_, '_> {
    /// The Organization's body with the defaults of all it leaves out; `None` where it leaves nothing out.
    pub(crate) fn with_defaults(&self) -> Option<Vec<u8>> {
        let org = self.draft.org;
        let (registry, limits, of) = (&org.config.registry, &org.config.limits, org.known.organization);
        let pack = |text: &str| Some(registry.stored(text, of, limits).ok()?.pack(NodeId::ROOT, &[]));
        let defaults = pack(&Settings::initial_json(&org.config.roles))?;
        let own = self.draft.body(Id::ORGANIZATION).map_or(Packed(&[]), |body| body.packed());
        let mut text = String::with_capacity(1024);
        let added = merge(registry, own, Packed(&defaults), &mut text);
        if added { pack(&text) } else { None }
    }
}

/// Writes `own` and what only `defaults` has, objects member by member and guards by their type. Whether anything was added.
fn merge(registry: &Registry, own: Packed<'_>, defaults: Packed<'_>, out: &mut String) -> bool {
    let (mut added, mut first) = (false, true);
    let mut name = |out: &mut String, id: AttributeId| {
        out.push_str(if std::mem::take(&mut first) { "" } else { "," });
        push_quoted(out, &registry.attribute(id).name);
        out.push(':');
    };
    out.push('{');
    for (id, value) in own.members() {
        name(out, id);
        match (value, defaults.member(id)) {
            (Value::Object(own), Some(Value::Object(defaults))) => added |= merge(registry, own, defaults, out),
            (Value::Array(own), Some(Value::Array(defaults))) => added |= merge_lists(registry, own, defaults, out),
            (value, _) => value.write(registry, out),
        }
    }
    for (id, value) in defaults.members().filter(|(id, _)| own.member(*id).is_none()) {
        name(out, id);
        value.write(registry, out);
        added = true;
    }
    out.push('}');
    added
}

fn merge_lists(registry: &Registry, own: Packed<'_>, defaults: Packed<'_>, out: &mut String) -> bool {
    let kind = |value: &Value<'_>| match value {
        Value::Object(object) => {
            let found = object.members().find(|(id, _)| registry.attribute(*id).name.as_ref() == "type");
            found.and_then(|(_, value)| value.text().map(|text| text.to_lowercase()))
        }
        _ => None,
    };
    let there: Vec<Option<String>> = own.items().map(|item| kind(&item)).collect();
    let missing: Vec<Value<'_>> = defaults.items().filter(|item| !there.contains(&kind(item))).collect();
    out.push('[');
    for (at, item) in own.items().chain(missing.iter().copied()).enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        item.write(registry, out);
    }
    out.push(']');
    !missing.is_empty()
}
