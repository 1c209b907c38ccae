import type { Matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import type { Tree } from "../../engine/index.ts";
import type { Network } from "./network.ts";

/** The bytes of ONNX files by name; `batch` is open in all of them. */
export type OnnxParts = Readonly<Record<string, Uint8Array>>;

/**
 * What differs between rows of numbers and sequences: X is what a person gives, B the same as tensors, Y what the
 * decoder gives back.
 */
export interface Modality<X, P extends Tree, B extends Tree, Y> {
  readonly network: Network<P, B>;
  /** Nats to add to the network's −log p(x|z) for the units of the columns as they were given. */
  readonly logUnit: number;
  /** Checked rows as tensors. */
  batch(x: X, where: string): B;
  /** A function from codes to the most likely rows, or to drawn ones where that makes a difference. */
  decoder(params: P): (z: Matrix, random?: Random) => Promise<Y>;
  /** ONNX models by name, with the parameters inside. */
  toOnnx(params: P): OnnxParts;
  /** What `fromStored` needs beside settings and parameters. */
  stored(): { readonly tree: Tree; readonly facts: object };
}
