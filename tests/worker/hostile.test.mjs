// Hostile input in workerd; HOSTILE_EVERY=1 passes every value in every position.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bundled, start } from "./start.mjs";

test("hostile input: only ScimErrors, sound afterwards, memory flat", async () => {
  const worker = await start(bundled("hostile"));
  try {
    const response = await fetch(`${worker.url}/?every=${process.env.HOSTILE_EVERY ?? 8}`);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const { failures, flat, ...counts } = JSON.parse(text);
    console.log(`hostile input in workerd: ${JSON.stringify(counts)}, ${JSON.stringify(flat)}`);
    assert.deepEqual(failures, []);
    assert.ok(counts.inputs >= 2000);
  } finally {
    await worker.end();
  }
});
