// The guards' settings, and what they would have held of the changes that were applied.
import { Badge, Button, Dropdown, Field, Link, makeStyles, mergeClasses, Option, SpinButton, Subtitle2, Switch, Text, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Hindsight } from "../api/client";
import type { GuardSetting } from "../model/directory";
import { setGuard, setOrganization } from "../model/edits";
import { title } from "../model/roles";
import { Card, Export, PageHead } from "../parts/page";
import { usePanel } from "../shell/panel";
import { href } from "../shell/router";
import { GUARD_WORDS } from "./review/guards";

const useStyles = makeStyles({
  grid: { display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 400px), 1fr))", gap: "16px" },
  card: { display: "flex", flexDirection: "column", gap: "12px" },
  head: { display: "flex", justifyContent: "space-between", gap: "8px", alignItems: "center" },
  fields: { display: "flex", flexWrap: "wrap", gap: "12px", alignItems: "flex-start" },
  narrow: { width: "92px" },
  drop: { minWidth: "178px !important", width: "178px" },
  spin: { width: "100%", minWidth: "0 !important" },
  quiet: { color: tokens.colorNeutralForeground2 },
  hindsight: { marginTop: "auto", borderTop: `1px solid ${tokens.colorNeutralStroke2}`, paddingTop: "10px", fontSize: "13px", color: tokens.colorNeutralForeground2 },
  policy: { marginTop: "16px" },
  off: { border: `1px dashed ${tokens.colorNeutralStroke1}` },
});

/** What holds when a setting is not stored. */
const DEFAULTS: GuardSetting[] = [
  { type: "lastOwner", outcome: "forbid" }, { type: "lastWorkspaceOwner", outcome: "warn" }, { type: "selfLockout", outcome: "hold" },
  { type: "massLoss", outcome: "hold", count: 25, share: 20, window: 60 }, { type: "massGain", outcome: "warn", count: 25, share: 20, window: 60 },
  { type: "emptySource", outcome: "hold", count: 5, window: 60 }, { type: "escalation", outcome: "warn", role: "admin" }, { type: "downgradeByAddition", outcome: "warn" },
];
const OUTCOMES: Record<GuardSetting["outcome"], string> = { off: "Off", warn: "Warn", hold: "Hold for approval", forbid: "Forbid" };
const NUMBERS: [keyof GuardSetting & ("count" | "share" | "window"), string, string][] = [["count", "At least", "of them"], ["share", "And", "percent"], ["window", "Within", "minutes"]];

export default function Guards() {
  const styles = useStyles();
  const { directory: present, pending, add, edits } = usePanel();
  const directory = pending && !pending.problem ? pending.after : present;
  const guards = useMemo(() => DEFAULTS.map((usual) => ({ ...usual, ...directory.organization.guards.find((guard) => guard.type === usual.type) })), [directory]);
  const policy = directory.organization.policy as Record<string, unknown>;
  const edited = edits.some((edit) => edit.says.startsWith("Guard "));
  const rows = () => guards.map((guard) => ({ ...guard, means: GUARD_WORDS[guard.type as keyof typeof GUARD_WORDS]?.means }));
  return (
    <>
      <PageHead title="Guards" lead="They look at every change before it is applied, whoever makes it and by whatever way. A change to a guard is reviewed like any other." actions={<Export name="guards" rows={rows} />} />
      <div className={styles.grid}>
        {guards.map((guard) => {
          const words = GUARD_WORDS[guard.type as keyof typeof GUARD_WORDS];
          return (
            <Card key={guard.type} className={mergeClasses(styles.card, guard.outcome === "off" && styles.off)} label={words.name}>
              <div className={styles.head}>
                <Subtitle2 as="h2">{words.name}</Subtitle2>
                <Badge appearance="tint" color={guard.outcome === "off" ? "informative" : guard.outcome === "warn" ? "severe" : "danger"}>{OUTCOMES[guard.outcome]}</Badge>
              </div>
              <Text className={styles.quiet}>Fires when {words.means}.</Text>
              <div className={styles.fields}>
                <Field label="Then">
                  <Dropdown className={styles.drop} value={OUTCOMES[guard.outcome]} selectedOptions={[guard.outcome]} onOptionSelect={(_, { optionValue }) => optionValue && optionValue !== guard.outcome && add(setGuard(guard, { outcome: optionValue as GuardSetting["outcome"] }))}>
                    {Object.entries(OUTCOMES).map(([value, text]) => <Option key={value} value={value}>{text}</Option>)}
                  </Dropdown>
                </Field>
                {NUMBERS.filter(([name]) => guard[name] !== undefined).map(([name, label, unit]) => (
                  <Field key={name} label={label} hint={unit} className={styles.narrow}>
                    <SpinButton key={String(guard[name])} className={styles.spin} defaultValue={guard[name]} min={1} max={name === "share" ? 100 : 100_000} onChange={(_, { value, displayValue }) => { const next = value ?? Number(displayValue); if (Number.isInteger(next) && next >= 1 && next !== guard[name]) add(setGuard(guard, { [name]: next })); }} />
                  </Field>
                ))}
                {guard.role !== undefined && (
                  <Field label="From role">
                    <Dropdown className={styles.drop} value={title(guard.role)} selectedOptions={[guard.role]} onOptionSelect={(_, { optionValue }) => optionValue && optionValue !== guard.role && add(setGuard(guard, { role: optionValue }))}>
                      {["editor", "admin", "owner"].map((role) => <Option key={role} value={role}>{title(role)}</Option>)}
                    </Dropdown>
                  </Field>
                )}
              </div>
              <Looking guard={guard} />
            </Card>
          );
        })}
      </div>
      <Card className={mergeClasses(styles.card, styles.policy)} label="Policies">
        <Subtitle2 as="h2">Policies</Subtitle2>
        <Switch checked={policy.workspaceExitRevokesFolders === true} label="Who leaves a workspace loses its folders" onChange={(_, { checked }) => add(setOrganization(checked ? "Leaving a workspace takes its folders" : "Leaving a workspace keeps its folders", "policy.workspaceExitRevokesFolders", checked))} />
        <Switch checked={policy.combine === "mostSpecific"} label="The nearest grant decides, even a weaker one" onChange={(_, { checked }) => add(setOrganization(checked ? "The nearest grant decides" : "The strongest grant decides", "policy.combine", checked ? "mostSpecific" : "strongest"))} />
        {edited && <span><Button appearance="primary" as="a" href={href("review")}>Review the changed guards</Button></span>}
      </Card>
    </>
  );
}

/** What the setting, as it stands here, would have caught of what was applied; windows roll as the guard's own. */
function Looking({ guard }: { guard: GuardSetting }) {
  const styles = useStyles();
  const { client, replica } = usePanel();
  const { type, outcome, count, share, window } = guard;
  const query = new URLSearchParams({ type, outcome, ...Object.fromEntries(Object.entries({ count, share, window }).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))) });
  const asked = useQuery({ queryKey: ["hindsight", replica.version, String(query)], queryFn: () => client.get<Hindsight>(`hindsight?${query}`), placeholderData: (before) => before });
  if (!asked.data) return <div className={styles.hindsight}>{asked.isError ? "The history could not be asked." : "Trying it on the history …"}</div>;
  const { of, hits, exact } = asked.data;
  const changes = of === 1 ? "the one change so far" : `the last ${of.toLocaleString("en")} changes`;
  return (
    <div className={styles.hindsight} role="status">
      {of === 0 ? "No history yet to try it on." : outcome === "off" ? "Off, it catches nothing." : hits.length === 0 ? `Of ${changes} it would have caught none.` : (
        <>Of {changes} it would have caught {hits.length.toLocaleString("en")}: {hits.slice(0, 4).map((seq, index) => <span key={seq}>{index > 0 && ", "}<Link href={href("history", String(seq))}>#{seq}</Link></span>)}{hits.length > 4 ? " and more" : ""}.</>
      )}
      {!exact && of > 0 && outcome !== "off" && " As the guard judged them then."}
    </div>
  );
}
