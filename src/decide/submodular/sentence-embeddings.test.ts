import { expect, test } from "vitest";
import { embedSentences } from "./submodular.ts";

test("a text without words is refused before the encoder is loaded", async () => {
  await expect(embedSentences(["hello", " "])).rejects.toThrow(
    'embedSentences: text 1 has no words; expected texts that say something, got " "',
  );
});

test("sentences that mean the same are nearer than others, and an embedding has length 1", async () => {
  const { data, cols } = await embedSentences(["what is my balance", "tell me my balance", "play some jazz"]);
  const inner = (i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += data[i * cols + c] * data[j * cols + c];
    return sum;
  };
  expect(cols).toBe(512);
  // Single precision in the encoder.
  expect(Math.abs(inner(0, 0) - 1)).toBeLessThan(1e-5);
  expect(inner(0, 1)).toBeGreaterThan(inner(0, 2) + 0.2);
});
