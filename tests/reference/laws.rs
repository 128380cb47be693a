//! Laws that the crate itself must obey on random cases, whatever the reference thinks.

use super::generate::{self, Case, FilterText, write};
use super::harness::{Bench, same_resource};
use super::json::{J, parse, twice};
use super::random::Random;
use super::schema::CUSTOM;
use super::subject;
use super::value::exactly;
use scim_policy::{
    Issue, PatchOptions, Purpose, Registry, ScimType, Severity, ValidateOptions, apply_patch, patch_changes, patch_inverse, validate,
};

const CASES: u64 = 20_000;

/// A resource without the readOnly sub-attributes of its values, which are the server's to fill in, and without what may be set but
/// once: no PATCH brings those back. Its values in one order: they have none (RFC 7643 §2.4).
fn written(text: &str, registry: &super::schema::Registry) -> J {
    let mut resource = parse(text).unwrap();
    let attributes =
        registry.types.iter().flat_map(|of| {
            of.base.attrs.iter().map(|attr| (None, attr)).chain(
                of.extensions.iter().flat_map(|(extension, _)| extension.attrs.iter().map(|attr| (Some(extension.id.as_str()), attr))),
            )
        });
    for (extension, attr) in attributes.filter(|(_, attr)| !attr.read_only()) {
        let Some(mut holder) = extension.map_or(Some(resource.clone()), |urn| resource.at(urn).cloned()) else { continue };
        let Some(mut value) = holder.at(&attr.name).cloned() else { continue };
        let gone = |sub: &super::schema::Attr| sub.read_only() || sub.immutable() && !attr.multi;
        let strip = |one: &mut J| attr.subs.iter().filter(|sub| gone(sub)).for_each(|sub| one.unset(&sub.name));
        match &mut value {
            J::Arr(items) => {
                items.iter_mut().filter(|item| matches!(item, J::Obj(_))).for_each(strip);
                items.sort_by_key(J::print);
            }
            J::Obj(_) => strip(&mut value),
            _ => {}
        }
        if attr.immutable() || value.unassigned() {
            holder.unset(&attr.name);
        } else {
            holder.set(&attr.name, value);
        }
        match extension {
            Some(urn) => resource.set(urn, holder),
            None => resource = holder,
        }
    }
    resource
}

/// Printed and parsed again it is equal; twice denied it is the same; De Morgan's two laws.
#[test]
fn filters_of_the_crate_obey_the_laws() {
    let bench = Bench::new(subject::subject);
    let (builtin, custom) = bench.registries();
    let mut asked = 0;
    for seed in 0..CASES {
        let Case::Filter { custom: is_custom, filter: FilterText::Tree(tree, spacing), dialect, resource_type, resources } =
            generate::case(&mut Random::new(seed), builtin, custom)
        else {
            continue;
        };
        let pair = if is_custom { &bench.custom } else { &bench.builtin };
        let resources: Vec<String> = resources.iter().map(J::print).collect();
        let ask = |text: &str| pair.subject.filter(text, dialect.name(), resource_type.as_deref(), &resources);
        let text = write(&tree, &mut Random::new(spacing));
        let Ok(answer) = ask(&text) else { continue };
        asked += 1;
        let again = ask(&answer.printed).unwrap_or_else(|fault| panic!("{text}: its own text {} is {fault:?}", answer.printed));
        assert_eq!((&again.printed, &again.matches), (&answer.printed, &answer.matches), "{text}");
        let matches = |text: String| ask(&text).unwrap().matches;
        assert_eq!(matches(format!("not (not ({text}))")), answer.matches, "{text}");
        assert_eq!(matches(format!("not ({text})")), answer.matches.iter().map(|holds| !holds).collect::<Vec<_>>(), "{text}");
        for other in ["id pr", "externalId eq null"] {
            assert_eq!(matches(format!("not (({text}) and {other})")), matches(format!("not ({text}) or not ({other})")), "{text}");
            assert_eq!(matches(format!("not (({text}) or {other})")), matches(format!("not ({text}) and not ({other})")), "{text}");
        }
    }
    assert!(asked > 3_000, "{asked}");
}

/// Add or replace twice is once; what fails changes nothing; the changes are told exactly when there are some; the inverse brings the
/// resource back.
#[test]
fn patches_of_the_crate_obey_the_laws() {
    let registries = [Registry::builtin().clone(), Registry::compile(CUSTOM, &Default::default()).unwrap()];
    let bench = Bench::new(subject::subject);
    let (builtin, custom) = bench.registries();
    let (mut undone, mut repeated) = (0, 0);
    for seed in 0..CASES {
        let Case::Patch { custom: is_custom, resource, patch, dialect } = generate::case(&mut Random::new(seed), builtin, custom) else {
            continue;
        };
        let registry = &registries[usize::from(is_custom)];
        let options = |name: &str| PatchOptions { dialect: serde_json::from_value(name.into()).unwrap(), ..Default::default() };
        let apply =
            |resource: &str, patch: &J| apply_patch(registry, resource.as_bytes(), patch.print().as_bytes(), &options(dialect.name()));
        let text = resource.print();
        let say = || format!("seed {seed}: {text}\n{}", patch.print());

        // A last operation that fails takes all with it.
        let operations = patch.at("Operations").map(J::list).unwrap_or_default().to_vec();
        let mut failing = patch.clone();
        let bad = parse(r#"{"op":"replace","path":"nobodyKnows","value":1}"#).unwrap();
        failing.set("Operations", J::Arr(operations.iter().cloned().chain([bad]).collect()));
        assert!(apply(&text, &failing).is_err(), "{}", say());

        let Ok(done) = apply(&text, &patch) else { continue };
        let changes = patch_changes(registry, text.as_bytes(), patch.print().as_bytes(), &options(dialect.name())).unwrap();
        assert_eq!(changes.is_empty(), !done.changed, "{}: {changes:?}", say());
        let inverse = patch_inverse(registry, text.as_bytes(), patch.print().as_bytes(), &options(dialect.name())).unwrap();
        // Without operations it is not to be sent: all that changed was set once and for all.
        if done.changed && !inverse.contains("\"Operations\":[]") {
            let back = apply_patch(registry, done.text.as_bytes(), inverse.as_bytes(), &options("rfc"));
            let back = back.unwrap_or_else(|error| panic!("{}\nbecomes {}\nits inverse {inverse}: {error:?}", say(), done.text));
            let known = |text: &str| written(text, if is_custom { custom } else { builtin });
            assert!(
                exactly(&known(&back.text), &known(&text)),
                "{}\nbecomes {}\nits inverse {inverse}\ngives {}",
                say(),
                done.text,
                back.text
            );
            undone += 1;
        }

        // One operation on plain names. (What brackets choose may be other elements the second time.)
        let [operation] = operations.as_slice() else { continue };
        if operation.print().contains('[') && operation.at("path").is_none_or(|path| path.print().contains('[')) {
            continue;
        }
        if operation.at("op").and_then(J::text).is_some_and(|op| !op.eq_ignore_ascii_case("remove")) {
            let again = apply(&done.text, &patch).unwrap_or_else(|error| panic!("{}: the second time {error:?}", say()));
            assert!(!again.changed && same_resource(&again.text, &done.text), "{}\nonce  {}\ntwice {}", say(), done.text, again.text);
            repeated += usize::from(done.changed);
        }
    }
    assert!(undone > 2_000 && repeated > 500, "{undone} undone, {repeated} repeated");
}

/// `validate` judges a PatchOp without the resource it is for. What it refuses fails, there or earlier; what fails for its syntax, a path
/// or a filter was refused, at the same operation and for the same reason.
#[test]
fn patches_are_judged_as_they_are_applied() {
    let registries = [Registry::builtin().clone(), Registry::compile(CUSTOM, &Default::default()).unwrap()];
    let bench = Bench::new(subject::subject);
    let (builtin, custom) = bench.registries();
    let (mut refused, mut foretold) = (0, 0);
    for seed in 0..4 * CASES {
        let Case::Patch { custom: is_custom, resource, patch, dialect } = generate::case(&mut Random::new(seed), builtin, custom) else {
            continue;
        };
        let registry = &registries[usize::from(is_custom)];
        let resource_type = if is_custom { custom } else { builtin }.of(&resource).unwrap().name.clone();
        let (text, message) = (resource.print(), patch.print());
        let options = ValidateOptions {
            purpose: Purpose::Patch,
            dialect: serde_json::from_value(dialect.name().into()).unwrap(),
            resource_type: Some(&resource_type),
            ..Default::default()
        };
        let report = validate(registry, message.as_bytes(), &options).unwrap();
        let at = |issue: &Issue| issue.pointer.strip_prefix("/Operations/").and_then(|rest| rest.split('/').next()?.parse::<u32>().ok());
        let errors: Vec<(Option<u32>, Option<ScimType>)> =
            report.issues.iter().filter(|issue| issue.severity == Severity::Error).map(|issue| (at(issue), issue.scim_type)).collect();
        let applied =
            apply_patch(registry, text.as_bytes(), message.as_bytes(), &PatchOptions { dialect: options.dialect, ..Default::default() });
        let say = |what: &str| {
            format!("{what}, seed {seed} {} {resource_type}: {text}\n{message}\n{:?}\n{applied:?}", dialect.name(), report.issues)
        };
        match &applied {
            Ok(_) => assert!(errors.is_empty(), "{}", say("refused, yet applied")),
            Err(fault) => {
                let syntactic = [ScimType::InvalidSyntax, ScimType::InvalidPath, ScimType::InvalidFilter];
                if fault.scim_type.is_some_and(|of| syntactic.contains(&of)) {
                    let same = |(at, of): &(Option<u32>, Option<ScimType>)| {
                        fault.operation.is_none() || (*at, *of) == (fault.operation, fault.scim_type)
                    };
                    assert!(errors.iter().any(same), "{}", say("failed, yet not refused"));
                    foretold += 1;
                }
                let first = errors.iter().filter_map(|(at, _)| *at).min();
                if let (Some(first), Some(operation)) = (first, fault.operation) {
                    assert!(operation <= first, "{}", say("refused, yet failed later only"));
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 5_000 && foretold > 2_000, "{refused} refused, {foretold} foretold");
}

/// Where a pointer leads: the place of each member and element on the way; `None` where nothing stands.
fn steps_to(payload: &J, pointer: &str) -> Option<Vec<usize>> {
    let mut at = payload;
    let mut steps = Vec::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let place = match at {
            J::Obj(members) => members.iter().position(|(name, _)| *name == step)?,
            _ => step.parse().ok()?,
        };
        at = match at {
            J::Obj(members) => &members[place].1,
            other => other.list().get(place)?,
        };
        steps.push(place);
    }
    Some(steps)
}

/// Issues come in the order in which what they are about stands in the payload.
#[test]
fn issues_of_the_crate_come_in_document_order() {
    let registries = [Registry::builtin().clone(), Registry::compile(CUSTOM, &Default::default()).unwrap()];
    let bench = Bench::new(subject::subject);
    let (builtin, custom) = bench.registries();
    let mut compared = 0;
    for seed in 0..4 * CASES {
        let (registry, payload, purpose, dialect) = match generate::case(&mut Random::new(seed), builtin, custom) {
            Case::Validate { custom, payload, purpose, dialect } => (&registries[usize::from(custom)], payload, purpose.name(), dialect),
            Case::Patch { custom, patch, dialect, .. } => (&registries[usize::from(custom)], patch, "patch", dialect),
            Case::Filter { .. } => continue,
        };
        let options = ValidateOptions {
            purpose: serde_json::from_value(purpose.into()).unwrap(),
            dialect: serde_json::from_value(dialect.name().into()).unwrap(),
            ..Default::default()
        };
        // A pointer says not which of two members of one name is meant.
        let Some(report) = validate(registry, payload.print().as_bytes(), &options).ok().filter(|_| twice(&payload, "").is_none()) else {
            continue;
        };
        // What is about a whole, as that it lacks something, is told after its parts.
        let places: Vec<(Vec<usize>, &str)> =
            report.issues.iter().filter_map(|issue| Some((steps_to(&payload, &issue.pointer)?, issue.pointer.as_str()))).collect();
        for pair in places.windows(2) {
            let [(first, one), (second, other)] = pair else { continue };
            let apart = !first.starts_with(second) && !second.starts_with(first);
            assert!(!apart || first < second, "seed {seed}: {one} before {other}: {}", payload.print());
            compared += usize::from(apart);
        }
    }
    assert!(compared > 2_000, "{compared}");
}
