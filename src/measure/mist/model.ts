// A trained network and what it was trained on; loading, saving, and quantiles of many samples at once.
import { fileURLToPath } from "node:url";
import { InputError } from "../../core/errors.ts";
import {
  type Compiled,
  type CompileOptions,
  compile,
  loadModel,
  saveModel,
  type Tensor,
} from "../../engine/index.ts";
import { batchOf, type Scores } from "./inputs.ts";
import { type Architecture, forward, type Inputs, knots, type Parameters } from "./network.ts";

/** `"pure"`: the paper's way, the network alone. `"hybrid"`: ours, the network corrects the Gaussian copula. */
export type MistHead = "pure" | "hybrid";

/** What is known about a trained network. */
export interface MistCard {
  readonly method: "mist";
  readonly architecture: Architecture;
  /** Ranges it was trained on: rows, columns on a side, information in nats. */
  readonly trained: {
    readonly rows: readonly [number, number];
    readonly columns: readonly [number, number];
    readonly information: readonly [number, number];
  };
  readonly families: readonly string[];
  readonly heldOut: readonly string[];
  /** Updates, and training sets drawn. */
  readonly steps: number;
  readonly sets: number;
  readonly seed: number;
  /** Pinball loss of ln(1 + I) on fresh sets of the same families. */
  readonly validation: { readonly pure: number; readonly hybrid: number };
  readonly [more: string]: unknown;
}

/** A network that reads samples. */
export interface MistModel {
  readonly card: MistCard;
  readonly params: Parameters;
  /**
   * Quantiles of ln(1 + I) at the knots for each sample, from both heads.
   *
   * @throws InputError when an executor is insisted on and not there
   */
  read(
    samples: readonly Scores[],
    executor?: CompileOptions["executor"],
  ): Promise<Record<MistHead, Float64Array[]>>;
  /** Frees what is held for running. */
  dispose(): Promise<void>;
}

const method = "mist";
const shipped = fileURLToPath(new URL("./weights/", import.meta.url));
let shippedModel: Promise<MistModel> | undefined;

/**
 * The network that comes with the package, or one that {@link saveMist} wrote.
 *
 * @param folder default: the shipped weights, read once
 * @throws InputError when the folder holds no such model
 * @example
 * import { loadMist } from "surprisal/measure";
 * const { card } = await loadMist();
 * card.trained.rows; // the numbers of rows it was trained on, from and to
 */
export function loadMist(folder?: string): Promise<MistModel> {
  if (folder !== undefined) return readFolder(folder);
  shippedModel ??= readFolder(shipped);
  return shippedModel;
}

async function readFolder(folder: string): Promise<MistModel> {
  const { params, card } = await loadModel<Parameters>(folder, method);
  return modelOf(params, card as unknown as MistCard);
}

/**
 * Saves a network in a folder: the weights as safetensors, the card as JSON.
 *
 * @throws ReachError when the folder or a file cannot be written
 */
export async function saveMist(folder: string, { params, card }: MistModel): Promise<void> {
  await saveModel(folder, params, card);
}

/** Padded columns on a side, and rows of a sample: few sizes, because each is a program of its own. */
const sides = [1, 3, 8];
const lengths = [32, 64, 128, 256, 512];
/** Rows of a call, all samples together: more would no longer stay in the processor's cache. */
const rowsPerCall = 8192;
/** Samples from which a size of their own is worth a program. */
const many = 64;

export function modelOf(params: Parameters, card: MistCard): MistModel {
  const { architecture } = card;
  const programs = new Map<
    CompileOptions["executor"],
    Compiled<[Inputs], { pure: Tensor; hybrid: Tensor }>
  >();
  const read: MistModel["read"] = async (samples, executor = "auto") => {
    const out = {
      pure: new Array<Float64Array>(samples.length),
      hybrid: new Array<Float64Array>(samples.length),
    };
    const run =
      programs.get(executor) ??
      compile((inputs: Inputs) => ({ ...forward(architecture, params, inputs) }), { executor });
    programs.set(executor, run);
    for (const { rows, half, members } of grouped(samples)) {
      const perCall = Math.max(1, Math.min(sizeOfCall(members.length), Math.floor(rowsPerCall / rows)));
      for (let from = 0; from < members.length; from += perCall) {
        const chosen = members.slice(from, from + perCall);
        // The last call is filled up, so that it needs no program of its own.
        const full = Array.from(
          { length: perCall },
          (_, i) => samples[chosen[Math.min(i, chosen.length - 1)]],
        );
        const results = await run(batchOf(full, rows, half));
        chosen.forEach((sample, i) => {
          for (const head of ["pure", "hybrid"] as const) {
            const { data } = results[head];
            out[head][sample] = Float64Array.from(data.subarray(i * knots.length, (i + 1) * knots.length));
          }
        });
      }
    }
    return out;
  };
  return {
    card,
    params,
    read,
    dispose: async () => {
      for (const run of programs.values()) await run.dispose();
      programs.clear();
    },
  };
}

interface Group {
  readonly rows: number;
  readonly half: number;
  readonly members: number[];
}

/** Samples of one padded size go together. */
function grouped(samples: readonly Scores[]): Group[] {
  const longest = Math.max(...samples.map(({ x }) => x.rows));
  const groups = new Map<string, Group>();
  samples.forEach(({ x, y }, i) => {
    const half = sides.find((side) => side >= Math.max(x.cols, y.cols)) ?? Math.max(x.cols, y.cols);
    const rows =
      samples.length >= many
        ? 8 * Math.ceil(longest / 8)
        : (lengths.find((length) => length >= x.rows) ?? x.rows);
    const key = `${rows} ${half}`;
    const group = groups.get(key) ?? { rows, half, members: [] };
    groups.set(key, group);
    group.members.push(i);
  });
  return [...groups.values()];
}

function sizeOfCall(samples: number): number {
  return 2 ** Math.ceil(Math.log2(samples));
}

/** The value of a quantile function given at the knots, a straight line between them. */
export function quantileAt(values: Float64Array, tau: number): number {
  const next = Math.max(
    1,
    knots.findIndex((knot) => knot >= tau - 1e-12),
  );
  const share = (tau - knots[next - 1]) / (knots[next] - knots[next - 1]);
  return values[next - 1] + share * (values[next] - values[next - 1]);
}

/** Refuses a level of probability outside the knots. */
export function requireLevel(where: string, tau: number): void {
  const [least, most] = [knots[0], knots[knots.length - 1]];
  if (tau >= least && tau <= most) return;
  throw new InputError({
    code: "bad-level",
    where,
    problem: "the network knows no such quantile",
    expected: `a number from ${least} to ${most}`,
    got: tau,
  });
}

/** Nats from ln(1 + I); information is not negative. */
export function natsOf(logarithm: number): number {
  return Math.max(0, Math.expm1(logarithm));
}
