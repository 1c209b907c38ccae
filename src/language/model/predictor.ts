/**
 * What a model over numbered units answers. A state stands for everything that the model remembers of the units before;
 * it is a plain number, so that nothing is allocated per unit.
 */
export interface Predictor {
  /** Units are numbered from 0 to size − 1. */
  readonly size: number;
  /** The state before the first unit of a text. */
  readonly start: number;
  /** ln p(unit | state); −Infinity for a unit that cannot follow, and for −1, a piece that is no unit. */
  logProbability(state: number, unit: number): number;
  /** The state after the unit. */
  next(state: number, unit: number): number;
  /** Puts p(unit | state) of every unit into `into`, which has room for `size` numbers. They sum to one. */
  distribution(state: number, into: Float64Array): void;
}
