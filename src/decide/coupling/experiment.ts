import type { Experiment, ExperimentResult } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { pacer } from "../../core/pace.ts";
import { couplingClaims } from "./experiment-couplings.ts";
import { encoderClaims } from "./experiment-encoders.ts";
import { gameClaims } from "./experiment-game.ts";

export const experiment: Experiment = {
  id: "coupling",
  async run({ signal, onProgress, quick = false } = {}): Promise<ExperimentResult> {
    const pace = pacer(signal, "coupling");
    const named = parts.map(([label, claims]) => [label, () => claims(quick, pace, signal)] as const);
    return inParts("coupling", Object.fromEntries(named), { signal, onProgress });
  },
};

const parts = [
  ["couplings", couplingClaims],
  ["encoders", encoderClaims],
  ["Markov coding game", gameClaims],
] as const;
