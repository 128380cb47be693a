// Keys, and what the words mean.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger, makeStyles, Subtitle2, tokens } from "@fluentui/react-components";

const useStyles = makeStyles({
  list: { display: "grid", gridTemplateColumns: "auto 1fr", gap: "8px 16px", margin: "8px 0 20px", alignItems: "baseline" },
  key: { fontFamily: tokens.fontFamilyMonospace, padding: "1px 7px", border: `1px solid ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusMedium, justifySelf: "start", backgroundColor: tokens.colorNeutralBackground2 },
  value: { margin: 0 },
});
const KEYS = [
  ["/", "Search people, groups, workspaces and folders"],
  ["?", "This help"],
  ["g then w", "Go to a page by its first letter: o, w, r, c, e, i, h or g"],
  ["Arrows", "Move in the tree and in the matrix; Home and End go to the edges"],
  ["Enter", "Open; on a cell of the matrix: why?"],
  ["F2, m, Delete", "On a folder of the tree: edit, move, delete"],
  ["Esc", "Close what is open"],
];
const WORDS = [
  ["Grant", "A role given to a group or person on one workspace or folder"],
  ["Access", "What follows from grants, memberships, folders and status"],
  ["Audience", "Who of the parent comes down into a folder"],
  ["Guard", "Looks at every change before it is applied, and may hold it"],
];

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  const list = (rows: string[][], keys: boolean) => (
    <dl className={styles.list}>
      {rows.flatMap(([name, means]) => [<dt key={name} className={keys ? styles.key : undefined}><b>{name}</b></dt>, <dd key={`${name}.`} className={styles.value}>{means}</dd>])}
    </dl>
  );
  return (
    <Dialog open={open} onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Keyboard and words</DialogTitle>
          <DialogContent>
            <Subtitle2 as="h3">Keys</Subtitle2>
            {list(KEYS, true)}
            <Subtitle2 as="h3">Words</Subtitle2>
            {list(WORDS, false)}
          </DialogContent>
          <DialogActions><DialogTrigger disableButtonEnhancement><Button appearance="primary">Close</Button></DialogTrigger></DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
