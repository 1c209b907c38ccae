import { StoppedError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Step, Turn } from "../../language/pursuit/pursuit.ts";
import type { AskGame, AskTurn } from "../../report/ask/report.ts";
import type { World } from "./world.ts";

/** What someone says to a question. */
export type Reply = { readonly answer: string } | "back" | "quit" | "end";

/** Whoever answers: a person, a file, an entity of the table. */
export interface Answerer {
  /** What is meant, where that is known. */
  readonly label?: string;
  /** Before each question, and after a turn was taken back. */
  ask(step: Step, asked: number): Promise<Reply>;
  /** Whether the guess is right; undefined when nobody says. */
  confirm(step: Step, asked: number): Promise<boolean | "back" | undefined>;
}

const likeliestShown = 10;

/**
 * Asks until there is a guess that is not turned down. What is known is kept when the signal fires.
 *
 * @returns the game, with reason "stopped" when it was
 */
export async function playGame(world: World, answerer: Answerer, run: LongRunning): Promise<AskGame> {
  const history: Turn[] = [];
  const turns: AskTurn[] = [];
  const rejected: string[] = [];
  let here = world;
  let pursuit = await here.pursuit(run);
  let step = await pursuit.next(history, run);
  const startBits = step.entropy;
  const ended = (reason: string, correct?: boolean): AskGame => ({
    label: answerer.label ?? (correct ? step.best : undefined),
    turns,
    startBits,
    ...endOf(step, here.labels),
    rejected,
    correct,
    reason,
  });
  try {
    for (;;) {
      if (run.signal?.aborted) return ended("stopped");
      if (step.stop) {
        const right = await answerer.confirm(step, history.length);
        if (run.signal?.aborted) return ended("stopped");
        if (right === "back") {
          history.pop();
          turns.pop();
          step = await pursuit.next(history, run);
          continue;
        }
        if (right !== false || step.reason === "most-queries") return ended(step.reason!, right);
        rejected.push(step.best);
        const left = here.labels.filter((label) => label !== step.best);
        if (left.length === 1) {
          return { ...ended("none-left"), guess: left[0], probability: 1, set: left, likeliest: [] };
        }
        here = here.without([step.best]);
        pursuit = await here.pursuit(run);
      } else {
        const reply = await answerer.ask(step, history.length);
        if (run.signal?.aborted) return ended("stopped");
        if (reply === "quit") return ended("quit");
        if (reply === "end") return ended("end-of-input");
        if (reply === "back") {
          history.pop();
          turns.pop();
        } else {
          const query = step.query!;
          const expectedBits = step.uncertainties.find((candidate) => candidate.query === query)?.bits;
          history.push({ query, answer: reply.answer });
          step = await pursuit.next(history, run);
          turns.push({
            query,
            answer: reply.answer,
            expectedBits,
            bits: step.entropy,
            setSize: step.predictionSet.length,
          });
          continue;
        }
      }
      step = await pursuit.next(history, run);
    }
  } catch (error) {
    if (error instanceof StoppedError) return ended("stopped");
    throw error;
  }
}

function endOf({ best, posterior, predictionSet }: Step, labels: readonly string[]) {
  const likeliest = labels
    .map((label, y) => ({ label, p: posterior[y] }))
    .sort((a, b) => b.p - a.p)
    .slice(0, likeliestShown);
  return { guess: best, probability: likeliest[0].p, likeliest, set: predictionSet };
}
