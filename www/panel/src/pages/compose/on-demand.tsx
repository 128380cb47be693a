// Provision on demand: a group and members from a directory file, as the identity provider's page does it.
import { Badge, Button, Checkbox, Field, Input, makeStyles, MessageBar, MessageBarBody, Radio, RadioGroup, Subtitle2, Text, Textarea, Title3, tokens } from "@fluentui/react-components";
import { ArrowUploadRegular, PeopleAddRegular } from "@fluentui/react-icons";
import type { ScimRequest, SubjectRef } from "scim-policy";
import { useMemo, useRef, useState } from "react";
import { fromRequests } from "../../model/edits";
import { readDirectory, type Entry } from "../../model/paste";
import { preview, type Pending } from "../../model/pending";
import { sentence } from "../../model/diff";
import { Card } from "../../parts/page";
import { PreviewRows } from "../../parts/preview";
import { SubjectPicker } from "../../parts/subject";
import { usePanel } from "../../shell/panel";
import { go } from "../../shell/router";
import { State } from "../../shell/states";
import { sentenceCase } from "../review/guards";

/** As Entra's own page: at most five members at once. */
const AT_ONCE = 5;
const SHOWN = 200;
const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SAMPLE = "userName,displayName,department\nrobin.vale@acme.example,Robin Vale,Design\nsam.ortiz@acme.example,Sam Ortiz,Design\nkit.moran@acme.example,Kit Moran,Support";

const useStyles = makeStyles({
  panes: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 380px), 1fr))", gap: "16px", alignItems: "start" },
  card: { display: "flex", flexDirection: "column", gap: "14px" },
  row: { display: "flex", gap: "8px", flexWrap: "wrap" },
  people: { maxHeight: "240px", overflow: "auto", border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, padding: "4px 8px", display: "flex", flexDirection: "column" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: "12px", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: "13px" },
  talk: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "6px" },
  line: { display: "grid", gridTemplateColumns: "auto minmax(0, 1fr) auto", gap: "8px", alignItems: "baseline" },
  area: { fontFamily: tokens.fontFamilyMonospace, fontSize: "12px", minHeight: "110px" },
});

type Step = { says: string; request: ScimRequest };

export function OnDemand() {
  const styles = useStyles();
  const { directory, client, replica, add } = usePanel();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [kind, setKind] = useState<"present" | "new">("present");
  const [group, setGroup] = useState<SubjectRef | null>(null);
  const [name, setName] = useState("");
  const [result, setResult] = useState<{ steps: Step[]; pending: Pending } | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const { people, problem } = useMemo(() => readDirectory(text), [text]);
  const byUserName = useMemo(() => new Map([...directory.people.values()].map((person) => [person.userName.toLowerCase(), person])), [directory]);
  const picked = people.filter((entry) => chosen.has(entry.userName));
  const ready = picked.length > 0 && (kind === "new" ? name.trim() !== "" : group !== null);

  const steps = (): Step[] => {
    const all: Step[] = [];
    const groupId = kind === "present" ? group!.id : crypto.randomUUID();
    const ids = picked.map((entry) => {
      all.push({ says: `Is ${entry.name} known?`, request: { method: "GET", path: `/Users?filter=${encodeURIComponent(`userName eq ${JSON.stringify(entry.userName)}`)}` } });
      const held = byUserName.get(entry.userName.toLowerCase());
      if (held) return held.id;
      const id = crypto.randomUUID();
      all.push({ says: `Create ${entry.name}`, request: { method: "POST", path: "/Users", id, body: userOf(entry) } });
      return id;
    });
    if (kind === "new") all.push({ says: `Create the group ${name.trim()}`, request: { method: "POST", path: "/Groups", id: groupId, body: { schemas: [`${CORE}:Group`], displayName: name.trim() } } });
    all.push({ says: "Add the members", request: { method: "PATCH", path: `/Groups/${encodeURIComponent(groupId)}`, body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "add", path: "members", value: ids.map((value) => ({ value })) }] } } });
    return all;
  };
  const provision = async () => {
    const all = steps();
    setResult({ steps: all, pending: await preview(client, replica, [fromRequests("on demand", all.map((step) => step.request))]) });
  };
  const review = () => {
    const to = kind === "new" ? name.trim() : directory.subjectName(group!);
    add(fromRequests(`Provision ${picked.length} ${picked.length === 1 ? "person" : "people"} into ${to}`, result!.steps.map((step) => step.request).filter((request) => request.method !== "GET")));
    go("review");
  };
  const changed = <T,>(set: (value: T) => void) => (value: T) => { set(value); setResult(null); };
  return (
    <div className={styles.panes}>
      <Card className={styles.card} label="What to provision">
        <Field label="Directory file" hint="JSON or CSV with userName or userPrincipalName, displayName, department" validationMessage={problem} validationState={problem ? "error" : "none"}>
          <Textarea textarea={{ className: styles.area }} value={text} onChange={(_, data) => changed(setText)(data.value)} placeholder={SAMPLE} resize="vertical" spellCheck={false} />
        </Field>
        <div className={styles.row}>
          <input ref={file} type="file" accept=".csv,.json,text/csv,application/json" hidden aria-label="Directory file" onChange={(event) => { const given = event.target.files?.[0]; if (given) void given.text().then(changed(setText)); }} />
          <Button icon={<ArrowUploadRegular />} onClick={() => file.current?.click()}>Choose a file</Button>
          {text === "" && <Button appearance="subtle" onClick={() => setText(SAMPLE)}>Use a sample</Button>}
        </div>
        {people.length > 0 && (
          <Field label={`Members, at most ${AT_ONCE} at once`}>
            <div className={styles.people} role="group" aria-label="Members">
              {people.slice(0, SHOWN).map((entry) => (
                <Checkbox key={entry.userName} checked={chosen.has(entry.userName)} disabled={!chosen.has(entry.userName) && chosen.size >= AT_ONCE} label={`${entry.name} · ${entry.userName}${byUserName.has(entry.userName.toLowerCase()) ? " (known)" : ""}`}
                  onChange={() => { const next = new Set(chosen); next.has(entry.userName) ? next.delete(entry.userName) : next.add(entry.userName); changed(setChosen)(next); }} />
              ))}
              {people.length > SHOWN && <Text className={styles.quiet}>and {people.length - SHOWN} more; shorten the file to reach them</Text>}
            </div>
          </Field>
        )}
        <Field label="Into">
          <RadioGroup layout="horizontal" value={kind} onChange={(_, data) => changed(setKind)(data.value as typeof kind)}><Radio value="present" label="A group that is there" /><Radio value="new" label="A new group" /></RadioGroup>
        </Field>
        {kind === "new" ? <Field label="Name of the group"><Input value={name} onChange={(_, data) => changed(setName)(data.value)} /></Field>
          : <Field label="Group"><SubjectPicker directory={directory} label="Group" only="Group" placeholder="Choose a group" chosen={group ? directory.subjectName(group) : ""} onPick={changed(setGroup)} /></Field>}
        <Button appearance="primary" icon={<PeopleAddRegular />} disabled={!ready} onClick={() => void provision()}>Try it</Button>
      </Card>
      <Card className={styles.card} label="What happens">
        {!result ? <State icon={<PeopleAddRegular />} title="Nothing is sent yet">Choose people and a group. You see each request, its answer, and the access it brings, before anything is applied.</State> : (
          <>
            <Title3 as="h2">{result.pending.problem ? "It would be refused" : sentence(result.pending.tally)}</Title3>
            {result.pending.problem && <MessageBar intent="error" layout="multiline"><MessageBarBody>{sentenceCase(result.pending.problem.detail)}.</MessageBarBody></MessageBar>}
            <Subtitle2 as="h3">Requests and answers</Subtitle2>
            <ol className={styles.talk}>
              {result.steps.map((step, index) => {
                const status = result.pending.responses[index]?.status;
                return (
                  <li key={index} className={styles.line}>
                    <Badge appearance="tint" color={step.request.method === "GET" ? "informative" : "brand"}>{step.request.method}</Badge>
                    <span>{step.says} <span className={styles.code}>{step.request.path.split("?")[0]}</span></span>
                    {status !== undefined && <Badge appearance="tint" color={status < 300 ? "success" : "danger"}>{status}</Badge>}
                  </li>
                );
              })}
            </ol>
            <Subtitle2 as="h3">Access it brings</Subtitle2>
            <PreviewRows rows={result.pending.rows} />
            <Button appearance="primary" disabled={result.pending.problem !== null} onClick={review}>Review</Button>
          </>
        )}
      </Card>
    </div>
  );
}

function userOf(entry: Entry): object {
  const [givenName = "", ...rest] = entry.name.split(" ");
  return {
    schemas: [`${CORE}:User`, ENTERPRISE], externalId: entry.externalId || entry.userName.split("@")[0], userName: entry.userName, active: true, displayName: entry.name, meta: { resourceType: "User" },
    name: { formatted: entry.name, givenName, ...(rest.length > 0 ? { familyName: rest.join(" ") } : {}) }, emails: [{ primary: true, type: "work", value: entry.userName }], roles: [],
    ...(entry.department ? { [ENTERPRISE]: { department: entry.department } } : {}),
  };
}
