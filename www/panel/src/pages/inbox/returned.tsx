// Who came back after being deleted, and what they could be given again.
import { Badge, Button, Link, makeStyles, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Subtitle2, Text, tokens } from "@fluentui/react-components";
import { ArrowResetRegular, CheckmarkCircleRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { DepartedList } from "../../api/client";
import { pathName } from "../../model/diff";
import { giveGrants } from "../../model/edits";
import { returned, type Returned } from "../../model/returned";
import { title } from "../../model/roles";
import { Card } from "../../parts/page";
import { Subject } from "../../parts/subject";
import { ago, exactly } from "../../parts/time";
import { usePanel } from "../../shell/panel";
import { go, href } from "../../shell/router";
import { State } from "../../shell/states";

const SHOWN = 8;
const useStyles = makeStyles({
  card: { display: "flex", flexDirection: "column", gap: "12px" },
  head: { display: "flex", flexWrap: "wrap", gap: "8px 16px", alignItems: "center", justifyContent: "space-between" },
  quiet: { color: tokens.colorNeutralForeground2 },
  grants: { listStyle: "none", margin: 0, padding: 0, display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 320px), 1fr))", gap: "4px 24px" },
  grant: { display: "flex", gap: "8px", justifyContent: "space-between", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, padding: "4px 0", minWidth: 0 },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  actions: { display: "flex", flexWrap: "wrap", gap: "8px" },
});

const SAME: Record<Returned["by"], string> = { externalId: "same externalId", userName: "same user name", name: "same name" };

/** Whoever came back, and what was theirs. */
export function useReturned(): Returned[] {
  const { client, directory, replica } = usePanel();
  const asked = useQuery({ queryKey: ["departed", replica.version], queryFn: () => client.get<DepartedList>("departed"), placeholderData: (before) => before });
  return useMemo(() => returned(directory, asked.data?.entries ?? []), [directory, asked.data]);
}

export function ReturnedList({ all }: { all: Returned[] }) {
  if (all.length === 0) return <Card><State icon={<CheckmarkCircleRegular />} title="Nobody came back">When a group or person is deleted and one of the same name or externalId appears, what the old one had is offered here. Nothing is given by itself.</State></Card>;
  return <>{all.map((one) => <ReturnedCard key={`${one.departed.id} ${one.subject.id}`} one={one} />)}</>;
}

function ReturnedCard({ one }: { one: Returned }) {
  const styles = useStyles();
  const { client, directory, add } = usePanel();
  const queries = useQueryClient();
  const forget = useMutation({ mutationFn: () => client.post("departed/forget", { ids: [one.departed.id] }), onSuccess: () => queries.invalidateQueries({ queryKey: ["departed"] }) });
  const { departed, subject, name, grants } = one;
  const what = departed.type === "Group" ? "group" : "person";
  const give = () => {
    add(giveGrants(`Give ${name} what ${departed.name} had: ${grants.length === 1 ? "1 grant" : `${grants.length} grants`}`, subject, grants));
    go("review");
  };
  return (
    <Card className={styles.card} label={`${name} came back`}>
      <div className={styles.head}>
        <Subtitle2 as="h2">A {what} called {departed.name} was deleted, and {name} is here now</Subtitle2>
        <Badge appearance="tint" color={one.by === "name" ? "warning" : "brand"}>{SAME[one.by]}</Badge>
      </div>
      <Subject directory={directory} subject={subject} />
      <Text className={styles.quiet}>
        Deleted <span title={exactly(departed.at)}>{ago(departed.at)}</span> in <Link href={href("history", String(departed.history))}>change #{departed.history}</Link>. {one.by === "name" ? "A name is no identity: make sure that it is the same one. " : ""}The old one had:
      </Text>
      <ul className={styles.grants} aria-label="What the old one had">
        {grants.slice(0, SHOWN).map(({ place, role }) => <li key={place.id} className={styles.grant}><span className={styles.clip} title={place.name}>{pathName(directory, { type: place.type, id: place.id })}</span><Text weight="semibold">{title(role)}</Text></li>)}
        {grants.length > SHOWN && <li className={styles.grant}>and {grants.length - SHOWN} more</li>}
      </ul>
      {forget.isError && <MessageBar intent="error"><MessageBarBody>{forget.error.message}</MessageBarBody></MessageBar>}
      <div className={styles.actions}>
        <Button appearance="primary" icon={<ArrowResetRegular />} onClick={give}>Review giving {grants.length === 1 ? "it" : "them"} back</Button>
        <Button disabled={forget.isPending} onClick={() => forget.mutate()}>Do not offer again</Button>
      </div>
    </Card>
  );
}

/** One line on other pages. */
export function ReturnedNotice({ all }: { all: Returned[] }) {
  if (all.length === 0) return null;
  const names = [...new Set(all.map(({ name }) => name))];
  return (
    <MessageBar intent="info">
      <MessageBarBody><MessageBarTitle>{names.slice(0, 3).join(", ")}{names.length > 3 ? ` and ${names.length - 3} more` : ""} came back</MessageBarTitle>after being deleted, without the access {names.length === 1 ? "it" : "they"} had. Nothing is given back by itself.</MessageBarBody>
      <MessageBarActions><Button size="small" as="a" href={href("inbox", null, { tab: "returned" })}>See what it was</Button></MessageBarActions>
    </MessageBar>
  );
}

export const returnedRows = (all: Returned[]) => all.flatMap(({ departed, subject, name, by, grants }) => grants.map(({ place, role }) => ({ name, id: subject.id, type: subject.type, by, deleted: departed.name, deletedId: departed.id, deletedAt: departed.at, place: place.name, placeId: place.id, role })));
