// What fuzzing begins with: fixtures of the tests, as the targets take them. `node fuzz/seeds.mjs DIRECTORY`
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , out] = process.argv;
const DIALECTS = ["rfc", "entra", "okta"];
const PURPOSES = ["create", "replace", "response", "patch", "bulk", "search"];
const BETWEEN = Buffer.from([0xff]);

const data = new URL("../tests/data/", import.meta.url);
const fixtures = (room) => {
  const names = readdirSync(new URL(`${room}/`, data)).filter((name) => name.endsWith(".json"));
  return names.map((name) => JSON.parse(readFileSync(new URL(`${room}/${name}`, data), "utf8")));
};
const text = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const dialect = (name) => Math.max(0, DIALECTS.indexOf(name));

const seeds = { payloads: [], patches: [], filters: [], records: [], requests: [] };
for (const { cases } of fixtures("validate")) {
  for (const { dialect: name, purpose, payload } of cases ?? []) {
    if (payload !== undefined) seeds.payloads.push([Buffer.from([dialect(name), Math.max(0, PURPOSES.indexOf(purpose))]), text(payload)]);
  }
}
for (const { cases } of fixtures("patch")) {
  for (const { dialect: name, given, patch } of cases ?? []) {
    if (given !== undefined && patch !== undefined) seeds.patches.push([Buffer.from([dialect(name)]), text(given), BETWEEN, text(patch)]);
  }
}
for (const { resources, cases } of fixtures("filter")) {
  for (const { dialect: name, filter } of cases ?? []) seeds.filters.push([Buffer.from([dialect(name)]), text(filter), BETWEEN, text(resources?.[0] ?? {})]);
}
seeds.records.push([readFileSync(new URL("organization.ndjson", import.meta.url))]);
for (const { config, steps } of fixtures("idp")) {
  for (const { request } of steps ?? []) {
    if (request === undefined) continue;
    const body = request.body === undefined ? [] : [Buffer.from("\n"), text(request.body)];
    seeds.requests.push([Buffer.from([dialect(config?.dialect)]), text(`${request.method} ${request.path}`), ...body]);
  }
}
// Requests about who is there.
const own = readFileSync(new URL("requests.txt", import.meta.url), "utf8").trim().split("\n\n");
for (const requests of own) for (const kind of [0, 1, 2]) seeds.requests.push([Buffer.from([kind]), ...requests.split("\n--\n").flatMap((request) => [text(request), BETWEEN]).slice(0, -1)]);

for (const [target, all] of Object.entries(seeds)) {
  if (all.length === 0) throw new Error(`no seed for ${target}`);
  mkdirSync(join(out, target), { recursive: true });
  all.forEach((parts, at) => writeFileSync(join(out, target, `seed-${at}`), Buffer.concat(parts)));
  console.log(`${target}: ${all.length} seeds`);
}
