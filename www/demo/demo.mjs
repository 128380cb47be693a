// Replays a conversation with an identity provider, and prints what each request does to people's access:
//   node www/demo/demo.mjs [conversation.json]
// Ends with 1 when an answer or a diff is not what the conversation says.
import { readFileSync } from "node:fs";
import { Organization } from "scim-policy";

const WIDTH = 100;
const file = process.argv[2] ?? new URL("../../tests/data/idp/entra-cycle.json", import.meta.url);
const { about, config, ids, steps } = JSON.parse(readFileSync(file, "utf8"));

const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, red, green, yellow] = [1, 2, 31, 32, 33].map(paint);
const KINDS = {
  grant: ["gains", green],
  revoke: ["loses", red],
  upgrade: ["may do more", green],
  downgrade: ["may do less", red],
  latent: ["once active", yellow],
  masked: ["as before, another way", dim],
};

/** What people see instead of ids; kept when a resource is gone, so that its last rows read well. */
const names = new Map();
const name = (id) => names.get(id) ?? id;
function learn(records) {
  for (const { key, value } of records) {
    const [type, id] = key.split("/").map(decodeURIComponent);
    const called = value?.displayName ?? value?.userName;
    if (["user", "group", "workspace", "folder"].includes(type) && called) names.set(id, called);
  }
}

const say = (text = "") => console.log(text);
const fit = (text, width) => (text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width));
/** Breaks a sentence into lines. */
function wrap(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= width) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

function table(changes) {
  const rows = changes.map(({ user, object, kind, before, after }) => [name(user), `${object.type.toLowerCase()} ${name(object.id)}`, `${before ?? "–"} → ${after ?? "–"}`, kind]);
  const widths = [26, 30, 20].map((most, column) => Math.min(most, Math.max(...rows.map((row) => row[column].length))));
  for (const [user, object, roles, kind] of rows) {
    const [words, colour] = KINDS[kind];
    say(`       ${fit(user, widths[0])}   ${fit(object, widths[1])}   ${fit(roles, widths[2])}   ${colour(words)}`);
  }
}

const given = [...ids];
const organization = new Organization(config);
const tags = [];
const total = {};
let wrong = 0;
let spent = 0;

say(bold("\n  What an identity provider's requests do to people's access\n"));
for (const line of wrap(about, WIDTH - 4)) say(`  ${line}`);

for (const [index, step] of steps.entries()) {
  const { request, answer, access: expected } = step;
  const headers = step.ifMatchFrom === undefined ? request.headers : { ...request.headers, "If-Match": tags[step.ifMatchFrom] };
  const start = performance.now();
  const plan = organization.plan({ ...request, headers }, { now: step.now, actor: step.actor, newId: () => given.shift() ?? crypto.randomUUID() });
  const response = plan.held ? plan.refusal : plan.responses[0];
  const { summary, changes } = plan.access;
  if (!plan.held) organization.commit(plan);
  spent += performance.now() - start;

  learn(plan.records);
  tags.push(response.headers.ETag ?? response.headers.etag);
  say();
  for (const [row, line] of wrap(step.say, WIDTH - 8).entries()) say(`  ${row === 0 ? dim(String(index + 1).padStart(3)) : "   "}  ${bold(line)}`);
  const good = response.status === answer.status;
  const path = fit(`${request.method} ${decodeURIComponent(request.path)}`, WIDTH - 12);
  say(`       ${dim(path)}  ${(response.status < 400 ? green : yellow)(response.status)}`);
  if (!good) say(red(`       expected ${answer.status}: ${response.body ?? ""}`.slice(0, WIDTH)));
  if (plan.held) for (const { outcome, detail } of plan.guards) for (const line of wrap(`${outcome}: ${detail}`, WIDTH - 8)) say(`       ${yellow(line)}`);
  else if (changes.length > 0) table(changes);
  else if (request.method !== "GET") say(dim("       nobody's access changes"));
  if (plan.access.truncated) say(dim("       … and more"));

  const kinds = Object.fromEntries(Object.entries(summary.kinds).filter(([, count]) => count > 0));
  if (!plan.held) for (const [kind, count] of Object.entries(kinds)) total[kind] = (total[kind] ?? 0) + count;
  const same = expected?.kinds === undefined || Object.keys({ ...kinds, ...expected.kinds }).every((kind) => kinds[kind] === expected.kinds[kind]);
  if (!same) say(red(`       expected ${JSON.stringify(expected.kinds)}, not ${JSON.stringify(kinds)}`));
  if (!good || !same) wrong += 1;
}

say(bold("\n  Who may do what in the end\n"));
for (const user of idsOf("user/")) {
  const access = organization.accessOf(user).map(({ object, role }) => `${role} of ${object.type.toLowerCase()} ${name(object.id)}`);
  say(`       ${fit(name(user), 26)}   ${access.length > 0 ? fit(access.join(", "), WIDTH - 36).trimEnd() : dim("nothing")}`);
}

const replica = new Organization(config);
const { records } = replica.restore(organization.records());
const equal = replica.version === organization.version;
if (!equal) wrong += 1;
const counted = Object.entries(total).map(([kind, count]) => `${count} ${kind}`).join(", ") || "none";
say(`\n  ${steps.length} requests in ${spent.toFixed(1)} ms; changes of access: ${counted}.`);
say(`  Its ${records} records, read into a second organization, give ${equal ? "the same version" : red("another version")}.`);
say(wrong === 0 ? green("  Every answer and every change is as the conversation says.\n") : red(`  ${wrong} of them not as the conversation says.\n`));
replica.free();
organization.free();
process.exitCode = wrong === 0 ? 0 : 1;

/** The ids of the records whose keys start so. */
function* idsOf(prefix) {
  for (const line of new TextDecoder().decode(organization.records()).split("\n")) {
    if (line === "") continue;
    const { key } = JSON.parse(line);
    if (key.startsWith(prefix)) yield decodeURIComponent(key.slice(prefix.length));
  }
}
