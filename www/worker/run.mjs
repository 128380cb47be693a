// Runs the bundled worker on this machine: workerd, with its SQLite storage in a folder.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { join, relative, resolve } from "node:path";

const root = fileURLToPath(new URL("../../", import.meta.url));
const COMPATIBILITY_DATE = "2026-03-31";
/** How long it may take to listen, in milliseconds. */
const PATIENCE = 30_000;

/** The program itself: the package's own starter would leave it running when it is killed. */
function program() {
  const require = createRequire(import.meta.url);
  const workerd = createRequire(require.resolve("wrangler"))("workerd");
  return workerd.default;
}

/**
 * Starts it, and waits until it answers. `state` is the folder for the storage, `bundle` the one that bundle.mjs wrote, `port` 0
 * chooses one. Gives { url, process, stop(signal), leave() }; what is left goes on running when this process ends.
 */
export async function run({ state, bundle = join(root, "target/worker"), port = 0, variables = {}, assets = join(root, "www/panel/dist"), entry = "index.js", log = "inherit", detached = false }) {
  const storage = join(state, "storage");
  mkdirSync(storage, { recursive: true });
  mkdirSync(assets, { recursive: true });
  const text = JSON.stringify;
  const from = (file) => relative(state, resolve(file));
  const modules = readdirSync(bundle)
    .filter((name) => name === entry || name.endsWith(".wasm"))
    .sort((a, b) => Number(b === entry) - Number(a === entry))
    .map((name) => `(name = ${text(name === entry ? name : `./${name}`)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed ${text(from(join(bundle, name)))})`);
  const bindings = Object.keys(variables).map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`);
  const config = join(state, "workerd.capnp");
  writeFileSync(config, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "assets", disk = ${text(resolve(assets))}),
    (name = "storage", disk = (path = ${text(resolve(storage))}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = ${text(COMPATIBILITY_DATE)},
  bindings = [(name = "ORGANIZATION", durableObjectNamespace = "OrganizationObject"), (name = "ASSETS", service = "assets"), ${bindings.join(", ")}],
  durableObjectNamespaces = [(className = "OrganizationObject", uniqueKey = "organization", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
`);
  const child = spawn(program(), ["serve", "--control-fd=3", config], { detached, stdio: ["ignore", log, log, "pipe"], env: { ...process.env, ...variables } });
  const ended = new Promise((done) => child.once("exit", done));
  const orphan = () => child.kill("SIGKILL");
  process.once("exit", orphan);
  child.once("exit", () => process.off("exit", orphan));
  const listening = await new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`workerd did not listen within ${PATIENCE / 1000} s`)), PATIENCE);
    let said = "";
    child.stdio[3].on("data", (data) => {
      said += data;
      const found = /"event":"listen","socket":"http","port":(\d+)/.exec(said);
      if (found) done(Number(found[1]), clearTimeout(late));
    });
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`workerd ended with ${code} before it listened; is port ${port} in use?`)));
  }).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  const stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };
  const leave = () => {
    process.off("exit", orphan);
    child.stdio[3].destroy();
    child.unref();
  };
  return { url: `http://127.0.0.1:${listening}`, process: child, ended, stop, leave };
}
