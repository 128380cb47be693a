// Roles in words, and the chips a place shows: which grants stand on it, which come down to it and what became of them.
import type { Role } from "scim-policy";
import type { Directory, Grant, Place } from "./directory";

export const ROLES = ["viewer", "checker", "editor", "admin", "owner"];
export const GROUP_ROLES = ["editor", "viewer", "checker"];
const EXEMPT = new Set(["admin", "owner"]);

export const ROLE_MEANS: Record<string, string> = {
  viewer: "comments and chats",
  checker: "completes tasks and comments",
  editor: "edits, no settings",
  admin: "edits and changes settings",
  owner: "everything, billing included",
};

export const rank = (role: Role | null) => (role === null ? 0 : ROLES.indexOf(role) + 1);
export const title = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
export const roleName = (role: Role | null) => (role === null ? "No access" : title(role));

export interface Chip {
  grant: Grant;
  /** Where the grant stands. */
  from: Place;
  /** direct: stands here. inherited: comes down as it is. capped: lowered on the way. inactive: gives nothing now. */
  form: "direct" | "inherited" | "capped" | "inactive";
  /** What it gives here. */
  role: Role;
  /** Why it is inactive. */
  why?: string;
}

export function audienceSentence(place: Place, parent: Place | undefined): string {
  if (place.type === "Workspace") return "Only who is added here has access";
  const above = parent?.name ?? "the parent";
  if (place.audience === "private") return `Private: nobody comes down from ${above}`;
  if (place.audience === "parent") return `Open to everyone of ${above}, as they have it there`;
  return `Open to everyone of ${above}, at most as ${title(place.audience)}`;
}

/** One chip for each subject that reaches a place, the strongest first. */
export function chips(directory: Directory, id: string): Chip[] {
  const bySubject = new Map<string, Chip>();
  const trail = directory.trail(id);
  trail.forEach((at, depth) => {
    if (depth > 0) {
      for (const [subject, chip] of bySubject) {
        if (EXEMPT.has(chip.role) || at.audience === "parent") bySubject.set(subject, { ...chip, form: chip.form === "direct" ? "inherited" : chip.form });
        else if (at.audience === "private") bySubject.delete(subject);
        else if (rank(chip.role) > rank(at.audience)) bySubject.set(subject, { ...chip, form: "capped", role: at.audience });
        else bySubject.set(subject, { ...chip, form: chip.form === "direct" ? "inherited" : chip.form });
      }
    }
    for (const [subject, grant] of at.grants) {
      const held = bySubject.get(subject);
      if (!held || rank(grant.role) >= rank(held.role)) bySubject.set(subject, { grant, from: at, form: "direct", role: grant.role });
    }
  });
  const all = [...bySubject.values()].map((chip): Chip => {
    const { type, id: subject } = chip.grant.subject;
    if (type === "User" && directory.people.get(subject)?.active === false) return { ...chip, form: "inactive", why: "deactivated" };
    if (type === "Group" && directory.groups.get(subject)?.members.size === 0) return { ...chip, form: "inactive", why: "no members" };
    return chip;
  });
  const order = { direct: 0, inherited: 1, capped: 2, inactive: 3 };
  return all.sort((a, b) => order[a.form] - order[b.form] || rank(b.role) - rank(a.role) || directory.subjectName(a.grant.subject).localeCompare(directory.subjectName(b.grant.subject)));
}
