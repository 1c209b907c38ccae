export type { WordScorer, WordScores } from "./scorer.ts";
export type { Tokenizer } from "./tokenizer.ts";
