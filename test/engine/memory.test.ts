import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/engine/index.ts";
import * as e from "../../src/engine/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Megabytes in use after a garbage collection. */
function used(): number {
  collect();
  return process.memoryUsage().rss / 2 ** 20;
}

// A tensor of 256 KB: a thousand of them kept would be 250 MB.
const size = 65_536;
const allowed = 60;

describe("memory does not grow", () => {
  it("over a thousand eager calls", () => {
    const x = e.full([size], 0.5);
    const call = () => e.exp(e.mul(x, 2));
    for (let i = 0; i < 50; i++) call();
    const before = used();
    for (let i = 0; i < 1000; i++) call();
    expect(used() - before).toBeLessThan(allowed);
  });
  it("over a thousand compiled steps, donated or not", async () => {
    const step = (w: Tensor, x: Tensor) => {
      const [loss, slope] = e.valueAndGrad((v: Tensor) => e.sum(e.square(e.sub(e.tanh(v), x))))(w);
      return [loss, e.sub(w, e.mul(slope, 0.1))] as const;
    };
    const x = e.full([size], 0.5);
    for (const donate of [[0], []]) {
      const compiled = e.compile(step, { executor: "onnx", donate });
      let w: Tensor = e.zeros([size]);
      const run = async (times: number) => {
        for (let i = 0; i < times; i++) [, w] = await compiled(w, x);
      };
      await run(50);
      const before = used();
      await run(1000);
      expect(used() - before).toBeLessThan(allowed);
      await compiled.dispose();
    }
  });
  it("over compiled functions made and disposed of", async () => {
    const x = e.full([size], 0.5);
    const once = async () => {
      const f = e.compile((y: Tensor) => e.sum(e.mul(y, y)));
      await f(x);
      await f.dispose();
    };
    for (let i = 0; i < 20; i++) await once();
    const before = used();
    for (let i = 0; i < 100; i++) await once();
    expect(used() - before).toBeLessThan(allowed);
  });
});
