// What can go wrong between calls: use after free, callbacks that call back, plans that are forged, stale or another's.
import { GROUP, PATCH, USER, ada, context, join, organizationOf } from "./good.mjs";

const GET = { method: "GET", path: "/Users" };
const create = { method: "POST", path: "/Users", body: { ...ada, userName: "new@acme.example" } };
const launch = { type: "Workspace", id: "w" };
const page = { offset: 0, limit: 10 };

/** What can be asked of an organization, by name. */
const asking = {
  version: (organization) => organization.version,
  stats: (organization) => organization.stats,
  records: (organization) => organization.records(),
  "a page of records": (organization) => organization.records({ after: "a", bytes: 10 }),
  dangling: (organization) => organization.dangling(),
  restore: (organization) => organization.restore([]),
  "restore of bytes": (organization) => organization.restore(new Uint8Array(0)),
  plan: (organization) => organization.plan(GET, context()),
  "plan of a write": (organization) => organization.plan(create, context()),
  handle: (organization) => organization.handle(GET, context()),
  commit: (organization, plan) => organization.commit(plan),
  accessChanges: (organization, plan) => organization.accessChanges(plan, page),
  accessTable: (organization, plan) => organization.accessTable(plan, page),
  check: (organization) => organization.check({ user: "ada", can: "view", on: launch }),
  explain: (organization) => organization.explain("ada", launch),
  accessOf: (organization) => organization.accessOf("ada"),
  whoHas: (organization) => organization.whoHas(launch),
  "the changes of a plan": (_, plan) => plan.access.changes,
  "the inverse of a plan": (_, plan) => plan.inverse,
  "a plan as JSON": (_, plan) => JSON.stringify(plan),
};

/** Ways in which a call can be made to run the caller's code, and what it calls: [name, (organization, act) => …, wasm is entered]. */
const openings = [
  ["newId", (organization, act) => organization.plan(create, { ...context(), newId: act }), true],
  ["newId of handle", (organization, act) => organization.handle(create, { ...context(), newId: act }), true],
  ["a getter of a body", (organization, act) => organization.plan({ ...create, body: { ...create.body, get nickName() { return act(), "x"; } } }, context("n1"))],
  ["toJSON of a body", (organization, act) => organization.plan({ ...create, body: { toJSON: () => (act(), create.body) } }, context("n2"))],
  ["a getter of a request", (organization, act) => organization.plan({ method: "GET", get path() { return act(), "/Users"; } }, context())],
  ["a getter of a context", (organization, act) => organization.plan(GET, { get actor() { return act(), { kind: "system" }; } })],
  ["the walk over headers", (organization, act) => organization.plan({ ...GET, headers: { *[Symbol.iterator]() { act(); yield ["accept", "*/*"]; } } }, context())],
  ["a list of requests", (organization, act) => organization.plan([GET, new Proxy(GET, { get: (target, name) => (act(), target[name]) })], context())],
  ["records to restore", (organization, act) => organization.restore((function* () { act(); yield { key: "user/z", value: { userName: "z", schemas: [USER] } }; act(); })())],
  ["a getter of a record", (organization, act) => organization.restore([{ key: "user/z", get value() { return act(), { userName: "z", schemas: [USER] }; } }])],
  ["a getter of a page", (organization, act) => organization.records({ get after() { return act(), ""; } })],
  ["a getter of a question", (organization, act) => organization.check({ user: "ada", get can() { return act(), "view"; } })],
  ["a getter of an object", (organization, act) => organization.whoHas({ type: "Workspace", get id() { return act(), "w"; } })],
];

/** What stands for a plan and is none. */
const forged = {
  "a spread copy": (plan) => ({ ...plan }),
  "its JSON": (plan) => JSON.parse(JSON.stringify(plan)),
  "a structured clone": (plan) => structuredClone({ token: plan.token, records: plan.records }),
  "an object that inherits from it": (plan) => Object.create(plan),
  "a proxy of it": (plan) => new Proxy(plan, {}),
  "a proxy that answers for it": (plan) => new Proxy({}, { get: (_, name) => plan[name] }),
  "its class without a state": (plan) => Object.create(Object.getPrototypeOf(plan)),
  "its class with its token": (plan) => Object.assign(Object.create(Object.getPrototypeOf(plan)), { token: plan.token }),
  "its token": (plan) => plan.token,
  "its access": (plan) => plan.access,
  "a list of it": (plan) => [plan],
};

const thrown = [undefined, null, 0, "words", Symbol("s"), 7n, {}, [], () => {}, new Error("thrown by a test"), new RangeError("thrown by a test"), new WebAssembly.RuntimeError("unreachable, says a test"), Object.create(null)];
/** Ids that names of JavaScript, paths or keys could be taken for. */
const ids = ["__proto__", "constructor", "toString", "a/b", "..", "%2F", "%", "\0", "\u2028", "user/x", "é".repeat(1000), "x".repeat(100_000), " ", "\"", "\\", "Users", "😀"];

function* all() {
  for (const [name, ask] of Object.entries(asking)) {
    yield [`${name} after free`, (scim) => {
      const { organization, plan } = fresh(scim);
      organization.free();
      refuses(500, () => ask(organization, plan));
      organization.free();
    }];
    yield [`${name} after free, when another organization has its instance`, (scim) => {
      const { organization, plan } = fresh(scim);
      organization.free();
      const next = organizationOf(scim);
      const version = next.version;
      refuses(500, () => ask(organization, plan));
      organization.free();
      same(version, next.version);
      next.free();
    }];
    for (const [way, open, entered] of openings) {
      yield [`${name} out of ${way}`, (scim) => {
        const { organization, plan } = fresh(scim);
        const version = organization.version;
        let refused = 0;
        const act = () => {
          try {
            ask(organization, plan);
          } catch (error) {
            if (!(error instanceof scim.ScimError)) throw error;
            refused += 1;
          }
          return "n0";
        };
        guarded(scim, () => open(organization, act));
        if (entered && refused === 0 && !["the changes of a plan"].includes(name)) throw new Error("newId called back and was answered");
        if (entered && !way.includes("handle")) same(version, organization.version);
        organization.check({ user: "ada", can: "view", on: launch });
        organization.free();
      }];
    }
  }
  for (const [way, open] of openings) {
    yield [`free out of ${way}`, (scim) => {
      const { organization } = fresh(scim);
      guarded(scim, () => open(organization, () => (organization.free(), "n0")));
      organization.free();
    }];
    yield [`${way} that throws`, (scim) => {
      for (const value of thrown) {
        const { organization } = fresh(scim);
        const version = organization.version;
        refuses(null, () => open(organization, () => { throw value; }), scim);
        same(version, organization.version);
        organization.free();
      }
    }];
    yield [`stateless calls out of ${way}`, (scim) => {
      const { organization } = fresh(scim);
      let told;
      guarded(scim, () => open(organization, () => {
        told = scim.validate({ ...ada, nobody: 1 });
        scim.applyPatch(ada, { schemas: [PATCH], Operations: [{ op: "add", path: "title", value: "x" }] });
        new scim.Filter("userName pr").free();
        new scim.Organization().free();
        return "n0";
      }));
      same(1, told.issues.length);
      organization.free();
    }];
    yield [`another organization out of ${way}`, (scim) => {
      const { organization } = fresh(scim);
      const other = organizationOf(scim);
      const version = other.version;
      guarded(scim, () => open(organization, () => (other.plan(create, context()), "n0")));
      same(version, other.version);
      other.free();
      organization.free();
    }];
  }
  for (const [name, forge] of Object.entries(forged)) {
    for (const [use, call] of [["commit", (organization, plan) => organization.commit(plan)], ["accessChanges", (organization, plan) => organization.accessChanges(plan, page)], ["accessTable", (organization, plan) => organization.accessTable(plan, page)]]) {
      yield [`${use} of ${name}`, (scim) => {
        const { organization, plan } = fresh(scim);
        const version = organization.version;
        refuses(400, () => call(organization, forge(plan)));
        same(version, organization.version);
        organization.commit(plan);
        same(plan.version, organization.version);
        organization.free();
      }];
    }
  }
  for (const [name, change] of Object.entries({
    "a commit": (organization) => organization.commit(organization.plan({ method: "DELETE", path: "/Users/bo" }, context())),
    "a handled write": (organization) => organization.handle({ method: "DELETE", path: "/Users/bo" }, context()),
    "a restored record": (organization) => organization.restore([{ key: "user/bo", value: null }]),
    "a record that is restored again": (organization) => organization.restore(organization.records()),
  })) {
    for (const [use, call] of [
      ["commit", (organization, plan) => organization.commit(plan)],
      ["accessChanges", (organization, plan) => organization.accessChanges(plan, page)],
      ["accessTable", (organization, plan) => organization.accessTable(plan, page)],
      ["its changes", (_, plan) => plan.access.changes],
      ["its inverse", (_, plan) => plan.inverse],
    ]) {
      yield [`${use} after ${name}`, (scim) => {
        const { organization, plan } = fresh(scim);
        change(organization);
        const version = organization.version;
        refuses(409, () => call(organization, plan));
        same(version, organization.version);
        organization.free();
      }];
    }
  }
  yield ["commit of another organization's plan", (scim) => {
    const { organization, plan } = fresh(scim);
    const other = organizationOf(scim);
    same(organization.version, other.version);
    refuses(409, () => other.commit(plan));
    refuses(409, () => other.accessChanges(plan, page));
    refuses(409, () => other.accessTable(plan, page));
    other.free();
    organization.free();
    refuses(500, () => plan.inverse);
  }];
  yield ["commit twice", (scim) => {
    const { organization, plan } = fresh(scim);
    organization.commit(plan);
    refuses(409, () => organization.commit(plan));
    same(plan.version, organization.version);
    organization.free();
  }];
  yield ["a plan whose lists were altered is committed as it was made", (scim) => {
    const { organization, plan } = fresh(scim);
    plan.records.length = 0;
    plan.responses.push({ status: 200 });
    plan.access.summary.users = 0;
    organization.commit(plan);
    same(plan.version, organization.version);
    same(true, organization.accessOf("bo").length > 0);
    organization.free();
  }];
  yield ["a plan cannot be altered", (scim) => {
    const { organization, plan } = fresh(scim);
    for (const name of ["token", "held", "version", "records"]) {
      try {
        plan[name] = "x";
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      same(false, plan[name] === "x");
    }
    organization.free();
  }];
  yield ["commit of what is held", (scim) => {
    const { organization } = fresh(scim);
    const owners = (value) => ({ method: "PATCH", path: "/Organization", body: { schemas: [PATCH], Operations: [{ op: "replace", path: "owners", value }] } });
    organization.commit(organization.plan(owners([{ value: "ada" }]), context()));
    const held = organization.plan(owners([]), context());
    same([true, 403], [held.held, held.refusal.status]);
    const version = organization.version;
    refuses(403, () => organization.commit(held));
    refuses(403, () => organization.commit(organization.plan(owners([]), { ...context(), approve: ["lastOwner"] })));
    same(version, organization.version);
    organization.free();
  }];
  for (const value of thrown) {
    yield [`newId that throws ${describe(value)}`, (scim) => {
      const { organization } = fresh(scim);
      const version = organization.version;
      refuses(500, () => organization.plan([GET, create], { ...context(), newId: () => { throw value; } }));
      refuses(500, () => organization.handle(create, { ...context(), newId: () => { throw value; } }));
      same(version, organization.version);
      organization.free();
    }];
  }
  for (const id of ids) {
    yield [`an id of ${id.length} characters, ${JSON.stringify(id.slice(0, 12))}`, (scim) => {
      const { organization } = fresh(scim);
      const encoded = encodeURIComponent(id);
      const made = organization.plan([create, { method: "POST", path: "/Groups", body: { schemas: [GROUP], displayName: "New", members: [{ value: id }] } }, { method: "PATCH", path: "/Workspaces/w", body: { schemas: [PATCH], Operations: [{ op: "add", path: "grants", value: [{ value: id, type: "User", role: "viewer" }] }] } }, { method: "GET", path: `/Users/${encoded}` }], context(id, "new-group"));
      if (made.responses[0].status === 201) {
        same([201, 201, 200, 200], made.responses.map(({ status }) => status));
        organization.commit(made);
        same(["f", "w"], organization.accessOf(id).map(({ object }) => object.id));
        same("deciding", organization.explain(id, launch).paths[0].standing);
        const replica = new scim.Organization({ dialect: "entra" });
        replica.restore(organization.records());
        same(organization.version, replica.version);
        replica.free();
        organization.commit(organization.plan(made.inverse, context()));
        same([], organization.accessOf(id));
      }
      organization.free();
    }];
    yield [`an id that is taken, ${JSON.stringify(id.slice(0, 12))}`, (scim) => {
      const { organization } = fresh(scim);
      const version = organization.version;
      const twice = [create, { ...create, body: { ...create.body, userName: "another" } }];
      refuses(null, () => {
        const made = organization.plan(twice, { ...context(), newId: () => id });
        if (made.responses.some(({ status }) => status >= 400)) throw new scim.ScimError("answered so");
      }, scim);
      same(version, organization.version);
      organization.free();
    }];
  }
  yield ["a filter after free", ({ Filter }) => {
    const filter = new Filter("userName pr");
    filter.free();
    filter.free();
    for (const call of [() => filter.matches({}), () => filter.select([]), () => filter.toString(), () => filter.toJSON(), () => filter.notes]) refuses(500, call);
  }];
  yield ["a filter freed while it reads", (scim) => {
    const filter = new scim.Filter("userName pr");
    guarded(scim, () => filter.matches({ get userName() { filter.free(); return "x"; } }));
    filter.free();
  }];
  yield ["something hung on Object.prototype by another library", (scim) => {
    const { applyPatch, validate } = scim;
    Object.prototype.shoeSize = 44;
    try {
      same(true, validate(ada, { dialect: "entra" }).valid);
      same("Ada", applyPatch(ada, { schemas: [PATCH], Operations: [{ op: "add", path: "nickName", value: "Ada" }] }, { dialect: "entra" }).resource.nickName);
      same(200, organizationOf(scim).handle({ method: "GET", path: "/Users/ada" }, context()).status);
    } finally {
      delete Object.prototype.shoeSize;
    }
  }];
  yield ["a thousand filters, freed and not", ({ Filter }) => {
    for (let index = 0; index < 1000; index++) {
      const filter = new Filter(`userName eq "${index}"`);
      same(true, filter.matches({ userName: `${index}` }));
      if (index % 2 === 0) filter.free();
    }
  }];
  yield ["a hundred sets of schemas", ({ validate }) => {
    for (let index = 0; index < 100; index++) {
      const id = `urn:example:Badge${index}`;
      same(true, validate({ schemas: [id], number: "7" }, { schemas: [{ id, name: "Badge", attributes: [{ name: "number", type: "string" }] }], resourceTypes: [{ name: "Badge", endpoint: "/Badges", schema: id }] }).valid);
    }
  }];
}

/** [name, (scim) => …]; each throws what it finds wrong. */
export const scenes = [...all()];

function fresh(scim) {
  const organization = organizationOf(scim);
  return { organization, plan: organization.plan(join, context()) };
}

/** An answer or a ScimError, nothing else. */
function guarded(scim, call) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof scim.ScimError)) throw error;
  }
}

/** `status` null: any. */
function refuses(status, call) {
  try {
    call();
  } catch (error) {
    if (error?.name !== "ScimError") throw error;
    if (status !== null && error.status !== status) throw new Error(`status ${error.status} instead of ${status}: ${error.message}`);
    return;
  }
  throw new Error("answered where it should refuse");
}

function same(wanted, found) {
  if (JSON.stringify(wanted) !== JSON.stringify(found)) throw new Error(`found ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}


function describe(value) {
  if (value instanceof Error) return `a ${value.constructor.name}`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null) return "an object without a prototype";
  return String(value) || "nothing";
}
