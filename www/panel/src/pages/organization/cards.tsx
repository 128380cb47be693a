// The connection to the identity provider, tokens, and the settings of the whole organization.
import {
  Badge, Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger, Dropdown, Field, Input, Link, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Option, Subtitle2, Switch, Tag, TagGroup, Text, tokens, Tooltip,
} from "@fluentui/react-components";
import { AddRegular, CheckmarkRegular, CopyRegular, DeleteRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Dialect, ProviderStatus, TokenBody, TokenCreated, Tokens } from "../../api/client";
import { setOrganization, setOwners } from "../../model/edits";
import { Card } from "../../parts/page";
import { SubjectPicker } from "../../parts/subject";
import { ago } from "../../parts/time";
import { usePanel } from "../../shell/panel";
import { href } from "../../shell/router";
import { sentenceCase } from "../review/guards";

const useStyles = makeStyles({
  stack: { display: "flex", flexDirection: "column", gap: "14px" },
  figures: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(130px, 1fr))", gap: "12px" },
  figure: { display: "flex", flexDirection: "column", padding: "14px 18px" },
  number: { fontSize: "26px", fontWeight: 600, lineHeight: 1.25, fontVariantNumeric: "tabular-nums" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: "13px" },
  red: { color: tokens.colorPaletteRedForeground1 },
  head: { display: "flex", justifyContent: "space-between", alignItems: "center", gap: "8px" },
  copy: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "6px" },
  line: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "8px", alignItems: "center", padding: "7px 0", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  error: { marginTop: "8px" },
  mono: { overflowWrap: "anywhere", fontSize: "12px", fontFamily: tokens.fontFamilyMonospace },
});

export function Figures() {
  const styles = useStyles();
  const { directory } = usePanel();
  const inactive = [...directory.people.values()].filter((person) => !person.active).length;
  const workspaces = directory.children(null).length;
  const figures: [string, number, string][] = [
    ["People", directory.people.size, inactive > 0 ? `${inactive.toLocaleString("en")} inactive` : "all active"],
    ["Groups", directory.groups.size, `${[...directory.groups.values()].reduce((sum, group) => sum + group.members.size, 0).toLocaleString("en")} memberships`],
    ["Workspaces", workspaces, `${(directory.places.size - workspaces).toLocaleString("en")} folders`],
    ["Grants", [...directory.places.values()].reduce((sum, place) => sum + place.grants.size, 0), "on workspaces and folders"],
  ];
  return (
    <div className={styles.figures}>
      {figures.map(([name, value, second]) => (
        <Card key={name} padded={false} className={styles.figure}>
          <span className={styles.quiet}>{name}</span>
          <span className={styles.number}>{value.toLocaleString("en")}</span>
          <span className={styles.quiet}>{second}</span>
        </Card>
      ))}
    </div>
  );
}

function Copy({ value, label, secret }: { value: string; label: string; secret?: boolean }) {
  const styles = useStyles();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <div className={styles.copy}>
      <Input readOnly value={value} aria-label={label} input={{ className: secret ? styles.mono : undefined }} onFocus={(event) => event.target.select()} />
      <Tooltip content={done ? "Copied" : `Copy ${label}`} relationship="label"><Button icon={done ? <CheckmarkRegular /> : <CopyRegular />} onClick={() => void copy()} /></Tooltip>
    </div>
  );
}

export function Connection() {
  const styles = useStyles();
  const { client, status, replica } = usePanel();
  const queries = useQueryClient();
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: () => client.get<Tokens>("tokens") });
  const [making, setMaking] = useState(false);
  const revoke = useMutation({ mutationFn: (id: string) => client.delete(`tokens/${id}`), onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }) });
  const live = tokens.data?.tokens.filter((token) => token.revokedAt === null) ?? [];
  return (
    <Card className={styles.stack} label="Identity provider">
      <div className={styles.head}>
        <Subtitle2 as="h2">Identity provider</Subtitle2>
        <Button size="small" icon={<AddRegular />} onClick={() => setMaking(true)}>New token</Button>
      </div>
      <Field label="Tenant URL"><Copy value={status?.tenantUrl ?? replica.session.tenantUrl} label="tenant URL" /></Field>
      {status?.providers.map((provider) => (
        <div key={provider.token}>
          <div className={styles.head}><Text weight="semibold">{provider.name}</Text><Badge appearance="tint" color={provider.red ? "danger" : "success"}>{provider.red ? "needs attention" : "connected"}</Badge></div>
          <Text className={styles.quiet} block>Last contact {ago(provider.lastContact)} · last change {ago(provider.lastChange)} · {provider.requests.toLocaleString("en")} requests, {provider.errors.toLocaleString("en")} failed</Text>
          {provider.trouble && !provider.trouble.startsWith(FAILED) && <Text className={styles.red} block>{provider.trouble}</Text>}
          {provider.lastError && <LastError error={provider.lastError} now={provider.trouble?.startsWith(FAILED) === true} />}
        </div>
      ))}
      {status && status.providers.length === 0 && <MessageBar intent="info"><MessageBarBody>No identity provider has called yet. Make a token and put it, with the tenant URL, into Entra or Okta.</MessageBarBody></MessageBar>}
      {tokens.isError && <MessageBar intent="error"><MessageBarBody>The tokens could not be read. {tokens.error.message}</MessageBarBody></MessageBar>}
      <div>
        {live.map((token) => (
          <div key={token.id} className={styles.line}>
            <span><Text>{token.name}</Text> <span className={styles.quiet}>{token.scope === "administrator" ? "administrator" : `identity provider${token.dialect ? `, ${token.dialect}` : ""}`} · ends in {token.hint} · used {ago(token.lastUsedAt)}</span></span>
            <Tooltip content={`Revoke ${token.name}`} relationship="label"><Button size="small" appearance="subtle" icon={<DeleteRegular />} disabled={revoke.isPending || token.id === replica.session.token.id} onClick={() => revoke.mutate(token.id)} /></Tooltip>
          </div>
        ))}
        {revoke.isError && <Text className={styles.red}>{revoke.error.message}</Text>}
      </div>
      {making && <NewToken onClose={() => setMaking(false)} />}
    </Card>
  );
}

/** How the worker begins when the last request failed: then the error itself says more. */
const FAILED = "its last request failed";

function LastError({ error, now }: { error: NonNullable<ProviderStatus["lastError"]>; now: boolean }) {
  const styles = useStyles();
  const held = error.status === 403 && error.detail.includes("administrator to approve");
  // What the provider was told ends with the guard's counts, which say it once more.
  const words = sentenceCase(error.detail.replace(/^.*approve by the guard \w+: /, "").replace(/ \((\w+ \d+(, )?)+\)$/, ""));
  return (
    <MessageBar intent={now ? "error" : "info"} layout="multiline" className={styles.error}>
      <MessageBarBody>
        <MessageBarTitle>{now ? "Its last request" : "Last error,"} {held ? "is held" : `was answered ${error.status}`}, {ago(error.at)}</MessageBarTitle>
        {words}. <span className={styles.mono}>{error.method} {error.path}</span>{held && <> <Link href={href("inbox")} inline>Decide in the inbox</Link></>}
      </MessageBarBody>
    </MessageBar>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const styles = useStyles();
  const { client } = usePanel();
  const queries = useQueryClient();
  const [kind, setKind] = useState<"entra" | "okta" | "rfc" | "administrator">("entra");
  const [name, setName] = useState("Entra");
  const KINDS = { entra: "Microsoft Entra ID", okta: "Okta", rfc: "Another identity provider", administrator: "An administrator of this panel" };
  const make = useMutation({
    mutationFn: () => {
      const body: TokenBody = kind === "administrator" ? { scope: "administrator", name: name.trim() } : { scope: "identityProvider", name: name.trim(), dialect: kind as Dialect };
      return client.post<TokenCreated>("tokens", body);
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()} modalType={make.data ? "alert" : "modal"}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{make.data ? "Copy the token now" : "New token"}</DialogTitle>
          <DialogContent className={styles.stack}>
            {make.data ? (
              <>
                <Text>It is shown this once; only its fingerprint is kept. Whoever has it can {make.data.info.scope === "administrator" ? "change everything here" : "provision people and groups"}.</Text>
                <Copy value={make.data.token} label="token" secret />
              </>
            ) : (
              <>
                <Field label="For">
                  <Dropdown value={KINDS[kind]} selectedOptions={[kind]} onOptionSelect={(_, { optionValue }) => { const next = optionValue as typeof kind; setKind(next); setName(next === "entra" ? "Entra" : next === "okta" ? "Okta" : ""); }}>
                    {Object.entries(KINDS).map(([value, text]) => <Option key={value} value={value}>{text}</Option>)}
                  </Dropdown>
                </Field>
                <Field label={kind === "administrator" ? "Whose" : "Name"} hint={kind === "administrator" ? "The person’s name stands in the history." : undefined} required><Input value={name} onChange={(_, data) => setName(data.value)} /></Field>
                {make.isError && <MessageBar intent="error"><MessageBarBody>{make.error.message}</MessageBarBody></MessageBar>}
              </>
            )}
          </DialogContent>
          <DialogActions>
            {make.data ? <Button appearance="primary" onClick={onClose}>I have copied it</Button> : (
              <>
                <DialogTrigger disableButtonEnhancement><Button>Cancel</Button></DialogTrigger>
                <Button appearance="primary" disabled={name.trim() === "" || make.isPending} onClick={() => make.mutate()}>Make the token</Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

export function Settings() {
  const styles = useStyles();
  const { directory: present, pending, add } = usePanel();
  // The switches show what is pending, as the tree does.
  const directory = pending && !pending.problem ? pending.after : present;
  const { scim, membersCanCreateWorkspaces, owners } = directory.organization;
  const isOwner = useCallback((id: string) => owners.includes(id), [owners]);
  return (
    <Card className={styles.stack} label="Settings">
      <Subtitle2 as="h2">Settings</Subtitle2>
      <div>
        <Switch checked={scim} label="SCIM provisioning" onChange={(_, { checked }) => add(setOrganization(checked ? "Turn SCIM on" : "Turn SCIM off", "features.scim", checked))} />
        <Text block className={styles.quiet}>Part of the Enterprise plan. Off, the identity provider is refused; everybody keeps the access they have.</Text>
      </div>
      <div>
        <Switch checked={membersCanCreateWorkspaces} label="Allow members to create workspaces" onChange={(_, { checked }) => add(setOrganization(checked ? "Let members create workspaces" : "Only owners create workspaces", "membersCanCreateWorkspaces", checked))} />
        <Text block className={styles.quiet}>Off, only owners create workspaces. Existing access never changes by it.</Text>
      </div>
      <Field label="Owners" hint="They may do everything, on everything.">
        <div className={styles.stack}>
          {owners.length > 0 && (
            <TagGroup aria-label="Owners" onDismiss={(_, { value }) => add(setOwners(`${directory.personName(value)} is no owner any more`, owners.filter((owner) => owner !== value)))}>
              {owners.map((owner) => <Tag key={owner} value={owner} dismissible dismissIcon={{ "aria-label": "remove" }}>{directory.personName(owner)}</Tag>)}
            </TagGroup>
          )}
          <SubjectPicker directory={directory} label="Add an owner" only="User" without={isOwner} onPick={({ id }) => add(setOwners(`${directory.personName(id)} becomes an owner`, [...owners, id]))} />
        </div>
      </Field>
    </Card>
  );
}
