// The real module through the package: each function on real input, bad input, and instances that do not disturb each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessDiff, applyPatch, Filter, Organization, validate, version } from "scim-policy";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ada = { schemas: [USER], userName: "ada@acme.example", emails: [{ type: "work", value: "ada@acme.example" }] };
const system = { actor: { kind: "system" }, now: "2026-01-05T09:00:00Z" };

const ids = (prefix) => {
  let next = 0;
  return () => `${prefix}${(next += 1)}`;
};
/** An organization with a user u1, a group u2, a workspace u3, and the group as its editor. */
function organization() {
  const made = new Organization();
  const newId = ids("u");
  const context = { ...system, newId };
  for (const request of [
    { method: "POST", path: "/Users", body: ada },
    { method: "POST", path: "/Groups", body: { schemas: [GROUP], displayName: "Design" } },
    { method: "POST", path: "/Workspaces", body: { schemas: ["urn:scim-policy:schemas:1.0:Workspace"], displayName: "Launch", grants: [{ value: "u2", type: "Group", role: "editor" }] } },
  ]) assert.equal(made.handle(request, context).status, 201);
  return made;
}
const join = { method: "PATCH", path: "/Groups/u2", body: { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [{ value: "u1" }] }] } };
const launch = { type: "Workspace", id: "u3" };
const deep = (depth) => "[".repeat(depth) + "]".repeat(depth);

test("the version is the package's", () => assert.match(version(), /^\d+\.\d+\.\d+$/));

test("validate gives the same for an object, text and bytes, and a canonical resource", () => {
  const text = JSON.stringify({ ...ada, USERNAME: undefined, Active: true });
  for (const payload of [JSON.parse(text), text, new TextEncoder().encode(text)]) {
    const report = validate(payload);
    assert.deepEqual([report.valid, report.resourceType, report.issues, report.notes], [true, "User", [], []]);
    assert.deepEqual(report.resource, { ...ada, active: true });
  }
  const report = validate({ schemas: [USER], userName: 7, emails: "x" });
  assert.deepEqual([report.valid, report.resource, report.issues.length], [false, null, 2]);
  const tolerant = validate({ ...ada, active: "True" }, { dialect: "entra" });
  assert.deepEqual([tolerant.valid, tolerant.notes.length, tolerant.resource.active], [true, 1, true]);
});

test("validate knows schemas of the host's own, also on an instance that has forgotten them", () => {
  const schemas = [{ id: "urn:example:Badge", name: "Badge", attributes: [{ name: "number", type: "string", required: true }] }];
  const resourceTypes = [{ name: "Badge", endpoint: "/Badges", schema: "urn:example:Badge" }];
  for (let round = 0; round < 3; round++) {
    assert.equal(validate({ schemas: ["urn:example:Badge"], number: "7" }, { schemas, resourceTypes }).resourceType, "Badge");
    assert.equal(validate({ schemas: ["urn:example:Badge"] }, { schemas, resourceTypes }).valid, false);
  }
  assert.throws(() => validate({}, { schemas: [{ id: 7 }] }), { name: "ScimError", status: 400 });
});

test("applyPatch gives text, and the rest when asked; its inverse brings the resource back", () => {
  const given = { ...ada, id: "1" };
  const copy = structuredClone(given);
  const result = applyPatch(given, { schemas: [PATCH], Operations: [{ op: "replace", path: "userName", value: "ada.l@acme.example" }] });
  assert.deepEqual([result.changed, result.resource.userName, result.notes], [true, "ada.l@acme.example", []]);
  assert.deepEqual(JSON.parse(result.text), result.resource);
  assert.deepEqual(result.changes, [{ path: "userName", before: ada.userName, after: "ada.l@acme.example" }]);
  assert.deepEqual(applyPatch(result.text, result.inverse).resource, copy);
  assert.deepEqual(given, copy, "the input is as it was");
  const same = applyPatch(given, { schemas: [PATCH], Operations: [{ op: "replace", path: "userName", value: ada.userName }] });
  assert.deepEqual([same.changed, same.changes, same.inverse.Operations], [false, [], []]);
  assert.throws(() => applyPatch(given, { schemas: [PATCH], Operations: [{ op: "add", path: "nickName", value: "A" }, { op: "remove", path: "userName" }] }), { name: "ScimError", status: 400, scimType: "mutability", operation: 1 });
});

test("texts come back whole, whatever their letters", () => {
  for (const title of ["plain", "é", "Zürich, Ελλάδα", "ÿ\u0080", "日本", "😀 Köln", "\u00ff\u0100", "\ufeffx"]) {
    const { text, resource } = applyPatch(ada, { schemas: [PATCH], Operations: [{ op: "add", path: "title", value: title }] });
    assert.deepEqual(resource, { ...ada, title });
    assert.equal(JSON.parse(text).title, title);
    const resident = new Organization();
    const { body, records } = resident.handle({ method: "POST", path: "/Users", body: { schemas: [USER], userName: "ada", title } }, system);
    assert.equal(JSON.parse(body).title, title);
    assert.equal(records[0].value.title, title);
  }
});

test("a filter matches, selects, prints and is parsed again from what it prints", () => {
  const filter = new Filter('USERNAME sw "ada" and emails[type eq "work"]');
  assert.equal(filter.matches(ada), true);
  assert.deepEqual(filter.select([ada, { ...ada, emails: [] }, ada]), [0, 2]);
  assert.deepEqual(filter.select(JSON.stringify([ada])), [0]);
  assert.equal(new Filter(`${filter}`).toString(), `${filter}`);
  assert.equal(typeof filter.toJSON(), "object");
  assert.deepEqual(filter.notes, []);
  assert.throws(() => new Filter("userName eq"), { name: "ScimError", status: 400, scimType: "invalidFilter" });
  assert.throws(() => filter.select("{}"), { name: "ScimError", status: 400 });
  filter.free();
});

test("accessDiff tells two documents apart", () => {
  const before = { users: [{ id: "u" }], workspaces: [{ id: "w", grants: [{ value: "u", type: "User", role: "viewer" }] }] };
  const after = { ...before, workspaces: [{ id: "w", grants: [{ value: "u", type: "User", role: "editor" }] }] };
  assert.deepEqual(accessDiff(before, before).changes, []);
  const { summary, changes } = accessDiff(before, JSON.stringify(after));
  assert.equal(summary.kinds.upgrade, 1);
  assert.deepEqual(changes.map(({ user, object, kind, before, after }) => [user, object.id, kind, before, after]), [["u", "w", "upgrade", "viewer", "editor"]]);
});

test("planning changes nothing, committing does, and what was planned before is refused then", () => {
  const resident = organization();
  const before = resident.version;
  const [plan, other] = [resident.plan(join, system), resident.plan({ method: "DELETE", path: "/Users/u1" }, system)];
  assert.equal(resident.version, before);
  assert.equal(resident.check({ user: "u1", can: "edit", on: launch }).allowed, false);
  assert.equal(plan.access.summary.kinds.grant, 1);
  assert.deepEqual(plan.records.map(({ key }) => key).filter((key) => key.startsWith("member/")), ["member/u2/u1"]);
  resident.commit(plan);
  assert.equal(resident.version, plan.version);
  assert.deepEqual(resident.check({ user: "u1", can: "edit", on: launch }).role, "editor");
  assert.deepEqual(resident.explain("u1", launch).paths.map(({ standing, via }) => [standing, via]), [["deciding", ["u2"]]]);
  assert.deepEqual(resident.accessOf("u1"), [{ object: launch, role: "editor" }]);
  assert.deepEqual(resident.whoHas(launch), [{ user: "u1", role: "editor" }]);
  assert.throws(() => resident.commit(other), { name: "ScimError", status: 409 });
  assert.deepEqual(plan.access.changes.map(({ user, kind, causes }) => [user, kind, causes]), [["u1", "grant", [0]]]);
  const undo = resident.plan(plan.inverse, system);
  assert.equal(undo.access.summary.kinds.revoke, 1);
});

test("answers of every make come over whole, several in one plan: headers, bodies or none, a refusal, findings and notes", () => {
  const resident = organization();
  const get = (path, headers) => ({ method: "GET", path, headers });
  const { headers: { etag } } = resident.handle(get("/Users/u1"), system);
  const requests = [get("/Users/u1", { "if-none-match": etag }), { method: "PUT", path: "/Users", body: ada }, get("/Users/none"), get("/Users/u1"), { method: "DELETE", path: "/Groups/u2" }];
  const [same, elsewhere, missing, whole, gone] = resident.plan(requests, system).responses;
  assert.deepEqual(same, { status: 304, headers: { etag }, body: null });
  assert.deepEqual([elsewhere.status, elsewhere.headers.allow], [405, "GET, POST"]);
  assert.deepEqual([missing.status, missing.headers, JSON.parse(missing.body).status], [404, { "content-type": "application/scim+json" }, "404"]);
  assert.deepEqual(whole.headers, { "content-type": "application/scim+json", etag, location: "/Users/u1" });
  assert.equal(JSON.parse(whole.body).meta.version, etag);
  assert.deepEqual(gone, { status: 204, headers: {}, body: null });

  const setting = { op: "replace", path: 'guards[type eq "massLoss"].count', value: 1 };
  assert.equal(resident.handle({ method: "PATCH", path: "/Organization", body: { schemas: [PATCH], Operations: [setting] } }, system).status, 200);
  resident.handle(join, system);
  const leave = { ...join, body: { schemas: [PATCH], Operations: [{ op: "Remove", path: "members", value: [{ value: "u1" }] }] } };
  const held = resident.plan([get("/Groups/u2"), leave], { actor: { kind: "identityProvider" }, dialect: "entra", now: system.now });
  assert.equal(held.held, true);
  assert.deepEqual([held.refusal.status, held.refusal.headers], [403, { "content-type": "application/scim+json" }]);
  assert.deepEqual(held.guards.map(({ guard, outcome }) => [guard, outcome]), [["massLoss", "hold"]]);
  assert.deepEqual(held.responses.map(({ status }) => status), [200, 204]);
  assert.ok(held.notes.length > 0, JSON.stringify(held.notes));
});

test("of several open plans each can be read and committed, with the ids it was made with", () => {
  const resident = organization();
  const newId = ids("later");
  const create = (userName) => resident.plan({ method: "POST", path: "/Users", body: { schemas: [USER], userName } }, { ...system, newId });
  const plans = ["one", "two", "three"].map((userName) => create(userName));
  for (const plan of plans) assert.equal(plan.inverse.length, 1);
  resident.commit(plans[0]);
  assert.equal(resident.handle({ method: "GET", path: "/Users/later1" }, system).status, 200);
  assert.throws(() => plans[1].access.changes, { name: "ScimError", status: 409 });
});

test("a table of access has the same rows as the list", () => {
  const resident = organization();
  const plan = resident.plan(join, system);
  const { users, objects, kinds, roles, rows } = resident.accessTable(plan, { offset: 0, limit: 10 });
  assert.deepEqual([...rows], [users.indexOf("u1"), objects.findIndex(({ id }) => id === "u3"), (kinds.indexOf("grant") << 16) | (roles.indexOf("editor") + 1)]);
  assert.equal(resident.accessTable(plan, { offset: 1, limit: 10 }).rows.length, 0);
  assert.deepEqual(resident.accessChanges(plan, { offset: 0, limit: 10, kind: "revoke" }), []);
});

test("records go out and in by any way, and give the same version", () => {
  const resident = organization();
  const lines = resident.records();
  const parsed = new TextDecoder().decode(lines).trim().split("\n").map((line) => JSON.parse(line));
  for (const records of [lines, new TextDecoder().decode(lines), parsed, parsed.toReversed?.() ?? [...parsed].reverse()]) {
    const replica = new Organization();
    assert.deepEqual(replica.restore(records), { records: parsed.length, dangling: 0 });
    assert.equal(replica.version, resident.version);
    assert.deepEqual(replica.records(), lines);
    replica.free();
  }
  const pages = [];
  for (let after; ;) {
    const page = resident.records({ after, bytes: 1 });
    if (page.length === 0) break;
    pages.push(Buffer.from(page));
    after = JSON.parse(pages.at(-1).toString().trim().split("\n").at(-1)).key;
  }
  assert.ok(pages.length > 1);
  assert.deepEqual(Buffer.concat(pages), Buffer.from(lines));
  const partial = new Organization();
  assert.throws(() => partial.restore([parsed[0], { key: "user/bad", value: 7 }, ...parsed]), (error) => error.name === "ScimError" && error.message.includes("user/bad"));
  const dangling = new Organization();
  dangling.restore([{ key: "member/g/u", value: { type: "User" } }]);
  assert.deepEqual(dangling.dangling(), ["member/g/u"]);
});

test("what was restored is found by its values at once: after many chunks, halfway, and after a bad record", () => {
  const user = (at) => ({ key: `user/u${at}`, value: { userName: `Name.${at}@acme.example`, externalId: `x${at}`, title: "t".repeat(600) } });
  const all = Array.from({ length: 6_000 }, (_, at) => user(at));
  const found = (resident, at) => {
    const filter = encodeURIComponent(`userName eq "name.${at}@acme.example" and externalId eq "x${at}"`);
    const { Resources = [] } = JSON.parse(resident.handle({ method: "GET", path: `/Users?filter=${filter}` }, system).body);
    return Resources.map(({ id }) => id).join();
  };
  const resident = new Organization();
  resident.restore((function* () {
    yield* all.slice(0, 4_000);
    assert.equal(found(resident, 10), "u10", "asked while it is fed");
    yield* all.slice(4_000);
  })());
  for (const at of [0, 10, 3_999, 4_000, 5_999]) assert.equal(found(resident, at), `u${at}`);
  assert.throws(() => resident.restore([{ key: "user/u7", value: { userName: "seven" } }, { key: "user/u8", value: null }, { key: "bad", value: {} }]), { name: "ScimError", status: 400, message: /record `bad`/ });
  assert.deepEqual([7, 8, 9].map((at) => found(resident, at)), ["", "", "u9"]);
  assert.equal(JSON.parse(resident.handle({ method: "GET", path: '/Users?filter=userName eq "SEVEN"' }, system).body).Resources[0].id, "u7");
});

test("newId that throws or calls back changes nothing", () => {
  const resident = organization();
  const before = resident.version;
  const request = { method: "POST", path: "/Users", body: { schemas: [USER], userName: "new" } };
  const newIds = [() => { throw new Error("none left"); }, () => resident.version, () => resident.free(), () => 7, () => ""];
  for (const newId of newIds) {
    assert.throws(() => resident.plan(request, { ...system, newId }), { name: "ScimError", status: 500 });
    assert.throws(() => resident.handle(request, { ...system, newId }), { name: "ScimError", status: 500 });
  }
  assert.equal(resident.version, before);
  assert.equal(resident.handle(request, system).status, 201);
});

test("bad input is a ScimError, no trap, and the next call works", () => {
  const resident = organization();
  const bad = ["", "{", "null", "[]", "7", '"text"', deep(100_000), '{"a":'.repeat(100_000), `{"userName":"${"a".repeat(30 << 20)}"}`, '{"a":1,"a":2}', "\u0000", new Uint8Array([0xff, 0xfe])];
  for (const payload of bad) {
    const name = `${payload.slice(0, 20)}`;
    const calls = [
      () => assert.equal(validate(payload).valid, false, name),
      () => applyPatch(payload, { schemas: [PATCH], Operations: [] }),
      () => applyPatch(ada, payload),
      () => accessDiff(payload, "{}"),
      () => new Filter("userName pr").matches(payload),
      () => assert.ok(resident.handle({ method: "POST", path: "/Users", body: payload }, system).status >= 400, name),
    ];
    for (const call of calls) {
      try {
        call();
      } catch (error) {
        assert.equal(error.name, "ScimError", `${name}: ${error.stack}`);
        assert.ok([400, 413].includes(error.status), `${name}: ${error.status} ${error.message}`);
      }
      assert.equal(validate(ada).valid, true, name);
    }
  }
  for (const text of ["(".repeat(100_000), `${"(".repeat(50_000)}a pr${")".repeat(50_000)}`, "not ".repeat(50_000), `a eq "${"x".repeat(1 << 20)}"`]) {
    assert.throws(() => new Filter(text), { name: "ScimError", status: 400, scimType: "invalidFilter" });
  }
  assert.equal(resident.check({ user: "nobody", can: "view", on: launch }).allowed, false);
  assert.throws(() => resident.check({ user: "u1", can: "fly" }), { name: "ScimError", status: 400 });
});

test("thousands of organizations in one go, freed or not, and none sees another's", () => {
  for (let index = 0; index < 3000; index++) {
    const made = new Organization();
    made.handle({ method: "POST", path: "/Users", body: { schemas: [USER], userName: `user${index}` } }, { ...system, newId: () => "same" });
    assert.equal(made.stats.users, 1);
    made.free();
  }
  const [first, second] = [organization(), new Organization()];
  assert.deepEqual([first.stats.users, second.stats.users], [1, 0]);
  first.free();
  first.free();
  assert.throws(() => first.stats, { name: "ScimError" });
  assert.equal(second.handle({ method: "GET", path: "/Users" }, system).status, 200);
  let last;
  for (let index = 0; index < 1500; index++) last = new Organization();
  assert.equal(last.stats.users, 0);
});
