// Random numbers from explicit keys (Threefry counters): the same key gives the same numbers, in every executor.
import { InputError } from "../../core/errors.ts";
import { jax } from "../runtime.ts";
import { type DType, fromData, type Operand, type Shape, type Tensor } from "../tensor.ts";
import { apply } from "../trace.ts";
import { tensor } from "./creation.ts";
import { add, astype, cos, floorDivide, less, log, mul, negative, sqrt, sub } from "./elementwise.ts";
import { argsort } from "./indexing.ts";
import { argmax } from "./reductions.ts";
import { slice } from "./shape.ts";

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
  return apply([checkKey("random.bits", fromKey)], (k) => jax().random.bits(k, [...shape]));
}

/** Uniform numbers in [0, 1): the upper 23 bits of a word. */
export function uniform(fromKey: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  return unitInterval(bits(checkKey("random.uniform", fromKey), shape), dtype);
}

function unitInterval(words: Tensor, dtype: DType): Tensor {
  return mul(astype(floorDivide(words, tensor(512, { dtype: "uint32" })), dtype), 2 ** -23);
}

/** Standard normal numbers (Box & Muller, 1958). */
export function normal(fromKey: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  const keys = split(checkKey("random.normal", fromKey));
  const [u1, u2] = [0, 1].map((i) => unitInterval(bits(slice(keys, i), shape), dtype));
  return mul(sqrt(mul(log(sub(1, u1)), -2)), cos(mul(u2, 2 * Math.PI)));
}

/** True with probability p. */
export function bernoulli(fromKey: Tensor, p: Operand, shape: Shape = []): Tensor {
  return less(uniform(checkKey("random.bernoulli", fromKey), shape), p);
}

/** Standard Gumbel numbers, −log(−log u). */
export function gumbel(fromKey: Tensor, shape: Shape = []): Tensor {
  // The middle of each of the 2^23 steps, so that u is neither 0 nor 1.
  const u = add(uniform(checkKey("random.gumbel", fromKey), shape), 2 ** -24);
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
