// `make serve`'s script, and the example for Node: started, asked, stopped.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { out, root, USER_SCHEMA } from "./start.mjs";

const children = new Set();
after(() => children.forEach((child) => child.kill("SIGKILL")));

/** Starts a script and waits until what it prints matches; gives the match and `stop`, which gives its exit code. */
async function script(file, env, pattern) {
  const child = spawn(process.execPath, [join(root, file)], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const ended = new Promise((done) => child.once("exit", (code) => (children.delete(child), done(code))));
  let said = "";
  const match = await new Promise((done, fail) => {
    child.stdout.on("data", (data) => {
      said += data;
      const found = pattern.exec(said);
      if (found) done(found);
    });
    child.once("exit", () => fail(new Error(`it ended, having said: ${said}`)));
  });
  const stop = (signal) => (child.kill(signal), ended);
  return { match, stop };
}

test("make serve prints tokens, keeps its state, stops at SIGINT, starts anew with FRESH=1", async () => {
  const state = mkdtempSync(join(out, "serve-"));
  const pattern = /tenant URL +(\S+)[^]*SCIM_TOKEN +(\S+)[^]*ADMIN_TOKEN +(\S+)[^]*Ctrl-C/;
  const begin = (env) => script("www/worker/serve.mjs", { STATE: state, PORT: "0", SCIM_TOKEN: "", ADMIN_TOKEN: "", ...env }, pattern);
  const list = async ({ match: [, url, token] }) => (await fetch(`${url}/Users`, { headers: { authorization: `Bearer ${token}` } })).json();

  const first = await begin({});
  const [, url, token] = first.match;
  const made = await fetch(`${url}/Users`, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" }, body: JSON.stringify({ schemas: [USER_SCHEMA], userName: "kept" }) });
  assert.equal(made.status, 201);
  assert.equal(await first.stop("SIGINT"), 0);
  await assert.rejects(fetch(url), "nothing listens any more");

  const second = await begin({});
  assert.equal(second.match[2], token, "the same tokens");
  assert.equal((await list(second)).totalResults, 1);
  await second.stop("SIGINT");

  const third = await begin({ FRESH: "1", SCIM_TOKEN: "a-token-of-my-own-choice" });
  assert.equal(third.match[2], "a-token-of-my-own-choice");
  assert.equal((await list(third)).totalResults, 0);
  await third.stop("SIGINT");
  rmSync(state, { recursive: true });
});

test("the example for Node keeps what it acknowledged through kill -9", async () => {
  const state = mkdtempSync(join(out, "node-"));
  const env = { FILE: join(state, "records.ndjson"), TOKEN: "a-token-for-the-example", PORT: "0" };
  const begin = () => script("www/worker/example/node-server.mjs", env, /(http:\S+)/);
  const ask = ({ match: [, url] }, method, path, body, token = env.TOKEN) => fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const first = await begin();
  assert.equal((await ask(first, "GET", "/Users", null, "wrong")).status, 401);
  const ada = await (await ask(first, "POST", "/Users", { schemas: [USER_SCHEMA], userName: "ada" })).json();
  assert.equal((await ask(first, "POST", "/Users", { schemas: [USER_SCHEMA], userName: "ADA" })).status, 409);
  assert.equal((await ask(first, "DELETE", `/Users/${(await (await ask(first, "POST", "/Users", { schemas: [USER_SCHEMA], userName: "bob" })).json()).id}`)).status, 204);
  await first.stop("SIGKILL");
  const second = await begin();
  assert.equal((await (await ask(second, "GET", "/Users")).json()).totalResults, 1);
  assert.equal((await ask(second, "GET", `/Users/${ada.id}`)).status, 200);
  await second.stop("SIGKILL");
  rmSync(state, { recursive: true });
});
