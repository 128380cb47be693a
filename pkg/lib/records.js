// The records of a plan or a reply: made objects when they are first read, and a long value when it is read itself.
import { once } from "./once.js";

/** Adds private fields to an object that is there already: it stays the plain object it is. */
const Given = function (object) {
  return object;
};

class LongValue extends Given {
  #text;
  #value;

  constructor(record, text) {
    super(record);
    this.#text = text;
    Object.defineProperties(record, LongValue.#own);
  }

  /** One accessor for all, so that all have one shape; and what shows a value where a console shows accessors by their name. */
  static #own = {
    value: {
      get() {
        if (this.#text !== null) {
          this.#value = JSON.parse(this.#text);
          this.#text = null;
        }
        return this.#value;
      },
      set(value) {
        this.#value = value;
        this.#text = null;
      },
      enumerable: true,
      configurable: true,
    },
    [Symbol.for("nodejs.util.inspect.custom")]: {
      value() {
        return { ...this };
      },
      configurable: true,
    },
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
