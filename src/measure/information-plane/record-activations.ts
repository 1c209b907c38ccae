import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CodesLike } from "../../core/codes.ts";
import { asCodes } from "../../core/codes.ts";
import { writeArray } from "../../data/index.ts";
import type { Compiled, Tensor, Tree } from "../../engine/index.ts";
import type { EpochActivations } from "./plane.ts";

export interface RecordOptions<P extends Tree> {
  /** The layers to record, by name, as a pure function of parameters and inputs; rows along the first axis. */
  readonly layers: (params: P, x: Tensor) => { [name: string]: Tensor };
  /** The inputs on which layers are recorded: the same rows every time. */
  readonly x: Tensor;
  /** Whether to record an epoch. Default: 0 to 10, then one to nine times powers of ten. */
  readonly when?: (epoch: number) => boolean;
  /** Writes `epoch-0003/layer.npy` there, and x and y, for `surprisal watch`, and keeps nothing in memory. */
  readonly folder?: string;
  /** Labels of the rows, to be written into the folder. */
  readonly y?: CodesLike;
}

export interface ActivationRecorder<P extends Tree> {
  /** To be given to `fit`. */
  readonly onEpoch: (epoch: number, params: P) => Promise<void>;
  /** What was recorded so far; empty when it went to a folder. */
  readonly recorded: readonly EpochActivations[];
}

/**
 * Records the activations of layers while `fit` trains, in memory or in a folder that `surprisal watch` reads.
 *
 * @throws InputError and ReachError when the folder cannot be written to
 * @example
 * import { add, fit, matmul, mean, square, sub, tanh, type Tensor, tensor, zeros } from "surprisal/engine";
 * import { informationPlane, recordActivations } from "surprisal/measure";
 *
 * const x = tensor([[0], [1], [2], [3]]);
 * const y = tensor([[0], [0], [1], [1]]);
 * type Weights = { w: Tensor; b: Tensor };
 * const hidden = (p: Weights, input: Tensor) => tanh(add(matmul(input, p.w), p.b));
 * const recorder = recordActivations<Weights>({ layers: (p, input) => ({ hidden: hidden(p, input) }), x });
 * await fit({
 *   params: { w: zeros([1, 1]), b: zeros([1]) },
 *   loss: (p, batch) => mean(square(sub(hidden(p, batch.x), batch.y))),
 *   data: { x, y },
 *   epochs: 5,
 *   onEpoch: recorder.onEpoch,
 * });
 * const plane = await informationPlane(recorder.recorded, { y: [0, 0, 1, 1] });
 * // plane.epochs is [0, 1, 2, 3, 4, 5]
 */
export function recordActivations<P extends Tree>(options: RecordOptions<P>): ActivationRecorder<P> {
  const { x, folder, y, when = sparse } = options;
  type Layers = { [name: string]: Tensor };
  let look: Compiled<[P, Tensor], Layers> | undefined;
  // Who records has loaded the engine already; who only measures need not.
  const compiled = async () => {
    const { compile } = await import("../../engine/index.ts");
    return compile((params: P, input: Tensor): Layers => options.layers(params, input));
  };
  const recorded: EpochActivations[] = [];
  const begin = async (path: string) => {
    await mkdir(path, { recursive: true });
    await writeArray(join(path, "x.npy"), x);
    if (y !== undefined) await writeArray(join(path, "y.npy"), asCodes(y, "recordActivations: y").codes);
  };
  return {
    recorded,
    async onEpoch(epoch, params) {
      if (!when(epoch)) return;
      look ??= await compiled();
      const layers = await look(params, x);
      if (folder === undefined) {
        const kept = Object.entries(layers).map(([name, { data, shape }]) => [
          name,
          { data: data.slice(), shape: flat(shape) },
        ]);
        recorded.push({ epoch, layers: Object.fromEntries(kept) });
        return;
      }
      if (epoch === 0) await begin(folder);
      const path = join(folder, `epoch-${String(epoch).padStart(4, "0")}`);
      await mkdir(path, { recursive: true });
      for (const [name, { data, shape }] of Object.entries(layers)) {
        await writeArray(join(path, `${name}.npy`), { data, shape: flat(shape) });
      }
    },
  };
}

function sparse(epoch: number): boolean {
  return epoch <= 10 || epoch % 10 ** Math.floor(Math.log10(epoch)) === 0;
}

/** Rows, and everything else as columns. */
function flat([rows, ...rest]: readonly number[]): [number, number] {
  return [rows, rest.reduce((product, length) => product * length, 1)];
}
