// The package's own files, unbundled, in a real page of headless Chromium, under the strictest policy that runs wasm.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { POLICY, serve } from "./serve.mjs";

let pkg;
before(async () => {
  pkg = await serve("pkg");
});
after(() => pkg?.end());

const inPage = (work, policy = POLICY) => pkg.inPage(work, policy);

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
