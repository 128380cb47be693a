// One organization: a Durable Object whose SQLite storage holds the records, and whose memory holds the same, resident.
//
// A change goes plan -> one storage transaction -> commit -> answer, without a pause in between, so that changes are one after
// another. The runtime keeps the answer back until the transaction is on disk. Whatever stops it before leaves storage as it was;
// whatever stops it after is mended by reading storage again.
import { DurableObject } from "cloudflare:workers";
import { Organization, ScimError, type Actor, type Context, type OrganizationConfig, type Plan, type RecordChange, type ScimRequest, type ScimResponse } from "scim-policy";
import type { HistoryEntry } from "./api.js";
import { failure, refuse, SCIM, scimError, unauthorized } from "./answers.js";
import { Audit } from "./audit.js";
import { readBody } from "./body.js";
import { Departed } from "./departed.js";
import type { Env } from "./env.js";
import { History } from "./history.js";
import { fingerprint, guardNames, Inbox } from "./inbox.js";
import { panel } from "./panel.js";
import { Providers } from "./providers.js";
import { isRefusal, Refused } from "./refused.js";
import { Resident } from "./resident.js";
import { Keeper, retentionOf } from "./retention.js";
import { Store } from "./store.js";
import { Tokens, type Caller } from "./tokens.js";
import { tollOf } from "./toll.js";

/** Who prunes, in the audit. */
const RETENTION: Caller = { id: "retention", scope: "administrator", name: "retention", user: null, dialect: null, expiresAt: null };
const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);
const PAYLOAD = 16 << 20;

/** How a change is kept. */
export interface Keeping {
  what: HistoryEntry["what"];
  reason?: string | null;
  approved?: string[];
  undoes?: number | null;
  /** Written in the same transaction, before the history. */
  also?: (history: number | null) => void;
}

export class OrganizationObject extends DurableObject<Env> {
  #house: House | null = null;

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [place, door, name = ""] = /^\/(api|scim\/v2)\/([^/]*)/.exec(url.pathname) ?? [""];
    const house = (this.#house ??= new House(name, this.openStore(), (config) => this.openOrganization(config), this.env, url.origin));
    const rest = url.pathname.slice(place.length);
    try {
      const caller = await house.tokens.caller(request);
      if (caller === null) return house.turnAway(request);
      house.open();
      if (door === "scim/v2") return await scim(house, caller, request, `${rest}${url.search}`);
      if (caller.scope === "administrator") return await panel(house, caller, request, rest, url.searchParams);
      return failure(refuse(403, "this is for administrators; an identity provider's token is for /scim/v2 alone"), undefined, { "www-authenticate": 'Bearer realm="scim-policy", error="insufficient_scope"' });
    } catch (cause) {
      if (!(cause instanceof ScimError)) house.doubt();
      return failure(scimError(cause));
    }
  }

  // What tests of faults put something else in the place of.

  protected openStore(): Store {
    return new Store(this.ctx.storage);
  }

  protected openOrganization(config: OrganizationConfig): Organization {
    return new Organization(config);
  }
}

/** Everything of one organization, and the one way to change it. */
export class House {
  readonly name: string;
  readonly store: Store;
  readonly resident: Resident;
  readonly tokens: Tokens;
  readonly inbox: Inbox;
  readonly history: History;
  readonly audit: Audit;
  readonly refused: Refused;
  readonly providers: Providers;
  readonly departed: Departed;
  readonly keeper: Keeper;
  readonly unauthorized = { count: 0, last: null as string | null };
  importing = false;

  constructor(name: string, store: Store, open: (config: OrganizationConfig) => Organization, env: Env, origin: string) {
    this.name = name;
    this.store = store;
    this.resident = new Resident(store, open, `${(env.BASE_URL || origin).replace(/\/+$/, "")}/scim/v2/${name}`);
    this.tokens = new Tokens(store, env, name);
    this.inbox = new Inbox(store);
    this.history = new History(store);
    this.audit = new Audit(store);
    this.refused = new Refused(store);
    this.providers = new Providers(store);
    this.departed = new Departed(store);
    this.keeper = new Keeper(store, retentionOf(env));
    if (store.behind) this.keep(() => store.open());
  }

  /** Makes the tables when somebody is let in for the first time. */
  open(): void {
    if (this.store.there) return;
    const { version } = this.resident.organization;
    const first = new TextDecoder().decode(this.resident.organization.records()).split("\n").filter(Boolean);
    this.keep(() => {
      this.store.open();
      this.store.write(first.map((line) => JSON.parse(line) as RecordChange));
      this.store.setMeta("origin", version);
      this.store.setMeta("version", version);
    });
    this.store.opened();
  }

  turnAway(request: Request): Response {
    const sent = request.headers.has("authorization");
    if (sent) {
      this.unauthorized.count += 1;
      this.unauthorized.last = new Date().toISOString();
    }
    return unauthorized(sent ? "the bearer token is not (or no longer) known here" : "send `Authorization: Bearer TOKEN`", sent);
  }

  /** Nothing in memory is sure any more. */
  doubt(): void {
    this.inbox.forget();
    this.keeper.forget();
    this.resident.drop();
  }

  /** One storage transaction. When it fails, nothing has happened, and memory is read from storage again. */
  keep<T>(write: () => T): T {
    try {
      return this.store.transaction(() => {
        const result = write();
        const pruned = this.keeper.prune();
        if (pruned > 0) this.audit.add(RETENTION, "accepted", "audit pruned", 200, { detail: `${pruned} entries older than ${this.keeper.retention.auditDays} days` });
        return result;
      });
    } catch (cause) {
      this.doubt();
      if (cause instanceof ScimError) throw cause;
      console.error("storage failed", cause);
      this.resident.note("storage failed; the change was not made");
      throw new ScimError("storage failed; nothing was changed, send the request again", { status: 503, cause });
    }
  }

  plan(requests: ScimRequest | ScimRequest[], context: Context): Plan {
    return this.resident.ask((organization) => organization.plan(requests, context));
  }

  /** Stores a plan that is not held, then commits it; gives its place in the history. */
  apply(caller: Caller, requests: readonly ScimRequest[], plan: Plan, { what, reason = null, approved = [], undoes = null, also }: Keeping): number | null {
    const changed = plan.records.length > 0;
    // What is lazy is read now, while the plan is the module's latest.
    if (changed) this.resident.ask(() => plan.access.changes);
    const toll = changed ? this.resident.ask((organization) => tollOf(organization, plan, this.store)) : null;
    const inverse = changed ? this.#inverse(plan) : [];
    const seq = this.keep(() => {
      const gone = this.departed.before(plan.records);
      this.store.write(plan.records);
      const seq = changed ? this.history.add(caller, what, requests, plan, inverse, { reason, approved, undoes, toll }) : null;
      if (seq !== null) this.departed.note(gone, plan.records, seq);
      if (changed) this.store.setMeta("version", plan.version);
      also?.(seq);
      return seq;
    });
    try {
      if (changed) this.resident.organization.commit(plan);
    } catch (cause) {
      // It is stored, hence it has happened: memory is read from storage again.
      console.error("a stored plan could not be committed", cause);
      this.resident.note("a change was stored but not made in memory; the organization is read from storage again");
      this.doubt();
    }
    return seq;
  }

  /** An undo that cannot be worked out must not keep a leaver's access alive: then the change has none. */
  #inverse(plan: Plan): ScimRequest[] {
    try {
      return plan.inverse;
    } catch (cause) {
      console.error("no inverse could be worked out", cause);
      return [];
    }
  }
}

export const actorOf = (caller: Caller): Actor =>
  caller.scope === "identityProvider" ? { kind: "identityProvider" } : { kind: "system", ...(caller.user === null ? {} : { onBehalfOf: caller.user }) };

/** A SCIM request, by whichever token. */
async function scim(house: House, caller: Caller, incoming: Request, path: string): Promise<Response> {
  const { method } = incoming;
  if (!METHODS.has(method)) return failure(refuse(405, `SCIM has no method ${method}`), SCIM, { allow: [...METHODS].join(", ") });
  const provider = caller.scope === "identityProvider";
  const body = await readBody(incoming, house.resident.settings.limits.payloadBytes ?? PAYLOAD);
  const request: ScimRequest = { method: method as ScimRequest["method"], path, headers: Object.fromEntries(incoming.headers), body };
  const writes = method !== "GET" && !/\/\.search(\?|$)/i.test(path);
  const print = provider && writes ? await fingerprint(caller, request) : "";
  return send(answer(house, caller, request, writes, print));
}

function answer(house: House, caller: Caller, request: ScimRequest, writes: boolean, print: string): ScimResponse {
  const provider = caller.scope === "identityProvider";
  const unresolved = print === "" ? [] : house.inbox.unresolved(print);
  const plan = house.plan(request, { actor: actorOf(caller), ...(caller.dialect === null ? {} : { dialect: caller.dialect }), unresolved, accessLimit: 1000 });
  const response = plan.held ? plan.refusal! : plan.responses[0]!;
  const what = `${request.method} ${request.path.slice(0, 500)}`;
  const { audit, inbox, providers, refused } = house;
  const guards = plan.guards.map(({ guard }) => guard);
  if (plan.held) {
    house.resident.ask(() => plan.access.changes);
    house.keep(() => {
      if (provider) inbox.hold(caller, request, print, plan, house.resident.organization);
      audit.add(caller, "held", what, response.status, { access: plan.access.summary, guards: guardNames(plan.guards), detail: plan.guards.map(({ detail }) => detail).join("; ") });
    });
    if (provider) providers.seen(caller, request, response, false);
  } else if (response.status >= 400) {
    const listed = provider && isRefusal(request, response);
    if (writes || listed) {
      house.keep(() => {
        if (listed) refused.add(caller, request, response);
        if (writes) audit.add(caller, "refused", what, response.status, { detail: JSON.parse(response.body ?? "{}").detail ?? null });
      });
    }
    if (provider) providers.seen(caller, request, response, false);
  } else if (writes) {
    house.apply(caller, [request], plan, {
      what: "request",
      also: (history) => audit.add(caller, "accepted", what, response.status, { access: history === null ? null : plan.access.summary, guards, history }),
    });
    if (provider) providers.seen(caller, request, response, plan.records.length > 0);
  } else if (provider) {
    providers.seen(caller, request, response, false);
  }
  return response;
}

function send({ status, headers, body }: ScimResponse): Response {
  return new Response(body, { status, headers });
}
