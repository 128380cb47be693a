// What was applied, by whom, what it did; and undo, which is a new change to be reviewed.
import { Badge, Button, Drawer, DrawerBody, DrawerHeader, DrawerHeaderTitle, Link, makeStyles, MessageBar, MessageBarBody, Tag, Text, tokens } from "@fluentui/react-components";
import { ArrowUndoRegular, BotRegular, DismissRegular, HistoryRegular, PersonRegular, WarningFilled } from "@fluentui/react-icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { History, HistoryDetail, HistoryEntry } from "../api/client";
import { fromRequests } from "../model/edits";
import { rowsOf } from "../model/pending";
import { Card, Export, PageHead } from "../parts/page";
import { PreviewRows } from "../parts/preview";
import { ago, exactly } from "../parts/time";
import { usePanel } from "../shell/panel";
import { go, href, useRoute } from "../shell/router";
import { Loading, Retry, State } from "../shell/states";

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0 },
  item: { display: "grid", gridTemplateColumns: "36px minmax(0, 1fr) auto", gap: "4px 12px", padding: "14px 20px", borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, alignItems: "center" },
  icon: { width: "32px", height: "32px", borderRadius: "50%", display: "grid", placeItems: "center", backgroundColor: tokens.colorNeutralBackground3, fontSize: "18px", color: tokens.colorNeutralForeground2 },
  provider: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  words: { display: "flex", flexDirection: "column", gap: "2px", minWidth: 0 },
  head: { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: "13px" },
  body: { display: "flex", flexDirection: "column", gap: "12px", paddingBottom: "24px" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: "12px", backgroundColor: tokens.colorNeutralBackground3, padding: "10px", borderRadius: tokens.borderRadiusMedium, overflow: "auto", maxHeight: "260px", margin: 0 },
  more: { padding: "12px", textAlign: "center" },
});

export function accessSays({ kinds, users, lockedOut }: HistoryEntry["access"]): string {
  const more = kinds.grant + kinds.upgrade;
  const less = kinds.revoke + kinds.downgrade;
  if (more + less === 0) return "nobody’s access changed";
  const parts = [more > 0 && `${more.toLocaleString("en")} gained or raised`, less > 0 && `${less.toLocaleString("en")} lost or lowered`, lockedOut > 0 && `${lockedOut} left with nothing`].filter(Boolean);
  return `${users.toLocaleString("en")} ${users === 1 ? "person" : "people"}: ${parts.join(", ")}`;
}

/** As they are exported. */
const rowsOfHistory = (all: HistoryEntry[]) => all.map(({ seq, at, by, what, title, reason, access, version }) => ({ seq, at, by: by.name, kind: by.kind, what, title, reason, people: access.users, ...access.kinds, lockedOut: access.lockedOut, version }));

export default function HistoryPage({ id }: { id: string | null }) {
  const styles = useStyles();
  const { client, directory, replica } = usePanel();
  const { query } = useRoute();
  const user = query.get("user");
  const history = useInfiniteQuery({
    queryKey: ["history", user], initialPageParam: null as number | null, getNextPageParam: (page: History) => page.next,
    queryFn: ({ pageParam }) => client.get<History>(`history?limit=50${pageParam === null ? "" : `&before=${pageParam}`}${user ? `&user=${encodeURIComponent(user)}` : ""}`), refetchInterval: 20_000,
  });
  const entries = useMemo(() => history.data?.pages.flatMap((page) => page.entries) ?? [], [history.data]);
  // All of it, not only what was scrolled to.
  const rows = async () => {
    const all: HistoryEntry[] = [];
    for (let before: number | null = null, first = true; first || before !== null; first = false) {
      const page: History = await client.get(`history?limit=1000${before === null ? "" : `&before=${before}`}${user ? `&user=${encodeURIComponent(user)}` : ""}`);
      all.push(...page.entries);
      before = page.next;
    }
    return rowsOfHistory(all);
  };
  const { historyDays } = replica.session.retention;
  return (
    <>
      <PageHead title="History" lead={`Every change that was applied${historyDays === 0 ? "" : ` in the last ${historyDays} days`}. Undoing one is a change of its own: you review it first.`} actions={<Export name="history" rows={rows} disabled={entries.length === 0} />} />
      {user && <p><Tag dismissible dismissIcon={{ "aria-label": "Show all" }} onClick={() => go("history")}>Changes to the access of {directory.personName(user)}</Tag></p>}
      {history.isLoading ? <Loading label="Reading the history" />
        : history.isError ? <State bad icon={<WarningFilled />} title="The history could not be read" actions={<Retry onClick={() => void history.refetch()} />}>{history.error.message}</State>
        : entries.length === 0 ? <Card><State icon={<HistoryRegular />} title="Nothing has happened yet">Each change stands here with who made it, what it did to access, and the way back.</State></Card> : (
          <Card padded={false} label="Changes">
            <ul className={styles.list}>
              {entries.map((entry) => (
                <li key={entry.seq} className={styles.item}>
                  <span className={`${styles.icon} ${entry.by.kind === "identityProvider" ? styles.provider : ""}`} aria-hidden>{entry.by.kind === "identityProvider" ? <BotRegular /> : <PersonRegular />}</span>
                  <span className={styles.words}>
                    <span className={styles.head}>
                      <Link href={href("history", String(entry.seq))}>{entry.reason ?? entry.title}</Link>
                      {entry.what !== "request" && entry.what !== "plan" && <Badge appearance="tint" color="brand">{entry.what}</Badge>}
                      {entry.undoneBy !== null && <Badge appearance="outline" color="informative">undone by {entry.undoneBy}</Badge>}
                      {entry.guards.filter((finding) => finding.outcome !== "warn").length > 0 && <Badge appearance="tint" color="severe">guard overridden</Badge>}
                    </span>
                    <Text className={styles.quiet}>{entry.by.name}, <span title={exactly(entry.at)}>{ago(entry.at)}</span> · {accessSays(entry.access)}</Text>
                  </span>
                  <Text className={styles.quiet}>#{entry.seq}</Text>
                </li>
              ))}
            </ul>
            {history.hasNextPage && <div className={styles.more}><Button onClick={() => void history.fetchNextPage()} disabled={history.isFetchingNextPage}>Show older</Button></div>}
          </Card>
        )}
      <Detail seq={id} onClose={() => go("history", null, user ? { user } : undefined)} />
    </>
  );
}

function Detail({ seq, onClose }: { seq: string | null; onClose: () => void }) {
  const styles = useStyles();
  const { client, directory, add } = usePanel();
  const asked = useQuery({ queryKey: ["history-entry", seq], enabled: seq !== null, queryFn: () => client.get<HistoryDetail>(`history/${seq}`), retry: false });
  const entry = asked.data;
  const rows = useMemo(() => (entry ? rowsOf({ access: { summary: entry.access, changes: entry.changes, truncated: entry.truncated }, names: entry.names }, directory) : null), [entry, directory]);
  const undo = () => {
    if (!entry?.inverse) return;
    add({ ...fromRequests(`Undo #${entry.seq}: ${entry.reason ?? entry.title}`, entry.inverse), undoes: entry.seq });
    go("review");
  };
  return (
    <Drawer type="overlay" position="end" size="medium" open={seq !== null} onOpenChange={(_, data) => !data.open && onClose()} aria-label={`Change ${seq}`}>
      <DrawerHeader><DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />}>Change #{seq}</DrawerHeaderTitle></DrawerHeader>
      <DrawerBody className={styles.body}>
        {asked.isLoading && <Loading label="Reading the change" />}
        {asked.isError && <MessageBar intent="error"><MessageBarBody>{asked.error.message}</MessageBarBody></MessageBar>}
        {entry && rows && (
          <>
            <Text size={400} weight="semibold">{entry.reason ?? entry.title}</Text>
            <Text className={styles.quiet}>{entry.by.name}, {exactly(entry.at)} · {accessSays(entry.access)}</Text>
            {entry.canUndo && entry.undoneBy === null && <span><Button appearance="primary" icon={<ArrowUndoRegular />} disabled={!entry.inverse || entry.inverse.length === 0} onClick={undo}>Undo …</Button> <Text className={styles.quiet}>You review what undoing does today first.</Text></span>}
            {entry.undoneBy !== null && <Text>It was undone by <Link href={href("history", String(entry.undoneBy))}>#{entry.undoneBy}</Link>.</Text>}
            {!entry.canUndo && <Text className={styles.quiet}>This kind of change has no way back.</Text>}
            <PreviewRows rows={rows} />
            <Text weight="semibold">Requests</Text>
            <pre className={styles.code} tabIndex={0}>{entry.bodies ? entry.bodies.map(({ method, path, body }) => `${method} ${path}${body ? `\n${typeof body === "string" ? body : JSON.stringify(body, null, 2)}` : ""}`).join("\n\n") : entry.requests.map(({ method, path, status }) => `${method} ${path} → ${status}`).join("\n")}</pre>
          </>
        )}
      </DrawerBody>
    </Drawer>
  );
}
