import type { Experiment, ExperimentOptions } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import {
  heldOutExperiment,
  normalisationExperiment,
  shippedExperiment,
  workedExperiment,
} from "./experiment-ngram.ts";
import { trigramExperiment } from "./experiment-trigram.ts";
import { transformerExperiment } from "./transformer/experiment-transformer.ts";

export const experiment: Experiment = {
  id: "model",
  run: (options: ExperimentOptions = {}) =>
    inParts(
      "model",
      {
        "worked example": workedExperiment,
        normalisation: () => normalisationExperiment(options),
        "held-out chapters": () => heldOutExperiment(options),
        "shipped model": () => shippedExperiment(options),
        "pretrained trigram": () => trigramExperiment(options),
        transformer: () => transformerExperiment(options),
      },
      options,
    ),
};
