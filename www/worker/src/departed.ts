// Groups and people that were deleted, and the grants they had. A name is no identity, so one that comes back under it has none of
// them; but an administrator is told, and may give them back.
import type { RecordChange } from "scim-policy";
import type { Departed as Entry } from "./api.js";
import type { Store } from "./store.js";

/** Grants of one that are kept, and entries that are listed. */
const GRANTS = 1_000;
const LISTED = 500;

type Gone = Omit<Entry, "at" | "history">;
type Row = { id: string; at: string; history: number; value: string };

export class Departed {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Who goes by these records, as they are stored before them. Those who had no grant leave nothing to be given back. */
  before(records: readonly RecordChange[]): Gone[] {
    const gone = new Map<string, Gone>();
    for (const { key, value } of records) {
      const found = value === null ? /^(user|group)\/([^/]+)$/.exec(key) : null;
      const stored = found === null ? null : this.#store.record(key);
      if (found === null || stored === null) continue;
      const resource = JSON.parse(stored) as Record<string, unknown>;
      const text = (name: string) => (typeof resource[name] === "string" ? (resource[name] as string) : "");
      const id = decodeURIComponent(found[2]!);
      gone.set(found[2]!, { id, type: found[1] === "user" ? "User" : "Group", name: text("displayName") || text("userName"), userName: text("userName"), externalId: text("externalId"), grants: [] });
    }
    if (gone.size === 0) return [];
    for (const { key, value } of records) {
      const found = value === null ? /^grant\/([^/]+)\/([^/]+)$/.exec(key) : null;
      const one = found === null ? undefined : gone.get(found[2]!);
      const stored = one === undefined || one.grants.length >= GRANTS ? null : this.#store.record(key);
      if (stored === null) continue;
      one!.grants.push({ object: decodeURIComponent(found![1]!), role: (JSON.parse(stored) as { role: string }).role });
    }
    return [...gone.values()].filter(({ grants }) => grants.length > 0);
  }

  /** Only within a transaction, after `before`: they are gone by entry `history`; whoever is there again is not. */
  note(gone: readonly Gone[], records: readonly RecordChange[], history: number): void {
    const at = new Date().toISOString();
    for (const { id, ...value } of gone) this.#store.run("INSERT INTO departed VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at, history = excluded.history, value = excluded.value", id, at, history, JSON.stringify(value));
    if (this.#store.row("SELECT 1 FROM departed LIMIT 1") === undefined) return;
    for (const { key, value } of records) {
      const found = value === null ? null : /^(?:user|group)\/([^/]+)$/.exec(key);
      if (found !== null) this.forget([decodeURIComponent(found[1]!)]);
    }
  }

  /** Only within a transaction. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#store.run("DELETE FROM departed WHERE id = ?", id);
  }

  /** Latest first. */
  list(): Entry[] {
    return this.#store.rows<Row>("SELECT * FROM departed ORDER BY history DESC LIMIT ?", LISTED).map(({ id, at, history, value }) => ({ id, at, history, ...(JSON.parse(value) as Omit<Gone, "id">) }));
  }
}
