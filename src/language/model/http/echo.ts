/** Texts that a server repeats with the log-probability of each token. */
import { BadAnswer } from "./ask.ts";

export interface EchoedToken {
  token: string;
  id?: number;
  /** Null for the first token of a text where the model has no begin-of-text token. */
  logprob: number | null;
}

/**
 * The tokens of the text itself, without what the server put in front of it.
 *
 * @throws BadAnswer when they are not the tokens of this text: the server cut it short, or answers something else
 */
export function ownTokens(path: string, echoed: readonly EchoedToken[], text: string): EchoedToken[] {
  let start = 0;
  let rest = echoed.map(({ token }) => token).join("");
  while (start < echoed.length && rest.length > text.length) rest = rest.slice(echoed[start++].token.length);
  while (start < echoed.length && echoed[start].token === "" && echoed[start].logprob === null) start++;
  const own = rest === text ? echoed.slice(start) : withoutSpecial(echoed, text);
  if (rest !== text && !couldBe(own, text)) {
    throw new BadAnswer(`${path} answered with the tokens of another text than was sent`);
  }
  const gap = own.findIndex(({ logprob }, i) => logprob === null && i > 0);
  if (gap >= 0) throw new BadAnswer(`${path} answered without the log-probability of token ${gap + 1}`);
  return own;
}

/** Tokens that do not join to the text: parts of characters, or spaces that the tokenizer takes off. */
function withoutSpecial(echoed: readonly EchoedToken[], text: string): EchoedToken[] {
  const [first] = echoed;
  const isSpecial = first?.logprob === null && !text.trimStart().startsWith(first.token.trim());
  return echoed.slice(isSpecial || first?.token === "" ? 1 : 0);
}

/** Compares without spaces; parts of characters cannot be compared. */
function couldBe(tokens: readonly EchoedToken[], text: string): boolean {
  const joined = tokens.map(({ token }) => token).join("");
  if (/\uFFFD|\\x[0-9a-f]{2}/i.test(joined) || tokens.every(({ token }) => token === ""))
    return tokens.length > 0;
  return joined.replace(/\s+/g, "") === text.replace(/\s+/g, "");
}

/** Where the tokens of a continuation begin; undefined when no token ends where the prefix does, or none can tell. */
export function boundaryAt(tokens: readonly EchoedToken[], text: string, length: number): number | undefined {
  if (tokens.map(({ token }) => token).join("") !== text) return undefined;
  let at = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (at >= length) return at === length ? i : undefined;
    at += tokens[i].token.length;
  }
  return at === length ? tokens.length : undefined;
}

/** How many tokens two texts share at their beginnings. */
export function commonTokens(
  a: readonly { token: string; id?: number }[],
  b: readonly { token: string; id?: number }[],
): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && isSame(a[shared], b[shared])) shared++;
  return shared;
}

function isSame(a: { token: string; id?: number }, b: { token: string; id?: number }): boolean {
  return a.id !== undefined && b.id !== undefined ? a.id === b.id : a.token === b.token;
}
