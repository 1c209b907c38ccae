import { studentQuantile } from "../../core/special.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { compressionAfterPeak } from "../adaptive-binning/adaptive-binning.ts";
import type { CurvePoint, LayerCompression, OverRuns, PlanePoint } from "./plane.ts";
import type { SurveyedRun } from "./survey.ts";

/** The mean of one value for each run, with Student's interval from two runs on. */
function overRuns(values: readonly number[], level: number): OverRuns {
  const n = values.length;
  const center = n === 0 ? 0 : mean(values);
  const finite = values.every(Number.isFinite);
  if (n < 2 || !finite) return { mean: center, runs: n };
  const error = standardDeviation(values) / Math.sqrt(n - 1);
  const margin = studentQuantile((1 + level) / 2, n - 1) * error;
  const how = `Student's, over ${n} runs`;
  return { mean: center, interval: { low: center - margin, high: center + margin, level, how }, runs: n };
}

/** Means over the runs that are not dead in the layer. */
export function curvesOf(
  points: readonly PlanePoint[],
  runs: readonly SurveyedRun[],
  layers: readonly string[],
  epochs: readonly number[],
  level: number,
): CurvePoint[] {
  return layers.flatMap((layer) => {
    const live = new Set(runs.filter((run) => !isDead(run, layer)).map(({ name }) => name));
    const own = points.filter((point) => point.layer === layer && live.has(point.run));
    return epochs.flatMap((epoch): CurvePoint[] => {
      const here = own.filter((point) => point.epoch === epoch);
      if (here.length === 0) return [];
      const over = (pick: (point: PlanePoint) => number) => overRuns(here.map(pick), level);
      const spectral = here.every((point) => point.spectralEntropy !== undefined);
      return [
        {
          layer,
          epoch,
          aboutInput: over((point) => point.aboutInput),
          aboutLabel: over((point) => point.aboutLabel),
          ...(spectral && { spectralEntropy: over((point) => point.spectralEntropy!) }),
        },
      ];
    });
  });
}

export function compressionOf(
  points: readonly PlanePoint[],
  runs: readonly SurveyedRun[],
  layers: readonly string[],
  level: number,
): LayerCompression[] {
  return layers.map((layer) => {
    const fallen = runs.flatMap((run) => {
      const own = points.filter((point) => point.layer === layer && point.run === run.name);
      if (own.length === 0) return [];
      const { peak, at, final, share } = compressionAfterPeak(own.map(({ aboutInput }) => aboutInput));
      return [{ run: run.name, peak, at: own[at].epoch, final, share, dead: isDead(run, layer) }];
    });
    const live = fallen.filter(({ dead }) => !dead);
    return {
      layer,
      units: runs.flatMap((run) => run.layers).find(({ name }) => name === layer)?.units ?? 0,
      runs: fallen,
      fall: overRuns(
        live.map(({ peak, final }) => peak - final),
        level,
      ),
      share: overRuns(
        live.map(({ share }) => share),
        level,
      ),
    };
  });
}

export function isDead({ layers }: SurveyedRun, layer: string): boolean {
  return layers.some(({ name, dead }) => name === layer && dead);
}
