// The reference tables: what the same comparison gave elsewhere, mean values over three seeds of initialisation.
import { mean } from "../../core/statistics.ts";
import type { Spread, Trial } from "./comparison.ts";
import type { Objective } from "./objective.ts";

export const latentDim = 16;
export const minLogScale = -6;

/** A quantity with the values that the reference table has for each objective. */
export interface Quantity {
  readonly name: string;
  readonly of: (trial: Trial) => number;
  readonly reported: Partial<Record<Objective, number>>;
  readonly digits: number;
}

export const squaredError: Quantity["of"] = ({ squaredErrors }) => mean(squaredErrors);
export const nearest: Quantity["of"] = ({ code }) => code.knn.accuracy;
export const probeOnCode: Quantity["of"] = ({ code }) => code.probe.accuracy;
export const probeOnHidden: Quantity["of"] = ({ hidden }) => hidden.probe.accuracy;
const probeOnRandom: Quantity["of"] = ({ random }) => random.probe.accuracy;

export const prototypeTable: readonly Quantity[] = [
  {
    name: "squared error",
    of: squaredError,
    reported: { ae: 0.053, vae: 0.103, mim: 0.062, cmim: 0.062 },
    digits: 3,
  },
  { name: "mean σ", of: ({ scale }) => scale, reported: { vae: 0.593, mim: 0.002, cmim: 0.002 }, digits: 3 },
  {
    name: "mean ‖μ‖",
    of: ({ norm }) => norm,
    reported: { ae: 17.4, vae: 3.29, mim: 2.29, cmim: 2.29 },
    digits: 2,
  },
  { name: "kNN on μ", of: nearest, reported: {}, digits: 3 },
  {
    name: "linear probe on μ",
    of: probeOnCode,
    reported: { ae: 0.52, vae: 0.546, mim: 0.523, cmim: 0.528 },
    digits: 3,
  },
  {
    name: "probe on decoder hidden",
    of: probeOnHidden,
    reported: { ae: 0.948, vae: 0.946, mim: 0.966, cmim: 0.961 },
    digits: 3,
  },
  {
    name: "probe on random features of μ",
    of: probeOnRandom,
    reported: { ae: 0.977, vae: 0.955, mim: 0.967, cmim: 0.967 },
    digits: 3,
  },
];

export const digitTable: readonly Quantity[] = [
  {
    name: "squared error",
    of: squaredError,
    reported: { ae: 0.011, vae: 0.036, mim: 0.015, cmim: 0.014 },
    digits: 3,
  },
  { name: "kNN on μ", of: nearest, reported: { ae: 0.979, vae: 0.913, mim: 0.969, cmim: 0.971 }, digits: 3 },
  { name: "linear probe on μ", of: probeOnCode, reported: { vae: 0.887, mim: 0.91, cmim: 0.906 }, digits: 3 },
  {
    name: "probe on decoder hidden",
    of: probeOnHidden,
    reported: { vae: 0.924, mim: 0.962, cmim: 0.969 },
    digits: 3,
  },
  {
    name: "probe on random features of μ",
    of: probeOnRandom,
    reported: { vae: 0.944, mim: 0.955, cmim: 0.96 },
    digits: 3,
  },
];

export const lineTable: readonly Quantity[] = [
  {
    name: "log p(k=1), nats",
    of: ({ logContrast }) => mean(logContrast),
    reported: { mim: -0.229, cmim: -0.136 },
    digits: 3,
  },
  {
    name: "root of squared error",
    of: (trial) => Math.sqrt(squaredError(trial)),
    reported: { mim: 0.005, cmim: 0.007 },
    digits: 3,
  },
];

export function show({ mean, sd }: Spread, digits: number): string {
  return sd === 0 ? fixed(mean, digits) : `${fixed(mean, digits)} ± ${fixed(sd, digits)}`;
}

export function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${fixed(value, 3)}`;
}

export function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace("-", "−");
}
