export { type FormatOptions, formatExperiment, formatMethod } from "./format.ts";
export type { ClaimCount, ExperimentRun, Method, MethodLayer, RunEnvironment } from "./method.ts";
export { listMethods, showMethod } from "./registry.ts";
export { runExperiment } from "./run.ts";
