import { describe, expect, test } from "vitest";
import { expectGradient } from "../../../../test/engine/finite-differences.ts";
import { Random } from "../../../core/random.ts";
import { astype, compile, mapTree, type Tensor, tensor } from "../../../engine/index.ts";
import { CachedDecoder } from "./cached-decoder.ts";
import { initialParameters, logits, loss, type Parameters, rotations, type Sizes } from "./network.ts";

const sizes = { vocabularySize: 11, width: 8, layers: 2, heads: 2, hidden: 6, context: 6 };
const tokens = (...rows: number[][]) =>
  tensor(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });

/** Parameters of size 1/2, so that nothing is nearly linear. */
function randomParameters(seed: number, own: Sizes = sizes): Parameters {
  const random = new Random(seed);
  return mapTree(initialParameters(own, seed), ({ shape, size }) =>
    tensor(
      Float32Array.from({ length: size }, () => 0.5 * random.normal()),
      { shape },
    ),
  ) as Parameters;
}

describe("the decoder", () => {
  test("has the gradients of finite differences, in every block and in the embedding", async () => {
    const small = { vocabularySize: 7, width: 4, layers: 2, heads: 2, hidden: 3, context: 4 };
    const single = randomParameters(1, small);
    const params = mapTree(single, (leaf) => astype(leaf, "float64")) as Parameters;
    const inputs = tokens([1, 4, 6], [2, 2, 0]);
    const targets = tokens([4, 6, 5], [2, 0, 3]);

    await expectGradient((p: Parameters) => loss(p, { inputs, targets }, small.heads), params);
  });

  test("gives the same logits at earlier places whatever comes later", async () => {
    const params = randomParameters(2);
    const run = compile((p: Parameters, ids: Tensor) => logits(p, ids, sizes.heads));
    const same = [1, 3, 5];
    const [a, b] = (
      await run(params, tokens([...same, 7, 2, 4], [...same, 8, 9, 10]))
    ).toArray() as number[][][];

    expect(b.slice(0, 3)).toEqual(a.slice(0, 3));
    expect(b[3]).not.toEqual(a[3]);
  });

  test("sees where a token stands: the order of earlier tokens matters", async () => {
    const params = randomParameters(3);
    const run = compile((p: Parameters, ids: Tensor) => logits(p, ids, sizes.heads));
    const [a, b] = (await run(params, tokens([1, 2, 3, 4], [1, 3, 2, 4]))).toArray() as number[][][];

    expect(b[3]).not.toEqual(a[3]);
  });

  test("computes the same token by token over plain arrays", async () => {
    const params = randomParameters(4);
    const ids = [1, 9, 2, 8, 3, 7];
    const run = compile((p: Parameters, batch: Tensor) => logits(p, batch, sizes.heads));
    const [all] = (await run(params, tokens(ids))).toArray() as number[][][];
    const decoder = new CachedDecoder(params, sizes);

    for (const [i, id] of ids.entries()) {
      decoder.push(id);
      const logprobs = decoder.logprobs();
      const total = Math.log(all[i].reduce((sum, x) => sum + Math.exp(x), 0));
      // Single precision: 2^-24 relative, in sums of some dozen numbers of size up to ten.
      for (const [v, x] of all[i].entries()) expect(Math.abs(logprobs[v] - (x - total))).toBeLessThan(1e-5);
    }
  });
});

test("rotations turn pair i at place p by p / 10000^(2 i / width)", () => {
  const { cos, sin } = rotations(4, 4);

  expect(cos[3 * 4]).toBeCloseTo(Math.cos(3), 6);
  expect(sin[3 * 4 + 1]).toBeCloseTo(Math.sin(3), 6);
  expect(sin[3 * 4 + 2]).toBeCloseTo(Math.sin(3 / 100), 6);
});
