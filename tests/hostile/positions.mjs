// Every place of every call of the contract that a value can be passed in.
import { GROUP, PATCH, USER, ada, context, join } from "./good.mjs";

const GET = { method: "GET", path: "/Users" };
const launch = { type: "Workspace", id: "w" };
const page = { offset: 0, limit: 10 };
const patch = { schemas: [PATCH], Operations: [{ op: "replace", path: "userName", value: "x" }] };
const user = { id: "1", schemas: [USER], userName: "ada", active: true };
const badge = { id: "urn:example:Badge", name: "Badge", attributes: [{ name: "number", type: "string" }] };

/** A string key whatever `value` is: what an object can be asked by. */
const named = (value) => (typeof value === "symbol" ? value : typeof value === "string" ? value : "other");

/**
 * [name, (scim, resident, value) => …]. `resident` is { organization, plan, filter }: an organization in use, a plan of its that
 * waits, and a filter. What is made on the way is freed.
 */
export const positions = Object.entries({
  "validate(·)": ({ validate }, _, value) => JSON.stringify(validate(value)),
  "validate(, ·)": ({ validate }, _, value) => validate(ada, value),
  ...each("validate(, {dialect schemas resourceTypes resourceType purpose})", ["dialect", "schemas", "resourceTypes", "resourceType", "purpose"], ({ validate }, _, options) => validate(ada, options)),
  "validate(, {schemas: [·]})": ({ validate }, _, value) => validate(ada, { schemas: [value] }),
  ...each("validate(, {schemas: [{…}]})", ["id", "name", "attributes"], ({ validate }, _, part) => validate(ada, { schemas: [{ ...badge, ...part }] })),
  ...each("validate(, {schemas: [{attributes: [{…}]}]})", ["name", "type", "multiValued", "canonicalValues", "subAttributes", "mutability"], ({ validate }, _, part) => validate(ada, { schemas: [{ ...badge, attributes: [{ name: "number", type: "string", ...part }] }] })),
  ...each("validate(, {resourceTypes: [{…}]})", ["name", "endpoint", "schema", "schemaExtensions"], ({ validate }, _, part) => validate(ada, { schemas: [badge], resourceTypes: [{ name: "Badge", endpoint: "/Badges", schema: badge.id, ...part }] })),
  ...each("validate({…})", ["schemas", "id", "userName", "active", "name", "emails", "meta", "password", "groups", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], ({ validate }, _, part) => JSON.stringify(validate({ ...ada, ...part }, { dialect: "entra" }))),
  ...["patch", "bulk", "search", "response"].reduce((more, purpose) => ({ ...more, [`validate(·, {purpose: ${purpose}})`]: ({ validate }, _, value) => JSON.stringify(validate(value, { purpose })) }), {}),
  "validate({Operations: ·}, {purpose: bulk})": ({ validate }, _, value) => validate({ schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: value }, { purpose: "bulk" }),

  "applyPatch(·)": ({ applyPatch }, _, value) => JSON.stringify(applyPatch(value, patch)),
  "applyPatch(, ·)": ({ applyPatch }, _, value) => JSON.stringify(applyPatch(user, value)),
  "applyPatch(,, ·)": ({ applyPatch }, _, value) => applyPatch(user, patch, value),
  ...each("applyPatch(,, {…})", ["dialect", "schemas", "resourceTypes", "resourceType"], ({ applyPatch }, _, options) => applyPatch(user, patch, options)),
  "applyPatch(, {Operations: ·})": ({ applyPatch }, _, value) => applyPatch(user, { schemas: [PATCH], Operations: value }),
  ...each("applyPatch(, {Operations: [{…}]})", ["op", "path", "value"], ({ applyPatch }, _, part) => JSON.stringify(applyPatch(user, { schemas: [PATCH], Operations: [{ op: "add", path: "emails", value: [], ...part }] }, { dialect: "entra" }))),
  "applyPatch(, {Operations: [{value: {·: 1}}]})": ({ applyPatch }, _, value) => applyPatch(user, { schemas: [PATCH], Operations: [{ op: "add", value: { [named(value)]: 1 } }] }),

  "new Filter(·)": ({ Filter }, _, value) => new Filter(value).free(),
  "new Filter(, ·)": ({ Filter }, _, value) => new Filter("userName pr", value).free(),
  ...each("new Filter(, {…})", ["dialect", "schemas", "resourceTypes", "resourceType"], ({ Filter }, _, options) => new Filter("userName pr", options).free()),
  "filter.matches(·)": (_, { filter }, value) => filter.matches(value),
  "filter.matches({userName: ·})": (_, { filter }, value) => filter.matches({ schemas: [USER], userName: value }),
  "filter.select(·)": (_, { filter }, value) => filter.select(value),
  "filter.select([·])": (_, { filter }, value) => filter.select([value, user]),
  "filter.free(·)": ({ Filter }, _, value) => new Filter("userName pr").free(value),
  "Filter.prototype.matches of ·": ({ Filter }, _, value) => ours(() => Filter.prototype.matches.call(value, user)),

  "accessDiff(·)": ({ accessDiff }, _, value) => accessDiff(value, {}),
  "accessDiff(, ·)": ({ accessDiff }, _, value) => accessDiff({}, value),
  "accessDiff(,, ·)": ({ accessDiff }, _, value) => accessDiff({}, {}, value),
  ...each("accessDiff(,, {…})", ["limit", "dialect", "roles", "schemas", "limits"], ({ accessDiff }, _, options) => accessDiff({}, {}, options)),
  ...each("accessDiff({…})", ["organization", "users", "groups", "workspaces", "folders"], ({ accessDiff }, _, document) => accessDiff(document, { users: [user] })),
  ...each("accessDiff({…: [·]})", ["users", "groups", "workspaces", "folders"], ({ accessDiff }, _, document) => accessDiff(Object.fromEntries(Object.entries(document).map(([name, value]) => [name, [value]])), {})),
  ...each("accessDiff({groups: [{…}]})", ["id", "members"], ({ accessDiff }, _, part) => accessDiff({ users: [user], groups: [{ id: "g", ...part }] }, {})),
  ...each("accessDiff({folders: [{…}]})", ["id", "parent", "audience", "grants"], ({ accessDiff }, _, part) => accessDiff({ users: [user], folders: [{ id: "f", ...part }] }, {})),

  "new Organization(·)": ({ Organization }, _, value) => new Organization(value).free(),
  ...each("new Organization({…})", ["dialect", "schemas", "resourceTypes", "baseUrl", "roles", "groupPatchAnswer", "limits"], ({ Organization }, _, config) => new Organization(config).free()),
  ...each("new Organization({limits: {…}})", ["payloadBytes", "jsonDepth", "filterDepth", "filterLength", "patchOperations", "bulkOperations", "pageSize", "folderDepth", "groupDepth"], ({ Organization }, _, limits) => new Organization({ limits }).free()),
  ...each("new Organization({roles: {…}})", ["roles", "groupAssignable", "exempt"], ({ Organization }, _, roles) => new Organization({ roles: { roles: [{ name: "viewer", capabilities: ["view"] }], groupAssignable: [], exempt: [], ...roles } }).free()),
  "Organization.prototype.plan of ·": ({ Organization }, _, value) => ours(() => Organization.prototype.plan.call(value, GET)),

  "restore(·)": (_, { organization }, value) => organization.restore(value),
  "restore([·])": (_, { organization }, value) => organization.restore([value]),
  "restore([{key: ·}])": (_, { organization }, value) => organization.restore([{ key: value, value: {} }]),
  ...["organization", "user/x", "group/x", "folder/x", "member/g/x", "grant/w/x", "ledger/user/x"].reduce((more, key) => ({ ...more, [`restore([{key: ${key}, value: ·}])`]: (_, { organization }, value) => organization.restore([{ key, value }]) }), {}),
  "dangling(·)": (_, { organization }, value) => organization.dangling(value),
  ...each("dangling({…})", ["after", "limit"], (_, { organization }, given) => organization.dangling(given)),
  "records(·)": (_, { organization }, value) => organization.records(value),
  ...each("records({…})", ["after", "bytes"], (_, { organization }, given) => organization.records(given)),

  "plan(·)": (_, { organization }, value) => organization.plan(value, context()),
  "plan([·])": (_, { organization }, value) => organization.plan([value], context()),
  ...each("plan({…})", ["method", "path", "headers", "body", "id"], (_, { organization }, part) => organization.plan({ ...join, ...part }, context())),
  "plan({path: /Users/·})": (_, { organization }, value) => organization.plan({ method: "GET", path: `/Users/${named(value).toString()}` }, context()),
  "plan({path: ?filter=·})": (_, { organization }, value) => organization.plan({ method: "GET", path: `/Users?filter=${named(value).toString()}` }, context()),
  ...each("plan({headers: {…}})", ["if-match", "If-None-Match", "content-type", "accept", "other"], (_, { organization }, headers) => organization.plan({ ...join, headers }, context())),
  ...each("plan({POST /Users {…}})", ["schemas", "userName", "active", "emails", "password"], (_, { organization }, part) => organization.plan({ method: "POST", path: "/Users", body: { ...ada, userName: "other", ...part } }, context())),
  ...each("plan({POST /Groups {…}})", ["displayName", "members"], (_, { organization }, part) => organization.plan({ method: "POST", path: "/Groups", body: { schemas: [GROUP], displayName: "New", ...part } }, context())),
  ...each("plan({PATCH members {…}})", ["op", "path", "value"], (_, { organization }, part) => organization.plan({ ...join, body: { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: [], ...part }] } }, context())),
  "plan({Bulk ·})": (_, { organization }, value) => organization.plan({ method: "POST", path: "/Bulk", body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: [value, { method: "POST", path: "/Users", bulkId: "b", data: value }] } }, context()),
  "plan({.search ·})": (_, { organization }, value) => organization.plan({ method: "POST", path: "/.search", body: value }, context()),
  "plan(, ·)": (_, { organization }, value) => organization.plan(join, value),
  ...each("plan(, {…})", ["now", "newId", "actor", "dialect", "approve", "unresolved", "atomic", "expect", "accessLimit"], (_, { organization }, part) => organization.plan({ method: "POST", path: "/Users", body: { ...ada, userName: "new" } }, { ...context(), ...part })),
  ...each("plan(, {actor: {…}})", ["kind", "id", "onBehalfOf"], (_, { organization }, part) => organization.plan(join, { ...context(), actor: { kind: "user", id: "ada", ...part } })),
  "plan(, {approve: [·]})": (_, { organization }, value) => organization.plan(join, { ...context(), approve: [value] }),
  "plan(, {newId: () => ·})": (_, { organization }, value) => organization.plan({ method: "POST", path: "/Users", body: { ...ada, userName: "new" } }, { ...context(), newId: () => value }),
  "handle(·)": (_, { organization }, value) => organization.handle(value, context()),
  "handle(, ·)": (_, { organization }, value) => organization.handle(GET, value),
  "commit(·)": (_, { organization }, value) => organization.commit(value),
  "accessChanges(·)": (_, { organization }, value) => organization.accessChanges(value, page),
  "accessChanges(, ·)": (_, { organization, plan }, value) => organization.accessChanges(plan, value),
  ...each("accessChanges(, {…})", ["offset", "limit", "kind", "user", "object"], (_, { organization, plan }, part) => organization.accessChanges(plan, { ...page, ...part })),
  "accessTable(·)": (_, { organization }, value) => organization.accessTable(value, page),
  "accessTable(, ·)": (_, { organization, plan }, value) => organization.accessTable(plan, value),
  ...each("accessTable(, {…})", ["offset", "limit"], (_, { organization, plan }, part) => organization.accessTable(plan, { ...page, ...part })),

  "check(·)": (_, { organization }, value) => organization.check(value),
  ...each("check({…})", ["user", "can", "on"], (_, { organization }, part) => organization.check({ user: "ada", can: "view", on: launch, ...part })),
  ...each("check({on: {…}})", ["type", "id"], (_, { organization }, part) => organization.check({ user: "ada", can: "view", on: { ...launch, ...part } })),
  "explain(·)": (_, { organization }, value) => organization.explain(value, launch),
  "explain(, ·)": (_, { organization }, value) => organization.explain("ada", value),
  "accessOf(·)": (_, { organization }, value) => organization.accessOf(value),
  "whoHas(·)": (_, { organization }, value) => organization.whoHas(value),
  "whoHas(, ·)": (_, { organization }, value) => organization.whoHas(launch, value),
  ...each("whoHas(, {…})", ["role", "offset", "limit"], (_, { organization }, part) => organization.whoHas(launch, part)),
  "free(·)": ({ Organization }, _, value) => new Organization().free(value),
  "initSync(·)": ({ initSync }, _, value) => initSync(value),
  "version(·)": ({ version }, _, value) => version(value),
});

/** One position for each of `names`. */
function each(title, names, call) {
  return Object.fromEntries(names.map((name) => [`${title} ${name}`, (scim, resident, value) => call(scim, resident, { [name]: value })]));
}

/** Calls that no caller's mistake leads to, as on another `this`: there the language's own TypeError is the right answer. */
function ours(call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof TypeError || error?.name === "ScimError" || error?.message?.startsWith("thrown by")) return undefined;
    throw error;
  }
}
