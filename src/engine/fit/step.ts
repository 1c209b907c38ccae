// The two compiled functions of a training run: an update, and the loss without one.
import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Explanation } from "../compile.ts";
import { compileInHalves } from "../custom-gradient/host-function.ts";
import { zeros } from "../functions/creation.ts";
import { adam, movingAverage, type OptimiserState } from "../optimisers/index.ts";
import { describe, fromData, Tensor, type Tree } from "../tensor.ts";
import { valueAndGrad } from "../transforms.ts";
import { mapTree } from "../tree.ts";
import type { FitOptions, LossTerms } from "./options.ts";

/** Everything that an update changes. */
export type TrainingState<P extends Tree> = {
  readonly params: P;
  readonly optimiser: OptimiserState;
  readonly average: P | null;
};

/** A loss and its parts as numbers. */
export interface Measured {
  readonly loss: number;
  readonly terms: Record<string, number>;
}

export interface Steps<P extends Tree, B extends Tree> {
  /** The state before the first update. */
  readonly start: TrainingState<P>;
  /**
   * One update. `spare` is a state that nobody reads any more: after the call its memory may be used for later
   * results, and its tensors say so when they are read.
   */
  update(
    state: TrainingState<P>,
    batch: B,
    step: number,
    spare: TrainingState<P>,
  ): Promise<Measured & { readonly next: TrainingState<P> }>;
  evaluate(params: P, batch: B, index: number, step: number): Promise<Measured>;
  /** How each of them runs. */
  explain(): Explanation[];
  dispose(): Promise<void>;
}

export function compileSteps<P extends Tree, B extends Tree>(
  where: string,
  options: FitOptions<P, B>,
): Steps<P, B> {
  const { loss, optimiser = adam(), averaging, executor, seed = 0 } = options;
  const random = new Random(seed);
  const lossOf = (params: P, batch: B, key: Tensor, step: Tensor, training: boolean): [Tensor, LossTerms] => {
    const result = loss(params, batch, { key, step, training });
    const [total, terms] = result instanceof Tensor ? [result, {}] : result;
    requireScalars(where, { loss: total, ...terms });
    return [total, terms];
  };
  const forUpdate = (params: P, batch: B, key: Tensor, step: Tensor) =>
    lossOf(params, batch, key, step, true);
  const forValidation = (params: P, batch: B, key: Tensor, step: Tensor) =>
    lossOf(params, batch, key, step, false);
  type Arguments = [state: TrainingState<P>, batch: B, key: Tensor, step: Tensor, spare: TrainingState<P>];
  const update = compileInHalves(
    (...[state, batch, key, step]: Arguments) => {
      const differentiated = valueAndGrad(forUpdate, { hasAux: true });
      const [[total, terms], gradient] = differentiated(state.params, batch, key, step);
      const [params, next] = optimiser.update(state.params, gradient, state.optimiser);
      const average =
        averaging === undefined || state.average === null
          ? null
          : movingAverage(state.average, params, averaging);
      return { next: { params, optimiser: next, average }, total, terms };
    },
    (...[state, batch, key, step]: Arguments) => forUpdate(state.params, batch, key, step),
    { executor, donate: [4] },
  );
  const evaluate = compileInHalves(forValidation, forValidation, { executor });
  const params = mapTree(options.params, share);
  return {
    start: {
      params,
      optimiser: optimiser.init(params),
      average: averaging === undefined ? null : mapTree(params, share),
    },
    async update(state, batch, step, spare) {
      const key = keyFrom(random.split("step").split(step));
      const { next, total, terms } = await update(state, batch, key, counter(step), spare);
      return { next, ...measured(total, terms) };
    },
    async evaluate(given, batch, index, step) {
      const key = keyFrom(random.split("validation").split(index));
      const [total, terms] = await evaluate(given, batch, key, counter(step));
      return measured(total, terms);
    },
    explain: () => [...update.explain(), ...evaluate.explain()],
    async dispose() {
      await Promise.all([update.dispose(), evaluate.dispose()]);
    },
  };
}

/** The same numbers as a tensor of its own, so that giving one away leaves the other alone. */
export function share(leaf: Tensor): Tensor {
  return fromData(leaf.data, leaf.shape, leaf.dtype);
}

/** The same numbers in memory of their own. */
export function copy(leaf: Tensor): Tensor {
  return fromData(leaf.data.slice(), leaf.shape, leaf.dtype);
}

/** A state with nothing in it, to give away when there is no old one. */
export function emptyLike<P extends Tree>(state: TrainingState<P>): TrainingState<P> {
  return mapTree(state, ({ shape, dtype }) => zeros(shape, dtype));
}

function measured(total: Tensor, terms: LossTerms): Measured {
  return {
    loss: total.item(),
    terms: Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.item()])),
  };
}

function counter(step: number): Tensor {
  return fromData(Int32Array.of(step), [], "int32");
}

function keyFrom(random: Random): Tensor {
  return fromData(Uint32Array.of(random.uint32(), random.uint32()), [2], "uint32");
}

function requireScalars(where: string, values: LossTerms): void {
  for (const [name, value] of Object.entries(values)) {
    if (value instanceof Tensor && value.ndim === 0) continue;
    throw new InputError({
      code: "not-scalar",
      where,
      problem: `${name === "loss" ? "the loss" : `the term ${name}`} is not a single number`,
      expected: "a scalar tensor",
      got: value instanceof Tensor ? describe(value) : value,
    });
  }
}
