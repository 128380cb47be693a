// The conversations of tests/data/idp, replayed through the package: every answer, every diff, every state after.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Organization } from "scim-policy";
import { replaying } from "../data/replay.mjs";

const data = new URL("../data/idp/", import.meta.url);

const replay = replaying(Organization, assert);

for (const file of readdirSync(data).filter((name) => name.endsWith(".json"))) {
  const conversation = JSON.parse(readFileSync(new URL(file, data), "utf8"));
  test(`${file}: ${conversation.about}`, () => replay(conversation));
}

test("the demo tells the same over HTTP, within 100 columns", () => {
  const script = fileURLToPath(new URL("../../www/demo/demo.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [script], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", PORT: "0", ONCE: "1" } });
  assert.match(output, /Every answer and every change is as the conversation says/);
  assert.deepEqual(output.split("\n").filter((line) => line.length > 100), []);
});
