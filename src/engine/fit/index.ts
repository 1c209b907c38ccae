export type { BatchSource, EpochStart } from "./batches.ts";
export { fit } from "./fit.ts";
export type {
  CheckpointOptions,
  FitOptions,
  FitProgress,
  Loss,
  LossContext,
  LossTerms,
  Validation,
} from "./options.ts";
export { type EpochRecord, FitDivergedError, type FitResult, FitStoppedError } from "./result.ts";
