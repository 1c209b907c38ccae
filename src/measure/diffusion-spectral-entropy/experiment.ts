import type { Experiment, ExperimentResult } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { pacer } from "../../core/pace.ts";
import { blobs, closedForms, noise, splitting, tree } from "./experiment-shapes.ts";
import { beginnings, ranking, training } from "./experiment-training.ts";

export const experiment: Experiment = {
  id: "diffusion-spectral-entropy",
  async run({ signal, onProgress, quick = false } = {}) {
    const pace = pacer(signal, "diffusion-spectral-entropy");
    const parts: Record<string, () => ExperimentResult | Promise<ExperimentResult>> = {
      "closed forms": closedForms,
      noise: () => noise(quick ? 1 : 5, pace),
      tree: () => tree(quick ? [2] : [2, 5], quick ? 4 : 10, pace),
      splitting: () => splitting(quick ? 2 : 5, pace),
      ...(!quick && {
        blobs: () => blobs([20, 500], 500, pace),
        training: () => training(3, pace, signal),
        ranking: () => ranking(3, pace, signal),
        beginnings: () => beginnings(3, pace, signal),
      }),
      ...(quick && { training: () => training(1, pace, signal) }),
    };
    return inParts("diffusion-spectral-entropy", parts, { signal, onProgress });
  },
};
