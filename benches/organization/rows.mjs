// The rows of a diff, counted, and added up in a sum that does not mind their order: equal sums, equal rows.
import { ROLES } from "./made.mjs";

export const KINDS = ["grant", "revoke", "upgrade", "downgrade", "latent", "masked"];
const [GRANT, REVOKE, UPGRADE, DOWNGRADE, LATENT, MASKED] = KINDS.keys();

/** What a user's ranks before and after are called; `same` tells that the way changed. -1 for no row. */
export function kindOf(active, before, after, same) {
  if (!active) return before === after ? -1 : LATENT;
  if (before === after) return same || before === 0 ? -1 : MASKED;
  if (before === 0) return GRANT;
  if (after === 0) return REVOKE;
  return after > before ? UPGRADE : DOWNGRADE;
}

/** Counts by kind: what a summary needs. */
export class Counts {
  kinds = new Float64Array(KINDS.length);

  row(user, object, kind) {
    this.kinds[kind] += 1;
  }

  get total() {
    return this.kinds.reduce((sum, count) => sum + count, 0);
  }
}

/** The same, and the sums. */
export class Rows extends Counts {
  #a = 0;
  #b = 0;

  row(user, object, kind, before, after) {
    super.row(user, object, kind);
    const what = (kind << 6) | (before << 3) | after;
    this.#a = (this.#a + mix(user, Math.imul(object, 0x9e3779b1) ^ what)) | 0;
    this.#b = (this.#b + mix(object ^ 0x5bd1e995, Math.imul(user, 0x85ebca6b) + what)) | 0;
  }

  get text() {
    return `${this.total} rows (${[...this.kinds].join(" ")}) ${(this.#a >>> 0).toString(16)} ${(this.#b >>> 0).toString(16)}`;
  }
}

/** The rows of some users only. */
export class RowsOf extends Rows {
  #users;

  constructor(users) {
    super();
    this.#users = users;
  }

  row(user, ...rest) {
    if (this.#users.has(user)) super.row(user, ...rest);
  }
}

function mix(a, b) {
  let hash = Math.imul(a ^ 0x27d4eb2f, 0x85ebca6b) ^ b;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

/** The rows of a plan, read chunk by chunk. */
export function rowsOf(organization, plan, index) {
  const rows = new Rows();
  const chunk = 200_000;
  for (let offset = 0; ; offset += chunk) {
    const table = organization.accessTable(plan, { offset, limit: chunk });
    if (table.rows.length === 0) return rows;
    const users = table.users.map((id) => index.subject.get(id));
    const objects = table.objects.map(({ id }) => index.object.get(id));
    if (KINDS.some((kind, at) => table.kinds[at] !== kind) || ROLES.some((role, at) => table.roles[at] !== role)) throw new Error("other words than expected");
    for (let at = 0; at < table.rows.length; at += 3) {
      const word = table.rows[at + 2];
      rows.row(users[table.rows[at]], objects[table.rows[at + 1]], word >>> 16, (word >>> 8) & 0xff, word & 0xff);
    }
  }
}
