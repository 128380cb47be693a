// A short list of what changes, for dialogs; the whole stands on the review page.
import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { DiffRows } from "../model/diff";
import { Change } from "./kind";

const SOME = 100;
const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0, maxHeight: "240px", overflow: "auto", border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium },
  row: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "8px", alignItems: "center", padding: "5px 12px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  path: { color: tokens.colorNeutralForeground3, fontSize: "12px" },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
});

export function PreviewRows({ rows }: { rows: DiffRows }) {
  const styles = useStyles();
  if (rows.length === 0) return <Text>No row of access changes.</Text>;
  return (
    <ul className={styles.list} tabIndex={0} aria-label="What changes">
      {Array.from({ length: Math.min(rows.length, SOME) }, (_, index) => {
        const row = rows.row(index);
        return (
          <li key={index} className={styles.row}>
            <span className={styles.clip}>{rows.userNames[rows.userAt(index)]} <span className={styles.path}>on {rows.objectNames[rows.objectAt(index)]}</span></span>
            <Change kind={row.kind} before={row.before} after={row.after} />
          </li>
        );
      })}
      {rows.total > SOME && <li className={styles.row}>and {(rows.total - SOME).toLocaleString("en")} more</li>}
    </ul>
  );
}
