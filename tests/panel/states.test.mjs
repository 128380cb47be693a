// Designed states, accessibility, keys, narrow screens and the budget.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { dist, edit, panel, patch, violations } from "./start.mjs";

const BUDGET = 350 * 1024;
const CHANGE = [edit("Brand private", patch("/Folders/f-brand", { op: "replace", path: "audience", value: "private" }))];
const PAGES = ["organization", "workspaces/f-brand", "review", "compose", "compose?tab=demand", "inbox", "inbox?tab=refused", "inbox?tab=returned", "history", "explorer?person=u-amara.okafor", "explorer?mode=can&person=u-amara.okafor&object=f-brand", "guards"];
let world;
before(async () => {
  world = await panel();
  assert.equal((await world.worker.scim("DELETE", "/Groups/g-support")).status, 403);
});
after(() => world?.end());

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing on any page, and the console is quiet: ${theme}`, async () => {
    const found = [];
    for (const hash of PAGES) {
      const page = await world.open(hash, { theme, edits: CHANGE });
      await page.waitForTimeout(900);
      for (const violation of await violations(page)) found.push(`${hash}: ${violation}`);
      for (const line of page.said) found.push(`${hash}: ${line}`);
      await page.context().close();
    }
    assert.deepEqual(found, []);
  });
}

const DIALOGS = [
  ["edit", "workspaces/f-brand", (page) => page.getByRole("button", { name: "Edit", exact: true }).click()],
  ["move", "workspaces/f-brand", (page) => page.getByRole("button", { name: "Move", exact: true }).click()],
  ["why", "review", (page) => page.getByRole("gridcell", { name: /Why\?$/ }).first().click()],
  ["help", "organization", (page) => page.keyboard.press("?")],
  ["group", "organization/g-design", () => {}],
  ["token", "organization", (page) => page.getByRole("button", { name: "New token" }).click()],
  ["approve", "inbox", (page) => page.getByRole("button", { name: /Review and approve/ }).click()],
  ["change", "history/1", () => {}],
];
for (const theme of ["light", "dark"]) {
  test(`dialogs too, and the lists of a review: ${theme}`, async () => {
    const found = [];
    for (const [name, hash, open] of DIALOGS) {
      const page = await world.open(hash, { theme, edits: CHANGE });
      await page.getByRole("heading", { level: 1 }).or(page.getByRole("dialog")).first().waitFor();
      await open(page);
      await page.getByRole("dialog").waitFor();
      await page.waitForTimeout(600);
      for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
      // Escape closes whatever is open.
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.context().close();
    }
    const page = await world.open("review", { theme, edits: CHANGE });
    for (const name of ["By person", "By place", "By cause"]) {
      await page.getByRole("tab", { name }).click();
      await page.getByRole("table").waitFor();
      for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
    }
    assert.deepEqual(found, []);
  });
}

test("`/` searches, `?` helps, `g` goes; the tree is edited by keys alone", async () => {
  const page = await world.open("organization");
  await page.locator("main").focus();
  await page.keyboard.press("/");
  await page.keyboard.type("Brand");
  await page.getByRole("option", { name: /^Brand/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Brand" }).waitFor();
  await page.getByRole("treeitem", { name: /^Brand/ }).focus();
  await page.keyboard.press("F2");
  await page.getByRole("heading", { name: "Edit Brand" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Edit Brand" }).waitFor({ state: "detached" });
  await page.locator("main").focus();
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await page.getByRole("heading", { name: "History" }).waitFor();
});

/** Presses Tab until what has the focus is called so. */
async function tabTo(page, name, most = 80) {
  const visited = [];
  for (let at = 0; at < most; at++) {
    await page.keyboard.press("Tab");
    const called = await page.evaluate(() => { const one = document.activeElement; return one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent ?? ""; });
    visited.push(called.trim().slice(0, 40));
    if (name.test(called.trim())) return;
  }
  assert.fail(`no Tab comes to ${name}: ${visited.join(" · ")}`);
}

test("no mouse at all: a group is given a role, reviewed, asked why, applied, and undone", async () => {
  const page = await world.open("workspaces/f-training");
  await page.getByRole("treeitem", { name: /^Training/ }).waitFor();
  await tabTo(page, /^Edit$/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Edit Training" }).waitFor();
  await tabTo(page, /^Add a group or a person$/);
  await page.keyboard.type("Sales");
  await page.getByRole("option", { name: /^Sales/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "Role of Sales" }).waitFor();
  await tabTo(page, /^Add to the change$/);
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Pending change" }).getByText(/people change/).waitFor();
  await tabTo(page, /^Review 1 edit$/);
  await page.keyboard.press("Enter");
  await page.getByRole("grid").waitFor();
  // One stop for the whole grid; arrows walk it, Enter asks why, Escape comes back.
  for (let at = 0; at < 60 && !(await page.evaluate(() => document.activeElement.dataset.cell)); at++) await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "After" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.evaluate(() => document.querySelector("main").focus());
  await tabTo(page, /^Apply$/);
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("Applied").waitFor();
  await page.evaluate(() => document.querySelector("main").focus());
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await page.getByRole("heading", { name: "History" }).waitFor();
  await tabTo(page, /^Training: give Sales Editor$/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^Change #/ }).waitFor();
  await tabTo(page, /^Undo …$/);
  await page.keyboard.press("Enter");
  await page.getByRole("grid").waitFor();
  await tabTo(page, /^Apply$/);
  await page.keyboard.press("Enter");
  await page.getByText("No change is pending").waitFor();
  assert.equal((await world.worker.admin("GET", "/Folders/f-training")).body.grants.some(({ value }) => value === "g-sales"), false);
  assert.deepEqual(page.said, []);
});

for (const [what, width, height] of [["320 px, as 1280 at 400 % is", 320, 640], ["1360 by 860 at 200 %", 680, 430]]) test(`${what}: nothing is cut off sideways`, async () => {
  for (const hash of PAGES) {
    const page = await world.open(hash, { width, height, edits: CHANGE });
    await page.waitForTimeout(700);
    const wide = await page.evaluate((width) => {
      const main = document.querySelector("main");
      const over = [...main.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > width && !one.closest("[role=grid], [role=table], pre")).slice(-1).map((one) => one.outerHTML.slice(0, 160));
      return { body: document.documentElement.scrollWidth, main: main.scrollWidth - main.clientWidth, over };
    }, width);
    assert.ok(wide.body <= width && wide.main <= 0, `${hash}: ${JSON.stringify(wide)}`);
    await page.context().close();
  }
});

test("a token that is none, a provider's token, a server that is gone, a module that is refused", async () => {
  const wrong = await world.open("organization", { token: null });
  await wrong.getByLabel("Administrator token").fill("wrong");
  await wrong.getByRole("button", { name: "Sign in" }).click();
  await wrong.getByText(/does not know this token/).waitFor();
  assert.deepEqual(await violations(wrong), []);

  const gone = await world.open("organization", { token: null, before: (page) => page.route("**/api/**", (route) => route.abort()) });
  await gone.getByLabel("Administrator token").fill("whichever");
  await gone.getByRole("button", { name: "Sign in" }).click();
  await gone.getByText("The organization could not be read").waitFor();
  await gone.unroute("**/api/**");

  const refused = await world.open("organization", { token: null, before: (page) => page.route("**/*.wasm", (route) => route.fulfill({ status: 200, contentType: "application/wasm", body: "no" })) });
  await refused.getByLabel("Administrator token").fill("admin-token-of-the-tests");
  await refused.getByRole("button", { name: "Sign in" }).click();
  await refused.getByText("The access engine did not start").waitFor();

  const later = await world.open("workspaces");
  await later.route("**/api/**", (route) => route.abort());
  await later.getByText(/The server does not answer/).waitFor({ timeout: 30_000 });
});

test("an empty organization says what to do", async (t) => {
  const empty = await panel({ requests: [] });
  t.after(() => empty.end());
  const page = await empty.open("organization");
  await page.getByText("Nothing is provisioned yet").waitFor();
  for (const [hash, words] of [["workspaces", "No workspace yet"], ["review", "No change is pending"], ["inbox", "Nothing is held"], ["history", "Nothing has happened yet"]]) {
    await page.evaluate((to) => { location.hash = `#/${to}`; }, hash);
    await page.getByText(words).waitFor();
  }
});

test("the policy allows neither inline styles nor eval, and each page has a nonce of its own", async () => {
  const policies = [];
  for (let at = 0; at < 2; at++) policies.push((await fetch(`${world.worker.url}/`)).headers.get("content-security-policy"));
  assert.doesNotMatch(policies[0], /unsafe-inline|(?<!wasm-)unsafe-eval/);
  assert.match(policies[0], /'nonce-[^']{20,}'/);
  assert.notEqual(policies[0], policies[1]);
});

test("the first load is within its budget", (t) => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const read = new Set();
  const take = (name) => {
    if (read.has(name)) return;
    read.add(name);
    for (const [, next] of readFileSync(join(dist, "assets", name), "utf8").matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) take(next);
  };
  take(/assets\/([\w-]+\.js)/.exec(html)[1]);
  const entry = [...read];
  // The page that is shown first comes with it, and so does the largest.
  const sizes = readdirSync(join(dist, "assets")).filter((name) => /^(organization|workspaces|review|compose)-/.test(name)).map((page) => {
    read.clear();
    entry.forEach((name) => read.add(name));
    take(page);
    return [page.split("-")[0], [...read].reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, "assets", name))).length, 0)];
  });
  for (const [page, size] of sizes) {
    t.diagnostic(`first load on ${page}: ${(size / 1024).toFixed(0)} KB of JavaScript, gzip`);
    assert.ok(size <= BUDGET, `${page}: ${size} bytes`);
  }
});
