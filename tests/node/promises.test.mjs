// Promises of the declarations and the semantics that no other suite looks at, through the package.
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPatch, Filter, Organization, ScimError, validate } from "scim-policy";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const WORKSPACE = "urn:scim-policy:schemas:1.0:Workspace";
const FOLDER = "urn:scim-policy:schemas:1.0:Folder";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const system = { kind: "system" };

const host = (config) => {
  const organization = new Organization(config);
  let made = 0;
  const handle = (method, path, body, context) => {
    const reply = organization.handle({ method, path, body }, { now: 0, newId: () => `id-${(made += 1)}`, actor: system, ...context });
    return { ...reply, json: reply.body === null ? null : JSON.parse(reply.body) };
  };
  const patch = (path, ...Operations) => handle("PATCH", path, { schemas: [PATCH], Operations });
  return { organization, handle, patch };
};
const refusal = (call) => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof ScimError, `${error}`);
    return [error.status, error.scimType];
  }
  return assert.fail("nothing was refused");
};

test("a filter's canonical text spells names as their schema does, and constants as their type", () => {
  const canonical = [
    ['USERNAME EQ "a" AND NOT(Active Eq true)', 'userName eq "a" and not (active eq true)'],
    ["((NAME.FAMILYNAME pr))", "name.familyName pr"],
    ['emails[TYPE eq "work" and VALUE co "@"]', 'emails[type eq "work" and value co "@"]'],
    [`${ENTERPRISE.toUpperCase()}:DEPARTMENT sw "x"`, `${ENTERPRISE}:department sw "x"`],
    [`${USER.toUpperCase()}:username eq "x"`, `${USER}:userName eq "x"`],
    ['active eq "TRUE"', "active eq true", "entra"],
    ["active ne TRUE", "active ne true", "entra"],
    ["externalid eq 5", 'externalId eq "5"', "entra"],
    ['EMAILS[type eq "work"].Value eq "x"', 'emails[type eq "work" and value eq "x"]', "entra"],
    ['nothing eq "x"', 'nothing eq "x"', "okta"],
  ];
  for (const [text, expected, dialect] of canonical) {
    const filter = new Filter(text, { dialect });
    assert.equal(filter.toString(), expected);
    const again = new Filter(expected, { dialect });
    assert.equal(again.toString(), expected);
    assert.deepEqual(again.toJSON(), filter.toJSON());
  }
});

test("any instant may be now: 1970 itself, before it, and far ahead", () => {
  for (const now of ["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]) {
    const { organization, handle } = host();
    const { json } = handle("POST", "/Users", { schemas: [USER], userName: "ann" }, { now });
    assert.deepEqual([json.meta.created, json.meta.lastModified], [now, now]);
    const again = new Organization();
    again.restore(organization.records());
    assert.equal(again.version, organization.version);
    assert.deepEqual(JSON.parse(again.handle({ method: "GET", path: "/Users/id-1" }).body), json);
  }
});

test("every limit answers 413, 400 tooMany or 400 invalidFilter", () => {
  const allowed = [[413, null], [400, "tooMany"], [400, "invalidFilter"]].map(String);
  const limited = (limits, call) => {
    const { handle } = host({ limits });
    const { status, json } = call(handle);
    assert.ok(allowed.includes(String([status, json.scimType ?? null])), `${JSON.stringify(limits)}: ${status} ${json.scimType} ${json.detail}`);
    assert.match(json.detail, new RegExp(Object.keys(limits)[0]));
  };
  const user = (name, more) => ({ schemas: [USER], userName: name, ...more });
  const filter = (text) => (handle) => handle("GET", `/Users?filter=${encodeURIComponent(text)}`);
  limited({ payloadBytes: 20 }, (handle) => handle("POST", "/Users", user("ann")));
  limited({ jsonDepth: 3 }, (handle) => handle("POST", "/Users", user("ann", { emails: [{ value: [[]] }] })));
  limited({ filterDepth: 2 }, filter('(((userName eq "a")))'));
  limited({ filterLength: 10 }, filter('userName eq "a"'));
  limited({ patchOperations: 1 }, (handle) => {
    handle("POST", "/Users", user("ann"));
    const operation = { op: "replace", path: "title", value: "x" };
    return handle("PATCH", "/Users/id-1", { schemas: [PATCH], Operations: [operation, operation] });
  });
  limited({ bulkOperations: 1 }, (handle) => {
    const operation = { method: "DELETE", path: "/Users/x" };
    return handle("POST", "/Bulk", { schemas: [BULK], Operations: [operation, operation] });
  });
  const nested = (count, make) => (handle) => {
    let reply;
    for (let level = 0; level < count; level++) reply = make(handle, level);
    return reply;
  };
  limited({ groupDepth: 3 }, nested(4, (handle, level) => handle("POST", "/Groups", { schemas: [GROUP], displayName: `g${level}`, members: level === 0 ? [] : [{ value: `id-${level}` }] })));
  limited({ folderDepth: 3 }, (handle) => {
    handle("POST", "/Workspaces", { schemas: [WORKSPACE], displayName: "w" });
    return nested(4, (make, level) => make("POST", "/Folders", { schemas: [FOLDER], displayName: "f", parent: { value: `id-${level + 1}`, type: level === 0 ? "Workspace" : "Folder" } }))(handle);
  });
  const deep = `{"schemas":["${USER}"],"x":${"[".repeat(100)}${"]".repeat(100)}}`;
  assert.deepEqual(refusal(() => validate(deep)), [400, "tooMany"]);
  assert.deepEqual(refusal(() => applyPatch(deep, { schemas: [PATCH], Operations: [{ op: "remove", path: "title" }] })), [400, "tooMany"]);
});

test("groups that all hold one another are made in no time, in one Bulk", () => {
  const { handle, organization } = host();
  const names = Array.from({ length: 150 }, (_, index) => `g${index}`);
  const members = (own) => names.filter((name) => name !== own).map((name) => ({ value: `bulkId:${name}`, type: "Group" }));
  const Operations = names.map((name) => ({ method: "POST", path: "/Groups", bulkId: name, data: { schemas: [GROUP], displayName: name, members: members(name) } }));
  const begun = performance.now();
  const { json } = handle("POST", "/Bulk", { schemas: [BULK], Operations });
  assert.ok(json.Operations.every(({ status }) => status === "201"));
  assert.equal(organization.stats.memberships, 150 * 149);
  assert.ok(performance.now() - begun < 5_000);
});

test("a guard is set once, to numbers that can be reached", () => {
  const { patch, handle } = host();
  const refused = (...operations) => {
    const { status, json } = patch("/Organization", ...operations);
    return [status, json.scimType];
  };
  const set = (name, value) => ({ op: "replace", path: `guards[type eq "massLoss"].${name}`, value });
  const twice = [{ type: "massLoss", outcome: "off" }, { type: "massLoss", outcome: "hold" }];
  assert.equal(handle("PUT", "/Organization", { schemas: ["urn:scim-policy:schemas:1.0:Organization"], guards: twice }).json.scimType, "uniqueness");
  const { guards } = patch("/Organization", { op: "add", path: "guards", value: twice.slice(0, 1) }).json;
  assert.deepEqual(guards.filter(({ type }) => type === "massLoss").map(({ outcome }) => outcome), ["off"]);
  for (const [name, value] of [["count", -1], ["share", 101], ["window", -5], ["window", 2 ** 33]]) assert.deepEqual(refused(set(name, value)), [400, "invalidValue"]);
  assert.deepEqual(refused(set("outcome", "maybe")), [400, "invalidValue"]);
  assert.equal(patch("/Organization", set("share", 100), set("count", 0), set("window", 0)).status, 200);
  assert.deepEqual(handle("GET", "/Organization").json.guards.find(({ type }) => type === "massLoss"), { type: "massLoss", outcome: "off", count: 0, share: 100, window: 0 });
});

test("a cursor is for the collection it was made for", () => {
  const { handle } = host();
  for (const name of ["a", "b"]) handle("POST", "/Users", { schemas: [USER], userName: name });
  const { nextCursor } = handle("GET", "/Users?cursor=&count=1").json;
  assert.equal(handle("GET", `/Users?count=1&cursor=${nextCursor}`).json.Resources.length, 1);
  assert.equal(handle("GET", `/Groups?count=1&cursor=${nextCursor}`).json.scimType, "invalidCursor");
});

test("where folders need a role on their workspace, a row of the workspace itself still has its own causes alone", () => {
  const { organization, handle, patch } = host();
  handle("POST", "/Users", { schemas: [USER], userName: "ann" });
  const group = (...members) => handle("POST", "/Groups", { schemas: [GROUP], displayName: "g", members: members.map((value) => ({ value })) });
  group("id-1");
  group("id-1", "id-2");
  group("id-1");
  const grants = ["id-3", "id-4"].map((value) => ({ value, type: "Group", role: "editor" }));
  handle("POST", "/Workspaces", { schemas: [WORKSPACE], displayName: "w", grants });
  patch("/Organization", { op: "replace", path: "policy.workspaceExitRevokesFolders", value: true });
  const remove = (path, value) => ({ method: "PATCH", path, body: { schemas: [PATCH], Operations: [{ op: "remove", path: value }] } });
  const requests = [remove("/Workspaces/id-5", 'grants[value eq "id-4"]'), remove("/Groups/id-3", 'members[value eq "id-2"]')];
  const { access } = organization.plan(requests, { actor: system, now: 0 });
  assert.deepEqual(access.changes.map(({ kind, causes }) => [kind, causes]), [["masked", [0]]]);
});

test("what a host's schema wants unique is, on POST, PUT and PATCH", () => {
  const badge = (caseExact) => ({ id: "urn:example:Badge", name: "Badge", attributes: [{ name: "number", type: "string", uniqueness: "server", caseExact }, { name: "colour", type: "string" }] });
  const user = { name: "User", endpoint: "/Users", schema: USER, schemaExtensions: [{ schema: "urn:example:Badge", required: false }] };
  const of = (userName, number) => ({ schemas: [USER, "urn:example:Badge"], userName, "urn:example:Badge": { number, colour: "red" } });
  for (const caseExact of [true, false]) {
    const { handle, patch } = host({ schemas: [badge(caseExact)], resourceTypes: [user] });
    const refused = ({ status, json }) => [status, json.scimType];
    assert.equal(handle("POST", "/Users", of("a", "B1")).status, 201);
    assert.deepEqual(refused(handle("POST", "/Users", of("b", "B1"))), [409, "uniqueness"]);
    assert.equal(handle("POST", "/Users", of("b", "b1")).status, caseExact ? 201 : 409);
    assert.equal(handle("POST", "/Users", of("c", "B3")).status, 201);
    const { id } = handle("GET", "/Users?filter=userName%20eq%20%22c%22").json.Resources[0];
    assert.deepEqual(refused(handle("PUT", `/Users/${id}`, of("c", "B1"))), [409, "uniqueness"]);
    assert.deepEqual(refused(patch(`/Users/${id}`, { op: "replace", path: "urn:example:Badge:number", value: "B1" })), [409, "uniqueness"]);
    assert.equal(patch(`/Users/${id}`, { op: "replace", path: "urn:example:Badge:number", value: "B4" }).status, 200);
    assert.equal(handle("POST", "/Users", of("d", "B3")).status, 201);
  }
});

test("an organization answers at its own endpoints, and says so of a config that moves them", () => {
  const moved = { name: "User", endpoint: "/People", schema: USER };
  assert.deepEqual(refusal(() => new Organization({ resourceTypes: [moved] })), [400, "invalidValue"]);
  assert.equal(validate({ schemas: [USER], userName: "ann" }, { resourceTypes: [moved] }).valid, true);
});

test("a PATCH of the owners leaves the settings as they are stored", () => {
  const { organization, patch } = host();
  const settings = { policy: { combine: "strongest" }, owners: [{ value: "ann" }] };
  organization.restore([{ key: "organization", value: settings }, { key: "user/ann", value: { userName: "ann" } }, { key: "user/bo", value: { userName: "bo" } }]);
  assert.equal(patch("/Organization", { op: "add", path: "owners", value: [{ value: "bo" }] }).status, 200);
  const stored = new TextDecoder().decode(organization.records()).split("\n").map((line) => line && JSON.parse(line)).find(({ key }) => key === "organization").value;
  assert.deepEqual([stored.policy, stored.guards, stored.owners], [settings.policy, undefined, [{ value: "ann" }, { value: "bo" }]]);
});
