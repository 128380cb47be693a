// Hostile input in a page of Chromium; HOSTILE_EVERY=1 passes every value in every position.
import assert from "node:assert/strict";
import { test } from "node:test";
import { POLICY, serve } from "./serve.mjs";

test("hostile input: only ScimErrors, sound afterwards, memory flat", async () => {
  const host = await serve(".");
  try {
    const { failures, flat, ...counts } = await host.inPage(async (every) => {
      const [scim, { instantiate }, { provide }, { survive }] = await Promise.all(["/pkg/core.js", "/pkg/gen/glue.js", "/pkg/lib/engine.js", "/tests/hostile/survive.mjs"].map((path) => import(path)));
      const module = await WebAssembly.compileStreaming(fetch("/pkg/gen/scim_policy.wasm"));
      const memories = [];
      provide(() => {
        const exports = instantiate(module);
        memories.push(exports.memory);
        return exports;
      });
      return survive(scim, { every, memories });
    }, POLICY, Number(process.env.HOSTILE_EVERY ?? 8));
    console.log(`hostile input in Chromium: ${JSON.stringify(counts)}, ${JSON.stringify(flat)}`);
    assert.deepEqual(failures, []);
    assert.ok(counts.inputs >= 2000);
  } finally {
    await host.end();
  }
});
