import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { studentQuantile } from "../../core/special.ts";
import { writeArray, writeArrays } from "../../data/index.ts";
import {
  add,
  matmul,
  mean,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
  fit as train,
  zeros,
} from "../../engine/index.ts";
import {
  type EpochActivations,
  type InformationPlaneOptions,
  informationPlane,
  planeEstimators,
  readActivations,
  recordActivations,
} from "./information-plane.ts";

const n = 240;
const labels = Int32Array.from({ length: n }, (_, i) => i % 3);

/** A layer of rows near their class's place, the tighter the smaller the spread. */
function layer(spread: number, seed: number, units = 2): Matrix {
  const random = new Random(seed);
  const data = Float64Array.from({ length: n * units }, () => spread * random.normal());
  for (let i = 0; i < n; i++) data[i * units] += labels[i];
  return matrix(n, units, data);
}

/** Fits first, then compresses; the last layer is more compact. */
function run(seed: number): EpochActivations[] {
  return [3, 0.5, 0.1, 0.01].map((spread, i) => ({
    epoch: 10 * i,
    layers: { first: layer(spread, 10 * seed + i), second: layer(spread / 4, 10 * seed + i + 5) },
  }));
}

const inputs = layer(1, 99, 4);
const plane = (options: InformationPlaneOptions = {}) =>
  informationPlane({ a: run(1), b: run(2), c: run(3) }, { y: labels, spectralEntropy: false, ...options });

describe("informationPlane", () => {
  it("measures every layer at every epoch, with means and Student's intervals over runs", async () => {
    const { points, curves, runs, layers, epochs, n: rows } = await plane();
    expect([runs, layers, epochs, rows]).toEqual([["a", "b", "c"], ["first", "second"], [0, 10, 20, 30], n]);
    expect(points).toHaveLength(24);
    const at = points.filter((p) => p.layer === "second" && p.epoch === 20).map((p) => p.aboutInput);
    const curve = curves.find((c) => c.layer === "second" && c.epoch === 20)!;
    const center = (at[0] + at[1] + at[2]) / 3;
    const sd = Math.sqrt(at.reduce((sum, v) => sum + (v - center) ** 2, 0) / 2);
    expect(curve.aboutInput.mean).toBeCloseTo(center, 12);
    expect(curve.aboutInput.interval!.high - center).toBeCloseTo(
      (studentQuantile(0.975, 2) * sd) / Math.sqrt(3),
      12,
    );
  });

  it("sees that bins merge: I(X;T) falls after its peak, I(T;Y) does not exceed H(Y)", async () => {
    const { compression, points, labelEntropy, inputLimit } = await plane();
    expect(labelEntropy).toBeCloseTo(Math.log(3), 12);
    expect(inputLimit).toBeCloseTo(Math.log(n), 12);
    for (const { share, fall, runs, units } of compression) {
      expect(units).toBe(2);
      expect(share.mean).toBeGreaterThan(0.3);
      expect(fall.mean).toBeGreaterThan(1);
      for (const { peak, final, share: own } of runs) expect(own).toBeCloseTo((peak - final) / peak, 12);
    }
    for (const { aboutInput, aboutLabel } of points) {
      expect(aboutInput).toBeLessThanOrEqual(inputLimit + 1e-12);
      expect(aboutLabel).toBeLessThanOrEqual(Math.min(labelEntropy, aboutInput) + 1e-12);
    }
  });

  it.each([...planeEstimators.keys()])(
    "places tight classes near H(Y) and noise below it by %s",
    async (name) => {
      const measured = await informationPlane(
        [
          { epoch: 0, layers: { t: layer(3, 1) } },
          { epoch: 1, layers: { t: layer(0.05, 2) } },
        ],
        { y: labels, x: inputs, estimator: name, spectralEntropy: false },
      );
      const [before, after] = measured.points;
      expect(measured.estimator).toBe(name);
      // Bins in which most rows are alone know the row, and so its label, from the beginning.
      if (name !== "ebab" && name !== "binning") expect(after.aboutLabel).toBeGreaterThan(before.aboutLabel);
      expect(after.aboutLabel).toBeGreaterThan(0.6);
      for (const { aboutInput } of measured.points) expect(Number.isFinite(aboutInput)).toBe(true);
    },
  );

  it("gives bits when asked, the same numbers again, and spectral entropy unless it is unwanted", async () => {
    const bits = await plane({ unit: "bits", spectralEntropy: true });
    const nats = await plane({ spectralEntropy: true });
    expect(bits.points[3].aboutInput * Math.LN2).toBeCloseTo(nats.points[3].aboutInput, 12);
    expect(bits.points[3].spectralEntropy! * Math.LN2).toBeCloseTo(nats.points[3].spectralEntropy!, 12);
    expect(await plane({ spectralEntropy: true })).toEqual(nats);
    expect((await plane()).points[0].spectralEntropy).toBeUndefined();
  });

  it("takes repeated inputs as one: I(X;T) of noise on a single input is 0", async () => {
    const epochs = [{ epoch: 0, layers: { t: layer(1, 1) } }];
    const same = await informationPlane(epochs, {
      y: labels,
      x: matrix(n, 1, new Float64Array(n).fill(2)),
      spectralEntropy: false,
    });
    expect(same.points[0].aboutInput).toBeCloseTo(0, 12);
    expect(same.inputLimit).toBe(0);
  });

  it("names a dead layer and leaves it out of the means", async () => {
    const dead = run(4).map(({ epoch, layers }) => ({
      epoch,
      layers: { ...(layers as object), second: matrix(n, 2) },
    }));
    const { warnings, curves, compression } = await informationPlane(
      { a: run(1), b: dead as EpochActivations[] },
      { y: labels, spectralEntropy: false },
    );
    const message = warnings.find(({ code }) => code === "dead-layer")!.message;
    expect(message).toMatch(/^second .* in b/);
    expect(
      curves.filter(({ layer }) => layer === "second").every(({ aboutInput }) => aboutInput.runs === 1),
    ).toBe(true);
    expect(compression[1].runs.map(({ dead }) => dead)).toEqual([false, true]);
    expect(compression[1].share.runs).toBe(1);
  });

  it("says what one run or one epoch cannot show", async () => {
    const codes = (await informationPlane([run(1)[0]], { y: labels, spectralEntropy: false })).warnings.map(
      ({ code }) => code,
    );
    expect(codes).toEqual(expect.arrayContaining(["one-run", "one-epoch"]));
  });

  it("takes labels and inputs of a run before those of all", async () => {
    const shuffled = Int32Array.from(new Random(1).permutation(n), (i) => labels[i]);
    const { points } = await informationPlane(
      { real: { epochs: [run(1)[3]] }, shuffled: { epochs: [run(1)[3]], y: shuffled } },
      { y: labels, spectralEntropy: false, layers: ["second"] },
    );
    expect(points[0].aboutLabel).toBeGreaterThan(points[1].aboutLabel + 0.5);
  });

  it("refuses what does not fit, naming run, epoch and layer, before measuring", async () => {
    const broken = (layers: object, message: RegExp, options: InformationPlaneOptions = { y: labels }) =>
      expect(
        informationPlane({ a: [run(1)[0], { epoch: 7, layers: layers as never }] }, options),
      ).rejects.toThrow(message);
    const { first } = run(1)[0].layers as Record<string, Matrix>;
    await broken({ first }, /a, epoch 7: a layer is missing.*got "second"/);
    await broken(
      { first, second: matrix(5, 2) },
      /a, epoch 7, second: another number of rows.*240 rows, got 5/,
    );
    await broken({ first, second: matrix(n, 3) }, /another number of units.*2 units, got 3/);
    const nan = matrix(n, 2);
    nan.data[9] = Number.NaN;
    await broken({ first, second: nan }, /epoch 7, second: row 4, column 1 is not a finite number/);
    await broken({ first, second: first }, /no labels/, {});
    await broken({ first, second: first }, /all rows have the same label/, { y: new Array(n).fill("a") });
    await broken({ first, second: first }, /no such layer.*first, second, got "frst".*did you mean "first"/, {
      y: labels,
      layers: ["frst"],
    });
    await broken({ first, second: first }, /estimator ksg needs the inputs/, { y: labels, estimator: "ksg" });
    await broken({ first, second: first }, /unknown estimator.*got "bining".*did you mean "binning"/, {
      y: labels,
      estimator: "bining",
    });
    await expect(informationPlane([run(1)[0], run(1)[0]], { y: labels })).rejects.toThrow(
      /an epoch is there twice, got 0/,
    );
    await expect(informationPlane({}, { y: labels })).rejects.toThrow(/no runs/);
  });

  it("stops when asked to, and tells how far it is", async () => {
    await expect(plane({ signal: AbortSignal.abort() })).rejects.toThrow(/stopped/);
    const seen: number[] = [];
    await plane({ onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
  });
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-plane-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function save(path: string, array: Parameters<typeof writeArray>[1]): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeArray(join(folder, path), array);
}

describe("readActivations", () => {
  it("reads runs of epochs of layers in natural order, with labels for all and of their own", async () => {
    for (const seed of ["seed-1", "seed-2"]) {
      for (const epoch of ["epoch-0002", "epoch-0010"]) {
        for (const name of ["layer-1", "layer-2", "layer-10"]) {
          await save(`many/${seed}/${epoch}/${name}.npy`, Float32Array.of(1, 2, 3, 4));
        }
      }
    }
    await save("many/y.npy", Int32Array.of(0, 1, 0, 1));
    await save("many/seed-2/y.npy", Int32Array.of(0, 0, 1, 1));
    await save("many/plots/picture.npy", [1]);
    const { runs, notes } = await readActivations(join(folder, "many"));
    expect(Object.keys(runs)).toEqual(["seed-1", "seed-2"]);
    expect(runs["seed-1"].epochs.map(({ epoch }) => epoch)).toEqual([2, 10]);
    expect([runs["seed-1"].y, runs["seed-2"].y]).toEqual([
      Int32Array.of(0, 1, 0, 1),
      Int32Array.of(0, 0, 1, 1),
    ]);
    expect(notes).toEqual(["no epochs in plots: passed over"]);
    const layers = await (runs["seed-1"].epochs[0].layers as () => Promise<object>)();
    expect(Object.keys(layers)).toEqual(["layer-1", "layer-2", "layer-10"]);
  });

  it("reads one run in the folder itself, npz files, pictures row by row, and one-hot labels", async () => {
    await mkdir(join(folder, "one"), { recursive: true });
    const pictures = { shape: [4, 2, 3], data: Float32Array.from({ length: 24 }, (_, i) => i) };
    await writeArrays(join(folder, "one/step_300.npz"), { conv: pictures, fc: Float32Array.of(1, 2, 3, 4) });
    await save("one/labels.npy", { shape: [4, 2], data: Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0) });
    await save("one/x.npy", [[1], [2], [3], [4]]);
    const { runs, notes } = await readActivations(join(folder, "one"));
    expect(runs.one.y).toEqual(Int32Array.of(0, 1, 1, 0));
    expect((runs.one.x as Matrix).rows).toBe(4);
    expect(notes[0]).toMatch(/labels.npy was read as one column for each of 2 classes/);
    expect(runs.one.epochs[0].epoch).toBe(300);
    const { conv } = await (runs.one.epochs[0].layers as () => Promise<Record<string, Matrix>>)();
    expect([conv.rows, conv.cols, conv.data[6]]).toEqual([4, 6, 6]);
  });

  it("says in one line what is wrong with a folder", async () => {
    const refused = (name: string, message: RegExp) =>
      expect(readActivations(join(folder, name))).rejects.toThrow(message);
    await refused("man", /no such folder.*did you mean "many"/);
    await mkdir(join(folder, "empty"));
    await refused("empty", /no activations in this folder; expected runs\/.*got "an empty folder"/);
    await writeFile(join(folder, "file"), "");
    await refused("file", /a file, not a folder/);
    await save("bare/epoch-1/layer-1.npy", [1, 2]);
    await refused("bare", /no labels beside the epochs.*y.npy/);
    await save("bare/y.npy", [0.5, 1]);
    await refused("bare", /y.npy: row 0 is no class.*got 0.5/);
  });

  it("names the file with numbers that are not finite", async () => {
    await save("nan/epoch-1/layer-1.npy", { shape: [2, 2], data: Float64Array.of(1, 2, Number.NaN, 4) });
    await save("nan/y.npy", Int32Array.of(0, 1));
    const { runs } = await readActivations(join(folder, "nan"));
    await expect(informationPlane(runs)).rejects.toThrow(
      /nan\/epoch-1\/layer-1.npy: row 1, unit 0 is not a finite number.*NaN/,
    );
  });
});

describe("recordActivations", () => {
  const x = tensor(inputs.data.slice(0, 40), { shape: [10, 4], dtype: "float32" });
  const y = tensor(
    Float32Array.from({ length: 10 }, (_, i) => i % 2),
    { shape: [10, 1] },
  );
  type Weights = { w: Tensor; b: Tensor };
  const hidden = (p: Weights, input: Tensor) => tanh(add(matmul(input, p.w), p.b));
  const options = {
    params: { w: zeros([4, 1]), b: zeros([1]) },
    loss: (p: Weights, batch: { x: Tensor; y: Tensor }) => mean(square(sub(hidden(p, batch.x), batch.y))),
    data: { x, y },
    epochs: 12,
  };
  const layers = (p: Weights, input: Tensor) => ({ hidden: hidden(p, input) });

  it("keeps what fit shows, at epochs that grow apart, and in a folder the same", async () => {
    const inMemory = recordActivations<Weights>({ layers, x });
    const target = join(folder, "recorded");
    const inFolder = recordActivations<Weights>({ layers, x, folder: target, y: [..."ababababab"] });
    await train({
      ...options,
      onEpoch: async (epoch, params) => {
        await inMemory.onEpoch(epoch, params);
        await inFolder.onEpoch(epoch, params);
      },
    });
    expect(inMemory.recorded.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const { runs } = await readActivations(target);
    const read = await informationPlane(runs, { spectralEntropy: false });
    const kept = await informationPlane(
      { recorded: inMemory.recorded },
      { y: [..."ababababab"], spectralEntropy: false },
    );
    expect(read.points).toEqual(kept.points);
    expect(read.points.at(-1)!.aboutInput).toBeGreaterThan(read.points[0].aboutInput);
  });
});
