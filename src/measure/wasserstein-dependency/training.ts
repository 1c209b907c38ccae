import type { LongRunning } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { type FitResult, fit as fitNetwork } from "../../engine/fit/index.ts";
import {
  add,
  diagonal,
  random as keys,
  mean,
  mul,
  negative,
  sub,
  sum,
  type Tensor,
  tensor,
  trace,
  zeros,
} from "../../engine/index.ts";
import { adam } from "../../engine/optimisers/index.ts";
import { besideCarried, carry, type WithCarried } from "../carried-state.ts";
import { capped, exactlyCapped, gradientPenalty, pairwisePenalty } from "./lipschitz.ts";
import type { Chains, Layers, Network } from "./network.ts";
import { between, type Points, productPoints } from "./points.ts";

/** How the slope of a critic is held; see `lipschitz.ts`. */
export type Lipschitz =
  | { kind: "gp"; weight: number }
  | { kind: "spectral"; cap: number }
  | { kind: "pairwise"; weight: number };

export interface Training {
  network: Network;
  /** What is maximised, of scores [B, B]. */
  objective(scores: Tensor): Tensor;
  lipschitz?: Lipschitz;
  batchSize: number;
  steps: number;
  learningRate: number;
}

/** Directions of power iteration, one for each kernel. */
type Directions = { readonly [chain: string]: readonly Tensor[] };
type State = WithCarried<Chains, Directions>;

/** Trains a network on pairs; the last parameters are returned, with kernels exactly capped where they are to be. */
export async function train(
  where: string,
  points: Points,
  { network, objective, lipschitz, batchSize, steps, learningRate }: Training,
  random: Random,
  { signal, onProgress }: LongRunning,
): Promise<{ params: Chains; history: FitResult<State>["history"] }> {
  const params = network.init(keys.key(random.uint32()));
  const cap = lipschitz?.kind === "spectral" ? lipschitz.cap : undefined;
  const rows = points.x.shape[0];
  const size = Math.min(batchSize, rows);
  const { params: trained, history } = await fitNetwork<State, { x: Tensor; y: Tensor }>({
    name: where,
    params: { params, carried: cap === undefined ? {} : directionsOf(params, random.split("directions")) },
    loss: (state, batch, { key }) => {
      const { params: used, carrier } =
        cap === undefined ? { params: state.params, carrier: undefined } : cappedAll(state, cap);
      const scores = network.pairs(used, batch);
      const value = objective(scores);
      const own = mean(diagonal(scores));
      const others = mul(sub(sum(scores), trace(scores)), 1 / (size * (size - 1)));
      let loss = negative(value);
      if (carrier) loss = add(loss, carrier);
      const terms = { objective: value, positive: own, negative: others };
      if (!lipschitz || lipschitz.kind === "spectral") return [loss, terms];
      const f = (x: Tensor, y: Tensor) => network.rows(used, { x, y });
      const product = productPoints(batch);
      const middle = between(batch, product, key);
      const penalty =
        lipschitz.kind === "gp"
          ? gradientPenalty(f, middle.x, middle.y)
          : pairwisePenalty(f, [batch.x, batch.y], [product.x, product.y]);
      const total = add(loss, mul(penalty, lipschitz.weight));
      // jax-js 0.1.25 cannot return further values beside one that holds a gradient.
      return lipschitz.kind === "gp" ? total : [total, terms];
    },
    data: { x: points.x, y: points.y },
    batchSize: size,
    lastBatch: "drop",
    epochs: Math.ceil(steps / Math.floor(rows / size)),
    optimiser: besideCarried(adam({ learningRate })),
    seed: random.uint32(),
    signal,
    onProgress,
  });
  return {
    params:
      cap === undefined ? trained.params : mapKernels(trained.params, (kernel) => exactlyCapped(kernel, cap)),
    history,
  };
}

function directionsOf(params: Chains, random: Random): Directions {
  return Object.fromEntries(
    Object.entries(params).map(([chain, layers]) => [
      chain,
      layers.map(({ kernel }) => {
        const start = Float32Array.from({ length: kernel.shape[0] }, () => random.normal());
        const length = Math.hypot(...start);
        return tensor(start.map((v) => v / length));
      }),
    ]),
  );
}

/** All kernels under the cap, and the term of the loss that carries the directions on. */
function cappedAll({ params, carried }: State, cap: number): { params: Chains; carrier: Tensor } {
  let carrier = zeros([]);
  const chains = Object.entries(params).map(([chain, layers]): [string, Layers] => [
    chain,
    layers.map(({ kernel, bias }, i) => {
      const direction = carried[chain][i];
      const held = capped(kernel, direction, cap);
      carrier = add(carrier, carry(direction, held.next));
      return { kernel: held.kernel, bias };
    }),
  ]);
  return { params: Object.fromEntries(chains), carrier };
}

function mapKernels(params: Chains, f: (kernel: Tensor) => Tensor): Chains {
  return Object.fromEntries(
    Object.entries(params).map(([chain, layers]) => [
      chain,
      layers.map(({ kernel, bias }) => ({ kernel: f(kernel), bias })),
    ]),
  );
}
