import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { ChannelContext, CompressorOutputs } from "../../language/channel/channel.ts";

/** "25%,50%" or "0.25,0.5" as shares. */
export function shares(texts: readonly string[]): number[] {
  return texts
    .flatMap((text) => text.split(","))
    .map((word) => word.trim())
    .map((word) => {
      const share = /^[\d.]+%$/.test(word) ? Number(word.slice(0, -1)) / 100 : Number(word);
      if (share > 0 && share <= 1) return share;
      throw new InputError({
        code: "bad-option",
        where: "--compress",
        problem: "not a share of the tokens to keep",
        expected: "for instance 25%,50%",
        got: word,
      });
    });
}

/** Our own compressor at several budgets: the words that an English n-gram expects least stay. */
export async function ownCompressions(
  contexts: readonly ChannelContext[],
  budgets: readonly number[],
  { signal, onProgress }: LongRunning,
): Promise<CompressorOutputs[]> {
  const { compressPrompt, ngramScorer } = await import("../../language/compress/compress.ts");
  const scorer = await ngramScorer();
  const out: CompressorOutputs[] = [];
  for (const rate of budgets) {
    const texts: string[][] = [];
    for (const [i, { id, text, query }] of contexts.entries()) {
      const { text: shorter } = await compressPrompt(scorer, text, {
        rate,
        signal,
        ...(query === undefined ? {} : { question: query }),
      });
      if (shorter.trim() === "") {
        throw new InputError({
          code: "empty-text",
          where: "--compress",
          problem: `nothing is left of context ${JSON.stringify(id)}`,
          expected: "a larger share",
          got: `${Number((100 * rate).toFixed(2))}%`,
        });
      }
      texts.push([shorter]);
      onProgress?.({
        done: out.length * contexts.length + i + 1,
        total: budgets.length * contexts.length,
        label: "compressing",
      });
    }
    out.push({ name: `${scorer.name} ${Number((100 * rate).toFixed(2))}%`, texts });
  }
  return out;
}
