// What a page shows when it has nothing to show: empty, loading, failed, blocked.
import { Body1, Button, makeStyles, ProgressBar, Spinner, Subtitle1, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  state: { display: "flex", flexDirection: "column", alignItems: "center", textAlign: "center", gap: "12px", padding: "56px 16px", maxWidth: "520px", margin: "0 auto" },
  icon: { fontSize: "32px", display: "grid", placeItems: "center", width: "72px", height: "72px", borderRadius: "50%", color: tokens.colorBrandForeground1, backgroundColor: tokens.colorBrandBackground2 },
  bad: { color: tokens.colorPaletteRedForeground1, backgroundColor: tokens.colorPaletteRedBackground1 },
  detail: { color: tokens.colorNeutralForeground2 },
  actions: { display: "flex", gap: "8px", flexWrap: "wrap", justifyContent: "center", marginTop: "8px" },
  bar: { width: "min(320px, 80vw)" },
});

export function State({ icon, title, children, actions, bad }: { icon: ReactNode; title: string; children?: ReactNode; actions?: ReactNode; bad?: boolean }) {
  const styles = useStyles();
  return (
    <div className={styles.state} role={bad ? "alert" : undefined}>
      <span className={`${styles.icon} ${bad ? styles.bad : ""}`} aria-hidden>{icon}</span>
      <Subtitle1 as="h2">{title}</Subtitle1>
      {children && <Body1 className={styles.detail}>{children}</Body1>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export function Loading({ label, bytes }: { label: string; bytes?: number }) {
  const styles = useStyles();
  return (
    <div className={styles.state} role="status" aria-live="polite">
      <Spinner size="medium" label={label} labelPosition="below" />
      {bytes !== undefined && bytes > 0 && (
        <>
          <ProgressBar className={styles.bar} aria-label={label} />
          <Body1 className={styles.detail}>{(bytes / 1e6).toFixed(1)} MB read</Body1>
        </>
      )}
    </div>
  );
}

export const Retry = ({ onClick }: { onClick: () => void }) => <Button appearance="primary" onClick={onClick}>Try again</Button>;
