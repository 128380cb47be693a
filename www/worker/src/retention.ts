// How long the history, the audit and decided entries of the inbox are kept. What is older goes a batch at a time, with writes.
import type { Env } from "./env.js";
import type { Store } from "./store.js";

const DAY = 86_400_000;
/** How often it is looked for, and how many rows go at once. */
const EVERY = 3_600_000;
const BATCH = 500;

export interface Retention {
  /** Days; 0 keeps for ever. */
  historyDays: number;
  auditDays: number;
}

const days = (text: string | undefined, usual: number) => (text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : usual);
export const retentionOf = (env: Env): Retention => ({ historyDays: days(env.HISTORY_DAYS, 400), auditDays: days(env.AUDIT_DAYS, 800) });

export class Keeper {
  readonly retention: Retention;
  #store: Store;
  #looked = 0;

  constructor(store: Store, retention: Retention) {
    this.#store = store;
    this.retention = retention;
  }

  /** Only within a transaction. Gives how many rows of the audit went, for the audit to say. */
  prune(now = Date.now()): number {
    if (now - this.#looked < EVERY) return 0;
    const { historyDays, auditDays } = this.retention;
    const history = historyDays === 0 ? 0 : this.#history(new Date(now - historyDays * DAY).toISOString());
    const audit = auditDays === 0 ? 0 : this.#audit(new Date(now - auditDays * DAY).toISOString());
    // A full batch leaves more behind: the next write goes on.
    if (history < BATCH && audit < BATCH) this.#looked = now;
    return audit;
  }

  /** After a transaction that failed: it did not happen. */
  forget(): void {
    this.#looked = 0;
  }

  #history(before: string): number {
    const gone = this.#older("history", before);
    for (const seq of gone) {
      this.#store.run("DELETE FROM history WHERE seq = ?", seq);
      this.#texts([`bodies/${seq}`, `changes/${seq}`, `inverse/${seq}`, `toll/${seq}`]);
    }
    // A replica as old as the first entry has to start anew.
    if (gone.length > 0) this.#store.run("DELETE FROM meta WHERE name = 'origin'");
    const decided = this.#store.rows<{ seq: number }>("SELECT seq FROM inbox WHERE state = 'approved' AND lastAt < ? ORDER BY seq LIMIT ?", before, BATCH);
    for (const { seq } of decided) {
      this.#store.run("DELETE FROM inbox WHERE seq = ?", seq);
      this.#texts([`held/${seq}`, `loss/${seq}`]);
    }
    this.#store.run("DELETE FROM departed WHERE at < ?", before);
    return gone.length;
  }

  #audit(before: string): number {
    const gone = this.#older("audit", before);
    const last = gone.at(-1);
    if (last === undefined) return 0;
    // The trigger lets go of these alone.
    this.#store.setMeta("auditPruned", String(last));
    this.#store.run("DELETE FROM audit WHERE seq <= ?", last);
    return gone.length;
  }

  /** Rows lie in the order of their times: it stops at the first that is young enough. */
  #older(table: "history" | "audit", before: string): number[] {
    const first = (count: number) => this.#store.rows<{ seq: number; at: string }>(`SELECT seq, json_extract(value, '$.at') AS at FROM ${table} ORDER BY seq LIMIT ?`, count);
    if (!first(1).some(({ at }) => at < before)) return [];
    return first(BATCH).filter(({ at }) => at < before).map(({ seq }) => seq);
  }

  #texts(owners: string[]): void {
    for (const owner of owners) this.#store.run("DELETE FROM piece WHERE owner = ?", owner);
  }
}
