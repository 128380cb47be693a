// Validation, PATCH and filters through the package's JavaScript with the shipped wasm, beside JSON.parse and beside what
// JavaScript people use today. Every contender's answer is compared before it is timed.
import { deepStrictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { Filter, applyPatch, validate } from "../pkg/node.js";
import { directory, filters, group, operations, user } from "./payload-data.mjs";
import { median, peer, race, ratios, table, targetsTable, timesTable } from "./measure.mjs";

const { scimPatch } = peer("scim-patch");
const SCIMMY = peer("scimmy").default;
const scim2 = peer("scim2-parse-filter");
const { compileFilter } = peer("scim-query-filter-parser");

const encoder = new TextEncoder();
const entra = { dialect: "entra" };
const goals = [];

async function validation() {
  const text = JSON.stringify(user);
  const bytes = encoder.encode(text);
  const { valid, issues, notes } = validate(bytes, entra);
  deepStrictEqual({ valid, issues, notes }, { valid: true, issues: [], notes: [] });
  const times = await race({
    "JSON.parse of the string": () => JSON.parse(text),
    "validate, from bytes": () => validate(bytes, entra),
    "validate, from a string": () => validate(text, entra),
    "validate, from an object": () => validate(user, entra),
    "scimmy: new User of the parsed string": () => new SCIMMY.Schemas.User(JSON.parse(text), "both"),
  });
  timesTable(`Validation of an Entra user of ${bytes.length} bytes`, times);
  goals.push(
    { what: "validate from bytes / JSON.parse", of: ratios(times, "validate, from bytes", "JSON.parse of the string"), most: 0.6 },
    { what: "validate from a string / from bytes", of: ratios(times, "validate, from a string", "validate, from bytes"), most: 1.15 },
  );
}

async function patching() {
  const text = JSON.stringify(user);
  const patch = JSON.stringify({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations });
  const { User } = SCIMMY.Schemas;
  const { PatchOp } = SCIMMY.Messages;
  const contenders = {
    "JSON.parse of both, JSON.stringify of the user": () => JSON.stringify([JSON.parse(text), JSON.parse(patch)][0]),
    "applyPatch": () => applyPatch(text, patch, entra).text,
    "scim-patch": () => JSON.stringify(scimPatch(JSON.parse(text), JSON.parse(patch).Operations)),
    "scimmy": async () => JSON.stringify(await new PatchOp(JSON.parse(patch)).apply(new User(JSON.parse(text), "both"))),
  };
  const expected = JSON.parse(contenders.applyPatch());
  deepStrictEqual(JSON.parse(contenders["scim-patch"]()), expected);
  const { meta, ...rest } = JSON.parse(await contenders.scimmy()); // it adds meta.resourceType
  deepStrictEqual([meta, rest], [{ resourceType: "User" }, expected]);
  const times = await race(contenders);
  timesTable("Ten Entra operations on that user, text to text", times);
  const floor = "JSON.parse of both, JSON.stringify of the user";
  goals.push(
    { what: "applyPatch / parse and stringify", of: ratios(times, "applyPatch", floor), most: 0.6 },
    { what: "scim-patch / applyPatch", of: ratios(times, "scim-patch", "applyPatch"), least: 3 },
    { what: "scimmy / applyPatch", of: ratios(times, "scimmy", "applyPatch"), least: 3 },
  );
}

async function members() {
  const text = JSON.stringify(group);
  const remove = group.members.filter((_, i) => i % 97 === 0).slice(0, 100).map(({ value }) => value);
  const patch = JSON.stringify({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: remove.map((value) => ({ op: "Remove", path: `members[value eq "${value}"]` })),
  });
  const contenders = {
    "JSON.parse of both, JSON.stringify of the group": () => JSON.stringify([JSON.parse(text), JSON.parse(patch)][0]),
    "applyPatch": () => applyPatch(text, patch, entra).text,
    "scim-patch": () => JSON.stringify(scimPatch(JSON.parse(text), JSON.parse(patch).Operations)),
  };
  deepStrictEqual(JSON.parse(contenders["scim-patch"]()), JSON.parse(contenders.applyPatch()));
  const times = await race(contenders, { rounds: 7, micros: 1000, warm: 50_000 });
  timesTable(`A hundred members removed from a group of ${group.members.length} (${Math.round(text.length / 1024)} KB)`, times);
}

async function filtering() {
  const text = JSON.stringify(directory);
  const rows = [];
  for (const source of filters) {
    const filter = new Filter(source);
    const expected = filter.select(directory);
    const contenders = { ours: () => filter.select(text) };
    for (const [name, make] of Object.entries({ scim2: () => scim2.filter(scim2.parse(source)), query: () => compileFilter(source) })) {
      try {
        const matches = make();
        const select = () => JSON.parse(text).flatMap((resource, i) => (matches(resource) ? i : []));
        deepStrictEqual(select(), expected);
        contenders[name] = select;
      } catch {} // it reads the filter in another way, or not at all
    }
    const times = await race(contenders, { rounds: 31, micros: 1000, warm: 50_000 });
    const cell = (name) => (times[name] ? median(times[name]).toFixed(0) : "wrong");
    rows.push([`\`${source}\``, cell("ours"), cell("scim2"), cell("query")]);
    filter.free();
  }
  table(`Filters over the JSON text of ${directory.length} users, median µs`, ["", "Filter.select", "scim2-parse-filter", "scim-query-filter-parser"], rows);
}

/** How many fixtures of the known mistakes come out right: the expected resource, or an error where one is due. */
function mistakes() {
  const folder = new URL("../tests/data/patch/", import.meta.url);
  const fixtures = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")).cases).filter(({ mistake, patch }) => mistake && patch);
  const right = (apply) =>
    fixtures.filter((fixture) => {
      try {
        deepStrictEqual(apply(structuredClone(fixture)), fixture.expect.resource);
        return true;
      } catch (error) {
        return Boolean(fixture.expect.error) && error.code !== "ERR_ASSERTION";
      }
    }).length;
  const ours = ({ given, patch, dialect, schemas, resourceTypes, resourceType }) =>
    applyPatch(given, patch, JSON.parse(JSON.stringify({ dialect, schemas, resourceTypes, resourceType }))).resource;
  table("Fixtures of the known mistakes that come out right", ["", "of " + fixtures.length], [
    ["applyPatch", String(right(ours))],
    ["scim-patch", String(right(({ given, patch }) => scimPatch(given, patch.Operations)))],
  ]);
  const hung = Object.keys(Object.prototype);
  if (hung.length > 0) console.log(`\nscim-patch left ${hung} on Object.prototype.`);
  for (const key of hung) delete Object.prototype[key];
}

SCIMMY.Schemas.User.extend(SCIMMY.Schemas.EnterpriseUser);
mistakes();
await validation();
await patching();
await members();
await filtering();
targetsTable("Payloads: ratios and their targets", goals);
