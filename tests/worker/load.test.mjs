// 100 requests a second from 8 connections: for 5 seconds, or as many as LOAD_SECONDS says (60 for the figures in the README). What is
// asserted is that none fails; the rate and the latencies are the machine's, and reported.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { patchOf, start, USER_SCHEMA } from "./start.mjs";

const SECONDS = Number(process.env.LOAD_SECONDS ?? 5);
const RATE = 100;
const CONNECTIONS = 8;

test(`${RATE} requests a second for ${SECONDS} s from ${CONNECTIONS} connections: no error`, async (t) => {
  const worker = await start();
  t.after(() => worker.end());
  const group = await worker.group("everybody");
  await worker.workspace("Launch", [{ value: group.id, type: "Group", role: "viewer" }]);
  const times = [];
  const statuses = {};
  let sent = 0;
  const begin = performance.now();
  const people = [];
  /** What a provider does: looks, creates, puts into a group, changes. */
  const steps = [
    (n) => worker.scim("GET", `/Users?filter=${encodeURIComponent(`userName eq "load${n}@example.com"`)}`),
    async (n) => {
      const answer = await worker.scim("POST", "/Users", { schemas: [USER_SCHEMA], userName: `load${n}@example.com`, displayName: `Load ${n}` });
      people.push(answer.body.id);
      return answer;
    },
    () => worker.patch(`/Groups/${group.id}`, [{ op: "add", path: "members", value: [{ value: people.at(-1) }] }]),
    (n) => worker.scim("PATCH", `/Users/${people.at(-1)}`, patchOf([{ op: "replace", path: "title", value: `Title ${n}` }])),
  ];
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (sent < RATE * SECONDS) {
      const number = sent++;
      await wait(Math.max(0, (number * 1000) / RATE - (performance.now() - begin)));
      const start = performance.now();
      const { status } = await steps[number < 4 * CONNECTIONS && people.length === 0 ? number % 2 : number % 4](number);
      times.push(performance.now() - start);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  }));
  const seconds = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  t.diagnostic(`${times.length} requests in ${seconds.toFixed(1)} s (${(times.length / seconds).toFixed(0)}/s): p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms; answers ${JSON.stringify(statuses)}`);
  assert.deepEqual(Object.keys(statuses).filter((status) => status >= 400), []);
});
