// How every part of `make bench` measures: contenders take turns, round by round, so that whatever else the machine does
// meets all of them; a ratio is taken within each round, and told as the median of rounds with the middle half around it.
import { createRequire } from "node:module";

/** A package of `benches/peers.txt`, which `build/bench.sh` installs into target/bench. */
export const peer = createRequire(new URL("../target/bench/package.json", import.meta.url));

const AsyncFunction = (async () => {}).constructor;
const now = () => Number(process.hrtime.bigint()) / 1000;
let sink;

/** Microseconds per call, of `calls` calls one after another; an async function is awaited each time. */
async function batch(call, calls) {
  const start = now();
  if (call.constructor === AsyncFunction) for (let i = 0; i < calls; i += 1) sink = await call();
  else for (let i = 0; i < calls; i += 1) sink = call();
  return (now() - start) / calls;
}

/**
 * Microseconds per call of each contender, by round: {name: [round, round, …]}. A round is short, so that most of them
 * are over before another process gets the processor.
 */
export async function race(contenders, { rounds = 301, micros = 500, warm = 200_000 } = {}) {
  const names = Object.keys(contenders);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const calls = {};
  for (const name of names) {
    // Long enough for the optimizing compilers: the first calls are slow, so that time is counted, not calls.
    let each = 0;
    for (let spent = 0, many = 3; spent < warm; many = Math.max(1, Math.min(2 * many, Math.round((warm - spent) / each)))) {
      each = await batch(contenders[name], many);
      spent += each * many;
    }
    // Three at least: the contender before has left the caches to itself.
    calls[name] = Math.max(3, Math.round(micros / each));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) times[name].push(await batch(contenders[name], calls[name]));
  }
  return times;
}

/** Lower quartile, median, upper quartile. */
export function quartiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return [at(0.25), at(0.5), at(0.75)];
}

export const median = (values) => quartiles(values)[1];

/** Of two contenders of one race, round by round. */
export const ratios = (times, over, under) => times[over].map((time, round) => time / times[under][round]);

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** A table for a person, which GitHub renders too. */
export function table(title, heads, rows) {
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(" | ")} |`;
  console.log(`\n## ${title}\n`);
  console.log(line(heads));
  console.log(`|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`);
  for (const row of rows) console.log(line(row));
}

export function timesTable(title, times) {
  const row = ([name, values]) => {
    const [low, median, high] = quartiles(values);
    return [name, number(median), `${number(low)} to ${number(high)}`];
  };
  table(title, ["", "median µs", "middle half"], Object.entries(times).map(row));
}

/** Rows of {what, of: ratios by round, most or least: the target}. */
export function targetsTable(title, goals) {
  const row = ({ what, of, most, least }) => {
    const [low, median, high] = quartiles(of);
    const met = most === undefined ? median >= least : median <= most;
    return [what, median.toFixed(2), `${low.toFixed(2)} to ${high.toFixed(2)}`, most === undefined ? `≥ ${least}` : `≤ ${most}`, met ? "met" : "missed"];
  };
  table(title, ["", "ratio", "middle half", "target", ""], goals.map(row));
}
