import type { ModelFlags } from "../model-options.ts";

export interface CompressFlags extends ModelFlags {
  budget?: number;
  rate?: number;
  budgets?: string;
  keep?: string[];
  force?: string[];
  digits?: boolean;
  dropConsecutive?: boolean;
  question?: string;
  scorer?: string;
  tokenizer: string;
  selection: "exact" | "percentile";
  contexts?: number;
  output?: string;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}
