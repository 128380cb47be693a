// A short list of what changes, for dialogs; the whole stands on the review page.
import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { DiffRows } from "../model/diff";
import { Change, roleAt } from "./kind";
import { Export } from "./page";

const SOME = 100;

/** As they are exported. */
export const rowsFor = (rows: DiffRows, indexes: Iterable<number> = Array.from({ length: rows.length }, (_, index) => index)) =>
  Array.from(indexes, (index) => {
    const row = rows.row(index);
    return { person: rows.userNames[rows.userAt(index)], personId: row.user, object: rows.objectNames[rows.objectAt(index)], objectType: row.object.type, objectId: row.object.id, change: row.kind, before: roleAt(row.before), after: roleAt(row.after) };
  });
const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0, maxHeight: "240px", overflow: "auto", border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium },
  row: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "8px", alignItems: "center", padding: "5px 12px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  bar: { display: "flex", justifyContent: "space-between", alignItems: "center", gap: "8px", marginBottom: "4px" },
  path: { color: tokens.colorNeutralForeground3, fontSize: "12px" },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
});

export function PreviewRows({ rows, name = "changes" }: { rows: DiffRows; name?: string }) {
  const styles = useStyles();
  if (rows.length === 0) return <Text>No row of access changes.</Text>;
  return (
    <div>
      <div className={styles.bar}>
        <Text className={styles.path}>{rows.total.toLocaleString("en")} {rows.total === 1 ? "row" : "rows"}{rows.beyond > 0 ? `, the first ${rows.length.toLocaleString("en")} listed` : ""}</Text>
        <Export small name={name} rows={() => rowsFor(rows)} />
      </div>
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
    </div>
  );
}
