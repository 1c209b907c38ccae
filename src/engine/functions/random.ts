// Random numbers from explicit keys (Threefry counters): the same key gives the same numbers, in every executor.
import { InputError } from "../../core/errors.ts";
import { apply } from "../apply.ts";
import { jax } from "../runtime.ts";
import { type DType, fromData, type Operand, type Shape, sizeOf, type Tensor } from "../tensor.ts";
import { full, zeros } from "./creation.ts";
import { add, astype, cos, less, log, minimum, mul, negative, sin, sqrt, sub } from "./elementwise.ts";
import { argsort } from "./indexing.ts";
import { argmax } from "./reductions.ts";
import { concatenate, ravel, reshape, slice } from "./shape.ts";

/** A key from a seed of up to 53 bits. */
export function key(seed: number): Tensor {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError({
      code: "bad-seed",
      where: "random.key",
      problem: "not a seed",
      expected: "a whole number from 0 to 2^53 − 1",
      got: seed,
    });
  }
  return fromData(Uint32Array.of(Math.floor(seed / 2 ** 32), seed >>> 0), [2], "uint32");
}

/** New independent keys from one, along a first axis; take them apart with `slice(keys, i)`. */
export function split(fromKey: Tensor, count = 2): Tensor {
  return apply([checkKey("random.split", fromKey)], (k) => jax().random.split(k, count));
}

/** Uniform 32-bit words. */
export function bits(fromKey: Tensor, shape: Shape = []): Tensor {
  const size = sizeOf(shape);
  return reshape(slice(ravel(pairs("random.bits", fromKey, Math.ceil(size / 2))), [0, size]), shape);
}

/** Words in pairs, as each evaluation of the generator gives them. */
function pairs(where: string, fromKey: Tensor, count: number): Tensor {
  if (count === 0) return zeros([0, 2], "uint32");
  return apply([checkKey(where, fromKey)], (k) => jax().random.split(k, count));
}

/** Uniform numbers in [0, 1): multiples of 2⁻²⁴ in single, of 2⁻⁵³ in double precision. */
export function uniform(fromKey: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  if (dtype !== "float64") return astype(unitInterval(bits(fromKey, shape)), dtype);
  const words = pairs("random.uniform", fromKey, sizeOf(shape));
  const [high, low] = [0, 1].map((i) => slice(words, [], i));
  const steps = add(mul(astype(shiftRight(high, 5), dtype), 2 ** 26), astype(shiftRight(low, 6), dtype));
  return reshape(mul(steps, 2 ** -53), shape);
}

function unitInterval(words: Tensor): Tensor {
  return mul(astype(shiftRight(words, 8), "float32"), 2 ** -24);
}

function shiftRight(words: Tensor, by: number): Tensor {
  return apply([words, full([], by, "uint32")], (w, n) => jax().numpy.rightShift(w, n));
}

/** Standard normal numbers, two from each pair of uniform ones (Box & Muller, 1958). */
export function normal(fromKey: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const size = sizeOf(shape);
  const half = Math.ceil(size / 2);
  const [u1, u2] =
    dtype === "float64"
      ? slices(uniform(fromKey, [half, 2], dtype))
      : slices(pairs("random.normal", fromKey, half)).map(unitInterval);
  const radius = sqrt(mul(log(sub(1, u1)), -2));
  const angle = mul(u2, 2 * Math.PI);
  const numbers = concatenate([mul(radius, cos(angle)), mul(radius, sin(angle))]);
  return astype(reshape(slice(numbers, [0, size]), shape), dtype);
}

function slices(columns: Tensor): Tensor[] {
  return [slice(columns, [], 0), slice(columns, [], 1)];
}

/** True with probability p. */
export function bernoulli(fromKey: Tensor, p: Operand, shape: Shape = []): Tensor {
  return less(uniform(checkKey("random.bernoulli", fromKey), shape), p);
}

/** Standard Gumbel numbers, −log(−log u). */
export function gumbel(fromKey: Tensor, shape: Shape = []): Tensor {
  // The middle of each of the 2^24 steps, so that u is not 0; in single precision it may round to 1.
  const u = minimum(add(uniform(checkKey("random.gumbel", fromKey), shape), 2 ** -25), 1 - 2 ** -24);
  return negative(log(negative(log(u))));
}

/** One class per row of unnormalised log-probabilities along the last axis. */
export function categorical(fromKey: Tensor, logits: Tensor): Tensor {
  return argmax(add(logits, gumbel(checkKey("random.categorical", fromKey), logits.shape)), -1);
}

/** A random order of 0 … n − 1. */
export function permutation(fromKey: Tensor, n: number): Tensor {
  return argsort(bits(checkKey("random.permutation", fromKey), [n]));
}

function checkKey(where: string, fromKey: Tensor): Tensor {
  if (fromKey.dtype === "uint32" && fromKey.shape.join() === "2") return fromKey;
  throw new InputError({
    code: "bad-key",
    where,
    problem: "not a random key",
    expected: "uint32[2], from random.key or random.split",
    got: `${fromKey.dtype}[${fromKey.shape}]`,
  });
}
