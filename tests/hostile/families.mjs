// Input that grows: what takes time linear in its length must still do so when someone means harm. For each family a function
// of n gives a call and what it is timed on; doubling n must about double the time.
import { GROUP, PATCH, USER, context } from "./good.mjs";

const WORKSPACE = "urn:scim-policy:schemas:1.0:Workspace";
const FOLDER = "urn:scim-policy:schemas:1.0:Folder";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const encoder = new TextEncoder();

const list = (n, make) => Array.from({ length: n }, (_, index) => make(index));
const many = (n, make) => list(n, make).join(",");
const user = (more) => `{"schemas":["${USER}"],"userName":"ada",${more}}`;
const group = (n) => `{"schemas":["${GROUP}"],"displayName":"Design","members":[${many(n, (i) => `{"value":"u${i}"}`)}]}`;
const emails = (n) => user(`"emails":[${many(n, (i) => `{"value":"a${i}@x.example","type":"t${i}"}`)}]`);
const patchOf = (operations) => `{"schemas":["${PATCH}"],"Operations":[${operations}]}`;
const LIMITS = { payloadBytes: 2 ** 27, patchOperations: 1_000_000, bulkOperations: 1_000_000, filterLength: 1_000_000, pageSize: 1_000_000, groupDepth: 1_000_000, folderDepth: 1_000_000 };

const validating = (text, options) => ({ validate }) => {
  const bytes = encoder.encode(text);
  return () => validate(bytes, options).issues.length;
};
const patching = (resource, patch, options) => ({ applyPatch }) => {
  const [given, bytes] = [encoder.encode(resource), encoder.encode(patch)];
  return () => applyPatch(given, bytes, options).text.length;
};
const refusing = (call) => (scim) => {
  const asked = call(scim);
  return () => {
    try {
      asked();
    } catch (error) {
      return error.message.length;
    }
    throw new Error("answered where it should refuse");
  };
};
const matching = (filter, resource, options) => ({ Filter }) => {
  const made = new Filter(filter, options);
  const bytes = encoder.encode(resource);
  return () => made.matches(bytes);
};
const parsing = (text, options) => ({ Filter }) => () => {
  const filter = new Filter(text, options);
  filter.free();
};

/** Records of users u0…, groups g0…, a workspace w and what `more` adds. */
const records = (users, groups, more = []) => encoder.encode([
  ...list(users, (i) => ({ key: `user/u${i}`, value: { schemas: [USER], id: `u${i}`, userName: `u${i}` } })),
  ...list(groups, (i) => ({ key: `group/g${i}`, value: { schemas: [GROUP], id: `g${i}`, displayName: `g${i}` } })),
  { key: "workspace/w", value: { schemas: [WORKSPACE], id: "w", displayName: "w" } },
  ...more,
].map((record) => JSON.stringify(record)).join("\n"));
const member = (i, subject, type = "User") => ({ key: `member/g${i}/${subject}`, value: { type } });
const grant = (object, subject, type, role = "editor") => ({ key: `grant/${object}/${subject}`, value: { type, role } });
const folder = (i, parent, type) => ({ key: `folder/f${i}`, value: { schemas: [FOLDER], id: `f${i}`, displayName: `f${i}`, parent: { value: parent, type }, audience: "parent" } });
/** Plans `request` on an organization of `lines`, again and again. */
const planning = (lines, requests, { dialect = "entra", approve = [], lists = 0 } = {}) => ({ Organization }) => {
  const organization = new Organization({ dialect, limits: LIMITS });
  organization.restore(lines);
  return () => {
    const plan = organization.plan(requests, { ...context(), newId: ids(), approve, accessLimit: lists });
    const status = plan.responses.at(-1).status;
    if (status >= 400) throw new Error(plan.responses.at(-1).body);
    return lists === 0 ? plan.access.summary.users : plan.access.changes.length;
  };
};
const ids = () => {
  let next = 0;
  return () => `n${next++}`;
};
const restoring = (lines) => ({ Organization }) => () => {
  const organization = new Organization({ limits: LIMITS });
  organization.restore(lines);
  organization.free();
};
const RING = 40;
const newGroup = (i, members) => `{"method":"POST","path":"/Groups","bulkId":"b${i}","data":{"schemas":["${GROUP}"],"displayName":"x${i}","members":[${members.map((at) => `{"value":"bulkId:b${at}"}`)}]}}`;
const bulk = (operations) => ({ method: "POST", path: "/Bulk", body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[${operations}]}` });
const patchGroup = (operations) => ({ method: "PATCH", path: "/Groups/g0", body: patchOf(operations) });

/** {name: [n, (n) => (scim) => call]}; n is chosen so that a call takes some milliseconds. */
export const families = {
  "a long string": [400_000, (n) => validating(user(`"title":"${"x".repeat(n)}"`))],
  "a long string of escapes": [100_000, (n) => validating(user(`"title":"${"\\u00e9".repeat(n)}"`))],
  "a long number": [200_000, (n) => validating(user(`"unknown":${"9".repeat(n)}`), { dialect: "entra" })],
  "white space": [400_000, (n) => validating(`${" ".repeat(n)}${user('"title":"x"')}`)],
  "unknown names": [5_000, (n) => validating(user(many(n, (i) => `"k${i}":1`)), { dialect: "entra" })],
  "one name, again and again": [5_000, (n) => validating(user(many(n, () => '"title":"x"')))],
  "one name in many spellings": [5_000, (n) => validating(user(many(n, (i) => `"${[..."nicknamenickname"].map((c, bit) => (i >> bit & 1 ? c.toUpperCase() : c)).slice(0, 8).join("")}":"x"`)))],
  "names that differ in their last letter": [3_000, (n) => validating(user(many(n, (i) => `"${"k".repeat(40)}${i}":1`)), { dialect: "okta" })],
  "many issues": [3_000, (n) => validating(user(`"emails":[${many(n, () => '{"value":7,"type":8,"nobody":9}')}]`))],
  "elements": [4_000, (n) => validating(emails(n))],
  "many primaries": [4_000, (n) => validating(user(`"emails":[${many(n, (i) => `{"value":"${i}","primary":true}`)}]`))],
  "members": [10_000, (n) => validating(group(n))],
  "members as text of JSON": [5_000, (n) => validating(`{"schemas":["${GROUP}"],"displayName":"x","members":[${many(n, (i) => `"{\\"value\\":\\"${i}\\"}"`)}]}`, { dialect: "entra" })],
  "schemas": [5_000, (n) => validating(`{"schemas":["${USER}",${many(n, (i) => `"urn:example:s${i}"`)}],"userName":"x"}`, { dialect: "entra" })],
  "the same schema": [5_000, (n) => validating(`{"schemas":[${many(n, () => `"${USER}"`)}],"userName":"x"}`)],
  "a list in a list": [10_000, (n) => validating(user(`"unknown":[${many(n, () => "[[[]]]")}]`), { dialect: "entra" })],
  "nothing but depth": [200_000, (n) => refusing(validating("[".repeat(n)))],
  "operations in a payload": [2_000, (n) => validating(patchOf(many(n, (i) => `{"op":"add","path":"emails[type eq \\"t${i}\\"].value","value":"x"}`)), { purpose: "patch", resourceType: "User" })],
  "a bulk with references": [100, (n) => validating(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[${many(n, (i) => `{"method":"POST","path":"/Groups","bulkId":"b${i}","data":{"schemas":["${GROUP}"],"displayName":"x","members":[{"value":"bulkId:b${(i + 1) % n}"}]}}`)}]}`, { purpose: "bulk" })],
  "attributes of a search": [5_000, (n) => validating(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"attributes":[${many(n, () => '"userName"')}]}`, { purpose: "search" })],

  "add one member to many": [10_000, (n) => patching(group(n), patchOf('{"op":"add","path":"members","value":[{"value":"x"}]}'))],
  "add members to as many": [5_000, (n) => patching(group(n), patchOf(`{"op":"add","path":"members","value":[${many(n, (i) => `{"value":"v${i}"}`)}]}`))],
  "add members who are there": [5_000, (n) => patching(group(n), patchOf(`{"op":"add","path":"members","value":[${many(n, (i) => `{"value":"u${i}"}`)}]}`))],
  "add the same member": [5_000, (n) => patching(group(n), patchOf(`{"op":"add","path":"members","value":[${many(n, () => '{"value":"v"}')}]}`))],
  "remove members by a list": [5_000, (n) => patching(group(n), patchOf(`{"op":"remove","path":"members","value":[${many(n, (i) => `{"value":"u${i}"}`)}]}`), { dialect: "entra" })],
  "replace members": [5_000, (n) => patching(group(n), patchOf(`{"op":"replace","path":"members","value":[${many(n, (i) => `{"value":"u${n - i}"}`)}]}`))],
  "one member by each operation": [500, (n) => patching(group(n), patchOf(many(n, (i) => `{"op":"add","path":"members","value":[{"value":"v${i}"}]}`)))],
  "remove each by its filter": [500, (n) => patching(group(n), patchOf(many(n, (i) => `{"op":"remove","path":"members[value eq \\"u${i}\\"]"}`)))],
  "operations on one attribute": [900, (n) => patching(user('"title":"x"'), patchOf(many(n, (i) => `{"op":"replace","path":"title","value":"${i}"}`)))],
  "operations without a path": [900, (n) => patching(user('"title":"x"'), patchOf(many(n, (i) => `{"op":"replace","value":{"title":"${i}","name.givenName":"y","${ENTERPRISE}:department":"d"}}`)))],
  // Without an `eq` each operation looks at each element: what is linear is the one for a given number of the other.
  "elements chosen by filters": [400, (n) => patching(emails(50), patchOf(many(n, (i) => `{"op":"replace","path":"emails[type sw \\"t${i % 50}\\"].value","value":"x${i}"}`)))],
  "elements made by filters": [400, (n) => patching(user('"title":"x"'), patchOf(many(n, (i) => `{"op":"add","path":"emails[type eq \\"t${i}\\"].value","value":"x${i}"}`)))],
  "elements removed by their types": [400, (n) => patching(emails(n), patchOf(many(n, (i) => `{"op":"remove","path":"emails[type eq \\"t${i}\\"]"}`)))],
  "one primary after another": [400, (n) => patching(emails(1), patchOf(many(n, (i) => `{"op":"add","path":"emails","value":[{"value":"p${i}","primary":true}]}`)))],
  "the primary handed on": [400, (n) => patching(emails(n), patchOf(many(n, (i) => `{"op":"replace","path":"emails[type eq \\"t${i}\\"].primary","value":true}`)))],
  "add elements to as many": [2_000, (n) => patching(emails(n), patchOf(`{"op":"add","path":"emails","value":[${many(n, (i) => `{"value":"b${i}@x.example","type":"t${i}"}`)}]}`))],
  "add elements without a value": [1_000, (n) => patching(user('"title":"x"'), patchOf(`{"op":"add","path":"emails","value":[${many(n, (i) => `{"type":"t${i}"}`)}]}`))],
  "a sub-attribute of all elements": [3_000, (n) => patching(emails(n), patchOf('{"op":"replace","path":"emails.type","value":"x"}'))],
  "a primary among many": [3_000, (n) => patching(emails(n), patchOf('{"op":"add","path":"emails","value":[{"value":"p","primary":true}]}'))],
  "a path-less value of many names": [2_000, (n) => refusing(patching(user('"title":"x"'), patchOf(`{"op":"replace","value":{${many(n, (i) => `"title${i}":"x"`)}}}`)))],
  "one target named many times": [2_000, (n) => refusing(patching(user('"title":"x"'), patchOf(`{"op":"replace","value":{${many(n, () => '"title":"x"')}}}`)))],
  "a long path": [20_000, (n) => refusing(patching(user('"title":"x"'), patchOf(`{"op":"add","path":"${"a.".repeat(n)}b","value":"x"}`)))],
  "a long filter in a path": [150, (n) => patching(emails(50), patchOf(`{"op":"remove","path":"emails[${list(n / 2, () => 'type eq \\"x\\"').join(" or ")}]"}`))],

  "parse: and, and, and": [100, (n) => parsing(list(n, () => 'userName eq "x"').join(" and "))],
  "parse: groups of or": [60, (n) => parsing(list(n, () => "(userName pr or title pr)").join(" and "))],
  "parse: a long constant": [3_000, (n) => parsing(`userName eq "${"x".repeat(n)}"`)],
  "parse: escapes": [400, (n) => parsing(`userName eq "${"\\u00e9".repeat(n)}"`)],
  "match: or over one value": [100, (n) => matching(list(n, (i) => `userName eq "${i}"`).join(" or "), user('"title":"x"'))],
  "match: many elements": [5_000, (n) => matching('emails[type eq "none" and value co "none"]', emails(n))],
  "match: long text": [200_000, (n) => matching(`title co "${"x".repeat(100)}y"`, user(`"title":"${"x".repeat(n)}"`))],
  "select: many resources": [2_000, (n) => ({ Filter }) => {
    const filter = new Filter('userName eq "none"');
    const bytes = encoder.encode(`[${many(n, () => user('"title":"x"'))}]`);
    return () => filter.select(bytes).length;
  }],

  "restore: users": [3_000, (n) => restoring(records(n, 0))],
  "restore: members": [8_000, (n) => restoring(records(n, 1, list(n, (i) => member(0, `u${i}`))))],
  "restore: a chain of groups": [3_000, (n) => restoring(records(1, n, list(n - 1, (i) => member(i, `g${i + 1}`, "Group"))))],
  "restore: a chain of folders, innermost first": [2_000, (n) => restoring(records(1, 0, list(n, (i) => folder(n - i, i === n - 1 ? "w" : `f${n - i - 1}`, i === n - 1 ? "Workspace" : "Folder"))))],
  "restore: dangling": [5_000, (n) => restoring(records(0, 1, list(n, (i) => member(0, `u${i}`))))],
  "plan: members": [3_000, (n) => planning(records(n, 1, [grant("w", "g0", "Group")]), patchGroup(`{"op":"add","path":"members","value":[${many(n, (i) => `{"value":"u${i}"}`)}]}`))],
  "plan: members, listed": [2_000, (n) => planning(records(n, 1, [grant("w", "g0", "Group")]), patchGroup(`{"op":"add","path":"members","value":[${many(n, (i) => `{"value":"u${i}"}`)}]}`), { lists: 1_000_000 })],
  "plan: a group of many is deleted": [8_000, (n) => planning(records(n, 1, [grant("w", "g0", "Group"), ...list(n, (i) => member(0, `u${i}`))]), { method: "DELETE", path: "/Groups/g0" })],
  "plan: a member of a chain of groups": [2_000, (n) => planning(records(2, n, [grant("w", "g0", "Group"), member(n - 1, "u0"), ...list(n - 1, (i) => member(i, `g${i + 1}`, "Group"))]), { method: "PATCH", path: `/Groups/g${n - 1}`, body: patchOf('{"op":"add","path":"members","value":[{"value":"u1"}]}') })],
  "plan: a ring of groups": [2_000, (n) => planning(records(2, n, [grant("w", "g0", "Group"), ...list(n, (i) => member(i, `g${(i + 1) % n}`, "Group"))]), { method: "PATCH", path: `/Groups/g${n - 1}`, body: patchOf('{"op":"add","path":"members","value":[{"value":"u1"}]}') })],
  "plan: grants on one object": [2_000, (n) => planning(records(n, 0), { method: "PATCH", path: "/Workspaces/w", body: patchOf(`{"op":"add","path":"grants","value":[${many(n, (i) => `{"value":"u${i}","type":"User","role":"viewer"}`)}]}`) })],
  "plan: grants of one user": [2_000, (n) => planning(records(1, 0, list(n, (i) => [folder(i, "w", "Workspace"), grant(`f${i}`, "u0", "User")]).flat()), { method: "PATCH", path: "/Users/u0", body: patchOf('{"op":"replace","path":"active","value":false}') })],
  "plan: a chain of folders": [1_000, (n) => planning(records(1, 0, [grant("w", "u0", "User"), ...list(n, (i) => folder(i, i === 0 ? "w" : `f${i - 1}`, i === 0 ? "Workspace" : "Folder"))]), { method: "PATCH", path: "/Users/u0", body: patchOf('{"op":"replace","path":"active","value":false}') })],
  "plan: many requests": [300, (n) => planning(records(n, 1, [grant("w", "g0", "Group")]), list(n, (i) => patchGroup(`{"op":"add","path":"members","value":[{"value":"u${i}"}]}`)))],
  "plan: many new users": [500, (n) => planning(records(1, 0), list(n, (i) => ({ method: "POST", path: "/Users", body: `{"schemas":["${USER}"],"userName":"new${i}"}` })))],
  // What one more group costs goes by how deep groups stand in one another, which `groupDepth` bounds: rings within the default.
  "plan: a Bulk whose references go round": [100, (n) => planning(records(1, 0), bulk(list(n, (i) => newGroup(i, [i % RING === RING - 1 || i === n - 1 ? i - (i % RING) : i + 1]))))],
  "plan: a Bulk whose references wait for the last": [100, (n) => planning(records(1, 0), bulk(list(n + 2, (i) => newGroup(i, i < n ? [n, n + 1] : [2 * n + 1 - i]))))],
  "plan: a Bulk of users and their group": [100, (n) => planning(records(1, 0), { method: "POST", path: "/Bulk", body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Groups","bulkId":"g","data":{"schemas":["${GROUP}"],"displayName":"x","members":[${many(n, (i) => `{"value":"bulkId:b${i}"}`)}]}},${many(n, (i) => `{"method":"POST","path":"/Users","bulkId":"b${i}","data":{"schemas":["${USER}"],"userName":"x${i}"}}`)}]}` })],
  "list: a scan": [3_000, (n) => planning(records(n, 0), { method: "GET", path: `/Users?count=0&filter=${encodeURIComponent('title co "x"')}` })],
  "list: sorted": [3_000, (n) => planning(records(n, 0), { method: "GET", path: "/Users?count=10&sortBy=userName" })],
  "list: all, with attributes named": [1_000, (n) => planning(records(n, 0), { method: "GET", path: `/Users?count=${n}&attributes=${list(50, () => "userName").join(",")}` })],
  "list: many attributes": [2_000, (n) => planning(records(20, 0), { method: "GET", path: `/Users?attributes=${list(n, (i) => `a${i}`).join(",")}` })],
  "a long query": [5_000, (n) => planning(records(1, 0), { method: "GET", path: `/Users?${list(n, (i) => `p${i}=%20`).join("&")}` })],
  "accessDiff: members": [3_000, (n) => ({ accessDiff }) => {
    const document = (members) => encoder.encode(JSON.stringify({ users: list(n, (i) => ({ id: `u${i}` })), groups: [{ id: "g", members }], workspaces: [{ id: "w", grants: [{ value: "g", type: "Group", role: "editor" }] }] }));
    const [before, after] = [document([]), document(list(n, (i) => ({ value: `u${i}` })))];
    return () => accessDiff(before, after, { limit: 0 }).summary.users;
  }],
};
