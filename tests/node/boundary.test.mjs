// What the package does around the module, with a module that stands in for it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { inspect } from "node:util";
import { Filter } from "../../pkg/lib/filter.js";
import { Organization } from "../../pkg/lib/organization.js";
import { ScimError } from "../../pkg/lib/error.js";
import { accessDiff, applyPatch, validate, version } from "../../pkg/lib/stateless.js";
import { pretend, trap } from "./pretend.mjs";

const NOTHING = { kinds: { grant: 0, revoke: 0, upgrade: 0, downgrade: 0, latent: 0, masked: 0 }, users: 0, objects: 0, lockedOut: 0 };
const planAnswer = (token, more) => ({ token, responses: [], records: [], access: { summary: NOTHING, truncated: false }, guards: [], held: false, refusal: null, version: "v", notes: [], ...more });
/** What the module would say: numbers, and lines. */
const planned = ({ token, version, responses, refusal, records, access: { summary, truncated }, held, guards, notes }, isLong = () => false) => {
  const headers = ["content-type", "etag", "location", "allow"];
  const all = refusal === null ? responses : [...responses, refusal];
  const long = records.filter(isLong);
  const { kinds, users, objects, lockedOut } = summary;
  const short = records.map((record) => ({ ...record, value: isLong(record) ? long.indexOf(record) : record.value }));
  const counts = [...Object.values(kinds), users, objects, lockedOut, truncated, held, refusal !== null, guards.length, notes.length, records.length, long.length, responses.length];
  const ofResponse = (response) => {
    const names = Object.keys(response.headers);
    return [response.status, response.body !== null, names.length, ...names.map((name) => headers.indexOf(name))];
  };
  const lines = [token, version];
  for (const { headers, body } of all) lines.push(...Object.values(headers), ...(body === null ? [] : [body]));
  for (const list of [guards, notes, short]) if (list.length > 0) lines.push(JSON.stringify(list));
  for (const { value } of long) lines.push(JSON.stringify(value));
  return { numbers: [...counts, ...all.flatMap(ofResponse)].map(Number), lines };
};
const refused = (status, words) => (error) => {
  assert.ok(error instanceof ScimError, `not a ScimError: ${error}`);
  assert.equal(error.status, status, error.message);
  assert.match(error.message, words);
  return true;
};
beforeEach(() => pretend({}));

test("arguments reach wasm whole, whatever their length and script", () => {
  pretend({ validate: ({ numbers: [length, type], texts, say }) => (say({ valid: true, resourceType: null, issues: texts(length, type), notes: [] })) });
  for (const payload of ["", "{}", "ü€😀", "a".repeat(5000), "ü".repeat(9000), `${"a".repeat(20_000)}${"😀".repeat(9000)}é`]) {
    const given = payload;
    const { issues } = validate(given, { resourceType: "Benutzer€" });
    assert.deepEqual(issues, [given, "Benutzer€"]);
  }
});

test("bytes, Buffers, shared and detached memory are taken as they are", () => {
  pretend({ validate: ({ numbers: [length, type], texts, say }) => (say({ valid: true, resourceType: null, issues: texts(length, type), notes: [] })) });
  const bytes = new TextEncoder().encode('{"a":1}');
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const payload of [bytes, Buffer.from(bytes), shared, { a: 1 }]) assert.equal(validate(payload).issues[0], '{"a":1}');
  const detached = bytes.slice();
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  assert.equal(validate(detached).issues[0], "");
});

test("large room is given back, and too much is refused before it is copied", () => {
  const seen = pretend({ validate: () => 16, resourceTypeName: () => "User" });
  validate(`"${"a".repeat(3 << 20)}"`);
  assert.ok(seen.instances[0].room() >= 3 << 20);
  validate("{}");
  assert.ok(seen.instances[0].room() <= 1 << 20);
  assert.throws(() => validate(new Uint8Array((1 << 28) + 1)), refused(413, /256 MB/));
  assert.equal(validate("{}").valid, true);
});

test("a shared instance that grew large is left for a new one", () => {
  const seen = pretend({ validate: ({ memory }) => (memory.grow(1024), 16), resourceTypeName: () => "User" });
  validate(`"${"a".repeat(2 << 20)}"`);
  validate("{}");
  assert.equal(seen.instances.length, 2);
});

test("a valid payload without issues costs one call, and its type's name is asked once", () => {
  const seen = pretend({ validate: () => 17, resourceTypeName: ({ numbers: [, index] }) => ["User", "Group"][index], canonical: () => '{"userName":"a"}' });
  assert.equal(validate("{}").resourceType, "Group");
  const report = validate("{}");
  assert.deepEqual(seen.calls, ["validate", "resourceTypeName", "validate"]);
  assert.deepEqual(report.resource, { userName: "a" });
  assert.equal(report.resource, report.resource, "worked out once");
  assert.deepEqual(seen.calls.slice(3), ["canonical"]);
  pretend({ validate: () => 0xffff });
  assert.equal(validate("{}").resourceType, null);
});

test("lazy parts stand on what was passed, not on what became of it", () => {
  pretend({ validate: () => 0xffff, canonical: ({ numbers: [length], texts }) => texts(length)[0] });
  const bytes = new TextEncoder().encode('{"a":1}');
  const report = validate(bytes);
  bytes.fill(32);
  assert.deepEqual(report.resource, { a: 1 });
});

test("applyPatch reads its text and works the rest out when asked", () => {
  const seen = pretend({
    applyPatch: ({ numbers: [a, b, c], texts, say }) => (say(texts(a, b, c)[0]), 4),
    patchNotes: () => '[{"rule":"entra.op-case"}]',
    patchChanges: () => "[]",
    patchInverse: () => '{"Operations":[]}',
  });
  const result = applyPatch('{"a":1}', "{}", { dialect: "entra" });
  assert.deepEqual([result.text, result.changed], ['{"a":1}', false]);
  assert.deepEqual(seen.calls, ["applyPatch"]);
  assert.deepEqual([result.resource, result.notes, result.changes, result.inverse], [{ a: 1 }, [{ rule: "entra.op-case" }], [], { Operations: [] }]);
  assert.deepEqual([result.notes, result.changes], [[{ rule: "entra.op-case" }], []]);
  assert.deepEqual(seen.calls, ["applyPatch", "patchNotes", "patchChanges", "patchInverse"]);
});

test("schemas are compiled once, a bounded number stays, and a fresh instance compiles anew", () => {
  let handles = 0;
  const released = [];
  let stop = false;
  const seen = pretend({
    compile: () => String(++handles),
    releaseRegistry: ({ numbers: [handle] }) => released.push(handle),
    validate: ({ numbers }) => (stop ? trap() : 16 + numbers[2]),
    resourceTypeName: ({ numbers: [registry, index] }) => `${registry}.${index}`,
  });
  for (let round = 0; round < 3; round++) assert.equal(validate("{}", { schemas: [{ id: "urn:a" }] }).resourceType, "1.1");
  assert.equal(handles, 1);
  for (let index = 0; index < 32; index++) validate("{}", { schemas: [{ id: `urn:${index}` }] });
  assert.deepEqual(released, [1]);
  stop = true;
  assert.throws(() => validate("{}"), refused(500, /internal error/));
  stop = false;
  assert.equal(validate("{}", { schemas: [{ id: "urn:31" }] }).resourceType, "34.34");
  assert.equal(seen.instances.length, 2);
});

test("a trap is a ScimError, the next call works, filters are parsed anew, organizations are told", () => {
  let stop = "";
  const guarded = (name, answer) => [name, (call) => (stop === name ? trap() : answer(call))];
  const seen = pretend(Object.fromEntries([
    guarded("version", () => "0.1.0"),
    guarded("filterNew", () => "7"),
    guarded("filterMatches", ({ instance }) => 2 + (instance % 2)),
    guarded("filterFree", () => 0),
    guarded("orgNew", () => "{}"),
    guarded("orgVersion", () => "v1"),
  ]));
  const filter = new Filter("a pr");
  const [first, second] = [new Organization(), new Organization()];
  const before = filter.matches("{}");
  stop = "version";
  assert.throws(version, (error) => refused(500, /internal error/)(error) && error.cause instanceof WebAssembly.RuntimeError);
  stop = "orgVersion";
  assert.throws(() => first.version, refused(500, /internal error/));
  stop = "";
  assert.equal(version(), "0.1.0");
  assert.notEqual(filter.matches("{}"), before, "on the fresh instance");
  assert.throws(() => first.version, refused(500, /restore a new one from its records/));
  assert.equal(second.version, "v1");
  first.free();
  first.free();
  assert.throws(() => first.version, refused(500, /freed/));
  assert.equal(seen.calls.filter((name) => name === "filterNew").length, 2);
  filter.free();
  filter.free();
  assert.throws(() => filter.matches("{}"), refused(500, /freed/));
});

test("freed organizations lend their instances to the next ones, unless they grew large", () => {
  const seen = pretend({ orgNew: ({ numbers: [length], texts, memory }) => (texts(length)[0].includes("big") && memory.grow(200), "{}"), orgStats: () => "{}" });
  for (let index = 0; index < 3000; index++) new Organization().free();
  assert.equal(seen.instances.length, 1);
  new Organization({ baseUrl: "big" }).free();
  new Organization().free();
  assert.equal(seen.instances.length, 2);
  if (Symbol.dispose) {
    const organization = new Organization();
    organization[Symbol.dispose]();
    assert.throws(() => organization.stats, refused(500, /freed/));
  }
});

test("a config that is refused costs no instance", () => {
  const seen = pretend({ orgNew: ({ refuse }) => refuse({ scimType: "invalidValue", detail: "no role is called `god`" }) });
  for (let index = 0; index < 20; index++) assert.throws(() => new Organization({ roles: "god" }), refused(400, /god/));
  assert.equal(seen.instances.length, 1);
});

test("requests are framed field by field, and the context becomes options", () => {
  let frame, options;
  pretend({
    orgNew: () => "{}",
    orgPlan: ({ numbers: [length, optionsLength], fields, after }) => {
      frame = fields(length);
      options = JSON.parse(after(length, optionsLength));
      return planned(planAnswer("t"));
    },
  });
  const organization = new Organization();
  organization.plan([
    { method: "GET", path: "/Users/ü", headers: { "IF-None-Match": 'W/"1"', authorization: "secret" } },
    { method: "POST", path: "/Users", body: { userName: "😀" }, id: "7" },
    { method: "PUT", path: "/Users/1", headers: new Headers({ "If-Match": "*" }), body: new TextEncoder().encode("{}") },
    { method: "DELETE", path: "/Users/1", body: null },
  ], { now: 0, actor: { kind: "user", id: "u" }, atomic: true, accessLimit: 3, approve: ["massLoss"], unknown: 1 });
  assert.deepEqual(frame, [
    "GET", "/Users/ü", '{"IF-None-Match":"W/\\"1\\""}', "", "-", "",
    "POST", "/Users", "", "7", "t", '{"userName":"😀"}',
    "PUT", "/Users/1", '{"if-match":"*"}', "", "t", "{}",
    "DELETE", "/Users/1", "", "", "-", "",
  ]);
  assert.deepEqual(options, { now: 0, actor: { kind: "user", id: "u" }, atomic: true, accessLimit: 3, approve: ["massLoss"] });
  organization.plan([]);
  assert.deepEqual(frame, []);
  assert.ok(Math.abs(options.now - Date.now()) < 60_000);
});

test("a plan is frozen, its lazy parts are asked once, and no copy stands for it", () => {
  const seen = pretend({
    orgNew: () => "{}",
    orgPlan: () => planned(planAnswer("t1", { records: [{ key: "user/1", value: {} }] })),
    orgPlanPart: ({ numbers: [length, part], texts }) => JSON.stringify([texts(length)[0], part]),
    orgCommit: () => 0,
  });
  const organization = new Organization();
  const plan = organization.plan([]);
  assert.deepEqual(seen.calls, ["orgNew", "orgPlan"]);
  assert.deepEqual([plan.access.changes, plan.access.changes, plan.inverse, plan.inverse], [["t1", 0], ["t1", 0], ["t1", 1], ["t1", 1]]);
  assert.equal(seen.calls.length, 4);
  assert.throws(() => { plan.token = "t2"; }, TypeError);
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(plan))), ["token", "responses", "records", "access", "guards", "held", "refusal", "version", "notes", "inverse"]);
  for (const copy of [{ ...plan }, structuredClone(plan), Object.create(plan), new Proxy(plan, {}), null, "t1"]) {
    assert.throws(() => organization.commit(copy), refused(400, /no plan/));
  }
  assert.throws(() => new Organization().commit(plan), refused(409, /another organization/));
  organization.commit(plan);
});

test("bodies and records stand behind the head, each in its line", () => {
  const [records, bodies] = [[{ key: "user/é", value: { n: 1 } }, { key: "user/🙂", value: null }], ["{\"a\":\"🙂\"}", "[]"]];
  const answer = (more) => planAnswer("t", { responses: [{ status: 200, headers: {}, body: bodies[0] }, { status: 204, headers: {}, body: null }], records, ...more });
  pretend({
    orgNew: () => "{}",
    orgPlan: () => planned(answer({ held: true, refusal: { status: 403, headers: {}, body: bodies[1] } })),
    orgHandle: () => planned(answer()),
    orgPlanPart: () => "[]",
  });
  const organization = new Organization();
  const plan = organization.plan([]);
  assert.deepEqual([plan.responses.map(({ body }) => body), plan.refusal.body], [[bodies[0], null], bodies[1]]);
  assert.deepEqual(plan.records, records);
  assert.equal(plan.records, plan.records);
  assert.deepEqual(JSON.parse(JSON.stringify(plan)).records, records);
  const reply = organization.handle({ method: "GET", path: "/" });
  assert.deepEqual([reply.body, { ...reply }.records, JSON.parse(JSON.stringify(reply)).records], [bodies[0], records, records]);
});

test("a record whose value is long is like any other, and its value an object of its own when it is read", () => {
  const records = ["a", "b", "c", "d"].map((id) => ({ key: `user/${id}`, value: id === "c" ? null : { id, more: "é🙂" } }));
  pretend({ orgNew: () => "{}", orgPlan: () => planned(planAnswer("t", { records }), ({ key }) => key === "user/b" || key === "user/d") });
  const read = () => new Organization().plan([]).records;
  for (const look of [(one) => one, structuredClone, inspect, (one) => one.map((record) => ({ ...record })), (one) => one.map(Object.entries), JSON.stringify]) {
    assert.deepEqual(look(read()), look(records));
  }
  assert.deepEqual(read(), records);
  assert.deepEqual(read().map((record) => new Proxy(record, {}).value), records.map(({ value }) => value));
  assert.throws(() => new Proxy(new Organization().plan([]), {}).records, refused(400, /itself, not through a Proxy/));
  const [, b, , d] = read();
  assert.deepEqual(inspect(b), inspect(records[1]));
  assert.equal(b.value, b.value);
  b.value.id = "changed";
  assert.equal(b.value.id, "changed");
  assert.equal(Object.freeze(d).value, d.value);
  assert.deepEqual(d, records[3]);
  const [, unread] = read();
  unread.value = 7;
  assert.deepEqual(unread, { key: "user/b", value: 7 });
  delete unread.value;
  assert.deepEqual(unread, { key: "user/b" });
});

test("a plan whose data is gone is made again with the same requests, time and ids, until something is committed", () => {
  const told = [];
  let held = null;
  let next = 0;
  pretend({
    orgNew: () => "{}",
    orgPlan: ({ numbers: [length, optionsLength, newId], fields, after }) => {
      const options = JSON.parse(after(length, optionsLength));
      const [, path] = fields(length);
      const id = options.ids?.[0] ?? newId();
      told.push([path, options.now, id]);
      held = `t${path}`;
      return planned(planAnswer(held, { records: [{ key: id, value: {} }] }));
    },
    orgCommit: ({ numbers: [length], texts, refuse }) => (texts(length)[0] === held ? 0 : refuse({ again: true })),
    orgPlanPart: ({ numbers: [length], texts, refuse }) => (texts(length)[0] === held ? "[]" : refuse({ again: true })),
  });
  const organization = new Organization();
  const newId = () => `id${++next}`;
  const body = new TextEncoder().encode("{}");
  const first = organization.plan({ method: "POST", path: "/1", body }, { now: 5, newId });
  const second = organization.plan({ method: "POST", path: "/2" }, { now: 6, newId });
  assert.deepEqual(first.inverse, []);
  organization.commit(second);
  assert.deepEqual(told.map(([path, , id]) => [path, id]), [["/1", "id1"], ["/2", "id2"], ["/1", "id1"], ["/2", "id2"]]);
  assert.equal(told[0][1], told[2][1], "the same time");
  assert.throws(() => organization.commit(first), refused(409, /has changed since/));
  assert.throws(() => first.access.changes, refused(409, /has changed since/));
  assert.deepEqual(first.inverse, [], "what was read stays");
});

test("newId that throws, answers nonsense or calls back fails the plan and nothing else", () => {
  pretend({
    orgNew: () => "{}",
    orgVersion: () => "v1",
    orgPlan: ({ numbers: [, , newId], refuse }) => (typeof newId() === "string" ? planned(planAnswer("t")) : refuse({ detail: "no id" })),
  });
  const organization = new Organization();
  const plan = (newId) => () => organization.plan([], { newId });
  const cause = new Error("no more ids");
  assert.throws(plan(() => { throw cause; }), (error) => refused(500, /`newId` threw: no more ids/)(error) && error.cause === cause);
  assert.throws(plan(() => { throw null; }), refused(500, /`newId` threw/));
  for (const nonsense of [undefined, 7, "", "\ud800", Promise.resolve("a")]) assert.throws(plan(() => nonsense), refused(500, /must return a string/));
  for (const back of [() => organization.version, () => organization.free(), plan(() => "x")]) {
    assert.throws(plan(back), (error) => refused(500, /newId/)(error) && refused(400, /called back/)(error.cause));
  }
  assert.equal(organization.version, "v1");
  assert.equal(plan(() => "x")().token, "t");
});

test("handle answers at once and lists access when asked", () => {
  const reply = { status: 201, headers: {}, body: "{}", held: false, records: [{ key: "user/1", value: {} }], guards: [], notes: [] };
  const seen = pretend({
    orgNew: () => "{}",
    orgHandle: () => planned(planAnswer("t", { responses: [{ status: 201, headers: {}, body: reply.body }], records: reply.records })),
    orgPlanPart: () => '[{"user":"1"}]',
  });
  const answer = new Organization().handle({ method: "POST", path: "/Users", body: "{}" });
  assert.deepEqual(seen.calls, ["orgNew", "orgHandle"]);
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), { ...reply, access: { summary: NOTHING, truncated: false, changes: [{ user: "1" }] } });
});

test("records are fed in chunks that end at line ends, and those before a bad one are in", () => {
  const fed = [];
  pretend({
    orgNew: () => "{}",
    orgRestore: ({ numbers: [length, first], texts, refuse }) => {
      const [lines] = texts(length);
      fed.push({ lines, first });
      return lines.includes('"bad"') ? refuse({ detail: "record `bad`" }) : JSON.stringify({ records: fed.length, dangling: 0 });
    },
  });
  const line = `{"key":"user/${"é".repeat(300)}","value":{}}\n`;
  const text = line.repeat(9000);
  for (const whole of [text, new TextEncoder().encode(text), text.slice(0, -1)]) {
    fed.length = 0;
    const answer = new Organization().restore(whole);
    assert.ok(fed.length > 2 && fed.every(({ lines }, index) => index === fed.length - 1 || lines.endsWith("}\n")));
    assert.equal(fed.map(({ lines }) => lines).join(""), typeof whole === "string" ? whole : text);
    assert.deepEqual(fed.map(({ first }) => first), fed.map((_, index) => (index === 0 ? 1 : 0)));
    assert.equal(answer.records, fed.length);
  }
  fed.length = 0;
  const records = function* () {
    yield { key: "a", value: { n: 1 }, extra: 1 };
    yield { key: "b", value: null };
  };
  new Organization().restore(records());
  assert.deepEqual(fed, [{ lines: '{"key":"a","value":{"n":1}}\n{"key":"b","value":null}\n', first: 1 }]);
  fed.length = 0;
  assert.throws(() => new Organization().restore((function* () { yield* records(); throw new Error("disk"); })()), (error) => refused(400, /threw/)(error) && error.cause.message === "disk");
  assert.equal(fed[0].lines.split("\n").length, 3, "those before are in");
  fed.length = 0;
  assert.throws(() => new Organization().restore([...records(), { key: 7 }]), refused(400, /`key` must be a string/));
  assert.equal(fed.length, 1);
  assert.throws(() => new Organization().restore([{ key: "bad", value: 1 }]), refused(400, /record `bad`/));
  for (const wrong of [null, 7, {}, undefined, (async function* () {})()]) assert.throws(() => new Organization().restore(wrong), refused(400, /iterable/));
  assert.equal(new Organization().restore([]).records, fed.length);
});

test("records are read page by page, by the last key of the page before", () => {
  const pages = ["a\n", "b\n", ""];
  let at = 0;
  const after = [];
  pretend({
    orgNew: () => "{}",
    orgRecords: ({ numbers: [length, bytes], texts }) => (after.push([texts(length)[0], bytes]), pages[at++] ?? ""),
    lastKey: () => `key${at}`,
  });
  const organization = new Organization();
  assert.equal(Buffer.from(organization.records()).toString(), "a\nb\n");
  assert.deepEqual(after.map(([key]) => key), ["", "key1", "key2"]);
  at = 0;
  assert.equal(Buffer.from(organization.records({ after: "x", bytes: 10 })).toString(), "a\n");
  assert.deepEqual(after.at(-1), ["x", 10]);
});

test("a table of access comes as words", () => {
  pretend({
    orgNew: () => "{}",
    orgPlan: () => planned(planAnswer("t")),
    orgAccessTable: ({ numbers, say, memory }) => {
      new Uint32Array(memory.buffer, 4096, 3).set([0, 1, 0xffffffff]);
      assert.deepEqual(numbers.slice(1, 3), [5, 10]);
      return say({ users: ["u"], objects: [], kinds: ["grant"], roles: ["viewer"], rows: 1 });
    },
    tableRows: () => 4096,
  });
  const organization = new Organization();
  const table = organization.accessTable(organization.plan([]), { offset: 5, limit: 10 });
  assert.deepEqual(table.rows, Uint32Array.of(0, 1, 0xffffffff));
});

test("an error out of the module carries all it says", () => {
  const error = { status: 409, scimType: "uniqueness", detail: "userName is taken", path: "userName", operation: 2, request: 1, issues: [{ severity: "error" }] };
  pretend({ accessDiff: ({ refuse }) => refuse(error) });
  assert.throws(() => accessDiff("{}", "{}"), (thrown) => {
    const { detail, ...rest } = error;
    assert.equal(thrown.message, detail);
    for (const [name, value] of Object.entries(rest)) assert.deepEqual(thrown[name], value);
    assert.deepEqual(JSON.parse(JSON.stringify(thrown)), { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "409", scimType: "uniqueness", detail });
    return refused(409, /taken/)(thrown);
  });
});
