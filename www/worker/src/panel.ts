// `/api/{organization}/…`, as api.ts describes it: what the panel asks and does, by an administrator's token.
import type { Context, ObjectRef, Plan, ScimRequest } from "scim-policy";
import type {
  AccessOf, ApproveBody, Approved, ClearBody, CommitBody, Committed, DepartedList, Dismissed, Explained, HindsightQuery, InboxChoice, InboxEntry, InboxState, InboxSummary, OrganizationSettings, PlanBody, Preview,
  Session, Status, TokenBody, UndoBody, WhoHas,
} from "./api.js";
import { failure, json, NDJSON, refuse, SCIM, stream } from "./answers.js";
import { readBody } from "./body.js";
import { approvalContext, guardNames } from "./inbox.js";
import { exportOf, importInto } from "./exchange.js";
import { detailOf, nameOf, namesOf, targetOf } from "./names.js";
import { actorOf, type House, type Keeping } from "./organization.js";
import { countPeople } from "./people.js";
import type { Caller } from "./tokens.js";
import { hindsight } from "./toll.js";

const BODY = 32 << 20;
/** How far the panel's clock may be from the worker's, in milliseconds. */
const CLOCKS = 5 * 60_000;
/** Packed rows and records that a plan is answered with at most. */
const ROWS = 100_000;
const RECORDS = 50_000;
const NAMED = 1_000;
const DIALECTS = ["rfc", "entra", "okta"];
const SETTINGS = ["dialect", "groupPatchAnswer", "roles", "limits", "schemas", "resourceTypes"];

interface Call { house: House; caller: Caller; request: Request; query: URLSearchParams; id: string }
type Route = [method: string, path: RegExp, answer: (call: Call) => Response | Promise<Response>];

const ROUTES: Route[] = [
  ["GET", /^\/session$/, session],
  ["GET", /^\/status$/, status],
  ["GET", /^\/settings$/, ({ house }) => json(house.resident.settings)],
  ["PUT", /^\/settings$/, putSettings],
  ["POST", /^\/plan$/, plan],
  ["POST", /^\/commit$/, commit],
  ["GET", /^\/inbox$/, ({ house, query }) => json(house.inbox.page(stateOf(query, "undecided"), query.get("after"), limitOf(query, 100), summaryOf(house)))],
  ["GET", /^\/inbox\/export$/, ({ house, query }) => stream(house.inbox.lines(stateOf(query, "all")), attachment(house, "inbox"))],
  ["POST", /^\/inbox\/plan$/, planApproval],
  ["POST", /^\/inbox\/approve$/, approve],
  ["POST", /^\/inbox\/dismiss$/, dismiss],
  ["GET", /^\/inbox\/([^/]+)$/, ({ house, id }) => json(house.inbox.detail(id))],
  ["GET", /^\/refused$/, ({ house, query }) => json(house.refused.page(query.get("after"), limitOf(query, 100)))],
  ["POST", /^\/refused\/clear$/, clear],
  ["GET", /^\/history$/, ({ house, query }) => json(house.history.page(numberOf(query, "before", Number.MAX_SAFE_INTEGER), limitOf(query, 50), query.get("user")))],
  ["GET", /^\/history\/(\d{1,15})$/, ({ house, id }) => json(house.history.detail(Number(id)))],
  ["POST", /^\/history\/(\d{1,15})\/undo$/, undo],
  ["GET", /^\/departed$/, ({ house }) => json({ entries: house.departed.list() } satisfies DepartedList)],
  ["POST", /^\/departed\/forget$/, forgetDeparted],
  ["GET", /^\/hindsight$/, ({ house, query }) => json(house.resident.ask((organization) => hindsight(house.store, organization, guardOf(query))))],
  ["GET", /^\/access\/([^/]+)$/, accessOf],
  ["GET", /^\/who-has$/, whoHas],
  ["GET", /^\/explain$/, explain],
  ["GET", /^\/check$/, ({ house, query }) => json(house.resident.ask((organization) => organization.check({ user: wanted(query, "user"), can: wanted(query, "can"), ...(query.has("id") ? { on: objectOf(query) } : {}) })))],
  ["GET", /^\/feed$/, feed],
  ["GET", /^\/export$/, ({ house }) => stream(exportOf(house), attachment(house, "records"))],
  ["POST", /^\/import$/, async ({ house, caller, request, query }) => json(await importInto(house, caller, request, query.get("replace") === "true"))],
  ["GET", /^\/audit$/, ({ house, query }) => json(house.audit.page(numberOf(query, "before", Number.MAX_SAFE_INTEGER), limitOf(query, 100), query.get("outcome")))],
  ["GET", /^\/audit\/export$/, ({ house }) => stream(house.audit.lines(), attachment(house, "audit"))],
  ["GET", /^\/tokens$/, ({ house }) => json({ tokens: house.tokens.list() })],
  ["POST", /^\/tokens$/, createToken],
  ["DELETE", /^\/tokens\/([^/]+)$/, revokeToken],
];

export async function panel(house: House, caller: Caller, request: Request, path: string, query: URLSearchParams): Promise<Response> {
  const allowed: string[] = [];
  for (const [method, pattern, answer] of ROUTES) {
    const found = pattern.exec(path);
    if (found === null) continue;
    allowed.push(method);
    if (method === request.method) return answer({ house, caller, request, query, id: decoded(found[1] ?? "") });
  }
  if (allowed.length > 0) return failure(refuse(405, `${path} is for ${allowed.join(" and ")}`), SCIM, { allow: allowed.join(", ") });
  throw refuse(404, `there is no ${path} here`);
}

// ── what is asked

function session({ house, caller }: Call): Response {
  const { resident, name } = house;
  const answer: Session = {
    organization: name, displayName: nameOf(house.store, "Organization", "") ?? name,
    token: { id: caller.id, scope: caller.scope, person: caller.name, user: caller.user, expiresAt: caller.expiresAt },
    tenantUrl: resident.baseUrl, version: resident.organization.version, config: { ...resident.settings, baseUrl: resident.baseUrl }, retention: house.keeper.retention, now: new Date().toISOString(),
  };
  return json(answer);
}

function status({ house }: Call): Response {
  const { resident } = house;
  const inbox = summaryOf(house);
  const live = house.tokens.list().filter(({ scope, revokedAt }) => scope === "identityProvider" && revokedAt === null);
  const answer: Status = {
    ...resident.ask(({ version, stats }) => ({ version, stats })), inbox, refused: house.refused.totals(), providers: house.providers.list(live, inbox),
    tenantUrl: resident.baseUrl, unauthorized: house.unauthorized, dangling: resident.ask((organization) => organization.dangling({ limit: 100 })),
    trouble: resident.trouble, now: new Date().toISOString(),
  };
  return json(answer);
}

const summaryOf = (house: House): InboxSummary => house.resident.ask((organization) => house.inbox.summary(organization));

function accessOf({ house, id }: Call): Response {
  const { store } = house;
  const access = house.resident.ask((organization) => organization.accessOf(id));
  const user = house.resident.ask((organization) => organization.handle({ method: "GET", path: `/Users/${encodeURIComponent(id)}?attributes=active` }, { actor: { kind: "system" } }));
  if (user.status === 404) throw refuse(404, `there is no user \`${id}\``);
  const answer: AccessOf = {
    user: id, name: nameOf(store, "User", id), active: (JSON.parse(user.body ?? "{}") as { active?: boolean }).active !== false,
    access: access.map(({ object, role }) => ({ object, name: nameOf(store, object.type, object.id), role })),
  };
  return json(answer);
}

function whoHas({ house, query }: Call): Response {
  const object = objectOf(query);
  const limit = limitOf(query, 100);
  const offset = numberOf(query, "offset", 0);
  const role = query.get("role");
  const found = house.resident.ask((organization) => organization.whoHas(object, { offset, limit: limit + 1, ...(role === null ? {} : { role }) }));
  const answer: WhoHas = {
    object, name: nameOf(house.store, object.type, object.id), people: found.slice(0, limit).map(({ user, role }) => ({ user, name: nameOf(house.store, "User", user), role })),
    next: found.length > limit ? offset + limit : null,
  };
  return json(answer);
}

function explain({ house, query }: Call): Response {
  const explanation = house.resident.ask((organization) => organization.explain(wanted(query, "user"), objectOf(query)));
  const more: [string, string][] = [[explanation.user, "User"], [explanation.object.id, explanation.object.type]];
  for (const { subject, object, via } of explanation.paths) more.push([subject.id, subject.type], [object.id, object.type], ...via.map((id): [string, string] => [id, "Group"]));
  const answer: Explained = { ...explanation, names: namesOf(house.store, [], [], more) };
  return json(answer);
}

function feed({ house, query }: Call): Response {
  const since = query.get("since");
  const { version } = house.resident.organization;
  const changes = since === null ? null : house.history.since(since);
  if (since === version) return new Response(null, { status: 204 });
  const headers = { "scim-policy-version": version };
  if (changes === null) return stream(exportOf(house), { ...headers, "scim-policy-feed": "full" });
  return new Response(changes.map((record) => `${JSON.stringify(record)}\n`).join(""), { headers: { ...headers, "content-type": NDJSON, "scim-policy-feed": "changes" } });
}

// ── what is done

async function putSettings({ house, caller, request }: Call): Promise<Response> {
  const body = await bodyOf<Partial<Record<string, unknown>>>(request);
  const unknown = Object.keys(body).find((name) => !SETTINGS.includes(name));
  if (unknown !== undefined) throw refuse(400, `there is no setting \`${unknown}\`; there are ${SETTINGS.join(", ")}`);
  const { resident, store, audit } = house;
  const kept = Object.fromEntries(Object.entries({ ...resident.changed, ...body }).filter(([, value]) => value !== null));
  const settings = resident.over(kept as Partial<OrganizationSettings>);
  // Only what the stored records can be read under is kept.
  const organization = resident.read(settings);
  house.keep(() => {
    store.setMeta("settings", JSON.stringify(kept));
    store.setMeta("version", organization.version);
    audit.add(caller, "accepted", "settings", 200, { detail: Object.keys(body).join(", ") });
  });
  resident.replace(organization);
  return json(resident.settings);
}

async function plan({ house, caller, request }: Call): Promise<Response> {
  const body = await bodyOf<PlanBody>(request);
  const base = house.resident.organization.version;
  const made = house.plan(requestsOf(body), contextOf(caller, body));
  const answer = preview(house, base, made);
  if (body.rows !== undefined) {
    const { rows, ...table } = house.resident.ask((organization) => organization.accessTable(made, { offset: 0, limit: Math.min(Number(body.rows) || 0, ROWS) }));
    answer.table = { ...table, rows: Array.from(rows) };
    if (made.access.summary.lockedOut > 0) answer.leftWithNothing = house.resident.ask((organization) => countPeople(organization, made).leftWithNothing(organization, NAMED));
  }
  if (body.records === true && made.records.length <= RECORDS) answer.written = made.records;
  return json(answer);
}

async function commit({ house, caller, request }: Call): Promise<Response> {
  const body = await bodyOf<CommitBody>(request);
  if (typeof body.expect !== "string") throw refuse(400, "`expect` must be the version the plan was made on");
  return applied(house, caller, requestsOf(body), contextOf(caller, body), { what: "plan", reason: reasonOf(body), approved: body.approve ?? [] });
}

/** Plans, and makes it so: Committed, or 403 with what held it. */
function applied(house: House, caller: Caller, requests: ScimRequest[], context: Context, keeping: Keeping): Response {
  const base = house.resident.organization.version;
  const made = planned(house, caller, requests, context, keeping.what);
  const seen = preview(house, base, made);
  if (made.held) return held(house, caller, made, seen, keeping.what);
  const history = house.apply(caller, requests, made, {
    ...keeping, also: (history) => house.audit.add(caller, "accepted", titleOf(keeping.what, requests), 200, { access: made.access.summary, guards: made.guards.map(({ guard }) => guard), detail: keeping.reason ?? null, history }),
  });
  return json({ ...seen, history } satisfies Committed);
}

/** A plan that fails is in the audit too. */
function planned(house: House, caller: Caller, requests: ScimRequest[], context: Context, what: string): Plan {
  try {
    return house.plan(requests, context);
  } catch (cause) {
    const { status = 500, message = "" } = cause as { status?: number; message?: string };
    if (status < 500) house.keep(() => house.audit.add(caller, "refused", titleOf(what, requests), status, { detail: message }));
    throw cause;
  }
}

function held(house: House, caller: Caller, made: Plan, seen: Preview, what: string): Response {
  const detail = made.guards.map((guard) => guard.detail).join("; ");
  house.keep(() => house.audit.add(caller, "held", what, 403, { access: made.access.summary, guards: guardNames(made.guards), detail }));
  return failure(refuse(403, detailOf(made.refusal!).detail), undefined, {}, { held: seen });
}

const titleOf = (what: string, requests: readonly ScimRequest[]) => (requests.length === 1 ? `${what}: ${requests[0]!.method} ${requests[0]!.path.slice(0, 500)}` : `${what} of ${requests.length} requests`);

function preview(house: House, base: string, made: Plan): Preview {
  const { changes } = house.resident.ask(() => made.access);
  const more = made.responses.map(({ headers }) => targetOf(headers["location"] ?? headers["Location"] ?? "")).flatMap((target): [string, string][] => (target === null ? [] : [[target.id, target.type]]));
  return {
    base, version: made.version, responses: made.responses, access: { summary: made.access.summary, changes, truncated: made.access.truncated },
    people: house.resident.ask((organization) => countPeople(organization, made)).people, guards: made.guards,
    held: made.held, refusal: made.refusal, notes: made.notes, records: made.records.length, names: namesOf(house.store, changes, made.records, more),
  };
}

// ── approvals

/** What is approved: the entries, oldest first, as one plan under the provider's own rights. */
function approval(house: House, ids: unknown, more: unknown): { entries: InboxEntry[]; requests: ScimRequest[]; context: Context; guards: string[] } {
  const entries = house.inbox.entries(stringsOf(ids, "ids")).filter(({ state }) => state !== "approved");
  const dialects = new Set(entries.map(({ provider }) => provider.dialect));
  if (dialects.size > 1) throw refuse(400, "these come from providers of different dialects: approve those of one at a time");
  const guards = [...new Set([...entries.flatMap((entry) => guardNames(entry.guards)), ...(more === undefined ? [] : stringsOf(more, "approve"))])];
  const requests = entries.map(({ id }) => house.inbox.request(id));
  const context = entries[0] === undefined ? {} : approvalContext(entries[0]);
  return { entries, requests, context: { ...context, approve: guards, accessLimit: 1000 }, guards };
}

async function planApproval({ house, request }: Call): Promise<Response> {
  const body = await bodyOf<InboxChoice & { approve?: string[] }>(request);
  const { requests, context } = approval(house, body.ids, body.approve);
  const base = house.resident.organization.version;
  return json(preview(house, base, house.plan(requests, context)));
}

async function approve({ house, caller, request }: Call): Promise<Response> {
  const body = await bodyOf<ApproveBody>(request);
  if (typeof body.expect !== "string") throw refuse(400, "`expect` must be the version the plan was made on");
  const { entries, requests, context, guards } = approval(house, body.ids, body.approve);
  const base = house.resident.organization.version;
  const made = planned(house, caller, requests, { ...context, expect: body.expect }, "approval");
  const seen = preview(house, base, made);
  if (made.held) return held(house, caller, made, seen, "approval");
  const outcomes = new Map<string, InboxEntry["outcome"]>();
  const failed: Approved["failed"] = [];
  const decided = entries.filter(({ id }, index) => {
    const response = made.responses[index]!;
    const detail = response.status < 400 ? null : detailOf(response).detail;
    outcomes.set(id, { status: response.status, detail });
    // What is gone already needs no removing.
    if (detail === null || response.status === 404) return true;
    failed.push({ id, status: response.status, detail });
    return false;
  });
  const reason = reasonOf(body);
  const history = house.apply(caller, requests, made, {
    what: "approval", reason, approved: guards,
    also: (history) => {
      house.inbox.decide(decided, "approved", { at: new Date().toISOString(), person: caller.name, reason, history }, outcomes);
      for (const { method, path } of decided) house.audit.add(caller, "accepted", `approved: ${method} ${path.slice(0, 500)}`, 200, { access: made.access.summary, guards, detail: reason, history });
    },
  });
  const answer: Approved = { ...seen, history, decided: decided.map(({ id }) => id), failed, inbox: summaryOf(house) };
  return json(answer);
}

async function dismiss({ house, caller, request }: Call): Promise<Response> {
  const body = await bodyOf<InboxChoice>(request);
  const entries = house.inbox.entries(stringsOf(body.ids, "ids")).filter(({ state }) => state === "undecided");
  const reason = reasonOf(body);
  house.keep(() => {
    house.inbox.decide(entries, "dismissed", { at: new Date().toISOString(), person: caller.name, reason, history: null });
    for (const { method, path, guards } of entries) house.audit.add(caller, "refused", `dismissed: ${method} ${path.slice(0, 500)}`, 200, { guards: guardNames(guards), detail: reason });
  });
  return json({ decided: entries.map(({ id }) => id), inbox: summaryOf(house) } satisfies Dismissed);
}

async function clear({ house, caller, request }: Call): Promise<Response> {
  const ids = stringsOf((await bodyOf<ClearBody>(request)).ids, "ids");
  house.keep(() => {
    house.refused.clear(ids);
    house.audit.add(caller, "accepted", "refused requests cleared", 204, { detail: `${ids.length} of them` });
  });
  return new Response(null, { status: 204 });
}

async function forgetDeparted({ house, caller, request }: Call): Promise<Response> {
  const ids = stringsOf((await bodyOf<ClearBody>(request)).ids, "ids");
  house.keep(() => {
    house.departed.forget(ids);
    house.audit.add(caller, "accepted", "grants of the deleted are offered no more", 204, { detail: ids.join(", ").slice(0, 1000) });
  });
  return new Response(null, { status: 204 });
}

function guardOf(query: URLSearchParams): HindsightQuery {
  const number = (name: string) => (query.has(name) ? { [name]: numberOf(query, name, 0) } : {});
  return { type: wanted(query, "type"), outcome: query.get("outcome") ?? "hold", ...number("count"), ...number("share"), ...number("window") };
}

async function undo({ house, caller, request, id }: Call): Promise<Response> {
  const body = await bodyOf<UndoBody>(request);
  const entry = house.history.entry(Number(id));
  const inverse = house.history.inverse(entry.seq);
  if (inverse === null) throw refuse(409, "this entry cannot be undone: it changed nothing, or replaced everything");
  if (entry.undoneBy !== null) throw refuse(409, `this entry was undone already, by ${entry.undoneBy}`);
  const context = contextOf(caller, { requests: inverse, ...(body.approve === undefined ? {} : { approve: body.approve }), ...(body.expect === undefined ? {} : { expect: body.expect }) });
  if (body.commit === true) return applied(house, caller, inverse, context, { what: "undo", reason: reasonOf(body), approved: body.approve ?? [], undoes: entry.seq });
  const base = house.resident.organization.version;
  return json(preview(house, base, house.plan(inverse, context)));
}

// ── tokens

async function createToken({ house, caller, request }: Call): Promise<Response> {
  const body = await bodyOf<TokenBody>(request);
  const created = await house.tokens.create(body, caller.name, ({ name, scope, id }) => house.audit.add(caller, "accepted", "token created", 201, { detail: `${scope} ${name} (${id})` }));
  return json(created, 201);
}

function revokeToken({ house, caller, id }: Call): Response {
  if (id === caller.id) throw refuse(409, "a token cannot revoke itself: use another administrator's");
  house.tokens.revoke(id, (name) => house.audit.add(caller, "accepted", "token revoked", 204, { detail: `${name} (${id})` }));
  return new Response(null, { status: 204 });
}

// ── reading what came

async function bodyOf<T>(request: Request): Promise<T> {
  const bytes = await readBody(request, BODY);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes ?? new Uint8Array()));
  } catch {
    body = null;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw refuse(400, "the body must be a JSON object");
  return body as T;
}

function requestsOf({ requests }: PlanBody): ScimRequest[] {
  if (!Array.isArray(requests)) throw refuse(400, "`requests` must be a list of SCIM requests");
  return requests;
}

function contextOf(caller: Caller, { approve, expect, atomic = true, accessLimit = 1000, now, ids = [], dialect }: PlanBody): Context {
  if (dialect !== undefined && !DIALECTS.includes(dialect)) throw refuse(400, `\`dialect\` is ${DIALECTS.join(", ")}`);
  if (now !== undefined && !(Math.abs(Date.parse(now) - Date.now()) <= CLOCKS)) throw refuse(400, "`now` must be within five minutes of the worker's clock");
  const given = [...stringsOf(ids, "ids")];
  return {
    actor: actorOf(caller), atomic, accessLimit: Math.min(accessLimit, 10_000), newId: () => given.shift() ?? crypto.randomUUID(),
    ...(approve === undefined ? {} : { approve }), ...(expect === undefined ? {} : { expect }), ...(now === undefined ? {} : { now }), ...(dialect === undefined ? {} : { dialect }),
  };
}

const reasonOf = ({ reason }: { reason?: unknown }) => (typeof reason === "string" && reason.trim() !== "" ? reason.trim().slice(0, 1000) : null);

function stringsOf(value: unknown, name: string): string[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) throw refuse(400, `\`${name}\` must be a list of strings`);
  return value as string[];
}

function wanted(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === "") throw refuse(400, `\`${name}\` is missing in the query`);
  return value;
}

const objectOf = (query: URLSearchParams) => ({ type: wanted(query, "type"), id: wanted(query, "id") }) as ObjectRef;

function numberOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw refuse(400, `\`${name}\` must be a number`);
  return Number(text);
}

const limitOf = (query: URLSearchParams, otherwise: number) => Math.min(1000, Math.max(1, numberOf(query, "limit", otherwise)));

function stateOf(query: URLSearchParams, otherwise: InboxState | "all"): InboxState | "all" {
  const state = query.get("state") ?? otherwise;
  if (!["undecided", "approved", "dismissed", "all"].includes(state)) throw refuse(400, "`state` is undecided, approved, dismissed or all");
  return state as InboxState | "all";
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse(400, `\`${text}\` is not percent-encoded text`);
  }
}

const attachment = ({ name }: House, what: string) => ({ "content-disposition": `attachment; filename="${name}-${what}-${new Date().toISOString().slice(0, 10)}.ndjson"` });
