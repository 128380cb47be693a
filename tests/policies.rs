//! Each policy and setting of an organization, both ways: by its default, and changed (semantics/access.md).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail")]

use scim_policy::Organization;
use scim_policy::access::{ObjectRef, ObjectType};
use scim_policy::plan::Plan;
use scim_policy::protocol::{Actor, Context, Method, Request};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Ann and Ben, the group Team with Ben in it, and the workspace Hall with a folder in a folder.
const RECORDS: &str = r#"
{"key":"user/ann","value":{"userName":"ann"}}
{"key":"user/ben","value":{"userName":"ben"}}
{"key":"group/team","value":{"displayName":"Team"}}
{"key":"member/team/ben","value":{"type":"User"}}
{"key":"workspace/hall","value":{"displayName":"Hall"}}
{"key":"folder/outer","value":{"displayName":"Outer","parent":{"value":"hall","type":"Workspace"},"audience":"parent"}}
{"key":"folder/inner","value":{"displayName":"Inner","parent":{"value":"outer","type":"Folder"},"audience":"parent"}}
"#;

fn organization(settings: &str, config: &str) -> Organization {
    let mut organization = Organization::from_json(config).unwrap();
    organization.restore(RECORDS.as_bytes()).unwrap();
    organization.restore(format!("{{\"key\":\"organization\",\"value\":{settings}}}").as_bytes()).unwrap();
    organization
}

fn with(settings: &str) -> Organization {
    organization(settings, "{}")
}

fn feed(organization: &mut Organization, records: &str) {
    organization.restore(records.as_bytes()).unwrap();
}

fn plan(organization: &Organization, actor: Actor, request: Request) -> Plan {
    organization.plan(&[request], &Context { actor, ..Context::default() }, &mut || Ok("new".into())).unwrap()
}

fn status(organization: &Organization, actor: Actor, request: Request) -> u16 {
    plan(organization, actor, request).responses[0].status
}

fn role(organization: &Organization, user: &str, folder: &str) -> Option<String> {
    organization.explain(user, &ObjectRef { kind: ObjectType::Folder, id: folder.into() }).role
}

fn add_members(ids: &[&str]) -> Request {
    let members: Vec<String> = ids.iter().map(|id| format!("{{\"value\":\"{id}\"}}")).collect();
    let body =
        format!("{{\"schemas\":[\"{PATCH}\"],\"Operations\":[{{\"op\":\"add\",\"path\":\"members\",\"value\":[{}]}}]}}", members.join(","));
    Request::new(Method::Patch, "/Groups/team").with_body(body)
}

#[test]
fn features_scim() {
    let create = || Request::new(Method::Post, "/Users").with_body(format!("{{\"schemas\":[\"{USER}\"],\"userName\":\"cat\"}}"));
    for (settings, expected) in [("{}", 201), (r#"{"features":{"scim":true}}"#, 201), (r#"{"features":{"scim":false}}"#, 403)] {
        let mut organization = with(settings);
        feed(&mut organization, r#"{"key":"grant/outer/team","value":{"type":"Group","role":"editor"}}"#);
        assert_eq!(status(&organization, Actor::IdentityProvider, create()), expected, "{settings}");
        assert_eq!(status(&organization, Actor::System { on_behalf_of: None }, create()), 201, "{settings}: the system may");
        assert_eq!(role(&organization, "ben", "inner").as_deref(), Some("editor"), "{settings}: access stays as it is");
    }
}

#[test]
fn members_can_create_workspaces() {
    let create = || {
        Request::new(Method::Post, "/Workspaces").with_body(r#"{"schemas":["urn:scim-policy:schemas:1.0:Workspace"],"displayName":"W"}"#)
    };
    let by = |id: &str| Actor::User { id: id.into() };
    for (setting, expected) in [("", 201), (r#","membersCanCreateWorkspaces":true"#, 201), (r#","membersCanCreateWorkspaces":false"#, 403)]
    {
        let organization = with(&format!(r#"{{"owners":[{{"value":"ann"}}]{setting}}}"#));
        assert_eq!(status(&organization, by("ben"), create()), expected, "{setting}");
        assert_eq!(status(&organization, by("ann"), create()), 201, "{setting}: an owner may");
        let decision = organization.check("ben", "createWorkspace", None).unwrap();
        assert_eq!(decision.allowed, expected == 201, "{}", decision.reason);
        let made = plan(&organization, by("ann"), create());
        assert!(made.records.iter().any(|(key, _)| key == "grant/new/ann"), "who creates one owns it");
    }
}

#[test]
fn combine() {
    let grants = r#"{"key":"grant/outer/team","value":{"type":"Group","role":"editor"}}
{"key":"grant/inner/ben","value":{"type":"User","role":"viewer"}}
{"key":"grant/hall/ann","value":{"type":"User","role":"admin"}}
{"key":"grant/inner/ann","value":{"type":"User","role":"viewer"}}"#;
    for (settings, expected) in
        [("{}", "editor"), (r#"{"policy":{"combine":"strongest"}}"#, "editor"), (r#"{"policy":{"combine":"mostSpecific"}}"#, "viewer")]
    {
        let mut organization = with(settings);
        feed(&mut organization, grants);
        assert_eq!(role(&organization, "ben", "inner").as_deref(), Some(expected), "{settings}");
        assert_eq!(role(&organization, "ben", "outer").as_deref(), Some("editor"), "{settings}");
        assert_eq!(role(&organization, "ann", "inner").as_deref(), Some("admin"), "{settings}: an exempt role always counts");
    }
}

#[test]
fn unknown_members() {
    for (settings, expected) in
        [("{}", 400), (r#"{"policy":{"unknownMembers":"reject"}}"#, 400), (r#"{"policy":{"unknownMembers":"skip"}}"#, 204)]
    {
        let organization = with(settings);
        let plan = plan(&organization, Actor::IdentityProvider, add_members(&["ann", "nobody"]));
        assert_eq!(plan.responses[0].status, expected, "{settings}");
        let keys: Vec<&str> = plan.records.iter().map(|(key, _)| key.as_str()).collect();
        match expected {
            204 => assert_eq!((keys, plan.notes.len()), (vec!["member/team/ann"], 1), "the one that is known, and a note"),
            _ => assert!(keys.is_empty(), "the whole request"),
        }
    }
}

#[test]
fn workspace_exit_revokes_folders() {
    for (settings, exits) in [
        ("{}", false),
        (r#"{"policy":{"workspaceExitRevokesFolders":false}}"#, false),
        (r#"{"policy":{"workspaceExitRevokesFolders":true}}"#, true),
    ] {
        let mut organization = with(settings);
        feed(&mut organization, r#"{"key":"grant/inner/ben","value":{"type":"User","role":"editor"}}"#);
        assert_eq!(role(&organization, "ben", "inner").is_some(), !exits, "{settings}: a folder alone");
        feed(&mut organization, r#"{"key":"grant/hall/team","value":{"type":"Group","role":"viewer"}}"#);
        assert_eq!(role(&organization, "ben", "inner").as_deref(), Some("editor"), "{settings}: the workspace too");
        let leave =
            format!("{{\"schemas\":[\"{PATCH}\"],\"Operations\":[{{\"op\":\"remove\",\"path\":\"members[value eq \\\"ben\\\"]\"}}]}}");
        let left = plan(&organization, Actor::IdentityProvider, Request::new(Method::Patch, "/Groups/team").with_body(leave));
        assert!(left.records.iter().any(|(key, _)| key == "member/team/ben"));
        feed(&mut organization, r#"{"key":"member/team/ben","value":null}"#);
        assert_eq!(role(&organization, "ben", "inner").is_some(), !exits, "{settings}: having left the workspace");
    }
}

#[test]
fn role_presets() {
    let preset = r#"{"roles":{"roles":[{"name":"reader","capabilities":["view"]},{"name":"writer","capabilities":["edit"]},
        {"name":"boss","capabilities":["manage"]}],"groupAssignable":["reader"],"exempt":["boss"]}}"#;
    let grant = |role: &str| {
        let body = format!(
            "{{\"schemas\":[\"{PATCH}\"],\"Operations\":[{{\"op\":\"add\",\"path\":\"grants\",\"value\":[{{\"value\":\"team\",\"type\":\"Group\",\"role\":\"{role}\"}}]}}]}}"
        );
        Request::new(Method::Patch, "/Workspaces/hall").with_body(body)
    };
    let system = || Actor::System { on_behalf_of: None };
    let taskade = with("{}");
    let own = organization("{}", preset);
    for (role, by_default, by_preset) in [("editor", 200, 400), ("admin", 400, 400), ("reader", 400, 200), ("writer", 400, 400)] {
        assert_eq!(status(&taskade, system(), grant(role)), by_default, "{role}");
        assert_eq!(status(&own, system(), grant(role)), by_preset, "{role}");
    }
    let may = |organization: &Organization, role: &str, can: &str| {
        let mut copy = Organization::from_json(if role == "boss" || role == "writer" { preset } else { "{}" }).unwrap();
        copy.restore(&organization.records(None, 0).bytes).unwrap();
        feed(
            &mut copy,
            r#"{"key":"folder/inner","value":{"displayName":"Inner","parent":{"value":"outer","type":"Folder"},"audience":"private"}}"#,
        );
        feed(&mut copy, &format!("{{\"key\":\"grant/hall/ann\",\"value\":{{\"type\":\"User\",\"role\":\"{role}\"}}}}"));
        copy.check("ann", can, Some(&ObjectRef { kind: ObjectType::Folder, id: "inner".into() })).unwrap().allowed
    };
    assert!(may(&taskade, "admin", "manage") && !may(&taskade, "editor", "edit"), "exempt roles pass a private folder");
    assert!(may(&own, "boss", "view") && !may(&own, "writer", "view"), "and those of a preset");
}

/// A folder whose id records had named before it was there cannot close a ring of parents.
#[test]
fn a_new_folder_closes_no_ring() {
    let mut organization = with("{}");
    feed(&mut organization, r#"{"key":"folder/lost","value":{"displayName":"Lost","parent":{"value":"new","type":"Folder"}}}"#);
    let create = |parent: &str| {
        let body = format!(
            "{{\"schemas\":[\"urn:scim-policy:schemas:1.0:Folder\"],\"displayName\":\"New\",\"parent\":{{\"value\":\"{parent}\",\"type\":\"Folder\"}}}}"
        );
        Request::new(Method::Post, "/Folders").with_body(body)
    };
    let refused = plan(&organization, Actor::System { on_behalf_of: None }, create("lost"));
    assert_eq!((refused.responses[0].status, refused.records.len()), (400, 0));
    assert!(refused.responses[0].body.as_ref().is_some_and(|body| body.contains("a folder inside it")), "{refused:?}");
    assert_eq!(refused.version, organization.version());
    assert_eq!(status(&organization, Actor::System { on_behalf_of: None }, create("outer")), 201);
}

/// What a PATCH leaves empty says no more than what was never there: the version is the same after a restore.
#[test]
fn emptied_attributes_leave_nothing_behind() {
    let mut organization = with("{}");
    feed(
        &mut organization,
        r#"{"key":"user/ann","value":{"userName":"ann","emails":[{"value":"a@acme.example"}],"name":{"givenName":"Ann"}}}"#,
    );
    let body = format!(
        "{{\"schemas\":[\"{PATCH}\"],\"Operations\":[{{\"op\":\"remove\",\"path\":\"emails[value eq \\\"a@acme.example\\\"]\"}},{{\"op\":\"remove\",\"path\":\"name.givenName\"}}]}}"
    );
    let request = Request::new(Method::Patch, "/Users/ann").with_body(body);
    let mut plan = plan(&organization, Actor::IdentityProvider, request);
    assert_eq!(plan.responses[0].status, 200);
    organization.commit_plan(&mut plan).unwrap();
    let mut copy = with("{}");
    copy.restore(&organization.records(None, 0).bytes).unwrap();
    assert_eq!((copy.version(), organization.version()), (plan.version.clone(), plan.version));
}
