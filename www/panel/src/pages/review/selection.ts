// Which rows of a diff are shown: by kind and by name; and how many are not.
import { useMemo } from "react";
import { KINDS, type DiffRows } from "../../model/diff";
import type { AccessChangeKind } from "scim-policy";

export interface Selection {
  /** Indexes into the rows, in the order of people, then objects. */
  indexes: Uint32Array;
  /** Ranks of those who appear in them. */
  users: Uint32Array;
  objects: Uint32Array;
  /** Rows that are there and not shown, those beyond the list included. */
  hidden: number;
}

export function select(rows: DiffRows, kinds: ReadonlySet<AccessChangeKind>, words: string): Selection {
  const shown = KINDS.map((kind) => kinds.has(kind));
  const match = (names: string[]) => (words === "" ? null : names.map((name) => name.toLowerCase().includes(words)));
  const users = match(rows.userNames);
  const objects = match(rows.objectNames);
  const indexes = new Uint32Array(rows.length);
  const userSeen = new Uint8Array(rows.users.length);
  const objectSeen = new Uint8Array(rows.objects.length);
  let count = 0;
  for (let index = 0; index < rows.length; index++) {
    if (!shown[rows.kindAt(index)]) continue;
    const user = rows.userAt(index);
    const object = rows.objectAt(index);
    if (users && !users[user] && !objects![object]) continue;
    userSeen[user] = 1;
    objectSeen[object] = 1;
    indexes[count++] = index;
  }
  const ranks = (seen: Uint8Array) => Uint32Array.from([...seen.keys()].filter((rank) => seen[rank] === 1));
  return { indexes: indexes.subarray(0, count), users: ranks(userSeen), objects: ranks(objectSeen), hidden: rows.total - count };
}

export const useSelection = (rows: DiffRows, kinds: ReadonlySet<AccessChangeKind>, words: string) => useMemo(() => select(rows, kinds, words), [rows, kinds, words]);
