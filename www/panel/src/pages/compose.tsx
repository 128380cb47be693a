// Paste what an identity provider sends, see whether it is sound, and what it would do.
import { Button, Dropdown, Field, makeStyles, Menu, MenuGroup, MenuGroupHeader, MenuItem, MenuList, MenuPopover, MenuTrigger, Option, Tab, TabList, Text, Textarea, tokens } from "@fluentui/react-components";
import { CodeRegular, LightbulbRegular } from "@fluentui/react-icons";
import type { Dialect } from "scim-policy";
import { useDeferredValue, useMemo, useState } from "react";
import { fromRequests } from "../model/edits";
import { readPaste } from "../model/paste";
import { Card, PageHead } from "../parts/page";
import { usePanel } from "../shell/panel";
import { go, useRoute } from "../shell/router";
import { State } from "../shell/states";
import { examples, type Example } from "./compose/examples";
import { OnDemand } from "./compose/on-demand";
import { RequestCard } from "./compose/request";

const MOST = 40;
const DIALECTS: Record<Dialect, string> = { entra: "Entra’s rules", okta: "Okta’s rules", rfc: "the RFC’s letter" };

const useStyles = makeStyles({
  tabs: { marginBottom: "16px" },
  panes: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 400px), 1fr))", gap: "16px", alignItems: "start" },
  card: { display: "flex", flexDirection: "column", gap: "12px" },
  area: { fontFamily: tokens.fontFamilyMonospace, fontSize: "13px", lineHeight: 1.5, minHeight: "max(300px, calc(100vh - 430px))", maxHeight: "70vh" },
  row: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "flex-end", justifyContent: "space-between" },
  by: { display: "inline-flex", gap: "8px", alignItems: "center" },
  results: { display: "flex", flexDirection: "column", gap: "12px", minWidth: 0 },
  drop: { minWidth: "150px !important" },
});

export default function Compose() {
  const styles = useStyles();
  const { query } = useRoute();
  const tab = query.get("tab") ?? "paste";
  return (
    <>
      <PageHead title="Compose" lead="Try what an identity provider sends, on a copy in this page. Nothing is sent until you review and apply it." />
      <TabList className={styles.tabs} selectedValue={tab} onTabSelect={(_, data) => go("compose", null, { tab: String(data.value) })} aria-label="How">
        <Tab value="paste">Paste requests</Tab>
        <Tab value="demand">Provision on demand</Tab>
      </TabList>
      {tab === "demand" ? <OnDemand /> : <Paste />}
    </>
  );
}

function Paste() {
  const styles = useStyles();
  const { directory, replica, add } = usePanel();
  const own = replica.session.config.dialect ?? "rfc";
  const [text, setText] = useState(() => sessionStorage.getItem("scim-policy.paste") ?? "");
  const [dialect, setDialect] = useState<Dialect>(own);
  const settled = useDeferredValue(text);
  const pasted = useMemo(() => readPaste(settled), [settled]);
  const offered = useMemo(() => examples(directory), [directory]);
  const write = (next: string) => {
    setText(next);
    sessionStorage.setItem("scim-policy.paste", next);
  };
  const use = (example: Example) => {
    write(JSON.stringify(example.requests.length === 1 ? example.requests[0] : example.requests, null, 2));
    setDialect(example.provider === "Entra" ? "entra" : "okta");
  };
  const writes = pasted.requests.filter((request) => request.method !== "GET");
  const review = () => {
    const [first] = writes;
    add(fromRequests(writes.length === 1 ? `${first!.method} ${first!.path}` : `${writes.length} pasted requests`, writes, dialect === own ? undefined : dialect));
    go("review");
  };
  const menu = (provider: Example["provider"]) => (
    <MenuGroup>
      <MenuGroupHeader>{provider}</MenuGroupHeader>
      {offered.filter((example) => example.provider === provider).map((example) => <MenuItem key={example.name} onClick={() => use(example)}>{example.name}</MenuItem>)}
    </MenuGroup>
  );
  return (
    <div className={styles.panes}>
      <Card className={styles.card} label="Requests">
        <div className={styles.row}>
          <Menu>
            <MenuTrigger disableButtonEnhancement><Button icon={<LightbulbRegular />}>Examples</Button></MenuTrigger>
            <MenuPopover><MenuList>{menu("Entra")}{menu("Okta")}</MenuList></MenuPopover>
          </Menu>
          <span className={styles.by}>
            <Text>Read by</Text>
            <Dropdown className={styles.drop} aria-label="Whose rules requests are read by" value={DIALECTS[dialect]} selectedOptions={[dialect]} onOptionSelect={(_, { optionValue }) => optionValue && setDialect(optionValue as Dialect)}>
              {Object.entries(DIALECTS).map(([value, words]) => <Option key={value} value={value}>{words}</Option>)}
            </Dropdown>
          </span>
        </div>
        <Field label="SCIM requests" hint="A request or a list as JSON, a whole conversation, HTTP as text, or just a user or group" validationMessage={pasted.problem?.replace(/`([^`]*)`/g, "“$1”")} validationState={pasted.problem ? "error" : "none"}>
          <Textarea textarea={{ className: styles.area }} value={text} onChange={(_, data) => write(data.value)} resize="vertical" spellCheck={false} />
        </Field>
        <div className={styles.row}>
          <Button disabled={text === ""} onClick={() => write("")}>Clear</Button>
          <Button appearance="primary" disabled={writes.length === 0} onClick={review}>Review what it does</Button>
        </div>
      </Card>
      <div className={styles.results} aria-live="polite">
        {pasted.requests.length === 0 && !pasted.problem && <Card><State icon={<CodeRegular />} title="Paste a request">Every issue is named with its path as you type, and a PATCH is taken apart operation by operation. Or begin with an example.</State></Card>}
        {pasted.requests.slice(0, MOST).map((request, index) => <RequestCard key={index} request={request} dialect={dialect} number={index + 1} />)}
        {pasted.requests.length > MOST && <Text>and {pasted.requests.length - MOST} more requests; all are reviewed together.</Text>}
      </div>
    </div>
  );
}
