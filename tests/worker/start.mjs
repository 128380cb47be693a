// Starts the worker for a test, in a folder of its own under target/, and talks to it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../www/worker/run.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const out = join(root, "target/worker-tests");
export const ADMIN = "admin-token-of-the-tests";
export const SCIM = "scim-token-of-the-tests";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

mkdirSync(out, { recursive: true });

/** The bundle of the worker with faults. */
export const faulty = () => bundled("faulty");

/** The bundle of a worker beside this file; made anew for each test file that asks. */
export function bundled(worker) {
  const name = `target/worker-tests/${worker}-${process.pid}`;
  const { status, stderr } = spawnSync(process.execPath, ["www/worker/bundle.mjs", `tests/worker/${worker}.mjs`, name], { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  process.on("exit", () => rmSync(join(root, name), { recursive: true, force: true }));
  return { bundle: join(root, name), entry: `${worker}.js` };
}

/** `state` keeps its storage between two starts. */
export async function start({ state = mkdtempSync(join(out, "state-")), variables = {}, keep = false, ...rest } = {}) {
  const bundle = rest.bundle ?? join(root, "target/worker");
  assert.ok(existsSync(join(bundle, "index.js")) || rest.entry, "run `make build` first: the worker is not bundled");
  const worker = await run({ state, variables: { ADMIN_TOKEN: ADMIN, SCIM_TOKEN: SCIM, ...variables }, log: process.env.WORKER_LOG ? "inherit" : "ignore", ...rest });
  return {
    ...worker, state, ...client(worker.url),
    async end(signal) {
      await worker.stop(signal);
      if (!keep && signal === undefined) rmSync(state, { recursive: true, force: true });
    },
  };
}

export const sizeOf = (file) => statSync(file).size;

/** Requests in the words of the tests. */
export function client(url, organization = "default") {
  const ask = async (token, method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method, headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { "content-type": "application/scim+json" }), ...headers },
      body: body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, headers: response.headers, text, body: text !== "" && type.includes("json") && !type.includes("ndjson") ? JSON.parse(text) : null };
  };
  const scim = (method, path, body, headers, token = SCIM) => ask(token, method, `/scim/v2/${organization}${path}`, body, headers);
  const api = (method, path, body, headers, token = ADMIN) => ask(token, method, `/api/${organization}${path}`, body, headers);
  const admin = (method, path, body, headers) => scim(method, path, body, headers, ADMIN);
  const must = async (status, answer) => {
    const found = await answer;
    assert.equal(found.status, status, found.text);
    return found.body;
  };
  return {
    ask, scim, api, admin, must,
    user: async (userName, more = {}) => must(201, scim("POST", "/Users", { schemas: [USER], userName, ...more })),
    group: async (displayName, members = []) => must(201, scim("POST", "/Groups", { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) })),
    workspace: async (displayName, grants = []) => must(201, admin("POST", "/Workspaces", { schemas: ["urn:scim-policy:schemas:1.0:Workspace"], displayName, grants })),
    patch: (path, Operations, headers) => scim("PATCH", path, patchOf(Operations), headers),
    records: async () => (await api("GET", "/export")).text,
    version: async () => (await must(200, api("GET", "/session"))).version,
  };
}

export const patchOf = (Operations) => ({ schemas: [PATCH], Operations });
export const USER_SCHEMA = USER;
export const GROUP_SCHEMA = GROUP;
