// What a change does, before it is applied.
import {
  Badge, Button, Input, makeStyles, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, mergeClasses, Tab, TabList, Text, Title3, ToggleButton, tokens, Link,
} from "@fluentui/react-components";
import { BranchCompareRegular, CheckmarkCircleRegular, DismissRegular, SearchRegular } from "@fluentui/react-icons";
import type { AccessChange, AccessChangeKind } from "scim-policy";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { KINDS, sentence, type Row } from "../model/diff";
import { causeOf, KIND_WORDS, type Difference, type Pending } from "../model/pending";
import { KIND_ICONS, roleAt } from "../parts/kind";
import { Card, Export, PageHead } from "../parts/page";
import { rowsFor } from "../parts/preview";
import { usePanel } from "../shell/panel";
import { href } from "../shell/router";
import { Loading, State } from "../shell/states";
import { Apply } from "./review/apply";
import { GuardBanners, sentenceCase } from "./review/guards";
import { List, type Grouping } from "./review/list";
import { Matrix } from "./review/matrix";
import { useSelection } from "./review/selection";
import { WhyDrawer } from "./review/why-drawer";

/** Rows whose causes are worked out. */
const CAUSES = 20_000;

const useStyles = makeStyles({
  applied: { marginBottom: "12px" },
  stack: { display: "flex", flexDirection: "column", gap: "12px" },
  says: { lineHeight: 1.35 },
  edits: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexWrap: "wrap", gap: "6px" },
  edit: { display: "inline-flex", alignItems: "center", gap: "2px", padding: "1px 2px 1px 12px", borderRadius: tokens.borderRadiusCircular, border: `1px solid ${tokens.colorNeutralStroke1}`, fontSize: "13px", minWidth: 0, maxWidth: "100%" },
  failing: { border: `1px solid ${tokens.colorPaletteRedBorder2}`, color: tokens.colorPaletteRedForeground1 },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { color: tokens.colorNeutralForeground3 },
  tools: { display: "flex", flexWrap: "wrap", gap: "8px 12px", padding: "10px 16px", alignItems: "center" },
  tabs: { flexWrap: "wrap", maxWidth: "100%" },
  kinds: { display: "flex", flexWrap: "wrap", gap: "6px" },
  search: { minWidth: "150px", maxWidth: "220px", flexGrow: 1 },
  push: { marginLeft: "auto" },
  foot: { padding: "8px 16px", borderTop: `1px solid ${tokens.colorNeutralStroke2}`, color: tokens.colorNeutralForeground2, fontSize: "13px", display: "flex", gap: "8px", flexWrap: "wrap" },
});

export default function Review() {
  const styles = useStyles();
  const { edits, pending, computing, applied } = usePanel();
  if (edits.length === 0) {
    return (
      <>
        <PageHead title="Review" />
        {applied && (
          <MessageBar intent="success" layout="multiline" role="status" className={styles.applied}>
            <MessageBarBody><MessageBarTitle>Applied</MessageBarTitle>{applied.says} {applied.history !== null && <Link inline href={href("history", String(applied.history))}>See it in the history, or undo it</Link>}</MessageBarBody>
          </MessageBar>
        )}
        <Card><State icon={<BranchCompareRegular />} title="No change is pending" actions={<><Button appearance="primary" as="a" href={href("workspaces")}>Workspaces and folders</Button><Button as="a" href={href("compose")}>Compose a SCIM request</Button></>}>Edit a folder, move it, or paste what an identity provider sends. What it does to everyone’s access shows here before anything happens.</State></Card>
      </>
    );
  }
  if (!pending) return <Loading label="Working out what changes" />;
  return <Reviewed key={pending.edits.map((edit) => edit.id).join()} pending={pending} computing={computing} />;
}

function Reviewed({ pending, computing }: { pending: Pending; computing: boolean }) {
  const styles = useStyles();
  const { remove, stale, seen, replica } = usePanel();
  const { rows } = pending;
  const [kinds, setKinds] = useState<ReadonlySet<AccessChangeKind>>(() => {
    const usual = new Set<AccessChangeKind>(["revoke", "downgrade", "grant", "upgrade"]);
    return KINDS.some((kind) => usual.has(kind) && rows.counts[kind] > 0) ? usual : new Set(KINDS);
  });
  const [view, setView] = useState<"matrix" | Grouping>("matrix");
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim().toLowerCase());
  const [asked, setAsked] = useState<Row | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const selection = useSelection(rows, kinds, words);

  const causes = useCauses(pending, view === "cause" || asked !== null);
  const causeName = useCallback((row: Row) => causes(row).join(" and ") || "Beyond the rows whose causes were worked out", [causes]);
  const risks = useMemo(() => new Map<number, string | null>(), [pending]);
  const risk = useCallback((rank: number) => {
    if (!risks.has(rank)) risks.set(rank, riskOf(rows.users[rank]!, rank, pending, replica.organization));
    return risks.get(rank)!;
  }, [risks, rows, pending, replica]);

  const exported = () => rowsFor(rows, selection.indexes);
  const toggle = (kind: AccessChangeKind) => {
    const next = new Set(kinds);
    next.has(kind) ? next.delete(kind) : next.add(kind);
    setKinds(next);
  };
  return (
    <>
      <PageHead title="Review" lead="What happens when you apply. Nothing has changed yet." actions={<Export name="change" rows={exported} disabled={rows.length === 0} />} />
      <div className={styles.stack}>
        {problem && <MessageBar intent="error" layout="multiline"><MessageBarBody><MessageBarTitle>Not applied</MessageBarTitle>{problem}</MessageBarBody><MessageBarActions containerAction={<Button appearance="transparent" icon={<DismissRegular />} aria-label="Dismiss" onClick={() => setProblem(null)} />} /></MessageBar>}
        {stale && <Stale difference={stale} onSeen={seen} />}
        <Card className={styles.stack} label="The change">
          <Title3 as="h2" className={mergeClasses(styles.says, computing && styles.quiet)} aria-live="polite">{pending.problem ? "This change cannot be applied" : sentence(pending.tally)}</Title3>
          <ul className={styles.edits} aria-label="Edits in this change">
            {pending.edits.map((edit) => (
              <li key={edit.id} className={mergeClasses(styles.edit, pending.problem?.edit?.id === edit.id && styles.failing)}>
                <span className={styles.clip} title={edit.says}>{edit.says}</span>
                <Button size="small" appearance="transparent" shape="circular" icon={<DismissRegular />} aria-label={`Take out: ${edit.says}`} onClick={() => remove(edit.id)} />
              </li>
            ))}
          </ul>
          {pending.problem && <MessageBar intent="error" layout="multiline"><MessageBarBody><MessageBarTitle>{pending.problem.edit ? pending.problem.edit.says : "Refused"}</MessageBarTitle>{sentenceCase(pending.problem.detail)}. {pending.edits.length > 1 ? "Take it out, or undo what it depends on." : "Take it out and edit again."}</MessageBarBody></MessageBar>}
          <GuardBanners guards={pending.guards} />
          <Apply pending={pending} onProblem={setProblem} />
        </Card>
        {!pending.problem && (rows.total === 0 ? (
          <Card><State icon={<CheckmarkCircleRegular />} title="Nobody’s access changes">The edits can be applied; they change names or settings, and no one gains or loses anything.</State></Card>
        ) : (
          <Card padded={false} label="Who is affected">
            <div className={styles.tools}>
              <TabList className={styles.tabs} selectedValue={view} onTabSelect={(_, data) => setView(data.value as typeof view)} size="small" aria-label="How it is shown">
                <Tab value="matrix">Matrix</Tab>
                <Tab value="person">By person</Tab>
                <Tab value="object">By place</Tab>
                <Tab value="cause">By cause</Tab>
              </TabList>
              <Input className={mergeClasses(styles.search, styles.push)} size="small" type="search" value={text} onChange={(_, data) => setText(data.value)} contentBefore={<SearchRegular />} placeholder="Person or place" aria-label="Filter by person or place" />
            </div>
            <div className={styles.tools} role="group" aria-label="Kinds of change">
              <div className={styles.kinds}>
                {KINDS.map((kind) => {
                  const Icon = KIND_ICONS[kind];
                  return <ToggleButton key={kind} size="small" shape="circular" checked={kinds.has(kind)} disabled={rows.counts[kind] === 0} icon={<Icon />} onClick={() => toggle(kind)} title={KIND_WORDS[kind].means}>{KIND_WORDS[kind].name} {rows.counts[kind].toLocaleString("en")}</ToggleButton>;
                })}
              </div>
            </div>
            {selection.indexes.length === 0 ? <State icon={<SearchRegular />} title="Every row is hidden" actions={<Button onClick={() => { setKinds(new Set(KINDS)); setText(""); }}>Show all</Button>}>{selection.hidden.toLocaleString("en")} changes are hidden by the filters above.</State>
              : view === "matrix" ? <Matrix rows={rows} selection={selection} kinds={kinds} risk={risk} onWhy={setAsked} />
              : <List rows={rows} selection={selection} by={view} causeName={causeName} risk={risk} onWhy={setAsked} />}
            <div className={styles.foot}>
              <span>{selection.indexes.length.toLocaleString("en")} of {rows.total.toLocaleString("en")} changes shown</span>
              {selection.hidden > 0 && <Badge appearance="tint" color="informative">{selection.hidden.toLocaleString("en")} hidden</Badge>}
              {rows.beyond > 0 && <span>· {rows.beyond.toLocaleString("en")} beyond what the page lists; all are counted</span>}
              <span className={styles.push}>{pending.inPage ? `worked out in this page in ${Math.max(1, Math.round(pending.took))} ms` : "worked out by the server"} · select a cell for why</span>
            </div>
          </Card>
        ))}
        <Text className={styles.quiet} size={200}>Looking for what was applied already? <Link href={href("history")}>History</Link> has it, with undo.</Text>
      </div>
      <WhyDrawer row={asked} pending={pending} causes={asked ? causes(asked) : []} onClose={() => setAsked(null)} />
    </>
  );
}

/** Which edits brought a row about; asked of the module when first needed. */
function useCauses(pending: Pending, wanted: boolean): (row: Row) => string[] {
  const { replica } = usePanel();
  return useMemo(() => {
    if (pending.edits.length === 1) return () => [pending.edits[0]!.says];
    if (!wanted) return () => [];
    const found = new Map<string, string[]>();
    const take = (some: AccessChange[]) => {
      for (const { user, object, causes } of some) found.set(`${user} ${object.id}`, [...new Set(causes.map((cause) => causeOf(pending, cause)?.says ?? `request ${cause + 1}`))]);
    };
    take(pending.told?.changes ?? []);
    try {
      for (let offset = 0; pending.plan && replica.organization && offset < CAUSES; offset += 5_000) {
        const some = replica.organization.accessChanges(pending.plan, { offset, limit: 5_000 });
        take(some);
        if (some.length < 5_000) break;
      }
    } catch {
      // A plan that is stale is about to be worked out again.
    }
    return (row) => found.get(`${row.user} ${row.object.id}`) ?? [];
  }, [pending, wanted, replica]);
}

/** What to look at twice: someone left with nothing, someone who comes to manage. */
function riskOf(user: string, rank: number, pending: Pending, organization: import("scim-policy").Organization | null): string | null {
  let lost = 0;
  let kept = false;
  for (const row of pending.rows.of(rank)) {
    if (row.kind === "grant" || row.kind === "upgrade") {
      if (row.after >= 4) return `Becomes ${roleAt(row.after)}`;
      kept = true;
    } else if (row.kind === "revoke") lost += 1;
    else if (row.kind !== "latent") kept = true;
  }
  if (lost === 0 || kept || pending.tally.lockedOut === 0) return null;
  if (!organization) return pending.told?.leftWithNothing.has(user) ? "Loses everything" : null;
  try {
    return organization.accessOf(user).length === lost ? "Loses everything" : null;
  } catch {
    return null;
  }
}

function Stale({ difference, onSeen }: { difference: Difference; onSeen: () => void }) {
  const { directory } = usePanel();
  const { came, went } = difference;
  const same = came.length + went.length === 0;
  const line = (row: Row) => `${directory.personName(row.user)} on ${directory.objectName(row.object)} (${roleAt(row.before)} → ${roleAt(row.after)})`;
  const some = (list: Row[]) => list.slice(0, 4).map(line).join(", ") + (list.length > 4 ? ` and ${list.length - 4} more` : "");
  return (
    <MessageBar intent={same ? "info" : "warning"} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>The organization changed while you were looking</MessageBarTitle>
        {same ? "It was worked out again, and does exactly the same." : <>It was worked out again. Before: {sentence(difference.before)} {came.length > 0 && <>New: {some(came)}. </>}{went.length > 0 && <>No longer: {some(went)}.</>}</>}
      </MessageBarBody>
      <MessageBarActions><Button size="small" onClick={onSeen}>Understood</Button></MessageBarActions>
    </MessageBar>
  );
}
