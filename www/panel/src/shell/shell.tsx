// The frame around every page: navigation, search, the change that is being gathered, and help.
import {
  Button, CounterBadge, Link, makeStyles, Menu, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, mergeClasses, MessageBar, MessageBarBody, Spinner, Text, tokens, Tooltip,
} from "@fluentui/react-components";
import { NavDrawer, NavDrawerBody, NavDrawerHeader, NavItem } from "@fluentui/react-components";
import {
  bundleIcon, BranchCompareFilled, BranchCompareRegular, BuildingFilled, BuildingRegular, CodeFilled, CodeRegular, DarkThemeRegular, FolderFilled, FolderRegular, HistoryFilled, HistoryRegular,
  MailInboxFilled, MailInboxRegular, NavigationRegular, QuestionCircleRegular, SearchSquareFilled, SearchSquareRegular, ShieldFilled, ShieldRegular, SignOutRegular,
} from "@fluentui/react-icons";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { sentence } from "../model/diff";
import { Boundary } from "./boundary";
import { Help } from "./help";
import { usePanel } from "./panel";
import { go, href, useRoute } from "./router";
import { Search } from "./search";
import { Loading } from "./states";
import { choose, useTheme, type Choice } from "./theme";

const pages: Record<string, ReturnType<typeof lazy>> = {
  organization: lazy(() => import("../pages/organization")),
  workspaces: lazy(() => import("../pages/workspaces")),
  review: lazy(() => import("../pages/review")),
  compose: lazy(() => import("../pages/compose")),
  inbox: lazy(() => import("../pages/inbox")),
  history: lazy(() => import("../pages/history")),
  explorer: lazy(() => import("../pages/explorer")),
  guards: lazy(() => import("../pages/guards")),
};
const NAV = [
  { page: "organization", name: "Organization", icon: bundleIcon(BuildingFilled, BuildingRegular) },
  { page: "workspaces", name: "Workspaces", icon: bundleIcon(FolderFilled, FolderRegular) },
  { page: "review", name: "Review", icon: bundleIcon(BranchCompareFilled, BranchCompareRegular) },
  { page: "compose", name: "Compose", icon: bundleIcon(CodeFilled, CodeRegular) },
  { page: "explorer", name: "Explorer", icon: bundleIcon(SearchSquareFilled, SearchSquareRegular) },
  { page: "inbox", name: "Inbox", icon: bundleIcon(MailInboxFilled, MailInboxRegular) },
  { page: "history", name: "History", icon: bundleIcon(HistoryFilled, HistoryRegular) },
  { page: "guards", name: "Guards", icon: bundleIcon(ShieldFilled, ShieldRegular) },
];

const useStyles = makeStyles({
  frame: { display: "flex", height: "100%", backgroundColor: tokens.colorNeutralBackground2, color: tokens.colorNeutralForeground1 },
  nav: { width: "216px", minWidth: "216px", height: "100%", backgroundColor: tokens.colorNeutralBackground3, borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
  overlay: { width: "240px", minWidth: "240px", backgroundColor: tokens.colorNeutralBackground3 },
  brand: { display: "flex", alignItems: "center", gap: "10px", padding: "4px 4px 12px", minWidth: 0 },
  mark: { width: "28px", height: "28px", flexShrink: 0 },
  brandText: { display: "flex", flexDirection: "column", minWidth: 0, lineHeight: 1.2 },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { color: tokens.colorNeutralForeground3 },
  item: { display: "flex", alignItems: "center", flexGrow: 1, justifyContent: "space-between", gap: "8px" },
  body: { display: "flex", flexDirection: "column", flexGrow: 1, minWidth: 0, height: "100%" },
  top: { display: "flex", alignItems: "center", gap: "8px", padding: "8px 24px", minHeight: "48px", boxSizing: "border-box", "@media (max-width: 700px)": { padding: "8px 12px" } },
  search: { flexGrow: 1, maxWidth: "520px", minWidth: 0 },
  grow: { flexGrow: 1 },
  main: { flexGrow: 1, minHeight: 0, overflow: "auto", padding: "8px 24px 32px", position: "relative", "@media (max-width: 700px)": { padding: "4px 12px 24px" }, ":focus-visible": { outline: "none" } },
  tray: {
    display: "flex", alignItems: "center", gap: "12px", flexWrap: "wrap", padding: "10px 24px", borderTop: `1px solid ${tokens.colorBrandStroke2}`,
    backgroundColor: tokens.colorBrandBackground2, color: tokens.colorNeutralForeground1, "@media (max-width: 700px)": { padding: "8px 12px" },
  },
  traySays: { flexGrow: 1, minWidth: "200px", flexBasis: 0 },
  banner: { margin: "0 24px 8px", "@media (max-width: 700px)": { margin: "0 12px 8px" } },
  skip: { position: "absolute", left: "8px", top: "-60px", zIndex: 10, ":focus": { top: "8px" }, backgroundColor: tokens.colorNeutralBackground1, padding: "8px" },
});

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => window.matchMedia("(max-width: 900px)").matches);
  useEffect(() => {
    const media = window.matchMedia("(max-width: 900px)");
    const changed = () => setNarrow(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return narrow;
}

export function Shell({ onSignOut }: { onSignOut: () => void }) {
  const styles = useStyles();
  const panel = usePanel();
  const { page, id } = useRoute();
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const [help, setHelp] = useState(false);
  const { choice } = useTheme();
  const main = useRef<HTMLElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const Page = pages[page] ?? pages.organization!;
  const name = NAV.find((each) => each.page === page)?.name ?? "Organization";
  const called = panel.directory.organization.displayName || panel.replica.session.displayName;

  useEffect(() => {
    document.title = `${name} · ${called}`;
    setOpen(false);
    main.current?.scrollTo(0, 0);
  }, [page, name, called]);

  useEffect(() => {
    let lead = 0;
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, [contenteditable], [role=dialog]")) return;
      if (event.key === "/") {
        event.preventDefault();
        search.current?.focus();
      } else if (event.key === "?") setHelp(true);
      else if (event.key === "g") lead = Date.now();
      else if (Date.now() - lead < 1200) {
        const to = NAV.find((each) => each.page.startsWith(event.key)) ?? null;
        lead = 0;
        if (to) go(to.page);
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  const inbox = panel.status?.inbox;
  const nav = (
    <NavDrawer open={!narrow || open} type={narrow ? "overlay" : "inline"} onOpenChange={(_, data) => setOpen(data.open)} selectedValue={page} className={narrow ? styles.overlay : styles.nav} aria-label="Pages" density="medium">
      <NavDrawerHeader>
        <div className={styles.brand}>
          <img src="./icon.svg" alt="" className={styles.mark} />
          <span className={styles.brandText}>
            <Text weight="semibold" className={styles.clip} title={called}>{called}</Text>
            <Text size={200} className={styles.quiet}>scim-policy</Text>
          </span>
        </div>
      </NavDrawerHeader>
      <NavDrawerBody>
        {NAV.map((each) => {
          const badge = each.page === "review" ? panel.edits.length : each.page === "inbox" ? inbox?.undecided ?? 0 : 0;
          return (
            <NavItem key={each.page} value={each.page} icon={<each.icon />} href={href(each.page)}>
              <span className={styles.item}>
                {each.name}
                {badge > 0 && <CounterBadge count={badge} size="small" appearance="filled" color={each.page === "inbox" ? "danger" : "brand"} aria-label={each.page === "inbox" ? `${badge} held` : badge === 1 ? "1 edit" : `${badge} edits`} />}
              </span>
            </NavItem>
          );
        })}
      </NavDrawerBody>
    </NavDrawer>
  );

  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the page</a>
      {nav}
      <div className={styles.body}>
        <header className={styles.top}>
          {narrow && <Button appearance="subtle" icon={<NavigationRegular />} aria-label="Pages" onClick={() => setOpen(true)} />}
          <div className={styles.search}><Search field={search} /></div>
          <span className={styles.grow} />
          <Tooltip content="Keyboard and help ( ? )" relationship="label"><Button appearance="subtle" icon={<QuestionCircleRegular />} onClick={() => setHelp(true)} /></Tooltip>
          <Menu checkedValues={{ theme: [choice] }} onCheckedValueChange={(_, data) => choose(data.checkedItems[0] as Choice)}>
            <MenuTrigger disableButtonEnhancement>
              <Tooltip content="Theme" relationship="label"><Button appearance="subtle" icon={<DarkThemeRegular />} /></Tooltip>
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                <MenuItemRadio name="theme" value="system">As the system</MenuItemRadio>
                <MenuItemRadio name="theme" value="light">Light</MenuItemRadio>
                <MenuItemRadio name="theme" value="dark">Dark</MenuItemRadio>
              </MenuList>
            </MenuPopover>
          </Menu>
          <Tooltip content={`Sign out ${panel.replica.session.token.person}`} relationship="label"><Button appearance="subtle" icon={<SignOutRegular />} onClick={onSignOut} /></Tooltip>
        </header>
        {(panel.offline || (inbox?.headline && page !== "inbox")) && <section aria-label="Notices">
        {panel.offline && (
          <MessageBar intent="warning" className={styles.banner}><MessageBarBody>The server does not answer. You see the organization as it was last read; applying has to wait.</MessageBarBody></MessageBar>
        )}
        {inbox?.headline && page !== "inbox" && (
          <MessageBar intent={inbox.red > 0 ? "error" : "warning"} className={styles.banner}>
            <MessageBarBody><b>{inbox.headline}.</b> {inbox.warning} <Link href={href("inbox")} inline>Decide in the inbox</Link></MessageBarBody>
          </MessageBar>
        )}
        </section>}
        <main ref={main} id="main" tabIndex={-1} className={styles.main} aria-label={name} key={page}>
          <Boundary onAgain={panel.follow}>
            <Suspense fallback={<Loading label={`Opening ${name}`} />}>
              <Page {...({ id } as object)} />
            </Suspense>
          </Boundary>
        </main>
        {panel.edits.length > 0 && page !== "review" && <Tray />}
      </div>
      <Help open={help} onClose={() => setHelp(false)} />
    </div>
  );
}

/** What the edits gathered so far would do, wherever one is. */
function Tray() {
  const styles = useStyles();
  const { edits, pending, computing, clear } = usePanel();
  const words = pending?.problem ? `It cannot be applied: ${pending.problem.detail}` : pending ? sentence(pending.tally) : "Working out what changes …";
  return (
    <section className={styles.tray} aria-label="Pending change">
      <CounterBadge count={edits.length} color={pending?.problem || pending?.held ? "danger" : "brand"} aria-label={`${edits.length} pending edits`} />
      <span className={styles.traySays} role="status" aria-live="polite">
        <Text weight="semibold" className={mergeClasses(computing && styles.quiet)}>{words}</Text>
        {pending?.held && <Text> A guard holds it.</Text>}
      </span>
      {computing && <Spinner size="tiny" />}
      <Button onClick={clear}>Discard</Button>
      <Button appearance="primary" as="a" href={href("review")}>Review {edits.length === 1 ? "1 edit" : `${edits.length} edits`}</Button>
    </section>
  );
}
