// The counts and tables of README.md, made from the fixtures.
//   node tests/data/table.mjs     writes them
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const here = new URL("./", import.meta.url);
const readme = new URL("README.md", here);
const read = (file) => JSON.parse(readFileSync(new URL(file, here), "utf8"));
const files = (folder) => readdirSync(new URL(`${folder}/`, here)).filter((name) => name.endsWith(".json")).sort();

const FOLDERS = ["patch", "validate", "filter"];
const DIALECTS = ["rfc", "entra", "okta"];

/** All cases with the file they stand in: [file, case]. */
const cases = FOLDERS.flatMap((folder) => files(folder).flatMap((name) => {
  const file = `${folder}/${name.slice(0, -5)}`;
  return read(`${file}.json`).cases.map((one) => [file, one]);
}));
const messages = read("rfc/cases.json").map((one) => ["rfc/cases", one]);
const conversations = files("idp").map((name) => [name, read(`idp/${name}`)]);
const requests = conversations.reduce((sum, [, { steps }]) => sum + steps.length, 0);

const groups = (items, keyOf) => {
  const all = new Map();
  for (const item of items) all.set(keyOf(item), [...(all.get(keyOf(item)) ?? []), item]);
  return all;
};

/** The first three of each file, and how many more. */
function listed(items) {
  const one = ([file, all]) => `\`${file}\`: ${all.slice(0, 3).map(([, { name }]) => name).join(", ")}${all.length > 3 ? ` and ${all.length - 3} more` : ""}`;
  return [...groups(items, ([file]) => file)].map(one).join("; ");
}

const row = (...cells) => `| ${cells.join(" | ")} |`;
const table = (heads, rows) => [row(...heads), `|${"---|".repeat(heads.length)}`, ...rows].join("\n");

function counts() {
  const count = (folder) => `${cases.filter(([file]) => file.startsWith(`${folder}/`)).length} cases`;
  return table(["folder", "what", "how many"], [
    row("`rfc/`", "the RFCs' own messages, and `cases.json`, which uses them", `${messages.length} cases`),
    row("`patch/`", "one resource, one PatchOp, one result", count("patch")),
    row("`validate/`", "one payload, one report", count("validate")),
    row("`filter/`", "one filter over a list of resources", count("filter")),
    row("`idp/`", "whole conversations, replayed request by request on an organization", `${requests} requests`),
  ]);
}

function talks() {
  return table(["file", "dialect", "requests", "what happens"], conversations.map(([name, { about, config, steps }]) => row(`\`${name}\``, config?.dialect ?? "rfc", steps.length, about)));
}

function mistakes() {
  const known = groups(cases.filter(([, { mistake }]) => mistake), ([, { mistake }]) => Number(mistake));
  return table(["number", "fixtures"], [...known].sort(([a], [b]) => a - b).map(([number, items]) => row(number, listed(items))));
}

/** Numbers in a clause by their size. */
const byNumber = new Intl.Collator("en", { numeric: true });

function clauses() {
  const dialects = (items) => DIALECTS.filter((dialect) => items.some(([, one]) => one.dialect === dialect)).join(", ");
  const known = [...groups([...cases, ...messages], ([, { clause }]) => clause)].sort(([a], [b]) => byNumber.compare(a, b));
  return table(["clause", "dialects", "fixtures"], [
    ...known.map(([clause, items]) => row(clause, dialects(items), listed(items))),
    row("scim.md 27 to 31, access.md life cycle, guards and the diff", DIALECTS.join(", "), "`idp/`: all"),
  ]);
}

/** README.md as it should be: each table found by the first cell of its head. */
export function written(text = readFileSync(readme, "utf8")) {
  for (const made of [counts(), talks(), mistakes(), clauses()]) {
    const head = made.split("\n", 1)[0];
    const start = text.indexOf(`${head}\n`);
    if (start < 0) throw new Error(`README.md has no table that begins with ${head}`);
    const end = text.indexOf("\n\n", start);
    text = text.slice(0, start) + made + (end < 0 ? "\n" : text.slice(end));
  }
  return text;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(readme, written());
