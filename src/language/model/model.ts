export {
  type CallOptions,
  type Capability,
  type ChoiceMode,
  type Generated,
  type GenerateOptions,
  type LanguageModel,
  missingCapability,
  requireCapabilities,
  type Scored,
  scored,
  type TokenLogprob,
} from "./language-model.ts";
export type { TransformerOptions, TransformerSettings } from "./transformer/options.ts";
export type { TransformerRecord, TransformerTraining } from "./transformer/training.ts";
export {
  loadTransformer,
  type TransformerLanguageModel,
  transformerLanguageModel,
} from "./transformer/transformer.ts";
