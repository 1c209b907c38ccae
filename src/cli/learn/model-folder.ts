import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, ReachError } from "../../core/errors.ts";

/** What a model was trained on: kept beside it, to read the same columns again and to know the data when resuming. */
export interface ModelInput {
  readonly method: string;
  readonly file: string;
  /** Of the file's bytes; not there for standard input and several files. */
  readonly sha256?: string;
  /** What the columns were read as, for instance their names in order. */
  readonly columns: readonly string[];
}

export interface FolderFlags {
  output: string;
  resume?: boolean;
  overwrite?: boolean;
  checkpointEvery: number;
}

const checkpointFile = "checkpoint.safetensors";
/** What the checkpoint is of; what the model is of is written with the model. */
const trainingFile = "checkpoint.json";
const inputFile = "input.json";

/** Refuses a folder that cannot take a new model, or has none to go on with, before any work. */
export async function requireFolder({ output, resume, overwrite }: FolderFlags): Promise<void> {
  const refuse = (code: string, problem: string, hint: string) => {
    throw new InputError({ code, where: "--output", problem, got: output, hint });
  };
  if (resume && overwrite) refuse("contradiction", "--resume and --overwrite at once", "choose one of them");
  const kind = await stat(output).catch(() => undefined);
  if (kind && !kind.isDirectory())
    refuse("not-a-folder", "a file, not a folder for a model", "choose a folder");
  const [hasModel, hasCheckpoint] = await Promise.all(
    ["model.safetensors", checkpointFile].map((name) => exists(join(output, name))),
  );
  if (resume && !hasCheckpoint) {
    refuse("nothing-to-resume", "no training in it to go on from", "leave out --resume");
  }
  if (resume || overwrite || !(hasModel || hasCheckpoint)) return;
  const problem = hasModel ? "there is a model in it already" : "there is an unfinished training in it";
  const goOn = hasCheckpoint ? "go on with --resume, " : "";
  refuse("model-exists", problem, `${goOn}replace it with --overwrite, or choose another folder`);
}

/** Makes the folder, or checks that the training in it is of the same data, and says where the checkpoint goes. */
export async function openFolder(
  { output, resume, overwrite, checkpointEvery }: FolderFlags,
  input: ModelInput,
): Promise<{ path: string; everySeconds: number; resume: boolean }> {
  const path = join(output, checkpointFile);
  if (resume) {
    requireSameInput(output, input, await readFacts(output, trainingFile));
    return { path, everySeconds: checkpointEvery, resume };
  }
  try {
    await mkdir(output, { recursive: true });
    if (overwrite) await rm(path, { force: true });
  } catch (error) {
    throw new ReachError(output, `no model can be written there (${(error as Error).message})`, {
      cause: error,
    });
  }
  await writeFacts(output, trainingFile, input);
  return { path, everySeconds: checkpointEvery, resume: false };
}

/** Writes beside a model what it was trained on. */
export async function saveInput(folder: string, input: ModelInput): Promise<void> {
  await writeFacts(folder, inputFile, input);
}

/** What the model in a folder was trained on; nothing where that was not written down or is not readable. */
export async function readInput(folder: string): Promise<Partial<ModelInput>> {
  return readFacts(folder, inputFile);
}

async function writeFacts(folder: string, name: string, input: ModelInput): Promise<void> {
  const { writeFileAtomic } = await import("../../data/atomic.ts");
  await writeFileAtomic(join(folder, name), `${JSON.stringify(input, null, 2)}\n`);
}

async function readFacts(folder: string, name: string): Promise<Partial<ModelInput>> {
  try {
    return JSON.parse(await readFile(join(folder, name), "utf8")) ?? {};
  } catch {
    return {};
  }
}

function requireSameInput(folder: string, own: ModelInput, stored: Partial<ModelInput>): void {
  for (const name of ["method", "sha256", "columns"] as const) {
    const [wanted, found] = [JSON.stringify(stored[name]), JSON.stringify(own[name])];
    if (stored[name] === undefined || wanted === found) continue;
    throw new InputError({
      code: "foreign-checkpoint",
      where: folder,
      problem: `the training in it is of other data: ${name === "sha256" ? "the file's contents differ" : `${name} differ`}`,
      expected: name === "sha256" ? `the contents of ${stored.file}` : wanted,
      got: name === "sha256" ? own.file : own[name],
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
