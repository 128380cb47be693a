// A module that stands in for the wasm file: memory, buffers and answers as the boundary has them, scripted by a test. So
// the package's own files are tested where the real module gives no cause: traps, plans to be made again, growing memory.
import { provide } from "../../pkg/lib/engine.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const OUTPUT = 0;
/** Where a plan's numbers are, at the end of the output's room. */
const NUMBERS = (1 << 16) - 1024;
const OUTPUT_ROOM = 1 << 16;

/**
 * `answers` names functions: (call) => code, or a text, or a plan's `{ numbers, lines }`, which are code 0. `call` has the numbers as passed, `texts(...lengths)`
 * to read that many arguments, and `say(text)` to answer. Gives what was made and called.
 */
export function pretend(answers) {
  const seen = { instances: [], calls: [] };
  provide(() => {
    const memory = new WebAssembly.Memory({ initial: 3, maximum: 4096 });
    const number = seen.instances.length;
    let length = 0;
    let capacity = 0;
    const say = (value) => {
      if (value.numbers && value.lines) {
        new Float64Array(memory.buffer).set(value.numbers, NUMBERS / 8);
        value = value.lines.join("\n");
      }
      const text = typeof value === "string" ? value : JSON.stringify(value);
      length = encoder.encodeInto(text, new Uint8Array(memory.buffer, OUTPUT, NUMBERS)).written;
      return 0;
    };
    const bytes = (offset, size) => new Uint8Array(memory.buffer, OUTPUT_ROOM + offset, size);
    const texts = (...lengths) => {
      let offset = 0;
      return lengths.map((size) => decoder.decode(bytes((offset += size) - size, size)));
    };
    const fields = (size) => {
      const found = [];
      for (let offset = 0; offset < size;) {
        const view = new DataView(memory.buffer, OUTPUT_ROOM + offset, 4);
        const length = view.getUint32(0, true);
        found.push(decoder.decode(bytes(offset + 4, length)));
        offset += 4 + length;
      }
      return found;
    };
    const after = (offset, size) => decoder.decode(bytes(offset, size));
    const exports = {
      memory,
      input(wanted) {
        const missing = OUTPUT_ROOM + wanted - memory.buffer.byteLength;
        if (missing > 0) memory.grow(Math.ceil(missing / 65536));
        capacity = wanted;
        return OUTPUT_ROOM;
      },
      output: () => OUTPUT,
      outputLength: () => length,
      widen(at, length) {
        const text = Buffer.from(memory.buffer, OUTPUT_ROOM + at, length).toString("latin1");
        if (at + Buffer.byteLength(text) > capacity) return -1;
        return Buffer.from(memory.buffer).write(text, OUTPUT_ROOM + at);
      },
      planNumbers: () => NUMBERS,
      narrow() {
        const text = Buffer.from(memory.buffer, OUTPUT, length).toString();
        if (/[^\u0000-\u00ff]/.test(text)) return -1;
        return Buffer.from(memory.buffer).write(text, OUTPUT, "latin1");
      },
    };
    for (const [name, answer] of Object.entries(answers)) {
      exports[name] = (...numbers) => {
        seen.calls.push(name);
        const result = answer({ numbers, texts, fields, after, say, memory, instance: number, refuse: (error) => (say({ status: 400, detail: "refused", ...error }), 1) });
        return typeof result === "number" ? result : say(result);
      };
    }
    seen.instances.push({ memory, room: () => capacity });
    return exports;
  });
  return seen;
}

export function trap() {
  throw new WebAssembly.RuntimeError("unreachable");
}
