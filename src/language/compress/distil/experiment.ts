import type { ExperimentOptions, ExperimentResult } from "../../../core/card.ts";
import { whatContextIsWorth, whatFiltersAreWorth } from "./experiment-meetings.ts";
import { onSpeeches } from "./experiment-speeches.ts";

/** What distillation adds to the experiment of prompt compression, by name. */
export function distilParts(options: ExperimentOptions): Record<string, () => Promise<ExperimentResult>> {
  return {
    "meetings: what context is worth": () => whatContextIsWorth(options),
    "meetings: what the filters are worth": () => whatFiltersAreWorth(options),
    "speeches and chapters": () => onSpeeches(options),
  };
}
