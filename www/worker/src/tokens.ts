// Bearer tokens: 256 random bits, kept as SHA-256, compared in constant time. What has that many random bits needs no slow hash.
import type { Dialect } from "scim-policy";
import type { Scope, TokenBody, TokenCreated, TokenInfo } from "./api.js";
import { refuse } from "./answers.js";
import type { Env } from "./env.js";
import type { Store } from "./store.js";

/** Who asks, by the token they showed. */
export interface Caller {
  id: string;
  scope: Scope;
  name: string;
  user: string | null;
  dialect: Dialect | null;
  expiresAt: string | null;
}

type Row = { id: string; hash: string; scope: string; name: string; user: string | null; dialect: string | null; hint: string;
  createdAt: string; createdBy: string; expiresAt: string | null; lastUsedAt: string | null; revokedAt: string | null };

/** Tokens of the environment shorter than this are not taken: an empty secret must not be one. */
const SHORTEST = 16;
/** How exactly the last use is kept, in milliseconds: a row written for each request would cost more than the request. */
const USE_KEPT = 60_000;
const DIALECTS = ["rfc", "entra", "okta"];

export class Tokens {
  #store: Store;
  #fixed: Promise<{ caller: Caller; hash: string }[]>;
  #rows: Row[] | null = null;

  constructor(store: Store, env: Env, organization: string) {
    this.#store = store;
    this.#fixed = fixed(env, organization);
  }

  /** Whose token `request` shows; null when it shows none that is good. */
  async caller(request: Request): Promise<Caller | null> {
    const shown = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (shown === undefined) return null;
    const hash = await digest(shown);
    let found: Caller | null = null;
    // All of them are looked at, so that the time does not tell which one was close.
    for (const known of await this.#fixed) if (same(known.hash, hash)) found = known.caller;
    const now = new Date().toISOString();
    for (const row of this.#load()) {
      const good = row.revokedAt === null && (row.expiresAt === null || row.expiresAt > now);
      if (!same(row.hash, hash) || !good) continue;
      found = { id: row.id, scope: row.scope as Scope, name: row.name, user: row.user, dialect: row.dialect as Dialect | null, expiresAt: row.expiresAt };
      if (row.lastUsedAt === null || Date.parse(now) - Date.parse(row.lastUsedAt) > USE_KEPT) {
        row.lastUsedAt = now;
        this.#store.run("UPDATE token SET lastUsedAt = ? WHERE id = ?", now, row.id);
      }
    }
    return found;
  }

  list(): TokenInfo[] {
    return this.#load().map(({ hash: _, ...info }) => info as TokenInfo);
  }

  /** `note` is written in the same transaction. */
  async create(body: TokenBody, by: string, note: (info: TokenInfo) => void): Promise<TokenCreated> {
    const { scope, name, user = null, dialect = null, expiresAt = null } = body;
    if (scope !== "identityProvider" && scope !== "administrator") throw refuse(400, '`scope` must be "identityProvider" or "administrator"');
    if (typeof name !== "string" || name.trim() === "" || name.length > 200) throw refuse(400, "`name` must say whose token it is, in at most 200 characters");
    if (user !== null && (typeof user !== "string" || scope !== "administrator")) throw refuse(400, "`user` is the id of the user an administrator's token is bound to");
    if (dialect !== null && (!DIALECTS.includes(dialect) || scope !== "identityProvider")) throw refuse(400, '`dialect` is "rfc", "entra" or "okta", for an identity provider\'s token');
    if (expiresAt !== null && !(Date.parse(expiresAt) > Date.now())) throw refuse(400, "`expiresAt` must be a time to come");
    const token = `scim_${base64url(crypto.getRandomValues(new Uint8Array(32)))}`;
    const row: Row = {
      id: crypto.randomUUID(), hash: await digest(token), scope, name: name.trim(), user, dialect, hint: token.slice(-4), createdAt: new Date().toISOString(),
      createdBy: by, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(), lastUsedAt: null, revokedAt: null,
    };
    const { hash: _, ...info } = row;
    this.#store.transaction(() => {
      this.#store.run("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row.id, row.hash, row.scope, row.name, row.user, row.dialect, row.hint,
        row.createdAt, row.createdBy, row.expiresAt, row.lastUsedAt, row.revokedAt);
      note(info as TokenInfo);
    });
    this.#rows = null;
    return { token, info: info as TokenInfo };
  }

  revoke(id: string, note: (name: string) => void): void {
    const row = this.#load().find((known) => known.id === id);
    if (row === undefined) throw refuse(404, "there is no such token");
    if (row.revokedAt !== null) return;
    this.#store.transaction(() => {
      this.#store.run("UPDATE token SET revokedAt = ? WHERE id = ?", new Date().toISOString(), id);
      note(row.name);
    });
    this.#rows = null;
  }

  #load(): Row[] {
    if (!this.#store.there) return [];
    return (this.#rows ??= this.#store.rows<Row>("SELECT * FROM token ORDER BY createdAt, id"));
  }
}

async function fixed(env: Env, organization: string): Promise<{ caller: Caller; hash: string }[]> {
  const known: { caller: Caller; hash: string }[] = [];
  const add = async (token: string | undefined, caller: Caller) => {
    if (token !== undefined && token.length >= SHORTEST) known.push({ caller, hash: await digest(token) });
  };
  await add(env.ADMIN_TOKEN, { id: "operator", scope: "administrator", name: env.ADMIN_NAME || "operator", user: null, dialect: null, expiresAt: null });
  if (organization === "default") await add(env.SCIM_TOKEN, { id: "provider", scope: "identityProvider", name: "SCIM_TOKEN", user: null, dialect: null, expiresAt: null });
  return known;
}

export async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** In a time that does not depend on where they differ. */
function same(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < right.length; index++) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}

const base64url = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
