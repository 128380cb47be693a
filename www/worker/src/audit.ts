// The audit: every accepted, refused and held change, append-only, without secrets and payloads.
import type { AuditEntry, Audit as Page, HistoryEntry } from "./api.js";
import type { Store } from "./store.js";
import type { Caller } from "./tokens.js";

type Row = { seq: number; value: string };
const PAGE = 500;

export const by = (caller: Caller): HistoryEntry["by"] =>
  ({ kind: caller.scope, token: caller.id, name: caller.name, user: caller.user });

export class Audit {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Only within a transaction. */
  add(caller: Caller, outcome: AuditEntry["outcome"], what: string, status: number, more: Partial<Pick<AuditEntry, "access" | "guards" | "detail" | "history">> = {}): void {
    const entry: Omit<AuditEntry, "seq"> = { at: new Date().toISOString(), outcome, by: by(caller), what, status, access: null, guards: [], detail: null, history: null, ...more };
    this.#store.run("INSERT INTO audit (outcome, value) VALUES (?, ?)", outcome, JSON.stringify(entry));
  }

  page(before: number, limit: number, outcome: string | null): Page {
    const rows = this.#store.rows<Row>("SELECT seq, value FROM audit WHERE seq < ? AND (?2 IS NULL OR outcome = ?2) ORDER BY seq DESC LIMIT ?3", before, outcome, limit + 1);
    const entries = rows.slice(0, limit).map(entryOf);
    return { entries, next: rows.length > limit ? entries.at(-1)!.seq : null };
  }

  /** NDJSON, oldest first, a page at a time. */
  *lines(): Generator<Uint8Array> {
    for (let after = 0; ; ) {
      const rows = this.#store.rows<Row>("SELECT seq, value FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, PAGE);
      if (rows.length === 0) return;
      yield new TextEncoder().encode(rows.map((row) => `${JSON.stringify(entryOf(row))}\n`).join(""));
      after = rows.at(-1)!.seq;
    }
  }
}

const entryOf = ({ seq, value }: Row): AuditEntry => ({ seq, ...(JSON.parse(value) as Omit<AuditEntry, "seq">) });
