// No family of hostile input takes more than time near linear in its length. A generous look that a busy machine does not upset;
// `make bench PARTS=growth` measures each doubling.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as scim from "scim-policy";
import { families } from "../hostile/families.mjs";
import { growth } from "../hostile/growth.mjs";

/** For eight times the input: linear gives 8, quadratic 64. */
const MOST = 30;

for (const [name, [n, make]] of Object.entries(families)) {
  test(`near linear: ${name}`, () => {
    let worst;
    for (const rounds of [3, 7, 15]) {
      const { least, sizes } = growth(scim, Math.ceil(n / 4), make, { doublings: 3, rounds });
      // A fraction of a millisecond is the clock's and the compiler's, not the input's.
      worst = { sizes, least, ratio: least.at(-1) / Math.max(least[0], 0.2) };
      if (worst.ratio <= MOST) return;
    }
    assert.fail(JSON.stringify(worst));
  });
}
