//! Situations of an administrator: what is asked, and the whole answer (semantics/access.md, "Explain").

#![allow(clippy::unwrap_used)]

use scim_policy::access::{ObjectRef, ObjectType};
use scim_policy::{Config, Organization};
use serde_json::{Value, json};

/// Launch holds Plans (open to who has Launch), which holds Drafts (lowered to Viewer) and Salaries (private).
const RECORDS: &str = r#"
{"key":"organization","value":{"displayName":"Acme","owners":[{"value":"u-zoe"}],"membersCanCreateWorkspaces":false}}
{"key":"user/u-zoe","value":{"userName":"zoe@acme.example","displayName":"Zoe"}}
{"key":"user/u-bea","value":{"userName":"bea@acme.example","displayName":"Bea"}}
{"key":"user/u-carl","value":{"userName":"carl@acme.example","displayName":"Carl","active":false}}
{"key":"user/u-dan","value":{"userName":"dan@acme.example"}}
{"key":"group/g-emea","value":{"displayName":"EMEA"}}
{"key":"group/g-sales","value":{"displayName":"Sales"}}
{"key":"group/g-all","value":{"displayName":"Everyone"}}
{"key":"member/g-emea/u-bea","value":{"type":"User"}}
{"key":"member/g-sales/g-emea","value":{"type":"Group"}}
{"key":"member/g-all/u-bea","value":{"type":"User"}}
{"key":"member/g-all/u-carl","value":{"type":"User"}}
{"key":"member/g-all/u-gone","value":{"type":"User"}}
{"key":"workspace/w-launch","value":{"displayName":"Launch"}}
{"key":"folder/f-plans","value":{"displayName":"Plans","parent":{"value":"w-launch","type":"Workspace"},"audience":"parent"}}
{"key":"folder/f-drafts","value":{"displayName":"Drafts","parent":{"value":"f-plans","type":"Folder"},"audience":"viewer"}}
{"key":"folder/f-salaries","value":{"displayName":"Salaries","parent":{"value":"f-plans","type":"Folder"},"audience":"private"}}
{"key":"grant/w-launch/g-sales","value":{"type":"Group","role":"editor"}}
{"key":"grant/w-launch/g-all","value":{"type":"Group","role":"checker"}}
{"key":"grant/f-plans/u-bea","value":{"type":"User","role":"viewer"}}
{"key":"grant/w-launch/u-dan","value":{"type":"User","role":"admin"}}
"#;

fn acme() -> Organization {
    let mut organization = Organization::new(Config::default());
    organization.restore(RECORDS.as_bytes()).unwrap();
    organization
}

fn folder(id: &str) -> ObjectRef {
    ObjectRef { kind: ObjectType::Folder, id: id.into() }
}

fn launch() -> ObjectRef {
    ObjectRef { kind: ObjectType::Workspace, id: "w-launch".into() }
}

fn text<T: serde::Serialize>(answer: &T) -> Value {
    serde_json::to_value(answer).unwrap()
}

/// The table in the documentation of `access`: five situations, each with the reason that is given.
#[test]
fn the_documentation_tells_the_reasons_that_are_given() {
    let mut organization = acme();
    organization
        .restore(
            br#"{"key":"user/u-eve","value":{"userName":"eve@acme.example","displayName":"Eve"}}
{"key":"member/g-all/u-eve","value":{"type":"User"}}"#,
        )
        .unwrap();
    let page = include_str!("../src/access/mod.rs");
    let told: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |")?.split_once("? | "))
        .map(|(_, reason)| reason)
        .collect();
    let asked = [("u-bea", "f-plans"), ("u-bea", "f-salaries"), ("u-eve", "f-drafts"), ("u-dan", "f-salaries"), ("u-carl", "f-plans")];
    let given: Vec<String> = asked.iter().map(|(user, id)| organization.explain(user, &folder(id)).reason).collect();
    assert_eq!(told, given);
}

#[test]
fn why_may_bea_edit_plans() {
    let organization = acme();
    let decision = organization.check("u-bea", "edit", Some(&folder("f-plans"))).unwrap();
    let reason = "Bea is Editor of folder Plans, because their group EMEA is part of Sales, which has Editor on workspace Launch.";
    assert_eq!(text(&decision), json!({"allowed": true, "role": "editor", "reason": reason}));
    let object = json!({"type": "Folder", "id": "f-plans"});
    let launch = json!({"type": "Workspace", "id": "w-launch"});
    assert_eq!(
        text(&organization.explain("u-bea", &folder("f-plans"))),
        json!({
            "user": "u-bea", "object": object, "role": "editor", "active": true,
            "paths": [
                {"subject": {"type": "Group", "id": "g-sales"}, "object": launch, "role": "editor",
                 "via": ["g-emea", "g-sales"], "standing": "deciding", "effective": "editor"},
                {"subject": {"type": "Group", "id": "g-all"}, "object": launch, "role": "checker",
                 "via": ["g-all"], "standing": "dominated", "effective": "checker"},
                {"subject": {"type": "User", "id": "u-bea"}, "object": object, "role": "viewer",
                 "via": [], "standing": "dominated", "effective": "viewer"},
            ],
            "reason": reason,
        })
    );
    let drafts = organization.check("u-bea", "edit", Some(&folder("f-drafts"))).unwrap();
    assert_eq!(
        text(&drafts),
        json!({
            "allowed": false, "role": "viewer",
            "reason": "Bea is Viewer of folder Drafts, because they were granted Viewer on folder Plans themselves, \
                       but edit takes Editor or stronger.",
        })
    );
}

#[test]
fn why_does_bea_not_see_salaries() {
    let organization = acme();
    let reason = "Bea has no role on folder Salaries: they were granted Viewer on folder Plans themselves, but folder Salaries is private.";
    let explanation = organization.explain("u-bea", &folder("f-salaries"));
    assert_eq!(explanation.reason, reason);
    assert_eq!((explanation.role, explanation.active), (None, true));
    let standings: Vec<Value> = explanation.paths.iter().map(|path| json!([path.subject.id, path.standing, path.effective])).collect();
    assert_eq!(
        json!(standings),
        json!([["u-bea", "blocked", null], ["g-all", "blocked", null], ["g-sales", "blocked", null]]),
        "the nearest first"
    );
    // Someone with an exempt role gets there all the same, by userName where there is no displayName.
    let dan = organization.check("u-dan", "manage", Some(&folder("f-salaries"))).unwrap();
    let reason = "dan@acme.example is Admin of folder Salaries, because they were granted Admin on workspace Launch themselves.";
    assert_eq!(text(&dan), json!({"allowed": true, "role": "admin", "reason": reason}));
}

#[test]
fn what_will_carl_have_when_he_is_back() {
    let organization = acme();
    assert_eq!(
        text(&organization.explain("u-carl", &folder("f-plans"))),
        json!({
            "user": "u-carl", "object": {"type": "Folder", "id": "f-plans"}, "role": null, "active": false,
            "paths": [{"subject": {"type": "Group", "id": "g-all"}, "object": {"type": "Workspace", "id": "w-launch"}, "role": "checker",
                       "via": ["g-all"], "standing": "inactive", "effective": "checker"}],
            "reason": "The account of Carl is inactive; once it is active again, they are Checker of folder Plans.",
        })
    );
    let salaries = organization.check("u-carl", "view", Some(&folder("f-salaries"))).unwrap();
    let reason = "The account of Carl is inactive, and active it would have no role on folder Salaries either.";
    assert_eq!(text(&salaries), json!({"allowed": false, "role": null, "reason": reason}));
    assert_eq!(text(&organization.access_of("u-carl")), json!([]));
}

#[test]
fn who_has_launch_and_what_has_bea() {
    let organization = acme();
    assert_eq!(
        text(&organization.who_has(&launch(), None, 0, 10).unwrap()),
        json!([{"user": "u-bea", "role": "editor"}, {"user": "u-dan", "role": "admin"}])
    );
    assert_eq!(text(&organization.who_has(&launch(), Some("admin"), 0, 10).unwrap()), json!([{"user": "u-dan", "role": "admin"}]));
    assert_eq!(text(&organization.who_has(&launch(), None, 1, 1).unwrap()), json!([{"user": "u-dan", "role": "admin"}]));
    assert_eq!(text(&organization.who_has(&ObjectRef::organization(), None, 0, 9).unwrap()), json!([{"user": "u-zoe", "role": "owner"}]));
    assert_eq!(text(&organization.who_has(&folder("w-launch"), None, 0, 9).unwrap()), json!([]), "a workspace is no folder");
    let error = organization.who_has(&launch(), Some("king"), 0, 10).unwrap_err();
    assert_eq!((error.status, error.path.as_deref()), (400, Some("role")));
    assert_eq!(
        text(&organization.access_of("u-bea")),
        json!([
            {"object": {"type": "Folder", "id": "f-drafts"}, "role": "viewer"},
            {"object": {"type": "Folder", "id": "f-plans"}, "role": "editor"},
            {"object": {"type": "Workspace", "id": "w-launch"}, "role": "editor"},
        ])
    );
    assert_eq!(
        text(&organization.access_of("u-zoe")),
        json!([{"object": {"type": "Organization", "id": "organization"}, "role": "owner"}])
    );
}

#[test]
fn who_may_create_workspaces() {
    let mut organization = acme();
    let ask = |organization: &Organization, user: &str, on: Option<&ObjectRef>| {
        let decision = organization.check(user, "createWorkspace", on).unwrap();
        (decision.allowed, decision.role, decision.reason)
    };
    let owner = Some("owner".to_owned());
    for (user, on, expected) in [
        ("u-zoe", None, (true, owner, "Zoe may create workspaces, because they are one of the organization's owners.")),
        ("u-bea", None, (false, None, "Bea may not create workspaces, because the organization lets only its owners do so.")),
        ("u-carl", None, (false, None, "The account of Carl is inactive.")),
        ("u-gone", None, (false, None, "There is no user with the id u-gone.")),
        ("u-bea", Some(launch()), (false, None, "Bea cannot create workspaces in workspace Launch: they are created in the organization.")),
        ("u-bea", Some(folder("f-x")), (false, None, "There is no folder with the id f-x.")),
    ] {
        let (allowed, role, reason) = ask(&organization, user, on.as_ref());
        assert_eq!((allowed, role, reason.as_str()), expected);
    }
    organization.restore(br#"{"key":"organization","value":{"membersCanCreateWorkspaces":true}}"#).unwrap();
    let expected = (true, None, "Bea may create workspaces, because the organization lets all its members do so.".to_owned());
    assert_eq!(ask(&organization, "u-bea", Some(&ObjectRef::organization())), expected);
}

#[test]
fn what_is_not_there_has_a_reason_too() {
    let organization = acme();
    for (user, can, on, reason) in [
        ("u-gone", "view", launch(), "There is no user with the id u-gone."),
        ("g-sales", "view", launch(), "There is no user with the id g-sales."),
        ("u-bea", "view", folder("w-launch"), "There is no folder with the id w-launch."),
        ("u-bea", "view", ObjectRef { kind: ObjectType::Organization, id: "acme".into() }, "There is no organization with the id acme."),
        ("u-bea", "bill", ObjectRef::organization(), "Bea is not one of the organization's owners."),
        ("u-zoe", "view", launch(), "Zoe has no role on workspace Launch: nothing was granted to them or to a group of theirs."),
    ] {
        let decision = organization.check(user, can, Some(&on)).unwrap();
        assert_eq!((decision.allowed, decision.reason.as_str()), (false, reason));
        assert_eq!(organization.explain(user, &on).reason, reason);
        assert_eq!(organization.explain(user, &on).paths, []);
    }
    let zoe = organization.check("u-zoe", "bill", None).unwrap();
    assert_eq!((zoe.allowed, zoe.reason.as_str()), (true, "Zoe is Owner of the organization, because they are one of its owners."));
    let error = organization.check("u-bea", "fly", None).unwrap_err();
    assert_eq!((error.status, error.path.as_deref()), (400, Some("can")));
    assert_eq!(error.detail, "`fly` is no capability: use one of view, comment, complete, edit, manage, bill, createWorkspace");
    assert_eq!(serde_json::to_value(error.scim_type).unwrap(), json!("invalidValue"));
}

#[test]
fn policies_have_their_own_reasons() {
    let mut organization = acme();
    let policy = br#"{"key":"organization","value":{"policy":{"workspaceExitRevokesFolders":true}}}
{"key":"grant/f-plans/u-zoe","value":{"type":"User","role":"editor"}}
{"key":"folder/f-lost","value":{"displayName":"Lost","parent":{"value":"w-gone","type":"Workspace"}}}
{"key":"grant/f-lost/u-zoe","value":{"type":"User","role":"editor"}}"#;
    organization.restore(policy).unwrap();
    for (id, reason) in [
        (
            "f-plans",
            "Zoe has no role on folder Plans: they were granted Editor on it themselves, but folders are closed to whoever has no role on workspace Launch itself.",
        ),
        ("f-lost", "Zoe has no role on folder Lost: they were granted Editor on it themselves, but that folder is in no workspace."),
    ] {
        assert_eq!(organization.explain("u-zoe", &folder(id)).reason, reason);
    }
    // Capped: what an audience did is told.
    organization.restore(br#"{"key":"grant/f-plans/u-bea","value":null}"#).unwrap();
    assert_eq!(
        organization.explain("u-bea", &folder("f-drafts")).reason,
        "Bea is Viewer of folder Drafts, because their group Everyone has Checker on workspace Launch, which folder Drafts lowers to Viewer."
    );
}
