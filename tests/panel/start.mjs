// The panel in a real browser on the real worker, with an invented organization.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ADMIN, root, start } from "../worker/start.mjs";
import { seed } from "../../www/demo/company.mjs";

export { ADMIN, root };
export const dist = join(root, "www/panel/dist");
const axe = readFileSync(createRequire(join(root, "www/panel/package.json")).resolve("axe-core/axe.min.js"), "utf8");

export async function panel({ requests = seed(), ...rest } = {}) {
  assert.ok(existsSync(join(dist, "index.html")), "run `make build` first: the panel is not built");
  const worker = await start(rest);
  if (requests.length > 0) {
    const { version } = (await worker.api("GET", "/session")).body;
    const made = await worker.api("POST", "/commit", { requests, expect: version, atomic: true, accessLimit: 0, approve: ["massGain"] });
    assert.equal(made.status, 200, made.text);
  }
  const name = process.env.CHROME ?? "chromium";
  const browser = await chromium.launch({ executablePath: name.includes("/") ? name : `/usr/bin/${name}`, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  /** A new page, signed in. What it says on the console as an error fails `quiet`. */
  const open = async (hash = "organization", { theme = "light", width = 1360, height = 860, token = ADMIN, search = "", before, edits } = {}) => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.said = [];
    page.on("console", (message) => { if (message.type() === "error") page.said.push(message.text()); });
    page.on("pageerror", (error) => page.said.push(`${error}`));
    if (edits) await page.addInitScript((kept) => { if (!sessionStorage.getItem("scim-policy.edits.default")) sessionStorage.setItem("scim-policy.edits.default", kept); }, JSON.stringify(edits));
    await before?.(page);
    if (token) {
      await page.goto(`${worker.url}/${search}#token=${token}`);
      await page.waitForSelector("main");
      if (hash !== "organization") await page.evaluate((to) => { location.hash = `#/${to}`; }, hash);
    } else await page.goto(`${worker.url}/`);
    return page;
  };
  return { worker, browser, open, async end() { await browser.close(); await worker.end(); } };
}

export const PATCH = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
export const patch = (path, ...Operations) => ({ method: "PATCH", path, body: { schemas: PATCH, Operations } });
export const edit = (says, request, id = says) => ({ id, says, touches: [], requests: [request] });

/** What axe finds. Left out are the empty elements by which the component library keeps the focus inside. */
export async function violations(page) {
  await page.locator("h1").first().waitFor({ state: "attached" }); // a busy machine may show what is above the screen first
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run({ exclude: ["[data-tabster-dummy]"] }, { resultTypes: ["violations"] }));
  return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`).join(" | ")}`);
}
