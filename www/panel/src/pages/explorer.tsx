// Who can, what can, and can somebody do something, with the reason.
import { Button, Combobox, Dropdown, Field, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Option, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, DismissCircleFilled, PersonSearchRegular, SearchRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import type { Explanation, ObjectRef, Role } from "scim-policy";
import { useMemo, useState, type ReactNode } from "react";
import type { AccessOf, Checked, Client, Explained, WhoHas } from "../api/client";
import { pathName } from "../model/diff";
import type { Directory, Place } from "../model/directory";
import { rank, roleName } from "../model/roles";
import { Card, Export, PageHead } from "../parts/page";
import { Subject, SubjectPicker } from "../parts/subject";
import { Table } from "../parts/table";
import { ExplanationView } from "../parts/why";
import { usePanel } from "../shell/panel";
import { go, useRoute } from "../shell/router";
import { Loading, State } from "../shell/states";

const CAN: [string, string][] = [["view", "view it"], ["comment", "comment"], ["complete", "complete tasks"], ["edit", "edit it"], ["manage", "manage it"], ["bill", "see billing"]];

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: "16px" },
  ask: { display: "flex", flexWrap: "wrap", gap: "12px", alignItems: "flex-end" },
  field: { flexGrow: 1, flexBasis: "240px", minWidth: 0, maxWidth: "420px" },
  wide: { minWidth: "0 !important", width: "100%" },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: "12px" },
  option: { display: "flex", flexDirection: "column" },
  answer: { display: "flex", gap: "12px", alignItems: "center", fontSize: "18px", fontWeight: 600 },
  yes: { color: tokens.colorPaletteGreenForeground1, fontSize: "32px", flexShrink: 0 },
  no: { color: tokens.colorPaletteRedForeground1, fontSize: "32px", flexShrink: 0 },
  bar: { display: "flex", justifyContent: "space-between", alignItems: "center", gap: "12px", padding: "10px 16px", borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
});

type Mode = "who" | "what" | "can";

/** Asks the module in the page, or the server where the page holds none. */
function useAsked<T>(key: unknown[], enabled: boolean, here: () => T, there: () => Promise<T>) {
  const { replica } = usePanel();
  return useQuery({ queryKey: ["ask", replica.version, ...key], enabled, queryFn: async () => (replica.organization ? here() : there()), retry: false });
}

export default function Explorer() {
  const styles = useStyles();
  const { query } = useRoute();
  const person = query.get("person");
  const object = query.get("object");
  const mode: Mode = (query.get("mode") as Mode | null) ?? (person && object ? "can" : object ? "who" : "what");
  const set = (changes: Record<string, string | null>) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) value === null ? next.delete(name) : next.set(name, value);
    go("explorer", null, Object.fromEntries(next));
  };
  return (
    <>
      <PageHead title="Explorer" lead="Ask about access as it is now. Every answer says why." />
      <div className={styles.stack}>
        <TabList selectedValue={mode} onTabSelect={(_, data) => set({ mode: String(data.value) })} aria-label="Question">
          <Tab value="what">What can someone access?</Tab>
          <Tab value="who">Who has access?</Tab>
          <Tab value="can">Can they, and why?</Tab>
        </TabList>
        {mode === "what" && <What person={person} onPerson={(id) => set({ person: id })} onWhy={(id) => set({ object: id, mode: "can" })} />}
        {mode === "who" && <Who object={object} onObject={(id) => set({ object: id })} onWhy={(id) => set({ person: id, mode: "can" })} />}
        {mode === "can" && <Can person={person} object={object} can={query.get("can") ?? "edit"} onSet={set} />}
      </div>
    </>
  );
}

export function PlacePicker({ directory, value, onPick, label }: { directory: Directory; value: string | null; onPick: (id: string) => void; label: string }) {
  const styles = useStyles();
  const [text, setText] = useState<string | null>(null);
  const chosen = value ? directory.places.get(value) : undefined;
  const found = useMemo(() => {
    const words = (text ?? "").trim().toLowerCase();
    const all: { place: Place; path: string }[] = [];
    for (const place of directory.places.values()) {
      if (!place.name.toLowerCase().includes(words)) continue;
      all.push({ place, path: pathName(directory, { type: place.type, id: place.id }) });
      if (all.length >= 80) break;
    }
    return all.sort((a, b) => a.path.localeCompare(b.path));
  }, [directory, text]);
  return (
    <Field label={label} className={styles.field}>
      <Combobox className={styles.wide} freeform value={text ?? chosen?.name ?? ""} selectedOptions={value ? [value] : []} placeholder="Workspace or folder" onChange={(event) => setText(event.target.value)} onBlur={() => setText(null)}
        onOptionSelect={(_, { optionValue }) => { setText(null); if (optionValue) onPick(optionValue); }}>
        {found.length === 0 && <Option disabled text="">Nothing is called that</Option>}
        {found.map(({ place, path }) => <Option key={place.id} value={place.id} text={place.name}><span className={styles.option}>{place.name}<span className={styles.quiet}>{path}</span></span></Option>)}
      </Combobox>
    </Field>
  );
}

function Person({ person, onPerson }: { person: string | null; onPerson: (id: string) => void }) {
  const styles = useStyles();
  const { directory } = usePanel();
  return <Field label="Person" className={styles.field}><SubjectPicker directory={directory} label="Person" only="User" placeholder="Name or user name" chosen={person ? directory.personName(person) : ""} onPick={({ id }) => onPerson(id)} /></Field>;
}

const Failed = ({ error }: { error: Error }) => <MessageBar intent="error"><MessageBarBody><MessageBarTitle>No answer</MessageBarTitle>{error.message}</MessageBarBody></MessageBar>;

function What({ person, onPerson, onWhy }: { person: string | null; onPerson: (id: string) => void; onWhy: (object: string) => void }) {
  const styles = useStyles();
  const { directory, replica, client } = usePanel();
  const known = person !== null && directory.people.has(person);
  const asked = useAsked<{ object: ObjectRef; role: Role }[]>(["accessOf", person], known, () => replica.organization!.accessOf(person!), () => client.get<AccessOf>(`access/${encodeURIComponent(person!)}`).then(({ access }) => access));
  const rows = useMemo(() => (asked.data ?? []).map(({ object, role }) => ({ object, role, path: pathName(directory, object) })).sort((a, b) => a.path.localeCompare(b.path)), [asked.data, directory]);
  const inactive = known && directory.people.get(person)?.active === false;
  return (
    <>
      <div className={styles.ask}><Person person={person} onPerson={onPerson} /></div>
      <Frame title={known ? `${directory.personName(person)} has access to ${rows.length.toLocaleString("en")} ${rows.length === 1 ? "place" : "places"}` : ""} known={known} asked={asked} icon={<PersonSearchRegular />} prompt="Choose a person" says="You see every workspace and folder they can open, with their role."
        rows={() => rows.map(({ object, role, path }) => ({ person: directory.personName(person!), object: path, type: object.type, id: object.id, role }))} count={rows.length} none={inactive ? "They are deactivated. Their grants stay, and give nothing until they are active again." : "No grant reaches them, directly or through a group."}>
        <Table label="Access" items={rows} keyOf={(row) => row.object.id} height={44} columns={[
          { name: "Where", width: "3fr", cell: (row) => row.path },
          { name: "Role", width: "110px", cell: (row) => roleName(row.role) },
          { name: "", width: "84px", cell: (row) => <Button size="small" appearance="subtle" onClick={() => onWhy(row.object.id)} aria-label={`Why: ${row.path}`}>Why?</Button> },
        ]} />
      </Frame>
    </>
  );
}

function Who({ object, onObject, onWhy }: { object: string | null; onObject: (id: string) => void; onWhy: (person: string) => void }) {
  const styles = useStyles();
  const { directory, replica, client } = usePanel();
  const place = object ? directory.places.get(object) : undefined;
  const asked = useAsked<{ user: string; role: Role }[]>(["whoHas", object], place !== undefined, () => replica.organization!.whoHas({ type: place!.type, id: place!.id }, { limit: 200_000 }),
    () => everyone(client, place!));
  const rows = useMemo(() => (asked.data ?? []).map(({ user, role }) => ({ user, role, name: directory.personName(user) })).sort((a, b) => rank(b.role) - rank(a.role) || a.name.localeCompare(b.name)), [asked.data, directory]);
  return (
    <>
      <div className={styles.ask}><PlacePicker directory={directory} value={object} onPick={onObject} label="Workspace or folder" /></div>
      <Frame title={place ? `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "person has" : "people have"} access to ${place.name}` : ""} known={place !== undefined} asked={asked} icon={<SearchRegular />} prompt="Choose a workspace or folder" says="You see everyone who can open it, strongest role first."
        rows={() => rows.map(({ user, role, name }) => ({ person: name, id: user, userName: directory.people.get(user)?.userName, role, object: place?.name }))} count={rows.length} none="No grant reaches it, and nothing comes down from above.">
        <Table label="People with access" items={rows} keyOf={(row) => row.user} columns={[
          { name: "Person", width: "3fr", cell: (row) => <Subject directory={directory} subject={{ type: "User", id: row.user }} /> },
          { name: "Role", width: "110px", cell: (row) => roleName(row.role) },
          { name: "", width: "84px", cell: (row) => <Button size="small" appearance="subtle" onClick={() => onWhy(row.user)} aria-label={`Why: ${row.name}`}>Why?</Button> },
        ]} />
      </Frame>
    </>
  );
}

/** The server gives 1,000 at a time. */
async function everyone(client: Client, place: Place): Promise<WhoHas["people"]> {
  const all: WhoHas["people"] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const page: WhoHas = await client.get(`who-has?${new URLSearchParams({ type: place.type, id: place.id, limit: "1000", offset: String(offset) })}`);
    all.push(...page.people);
    offset = page.next;
  }
  return all;
}

function Frame({ title, known, asked, icon, prompt, says, rows, count, none, children }: {
  title: string; known: boolean; asked: { isLoading: boolean; error: Error | null }; icon: ReactNode; prompt: string; says: string; rows: () => Record<string, unknown>[]; count: number; none: string; children: ReactNode;
}) {
  const styles = useStyles();
  if (!known) return <Card><State icon={icon} title={prompt}>{says}</State></Card>;
  if (asked.isLoading) return <Loading label="Asking" />;
  if (asked.error) return <Failed error={asked.error} />;
  return (
    <Card padded={false} label={title}>
      <div className={styles.bar}><Text weight="semibold" role="status">{title}</Text><Export name="access" rows={rows} disabled={count === 0} /></div>
      {count === 0 ? <State icon={<DismissCircleFilled />} title="No access">{none}</State> : children}
    </Card>
  );
}

function Can({ person, object, can, onSet }: { person: string | null; object: string | null; can: string; onSet: (changes: Record<string, string | null>) => void }) {
  const styles = useStyles();
  const { directory, replica, client } = usePanel();
  const place = object ? directory.places.get(object) : undefined;
  const known = person !== null && directory.people.has(person) && place !== undefined;
  const on = { type: place?.type ?? "Folder", id: place?.id ?? "" } as ObjectRef;
  const where = () => new URLSearchParams({ user: person!, type: on.type, id: on.id });
  const decision = useAsked<Checked>(["check", person, object, can], known, () => replica.organization!.check({ user: person!, can, on }), () => client.get<Checked>(`check?${where()}&can=${can}`));
  const why = useAsked<Explanation>(["explain", person, object], known, () => replica.organization!.explain(person!, on), () => client.get<Explained>(`explain?${where()}`));
  const words = CAN.find(([name]) => name === can)?.[1] ?? can;
  return (
    <>
      <div className={styles.ask}>
        <Person person={person} onPerson={(id) => onSet({ person: id, mode: "can" })} />
        <Field label="Can"><Dropdown value={words} selectedOptions={[can]} onOptionSelect={(_, { optionValue }) => optionValue && onSet({ can: optionValue, mode: "can" })}>{CAN.map(([name, text]) => <Option key={name} value={name}>{text}</Option>)}</Dropdown></Field>
        <PlacePicker directory={directory} value={object} onPick={(id) => onSet({ object: id, mode: "can" })} label="On" />
      </div>
      {!known ? <Card><State icon={<PersonSearchRegular />} title="Choose a person and a place">The answer names the path that decides, and every other one with what became of it.</State></Card>
        : decision.error ? <Failed error={decision.error} />
        : !decision.data ? <Loading label="Asking" /> : (
          <Card className={styles.stack} label="Answer">
            <div className={styles.answer} role="status">
              {decision.data.allowed ? <CheckmarkCircleFilled className={styles.yes} aria-hidden /> : <DismissCircleFilled className={styles.no} aria-hidden />}
              <span>{decision.data.allowed ? "Yes" : "No"}: {directory.personName(person)} {decision.data.allowed ? "can" : "cannot"} {words.replace(/\bit$/, place.name)}{words.endsWith(" it") ? "" : ` on ${place.name}`}</span>
            </div>
            <Text>{decision.data.reason}</Text>
            {why.data && <ExplanationView heading="Role" explanation={why.data} directory={directory} said={why.data.reason === decision.data.reason} />}
          </Card>
        )}
    </>
  );
}
