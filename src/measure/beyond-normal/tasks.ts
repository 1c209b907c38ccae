import { type Matrix, matrix } from "../../core/matrix.ts";
import { asinh, bimodal, compose, halfCube, normalCdfMap, spiral, swissRoll, wiggly } from "./maps.ts";
import { multivariateNormal, multivariateStudent } from "./multivariate.ts";
import { additiveUniform } from "./one-dimensional.ts";
import { type RowMap, type Sampler, transformed } from "./sampler.ts";

/** A named distribution of the benchmark. */
export interface Task extends Sampler {
  /** The benchmark's own name, for instance `"1v1-normal-0.75"`. */
  readonly id: string;
  /** Position in the list, from 1. */
  readonly number: number;
  readonly title: string;
}

type Entry = readonly [id: string, title: string, sampler: Sampler];

const binormal = multivariateNormal(equicorrelated(2, 0.75), 1);
const bistudent = multivariateStudent(equicorrelated(2, 0), 1, 1);

const entries: readonly Entry[] = [
  ["1v1-normal-0.75", "Normal 1 × 1", binormal],
  ["normal_cdf-1v1-normal-0.75", "Φ @ normal 1 × 1", both(binormal, normalCdfMap)],
  ["1v1-additive-0.1", "Uniform + uniform ±0.1", additiveUniform(0.1)],
  ["1v1-additive-0.75", "Uniform + uniform ±0.75", additiveUniform(0.75)],
  ["1v1-bimodal-0.75", "Bimodal 1 × 1", transformed(binormal, bimodal)],
  ["wiggly-1v1-normal-0.75", "Wiggly @ normal 1 × 1", transformed(binormal, wiggly)],
  ["half_cube-1v1-normal-0.75", "Half-cube @ normal 1 × 1", both(binormal, halfCube)],
  ["student-identity-1-1-1", "Student 1 × 1, ν = 1", bistudent],
  ["asinh-student-identity-1-1-1", "Asinh @ Student 1 × 1, ν = 1", both(bistudent, asinh)],
  [
    "swissroll_x-normal_cdf-1v1-normal-0.75",
    "Swiss roll 2 × 1",
    transformed(both(binormal, normalCdfMap), { x: swissRoll }),
  ],
  ...[2, 3, 5, 25, 50].map(dense),
  ...[2, 3, 5, 25].map(twoPair),
  ...[
    [2, 1],
    [2, 2],
    [3, 2],
    [3, 3],
    [5, 2],
    [5, 3],
  ].map(student),
  ...family([3, 5, 25].map(twoPair), "normal_cdf", "Φ", { x: normalCdfMap, y: normalCdfMap }),
  ...family([3, 5, 25].map(twoPair), "half_cube", "Half-cube", { x: halfCube, y: halfCube }),
  ...family([3, 5, 25].map(twoPair), "spiral", "Spiral", { x: spiral(0, 1), y: spiral(1, 2) }),
  ...family([3, 5, 25].map(twoPair), "spiral-normal_cdf", "Spiral @ Φ", {
    x: compose(normalCdfMap, spiral(0, 1)),
    y: compose(normalCdfMap, spiral(1, 2)),
  }),
  ...family(
    [
      [2, 1],
      [3, 2],
      [5, 2],
    ].map(student),
    "asinh",
    "Asinh",
    { x: asinh, y: asinh },
  ),
];

/**
 * The 40 distributions of "Beyond Normal" (Czyż, Grabowski, Vogt, Beerenwinkel, Marx, NeurIPS 2023), in the
 * paper's order and under the benchmark's ids, with their truth from closed forms.
 *
 * @example
 * import { beyondNormalTasks } from "surprisal/measure";
 *
 * const task = beyondNormalTasks.find(({ id }) => id === "1v1-bimodal-0.75");
 * const sample = task?.sample(1000, 7);
 * // task.mutualInformation is 0.41334 nats
 */
export const beyondNormalTasks: readonly Task[] = entries.map(([id, title, sampler], i) => ({
  ...sampler,
  id,
  number: i + 1,
  title,
}));

/** All correlations between all 2d coordinates are ½. */
function dense(d: number): Entry {
  const sampler = multivariateNormal(equicorrelated(2 * d, 0.5), d);
  return [`multinormal-dense-${d}-${d}-0.5`, `Normal ${d} × ${d}, dense`, sampler];
}

/** corr(X₁, Y₁) = corr(X₂, Y₂) = 4/5, nothing else: two shared latents of strength 2 with unit noise. */
function twoPair(d: number): Entry {
  const correlation = equicorrelated(2 * d, 0);
  for (const i of [0, 1]) {
    const j = d + i;
    correlation.data[i * 2 * d + j] = correlation.data[j * 2 * d + i] = 4 / 5;
  }
  return [
    `multinormal-sparse-${d}-${d}-2-2.0`,
    `Normal ${d} × ${d}, 2-pair`,
    multivariateNormal(correlation, d),
  ];
}

function student([d, dof]: number[]): Entry {
  const sampler = multivariateStudent(equicorrelated(2 * d, 0), dof, d);
  return [`student-identity-${d}-${d}-${dof}`, `Student ${d} × ${d}, ν = ${dof}`, sampler];
}

function family(bases: Entry[], prefix: string, name: string, maps: { x: RowMap; y: RowMap }): Entry[] {
  return bases.map(([id, title, sampler]) => [
    `${prefix}-${id}`,
    `${name} @ ${title}`,
    transformed(sampler, maps),
  ]);
}

function both(sampler: Sampler, map: RowMap): Sampler {
  return transformed(sampler, { x: map, y: map });
}

function equicorrelated(dim: number, correlation: number): Matrix {
  const out = matrix(dim, dim);
  out.data.fill(correlation);
  for (let i = 0; i < dim; i++) out.data[i * dim + i] = 1;
  return out;
}
