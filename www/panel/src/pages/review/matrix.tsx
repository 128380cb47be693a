// People by objects: one cell for each change, only those in sight drawn. Arrow keys walk it, Enter asks why.
// The library's DataGrid draws rows of a few columns, and all of each; here both ways run to thousands, so it is ARIA's grid pattern itself.
import { Badge, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { AccessChangeKind } from "scim-policy";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { above, leaf, type DiffRows, type Row } from "../../model/diff";
import { KIND_WORDS } from "../../model/pending";
import { KIND_ICONS, roleAt, useKindStyles } from "../../parts/kind";
import type { Selection } from "./selection";

const ROW = 38;
const COLUMN = 136;
const FIRST = 232;
const FIRST_NARROW = 132;
const HEAD = 56;

const useStyles = makeStyles({
  scroll: { overflow: "auto", maxHeight: "max(380px, calc(100vh - 330px))", position: "relative", borderTop: `1px solid ${tokens.colorNeutralStroke2}`, outlineStyle: "none" },
  head: { position: "sticky", top: 0, zIndex: 3, height: `${HEAD}px`, backgroundColor: tokens.colorNeutralBackground1, borderBottom: `1px solid ${tokens.colorNeutralStroke1}` },
  corner: { position: "sticky", left: 0, zIndex: 4, height: "100%", display: "flex", alignItems: "flex-end", padding: "0 16px 8px", boxSizing: "border-box", backgroundColor: tokens.colorNeutralBackground1, fontSize: "12px", color: tokens.colorNeutralForeground2, borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
  column: { position: "absolute", top: 0, height: `${HEAD}px`, width: `${COLUMN}px`, padding: "0 8px 8px", boxSizing: "border-box", display: "flex", flexDirection: "column", justifyContent: "flex-end", lineHeight: 1.25 },
  columnName: { fontWeight: 600, fontSize: "13px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  columnPath: { fontSize: "11px", color: tokens.colorNeutralForeground3, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  body: { position: "relative" },
  row: { position: "absolute", left: 0, height: `${ROW}px`, borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  person: { position: "sticky", left: 0, zIndex: 2, height: "100%", boxSizing: "border-box", padding: "0 8px 0 16px", display: "flex", alignItems: "center", gap: "8px", backgroundColor: tokens.colorNeutralBackground1, borderRight: `1px solid ${tokens.colorNeutralStroke2}`, fontSize: "13px" },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", minWidth: 0 },
  cell: { position: "absolute", top: "3px", height: `${ROW - 7}px`, width: `${COLUMN - 6}px`, borderRadius: tokens.borderRadiusMedium, display: "flex", alignItems: "center", gap: "4px", padding: "0 6px", boxSizing: "border-box", fontSize: "12px", whiteSpace: "nowrap", overflow: "hidden", cursor: "pointer" },
  none: { cursor: "default" },
  focus: { ":focus": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "1px" } },
  latent: { border: `1px dashed ${tokens.colorNeutralStrokeAccessible}` },
  is: { fontWeight: 600 },
});

export function Matrix({ rows, selection, kinds: wanted, risk, onWhy }: { rows: DiffRows; selection: Selection; kinds: ReadonlySet<AccessChangeKind>; risk: (rank: number) => string | null; onWhy: (row: Row) => void }) {
  const styles = useStyles();
  const kinds = useKindStyles();
  const { users, objects } = selection;
  const scroll = useRef<HTMLDivElement>(null);
  const first = window.innerWidth < 700 ? FIRST_NARROW : FIRST;
  const down = useVirtualizer({ count: users.length, getScrollElement: () => scroll.current, estimateSize: () => ROW, overscan: 12, scrollPaddingStart: HEAD });
  const across = useVirtualizer({ horizontal: true, count: objects.length, getScrollElement: () => scroll.current, estimateSize: () => COLUMN, overscan: 4, scrollPaddingStart: first });
  const [active, setActive] = useState({ row: 0, column: 0 });
  const at = { row: Math.min(active.row, Math.max(0, users.length - 1)), column: Math.min(active.column, Math.max(0, objects.length - 1)) };
  const walked = useRef(false);
  useEffect(() => {
    if (!walked.current) return;
    walked.current = false;
    // The cell may come into sight with the next drawing.
    const focus = () => scroll.current?.querySelector<HTMLElement>(`[data-cell="${at.row} ${at.column}"]`)?.focus({ preventScroll: true });
    focus();
    requestAnimationFrame(focus);
  });
  const walk = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 400) / ROW) - 2);
    const to = { ...at };
    if (event.key === "ArrowDown") to.row += 1;
    else if (event.key === "ArrowUp") to.row -= 1;
    else if (event.key === "ArrowRight") to.column += 1;
    else if (event.key === "ArrowLeft") to.column -= 1;
    else if (event.key === "PageDown") to.row += page;
    else if (event.key === "PageUp") to.row -= page;
    else if (event.key === "Home") { to.column = 0; if (event.ctrlKey) to.row = 0; }
    else if (event.key === "End") { to.column = objects.length - 1; if (event.ctrlKey) to.row = users.length - 1; }
    else if (event.key === "Enter" || event.key === " ") {
      const row = rows.cell(users[at.row]!, objects[at.column]!);
      if (row && wanted.has(row.kind)) onWhy(row);
      event.preventDefault();
      return;
    } else return;
    event.preventDefault();
    to.row = Math.max(0, Math.min(users.length - 1, to.row));
    to.column = Math.max(0, Math.min(objects.length - 1, to.column));
    walked.current = true;
    down.scrollToIndex(to.row);
    across.scrollToIndex(to.column);
    setActive(to);
  };
  const width = first + across.getTotalSize();
  const columns = across.getVirtualItems();
  return (
    <div ref={scroll} className={styles.scroll} role="grid" aria-label="Changes, people by objects" aria-rowcount={users.length + 1} aria-colcount={objects.length + 1} onKeyDown={walk}>
      <div role="row" aria-rowindex={1} className={styles.head} style={{ width }}>
        <div role="columnheader" aria-colindex={1} className={styles.corner} style={{ width: first }}>{users.length.toLocaleString("en")} {users.length === 1 ? "person" : "people"} × {objects.length.toLocaleString("en")} {objects.length === 1 ? "place" : "places"}</div>
        {columns.map(({ index, start }) => {
          const path = rows.objectNames[objects[index]!]!;
          return (
            <div key={index} role="columnheader" aria-colindex={index + 2} className={styles.column} style={{ left: start + first }} title={path}>
              <span className={styles.columnPath}>{above(path)}</span>
              <span className={styles.columnName}>{leaf(path)}</span>
            </div>
          );
        })}
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: down.getTotalSize(), width }}>
        {down.getVirtualItems().map(({ index: line, start: top }) => {
          const user = users[line]!;
          const name = rows.userNames[user]!;
          const risky = risk(user);
          return (
            <div key={line} role="row" aria-rowindex={line + 2} className={styles.row} style={{ top, width }}>
              <div role="rowheader" aria-colindex={1} className={styles.person} style={{ width: first }}>
                <span className={styles.clip} title={name}>{name}</span>
                {risky && <Badge size="small" appearance="tint" color={risky.startsWith("Loses") ? "danger" : "severe"}>{risky}</Badge>}
              </div>
              {columns.map(({ index, start }) => {
                const row = rows.cell(user, objects[index]!);
                const focusable = at.row === line && at.column === index;
                const shared = { role: "gridcell", "aria-colindex": index + 2, "data-cell": `${line} ${index}`, tabIndex: focusable ? 0 : -1, onFocus: () => { if (at.row !== line || at.column !== index) setActive({ row: line, column: index }); } };
                if (!row || !wanted.has(row.kind)) return <div key={index} {...shared} className={mergeClasses(styles.cell, styles.none, styles.focus)} style={{ left: start + first + 3 }} aria-label={row ? "hidden by the filter" : "unchanged"} />;
                const Icon = KIND_ICONS[row.kind];
                return (
                  <div
                    key={index} {...shared} className={mergeClasses(styles.cell, styles.focus, kinds[row.kind], row.kind === "latent" && styles.latent)} style={{ left: start + first + 3 }}
                    onClick={() => { setActive({ row: line, column: index }); onWhy(row); }}
                  >
                    <Icon aria-hidden />
                    <span className="visually-hidden">{KIND_WORDS[row.kind].name}: </span>
                    {row.before === row.after ? <span className={styles.is}>{roleAt(row.after)}</span> : <><span>{roleAt(row.before)}</span><span aria-hidden>→</span><span className="visually-hidden"> to </span><span className={styles.is}>{roleAt(row.after)}</span></>}
                    <span className="visually-hidden">. Why?</span>
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
