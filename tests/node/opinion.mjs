// Asks the package the questions that tests/second_opinion.rs exported, and tells where its answers differ from the reference's.
//   node tests/node/opinion.mjs cases.ndjson
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { applyPatch, Filter, ScimError, validate } from "scim-policy";

const custom = JSON.parse(readFileSync(new URL("../reference/custom.json", import.meta.url), "utf8"));

/** Issues as the reference lists them: sorted, each once. */
const listed = (issues) => [...new Set(issues.map(({ severity, scimType, path, pointer }) => JSON.stringify([severity, scimType ?? null, path, pointer])))].sort();
const rules = (notes) => [...new Set(notes)].sort();
const pairs = (notes) => [...new Set(notes.map((pair) => JSON.stringify(pair)))].sort();

/** Equal but for the order of `schemas`. */
function sameResource(text, resource) {
  if (text === null || resource === null) return text === null && resource === null;
  const sorted = (value) => (Array.isArray(value?.schemas) ? { ...value, schemas: [...value.schemas].sort() } : value);
  return isDeepStrictEqual(sorted(JSON.parse(text)), sorted(resource));
}

function differenceOf(line) {
  const options = { dialect: line.dialect, ...(line.registry === "custom" ? custom : {}), ...(line.resourceType && line.kind !== "validate" ? { resourceType: line.resourceType } : {}) };
  let answer;
  try {
    answer = asking[line.kind](line, options);
  } catch (error) {
    if (!(error instanceof ScimError)) return `throws ${error?.stack}`;
    if (line.kind === "validate" && line.ambiguous && error.scimType === "invalidSyntax") return null;
    if (line.fault === undefined) return `is refused: ${error.message}`;
    const found = [error.status, error.scimType, line.ambiguous ? line.fault.operation : error.operation];
    return isDeepStrictEqual(found, [line.fault.status, line.fault.scimType, line.fault.operation]) ? null : `is refused otherwise: ${JSON.stringify(found)}`;
  }
  if (answer === null) return null;
  return line.fault === undefined ? answer : `is answered, and should be refused: ${JSON.stringify(line.fault)}`;
}

/** Each gives null, or what differs. */
const asking = {
  validate(line, options) {
    const report = validate(line.payload, { ...options, purpose: line.purpose });
    const syntax = report.issues.some(({ severity, scimType }) => severity === "error" && scimType === "invalidSyntax");
    if (line.fault !== undefined || line.ambiguous) return syntax && report.resource === null ? null : "says nothing of the syntax";
    if (!isDeepStrictEqual(listed(report.issues), listed(line.issues))) return `issues ${listed(report.issues)}`;
    if (!isDeepStrictEqual(rules(report.notes.map(({ rule }) => rule)), rules(line.notes))) return `notes ${rules(report.notes.map(({ rule }) => rule))}`;
    if (report.resourceType !== line.resourceType) return `resourceType ${report.resourceType}`;
    return sameResource(line.resource, report.resource) ? null : `resource ${JSON.stringify(report.resource)}`;
  },
  filter(line, options) {
    const filter = new Filter(line.filter, options);
    try {
      const found = line.resources.map((resource) => filter.matches(resource));
      if (!isDeepStrictEqual(found, line.matches)) return `matches ${found}`;
      const selected = line.resources.map((_, index) => index).filter((index) => line.matches[index]);
      const chosen = filter.select(`[${line.resources.join(",")}]`);
      if (!isDeepStrictEqual(chosen, selected)) return `selects ${chosen}`;
      const again = new Filter(filter.toString(), options);
      const tree = JSON.stringify(again);
      again.free();
      return tree === JSON.stringify(filter) ? null : `its text reads as another: ${filter}`;
    } finally {
      filter.free();
    }
  },
  patch(line, options) {
    const result = applyPatch(line.resource, line.patch, options);
    if (line.fault !== undefined) return "is done";
    if (result.changed !== line.changed) return `changed ${result.changed}`;
    if (!sameResource(line.text, result.resource)) return `gives ${result.text}`;
    const found = pairs(result.notes.map(({ rule, operation }) => [rule, operation]));
    return isDeepStrictEqual(found, pairs(line.notes)) ? null : `notes ${found}`;
  },
};

/** Gives { asked, kinds, differences }: sentences with the case. */
export async function compare(file) {
  const [kinds, differences] = [{}, []];
  let asked = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const line = JSON.parse(text);
    asked += 1;
    kinds[line.kind] = (kinds[line.kind] ?? 0) + 1;
    const difference = differenceOf(line);
    if (difference !== null) differences.push(`${difference}\n  ${text.slice(0, 3000)}`);
  }
  return { asked, kinds, differences };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { asked, kinds, differences } = await compare(process.argv[2]);
  for (const difference of differences.slice(0, 10)) console.log(difference);
  console.log(`${asked} cases asked of the wasm file ${JSON.stringify(kinds)}: ${differences.length} differ`);
  process.exitCode = differences.length === 0 && asked > 0 ? 0 : 1;
}
