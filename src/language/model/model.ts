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
