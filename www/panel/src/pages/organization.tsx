// What the identity provider provisioned, and the few settings that hold for the whole organization.
import { Button, Input, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Tab, TabList, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useDeferredValue, useMemo, useState } from "react";
import { byName } from "../model/directory";
import { Card, Export, PageHead } from "../parts/page";
import { usePanel } from "../shell/panel";
import { go, useRoute } from "../shell/router";
import { State } from "../shell/states";
import { ReturnedNotice, useReturned } from "./inbox/returned";
import { GroupDialog, GroupsTable, PeopleTable } from "./organization/lists";
import { Connection, Figures, Settings } from "./organization/cards";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: "16px" },
  cards: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 380px), 1fr))", gap: "16px" },
  tools: { display: "flex", flexWrap: "wrap", gap: "8px 12px", padding: "10px 16px", alignItems: "center", borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  search: { marginLeft: "auto", minWidth: "150px", maxWidth: "260px", flexGrow: 1 },
});

export default function Organization({ id }: { id: string | null }) {
  const styles = useStyles();
  const { directory, status } = usePanel();
  const { query } = useRoute();
  const [tab, setTab] = useState<"groups" | "people">(query.get("tab") === "people" ? "people" : "groups");
  const returned = useReturned();
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim().toLowerCase());
  const groups = useMemo(() => [...directory.groups.values()].filter((group) => group.name.toLowerCase().includes(words)).sort(byName), [directory, words]);
  const people = useMemo(() => [...directory.people.values()].filter((person) => person.name.toLowerCase().includes(words) || person.userName.toLowerCase().includes(words)).sort(byName), [directory, words]);
  const where = useMemo(() => {
    const found = new Map<string, { id: string; name: string; role: string }[]>();
    for (const place of directory.places.values()) {
      for (const [subject, grant] of place.grants) {
        const own = found.get(subject);
        const one = { id: place.id, name: place.name, role: grant.role };
        own ? own.push(one) : found.set(subject, [one]);
      }
    }
    return found;
  }, [directory]);
  const rows = () => (tab === "groups"
    ? groups.map((group) => ({ group: group.name, id: group.id, externalId: group.externalId, members: group.members.size, access: (where.get(group.id) ?? []).map((at) => `${at.name} (${at.role})`).join("; ") }))
    : people.map((person) => ({ person: person.name, id: person.id, userName: person.userName, email: person.email, department: person.department, active: person.active, groups: directory.groupsOf(person.id).map((group) => directory.groups.get(group)?.name).join("; ") })));
  const empty = directory.people.size + directory.groups.size === 0;
  return (
    <>
      <PageHead title={directory.organization.displayName || "Organization"} lead="What your identity provider provisioned, and where it has access." />
      <div className={styles.stack}>
        {status?.trouble && <MessageBar intent="error"><MessageBarBody><MessageBarTitle>The server reports trouble</MessageBarTitle>{status.trouble.detail}</MessageBarBody></MessageBar>}
        {!directory.organization.scim && <MessageBar intent="warning"><MessageBarBody><MessageBarTitle>SCIM is off</MessageBarTitle>The identity provider is refused. Everybody keeps the access they have.</MessageBarBody></MessageBar>}
        <ReturnedNotice all={returned} />
        <Figures />
        <div className={styles.cards}><Connection /><Settings /></div>
        <Card padded={false} label="Provisioned groups and people">
          <div className={styles.tools}>
            <TabList selectedValue={tab} onTabSelect={(_, data) => setTab(data.value as typeof tab)} aria-label="What is listed">
              <Tab value="groups">Groups {directory.groups.size.toLocaleString("en")}</Tab>
              <Tab value="people">People {directory.people.size.toLocaleString("en")}</Tab>
            </TabList>
            <Input className={styles.search} type="search" value={text} onChange={(_, data) => setText(data.value)} contentBefore={<SearchRegular />} placeholder={tab === "groups" ? "Filter groups" : "Filter people"} aria-label="Filter the list" />
            <Export name={tab} rows={rows} disabled={empty} />
          </div>
          {empty ? <State icon={<SearchRegular />} title="Nothing is provisioned yet">Put the tenant URL and a token into Entra or Okta, assign people and groups, and start provisioning. They appear here as they come.</State>
            : (tab === "groups" ? groups : people).length === 0 ? <State icon={<SearchRegular />} title="Nothing is called that" actions={<Button onClick={() => setText("")}>Clear the filter</Button>} />
            : tab === "groups" ? <GroupsTable groups={groups} where={where} onOpen={(group) => go("organization", group)} /> : <PeopleTable people={people} />}
        </Card>
      </div>
      {id && directory.groups.has(id) && <GroupDialog id={id} where={where.get(id) ?? []} returned={returned.filter(({ subject }) => subject.id === id)} onClose={() => go("organization")} />}
    </>
  );
}
