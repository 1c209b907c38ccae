export { parseArpa, saveArpa } from "./arpa.ts";
export { type DocumentModelOptions, documentModel } from "./document-model.ts";
export { englishModel } from "./english.ts";
export type { Missing } from "./http/choices.ts";
export type { Usage as EndpointUsage } from "./http/client.ts";
export type { Feature as EndpointFeature } from "./http/dialect.ts";
export { type DialectName, dialectNames } from "./http/dialect-names.ts";
export { type Endpoint, type EndpointSource, openEndpoint } from "./http/endpoint.ts";
export { type PlannedCall, type PlannedCost, planCost } from "./http/plan.ts";
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
export { type GgufOptions, openGguf } from "./local/gguf.ts";
export { type OnnxOptions, openOnnx } from "./local/onnx.ts";
export { type Ngram, type NgramOptions, trainNgram } from "./ngram/ngram.ts";
export { loadNgram, saveNgram } from "./ngram/store.ts";
export type { TextUnit } from "./ngram/units.ts";
export { type ModelSource, openLanguageModel } from "./open.ts";
export type { TransformerOptions, TransformerSettings } from "./transformer/options.ts";
export type { TransformerRecord, TransformerTraining } from "./transformer/training.ts";
export {
  loadTransformer,
  type TransformerLanguageModel,
  transformerLanguageModel,
} from "./transformer/transformer.ts";
export { loadTrigram } from "./trigram.ts";
export { type WordInformation, type WordInformationOptions, wordInformation } from "./word-information.ts";
