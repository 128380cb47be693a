// What happens to one person's access on one object: colour, sign and words, never colour alone.
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { AddCircleRegular, ArrowCircleDownRegular, ArrowCircleUpRegular, ArrowSwapRegular, ClockRegular, SubtractCircleRegular } from "@fluentui/react-icons";
import type { AccessChangeKind } from "scim-policy";
import { ROLES, title } from "../model/roles";

export const KIND_ICONS: Record<AccessChangeKind, typeof AddCircleRegular> = {
  revoke: SubtractCircleRegular, downgrade: ArrowCircleDownRegular, grant: AddCircleRegular, upgrade: ArrowCircleUpRegular, latent: ClockRegular, masked: ArrowSwapRegular,
};

export const useKindStyles = makeStyles({
  revoke: { backgroundColor: tokens.colorPaletteRedBackground1, color: tokens.colorPaletteRedForeground1 },
  downgrade: { backgroundColor: tokens.colorStatusWarningBackground1, color: tokens.colorStatusWarningForeground3 },
  grant: { backgroundColor: tokens.colorPaletteGreenBackground1, color: tokens.colorPaletteGreenForeground1 },
  upgrade: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorBrandForeground2 },
  latent: { backgroundColor: tokens.colorNeutralBackground3, color: tokens.colorNeutralForeground2 },
  masked: { backgroundColor: tokens.colorNeutralBackground3, color: tokens.colorNeutralForeground2 },
});

export const roleAt = (rank: number) => (rank === 0 ? "none" : title(ROLES[rank - 1] ?? String(rank)));

const useStyles = makeStyles({
  change: { display: "inline-flex", alignItems: "center", gap: "4px", whiteSpace: "nowrap", fontSize: "12px", padding: "2px 8px", borderRadius: tokens.borderRadiusMedium },
  is: { fontWeight: 600 },
});

export function Change({ kind, before, after }: { kind: AccessChangeKind; before: number; after: number }) {
  const styles = useStyles();
  const kinds = useKindStyles();
  const Icon = KIND_ICONS[kind];
  return (
    <span className={mergeClasses(styles.change, kinds[kind])}>
      <Icon aria-hidden />
      {before === after ? <span className={styles.is}>{roleAt(before)}</span> : <><span>{roleAt(before)}</span><span aria-hidden>→</span><span className="visually-hidden">to</span><span className={styles.is}>{roleAt(after)}</span></>}
    </span>
  );
}
