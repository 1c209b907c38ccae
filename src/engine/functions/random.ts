// Random numbers from explicit keys (Threefry counters): the same key gives the same numbers, in every executor.
import { InputError } from "../../core/errors.ts";
import { jax } from "../runtime.ts";
import { type DType, fromData, type Operand, type Shape, type Tensor } from "../tensor.ts";
import { apply } from "../trace.ts";
import { astype } from "./elementwise.ts";

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

/** Uniform numbers in [0, 1). */
export function uniform(fromKey: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  return astype(
    apply([checkKey("random.uniform", fromKey)], (k) => jax().random.uniform(k, [...shape])),
    dtype,
  );
}

/** Standard normal numbers. */
export function normal(fromKey: Tensor, shape: Shape = [], dtype: DType = "float32"): Tensor {
  return astype(
    apply([checkKey("random.normal", fromKey)], (k) => jax().random.normal(k, [...shape])),
    dtype,
  );
}

/** True with probability p. */
export function bernoulli(fromKey: Tensor, p: Operand, shape: Shape = []): Tensor {
  return apply([checkKey("random.bernoulli", fromKey), p], (k, probability) =>
    jax().random.bernoulli(k, probability, [...shape]),
  );
}

/** Standard Gumbel numbers, −log(−log u). */
export function gumbel(fromKey: Tensor, shape: Shape = []): Tensor {
  return apply([checkKey("random.gumbel", fromKey)], (k) => jax().random.gumbel(k, [...shape]));
}

/** One class per row of unnormalised log-probabilities along the last axis. */
export function categorical(fromKey: Tensor, logits: Tensor): Tensor {
  return apply([checkKey("random.categorical", fromKey), logits], (k, l) => jax().random.categorical(k, l));
}

/** A random order of 0 … n − 1. */
export function permutation(fromKey: Tensor, n: number): Tensor {
  return apply([checkKey("random.permutation", fromKey)], (k) => jax().random.permutation(k, n));
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
