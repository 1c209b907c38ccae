import type { ModelFlags } from "../model-options.ts";

export interface DistilFlags extends ModelFlags {
  output: string;
  teacher?: "rules" | "model";
  pairs?: string;
  instruction?: string;
  chunkTokens: number;
  dropVariation: number;
  dropGap: number;
  epochs: number;
  width: number;
  layers: number;
  learningRate: number;
  testShare: number;
  seed: number;
  resume?: boolean;
  overwrite?: boolean;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}
