// Each page's main task, end to end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { edit, panel, patch } from "./start.mjs";

let world;
before(async () => { world = await panel(); });
after(() => world?.end());

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const sentence = (page) => page.getByRole("region", { name: "The change" }).getByRole("heading").innerText();
const toReview = (page) => page.getByRole("region", { name: "Pending change" }).getByRole("link").click();
const quiet = (page) => assert.deepEqual(page.said, []);
async function apply(page) {
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await page.getByText("No change is pending").waitFor();
}

test("from a provisioned group to Editor on a folder to a removed member's access gone", async () => {
  const { worker, open } = world;
  const users = [];
  for (const name of ["robin.vale", "sam.ortiz"]) users.push((await worker.scim("POST", "/Users", { schemas: [USER], userName: `${name}@acme.example`, displayName: name })).body.id);
  const group = (await worker.scim("POST", "/Groups", { schemas: [GROUP], externalId: "e-1", displayName: "Illustrators", members: users.map((value) => ({ value })) })).body.id;

  const page = await open("organization");
  await page.getByRole("table", { name: "Groups" }).getByText("Illustrators").waitFor();
  await page.evaluate(() => { location.hash = "#/workspaces/f-campaign-drafts"; });
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByRole("combobox", { name: "Add a group or a person" }).pressSequentially("Illus");
  await page.getByRole("option", { name: /Illustrators/ }).click();
  await page.getByRole("button", { name: "Add to the change" }).click();
  await page.getByRole("region", { name: "Pending change" }).getByText("2 people change").waitFor();
  await toReview(page);
  assert.match(await sentence(page), /^2 people change: 2 gain access\.$/);
  await apply(page);
  const who = await worker.api("GET", "/who-has?type=Folder&id=f-campaign-drafts");
  for (const user of users) assert.equal(who.body.people.find((one) => one.user === user)?.role, "editor");

  // The provider removes one of them; the open page follows by itself.
  await page.evaluate((user) => { location.hash = `#/explorer?person=${user}`; }, users[0]);
  await page.getByRole("table", { name: "Access" }).getByText("Campaign drafts").waitFor();
  const removed = await worker.scim("PATCH", `/Groups/${group}`, { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "remove", path: `members[value eq "${users[0]}"]` }] });
  assert.equal(removed.status, 204);
  await page.getByText("No grant reaches them, directly or through a group.").waitFor();
  quiet(page);
});

test("several edits gather into one change, by dialog and by drag; one is taken out", async () => {
  const page = await world.open("workspaces/f-roadmap");
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await page.getByRole("combobox", { name: "Move into" }).pressSequentially("Company");
  await page.getByRole("option", { name: /^Company/ }).first().click();
  await page.getByRole("button", { name: "Add to the change" }).click();
  const tree = page.getByRole("tree");
  await tree.getByRole("treeitem", { name: /Pipeline/ }).dragTo(tree.getByRole("treeitem", { name: /^Contracts/ }));
  await toReview(page);
  await page.getByText("Move Roadmap into Company").waitFor();
  await page.getByText("Move Pipeline into Contracts").waitFor();
  await page.getByRole("button", { name: "Take out: Move Roadmap into Company" }).click();
  assert.equal(await page.getByRole("list", { name: "Edits in this change" }).getByRole("listitem").count(), 1);
  await page.getByRole("button", { name: "Discard all" }).click();
  await page.getByText("No change is pending").waitFor();
  quiet(page);
});

test("review: the matrix walks by keys, says why before and after, hides what is filtered and counts it, exports", async () => {
  const page = await world.open("review", { edits: [edit("Brand private", patch("/Folders/f-brand", { op: "replace", path: "audience", value: "private" })), edit("Press for viewers", patch("/Folders/f-press", { op: "replace", path: "audience", value: "parent" }))] });
  const grid = page.getByRole("grid");
  await grid.waitFor();
  const cell = grid.getByRole("gridcell", { name: /Why\?$/ }).first();
  await cell.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.evaluate(() => document.activeElement.dataset.cell ?? ""), /^1 1$/);
  await cell.click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("region", { name: "Before" }).waitFor();
  assert.match(await drawer.getByRole("region", { name: "After" }).innerText(), /After/);
  await page.keyboard.press("Escape");
  const total = Number(/of (\d+) changes/.exec(await page.getByText(/changes shown/).innerText())[1]);
  const loses = page.getByRole("button", { name: /^Loses access/ });
  const count = Number(/\d+/.exec(await loses.innerText())[0]);
  const shown = async () => Number(/^(\d+) of/.exec(await page.getByText(/changes shown/).innerText())[1]);
  const all = await shown();
  await loses.click();
  assert.equal(await shown(), all - count);
  await page.getByText(`${total - all + count} hidden`).waitFor();
  await loses.click();
  for (const [name, label] of [["By person", "person"], ["By place", "object"], ["By cause", "cause"]]) {
    await page.getByRole("tab", { name }).click();
    await page.getByRole("table", { name: `Changes by ${label}` }).waitFor();
  }
  await page.getByRole("cell", { name: /Brand private/ }).first().waitFor();
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "CSV" }).click()]);
  assert.equal(readFileSync(await download.path(), "utf8").split("\r\n").length, all + 1);
  quiet(page);
});

test("a guard that holds wants its number typed; one that forbids cannot be passed", async () => {
  const page = await world.open("review", { edits: [edit("Delete Finance", { method: "DELETE", path: "/Groups/g-finance" })] });
  await page.getByText("Held: Empty source").waitFor();
  await page.getByRole("button", { name: "Apply …" }).click();
  const field = page.getByRole("textbox", { name: /^Type \d+ to apply/ });
  const number = /\d+/.exec(await page.getByText(/^Type \d+ to apply/).innerText())[0];
  const go = page.getByRole("button", { name: `Apply to ${number}` });
  await field.fill("1");
  assert.equal(await go.isDisabled(), true);
  await field.fill(number);
  await go.click();
  await page.getByText("No change is pending").waitFor();
  assert.equal((await world.worker.admin("GET", "/Groups/g-finance")).status, 404);
  quiet(page);
  const forbidden = await world.open("review", { edits: [edit("No owners", patch("/Organization", { op: "remove", path: "owners" }))] });
  await forbidden.getByText("Forbidden: Last owner").waitFor();
  assert.equal(await forbidden.getByRole("button", { name: /^Apply/ }).isDisabled(), true);
});

test("a change under one's feet is worked out again, and what differs is shown", async () => {
  const { worker, open } = world;
  const page = await open("review", { edits: [edit("Incidents private", patch("/Folders/f-incidents", { op: "replace", path: "audience", value: "private" }))] });
  await page.getByRole("grid").waitFor();
  const first = await sentence(page);
  const done = await worker.admin("PATCH", "/Groups/g-engineering", { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "add", path: "members", value: [{ value: "u-mei.lin" }] }] });
  assert.ok(done.status < 300, done.text);
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await page.getByText("The organization changed while you were looking").waitFor();
  await page.getByText(/New: Mei Lin on Incidents/).waitFor();
  assert.notEqual(await sentence(page), first);
  await page.getByRole("button", { name: "Understood" }).click();
  await page.getByRole("button", { name: "Discard all" }).click();
  // The refusal itself is a failed request, which the browser tells on its console.
  assert.deepEqual(page.said.filter((line) => !line.includes("409")), []);
});

test("compose: issues with path and pointer while typing, a PATCH operation by operation, then review", async () => {
  const page = await world.open("compose");
  const area = page.getByRole("textbox", { name: "SCIM requests" });
  await area.fill('{"method": "POST", "path": "/Users", "body": {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "x@acme.example", "emails": [{"value": 7}]}}');
  await page.getByText("/emails/0/value").waitFor();
  await area.fill("{ not yet");
  await page.getByText(/This is no JSON yet/).waitFor();
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: /Disable, rename/ }).click();
  const operations = page.getByRole("list", { name: "Operations" });
  await operations.waitFor();
  assert.equal(await operations.getByRole("listitem").count(), 4);
  await page.getByRole("button", { name: "Review what it does" }).click();
  await page.getByRole("region", { name: "The change" }).waitFor();
  await page.getByRole("button", { name: "Discard all" }).click();
  quiet(page);
});

test("provision on demand: requests, answers and the access they bring", async () => {
  const page = await world.open("compose?tab=demand");
  await page.getByRole("textbox", { name: "Directory file" }).fill("userName,displayName,department\nana.lima@acme.example,Ana Lima,Design\n");
  await page.getByRole("checkbox", { name: /Ana Lima/ }).check();
  await page.getByRole("combobox", { name: "Group", exact: true }).pressSequentially("Design");
  await page.getByRole("option", { name: /Design/ }).first().click();
  await page.getByRole("button", { name: "Try it" }).click();
  await page.getByText(/1 person changes/).waitFor();
  await page.getByText("201").waitFor();
  await page.getByRole("button", { name: "Review", exact: true }).click();
  await page.getByText("Provision 1 person into Design").waitFor();
  await apply(page);
  quiet(page);
});

test("inbox: a held removal is loud, is approved by its number, and then the access is gone; history undoes", async () => {
  const { worker, open } = world;
  assert.equal((await worker.scim("DELETE", "/Groups/g-support")).status, 403);
  const page = await open("inbox");
  await page.getByRole("heading", { name: /still ha(ve|s) access/ }).first().waitFor();
  await page.getByRole("button", { name: /Review and approve/ }).click();
  const label = page.getByText(/^Type \d+ to approve/);
  const number = /\d+/.exec(await label.innerText())[0];
  await page.getByRole("textbox", { name: /^Type/ }).fill(number);
  await page.getByRole("button", { name: "Approve and apply" }).click();
  await page.getByText("Nothing is held").waitFor();
  assert.equal((await worker.admin("GET", "/Groups/g-support")).status, 404);
  await page.evaluate(() => { location.hash = "#/history"; });
  await page.getByRole("region", { name: "Changes" }).getByRole("link").first().click();
  await page.getByRole("button", { name: "Undo …" }).click();
  await page.getByText(/^Undo #/).first().waitFor();
  await apply(page);
  assert.equal((await worker.admin("GET", "/Groups/g-support")).status, 200);
  quiet(page);
});

test("explorer: can somebody do something, and why", async () => {
  const page = await world.open("explorer?mode=can&person=u-amara.okafor&object=f-brand&can=edit");
  await page.getByText("Yes: Amara Okafor can edit Brand").waitFor();
  await page.getByRole("region", { name: /^Role/ }).waitFor();
  await page.evaluate(() => { location.hash = "#/explorer?mode=who&object=f-brand"; });
  await page.getByRole("table", { name: "People with access" }).waitFor();
  quiet(page);
});

test("guards: a setting is a reviewed change, and hindsight is shown", async () => {
  const page = await world.open("guards");
  const card = page.getByRole("region", { name: "Mass loss" });
  await card.getByText(/changes it would have caught/).waitFor();
  await card.getByRole("spinbutton", { name: "At least", exact: true }).fill("9");
  await page.keyboard.press("Tab");
  await page.getByRole("region", { name: "Pending change" }).getByText("Nobody’s access changes").waitFor();
  await toReview(page);
  await apply(page);
  assert.equal((await world.worker.admin("GET", "/Organization")).body.guards.find(({ type }) => type === "massLoss").count, 9);
  quiet(page);
});

test("organization: a token is shown once and works; a setting is reviewed", async () => {
  const page = await world.open("organization");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = await page.getByRole("textbox", { name: "token", exact: true }).inputValue();
  await page.getByRole("button", { name: "I have copied it" }).click();
  assert.equal((await fetch(`${world.worker.url}/scim/v2/default/Users?count=1`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  await page.getByRole("switch", { name: "Allow members to create workspaces" }).click();
  await toReview(page);
  await apply(page);
  assert.equal((await world.worker.admin("GET", "/Organization")).body.membersCanCreateWorkspaces, false);
  quiet(page);
});
