// How the time of a call grows with its input.

/**
 * Times calls on n, 2n, 4n …, in turns, so that whatever else the machine does meets all of them. Gives the sizes, the median
 * and the least milliseconds of each, and the median of each step's ratio, taken within rounds.
 */
export function growth(scim, n, make, { doublings, rounds }) {
  const sizes = Array.from({ length: doublings + 1 }, (_, step) => n * 2 ** step);
  const calls = sizes.map((size) => make(size)(scim));
  const times = sizes.map(() => []);
  calls.forEach((call) => call());
  // The shorter calls are repeated, so that each measurement is long enough for the clock.
  const once = timed(calls[0], 20) || 0.01;
  const repeat = Math.max(1, Math.round(8 / once));
  for (let round = 0; round < rounds; round++) {
    calls.forEach((call, index) => times[index].push(timed(call, Math.max(1, repeat >> index))));
  }
  const least = times.map((all) => Math.min(...all));
  const ratios = sizes.slice(1).map((_, step) => median(times[step + 1].map((time, round) => time / (times[step][round] || 0.001))));
  return { sizes, times: times.map(median), ratios, least };
}

/** Milliseconds of the processor, which other processes do not lengthen as they do those of the clock. */
const now = () => process.cpuUsage().user / 1000;

function timed(call, repeat) {
  const start = now();
  for (let index = 0; index < repeat; index++) call();
  return (now() - start) / repeat;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
