// What a guard's setting would have caught of changes that were applied.
import type { HistoryEntry } from "../api/client";
import type { GuardSetting } from "./directory";

/** `exact` is false where the history's counts stand in for what the guard itself would have counted. */
export function heldBy(guard: GuardSetting, entries: HistoryEntry[], people: number): { hits: number[]; of: number; exact: boolean } {
  const counted = guard.type === "massLoss" || guard.type === "massGain";
  const hits = entries.filter(({ access, guards }) => {
    if (!counted) return guards.some((finding) => finding.guard === guard.type);
    const rows = guard.type === "massLoss" ? access.kinds.revoke + access.kinds.downgrade : access.kinds.grant + access.kinds.upgrade;
    const users = Math.min(access.users, rows);
    return users >= (guard.count ?? 1) && users * 100 >= (guard.share ?? 0) * Math.max(1, people);
  });
  return { hits: guard.outcome === "off" ? [] : hits.map((entry) => entry.seq), of: entries.length, exact: !counted };
}
