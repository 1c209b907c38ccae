import { describe, expect, it } from "vitest";
import { svd } from "../../core/linear-algebra.ts";
import { asMatrix } from "../../core/matrix.ts";
import { hostFunction } from "../custom-gradient/index.ts";
import {
  add,
  astype,
  eye,
  linalg,
  log,
  matmul,
  mean,
  mul,
  random,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../index.ts";
import { dense, dropout } from "../layers/index.ts";
import { adam, sgd } from "../optimisers/index.ts";
import {
  FitDivergedError,
  type FitOptions,
  type FitProgress,
  FitStoppedError,
  fit as train,
} from "./index.ts";

type Line = { w: Tensor; b: Tensor };
type Rows = { x: Tensor; y: Tensor };

/** y = 2 x₁ − x₂ + 3, without noise. */
function rows(n: number, seed = 1): Rows {
  const x = random.normal(random.key(seed), [n, 2]);
  const y = Float32Array.from({ length: n }, (_, i) => 2 * x.data[2 * i] - x.data[2 * i + 1] + 3);
  return { x, y: tensor(y, { shape: [n, 1] }) };
}

const start = (): Line => ({ w: zeros([2, 1]), b: zeros([1]) });
const errors = (p: Line, { x, y }: Rows): Tensor => sub(add(matmul(x, p.w), p.b), y);
const squared = (p: Line, batch: Rows): Tensor => mean(square(errors(p, batch)));

const line: FitOptions<Line, Rows> = {
  params: start(),
  loss: squared,
  data: rows(50),
  epochs: 40,
  batchSize: 16,
  optimiser: adam({ learningRate: 0.1 }),
  seed: 3,
};

const numbersOf = ({ w, b }: Line): number[] => [...w.data, ...b.data];

describe("fit", () => {
  it("shows the parameters before training and after every epoch", async () => {
    const seen: number[][] = [];
    const { params } = await train({
      ...line,
      epochs: 3,
      onEpoch: (epoch, shown) => {
        seen.push([epoch, ...numbersOf(shown)]);
      },
    });
    expect(seen.map(([epoch]) => epoch)).toEqual([0, 1, 2, 3]);
    expect(seen[0].slice(1)).toEqual(numbersOf(start()));
    expect(seen[3].slice(1)).toEqual(numbersOf(params));
  });

  it("finds the parameters that made the data, and records every epoch", async () => {
    const { params, history, steps, reason } = await train(line);
    // Without noise the loss goes to 0 and the parameters to the truth.
    [2, -1, 3].forEach((truth, i) => {
      expect(numbersOf(params)[i]).toBeCloseTo(truth, 2);
    });
    expect(steps).toBe(40 * 4);
    expect(reason).toBe("epochs");
    expect(history.map(({ epoch, step }) => [epoch, step])).toEqual(
      Array.from({ length: 40 }, (_, i) => [i + 1, 4 * i + 4]),
    );
    expect(history[39].loss).toBeLessThan(history[0].loss / 1000);
    expect(numbersOf(line.params)).toEqual([0, 0, 0]);
  });

  it("gives the same bits for the same seed and others for another", async () => {
    const [first, second, other] = [await train(line), await train(line), await train({ ...line, seed: 4 })];
    expect(numbersOf(second.params)).toEqual(numbersOf(first.params));
    expect(second.history).toEqual(first.history);
    expect(numbersOf(other.params)).not.toEqual(numbersOf(first.params));
  });

  it("logs the parts of the loss by name, averaged over rows", async () => {
    const frozen = sgd({ learningRate: 1e-30 });
    const loss = (p: Line, batch: Rows) => {
      const [fitTerm, size] = [squared(p, batch), mean(batch.x)];
      return [add(fitTerm, size), { fitTerm, size }] as const;
    };
    const data = rows(10);
    const { history } = await train({ ...line, data, loss, optimiser: frozen, epochs: 1, batchSize: 4 });
    const meanOf = (values: Iterable<number>) => [...values].reduce((a, b) => a + b) / [...values].length;
    expect(history[0].terms.size).toBeCloseTo(meanOf(data.x.data), 5);
    expect(history[0].terms.fitTerm).toBeCloseTo(meanOf(data.y.data.map((y) => y * y)), 4);
    expect(history[0].loss).toBeCloseTo(history[0].terms.fitTerm + history[0].terms.size, 5);
  });

  it("can leave out a last batch with fewer rows, and takes all rows when there are fewer than a batch", async () => {
    expect((await train({ ...line, epochs: 2, lastBatch: "drop" })).steps).toBe(6);
    expect((await train({ ...line, epochs: 2, batchSize: 1000 })).steps).toBe(2);
  });

  it("takes batches from a source, synchronous or not, endless or not", async () => {
    const seen: number[] = [];
    async function* endless({ epoch, random: stream }: { epoch: number; random: { uint32(): number } }) {
      seen.push(epoch);
      for (;;) yield rows(8, stream.uint32());
    }
    const result = await train({
      ...line,
      batchSize: undefined,
      data: endless,
      stepsPerEpoch: 5,
      epochs: 16,
    } as FitOptions<Line, Rows>);
    expect(result.steps).toBe(80);
    expect(seen).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(result.params.b.item()).toBeCloseTo(3, 1);
    const three = [rows(3), rows(4), rows(5)];
    expect((await train({ params: start(), loss: squared, data: () => three, epochs: 2 })).steps).toBe(6);
    await expect(train({ params: start(), loss: squared, data: () => [], epochs: 2 })).rejects.toThrow(
      /gave none, got "epoch 0"$/,
    );
    async function* failing() {
      yield rows(3);
      throw new Error("the connection is gone");
    }
    await expect(train({ params: start(), loss: squared, data: failing, epochs: 2 })).rejects.toThrow(
      "the connection is gone",
    );
  });

  it("tells the loss the step, a key of its own and whether it trains", async () => {
    const loss: FitOptions<Line, Rows>["loss"] = (p, batch, { key, step, training }) => {
      const noise = mean(random.uniform(key, []));
      return [
        add(squared(p, batch), mul(noise, 0)),
        { step: astype(step, "float32"), noise, training: mul(noise, training ? 0 : 1) },
      ];
    };
    const { history } = await train({
      ...line,
      loss,
      epochs: 2,
      batchSize: 50,
      validation: { data: rows(20) },
    });
    expect(history.map(({ terms }) => terms.step)).toEqual([0, 1]);
    expect(history[0].terms.noise).not.toBe(history[1].terms.noise);
    expect(history[0].terms.training).toBe(0);
    const [first, second] = history.map(({ validation }) => validation!.terms);
    expect(first.noise).toBe(second.noise);
    expect(first.training).toBeGreaterThan(0);
  });

  it("keeps the parameters of the best epoch and stops when none is better for long", async () => {
    const scores = [5, 3, 4, 4, 4, 1];
    const kept: number[][] = [];
    const evaluate = (params: Line) => {
      kept.push(numbersOf(params));
      return scores[kept.length - 1];
    };
    const result = await train({ ...line, validation: { evaluate, patience: 3 } });
    expect(result.reason).toBe("patience");
    expect(result.best).toEqual({ epoch: 2, score: 3 });
    expect(result.history).toHaveLength(5);
    expect(numbersOf(result.params)).toEqual(kept[1]);
    kept.length = 0;
    const larger = await train({ ...line, epochs: 6, validation: { evaluate, better: "larger" } });
    expect(larger.best).toEqual({ epoch: 1, score: 5 });
    expect(numbersOf(larger.params)).toEqual(kept[0]);
  });

  it("validates on the loss of other rows", async () => {
    const validation = rows(30, 9);
    const { history, best, params } = await train({ ...line, validation: { data: validation } });
    expect(best?.score).toBe(Math.min(...history.map((one) => one.validation!.score)));
    const mse = [...errors(params, validation).data].reduce((total, one) => total + one * one, 0) / 30;
    expect(best?.score).toBeCloseTo(mse, 6);
  });

  it("returns the moving average of the parameters where asked", async () => {
    const seen: number[][] = [];
    const plain: FitOptions<Line, Rows> = {
      ...line,
      epochs: 3,
      batchSize: 50,
      validation: {
        evaluate: (p) => {
          seen.push(numbersOf(p));
          return -seen.length;
        },
      },
    };
    await train(plain);
    const raw = seen.splice(0);
    const averaged = await train({ ...plain, averaging: 0.5 });
    let average = [0, 0, 0];
    for (const [i, numbers] of raw.entries()) {
      average = average.map((old, j) => 0.5 * old + 0.5 * numbers[j]);
      expect(seen[i]).toEqual(average.map((one) => expect.closeTo(one, 5)));
    }
    expect(numbersOf(averaged.params)).toEqual(seen[2]);
  });

  it("trains through functions computed by ordinary code", async () => {
    const nuclearNorm = hostFunction("nuclearNorm", (x) => {
      const { u, singularValues, v } = svd(asMatrix(x));
      const [, cols] = x.shape;
      const gradient = Array.from({ length: x.size }, (_, at) => {
        const [i, j] = [Math.floor(at / cols), at % cols];
        return singularValues.reduce(
          (total, _s, k) => total + u.data[i * u.cols + k] * v.data[j * v.cols + k],
          0,
        );
      });
      return { value: singularValues.reduce((a, b) => a + b), gradient };
    });
    // Shrinking a matrix: the nuclear norm takes 1 off every singular value (soft thresholding).
    const target = tensor([
      [3, 0],
      [0, 0.5],
    ]);
    const { params, history } = await train({
      params: {
        m: tensor([
          [1, 0.5],
          [-0.5, 1],
        ]),
      },
      loss: ({ m }, batch) => {
        const norm = nuclearNorm(m);
        return [add(norm, mul(sum(square(sub(m, batch))), 0.5)), { norm }];
      },
      data: () => [target],
      epochs: 400,
      optimiser: sgd({ learningRate: 0.05 }),
      validation: { data: () => [target] },
    });
    expect(params.m.data[0]).toBeCloseTo(2, 2);
    // At the kink of a singular value at 0 plain gradient steps stay within the learning rate.
    for (const one of [1, 2, 3]) expect(Math.abs(params.m.data[one])).toBeLessThan(0.06);
    expect(history[399].terms.norm).toBeCloseTo(2, 1);
  });

  it("says that and why it did not run natively", async () => {
    const loss = ({ a }: { a: Tensor }) => mul(linalg.slogdet(a)[1], -1);
    const options = { params: { a: eye(2) }, loss, data: () => [zeros([1])], epochs: 1 };
    const { warnings } = await train(options);
    expect(warnings).toEqual([
      {
        code: "not-native",
        message: "trained on WebAssembly, many times slower: ONNX has no operator for lu",
      },
    ]);
    expect((await train({ ...options, executor: "wasm" })).warnings).toEqual([]);
    expect((await train({ ...line, epochs: 1 })).warnings).toEqual([]);
  });

  it("reports progress with loss, speed and remaining time", async () => {
    const seen: FitProgress[] = [];
    await train({ ...line, epochs: 3, onProgress: (progress) => seen.push(progress) });
    const last = seen[seen.length - 1];
    expect(last).toMatchObject({ done: 12, total: 12, epoch: 3, step: 12, remainingSeconds: 0 });
    expect(last.label).toMatch(/^epoch 3\/3, loss \d/);
    expect(last.stepsPerSecond).toBeGreaterThan(0);
    expect(Number.isFinite(last.loss)).toBe(true);
  });

  it("stops when the signal fires, with what was reached, also while it waits for data", async () => {
    const stop = new AbortController();
    const stopped = train({
      ...line,
      epochs: 1e6,
      signal: stop.signal,
      onProgress: ({ step }) => step >= 10 && stop.abort(),
    });
    const error = await stopped.catch((one) => one);
    expect(error).toBeInstanceOf(FitStoppedError);
    expect(error.message).toMatch(/^fit: stopped after step \d+ \(epoch \d+ of 1000000\)$/);
    expect(error.partial.steps).toBeGreaterThanOrEqual(10);
    expect(numbersOf(error.partial.params).every(Number.isFinite)).toBe(true);
    async function* stuck() {
      yield rows(5);
      await new Promise(() => {});
    }
    const waiting = train({
      params: start(),
      loss: squared,
      data: stuck,
      epochs: 1,
      signal: AbortSignal.timeout(200),
    });
    await expect(waiting).rejects.toThrow("fit: stopped after step 1 (epoch 1 of 1)");
  });
});

describe("fit, when numbers stop being finite", () => {
  async function diverged(options: FitOptions<Line, Rows>): Promise<FitDivergedError<Line>> {
    const error = await train(options).catch((one) => one);
    expect(error).toBeInstanceOf(FitDivergedError);
    return error;
  }

  it("names the step and the row of a bad batch, and keeps the parameters before it", async () => {
    const good = [rows(4, 1), rows(4, 2)];
    const bad = rows(4, 3);
    bad.x.data[5] = Number.NaN;
    const options = { params: start(), loss: squared, epochs: 1 };
    const error = await diverged({ ...options, data: () => [...good, bad, good[0]] });
    expect(error.message).toBe(
      "fit: the loss is NaN at step 2 (epoch 1); the parameters before it are kept; batch.x, row 2 of the batch is NaN",
    );
    expect(error.step).toBe(2);
    const { params } = await train({ ...options, data: () => good });
    expect(numbersOf(error.partial.params)).toEqual(numbersOf(params));
  });

  it("finds the step whose gradient was bad although its loss was not", async () => {
    // √0 has an infinite slope, times 0.
    const loss = (p: Line, { x, y }: Rows) =>
      add(squared(p, { x, y }), sqrt(sum(square(mul(p.b, mean(mul(x, 0)))))));
    const harmless = rows(4, 1);
    const error = await diverged({ params: start(), loss, data: () => [harmless], epochs: 5 });
    expect(error.step).toBe(0);
    expect(error.message).toMatch(/params\.\w is not finite after the update of step 0/);
    expect(numbersOf(error.partial.params)).toEqual([0, 0, 0]);
    const switched = (p: Line, batch: Rows, { step }: { step: Tensor }) => {
      const late = mul(sqrt(sum(square(mul(p.b, astype(sub(step, 3), "float32"))))), 1);
      return add(squared(p, batch), late);
    };
    const four = [rows(4, 1), rows(4, 2), rows(4, 3), rows(4, 4), rows(4, 5)];
    const later = await diverged({
      params: { ...start(), b: tensor([1]) },
      loss: switched,
      data: () => four,
      epochs: 1,
    });
    expect(later.step).toBe(3);
    expect(later.message).toMatch(
      /the gradient of step 3 \(epoch 1\) is not finite; the parameters before it are kept/,
    );
    const before = await train({
      params: { ...start(), b: tensor([1]) },
      loss: switched,
      data: () => four.slice(0, 3),
      epochs: 1,
    });
    expect(numbersOf(later.partial.params)).toEqual(numbersOf(before.params));
  });

  it("suggests a smaller learning rate where the loss explodes", async () => {
    const error = await diverged({ ...line, optimiser: sgd({ learningRate: 1e6 }), epochs: 100 });
    expect(error.message).toMatch(
      /the loss is (Infinity|NaN) at step \d+ .*a smaller learning rate may help$/,
    );
    expect(numbersOf(error.partial.params).every(Number.isFinite)).toBe(true);
  });

  it("refuses a validation score that is not finite", async () => {
    const error = await diverged({ ...line, validation: { evaluate: () => Number.NaN } });
    expect(error.message).toBe("fit: the validation score is NaN after step 4");
  });
});

describe("fit, given what it cannot use", () => {
  it("refuses options out of range and suggests the nearest name", async () => {
    await expect(train({ ...line, epochs: 0 })).rejects.toThrow(
      "fit: epochs is not a count; expected an integer from 1, got 0",
    );
    await expect(train({ ...line, batchsize: 3 } as never)).rejects.toThrow(
      'fit: unknown option, got "batchsize" (did you mean "batchSize"?)',
    );
    await expect(train({ ...line, checkpoint: { path: "x", resumes: true } as never })).rejects.toThrow(
      'fit: checkpoint: unknown option, got "resumes" (did you mean "resume"?)',
    );
    await expect(train({ ...line, data: () => [], lastBatch: "drop", batchSize: undefined })).rejects.toThrow(
      /does not apply to a source/,
    );
    await expect(train({ ...line, stepsPerEpoch: 3 })).rejects.toThrow(/applies to a source of batches only/);
    await expect(train({ ...line, averaging: 2 })).rejects.toThrow(/decay is out of range/);
  });

  it("refuses data without rows, of unequal lengths or not finite, naming tensor and row", async () => {
    const { x, y } = rows(5);
    const broken = tensor(
      Float32Array.from(x.data, (one, i) => (i === 7 ? Number.NaN : one)),
      { shape: x.shape },
    );
    await expect(train({ ...line, data: { x: broken, y } })).rejects.toThrow(
      /^fit: data: data\.x, row 3 is not finite.*got NaN/,
    );
    await expect(train({ ...line, data: { x, y: zeros([4, 1]) } })).rejects.toThrow(
      /data\.y has another number of rows.*expected 5, got 4$/,
    );
    await expect(train({ ...line, data: { x: zeros([0, 2]), y: zeros([0, 1]) } })).rejects.toThrow(/no rows/);
    await expect(train({ ...line, validation: { data: { x, y: zeros([]) } } })).rejects.toThrow(
      /^fit: validation: data\.y has no rows/,
    );
  });

  it("refuses parameters that cannot be trained", async () => {
    const { w } = start();
    await expect(train({ ...line, params: { w, b: 3 } as never })).rejects.toThrow(
      /params\.b cannot be trained.*got 3$/,
    );
    await expect(train({ ...line, params: { w, b: zeros([1], "int32") } })).rejects.toThrow(
      /params\.b cannot be trained.*"int32"$/,
    );
    await expect(train({ ...line, params: {} as never })).rejects.toThrow(/no parameters to train/);
    await expect(train({ ...line, params: { w, b: tensor([Number.NaN]) } })).rejects.toThrow(
      /params\.b is not finite/,
    );
  });

  it("refuses a loss or term that is no single number, and names the layer whose shape does not fit", async () => {
    await expect(train({ ...line, loss: (p) => p.w })).rejects.toThrow(
      /fit: the loss is not a single number.*"float32\[2,1\]"$/,
    );
    await expect(train({ ...line, loss: (p, b) => [squared(p, b), { w: p.w }] })).rejects.toThrow(
      /the term w is not a single number/,
    );
    const layer = dense(3, 1, { name: "regression" });
    const params = layer.init(random.key(1));
    await expect(
      train({ params, data: rows(5), epochs: 1, loss: (p, { x }: Rows) => mean(layer.apply(p, x)) }),
    ).rejects.toThrow(/^regression: .*expected an input \[\.\.\., 3\], got "float32\[5,2\]"/);
  });
});

describe("fit with dropout", () => {
  it("drops other places in every step", async () => {
    const kept: FitOptions<{ w: Tensor }, Tensor>["loss"] = ({ w }, x, { key }) => {
      const share = mean(dropout(key, x, 0.5));
      return [add(mul(mean(w), 0), log(add(share, 1))), { share }];
    };
    const x = tensor(new Float32Array(64).fill(1));
    const { history } = await train({
      params: { w: zeros([1]) },
      loss: kept,
      data: x,
      epochs: 6,
      batchSize: 64,
    });
    expect(new Set(history.map(({ terms }) => terms.share)).size).toBeGreaterThan(2);
  });
});
