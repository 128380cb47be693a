// A list of records as the library's table, of which only the rows in sight are drawn, with columns that fold away on narrow screens.
import { makeStyles, mergeClasses, Table as FluentTable, TableBody, TableCell, TableHeader, TableHeaderCell, TableRow, tokens } from "@fluentui/react-components";
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
  name: { padding: 0, fontSize: "12px", fontWeight: 600, color: tokens.colorNeutralForeground2 },
  body: { position: "relative" },
  row: { position: "absolute", left: 0, right: 0 },
  cell: { display: "block", height: "auto", minHeight: 0, padding: 0, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" },
});

export function Table<T>({ label, items, columns, keyOf, height = 52 }: { label: string; items: T[]; columns: Column<T>[]; keyOf: (item: T) => string; height?: number }) {
  const styles = useStyles();
  const scroll = useRef<HTMLDivElement>(null);
  const shown = window.innerWidth < 700 ? columns.filter((column) => !column.wide) : columns;
  const tracks = shown.map((column) => (column.width.endsWith("fr") ? `minmax(0, ${column.width})` : column.width)).join(" ");
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroll.current, estimateSize: () => height, overscan: 10 });
  return (
    <div ref={scroll} className={styles.scroll} tabIndex={0} role="region" aria-label={`${label}, scrolled`}>
      <FluentTable noNativeElements aria-label={label} aria-rowcount={items.length + 1}>
        <TableHeader className={styles.head}>
          <TableRow aria-rowindex={1} className={mergeClasses(styles.line, styles.head)} style={{ gridTemplateColumns: tracks }}>
            {shown.map((column) => <TableHeaderCell key={column.name} className={styles.name}>{column.name || <span className="visually-hidden">Actions</span>}</TableHeaderCell>)}
          </TableRow>
        </TableHeader>
        <TableBody className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start, size }) => {
            const item = items[index]!;
            return (
              <TableRow key={keyOf(item)} aria-rowindex={index + 2} className={mergeClasses(styles.line, styles.row)} style={{ top: start, height: size, gridTemplateColumns: tracks }}>
                {shown.map((column) => <TableCell key={column.name} className={styles.cell}>{column.cell(item)}</TableCell>)}
              </TableRow>
            );
          })}
        </TableBody>
      </FluentTable>
    </div>
  );
}
