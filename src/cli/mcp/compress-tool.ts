import * as z from "zod";
import { tool } from "./tool.ts";

export const compressTool = tool(
  {
    name: "compress",
    title: "Shorten a text to a token budget",
    description:
      "Keeps the most informative words of a long text, in their order, so that it fits a budget of tokens. Nothing is rewritten. Works offline.",
  },
  z.object({
    text: z.string().describe("the text to shorten"),
    budget: z.number().int().positive().optional().describe("tokens the result may have"),
    rate: z
      .number()
      .positive()
      .max(1)
      .optional()
      .describe("share of the tokens to keep, where no budget is given; 0.5"),
    question: z.string().optional().describe("what the text is to answer: words about it are preferred"),
    keep: z
      .array(z.string())
      .optional()
      .describe("patterns of spans that are never touched, … for anything in between, such as ```…```"),
    tokenizer: z.string().optional().describe("o200k (default), cl100k, or the path of a tokenizer.json"),
  }),
  async ({ text, budget, rate, question, keep, tokenizer }, signal) => {
    const { compressPrompt, ngramScorer, openTokenizer } = await import(
      "../../language/compress/compress.ts"
    );
    const result = await compressPrompt(await ngramScorer(), text, {
      ...(budget === undefined ? { rate: rate ?? 0.5 } : { targetTokens: budget }),
      question,
      keepPatterns: keep,
      tokenizer: await openTokenizer(tokenizer),
      signal,
    });
    const { originalTokens, compressedTokens, information, warnings } = result;
    return {
      text: result.text,
      structured: {
        text: result.text,
        originalTokens,
        compressedTokens,
        ...(information && { bitsKept: information.kept, bitsBefore: information.total }),
        tokenizer: result.tokenizer,
        warnings,
      },
    };
  },
);
