// One field that finds people, groups, workspaces and folders by name.
import { Combobox, makeStyles, Option, OptionGroup, tokens } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useDeferredValue, useMemo, useState, type RefObject } from "react";
import { usePanel } from "./panel";
import { go } from "./router";

const MOST = 6;
const useStyles = makeStyles({
  field: { width: "100%", minWidth: "0 !important", backgroundColor: tokens.colorNeutralBackground1 },
  input: { minWidth: 0, textOverflow: "ellipsis" },
  second: { color: tokens.colorNeutralForeground3, marginLeft: "8px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  option: { display: "flex", alignItems: "baseline", minWidth: 0 },
});

function found<T extends { id: string; name: string }>(items: Iterable<T>, words: string, also: (item: T) => string): T[] {
  const starts: T[] = [];
  const holds: T[] = [];
  for (const item of items) {
    const name = item.name.toLowerCase();
    if (name.startsWith(words)) starts.push(item);
    else if (holds.length < MOST && (name.includes(words) || also(item).toLowerCase().includes(words))) holds.push(item);
    if (starts.length >= MOST) break;
  }
  return [...starts, ...holds].slice(0, MOST);
}

export function Search({ field }: { field: RefObject<HTMLInputElement> }) {
  const styles = useStyles();
  const { directory } = usePanel();
  const [text, setText] = useState("");
  const words = useDeferredValue(text.trim().toLowerCase());
  const { people, groups, places } = useMemo(() => {
    if (words === "") return { people: [], groups: [], places: [] };
    return {
      people: found(directory.people.values(), words, (person) => person.userName),
      groups: found(directory.groups.values(), words, () => ""),
      places: found(directory.places.values(), words, () => ""),
    };
  }, [directory, words]);
  const none = people.length + groups.length + places.length === 0;
  return (
    <Combobox
      ref={field} className={styles.field} input={{ className: styles.input }} freeform value={text} selectedOptions={[]} placeholder="Search people, groups, folders ( / )" aria-label="Search people, groups, workspaces and folders"
      expandIcon={<SearchRegular />} onChange={(event) => setText(event.target.value)}
      onOptionSelect={(_, { optionValue }) => {
        const [kind, id] = (optionValue ?? "").split(" ");
        setText("");
        if (kind === "person") go("explorer", null, { person: id! });
        else if (kind === "group") go("organization", id, { tab: "groups" });
        else if (kind === "place") go("workspaces", id);
      }}
    >
      {words !== "" && none && <Option disabled text="">Nothing is called that</Option>}
      {words === "" && <Option disabled text="">Type a name</Option>}
      {people.length > 0 && <OptionGroup label="People">{people.map((each) => <Option key={each.id} value={`person ${each.id}`} text={each.name}><span className={styles.option}>{each.name}<span className={styles.second}>{each.userName}</span></span></Option>)}</OptionGroup>}
      {groups.length > 0 && <OptionGroup label="Groups">{groups.map((each) => <Option key={each.id} value={`group ${each.id}`} text={each.name}><span className={styles.option}>{each.name}<span className={styles.second}>{each.members.size} members</span></span></Option>)}</OptionGroup>}
      {places.length > 0 && <OptionGroup label="Workspaces and folders">{places.map((each) => <Option key={each.id} value={`place ${each.id}`} text={each.name}><span className={styles.option}>{each.name}<span className={styles.second}>{directory.trail(each.id).slice(0, -1).map((at) => at.name).join(" / ")}</span></span></Option>)}</OptionGroup>}
    </Combobox>
  );
}
