import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, padEnd, printable, truncateMiddle, wrap } from "./text-width.ts";

const text = fc.string({ unit: "grapheme", maxLength: 60 });

describe("text in a terminal", () => {
  it("counts wide characters as two columns and marks as none", () => {
    expect(["abc", "温度", "é", "e\u0301", "🐧", "❤️", "ｆ"].map(displayWidth)).toEqual([3, 4, 1, 1, 2, 2, 2]);
  });

  it("loses its middle when it is too long", () => {
    expect(truncateMiddle("flipper_length_mm", 9)).toBe("flip…h_mm");
    expect(truncateMiddle("温度と湿度の平均", 9)).toBe("温度…平均");
    expect(truncateMiddle("short", 9)).toBe("short");
  });

  it("fits the width asked for, whatever the characters", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (t, width) => {
        expect(displayWidth(truncateMiddle(t, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(padEnd(truncateMiddle(t, width), width))).toBe(width);
      }),
    );
  });

  it("is wrapped without a line longer than the width and without losing short words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 40 }),
        fc.integer({ min: 12, max: 60 }),
        (words, width) => {
          const lines = wrap(words.join(" "), width);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
          expect(lines.join(" ")).toBe(words.join(" "));
        },
      ),
    );
  });

  it("cannot move the cursor, break the line or turn it around", () => {
    expect(printable("\u001b[31mred\u001b[0m\nnext\r\t\u202egnp.exe\u2028\u0085")).toBe(
      "�[31mred�[0m�next���gnp.exe��",
    );
  });
});
