import type { Matrix } from "../../core/matrix.ts";
import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import {
  compile,
  concatenate,
  random as keys,
  layers,
  logSoftmax,
  mean,
  negative,
  optimisers,
  type Tensor,
  takeAlongAxis,
  tanh,
  tensor,
  fit as train,
} from "../../engine/index.ts";
import { type HeadReport, headReport } from "./head-report.ts";

const V = 16;
const classes = 6;
const dimension = 8;
const stepsPerLook = 100;

/** A world of 256 two-token contexts, each with one of six next-token distributions. */
interface ContextWorld {
  /** 256 × 16. */
  readonly P: Matrix;
}

function contextWorld(random: Random): ContextWorld {
  const distributions = Array.from({ length: classes }, () => {
    const p = random.dirichlet(new Float64Array(V).fill(0.3));
    return p.map((value) => 0.95 * value + 0.05 / V);
  });
  const P = matrix(V * V, V);
  for (let i = 0; i < P.rows; i++) P.data.set(distributions[random.integer(classes)], i * V);
  return { P };
}

/**
 * Trains two embeddings → tanh 64 → 8 → softmax on sampled next tokens, and reports the head after each of the steps
 * asked for (multiples of 100).
 */
export async function trainingRun(
  seed: number,
  steps: readonly number[],
  signal?: AbortSignal,
): Promise<{ step: number; report: HeadReport }[]> {
  const source = new Random(seed).split("head training");
  const { P } = contextWorld(source.split("world"));
  const all = Int32Array.from({ length: V * V }, (_, i) => i);
  const network = {
    first: layers.embedding(V, 16),
    second: layers.embedding(V, 16),
    wide: layers.dense(32, 64),
    narrow: layers.dense(64, dimension),
    head: layers.dense(dimension, V),
  };
  const params = {
    first: network.first.init(keys.key(seed)),
    second: network.second.init(keys.key(seed + 1000)),
    wide: network.wide.init(keys.key(seed + 2000)),
    narrow: network.narrow.init(keys.key(seed + 3000)),
    head: network.head.init(keys.key(seed + 4000)),
  };
  const hidden = (p: typeof params, older: Tensor, newer: Tensor): Tensor => {
    const both = concatenate(
      [network.first.apply(p.first, older), network.second.apply(p.second, newer)],
      -1,
    );
    return network.narrow.apply(p.narrow, tanh(network.wide.apply(p.wide, both)));
  };
  function* batches({ random }: { random: Random }) {
    for (;;) {
      const contexts = Int32Array.from({ length: 256 }, () => random.integer(V * V));
      const targets = contexts.map((context) =>
        draw(P.data.subarray(context * V, (context + 1) * V), random),
      );
      yield { ...tokensOf(contexts), target: tensor(targets, { shape: [256, 1] }) };
    }
  }
  const states = compile(hidden);
  const looks: { step: number; report: HeadReport }[] = [];
  try {
    await train({
      name: "trainingRun",
      params,
      loss: (p, { older, newer, target }: { older: Tensor; newer: Tensor; target: Tensor }) =>
        negative(
          mean(takeAlongAxis(logSoftmax(network.head.apply(p.head, hidden(p, older, newer))), target, -1)),
        ),
      data: batches,
      stepsPerEpoch: stepsPerLook,
      epochs: Math.max(...steps) / stepsPerLook,
      optimiser: optimisers.adam({ learningRate: 3e-3 }),
      seed,
      signal,
      onEpoch: async (epoch, weights) => {
        if (!steps.includes(epoch * stepsPerLook)) return;
        const { older, newer } = tokensOf(all);
        const H = (await states(weights, older, newer)).data;
        const kernel = weights.head.kernel.data;
        const W = matrix(V, dimension);
        for (let k = 0; k < dimension; k++)
          for (let w = 0; w < V; w++) W.data[w * dimension + k] = kernel[k * V + w];
        const report = await headReport({
          H: { data: Float64Array.from(H), rows: V * V, cols: dimension },
          W,
          b: Float64Array.from(weights.head.bias.data),
          P,
        });
        looks.push({ step: epoch * stepsPerLook, report });
      },
    });
  } finally {
    await states.dispose();
  }
  return looks;
}

function tokensOf(contexts: Int32Array): { older: Tensor; newer: Tensor } {
  return {
    older: tensor(contexts.map((context) => Math.floor(context / V))),
    newer: tensor(contexts.map((context) => context % V)),
  };
}

function draw(p: Float64Array, random: Random): number {
  let left = random.uniform();
  for (let w = 0; w < p.length - 1; w++) {
    left -= p[w];
    if (left < 0) return w;
  }
  return p.length - 1;
}
