// A list of records as a table that draws only the rows in sight, with columns that fold away on narrow screens.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, type ReactNode } from "react";

export interface Column<T> {
  name: string;
  /** A CSS grid track, e.g. "2fr". */
  width: string;
  cell: (item: T) => ReactNode;
  /** Left out on narrow screens. */
  wide?: boolean;
}
const useStyles = makeStyles({
  scroll: { overflow: "auto", maxHeight: "max(360px, calc(100vh - 340px))" },
  line: { display: "grid", gap: "12px", alignItems: "center", padding: "0 16px", boxSizing: "border-box", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  head: { position: "sticky", top: 0, zIndex: 1, height: "36px", backgroundColor: tokens.colorNeutralBackground1, color: tokens.colorNeutralForeground2, fontSize: "12px", fontWeight: 600, borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  body: { position: "relative" },
  row: { position: "absolute", left: 0, right: 0, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  cell: { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" },
});

export function Table<T>({ label, items, columns, keyOf, height = 52 }: { label: string; items: T[]; columns: Column<T>[]; keyOf: (item: T) => string; height?: number }) {
  const styles = useStyles();
  const scroll = useRef<HTMLDivElement>(null);
  const shown = window.innerWidth < 700 ? columns.filter((column) => !column.wide) : columns;
  const tracks = shown.map((column) => (column.width.endsWith("fr") ? `minmax(0, ${column.width})` : column.width)).join(" ");
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroll.current, estimateSize: () => height, overscan: 10 });
  return (
    <div ref={scroll} className={styles.scroll} role="table" aria-label={label} aria-rowcount={items.length + 1} tabIndex={0}>
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={mergeClasses(styles.line, styles.head)} style={{ gridTemplateColumns: tracks }}>
          {shown.map((column) => <div key={column.name} role="columnheader">{column.name || <span className="visually-hidden">Actions</span>}</div>)}
        </div>
      </div>
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, size }) => {
          const item = items[index]!;
          return (
            <div key={keyOf(item)} role="row" aria-rowindex={index + 2} className={mergeClasses(styles.line, styles.row)} style={{ top: start, height: size, gridTemplateColumns: tracks }}>
              {shown.map((column) => <div key={column.name} role="cell" className={styles.cell}>{column.cell(item)}</div>)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
