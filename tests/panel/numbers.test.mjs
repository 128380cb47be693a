// What the page shows equals what the worker works out and what a brute-force count finds; and how fast it is there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Organization } from "scim-policy";
import { edit, panel, patch } from "./start.mjs";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ROLES = ["viewer", "checker", "editor", "admin", "owner"];
/** Numbers that look random and are the same each time. */
function random(seed) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

function organizationOf({ users, groups, folders, seed }) {
  const next = random(seed);
  const below = (most) => Math.floor(next() * most);
  const requests = [];
  for (let at = 0; at < users; at++) requests.push({ method: "POST", path: "/Users", id: `u${at}`, body: { schemas: [USER], userName: `user${at}@acme.example`, displayName: `User ${at}`, active: next() > 0.05 } });
  for (let at = 0; at < groups; at++) requests.push({ method: "POST", path: "/Groups", id: `g${at}`, body: { schemas: [GROUP], displayName: `Group ${at}`, members: Array.from({ length: users }, (_, user) => user).filter(() => next() < 3 / groups).map((user) => ({ value: `u${user}`, type: "User" })) } });
  const grants = () => [...new Set(Array.from({ length: below(4) }, () => below(groups)))].map((group) => ({ value: `g${group}`, type: "Group", role: ROLES[below(3)] }));
  requests.push({ method: "POST", path: "/Workspaces", id: "w0", body: { schemas: ["urn:scim-policy:schemas:1.0:Workspace"], displayName: "Everything", grants: [{ value: "g0", type: "Group", role: "editor" }, { value: "g1", type: "Group", role: "checker" }, { value: "g2", type: "Group", role: "viewer" }] } });
  for (let at = 0; at < folders; at++) {
    const inside = at < 8 ? null : below(at);
    requests.push({ method: "POST", path: "/Folders", id: `f${at}`, body: { schemas: ["urn:scim-policy:schemas:1.0:Folder"], displayName: `Folder ${at}`, audience: ["parent", "parent", "viewer", "checker", "private"][below(5)], parent: inside === null ? { value: "w0", type: "Workspace" } : { value: `f${inside}`, type: "Folder" }, grants: grants() } });
  }
  return requests;
}

/** Every user on every place, by the rules and nothing else. */
function everyAccess(records) {
  const users = new Map();
  const groups = new Map();
  const places = new Map();
  for (const { key, value } of records) {
    const [kind, from, to] = key.split("/");
    if (kind === "user") users.set(from, value.active !== false);
    if (kind === "workspace" || kind === "folder") places.set(from, { ...(places.get(from) ?? { grants: [] }), parent: value.parent?.value ?? null, audience: value.audience ?? "private" });
    if (kind === "member") groups.set(from, (groups.get(from) ?? new Set()).add(to));
  }
  const rank = (role) => ROLES.indexOf(role) + 1;
  const grants = new Map();
  for (const { key, value } of records) if (key.startsWith("grant/")) {
    const [, at, subject] = key.split("/");
    grants.set(at, [...(grants.get(at) ?? []), [subject, rank(value.role)]]);
  }
  const found = new Map();
  for (const [user, active] of users) {
    if (!active) continue;
    const held = new Map();
    const subjects = new Set([user]);
    for (const subject of subjects) for (const [group, members] of groups) if (members.has(subject)) subjects.add(group);
    const potential = (id) => {
      if (held.has(id)) return held.get(id);
      const { parent, audience } = places.get(id);
      let role = 0;
      for (const [subject, own] of grants.get(id) ?? []) if (subjects.has(subject)) role = Math.max(role, own);
      if (parent !== null && audience !== "private") {
        const carried = potential(parent);
        role = Math.max(role, carried > 3 || audience === "parent" ? carried : Math.min(carried, rank(audience)));
      }
      held.set(id, role);
      return role;
    };
    for (const id of places.keys()) if (potential(id) > 0) found.set(`${user} ${id}`, potential(id));
  }
  return found;
}

const parsed = (text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
const shownCounts = (page) => page.getByRole("group", { name: "Kinds of change" }).getByRole("button").allInnerTexts().then((texts) => texts.map((text) => Number(/([\d,]+)$/.exec(text)[1].replaceAll(",", ""))));

/** Changes of every kind, some of them together. */
const CHANGES = [
  [patch("/Folders/f0", { op: "replace", path: "audience", value: "private" }), patch("/Workspaces/w0", { op: "remove", path: 'grants[value eq "g1"]' })],
  [{ method: "DELETE", path: "/Groups/g0" }, patch("/Folders/f1", { op: "replace", path: "audience", value: "viewer" })],
  [patch("/Folders/f9", { op: "replace", path: "parent", value: { value: "f2", type: "Folder" } }), { method: "DELETE", path: "/Users/u3" }, patch("/Users/u4", { op: "replace", path: "active", value: false })],
  [patch("/Groups/g2", { op: "add", path: "members", value: [{ value: "g0", type: "Group" }] }), { method: "DELETE", path: "/Folders/f3" }],
];
for (const [at, requests] of CHANGES.entries()) for (const search of at % 2 === 0 ? ["", "?replica=off"] : [""]) {
  const seed = at + 1;
  test(`a random organization, ${seed}${search}: page, worker and brute force agree`, async (t) => {
    const world = await panel({ requests: organizationOf({ users: 60, groups: 9, folders: 25, seed }) });
    t.after(() => world.end());
    const page = await world.open("review", { search, edits: requests.map((request, index) => edit(`Edit ${index}`, request)) });
    await page.getByRole("group", { name: "Kinds of change" }).waitFor();
    const shown = await shownCounts(page);
    const sentence = await page.getByRole("region", { name: "The change" }).getByRole("heading").innerText();
    const planned = (await world.worker.api("POST", "/plan", { requests })).body.access.summary;
    assert.deepEqual(shown, ["revoke", "downgrade", "grant", "upgrade", "latent", "masked"].map((kind) => planned.kinds[kind]));

    const records = (await world.worker.api("GET", "/feed")).text;
    const before = everyAccess(parsed(records));
    const organization = new Organization();
    organization.restore(records);
    const plan = organization.plan(requests, { actor: { kind: "system" } });
    organization.restore(plan.records);
    const after = everyAccess(parsed(new TextDecoder().decode(organization.records())));
    organization.free();
    const counts = { revoke: 0, downgrade: 0, grant: 0, upgrade: 0 };
    const [gain, lose] = [new Set(), new Set()];
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(key) ?? 0, after.get(key) ?? 0];
      if (was !== is) counts[was === 0 ? "grant" : is === 0 ? "revoke" : is > was ? "upgrade" : "downgrade"] += 1;
      if (was !== is) (is > was ? gain : lose).add(key.split(" ")[0]);
    }
    assert.deepEqual(shown.slice(0, 4), Object.values(counts));
    assert.ok(shown[0] + shown[1] > 0, "the change changes something");
    const owners = (all) => new Set([...all.keys()].map((key) => key.split(" ")[0]));
    const left = owners(after);
    const lockedOut = [...owners(before)].filter((user) => !left.has(user)).length;
    const number = (words) => Number(words.exec(sentence)?.[1] ?? 0);
    assert.deepEqual(
      [number(/^(\d+) (?:person|people)/), number(/(\d+) gains? access/), number(/(\d+) loses? some/) + number(/(\d+) loses? everything/), number(/(\d+) loses? everything/)],
      [new Set([...gain, ...lose]).size, gain.size, lose.size, lockedOut], sentence,
    );
  });
}

test("1,000 users by 200 folders: the preview is seen after the click, and how soon is reported (the aim: 100 ms)", async (t) => {
  const world = await panel({ requests: organizationOf({ users: 1_000, groups: 20, folders: 200, seed: 7 }) });
  t.after(() => world.end());
  const page = await world.open("workspaces/w0");
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  const times = [];
  for (let round = 0; round < 5; round++) {
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("button", { name: "Remove Group 0" }).click();
    // From the click until the sentence stands in the page, in the page's own clock.
    const took = await page.evaluate(() => new Promise((done) => {
      const button = [...document.querySelectorAll("button")].find((one) => one.textContent === "Add to the change");
      const start = performance.now();
      const watch = new MutationObserver(() => {
        if (!/people? changes?|access changes/.test(document.querySelector('[aria-label="Pending change"]')?.textContent ?? "")) return;
        watch.disconnect();
        requestAnimationFrame(() => done(performance.now() - start));
      });
      watch.observe(document.body, { childList: true, subtree: true, characterData: true });
      button.click();
    }));
    times.push(took);
    if (round === 0) t.diagnostic(await page.getByRole("region", { name: "Pending change" }).innerText());
    await page.getByRole("region", { name: "Pending change" }).getByRole("button", { name: "Discard" }).click();
    await page.getByRole("region", { name: "Pending change" }).waitFor({ state: "detached" });
  }
  const worked = await page.evaluate(() => performance.getEntriesByName("preview").map((entry) => entry.duration.toFixed(0)));
  t.diagnostic(`of that, planning and reading the rows: ${worked.join(", ")} ms`);
  times.sort((a, b) => a - b);
  t.diagnostic(`from click to sentence: ${times.map((time) => time.toFixed(0)).join(", ")} ms, median ${times[2].toFixed(0)} ms`);
  assert.equal(times.length, 5);
});
