// Who is here, whether the module runs, and which page is shown.
import { Button, Field, Input, Link, makeStyles, Subtitle1, Title2, tokens } from "@fluentui/react-components";
import { ErrorCircleRegular, LockClosedRegular, PlugDisconnectedRegular } from "@fluentui/react-icons";
import { useEffect, useMemo, useState, type FormEvent } from "react";
import { ApiProblem, Client, type Access } from "./api/client";
import { load, type Replica } from "./model/replica";
import { PanelProvider } from "./shell/panel";
import { Shell } from "./shell/shell";
import { Loading, Retry, State } from "./shell/states";

const KEY = "scim-policy.token";
const organization = new URLSearchParams(location.search).get("organization") ?? "default";

/** The token of this tab; an address that carries one (`#token=…`) hands it over and forgets it. */
function tokenOfTab(): string | null {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (given) {
    sessionStorage.setItem(`${KEY}.${organization}`, decodeURIComponent(given));
    history.replaceState(null, "", `${location.pathname}${location.search}#/organization`);
  }
  return sessionStorage.getItem(`${KEY}.${organization}`);
}

export function App() {
  const [token, setToken] = useState(tokenOfTab);
  const [refused, setRefused] = useState<string | null>(null);
  const signOut = (why: string | null = null) => {
    sessionStorage.removeItem(`${KEY}.${organization}`);
    setRefused(why);
    setToken(null);
  };
  if (token === null) {
    return (
      <SignIn
        refused={refused}
        onToken={(given) => {
          sessionStorage.setItem(`${KEY}.${organization}`, given);
          setToken(given);
        }}
      />
    );
  }
  return <Loader access={{ organization, token }} onSignOut={signOut} />;
}

function Loader({ access, onSignOut }: { access: Access; onSignOut: (why?: string | null) => void }) {
  const client = useMemo(() => new Client(access), [access.organization, access.token]);
  const [replica, setReplica] = useState<Replica | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [bytes, setBytes] = useState(0);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let dropped = false;
    setProblem(null);
    load(client, null, (read) => !dropped && setBytes(read)).then(
      (loaded) => !dropped && setReplica(loaded),
      (failure) => {
        if (dropped) return;
        if (failure instanceof ApiProblem && failure.status === 401) onSignOut("The server does not know this token, or it was revoked.");
        else if (failure instanceof ApiProblem && failure.status === 403) onSignOut("This is an identity provider’s token. The panel needs an administrator’s.");
        else setProblem(failure);
      },
    );
    return () => void (dropped = true);
  }, [client, tries]);
  if (problem !== null) {
    const again = <Retry onClick={() => setTries(tries + 1)} />;
    if (problem instanceof ApiProblem) {
      return <State bad icon={<PlugDisconnectedRegular />} title="The organization could not be read" actions={<>{again}<Button onClick={() => onSignOut()}>Use another token</Button></>}>{problem.message}</State>;
    }
    return (
      <State bad icon={<ErrorCircleRegular />} title="The access engine did not start" actions={again}>
        The panel works out changes with a WebAssembly module, and this browser refused it: {problem instanceof Error ? problem.message : String(problem)}. A browser policy or an extension may block WebAssembly; nothing in the organization was changed.
      </State>
    );
  }
  if (replica === null) return <Loading label="Reading the organization" bytes={bytes} />;
  return (
    <PanelProvider client={client} loaded={replica}>
      <Shell onSignOut={() => onSignOut()} />
    </PanelProvider>
  );
}

const useStyles = makeStyles({
  page: { display: "grid", placeItems: "center", height: "100%", overflow: "auto", backgroundColor: tokens.colorNeutralBackground2, padding: "16px", boxSizing: "border-box" },
  card: {
    display: "flex", flexDirection: "column", gap: "20px", width: "min(420px, 100%)", padding: "36px 32px", boxSizing: "border-box",
    borderRadius: tokens.borderRadiusXLarge, backgroundColor: tokens.colorNeutralBackground1, boxShadow: tokens.shadow16,
  },
  brand: { display: "flex", gap: "12px", alignItems: "center" },
  mark: { width: "36px", height: "36px" },
  hint: { color: tokens.colorNeutralForeground2 },
});

function SignIn({ refused, onToken }: { refused: string | null; onToken: (token: string) => void }) {
  const styles = useStyles();
  const [token, setToken] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== "") onToken(token.trim());
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <div className={styles.brand}>
          <img src="./icon.svg" alt="" className={styles.mark} />
          <Subtitle1>scim-policy</Subtitle1>
        </div>
        <div>
          <Title2 as="h1" block>Sign in</Title2>
          <span className={styles.hint}>Organization “{organization}”</span>
        </div>
        <Field label="Administrator token" validationMessage={refused} validationState={refused ? "error" : "none"} hint="It stays in this tab, and is gone when the tab closes.">
          <Input type="password" size="large" value={token} onChange={(_, data) => setToken(data.value)} contentBefore={<LockClosedRegular />} autoComplete="off" autoFocus />
        </Field>
        <Button type="submit" appearance="primary" size="large" disabled={token.trim() === ""}>Sign in</Button>
        <span className={styles.hint}>
          No token? Whoever runs the server starts it with one, and an administrator can make more under <Link href="#/organization">Organization</Link>.
        </span>
      </form>
    </main>
  );
}
