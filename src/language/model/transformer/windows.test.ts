import fc from "fast-check";
import { expect, test } from "vitest";
import { windowStart, windowsOf } from "./windows.ts";

const half = fc.integer({ min: 2, max: 40 });

test("windows predict every token once and show at least half a context before it", () => {
  fc.assert(
    fc.property(half, fc.nat(300), fc.nat(300), (h, from, more) => {
      const context = 2 * h;
      let next = from;
      for (const { start, from: first, to } of windowsOf(from, from + more, context)) {
        expect(first).toBe(next);
        expect(to).toBeGreaterThan(first);
        expect(to - start).toBeLessThanOrEqual(context);
        expect(first - start >= h || start === 0).toBe(true);
        next = to;
      }
      expect(next).toBe(from + more);
    }),
  );
});

test("a token's window depends on its place only", () => {
  fc.assert(
    fc.property(half, fc.nat(300), fc.nat(300), (h, from, more) => {
      for (const { start, from: first, to } of windowsOf(from, from + more, 2 * h)) {
        for (let i = first; i < to; i++) expect(windowStart(i, 2 * h)).toBe(start);
      }
    }),
  );
});
