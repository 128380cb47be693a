// Requests of identity providers that were refused (4xx), with what to mend where they come from.
import type { Dialect, ScimRequest, ScimResponse, ScimType } from "scim-policy";
import type { Refused as Page, RefusedEntry } from "./api.js";
import { detailOf } from "./names.js";
import type { Store } from "./store.js";
import type { Caller } from "./tokens.js";

/** Entries kept at most; the one longest unseen gives way. */
const MOST = 1_000;

type Kept = Omit<RefusedEntry, "id" | "firstAt" | "lastAt" | "count">;
type Row = { id: string; firstAt: string; lastAt: string; count: number; value: string };

/** Refusals that are part of a healthy conversation. */
export const isRefusal = ({ method }: ScimRequest, { status }: ScimResponse) => status >= 400 && status < 500 && status !== 412 && !(method === "GET" && status === 404);

export class Refused {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Only within a transaction. */
  add(caller: Caller, { method, path }: ScimRequest, response: ScimResponse): void {
    const now = new Date().toISOString();
    const { detail, scimType } = detailOf(response);
    const { status } = response;
    const place = path.length > 500 ? `${path.slice(0, 499)}…` : path;
    const value: Kept = {
      provider: { token: caller.id, name: caller.name, dialect: caller.dialect }, method, path: place, status, scimType: scimType as ScimType | null, detail,
      mend: mend(caller.dialect, status, scimType),
    };
    const id = hash(`${caller.id} ${method} ${place} ${status} ${detail}`);
    this.#store.run("INSERT INTO refused VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET lastAt = excluded.lastAt, count = count + 1", id, now, now, JSON.stringify(value));
    this.#store.run("DELETE FROM refused WHERE id IN (SELECT id FROM refused ORDER BY lastAt DESC LIMIT -1 OFFSET ?)", MOST);
  }

  page(after: string | null, limit: number): Page {
    const rows = this.#store.rows<Row>("SELECT * FROM refused ORDER BY lastAt DESC, id");
    const start = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
    const chosen = rows.slice(start, start + limit);
    return { entries: chosen.map(({ value, ...row }) => ({ ...row, ...(JSON.parse(value) as Kept) })), next: start + limit < rows.length ? chosen.at(-1)!.id : null };
  }

  totals(): { entries: number; requests: number; last: string | null } {
    return this.#store.row<{ entries: number; requests: number; last: string | null }>("SELECT count(*) AS entries, coalesce(sum(count), 0) AS requests, max(lastAt) AS last FROM refused")!;
  }

  clear(ids: readonly string[]): void {
    for (const id of ids) this.#store.run("DELETE FROM refused WHERE id = ?", id);
  }
}

/** FNV-1a in 53 bits: it tells entries of one list apart, no more. */
function hash(text: string): string {
  let high = 0x811c9dc5, low = 0x1b873593;
  for (let index = 0; index < text.length; index++) {
    high = Math.imul(high ^ text.charCodeAt(index), 0x01000193);
    low = Math.imul(low ^ text.charCodeAt(index), 0x85ebca6b);
  }
  return `${(high >>> 0).toString(16).padStart(8, "0")}${(low >>> 0).toString(16).padStart(8, "0")}`;
}

/** What to do about it, in the words of the provider's own pages. */
function mend(dialect: Dialect | null, status: number, scimType: string | null): string {
  const mappings = dialect === "entra" ? "Entra: Enterprise applications › this application › Provisioning › Attribute mapping"
    : dialect === "okta" ? "Okta: Applications › this application › Provisioning › To App › Attribute mappings" : "the provider's attribute mapping";
  const again = dialect === "entra" ? "then Provision on demand tries it at once" : dialect === "okta" ? "then Force Sync tries it at once" : "then send it again";
  if (status === 403) return "The organization's `features.scim` is off, or the path is none a provider may use. Turn SCIM on in the organization's settings, or point the provider at /Users and /Groups alone.";
  if (status === 404) return "It is about somebody who is not here (any more). Restart provisioning for that person or group, so that the provider matches or creates them anew.";
  if (status === 405 || status === 415) return "The provider uses a method or content type that SCIM does not have here. Check that the tenant URL is the one shown on this page, and that the application is a SCIM 2.0 one.";
  if (status === 413 || scimType === "tooMany") return `The request is larger than a limit of this organization. Lower the provider's batch size, or raise the limit in the settings; ${again}.`;
  if (status === 409 || scimType === "uniqueness") return `Another user or group has that name already. Mend the duplicate at the provider, or map a unique attribute to userName (${mappings}); ${again}.`;
  switch (scimType) {
    case "invalidFilter": return `The matching attribute gives a filter that cannot be answered. Match on userName or externalId (${mappings}); ${again}.`;
    case "invalidPath": return `A target attribute is mapped that does not exist here. Remove it or correct its name (${mappings}); ${again}.`;
    case "mutability": return `A mapped attribute cannot be written here. Set it to be applied only during creation, or remove it (${mappings}); ${again}.`;
    case "noTarget": return `An attribute is mapped to an element that is not there. Choose the dialect of this provider for its token, or correct the mapping (${mappings}); ${again}.`;
    case "invalidSyntax": return `The message is not SCIM as the RFC has it. Choose the dialect of this provider for its token; ${again}.`;
    case "invalidValue": return `A value has a form that is not allowed, or names somebody who is not here. Correct it at its source or map a default (${mappings}); ${again}. Of a group, provision its members first.`;
    default: return `Read what the provider was told, and correct the mapping (${mappings}); ${again}.`;
  }
}
