//! What a filter certainly fails for, told from what is packed: no resource is written out to be passed over.

use super::exchange::Exchange;
use crate::org::Id;
use crate::path::Comparison;
use crate::resource::{Operand, Packed, Scalar, Test, Value, compare_scalar};
use crate::schema::{AttributeId, common};

impl Exchange<'_, '_> {
    /// Whether the test fails for a resource, as far as its packed body says; false when that does not say it.
    pub(crate) fn fails(&self, test: &Test, id: Id) -> bool {
        self.draft.body(id).is_some_and(|body| self.packed_fails(test, body.packed()))
    }

    fn packed_fails(&self, test: &Test, packed: Packed<'_>) -> bool {
        match test {
            Test::And(terms) => terms.iter().any(|term| self.packed_fails(term, packed)),
            Test::Or(terms) => terms.iter().all(|term| self.packed_fails(term, packed)),
            Test::Constant(holds) => !holds,
            Test::Compare(id, op, operand) if self.is_packed_whole(*id) => {
                let (mut held, mut some) = (false, false);
                packed.for_each_value(&self.draft.org.config.registry, *id, &mut |value| {
                    some = true;
                    held = held || compare_scalar(scalar(value), *op, operand);
                });
                // An unassigned attribute equals null.
                let null = matches!(operand, Operand::Null);
                !held && (some || *op != if null { Comparison::Eq } else { Comparison::Ne })
            }
            Test::Present(id) if self.is_packed_whole(*id) => {
                let mut some = false;
                packed.for_each_value(&self.draft.org.config.registry, *id, &mut |_| some = true);
                !some
            }
            // One element must pass: where there is none, none does.
            Test::Element(id, _) => self.packed_fails(&Test::Present(*id), packed),
            Test::Compare(..) | Test::Present(_) | Test::Not(_) => false,
        }
    }

    /// Whether all there is of an attribute stands in the packed body: the server adds nothing to it.
    fn is_packed_whole(&self, id: AttributeId) -> bool {
        let known = &self.draft.org.known;
        let registry = &self.draft.org.config.registry;
        let beside = [
            common::SCHEMAS,
            common::ID,
            common::META,
            known.groups,
            known.members,
            known.workspace_grants,
            known.folder_grants,
            known.owners,
            known.manager,
            known.parent,
        ];
        let mut at = Some(id);
        while let Some(id) = at {
            if beside.contains(&id) {
                return false;
            }
            at = registry.attribute(id).parent;
        }
        true
    }
}

fn scalar(value: Value<'_>) -> Scalar<'_> {
    match value {
        Value::Boolean(flag) => Scalar::Boolean(flag),
        Value::Number(text) => Scalar::Number(text),
        Value::Object(_) | Value::Array(_) => Scalar::Other,
        text => text.text().map_or(Scalar::Other, Scalar::Text),
    }
}
