// Choosing groups and people, and a role for them.
import { Avatar, Combobox, Dropdown, makeStyles, Option, OptionGroup, tokens } from "@fluentui/react-components";
import { PeopleRegular } from "@fluentui/react-icons";
import type { Role, SubjectRef } from "scim-policy";
import { useDeferredValue, useMemo, useState } from "react";
import { byName, type Directory } from "../model/directory";
import { GROUP_ROLES, ROLE_MEANS, ROLES, title } from "../model/roles";

const MOST = 30;
const useStyles = makeStyles({
  row: { display: "flex", alignItems: "center", gap: "8px", minWidth: 0 },
  words: { display: "flex", flexDirection: "column", minWidth: 0, lineHeight: 1.25 },
  clip: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  second: { color: tokens.colorNeutralForeground3, fontSize: "12px" },
  picker: { minWidth: "0 !important", width: "100%" },
  role: { minWidth: "116px !important" },
});

export function Subject({ directory, subject, second }: { directory: Directory; subject: SubjectRef; second?: string }) {
  const styles = useStyles();
  const name = directory.subjectName(subject);
  const person = subject.type === "User" ? directory.people.get(subject.id) : undefined;
  const group = subject.type === "Group" ? directory.groups.get(subject.id) : undefined;
  const under = second ?? (person ? `${person.userName}${person.active ? "" : " · inactive"}` : group ? `${group.members.size} ${group.members.size === 1 ? "member" : "members"}` : "");
  return (
    <span className={styles.row}>
      <Avatar size={28} color={person ? "colorful" : "brand"} name={person ? name : undefined} icon={person ? undefined : <PeopleRegular />} shape={person ? "circular" : "square"} aria-hidden />
      <span className={styles.words}>
        <span className={styles.clip} title={name}>{name}</span>
        {under && <span className={`${styles.second} ${styles.clip}`}>{under}</span>}
      </span>
    </span>
  );
}

export function SubjectPicker({ directory, label, only, without, onPick, placeholder, chosen = "" }: {
  directory: Directory; label: string; only?: SubjectRef["type"]; without?: (id: string) => boolean; onPick: (subject: SubjectRef) => void; placeholder?: string;
  /** The name of who is chosen already. */
  chosen?: string;
}) {
  const styles = useStyles();
  const [typed, setText] = useState<string | null>(null);
  const text = typed ?? "";
  const words = useDeferredValue(text.trim().toLowerCase());
  const { groups, people } = useMemo(() => {
    const pick = <T extends { id: string; name: string; userName?: string }>(items: Iterable<T>) => {
      const kept: T[] = [];
      for (const item of items) {
        if (without?.(item.id)) continue;
        if (item.name.toLowerCase().includes(words) || item.userName?.toLowerCase().includes(words)) kept.push(item);
        if (words === "" && kept.length >= 400) break;
      }
      return kept.sort(byName).slice(0, MOST);
    };
    return { groups: only === "User" ? [] : pick(directory.groups.values()), people: only === "Group" ? [] : pick(directory.people.values()) };
  }, [directory, words, only, without]);
  return (
    <Combobox
      className={styles.picker} freeform value={typed ?? chosen} selectedOptions={[]} aria-label={label} onBlur={() => setText(null)} placeholder={placeholder ?? label} onChange={(event) => setText(event.target.value)}
      onOptionSelect={(_, { optionValue }) => {
        setText(null);
        const at = optionValue?.indexOf(" ") ?? -1;
        if (optionValue && at > 0) onPick({ type: optionValue.slice(0, at) as SubjectRef["type"], id: optionValue.slice(at + 1) });
      }}
    >
      {groups.length + people.length === 0 && <Option disabled text="">Nobody is called that</Option>}
      {groups.length > 0 && <OptionGroup label="Groups">{groups.map((each) => <Option key={each.id} value={`Group ${each.id}`} text={each.name}><Subject directory={directory} subject={{ type: "Group", id: each.id }} /></Option>)}</OptionGroup>}
      {people.length > 0 && <OptionGroup label="People">{people.map((each) => <Option key={each.id} value={`User ${each.id}`} text={each.name}><Subject directory={directory} subject={{ type: "User", id: each.id }} /></Option>)}</OptionGroup>}
    </Combobox>
  );
}

export function RolePicker({ subject, role, onRole, label }: { subject: SubjectRef; role: Role; onRole: (role: Role) => void; label: string }) {
  const styles = useStyles();
  const roles = subject.type === "Group" ? GROUP_ROLES : [...ROLES].reverse();
  return (
    <Dropdown className={styles.role} aria-label={label} value={title(role)} selectedOptions={[role]} onOptionSelect={(_, { optionValue }) => optionValue && onRole(optionValue)}>
      {roles.map((each) => <Option key={each} value={each} text={title(each)}><span className={styles.words}><span>{title(each)}</span><span className={styles.second}>{ROLE_MEANS[each]}</span></span></Option>)}
    </Dropdown>
  );
}
