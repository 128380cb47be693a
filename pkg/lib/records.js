// The records of a plan or a reply: made objects when they are first read, and a long value when it is read itself.
import { once } from "./once.js";

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Puts in the place of a record's value what it says, once it is read. Through a Proxy too: the record is known by itself. */
function readLater(record, text) {
  const value = once(() => JSON.parse(text));
  const own = (value) => ({ value, writable: true, enumerable: true, configurable: true });
  const get = () => {
    Reflect.defineProperty(record, "value", own(value())); // of a frozen record it stays a question
    return value();
  };
  const set = (value) => Object.defineProperty(record, "value", own(value));
  Object.defineProperty(record, "value", { get, set, enumerable: true, configurable: true });
  Object.defineProperty(record, INSPECT, shown);
}

/** Consoles would show an accessor by its name. */
const shown = {
  value() {
    return { ...this };
  },
  configurable: true,
};

/**
 * The records of an answer: `given`, or in the last of its lines where that is a number. Numbers stand for long values, which are
 * in the lines from one on.
 */
export const recordsIn = (given, lines, from) =>
  once(() => {
    const records = typeof given === "number" ? JSON.parse(lines[lines.length - 1]) : given;
    if (lines.length === from) return records;
    for (const record of records) {
      if (typeof record.value === "number") readLater(record, lines[from + record.value]);
    }
    return records;
  });
