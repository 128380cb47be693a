// The rows one under the other, grouped by person, object or cause.
import { Badge, Button, makeStyles, mergeClasses, Table, TableBody, TableCell, TableRow, tokens } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular, QuestionCircleRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { above, leaf, type DiffRows, type Row } from "../../model/diff";
import { KIND_WORDS } from "../../model/pending";
import { Change } from "../../parts/kind";
import type { Selection } from "./selection";

export type Grouping = "person" | "object" | "cause";
const GROUP = 44;
const ROW = 40;

const useStyles = makeStyles({
  scroll: { overflow: "auto", maxHeight: "max(380px, calc(100vh - 330px))", borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
  body: { position: "relative" },
  line: { position: "absolute", left: 0, right: 0, display: "flex", alignItems: "center", gap: "12px", boxSizing: "border-box", padding: "0 16px", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  cell: { display: "block", height: "auto", minHeight: 0, padding: 0, flexGrow: 0, flexShrink: 0, flexBasis: "auto" },
  group: { backgroundColor: tokens.colorNeutralBackground2, fontWeight: 600, paddingLeft: "6px" },
  name: { flexGrow: 1, flexShrink: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  inset: { paddingLeft: "44px", "@media (max-width: 600px)": { paddingLeft: "12px" } },
  path: { color: tokens.colorNeutralForeground3, fontSize: "12px" },
  kind: { color: tokens.colorNeutralForeground2, fontSize: "12px", width: "150px", flexShrink: 0, "@media (max-width: 800px)": { display: "none" } },
});

type Line = { group: string; name: string; count: number } | { index: number };

export function List({ rows, selection, by, causeName, risk, onWhy }: {
  rows: DiffRows; selection: Selection; by: Grouping; causeName: (row: Row) => string; risk: (rank: number) => string | null; onWhy: (row: Row) => void;
}) {
  const styles = useStyles();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const groups = useMemo(() => {
    const found = new Map<string, number[]>();
    const order: [string, string][] = [];
    for (const index of selection.indexes) {
      const key = by === "person" ? String(rows.userAt(index)) : by === "object" ? String(rows.objectAt(index)) : causeName(rows.row(index));
      const held = found.get(key);
      if (held) held.push(index);
      else {
        found.set(key, [index]);
        order.push([key, by === "person" ? rows.userNames[Number(key)]! : by === "object" ? rows.objectNames[Number(key)]! : key]);
      }
    }
    if (by === "object") order.sort((a, b) => Number(a[0]) - Number(b[0]));
    return order.map(([key, name]) => ({ key, name, indexes: found.get(key)! }));
  }, [rows, selection, by, causeName]);
  const lines = useMemo(() => groups.flatMap(({ key, name, indexes }): Line[] => [{ group: key, name, count: indexes.length }, ...(closed.has(key) ? [] : indexes.map((index) => ({ index })))]), [groups, closed]);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroll.current, estimateSize: (index) => ("group" in lines[index]! ? GROUP : ROW), overscan: 12 });
  return (
    <div ref={scroll} className={styles.scroll} tabIndex={0} role="region" aria-label="Changes, scrolled">
      <Table noNativeElements aria-label={`Changes by ${by}`} aria-rowcount={lines.length}>
        <TableBody className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index: at, start, size }) => {
            const line = lines[at]!;
            if ("group" in line) {
              const isOpen = !closed.has(line.group);
              const risky = by === "person" ? risk(Number(line.group)) : null;
              return (
                <TableRow key={at} aria-rowindex={at + 1} className={mergeClasses(styles.line, styles.group)} style={{ top: start, height: size }}>
                  <TableCell className={styles.cell}>
                    <Button size="small" appearance="transparent" icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />} aria-expanded={isOpen} aria-label={`${line.name}, ${line.count} changes`}
                      onClick={() => { const next = new Set(closed); isOpen ? next.add(line.group) : next.delete(line.group); setClosed(next); }} />
                  </TableCell>
                  <TableCell className={mergeClasses(styles.cell, styles.name)}>{by === "object" ? <>{leaf(line.name)} <span className={styles.path}>{above(line.name)}</span></> : line.name}</TableCell>
                  {risky && <TableCell className={styles.cell}><Badge appearance="tint" color={risky.startsWith("Loses") ? "danger" : "severe"}>{risky}</Badge></TableCell>}
                  <TableCell className={styles.cell}><Badge appearance="tint" color="informative">{line.count.toLocaleString("en")}</Badge></TableCell>
                </TableRow>
              );
            }
            const row = rows.row(line.index);
            const path = rows.objectNames[rows.objectAt(line.index)]!;
            const person = rows.userNames[rows.userAt(line.index)]!;
            return (
              <TableRow key={at} aria-rowindex={at + 1} className={mergeClasses(styles.line, styles.inset)} style={{ top: start, height: size }}>
                <TableCell className={mergeClasses(styles.cell, styles.name)} title={by === "object" ? person : path}>
                  {by === "object" ? person : by === "person" ? <>{leaf(path)} <span className={styles.path}>{above(path)}</span></> : <>{person} <span className={styles.path}>on {path}</span></>}
                </TableCell>
                <TableCell className={mergeClasses(styles.cell, styles.kind)}>{KIND_WORDS[row.kind].name}</TableCell>
                <TableCell className={styles.cell}><Change kind={row.kind} before={row.before} after={row.after} /></TableCell>
                <TableCell className={styles.cell}><Button size="small" appearance="subtle" icon={<QuestionCircleRegular />} onClick={() => onWhy(row)} aria-label={`Why: ${person} on ${leaf(path)}`}>Why?</Button></TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </div>
  );
}
