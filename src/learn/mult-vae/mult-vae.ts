/**
 * Recommendation from clicks with a variational autoencoder: Liang, Krishnan, Hoffman & Jebara, "Variational
 * autoencoders for collaborative filtering", WWW 2018 (arXiv 1802.05814).
 *
 * Implemented: Mult-VAE with multinomial likelihood (equations 2 and 4 and the annealing of section 2.2.2) and Mult-DAE
 * (section 2.3), the protocol of section 4.1 in `split.ts` and its metrics in `evaluate.ts`, and the baselines
 * popularity, item-kNN and EASE (Steck, WWW 2019).
 *
 *   loss = mean over users of  −Σᵢ xᵢ log softmax(f(z))ᵢ + β KL(q(z|x) ‖ N(0, I)),  β = min(cap, update / annealSteps)
 *
 * β KL is a rate in nats: the model is an information bottleneck on a user's history, and reports what it spends.
 *
 * Deviations: log variances are clamped to ±20; annealing defaults to a third of training instead of 40,000 updates;
 * batches default to a tenth of the users where there are fewer than 5000; splits use our own generator.
 *
 * Cost: O(users · items · width) per epoch, three times that for gradients; rows are sparse until they are in a batch
 * of batch × items numbers. Memory for parameters 2 · items · width, four times that in training.
 */
import { InputError } from "../../core/errors.ts";
import { toOnnx } from "../../engine/export/index.ts";
import { compile, type Tensor, tensor } from "../../engine/index.ts";
import { denseRows } from "./batches.ts";
import { type CsrMatrix, columnCounts, csrFromLists } from "./csr.ts";
import { evaluate } from "./evaluate.ts";
import { type Kind, type Parameters, predict } from "./network.ts";
import { type MultVaeOptions, type MultVaeSettings, readOptions } from "./options.ts";
import { lookUp, type Recommender, recommenderFrom } from "./recommender.ts";
import { countEvaluated, type Split } from "./split.ts";
import { type TrainingRecord, type TrainingRun, trainNetwork } from "./training.ts";

/** A trained Mult-VAE or Mult-DAE. */
export interface MultVae extends Recommender {
  readonly settings: MultVaeSettings;
  readonly training: TrainingRecord;
  readonly params: Parameters;
  /** KL(q(z|x) ‖ p(z)) in nats for each row of items clicked. */
  rateRows(histories: CsrMatrix): Promise<Float64Array>;
  /**
   * What the model's code tells about one history, in nats.
   *
   * @throws InputError for a Mult-DAE, which has no rate, and when no item of the history is known
   */
  rate(history: readonly string[]): Promise<number>;
  /**
   * The bytes of an ONNX file: from `clicks` (batch × items, float32, not normalised) to `logits` (batch × items) and,
   * for a VAE, `rate` (batch). Columns are in the order of `itemIds`.
   */
  toOnnx(): Uint8Array;
}

/**
 * A recommender that turns a user's clicks into a short code and the code into probabilities of all items: Mult-VAE, or
 * Mult-DAE with `kind: "dae"`. It serves users it has never seen, as soon as they have a click.
 *
 * `fit` trains on the training users of a split and keeps the epoch with the best NDCG@100 on its validation users (the
 * last epoch without any). When the signal fires after the first update, the best model so far is given, and
 * `training.stopped` says so. With a `checkpoint` a run that was killed goes on where it was.
 *
 * With few training users (hundreds) a tuned {@link ease} is usually better; compare on validation users.
 *
 * @throws InputError for unknown or impossible options; in `fit` when there is no click to train on
 * @throws StoppedError from `fit` when the signal fires before the first update
 * @throws FitDivergedError from `fit` when a loss is not finite; it holds the last good parameters
 * @example
 * import { interactions, multVae, strongGeneralizationSplit } from "surprisal/learn";
 * const user = Array.from({ length: 300 }, (_, e) => e % 30);
 * const item = user.map((u, e) => (u % 3) * 10 + (Math.floor(e / 30) + u) % 9);
 * const split = strongGeneralizationSplit(interactions({ user, item }), { validationUsers: 5, testUsers: 5 });
 * const model = await multVae({ hidden: [16], latentDim: 4, epochs: 3 }).fit(split);
 * const { items } = await model.recommend(["0", "1"], 5);
 * items[0].probability; // of being the next click
 */
export function multVae(options: MultVaeOptions = {}): {
  fit(split: Pick<Split, "itemIds" | "train" | "validation">, run?: TrainingRun): Promise<MultVae>;
} {
  const settings = readOptions(options);
  return {
    async fit({ train, validation, itemIds }, run = {}) {
      if (train.indices.length === 0) {
        throw new InputError({
          code: "too-few-rows",
          where: "multVae",
          problem: "no clicks to train on",
          got: `${train.rows} training users`,
        });
      }
      const clicks = columnCounts(train);
      const predictor = makePredictor(settings.kind);
      const validate = async (params: Parameters, signal?: AbortSignal) => {
        const scoreRows = async (rows: CsrMatrix) => (await predictor(params, rows)).logits;
        const ndcg = { metrics: ["ndcg@100"], signal } as const;
        return (await evaluate({ clicks, scoreRows }, validation, ndcg)).metrics[0].value;
      };
      const canValidate = countEvaluated(validation) > 0;
      const { params, record } = await trainNetwork(train, settings, canValidate ? validate : undefined, run);
      return modelFrom(settings, itemIds, clicks, params, record, predictor);
    },
  };
}

/** Puts a trained or loaded model together. */
export function modelFrom(
  settings: MultVaeSettings,
  itemIds: readonly string[],
  clicks: Float64Array,
  params: Parameters,
  training: TrainingRecord,
  predictor = makePredictor(settings.kind),
): MultVae {
  const { kind, betaCap } = settings;
  const index = new Map(itemIds.map((id, i) => [id, i]));
  const rateRows = async (histories: CsrMatrix) => {
    if (kind === "dae") {
      throw new InputError({
        code: "no-rate",
        where: "rate",
        problem: "a denoising autoencoder has no rate",
        expected: 'a model of kind "vae"',
        got: kind,
      });
    }
    return (await predictor(params, histories)).rate;
  };
  return {
    ...recommenderFrom({
      name: kind === "vae" ? `Mult-VAE β≤${betaCap}` : "Mult-DAE",
      itemIds,
      clicks,
      logits: true,
      scoreRows: async (histories) => (await predictor(params, histories)).logits,
      stored: () => ({
        tree: { params },
        facts: { kind: "mult-vae", options: settings, seed: settings.seed, training },
      }),
    }),
    settings,
    training,
    params,
    rateRows,
    async rate(history) {
      const { known } = lookUp(index, history);
      if (known.length === 0) {
        throw new InputError({
          code: "cold-start",
          where: "rate",
          problem: "the model knows no item of the history",
          got: history,
        });
      }
      return (await rateRows(csrFromLists([known], itemIds.length)))[0];
    },
    toOnnx: () =>
      toOnnx(
        (inputs: { clicks: Tensor }): Record<string, Tensor> => {
          const { logits, rate } = predict(kind, params, inputs.clicks);
          return kind === "vae" ? { logits, rate } : { logits };
        },
        { clicks: { shape: ["batch", itemIds.length] } },
      ),
  };
}

type Predictor = (
  params: Parameters,
  rows: CsrMatrix,
) => Promise<{ logits: Float64Array; rate: Float64Array }>;

const mostRowsAtOnce = 512;

/** Batches are padded to a power of two, so that few shapes have to be prepared. */
function makePredictor(kind: Kind): Predictor {
  const run = compile((params: Parameters, clicks: Tensor) => predict(kind, params, clicks));
  return async (params, rows) => {
    const logits = new Float64Array(rows.rows * rows.cols);
    const rate = new Float64Array(rows.rows);
    for (let from = 0; from < rows.rows; from += mostRowsAtOnce) {
      const to = Math.min(from + mostRowsAtOnce, rows.rows);
      const height = 2 ** Math.ceil(Math.log2(to - from));
      const clicks = tensor(denseRows(rows, from, to, height), { shape: [height, rows.cols] });
      const out = await run(params, clicks);
      logits.set(out.logits.data.subarray(0, (to - from) * rows.cols), from * rows.cols);
      rate.set(out.rate.data.subarray(0, to - from), from);
    }
    return { logits, rate };
  };
}
