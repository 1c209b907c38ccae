import { InputError } from "../../core/errors.ts";
import { type Matrix, takeRows } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { toOnnx } from "../../engine/export/index.ts";
import { compile, type Tensor, tensor } from "../../engine/index.ts";
import { inBlocks } from "./blocks.ts";
import type { Modality } from "./modality.ts";
import { withoutNull } from "./network.ts";
import type { SequenceSettings } from "./options.ts";
import { type SequenceBatch, type SequenceParams, sequenceNetwork } from "./sequence-network.ts";

/** Rows of tokens, whole numbers from 0; rows may differ in length. */
export type TokenSequences = readonly ArrayLike<number>[];

export type SequenceModality = Modality<TokenSequences, SequenceParams, SequenceBatch, Int32Array[]>;

/** What follows from the training data. */
interface Facts {
  readonly vocabulary: number;
  /** Of the longest sequence: as long as generated ones may get. */
  readonly longest: number;
}

export function sequencesFor(x: TokenSequences, settings: SequenceSettings, where: string): SequenceModality {
  requireSequences(x, settings.vocabulary ?? Number.POSITIVE_INFINITY, where);
  let largest = 0;
  for (const row of x) for (let t = 0; t < row.length; t++) largest = Math.max(largest, row[t]);
  const vocabulary = settings.vocabulary ?? largest + 1;
  return sequences(settings, { vocabulary, longest: longestOf(x) });
}

/** The inverse of `stored`. */
export function sequencesFromStored(settings: SequenceSettings, facts: object): SequenceModality {
  return sequences(settings, facts as Facts);
}

function sequences(settings: SequenceSettings, facts: Facts): SequenceModality {
  const { vocabulary, longest } = facts;
  const network = sequenceNetwork({ ...settings, vocabulary, features: settings.hidden[0] });
  return {
    network,
    logUnit: 0,
    batch(x, where) {
      requireSequences(x, vocabulary, where);
      return sequenceBatch(x, vocabulary, Math.max(longest, longestOf(x)));
    },
    decoder(params) {
      const begin = compile((p: SequenceParams, z: Tensor) => ({ state: network.start(p, z) }));
      const advance = compile((p: SequenceParams, { z, state, token }: Cursor) =>
        network.step(p, z, state, token),
      );
      return async (z, random) => {
        const out: number[][] = Array.from({ length: z.rows }, () => []);
        // Rows that have not ended, their codes, states and last tokens.
        let open = Int32Array.from(out.keys());
        let codes = z;
        let { state } = await inBlocks(asTensor(z), (block) => begin(params, block));
        let tokens = new Int32Array(z.rows).fill(vocabulary);
        for (let t = 0; t < longest && open.length > 0; t++) {
          const cursor = { z: asTensor(codes), state: asTensor(state), token: tensor(tokens) };
          const next = await inBlocks(cursor, (block) => advance(params, block));
          const chosen = nextTokens(next.logProbs, random);
          const going = Int32Array.from(chosen.keys()).filter((i) => chosen[i] !== vocabulary);
          for (const i of going) out[open[i]].push(chosen[i]);
          [open, tokens] = [open, chosen].map((one) => going.map((i) => one[i]));
          [codes, state] = [codes, next.state].map((one) => takeRows(one, going));
        }
        return out.map((row) => Int32Array.from(row));
      };
    },
    toOnnx: (params) => {
      const z = { shape: ["batch", settings.latentDim] as const };
      const indices = { shape: ["batch", longest] as const, dtype: "int32" as const };
      const encoder = ({ reversed, last }: { reversed: Tensor; last: Tensor }) =>
        withoutNull(network.encode(params, { reversed, last }));
      const step = (inputs: Cursor) => {
        const { state, logProbs } = network.step(params, inputs.z, inputs.state, inputs.token);
        return { nextState: state, logProbs };
      };
      return {
        encoder: toOnnx(encoder, { reversed: indices, last: { shape: ["batch", longest] } }),
        start: toOnnx((inputs: { z: Tensor }) => ({ state: network.start(params, inputs.z) }), { z }),
        step: toOnnx(step, {
          z,
          state: { shape: ["batch", settings.hidden[0]] },
          token: { shape: ["batch"], dtype: "int32" },
        }),
      };
    },
    stored: () => ({ tree: {}, facts }),
  };
}

type Cursor = { readonly z: Tensor; readonly state: Tensor; readonly token: Tensor };

function asTensor({ data, rows, cols }: Matrix): Tensor {
  return tensor(Float32Array.from(data), { shape: [rows, cols] });
}

/** Of each row of log-probabilities the most likely, or one drawn. */
function nextTokens({ data, rows, cols }: Matrix, random: Random | undefined): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = data.subarray(i * cols, (i + 1) * cols);
    return random ? random.categorical(row.map(Math.exp)) : row.indexOf(row.reduce((a, b) => Math.max(a, b)));
  });
}

export function sequenceBatch(x: TokenSequences, vocabulary: number, time: number): SequenceBatch {
  const n = x.length;
  const [reversed, inputs, targets] = [time, time + 1, time + 1].map((t) =>
    new Int32Array(n * t).fill(vocabulary),
  );
  const [last, mask] = [time, time + 1].map((t) => new Float32Array(n * t));
  for (let i = 0; i < n; i++) {
    const { length } = x[i];
    const [at, from] = [i * time, i * (time + 1)];
    for (let t = 0; t < length; t++) {
      reversed[at + t] = x[i][length - 1 - t];
      inputs[from + t + 1] = x[i][t];
      targets[from + t] = x[i][t];
    }
    last[at + length - 1] = 1;
    mask.fill(1, from, from + length + 1);
  }
  return {
    reversed: tensor(reversed, { shape: [n, time] }),
    last: tensor(last, { shape: [n, time] }),
    inputs: tensor(inputs, { shape: [n, time + 1] }),
    targets: tensor(targets, { shape: [n, time + 1] }),
    mask: tensor(mask, { shape: [n, time + 1] }),
  };
}

function longestOf(x: TokenSequences): number {
  return x.reduce((most, { length }) => Math.max(most, length), 0);
}

function requireSequences(x: TokenSequences, vocabulary: number, where: string): void {
  const refuse = (code: string, problem: string, expected: string, got: unknown): never => {
    throw new InputError({ code, where, problem, expected, got });
  };
  if (!Array.isArray(x) || x.length === 0) {
    refuse(
      "too-few-rows",
      "no sequences",
      "a list of lists of tokens",
      Array.isArray(x) ? x.length : typeof x,
    );
  }
  for (const [i, row] of x.entries()) {
    if (typeof row !== "object" || row === null || !(row.length > 0)) {
      refuse("empty-sequence", `sequence ${i} is empty`, "at least one token", row);
    }
    for (let t = 0; t < row.length; t++) {
      if (Number.isInteger(row[t]) && row[t] >= 0 && row[t] < vocabulary) continue;
      refuse(
        "bad-token",
        `sequence ${i}, place ${t} is not a token`,
        Number.isFinite(vocabulary) ? `whole numbers from 0 to ${vocabulary - 1}` : "whole numbers from 0",
        row[t],
      );
    }
  }
}
