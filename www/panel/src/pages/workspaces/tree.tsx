// The tree itself: only the rows in sight are drawn, however many there are.
import { Badge, FlatTree, makeStyles, mergeClasses, tokens, TreeItem, TreeItemLayout, useHeadlessFlatTree_unstable, type HeadlessFlatTreeItemProps, type TreeItemValue } from "@fluentui/react-components";
import { BriefcaseRegular, FolderProhibitedRegular, FolderPeopleRegular, FolderRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import type { Directory, Place } from "../../model/directory";
import { chips, type Chip } from "../../model/roles";
import { RoleChip } from "../../parts/chip";

const ROW = 40;
/** So many are opened at first. */
const OPEN = 400;
/** About how wide a letter is, and what a chip takes beside its letters. */
const LETTER = 7;
const AROUND = 46;

/** As many chips as fit beside the name; the rest is counted. */
function fitting(held: Chip[], directory: Directory, room: number): Chip[] {
  let left = room;
  let count = 0;
  for (const chip of held) {
    left -= AROUND + LETTER * (Math.min(directory.subjectName(chip.grant.subject).length, 18) + chip.role.length + (chip.form === "capped" ? chip.grant.role.length + 1 : 0));
    if (left < 0) break;
    count += 1;
  }
  return held.slice(0, count);
}

const useStyles = makeStyles({
  scroll: { overflow: "auto", maxHeight: "max(420px, calc(100vh - 290px))", padding: "6px 8px", boxSizing: "border-box" },
  row: { minHeight: `${ROW}px`, borderRadius: tokens.borderRadiusMedium },
  selected: { backgroundColor: tokens.colorBrandBackground2, boxShadow: `inset 3px 0 0 ${tokens.colorBrandStroke1}` },
  target: { boxShadow: `inset 0 0 0 2px ${tokens.colorBrandStroke1}` },
  name: { display: "flex", alignItems: "center", gap: "8px", minWidth: 0 },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  workspace: { fontWeight: 600 },
  chips: { display: "flex", gap: "4px", alignItems: "center", justifyContent: "flex-end", minWidth: 0, overflow: "hidden", "@media (max-width: 700px)": { display: "none" } },
  aside: { flexShrink: 3, minWidth: 0, padding: 0 },
  more: { fontSize: "12px", color: tokens.colorNeutralForeground3 },
  empty: { padding: "24px 16px", color: tokens.colorNeutralForeground2 },
});

type Item = HeadlessFlatTreeItemProps & { place: Place };

function* items(directory: Directory, parent: string | null, keep: Set<string> | null): Generator<Item> {
  for (const place of directory.children(parent)) {
    if (keep && !keep.has(place.id)) continue;
    yield { value: place.id, parentValue: parent ?? undefined, itemType: directory.children(place.id).length > 0 ? "branch" : "leaf", place };
    yield* items(directory, place.id, keep);
  }
}

export function PlaceTree({ directory, words, selected, touched, onSelect, onMove, onAct }: {
  directory: Directory; words: string; selected: string | null; touched: Set<string>; onSelect: (id: string) => void; onMove: (place: Place, to: Place) => void;
  onAct: (what: "edit" | "move" | "delete" | "folder", place: Place) => void;
}) {
  const styles = useStyles();
  const keep = useMemo(() => {
    if (words === "") return null;
    const kept = new Set<string>();
    for (const place of directory.places.values()) if (place.name.toLowerCase().includes(words)) for (const at of directory.trail(place.id)) kept.add(at.id);
    return kept;
  }, [directory, words]);
  const all = useMemo(() => [...items(directory, null, keep)], [directory, keep]);
  const [open, setOpen] = useState<Set<TreeItemValue>>(() => new Set(all.slice(0, OPEN).filter((item) => item.itemType === "branch").map((item) => item.value)));
  // The way to what is selected, and what a filter found, is open.
  useEffect(() => {
    const way = keep ? [...keep] : selected ? directory.trail(selected).slice(0, -1).map((at) => at.id) : [];
    setOpen((held) => (way.every((id) => held.has(id)) ? held : new Set([...held, ...way])));
  }, [selected, keep, directory]);

  const tree = useHeadlessFlatTree_unstable(all, { openItems: open, onOpenChange: (_, data) => setOpen(new Set(data.openItems)) });
  const visible = [...tree.items()];
  const scroll = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Place | null>(null);
  // A row that is dragged has to stay, however far the tree is scrolled under it.
  const virtual = useVirtualizer({ count: visible.length, getScrollElement: () => scroll.current, estimateSize: () => ROW, overscan: dragged ? OPEN : 16 });
  const rows = virtual.getVirtualItems();
  const [over, setOver] = useState<string | null>(null);

  const [width, setWidth] = useState(640);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    if (scroll.current) watch.observe(scroll.current);
    return () => watch.disconnect();
  }, []);
  const at = visible.findIndex((item) => item.value === selected);
  const shown = useRef(false);
  useEffect(() => {
    if (shown.current || at < 0) return;
    shown.current = true;
    virtual.scrollToIndex(at, { align: "auto" });
  }, [at]);
  const mayDrop = (to: Place) => dragged !== null && to.id !== dragged.id && to.id !== dragged.parent && !directory.trail(to.id).some((at) => at.id === dragged.id);
  const keys = (event: KeyboardEvent, place: Place) => {
    if (event.key === "F2") onAct("edit", place);
    else if (event.key === "m" && place.type === "Folder") onAct("move", place);
    else if (event.key === "Delete") onAct("delete", place);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (visible.length === 0) return <div className={styles.empty} role="status">No workspace or folder is called like that.</div>;

  const { ...treeProps } = tree.getTreeProps();
  return (
    <div ref={scroll} className={styles.scroll}>
      <FlatTree {...treeProps} aria-label="Workspaces and folders">
        <div role="none" style={{ height: rows[0]?.start ?? 0 }} />
        {rows.map(({ index }) => {
          const item = visible[index]!;
          const { place, ...props } = item.getTreeItemProps() as ReturnType<typeof item.getTreeItemProps> & { place: Place };
          const held = chips(directory, place.id);
          const fit = fitting(held, directory, width - 110 - (props["aria-level"] ?? 1) * 24 - place.name.length * 8);
          const Icon = place.type === "Workspace" ? BriefcaseRegular : place.audience === "private" ? FolderProhibitedRegular : place.audience === "parent" ? FolderPeopleRegular : FolderRegular;
          return (
            <TreeItem
              {...props} key={place.id} aria-selected={place.id === selected} draggable={place.type === "Folder"}
              onClick={(event) => { props.onClick?.(event as never); onSelect(place.id); }} onKeyDown={(event) => { keys(event, place); if (event.key === "Enter") onSelect(place.id); }}
              onDragStart={(event: DragEvent) => { event.dataTransfer.setData("text/plain", place.name); event.dataTransfer.effectAllowed = "move"; setDragged(place); }}
              onDragOver={(event: DragEvent) => { if (mayDrop(place)) { event.preventDefault(); setOver(place.id); } }} onDragLeave={() => setOver(null)} onDragEnd={() => { setDragged(null); setOver(null); }}
              onDrop={(event: DragEvent) => { event.preventDefault(); if (dragged && mayDrop(place)) onMove(dragged, place); setDragged(null); setOver(null); }}
            >
              <TreeItemLayout
                className={mergeClasses(styles.row, place.id === selected && styles.selected, over === place.id && styles.target)} iconBefore={<Icon />}
                aside={{ className: styles.aside, children: <span className={styles.chips}>{fit.map((chip) => <RoleChip key={chip.grant.subject.id} chip={chip} directory={directory} />)}{held.length > fit.length && <span className={styles.more}>+{held.length - fit.length}</span>}</span> }}
              >
                <span className={styles.name}>
                  <span className={mergeClasses(styles.clip, place.type === "Workspace" && styles.workspace)} title={place.name}>{place.name}</span>
                  {touched.has(place.id) && <Badge size="small" appearance="outline" color="brand">edited</Badge>}
                </span>
              </TreeItemLayout>
            </TreeItem>
          );
        })}
        <div role="none" style={{ height: virtual.getTotalSize() - (rows.at(-1)?.end ?? 0) }} />
      </FlatTree>
    </div>
  );
}
