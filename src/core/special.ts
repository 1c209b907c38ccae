export { digamma, digammaTable, lgamma } from "./special/gamma.ts";
export { chiSquareSurvival } from "./special/incomplete.ts";
export { logSumExp } from "./special/log-sum-exp.ts";
export { erf, erfc, normalCdf, normalQuantile } from "./special/normal.ts";
export { studentQuantile } from "./special/student.ts";
