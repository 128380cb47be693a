// The guards of `semantics/access.md`, worked out from two naive states and the ledger before.
import { Access, rank, roleOf } from "./facts.mjs";

export const DEFAULTS = {
  lastOwner: { outcome: "forbid" },
  lastWorkspaceOwner: { outcome: "warn" },
  selfLockout: { outcome: "hold" },
  massLoss: { outcome: "hold", count: 25, share: 20, window: 60 },
  massGain: { outcome: "warn", count: 25, share: 20 },
  emptySource: { outcome: "hold", count: 5, window: 60 },
  escalation: { outcome: "warn", role: "admin" },
};
const OUTCOMES = ["off", "warn", "hold", "forbid"];
const MINUTE = 60_000;

/** The stricter of two settings, number by number; null where a guard is off in both. */
function stricter(one, other) {
  if (one.outcome === "off") return other.outcome === "off" ? null : other;
  if (other.outcome === "off") return one;
  return {
    outcome: OUTCOMES[Math.max(OUTCOMES.indexOf(one.outcome), OUTCOMES.indexOf(other.outcome))],
    count: Math.min(one.count, other.count),
    share: Math.min(one.share, other.share),
    window: Math.max(one.window, other.window),
    role: roleOf(Math.min(rank(one.role), rank(other.role))),
  };
}

const reaches = (count, base, setting) => count > 0 && count >= setting.count && count * 100 >= setting.share * base;

/** Every group that was there: its size before and after, and how many of its members are gone. */
function groupsOf(before, after) {
  return before.ids("Group").map((id) => {
    const members = before.edges("member", id).map(([member]) => member);
    const kept = new Set(after.edges("member", id).map(([member]) => member));
    return { id, before: members.length, after: kept.size, removed: members.filter((member) => !kept.has(member)).length, deleted: !after.kind(id) };
  });
}

/** {guard: {outcome, counts}} of those that fire, downgradeByAddition aside. `ledger` is {users, groups}, by id. */
export function guards(before, after, { rows, lockedOut }, ledger, { actor, now, named }) {
  const found = {};
  const of = (guard) => stricter(before.guards[guard], after.guards[guard]);
  const judge = (guard, decide) => {
    const setting = of(guard);
    const counts = setting && decide(setting);
    if (counts) found[guard] = { outcome: counts.outcome ?? setting.outcome, counts: counts.counts ?? {} };
  };
  const [old, present] = [new Access(before), new Access(after)];
  const distinct = (...kinds) => new Set(rows.filter((row) => kinds.includes(row.kind)).map((row) => row.user));
  const [losing, gaining] = [distinct("revoke", "downgrade"), distinct("grant", "upgrade")];
  const active = before.ids("User").filter((user) => before.active(user));
  const groups = groupsOf(before, after);
  const recent = (entries, { window }) => [...entries].filter(([, { at }]) => at > now - window * MINUTE);
  /** By group, its first loss in the window; the organization as a source stands among them. */
  const firstLosses = ({ window }) => new Map([...ledger.groups].flatMap(([id, { at, had, later = [] }]) => {
    const losses = [{ at, had }, ...later.map((loss) => ({ at: Date.parse(loss.at), had: loss.had }))];
    const first = losses.find((loss) => loss.at > now - window * MINUTE);
    return first === undefined ? [] : [[id, first]];
  }));

  judge("lastOwner", ({ outcome }) => old.owned("organization") && !present.owned("organization")
    && { outcome: actor.kind === "identityProvider" && outcome === "forbid" ? "hold" : outcome });

  judge("lastWorkspaceOwner", () => {
    const workspaces = after.ids("Workspace").filter((id) => old.owned(id) && !present.owned(id)).length;
    return workspaces > 0 && { counts: { workspaces } };
  });

  const self = actor.id ?? actor.onBehalfOf;
  judge("selfLockout", () => {
    const loses = (object, role) => old.effective(self, object) >= rank(role) && present.effective(self, object) < rank(role);
    return self !== undefined && (loses("organization", "owner") || [...named].some((object) => after.kind(object) && loses(object, "admin"))) && {};
  });

  judge("massLoss", (setting) => {
    const users = recent(ledger.users, setting);
    const base = active.length + users.filter(([user]) => !before.active(user)).length;
    const counts = {};
    const lost = new Set([...losing, ...users.map(([user]) => user)]).size;
    if (losing.size > 0 && reaches(lost, base, setting)) counts.usersLosing = lost;
    const locked = new Set([...lockedOut, ...users.filter(([, { all }]) => all).map(([user]) => user)]).size;
    if (lockedOut.length > 0 && reaches(locked, base, setting)) counts.usersLockedOut = locked;
    const known = firstLosses(setting);
    const gone = groups.filter(({ removed }) => removed > 0).flatMap(({ id, before: size, removed }) => {
      const had = known.get(id)?.had ?? size;
      const count = Math.max(0, had - size) + removed;
      return reaches(count, had, setting) ? [count] : [];
    });
    if (gone.length > 0) counts.membersGone = Math.max(...gone);
    const deleted = groups.filter((group) => group.deleted).length;
    const earlier = [...known.keys()].filter((id) => id !== "organization" && before.kind(id) !== "Group").length;
    if (deleted > 0 && reaches(deleted + earlier, groups.length + earlier, setting)) counts.groupsDeleted = deleted + earlier;
    return Object.keys(counts).length > 0 && { counts };
  });

  judge("massGain", (setting) => reaches(gaining.size, active.length, setting) && { counts: { usersGaining: gaining.size } });

  judge("emptySource", (setting) => {
    const known = firstLosses(setting);
    const emptied = groups.some(({ id, before: size, after: left, removed, deleted }) =>
      Math.max(size, known.get(id)?.had ?? 0) >= setting.count && (deleted || (removed > 0 && left === 0)));
    const left = recent(ledger.users, setting).filter(([user]) => !before.active(user)).length;
    const whole = Math.max(active.length + left, known.get("organization")?.had ?? 0);
    const deserted = active.length > 0 && whole >= setting.count && !after.ids("User").some((user) => after.active(user));
    return (emptied || deserted) && {};
  });

  judge("escalation", ({ role }) => rows.some(({ kind, after: reached }) => (kind === "grant" || kind === "upgrade") && rank(reached) >= rank(role)) && {});
  return { found, losing };
}

/** The users' entries of the ledger once a plan that writes is committed. */
export function entered(ledger, before, after, losing, lockedOut, now, approved) {
  const windows = [before, after].flatMap(({ guards: settings }) => Object.values(settings).map(({ window }) => window ?? 0));
  const start = now - Math.max(...windows) * MINUTE;
  const users = new Map([...ledger.users].filter(([, { at }]) => at > start));
  for (const user of approved ? [] : losing) users.set(user, { at: now, all: lockedOut.includes(user) || users.get(user)?.all === true });
  return users;
}
