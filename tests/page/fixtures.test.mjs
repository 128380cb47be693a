// Every fixture of tests/data in a page of headless Chromium, through the package as a browser loads it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { serve } from "./serve.mjs";

const data = new URL("../data/", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, data), "utf8"));
const files = (folder) => readdirSync(new URL(`${folder}/`, data)).filter((name) => name.endsWith(".json"));

let host;
before(async () => {
  host = await serve(".");
});
after(() => host?.end());

/** Gives the differences, each with the fixture's name and clause. */
const judged = (kind, suites) =>
  host.inPage(async ([kind, suites]) => {
    const [scim, judge] = await Promise.all([import("/pkg/browser.js"), import("/tests/data/judge.mjs")]);
    await scim.default();
    const wrong = [];
    for (const { cases, resources } of suites) {
      for (const fixture of cases) {
        const reason = judge[kind](scim, fixture, resources);
        if (reason) wrong.push(`${fixture.name} (${fixture.clause}): ${reason}`);
      }
    }
    return wrong;
  }, undefined, [kind, suites]);

for (const [kind, least] of [["patch", 424], ["validate", 219], ["filter", 244]]) {
  test(`${kind} fixtures`, async () => {
    const suites = files(kind).map((name) => read(`${kind}/${name}`));
    const count = suites.reduce((sum, { cases }) => sum + cases.length, 0);
    assert.ok(count >= least, `${count} cases`);
    assert.deepEqual(await judged(kind, suites), []);
    console.log(`${kind} in Chromium: ${count} cases`);
  });
}

test("the RFCs' own messages", async () => {
  const message = (file) => readFileSync(new URL(`rfc/${file}`, data), "utf8");
  const all = read("rfc/cases.json").map((fixture) =>
    fixture.kind === "patch"
      ? { ...fixture, patchText: message(fixture.file), given: typeof fixture.given === "string" ? JSON.parse(message(fixture.given)) : fixture.given }
      : { ...fixture, payloadText: message(fixture.file) });
  const [patches, payloads] = [all.filter(({ kind }) => kind === "patch"), all.filter(({ kind }) => kind !== "patch")];
  assert.ok(patches.length > 0 && payloads.length > 0);
  assert.deepEqual([...await judged("patch", [{ cases: patches }]), ...await judged("validate", [{ cases: payloads }])], []);
  console.log(`the RFCs' messages in Chromium: ${all.length} cases`);
});

for (const file of files("idp")) {
  const conversation = read(`idp/${file}`);
  test(`${file}: ${conversation.about}`, async () => {
    const wrong = await host.inPage(async (conversation) => {
      const [scim, { same }, { replaying }] = await Promise.all(["/pkg/browser.js", "/tests/data/judge.mjs", "/tests/data/replay.mjs"].map((path) => import(path)));
      await scim.default();
      const fail = (where) => { throw new Error(where); };
      const equal = (a, b, where) => same(a, b) || fail(`${where}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`);
      const throws = (call, { status }, where) => {
        try { call(); } catch (error) { return equal(error.status, status, where); }
        fail(`${where}: nothing was thrown`);
      };
      const plain = (value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value);
      const assert = { equal, deepEqual: (a, b, where) => equal(plain(a), plain(b), where), ok: (good, where) => good || fail(where), fail, throws };
      try {
        replaying(scim.Organization, assert)(conversation);
        return null;
      } catch (error) {
        return `${error}`;
      }
    }, undefined, conversation);
    assert.equal(wrong, null);
  });
}
