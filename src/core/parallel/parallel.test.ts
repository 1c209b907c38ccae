import { afterAll, describe, expect, test } from "vitest";
import {
  addFromShared,
  notExported,
  refuseThree,
  slow,
  square,
} from "../../../test/fixtures/parallel/tasks.ts";
import { InputError, StoppedError } from "../errors.ts";
import { inline, shareFloats, threads } from "./index.ts";

const pool = threads(2);
afterAll(() => pool.close());

describe.each([
  ["inline", inline()],
  ["threads", pool],
])("the %s executor", (_, executor) => {
  test("returns results in the order of the units", async () => {
    const units = Array.from({ length: 50 }, (_, i) => i);
    expect(await executor.map(square, units)).toEqual(units.map((x) => x * x));
  });

  test("returns nothing for no units", async () => {
    expect(await executor.map(square, [])).toEqual([]);
  });

  test("lets tasks write to shared memory that the caller sees", async () => {
    const shared = shareFloats(new Float64Array(4));
    await executor.map(addFromShared, [0, 1, 2, 3, 0], { shared });
    expect([...shared]).toEqual([2, 1, 1, 1]);
  });

  test("reports progress up to the total", async () => {
    const seen: number[] = [];
    await executor.map(square, [1, 2, 3], { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen).toEqual([1 / 3, 2 / 3, 1]);
  });

  test("throws what a task threw, as the same kind of error with its details", async () => {
    const failed = await executor.map(refuseThree, [1, 2, 3, 4]).catch((error) => error);
    expect(failed).toBeInstanceOf(InputError);
    expect(failed).toMatchObject({ code: "three", message: "refuseThree: three is refused, got 3" });
  });

  test("works again after a failure", async () => {
    await executor.map(refuseThree, [3]).catch(() => {});
    expect(await executor.map(square, [5])).toEqual([25]);
  });

  test("stops when asked and has handed over what was finished", async () => {
    const stop = new AbortController();
    const kept: number[] = [];
    const run = executor.map(slow, [1, 2, 3, 4, 5, 6, 7, 8], {
      signal: stop.signal,
      onResult: (result) => {
        kept.push(result);
        if (kept.length === 2) stop.abort();
      },
    });
    await expect(run).rejects.toBeInstanceOf(StoppedError);
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(kept.length).toBeLessThan(8);
  });
});

test("threads run two maps at the same time without mixing their results", async () => {
  const [a, b] = await Promise.all([pool.map(slow, [1, 2, 3, 4]), pool.map(square, [5, 6, 7, 8])]);
  expect(a).toEqual([1, 2, 3, 4]);
  expect(b).toEqual([25, 36, 49, 64]);
});

test("threads say when a task is not exported under its name", async () => {
  await expect(pool.map(notExported, [1])).rejects.toThrow('no task "nowhere" is exported by its module');
});

test("threads refuse a thread count of zero", () => {
  expect(() => threads(0)).toThrow("threads: not a number of threads; expected an integer from 1, got 0");
});
