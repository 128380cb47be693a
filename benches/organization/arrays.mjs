// The algorithm of the module in JavaScript, on typed arrays: numbers for ids, objects in preorder, lists as runs in one
// array. For users who lose and gain the same subjects the objects concerned are laid out once, and each user's other
// grants are swept over those alone. Nothing is changed: a change is told, and the rows that follow from it.
import { ALL } from "./made.mjs";
import { kindOf } from "./rows.mjs";

const EXEMPT = 4;
const lowered = (rank, cap) => (rank >= EXEMPT || rank < cap ? rank : cap);

/** Lists of numbers by number: entries [from[i], from[i + 1]) of `items`. */
function runs(length, keys, values) {
  const from = new Uint32Array(length + 1);
  for (const key of keys) from[key + 1] += 1;
  for (let at = 0; at < length; at++) from[at + 1] += from[at];
  const items = new Uint32Array(values.length);
  const next = from.slice();
  keys.forEach((key, at) => (items[next[key]++] = values[at]));
  return { from, items };
}

export class Arrays {
  constructor(made) {
    const subjects = made.users + made.groups;
    this.made = made;
    this.number = new Map(made.subjectIds.map((id, at) => [id, at]));
    this.objectNumber = new Map(made.objectIds.map((id, at) => [id, at]));
    this.members = runs(subjects, made.members.groups, made.members.subjects);
    this.groups = runs(subjects, made.members.subjects, made.members.groups);
    this.#number(made);
    this.grants = runs(subjects, made.grants.map(([, subject]) => subject), made.grants.map(([object, , rank]) => this.position[object] | (rank << 24)));
    this.granted = runs(made.objects, made.grants.map(([object]) => this.position[object]), made.grants.map(([, subject, rank]) => subject | (rank << 24)));
    this.seen = new Uint32Array(subjects);
    this.stamp = 0;
    this.slot = new Int32Array(made.objects).fill(-1);
    this.chain = new Int32Array(made.objects).fill(-1);
    this.reach = new Uint32Array(subjects);
  }

  /** Preorder. */
  #number({ objects, workspaces, parent, cap }) {
    const inner = [...parent.keys()].filter((at) => parent[at] >= 0);
    const children = runs(objects, inner.map((at) => parent[at]), inner);
    this.position = new Uint32Array(objects);
    this.object = new Uint32Array(objects);
    this.up = new Int32Array(objects);
    this.end = new Uint32Array(objects);
    this.cap = new Uint8Array(objects);
    let next = 0;
    const visit = (object, up) => {
      const at = next++;
      this.position[object] = at;
      this.object[at] = object;
      this.up[at] = up;
      this.cap[at] = up < 0 ? 0 : cap[object];
      for (let child = children.from[object]; child < children.from[object + 1]; child++) visit(children.items[child], at);
      this.end[at] = next;
    };
    for (let workspace = 0; workspace < workspaces; workspace++) visit(workspace, -1);
  }

  /** The subject and all groups above it into `reach`, with one group left out, or one edge left out or added. */
  #above(subject, without, edge) {
    const stamp = ++this.stamp;
    const { seen, reach, groups } = this;
    let count = 1;
    reach[0] = subject;
    seen[subject] = stamp;
    for (let at = 0; at < count; at++) {
      const from = reach[at];
      for (let item = groups.from[from]; item < groups.from[from + 1]; item++) {
        const group = groups.items[item];
        if (seen[group] === stamp || group === without || (edge !== null && !edge.member && edge.subject === from && edge.group === group)) continue;
        seen[group] = stamp;
        reach[count++] = group;
      }
      if (edge !== null && edge.member && edge.subject === from && seen[edge.group] !== stamp) {
        seen[edge.group] = stamp;
        reach[count++] = edge.group;
      }
    }
    return count;
  }

  /** Everyone below a subject. */
  #below(subject, found, seen) {
    if (subject < this.made.users) return void found.add(subject);
    if (seen.has(subject)) return;
    seen.add(subject);
    for (let at = this.members.from[subject]; at < this.members.from[subject + 1]; at++) this.#below(this.members.items[at], found, seen);
  }

  /** The objects that grants of some subjects reach, in preorder, with the strongest rank of them on either side. */
  #region(lost, gained) {
    const roots = [];
    for (const subject of [...lost, ...gained]) {
      for (let at = this.grants.from[subject]; at < this.grants.from[subject + 1]; at++) roots.push(this.grants.items[at] & 0xffffff);
    }
    roots.sort((a, b) => a - b);
    let length = 0;
    const spans = [];
    for (const root of roots) {
      if (spans.length > 0 && root < spans.at(-1)[1]) continue;
      spans.push([root, this.end[root]]);
      length += this.end[root] - root;
    }
    const region = { length, at: new Uint32Array(length), up: new Int32Array(length), cap: new Uint8Array(length), lost: new Uint8Array(length), gained: new Uint8Array(length), context: new Uint8Array(length), clean: true, spans, chains: [] };
    let next = 0;
    for (const [from, to] of spans) {
      for (let position = from; position < to; position++) {
        this.slot[position] = next;
        region.at[next] = position;
        region.cap[next] = this.cap[position];
        region.up[next] = position === from ? -1 : this.slot[this.up[position]];
        next += 1;
      }
    }
    const raise = (subjects, side) => {
      for (const subject of subjects) {
        for (let at = this.grants.from[subject]; at < this.grants.from[subject + 1]; at++) {
          const slot = this.slot[this.grants.items[at] & 0xffffff];
          side[slot] = Math.max(side[slot], this.grants.items[at] >>> 24);
        }
      }
      sweep(region, side);
    };
    raise(lost, region.lost);
    raise(gained, region.gained);
    for (const [root] of spans) {
      let cap = this.cap[root];
      for (let above = this.up[root]; above >= 0; above = this.up[above]) {
        region.chains.push({ slot: this.slot[root], cap, next: this.chain[above], above });
        this.chain[above] = region.chains.length - 1;
        cap = Math.min(cap, this.up[above] < 0 ? 0 : this.cap[above]);
      }
    }
    return region;
  }

  #leave(region) {
    for (const [from, to] of region.spans) this.slot.fill(-1, from, to);
    for (const { above } of region.chains) this.chain[above] = -1;
  }

  /** What the reached subjects that are on both sides give in the region. */
  #context(region, count, skip) {
    if (!region.clean) region.context.fill(0);
    region.clean = true;
    const { reach, grants, slot, chain } = this;
    for (let at = 0; at < count; at++) {
      const subject = reach[at];
      if (skip.has(subject)) continue;
      for (let item = grants.from[subject]; item < grants.from[subject + 1]; item++) {
        const word = grants.items[item];
        const [position, rank] = [word & 0xffffff, word >>> 24];
        if (slot[position] >= 0) {
          if (region.context[slot[position]] < rank) region.context[slot[position]] = rank;
          region.clean = false;
        }
        for (let link = chain[position]; link >= 0; link = region.chains[link].next) {
          const entry = region.chains[link];
          const down = lowered(rank, entry.cap);
          if (region.context[entry.slot] < down) region.context[entry.slot] = down;
          region.clean = false;
        }
      }
    }
    if (!region.clean) sweep(region, region.context);
  }

  /** Users whose set of subjects differs: `count(user)` reaches one side after the other. */
  #differing(users, sides, rows) {
    let current = null;
    for (const user of users) {
      const before = this.reach.slice(0, this.#above(user, -1, sides.before));
      const count = this.#above(user, sides.without, sides.after);
      const stamp = this.stamp;
      const lost = [];
      for (const subject of before) if (this.seen[subject] !== stamp) lost.push(subject);
      const gained = count - before.length + lost.length === 0 ? [] : gainedBy(before, this.reach.subarray(0, count));
      if (lost.length + gained.length === 0) continue;
      if (current === null || !equal(current.lost, lost) || !equal(current.gained, gained)) {
        if (current !== null) this.#leave(current.region);
        current = { lost, gained, region: this.#region(lost, gained), skip: new Set(gained) };
      }
      const { region, skip } = current;
      this.#context(region, count, skip);
      const active = this.made.active[user] === 1;
      for (let at = 0; at < region.length; at++) {
        const [was, is] = [region.lost[at], region.gained[at]];
        if (was === 0 && is === 0) continue;
        const other = region.context[at];
        const [from, to] = [was > other ? was : other, is > other ? is : other];
        const kind = kindOf(active, from, to, false);
        if (kind >= 0) rows.row(user, this.object[region.at[at]], kind, from, to);
      }
    }
    if (current !== null) this.#leave(current.region);
    return rows;
  }

  membership(groupId, userId, member, rows) {
    const edge = { group: this.number.get(groupId), subject: this.number.get(userId), member };
    return this.#differing([edge.subject], { before: null, after: edge, without: -1 }, rows);
  }

  deletion(groupId, rows) {
    const group = this.number.get(groupId);
    const users = new Set();
    this.#below(group, users, new Set());
    return this.#differing(users, { before: null, after: null, without: group }, rows);
  }

  deactivation(userId, rows) {
    const user = this.number.get(userId);
    const reached = this.reach.slice(0, this.#above(user, -1, null));
    const region = this.#region(reached, []);
    for (let at = 0; at < region.length; at++) {
      const was = region.lost[at];
      if (was > 0) rows.row(user, this.object[region.at[at]], kindOf(true, was, 0, false), was, 0);
    }
    this.#leave(region);
    return rows;
  }

  move(folderId, parentId, rows) {
    const folder = this.position[this.objectNumber.get(folderId)];
    const parent = this.position[this.objectNumber.get(parentId)];
    // What each grant above gives at the folder, before and after.
    const crossings = new Map();
    const cross = (from, side) => {
      let cap = this.cap[folder];
      for (let at = from; at >= 0; at = this.up[at]) {
        for (let item = this.granted.from[at]; item < this.granted.from[at + 1]; item++) {
          const word = this.granted.items[item];
          const rank = lowered(word >>> 24, cap);
          if (rank === 0) continue;
          const subject = word & 0xffffff;
          if (!crossings.has(subject)) crossings.set(subject, new Map());
          const of = crossings.get(subject);
          if (!of.has(at)) of.set(at, [0, 0]);
          of.get(at)[side] = rank;
        }
        cap = Math.min(cap, this.up[at] < 0 ? 0 : this.cap[at]);
      }
    };
    cross(this.up[folder], 0);
    cross(parent, 1);
    const users = new Set();
    const seen = new Set();
    for (const subject of crossings.keys()) this.#below(subject, users, seen);
    // How much of what comes to the folder comes down to each object in it.
    const length = this.end[folder] - folder;
    const down = new Uint8Array(length);
    const inside = new Uint8Array(length);
    down[0] = ALL;
    for (let at = 1; at < length; at++) down[at] = Math.min(down[this.up[folder + at] - folder], this.cap[folder + at]);
    for (const user of users) {
      const count = this.#above(user, -1, null);
      const active = this.made.active[user] === 1;
      const ways = [];
      inside.fill(0);
      let [before, after] = [0, 0];
      for (let at = 0; at < count; at++) {
        const subject = this.reach[at];
        for (let item = this.grants.from[subject]; item < this.grants.from[subject + 1]; item++) {
          const word = this.grants.items[item];
          const place = (word & 0xffffff) - folder;
          if (place >= 0 && place < length) inside[place] = Math.max(inside[place], word >>> 24);
        }
        const of = crossings.get(subject);
        if (of === undefined) continue;
        for (const [was, is] of of.values()) {
          if (was !== is) ways.push(was, is);
          before = Math.max(before, was);
          after = Math.max(after, is);
        }
      }
      if (ways.length === 0) continue;
      for (let at = 0; at < length; at++) {
        if (at > 0) inside[at] = Math.max(inside[at], lowered(inside[this.up[folder + at] - folder], this.cap[folder + at]));
        let differs = false;
        for (let way = 0; way < ways.length && !differs; way += 2) differs = lowered(ways[way], down[at]) !== lowered(ways[way + 1], down[at]);
        if (!differs) continue;
        const from = Math.max(inside[at], lowered(before, down[at]));
        const to = Math.max(inside[at], lowered(after, down[at]));
        const kind = kindOf(active, from, to, false);
        if (kind >= 0) rows.row(user, this.object[folder + at], kind, from, to);
      }
    }
    return rows;
  }
}

function gainedBy(before, after) {
  const had = new Set(before);
  return [...after].filter((subject) => !had.has(subject));
}

const equal = (a, b) => a.length === b.length && a.every((item, at) => item === b[at]);

function sweep(region, side) {
  for (let at = 0; at < region.length; at++) {
    const up = region.up[at];
    if (up < 0 || side[up] === 0) continue;
    const down = lowered(side[up], region.cap[at]);
    if (down > side[at]) side[at] = down;
  }
}
