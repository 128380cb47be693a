// One workspace or folder: who is granted what, what comes down, and what can be done with it.
import { Badge, Breadcrumb, BreadcrumbButton, BreadcrumbDivider, BreadcrumbItem, Button, Divider, Link, makeStyles, MessageBar, MessageBarBody, Subtitle1, Subtitle2, Text, tokens, Tooltip } from "@fluentui/react-components";
import { ArrowMoveRegular, DeleteRegular, EditRegular, EyeRegular, FolderAddRegular } from "@fluentui/react-icons";
import { Fragment, useMemo } from "react";
import type { Directory, Place } from "../../model/directory";
import { audienceSentence, chips, title, type Chip } from "../../model/roles";
import { Card } from "../../parts/page";
import { Subject } from "../../parts/subject";
import { usePanel } from "../../shell/panel";
import { href } from "../../shell/router";

const useStyles = makeStyles({
  card: { display: "flex", flexDirection: "column", gap: "14px", position: "sticky", top: "0" },
  head: { display: "flex", alignItems: "center", gap: "8px", flexWrap: "wrap" },
  crumbs: { marginLeft: "-8px" },
  actions: { display: "flex", gap: "8px", flexWrap: "wrap" },
  audience: { display: "flex", gap: "8px", alignItems: "center", color: tokens.colorNeutralForeground2 },
  list: { listStyle: "none", margin: 0, padding: 0, display: "flex", flexDirection: "column", maxHeight: "44vh", overflow: "auto" },
  row: { display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto", gap: "8px", alignItems: "center", padding: "8px 0", borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  how: { textAlign: "right" },
  small: { fontSize: "12px", color: tokens.colorNeutralForeground3, display: "block" },
  quiet: { color: tokens.colorNeutralForeground2 },
});

const HOW: Record<Chip["form"], (chip: Chip) => string> = {
  direct: () => "granted here",
  inherited: (chip) => `from ${chip.from.name}`,
  capped: (chip) => `${title(chip.grant.role)} on ${chip.from.name}, lowered`,
  inactive: (chip) => `gives nothing: ${chip.why}`,
};
const MOST = 200;

export function PlaceDetail({ directory, place, edited, onAct }: { directory: Directory; place: Place; edited: boolean; onAct: (what: "edit" | "move" | "delete" | "folder", place: Place) => void }) {
  const styles = useStyles();
  const { replica } = usePanel();
  const held = useMemo(() => chips(directory, place.id), [directory, place]);
  const trail = directory.trail(place.id);
  const inside = [...directory.subtree(place.id)].length - 1;
  const people = useMemo(() => {
    try {
      return replica.organization?.whoHas({ type: place.type, id: place.id }, { limit: 100_000 }).length ?? null;
    } catch {
      return null;
    }
  }, [replica, place.id]);
  return (
    <Card className={styles.card} label={place.name}>
      {trail.length > 1 && (
        <Breadcrumb size="small" aria-label="Where it is" className={styles.crumbs}>
          {trail.slice(0, -1).map((at, index) => (
            <Fragment key={at.id}>
              {index > 0 && <BreadcrumbDivider />}
              <BreadcrumbItem><BreadcrumbButton href={href("workspaces", at.id)}>{at.name}</BreadcrumbButton></BreadcrumbItem>
            </Fragment>
          ))}
        </Breadcrumb>
      )}
      <div className={styles.head}>
        <Subtitle1 as="h2">{place.name}</Subtitle1>
        <Badge appearance="tint" color="informative">{place.type}</Badge>
        {edited && <Badge appearance="outline" color="brand">edited, not applied</Badge>}
      </div>
      <span className={styles.audience}><EyeRegular aria-hidden />{audienceSentence(place, trail.at(-2))}</span>
      <div className={styles.actions}>
        <Button appearance="primary" icon={<EditRegular />} onClick={() => onAct("edit", place)}>Edit</Button>
        {place.type === "Folder" && <Button icon={<ArrowMoveRegular />} onClick={() => onAct("move", place)}>Move</Button>}
        <Button icon={<FolderAddRegular />} onClick={() => onAct("folder", place)}>New folder</Button>
        <Tooltip content={`Delete ${place.name}`} relationship="label"><Button icon={<DeleteRegular />} onClick={() => onAct("delete", place)} /></Tooltip>
      </div>
      <Divider />
      <div className={styles.head}>
        <Subtitle2 as="h3">Groups and people</Subtitle2>
        <Text className={styles.quiet}>{held.length}</Text>
      </div>
      {held.length === 0 ? (
        <MessageBar intent="info"><MessageBarBody>Nobody has a role here yet. Edit it to add a group or a person.</MessageBarBody></MessageBar>
      ) : (
        <ul className={styles.list} tabIndex={0} aria-label="Groups and people with a role">
          {held.slice(0, MOST).map((chip) => (
            <li key={chip.grant.subject.id} className={styles.row}>
              <Subject directory={directory} subject={chip.grant.subject} />
              <span className={styles.how}>
                <Text weight={chip.form === "direct" ? "semibold" : "regular"}>{title(chip.role)}</Text>
                <span className={styles.small}>{HOW[chip.form](chip)}</span>
              </span>
            </li>
          ))}
          {held.length > MOST && <li className={styles.row}>and {held.length - MOST} more</li>}
        </ul>
      )}
      <Text className={styles.quiet}>
        {people !== null && <><Link href={href("explorer", null, { object: place.id })}>{people === 1 ? "1 person has access now" : `${people.toLocaleString("en")} people have access now`}</Link> · </>}
        {inside === 0 ? "nothing inside" : `${inside} ${inside === 1 ? "folder" : "folders"} inside`}
      </Text>
    </Card>
  );
}
