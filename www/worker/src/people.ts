// Whose access a change touches, counted over all rows of its diff, and never over those alone that are listed.
import type { AccessTable, Organization, Plan } from "scim-policy";

export interface People {
  /** People who gain access or may do more, who lose access or may do less; some are both. */
  gain: number;
  lose: number;
  /** People whose access changes at all: `gain` or `lose`. */
  changed: number;
  /** People for whom only the way changes. */
  same: number;
  /** People for whom only what they would have changes. */
  later: number;
}

const CHUNK = 50_000;
const LOSE = 1, GAIN = 2, LATER = 4, SAME = 8;
const BITS: Record<string, number> = { revoke: LOSE, downgrade: LOSE, grant: GAIN, upgrade: GAIN, latent: LATER, masked: SAME };

/** Takes the rows of a diff a table at a time. */
export class PeopleCount {
  #seen = new Map<string, number>();
  #revokes = new Map<string, number>();

  add({ users, kinds, rows }: AccessTable): void {
    const bits = new Uint8Array(users.length);
    const revokes = new Uint32Array(users.length);
    const of = kinds.map((kind) => BITS[kind] ?? 0);
    const revoke = kinds.indexOf("revoke");
    for (let row = 0; row < rows.length; row += 3) {
      const kind = rows[row + 2]! >>> 16;
      bits[rows[row]!]! |= of[kind]!;
      if (kind === revoke) revokes[rows[row]!]! += 1;
    }
    users.forEach((user, index) => {
      this.#seen.set(user, (this.#seen.get(user) ?? 0) | bits[index]!);
      if (revokes[index]! > 0) this.#revokes.set(user, (this.#revokes.get(user) ?? 0) + revokes[index]!);
    });
  }

  /** Of those who lose and gain nothing, who has no access left; at most so many. */
  leftWithNothing(organization: Organization, most: number): string[] {
    const found: string[] = [];
    for (const [user, revokes] of this.#revokes) {
      if (found.length >= most) break;
      if (((this.#seen.get(user) ?? 0) & GAIN) === 0 && organization.accessOf(user).length === revokes) found.push(user);
    }
    return found;
  }

  /** Who loses or may do less, who gains or may do more. */
  who(which: "lose" | "gain"): string[] {
    const bit = which === "lose" ? LOSE : GAIN;
    return [...this.#seen].filter(([, bits]) => (bits & bit) !== 0).map(([user]) => user);
  }

  get people(): People {
    const people: People = { gain: 0, lose: 0, changed: 0, same: 0, later: 0 };
    for (const bits of this.#seen.values()) {
      if (bits & GAIN) people.gain += 1;
      if (bits & LOSE) people.lose += 1;
      if (bits & (GAIN | LOSE)) people.changed += 1;
      else if (bits & SAME) people.same += 1;
      else if (bits & LATER) people.later += 1;
    }
    return people;
  }
}

/** All rows of a plan's diff, some at a time. */
export function* tablesOf(organization: Organization, plan: Plan): Generator<AccessTable> {
  for (let offset = 0; ; ) {
    const table = organization.accessTable(plan, { offset, limit: CHUNK });
    if (table.rows.length === 0) return;
    yield table;
    offset += table.rows.length / 3;
  }
}

export function countPeople(organization: Organization, plan: Plan): PeopleCount {
  const count = new PeopleCount();
  for (const table of tablesOf(organization, plan)) count.add(table);
  return count;
}
