/** The generator mulberry32, with which the sheet's random tables were drawn: numbers from 0 to below 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Pairs of distributions that are uniform on the simplex, drawn as the sheet draws them. */
export function dirichletPairs(pairs: number, n: number, seed = 1): [Float64Array, Float64Array][] {
  const uniform = mulberry32(seed);
  const draw = () => {
    const weights = Float64Array.from({ length: n }, () => -Math.log(1 - uniform()));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  };
  return Array.from({ length: pairs }, () => [draw(), draw()]);
}
