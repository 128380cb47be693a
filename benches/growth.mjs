// Twice as much must take at most 2.3 times as long, for every family of input that means harm.
//   make bench PARTS=growth        FAMILY=plan chooses those whose name holds it
import * as scim from "scim-policy";
import { families } from "../tests/hostile/families.mjs";
import { growth } from "../tests/hostile/growth.mjs";
import { table } from "./measure.mjs";

const MOST = 2.3;
const rows = [];
let missed = 0;
for (const [name, [n, make]] of Object.entries(families)) {
  if (!name.includes(process.env.FAMILY ?? "")) continue;
  const { ratios, times, sizes } = growth(scim, n, make, { doublings: 3, rounds: 15 });
  const [last] = ratios.slice(-1);
  if (last > MOST) missed += 1;
  rows.push([name, String(sizes.at(-1)), (times.at(-1)).toFixed(2), ...ratios.map((ratio) => ratio.toFixed(2)), last <= MOST ? "met" : "missed"]);
}
table(`Time by length: each step doubles it, the last must take at most ${MOST} times as long`, ["family", "n", "ms", "×2", "×4", "×8", ""], rows);
console.log(`\n${rows.length - missed} of ${rows.length} met`);
