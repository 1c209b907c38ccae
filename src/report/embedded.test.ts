import { describe, expect, it } from "vitest";
import { hostile, pairsOnly, penguins } from "../../test/fixtures/report/measurements.ts";
import { embeddedJson } from "./embedded.ts";

describe("the measurement inside the page", () => {
  it("is the whole measurement when it is not large", () => {
    const { json, leftOut } = embeddedJson(penguins());
    expect(JSON.parse(json)).toEqual(penguins());
    expect(leftOut).toEqual([]);
  });

  it("cannot end its script element, whatever names hold, and loses nothing", () => {
    const { json } = embeddedJson(hostile());
    expect(json).not.toMatch(/[<>&\u0080-\uffff]/);
    expect(JSON.parse(json)).toEqual(hostile());
  });

  it("names what it leaves out to stay small", () => {
    const m = pairsOnly(100);
    const { json, leftOut } = embeddedJson(m);
    expect(json.length).toBeLessThan(700_000);
    expect(leftOut).toEqual([
      "the values under permutation and digits beyond the sixth",
      "estimates and pairs beyond the 300 strongest",
    ]);
    expect(JSON.parse(json).estimates).toHaveLength(300);
  });
});
