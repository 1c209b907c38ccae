import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { InputError, ReachError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import type { Tree } from "../tensor.ts";
import { readTree, writeTree } from "./tree-file.ts";
import { versions } from "./versions.ts";

/** What is known about a model beside its weights; anything that JSON can hold. */
export interface ModelCard {
  /** Identifies what can use the weights, for instance `"contrastive-mim"`. */
  readonly method: string;
  readonly options?: object;
  readonly seed?: number;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly [more: string]: unknown;
}

export interface SavedModel<P extends Tree> {
  readonly params: P;
  readonly card: ModelCard;
  /** What it was written with: this package, Node, the libraries that compute. */
  readonly versions: Readonly<Record<string, string>>;
}

const format = "surprisal model";
const weightsFile = "model.safetensors";
const cardFile = "card.json";

/**
 * Saves a model in a folder, which is made when it is not there: `model.safetensors` with the parameters and the
 * card, and `card.json` with the same card for people and scripts. Each is replaced as a whole.
 *
 * @throws ReachError when the folder or a file cannot be written
 * @example
 * import { saveModel, loadModel, zeros } from "surprisal/engine";
 * import { tmpdir } from "node:os";
 * const folder = `${tmpdir()}/surprisal-example-model`;
 * await saveModel(folder, { w: zeros([2]) }, { method: "example", seed: 1 });
 * const { params, card } = await loadModel(folder, "example");
 * card.seed; // 1
 */
export async function saveModel(folder: string, params: Tree, card: ModelCard): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new ReachError(folder, `the folder cannot be made (${(error as Error).message})`, { cause: error });
  }
  await writeTree(join(folder, weightsFile), format, params, card);
  const readable = JSON.stringify({ ...card, versions: versions() }, null, 2);
  await writeFileAtomic(join(folder, cardFile), `${readable}\n`);
}

/**
 * Loads what {@link saveModel} wrote.
 *
 * @param method the card's method; another one is refused
 * @throws InputError when there is no model, it is damaged, or it belongs to another method
 */
export async function loadModel<P extends Tree = Tree>(
  folder: string,
  method: string,
): Promise<SavedModel<P>> {
  const path = join(folder, weightsFile);
  const stored = await readTree<ModelCard>(path, format);
  const { facts } = stored;
  if (facts.method !== method) {
    throw new InputError({
      code: "foreign-model",
      where: path,
      problem: "a model of another method",
      expected: method,
      got: facts.method,
    });
  }
  return { params: stored.tree as P, card: facts, versions: stored.versions };
}
