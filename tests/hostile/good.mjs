// The good call: a little organization, and what it and the stateless functions must still answer after each hostile input.

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const WORKSPACE = "urn:scim-policy:schemas:1.0:Workspace";
const FOLDER = "urn:scim-policy:schemas:1.0:Folder";

export const ada = { schemas: [USER], userName: "ada@acme.example", emails: [{ type: "work", value: "ada@acme.example" }] };
export const join = { method: "PATCH", path: "/Groups/design", body: { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: "bo" }] }] } };

/** Ids are handed out in order. */
export const context = (...ids) => ({ actor: { kind: "system" }, now: "2026-01-05T09:00:00Z", newId: () => ids.shift() ?? "fresh" });

/** Ada in the group Design, which edits the workspace Launch and its folder; Bo in nothing yet. */
export function organizationOf({ Organization }) {
  const organization = new Organization({ dialect: "entra" });
  const made = organization.plan([
    { method: "POST", path: "/Users", body: ada },
    { method: "POST", path: "/Users", body: { ...ada, userName: "bo@acme.example" } },
    { method: "POST", path: "/Groups", body: { schemas: [GROUP], displayName: "Design", members: [{ value: "ada" }] } },
    { method: "POST", path: "/Workspaces", body: { schemas: [WORKSPACE], displayName: "Launch", grants: [{ value: "design", type: "Group", role: "editor" }] } },
    { method: "POST", path: "/Folders", body: { schemas: [FOLDER], displayName: "Plans", parent: { value: "w", type: "Workspace" }, audience: "viewer" } },
  ], context("ada", "bo", "design", "w", "f"));
  if (made.responses.some(({ status }) => status !== 201)) throw new Error(`the good organization: ${JSON.stringify(made.responses)}`);
  organization.commit(made);
  return organization;
}

/** What is used all along: an organization, a plan of its that waits, a filter. */
export function residentOf(scim) {
  const organization = organizationOf(scim);
  return { organization, plan: organization.plan(join, context()), filter: new scim.Filter('userName sw "ada" or displayName pr') };
}

/** Everything there is to ask, once, as one text. */
export function good({ validate, applyPatch, accessDiff, version }, { organization, plan, filter }) {
  const fresh = organization.plan([join, { method: "DELETE", path: "/Users/ada" }, { method: "GET", path: "/Users?filter=userName%20sw%20%22a%22" }], context());
  return JSON.stringify([
    version(),
    validate({ ...ada, active: "True", nobody: 1 }, { dialect: "entra" }),
    applyPatch({ ...ada, id: "1" }, { schemas: [PATCH], Operations: [{ op: "Add", path: 'emails[type eq "home"].value', value: "a@b.example" }] }, { dialect: "entra" }),
    accessDiff({ users: [{ id: "u" }], workspaces: [{ id: "w", grants: [{ value: "u", type: "User", role: "owner" }] }] }, { users: [{ id: "u", active: false }] }),
    [filter.toString(), filter.select([ada, { userName: "bo" }, { displayName: "x" }])],
    organization.version, organization.stats.users,
    fresh, plan, organization.accessChanges(plan, { offset: 0, limit: 10 }),
    organization.check({ user: "ada", can: "edit", on: { type: "Workspace", id: "w" } }),
    organization.explain("ada", { type: "Folder", id: "f" }), organization.accessOf("ada"), organization.whoHas({ type: "Workspace", id: "w" }),
    organization.records().length, organization.dangling(),
  ]);
}
