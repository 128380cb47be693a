// Groups and people as tables, and one group with its members.
import { Badge, Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger, Link, makeStyles, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Subtitle2, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, DismissRegular, MoreHorizontalRegular, PauseCircleRegular } from "@fluentui/react-icons";
import { useCallback } from "react";
import { byName, type Group, type Person } from "../../model/directory";
import { addMembers, deleteGroup, removeMember, setActive } from "../../model/edits";
import type { Returned } from "../../model/returned";
import { title } from "../../model/roles";
import { Export } from "../../parts/page";
import { Subject, SubjectPicker } from "../../parts/subject";
import { Table } from "../../parts/table";
import { usePanel } from "../../shell/panel";
import { go, href } from "../../shell/router";
import { ReturnedNotice } from "../inbox/returned";

type Where = { id: string; name: string; role: string }[];
const SOME = 3;

const useStyles = makeStyles({
  chips: { display: "flex", gap: "4px 10px", flexWrap: "wrap", alignItems: "center", maxHeight: "44px", overflow: "hidden", fontSize: "13px" },
  quiet: { color: tokens.colorNeutralForeground3 },
  open: { border: "none", background: "none", padding: 0, font: "inherit", color: "inherit", textAlign: "left", cursor: "pointer", width: "100%", minWidth: 0, borderRadius: tokens.borderRadiusMedium, ":hover": { textDecorationLine: "underline" }, ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` } },
  status: { display: "inline-flex", gap: "6px", alignItems: "center", whiteSpace: "nowrap" },
  on: { color: tokens.colorPaletteGreenForeground1 },
  head: { display: "flex", justifyContent: "space-between", alignItems: "center", gap: "8px" },
  stack: { display: "flex", flexDirection: "column", gap: "10px" },
  members: { listStyle: "none", margin: 0, padding: 0, maxHeight: "260px", overflow: "auto" },
  member: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", alignItems: "center", padding: "5px 0", borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
});

export function GroupsTable({ groups, where, onOpen }: { groups: Group[]; where: Map<string, Where>; onOpen: (id: string) => void }) {
  const styles = useStyles();
  const { directory } = usePanel();
  return (
    <Table
      label="Groups" items={groups} keyOf={(group) => group.id}
      columns={[
        { name: "Group", width: "2fr", cell: (group) => <button type="button" className={styles.open} onClick={() => onOpen(group.id)}><Subject directory={directory} subject={{ type: "Group", id: group.id }} /></button> },
        { name: "Source", width: "130px", wide: true, cell: (group) => (group.externalId ? <Badge appearance="tint" color="brand">Identity provider</Badge> : <Badge appearance="outline" color="informative">Added here</Badge>) },
        {
          name: "Has access to", width: "3fr", cell: (group) => {
            const at = where.get(group.id) ?? [];
            if (at.length === 0) return <span className={styles.quiet}>Nowhere yet</span>;
            return <span className={styles.chips}>{at.slice(0, SOME).map((one) => <span key={one.id}><Link href={href("workspaces", one.id)}>{one.name}</Link> <span className={styles.quiet}>{title(one.role)}</span></span>)}{at.length > SOME && <span className={styles.quiet}>and {at.length - SOME} more</span>}</span>;
          },
        },
      ]}
    />
  );
}

export function PeopleTable({ people }: { people: Person[] }) {
  const styles = useStyles();
  const { directory, add } = usePanel();
  return (
    <Table
      label="People" items={people} keyOf={(person) => person.id}
      columns={[
        { name: "Person", width: "2fr", cell: (person) => <Subject directory={directory} subject={{ type: "User", id: person.id }} second={person.userName} /> },
        { name: "Status", width: "100px", cell: (person) => (person.active ? <span className={styles.status}><CheckmarkCircleRegular className={styles.on} aria-hidden />Active</span> : <span className={styles.status}><PauseCircleRegular aria-hidden />Inactive</span>) },
        { name: "Department", width: "1fr", wide: true, cell: (person) => person.department },
        { name: "Groups", width: "2fr", wide: true, cell: (person) => <span className={styles.quiet}>{directory.groupsOf(person.id).map((group) => directory.groups.get(group)?.name ?? group).sort().join(", ") || "None"}</span> },
        {
          name: "", width: "36px", cell: (person) => (
            <Menu>
              <MenuTrigger disableButtonEnhancement><Button appearance="subtle" size="small" icon={<MoreHorizontalRegular />} aria-label={`More for ${person.name}`} /></MenuTrigger>
              <MenuPopover>
                <MenuList>
                  <MenuItem onClick={() => go("explorer", null, { person: person.id })}>What can they access?</MenuItem>
                  <MenuItem onClick={() => go("history", null, { user: person.id })}>Changes to their access</MenuItem>
                  <MenuItem onClick={() => add(setActive(person, !person.active))}>{person.active ? "Deactivate" : "Reactivate"}</MenuItem>
                </MenuList>
              </MenuPopover>
            </Menu>
          ),
        },
      ]}
    />
  );
}

const MOST = 300;

export function GroupDialog({ id, where, returned, onClose }: { id: string; where: Where; returned: Returned[]; onClose: () => void }) {
  const styles = useStyles();
  const { directory: present, pending, add } = usePanel();
  const directory = pending && !pending.problem ? pending.after : present;
  const group = directory.groups.get(id);
  const without = useCallback((subject: string) => subject === id || group?.members.has(subject) === true, [id, group]);
  const members = group ? [...group.members].map(([member, type]) => ({ id: member, type, name: directory.subjectName({ type, id: member }) })).sort(byName) : [];
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{group?.name ?? present.groups.get(id)?.name}</DialogTitle>
          <DialogContent className={styles.stack}>
            {!group ? <Text>This group is deleted in the pending change.</Text> : (
              <>
                {group.externalId && <Text className={styles.quiet}>From the identity provider, as {group.externalId}. Change its members there: what is changed here, the provider may change back.</Text>}
                <ReturnedNotice all={returned} />
                <Subtitle2 as="h3">Has access to</Subtitle2>
                <span className={styles.chips}>{where.length === 0 ? <span className={styles.quiet}>Nowhere yet. Edit a workspace or folder to give it a role.</span> : where.map((one) => <span key={one.id}><Link href={href("workspaces", one.id)}>{one.name}</Link> <span className={styles.quiet}>{title(one.role)}</span></span>)}</span>
                <div className={styles.head}>
                  <Subtitle2 as="h3">{members.length.toLocaleString("en")} {members.length === 1 ? "member" : "members"}</Subtitle2>
                  <Export small name={`members of ${group.name}`} disabled={members.length === 0} rows={() => members.map((member) => ({ group: group.name, groupId: id, member: member.name, memberId: member.id, type: member.type, userName: directory.people.get(member.id)?.userName }))} />
                </div>
                <ul className={styles.members} tabIndex={0} aria-label="Members">
                  {members.slice(0, MOST).map((member) => (
                    <li key={member.id} className={styles.member}>
                      <Subject directory={directory} subject={member} />
                      <Button appearance="subtle" size="small" icon={<DismissRegular />} aria-label={`Remove ${member.name}`} onClick={() => add(removeMember(group, member, member.name))} />
                    </li>
                  ))}
                  {members.length > MOST && <li>and {(members.length - MOST).toLocaleString("en")} more</li>}
                </ul>
                <SubjectPicker directory={directory} label="Add a member" without={without} onPick={(subject) => add(addMembers(group, [subject], `Add ${directory.subjectName(subject)} to ${group.name}`))} />
              </>
            )}
          </DialogContent>
          <DialogActions>
            {group && <Button appearance="subtle" onClick={() => { add(deleteGroup(group)); onClose(); }}>Delete group</Button>}
            <DialogTrigger disableButtonEnhancement><Button appearance="primary">Close</Button></DialogTrigger>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
