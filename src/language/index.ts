/** Language models, and the methods that read probabilities from one. */
export * from "./model/model.ts";
