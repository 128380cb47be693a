// The resident organization at the size it is made for: plans, reads, loading, memory, each beside its target.
//
// The package as it ships, in Node: each figure is that of calls through its JavaScript. Beside it, in the same process,
// a typical implementation with Maps and Sets, and the algorithm of the module on typed arrays; both work out the
// rows of the diff and nothing else, without guards, records, answers, versions or ways back. That all three find the very
// same rows is checked before anything is timed; of the typical one, where it would take minutes, for a sample of the people.
import { instances } from "./organization/instances.mjs";
import { Arrays } from "./organization/arrays.mjs";
import { make, records } from "./organization/made.mjs";
import { Counts, Rows, RowsOf, rowsOf } from "./organization/rows.mjs";
import { Typical } from "./organization/typical.mjs";
import { median, race, table } from "./measure.mjs";
import { user } from "./payload-data.mjs";
import { Organization } from "../pkg/node.js";

const NOW = "2026-03-01T10:00:00.000Z";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const patch = (...operations) => JSON.stringify({ schemas: [PATCH], Operations: operations });
const provider = { now: NOW };
const system = { now: NOW, actor: { kind: "system" }, approve: ["massLoss", "emptySource", "lastOwner", "selfLockout"] };

const figures = [];
const figure = (name, value, unit, target, beside = {}) => figures.push({ name, ...(typeof value === "number" ? alone(value) : value), unit, target, ...beside });
const say = (text) => console.log(text);
const megabytes = (bytes) => bytes / 1e6;
const fail = (text) => {
  throw new Error(text);
};

/** Milliseconds of one run. */
function once(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Contenders in turns: of each the least and the median round, in microseconds. Long ones get fewer rounds. */
async function timed(contenders, longest) {
  const rounds = longest > 20_000 ? 7 : longest > 500 ? 41 : 301;
  const times = await race(contenders, { rounds, micros: 300, warm: Math.max(400_000, longest) });
  return Object.fromEntries(Object.entries(times).map(([name, rounds]) => [name, { least: Math.min(...rounds), median: median(rounds) }]));
}

const timedAlone = async (call, longest = 0) => (await timed({ call }, longest)).call;
const alone = (value) => ({ least: value, median: value });

// ── the organization, loaded kind by kind

function load(made) {
  const parts = records(made);
  const organization = new Organization({ dialect: "entra" });
  const memory = instances.at(-1).exports.memory;
  const sizes = { empty: { ...organization.stats, wasm: memory.buffer.byteLength } };
  for (const [kind, lines] of Object.entries(parts)) {
    organization.restore(lines);
    sizes[kind] = { ...organization.stats, wasm: memory.buffer.byteLength };
  }
  return { parts, organization, sizes, memory };
}

/** What any store must pay: lines, and an object for each. */
function split(text) {
  let seen = 0;
  for (const line of text.split("\n")) if (line !== "") seen += JSON.parse(line).key.length;
  if (seen === 0) fail("no records");
}

const started = performance.now();
const made = make();
const { parts, organization, sizes, memory } = load(made);
const { users, groups, memberships, workspaces, folders, grants } = organization.stats;
say(`${users} users, ${groups} groups, ${workspaces + folders} objects, ${grants} grants, ${memberships} memberships`);
if (users !== 100_000 || groups !== 5_000 || workspaces + folders !== 20_200 || grants !== 50_000 || memberships !== 1_000_000) fail("this is not the organization to measure");
const wasmAfterLoad = memory.buffer.byteLength;
const kilobyte = parts.users.length / users;

// ── loading: first of all, for what follows fills the JavaScript heap, and loading would pay for its collections

{
  const all = Buffer.concat(Object.values(parts));
  const text = all.toString();
  const [restores, parses] = [[], []];
  for (let turn = 0; turn < 4; turn++) {
    const fresh = new Organization({ dialect: "entra" });
    restores.push(once(() => fresh.restore(all)));
    if (fresh.version !== organization.version) fail("another organization came back");
    fresh.free();
    parses.push(once(() => split(text)));
  }
  const [restore, parse] = [Math.min(...restores), Math.min(...parses)];
  say(`${megabytes(all.length).toFixed(0)} MB of records, ${Math.round(kilobyte)} bytes a user: split and JSON.parse ${parse.toFixed(0)} ms, restore ${restore.toFixed(0)} ms`);
  figure("restore against split and JSON.parse", restore / parse, "×", 1.5);
}

const index = { subject: new Map(made.subjectIds.map((id, at) => [id, at])), object: new Map(made.objectIds.map((id, at) => [id, at])) };
const typical = new Typical(made);
const arrays = new Arrays(made);
say(`all made in ${((performance.now() - started) / 1000).toFixed(1)} s`);

// ── the changes

const ordinary = made.users + 77;
const isMember = (group, user) => typical.subjects.get(made.subjectIds[group]).members.has(typical.subjects.get(made.subjectIds[user]));
const id = (subject) => made.subjectIds[subject];

/** Somebody who is in no group of their kind yet, or is. */
function somebody(group, member, from = 4_242) {
  for (let user = from; user < made.users; user++) if (made.active[user] && isMember(group, user) === member) return user;
  return fail("nobody");
}

const groupPatch = (group, operation) => ({ method: "PATCH", path: `/Groups/${id(group)}`, body: patch(operation) });
const joining = (group, user) => groupPatch(group, { op: "add", path: "members", value: [{ value: id(user) }] });
const leaving = (group, user) => groupPatch(group, { op: "remove", path: `members[value eq "${id(user)}"]` });

const [newcomer, leaver] = [somebody(ordinary, false), somebody(ordinary, true)];
const moving = (folder, parent, type) => ({ method: "PATCH", path: `/Folders/${made.objectIds[folder]}`, body: patch({ op: "replace", path: "parent", value: { value: made.objectIds[parent], type } }) });
const { team } = made;
const ofMove = (folder, parent) => ({ typical: () => typical.move(made.objectIds[folder], made.objectIds[parent]), arrays: (rows) => arrays.move(made.objectIds[folder], made.objectIds[parent], rows) });
const leavers = Array.from({ length: 60 }, (_, at) => 4_243 + 10 * at).filter((user) => made.active[user]);
const deactivating = (user) => ({ method: "PATCH", path: `/Users/${id(user)}`, body: patch({ op: "replace", path: "active", value: false }) });
/** Of sixty people the one whose access is nearest to the thousand objects that the targets were set with. */
const off = leavers.map((user) => [Math.abs(total(planned(deactivating(user), provider)) - 1_000), user]).sort(([a], [b]) => a - b)[0][1];

const changes = [
  { name: "plan: a member added", target: 20, request: joining(ordinary, newcomer), context: provider, typical: () => typical.membership(id(ordinary), id(newcomer), true), arrays: (rows) => arrays.membership(id(ordinary), id(newcomer), true, rows) },
  { name: "plan: a member removed", target: 20, request: leaving(ordinary, leaver), context: provider, typical: () => typical.membership(id(ordinary), id(leaver), false), arrays: (rows) => arrays.membership(id(ordinary), id(leaver), false, rows) },
  { name: "plan: a user deactivated", target: 15, request: deactivating(off), context: provider, typical: () => typical.deactivation(id(off)), arrays: (rows) => arrays.deactivation(id(off), rows) },
  { name: "plan: a folder with 33 in it moved", target: 2_500, request: moving(team.folder, team.to, "Folder"), context: system, ...ofMove(team.folder, team.to) },
  { name: "plan: the same into another workspace", target: null, request: moving(team.folder, 3, "Workspace"), context: system, ...ofMove(team.folder, 3) },
  { name: "plan: a group of 10,000 deleted", target: 8_000, request: { method: "DELETE", path: `/Groups/${id(made.users + 1)}` }, context: system, typical: () => typical.deletion(id(made.users + 1)), arrays: (rows) => arrays.deletion(id(made.users + 1), rows) },
];

function planned(request, context, on = organization) {
  const plan = on.plan(request, context);
  for (const { status, body } of plan.responses) if (status >= 400) fail(`${request.method} ${request.path}: ${body}`);
  return plan;
}

/** A plan with all that its host reads of a small one: records are made objects when they are first read. */
function withRecords(request, context) {
  const plan = planned(request, context);
  return plan.records.length + plan.guards.length;
}

function total({ access: { summary } }) {
  return Object.values(summary.kinds).reduce((sum, count) => sum + count, 0);
}

/** The typical implementation works for minutes where a plan concerns thousands: then it is asked about this many of them. */
const SAMPLE = 400;

async function typicalCost(change, ours) {
  const told = change.typical();
  const everyone = [...told.users];
  const step = Math.max(1, Math.floor(everyone.length / SAMPLE));
  const users = everyone.filter((_, at) => at % step === 0);
  const sampled = { ...told, users };
  const [rows, same] = [new Rows(), step === 1 ? ours : change.arrays(new RowsOf(new Set(users.map(({ at }) => at))))];
  const took = once(() => typical.diff(sampled, rows));
  if (rows.text !== same.text) fail(`${change.name}: ${same.text}, but typical ${rows.text}`);
  const scale = everyone.length / users.length;
  const times = took > 200 ? alone(took * 1000) : await timedAlone(() => typical.diff(sampled, new Counts()), took * 1000);
  return { typical: times.least * scale, guessed: step > 1 };
}

for (const change of changes) {
  const plan = planned(change.request, change.context);
  const ours = rowsOf(organization, plan, index);
  if (ours.total !== total(plan)) fail(`${change.name}: the summary counts ${total(plan)} rows, the table has ${ours.total}`);
  const rows = change.arrays(new Rows());
  if (rows.text !== ours.text) fail(`${change.name}: ${ours.text}, but arrays ${rows.text}`);
  const typical = await typicalCost(change, ours);
  const small = plan.records.length <= 32;
  const { here, arrays } = await timed({ here: () => (small ? withRecords : planned)(change.request, change.context), arrays: () => change.arrays(new Counts()) }, change.target ?? 100_000);
  say(`· ${change.name}: ${ours.text}, three times the same`);
  figure(change.name, here, "µs", change.target, { rows: ours.total, arrays: arrays.least, ...typical });
}

{
  const { request, context } = changes.at(-1);
  const { records } = planned(request, context);
  const took = await timedAlone(() => planned(request, context).records, 20_000);
  figure(`plan: the same with its ${records.length} records read`, took, "µs", null);
}

// ── sizes that must not matter

const sized = [];
for (const { group, size } of made.sized) {
  const request = joining(group, somebody(group, false, made.users >> 1 | 1));
  sized.push({ size, rows: total(planned(request, provider)), call: () => withRecords(request, provider) });
}
const sizedTimes = await timed(Object.fromEntries(sized.map(({ size, call }) => [size, call])), 0);
for (const { size, rows } of sized) figure(`plan: a member added to a group of ${size}`, sizedTimes[size], "µs", null, { rows });
figure("the same: 10,000 members against 10", sizedTimes[10_000].least / sizedTimes[10].least, "×", 1.25);

const tenth = make(0.1);
const small = load(tenth).organization;
const rowsWanted = figures.find(({ name }) => name === changes[0].name).rows;
let best = null;
for (let group = tenth.users + 2; group < tenth.users + 400; group++) {
  const request = { ...joining(ordinary, newcomer), path: `/Groups/${tenth.subjectIds[group]}`, body: patch({ op: "add", path: "members", value: [{ value: tenth.subjectIds[3_331] }] }) };
  const plan = planned(request, provider, small);
  const distance = Math.abs(total(plan) - rowsWanted);
  if (plan.records.length > 0 && (best === null || distance < best.distance)) best = { distance, request, rows: total(plan) };
}
const { whole, part } = await timed({ whole: () => planned(joining(ordinary, newcomer), provider), part: () => planned(best.request, provider, small) }, 0);
figure("plan: the like in a tenth of it", part, "µs", null, { rows: best.rows });
figure("a member added: all of it against a tenth", whole.least / part.least, "×", 1.25);
small.free();

// ── reading

const reading = { method: "GET", path: `/Users/${id(777)}` };
figure("handle: GET /Users/{id}", await timedAlone(() => organization.handle(reading, provider).body), "µs", 15);
// ── committing, last of all

{
  const [add, remove] = [joining(ordinary, newcomer), groupPatch(ordinary, { op: "remove", path: `members[value eq "${id(newcomer)}"]` })];
  let best = Infinity;
  for (let turn = 0; turn < 400; turn++) {
    for (const request of [add, remove]) {
      const plan = planned(request, { ...system, approve: [] });
      best = Math.min(best, once(() => organization.commit(plan)));
    }
  }
  figure("commit: a member added or removed", best * 1000, "µs", null);
}

// ── memory

const grown = (kind, before) => sizes[kind].bytes - sizes[before].bytes;
figure("memory: bytes for a user of 1 KB", grown("users", "empty") / users, "B", null);
figure("memory: bytes for a membership", grown("memberships", "objects") / memberships, "B", null);
figure("memory: bytes for a grant", grown("grants", "memberships") / grants, "B", null);
figure("memory: access structures and indexes", megabytes(organization.stats.indexBytes), "MB", 32);
figure("memory: wasm in all, once loaded", megabytes(wasmAfterLoad), "MB", 80);
figure("memory: wasm in all, after the plans above", megabytes(memory.buffer.byteLength), "MB", null);

// ── the table

// The targets were set where the floor of all that reads JSON, JSON.parse of this user, takes 4.6 µs.
const FLOOR = 4.6;
const text = JSON.stringify(user);
const floor = (await timedAlone(() => JSON.parse(text))).least;
say(`\nJSON.parse of the user of ${text.length} bytes takes ${floor.toFixed(2)} µs here, and took ${FLOOR} where the targets were set: times are told for there too.`);

const number = (value) => (value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3));
const goals = figures.filter(({ target }) => target !== null);
const there = ({ least, unit }) => (unit === "µs" ? (least * FLOOR) / floor : least);
const met = ({ least, target }) => least <= target;
const metThere = (figure) => there(figure) <= figure.target;
const row = (figure) => {
  const { name, least, median, unit, target, rows, typical, guessed, arrays } = figure;
  const beside = typical === undefined ? ["", ""] : [`${guessed ? "≈ " : ""}${number(typical)}`, number(arrays)];
  const goal = target === null ? ["", "", ""] : [`${number(target)} ${unit}`, met(figure) ? "met" : "missed", unit === "µs" ? `${number(there(figure))} ${metThere(figure) ? "met" : "missed"}` : ""];
  return [name, rows?.toLocaleString("en") ?? "", `${number(least)} ${unit}`, least === median ? "" : number(median), ...goal, ...beside];
};
table("The organization", ["", "rows", "least", "median", "target", "", "there", "typical JS µs", "arrays JS µs"], figures.map(row));
say(`\n≈: from every nth of the people concerned. Of ${goals.length} targets ${goals.filter(met).length} are met here, ${goals.filter(metThere).length} there.`);
