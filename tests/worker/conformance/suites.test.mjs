// Two public conformance suites against the running worker. What they print is kept in target/conformance-output.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { patchOf, root, SCIM, start } from "../start.mjs";

const kept = join(root, "target/conformance-output");
mkdirSync(kept, { recursive: true });

function suite(name, program, args, env = {}) {
  return new Promise((done, fail) => {
    const child = spawn(join(root, "target/conformance/bin", program), args, { env: { ...process.env, ...env } });
    let output = "";
    child.stdout.on("data", (data) => { output += data; });
    child.stderr.on("data", (data) => { output += data; });
    child.once("error", fail);
    child.once("exit", (code) => {
      writeFileSync(join(kept, `${name}.txt`), output.replaceAll(SCIM, "TOKEN"));
      done({ code, output });
    });
  });
}
const tally = (output, pattern) => [...output.matchAll(pattern)].length;

test("scim2-tester, through scim2-cli: no error, 135 checks or more", async (t) => {
  const worker = await start();
  t.after(() => worker.end());
  // It compares what it sent with what comes back, whole: so names the worker derives are returned on request only.
  const { Resources } = await worker.must(200, worker.scim("GET", "/Schemas"));
  const derived = { members: "display", manager: "displayName" };
  const schemas = Resources.filter(({ attributes }) => attributes.some(({ name }) => name in derived));
  for (const { attributes } of schemas) {
    for (const { name, subAttributes = [] } of attributes) {
      for (const sub of subAttributes) if (derived[name] === sub.name) Object.assign(sub, { returned: "request", mutability: "readOnly" });
    }
  }
  await worker.must(200, worker.api("PUT", "/settings", { schemas }));
  const { code, output } = await suite("scim2-tester", "scim2", ["--url", `${worker.url}/scim/v2/default`, "test", "--verbose"], { SCIM_CLI_HEADERS: `Authorization: Bearer ${SCIM}` });
  const [good, bad, critical, skipped] = ["SUCCESS", "ERROR", "CRITICAL", "SKIPPED"].map((word) => tally(output, new RegExp(`^${word} `, "gm")));
  t.diagnostic(`scim2-tester: ${good} passed, ${bad + critical} failed, ${skipped} skipped`);
  assert.deepEqual([code, bad, critical], [0, 0, 0], output.split("\n").filter((line, index, lines) => /^(ERROR|CRITICAL|Error)/.test(line) || /^(ERROR|CRITICAL)/.test(lines[index - 1] ?? "")).join("\n"));
  assert.ok(good >= 135, `${good} checks`);
});

test("scim-sanity: 28 of 28, without a warning", async (t) => {
  const worker = await start();
  t.after(() => worker.end());
  // It wants 200 for the PATCH of a group, and adds a member who is nobody.
  await worker.must(200, worker.api("PUT", "/settings", { groupPatchAnswer: 200 }));
  await worker.must(200, worker.admin("PATCH", "/Organization", patchOf([{ op: "replace", path: "policy.unknownMembers", value: "skip" }])));
  const { code, output } = await suite("scim-sanity", "scim-sanity", ["probe", `${worker.url}/scim/v2/default`, "--token", SCIM, "--i-accept-side-effects"]);
  const [good, bad, warned] = ["PASS", "FAIL", "WARN"].map((word) => tally(output, new RegExp(`\\[${word}\\]`, "g")));
  t.diagnostic(`scim-sanity: ${good} passed, ${bad} failed, ${warned} warnings`);
  assert.deepEqual([code, good, bad, warned], [0, 28, 0, 0], output);
});
