import type { Experiment, ExperimentResult } from "../../core/card.ts";
import { pacer } from "../../core/pace.ts";
import { couplingClaims } from "./experiment-couplings.ts";
import { encoderClaims } from "./experiment-encoders.ts";
import { gameClaims } from "./experiment-game.ts";

export const experiment: Experiment = {
  id: "coupling",
  async run({ signal, onProgress, quick = false } = {}): Promise<ExperimentResult> {
    const pace = pacer(signal, "coupling");
    const results: ExperimentResult[] = [];
    for (const [done, [label, claims]] of parts.entries()) {
      onProgress?.({ done, total: parts.length, label });
      results.push(await claims(quick, pace, signal));
    }
    onProgress?.({ done: parts.length, total: parts.length });
    return {
      rows: results.flatMap(({ rows }) => rows),
      tables: results.flatMap(({ tables = [] }) => tables),
    };
  },
};

const parts = [
  ["couplings", couplingClaims],
  ["encoders", encoderClaims],
  ["Markov coding game", gameClaims],
] as const;
