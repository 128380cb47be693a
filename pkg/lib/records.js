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
 * The records of an answer, so many: JSON in one of its lines. Numbers stand for long values, so many too, which have the lines
 * after it.
 */
export const recordsIn = (count, long, lines, line) =>
  once(() => {
    const records = count === 0 ? [] : JSON.parse(lines[line]);
    if (long === 0) return records;
    for (const record of records) {
      if (typeof record.value === "number") readLater(record, lines[line + 1 + record.value]);
    }
    return records;
  });
