// The organization in the page: the records the worker keeps, in the same wasm the worker commits with.
import init, { Organization, type Dialect, type Plan, type RecordChange, type ScimRequest } from "scim-policy";
import { type Client, type OrganizationSettings, type Session } from "../api/client";
import { Directory } from "./directory";

/** Above this the page does not hold the organization; the worker's plans serve the same screens. `?replica=off` has it so from the start. */
export const MOST_BYTES = new URLSearchParams(location.search).get("replica") === "off" ? 0 : 20 << 20;
const SLICE = 4_000;

export interface Replica {
  session: Session;
  /** null where the organization is too large for the page: then the worker plans. */
  organization: Organization | null;
  directory: Directory;
  version: string;
  /** How much was read. */
  bytes: number;
}

export type Progress = (bytes: number) => void;

/** Reads all records, or only those since the replica's version; gives a replica whose directory is a new object when it changed. */
export async function load(client: Client, held: Replica | null, progress: Progress): Promise<Replica> {
  await init();
  const session = held?.session ?? (await client.get<Session>("session"));
  const response = await client.stream(held ? `feed?since=${encodeURIComponent(held.version)}` : "feed");
  if (response.status === 204 && held) return held;
  if (held && response.headers.get("scim-policy-feed") === "changes") {
    const records: RecordChange[] = [];
    const bytes = await lines(response, (some) => void records.push(...some), () => {});
    held.organization?.restore(records);
    const version = held.organization?.version ?? readAt(response);
    return { ...held, directory: held.directory.with(records), version, bytes: held.bytes + bytes };
  }
  let organization: Organization | null = new Organization(configOf(session.config));
  const directory = new Directory();
  let read = 0;
  const bytes = response.status === 204 ? 0 : await lines(response, (some) => {
    organization?.restore(some);
    directory.apply(some);
  }, (sum) => {
    read = sum;
    progress(sum);
    if (read <= MOST_BYTES) return;
    organization?.free();
    organization = null;
  });
  held?.organization?.free();
  const version = organization?.version ?? readAt(response);
  return { session, organization, directory, version, bytes };
}

/** The version a feed was read at; what came later is in it or will be read again. */
const readAt = (response: Response) => response.headers.get("scim-policy-version") ?? "";

/** What the module takes of the worker's settings. */
export const configOf = (config: OrganizationSettings & { baseUrl: string }) => ({ ...config });

/** Hands out records some at a time, and lets the page answer in between. */
async function lines(response: Response, take: (some: RecordChange[]) => void, progress: Progress): Promise<number> {
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  let bytes = 0;
  let rest = "";
  let some: RecordChange[] = [];
  const flush = async () => {
    take(some);
    some = [];
    await new Promise((next) => setTimeout(next));
  };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    progress(bytes);
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      if (part !== "") some.push(JSON.parse(part) as RecordChange);
      if (some.length >= SLICE) await flush();
    }
  }
  if (rest.trim() !== "") some.push(JSON.parse(rest) as RecordChange);
  take(some);
  return bytes;
}

/** Plans as the worker will: the same actor, the same all-or-nothing. */
export function plan(replica: Replica, requests: ScimRequest[], dialect?: Dialect): Plan {
  const { user } = replica.session.token;
  return replica.organization!.plan(requests, {
    actor: user ? { kind: "system", onBehalfOf: user } : { kind: "system" },
    atomic: true,
    accessLimit: 0,
    ...(dialect === undefined ? {} : { dialect }),
  });
}
