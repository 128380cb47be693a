// What every page stands on: the organization as it is, the edits gathered so far, and what they would do.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ScimRequest } from "scim-policy";
import { ApiProblem, type Client, type CommitBody, type Committed, type Status, type UndoBody } from "../api/client";
import type { Directory } from "../model/directory";
import { dialectOf, type Edit } from "../model/edits";
import { differs, previewHere, previewThere, type Difference, type Pending } from "../model/pending";
import { load, type Replica } from "../model/replica";

export interface Panel {
  client: Client;
  replica: Replica;
  directory: Directory;
  status: Status | undefined;
  /** The worker cannot be reached; what is shown is as of the last answer. */
  offline: boolean;
  edits: Edit[];
  add(...edits: (Edit | null)[]): void;
  remove(id: string): void;
  clear(): void;
  pending: Pending | null;
  computing: boolean;
  /** Set when the organization changed under a change that was looked at already. */
  stale: Difference | null;
  seen(): void;
  /** `says` is what it did, for `applied`. */
  commit(approve: string[], reason: string, says: string): Promise<void>;
  /** What was applied last, until another edit is begun. */
  applied: { says: string; history: number | null } | null;
  /** Reads what is new. */
  follow(): Promise<void>;
}

/** A trap in the module takes its organization along; the records bring it back. */
function isLost({ organization }: Replica): boolean {
  try {
    return organization !== null && organization.version === "";
  } catch {
    return true;
  }
}

const Context = createContext<Panel | null>(null);
export function usePanel(): Panel {
  const panel = useContext(Context);
  if (!panel) throw new Error("usePanel outside of a panel");
  return panel;
}

const KEY = "scim-policy.edits";
const kept = (organization: string): Edit[] => {
  try {
    return JSON.parse(sessionStorage.getItem(`${KEY}.${organization}`) ?? "[]") as Edit[];
  } catch {
    return [];
  }
};

export function PanelProvider({ client, loaded, children }: { client: Client; loaded: Replica; children: ReactNode }) {
  const [replica, setReplica] = useState(loaded);
  const organization = client.access.organization;
  const [edits, setEdits] = useState<Edit[]>(() => kept(organization));
  const [there, setThere] = useState<Pending | null>(null);
  const [computing, setComputing] = useState(false);
  const [applied, setApplied] = useState<Panel["applied"]>(null);
  const [stale, setStale] = useState<Difference | null>(null);
  const queries = useQueryClient();
  const last = useRef<Pending | null>(null);
  const held = useRef(replica);
  held.current = replica;

  const status = useQuery({ queryKey: ["status"], queryFn: () => client.get<Status>("status"), refetchInterval: 8_000 });

  const following = useRef<Promise<void> | null>(null);
  const follow = useCallback(() => {
    following.current ??= load(client, isLost(held.current) ? null : held.current, () => {})
      .then((next) => {
        held.current = next;
        setReplica(next);
      })
      .finally(() => (following.current = null));
    return following.current;
  }, [client]);

  const version = status.data?.version;
  useEffect(() => {
    if (version && version !== held.current.version) void follow().catch(() => {});
  }, [version, follow]);

  useEffect(() => sessionStorage.setItem(`${KEY}.${organization}`, JSON.stringify(edits)), [edits, organization]);

  // In the page it is there with the very drawing that shows the edit.
  const here = useMemo(() => (edits.length === 0 ? null : previewHere(replica, edits)), [replica, edits]);
  useEffect(() => {
    if (edits.length === 0 || replica.organization) return setThere(null);
    let dropped = false;
    setComputing(true);
    void previewThere(client, replica, edits).then((next) => {
      if (dropped) return;
      setThere(next);
      setComputing(false);
    });
    return () => void (dropped = true);
  }, [client, replica, edits]);
  const pending = edits.length === 0 ? null : here ?? there;
  useEffect(() => {
    const before = last.current;
    last.current = pending;
    if (!pending || !before || before.edits !== pending.edits) setStale(null);
    else if (before.base !== pending.base) setStale(differs(before, pending));
  }, [pending]);

  const commit = useCallback(
    async (approve: string[], reason: string, says: string) => {
      const requests: ScimRequest[] = edits.flatMap((edit) => edit.requests);
      try {
        const undoes = edits.length === 1 ? edits[0]!.undoes : undefined;
        const { dialect } = dialectOf(edits);
        const why = reason || edits.map((edit) => edit.says).join("; ").slice(0, 400);
        const done = undoes !== undefined
          ? await client.post<Committed>(`history/${undoes}/undo`, { commit: true, expect: replica.version, approve, reason: why } satisfies UndoBody)
          : await client.post<Committed>("commit", { requests, expect: replica.version, approve, reason: why, atomic: true, accessLimit: 0, ...(dialect ? { dialect } : {}) } satisfies CommitBody);
        setApplied({ says, history: done.history });
        setEdits([]);
        await follow();
        void queries.invalidateQueries();
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.status === 409) await follow();
        throw problem;
      }
    },
    [client, edits, replica.version, follow, queries],
  );

  const panel = useMemo<Panel>(
    () => ({
      client, replica, directory: replica.directory, status: status.data, offline: status.isError, edits, pending, computing, stale, commit, follow, applied,
      add: (...more) => { setApplied(null); setEdits((held) => [...held, ...more.filter((edit) => edit !== null)]); },
      remove: (id) => setEdits((held) => held.filter((edit) => edit.id !== id)),
      clear: () => setEdits([]),
      seen: () => setStale(null),
    }),
    [client, replica, status.data, status.isError, edits, pending, computing, stale, commit, follow, applied],
  );
  return <Context.Provider value={panel}>{children}</Context.Provider>;
}
