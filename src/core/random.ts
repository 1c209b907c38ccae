import { InputError } from "./errors.ts";

/**
 * A seeded stream of random numbers that can be split into independent streams.
 *
 * The generator is xoshiro128** (Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
 * 47, 2021): 128 bits of state, period 2¹²⁸ − 1, every 32-bit output equally often. The starting point is a
 * 128-bit key: a hash of the seed and of the labels on the way from the seed to this stream. All streams are
 * thus pieces of one cycle, cut at unrelated places; among S streams of L draws the probability that any two
 * overlap is below S² L / 2¹²⁷ (a million streams of 10¹² draws: 10⁻¹⁴).
 *
 * The same seed, labels and calls give the same numbers on every machine, except that the last bit of
 * non-uniform variates may differ where Math.log or Math.pow do.
 *
 * @example
 * import { Random } from "surprisal/core";
 * const random = new Random(7);
 * const noise = random.split("noise");
 * noise.normal();
 * random.permutation(5);
 */
export class Random {
  #key: Int32Array = new Int32Array(4);
  readonly #state = new Uint32Array(4);
  #spare = Number.NaN;

  /**
   * A stream for an integer seed.
   *
   * @throws InputError when the seed is not an integer between −2⁵³ and 2⁵³
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new InputError({
        code: "bad-seed",
        where: "Random",
        problem: "the seed must be an integer",
        expected: "an integer between -2^53 and 2^53",
        got: seed,
      });
    }
    const key = fractionOfPi.slice();
    absorbInteger(key, seed);
    this.#start(key);
  }

  #start(key: Int32Array): void {
    this.#key = key;
    this.#state.set(key);
    // The one state that xoshiro cannot leave.
    if (key.every((word) => word === 0)) this.#state[0] = 1;
  }

  /**
   * An independent stream, determined by this stream's seed and labels and by `label`, not by how many numbers
   * were drawn. The number 1 and the text "1" are different labels.
   *
   * @throws InputError when a number is not an integer
   * @example
   * import { Random } from "surprisal/core";
   * const fold = new Random(7).split("fold").split(3);
   * fold.uniform();
   */
  split(label: string | number): Random {
    const key = this.#key.slice();
    if (typeof label === "string") {
      absorb(key, label.length + 2);
      for (let i = 0; i < label.length; i++) absorb(key, label.charCodeAt(i));
    } else if (Number.isSafeInteger(label)) {
      absorb(key, 1);
      absorbInteger(key, label);
    } else {
      throw new InputError({
        code: "bad-label",
        where: "Random.split",
        problem: "the label must be a text or an integer",
        got: label,
      });
    }
    const child = new Random(0);
    child.#start(key);
    return child;
  }

  /** An integer from 0 to 2³² − 1. */
  uint32(): number {
    const s = this.#state;
    const s1 = s[1];
    const scaled = Math.imul(s1, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const s2 = s[2] ^ s[0];
    const s3 = s[3] ^ s1;
    s[1] = s1 ^ s2;
    s[0] ^= s3;
    s[2] = s2 ^ (s1 << 9);
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** A multiple of 2⁻⁵³ from 0 (possible) to 1 (excluded). */
  uniform(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) * 2 ** -53;
  }

  /**
   * An integer from 0 to n − 1, each equally likely (Lemire, "Fast random integer generation in an interval",
   * 2019).
   *
   * @throws InputError when n is not an integer from 1 to 2⁵³ − 1
   */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) refuseCount("Random.integer", n, 1);
    if (n > 0xffffffff) return this.#largeInteger(n);
    return this.#below(n);
  }

  /** The integer part of u n / 2³², where u is redrawn if it falls in the part that would favour small results. */
  #below(n: number): number {
    let u = this.uint32();
    let fraction = Math.imul(u, n) >>> 0;
    if (fraction < n) {
      const unfair = (0x100000000 - n) % n;
      while (fraction < unfair) {
        u = this.uint32();
        fraction = Math.imul(u, n) >>> 0;
      }
    }
    // u n may exceed 2⁵³ and be rounded, by far less than the ½ added here.
    return ((u * n - fraction) * 2 ** -32 + 0.5) >>> 0;
  }

  #largeInteger(n: number): number {
    const limit = 2 ** 53 - (2 ** 53 % n);
    let x = this.uniform() * 2 ** 53;
    while (x >= limit) x = this.uniform() * 2 ** 53;
    return x % n;
  }

  /** A standard normal variate (Marsaglia's polar method). */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const kept = this.#spare;
      this.#spare = Number.NaN;
      return kept;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = v * scale;
      return u * scale;
    }
  }

  /** An exponential variate with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /**
   * A gamma variate with scale 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000).
   *
   * @throws InputError when the shape is not positive
   */
  gamma(shape: number): number {
    requireShape("Random.gamma", shape);
    return shape < 1 ? Math.exp(this.#logGamma(shape)) : this.#gammaAboveOne(shape);
  }

  #gammaAboveOne(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = this.normal();
      const root = 1 + c * z;
      if (root <= 0) continue;
      const cube = root * root * root;
      if (Math.log(1 - this.uniform()) < 0.5 * z * z + d * (1 - cube + Math.log(cube))) return d * cube;
    }
  }

  /** The logarithm of a gamma variate, also where the variate itself would underflow to 0. */
  #logGamma(shape: number): number {
    if (shape >= 1) return Math.log(this.#gammaAboveOne(shape));
    return Math.log(this.#gammaAboveOne(shape + 1)) - this.exponential() / shape;
  }

  /**
   * A beta variate.
   *
   * @throws InputError when a or b is not positive
   */
  beta(a: number, b: number): number {
    requireShape("Random.beta", a);
    requireShape("Random.beta", b);
    return 1 / (1 + Math.exp(this.#logGamma(b) - this.#logGamma(a)));
  }

  /**
   * A Dirichlet variate: positive numbers that sum to 1.
   *
   * @param out where to write it; a new array by default
   * @throws InputError when an entry of alpha is not positive
   */
  dirichlet(alpha: ArrayLike<number>, out: Float64Array = new Float64Array(alpha.length)): Float64Array {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < alpha.length; i++) {
      requireShape("Random.dirichlet", alpha[i]);
      out[i] = this.#logGamma(alpha[i]);
      if (out[i] > largest) largest = out[i];
    }
    let sum = 0;
    for (let i = 0; i < alpha.length; i++) sum += out[i] = Math.exp(out[i] - largest);
    for (let i = 0; i < alpha.length; i++) out[i] /= sum;
    return out;
  }

  /**
   * A chi-square variate.
   *
   * @param df degrees of freedom, not necessarily an integer
   * @throws InputError when df is not positive
   */
  chiSquare(df: number): number {
    requireShape("Random.chiSquare", df);
    return 2 * this.gamma(df / 2);
  }

  /**
   * An index drawn in proportion to its weight.
   *
   * @throws InputError when a weight is negative or not finite, or all are zero
   */
  categorical(weights: ArrayLike<number>): number {
    let total = 0;
    let last = -1;
    for (let i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0)) refuseWeight(weights[i]);
      if (weights[i] > 0) last = i;
      total += weights[i];
    }
    if (!(total > 0 && total < Number.POSITIVE_INFINITY)) refuseWeight(total);
    let left = this.uniform() * total;
    for (let i = 0; i < last; i++) {
      left -= weights[i];
      if (left < 0) return i;
    }
    return last;
  }

  /**
   * The numbers 0 to n − 1 in random order.
   *
   * @throws InputError when n is not a count
   */
  permutation(n: number): Int32Array {
    requireCount("Random.permutation", n, 0);
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    return this.shuffle(order);
  }

  /** Puts the items in random order, in place, and returns the same array (Fisher–Yates). */
  shuffle(items: Int32Array): Int32Array {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /**
   * m of the numbers 0 to n − 1 without replacement, ascending; each choice equally likely (Floyd's algorithm).
   *
   * @throws InputError when m is not a count from 0 to n
   */
  subsample(n: number, m: number): Int32Array {
    requireCount("Random.subsample", n, 0);
    if (!Number.isInteger(m) || m < 0 || m > n) {
      throw new InputError({
        code: "bad-count",
        where: "Random.subsample",
        problem: "cannot draw that many without replacement",
        expected: `an integer from 0 to ${n}`,
        got: m,
      });
    }
    const chosen = new Uint8Array(n);
    for (let last = n - m; last < n; last++) {
      const candidate = this.#below(last + 1);
      chosen[chosen[candidate] === 0 ? candidate : last] = 1;
    }
    const out = new Int32Array(m);
    for (let i = 0, to = 0; to < m; i++) if (chosen[i] === 1) out[to++] = i;
    return out;
  }

  /**
   * n of the numbers 0 to n − 1 with replacement.
   *
   * @throws InputError when n is not a count
   */
  bootstrap(n: number): Int32Array {
    requireCount("Random.bootstrap", n, 0);
    const out = new Int32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.#below(n);
    return out;
  }
}

/** The first 128 fractional bits of π: a start without intention. */
const fractionOfPi = Int32Array.of(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);

/** Both halves of an integer up to 2⁵³ in magnitude; a negative one differs in the sign bit of the upper half. */
function absorbInteger(key: Int32Array, value: number): void {
  absorb(key, value >>> 0);
  absorb(key, Math.floor(value / 2 ** 32));
}

/**
 * Mixes a word into the key: xor, then a permutation of the 128 bits made of ChaCha quarter rounds (RFC 8439),
 * after which every bit of the key depends on every bit of the word. Different words give different keys.
 */
function absorb(key: Int32Array, word: number): void {
  let [a, b, c, d] = key;
  a ^= word;
  for (let round = 0; round < 6; round++) {
    a = (a + b) | 0;
    d = rotate(d ^ a, 16);
    c = (c + d) | 0;
    b = rotate(b ^ c, 12);
    a = (a + b) | 0;
    d = rotate(d ^ a, 8);
    c = (c + d) | 0;
    b = rotate(b ^ c, 7);
    a = (a + 0x9e3779b9) | 0;
  }
  key[0] = a;
  key[1] = b;
  key[2] = c;
  key[3] = d;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function requireShape(where: string, value: number): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new InputError({
    code: "not-positive",
    where,
    problem: "the parameter must be positive",
    expected: "a finite number above 0",
    got: value,
  });
}

function requireCount(where: string, n: number, least: number): void {
  if (Number.isInteger(n) && n >= least && n <= 0x7fffffff) return;
  refuseCount(where, n, least);
}

function refuseCount(where: string, n: number, least: number): never {
  throw new InputError({
    code: "bad-count",
    where,
    problem: "not a count",
    expected: `an integer from ${least}`,
    got: n,
  });
}

function refuseWeight(weight: number): never {
  throw new InputError({
    code: "bad-weights",
    where: "Random.categorical",
    problem: "weights must be finite, not negative and not all zero",
    got: weight,
  });
}
