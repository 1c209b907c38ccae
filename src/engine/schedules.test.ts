import { describe, expect, it } from "vitest";
import { tensor } from "./index.ts";
import { constant, cosine, oneCycle, type Schedule, warmUp } from "./schedules.ts";

const at = (schedule: Schedule, step: number): number =>
  schedule(tensor([step], { dtype: "float64", shape: [] })).item();

describe("schedules", () => {
  it("stay constant", () => {
    expect(at(constant(0.1), 0)).toBe(0.1);
    expect(at(constant(0.1), 1e6)).toBe(0.1);
  });

  it("descend along half a cosine and stay at the floor", () => {
    const schedule = cosine({ peak: 1, floor: 0.2, steps: 8 });
    expect(at(schedule, 0)).toBeCloseTo(1, 14);
    expect(at(schedule, 2)).toBeCloseTo(0.6 + 0.4 * Math.SQRT1_2, 14);
    expect(at(schedule, 4)).toBeCloseTo(0.6, 14);
    expect(at(schedule, 8)).toBeCloseTo(0.2, 14);
    expect(at(schedule, 100)).toBeCloseTo(0.2, 14);
  });

  it("rise linearly, then hand over to the schedule after", () => {
    const schedule = warmUp(4, cosine({ peak: 1, steps: 2 }));
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => at(schedule, step))).toEqual(
      [0.25, 0.5, 0.75, 1, 1, 0.5, 0].map((value) => expect.closeTo(value, 14)),
    );
    expect(at(warmUp(4, 2), 9)).toBe(2);
  });

  it("rise and fall once", () => {
    const schedule = oneCycle({ peak: 1, steps: 101, rise: 0.3 });
    expect(at(schedule, 0)).toBeCloseTo(1 / 25, 14);
    expect(at(schedule, 15)).toBeCloseTo((1 + 1 / 25) / 2, 14);
    expect(at(schedule, 30)).toBeCloseTo(1, 14);
    expect(at(schedule, 65)).toBeCloseTo((1 + 1 / 250_000) / 2, 14);
    expect(at(schedule, 100)).toBeCloseTo(1 / 250_000, 14);
    expect(at(schedule, 1000)).toBeCloseTo(1 / 250_000, 14);
  });

  it("refuse options that make no schedule", () => {
    expect(() => cosine({ peak: Number.NaN, steps: 3 })).toThrow(/cosine: not a number to use.*got NaN$/);
    expect(() => warmUp(0, 1)).toThrow(/expected an integer from 1, got 0$/);
    expect(() => oneCycle({ peak: 1, steps: 1 })).toThrow(/expected an integer from 2, got 1$/);
    expect(() => oneCycle({ peak: 1, steps: 9, rise: 1 })).toThrow(/got 1$/);
  });
});
