// Requests through `Organization.handle`, on 1,000 users and on 100,000: an indexed filter and a page cost what they find,
// and what looks at every resource is said to. Both hold the same people and groups; what a filter finds is compared first.
import { deepStrictEqual } from "node:assert";
import { Organization } from "../pkg/node.js";
import { median, race, ratios, table, targetsTable } from "./measure.mjs";

const sizes = [1_000, 100_000];
const core = "urn:ietf:params:scim:schemas:core:2.0";
const id = (at) => `${((at * 2654435761) >>> 0).toString(16).padStart(8, "0")}-0000-4000-8000-${at.toString(16).padStart(12, "0")}`;

function organization(users) {
  const records = [];
  for (let at = 0; at < users; at++) {
    records.push({
      key: `user/${id(at)}`,
      value: {
        schemas: [`${core}:User`], userName: `user${at}@acme.example`, externalId: `x${at}`, active: true,
        name: { givenName: "Some", familyName: `Family ${(at * 7919) % 100_000}` },
        emails: [{ type: "work", value: `mail${at}@acme.example`, primary: true }],
      },
    });
    records.push({ key: `member/staff${Math.floor(at / 100)}/${id(at)}`, value: { type: "User" } });
    if (at % 2 === 0) records.push({ key: `member/half/${id(at)}`, value: { type: "User" } });
  }
  for (const name of [...Array(users / 100).keys()].map((at) => `staff${at}`).concat("half")) {
    records.push({ key: `group/${name}`, value: { schemas: [`${core}:Group`], displayName: `Group ${name}` } });
  }
  const made = new Organization();
  made.restore(records);
  return made;
}

const context = { now: 0, actor: { kind: "system" } };
const organizations = sizes.map(organization);
const get = (made, path) => {
  const answer = made.handle({ method: "GET", path }, context);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.body}`);
  return answer.body;
};
const filter = (text) => encodeURIComponent(text);

// [what, the path for so many users, the most that 100,000 may cost of what 1,000 do, if anything bounds it]
const asked = [
  ["filter: userName eq", () => `/Users?filter=${filter('userName eq "USER77@acme.example"')}`, 3],
  ["filter: id eq", () => `/Users?filter=${filter(`id eq "${id(77)}"`)}`, 3],
  ["filter: externalId eq", () => `/Users?filter=${filter('externalId eq "x77"')}`, 3],
  ["filter: emails.value eq", () => `/Users?filter=${filter('emails.value eq "mail77@acme.example"')}`, 3],
  ["filter: displayName of a group eq", () => `/Groups?excludedAttributes=members&filter=${filter('displayName eq "group half"')}`, 3],
  ["filter: members eq and id eq", () => `/Groups?attributes=id&filter=${filter(`id eq "half" and members.value eq "${id(78)}"`)}`, 3],
  ["page: the first 20", () => "/Users?count=20", 2],
  ["page: 20 from the middle", (users) => `/Users?count=20&startIndex=${users / 2}`, 2],
  ["page: 20 by cursor from the middle", (_, cursor) => `/Users?count=20&cursor=${cursor}`, 2],
  ["page: 10 groups without members", () => "/Groups?count=10&excludedAttributes=members", 2],
  ["group of half of all, without members", () => "/Groups/half?excludedAttributes=members", 2],
  ["page: 20 sorted by name.familyName (looks at all)", () => "/Users?count=20&sortBy=name.familyName"],
  ["filter: name.familyName sw (looks at all)", () => `/Users?filter=${filter('name.familyName sw "Family 99"')}&count=20&attributes=id`],
];

const goals = [];
const rows = [];
const cursors = organizations.map((made, at) => {
  let cursor = "";
  for (let users = sizes[at] / 2; users > 0; users -= 1000) {
    cursor = JSON.parse(get(made, `/Users?attributes=id&count=${Math.min(users, 1000)}&cursor=${cursor}`)).nextCursor;
  }
  return cursor;
});
for (const [what, path, most] of asked) {
  const paths = sizes.map((users, at) => path(users, cursors[at]));
  const found = organizations.map((made, at) => JSON.parse(get(made, paths[at])).Resources?.map((resource) => resource.id));
  if (what.startsWith("filter") && most) deepStrictEqual(found[1], found[0]);
  const times = await race(
    { small: () => get(organizations[0], paths[0]), large: () => get(organizations[1], paths[1]) },
    most ? {} : { rounds: 5, micros: 1000, warm: 20_000 },
  );
  rows.push([what, median(times.small).toFixed(1), median(times.large).toFixed(1)]);
  if (most) goals.push({ what, of: ratios(times, "large", "small"), most });
}
table("GET through handle, median µs", ["", "of 1,000 users", "of 100,000 users"], rows);
targetsTable("Protocol: what 100,000 users cost of what 1,000 do", goals);
