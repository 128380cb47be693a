// What is too large for a page to hold, and a hundred thousand rows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edit, panel, patch } from "./start.mjs";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const OWN = "urn:scim-policy:schemas:1.0";
const CHANGE = [
  edit("Brand private", patch("/Folders/f-brand", { op: "replace", path: "audience", value: "private" })),
  edit("Playbooks to Company", patch("/Folders/f-playbooks", { op: "replace", path: "parent", value: { value: "w-company", type: "Workspace" } })),
  edit("Uma leaves", { method: "DELETE", path: "/Users/u-uma.krishnan" }),
  edit("Playbooks are called guides", patch("/Folders/f-playbooks", { op: "replace", path: "displayName", value: "Guides" })),
];

/** Records of one large organization: everybody in one group, that edits a workspace of folders. */
function* records({ users, folders, padding = 0 }) {
  const record = (key, value) => `${JSON.stringify({ key, value })}\n`;
  yield record("group/g", { schemas: [GROUP], id: "g", displayName: "All staff" });
  yield record("workspace/w", { schemas: [`${OWN}:Workspace`], id: "w", displayName: "Everything" });
  yield record("grant/w/g", { type: "Group", role: "editor" });
  for (let at = 0; at < folders; at++) yield record(`folder/f${at}`, { schemas: [`${OWN}:Folder`], id: `f${at}`, displayName: `Folder ${at}`, parent: { value: "w", type: "Workspace" }, audience: "parent" });
  for (let at = 0; at < users; at++) {
    yield record(`user/u${at}`, { schemas: [USER], id: `u${at}`, userName: `person${at}@acme.example`, displayName: `Person ${at}`, active: true, ...(padding > 0 ? { title: "x".repeat(padding) } : {}) });
    yield record(`member/g/u${at}`, { type: "User" });
  }
}
async function imported(world, size) {
  const made = await world.worker.api("POST", "/import?replace=true", [...records(size)].join(""), { "content-type": "application/x-ndjson" });
  assert.equal(made.status, 200, made.text);
  return made.body;
}

/** What the review page says: sentence, counts, the first rows of the matrix, and why for some of its cells. */
async function reviewed(page) {
  await page.getByRole("grid").waitFor();
  const said = {
    sentence: await page.getByRole("region", { name: "The change" }).getByRole("heading").innerText(),
    kinds: await page.getByRole("group", { name: "Kinds of change" }).getByRole("button").allInnerTexts(),
    rows: await page.getByText(/changes shown/).innerText(),
    matrix: await page.getByRole("grid").innerText(),
    why: [],
  };
  const cells = page.getByRole("gridcell", { name: /Why\?$/ });
  const count = Math.min(12, await cells.count());
  for (let at = 0; at < count; at += 2) {
    await cells.nth(at).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("region", { name: "After" }).waitFor();
    said.why.push(await drawer.innerText());
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  }
  await page.getByRole("tab", { name: "By cause" }).click();
  said.causes = await page.getByRole("table", { name: "Changes by cause" }).innerText();
  return said;
}

test("without a replica the worker's plans serve the same screens, to the letter", async (t) => {
  const world = await panel();
  t.after(() => world.end());
  const here = await world.open("review", { edits: CHANGE });
  const there = await world.open("review", { edits: CHANGE, search: "?replica=off" });
  await there.getByText("worked out by the server").waitFor();
  await here.getByText("worked out in this page").waitFor();
  const [one, other] = [await reviewed(here), await reviewed(there)];
  assert.ok(one.why.length >= 4, `${one.why.length} cells asked`);
  assert.deepEqual(other, one);

  // The tree shows what is pending, the explorer asks the worker, a PATCH is taken apart.
  await there.evaluate(() => { location.hash = "#/workspaces/f-playbooks"; });
  await there.getByRole("heading", { name: "Guides" }).waitFor();
  await there.evaluate(() => { location.hash = "#/explorer?mode=who&object=f-brand"; });
  await there.getByText(/people have access to Brand/).waitFor();
  await there.evaluate(() => { location.hash = "#/explorer?mode=can&person=u-amara.okafor&object=f-brand&can=edit"; });
  await there.getByText("Yes: Amara Okafor can edit Brand").waitFor();
  await there.evaluate(() => { location.hash = "#/compose"; });
  await there.getByRole("button", { name: "Examples" }).click();
  await there.getByRole("menuitem", { name: /Disable, rename/ }).click();
  await there.getByRole("list", { name: "Operations" }).waitFor();

  // It applies, and follows what others change.
  await there.evaluate(() => { location.hash = "#/review"; });
  await there.getByRole("button", { name: /^Apply/ }).click();
  await there.getByText("No change is pending").waitFor();
  assert.equal((await world.worker.admin("GET", "/Folders/f-playbooks")).body.displayName, "Guides");
  await there.evaluate(() => { location.hash = "#/workspaces/f-playbooks"; });
  await there.getByRole("heading", { name: "Guides" }).waitFor();
  await world.worker.admin("PATCH", "/Folders/f-playbooks", patch("", { op: "replace", path: "displayName", value: "Manuals" }).body);
  await there.getByRole("heading", { name: "Manuals" }).waitFor();
  assert.deepEqual(there.said, []);
});

test("over 20 MB of records: progress is told, the worker plans, everybody is counted", async (t) => {
  const world = await panel({ requests: [] });
  t.after(() => world.end());
  await imported(world, { users: 12_000, folders: 10, padding: 1_700 });
  const page = await world.open("explorer?mode=who&object=f3", { edits: [edit("Nobody any more", patch("/Workspaces/w", { op: "remove", path: 'grants[value eq "g"]' }))] });
  await page.getByText("12,000 people have access to Folder 3").waitFor({ timeout: 60_000 });
  await page.evaluate(() => { location.hash = "#/review"; });
  await page.getByText("12,000 people change: 12,000 lose everything.").waitFor({ timeout: 60_000 });
  await page.getByText("worked out by the server").waitFor();
  await page.getByText("132,000 changes shown").waitFor();
  await page.getByText("32,000 beyond what the page lists; all are counted").waitFor();
  await page.getByRole("button", { name: "Apply …" }).click();
  await page.getByText("Type 12000 to apply it anyway").waitFor();
});

test("a matrix of more than 100,000 rows: walked, filtered, exported; memory stays sane", async (t) => {
  const world = await panel({ requests: [] });
  t.after(() => world.end());
  await imported(world, { users: 2_000, folders: 60 });
  const page = await world.open("review", { edits: [edit("Nobody any more", patch("/Workspaces/w", { op: "remove", path: 'grants[value eq "g"]' }))] });
  const grid = page.getByRole("grid");
  await grid.waitFor();
  await page.getByText("122,000 of 122,000 changes shown").waitFor();
  assert.equal(await grid.getAttribute("aria-rowcount"), "2001");
  assert.equal(await grid.getAttribute("aria-colcount"), "62");
  const worked = await page.evaluate(() => performance.getEntriesByName("preview").at(-1).duration);
  t.diagnostic(`122,000 rows worked out and read in the page in ${worked.toFixed(0)} ms`);
  assert.ok(await grid.getByRole("gridcell").count() < 1_500, "only what is in sight is drawn");

  await grid.getByRole("gridcell", { name: /Why\?$/ }).first().focus();
  await page.keyboard.press("Control+End");
  await grid.getByText("Person 1999", { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), "1999 60");
  // Every frame of a scroll through the whole has rows in it.
  const blank = await page.evaluate(async () => {
    const scroll = document.querySelector("[role=grid]");
    let blank = 0;
    for (let top = scroll.scrollHeight; top > 0; top -= 2_000) {
      scroll.scrollTop = top;
      await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
      const box = scroll.getBoundingClientRect();
      const seen = [...scroll.querySelectorAll("[role=rowheader]")].some((one) => { const at = one.getBoundingClientRect(); return at.top > box.top && at.bottom < box.bottom; });
      if (!seen) blank += 1;
    }
    return blank;
  });
  assert.equal(blank, 0);
  const start = Date.now();
  await page.getByRole("searchbox", { name: "Filter by person or place" }).fill("person 1234");
  await page.getByText("61 of 122,000 changes shown").waitFor();
  t.diagnostic(`filtered in ${Date.now() - start} ms, typing included`);
  await page.getByText("121,939 hidden").waitFor();
  await page.getByRole("searchbox", { name: "Filter by person or place" }).fill("");
  await page.getByRole("tab", { name: "By person" }).click();
  await page.getByRole("table", { name: "Changes by person" }).waitFor();

  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  t.diagnostic(`JavaScript heap with 122,000 rows open: ${(usedSize / 1e6).toFixed(0)} MB`);
  assert.ok(usedSize < 150e6);
  assert.deepEqual(page.said, []);
});
