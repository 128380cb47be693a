// Held requests of identity providers, until an administrator decides. What is held means that leavers still have access, so
// every entry leads with that.
import type { AccessChange, Context, GuardFinding, Organization, Plan, ScimRequest } from "scim-policy";
import type { Inbox as Page, InboxDetail, InboxEntry, InboxState, InboxSummary } from "./api.js";
import { refuse } from "./answers.js";
import { digest, type Caller } from "./tokens.js";
import { kept } from "./history.js";
import { nameOf, namesOf, targetOf } from "./names.js";
import { countPeople } from "./people.js";
import type { Store } from "./store.js";

/** Undecided for longer turns red: Entra's retries come further and further apart, and end after 7 days. */
const RED = 24 * 3_600_000;
/** Guards that keep holding while their holds are undecided. */
const LASTING = ["massLoss", "emptySource"];
const PEOPLE = 20;
/** Undecided requests that are planned together for the headline; beyond, the counts of their last coming are taken. */
const PLANNED = 200;

type Kept = Pick<InboxEntry, "provider" | "method" | "path" | "guards" | "access" | "losing" | "people" | "decision" | "outcome"> & { target: InboxEntry["target"] };
type Row = { seq: number; fingerprint: string; state: string; firstAt: string; lastAt: string; count: number; value: string };

/** What a held request is known by when the provider sends it again. */
export const fingerprint = (caller: Caller, request: ScimRequest) => digest(`${caller.id} ${kept(request)}`);

export const age = (since: string, now: number): string => {
  const minutes = Math.max(0, Math.round((now - Date.parse(since)) / 60_000));
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
};
const people = (count: number) => (count === 1 ? "1 person" : `${count} people`);

export class Inbox {
  #store: Store;
  #unresolved: string[] | null = null;
  #summary: { version: string; summary: Pick<InboxSummary, "people" | "lockedOut"> } | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Forgets what it remembers: after a transaction that failed, and after each decision. */
  forget(): void {
    this.#unresolved = null;
    this.#summary = null;
  }

  /** `Context.unresolved` of a request: guards whose holds are undecided, and those of its own hold that was dismissed. */
  unresolved(print: string): string[] {
    this.#unresolved ??= guardsOf(this.#rows("state = 'undecided'"));
    const dismissed = this.#rows("fingerprint = ? AND state = 'dismissed'", print);
    return dismissed.length === 0 ? this.#unresolved : [...new Set([...this.#unresolved, ...guardsOf(dismissed)])];
  }

  /** Only within a transaction: a request was held, for the first time or again. */
  hold(caller: Caller, request: ScimRequest, print: string, plan: Plan, organization: Organization): void {
    const now = new Date().toISOString();
    const losers = countPeople(organization, plan).who("lose").sort();
    const target = targetOf(request.path);
    const value: Kept = {
      provider: { token: caller.id, name: caller.name, dialect: caller.dialect }, method: request.method as Kept["method"], path: request.path,
      target: target === null ? null : { ...target, name: nameOf(this.#store, target.type, target.id) }, guards: plan.guards, access: plan.access.summary, losing: losers.length,
      people: losers.slice(0, PEOPLE).map((id) => ({ id, name: nameOf(this.#store, "User", id) })), decision: null, outcome: null,
    };
    const open = this.#rows("fingerprint = ? AND state <> 'approved'", print)[0];
    let seq: number;
    if (open === undefined) {
      this.#store.run("INSERT INTO inbox (fingerprint, state, firstAt, lastAt, count, value) VALUES (?, 'undecided', ?, ?, 1, ?)", print, now, now, JSON.stringify(value));
      seq = this.#store.lastSeq();
      this.#store.setText(`held/${seq}`, kept(request));
    } else {
      seq = open.seq;
      const { decision } = JSON.parse(open.value) as Kept;
      this.#store.run("UPDATE inbox SET lastAt = ?, count = count + 1, value = ? WHERE seq = ?", now, JSON.stringify({ ...value, decision }), seq);
      this.#store.run("DELETE FROM piece WHERE owner = ?", `loss/${seq}`);
    }
    this.#store.setText(`loss/${seq}`, JSON.stringify(plan.access.changes));
    this.forget();
  }

  /** Only within a transaction. */
  decide(entries: readonly InboxEntry[], state: InboxState, decision: InboxEntry["decision"], outcomes: Map<string, InboxEntry["outcome"]> = new Map()): void {
    for (const { id } of entries) {
      const row = this.#row(id);
      const value: Kept = { ...(JSON.parse(row.value) as Kept), decision, outcome: outcomes.get(id) ?? null };
      this.#store.run("UPDATE inbox SET state = ?, value = ? WHERE seq = ?", state, JSON.stringify(value), row.seq);
    }
    this.forget();
  }

  page(state: InboxState | "all", after: string | null, limit: number, summary: InboxSummary): Page {
    const oldestFirst = state === "undecided";
    const start = after === null ? (oldestFirst ? 0 : Number.MAX_SAFE_INTEGER) : Number(after);
    const rows = this.#rows(`(?1 = 'all' OR state = ?1) AND seq ${oldestFirst ? ">" : "<"} ?2 ORDER BY seq ${oldestFirst ? "ASC" : "DESC"} LIMIT ?3`, state, start, limit + 1);
    const entries = rows.slice(0, limit).map((row) => entryOf(row));
    return { summary, entries, next: rows.length > limit ? entries.at(-1)!.id : null };
  }

  /** In the order they came first; 404 for one that is not there. */
  entries(ids: readonly string[]): InboxEntry[] {
    return [...new Set(ids)].map((id) => this.#row(id)).sort((a, b) => a.seq - b.seq).map((row) => entryOf(row));
  }

  detail(id: string): InboxDetail {
    const entry = entryOf(this.#row(id));
    const changes = JSON.parse(this.#store.text(`loss/${id}`) ?? "[]") as AccessChange[];
    return { ...entry, request: this.request(id), changes, names: namesOf(this.#store, changes) };
  }

  /** The request as it was held, without its password and its If-Match: an approval applies it to the present state. */
  request(id: string): ScimRequest {
    return JSON.parse(this.#store.text(`held/${id}`) ?? "null") as ScimRequest;
  }

  *lines(state: InboxState | "all"): Generator<Uint8Array> {
    for (const { seq } of this.#rows("?1 = 'all' OR state = ?1 ORDER BY seq", state)) yield new TextEncoder().encode(`${JSON.stringify(this.detail(String(seq)))}\n`);
  }

  /** What leads every page. */
  summary(organization: Organization): InboxSummary {
    const undecided = this.#rows("state = 'undecided' ORDER BY seq");
    const dismissed = this.#store.row<{ count: number }>("SELECT count(*) AS count FROM inbox WHERE state = 'dismissed'")!.count;
    const now = Date.now();
    const losses = this.#losses(organization, undecided);
    const oldest = undecided.reduce<string | null>((least, { firstAt }) => (least === null || firstAt < least ? firstAt : least), null);
    const red = undecided.filter(({ firstAt }) => now - Date.parse(firstAt) > RED).length;
    const headline = oldest === null ? null : losses.people > 0
      ? `${people(losses.people)} removed by the identity provider still ${losses.people === 1 ? "has" : "have"} access, oldest ${age(oldest, now)}`
      : `${undecided.length === 1 ? "1 request" : `${undecided.length} requests`} of the identity provider held, oldest ${age(oldest, now)}; nobody would lose access`;
    const warning = red === 0 ? null : "Entra stops retrying after 7 days, and quarantines a job of which most requests fail: decide before that";
    return { undecided: undecided.length, red, ...losses, oldest, dismissed, headline, warning };
  }

  #losses(organization: Organization, undecided: readonly Row[]): Pick<InboxSummary, "people" | "lockedOut"> {
    if (undecided.length === 0) return { people: 0, lockedOut: 0 };
    const { version } = organization;
    if (this.#summary?.version === version) return this.#summary.summary;
    let summary = { people: 0, lockedOut: 0 };
    if (undecided.length <= PLANNED) {
      const plan = organization.plan(undecided.map(({ seq }) => this.request(String(seq))), { ...approvalContext(entryOf(undecided[0]!)), approve: [], accessLimit: 0 });
      summary = { people: countPeople(organization, plan).people.lose, lockedOut: plan.access.summary.lockedOut };
    } else {
      const ids = new Set(undecided.flatMap(({ value }) => (JSON.parse(value) as Kept).people.map(({ id }) => id)));
      summary = { people: ids.size, lockedOut: 0 };
    }
    this.#summary = { version, summary };
    return summary;
  }

  #row(id: string): Row {
    const row = /^\d{1,15}$/.test(id) ? this.#rows("seq = ?", Number(id))[0] : undefined;
    if (row === undefined) throw refuse(404, `the inbox has no entry \`${id}\``);
    return row;
  }

  #rows(where: string, ...values: SqlStorageValue[]): Row[] {
    return this.#store.rows<Row>(`SELECT * FROM inbox WHERE ${where}`, ...values);
  }
}

/** What an approval of held requests is planned under: the provider's own rights and tolerances. */
export const approvalContext = (entry: InboxEntry): Context => ({
  actor: { kind: "identityProvider" }, ...(entry.provider.dialect === null ? {} : { dialect: entry.provider.dialect }),
});

export const guardNames = (guards: readonly GuardFinding[]) => [...new Set(guards.filter(({ outcome }) => outcome === "hold").map(({ guard }) => guard as string))];
const guardsOf = (rows: readonly Row[]) => {
  const names = new Set(rows.flatMap(({ value }) => guardNames((JSON.parse(value) as Kept).guards)));
  return LASTING.filter((guard) => names.has(guard));
};

function entryOf({ seq, state, firstAt, lastAt, count, value }: Row): InboxEntry {
  const entry = JSON.parse(value) as Kept;
  const now = Date.now();
  // Entries of an older worker have no count of their own.
  const losing = entry.losing ?? (entry.access.kinds.revoke + entry.access.kinds.downgrade > 0 ? entry.access.users : 0);
  const since = age(firstAt, now);
  const meaning = state === "approved" ? "applied"
    : losing > 0 ? `${people(losing)} removed by ${entry.provider.name} still ${losing === 1 ? "has" : "have"} access, for ${since}`
      : `held for ${since}: ${entry.guards[0]?.detail ?? "a guard"}`;
  return {
    id: String(seq), state: state as InboxState, meaning, red: state === "undecided" && now - Date.parse(firstAt) > RED, firstAt, lastAt, count, ...entry, losing,
  };
}
