/**
 * The 40 tasks in numbers, by an independent run in NumPy with n = 2000: the truth from closed forms, KSG1 with
 * k = 5, max-norm and standardised columns, and CCA, the Gaussian value without bias correction. Nats; means of 3
 * seeds, one seed from 25 coordinates a side.
 */
const rows: readonly (readonly [truth: number, ksg1: number, cca: number])[] = [
  [0.41334, 0.413, 0.408],
  [0.41334, 0.417, 0.385],
  [1.70944, 1.649, 1.631],
  [0.33333, 0.32, 0.189],
  [0.41334, 0.417, 0.336],
  [0.41334, 0.412, 0.376],
  [0.41334, 0.407, 0.375],
  [0.22417, 0.13, 0.358],
  [0.22417, 0.229, 0.001],
  [0.41334, 0.411, 0.019],
  [0.29389, 0.309, 0.303],
  [0.41334, 0.4, 0.42],
  [0.59281, 0.551, 0.605],
  [1.29218, 0.906, 1.424],
  [1.62427, 1.0, 2.257],
  [1.02165, 1.022, 1.026],
  [1.02165, 0.861, 0.999],
  [1.02165, 0.618, 1.026],
  [1.02165, 0.119, 1.172],
  [0.43195, 0.197, 0.449],
  [0.19315, 0.084, 0.024],
  [0.29092, 0.119, 0.295],
  [0.17871, 0.067, 0.007],
  [0.44815, 0.235, 0.52],
  [0.29854, 0.192, 0.053],
  [1.02165, 0.824, 0.938],
  [1.02165, 0.611, 0.959],
  [1.02165, 0.116, 1.116],
  [1.02165, 0.773, 0.938],
  [1.02165, 0.544, 0.972],
  [1.02165, 0.065, 1.108],
  [1.02165, 0.622, 0.261],
  [1.02165, 0.449, 0.376],
  [1.02165, 0.098, 0.965],
  [1.02165, 0.808, 0.823],
  [1.02165, 0.579, 0.902],
  [1.02165, 0.091, 1.106],
  [0.43195, 0.354, 0.004],
  [0.29092, 0.157, 0.005],
  [0.44815, 0.251, 0.014],
];

export const sheet = rows.map(([truth, ksg1, cca]) => ({ truth, ksg1, cca }));
/** Half a unit of the last digit of the truths. */
export const truthRounding = 0.5e-5;
/** Half a unit of the last digit of the other columns. */
export const valueRounding = 0.5e-3;
export const sheetRows = 2000;

export function sheetSeeds(dimX: number): number {
  return dimX >= 25 ? 1 : 3;
}
