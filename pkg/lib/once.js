/** A function that works its answer out when first asked, and keeps it. */
export function once(work) {
  let pending = work;
  let answer;
  return () => {
    if (pending !== null) {
      answer = pending();
      pending = null;
    }
    return answer;
  };
}
