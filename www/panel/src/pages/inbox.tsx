// Changes of the identity provider that a guard held, and requests that were refused. What is held means that people who
// were removed still have access: that leads.
import { Accordion, AccordionHeader, AccordionItem, AccordionPanel, Badge, Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Subtitle2, Tab, TabList, Text, Title3, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, ClockAlarmRegular, WarningFilled } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Approved, Dismissed, Inbox, InboxEntry, Preview, Refused } from "../api/client";
import { sentence, tally } from "../model/diff";
import { rowsOf } from "../model/pending";
import { Card, Export, PageHead } from "../parts/page";
import { ago, exactly } from "../parts/time";
import { usePanel } from "../shell/panel";
import { go, useRoute } from "../shell/router";
import { Loading, Retry, State } from "../shell/states";
import { ReturnedList, returnedRows, useReturned } from "./inbox/returned";
import { GuardBanners, numberToType } from "./review/guards";
import { PreviewRows } from "../parts/preview";

const times = (count: number) => (count === 1 ? "once" : count === 2 ? "twice" : `${count.toLocaleString("en")} times`);
const TABS = ["undecided", "dismissed", "approved", "refused", "returned"] as const;

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: "12px" },
  loud: { display: "flex", flexDirection: "column", gap: "10px", borderLeft: `5px solid ${tokens.colorPaletteRedBorderActive}`, backgroundColor: tokens.colorPaletteRedBackground1 },
  loudTitle: { display: "flex", gap: "12px", alignItems: "center", color: tokens.colorPaletteRedForeground1 },
  bar: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  push: { marginLeft: "auto" },
  entry: { display: "grid", gridTemplateColumns: "auto minmax(0, 1fr)", gap: "4px 8px" },
  head: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center", paddingTop: "5px" },
  body: { gridColumn: "2", display: "flex", flexDirection: "column", gap: "8px" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: "13px" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: "12px", overflowWrap: "anywhere" },
});

export default function InboxPage() {
  const styles = useStyles();
  const { client } = usePanel();
  const { query } = useRoute();
  const state = (TABS.find((tab) => tab === query.get("tab")) ?? "undecided") as (typeof TABS)[number];
  const returned = useReturned();
  const asked = state === "dismissed" || state === "approved" ? state : "undecided";
  const inbox = useQuery({ queryKey: ["inbox", asked], queryFn: () => client.get<Inbox>(`inbox?state=${asked}&limit=500`), refetchInterval: 15_000 });
  const refused = useQuery({ queryKey: ["refused"], queryFn: () => client.get<Refused>("refused") });
  const entries = inbox.data?.entries ?? [];
  const rows = () => (state === "returned" ? returnedRows(returned) : state === "refused"
    ? (refused.data?.entries ?? []).map(({ provider, ...entry }) => ({ provider: provider.name, ...entry }))
    : entries.map((entry) => ({ id: entry.id, state: entry.state, meaning: entry.meaning, provider: entry.provider.name, request: `${entry.method} ${entry.path}`, firstAt: entry.firstAt, lastAt: entry.lastAt, count: entry.count, people: entry.losing, guards: entry.guards.map((finding) => finding.guard).join("; ") })));
  const summary = inbox.data?.summary;
  return (
    <>
      <PageHead title="Inbox" lead="A held change has not happened. Approve it, and it is applied; dismiss it, and people keep what they have." actions={<Export name="inbox" rows={rows} disabled={rows().length === 0} />} />
      <div className={styles.stack}>
        {summary?.headline && (
          <Card className={styles.loud} label="Undecided">
            <span className={styles.loudTitle}><WarningFilled fontSize={28} aria-hidden /><Title3 as="h2">{summary.headline}</Title3></span>
            <Text>{summary.warning ?? "The identity provider believes they are gone. Until you decide, they are not."}{summary.lockedOut > 0 ? ` ${summary.lockedOut} of them would lose everything.` : ""}</Text>
          </Card>
        )}
        <TabList selectedValue={state} onTabSelect={(_, data) => go("inbox", null, { tab: String(data.value) })} aria-label="Which">
          <Tab value="undecided">Undecided {summary?.undecided ?? ""}</Tab>
          <Tab value="dismissed">Dismissed</Tab>
          <Tab value="approved">Approved</Tab>
          <Tab value="refused">Refused requests {refused.data?.entries.length || ""}</Tab>
          <Tab value="returned">Came back {returned.length || ""}</Tab>
        </TabList>
        {state === "returned" ? <ReturnedList all={returned} /> : state === "refused" ? <RefusedList data={refused.data} /> : inbox.isLoading ? <Loading label="Reading the inbox" />
          : inbox.isError ? <State bad icon={<WarningFilled />} title="The inbox could not be read" actions={<Retry onClick={() => void inbox.refetch()} />}>{inbox.error.message}</State>
          : entries.length === 0 ? <Card><State icon={<CheckmarkCircleRegular />} title={state === "undecided" ? "Nothing is held" : `Nothing was ${state}`}>{state === "undecided" ? "What the identity provider asked for has been done. Guards put a change here when it would take access from many at once." : "Decisions appear here with who took them."}</State></Card>
          : <Entries key={state} entries={entries} state={state} />}
      </div>
    </>
  );
}

function Entries({ entries, state }: { entries: InboxEntry[]; state: string }) {
  const styles = useStyles();
  const { client } = usePanel();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(state === "undecided" ? entries.map((entry) => entry.id) : []));
  const [asking, setAsking] = useState(false);
  const ids = entries.filter((entry) => chosen.has(entry.id)).map((entry) => entry.id);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    next.has(id) ? next.delete(id) : next.add(id);
    setChosen(next);
  };
  const dismiss = useMutation({ mutationFn: () => client.post<Dismissed>("inbox/dismiss", { ids }), onSuccess: () => queries.invalidateQueries() });
  return (
    <>
      {state !== "approved" && (
        <div className={styles.bar}>
          <Checkbox label={`${ids.length} of ${entries.length} chosen`} checked={ids.length === entries.length ? true : ids.length > 0 ? "mixed" : false} onChange={() => setChosen(new Set(ids.length === entries.length ? [] : entries.map((entry) => entry.id)))} />
          <span className={styles.push} />
          {state === "undecided" && <Button disabled={ids.length === 0 || dismiss.isPending} onClick={() => dismiss.mutate()}>Dismiss</Button>}
          <Button appearance="primary" disabled={ids.length === 0} onClick={() => setAsking(true)}>Review and approve …</Button>
        </div>
      )}
      {dismiss.isError && <MessageBar intent="error"><MessageBarBody>{dismiss.error.message}</MessageBarBody></MessageBar>}
      {entries.map((entry) => (
        <Card key={entry.id} className={styles.entry} label={entry.meaning}>
          {state === "approved" ? <CheckmarkCircleRegular aria-hidden /> : <Checkbox aria-label={`Choose: ${entry.meaning}`} checked={chosen.has(entry.id)} onChange={() => toggle(entry.id)} />}
          <div className={styles.head}>
            <Subtitle2 as="h2">{entry.meaning}</Subtitle2>
            {entry.red && <Badge color="danger" icon={<ClockAlarmRegular />}>over 24 h</Badge>}
          </div>
          <div className={styles.body}>
            <Text className={styles.quiet}><span className={styles.code}>{entry.method} {entry.path}</span>{entry.target?.name ? ` · ${entry.target.name}` : ""} · {entry.provider.name} sent it {times(entry.count)}, first {ago(entry.firstAt)}, last {ago(entry.lastAt)}</Text>
            <GuardBanners guards={entry.guards} />
            {entry.people.length > 0 && <Text className={styles.quiet}>{state === "approved" ? "They lost access: " : "Still have access: "}{entry.people.slice(0, 8).map((person) => person.name ?? person.id).join(", ")}{entry.losing > 8 ? ` and ${entry.losing - Math.min(8, entry.people.length)} more` : ""}</Text>}
            {entry.decision && <Text className={styles.quiet}>{entry.decision.person}, {exactly(entry.decision.at)}{entry.decision.reason ? `: ${entry.decision.reason}` : ""}{entry.outcome ? ` · answered ${entry.outcome.status}` : ""}</Text>}
          </div>
        </Card>
      ))}
      {asking && <ApproveDialog ids={ids} onClose={() => setAsking(false)} />}
    </>
  );
}

function ApproveDialog({ ids, onClose }: { ids: string[]; onClose: () => void }) {
  const styles = useStyles();
  const { client, directory, follow, replica } = usePanel();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const planned = useQuery({ queryKey: ["inbox-plan", ids, replica.version], queryFn: () => client.post<Preview>("inbox/plan", { ids }), retry: false, gcTime: 0 });
  const rows = planned.data ? rowsOf(planned.data, directory) : null;
  const counted = rows && planned.data ? tally(planned.data.people, planned.data.access.summary.lockedOut) : null;
  const number = planned.data ? numberToType(planned.data.guards, counted?.people || ids.length) : 0;
  const approve = useMutation({
    mutationFn: () => client.post<Approved>("inbox/approve", { ids, reason: reason.trim() || undefined, expect: planned.data!.base, approve: planned.data!.guards.filter((finding) => finding.outcome === "hold").map((finding) => finding.guard) }),
    onSuccess: async () => {
      await follow();
      await queries.invalidateQueries();
      onClose();
    },
    onError: () => void follow().then(() => planned.refetch()),
  });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() === String(number)) approve.mutate(); }}>
          <DialogBody>
            <DialogTitle>Approve {ids.length === 1 ? "the held change" : `${ids.length} held changes`}</DialogTitle>
            <DialogContent className={styles.stack}>
              {planned.isLoading && <Loading label="Working it out on the present state" />}
              {planned.isError && <MessageBar intent="error"><MessageBarBody>{planned.error.message}</MessageBarBody></MessageBar>}
              {counted && rows && planned.data && (
                <>
                  <Text size={400} weight="semibold">{sentence(counted)}</Text>
                  <GuardBanners guards={planned.data.guards} />
                  <PreviewRows rows={rows} />
                  <Field label="Why, for the history"><Input value={reason} onChange={(_, data) => setReason(data.value)} maxLength={300} /></Field>
                  <Field label={`Type ${number} to approve`}><Input value={typed} onChange={(_, data) => setTyped(data.value)} inputMode="numeric" autoComplete="off" /></Field>
                </>
              )}
              {approve.isError && <MessageBar intent="error"><MessageBarBody><MessageBarTitle>Not approved</MessageBarTitle>{approve.error.message}</MessageBarBody></MessageBar>}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>Not now</Button>
              <Button type="submit" appearance="primary" disabled={!planned.data || typed.trim() !== String(number) || approve.isPending}>Approve and apply</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

function RefusedList({ data }: { data: Refused | undefined }) {
  const styles = useStyles();
  const { client } = usePanel();
  const queries = useQueryClient();
  const clear = useMutation({ mutationFn: (ids: string[]) => client.post("refused/clear", { ids }), onSuccess: () => queries.invalidateQueries({ queryKey: ["refused"] }) });
  if (!data) return <Loading label="Reading refused requests" />;
  if (data.entries.length === 0) return <Card><State icon={<CheckmarkCircleRegular />} title="No request was refused">When the identity provider sends what cannot be done, it is listed here with what to mend there.</State></Card>;
  return (
    <Card label="Refused requests">
      <Accordion multiple collapsible>
        {data.entries.map((entry) => (
          <AccordionItem key={entry.id} value={entry.id}>
            <AccordionHeader><span className={styles.head}><Badge appearance="tint" color="danger">{entry.status}</Badge><span className={styles.code}>{entry.method} {entry.path}</span><Text className={styles.quiet}>{entry.provider.name} · {times(entry.count)} · {ago(entry.lastAt)}</Text></span></AccordionHeader>
            <AccordionPanel className={styles.stack}>
              <Text>{entry.detail.replace(/`([^`]*)`/g, "“$1”")}</Text>
              <MessageBar intent="info" layout="multiline"><MessageBarBody><MessageBarTitle>What to mend</MessageBarTitle>{entry.mend}</MessageBarBody></MessageBar>
              <span><Button size="small" onClick={() => clear.mutate([entry.id])}>Take off the list</Button></span>
            </AccordionPanel>
          </AccordionItem>
        ))}
      </Accordion>
    </Card>
  );
}
