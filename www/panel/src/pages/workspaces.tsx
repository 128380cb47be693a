// The tree of workspaces and folders with their roles, and the one that is selected.
import { Button, Input, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, FolderAddRegular, FolderOpenRegular, SearchRegular } from "@fluentui/react-icons";
import { useDeferredValue, useMemo, useState } from "react";
import type { Place } from "../model/directory";
import { movePlace, deletePlace } from "../model/edits";
import { chips, roleName } from "../model/roles";
import { Legend } from "../parts/chip";
import { Card, Export, PageHead } from "../parts/page";
import { usePanel } from "../shell/panel";
import { go } from "../shell/router";
import { State } from "../shell/states";
import { PlaceDetail } from "./workspaces/detail";
import { EditDialog, MoveDialog, type Task } from "./workspaces/dialogs";
import { PlaceTree } from "./workspaces/tree";

const useStyles = makeStyles({
  panes: { display: "grid", gridTemplateColumns: "minmax(0, 1.55fr) minmax(320px, 1fr)", gap: "16px", alignItems: "start", "@media (max-width: 1000px)": { gridTemplateColumns: "minmax(0, 1fr)" } },
  tools: { display: "flex", flexWrap: "wrap", gap: "8px 16px", padding: "12px 16px", alignItems: "center", borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  filter: { flexGrow: 1, minWidth: "160px", maxWidth: "280px" },
  none: { padding: "24px", color: tokens.colorNeutralForeground3 },
});

export default function Workspaces({ id }: { id: string | null }) {
  const styles = useStyles();
  const panel = usePanel();
  const { pending, add, edits } = panel;
  // What is shown is how it would be: edits gathered so far are in it, and marked.
  const directory = pending && !pending.problem ? pending.after : panel.directory;
  const touched = useMemo(() => new Set(edits.flatMap((edit) => edit.touches)), [edits]);
  const [filter, setFilter] = useState("");
  const words = useDeferredValue(filter.trim().toLowerCase());
  const [task, setTask] = useState<Task | null>(null);
  const selected = (id && directory.places.get(id)) || directory.children(null)[0] || null;

  const act = (what: Task["what"] | "delete", place: Place) => (what === "delete" ? add(deletePlace(place)) : setTask({ what, place } as Task));
  const rows = () => {
    const all: Record<string, unknown>[] = [];
    for (const place of directory.places.values()) {
      const path = directory.trail(place.id).map((at) => at.name).join(" / ");
      const held = chips(directory, place.id);
      if (held.length === 0) all.push({ path, type: place.type, id: place.id, audience: place.audience });
      for (const chip of held) all.push({ path, type: place.type, id: place.id, audience: place.audience, subject: directory.subjectName(chip.grant.subject), subjectType: chip.grant.subject.type, role: roleName(chip.role), how: chip.form, from: chip.from.name });
    }
    return all;
  };

  return (
    <>
      <PageHead
        title="Workspaces and folders"
        lead="Give groups and people a role where they work. Edits gather until you review them; nothing changes before."
        actions={<>
          <Export name="workspaces" rows={rows} disabled={directory.places.size === 0} />
          <Button icon={<FolderAddRegular />} disabled={!selected} onClick={() => selected && setTask({ what: "folder", place: selected })}>New folder</Button>
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setTask({ what: "workspace", place: null })}>New workspace</Button>
        </>}
      />
      {directory.places.size === 0 ? (
        <Card><State icon={<FolderOpenRegular />} title="No workspace yet" actions={<Button appearance="primary" onClick={() => setTask({ what: "workspace", place: null })}>New workspace</Button>}>A workspace holds folders. Give a provisioned group a role on either, and its members get in.</State></Card>
      ) : (
        <div className={styles.panes}>
          <Card padded={false} label="Tree">
            <div className={styles.tools}>
              <Input className={styles.filter} value={filter} onChange={(_, data) => setFilter(data.value)} contentBefore={<SearchRegular />} placeholder="Filter the tree" aria-label="Filter the tree" type="search" />
              <Legend />
            </div>
            <PlaceTree directory={directory} words={words} selected={selected?.id ?? null} touched={touched} onSelect={(place) => go("workspaces", place)} onMove={(place, to) => add(movePlace(place, to))} onAct={act} />
          </Card>
          {selected ? <PlaceDetail directory={directory} place={selected} edited={touched.has(selected.id)} onAct={act} /> : <Text className={styles.none}>Select a workspace or folder.</Text>}
        </div>
      )}
      {task && (task.what === "move" ? <MoveDialog directory={directory} place={task.place} onClose={() => setTask(null)} onEdit={add} /> : <EditDialog directory={directory} task={task} onClose={() => setTask(null)} onEdit={add} />)}
    </>
  );
}
