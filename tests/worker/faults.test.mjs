// What must be survived: each fault of a list, with the records compared to what was acknowledged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Organization } from "scim-policy";
import { faulty, GROUP_SCHEMA, patchOf, start, USER_SCHEMA } from "./start.mjs";

let bundle;
let worker;
before(async () => {
  bundle = faulty();
  worker = await start(bundle);
});
after(() => worker?.end());

const userOf = (userName) => ({ schemas: [USER_SCHEMA], userName });
const sorted = (text) => text.split("\n").filter(Boolean).sort();
/** Records without their times, one text each. */
const facts = (text) => sorted(text).map((line) => JSON.parse(line)).map(({ key, value }) => {
  const { meta: _, ...rest } = value ?? {};
  return JSON.stringify({ key, value: rest });
});
const difference = (left, right) => {
  const there = new Set(right);
  return left.filter((item) => !there.has(item));
};

test("kill -9 in the middle of 1,000 writes: every acknowledged change is there, and no other", async (t) => {
  const TOTAL = 1_000;
  const { state, ...first } = await start({ keep: true });
  const acknowledged = [];
  let sent = 0;
  const group = await first.group("everybody");
  const kill = async () => {
    await first.stop("SIGKILL");
  };
  let killed = null;
  // Eight connections, each with a user and then their membership; one of the writes is cut off at every connection.
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (sent < TOTAL) {
      const name = `u${(sent += 2)}`;
      try {
        const made = await first.scim("POST", "/Users", userOf(name));
        assert.equal(made.status, 201, made.text);
        acknowledged.push({ kind: "user", id: made.body.id, name });
        const added = await first.patch(`/Groups/${group.id}`, [{ op: "add", path: "members", value: [{ value: made.body.id }] }]);
        assert.equal(added.status, 204, added.text);
        acknowledged.push({ kind: "member", id: made.body.id });
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        return; // the connection was cut
      }
      if (acknowledged.length > TOTAL / 2) killed ??= kill();
    }
  }));
  await killed;
  assert.ok(acknowledged.length >= TOTAL / 2 && acknowledged.length < TOTAL, `${acknowledged.length} were acknowledged before the end`);

  const second = await start({ state });
  t.after(() => second.end());
  const records = await second.records();
  // A replay of what was acknowledged, with the ids that were answered.
  const replica = new Organization();
  const replay = (method, path, body, id) => {
    const reply = replica.handle({ method, path, body }, { newId: () => id });
    assert.ok(reply.status < 300, reply.body);
  };
  replay("POST", "/Groups", { schemas: [GROUP_SCHEMA], displayName: "everybody" }, group.id);
  const join = (id) => replay("PATCH", `/Groups/${group.id}`, patchOf([{ op: "add", path: "members", value: [{ value: id }] }]));
  for (const { kind, id, name } of acknowledged) kind === "user" ? replay("POST", "/Users", userOf(name), id) : join(id);
  const there = facts(records);
  const missing = difference(facts(new TextDecoder().decode(replica.records())), there);
  assert.deepEqual(missing, [], "acknowledged, and gone or different");
  // A connection had at most one request on its way: done and not told, or not done, never half.
  const more = difference(there, facts(new TextDecoder().decode(replica.records()))).map((line) => JSON.parse(line));
  assert.ok(more.length <= 8, `${more.length} more than was acknowledged`);
  for (const { key, value } of more) key.startsWith("user/") ? replay("POST", "/Users", userOf(value.userName), value.id) : join(key.split("/")[2]);
  assert.deepEqual(facts(new TextDecoder().decode(replica.records())), there);
  replica.free();
  t.diagnostic(`${acknowledged.length} of ${TOTAL} writes were acknowledged before kill -9; all of them are there, and ${more.length} that were on their way`);

  const stored = await second.must(200, second.api("GET", "/status"));
  assert.equal(stored.trouble, null);
  await second.user("after");
});

for (const call of ["orgPlan", "orgCommit"]) {
  test(`a trap in ${call}: what was acknowledged stays, the next request is served`, async () => {
    const ada = await worker.user(`ada-${call}@example.com`);
    const before = await worker.version();
    const answer = await worker.scim("POST", "/Users", userOf(`bob-${call}@example.com`), { "x-fault": `trap:${call}` });
    if (call === "orgPlan") {
      assert.equal(answer.status, 500, answer.text);
      assert.equal(answer.body.status, "500");
      assert.equal(await worker.version(), before, "nothing was changed");
      await worker.user(`bob-${call}@example.com`);
    } else {
      // It was stored already, hence it happened, and says so.
      assert.equal(answer.status, 201, answer.text);
      await worker.must(200, worker.scim("GET", `/Users/${answer.body.id}`));
    }
    await worker.must(200, worker.scim("GET", `/Users/${ada.id}`));
    const { trouble } = await worker.must(200, worker.api("GET", "/status"));
    assert.match(trouble.detail, /read from storage again/);
  });
}

test("a trap in one organization leaves the others as they are", async () => {
  const other = { ...worker };
  const { client } = await import("./start.mjs");
  Object.assign(other, client(worker.url, "other"));
  const made = await other.must(201, other.admin("POST", "/Users", userOf("eve@example.com")));
  assert.equal((await worker.scim("POST", "/Users", userOf("fay@example.com"), { "x-fault": "trap:orgPlan" })).status, 500);
  await other.must(200, other.admin("GET", `/Users/${made.id}`));
  assert.equal((await other.must(200, other.api("GET", "/status"))).trouble, null);
});

for (const place of ["1", "2", "end"]) {
  test(`storage fails at statement ${place}: 503, and memory equals storage`, async () => {
    const before = await worker.version();
    const answer = await worker.scim("POST", "/Users", userOf(`gus-${place}@example.com`), { "x-fault": `storage:${place}` });
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    assert.equal(await worker.version(), before);
    const found = await worker.must(200, worker.scim("GET", `/Users?filter=${encodeURIComponent(`userName eq "gus-${place}@example.com"`)}`));
    assert.equal(found.totalResults, 0);
    const replica = new Organization();
    replica.restore(await worker.records());
    assert.equal(replica.version, before, "what is stored is what is in memory");
    replica.free();
    await worker.user(`gus-${place}@example.com`);
  });
}

test("an approval while the provider retries the same change: applied once", async () => {
  const { must, api, scim } = worker;
  const people = [];
  for (let index = 0; index < 6; index++) people.push((await worker.user(`staff${index}@example.com`)).id);
  const group = await worker.group("staff", people);
  await worker.workspace("Launch", [{ value: group.id, type: "Group", role: "editor" }]);
  const held = await scim("DELETE", `/Groups/${group.id}`);
  assert.equal(held.status, 403, held.text);
  const { entries, summary } = await must(200, api("GET", "/inbox"));
  assert.equal(summary.people, 6);
  const history = (await must(200, api("GET", "/history"))).entries.length;
  const expect = await worker.version();
  const ids = entries.map(({ id }) => id);
  const answers = await Promise.all([
    scim("DELETE", `/Groups/${group.id}`), api("POST", "/inbox/approve", { ids, expect }), scim("DELETE", `/Groups/${group.id}`), api("POST", "/inbox/approve", { ids, expect }),
    scim("DELETE", `/Groups/${group.id}`),
  ]);
  const deletes = [answers[0], answers[2], answers[4]].map(({ status }) => status);
  assert.ok(deletes.every((status) => status === 403 || status === 404), deletes.join(" "));
  assert.ok([answers[1], answers[3]].some(({ status }) => status === 200), answers[1].text);
  assert.equal((await scim("DELETE", `/Groups/${group.id}`)).status, 404);
  const later = (await must(200, api("GET", "/history"))).entries;
  assert.equal(later.length, history + 1, "one change, not two");
  assert.equal(later[0].what, "approval");
  assert.equal((await must(200, api("GET", "/inbox"))).summary.undecided, 0);
});

test("two clients write at once: one after another, and ETags are honoured", async () => {
  const { must, scim } = worker;
  const hal = await worker.user("hal@example.com", { title: "0" });
  const tag = (await scim("GET", `/Users/${hal.id}`)).headers.get("etag");
  const answers = await Promise.all([1, 2].map((title) => scim("PATCH", `/Users/${hal.id}`, patchOf([{ op: "replace", path: "title", value: String(title) }]), { "if-match": tag })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
  const group = await must(201, scim("POST", "/Groups", { schemas: [GROUP_SCHEMA], displayName: "both" }));
  const people = await Promise.all(Array.from({ length: 20 }, (_, index) => worker.user(`both${index}@example.com`)));
  await Promise.all(people.map(({ id }) => worker.patch(`/Groups/${group.id}`, [{ op: "add", path: "members", value: [{ value: id }] }])));
  assert.equal((await must(200, scim("GET", `/Groups/${group.id}`))).members.length, 20);
});
