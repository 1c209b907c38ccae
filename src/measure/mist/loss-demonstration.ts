import { Random } from "../../core/random.ts";
import {
  compile,
  div,
  matmul,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../engine/index.ts";
import { mistLoss } from "./loss.ts";
import type { MistModel } from "./model.ts";

const rows = 200;
const steps = 60;
const rate = 0.15;

/**
 * The sheet's demonstration of MIST as a loss: s ~ N(0, 1), X = (s + 0.3 ε₁, ε₂), and a direction w, from (0.3, 1), that
 * gradient ascent turns so that X·w tells most about s according to the estimate. Gives the true information at the end.
 */
export async function ascend(model: MistModel, seed: number): Promise<number> {
  const random = new Random(seed);
  const s = new Float32Array(rows);
  const x = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    s[i] = random.normal();
    x[2 * i] = s[i] + 0.3 * random.normal();
    x[2 * i + 1] = random.normal();
  }
  const [data, target] = [tensor(x, { shape: [rows, 2] }), tensor(s, { shape: [rows, 1] })];
  const slope = compile((w: Tensor) =>
    valueAndGrad((v: Tensor) => {
      const unit = div(v, sqrt(sum(square(v))));
      return mistLoss(model, matmul(data, reshape(unit, [2, 1])), target);
    })(w),
  );
  let w = Float32Array.of(0.3, 1);
  for (let step = 0; step < steps; step++) {
    const [, gradient] = await slope(tensor(w));
    w = w.map((value, j) => value + rate * gradient.data[j]);
    const length = Math.hypot(...w);
    w = w.map((value) => value / length);
  }
  await slope.dispose();
  const rho2 = w[0] ** 2 / (1.09 * w[0] ** 2 + w[1] ** 2);
  return -0.5 * Math.log(1 - rho2);
}
