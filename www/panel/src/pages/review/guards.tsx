// What the guards say about a change, in words, and the number that has to be typed when one holds it.
import { Link, makeStyles, MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import type { GuardFinding } from "scim-policy";
import { href } from "../../shell/router";

const useStyles = makeStyles({ stack: { display: "flex", flexDirection: "column", gap: "8px" } });

export const GUARD_WORDS: Record<GuardFinding["guard"], { name: string; means: string }> = {
  lastOwner: { name: "Last owner", means: "the organization would have no active owner left" },
  lastWorkspaceOwner: { name: "Last workspace owner", means: "a workspace would have no active owner left" },
  selfLockout: { name: "Self lockout", means: "you would lose the right to manage what you are changing" },
  massLoss: { name: "Mass loss", means: "many people would lose access within a short time" },
  massGain: { name: "Mass gain", means: "many people would gain access at once" },
  emptySource: { name: "Empty source", means: "a group or directory that had people would be empty, often a sign of a broken source" },
  escalation: { name: "Escalation", means: "someone would become administrator or owner" },
  downgradeByAddition: { name: "Lowered by addition", means: "adding a role would lower somebody’s access" },
};
const OUTCOME = { warn: "Look twice", hold: "Held", forbid: "Forbidden" };

export function GuardBanners({ guards }: { guards: GuardFinding[] }) {
  const styles = useStyles();
  if (guards.length === 0) return null;
  const order = { forbid: 0, hold: 1, warn: 2 };
  return (
    <div className={styles.stack}>
      {[...guards].sort((a, b) => order[a.outcome] - order[b.outcome]).map((finding, index) => (
        <MessageBar key={index} intent={finding.outcome === "warn" ? "warning" : "error"} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{OUTCOME[finding.outcome]}: {GUARD_WORDS[finding.guard]?.name ?? finding.guard}</MessageBarTitle>
            {sentenceCase(finding.detail)}. {finding.outcome === "forbid" ? <>It cannot be applied; change the edits, or the <Link href={href("guards")} inline>guard’s setting</Link>.</> : finding.outcome === "hold" ? "You can apply it by confirming the number." : null}
          </MessageBarBody>
        </MessageBar>
      ))}
    </div>
  );
}

export const sentenceCase = (text: string) => (text.charAt(0).toUpperCase() + text.slice(1)).replace(/\.$/, "").replace(/`([^`]*)`/g, "“$1”");

/** The number an administrator types: what the guard that holds it counted most. */
export function numberToType(guards: GuardFinding[], fallback: number): number {
  const holding = guards.filter((finding) => finding.outcome === "hold");
  const preferred = ["usersLosing", "usersLockedOut", "membersGone", "activeUsersHad", "membersHad", "groupsDeleted", "users", "objects"];
  for (const { counts } of holding) for (const name of preferred) if (counts[name]) return counts[name]!;
  return fallback;
}
