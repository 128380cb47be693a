// The package's own files, unbundled, in a real page of headless Chromium, under the strictest policy that runs wasm.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const pkg = fileURLToPath(new URL("../../pkg", import.meta.url));
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

let server, browser, origin;
before(async () => {
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const policy = { "content-security-policy": searchParams.get("policy") ?? POLICY };
    if (pathname === "/") return response.writeHead(200, { ...policy, "content-type": "text/html" }).end("<!doctype html><title>page</title>");
    try {
      const type = searchParams.has("plain") ? "text/plain" : TYPES[extname(pathname)] ?? "text/plain";
      const content = await readFile(join(pkg, normalize(pathname)));
      response.writeHead(200, { "content-type": type }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: executable(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
});
after(async () => {
  await browser?.close();
  server.close();
});

/** Chromium's program; playwright wants its path. */
function executable() {
  const name = process.env.CHROME ?? "chromium";
  return name.includes("/") ? name : `/usr/bin/${name}`;
}

/** Runs `work` in a new page. */
async function inPage(work, policy = POLICY) {
  const page = await browser.newPage();
  try {
    await page.goto(`${origin}/?policy=${encodeURIComponent(policy)}`);
    return await page.evaluate(work);
  } finally {
    await page.close();
  }
}

test("awaits init, then answers", async () => {
  const { version, early, again } = await inPage(async () => {
    const policy = await import("/browser.js");
    let early;
    try { policy.version(); } catch (error) { early = `${error}`; }
    await Promise.all([policy.default(), policy.default()]);
    const version = policy.version();
    await policy.default("/nowhere.wasm");
    return { version, early, again: policy.version() };
  });
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal(again, version);
  assert.match(early, /^ScimError: .*await init\(\)/);
});

for (const [name, source] of [
  ["a path", `"/gen/scim_policy.wasm"`],
  ["a URL", `new URL("/gen/scim_policy.wasm", location.href)`],
  ["a Request", `new Request("/gen/scim_policy.wasm")`],
  ["a Response", `await fetch("/gen/scim_policy.wasm")`],
  ["a Response of another type", `await fetch("/gen/scim_policy.wasm?plain")`],
  ["an ArrayBuffer", `await (await fetch("/gen/scim_policy.wasm")).arrayBuffer()`],
  ["bytes", `new Uint8Array(await (await fetch("/gen/scim_policy.wasm")).arrayBuffer())`],
  ["a module", `await WebAssembly.compileStreaming(fetch("/gen/scim_policy.wasm"))`],
]) {
  test(`init takes ${name}`, async () => {
    const work = `(async () => { const { default: init, version } = await import("/browser.js"); await init(${source}); return version(); })()`;
    assert.match(await inPage(work), /^\d/);
  });
}

test("a failure to load is a ScimError, and the next try may succeed", async () => {
  const [missing, nonsense, version] = await inPage(async () => {
    const { default: init, version } = await import("/browser.js");
    const refused = (source) => init(source).then(() => "loaded", (error) => `${error} ${error.status}`);
    return [await refused("/nowhere.wasm"), await refused(new Uint8Array(8)), await init().then(version)];
  });
  assert.match(missing, /^ScimError: .*nowhere\.wasm could not be fetched: 404 500$/);
  assert.match(nonsense, /^ScimError: .*could not be compiled/);
  assert.match(version, /^\d/);
});

test("without 'wasm-unsafe-eval' it says what the policy lacks", async () => {
  const words = await inPage(() => import("/browser.js").then(({ default: init }) => init()).catch(String), "default-src 'none'; script-src 'self'; connect-src 'self'");
  assert.match(words, /^ScimError: .*wasm-unsafe-eval/);
});

test("the inline entry is ready when imported, on the page's own thread", async () => {
  assert.match(await inPage(() => import("/inline.js").then(({ version }) => version())), /^\d/);
});
