// `make serve`: the worker on this machine, until Ctrl-C.
//   PORT=8787   where it listens, on 127.0.0.1     STATE=target/serve   where its storage is     FRESH=1   starts anew
//   SCIM_TOKEN, ADMIN_TOKEN   tokens of the organization "default"; without them, those of the last time or new ones
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { FRESH, SCIM_TOKEN, ADMIN_TOKEN, PORT = "8787", STATE = join(root, "target/serve") } = process.env;

/** Starts it with the tokens it had the last time, unless others are given. Gives { url, stop, leave, ended, tokens }. */
export async function serve({ state = resolve(STATE), port = Number(PORT), fresh = false, given = { SCIM_TOKEN, ADMIN_TOKEN }, ...rest } = {}) {
  if (fresh) rmSync(state, { recursive: true, force: true });
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const file = join(state, "tokens.json");
  let kept = {};
  try {
    kept = JSON.parse(readFileSync(file, "utf8"));
  } catch {} // the first time
  const tokens = {};
  for (const [name, token] of Object.entries(given)) {
    if (token && token.length < 16) throw new Error(`${name} must have 16 characters or more`);
    tokens[name] = token || kept[name] || randomBytes(32).toString("base64url");
  }
  writeFileSync(file, JSON.stringify(tokens), { mode: 0o600 });
  return { ...(await run({ state, port, variables: tokens, ...rest })), tokens };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const worker = await serve({ fresh: FRESH === "1" }).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  console.log(`
  the panel    ${worker.url}/
  tenant URL   ${worker.url}/scim/v2/default
  SCIM_TOKEN   ${worker.tokens.SCIM_TOKEN}   for the identity provider
  ADMIN_TOKEN  ${worker.tokens.ADMIN_TOKEN}   for the panel

  Its storage is in ${STATE}; FRESH=1 starts anew. Ctrl-C stops it.
`);
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      stopping = true;
      worker.stop();
    });
  }
  const code = await worker.ended;
  if (!stopping) console.error("workerd ended by itself");
  process.exitCode = stopping ? 0 : code || 1;
}
