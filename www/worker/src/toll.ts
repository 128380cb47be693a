// What a change took and gave, kept beside its entry of the history, and what a guard set otherwise would have said of the past.
import type { Organization, Plan } from "scim-policy";
import type { Hindsight, HindsightQuery } from "./api.js";
import { countPeople } from "./people.js";
import type { Store } from "./store.js";

/** Ids of one entry that are kept; a change of more people is caught by itself. */
const IDS = 5_000;
/** Entries that are looked back on. */
const LOOKED = 1_000;

export interface Toll {
  lose: number;
  gain: number;
  lockedOut: number;
  /** Who loses or may do less; null where they are too many. */
  losing: string[] | null;
  /** Of each group that members left: how many, of how many, and whether it is deleted or empty now. */
  groups: { id: string; gone: number; had: number; deleted: boolean }[];
}

/** Before the plan's records are written. */
export function tollOf(organization: Organization, plan: Plan, store: Store): Toll | null {
  const { kinds, lockedOut } = plan.access.summary;
  const moves = kinds.revoke + kinds.downgrade + kinds.grant + kinds.upgrade > 0;
  const gone = new Map<string, { gone: number; deleted: boolean }>();
  for (const { key, value } of plan.records) {
    const [, kind, id = ""] = value === null ? /^(member|group)\/([^/]+)/.exec(key) ?? [] : [];
    if (kind === undefined) continue;
    const one = gone.get(id) ?? { gone: 0, deleted: false };
    gone.set(id, kind === "group" ? { ...one, deleted: true } : { ...one, gone: one.gone + 1 });
  }
  if (!moves && gone.size === 0) return null;
  const count = moves ? countPeople(organization, plan) : null;
  const losing = count?.who("lose") ?? [];
  return {
    lose: losing.length, gain: count?.people.gain ?? 0, lockedOut, losing: losing.length <= IDS ? losing : null,
    groups: Array.from(gone, ([encoded, one]) => ({ id: decodeURIComponent(encoded), ...one, had: membersOf(store, encoded) })),
  };
}

/** How many records there are of a group's members. "0" is the character after "/". */
const membersOf = (store: Store, encoded: string) =>
  store.row<{ count: number }>("SELECT count(*) AS count FROM record WHERE key >= ? AND key < ?", `member/${encoded}/`, `member/${encoded}0`)!.count;

type Row = { seq: number; value: string };
interface Entry { seq: number; at: number; approved: boolean; toll: Toll }

/** Tries a guard's setting on what was applied, with its rolling window: what it would have caught is not counted again later. */
export function hindsight(store: Store, organization: Organization, guard: HindsightQuery): Hindsight {
  const rows = store.rows<Row>("SELECT seq, value FROM history ORDER BY seq DESC LIMIT ?", LOOKED).reverse();
  const answer: Hindsight = { of: rows.length, hits: [], since: rows[0] === undefined ? null : atOf(rows[0]), exact: true };
  if (guard.outcome === "off") return answer;
  const active = JSON.parse(organization.handle({ method: "GET", path: "/Users?filter=active%20ne%20false&count=0" }, { actor: { kind: "system" } }).body ?? "{}") as { totalResults?: number };
  const base = { users: active.totalResults ?? 0, groups: organization.stats.groups };
  const window = (guard.window ?? 0) * 60_000;
  let recent: Entry[] = [];
  for (const row of rows) {
    const kept = JSON.parse(row.value) as { at: string; what: string; guards: { guard: string }[]; approved: string[] };
    if (guard.type !== "massLoss" && guard.type !== "massGain" && guard.type !== "emptySource") {
      answer.exact = false;
      if (kept.guards.some((finding) => finding.guard === guard.type)) answer.hits.push(row.seq);
      continue;
    }
    const text = store.text(`toll/${row.seq}`);
    if (text === null) continue;
    const entry: Entry = { seq: row.seq, at: Date.parse(kept.at), approved: kept.approved.includes(guard.type), toll: JSON.parse(text) as Toll };
    recent = recent.filter(({ at }) => window > 0 && at > entry.at - window);
    if (caught(guard, [...recent, entry], entry.toll, base)) answer.hits.push(entry.seq);
    else if (!entry.approved) recent.push(entry);
  }
  answer.hits.reverse();
  return answer;
}

const atOf = ({ value }: Row) => (JSON.parse(value) as { at: string }).at;

function caught(guard: HindsightQuery, within: Entry[], last: Toll, base: { users: number; groups: number }): boolean {
  const { count = 1, share = 0 } = guard;
  const reaches = (found: number, of: number) => found > 0 && found >= count && found * 100 >= share * of;
  if (guard.type === "massGain") return reaches(last.gain, base.users);
  const had = (id: string) => within.flatMap(({ toll }) => toll.groups).find((group) => group.id === id)?.had ?? 0;
  if (guard.type === "emptySource") return last.groups.some((group) => (group.deleted || group.gone >= group.had) && had(group.id) >= Math.max(1, count));
  if (last.lose > 0) {
    const many = within.filter(({ toll }) => toll.losing === null).reduce((most, { toll }) => Math.max(most, toll.lose), 0);
    const losing = Math.max(many, new Set(within.flatMap(({ toll }) => toll.losing ?? [])).size);
    if (reaches(losing, base.users) || reaches(within.reduce((sum, { toll }) => sum + toll.lockedOut, 0), base.users)) return true;
  }
  for (const group of last.groups) {
    const gone = within.flatMap(({ toll }) => toll.groups).filter(({ id }) => id === group.id).reduce((sum, each) => sum + each.gone, 0);
    if (reaches(gone, had(group.id))) return true;
  }
  const deleted = within.flatMap(({ toll }) => toll.groups).filter((group) => group.deleted).length;
  return last.groups.some((group) => group.deleted) && reaches(deleted, base.groups + deleted);
}
