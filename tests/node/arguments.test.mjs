// Every wrong argument is a ScimError 400 in words, never a TypeError, and never reaches wasm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessDiff, applyPatch, Filter, Organization, ScimError, validate } from "scim-policy";
import { Organization as Resident } from "../../pkg/lib/organization.js";
import { pretend } from "./pretend.mjs";

const deep = (depth) => {
  let value = {};
  for (let level = 0; level < depth; level++) value = { value };
  return value;
};
const cycle = {};
cycle.self = cycle;
const thrower = { get userName() { throw new Error("the getter's words"); } };
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const { proxy: revokedList, revoke: revokeList } = Proxy.revocable([], {});
revokeList();
const hostile = new Proxy({}, { get() { throw null; }, ownKeys() { throw null; }, getPrototypeOf() { throw null; } });

const organization = () => {
  pretend({ orgNew: () => "{}", orgPlan: () => assert.fail("wasm was reached"), orgHandle: () => assert.fail("wasm was reached") });
  return new Resident();
};
const plan = (request, context) => () => organization().plan(request, context);
const context = (given) => plan([], given);
const GET = { method: "GET", path: "/Users" };

/** [what it is called, call, scimType, words] */
const refusals = [
  ...[["a number", 7], ["undefined", undefined], ["null", null], ["a boolean", true], ["a symbol", Symbol("s")], ["a function", () => {}], ["a bigint", 7n]].flatMap(([name, value]) => [
    [`validate of ${name}`, () => validate(value), "invalidSyntax", /`payload` must be an object, JSON text or a Uint8Array/],
    [`applyPatch of ${name}`, () => applyPatch(value, "{}"), "invalidSyntax", /`resource` must be/],
    [`applyPatch by ${name}`, () => applyPatch("{}", value), "invalidSyntax", /`patch` must be/],
    [`accessDiff after ${name}`, () => accessDiff({}, value), "invalidSyntax", /`after` must be/],
    [`a filter of ${name}`, () => new Filter(value), "invalidFilter", /a filter must be a string/],
  ]),
  ["a cycle", () => validate(cycle), "invalidSyntax", /`payload` cannot be read.*circular/s],
  ["20,000 levels", () => validate(deep(20_000)), "invalidSyntax", /`payload` cannot be read/],
  ["a bigint inside", () => validate({ n: 1n }), "invalidSyntax", /BigInt/],
  ["a getter that throws", () => validate(thrower), "invalidSyntax", /the getter's words/],
  ["a revoked proxy", () => validate(revoked), "invalidSyntax", /cannot be read/],
  ["a proxy that throws null", () => validate(hostile), "invalidSyntax", /cannot be read/],
  ["a toJSON without a value", () => validate({ toJSON() {} }), "invalidSyntax", /no JSON form/],
  ["a promise", () => validate(Promise.resolve({})), "invalidSyntax", /await it first/],
  ["an ArrayBuffer", () => validate(new ArrayBuffer(8)), "invalidSyntax", /another kind of buffer/],
  ["other typed arrays", () => validate(new Uint16Array(8)), "invalidSyntax", /another kind of buffer/],
  ["half a surrogate pair in text", () => validate('{"userName":"\ud83d"}'), "invalidSyntax", /half of a surrogate pair/],
  ["half a surrogate pair in a filter", () => new Filter('userName eq "\ude00"'), "invalidFilter", /half of a surrogate pair/],
  ["options that are text", () => validate({}, "entra"), "invalidValue", /`options` must be an object, not a string/],
  ["options that are a list", () => validate({}, ["entra"]), "invalidValue", /not an array/],
  ["options whose getter throws", () => validate({}, { get dialect() { throw new Error("no"); } }), "invalidValue", /`options` cannot be read: no/],
  ["options that are a revoked proxy", () => validate({}, revoked), "invalidValue", /cannot be read/],
  ["an unknown dialect", () => validate({}, { dialect: "google" }), "invalidValue", /`dialect` must be "rfc" or "entra" or "okta", not "google"/],
  ["a dialect of Object's own", () => validate({}, { dialect: "constructor" }), "invalidValue", /`dialect` must be/],
  ["an unknown purpose", () => validate({}, { purpose: "delete" }), "invalidValue", /`purpose` must be/],
  ["a resource type that is a number", () => validate({}, { resourceType: 7 }), "invalidValue", /`resourceType` must be a string/],
  ["schemas that are no list", () => validate({}, { schemas: {} }), "invalidValue", /`schemas` must be an array/],
  ["schemas with a cycle", () => validate({}, { schemas: [cycle] }), "invalidSyntax", /`schemas` cannot be read/],
  ["a limit below 0", () => accessDiff({}, {}, { limit: -1 }), "invalidValue", /`limit` must be a whole number/],
  ["a config that is text", () => new Organization("taskade"), "invalidValue", /`config` must be an object/],
  ["a config with a cycle", () => new Organization({ roles: cycle }), "invalidSyntax", /`config` cannot be read/],
  ["a request that is text", plan("/Users"), "invalidValue", /`request` must be an object/],
  ["a request without a path", plan([GET, { method: "GET" }]), "invalidValue", /`requests\[1\]` must be an object with `method` and `path`/],
  ["a list within the list", plan([[GET]]), "invalidValue", /`requests\[0\]` must be an object/],
  ["a hole in the list", plan([, GET]), "invalidValue", /`requests\[0\]`/],
  ["a method that is a number", plan({ ...GET, method: 1 }), "invalidValue", /`method` must be a string/],
  ["headers that are text", plan({ ...GET, headers: "if-match" }), "invalidValue", /`headers` must be an object of strings/],
  ["a header that is a number", plan({ ...GET, headers: { "If-Match": 1 } }), "invalidValue", /`If-Match` must be a string/],
  ["a body that is a number", plan({ ...GET, body: 7 }), "invalidSyntax", /`body` must be an object/],
  ["requests that are a revoked proxy of a list", plan(revokedList), "invalidValue", /`requests` cannot be read/],
  ["a request that is a revoked proxy of a list", () => organization().handle(revokedList), "invalidValue", /`request` cannot be read/],
  ["two requests at once", () => organization().handle([GET, GET]), "invalidValue", /`handle` answers one request/],
  ["an actor that is text", context({ actor: "system" }), "invalidValue", /`actor` must be an object/],
  ["an actor without a kind", context({ actor: {} }), "invalidValue", /`actor` must be an object with `kind`/],
  ["an actor of another kind", context({ actor: { kind: "root" } }), "invalidValue", /`actor.kind` must be/],
  ["a user without an id", context({ actor: { kind: "user" } }), "invalidValue", /`actor.id` names the user/],
  ["one guard to approve, not in a list", context({ approve: "massLoss" }), "invalidValue", /`approve` must be an array of strings/],
  ["a guard that is no name", context({ approve: [1] }), "invalidValue", /`approve` must be a string/],
  ["atomic as text", context({ atomic: "yes" }), "invalidValue", /`atomic` must be true or false/],
  ["newId as text", context({ newId: "1" }), "invalidValue", /`newId` must be a function/],
  ["a limit that is no number", context({ accessLimit: NaN }), "invalidValue", /`accessLimit` must be a whole number/],
  ...[new Date(NaN), Infinity, 9e15, -1e14, "tomorrow", "2025-03-31", "2025-03-31T09:00:00", "2025-13-01T00:00:00Z", {}, [], true, revoked].map((now, index) => [`a time that is none, ${index}`, context({ now }), "invalidValue", /`now` (must be a Date|cannot be read)/]),
  ["a page without a limit", () => organization().accessChanges({}, { offset: 0 }), "invalidValue", /`offset` and `limit`/],
  ["a plan of nobody's", () => organization().commit({ token: "t" }), "invalidValue", /no plan/],
  ["check without a user", () => organization().check({ can: "view" }), "invalidValue", /`user` and `can`/],
  ["an object of another type", () => organization().explain("u", { type: "User", id: "1" }), "invalidValue", /`object.type` must be/],
  ["an object without an id", () => organization().whoHas({ type: "Folder" }), "invalidValue", /`type` and `id`/],
  ["a user that is a number", () => organization().accessOf(1), "invalidValue", /`user` must be a string/],
  ["bytes that are no number", () => organization().records({ bytes: "1" }), "invalidValue", /`bytes` must be a whole number/],
];

for (const [name, call, scimType, words] of refusals) {
  test(name, () => {
    assert.throws(call, (error) => {
      assert.equal(error?.name, "ScimError", `${error?.stack}`);
      assert.deepEqual([error.status, error.scimType], [400, scimType], error.message);
      assert.match(error.message, words);
      return true;
    });
  });
}

test("times are taken as a Date, milliseconds or text, and passed as one instant", () => {
  const told = [];
  pretend({ orgNew: () => "{}", orgPlan: ({ numbers: [length, size], after, refuse }) => (told.push(JSON.parse(after(length, size)).now), refuse({})) });
  const resident = new Resident();
  for (const now of [new Date(1743411600000), 1743411600000, "2025-03-31T09:00:00Z", "2025-03-31T11:00:00.000+02:00", "2025-03-31T09:00Z"]) {
    assert.throws(() => resident.plan([], { now }));
  }
  assert.deepEqual(new Set(told), new Set([Date.UTC(2025, 2, 31, 9)]));
});

test("a ScimError is an Error whose JSON is the body of RFC 7644 §3.12", () => {
  const error = new ScimError("no", { status: 404 });
  assert.ok(error instanceof Error);
  assert.equal(`${error}`, "ScimError: no");
  assert.deepEqual(JSON.parse(JSON.stringify(error)), { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "404", detail: "no" });
});

test("names of Object's own pollute nothing", () => {
  const polluted = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
  for (const call of [() => validate(polluted, polluted), () => applyPatch(polluted, polluted), () => accessDiff(polluted, polluted, polluted)]) {
    try {
      call();
    } catch (error) {
      assert.equal(error.name, "ScimError");
    }
  }
  assert.equal({}.polluted, undefined);
});
