/**
 * What every layer stands on: matrices and categories, estimates, errors, random streams, special functions,
 * statistics, linear algebra, nearest neighbours, and tasks on threads.
 */
export type {
  Experiment,
  ExperimentOptions,
  ExperimentResult,
  ExperimentRow,
  ExperimentTable,
  Job,
  MethodCard,
  Paper,
} from "./card.ts";
export {
  asCodes,
  type Codes,
  type CodesLike,
  isCodes,
  joinCodes,
  levelCounts,
  takeCodes,
} from "./codes.ts";
export { InputError, type InputProblem, ReachError, StoppedError } from "./errors.ts";
export type { Estimate, Interval, Warning } from "./estimate.ts";
export {
  cholesky,
  covariance,
  inverse,
  leastSquares,
  logDeterminant,
  multiply,
  qr,
  type SingularValues,
  type SymmetricEigen,
  solve,
  svd,
  symmetricEigen,
  transpose,
} from "./linear-algebra.ts";
export {
  asMatrix,
  column,
  hstack,
  isMatrix,
  type Matrix,
  type MatrixLike,
  matrix,
  takeRows,
} from "./matrix.ts";
export * from "./neighbours/index.ts";
export * from "./parallel/index.ts";
export type { LongRunning, Progress } from "./progress.ts";
export { Random } from "./random.ts";
export {
  chiSquareSurvival,
  digamma,
  digammaTable,
  erf,
  erfc,
  lgamma,
  logSumExp,
  normalCdf,
  normalQuantile,
  studentQuantile,
} from "./special.ts";
export {
  copulaTransform,
  correlation,
  distinctCount,
  duplicateRowShare,
  mean,
  normalScores,
  quantile,
  ranks,
  standardDeviation,
  standardize,
  variance,
} from "./statistics.ts";
export { suggest } from "./suggest.ts";
export { fromNats, type Unit } from "./units.ts";
