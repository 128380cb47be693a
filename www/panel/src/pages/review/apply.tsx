// Applying a change: at once when no guard minds, else after the number was typed.
import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, DialogTrigger, Field, Input, makeStyles, Spinner, Text } from "@fluentui/react-components";
import { useState } from "react";
import { ApiProblem } from "../../api/client";
import { sentence } from "../../model/diff";
import type { Pending } from "../../model/pending";
import { usePanel } from "../../shell/panel";
import { GuardBanners, numberToType } from "./guards";

const useStyles = makeStyles({
  bar: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
  reason: { flexGrow: 1, flexBasis: "220px", minWidth: 0 },
  stack: { display: "flex", flexDirection: "column", gap: "12px" },
});

export function Apply({ pending, onProblem }: { pending: Pending; onProblem: (detail: string | null) => void }) {
  const styles = useStyles();
  const { commit, clear, offline, computing } = usePanel();
  const [reason, setReason] = useState("");
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const forbidden = pending.guards.some((finding) => finding.outcome === "forbid");
  const holding = pending.guards.filter((finding) => finding.outcome === "hold").map((finding) => finding.guard);
  const number = numberToType(pending.guards, pending.tally.lose || pending.tally.people || pending.edits.length);

  const apply = async () => {
    setBusy(true);
    onProblem(null);
    const words = sentence(pending.tally);
    try {
      await commit(holding, reason.trim(), words);
    } catch (problem) {
      setAsking(false);
      setTyped("");
      if (problem instanceof ApiProblem && problem.status === 409) onProblem("The organization changed just before this was applied, so nothing was. It is worked out again below: look once more, then apply.");
      else onProblem(problem instanceof Error ? problem.message : String(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.bar}>
      <Input className={styles.reason} value={reason} onChange={(_, data) => setReason(data.value)} placeholder="Why? One line for the history" aria-label="Why, for the history" maxLength={300} />
      <Button onClick={clear} disabled={busy}>Discard all</Button>
      <Button appearance="primary" disabled={busy || forbidden || offline || computing || pending.problem !== null} icon={busy ? <Spinner size="tiny" /> : undefined} onClick={() => (holding.length > 0 ? setAsking(true) : void apply())}>
        {busy ? "Applying" : holding.length > 0 ? "Apply …" : "Apply"}
      </Button>
      <Dialog open={asking} onOpenChange={(_, data) => setAsking(data.open)}>
        <DialogSurface>
          <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() === String(number)) void apply(); }}>
            <DialogBody>
              <DialogTitle>A guard holds this change</DialogTitle>
              <DialogContent className={styles.stack}>
                <Text>{sentence(pending.tally)}</Text>
                <GuardBanners guards={pending.guards.filter((finding) => finding.outcome === "hold")} />
                <Field label={`Type ${number} to apply it anyway`} hint="You approve this guard for this change alone.">
                  <Input value={typed} onChange={(_, data) => setTyped(data.value)} inputMode="numeric" autoComplete="off" autoFocus />
                </Field>
              </DialogContent>
              <DialogActions>
                <DialogTrigger disableButtonEnhancement><Button>Not now</Button></DialogTrigger>
                <Button type="submit" appearance="primary" disabled={busy || typed.trim() !== String(number)}>Apply to {number}</Button>
              </DialogActions>
            </DialogBody>
          </form>
        </DialogSurface>
      </Dialog>
    </div>
  );
}
