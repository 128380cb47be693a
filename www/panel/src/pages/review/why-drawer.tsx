// Why a cell is as it is: every path before the change, and after.
import { Button, DrawerBody, DrawerHeader, DrawerHeaderTitle, makeStyles, OverlayDrawer, Text, tokens } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useMemo } from "react";
import { leaf, pathName, type Row } from "../../model/diff";
import { KIND_WORDS, Why, type Pending } from "../../model/pending";
import { Change } from "../../parts/kind";
import { ExplanationView } from "../../parts/why";
import { usePanel } from "../../shell/panel";

const useStyles = makeStyles({
  body: { display: "flex", flexDirection: "column", gap: "14px", paddingBottom: "24px" },
  quiet: { color: tokens.colorNeutralForeground2 },
  head: { display: "flex", gap: "10px", alignItems: "center", flexWrap: "wrap" },
});

export function WhyDrawer({ row, pending, causes, onClose }: { row: Row | null; pending: Pending; causes: string[]; onClose: () => void }) {
  const styles = useStyles();
  const { replica, directory } = usePanel();
  const why = useMemo(() => new Why(replica, pending), [replica, pending]);
  const before = row ? why.before(row.user, row.object) : null;
  const after = row ? why.after(row.user, row.object) : null;
  const person = row ? pending.after.people.get(row.user)?.name ?? directory.personName(row.user) : "";
  const place = row ? pathName(pending.after.places.has(row.object.id) ? pending.after : directory, row.object) : "";
  const gone = row !== null && row.object.type !== "Organization" && !pending.after.places.has(row.object.id);
  return (
    <OverlayDrawer open={row !== null} position="end" size="medium" onOpenChange={(_, data) => !data.open && onClose()} aria-label="Why?">
      <DrawerHeader>
        <DrawerHeaderTitle action={<Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />}>{person} on {leaf(place)}</DrawerHeaderTitle>
      </DrawerHeader>
      {row && (
        <DrawerBody className={styles.body}>
          <Text className={styles.quiet}>{place}</Text>
          <span className={styles.head}><Change kind={row.kind} before={row.before} after={row.after} /><Text>{KIND_WORDS[row.kind].name}: {KIND_WORDS[row.kind].means}</Text></span>
          <ExplanationView heading="Before" explanation={before} directory={directory} absent="There was nothing here before." />
          <ExplanationView heading="After" explanation={after} directory={pending.after} absent={gone ? "It is deleted, and all access to it with it." : pending.after.people.has(row.user) ? "No path leads there." : "The person is deleted."} />
          {causes.length > 0 && <Text className={styles.quiet}>Brought about by: {causes.join("; ")}</Text>}
        </DrawerBody>
      )}
    </OverlayDrawer>
  );
}
