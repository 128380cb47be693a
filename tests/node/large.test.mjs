// What large organizations may cost in memory: budgets by kind, and a diff of millions of rows read in chunks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { instances } from "../../benches/organization/instances.mjs";
import { make, records } from "../../benches/organization/made.mjs";
import { Organization } from "../../pkg/node.js";

/** Bytes for each, all its indexes included. */
const BUDGETS = { users: 600, memberships: 16, grants: 44 };

test("a user of 1 KB, a membership and a grant stay within their bytes", () => {
  const made = make(0.1);
  const parts = records(made);
  const organization = new Organization({ dialect: "entra" });
  for (const [kind, lines] of Object.entries(parts)) {
    const before = organization.stats;
    organization.restore(lines);
    const after = organization.stats;
    const each = (after.bytes - before.bytes) / (after[kind] - before[kind]);
    if (!(kind in BUDGETS)) continue;
    console.log(`${kind}: ${each.toFixed(1)} bytes each, of ${BUDGETS[kind]}`);
    assert.ok(each <= BUDGETS[kind], `${kind}: ${each} bytes each`);
  }
  organization.free();
});

test("a group of everybody, 100,000 people, is deleted: eleven million rows, a chunk at a time", () => {
  const [users, folders] = [100_000, 109];
  const line = (key, value) => `{"key":"${key}","value":${JSON.stringify(value)}}\n`;
  const folder = (at) => line(`folder/f${at}`, { displayName: `Folder ${at}`, parent: at === 0 ? { value: "hall", type: "Workspace" } : { value: `f${at >> 1}`, type: "Folder" }, audience: "parent" });
  const lines = [line("group/all", { displayName: "All staff" }), line("workspace/hall", { displayName: "Hall" }), line("grant/hall/all", { type: "Group", role: "editor" })];
  for (let at = 0; at < folders; at++) lines.push(folder(at));
  for (let at = 0; at < users; at++) lines.push(line(`member/all/u${at}`, { type: "User" }), line(`user/u${at}`, { userName: `u${at}` }));
  const organization = new Organization();
  organization.restore(lines.join(""));
  const memory = instances.at(-1).exports.memory;
  const atFirst = memory.buffer.byteLength;

  const plan = organization.plan({ method: "DELETE", path: "/Groups/all" }, { actor: { kind: "system" } });
  assert.deepEqual(plan.guards.map(({ guard }) => guard), ["massLoss", "emptySource"]);
  assert.equal(plan.access.summary.kinds.revoke, users * (folders + 1));
  assert.deepEqual([plan.access.summary.users, plan.access.summary.objects, plan.access.truncated], [users, folders + 1, true]);
  const limit = 1 << 18;
  let rows = 0;
  for (let offset = 0; ; offset += limit) {
    const table = organization.accessTable(plan, { offset, limit });
    if (table.rows.length === 0) break;
    assert.ok(table.rows.length <= 3 * limit);
    assert.deepEqual([table.kinds[table.rows[2] >>> 16], table.roles[((table.rows[2] >>> 8) & 255) - 1]], ["revoke", "editor"]);
    rows += table.rows.length / 3;
  }
  assert.equal(rows, users * (folders + 1));
  const grown = (memory.buffer.byteLength - atFirst) / (1 << 20);
  console.log(`${rows} rows in chunks of ${limit}: wasm memory grew by ${grown.toFixed(1)} MB`);
  assert.ok(grown <= 48, `${grown} MB`);
  organization.free();
});
