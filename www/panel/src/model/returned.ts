// Groups and people that came back under the name, user name or externalId of one that was deleted. They have none of its grants, for
// a name is no identity; which they could be given is worked out here, and given only in a reviewed change.
import type { Role, SubjectRef } from "scim-policy";
import type { Departed } from "../api/client";
import type { Directory, Place } from "./directory";

export interface Returned {
  departed: Departed;
  subject: SubjectRef;
  name: string;
  /** What they have in common. */
  by: "externalId" | "userName" | "name";
  /** What was theirs, on places that are still there, where the one who is here has no grant of its own. */
  grants: { place: Place; role: Role }[];
}

const plain = (text: string) => text.trim().toLowerCase();
const ORDER = { externalId: 0, userName: 1, name: 2 };

export function returned(directory: Directory, entries: Departed[]): Returned[] {
  const found: Returned[] = [];
  if (entries.length === 0) return found;
  const here = { Group: keyed(directory.groups.values()), User: keyed(directory.people.values()) };
  for (const departed of entries) {
    const { id, type } = departed;
    if ((type === "Group" ? directory.groups : directory.people).has(id)) continue;
    const matches = new Map<string, Returned["by"]>();
    for (const by of ["name", "userName", "externalId"] as const) {
      const word = by === "externalId" ? departed.externalId : plain(departed[by]);
      if (word !== "") for (const each of here[type].get(`${by} ${word}`) ?? []) matches.set(each, by);
    }
    for (const [match, by] of matches) {
      const grants = departed.grants.flatMap(({ object, role }) => {
        const place = directory.places.get(object);
        return place && !place.grants.has(match) ? [{ place, role }] : [];
      });
      const subject: SubjectRef = { type, id: match };
      if (grants.length > 0) found.push({ departed, subject, name: directory.subjectName(subject), by, grants });
    }
  }
  return found.sort((a, b) => ORDER[a.by] - ORDER[b.by] || b.departed.history - a.departed.history);
}

function keyed(items: Iterable<{ id: string; name: string; externalId: string; userName?: string }>): Map<string, string[]> {
  const all = new Map<string, string[]>();
  const put = (key: string, id: string) => all.get(key)?.push(id) ?? all.set(key, [id]);
  for (const { id, name, externalId, userName } of items) {
    put(`name ${plain(name)}`, id);
    if (userName) put(`userName ${plain(userName)}`, id);
    if (externalId) put(`externalId ${externalId}`, id);
  }
  return all;
}
