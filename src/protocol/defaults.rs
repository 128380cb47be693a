//! What the Organization shows of settings that nobody wrote: their defaults, which are in force (RFC 7644 §3.5.1).
//!
//! So a path such as `guards[type eq "massLoss"].count` always has its target, and a PUT that leaves settings out hides none.

use super::representation::Representations;
use crate::org::{Id, Settings};
use crate::resource::{NodeId, Packed, Value, Writer};
use crate::schema::Registry;

impl Representations<'_, '_> {
    /// The Organization's body with the defaults of all it leaves out; `None` where it leaves nothing out.
    pub(crate) fn with_defaults(&self) -> Option<Vec<u8>> {
        let (text, added) = self.completed_text(self.own())?;
        if added { self.pack(&text) } else { None }
    }

    /// Whether another body of the Organization would say what the present one says, defaults taken for said.
    pub(crate) fn says_the_same(&self, other: Packed<'_>) -> bool {
        let org = self.draft.org;
        let (Some((own, _)), Some((other, _))) = (self.completed_text(self.own()), self.completed_text(other)) else { return false };
        let read = |text| org.config.registry.stored(text, org.known.organization, &org.config.limits);
        match (read(&own), read(&other)) {
            (Ok(own), Ok(other)) => own.equals(NodeId::ROOT, &other, NodeId::ROOT),
            _ => false,
        }
    }

    fn own(&self) -> Packed<'_> {
        self.draft.body(Id::ORGANIZATION).map_or(Packed(&[]), |body| body.packed())
    }

    fn completed_text(&self, own: Packed<'_>) -> Option<(String, bool)> {
        let org = self.draft.org;
        let defaults = self.pack(&Settings::initial_json(&org.config.roles))?;
        let mut text = Writer::with_capacity(1024);
        let added = merge(&org.config.registry, own, Packed(&defaults), &mut text);
        Some((text.into_string(), added))
    }

    fn pack(&self, text: &str) -> Option<Vec<u8>> {
        let org = self.draft.org;
        Some(org.config.registry.stored(text, org.known.organization, &org.config.limits).ok()?.pack(NodeId::ROOT, &[]))
    }
}

/// Writes `own` and what only `defaults` has, objects member by member and guards by their type. Whether anything was added.
fn merge(registry: &Registry, own: Packed<'_>, defaults: Packed<'_>, out: &mut Writer) -> bool {
    let (mut added, start) = (false, out.len());
    for (id, raw) in own.raw_members() {
        match (Value::of(raw), defaults.member(id)) {
            (Some(Value::Object(own)), Some(Value::Object(defaults))) => {
                out.push(&registry.attribute(id).member);
                added |= merge(registry, own, defaults, out);
            }
            (Some(Value::Array(own)), Some(Value::Array(defaults))) => {
                out.push(&registry.attribute(id).member);
                added |= merge_lists(registry, own, defaults, out);
            }
            _ => out.member(registry, id, raw),
        }
    }
    for (id, raw) in defaults.raw_members().filter(|(id, _)| own.at(*id).is_none()) {
        out.member(registry, id, raw);
        added = true;
    }
    out.enclose(start, *b"{}");
    added
}

fn merge_lists(registry: &Registry, own: Packed<'_>, defaults: Packed<'_>, out: &mut Writer) -> bool {
    let kind = |raw: &[u8]| match Value::of(raw) {
        Some(Value::Object(object)) => {
            let found = object.members().find(|(id, _)| registry.attribute(*id).name.as_ref() == "type");
            found.and_then(|(_, value)| value.text().map(|text| text.to_ascii_lowercase()))
        }
        _ => None,
    };
    let there: Vec<Option<String>> = own.raw_items().map(kind).collect();
    let missing: Vec<&[u8]> = defaults.raw_items().filter(|item| !there.contains(&kind(item))).collect();
    let start = out.len();
    for item in own.raw_items().chain(missing.iter().copied()) {
        out.push(",");
        out.value(registry, item);
    }
    out.enclose(start, *b"[]");
    !missing.is_empty()
}
