// What time does: held requests turn red, and what is old enough goes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Organization } from "scim-policy";
import { client, faulty, GROUP_SCHEMA, patchOf, start, USER_SCHEMA } from "./start.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let worker;
before(async () => { worker = await start({ ...faulty(), variables: { HISTORY_DAYS: "30", AUDIT_DAYS: "60" } }); });
after(() => worker?.end());

const at = (ahead) => ({ "x-clock": String(ahead) });

test("held for more than 24 hours is red, says why it matters, and is not red once decided", async () => {
  const org = client(worker.url, "red");
  const { token } = await org.must(201, org.api("POST", "/tokens", { scope: "identityProvider", name: "Entra", dialect: "entra" }, at(0)));
  const scim = (method, path, body) => org.scim(method, path, body, {}, token);
  const people = [];
  for (let index = 0; index < 6; index++) people.push((await org.must(201, scim("POST", "/Users", { schemas: [USER_SCHEMA], userName: `p${index}@acme.example` }))).id);
  const group = await org.must(201, scim("POST", "/Groups", { schemas: [GROUP_SCHEMA], displayName: "Staff", members: people.map((value) => ({ value })) }));
  await org.must(201, org.admin("POST", "/Workspaces", { schemas: ["urn:scim-policy:schemas:1.0:Workspace"], displayName: "Launch", grants: [{ value: group.id, type: "Group", role: "editor" }, { value: people[0], type: "User", role: "viewer" }] }));
  assert.equal((await scim("DELETE", `/Groups/${group.id}`)).status, 403);

  const young = await org.must(200, org.api("GET", "/inbox", undefined, at(24 * HOUR - 60_000)));
  assert.deepEqual([young.summary.red, young.summary.warning, young.entries[0].red], [0, null, false]);
  const old = await org.must(200, org.api("GET", "/inbox", undefined, at(25 * HOUR)));
  assert.deepEqual([old.summary.red, old.entries[0].red, old.entries[0].losing, old.summary.people], [1, true, 6, 6]);
  assert.match(old.summary.headline, /^6 people removed by the identity provider still have access, oldest 25 h$/);
  assert.match(old.summary.warning, /7 days/);
  const status = await org.must(200, org.api("GET", "/status"));
  assert.equal(status.providers[0].red, true);

  await org.must(200, org.api("POST", "/inbox/dismiss", { ids: [old.entries[0].id] }));
  assert.equal((await org.must(200, org.api("GET", "/inbox"))).summary.red, 0);
  await org.must(200, org.api("GET", "/inbox", undefined, at(0)));
});

test("the history is kept for its days, the audit for its own; a replica older than both starts anew", async () => {
  const org = client(worker.url, "kept");
  const { must, api, admin } = org;
  const origin = (await must(200, api("GET", "/session", undefined, at(0)))).version;
  const ada = (await must(201, admin("POST", "/Users", { schemas: [USER_SCHEMA], userName: "ada@acme.example" }))).id;
  const before = await org.version();
  await must(200, admin("PATCH", `/Users/${ada}`, patchOf([{ op: "replace", path: "title", value: "Dr" }])));
  assert.equal((await api("GET", `/feed?since=${origin}`)).headers.get("scim-policy-feed"), "changes");

  await must(200, admin("PATCH", `/Users/${ada}`, patchOf([{ op: "replace", path: "title", value: "Prof" }]), at(31 * DAY)));
  assert.deepEqual((await must(200, api("GET", "/history"))).entries.map(({ seq }) => seq), [3], "two entries were old enough");
  await must(404, api("GET", "/history/1"));
  assert.equal((await must(200, api("GET", "/audit"))).entries.length, 3, "the audit is kept longer");
  for (const version of [origin, before]) {
    const feed = await api("GET", `/feed?since=${version}`);
    assert.equal(feed.headers.get("scim-policy-feed"), "full");
    const replica = new Organization();
    replica.restore(feed.text);
    assert.equal(replica.version, await org.version());
    replica.free();
  }

  await must(200, admin("PATCH", `/Users/${ada}`, patchOf([{ op: "replace", path: "title", value: "Sir" }]), at(61 * DAY)));
  const { entries } = await must(200, api("GET", "/audit"));
  assert.deepEqual(entries.map(({ seq, what }) => [seq, what]), [[5, "audit pruned"], [4, `PATCH /Users/${ada}`], [3, `PATCH /Users/${ada}`]]);
  assert.deepEqual((await must(200, api("GET", "/session"))).retention, { historyDays: 30, auditDays: 60 });
  await must(200, api("GET", "/session", undefined, at(0)));
});
