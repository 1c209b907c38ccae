/**
 * Choices read from the likeliest next tokens, where a server gives no more than these. A choice is known by the token
 * that begins it; where two choices begin with the same token, or none can be told apart, they are lettered A, B, C …
 * and the letter is read. What is not among the likeliest is censored: all that is known is that its probability is at
 * most the smallest returned.
 */
import { InputError } from "../../../core/errors.ts";
import { type Scored, scored, type TokenLogprob } from "../language-model.ts";

/** `"error"` refuses a choice outside the likeliest tokens, `"floor"` takes the smallest log-probability returned. */
export type Missing = "error" | "floor";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The token that begins each choice; nothing where none of those returned does. */
export function firstTokens(
  top: readonly TokenLogprob[],
  choices: readonly string[],
): (TokenLogprob | undefined)[] {
  return choices.map((choice) => longest(top, choice) ?? longest(top, otherSpacing(choice)));
}

function longest(top: readonly TokenLogprob[], choice: string): TokenLogprob | undefined {
  let best: TokenLogprob | undefined;
  for (const one of top) {
    if (one.token.trim() === "" || !choice.startsWith(one.token)) continue;
    if (best === undefined || one.token.length > best.token.length) best = one;
  }
  return best;
}

/** With a space in front, or without it. */
function otherSpacing(choice: string): string {
  return choice.startsWith(" ") ? choice.trimStart() : ` ${choice}`;
}

/** Whether two choices begin with the same token, so that only letters tell them apart. */
export function collide(found: readonly (TokenLogprob | undefined)[]): boolean {
  const tokens = found.flatMap((one) => (one ? [one.token] : []));
  return new Set(tokens).size < tokens.length;
}

/** The prompt that asks for a letter. */
export function lettered(prefix: string, choices: readonly string[]): { prompt: string; choices: string[] } {
  if (choices.length > letters.length) {
    throw new InputError({
      code: "too-many-choices",
      where: "scoreChoices",
      problem: "some choices begin with the same token, and there are more than letters for them",
      expected: `at most ${letters.length}`,
      got: choices.length,
    });
  }
  const options = choices.map((choice, i) => `${letters[i]}) ${choice.trim()}`).join("\n");
  return {
    prompt: `${prefix}\n\nOptions:\n${options}\n\nThe letter of the right option is`,
    choices: choices.map((_, i) => ` ${letters[i]}`),
  };
}

/**
 * The log-probability of each choice's first token, with the mass of everything that was not returned.
 *
 * @throws InputError `censored-choice` for one that was not returned, unless it takes the floor
 */
export function readChoices(
  where: string,
  top: readonly TokenLogprob[],
  choices: readonly string[],
  missing: Missing,
  notes: Pick<Scored, "lettered"> = {},
): Scored[] {
  let mass = 0;
  let floor = Number.POSITIVE_INFINITY;
  for (const { logprob } of top) {
    mass += Math.exp(logprob);
    floor = Math.min(floor, logprob);
  }
  const censoredMass = Math.max(0, 1 - mass);
  return firstTokens(top, choices).map((found, i) => {
    if (found) return scored([found], { censoredMass, ...notes });
    if (missing === "floor") {
      return scored([{ token: choices[i], logprob: floor }], { censoredMass, floored: 1, ...notes });
    }
    throw new InputError({
      code: "censored-choice",
      where,
      problem: `a choice is not among the ${top.length} likeliest next tokens, which leave ${censoredMass.toPrecision(2)} of the probability to all others`,
      got: choices[i],
      hint: "--missing floor gives it the smallest that was returned",
    });
  });
}
