// The service over HTTP: who is let in, what every answer bears, what survives a restart.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ADMIN, client, patchOf, SCIM, start, USER_SCHEMA } from "./start.mjs";

let worker;
before(async () => {
  worker = await start({ variables: { ALLOWED_ORIGINS: "https://panel.example.com, https://other.example.com" } });
});
after(() => worker?.end());

test("without a good bearer token: 401 with WWW-Authenticate, and nothing is kept", async () => {
  for (const [token, challenge] of [[null, /^Bearer realm="scim-policy"$/], ["wrong", /invalid_token/], [`${SCIM}x`, /invalid_token/], [SCIM.slice(0, -1), /invalid_token/]]) {
    for (const path of ["/scim/v2/default/Users", "/api/default/session"]) {
      const answer = await worker.ask(token, "GET", path);
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get("www-authenticate"), challenge);
      assert.equal(answer.headers.get("content-type"), "application/scim+json");
      assert.equal(answer.body.status, "401");
    }
  }
  assert.equal((await worker.ask("wrong", "GET", "/scim/v2/nobody/Users")).status, 401);
  // SCIM_TOKEN is for the organization "default" alone.
  assert.equal((await worker.ask(SCIM, "GET", "/scim/v2/another/Users")).status, 401);
  assert.equal((await worker.ask(ADMIN, "GET", "/scim/v2/another/Users")).status, 200);
  assert.equal((await worker.ask(ADMIN, "GET", "/scim/v2/No_such_name/Users")).status, 404);
});

test("an identity provider's token sees Users and Groups, and no /api", async () => {
  const answer = await worker.ask(SCIM, "GET", "/api/default/session");
  assert.equal(answer.status, 403);
  assert.match(answer.headers.get("www-authenticate"), /insufficient_scope/);
  assert.equal((await worker.scim("GET", "/Workspaces")).status, 403);
  assert.equal((await worker.admin("GET", "/Workspaces")).status, 200);
});

test("tokens: created, shown once, used, bound, revoked; what is stored is a hash", async () => {
  const { must, api, ask } = worker;
  const { token, info } = await must(201, api("POST", "/tokens", { scope: "identityProvider", name: "Entra", dialect: "entra" }));
  assert.ok(token.length >= 43);
  assert.equal(info.hint, token.slice(-4));
  const made = await must(201, ask(token, "POST", "/scim/v2/default/Users", { schemas: [USER_SCHEMA], userName: "entra@example.com", active: "True" }));
  assert.equal(made.active, true, "its dialect is its own");
  assert.equal((await ask(token, "GET", "/scim/v2/another/Users")).status, 401, "a token is one organization's");
  const { tokens } = await must(200, api("GET", "/tokens"));
  assert.ok(tokens.some(({ id, lastUsedAt }) => id === info.id && lastUsedAt !== null));
  assert.ok(!JSON.stringify(tokens).includes(token) && !JSON.stringify(tokens).includes("hash"));
  const files = join(worker.state, "storage/organization");
  for (const file of readdirSync(files)) assert.ok(!readFileSync(join(files, file)).includes(token), "the token itself is in no file");

  const ada = await must(201, api("POST", "/tokens", { scope: "administrator", name: "Ada", user: made.id }));
  const session = await must(200, api("GET", "/session", undefined, {}, ada.token));
  assert.deepEqual([session.token.person, session.token.user], ["Ada", made.id]);
  assert.equal((await api("DELETE", `/tokens/${ada.info.id}`, undefined, {}, ada.token)).status, 409);
  await must(204, api("DELETE", `/tokens/${info.id}`));
  assert.equal((await ask(token, "GET", "/scim/v2/default/Users")).status, 401);
  for (const [body, word] of [[{ scope: "root", name: "x" }, "scope"], [{ scope: "administrator", name: "" }, "name"], [{ scope: "identityProvider", name: "x", user: "y" }, "user"], [{ scope: "identityProvider", name: "x", expiresAt: "2001-01-01T00:00:00Z" }, "expiresAt"]]) {
    const answer = await api("POST", "/tokens", body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.detail, new RegExp(word));
  }
});

test("a person's lockout of themselves is held: the token names the user", async () => {
  const { must, api, admin, user } = worker;
  const mia = await user("mia@example.com");
  const owners = (value) => admin("PATCH", "/Organization", patchOf([{ op: "add", path: "owners", value: [{ value }] }]));
  const nia = await user("nia@example.com");
  await must(200, owners(mia.id));
  await must(200, owners(nia.id));
  const { token } = await must(201, api("POST", "/tokens", { scope: "administrator", name: "Mia", user: mia.id }));
  const requests = [{ method: "PATCH", path: "/Organization", body: patchOf([{ op: "remove", path: `owners[value eq "${mia.id}"]` }]) }];
  const preview = await must(200, api("POST", "/plan", { requests }, {}, token));
  assert.equal(preview.held, true);
  assert.equal(preview.guards[0].guard, "selfLockout");
  const answer = await api("POST", "/commit", { requests, expect: preview.base }, {}, token);
  assert.equal(answer.status, 403);
  assert.equal(answer.body.held.guards[0].guard, "selfLockout");
  const done = await must(200, api("POST", "/commit", { requests, expect: preview.base, approve: ["selfLockout"], reason: "handing over" }, {}, token));
  assert.equal(typeof done.history, "number");
  const [entry] = (await must(200, api("GET", "/history"))).entries;
  assert.deepEqual([entry.by.name, entry.by.user, entry.reason], ["Mia", mia.id, "handing over"]);
});

test("a body past the limit is 413, told or not told how long it is", async () => {
  await worker.must(200, worker.api("PUT", "/settings", { limits: { payloadBytes: 10_000 } }));
  const long = { schemas: [USER_SCHEMA], userName: "x".repeat(20_000) };
  const told = await worker.scim("POST", "/Users", long);
  assert.equal(told.status, 413);
  assert.equal(told.body.status, "413");
  const chunks = new ReadableStream({ start(controller) { for (let n = 0; n < 20; n++) controller.enqueue(new TextEncoder().encode("x".repeat(1_000))); controller.close(); } });
  const answer = await fetch(`${worker.url}/scim/v2/default/Users`, { method: "POST", body: chunks, duplex: "half", headers: { authorization: `Bearer ${SCIM}` } });
  assert.equal(answer.status, 413);
  await worker.must(200, worker.api("PUT", "/settings", { limits: null }));
});

test("every answer has security headers; CORS is for configured origins", async () => {
  for (const [path, policy] of [["/", /script-src 'self' 'wasm-unsafe-eval';/], ["/scim/v2/default/Users", /default-src 'none'/], ["/api/default/session", /default-src 'none'/], ["/health", /default-src 'none'/]]) {
    const { headers } = await worker.ask(ADMIN, "GET", path);
    assert.match(headers.get("content-security-policy"), policy);
    assert.doesNotMatch(headers.get("content-security-policy"), /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
  const asked = (origin, method = "GET") => worker.ask(ADMIN, method, "/api/default/session", undefined, { origin });
  assert.equal((await asked("https://panel.example.com")).headers.get("access-control-allow-origin"), "https://panel.example.com");
  assert.equal((await asked("https://evil.example.com")).headers.get("access-control-allow-origin"), null);
  const preflight = await asked("https://other.example.com", "OPTIONS");
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers"), /Authorization/);
  assert.equal((await asked("https://evil.example.com", "OPTIONS")).headers.get("access-control-allow-methods"), null);
});

test("methods, media types and places that are not there", async () => {
  assert.equal((await worker.scim("GET", "/Nothing")).status, 404);
  assert.equal((await worker.admin("GET", "/Nothing")).status, 404);
  assert.equal((await worker.ask(SCIM, "LOCK", "/scim/v2/default/Users").catch(() => ({ status: 405 }))).status, 405);
  assert.equal((await worker.scim("POST", "/Users", "<user/>", { "content-type": "text/xml" })).status, 415);
  assert.equal((await worker.api("GET", "/nothing")).status, 404);
  const wrong = await worker.api("DELETE", "/session");
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET"]);
  assert.equal((await worker.api("POST", "/plan", "not json")).status, 400);
});

test("state survives a restart; a password is kept nowhere", async (t) => {
  const first = await start({ keep: true });
  const ida = await first.must(201, first.scim("POST", "/Users", { schemas: [USER_SCHEMA], userName: "ida@example.com", password: "correct-horse-7" }));
  await first.must(200, first.patch(`/Users/${ida.id}`, [{ op: "replace", path: "password", value: "battery-staple-8" }, { op: "replace", path: "title", value: "Dr" }]));
  await first.must(200, first.scim("PATCH", `/Users/${ida.id}`, patchOf([{ op: "replace", value: { [`${USER_SCHEMA}:password`]: "battery-staple-9", nickName: "I" } }])));
  const { token } = await first.must(201, first.api("POST", "/tokens", { scope: "identityProvider", name: "Okta", dialect: "okta" }));
  await first.must(200, first.api("PUT", "/settings", { groupPatchAnswer: 200 }));
  const version = await first.version();
  const records = await first.records();
  await first.stop();

  const second = await start({ state: first.state });
  t.after(() => second.end());
  assert.equal(await second.version(), version);
  assert.equal(await second.records(), records);
  assert.equal((await second.must(200, second.api("GET", "/settings"))).groupPatchAnswer, 200);
  await second.must(200, second.ask(token, "GET", `/scim/v2/default/Users/${ida.id}`));
  const { entries } = await second.must(200, second.api("GET", "/history"));
  const bodies = await Promise.all(entries.map(({ seq }) => second.api("GET", `/history/${seq}`)));
  const files = join(first.state, "storage/organization");
  const everything = [records, ...bodies.map(({ text }) => text), (await second.api("GET", "/audit/export")).text, ...readdirSync(files).map((file) => readFileSync(join(files, file), "latin1"))].join("\n");
  assert.doesNotMatch(everything, /correct-horse|battery-staple/);
  assert.match(bodies.map(({ text }) => text).join(""), /nickName/);
});

test("the audit is append-only and tells of accepted, refused and held changes", async () => {
  const { must, api } = worker;
  const other = client(worker.url, "audited");
  await other.must(201, other.admin("POST", "/Users", { schemas: [USER_SCHEMA], userName: "a@example.com" }));
  await other.must(409, other.admin("POST", "/Users", { schemas: [USER_SCHEMA], userName: "A@example.com" }));
  const { entries } = await other.must(200, other.api("GET", "/audit"));
  assert.deepEqual(entries.map(({ outcome, what, status }) => [outcome, what, status]), [["refused", "POST /Users", 409], ["accepted", "POST /Users", 201]]);
  const lines = (await other.api("GET", "/audit/export")).text.trim().split("\n").map((line) => JSON.parse(line).seq);
  assert.deepEqual(lines, [1, 2]);
  assert.equal((await must(200, api("GET", "/audit?outcome=held&limit=1"))).entries.length, 1);
});
