// A role on a place. How it got there shows in its form: a filled pill stands here, an outlined one with an arrow comes
// down, a cut one was lowered on the way, a dashed one gives nothing now.
import { makeStyles, mergeClasses, tokens, Tooltip } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowTrendingDownRegular, PeopleRegular, PersonProhibitedRegular, PersonRegular } from "@fluentui/react-icons";
import type { Directory } from "../model/directory";
import { title, type Chip } from "../model/roles";

const useStyles = makeStyles({
  chip: {
    display: "inline-flex", alignItems: "center", gap: "4px", height: "22px", padding: "0 8px", borderRadius: "11px", fontSize: "12px", lineHeight: 1, whiteSpace: "nowrap", boxSizing: "border-box",
    border: "1px solid transparent", maxWidth: "180px", minWidth: "86px", flexShrink: 1, overflow: "hidden", "& svg": { flexShrink: 0 },
  },
  direct: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2, fontWeight: 600 },
  inherited: { border: `1px solid ${tokens.colorNeutralStroke1}`, color: tokens.colorNeutralForeground2 },
  capped: { border: `1px solid ${tokens.colorPaletteDarkOrangeBorder2}`, borderRadius: "4px", color: tokens.colorNeutralForeground1 },
  inactive: { border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`, color: tokens.colorNeutralForeground3, fontStyle: "italic" },
  name: { overflow: "hidden", textOverflow: "ellipsis", minWidth: 0, lineHeight: 1.3 },
  small: { minWidth: 0 },
  was: { textDecorationLine: "line-through" },
});

export function howWords(directory: Directory, chip: Chip): string {
  const name = directory.subjectName(chip.grant.subject);
  const role = title(chip.role);
  if (chip.form === "direct") return `${name}: ${role}, granted here`;
  if (chip.form === "inherited") return `${name}: ${role}, comes down from ${chip.from.name}`;
  if (chip.form === "capped") return `${name}: ${title(chip.grant.role)} on ${chip.from.name}, lowered to ${role} on the way`;
  return `${name}: would be ${role}, gives nothing now (${chip.why})`;
}

export function RoleChip({ chip, directory }: { chip: Chip; directory: Directory }) {
  const styles = useStyles();
  const Icon = chip.form === "inactive" ? PersonProhibitedRegular : chip.form === "capped" ? ArrowTrendingDownRegular : chip.form === "inherited" ? ArrowDownRegular : chip.grant.subject.type === "Group" ? PeopleRegular : PersonRegular;
  const words = howWords(directory, chip);
  return (
    <Tooltip content={words} relationship="label">
      <span className={mergeClasses(styles.chip, styles[chip.form])} role="img" aria-label={words}>
        <Icon aria-hidden />
        <span className={styles.name}>{directory.subjectName(chip.grant.subject)}</span>
        <span aria-hidden>·</span>
        {chip.form === "capped" && <span className={styles.was}>{title(chip.grant.role)}</span>}
        <span>{title(chip.role)}</span>
      </span>
    </Tooltip>
  );
}

const useLegend = makeStyles({
  legend: { display: "flex", flexWrap: "wrap", gap: "6px 14px", fontSize: "12px", color: tokens.colorNeutralForeground2, alignItems: "center" },
  item: { display: "inline-flex", gap: "6px", alignItems: "center" },
});
const SAMPLES: [Chip["form"], string, string][] = [
  ["direct", "Editor", "granted here"],
  ["inherited", "Editor", "comes down"],
  ["capped", "Viewer", "lowered on the way"],
  ["inactive", "Editor", "gives nothing now"],
];
const SAMPLE_ICONS = { direct: PeopleRegular, inherited: ArrowDownRegular, capped: ArrowTrendingDownRegular, inactive: PersonProhibitedRegular };

export function Legend() {
  const styles = useStyles();
  const legend = useLegend();
  return (
    <div className={legend.legend} aria-label="How a role got here">
      {SAMPLES.map(([form, role, means]) => {
        const Icon = SAMPLE_ICONS[form];
        return <span key={form} className={legend.item}><span className={mergeClasses(styles.chip, styles[form], styles.small)} aria-hidden><Icon />{role}</span>{means}</span>;
      })}
    </div>
  );
}
