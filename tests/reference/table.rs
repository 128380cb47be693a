//! The reference against hand-written cases, the RFC's own examples, and properties that need no second opinion.

use super::answers::{Reference, Subject};
use super::filter::{self, Query};
use super::generate::{self, Case, FilterText, write};
use super::harness::{Bench, filter_text};
use super::json::{J, parse};
use super::patch::PATCH_OP;
use super::random::Random;
use super::schema::{CUSTOM, Dialect, Registry};
use super::value::{fold, instant, number_order};
use std::cmp::Ordering;

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u1","userName":"ann@a.org"}"#;
const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// `USER` with more members.
fn user(more: &str) -> String {
    let J::Obj(more) = parse(&format!("{{{more}}}")).unwrap() else { panic!() };
    let mut out = parse(USER).unwrap();
    more.into_iter().for_each(|(k, v)| out.set(&k, v));
    out.print()
}

fn group(members: &str) -> String {
    format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g1","displayName":"Team","members":[{members}]}}"#)
}

/// What remains of `schemas`, `id` and `userName` after the answer, or `scimType@operation`.
fn patch(dialect: &str, resource: &str, operations: &str) -> String {
    let body = format!(r#"{{"schemas":["{PATCH_OP}"],"Operations":[{operations}]}}"#);
    match Reference::new(None).patch(resource, &body, dialect, None) {
        Ok(p) => {
            let mut r = parse(&p.text).unwrap();
            for key in ["schemas", "id", "userName"] {
                r.unset(key);
            }
            format!("{}{}", if p.changed { "" } else { "same " }, r.print())
        }
        Err(f) => format!("{}@{}", f.scim_type.unwrap(), f.operation.map_or("-".into(), |i| i.to_string())),
    }
}

#[test]
fn patch_by_rule() {
    let mails = r#""emails":[{"value":"a","type":"work","primary":true},{"value":"b","type":"home"}]"#;
    let name = r#""name":{"givenName":"A","familyName":"B"}"#;
    let m = |id: &str| format!(r#"{{"value":"{id}"}}"#);
    let three = group(&[m("a"), m("b"), m("c")].join(","));
    let manager = r#"{"value":"m1","$ref":"r","displayName":"M"}"#;
    let employed = user(&format!(r#""schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{ENT}"],"{ENT}":{{"manager":{manager}}}"#));
    let rows: Vec<(&str, &str, String, String, String)> = vec![
        ("12", "rfc", user(""), r#"{"op":"Replace","path":"title","value":"x"}"#.into(), "invalidSyntax@0".into()),
        ("12", "entra", user(""), r#"{"op":"Replace","path":"TITLE","value":"x"}"#.into(), r#"{"title":"x"}"#.into()),
        ("13", "rfc", user(name), r#"{"op":"add","value":{"name":{"middleName":"C"}}}"#.into(), r#"{"name":{"givenName":"A","familyName":"B","middleName":"C"}}"#.into()),
        ("13", "rfc", user(name), r#"{"op":"replace","value":{"name.givenName":"Z"}}"#.into(), r#"{"name":{"givenName":"Z","familyName":"B"}}"#.into()),
        ("13", "rfc", user(""), format!(r#"{{"op":"add","value":{{"{ENT}:department":"D"}}}}"#), format!(r#"{{"{ENT}":{{"department":"D"}}}}"#)),
        ("13", "rfc", user(""), format!(r#"{{"op":"add","path":"{ENT}","value":{{"department":"D"}}}}"#), format!(r#"{{"{ENT}":{{"department":"D"}}}}"#)),
        ("13", "rfc", employed.clone(), format!(r#"{{"op":"remove","path":"{ENT}"}}"#), "{}".into()),
        ("13", "rfc", user(""), r#"{"op":"add","value":{"nobody":1}}"#.into(), "invalidPath@0".into()),
        ("13", "okta", user(""), r#"{"op":"add","value":{"emails":[{"value":"a","nobody":1}]}}"#.into(), r#"{"emails":[{"value":"a"}]}"#.into()),
        ("13", "rfc", user(""), r#"{"op":"remove"}"#.into(), "noTarget@0".into()),
        ("13", "entra", user(""), r#"{"op":"add","value":{"emails[type eq \"work\"].value":"x"}}"#.into(), r#"{"emails":[{"type":"work","value":"x"}]}"#.into()),
        ("1", "rfc", user(""), r#"{"op":"add","value":{"title":"x","urn:ietf:params:scim:schemas:core:2.0:User:title":"y"}}"#.into(), "invalidSyntax@0".into()),
        ("2", "rfc", user(r#""title":"x""#), r#"{"op":"add","path":"title","value":null}"#.into(), r#"same {"title":"x"}"#.into()),
        ("2", "rfc", user(r#""title":"x""#), r#"{"op":"replace","path":"title","value":null}"#.into(), "{}".into()),
        ("2", "rfc", user(mails), r#"{"op":"replace","value":{"emails":[]}}"#.into(), "{}".into()),
        ("2", "rfc", user(""), r#"{"op":"replace","path":"title"}"#.into(), "invalidValue@0".into()),
        ("2", "rfc", user(""), r#"{"op":"replace","path":"userName","value":""}"#.into(), "invalidValue@0".into()),
        ("3", "rfc", user(""), r#"{"op":"replace","path":"groups","value":[{"value":"g"}]}"#.into(), "mutability@0".into()),
        ("14", "rfc", user(name), r#"{"op":"replace","path":"name","value":{"familyName":"C"}}"#.into(), r#"{"name":{"givenName":"A","familyName":"C"}}"#.into()),
        ("14", "rfc", user(mails), r#"{"op":"replace","value":{"emails":[{"value":"c"}]}}"#.into(), r#"{"emails":[{"value":"c"}]}"#.into()),
        ("14", "rfc", user(mails), r#"{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"c"}}"#.into(), r#"{"emails":[{"value":"a","type":"work","primary":true},{"value":"c"}]}"#.into()),
        ("14", "rfc", user(mails), r#"{"op":"add","path":"emails[type eq \"HOME\"]","value":{"display":"c"}}"#.into(), r#"{"emails":[{"value":"a","type":"work","primary":true},{"value":"b","type":"home","display":"c"}]}"#.into()),
        ("14", "rfc", employed.clone(), format!(r#"{{"op":"replace","path":"{ENT}:manager","value":{{"value":"m2"}}}}"#), format!(r#"{{"{ENT}":{{"manager":{{"value":"m2"}}}}}}"#)),
        ("14", "rfc", employed.clone(), format!(r#"{{"op":"replace","path":"{ENT}:manager","value":{{"value":"m1"}}}}"#), format!(r#"same {{"{ENT}":{{"manager":{manager}}}}}"#)),
        ("7", "rfc", user(mails), r#"{"op":"add","path":"emails","value":{"value":"c","primary":true}}"#.into(), r#"{"emails":[{"value":"a","type":"work","primary":false},{"value":"b","type":"home"},{"value":"c","primary":true}]}"#.into()),
        ("7", "rfc", user(mails), r#"{"op":"replace","path":"emails[value pr].primary","value":true}"#.into(), "invalidValue@0".into()),
        ("7", "rfc", user(mails), r#"{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}"#.into(), r#"{"emails":[{"value":"a","type":"work","primary":false},{"value":"b","type":"home","primary":true}]}"#.into()),
        ("15", "rfc", user(mails), r#"{"op":"add","path":"emails","value":[{"type":"HOME","value":"b"}]}"#.into(), format!("same {{{mails}}}")),
        ("15", "rfc", three.clone(), r#"{"op":"replace","path":"members","value":{"value":"z"}}"#.into(), r#"{"displayName":"Team","members":[{"value":"z"}]}"#.into()),
        ("15", "rfc", group(&m("a")), r#"{"op":"add","path":"members","value":[{"value":"a","display":"A"}]}"#.into(), r#"same {"displayName":"Team","members":[{"value":"a"}]}"#.into()),
        ("10", "rfc", group(&m("a")), r#"{"op":"add","path":"members","value":[{"value":"A"}]}"#.into(), r#"{"displayName":"Team","members":[{"value":"a"},{"value":"A"}]}"#.into()),
        ("16", "rfc", user(""), r#"{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}"#.into(), "noTarget@0".into()),
        ("16", "rfc", user(""), r#"{"op":"add","path":"emails[type eq \"work\" and primary eq true].value","value":"x"}"#.into(), r#"{"emails":[{"type":"work","primary":true,"value":"x"}]}"#.into()),
        ("16", "entra", user(""), r#"{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x"},{"op":"Replace","path":"emails[type eq \"work\"].display","value":"y"}"#.into(), r#"{"emails":[{"type":"work","value":"x","display":"y"}]}"#.into()),
        ("16", "entra", user(""), r#"{"op":"Add","path":"emails[type ne \"work\"].value","value":"x"}"#.into(), "noTarget@0".into()),
        ("16, 20", "entra", user(""), r#"{"op":"Add","path":"roles[primary eq \"True\"].value","value":"x"}"#.into(), r#"{"roles":[{"primary":true,"value":"x"}]}"#.into()),
        ("17", "rfc", three.clone(), r#"{"op":"remove","path":"members[value eq \"z\"]"}"#.into(), format!("same {}", r#"{"displayName":"Team","members":[{"value":"a"},{"value":"b"},{"value":"c"}]}"#)),
        ("17", "rfc", user(""), r#"{"op":"remove","path":"userName"}"#.into(), "mutability@0".into()),
        ("18", "rfc", three.clone(), r#"{"op":"remove","path":"members","value":[{"$ref":null,"value":"b"}]}"#.into(), r#"{"displayName":"Team","members":[{"value":"a"},{"value":"c"}]}"#.into()),
        ("18", "rfc", three.clone(), r#"{"op":"remove","path":"members","value":[]}"#.into(), r#"same {"displayName":"Team","members":[{"value":"a"},{"value":"b"},{"value":"c"}]}"#.into()),
        ("18", "rfc", three.clone(), r#"{"op":"remove","path":"members","value":null}"#.into(), "invalidValue@0".into()),
        ("18", "rfc", three.clone(), r#"{"op":"remove","path":"members"}"#.into(), r#"{"displayName":"Team"}"#.into()),
        ("19", "entra", user(""), r#"{"op":"Add","path":"manager","value":["m9"]}"#.into(), format!(r#"{{"{ENT}":{{"manager":{{"value":"m9"}}}}}}"#)),
        ("19", "rfc", user(""), r#"{"op":"add","path":"manager","value":{"value":"m9"}}"#.into(), "invalidPath@0".into()),
        ("19", "entra", group(""), r#"{"op":"Add","path":"members","value":["x"]}"#.into(), r#"{"displayName":"Team","members":[{"value":"x"}]}"#.into()),
        ("19", "entra", user(""), r#"{"op":"Add","path":"roles","value":["{\"value\":\"r\"}"]}"#.into(), r#"{"roles":[{"value":"r"}]}"#.into()),
        ("19", "entra", user(""), r#"{"op":"Add","path":"roles","value":[{"value":"{\"id\":1}"}]}"#.into(), r#"{"roles":[{"value":"{\"id\":1}"}]}"#.into()),
        ("5", "entra", user(r#""active":true"#), r#"{"op":"Replace","path":"active","value":"False"}"#.into(), r#"{"active":false}"#.into()),
        ("5", "rfc", user(""), r#"{"op":"replace","path":"active","value":"False"}"#.into(), "invalidValue@0".into()),
        ("21", "okta", group(""), r#"{"op":"replace","value":{"id":"g1","displayName":"New"}}"#.into(), r#"{"displayName":"New","members":[]}"#.into()),
        ("21", "okta", group(""), r#"{"op":"replace","value":{"id":"g2","displayName":"New"}}"#.into(), "mutability@0".into()),
        ("22", "rfc", user(""), r#"{"op":"add","path":"title","value":"x"},{"op":"remove","path":"id"}"#.into(), "mutability@1".into()),
        ("23", "rfc", user(r#""odd":{"kept":[null]},"title":"x""#), r#"{"op":"replace","path":"title","value":"y"}"#.into(), r#"{"odd":{"kept":[null]},"title":"y"}"#.into()),
    ];
    for (rule, dialect, resource, operations, expected) in rows {
        let got = patch(dialect, &resource, &operations);
        let same = got == expected
            || match (parse(got.trim_start_matches("same ")), parse(expected.trim_start_matches("same "))) {
                (Ok(a), Ok(b)) => a.same(&b) && got.starts_with("same") == expected.starts_with("same"),
                _ => false,
            };
        assert!(same, "rule {rule}, {dialect}: {operations}\n on  {resource}\n got {got}\n not {expected}");
    }
}

#[test]
fn the_rfcs_own_patches() {
    let user = include_str!("../data/rfc/rfc7643-8.3-enterprise_user.json");
    let group = include_str!("../data/rfc/rfc7643-8.4-group.json");
    let run = |resource: &str, body: &str| Reference::new(None).patch(resource, body, "rfc", None).unwrap();
    let after = run(user, include_str!("../data/rfc/rfc7644-3.5.2.1-patch_op-add_emails.json"));
    assert!(!after.changed, "both the e-mail and the nickname are there already");
    let after = run(group, include_str!("../data/rfc/rfc7644-3.5.2.2-patch_op-remove_all_members.json"));
    assert!(parse(&after.text).unwrap().at("members").is_none());
    let after = run(group, include_str!("../data/rfc/rfc7644-3.5.2.3-patch_op-replace_all_members.json"));
    assert_eq!(parse(&after.text).unwrap().at("members").unwrap().list().len(), 2);
    let after = run(user, include_str!("../data/rfc/rfc7644-3.5.2.3-patch_op-replace_street_address.json"));
    assert!(after.text.contains("1010 Broadway Ave") && after.text.contains("456 Hollywood Blvd"));
    let after = run(user, include_str!("../data/rfc/rfc7644-3.5.2.3-patch_op-replace_user_work_address.json"));
    assert!(after.text.contains("911 Universal City Plaza") && !after.text.contains("100 Universal City Plaza"));
    for body in [
        include_str!("../data/rfc/rfc7644-3.5.2.1-patch_op-add_members.json"),
        include_str!("../data/rfc/rfc7644-3.5.2.2-patch_op-remove_and_add_one_member.json"),
        include_str!("../data/rfc/rfc7644-3.5.2.2-patch_op-remove_one_member.json"),
    ] {
        run(group, body);
    }
    let after = run(user, include_str!("../data/rfc/rfc7644-3.5.2.2-patch_op-remove_multi_complex_value.json"));
    assert!(!after.text.contains("\"value\":\"bjensen@example.com\"") && after.text.contains("babs@jensen.org"));
    run(user, include_str!("../data/rfc/rfc7644-3.5.2.3-patch_op-replace_all_email_values.json"));
}

/// `severity scimType path pointer`, one a line.
fn issues(text: &str, purpose: &str, dialect: &str) -> String {
    match Reference::new(None).validate(text, purpose, dialect, None) {
        Ok(v) => {
            let lines: Vec<String> = v
                .issues
                .iter()
                .map(|i| format!("{} {} {} {}", i.severity, i.scim_type.as_deref().unwrap_or("-"), i.path, i.pointer))
                .collect();
            lines.join("\n")
        }
        Err(f) => f.scim_type.unwrap(),
    }
}

#[test]
fn validate_by_rule() {
    let u = |more: &str| format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a"{more}}}"#);
    let rows: Vec<(&str, &str, &str, String, &str)> = vec![
        ("1", "create", "rfc", "{".into(), "invalidSyntax"),
        ("1", "create", "rfc", r#"{"a":"\ud800"}"#.into(), "invalidSyntax"),
        ("1", "create", "rfc", u(r#","active":true,"Active":false"#), "error invalidSyntax active /Active"),
        ("2", "create", "rfc", u(r#","emails":[],"name":null,"title":"""#), ""),
        ("2", "create", "rfc", r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":""}"#.into(), "error invalidValue userName /userName"),
        ("3", "create", "rfc", u(r#","id":"x","groups":[]"#), "warning mutability id /id"),
        ("4", "create", "rfc", u(r#","foo":1"#), "error invalidSyntax foo /foo"),
        ("4", "create", "okta", u(r#","emails":[{"value":"a"},{"foo":1,"value":"b"}]"#), "warning invalidSyntax emails.foo /emails/1/foo"),
        ("5", "create", "rfc", u(r#","active":"true""#), "error invalidValue active /active"),
        ("5", "create", "entra", u(r#","active":"TRUE""#), ""),
        ("5", "create", "entra", u(r#","active":"yes""#), "error invalidValue active /active"),
        ("6", "create", "rfc", u(&format!(r#","{ENT}":{{"department":"D"}}"#)), "error invalidSyntax urn:ietf:params:scim:schemas:extension:enterprise:2.0:User /urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
        ("6", "create", "entra", u(&format!(r#","{ENT}":{{"department":"D"}}"#)), ""),
        ("7", "create", "rfc", u(r#","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]"#), "error invalidValue emails.primary /emails/1/primary"),
        ("8", "create", "rfc", u(r#","emails":[{"value":"a","type":"moon"}]"#), ""),
        ("19", "create", "entra", u(r#","manager":"m""#), ""),
        ("19", "create", "rfc", u(r#","manager":"m""#), "error invalidSyntax manager /manager"),
        ("§2.3.5", "response", "rfc", r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","id":"1","meta":{"created":"2020-02-30T00:00:00Z"}}"#.into(), "error invalidValue meta.created /meta/created"),
        ("§7", "response", "rfc", r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","id":"1","password":"p"}"#.into(), "error invalidValue password /password"),
        ("§3.1", "response", "rfc", u(""), "error invalidValue id "),
    ];
    for (rule, purpose, dialect, payload, expected) in rows {
        assert_eq!(issues(&payload, purpose, dialect), expected, "rule {rule}, {dialect} {purpose}: {payload}");
    }
    for document in [include_str!("../data/rfc/rfc7643-8.1-user-minimal.json"), include_str!("../data/rfc/rfc7643-8.4-group.json")] {
        assert_eq!(issues(document, "response", "rfc"), "");
    }
    // The RFC's full user shows its password (§8.2), which no response may.
    for document in [include_str!("../data/rfc/rfc7643-8.2-user-full.json"), include_str!("../data/rfc/rfc7643-8.3-enterprise_user.json")] {
        assert_eq!(issues(document, "response", "rfc"), "error invalidValue password /password");
    }
}

#[test]
fn filter_by_rule() {
    let resource = user(
        r#""title":"","emails":[{"type":"work","value":"ann@a.org"},{"type":"home","value":"x@b.org","primary":true}],"active":true,"meta":{"created":"2020-01-02T03:04:05Z"},"name":{"givenName":"Ärger"}"#,
    );
    let resource = parse(&resource).unwrap();
    let builtin = Registry::builtin();
    let ask = |dialect: Dialect, text: &str| Query::new(&builtin, text, dialect, None).map(|q| q.matches(&resource)).ok();
    use Dialect::{Entra, Okta, Rfc};
    for (dialect, text, expected) in [
        (Rfc, r#"userName eq "ANN@a.org""#, Some(true)),
        (Rfc, r#"id eq "U1""#, Some(false)),
        (Rfc, r#"USERNAME Sw "an" AND NOT (title PR)"#, Some(true)),
        (Rfc, r#"emails[type eq "work" and value co "@b"]"#, Some(false)),
        (Rfc, r#"emails.type eq "work" and emails.value co "@b""#, Some(true)),
        (Rfc, r#"emails[not (type eq "work")]"#, Some(true)),
        (Rfc, r#"emails co "B.ORG""#, Some(true)),
        (Rfc, r#"title eq """#, Some(true)),
        (Rfc, r#"title eq null"#, Some(false)),
        (Rfc, r#"nickName eq null and nickName ne "x" and not (nickName eq "x") and not (nickName gt "a")"#, Some(true)),
        (Rfc, r#"id pr or id pr and title pr"#, Some(true)),
        (Rfc, r#"(id pr or id pr) and title pr"#, Some(false)),
        (Rfc, r#"active gt true"#, None),
        (Rfc, r#"emails gt "a""#, None),
        (Rfc, r#"password eq "x""#, None),
        (Rfc, r#"meta.created eq "2020-01-02T04:04:05+01:00""#, Some(true)),
        (Rfc, r#"meta.created lt "2020-01-02T03:04:05.1Z""#, Some(true)),
        (Rfc, r#"name.givenName eq "ärger""#, Some(true)),
        (Rfc, r#"members eq "x""#, Some(false)),
        (Rfc, r#"members ne "x""#, Some(true)),
        (Rfc, r#"nobody eq "x""#, None),
        (Entra, r#"nobody eq "x""#, Some(false)),
        (Okta, r#"not (nobody eq "x")"#, Some(true)),
        (Rfc, r#"emails[type eq "work"].value eq "ann@a.org""#, None),
        (Entra, r#"emails[type eq "work"].value eq "ann@a.org""#, Some(true)),
        (Entra, r#"userName eq ann@a.org"#, Some(true)),
        (Rfc, r#"userName eq ann@a.org"#, None),
        (Entra, r#"active eq "TRUE""#, Some(true)),
        (Rfc, r#"active eq "TRUE""#, None),
        (Entra, r#"id eq "u1" and manager eq "m""#, Some(false)),
        (Rfc, "not id pr", None),
        (Rfc, "", None),
    ] {
        assert_eq!(ask(dialect, text), expected, "{dialect:?}: {text}");
    }
}

#[test]
fn values_compare() {
    assert_eq!(fold("ΣΑΣ"), fold("σας"));
    assert_ne!(fold("ss"), fold("ß"));
    for (a, b, o) in [
        ("1", "1.0", Ordering::Equal),
        ("1E2", "100", Ordering::Equal),
        ("-1", "0.5", Ordering::Less),
        ("9007199254740993", "9007199254740992", Ordering::Greater),
        ("-0", "0", Ordering::Equal),
        ("0.05", "0.5", Ordering::Less),
        ("-20", "-3", Ordering::Less),
    ] {
        assert_eq!(number_order(a, b), o, "{a} {b}");
    }
    assert_eq!(instant("2020-03-01T00:30:00+01:00"), instant("2020-02-29T23:30:00.000Z"));
    assert_eq!(instant("2021-02-29T00:00:00Z"), None);
}

/// The tree's own reader of JSON agrees with serde_json on random and damaged text.
#[test]
fn json_is_read_as_serde_json_reads_it() {
    let (builtin, custom) = (Registry::builtin(), Registry::compile(CUSTOM));
    for seed in 0..4_000 {
        let mut r = Random::new(seed);
        let mut text: Vec<char> = match generate::case(&mut r, &builtin, &custom) {
            Case::Validate { payload, .. } => generate::dressed(&payload),
            Case::Patch { patch, .. } => generate::dressed(&patch),
            Case::Filter { resources, .. } => resources[0].print(),
        }
        .chars()
        .collect();
        for _ in 0..r.below(3) {
            let at = r.below(text.len());
            match r.below(3) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, *r.pick(&['"', '\\', ',', '0', '-', 'e', '.', ' ', '{', ']', 'u', '\u{1}'])),
                _ => text.truncate(at.max(1)),
            }
        }
        let text: String = text.into_iter().collect();
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        let ours = parse(&text);
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{text}");
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&ours.print()).unwrap(), theirs, "{text}");
        }
    }
}

#[test]
fn filters_obey_the_laws() {
    let bench = Bench::new(super::subject::subject);
    let (builtin, custom) = bench.registries();
    let mut asked = 0;
    for seed in 0..10_000 {
        let Case::Filter { custom: is_custom, filter: FilterText::Tree(tree, spacing), dialect, resource_type, resources } =
            generate::case(&mut Random::new(seed), builtin, custom)
        else {
            continue;
        };
        let registry = if is_custom { custom } else { builtin };
        let ask = |text: &str| {
            Query::new(registry, text, dialect, resource_type.as_deref())
                .map(|q| resources.iter().map(|r| q.matches(r)).collect::<Vec<_>>())
        };
        let text = write(&tree, &mut Random::new(spacing));
        let answer = ask(&text);
        // Parsing what was printed gives an equal filter.
        if let Ok((parsed, _)) = filter::parse(&text, dialect) {
            let printed = filter::print(&parsed);
            assert_eq!(filter::parse(&printed, dialect).unwrap().0, parsed, "{text}\n{printed}");
        }
        let Ok(answer) = answer else { continue };
        asked += 1;
        let opposite: Vec<bool> = answer.iter().map(|b| !b).collect();
        assert_eq!(ask(&format!("not ({text})")).unwrap(), opposite, "{text}");
        assert_eq!(ask(&format!("({text}) and ({text})")).unwrap(), answer);
        // De Morgan, with another expression.
        for other in ["id pr", "externalId eq null"] {
            assert_eq!(ask(&format!("not (({text}) and {other})")), ask(&format!("not ({text}) or not ({other})")), "{text}");
            assert_eq!(ask(&format!("not (({text}) or {other})")), ask(&format!("not ({text}) and not ({other})")), "{text}");
        }
    }
    assert!(asked > 1_500, "{asked}");
}

#[test]
fn patches_obey_the_laws() {
    let (builtin, custom) = (Reference::new(None), Reference::new(Some(CUSTOM)));
    let mut done = 0;
    for seed in 0..10_000 {
        let Case::Patch { custom: is_custom, resource, patch, dialect } =
            generate::case(&mut Random::new(seed), &builtin.registry, &custom.registry)
        else {
            continue;
        };
        let reference = if is_custom { &custom } else { &builtin };
        let apply = |resource: &str, patch: &J| reference.patch(resource, &patch.print(), dialect.name(), None);
        let text = resource.print();
        let answer = apply(&text, &patch);
        if let Ok(p) = &answer {
            done += 1;
            assert_eq!(p.changed, !parse(&p.text).unwrap().same(&resource));
            // The result satisfies the schema whenever the resource did: nothing invalid is ever stored.
            let mut known = parse(&p.text).unwrap();
            known.unset("legacy");
            let before = {
                let mut b = resource.clone();
                b.unset("legacy");
                b.print()
            };
            let errors = |t: &str| {
                reference
                    .validate(t, "replace", "rfc", None)
                    .unwrap()
                    .issues
                    .into_iter()
                    .filter(|i| i.severity == "error")
                    .collect::<Vec<_>>()
            };
            assert!(
                !errors(&before).is_empty() || errors(&known.print()).is_empty(),
                "{text}\n{}\n{}\n{:?}",
                patch.print(),
                p.text,
                errors(&known.print())
            );
        }
        // One request is its operations one by one, but that primary, extensions and atomicity look at each alike.
        let operations = patch.at("Operations").unwrap().list();
        let mut step = Ok(text.clone());
        for (i, operation) in operations.iter().enumerate() {
            let mut one = patch.clone();
            one.set("Operations", J::Arr(vec![operation.clone()]));
            step = match apply(step.as_ref().unwrap(), &one) {
                Ok(p) => Ok(p.text),
                Err(f) => Err((f.scim_type, f.operation.map(|_| i))),
            };
            if step.is_err() {
                break;
            }
        }
        // An extension that requires something (Badge) is judged in the end.
        let judged_in_the_end = patch.print().to_lowercase().contains(":badge");
        match (&answer, &step) {
            _ if judged_in_the_end => {}
            (Ok(a), Ok(b)) => assert!(
                {
                    let (mut a, mut b) = (parse(&a.text).unwrap(), parse(b).unwrap());
                    a.unset("schemas");
                    b.unset("schemas");
                    a.same(&b)
                },
                "{text}\n{}\n{}\n{b}",
                patch.print(),
                a.text
            ),
            (Err(a), Err((t, i))) => {
                assert!(a.scim_type == *t && (a.operation == *i || a.operation.is_none()), "{a:?} {t:?} {i:?} {}", patch.print())
            }
            // Without operations there is nothing to take apart.
            (Err(_), Ok(_)) if operations.is_empty() => {}
            _ => panic!("{answer:?}\n{step:?}\n{text}\n{}", patch.print()),
        }
        // Members of an object have no order. (Value paths as keys may choose by what another key writes.)
        let mut turned = patch.clone();
        let reversed = operations.iter().map(|operation| {
            let mut operation = operation.clone();
            if let (None, Some(J::Obj(members))) = (operation.at("path"), operation.at("value"))
                && !members.iter().any(|(k, _)| k.contains('['))
            {
                operation.set("value", J::Obj(members.iter().rev().cloned().collect()));
            }
            operation
        });
        turned.set("Operations", J::Arr(reversed.collect()));
        match (&answer, apply(&text, &turned)) {
            (Ok(a), Ok(b)) => {
                assert!(parse(&a.text).unwrap().same(&parse(&b.text).unwrap()), "{text}\n{}\n{}\n{}", patch.print(), a.text, b.text)
            }
            (Err(a), Err(b)) => assert_eq!(a.operation, b.operation, "{}", patch.print()),
            (a, b) => panic!("{a:?}\n{b:?}\n{}", patch.print()),
        }
        // Adding twice is adding once, as long as no element is created or changed by what was added.
        if let [only] = operations
            && only.at("op") == Some(&J::Str("add".into()))
            && only.at("path").and_then(J::text).is_none_or(|p| !p.contains('['))
            && only.at("value").is_none_or(|v| v.members().iter().all(|(k, _)| !k.contains('[')))
            && let Ok(once) = &answer
            && let Ok(twice) = apply(&once.text, &patch)
        {
            assert!(!twice.changed, "{text}\n{}\n{}\n{}", patch.print(), once.text, twice.text);
        }
    }
    assert!(done > 1_500, "{done}");
}

#[test]
fn a_text_of_a_filter_is_the_same_each_time() {
    let bench = Bench::new(super::subject::subject);
    let (builtin, custom) = bench.registries();
    for seed in 0..500 {
        if let Case::Filter { filter, .. } = generate::case(&mut Random::new(seed), builtin, custom) {
            assert_eq!(filter_text(&filter), filter_text(&filter));
        }
    }
}
