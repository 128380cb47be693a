// Bodies: read within a limit, and without passwords where they are kept.
import { refuse } from "./answers.js";

/** How much of a body that is too long is still read, so that its sender comes to see the answer. */
const DRAINED = 64 << 20;

/** The body's bytes, or null when there is none; 413 when it is longer than `most`, which are the most that is kept. */
export async function readBody(request: Request, most: number): Promise<Uint8Array | null> {
  if (request.body === null) return null;
  let chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    length += chunk.length;
    if (length <= most) chunks.push(chunk);
    else chunks = [];
    if (length > most + DRAINED) break;
  }
  if (length > most) throw refuse(413, `the body is larger than ${most} bytes, the limit here`);
  if (length === 0) return null;
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

/**
 * The same JSON text without any password: members of that name (or a path, a URN that ends in it) at any depth, and PATCH
 * operations upon it. A text that holds none is given back as it is, so that numbers keep their digits.
 */
export function withoutPasswords(text: string): string {
  let found = false;
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((item) => !(isOperation(item) && (found = true))).map(clean);
    if (typeof value !== "object" || value === null) return value;
    const kept: [string, unknown][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (isPassword(name)) found = true;
      else kept.push([name, clean(member)]);
    }
    return Object.fromEntries(kept);
  };
  let value: unknown;
  try {
    value = clean(JSON.parse(text));
  } catch {
    return "null"; // what cannot be read is kept nowhere
  }
  return found ? JSON.stringify(value) : text;
}

const isPassword = (path: string) => /(^|[:.])\s*password\s*$/i.test(path);
const isOperation = (item: unknown) =>
  typeof item === "object" && item !== null && Object.entries(item).some(([name, value]) => name.toLowerCase() === "path" && typeof value === "string" && isPassword(value));
