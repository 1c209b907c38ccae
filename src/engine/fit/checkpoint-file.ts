import { stat } from "node:fs/promises";
import { InputError, ReachError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { readTree, writeTree } from "../checkpoint/tree-file.ts";
import { versions } from "../checkpoint/versions.ts";
import { describe, Tensor, type Tree } from "../tensor.ts";
import type { Journal } from "./journal.ts";
import { leavesOf } from "./leaves.ts";
import type { CheckpointOptions } from "./options.ts";
import type { TrainingState } from "./step.ts";

/** What must be the same for a run to go on as if it had never stopped. */
export interface Identity {
  readonly seed: number;
  readonly batchSize: number | null;
  readonly rows: number | null;
  readonly card: object | null;
}

/** The moment of a run that a checkpoint keeps. */
export interface Moment<P extends Tree> {
  readonly state: TrainingState<P>;
  readonly best: P | null;
  readonly journal: Journal;
}

interface Facts {
  readonly identity: Identity;
  readonly journal: Journal;
}

const format = "surprisal checkpoint";

/** Saves and restores the moments of one run. */
export interface CheckpointFile<P extends Tree> {
  /** The moment to go on from; nothing where training starts anew. */
  restore(start: TrainingState<P>): Promise<(Moment<P> & { readonly warnings: Warning[] }) | undefined>;
  save(moment: Moment<P>): Promise<void>;
  /** Saves, or says in `warnings` why that was not possible: what was trained so far is worth more. */
  trySave(moment: Moment<P>, warnings: Warning[]): Promise<void>;
  /** Whether it is time for the next one. */
  isDue(): boolean;
}

export function checkpointFile<P extends Tree>(
  where: string,
  { path, everySeconds = 60, resume = false }: CheckpointOptions,
  identity: Identity,
): CheckpointFile<P> {
  let savedAt = performance.now();
  let savedStep = 0;
  const save = async ({ state, best, journal }: Moment<P>) => {
    const facts: Facts = { identity, journal };
    await writeTree(path, format, { state, best }, facts);
    savedAt = performance.now();
    savedStep = journal.step;
  };
  return {
    save,
    async restore(start) {
      const exists = await stat(path).then(
        () => true,
        () => false,
      );
      if (!exists) return undefined;
      if (!resume) {
        throw new InputError({
          code: "checkpoint-exists",
          where,
          problem: "there is a checkpoint already",
          got: path,
          hint: "go on from it with resume: true, or choose another path",
        });
      }
      const stored = await readTree<Facts>(path, format);
      requireSame(path, identity, stored.facts.identity);
      const { state, best } = stored.tree as { state: TrainingState<P>; best: P | null };
      requireSameTensors(path, start, state);
      savedStep = stored.facts.journal.step;
      return { state, best, journal: stored.facts.journal, warnings: versionWarnings(stored.versions) };
    },
    async trySave(moment, warnings) {
      try {
        await save(moment);
      } catch (error) {
        if (!(error instanceof ReachError || error instanceof InputError)) throw error;
        savedAt = performance.now();
        const code = "checkpoint-not-written";
        // One is enough: the last says which checkpoint there is.
        if (warnings.at(-1)?.code === code) warnings.pop();
        warnings.push({
          code,
          message: `checkpoint of step ${moment.journal.step} not written; the one of step ${savedStep} remains: ${error.message}`,
        });
      }
    },
    isDue: () => performance.now() - savedAt >= 1000 * everySeconds,
  };
}

function requireSame(path: string, own: Identity, stored: Identity): void {
  for (const name of ["seed", "batchSize", "rows", "card"] as const) {
    const [wanted, found] = [JSON.stringify(own[name]), JSON.stringify(stored?.[name])];
    if (wanted === found) continue;
    throw new InputError({
      code: "foreign-checkpoint",
      where: path,
      problem: `a checkpoint of another run: ${name} differs`,
      expected: wanted,
      got: stored?.[name],
    });
  }
}

/** Compares names, types and shapes, and shows the first that differs. */
function requireSameTensors(path: string, own: Tree, stored: Tree): void {
  const [wanted, found] = [own, stored].map((tree) => [...leavesOf(tree, "state")].map(describeLeaf));
  const at = wanted.findIndex((text, i) => text !== found[i]);
  if (at === -1 && wanted.length === found.length) return;
  const place = at === -1 ? wanted.length : at;
  throw new InputError({
    code: "foreign-checkpoint",
    where: path,
    problem: "a checkpoint of another model or optimiser: the tensors differ",
    expected: wanted[place] ?? "no more tensors",
    got: found[place] ?? "no more tensors",
  });
}

function describeLeaf([path, leaf]: [string, Tree]): string {
  return `${path} ${leaf instanceof Tensor ? describe(leaf) : leaf}`;
}

function versionWarnings(stored: Readonly<Record<string, string>>): Warning[] {
  const own = versions();
  const changed = [...new Set([...Object.keys(own), ...Object.keys(stored)])].filter(
    (name) => own[name] !== stored[name],
  );
  if (changed.length === 0) return [];
  const list = changed.map((name) => `${name} ${stored[name] ?? "none"} is now ${own[name] ?? "none"}`);
  return [
    {
      code: "other-versions",
      message: `the checkpoint was written with other versions, numbers may differ in the last digits: ${list.join(", ")}`,
    },
  ];
}
