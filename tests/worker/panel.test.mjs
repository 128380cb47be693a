// What the panel asks: plans, the inbox, history and undo, questions, records in and out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Organization } from "scim-policy";
import { client, patchOf, start, USER_SCHEMA } from "./start.mjs";

let worker;
before(async () => {
  worker = await start();
});
after(() => worker?.end());

let count = 0;
/** An organization of its own for each test, spoken to by an identity provider's token of its own. */
async function fresh() {
  const name = `org-${(count += 1)}`;
  const first = client(worker.url, name);
  const { token, info } = await first.must(201, first.api("POST", "/tokens", { scope: "identityProvider", name: "Entra", dialect: "entra" }));
  const scim = (method, path, body, headers) => first.scim(method, path, body, headers, token);
  const made = async (path, body) => first.must(201, scim("POST", path, body));
  return {
    ...first, scim, token, info,
    user: (userName, more = {}) => made("/Users", { schemas: [USER_SCHEMA], userName, ...more }),
    group: (displayName, members) => made("/Groups", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName, members: members.map((value) => ({ value })) }),
    patch: (path, operations) => scim("PATCH", path, patchOf(operations)),
  };
}

/** Six people whose group edits a workspace. */
async function staffed() {
  const org = await fresh();
  const people = [];
  for (let index = 0; index < 6; index++) people.push((await org.user(`p${index}@example.com`, { displayName: `Person ${index}` })).id);
  const group = await org.group("Staff", people);
  const workspace = await org.workspace("Launch", [{ value: group.id, type: "Group", role: "editor" }]);
  return { ...org, people, staff: group, workspace };
}

test("plan changes nothing; commit wants the version that was seen", async () => {
  const { must, api, people, staff, workspace } = await staffed();
  const requests = [{ method: "DELETE", path: `/Users/${people[0]}` }];
  const now = new Date().toISOString(); // part of what is written
  const preview = await must(200, api("POST", "/plan", { requests, now }));
  assert.equal(preview.access.summary.kinds.revoke, 1);
  assert.equal(preview.names[people[0]], "Person 0");
  assert.equal(preview.names[workspace.id], "Launch");
  assert.equal((await must(200, api("GET", "/session"))).version, preview.base);
  await must(409, api("POST", "/commit", { requests, expect: "another" }));
  await must(400, api("POST", "/commit", { requests }));
  const done = await must(200, api("POST", "/commit", { requests, expect: preview.base, now }));
  assert.equal(done.version, preview.version);
  await must(409, api("POST", "/commit", { requests, expect: preview.base }));
  const failing = await api("POST", "/commit", { requests: [{ method: "PATCH", path: `/Groups/${staff.id}`, body: patchOf([{ op: "replace", path: "displayName", value: "Crew" }]) }, { method: "DELETE", path: "/Users/nobody" }], expect: preview.version });
  assert.deepEqual([failing.status, failing.body.request], [404, 1]);
  assert.equal((await must(200, api("GET", "/session"))).version, preview.version, "all or nothing");
});

test("a held request is in the inbox once, however often it is sent, and loud", async () => {
  const { must, api, scim, people, staff } = await staffed();
  for (let index = 0; index < 3; index++) assert.equal((await scim("DELETE", `/Groups/${staff.id}`)).status, 403);
  const { summary, entries } = await must(200, api("GET", "/inbox"));
  assert.deepEqual([summary.undecided, summary.people, summary.red], [1, 6, 0]);
  assert.match(summary.headline, /^6 people removed by the identity provider still have access, oldest (under 1|\d+) min$/);
  const [entry] = entries;
  assert.deepEqual([entry.count, entry.state, entry.target.name, entry.people.length], [3, "undecided", "Staff", 6]);
  assert.match(entry.meaning, /^6 people removed by Entra still have access/);
  // While it is undecided, other losses are held too: with their bodies, less passwords.
  assert.equal((await scim("PATCH", `/Users/${people[0]}`, patchOf([{ op: "Replace", path: "active", value: "False" }, { op: "Replace", path: "password", value: "horse" }]))).status, 403);
  const second = (await must(200, api("GET", "/inbox"))).entries[1];
  const detail = await must(200, api("GET", `/inbox/${second.id}`));
  assert.deepEqual(detail.request.body.Operations, [{ op: "Replace", path: "active", value: "False" }]);
  assert.equal(detail.changes[0].kind, "revoke");
  // Gains go through.
  assert.equal((await scim("POST", "/Users", { schemas: [USER_SCHEMA], userName: "new@example.com" })).status, 201);

  const preview = await must(200, api("POST", "/inbox/plan", { ids: [entry.id, second.id] }));
  assert.equal(preview.held, false);
  assert.equal(preview.access.summary.lockedOut, 6);
  const done = await must(200, api("POST", "/inbox/approve", { ids: [entry.id, second.id], expect: preview.base, reason: "they left" }));
  assert.deepEqual([done.decided.length, done.failed.length, done.inbox.undecided, done.inbox.headline], [2, 0, 0, null]);
  assert.equal(done.access.summary.kinds.revoke, 6);
  assert.equal((await scim("DELETE", `/Groups/${staff.id}`)).status, 404, "the retry finds it done");
  assert.equal((await scim("PATCH", `/Users/${people[0]}`, patchOf([{ op: "Replace", path: "active", value: "False" }]))).status, 200);
  const again = await must(200, api("POST", "/inbox/approve", { ids: [entry.id], expect: done.version }));
  assert.deepEqual([again.decided, again.history], [[], null]);
  const approved = (await must(200, api("GET", "/inbox?state=approved"))).entries;
  assert.deepEqual(approved.map(({ decision }) => decision.reason), ["they left", "they left"]);
  const lines = (await api("GET", "/inbox/export?state=all")).text.trim().split("\n");
  assert.equal(lines.length, 2);
});

test("a dismissed request stays refused, is counted, and may still be approved", async () => {
  const { must, api, scim, staff } = await staffed();
  await scim("DELETE", `/Groups/${staff.id}`);
  const [{ id }] = (await must(200, api("GET", "/inbox"))).entries;
  const { inbox } = await must(200, api("POST", "/inbox/dismiss", { ids: [id], reason: "a mistake at the provider" }));
  assert.deepEqual([inbox.undecided, inbox.dismissed], [0, 1]);
  assert.equal((await scim("DELETE", `/Groups/${staff.id}`)).status, 403);
  const entry = await must(200, api("GET", `/inbox/${id}`));
  assert.deepEqual([entry.state, entry.count, entry.decision.reason], ["dismissed", 2, "a mistake at the provider"]);
  const { version } = await must(200, api("GET", "/session"));
  assert.deepEqual((await must(200, api("POST", "/inbox/approve", { ids: [id], expect: version }))).decided, [id]);
});

test("refused requests are listed with what to mend; a provider's state is told", async () => {
  const { must, api, scim, user, info } = await fresh();
  await user("a@example.com");
  for (let index = 0; index < 2; index++) await scim("POST", "/Users", { schemas: [USER_SCHEMA], userName: "a@example.com" });
  await scim("GET", `/Users?filter=${encodeURIComponent("userName !! 1")}`);
  const { entries } = await must(200, api("GET", "/refused"));
  const duplicate = entries.find(({ status }) => status === 409);
  assert.deepEqual([duplicate.count, duplicate.scimType], [2, "uniqueness"]);
  assert.match(duplicate.mend, /Entra: Enterprise applications/);
  assert.equal(entries.find(({ scimType }) => scimType === "invalidFilter").count, 1);
  const status = await must(200, api("GET", "/status"));
  const [provider] = status.providers;
  assert.deepEqual([provider.token, provider.requests, provider.changes, provider.errors, provider.red], [info.id, 4, 1, 3, true]);
  await must(204, api("POST", "/refused/clear", { ids: entries.map(({ id }) => id) }));
  assert.equal((await must(200, api("GET", "/refused"))).entries.length, 0);
});

test("history tells who did what, and undo goes back", async () => {
  const { must, api, patch, people, staff } = await staffed();
  const before = await must(200, api("GET", "/session"));
  await must(204, patch(`/Groups/${staff.id}`, [{ op: "Remove", path: "members", value: [{ value: people[0] }] }]));
  const { entries } = await must(200, api("GET", "/history?limit=1"));
  const [entry] = entries;
  assert.deepEqual([entry.by.name, entry.title, entry.access.kinds.revoke, entry.canUndo], ["Entra", `PATCH /Groups/${staff.id}`, 1, true]);
  const detail = await must(200, api("GET", `/history/${entry.seq}`));
  assert.deepEqual([detail.changes[0].user, detail.names[people[0]]], [people[0], "Person 0"]);
  assert.deepEqual((await must(200, api("GET", `/history?user=${people[0]}&limit=1`))).entries[0].seq, entry.seq);
  const preview = await must(200, api("POST", `/history/${entry.seq}/undo`, {}));
  assert.equal(preview.access.summary.kinds.grant, 1);
  const done = await must(200, api("POST", `/history/${entry.seq}/undo`, { commit: true, expect: preview.base }));
  assert.equal((await must(200, api("GET", `/history/${entry.seq}`))).undoneBy, done.history);
  assert.equal((await must(200, api("GET", `/history/${done.history}`))).undoes, entry.seq);
  await must(409, api("POST", `/history/${entry.seq}/undo`, { commit: true }));
  const checked = await must(200, api("GET", `/access/${people[0]}`));
  assert.equal(checked.access[0].role, "editor");
  assert.ok(before.version);
});

test("explain, check, who has, access of", async () => {
  const { must, api, people, staff, workspace } = await staffed();
  const object = `type=Workspace&id=${workspace.id}`;
  const explained = await must(200, api("GET", `/explain?user=${people[0]}&${object}`));
  assert.deepEqual([explained.role, explained.names[staff.id], explained.names[people[0]]], ["editor", "Staff", "Person 0"]);
  assert.equal((await must(200, api("GET", `/check?user=${people[0]}&can=edit&${object}`))).allowed, true);
  assert.equal((await must(200, api("GET", `/check?user=${people[0]}&can=createWorkspace`))).allowed, true);
  await must(400, api("GET", `/check?user=${people[0]}&can=fly&${object}`));
  const first = await must(200, api("GET", `/who-has?${object}&limit=4`));
  const rest = await must(200, api("GET", `/who-has?${object}&limit=4&offset=${first.next}`));
  assert.deepEqual([first.people.length, rest.people.length, rest.next, first.name], [4, 2, null, "Launch"]);
  assert.deepEqual((await must(200, api("GET", `/access/${people[0]}`))).access, [{ object: { type: "Workspace", id: workspace.id }, name: "Launch", role: "editor" }]);
  await must(404, api("GET", "/access/nobody"));
});

test("a replica follows: all records, then what changed", async () => {
  const { must, api, user, scim, people } = await staffed();
  const { config } = await must(200, api("GET", "/session"));
  const replica = new Organization(config);
  const follow = async (since) => {
    const answer = await api("GET", `/feed${since ? `?since=${since}` : ""}`);
    if (answer.status === 200) replica.restore(answer.text);
    assert.equal(replica.version, (await must(200, api("GET", "/session"))).version);
    return answer.headers.get("scim-policy-feed");
  };
  assert.equal(await follow(null), "full");
  assert.equal(await follow(replica.version), null);
  await user("later@example.com");
  await must(204, scim("DELETE", `/Users/${people[5]}`));
  assert.equal(await follow(replica.version), "changes");
  assert.equal((await api("GET", "/feed?since=unknown")).headers.get("scim-policy-feed"), "full");
  replica.free();
});

test("export and import: whole or not at all", async () => {
  const source = await staffed();
  const text = await source.records();
  const target = await fresh();
  const done = await target.must(200, target.api("POST", "/import", text));
  assert.deepEqual([done.records, done.dangling, done.stats.users], [text.trim().split("\n").length, 0, 6]);
  assert.equal(await target.records(), text);
  assert.equal((await target.must(200, target.api("GET", "/session"))).version, (await source.must(200, source.api("GET", "/session"))).version);
  await target.must(409, target.api("POST", "/import", text));
  for (const bad of [`${text}{"key":"user/x","value":{"id":7}}\n`, `${text}not json\n`, `${text}{"key":"nonsense/x","value":{}}\n`]) {
    await target.must(400, target.api("POST", "/import?replace=true", bad));
    assert.equal(await target.records(), text, "nothing was changed");
  }
  await target.user("after@example.com");
  await target.must(200, target.api("POST", "/import?replace=true", text));
  assert.equal(await target.records(), text);
  const [entry] = (await target.must(200, target.api("GET", "/history"))).entries;
  assert.deepEqual([entry.what, entry.canUndo], ["import", false]);
});

test("settings are kept only when the records can be read under them", async () => {
  const { must, api, patch, staff } = await staffed();
  await must(400, api("PUT", "/settings", { colour: "blue" }));
  await must(400, api("PUT", "/settings", { dialect: "klingon" }));
  await must(200, api("PUT", "/settings", { groupPatchAnswer: 200 }));
  assert.equal((await patch(`/Groups/${staff.id}`, [{ op: "Replace", path: "displayName", value: "Crew" }])).status, 200);
  assert.equal((await must(200, api("PUT", "/settings", { groupPatchAnswer: null }))).groupPatchAnswer, 204);
});

test("a deleted group's grants are remembered, and come back to nobody by themselves", async () => {
  const { must, api, scim, admin, staff, workspace, people } = await staffed();
  const plan = { requests: [{ method: "DELETE", path: `/Groups/${staff.id}` }] };
  await must(200, api("POST", "/commit", { ...plan, expect: (await must(200, api("GET", "/session"))).version, approve: ["massLoss", "emptySource"] }));
  await must(201, scim("POST", "/Groups", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Staff", members: people.map((value) => ({ value })) }));
  assert.equal((await must(200, api("GET", `/access/${people[0]}`))).access.length, 0);
  const [entry] = (await must(200, api("GET", "/departed"))).entries;
  assert.deepEqual([entry.id, entry.type, entry.name, entry.grants], [staff.id, "Group", "Staff", [{ object: workspace.id, role: "editor" }]]);
  // Undone, it is there again itself.
  await must(200, api("POST", `/history/${entry.history}/undo`, { commit: true, approve: ["massGain"] }));
  assert.deepEqual((await must(200, api("GET", "/departed"))).entries, []);

  // A person too; and what is forgotten is offered no more.
  assert.ok((await admin("PATCH", `/Workspaces/${workspace.id}`, patchOf([{ op: "add", path: "grants", value: [{ value: people[1], type: "User", role: "admin" }] }]))).status < 300);
  await must(204, scim("DELETE", `/Users/${people[1]}`));
  const { entries } = await must(200, api("GET", "/departed"));
  assert.deepEqual(entries.map(({ userName, grants }) => [userName, grants]), [["p1@example.com", [{ object: workspace.id, role: "admin" }]]]);
  await must(204, api("POST", "/departed/forget", { ids: [people[1]] }));
  assert.deepEqual((await must(200, api("GET", "/departed"))).entries, []);
});

test("a guard set otherwise is tried on the past, with its window", async () => {
  const { must, api, scim, people } = await staffed();
  // One by one, below what the guard holds.
  for (const id of people.slice(0, 3)) await must(204, scim("DELETE", `/Users/${id}`));
  const asked = async (query) => (await must(200, api("GET", `/hindsight?type=massLoss&outcome=hold&${query}`)));
  const latest = (await must(200, api("GET", "/history"))).entries[0].seq;
  assert.deepEqual((await asked("count=2&share=10&window=60")).hits, [latest, latest - 1], "each with the first, which is the only one that would have gone through");
  assert.deepEqual((await asked("count=3&share=10&window=60")).hits, [latest]);
  assert.deepEqual((await asked("count=2&share=10&window=0")).hits, [], "without a window each stands alone");
  assert.deepEqual((await asked("count=1&share=10&window=0")).hits, [latest, latest - 1, latest - 2]);
  assert.deepEqual((await asked("count=1&share=100&window=0")).hits, []);
  assert.equal((await must(200, api("GET", "/hindsight?type=lastOwner&outcome=forbid"))).exact, false);
  await must(400, api("GET", "/hindsight?outcome=hold"));
});

test("a plan for a page without a replica: packed rows, people counted, what it writes; read by whose rules", async () => {
  const { must, api, people, staff } = await staffed();
  const requests = [{ method: "PATCH", path: `/Groups/${staff.id}`, body: patchOf([{ op: "Remove", path: "members", value: [{ value: people[0] }] }]) }];
  await must(400, api("POST", "/plan", { requests, dialect: "rfc" }));
  const plan = await must(200, api("POST", "/plan", { requests, dialect: "entra", rows: 100, records: true, accessLimit: 0 }));
  assert.deepEqual(plan.people, { gain: 0, lose: 1, changed: 1, same: 0, later: 0 });
  assert.deepEqual([plan.table.users, plan.table.rows.length, plan.access.changes.length], [[people[0]], 3, 0]);
  assert.ok(plan.written.some(({ key, value }) => key === `member/${staff.id}/${people[0]}` && value === null));
  await must(400, api("POST", "/plan", { requests, dialect: "other" }));
});
