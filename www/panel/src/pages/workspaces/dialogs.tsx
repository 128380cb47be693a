// Edit, create and move: what is chosen here becomes an edit, to be reviewed with the others.
import {
  Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger, Field, Input, makeStyles, Option, Combobox, Radio, RadioGroup, tokens, Text,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useCallback, useMemo, useState } from "react";
import type { Directory, Grant, Place } from "../../model/directory";
import { changePlace, createPlace, movePlace, type Edit } from "../../model/edits";
import { RolePicker, Subject, SubjectPicker } from "../../parts/subject";

export type Task = { what: "edit" | "move" | "folder"; place: Place } | { what: "workspace"; place: null };

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: "16px", paddingTop: "4px" },
  grants: { display: "flex", flexDirection: "column" },
  row: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto auto", gap: "8px", alignItems: "center", padding: "6px 0", borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, "@media (max-width: 420px)": { gridTemplateColumns: "minmax(0, 1fr) auto" } },
  scroll: { maxHeight: "260px", overflow: "auto", marginBottom: "10px" },
  hint: { color: tokens.colorNeutralForeground2, display: "block", marginBottom: "8px" },
  option: { display: "flex", flexDirection: "column" },
  path: { color: tokens.colorNeutralForeground3, fontSize: "12px" },
});

const TITLES = { edit: (name: string) => `Edit ${name}`, folder: (name: string) => `New folder in ${name}`, workspace: () => "New workspace" };

export function EditDialog({ directory, task, onClose, onEdit }: { directory: Directory; task: Exclude<Task, { what: "move" }> | Task; onClose: () => void; onEdit: (edit: Edit | null) => void }) {
  const styles = useStyles();
  const edited = task.what === "edit" ? task.place : null;
  const parent = task.what === "folder" ? task.place : edited?.parent ? directory.places.get(edited.parent) ?? null : null;
  const isFolder = task.what === "folder" || edited?.type === "Folder";
  const [name, setName] = useState(edited?.name ?? "");
  const [audience, setAudience] = useState<string>(edited?.audience ?? "private");
  const [grants, setGrants] = useState<ReadonlyMap<string, Grant>>(edited?.grants ?? new Map());
  const set = (id: string, grant: Grant | null) => {
    const next = new Map(grants);
    grant ? next.set(id, grant) : next.delete(id);
    setGrants(next);
  };
  const has = useCallback((id: string) => grants.has(id), [grants]);
  const draft = { name: name.trim(), audience, grants };
  const edit = edited ? changePlace(directory, edited, draft) : null;
  const ready = draft.name !== "" && (edited ? edit !== null : true);
  const submit = () => {
    onEdit(edited ? edit : createPlace(task.what === "folder" ? "Folder" : "Workspace", task.what === "folder" ? parent : null, draft));
    onClose();
  };
  const heading = task.what === "workspace" ? TITLES.workspace() : TITLES[task.what as "edit" | "folder"](task.place!.name);
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <form onSubmit={(event) => { event.preventDefault(); if (ready) submit(); }}>
          <DialogBody>
            <DialogTitle>{heading}</DialogTitle>
            <DialogContent className={styles.form}>
              <Field label="Name" required><Input value={name} onChange={(_, data) => setName(data.value)} autoFocus /></Field>
              {isFolder && (
                <Field label={`Who of ${parent?.name ?? "the parent"} comes in`}>
                  <RadioGroup value={audience} onChange={(_, data) => setAudience(data.value)}>
                    <Radio value="private" label="Nobody: only who is added below" />
                    <Radio value="parent" label="Everyone, with the role they have there" />
                    <Radio value="editor" label="Everyone, at most as Editor" />
                    <Radio value="checker" label="Everyone, at most as Checker" />
                    <Radio value="viewer" label="Everyone, at most as Viewer" />
                  </RadioGroup>
                </Field>
              )}
              <Field label="Groups and people added here">
                <div className={styles.grants}>
                  {grants.size === 0 && <Text className={styles.hint}>None yet.</Text>}
                  {grants.size > 0 && <div className={styles.scroll} role="group" aria-label="Added here">
                    {[...grants].map(([id, grant]) => {
                      const called = directory.subjectName(grant.subject);
                      return (
                        <div key={id} className={styles.row}>
                          <Subject directory={directory} subject={grant.subject} />
                          <RolePicker subject={grant.subject} role={grant.role} onRole={(role) => set(id, { ...grant, role })} label={`Role of ${called}`} />
                          <Button appearance="subtle" icon={<DismissRegular />} aria-label={`Remove ${called}`} onClick={() => set(id, null)} />
                        </div>
                      );
                    })}
                  </div>}
                  <SubjectPicker directory={directory} label="Add a group or a person" without={has} onPick={(subject) => set(subject.id, { subject, role: subject.type === "Group" ? "editor" : "viewer" })} />
                </div>
              </Field>
            </DialogContent>
            <DialogActions>
              <DialogTrigger disableButtonEnhancement><Button>Cancel</Button></DialogTrigger>
              <Button type="submit" appearance="primary" disabled={!ready}>Add to the change</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

const MOST = 60;

export function MoveDialog({ directory, place, onClose, onEdit }: { directory: Directory; place: Place; onClose: () => void; onEdit: (edit: Edit | null) => void }) {
  const styles = useStyles();
  const [text, setText] = useState("");
  const [to, setTo] = useState<Place | null>(null);
  const targets = useMemo(() => {
    const inside = new Set([...directory.subtree(place.id)].map((each) => each.id));
    const words = text.trim().toLowerCase();
    const found: { place: Place; path: string }[] = [];
    for (const each of directory.places.values()) {
      if (inside.has(each.id) || each.id === place.parent || (to?.name !== text && !each.name.toLowerCase().includes(words))) continue;
      found.push({ place: each, path: directory.trail(each.id).map((at) => at.name).join(" / ") });
      if (found.length >= MOST) break;
    }
    return found.sort((a, b) => a.path.localeCompare(b.path));
  }, [directory, place, text, to]);
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Move {place.name}</DialogTitle>
          <DialogContent className={styles.form}>
            <Text className={styles.hint}>Its own groups and people travel with it. What comes down from above is worked out anew at the new place.</Text>
            <Field label="Move into" required>
              <Combobox
                freeform value={text} selectedOptions={to ? [to.id] : []} placeholder="Choose a workspace or folder" autoFocus onChange={(event) => { setText(event.target.value); setTo(null); }}
                onOptionSelect={(_, { optionValue }) => { const chosen = directory.places.get(optionValue ?? "") ?? null; setTo(chosen); setText(chosen?.name ?? ""); }}
              >
                {targets.length === 0 && <Option disabled text="">It cannot be moved into anything called that</Option>}
                {targets.map((each) => <Option key={each.place.id} value={each.place.id} text={each.place.name}><span className={styles.option}>{each.place.name}<span className={styles.path}>{each.path}</span></span></Option>)}
              </Combobox>
            </Field>
          </DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement><Button>Cancel</Button></DialogTrigger>
            <Button appearance="primary" disabled={!to} onClick={() => { onEdit(movePlace(place, to!)); onClose(); }}>Add to the change</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
