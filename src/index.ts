/**
 * surprisal: what in your data is informative, how much, and how sure that is.
 *
 * The measures and what they need. More by layer: `surprisal/core` (matrices, random streams, special functions,
 * neighbours, executors), `surprisal/data` (tables and arrays in and out), `surprisal/measure` (all measures and
 * distributions with known truth), `surprisal/report` (pages and terminal text), `surprisal/papers` (methods,
 * claims and experiments).
 */
export type { Codes } from "./core/codes.ts";
export { asCodes } from "./core/codes.ts";
export { InputError, StoppedError } from "./core/errors.ts";
export type { Estimate, Interval, Warning } from "./core/estimate.ts";
export type { Matrix } from "./core/matrix.ts";
export { asMatrix } from "./core/matrix.ts";
export type { Unit } from "./core/units.ts";
export {
  type ConditionalMutualInformationOptions,
  conditionalMutualInformation,
} from "./measure/conditional-mutual-information/conditional-mutual-information.ts";
export { type EntropyOptions, entropy } from "./measure/entropy/entropy.ts";
export {
  type MutualInformationOptions,
  mutualInformation,
} from "./measure/mutual-information/mutual-information.ts";
export {
  dualTotalCorrelation,
  interactionInformation,
  oInformation,
  totalCorrelation,
} from "./measure/o-information/o-information.ts";
export { partialInformation } from "./measure/partial-information/partial-information.ts";
export { measureTable } from "./measure/table/measure-table.ts";
export type { TableMeasurement } from "./measure/table/measurement.ts";
export type { TableRequest } from "./measure/table/question.ts";
export { type TransferEntropyOptions, transferEntropy } from "./measure/transfer-entropy/transfer-entropy.ts";
