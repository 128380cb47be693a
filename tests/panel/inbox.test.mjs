// What waits for an administrator: held changes that turn red, and grants of those who came back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { faulty } from "../worker/start.mjs";
import { edit, panel, patch, violations } from "./start.mjs";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const HOUR = 3_600_000;
let world;
before(async () => { world = await panel(faulty()); });
after(() => world?.end());
const clock = (ahead) => world.worker.api("GET", "/session", undefined, { "x-clock": String(ahead) });

test("held for over 24 hours: red on every page, says what happens next, and names who still has access", async () => {
  const { worker, open } = world;
  assert.equal((await worker.scim("DELETE", "/Groups/g-support")).status, 403);
  const young = await open("workspaces");
  await young.getByText(/8 people removed by the identity provider still have access/).waitFor();
  assert.equal(await young.getByText(/Entra stops retrying after 7 days/).count(), 0);

  await clock(26 * HOUR);
  for (const theme of ["light", "dark"]) {
    const page = await open("workspaces", { theme });
    await page.getByText("8 people removed by the identity provider still have access, oldest 26 h.").waitFor();
    await page.getByText(/Entra stops retrying after 7 days/).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("link", { name: "Decide in the inbox" }).click();
    await page.getByText("over 24 h").waitFor();
    await page.getByText(/^Still have access: /).first().waitFor();
    assert.deepEqual(await violations(page), []);
    await page.evaluate(() => { location.hash = "#/organization"; });
    await page.getByText(/held for more than 24 h/).first().waitFor();
    assert.deepEqual(page.said, []);
  }
  await clock(0);
  const page = await open("inbox");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByText("Nothing is held").waitFor();
  await page.getByRole("tab", { name: "Dismissed" }).click();
  await page.getByRole("region", { name: /still have access/ }).waitFor();
});

test("a group that came back is offered what it had, and gets it by a reviewed change alone", async () => {
  const { worker, open } = world;
  const { version } = (await worker.api("GET", "/session")).body;
  const gone = await worker.api("POST", "/commit", { requests: [{ method: "DELETE", path: "/Groups/g-finance" }, { method: "DELETE", path: "/Users/u-elena.petrova" }], expect: version, approve: ["emptySource", "massLoss"] });
  assert.equal(gone.status, 200, gone.text);
  const again = await worker.scim("POST", "/Groups", { schemas: [GROUP], externalId: "entra-g-finance", displayName: "Finance and legal", members: [{ value: "u-kavya.nair" }] });
  assert.equal(again.status, 201, again.text);
  const { access } = (await worker.api("GET", "/access/u-kavya.nair")).body;
  assert.equal(access.some(({ object }) => object.id === "f-finance-c"), false, "nothing by itself");

  const page = await open("organization");
  await page.getByText("Finance and legal came back").waitFor();
  await page.getByRole("link", { name: "See what it was" }).click();
  const card = page.getByRole("region", { name: "Finance and legal came back" });
  await card.getByText("same externalId").waitFor();
  const offered = await card.getByRole("list", { name: "What the old one had" }).getByRole("listitem").allInnerTexts();
  assert.deepEqual(offered.map((line) => line.replaceAll("\n", " ")).sort(), ["Company / Finance Editor", "Customer care / Playbooks / Refunds Editor", "Sales / Contracts Viewer"]);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "JSON" }).click()]);
  assert.equal(JSON.parse(readFileSync(await download.path(), "utf8")).length, 3);

  await card.getByRole("button", { name: "Review giving them back" }).click();
  await page.getByText("Give Finance and legal what Finance had: 3 grants").waitFor();
  await page.getByRole("heading", { name: /^1 person changes: 1 gains access/ }).waitFor();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await page.getByText("No change is pending").waitFor();
  const after = (await worker.api("GET", "/access/u-kavya.nair")).body.access;
  assert.equal(after.find(({ object }) => object.id === "f-finance-c").role, "editor");
  await page.evaluate(() => { location.hash = "#/inbox?tab=returned"; });
  await page.getByText("Nobody came back").waitFor();

  // The same name alone is said to be no identity; a person is found by user name; who is not wanted is offered no more.
  const person = await worker.scim("POST", "/Users", { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "Elena.Petrova@acme.example", displayName: "Elena Petrova-Lang" });
  assert.equal(person.status, 201, person.text);
  const second = page.getByRole("region", { name: "Elena Petrova-Lang came back" });
  await second.getByText("same user name").waitFor();
  await second.getByRole("button", { name: "Do not offer again" }).click();
  await page.getByText("Nobody came back").waitFor();
  assert.deepEqual((await worker.api("GET", "/departed")).body.entries.map(({ id }) => id), ["g-finance"]);
  assert.deepEqual(page.said, []);
});

test("pasted requests are read by the rules they were pasted under, and two kinds do not mix", async () => {
  const entra = { ...edit("As Entra sends it", patch("/Groups/g-design", { op: "Remove", path: "members", value: [{ value: "u-amara.okafor" }] })), dialect: "entra" };
  const okta = { ...edit("As Okta sends it", patch("/Groups/g-sales", { op: "replace", value: { displayName: "Sales team" } })), dialect: "okta" };
  const mixed = await world.open("review", { edits: [entra, okta] });
  await mixed.getByText(/read by other rules than what was pasted before it/).waitFor();
  await mixed.getByRole("button", { name: "Take out: As Okta sends it" }).click();
  await mixed.getByRole("grid").waitFor();
  await mixed.getByRole("button", { name: "Apply", exact: true }).click();
  await mixed.getByText("No change is pending").waitFor();
  const { members } = (await world.worker.admin("GET", "/Groups/g-design")).body;
  assert.equal(members.some(({ value }) => value === "u-amara.okafor"), false);
  assert.deepEqual(mixed.said, []);
});
