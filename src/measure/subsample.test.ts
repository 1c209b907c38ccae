import { expect, test } from "vitest";
import { InputError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { subsampleInterval } from "./subsample.ts";

const data = Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + data[row], 0) / rows.length;
const whole = mean(Int32Array.from(data.keys()));

test("half-samples have n/2 different rows, and the same seed gives the same interval", async () => {
  const sizes = new Set<number>();
  const interval = await subsampleInterval(9, 1, 0.9, new Random(1), (rows) => {
    sizes.add(rows.length).add(new Set(rows).size);
    return mean(rows);
  });
  expect([...sizes]).toEqual([4]);
  expect(interval).toMatchObject({ level: 0.9, how: "20 half-samples without replacement" });
  expect(await subsampleInterval(9, 1, 0.9, new Random(1), mean)).toEqual(interval);
});

test("for a mean the width is that of Student's interval", async () => {
  const sd = Math.sqrt(data.reduce((sum, v) => sum + (v - whole) ** 2, 0) / (data.length - 1));
  const expected = (2.093 * sd) / Math.sqrt(data.length);
  const widths: number[] = [];
  for (let seed = 0; seed < 50; seed++) {
    const interval = await subsampleInterval(data.length, whole, 0.95, new Random(seed), mean);
    expect(interval!.low + interval!.high).toBeCloseTo(2 * whole, 12);
    widths.push((interval!.high - interval!.low) / 2);
  }
  const average = widths.reduce((sum, v) => sum + v, 0) / widths.length;
  // A standard deviation of 20 values is uncertain by 1/√38 of itself, and low by 1.3 % on average.
  expect(Math.abs(average / expected - 1)).toBeLessThan(4 / Math.sqrt(38 * 50) + 0.013);
});

test("there is none with fewer than 8 rows, or when the estimator refuses or fails", async () => {
  const interval = (n: number, estimate: (rows: Int32Array) => number) =>
    subsampleInterval(n, 0, 0.95, new Random(1), estimate);
  expect(await interval(7, mean)).toBeUndefined();
  expect(await interval(8, () => Number.NaN)).toBeUndefined();
  expect(
    await interval(8, () => {
      throw new InputError({ code: "ties", where: "test", problem: "refused" });
    }),
  ).toBeUndefined();
  const defect = interval(8, () => {
    throw new TypeError("a defect");
  });
  await expect(defect).rejects.toThrow("a defect");
});

test("a level that is none is refused", async () => {
  await expect(subsampleInterval(8, 0, 1, new Random(1), mean)).rejects.toMatchObject({ code: "bad-level" });
});
