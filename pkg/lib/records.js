// The records of a plan or a reply: made objects when they are first read, and a long value when it is read itself.
import { once } from "./once.js";

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Adds private fields to an object that is there already: it stays the plain object it is. */
const Given = function (object) {
  return object;
};

class LongValue extends Given {
  /** The text, and in a list what it says, once that was asked of a record that cannot be changed. */
  #given;

  constructor(record, text) {
    super(record);
    this.#given = text;
    Object.defineProperty(record, "value", LongValue.#unread);
    Object.defineProperty(record, INSPECT, LongValue.#shown);
  }

  /** Gives its place to the value when that is read; one for all, so that all have one shape. */
  static #unread = {
    get() {
      if (typeof this.#given === "string") this.#given = [JSON.parse(this.#given)];
      const [value] = this.#given;
      Reflect.defineProperty(this, "value", { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    set(value) {
      Object.defineProperty(this, "value", { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  };

  /** Consoles would show an accessor by its name. */
  static #shown = {
    value() {
      return { ...this };
    },
    configurable: true,
  };
}

/**
 * The records of an answer: `given`, or in the last of its lines where that is a number. Numbers stand for long values, which are
 * in the lines from one on.
 */
export const recordsIn = (given, lines, from) =>
  once(() => {
    const records = typeof given === "number" ? JSON.parse(lines[lines.length - 1]) : given;
    if (lines.length === from) return records;
    for (const record of records) {
      if (typeof record.value === "number") new LongValue(record, lines[from + record.value]);
    }
    return records;
  });
