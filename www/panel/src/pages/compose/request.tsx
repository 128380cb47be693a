// One pasted request: whether it is sound, what was bent for it, and a PATCH operation by operation.
import { Badge, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, Text, tokens } from "@fluentui/react-components";
import { applyPatch, ScimError, validate, type AttributeChange, type Dialect, type Issue, type Note, type ScimRequest } from "scim-policy";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Card } from "../../parts/page";
import { usePanel } from "../../shell/panel";

const useStyles = makeStyles({
  card: { display: "flex", flexDirection: "column", gap: "10px" },
  head: { display: "flex", gap: "8px", alignItems: "center", flexWrap: "wrap" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: "13px", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: "13px" },
  ops: { margin: 0, padding: 0, listStyle: "none", display: "flex", flexDirection: "column", gap: "8px" },
  op: { borderLeft: `3px solid ${tokens.colorBrandStroke1}`, padding: "4px 0 4px 12px", display: "flex", flexDirection: "column", gap: "4px" },
  bad: { borderLeft: `3px solid ${tokens.colorPaletteRedBorderActive}` },
  change: { display: "flex", gap: "6px", flexWrap: "wrap", fontSize: "13px", alignItems: "baseline" },
  was: { textDecorationLine: "line-through", color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
});

interface Step { op: string; path: string; changes: AttributeChange[]; changed: boolean; notes: Note[]; error: string | null }
interface Judged { issues: Issue[]; notes: Note[]; steps: Step[]; problem: string | null }

const bodyText = (request: ScimRequest) => (request.body === undefined || request.body === null ? null : typeof request.body === "string" ? request.body : JSON.stringify(request.body));

/** The resource that a PATCH is for, as it is now; null when there is none, undefined while it is not known. */
function usePresent(request: ScimRequest): string | null | undefined {
  const { replica, client } = usePanel();
  const path = request.path.split("?")[0]!;
  const { organization } = replica;
  const there = useQuery({ queryKey: ["resource", path, replica.version], enabled: request.method === "PATCH" && !organization, queryFn: () => client.resource(path), retry: false });
  return useMemo(() => {
    if (!organization) return there.data;
    if (request.method !== "PATCH") return undefined;
    try {
      const { status, body } = organization.plan([{ method: "GET", path }], { actor: { kind: "system" } }).responses[0]!;
      return status === 200 ? body : null;
    } catch {
      return undefined;
    }
  }, [organization, replica.version, path, request.method, there.data]);
}

/** Whether one request is sound under a dialect; a PATCH is stepped through on what is `present`. */
export function judge(request: ScimRequest, dialect: Dialect, present: string | null | undefined): Judged {
  const judged: Judged = { issues: [], notes: [], steps: [], problem: null };
  const body = bodyText(request);
  if (body === null || request.method === "GET" || request.method === "DELETE") return judged;
  const type = /^\/(User|Group|Workspace|Folder)s\b/.exec(request.path)?.[1] ?? (request.path.startsWith("/Organization") ? "Organization" : undefined);
  const purpose = request.method === "PATCH" ? "patch" : request.method === "PUT" ? "replace" : request.path.startsWith("/Bulk") ? "bulk" : "create";
  try {
    const report = validate(body, { dialect, purpose, resourceType: type });
    judged.issues = report.issues;
    judged.notes = report.notes;
  } catch (error) {
    judged.problem = error instanceof Error ? error.message : String(error);
    return judged;
  }
  if (request.method !== "PATCH" || present === undefined) return judged;
  try {
    if (present === null) {
      judged.problem = `There is no ${request.path} to change.`;
      return judged;
    }
    let text = present;
    const { Operations, schemas } = JSON.parse(body) as { Operations: { op: string; path?: string }[]; schemas?: string[] };
    for (const operation of Operations) {
      const step: Step = { op: String(operation.op), path: operation.path ?? "the resource", changes: [], changed: false, notes: [], error: null };
      judged.steps.push(step);
      try {
        const result = applyPatch(text, { ...(schemas ? { schemas } : {}), Operations: [operation] }, { dialect, resourceType: type });
        Object.assign(step, { changes: result.changes, changed: result.changed, notes: result.notes });
        text = result.text;
      } catch (error) {
        step.error = error instanceof ScimError ? error.message : String(error);
        break;
      }
    }
  } catch {
    // What cannot be stepped through is still reviewed as a whole.
  }
  return judged;
}

const short = (value: unknown): string => {
  const text = value === undefined || value === null ? "nothing" : typeof value === "string" ? `“${value}”` : JSON.stringify(value);
  return text.length > 90 ? `${text.slice(0, 87)}…` : text;
};
const quoted = (text: string) => text.replace(/`([^`]*)`/g, "“$1”");

export function RequestCard({ request, dialect, number }: { request: ScimRequest; dialect: Dialect; number: number }) {
  const styles = useStyles();
  const present = usePresent(request);
  const judged = useMemo(() => judge(request, dialect, present), [request, dialect, present]);
  const errors = judged.issues.filter((issue) => issue.severity === "error").length;
  const notes = judged.steps.length > 0 ? judged.notes.filter((note) => !judged.steps.some((step) => step.notes.some((own) => own.rule === note.rule))) : judged.notes;
  return (
    <Card className={styles.card} label={`Request ${number}`}>
      <div className={styles.head}>
        <Badge appearance="filled" color={request.method === "DELETE" ? "danger" : request.method === "GET" ? "informative" : "brand"}>{request.method}</Badge>
        <span className={styles.code}>{decode(request.path)}</span>
        {judged.problem || errors > 0 ? <Badge appearance="tint" color="danger">{errors || 1} {errors > 1 ? "errors" : "error"}</Badge> : <Badge appearance="tint" color="success">sound</Badge>}
      </div>
      {judged.problem && <MessageBar intent="error" layout="multiline"><MessageBarBody>{quoted(judged.problem)}</MessageBarBody></MessageBar>}
      {judged.issues.map((issue, index) => (
        <MessageBar key={index} intent={issue.severity === "error" ? "error" : "warning"} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{issue.path || "The payload"}</MessageBarTitle>{quoted(issue.detail)} <span className={styles.code}>{issue.pointer}</span> <span className={styles.quiet}>{issue.clause}</span>
          </MessageBarBody>
        </MessageBar>
      ))}
      {judged.steps.length > 0 && (
        <ol className={styles.ops} aria-label="Operations">
          {judged.steps.map((step, index) => (
            <li key={index} className={`${styles.op} ${step.error ? styles.bad : ""}`}>
              <span><b>{index + 1}. {step.op}</b> <span className={styles.code}>{step.path}</span></span>
              {step.error && <Text className={styles.quiet}>Refused: {quoted(step.error)}. Nothing of this PATCH is applied.</Text>}
              {!step.error && !step.changed && <Text className={styles.quiet}>Changes nothing: it is so already.</Text>}
              {step.changes.slice(0, 6).map((change, at) => <span key={at} className={styles.change}><span className={styles.code}>{change.path}</span><span className={styles.was}>{short(change.before)}</span>→<span>{short(change.after)}</span></span>)}
              {step.notes.map((note, at) => <Text key={at} className={styles.quiet}><Badge size="small" appearance="outline" color="informative">{note.rule}</Badge> {quoted(note.detail)}</Text>)}
            </li>
          ))}
        </ol>
      )}
      {notes.map((note, index) => <Text key={index} className={styles.quiet}><Badge size="small" appearance="outline" color="informative">{note.rule}</Badge> {quoted(note.detail)}</Text>)}
    </Card>
  );
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
