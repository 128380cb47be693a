// The rows of a plan's access diff, packed: one number a row, sorted by person and object, so that 100,000 rows are
// sorted, counted, filtered and looked up without an object for each.
import type { AccessChangeKind, AccessTable, ObjectRef, Organization, Plan } from "scim-policy";
import { PeopleCount, tablesOf, type People } from "../../../worker/src/people";
import type { Directory } from "./directory";

export const KINDS: AccessChangeKind[] = ["revoke", "downgrade", "grant", "upgrade", "latent", "masked"];
/** Rows the page holds at most; what is beyond them is counted, never listed. */
export const MOST_ROWS = 200_000;
/** 3 bits of kind, 4 of the role before, 4 of the role after. */
const PAYLOAD = 2048;

export interface Row {
  user: string;
  object: ObjectRef;
  kind: AccessChangeKind;
  /** Ranks from 1, 0 for none. */
  before: number;
  after: number;
  key: number;
}

export class DiffRows {
  users: string[];
  objects: ObjectRef[];
  userNames: string[];
  objectNames: string[];
  /** (user rank × objects + object rank) × PAYLOAD + payload, ascending. */
  packed: Float64Array;
  /** How many rows there are in all, and of each kind, listed or not. */
  total: number;
  counts: Record<AccessChangeKind, number>;

  constructor(tables: AccessTable[], kinds: Record<AccessChangeKind, number>, names: { user(id: string): string; object(ref: ObjectRef): string }) {
    const users = new Map<string, number>();
    const objects = new Map<string, number>();
    const refs: ObjectRef[] = [];
    for (const table of tables) {
      for (const user of table.users) if (!users.has(user)) users.set(user, users.size);
      for (const object of table.objects) if (!objects.has(object.id)) objects.set(object.id, refs.push(object) - 1);
    }
    const rankUsers = ranked([...users.keys()], names.user);
    const rankObjects = ranked(refs, names.object);
    this.users = rankUsers.order;
    this.objects = rankObjects.order;
    this.userNames = rankUsers.names;
    this.objectNames = rankObjects.names;
    this.counts = kinds;
    this.total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    this.packed = new Float64Array(tables.reduce((sum, table) => sum + table.rows.length / 3, 0));
    let at = 0;
    for (const table of tables) {
      const user = table.users.map((id) => rankUsers.rank[users.get(id)!]!);
      const object = table.objects.map((ref) => rankObjects.rank[objects.get(ref.id)!]!);
      const kind = table.kinds.map((name) => KINDS.indexOf(name));
      for (let row = 0; row < table.rows.length; row += 3) {
        const word = table.rows[row + 2]!;
        const which = kind[word >>> 16]!;
        this.packed[at++] = (user[table.rows[row]!]! * refs.length + object[table.rows[row + 1]!]!) * PAYLOAD + (which << 8) + (((word >>> 8) & 15) << 4) + (word & 15);
      }
    }
    this.packed.sort();
  }

  get length() {
    return this.packed.length;
  }
  /** Rows that are there and not in the list. */
  get beyond() {
    return Math.max(0, this.total - this.packed.length);
  }

  row(index: number): Row {
    return this.#unpack(this.packed[index]!);
  }
  userAt(index: number): number {
    return Math.floor(this.packed[index]! / PAYLOAD / this.objects.length);
  }
  objectAt(index: number): number {
    return Math.floor(this.packed[index]! / PAYLOAD) % this.objects.length;
  }
  kindAt(index: number): number {
    return (this.packed[index]! % PAYLOAD) >>> 8;
  }
  /** The change of one person on one object, by their ranks. */
  cell(user: number, object: number): Row | null {
    const low = (user * this.objects.length + object) * PAYLOAD;
    const found = this.packed[this.#from(low)];
    return found !== undefined && found < low + PAYLOAD ? this.#unpack(found) : null;
  }
  /** The rows of one person, who is known by rank. */
  *of(user: number): Generator<Row> {
    const width = this.objects.length * PAYLOAD;
    for (let index = this.#from(user * width); index < this.packed.length && this.packed[index]! < (user + 1) * width; index++) yield this.#unpack(this.packed[index]!);
  }
  /** The first row that is not below. */
  #from(low: number): number {
    let from = 0;
    let to = this.packed.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.packed[middle]! < low) from = middle + 1;
      else to = middle;
    }
    return from;
  }
  #unpack(packed: number): Row {
    const payload = packed % PAYLOAD;
    const pair = Math.floor(packed / PAYLOAD);
    const user = Math.floor(pair / this.objects.length);
    return { user: this.users[user]!, object: this.objects[pair % this.objects.length]!, kind: KINDS[payload >>> 8]!, before: (payload >>> 4) & 15, after: payload & 15, key: pair };
  }
}

function ranked<T>(items: T[], nameOf: (item: T) => string): { order: T[]; names: string[]; rank: number[] } {
  const names = items.map(nameOf);
  const collator = new Intl.Collator("en", { numeric: true });
  const order = items.map((_, index) => index).sort((a, b) => collator.compare(names[a]!, names[b]!) || a - b);
  const rank: number[] = [];
  order.forEach((item, place) => (rank[item] = place));
  return { order: order.map((index) => items[index]!), names: order.map((index) => names[index]!), rank };
}

/** Reads a plan's diff, in chunks; `before` and `after` name what one of them no longer or not yet knows. All rows are counted, the first are kept. */
export function readDiff(organization: Organization, plan: Plan, before: Directory, after: Directory): { rows: DiffRows; people: People } {
  const tables: AccessTable[] = [];
  const count = new PeopleCount();
  let kept = 0;
  for (const table of tablesOf(organization, plan)) {
    count.add(table);
    if (kept < MOST_ROWS) tables.push(table);
    kept += table.rows.length / 3;
  }
  return { rows: new DiffRows(tables, plan.access.summary.kinds, namesIn(before, after)), people: count.people };
}

/** What people and places are called after a change, or were called before it. */
export const namesIn = (before: Directory, after: Directory) => ({
  user: (id: string) => after.people.get(id)?.name ?? before.personName(id),
  object: (ref: ObjectRef) => pathName(after.places.has(ref.id) ? after : before, ref),
});

/** Where something is, from the workspace down: rows and columns lie in the order of the tree. */
export function pathName(directory: Directory, ref: ObjectRef): string {
  const trail = directory.trail(ref.id).map((at) => at.name).join(PATH);
  return trail === "" ? directory.objectName(ref) : trail;
}
export const PATH = " / ";
export const leaf = (path: string) => (path.includes(PATH) ? path.slice(path.lastIndexOf(PATH) + PATH.length) : path);
export const above = (path: string) => (path.includes(PATH) ? path.slice(0, path.lastIndexOf(PATH)) : "");

export interface Tally {
  /** People whose access changes. */
  people: number;
  gain: number;
  lose: number;
  lockedOut: number;
  /** People for whom only the way changes. */
  held: number;
  /** People for whom only what they would have changes. */
  later: number;
}

export const tally = ({ changed, gain, lose, same, later }: People, lockedOut: number): Tally => ({ people: changed, gain, lose, lockedOut, held: same, later });

const people = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "person" : "people"}`;

/** A change in one sentence. */
export function sentence(counted: Tally): string {
  const { gain, lose, lockedOut, held, later } = counted;
  const parts: string[] = [];
  const verb = (value: number, one: string, many: string) => `${count(value)} ${value === 1 ? one : many}`;
  if (counted.people === 0) parts.push("Nobody’s access changes");
  else {
    const some = Math.max(0, lose - lockedOut);
    const how = [gain > 0 && verb(gain, "gains access", "gain access"), some > 0 && verb(some, "loses some", "lose some"), lockedOut > 0 && verb(lockedOut, "loses everything", "lose everything")].filter(Boolean);
    parts.push(`${people(counted.people)} ${counted.people === 1 ? "changes" : "change"}${how.length > 0 ? `: ${how.join(", ")}` : ""}`);
  }
  if (held > 0) parts.push(`${count(held)} unchanged because of another way in`);
  if (later > 0) parts.push(`${count(later)} inactive, so not yet`);
  return `${parts.join("; ")}.`;
}
const count = (value: number) => value.toLocaleString("en");
