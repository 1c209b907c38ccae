import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { InputError, ReachError } from "../../core/errors.ts";
import {
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeSafetensors,
} from "../../data/safetensors.ts";
import type { CsrMatrix } from "./csr.ts";
import type { Interactions } from "./interactions.ts";
import { itemWeightsRecommender } from "./item-weights.ts";
import { type MultVae, modelFrom, parametersFrom } from "./mult-vae.ts";
import type { MultVaeSettings } from "./options.ts";
import { popularityRecommender } from "./popularity.ts";
import type { Recommender, StoredModel } from "./recommender.ts";
import type { TrainingRecord } from "./training.ts";

const modelFile = "model.safetensors";
const usersFile = "users.safetensors";
const format = "surprisal recommender";
const formatVersion = 1;

interface ModelFacts {
  format: string;
  version: number;
  kind: StoredModel["kind"];
  itemIds: string[];
  settings?: MultVaeSettings;
  training?: TrainingRecord;
  name?: string;
}

/**
 * Saves a recommender as one safetensors file in a folder, which is made when it is not there: numbers, item ids,
 * options and the training record. An earlier model in the folder stays whole until the new one is on disk.
 *
 * @param folder for instance `"model/"`; the file is `model.safetensors`
 * @throws ReachError when it cannot be written
 * @example
 * import { interactions, loadRecommender, popularity, saveRecommender, strongGeneralizationSplit } from "surprisal/learn";
 * import { tmpdir } from "node:os";
 * const clicks = interactions({ user: [0, 0, 1], item: ["tea", "milk", "tea"] }, { minUserClicks: 1 });
 * const split = strongGeneralizationSplit(clicks, { validationUsers: 0, testUsers: 0 });
 * await saveRecommender(popularity(split), `${tmpdir()}/surprisal-recommender`);
 * (await loadRecommender(`${tmpdir()}/surprisal-recommender`)).name; // "popularity"
 */
export async function saveRecommender(recommender: Recommender, folder: string): Promise<void> {
  const { kind, tensors, facts } = recommender.stored();
  const described = { format, version: formatVersion, kind, itemIds: recommender.itemIds, ...facts };
  await makeFolder(folder);
  await writeSafetensors(
    join(folder, modelFile),
    {
      clicks: { dtype: "F64", shape: [recommender.clicks.length], data: recommender.clicks },
      ...tensors,
    },
    { surprisal: JSON.stringify(described) },
  );
}

/**
 * Loads what {@link saveRecommender} wrote; a Mult-VAE comes back with its rate and training record.
 *
 * @throws InputError when there is no model in the folder, or the file is damaged or something else
 * @throws ReachError when it cannot be read
 */
export async function loadRecommender(folder: string): Promise<Recommender | MultVae> {
  const path = join(folder, modelFile);
  const file = await readSafetensors(path);
  const facts = readFacts<ModelFacts>(file, path);
  const read = reader(file, path);
  const items = facts.itemIds.length;
  const clicks = read("clicks", [items]) as Float64Array;
  if (facts.kind === "popularity") return popularityRecommender(facts.itemIds, clicks);
  if (facts.kind === "item-weights") {
    const weights = read("weights", [items, items]) as Float64Array;
    return itemWeightsRecommender(facts.name ?? "item weights", facts.itemIds, clicks, weights);
  }
  const { settings, training } = facts;
  if (facts.kind !== "mult-vae" || !settings || !training) throw foreign(path, facts.kind);
  const sizes = { ...settings, items };
  const params = parametersFrom(sizes, (name, shape) => read(name, shape) as Float32Array);
  return modelFrom(settings, facts.itemIds, clicks, params, training);
}

/** Whether a loaded recommender is a neural one, with settings, a training record and a rate. */
export function isMultVae(recommender: Recommender | MultVae): recommender is MultVae {
  return "training" in recommender;
}

/**
 * Saves who clicked what beside a model, so that users can be named later. The file is not needed to recommend for
 * histories given by hand; leave it out when a model is passed on.
 */
export async function saveHistories(
  { userIds, itemIds, matrix }: Interactions,
  folder: string,
): Promise<void> {
  await makeFolder(folder);
  await writeSafetensors(
    join(folder, usersFile),
    {
      offsets: { dtype: "I32", shape: [matrix.offsets.length], data: matrix.offsets },
      indices: { dtype: "I32", shape: [matrix.indices.length], data: matrix.indices },
      values: { dtype: "F64", shape: [matrix.values.length], data: matrix.values },
    },
    { surprisal: JSON.stringify({ format, version: formatVersion, kind: "users", userIds, itemIds }) },
  );
}

/** The histories saved beside a model, without what preparation counted. */
export async function loadHistories(folder: string): Promise<Omit<Interactions, "dropped">> {
  const path = join(folder, usersFile);
  const file = await readSafetensors(path);
  const { userIds, itemIds } = readFacts<{ userIds: string[]; itemIds: string[] }>(file, path);
  const read = reader(file, path);
  const offsets = read("offsets", [userIds.length + 1]) as Int32Array;
  const size = offsets[userIds.length];
  const matrix: CsrMatrix = {
    rows: userIds.length,
    cols: itemIds.length,
    offsets,
    indices: read("indices", [size]) as Int32Array,
    values: read("values", [size]) as Float64Array,
  };
  return { userIds, itemIds, matrix };
}

function readFacts<T>({ metadata }: Safetensors, path: string): T {
  let facts: { format?: unknown; version?: unknown } | null = null;
  try {
    facts = JSON.parse(metadata.surprisal ?? "null");
  } catch {
    // Not ours: refused below.
  }
  if (facts?.format !== format || facts.version !== formatVersion) {
    throw foreign(path, facts?.format === format ? `version ${facts.version}` : "another kind of file");
  }
  return facts as T;
}

function reader({ tensors }: Safetensors, path: string) {
  return (name: string, shape: readonly number[]): StoredTensor["data"] => {
    const found = tensors.get(name);
    if (found && found.shape.join() === shape.join()) return found.data;
    throw new InputError({
      code: "bad-model",
      where: path,
      problem: `the tensor ${name} is missing or of another shape`,
      expected: `[${shape.join(",")}]`,
      got: found ? `[${found.shape.join(",")}]` : "nothing",
    });
  };
}

function foreign(path: string, got: unknown): InputError {
  return new InputError({
    code: "bad-model",
    where: path,
    problem: "not a recommender of this version",
    expected: `${format}, version ${formatVersion}`,
    got,
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new ReachError(folder, "the folder cannot be made", { cause: error });
  }
}
