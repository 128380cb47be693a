// What was changed, by whom, what it did to people's access, and how to undo it. It also tells which records changed since a
// version, for replicas.
import type { AccessChange, Plan, RecordChange, ScimRequest } from "scim-policy";
import type { History as Page, HistoryDetail, HistoryEntry } from "./api.js";
import { refuse } from "./answers.js";
import { by } from "./audit.js";
import { withoutPasswords } from "./body.js";
import { namesOf } from "./names.js";
import type { Store } from "./store.js";
import type { Caller } from "./tokens.js";
import type { Toll } from "./toll.js";

/** Keys of one change that are kept for replicas; after a larger one they start anew. */
const KEYS = 5_000;
/** Entries a replica may be behind. */
const BEHIND = 2_000;
/** Bodies of one entry that are kept, in UTF-16 units. */
const BODIES = 256 << 10;

type Row = { seq: number; undoneBy: number | null; value: string };
type Kept = Omit<HistoryEntry, "seq" | "undoneBy">;

export class History {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Only within a transaction; gives its number. */
  add(caller: Caller, what: HistoryEntry["what"], requests: readonly ScimRequest[], plan: Plan, inverse: readonly ScimRequest[], more: { reason: string | null; approved: string[]; undoes: number | null; toll: Toll | null }): number {
    const answered = requests.map(({ method, path }, index) => ({ method, path, status: plan.responses[index]?.status ?? 0 }));
    const title = more.undoes !== null ? `undo of ${more.undoes}` : requests.length === 1 ? `${requests[0]!.method} ${requests[0]!.path}` : `${requests.length} requests`;
    const entry: Kept = {
      at: new Date().toISOString(), by: by(caller), what, title, reason: more.reason, requests: answered, access: plan.access.summary, guards: plan.guards,
      approved: more.approved, version: plan.version, canUndo: inverse.length > 0, undoes: more.undoes, people: { gain: more.toll?.gain ?? 0, lose: more.toll?.lose ?? 0 },
    };
    const keys = plan.records.length > KEYS ? null : JSON.stringify(plan.records.map(({ key }) => key));
    const seq = this.#insert(entry, keys);
    const bodies = `[${requests.map(kept).join(",")}]`;
    if (bodies.length <= BODIES) this.#store.setText(`bodies/${seq}`, bodies);
    if (plan.access.changes.length > 0) this.#store.setText(`changes/${seq}`, JSON.stringify(plan.access.changes));
    if (inverse.length > 0) this.#store.setText(`inverse/${seq}`, JSON.stringify(inverse));
    if (more.toll !== null) this.#store.setText(`toll/${seq}`, JSON.stringify(more.toll));
    if (more.undoes !== null) this.#store.run("UPDATE history SET undoneBy = ? WHERE seq = ?", seq, more.undoes);
    return seq;
  }

  /** Everything was replaced: no inverse, and replicas start anew. */
  addImport(caller: Caller, version: string, records: number): number {
    const kinds = { grant: 0, revoke: 0, upgrade: 0, downgrade: 0, latent: 0, masked: 0 };
    const access = { kinds, users: 0, objects: 0, lockedOut: 0 };
    return this.#insert({ at: new Date().toISOString(), by: by(caller), what: "import", title: `import of ${records} records`, reason: null, requests: [], access, guards: [], approved: [], version, canUndo: false, undoes: null }, null);
  }

  #insert(entry: Kept, keys: string | null): number {
    this.#store.run("INSERT INTO history (version, undoneBy, value, keys) VALUES (?, NULL, ?, ?)", entry.version, JSON.stringify(entry), keys);
    return this.#store.lastSeq();
  }

  page(before: number, limit: number, user: string | null): Page {
    const about = user === null ? null : `"user":${JSON.stringify(user)},`;
    const rows = this.#store.rows<Row>(
      `SELECT seq, undoneBy, value FROM history WHERE seq < ?1
       AND (?2 IS NULL OR EXISTS (SELECT 1 FROM piece WHERE owner = 'changes/' || history.seq AND instr(piece.value, ?2) > 0)) ORDER BY seq DESC LIMIT ?3`,
      before, about, limit + 1,
    );
    const entries = rows.slice(0, limit).map(entryOf);
    return { entries, next: rows.length > limit ? entries.at(-1)!.seq : null };
  }

  entry(seq: number): HistoryEntry {
    const row = this.#store.row<Row>("SELECT seq, undoneBy, value FROM history WHERE seq = ?", seq);
    if (row === undefined) throw refuse(404, "the history has no such entry");
    return entryOf(row);
  }

  detail(seq: number): HistoryDetail {
    const entry = this.entry(seq);
    const changes = this.#json<AccessChange[]>(`changes/${seq}`) ?? [];
    const { kinds } = entry.access;
    const truncated = changes.length < Object.values(kinds).reduce((sum, count) => sum + count, 0);
    return { ...entry, bodies: this.#json(`bodies/${seq}`), changes, truncated, inverse: this.inverse(seq), names: namesOf(this.#store, changes) };
  }

  inverse(seq: number): ScimRequest[] | null {
    return this.#json(`inverse/${seq}`);
  }

  /** The records that changed since the organization was at `version`; null when that is not known. */
  since(version: string): RecordChange[] | null {
    const start = this.#store.row<{ seq: number | null }>("SELECT max(seq) AS seq FROM history WHERE version = ?", version)!.seq ?? (version === this.#store.meta("origin") ? 0 : null);
    if (start === null) return null;
    const rows = this.#store.rows<{ keys: string | null }>("SELECT keys FROM history WHERE seq > ? ORDER BY seq LIMIT ?", start, BEHIND + 1);
    if (rows.length > BEHIND || rows.some(({ keys }) => keys === null)) return null;
    const changed = new Set(rows.flatMap(({ keys }) => JSON.parse(keys ?? "[]") as string[]));
    return Array.from(changed, (key) => {
      const value = this.#store.record(key);
      return { key, value: value === null ? null : JSON.parse(value) };
    });
  }

  #json<T>(owner: string): T | null {
    const text = this.#store.text(owner);
    return text === null ? null : (JSON.parse(text) as T);
  }
}

const entryOf = ({ seq, undoneBy, value }: Row): HistoryEntry => ({ seq, undoneBy, ...(JSON.parse(value) as Kept) });

/** A request as it is kept, as JSON text. */
export function kept({ method, path, body }: ScimRequest): string {
  if (body === undefined || body === null) return JSON.stringify({ method, path });
  const text = typeof body === "string" ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : JSON.stringify(body);
  return `${JSON.stringify({ method, path }).slice(0, -1)},"body":${withoutPasswords(text)}}`;
}
