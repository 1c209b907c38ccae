import { describe, expect, test } from "vitest";
import { asCodes } from "../../core/codes.ts";
import { asMatrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { digamma } from "../../core/special.ts";
import { take } from "../estimator.ts";
import { mesnerShalizi } from "./mesner-shalizi.ts";

const random = new Random(9);
const n = 600;
const normal = () => Array.from({ length: n }, () => random.normal());
const letters = () => Array.from({ length: n }, () => "abc"[random.integer(3)]);

describe("mesnerShalizi", () => {
  test("is the digamma form of the counts when everything is discrete", () => {
    const [x, y, z] = [letters(), letters(), letters()].map((v) => asCodes(v));
    const count = (...parts: (typeof x)[]) => {
      const key = (i: number) => parts.map(({ codes }) => codes[i]).join();
      const seen = new Map<string, number>();
      for (let i = 0; i < n; i++) seen.set(key(i), (seen.get(key(i)) ?? 0) + 1);
      return (i: number) => seen.get(key(i))! - 1;
    };
    const [nxyz, nxz, nyz, nz] = [count(x, y, z), count(x, z), count(y, z), count(z)];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += digamma(nxyz(i)) - digamma(nxz(i)) - digamma(nyz(i)) + digamma(nz(i));
    expect(mesnerShalizi(x, y, z).value).toBeCloseTo(sum / n, 12);
  });

  test("does not depend on the order of rows and is symmetric in x and y", () => {
    const x = asCodes(letters());
    const y = asMatrix(normal());
    const z = asMatrix(normal());
    const { value } = mesnerShalizi(x, y, z);
    const order = random.permutation(n);
    expect(mesnerShalizi(take(x, order), take(y, order), take(z, order)).value).toBeCloseTo(value, 12);
    expect(mesnerShalizi(y, x, z).value).toBeCloseTo(value, 12);
  });

  test("is near zero when z explains everything, and not when it explains nothing", () => {
    const z = normal();
    const x = asCodes(z.map((v) => (v + 0.3 * random.normal() > 0 ? "up" : "down")));
    const y = asMatrix(z.map((v) => v + 0.3 * random.normal()));
    // 4 sd at n = 600 plus the shortfall of neighbours, see the experiment.
    expect(Math.abs(mesnerShalizi(x, y, asMatrix(z)).value)).toBeLessThan(0.06);
    expect(mesnerShalizi(x, y, asMatrix(normal())).value).toBeGreaterThan(0.2);
  });

  test("counts exact twins where distances are zero", () => {
    const rounded = normal().map((v) => Math.round(v));
    const asText = asCodes(rounded.map(String));
    const y = asCodes(rounded.map((v) => (v + 0.4 * random.normal() > 0 ? "up" : "down")));
    const z = asCodes(letters());
    // A number that only takes few values is a category: both readings give the same.
    expect(mesnerShalizi(asMatrix(rounded), y, z, { k: 1 }).value).toBeCloseTo(
      mesnerShalizi(asText, y, z, { k: 1 }).value,
      1,
    );
  });

  test("leaves out rows that are alone with their categories, and says so", () => {
    const x = asCodes(normal().map((_, i) => (i === 0 ? "only one" : "many")));
    const { n: used, warnings } = mesnerShalizi(x, asMatrix(normal()), asMatrix(normal()));
    expect(used).toBe(n - 1);
    expect(warnings[0].code).toBe("rare-combinations");
  });
});
