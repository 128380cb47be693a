//! Stateless functions: schemas, validation, PATCH, filters, the diff of two documents.

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{DONE, REFUSED, answer, answer_json, answer_owned, refuse, text, with_arguments};
use crate::dialect::Dialect;
use crate::error::ScimError;
use crate::limits::Limits;
use crate::patch::{PatchOptions, apply_patch, patch_changes, patch_inverse};
use crate::resource::{Filter, FilterOptions, Purpose, Report, ValidateOptions};
use crate::schema::{Registry, Roles};

/// A filter and the schemas it was made with.
type Kept = (Rc<Registry>, Filter);

thread_local! {
    /// Handle 0 is the built-in registry; others are compiled for a host and given back by it.
    static REGISTRIES: RefCell<Vec<Option<Rc<Registry>>>> = const { RefCell::new(Vec::new()) };
    static FILTERS: RefCell<Vec<Option<Kept>>> = const { RefCell::new(Vec::new()) };
    static BUILTIN: Rc<Registry> = Rc::new(Registry::builtin().clone());
}

fn put<T>(slots: &mut Vec<Option<T>>, value: T) -> usize {
    match slots.iter().position(Option::is_none) {
        Some(at) => {
            if let Some(slot) = slots.get_mut(at) {
                *slot = Some(value);
            }
            at
        }
        None => {
            slots.push(Some(value));
            slots.len() - 1
        }
    }
}

fn registry(handle: u32) -> Option<Rc<Registry>> {
    match handle.checked_sub(1) {
        None => Some(BUILTIN.with(Rc::clone)),
        Some(at) => REGISTRIES.with_borrow(|slots| slots.get(at as usize).cloned().flatten()),
    }
}

fn with_registry(handle: u32, respond: impl FnOnce(&Registry) -> u32) -> u32 {
    match registry(handle) {
        Some(registry) => respond(&registry),
        None => refuse(&ScimError::new(500, None, "these schemas are compiled no longer")),
    }
}

fn dialect(number: u32) -> Dialect {
    match number {
        1 => Dialect::Entra,
        2 => Dialect::Okta,
        _ => Dialect::Rfc,
    }
}

fn purpose(number: u32) -> Purpose {
    match number {
        1 => Purpose::Replace,
        2 => Purpose::Response,
        3 => Purpose::Patch,
        4 => Purpose::Bulk,
        5 => Purpose::Search,
        _ => Purpose::Create,
    }
}

fn named(bytes: &[u8]) -> Option<&str> {
    Some(text(bytes)).filter(|name| !name.is_empty())
}

/// Compiles `{schemas, resourceTypes}`; the output is the handle.
#[wasm_bindgen]
pub fn compile(length: u32) -> u32 {
    with_arguments([length], |[json]| match Registry::compile(text(json), &Roles::default()) {
        Ok(registry) => {
            let handle = REGISTRIES.with_borrow_mut(|slots| put(slots, Rc::new(registry))) + 1;
            answer(handle.to_string().as_bytes())
        }
        Err(error) => refuse(&error.into()),
    })
}

/// Gives compiled schemas back; filters made with them keep theirs.
#[wasm_bindgen(js_name = releaseRegistry)]
pub fn release_registry(handle: u32) {
    REGISTRIES.with_borrow_mut(|slots| {
        if let Some(slot) = handle.checked_sub(1).and_then(|at| slots.get_mut(at as usize)) {
            *slot = None;
        }
    });
}

/// The name of a resource type by its number.
#[wasm_bindgen(js_name = resourceTypeName)]
pub fn resource_type_name(handle: u32, index: u32) -> u32 {
    with_registry(handle, |registry| {
        let found = registry.resource_types().nth(index as usize).map_or("", |(_, found)| &found.name);
        answer(found.as_bytes())
    })
}

/// Validates, and tells of the report.
fn with_report(numbers: [u32; 5], canonical: bool, tell: impl FnOnce(&Registry, Report) -> u32) -> u32 {
    let [payload, kind, schemas, dialect_number, purpose_number] = numbers;
    with_registry(schemas, |registry| {
        with_arguments([payload, kind], |[payload, kind]| {
            let options = ValidateOptions {
                purpose: purpose(purpose_number),
                dialect: dialect(dialect_number),
                resource_type: named(kind),
                limits: Limits::default(),
            };
            match crate::validate::report(registry, payload, &options, canonical) {
                Err(error) => refuse(&error),
                Ok(report) => tell(registry, report),
            }
        })
    })
}

/// Judges a payload. 16 and above: valid, nothing to tell, of the resource type of that number less 16.
#[wasm_bindgen]
pub fn validate(payload: u32, kind: u32, schemas: u32, dialect_number: u32, purpose_number: u32) -> u32 {
    with_report([payload, kind, schemas, dialect_number, purpose_number], false, |registry, report| {
        if !(report.valid && report.issues.is_empty() && report.notes.is_empty()) {
            return answer_json(&report);
        }
        let name = report.resource_type.as_deref();
        let index = name.and_then(|name| registry.resource_types().position(|(_, found)| *found.name == *name));
        index.map_or(0xffff, |index| index as u32 + 16)
    })
}

/// The canonical form of a payload as JSON text, `null` when it is not valid.
#[wasm_bindgen]
pub fn canonical(payload: u32, kind: u32, schemas: u32, dialect_number: u32, purpose_number: u32) -> u32 {
    with_report([payload, kind, schemas, dialect_number, purpose_number], true, |_, report| {
        answer_owned(report.resource.unwrap_or_else(|| "null".into()).into_bytes())
    })
}

/// One of the functions on a resource and a PatchOp.
type OnPatch<T> = fn(&Registry, &[u8], &[u8], &PatchOptions<'_>) -> Result<T, ScimError>;

/// Does it, and tells what came of it.
fn with_patch<T>(work: OnPatch<T>, numbers: [u32; 5], tell: impl FnOnce(T) -> u32) -> u32 {
    let [resource, patch, kind, schemas, dialect_number] = numbers;
    with_registry(schemas, |registry| {
        with_arguments([resource, patch, kind], |[resource, patch, kind]| {
            let options = PatchOptions { dialect: dialect(dialect_number), resource_type: named(kind), limits: Limits::default() };
            match work(registry, resource, patch, &options) {
                Err(error) => refuse(&error),
                Ok(outcome) => tell(outcome),
            }
        })
    })
}

/// Applies a PatchOp. 0 changed with notes, 2 changed, 3 unchanged, 4 unchanged with notes; those by [`notes`].
#[wasm_bindgen(js_name = applyPatch)]
pub fn apply(resource: u32, patch: u32, kind: u32, schemas: u32, dialect_number: u32) -> u32 {
    with_patch(apply_patch, [resource, patch, kind, schemas, dialect_number], |outcome| {
        answer_owned(outcome.text.into_bytes());
        match (outcome.changed, outcome.notes.is_empty()) {
            (true, false) => 0,
            (true, true) => 2,
            (false, true) => 3,
            (false, false) => 4,
        }
    })
}

/// The tolerances a PatchOp needs.
#[wasm_bindgen(js_name = patchNotes)]
pub fn notes(resource: u32, patch: u32, kind: u32, schemas: u32, dialect_number: u32) -> u32 {
    with_patch(apply_patch, [resource, patch, kind, schemas, dialect_number], |outcome| answer_json(&outcome.notes))
}

/// What a PatchOp makes different.
#[wasm_bindgen(js_name = patchChanges)]
pub fn changes(resource: u32, patch: u32, kind: u32, schemas: u32, dialect_number: u32) -> u32 {
    with_patch(patch_changes, [resource, patch, kind, schemas, dialect_number], |changes| {
        let mut out = String::from("[");
        for (i, change) in changes.iter().enumerate() {
            out.push_str(if i > 0 { "," } else { "" });
            change.write(&mut out);
        }
        out.push(']');
        answer_owned(out.into_bytes())
    })
}

/// The PatchOp that undoes a PatchOp.
#[wasm_bindgen(js_name = patchInverse)]
pub fn inverse(resource: u32, patch: u32, kind: u32, schemas: u32, dialect_number: u32) -> u32 {
    with_patch(patch_inverse, [resource, patch, kind, schemas, dialect_number], |patch| answer_owned(patch.into_bytes()))
}

/// Reads a filter; the output is its handle.
#[wasm_bindgen(js_name = filterNew)]
pub fn filter_new(length: u32, kind: u32, schemas: u32, dialect_number: u32) -> u32 {
    let Some(registry) = registry(schemas) else { return with_registry(schemas, |_| REFUSED) };
    with_arguments([length, kind], |[filter, kind]| {
        let options = FilterOptions { dialect: dialect(dialect_number), resource_type: named(kind), limits: Limits::default() };
        match Filter::parse(&registry, text(filter), &options) {
            Err(error) => refuse(&error),
            Ok(filter) => {
                let handle = FILTERS.with_borrow_mut(|slots| put(slots, (Rc::clone(&registry), filter)));
                answer(handle.to_string().as_bytes())
            }
        }
    })
}

/// Gives a filter back.
#[wasm_bindgen(js_name = filterFree)]
pub fn filter_free(handle: u32) {
    FILTERS.with_borrow_mut(|slots| {
        if let Some(slot) = slots.get_mut(handle as usize) {
            *slot = None;
        }
    });
}

fn with_filter(handle: u32, respond: impl FnOnce(&Registry, &Filter) -> u32) -> u32 {
    FILTERS.with_borrow(|slots| match slots.get(handle as usize).and_then(Option::as_ref) {
        Some((registry, filter)) => respond(registry, filter),
        None => refuse(&ScimError::new(500, None, "the filter is there no longer")),
    })
}

/// 2: the resource does not match. 3: it does.
#[wasm_bindgen(js_name = filterMatches)]
pub fn filter_matches(handle: u32, length: u32) -> u32 {
    with_filter(handle, |registry, filter| {
        with_arguments([length], |[resource]| match filter.matches(registry, resource) {
            Ok(matches) => 2 + u32::from(matches),
            Err(error) => refuse(&error),
        })
    })
}

/// Indexes of the resources of an array that match.
#[wasm_bindgen(js_name = filterSelect)]
pub fn filter_select(handle: u32, length: u32) -> u32 {
    with_filter(handle, |registry, filter| {
        with_arguments([length], |[resources]| match filter.select(registry, resources) {
            Ok(found) => answer_json(&found),
            Err(error) => refuse(&error),
        })
    })
}

/// The filter's canonical text.
#[wasm_bindgen(js_name = filterText)]
pub fn filter_text(handle: u32) -> u32 {
    with_filter(handle, |_, filter| answer(filter.to_string().as_bytes()))
}

/// The filter's syntax tree as JSON.
#[wasm_bindgen(js_name = filterTree)]
pub fn filter_tree(handle: u32) -> u32 {
    with_filter(handle, |_, filter| answer(filter.tree().json().as_bytes()))
}

/// Tolerances the filter's text needed.
#[wasm_bindgen(js_name = filterNotes)]
pub fn filter_notes(handle: u32) -> u32 {
    with_filter(handle, |_, filter| answer_json(&filter.notes()))
}

/// The access diff of two documents.
#[wasm_bindgen(js_name = accessDiff)]
pub fn access_diff(before: u32, after: u32, config: u32) -> u32 {
    with_arguments([before, after, config], |[before, after, config]| match crate::plan::access_diff(before, after, text(config)) {
        Ok(json) => {
            answer_owned(json.into_bytes());
            DONE
        }
        Err(error) => refuse(&error),
    })
}
