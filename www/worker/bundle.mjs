// Bundles the worker as `wrangler deploy` would, and leaves it in target/worker: what runs here is what would be deployed.
//   node www/worker/bundle.mjs [entry.ts out]
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const [entry, out = "target/worker"] = process.argv.slice(2);
mkdirSync(`${root}www/panel/dist`, { recursive: true }); // wrangler wants the folder to be there
rmSync(`${root}${out}`, { recursive: true, force: true });
const { status, stdout, stderr } = spawnSync(
  "wrangler",
  ["deploy", ...(entry ? [`${root}${entry}`] : []), "--dry-run", "--config", "www/worker/wrangler.jsonc", "--outdir", `${root}${out}`],
  { cwd: root, encoding: "utf8", env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}`, WRANGLER_SEND_METRICS: "false", CI: "1" } },
);
if (status !== 0) {
  console.error(stdout, stderr);
  process.exit(status ?? 1);
}
