// The head of a page, and the cards on it.
import { Body1, Button, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, mergeClasses, Spinner, Title2, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { useState, type ReactNode } from "react";
import { save, toCsv } from "../model/export";

const useStyles = makeStyles({
  head: { display: "flex", flexWrap: "wrap", gap: "12px 16px", alignItems: "flex-end", marginBottom: "16px" },
  words: { flexGrow: 1, flexBasis: "280px", minWidth: 0 },
  lead: { display: "block", marginTop: "4px", color: tokens.colorNeutralForeground2, maxWidth: "72ch" },
  actions: { display: "flex", flexWrap: "wrap", gap: "8px" },
  card: { backgroundColor: tokens.colorNeutralBackground1, borderRadius: tokens.borderRadiusXLarge, border: `1px solid ${tokens.colorNeutralStroke2}`, minWidth: 0 },
  padded: { padding: "20px" },
});

export function PageHead({ title, lead, actions }: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.head}>
      <div className={styles.words}>
        <Title2 as="h1" block>{title}</Title2>
        {lead && <Body1 className={styles.lead}>{lead}</Body1>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export function Card({ children, className, padded = true, label }: { children: ReactNode; className?: string; padded?: boolean; label?: string }) {
  const styles = useStyles();
  return <section className={mergeClasses(styles.card, padded && styles.padded, className)} aria-label={label}>{children}</section>;
}

type Rows = Record<string, unknown>[];

/** Offers rows as CSV or JSON; they are gathered only when asked for. */
export function Export({ name, rows, disabled, small }: { name: string; rows: () => Rows | Promise<Rows>; disabled?: boolean; small?: boolean }) {
  const [busy, setBusy] = useState(false);
  const give = async (kind: "csv" | "json") => {
    setBusy(true);
    try {
      const all = await rows();
      if (kind === "csv") save(`${name}.csv`, "text/csv;charset=utf-8", toCsv(all));
      else save(`${name}.json`, "application/json", JSON.stringify(all, null, 2));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button icon={busy ? <Spinner size="tiny" /> : <ArrowDownloadRegular />} disabled={disabled || busy} size={small ? "small" : "medium"} appearance={small ? "subtle" : "secondary"}>Export</Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => void give("csv")}>CSV</MenuItem>
          <MenuItem onClick={() => void give("json")}>JSON</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
