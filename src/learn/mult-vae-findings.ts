import { throwIfStopped } from "../core/errors.ts";
import { type Matrix, matrix } from "../core/matrix.ts";
import type { LongRunning, Progress } from "../core/progress.ts";
import type { TableNote } from "../data/table.ts";
import { compile, type Tensor, tensor } from "../engine/index.ts";
import { mapRows, principalPlane } from "./embedding-map.ts";
import { denseRows } from "./mult-vae/batches.ts";
import { type CsrMatrix, csrRows } from "./mult-vae/csr.ts";
import { type Evaluation, evaluate, type Metric, overUsers } from "./mult-vae/evaluate.ts";
import { itemKnn } from "./mult-vae/item-weights.ts";
import type { MultVae } from "./mult-vae/mult-vae.ts";
import { encode, normalizeRows, type Parameters } from "./mult-vae/network.ts";
import { popularity } from "./mult-vae/popularity.ts";
import type { Recommender } from "./mult-vae/recommender.ts";
import { countEvaluated, type Split } from "./mult-vae/split.ts";
import { tunedEase } from "./mult-vae/tune.ts";
import type { Curve, EmbeddingMap, InformationCurves, LearnFindings, Scores } from "./report-data.ts";

/** What a recommender was trained on, and the users it is tested on. */
export interface MultVaeStudy {
  readonly file: string;
  readonly split: Split;
  /** What to know about the data. */
  readonly notes?: readonly TableNote[];
}

const metrics: readonly Metric[] = ["recall@20", "recall@50", "ndcg@100"];
const metricNames: Record<string, string> = {
  "recall@20": "Recall@20",
  "recall@50": "Recall@50",
  "ndcg@100": "NDCG@100",
};
/** Multiplications for one EASE; seven are made. About ten seconds each. */
const mostForEase = 6e10;
/** Weights between items take 8 bytes each. */
const mostItemPairs = 1e8;
const mostUsersEncoded = 512;
const namedItems = 14;

/**
 * What a trained Mult-VAE or Mult-DAE is worth: curves, the rate, and the ranking metrics of the test users with
 * intervals, beside popularity, item-kNN and an EASE tuned on the validation users, as far as the catalogue allows.
 *
 * @throws StoppedError when the signal fires
 */
export async function multVaeFindings(
  model: MultVae,
  study: MultVaeStudy,
  run: LongRunning = {},
): Promise<LearnFindings> {
  const { settings, training, name } = model;
  const { split } = study;
  const notes: TableNote[] = [
    ...(study.notes ?? []),
    ...training.warnings.map(({ code, message }) => noteOf(code, "hint", message)),
  ];
  const tested = countEvaluated(split.test);
  const compared = tested > 0 && !training.stopped ? await compare(model, split, notes, run) : undefined;
  if (tested === 0) {
    notes.push(
      noteOf("nothing-held-out", "hint", "no test user has hidden items: there are no ranking metrics"),
    );
  }
  const facts: [string, string | number][] = [
    ["training users", split.train.rows],
    ["validation users", split.validation.userIds.length],
    ["test users", split.test.userIds.length],
    ["items", split.itemIds.length],
    ["clicks trained on", split.train.indices.length],
    ["numbers in the code", settings.latentDim],
  ];
  return {
    method: "mult-vae",
    title: `${settings.kind === "vae" ? "Mult-VAE" : "Mult-DAE"} of ${count(split.itemIds.length)} items and ${count(split.train.rows)} users`,
    file: study.file,
    verdict: compared
      ? verdictOf(name, compared)
      : `${name} was trained on ${count(split.train.rows)} users.`,
    facts: facts.map(([fact, value]) => ({ name: fact, value: String(value) })),
    options: { ...settings, batchSize: training.batchSize, annealSteps: training.annealSteps },
    seed: settings.seed,
    training: curvesOf(model),
    ...(settings.kind === "vae" ? { information: await informationOf(model, split) } : {}),
    scores: compared ? [scoresOf(name, compared, tested)] : [],
    map: mapOf(model),
    notes,
    ...(training.stopped ? { stopped: training.stopped } : {}),
  };
}

interface Compared {
  readonly recommender: Pick<Recommender, "name">;
  readonly evaluation: Evaluation;
}

/** The model first, then what it has to beat. */
async function compare(
  model: MultVae,
  split: Split,
  notes: TableNote[],
  { signal, onProgress }: LongRunning,
): Promise<Compared[]> {
  const step = (label: string) => (progress?: Progress) => {
    throwIfStopped(signal, "multVaeFindings");
    onProgress?.({ done: progress?.done ?? 0, total: progress?.total ?? 1, label });
  };
  const recommenders: Recommender[] = [model];
  const { train, validation } = split;
  if (train.cols ** 2 <= mostItemPairs) {
    if (easeCost(train) <= mostForEase && countEvaluated(validation) > 0) {
      const report = step("EASE");
      report();
      recommenders.push((await tunedEase(split, { signal, onProgress: report })).model);
    } else {
      const why = easeCost(train) <= mostForEase ? "it needs validation users" : "it would take minutes";
      notes.push(noteOf("no-ease", "hint", `EASE, which is often as good, was left out: ${why}`));
    }
    step("item-kNN")();
    recommenders.push(itemKnn(split));
  } else {
    const message = `EASE and item-kNN were left out: weights between ${train.cols} items do not fit in memory`;
    notes.push(noteOf("no-item-weights", "hint", message));
  }
  recommenders.push(popularity(split));
  const compared: Compared[] = [];
  for (const recommender of recommenders) {
    step(`ranking by ${recommender.name}`)();
    compared.push({ recommender, evaluation: await evaluate(recommender, split.test, { metrics, signal }) });
  }
  return compared;
}

function easeCost({ rows, cols, indices }: CsrMatrix): number {
  return rows < cols ? rows ** 3 + (rows + cols) * indices.length : cols ** 3;
}

function scoresOf(own: string, compared: readonly Compared[], tested: number): Scores {
  return {
    title: "Ranking for new users",
    about: `A fifth of the items of each of ${tested} test users, whom no model was trained on, was hidden; every other item of the catalogue was ranked by what they clicked of the rest. Recall@R: hidden items among the first R, over the most there can be. NDCG@100 counts the places too.`,
    metrics: metrics.map((metric, m) => ({
      name: metricNames[metric],
      entries: compared.map(({ recommender, evaluation }) => {
        const { value, interval } = evaluation.metrics[m];
        return {
          name: recommender.name,
          value,
          ...(interval ? { interval } : {}),
          own: recommender.name === own,
        };
      }),
    })),
  };
}

/** The model against the best of the others, user by user. */
function verdictOf(name: string, [own, ...others]: readonly Compared[]): string {
  const ndcg = ({ evaluation }: Compared) => evaluation.metrics[metrics.length - 1];
  const best = others.reduce((a, b) => (ndcg(b).value > ndcg(a).value ? b : a));
  const [mine, theirs] = [ndcg(own), ndcg(best)];
  const opening = `NDCG@100 of ${name} for ${own.evaluation.users} new users is ${mine.value.toFixed(3)}`;
  const [a, b] = [mine.perUser, theirs.perUser];
  const difference =
    a &&
    b &&
    overUsers(
      "ndcg@100",
      a.map((value, u) => value - b[u]),
    ).interval;
  const against = `against ${theirs.value.toFixed(3)} of ${best.recommender.name}`;
  if (!difference) return `${opening}, ${against}.`;
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
  const range = `difference user by user from ${signed(difference.low)} to ${signed(difference.high)}`;
  if (difference.low > 0)
    return `${opening}, better than the ${theirs.value.toFixed(3)} of ${best.recommender.name} (${range}).`;
  if (difference.high < 0)
    return `${opening}; ${best.recommender.name} does better with ${theirs.value.toFixed(3)} (${range}).`;
  return `${opening}, ${against}: too close to call (${range}).`;
}

function curvesOf({ settings, training }: MultVae): LearnFindings["training"] {
  const { epochs, steps, batchSize, bestEpoch } = training;
  const unit = "nats a user";
  const curves: (Curve | false)[] = [
    {
      name: "loss",
      meaning: "what is minimised: the weighted sum of the terms",
      unit,
      values: epochs.map(({ loss }) => loss),
    },
    {
      name: "negativeLogLikelihood",
      meaning: "−Σ x log π, what the code loses of a user's clicks",
      unit,
      weight: "1",
      values: epochs.map((epoch) => epoch.negativeLogLikelihood),
    },
    settings.kind === "vae" && {
      name: "rate",
      meaning: "KL(q(z|x) ‖ N(0, I)), what the code tells of a user, at most",
      unit,
      weight: "β",
      values: epochs.map(({ rate }) => rate),
    },
    settings.kind === "vae" && {
      name: "beta",
      meaning: `weight of the rate, which rises with every update up to ${settings.betaCap}`,
      unit: "",
      values: epochs.map(({ beta }) => beta),
    },
    settings.l2 > 0 && {
      name: "penalty",
      meaning: `${settings.l2} times the squared weights`,
      unit,
      weight: "1",
      values: epochs.map(({ penalty }) => penalty),
    },
    epochs.every(({ validation }) => validation !== undefined) && {
      name: "validation NDCG@100",
      meaning: "of users who are not trained on; the epoch with the highest is kept",
      unit: "",
      values: epochs.map(({ validation }) => validation!),
    },
  ];
  return {
    epochs: epochs.map(({ epoch }) => epoch),
    kept: bestEpoch ?? epochs.length,
    chosen: bestEpoch !== undefined,
    steps,
    batchSize,
    per: "user",
    curves: curves.filter((curve) => curve !== false),
  };
}

async function informationOf(model: MultVae, { test, train }: Split): Promise<InformationCurves> {
  const { epochs } = model.training;
  const users = test.foldIn.rows > 0 ? test.foldIn : train;
  const few = csrRows(
    users,
    Int32Array.from({ length: Math.min(users.rows, mostUsersEncoded) }, (_, u) => u),
  );
  const dimensions = (await klByDimension(model, few)).sort((a, b) => b - a);
  return {
    rate: epochs.map(({ rate }) => rate),
    rateMeaning: "KL(q(z|x) ‖ N(0, I)): what the code tells of a user, at most",
    distortion: epochs.map((epoch) => epoch.negativeLogLikelihood),
    distortionMeaning: "−Σ x log π: what is lost of a user's clicks",
    dimensions,
  };
}

/** Mean KL divergence of each number of the code from the standard normal, in nats. */
async function klByDimension({ params, settings }: MultVae, rows: CsrMatrix): Promise<number[]> {
  const posterior = compile((p: Parameters, clicks: Tensor): Record<string, Tensor> => {
    const { mean, logVariance } = encode(settings.kind, p, normalizeRows(clicks));
    return logVariance ? { mean, logVariance } : { mean };
  });
  const clicks = tensor(denseRows(rows, 0, rows.rows), { shape: [rows.rows, rows.cols] });
  const { mean, logVariance } = await posterior(params, clicks);
  await posterior.dispose();
  const k = settings.latentDim;
  const sums = new Array<number>(k).fill(0);
  mean.data.forEach((mu: number, at: number) => {
    const log = logVariance.data[at];
    sums[at % k] += (Math.exp(log) + mu * mu - 1 - log) / 2;
  });
  return sums.map((sum) => sum / rows.rows);
}

/** Items by the weights of their logits: near each other when the same codes call for them. */
function mapOf({ params, itemIds, clicks, settings }: MultVae): EmbeddingMap {
  const rows = mapRows(itemIds.length, settings.seed);
  const { kernel } = params.decoder[params.decoder.length - 1];
  const [width, items] = kernel.shape;
  const vectors: Matrix = matrix(rows.length, width);
  rows.forEach((item, i) => {
    for (let j = 0; j < width; j++) vectors.data[i * width + j] = kernel.data[j * items + item];
  });
  const popular = [...rows.keys()].sort((i, j) => clicks[rows[j]] - clicks[rows[i]]).slice(0, namedItems);
  return {
    what: "item",
    caption:
      "Items by the weights of the layer that scores them, in the two directions in which they differ most; the most clicked have names.",
    ...principalPlane(vectors),
    total: itemIds.length,
    colour: { kind: "numbers", name: "training clicks", values: Array.from(rows, (item) => clicks[item]) },
    labels: popular.map((point) => ({ point, text: itemIds[rows[point]] })),
  };
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function noteOf(code: string, severity: TableNote["severity"], message: string): TableNote {
  return { code, severity, message, columns: [] };
}
