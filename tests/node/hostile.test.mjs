// Hostile input in Node; HOSTILE_EVERY=1 passes every value in every position instead of every eighth.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as scim from "../../pkg/core.js";
import { instantiate } from "../../pkg/gen/glue.js";
import { provide } from "../../pkg/lib/engine.js";
import { survive } from "../hostile/survive.mjs";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/gen/scim_policy.wasm", import.meta.url)));

test("hostile input: only ScimErrors, sound afterwards, memory flat", () => {
  const memories = [];
  provide(() => {
    const exports = instantiate(module);
    memories.push(exports.memory);
    return exports;
  });
  const memory = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const { failures, flat, ...counts } = survive(scim, { every: Number(process.env.HOSTILE_EVERY ?? 8), memories, memory });
  console.log(`hostile input in Node: ${JSON.stringify(counts)}, ${JSON.stringify(flat)}`);
  assert.deepEqual(failures, []);
  assert.ok(counts.inputs >= 2000);
  assert.ok(flat.to.host - flat.from.host < 2 << 20, `the heap grew by ${flat.to.host - flat.from.host} bytes`);
});
