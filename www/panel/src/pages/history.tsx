// What was applied, by whom, what it did; and undo, which is a new change to be reviewed.
import { Badge, Button, Drawer, DrawerBody, DrawerHeader, DrawerHeaderTitle, Link, makeStyles, MessageBar, MessageBarBody, Tag, Text, tokens } from "@fluentui/react-components";
import { AddRegular, ArrowUndoRegular, BotRegular, DismissRegular, HistoryRegular, PersonRegular, SubtractRegular, WarningFilled } from "@fluentui/react-icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { History, HistoryDetail, HistoryEntry } from "../api/client";
import type { Directory } from "../model/directory";
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
  end: { display: "flex", gap: "6px", alignItems: "center", justifyContent: "flex-end", flexWrap: "wrap", minWidth: "28px" },
  words: { display: "flex", flexDirection: "column", gap: "2px", minWidth: 0 },
  head: { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: "13px" },
  body: { display: "flex", flexDirection: "column", gap: "12px", paddingBottom: "24px" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: "12px", backgroundColor: tokens.colorNeutralBackground3, padding: "10px", borderRadius: tokens.borderRadiusMedium, overflow: "auto", maxHeight: "260px", margin: 0 },
  more: { padding: "12px", textAlign: "center" },
});

/** What an entry did to people's access, in words. */
function accessSays({ access, people }: HistoryEntry): string {
  const { kinds, users, lockedOut } = access;
  const more = kinds.grant + kinds.upgrade;
  const less = kinds.revoke + kinds.downgrade;
  if (more + less === 0) return "nobody’s access changed";
  const { gain, lose } = people ?? { gain: more > 0 ? users : 0, lose: less > 0 ? users : 0 };
  const some = (count: number, one: string, many: string) => count > 0 && `${count.toLocaleString("en")} ${count === 1 ? `person ${one}` : `people ${many}`}`;
  return [some(gain, "gained access or more of it", "gained access or more of it"), some(lose, "lost access or part of it", "lost access or part of it"), lockedOut > 0 && `${lockedOut.toLocaleString("en")} left with nothing`].filter(Boolean).join(", ");
}

const VERBS: Record<string, string> = { POST: "Created", PATCH: "Changed", PUT: "Replaced", DELETE: "Deleted" };
const NOUNS: Record<string, string> = { Users: "person", Groups: "group", Workspaces: "workspace", Folders: "folder", Organization: "organization settings" };

/** The reason that was given; else what one request was about, by name where it has one. */
function titleOf(entry: HistoryEntry, directory: Directory): string {
  const [request, more] = entry.requests;
  if (entry.reason !== null || request === undefined || more !== undefined || entry.undoes !== null) return entry.reason ?? entry.title;
  const [, endpoint = "", id = ""] = request.path.split(/[/?]/);
  const noun = NOUNS[endpoint];
  if (noun === undefined) return entry.title;
  const known = decodeURIComponent(id);
  const name = directory.people.get(known)?.name ?? directory.groups.get(known)?.name ?? directory.places.get(known)?.name ?? (known || "");
  const what = name === "" ? (endpoint === "Organization" ? noun : `a ${noun}`) : `${noun} ${name}`;
  return `${VERBS[request.method] ?? request.method} ${what}`;
}

/** As they are exported. */
const rowsOfHistory = (all: HistoryEntry[]) => all.map(({ seq, at, by, what, title, reason, access, people, version }) => ({ seq, at, by: by.name, kind: by.kind, what, title, reason, people: access.users, gaining: people?.gain, losing: people?.lose, ...access.kinds, lockedOut: access.lockedOut, version }));

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
                      <Link href={href("history", String(entry.seq))}>{titleOf(entry, directory)}</Link>
                      {entry.what !== "request" && entry.what !== "plan" && <Badge appearance="tint" color="brand">{entry.what}</Badge>}
                      {entry.undoneBy !== null && <Badge appearance="outline" color="informative">undone by {entry.undoneBy}</Badge>}
                      {entry.guards.filter((finding) => finding.outcome !== "warn").length > 0 && <Badge appearance="tint" color="severe">guard overridden</Badge>}
                    </span>
                    <Text className={styles.quiet}>{entry.by.name}, <span title={exactly(entry.at)}>{ago(entry.at)}</span> · {accessSays(entry)}</Text>
                  </span>
                  <span className={styles.end}>
                    {entry.access.lockedOut > 0 && <Badge appearance="tint" color="danger">{entry.access.lockedOut.toLocaleString("en")} left with nothing</Badge>}
                    {entry.people !== undefined && entry.people.lose > 0 && <Badge appearance="tint" color="warning" icon={<SubtractRegular />}>{entry.people.lose.toLocaleString("en")}</Badge>}
                    {entry.people !== undefined && entry.people.gain > 0 && <Badge appearance="tint" color="success" icon={<AddRegular />}>{entry.people.gain.toLocaleString("en")}</Badge>}
                    <Text className={styles.quiet}>#{entry.seq}</Text>
                  </span>
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
            <Text size={400} weight="semibold">{titleOf(entry, directory)}</Text>
            <Text className={styles.quiet}>{entry.by.name}, {exactly(entry.at)} · {accessSays(entry)}</Text>
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
