// A training run that tests interrupt: everything that must survive takes part (moments of Adam, dropout, order of
// rows, schedule, moving average, best epoch, patience).

import type { FitOptions } from "../../src/engine/fit/index.ts";
import { mean, random, relu, slice, square, sub, type Tensor, tensor } from "../../src/engine/index.ts";
import { dense, dropout } from "../../src/engine/layers/index.ts";
import { adamw } from "../../src/engine/optimisers/index.ts";
import { cosine, warmUp } from "../../src/engine/schedules.ts";

const [features, hidden] = [64, 256];
const first = dense(features, hidden, { name: "first" });
const last = dense(hidden, 1, { name: "last" });

function rows(n: number, seed: number): { x: Tensor; y: Tensor } {
  const x = random.normal(random.key(seed), [n, features]);
  const y = Float32Array.from(
    { length: n },
    (_, i) => Math.sin(x.data[i * features]) + x.data[i * features + 1],
  );
  return { x, y: tensor(y, { shape: [n, 1] }) };
}

type Params = { first: ReturnType<typeof first.init>; last: ReturnType<typeof last.init> };

export function resumable(epochs: number): FitOptions<Params, ReturnType<typeof rows>> {
  const keys = random.split(random.key(1));
  return {
    params: { first: first.init(slice(keys, 0)), last: last.init(slice(keys, 1)) },
    loss: (p, { x, y }, { key, training }) => {
      const h = relu(first.apply(p.first, x));
      const output = last.apply(p.last, training ? dropout(key, h, 0.2) : h);
      const error = mean(square(sub(output, y)));
      return [error, { error }];
    },
    data: rows(60, 2),
    batchSize: 16,
    epochs,
    optimiser: adamw({ learningRate: warmUp(5, cosine({ peak: 0.003, steps: 200 })) }),
    averaging: 0.9,
    validation: { data: rows(30, 3), patience: 50 },
    seed: 11,
  };
}
