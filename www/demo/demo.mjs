// Replays a conversation with an identity provider over HTTP against the worker, and prints what each request does to people's access:
//   node www/demo/demo.mjs [conversation.json]
// It starts the worker anew in target/demo, on 127.0.0.1:8787 (PORT chooses another), seeds a company beside it, and leaves the worker
// running for the panel: on a terminal until Ctrl-C, elsewhere until it is killed or the next demo; ONCE=1 ends it at once. Ends with 1
// when an answer or a diff is not what the conversation says.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serve } from "../worker/serve.mjs";
import { week } from "./week.mjs";

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

/** What people see instead of ids; kept when a resource is gone, so that its last rows read well. */
const names = new Map();
const name = (id) => names.get(id) ?? id;

function table(changes) {
  const rows = changes.map(({ user, object, kind, before, after }) => [name(user), `${object.type.toLowerCase()} ${name(object.id)}`, `${before ?? "–"} → ${after ?? "–"}`, kind]);
  const widths = [26, 30, 20].map((most, column) => Math.min(most, Math.max(...rows.map((row) => row[column].length))));
  for (const [user, object, roles, kind] of rows) {
    const [words, colour] = KINDS[kind];
    say(`       ${fit(user, widths[0])}   ${fit(object, widths[1])}   ${fit(roles, widths[2])}   ${colour(words)}`);
  }
}

const once = process.env.ONCE === "1";
const stays = !once && !process.stdout.isTTY;
const folder = (name) => fileURLToPath(new URL(`../../target/${name}`, import.meta.url));
const before = `${folder("demo")}.pid`;
/** The worker that the last demo left, if that is what runs under its number. */
async function stopLast() {
  try {
    const id = Number(readFileSync(before, "utf8"));
    while (readFileSync(`/proc/${id}/cmdline`, "utf8").includes("target/demo")) {
      process.kill(id);
      await new Promise((next) => setTimeout(next, 100));
    }
  } catch {} // none was left, or it has ended
}
if (!once) await stopLast();
const worker = await serve({ state: folder(once ? `demo-${process.pid}` : "demo"), fresh: true, ...(stays ? { log: "ignore", detached: true } : {}) }).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
process.on("SIGINT", () => worker.stop());

async function ask(token, method, path, body, headers = {}) {
  const response = await fetch(`${worker.url}${path}`, {
    method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/scim+json" }), ...headers },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text.startsWith("{") ? JSON.parse(text) : null };
}
async function api(method, path, body) {
  const answer = await ask(worker.tokens.ADMIN_TOKEN, method, `/api/default${path}`, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer.body;
}

/** The conversation's ids, and those that the worker gave. */
const given = new Map();
const waiting = [...ids];
const translated = (text) => [...given].reduce((all, [old, now]) => all.replaceAll(new RegExp(`(?<![\\w-])${old}(?![\\w-])`, "g"), now), text);

const kinds = (summary) => Object.fromEntries(Object.entries(summary?.kinds ?? {}).filter(([, count]) => count > 0));
const tags = [];
const total = {};
let wrong = 0;
let spent = 0;
let last = 0;

const { baseUrl: _, dialect = "rfc", ...settings } = config;
await api("PUT", "/settings", settings);
const provider = await api("POST", "/tokens", { scope: "identityProvider", name: "The identity provider", dialect });

say(bold("\n  What an identity provider's requests do to people's access\n"));
for (const line of wrap(about, WIDTH - 4)) say(`  ${line}`);

for (const [index, step] of steps.entries()) {
  const { request, answer, access: expected, actor } = step;
  const headers = { ...request.headers, ...(step.ifMatchFrom === undefined ? {} : { "if-match": tags[step.ifMatchFrom] }) };
  const token = actor?.kind === "system" ? worker.tokens.ADMIN_TOKEN : provider.token;
  const body = request.body === undefined ? undefined : translated(typeof request.body === "string" ? request.body : JSON.stringify(request.body));
  const start = performance.now();
  const response = await ask(token, request.method, `/scim/v2/default${translated(request.path)}`, body, headers);
  spent += performance.now() - start;

  tags.push(response.headers.get("etag"));
  if (response.status === 201) given.set(waiting.shift(), response.body.id);
  if (response.body?.id) names.set(response.body.id, response.body.displayName ?? response.body.userName ?? response.body.id);
  say();
  for (const [row, line] of wrap(step.say, WIDTH - 8).entries()) say(`  ${row === 0 ? dim(String(index + 1).padStart(3)) : "   "}  ${bold(line)}`);
  const path = fit(`${request.method} ${decodeURIComponent(request.path)}`, WIDTH - 12);
  say(`       ${dim(path)}  ${(response.status < 400 ? green : yellow)(response.status)}`);
  const good = response.status === answer.status;
  if (!good) say(red(`       expected ${answer.status}: ${response.text}`.slice(0, WIDTH)));

  const entry = request.method === "GET" ? undefined : (await api("GET", "/history?limit=1")).entries[0];
  const changed = entry !== undefined && entry.seq !== last;
  const found = changed ? kinds(entry.access) : {};
  if (changed) {
    last = entry.seq;
    const { changes, names: known } = await api("GET", `/history/${last}`);
    for (const [id, called] of Object.entries(known)) names.set(id, called);
    if (changes.length > 0) table(changes);
    for (const [kind, count] of Object.entries(found)) total[kind] = (total[kind] ?? 0) + count;
  }
  if (response.status === 403) for (const line of wrap(response.body?.detail ?? "", WIDTH - 8)) say(`       ${yellow(line)}`);
  else if (request.method !== "GET" && Object.keys(found).length === 0) say(dim("       nobody's access changes"));
  const same = expected?.kinds === undefined || response.status === 403 || Object.keys({ ...found, ...expected.kinds }).every((kind) => found[kind] === expected.kinds[kind]);
  if (!same) say(red(`       expected ${JSON.stringify(expected.kinds)}, not ${JSON.stringify(found)}`));
  if (!good || !same) wrong += 1;
}

say(bold("\n  Who may do what in the end\n"));
const { Resources: users } = (await ask(provider.token, "GET", "/scim/v2/default/Users?attributes=displayName,userName")).body;
for (const { id, displayName, userName } of users) {
  const { access } = await api("GET", `/access/${id}`);
  const roles = access.map(({ object, name: called, role }) => `${role} of ${object.type.toLowerCase()} ${called ?? object.id}`);
  say(`       ${fit(displayName ?? userName, 26)}   ${roles.length > 0 ? fit(roles.join(", "), WIDTH - 36).trimEnd() : dim("nothing")}`);
}

const counted = Object.entries(total).map(([kind, count]) => `${count} ${kind}`).join(", ") || "none";
say(`\n  ${steps.length} requests over HTTP in ${spent.toFixed(0)} ms; changes of access: ${counted}.`);
say(wrong === 0 ? green("  Every answer and every change is as the conversation says.\n") : red(`  ${wrong} of them not as the conversation says.\n`));
const COMPANY = "acme";
const administrator = await week(ask, worker.tokens.ADMIN_TOKEN, COMPANY);
const signIn = (organization, token) => `${worker.url}/${organization}#token=${token}`;
say("  The panel, signed in, with a company of 48 people, its history, and a change that a guard holds:\n");
say(`  ${bold(signIn(`?organization=${COMPANY}`, administrator))}\n`);
say(dim("  The same for the conversation above:"));
say(dim(`  ${signIn("", worker.tokens.ADMIN_TOKEN)}\n`));
process.exitCode = wrong === 0 ? 0 : 1;
if (once) {
  await worker.stop();
  rmSync(folder(`demo-${process.pid}`), { recursive: true, force: true });
} else if (stays) {
  worker.leave();
  writeFileSync(before, String(worker.process.pid));
  say(`  It goes on running; \`kill ${worker.process.pid}\` stops it.`);
} else {
  say("  It goes on running; Ctrl-C stops it.");
  await worker.ended;
}
