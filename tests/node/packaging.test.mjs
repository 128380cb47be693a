// The package as a stranger gets it: packed, installed into an empty project, used by name.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pkg = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
const project = mkdtempSync(join(tmpdir(), "scim-policy-"));
const run = (program, ...args) => execFileSync(program, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
let files;

before(() => {
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], { cwd: join(root, "pkg"), encoding: "utf8" }));
  files = packed.files.map(({ path }) => path);
  writeFileSync(join(project, "package.json"), "{}");
  run("npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", join(project, packed.filename));
});
after(() => rmSync(project, { recursive: true, force: true }));

/** What every entry must do: know its version, have all names, throw its own error. */
const use = `
  const names = ["ScimError", "Filter", "Organization", "validate", "applyPatch", "accessDiff", "initSync", "version"];
  const missing = names.filter((name) => typeof policy[name] !== "function");
  let refused;
  try { policy.validate(7); } catch (error) { refused = error; }
  if (missing.length || typeof policy.default !== "function" || !(refused instanceof policy.ScimError)) throw new Error("missing " + missing);
  policy.default().then(() => console.log(policy.version()));
`;

for (const [kind, file, source] of [
  ["import", "use.mjs", `import * as policy from "scim-policy";${use}`],
  ["require", "use.cjs", `const policy = require("scim-policy");${use}`],
  ["import of ./inline", "inline.mjs", `import * as policy from "scim-policy/inline";${use}`],
  ["both at once", "both.mjs", `import { createRequire } from "node:module"; import * as policy from "scim-policy";
    if (createRequire(import.meta.url)("scim-policy").ScimError !== policy.ScimError) throw new Error("two copies");${use}`],
  ["the wasm file by name", "wasm.mjs", `import { readFileSync } from "node:fs"; import { createRequire } from "node:module"; import * as policy from "scim-policy";
    if (!WebAssembly.validate(readFileSync(createRequire(import.meta.url).resolve("scim-policy/scim_policy.wasm")))) throw new Error("no wasm");${use}`],
]) {
  test(`${kind} works in an empty project`, () => {
    writeFileSync(join(project, file), source);
    assert.equal(run(process.execPath, file).trim(), pkg.version);
  });
}

test("the browser entry loads the file beside it when asked to, and says so before", () => {
  writeFileSync(join(project, "browser.mjs"), `
    import { readFileSync } from "node:fs";
    globalThis.fetch = async (url) => new Response(readFileSync(new URL(url)), { headers: { "content-type": new URL(url).pathname.endsWith(".wasm") ? "application/wasm" : "" } });
    const policy = await import("./node_modules/scim-policy/browser.js");
    let early;
    try { policy.version(); } catch (error) { early = error; }
    const failed = await policy.default(new Response("", { status: 404 })).catch((error) => error);
    await Promise.all([policy.default(), policy.default()]);
    await policy.default("nowhere");
    console.log(early.name, early.message.includes("await init()"), failed.name, policy.version());
  `);
  assert.equal(run(process.execPath, "browser.mjs").trim(), `ScimError true ScimError ${pkg.version}`);
});

test("exports list types first, and every file they name is in the package", () => {
  const paths = [];
  const walk = (entry, where) => {
    if (typeof entry === "string") return paths.push(entry.slice(2));
    const conditions = Object.keys(entry);
    if (conditions.includes("types")) assert.equal(conditions[0], "types", where);
    for (const [condition, inner] of Object.entries(entry)) walk(inner, `${where} ${condition}`);
  };
  walk(pkg.exports, "exports");
  assert.deepEqual(Object.keys(pkg.exports["."]), ["types", "workerd", "edge-light", "deno", "bun", "node", "browser", "default"]);
  assert.deepEqual(paths.filter((path) => !files.includes(path)), []);
});

test("the package holds one wasm file, its licences and nothing stray", () => {
  assert.deepEqual(files.filter((path) => path.endsWith(".wasm")), ["gen/scim_policy.wasm"]);
  assert.ok(files.includes("README.md") && files.includes("gen/LICENSE-MIT") && files.includes("gen/LICENSE-APACHE"));
  const stray = files.filter((path) => !/^(lib\/\w+\.js|gen\/[\w.-]+|[\w-]+\.(js|cjs|d\.ts|d\.cts)|package\.json|README\.md)$/.test(path));
  assert.deepEqual(stray, []);
});

test("the crate and the package bear one version", () => {
  assert.match(readFileSync(join(root, "Cargo.toml"), "utf8"), new RegExp(`^version = "${pkg.version}"$`, "m"));
});

test("the lock file names no host", () => {
  assert.doesNotMatch(readFileSync(join(root, "package-lock.json"), "utf8"), /"resolved": "\w+:/);
});

for (const [kind, config] of [["ES modules and CommonJS", "tsconfig.json"], ["a bundler", "tsconfig.bundler.json"]]) {
  test(`the declarations of the installed package serve ${kind}`, () => {
    cpSync(join(root, "tests/types"), project, { recursive: true });
    run(process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", config);
  });
}
