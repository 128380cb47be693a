// A worker's API in memory, for the panel's pages and their designed states: the module's own answers, no storage.
// `node tests/panel/fake.mjs [port]` serves www/panel/dist with the seeded organization.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { Organization } from "../../pkg/node.js";
import { seed } from "./seed.mjs";

const dist = fileURLToPath(new URL("../../www/panel/dist", import.meta.url));
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".html": "text/html" };
export const TOKEN = "test-token";
const config = { dialect: "entra", baseUrl: "/scim/v2/default" };
const SYSTEM = { kind: "system" };

export async function fake({ requests = seed(), port = 0, held = true } = {}) {
  const organization = new Organization(config);
  const history = [];
  const record = (plan, made, what, reason, by) => {
    history.unshift({
      seq: history.length + 1, at: new Date(Date.now() - Math.max(0, 5 - history.length) * 3_700_000).toISOString(), by, what, title: made.length === 1 ? `${made[0].method} ${made[0].path}` : `${made.length} requests`, reason,
      requests: made.map(({ method, path }, index) => ({ method, path, status: plan.responses[index].status })), access: plan.access.summary, guards: plan.guards, approved: [], version: plan.version, canUndo: true, undoneBy: null, undoes: null,
      bodies: made, changes: plan.access.changes, truncated: plan.access.truncated, inverse: inverseOf(plan),
    });
    organization.commit(plan);
    return history[0].seq;
  };
  const inverseOf = (plan) => { try { return plan.inverse; } catch { return null; } };
  const admin = { kind: "administrator", token: "operator", name: "Amara Okafor", user: null };
  const provider = { kind: "identityProvider", token: "t-entra", name: "Entra", user: null };
  if (requests.length > 0) organization.commit(organization.plan(requests, { actor: SYSTEM, atomic: true }));
  if (held && requests.length > 0) {
    const moved = { method: "PATCH", path: "/Groups/g-design", body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "Add", path: "members", value: [{ $ref: null, value: "u-liam.byrne" }] }] } };
    record(organization.plan(moved, {}), [moved], "request", null, provider);
    const named = { method: "PATCH", path: "/Folders/f-press", body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "replace", path: "audience", value: "checker" }] } };
    record(organization.plan(named, { actor: SYSTEM }), [named], "plan", "Press may tick off reviews", admin);
  }
  const heldRequest = { method: "DELETE", path: "/Groups/g-support" };
  const inbox = held && requests.length > 0 ? [{ id: "h-1", state: "undecided", at: Date.now() - 3 * 3_600_000 - 60_000, request: heldRequest }] : [];
  const names = () => Object.fromEntries([...new TextDecoder().decode(organization.records()).matchAll(/^(.+)$/gm)].map(([line]) => JSON.parse(line)).filter(({ value }) => value?.displayName ?? value?.userName).map(({ value }) => [value.id, value.displayName ?? value.userName]));
  const previewOf = (plan, base) => ({ base, version: plan.version, responses: plan.responses, access: { summary: plan.access.summary, changes: plan.access.changes, truncated: plan.access.truncated }, guards: plan.guards, held: plan.held, refusal: plan.refusal, notes: plan.notes, records: plan.records.length, names: names() });
  const entry = (one) => {
    const plan = organization.plan(one.request, {});
    const lost = plan.access.changes.filter((change) => change.kind === "revoke");
    const people = [...new Set(lost.map((change) => change.user))];
    return {
      id: one.id, state: one.state, meaning: `${people.length} people removed by Entra still have access, for 3 h`, red: false, provider: { token: "t-entra", name: "Entra", dialect: "entra" }, ...one.request, body: undefined,
      target: { type: "Group", id: "g-support", name: "Support" }, firstAt: new Date(one.at).toISOString(), lastAt: new Date(one.at + 7_200_000).toISOString(), count: 2, guards: plan.guards, access: plan.access.summary,
      people: people.slice(0, 20).map((id) => ({ id, name: names()[id] ?? id })), decision: null, outcome: null, request: one.request, changes: plan.access.changes, names: names(),
    };
  };
  const summary = () => {
    const open = inbox.filter((one) => one.state === "undecided");
    const first = open[0] && entry(open[0]);
    return { undecided: open.length, red: 0, people: first ? first.access.users : 0, lockedOut: 0, oldest: first?.firstAt ?? null, dismissed: inbox.filter((one) => one.state === "dismissed").length, headline: first ? `${first.people.length} people removed by the identity provider still have access, oldest 3 h` : null, warning: null };
  };
  const refused = { entries: [{ id: "r-1", provider: { token: "t-entra", name: "Entra", dialect: "entra" }, method: "POST", path: "/Users", status: 409, scimType: "uniqueness", detail: "another user has the userName `mei.lin@acme.example`", mend: "In Entra, set the matching attribute to userName, so that it finds the account instead of creating it again.", firstAt: new Date(Date.now() - 9e6).toISOString(), lastAt: new Date(Date.now() - 1e6).toISOString(), count: 4 }], next: null };
  let tokens = [{ id: "t-entra", scope: "identityProvider", name: "Entra", user: null, dialect: "entra", hint: "9f3a", createdAt: "2026-01-05T09:00:00Z", createdBy: "Amara Okafor", expiresAt: null, lastUsedAt: new Date(Date.now() - 240_000).toISOString(), revokedAt: null }];

  class Refusal extends Error { constructor(status, detail, more = {}) { super(detail); Object.assign(this, { status, more }); } }
  const planned = (body, commit) => {
    const base = organization.version;
    if (body.expect && body.expect !== base) throw new Refusal(409, "the organization changed since");
    const plan = organization.plan(body.requests, { actor: SYSTEM, atomic: body.atomic ?? true, approve: body.approve, accessLimit: body.accessLimit });
    const preview = previewOf(plan, base);
    if (!commit) return preview;
    if (plan.held) throw new Refusal(403, JSON.parse(plan.refusal.body).detail, { held: preview });
    return { ...preview, history: record(plan, body.requests, "plan", body.reason ?? null, admin) };
  };
  const routes = {
    "GET session": () => ({ organization: "default", displayName: "Acme", token: { id: "operator", scope: "administrator", person: "Amara Okafor", user: null, expiresAt: null }, tenantUrl: `http://127.0.0.1:${server.address().port}/scim/v2/default`, version: organization.version, config, now: new Date().toISOString() }),
    "GET status": () => ({
      version: organization.version, stats: organization.stats ?? {}, inbox: summary(), refused: { entries: refused.entries.length, requests: 4, last: refused.entries[0]?.lastAt ?? null },
      providers: [{ token: "t-entra", name: "Entra", dialect: "entra", lastContact: new Date(Date.now() - 240_000).toISOString(), lastChange: new Date(Date.now() - 3_600_000).toISOString(), lastError: { at: new Date(Date.now() - 1e6).toISOString(), status: 409, method: "POST", path: "/Users", detail: refused.entries[0]?.detail ?? "" }, requests: 1204, changes: 86, errors: 4, red: false, trouble: null }],
      tenantUrl: `http://127.0.0.1:${server.address().port}/scim/v2/default`, unauthorized: { count: 0, last: null }, dangling: [], trouble: null, now: new Date().toISOString(),
    }),
    "POST plan": (_, body) => planned(body, false),
    "POST commit": (_, body) => planned(body, true),
    "GET inbox": (url) => { const state = url.searchParams.get("state") ?? "undecided"; return { summary: summary(), entries: inbox.filter((one) => state === "all" || one.state === state).map(entry), next: null }; },
    "POST inbox/plan": () => previewOf(organization.plan(inbox.filter((one) => one.state === "undecided").map((one) => one.request), { approve: ["massLoss", "emptySource"] }), organization.version),
    "POST inbox/approve": (_, body) => {
      const chosen = inbox.filter((one) => body.ids.includes(one.id));
      const base = organization.version;
      const made = chosen.map((one) => one.request);
      const plan = organization.plan(made, { approve: ["massLoss", "emptySource"] });
      const preview = previewOf(plan, base);
      const seq = record(plan, made, "approval", body.reason ?? null, admin);
      for (const one of chosen) inbox.splice(inbox.indexOf(one), 1);
      return { ...preview, history: seq, decided: body.ids, failed: [], inbox: summary() };
    },
    "POST inbox/dismiss": (_, body) => { for (const one of inbox) if (body.ids.includes(one.id)) one.state = "dismissed"; return { decided: body.ids, inbox: summary() }; },
    "GET refused": () => refused,
    "POST refused/clear": (_, body) => { refused.entries = refused.entries.filter(({ id }) => !body.ids.includes(id)); },
    "GET history": () => ({ entries: history.map(({ bodies, changes, inverse, ...rest }) => rest), next: null }),
    "GET tokens": () => ({ tokens }),
    "POST tokens": (_, body) => { const info = { id: `t-${tokens.length}`, user: null, dialect: null, expiresAt: null, ...body, hint: "c0de", createdAt: new Date().toISOString(), createdBy: "Amara Okafor", lastUsedAt: null, revokedAt: null }; tokens.push(info); return { token: `scim_${randomBytes(16).toString("hex")}`, info }; },
    "GET settings": () => ({ dialect: "entra", groupPatchAnswer: 204, roles: "taskade", limits: {}, schemas: [], resourceTypes: [] }),
  };
  const state = { down: false };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const send = (status, body, headers = {}) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body === undefined ? undefined : typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    if (state.down && url.pathname.startsWith("/api")) return request.socket.destroy();
    if (url.pathname.startsWith("/api/default/")) {
      const path = url.pathname.slice("/api/default/".length);
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, { status: "401", detail: "no such token" });
      let text = "";
      for await (const chunk of request) text += chunk;
      try {
        if (path === "feed") {
          if (url.searchParams.get("since") === organization.version) return send(204);
          return send(200, Buffer.from(organization.records()), { "content-type": "application/x-ndjson", "scim-policy-feed": "full" });
        }
        const one = /^history\/(\d+)(\/undo)?$/.exec(path);
        if (one) {
          const found = history.find(({ seq }) => seq === Number(one[1]));
          if (!one[2]) return send(200, { ...found, names: names() });
          const body = JSON.parse(text || "{}");
          return send(200, planned({ requests: found.inverse ?? [], ...body }, body.commit));
        }
        const token = /^tokens\/(.+)$/.exec(path);
        if (token && request.method === "DELETE") { tokens = tokens.filter(({ id }) => id !== token[1]); return send(204); }
        const detail = /^inbox\/(h-\d+)$/.exec(path);
        if (detail) return send(200, entry(inbox.find(({ id }) => id === detail[1])));
        const route = routes[`${request.method} ${path}`];
        if (!route) return send(404, { status: "404", detail: `no ${path}` });
        const answer = route(url, text === "" ? {} : JSON.parse(text));
        return answer === undefined ? send(204) : send(200, answer);
      } catch (error) {
        return send(error.status ?? 500, { status: String(error.status ?? 500), detail: error.message, ...(error.request === undefined ? {} : { request: error.request }), ...error.more });
      }
    }
    try {
      const file = url.pathname === "/" ? "index.html" : normalize(url.pathname);
      const nonce = randomBytes(16).toString("base64");
      let content = await readFile(join(dist, file));
      const headers = { "content-type": TYPES[extname(file)] ?? "text/plain" };
      if (file === "index.html") {
        content = content.toString().replaceAll("__CSP_NONCE__", nonce);
        headers["content-security-policy"] = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`;
      }
      send(200, content, headers);
    } catch { send(404, "not found"); }
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return { server, organization, state, origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await fake({ port: Number(process.argv[2] ?? 8799) });
  console.log(`${origin}/#token=${TOKEN}`);
}
