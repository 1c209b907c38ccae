/** Language models, and the methods that read probabilities from one. */

export * from "./head-report/head-report.ts";
export * from "./model/model.ts";
