// What the module answers to a plan: numbers and lines, as src/plan/answer.rs has them.
import { recordsIn } from "./records.js";

/** All headers that answers have, in the module's order. */
const HEADERS = ["content-type", "etag", "location", "allow"];

/** How many numbers come before those of the responses. */
const FIXED = 17;

/** The answer in `lines`, and in `numbers` from `start` on. */
export function readAnswer(lines, numbers, start) {
  let line = 2;
  let at = start + FIXED;
  const response = () => {
    const status = numbers[at];
    const hasBody = numbers[at + 1] === 1;
    const headers = {};
    const end = at + 3 + numbers[at + 2];
    for (at += 3; at < end; at += 1) headers[HEADERS[numbers[at]]] = lines[line++];
    return { status, headers, body: hasBody ? lines[line++] : null };
  };
  const kinds = { grant: numbers[start], revoke: numbers[start + 1], upgrade: numbers[start + 2], downgrade: numbers[start + 3], latent: numbers[start + 4], masked: numbers[start + 5] };
  const summary = { kinds, users: numbers[start + 6], objects: numbers[start + 7], lockedOut: numbers[start + 8] };
  const records = numbers[start + 14];
  const responses = [];
  for (let left = numbers[start + 16]; left > 0; left -= 1) responses.push(response());
  const refusal = numbers[start + 11] === 1 ? response() : null;
  const guards = numbers[start + 12] > 0 ? JSON.parse(lines[line++]) : [];
  const notes = numbers[start + 13] > 0 ? JSON.parse(lines[line++]) : [];
  return {
    token: lines[0],
    version: lines[1],
    responses,
    refusal,
    records: recordsIn(records, numbers[start + 15], lines, line),
    writes: records > 0,
    summary,
    truncated: numbers[start + 9] === 1,
    held: numbers[start + 10] === 1,
    guards,
    notes,
  };
}
