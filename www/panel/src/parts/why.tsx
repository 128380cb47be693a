// An explanation: what decides, and every other path with what became of it.
import { Badge, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { ArrowRightRegular, CheckmarkCircleFilled, DismissCircleRegular } from "@fluentui/react-icons";
import type { AccessPath, Explanation } from "scim-policy";
import type { Directory } from "../model/directory";
import { roleName, title } from "../model/roles";

const useStyles = makeStyles({
  box: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, padding: "14px 16px", display: "flex", flexDirection: "column", gap: "10px" },
  head: { display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
  yes: { color: tokens.colorPaletteGreenForeground1, fontSize: "20px", flexShrink: 0 },
  no: { color: tokens.colorNeutralForeground3, fontSize: "20px", flexShrink: 0 },
  reason: { color: tokens.colorNeutralForeground2 },
  paths: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", gap: "8px" },
  path: { display: "flex", flexWrap: "wrap", gap: "4px 6px", alignItems: "center", padding: "8px 10px", borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground2, fontSize: "13px" },
  deciding: { boxShadow: `inset 3px 0 0 ${tokens.colorPaletteGreenBorderActive}` },
  lost: { color: tokens.colorNeutralForeground3 },
  push: { marginLeft: "auto" },
});

const STANDING: Record<AccessPath["standing"], { says: string; color: "success" | "informative" | "severe" | "danger" }> = {
  deciding: { says: "decides", color: "success" },
  dominated: { says: "a stronger one decides", color: "informative" },
  capped: { says: "lowered by a folder", color: "severe" },
  blocked: { says: "stopped at a private folder", color: "danger" },
  inactive: { says: "inactive", color: "danger" },
};

export function ExplanationView({ heading, explanation, directory, absent, said }: {
  heading: string; explanation: Explanation | null; directory: Directory; absent?: string;
  /** The reason stands above already. */
  said?: boolean;
}) {
  const styles = useStyles();
  if (!explanation) return <section className={styles.box} aria-label={heading}><Text weight="semibold">{heading}</Text><Text className={styles.reason}>{absent ?? "No path leads there."}</Text></section>;
  const { role, reason, paths, user } = explanation;
  return (
    <section className={styles.box} aria-label={heading}>
      <div className={styles.head}>
        {role === null ? <DismissCircleRegular className={styles.no} aria-hidden /> : <CheckmarkCircleFilled className={styles.yes} aria-hidden />}
        <Text weight="semibold">{heading}: {roleName(role)}</Text>
      </div>
      {!said && <Text className={styles.reason}>{reason}</Text>}
      {paths.length > 0 && (
        <ul className={styles.paths}>
          {paths.map((path) => {
            const chain = [...path.via];
            const standing = STANDING[path.standing];
            const names = path.subject.type === "Group" ? (chain.length > 0 ? chain : [path.subject.id]).map((id) => directory.subjectName({ type: "Group", id })) : [];
            if (path.subject.type === "Group" && chain.length > 0 && chain.at(-1) !== path.subject.id) names.push(directory.subjectName(path.subject));
            return (
              <li key={`${path.subject.id} ${path.object.id}`} className={mergeClasses(styles.path, path.standing === "deciding" ? styles.deciding : styles.lost)}>
                <span>{directory.personName(user)}</span>
                {names.map((name, index) => <span key={index} className={styles.head}><ArrowRightRegular aria-label="member of" /><b>{name}</b></span>)}
                <ArrowRightRegular aria-label="granted" />
                <span>{title(path.role)} on <b>{directory.objectName(path.object)}</b></span>
                {path.effective !== null && path.effective !== path.role && <span>→ {title(path.effective)} here</span>}
                <Badge appearance="tint" color={standing.color} className={styles.push}>{standing.says}</Badge>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
