// What is known of each identity provider: when it last came, what went wrong last. Counted in memory and written once a
// minute, so that a request costs no row: a crash forgets a minute of counts, never a change.
import type { Dialect, ScimRequest, ScimResponse } from "scim-policy";
import type { InboxSummary, ProviderStatus } from "./api.js";
import { age } from "./inbox.js";
import { detailOf } from "./names.js";
import type { Store } from "./store.js";
import type { Caller } from "./tokens.js";

const WRITTEN_EACH = 60_000;
const SILENT = 24 * 3_600_000;
const SHOWN = 30 * 24 * 3_600_000;

type Kept = Omit<ProviderStatus, "red" | "trouble">;

export class Providers {
  #store: Store;
  #known: Map<string, Kept> | null = null;
  #written = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A request came and was answered. `changed`: it wrote something. */
  seen(caller: Caller, request: ScimRequest, response: ScimResponse, changed: boolean): void {
    const now = new Date().toISOString();
    const kept = this.#of(caller.id, caller.name, caller.dialect);
    kept.lastContact = now;
    kept.requests += 1;
    if (changed) {
      kept.lastChange = now;
      kept.changes += 1;
    }
    if (response.status >= 400 && !(request.method === "GET" && response.status === 404)) {
      kept.lastError = { at: now, status: response.status, method: request.method, path: request.path.slice(0, 500), detail: detailOf(response).detail };
      kept.errors += 1;
    }
    if (Date.now() - this.#written > WRITTEN_EACH) {
      this.#write();
      this.#written = Date.now();
    }
  }

  #write(): void {
    for (const [token, kept] of this.#load()) {
      this.#store.run("INSERT INTO provider VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", token, JSON.stringify(kept));
    }
  }

  list(live: readonly { id: string; name: string; dialect: Dialect | null }[], inbox: InboxSummary): ProviderStatus[] {
    for (const { id, name, dialect } of live) this.#of(id, name, dialect);
    const now = Date.now();
    const alive = new Set(live.map(({ id }) => id));
    return [...this.#load().values()]
      .filter(({ token, lastContact }) => alive.has(token) || (lastContact !== null && now - Date.parse(lastContact) < SHOWN))
      .map((kept) => {
        const trouble = troubleOf(kept, inbox, now);
        return { ...kept, red: trouble !== null, trouble };
      });
  }

  #of(token: string, name: string, dialect: Dialect | null): Kept {
    let kept = this.#load().get(token);
    if (kept === undefined) {
      kept = { token, name, dialect, lastContact: null, lastChange: null, lastError: null, requests: 0, changes: 0, errors: 0 };
      this.#load().set(token, kept);
    }
    kept.name = name;
    kept.dialect = dialect;
    return kept;
  }

  #load(): Map<string, Kept> {
    return (this.#known ??= new Map(this.#store.rows<{ token: string; value: string }>("SELECT token, value FROM provider").map(({ token, value }) => [token, JSON.parse(value) as Kept])));
  }
}

function troubleOf({ lastContact, lastError }: Kept, { red, warning }: InboxSummary, now: number): string | null {
  if (red > 0) return `${red === 1 ? "1 request is" : `${red} requests are`} held for more than 24 h. ${warning ?? ""}`.trim();
  if (lastContact !== null && now - Date.parse(lastContact) > SILENT) return `no contact for ${age(lastContact, now)}: look whether provisioning is on there; Entra runs a cycle every 40 minutes`;
  if (lastError !== null && lastError.at === lastContact) return `its last request failed: ${lastError.detail}`;
  return null;
}
