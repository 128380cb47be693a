// The second opinion's cases, asked of the shipped wasm file through the package; `make opinion` asks a million.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { compare } from "./opinion.mjs";

const CASES = 20_000;
const root = fileURLToPath(new URL("../..", import.meta.url));

test(`${CASES} cases get the reference's answers from the wasm file`, { timeout: 900_000 }, async () => {
  const file = `${root}target/opinion/cases-${process.pid}.ndjson`;
  mkdirSync(`${root}target/opinion`, { recursive: true });
  try {
    const { status, stdout, stderr } = spawnSync("cargo", ["test", "--quiet", "--test", "second_opinion", "exported"], {
      cwd: root, encoding: "utf8", env: { ...process.env, SCIM_POLICY_EXPORT: file, SCIM_POLICY_EXPORT_CASES: String(CASES), SCIM_POLICY_SEED: "1" },
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
    const { asked, kinds, differences } = await compare(file);
    console.log(`${asked} cases asked of the wasm file ${JSON.stringify(kinds)}`);
    assert.deepEqual(differences.slice(0, 5), []);
    assert.equal(asked, CASES);
  } finally {
    rmSync(file, { force: true });
  }
});
