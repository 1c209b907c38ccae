import type { Experiment } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { pacer } from "../../core/pace.ts";
import { bounds, thresholds } from "./experiment-arithmetic.ts";
import { documents } from "./experiment-documents.ts";
import { misfitPart } from "./experiment-misfit.ts";
import { worlds } from "./experiment-worlds.ts";

const id = "pursuit";

export const experiment: Experiment = {
  id,
  run(options = {}) {
    const { quick = false, signal } = options;
    const pace = pacer(signal, id);
    return inParts(
      id,
      {
        thresholds: () => thresholds(quick ? 2000 : 20_000),
        bounds: () => bounds(quick ? 2000 : 20_000),
        "worlds without noise": () => worlds(quick ? 20 : 200),
        "predictors that are wrong": () =>
          misfitPart(
            quick ? { worlds: 1, games: 10, misfits: 2 } : { worlds: 10, games: 80, misfits: 6 },
            pace,
          ),
        documents: () =>
          documents(
            quick ? { documents: 3, words: 12, samples: 8 } : { documents: 10, words: 60, samples: 50 },
            signal,
          ),
      },
      options,
    );
  },
};
