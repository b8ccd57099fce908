// Chance that can be repeated: the same seed gives the same throws.

/** Throws numbers below the given one. */
export function dice(seed) {
  let state = (seed * 2_654_435_761) >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
