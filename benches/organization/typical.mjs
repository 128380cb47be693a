// What a product's own back end usually does: Maps and Sets of strings and objects. A change is made, the access of
// everyone it may concern is worked out before and after, and the change is taken back.
import { ALL } from "./made.mjs";
import { kindOf } from "./rows.mjs";

const EXEMPT = 4;
const lowered = (rank, cap) => (rank >= EXEMPT ? rank : Math.min(rank, cap));

export class Typical {
  constructor(made) {
    this.subjects = new Map();
    this.objects = new Map();
    made.subjectIds.forEach((id, at) => {
      this.subjects.set(id, { id, at, user: at < made.users, active: made.active[at] === 1, groups: new Set(), members: new Set(), grants: new Map() });
    });
    made.objectIds.forEach((id, at) => {
      this.objects.set(id, { id, at, parent: null, children: new Set(), cap: at < made.workspaces ? ALL : made.cap[at] });
    });
    made.parent.forEach((up, at) => {
      if (up >= 0) this.place(this.objects.get(made.objectIds[at]), this.objects.get(made.objectIds[up]));
    });
    const subjects = [...this.subjects.values()];
    for (let at = 0; at < made.members.length; at++) this.join(subjects[made.members.groups[at]], subjects[made.members.subjects[at]]);
    for (const [object, subject, rank] of made.grants) this.subjects.get(made.subjectIds[subject]).grants.set(made.objectIds[object], rank);
  }

  place(object, parent) {
    object.parent?.children.delete(object);
    object.parent = parent;
    parent.children.add(object);
  }

  join(group, subject) {
    group.members.add(subject);
    subject.groups.add(group);
  }

  leave(group, subject) {
    group.members.delete(subject);
    subject.groups.delete(group);
  }

  /** Everyone in a group, through groups within it. */
  below(subject, found = new Set(), seen = new Set()) {
    if (subject.user) found.add(subject);
    else if (!seen.has(subject)) {
      seen.add(subject);
      for (const member of subject.members) this.below(member, found, seen);
    }
    return found;
  }

  /** By object: the strongest role, and each way to one as text. */
  accessOf(user) {
    const access = new Map();
    const seen = new Set([user]);
    for (const subject of seen) {
      for (const group of subject.groups) seen.add(group);
      for (const [id, rank] of subject.grants) this.#carry(access, this.objects.get(id), rank, `${subject.id} ${id} `);
    }
    return access;
  }

  #carry(access, object, rank, way) {
    let entry = access.get(object);
    if (entry === undefined) access.set(object, (entry = { rank: 0, ways: new Set() }));
    entry.rank = Math.max(entry.rank, rank);
    entry.ways.add(way + rank);
    for (const child of object.children) {
      const down = lowered(rank, child.cap);
      if (down > 0) this.#carry(access, child, down, way);
    }
  }

  /** Makes a change, tells its rows, and takes it back. */
  diff({ users, apply, undo }, rows) {
    const look = (user) => ({ active: user.active, access: this.accessOf(user) });
    const all = [...users];
    const before = all.map(look);
    apply();
    all.forEach((user, at) => this.#compare(user, before[at], look(user), rows));
    undo();
    return rows;
  }

  #compare(user, before, after, rows) {
    for (const object of new Set([...before.access.keys(), ...after.access.keys()])) {
      const old = before.access.get(object);
      const now = after.access.get(object);
      const same = old !== undefined && now !== undefined && old.ways.size === now.ways.size && [...old.ways].every((way) => now.ways.has(way));
      const [rankBefore, rankAfter] = [old?.rank ?? 0, now?.rank ?? 0];
      if (before.active || after.active) {
        const [was, is] = [before.active ? rankBefore : 0, after.active ? rankAfter : 0];
        const kind = kindOf(true, was, is, same);
        if (kind >= 0) rows.row(user.at, object.at, kind, was, is);
      } else {
        const kind = kindOf(false, rankBefore, rankAfter, same);
        if (kind >= 0) rows.row(user.at, object.at, kind, rankBefore, rankAfter);
      }
    }
  }

  // ── the changes measured

  membership(groupId, userId, member) {
    const [group, user] = [this.subjects.get(groupId), this.subjects.get(userId)];
    const [join, leave] = [() => this.join(group, user), () => this.leave(group, user)];
    return { users: [user], apply: member ? join : leave, undo: member ? leave : join };
  }

  deactivation(userId) {
    const user = this.subjects.get(userId);
    return { users: [user], apply: () => (user.active = false), undo: () => (user.active = true) };
  }

  deletion(groupId) {
    const group = this.subjects.get(groupId);
    const [members, groups] = [[...group.members], [...group.groups]];
    return {
      users: this.below(group),
      apply: () => {
        for (const member of members) this.leave(group, member);
        for (const above of groups) this.leave(above, group);
      },
      undo: () => {
        for (const member of members) this.join(group, member);
        for (const above of groups) this.join(above, group);
      },
    };
  }

  move(folderId, parentId) {
    const [folder, parent] = [this.objects.get(folderId), this.objects.get(parentId)];
    const old = folder.parent;
    const above = new Set();
    for (let at = old; at !== null; at = at.parent) above.add(at.id);
    for (let at = parent; at !== null; at = at.parent) above.add(at.id);
    const users = new Set();
    for (const subject of this.subjects.values()) {
      for (const id of subject.grants.keys()) {
        if (above.has(id)) {
          this.below(subject, users);
          break;
        }
      }
    }
    return { users, apply: () => this.place(folder, parent), undo: () => this.place(folder, old) };
  }
}
