import { InputError } from "../../core/errors.ts";
import { defineTask } from "../../core/parallel/index.ts";
import type { Unit } from "../../core/units.ts";
import { completeRows, type Frame, variableOf } from "./frame.ts";
import type { MistOpinion } from "./measurement.ts";

interface Question {
  pairs: { x: string[]; y: string[] }[];
  unit: Unit;
  seed: number;
}

/**
 * What MIST reads for each pair, all of them in one batch: a value, or why there is none. The network and the engine under
 * it are loaded here and not before, so that this can be done on a thread beside the estimates.
 */
export const mistOpinions = defineTask(
  import.meta.url,
  "mistOpinions",
  async ({ pairs, unit, seed }: Question, frame: Frame): Promise<MistOpinion[]> => {
    const { tryMistBatch } = await import("../mist/mist.ts");
    const variables = pairs.map(({ x, y }) => {
      const rows = completeRows(frame, [...x, ...y]);
      const [left, right] = [x, y].map((names) => variableOf(frame, names, rows));
      return { x: left.variable, y: right.variable, isMixed: left.isMixed || right.isMixed };
    });
    const asked = variables.filter(({ isMixed }) => !isMixed);
    const answers = await tryMistBatch(asked, { unit, seed, executor: "onnx" }).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      return asked.map(() => error);
    });
    return variables.map((pair): MistOpinion => {
      if (pair.isMixed) return { absent: "numbers and categories taken together" };
      const answer = answers[asked.indexOf(pair)];
      if (answer instanceof InputError) return { absent: reasonOf(answer) };
      const { value, interval, n, warnings } = answer;
      const { low, high, level } = interval!;
      return { value, interval: { low, high, level }, n, warnings: warnings.map(({ message }) => message) };
    });
  },
);

/** A refusal without the place in the code, which says nothing to someone with a table. */
function reasonOf(error: InputError): string {
  if (error.code === "not-native") return "ONNX Runtime is not installed";
  const { message, where } = error;
  return message.slice(where.length + 2);
}
