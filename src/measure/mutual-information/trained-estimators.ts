import type { TrainedEstimator } from "../estimator.ts";

/**
 * Estimators that train on the rows or run a trained network, by the name users pass. They are loaded when asked for:
 * the engine under them is large, and nothing else needs it.
 */
export const trainedEstimators: ReadonlyMap<string, () => Promise<TrainedEstimator>> = new Map([
  ["mist", async () => (await import("../mist/mist.ts")).mistEstimator],
  ["mine", async () => (await import("../neural-bounds/neural-bounds.ts")).mine],
  ["donsker-varadhan", async () => (await import("../neural-bounds/neural-bounds.ts")).donskerVaradhan],
  ["nwj", async () => (await import("../neural-bounds/neural-bounds.ts")).nwj],
  ["infonce", async () => (await import("../neural-bounds/neural-bounds.ts")).infonce],
  ["js", async () => (await import("../neural-bounds/neural-bounds.ts")).js],
  ["smile", async () => (await import("../neural-bounds/neural-bounds.ts")).smile],
  ["pca", async () => (await import("../lossy-compression/lossy-compression.ts")).pcaThenEstimate],
  [
    "autoencoder",
    async () => (await import("../lossy-compression/lossy-compression.ts")).autoencoderThenEstimate,
  ],
]);
