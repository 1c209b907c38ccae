import type { Random } from "../../core/random.ts";

/** K = 8 contexts as 3-bit words, repeated to a length; every bit flipped with the same probability. */
export interface ExactChannel {
  readonly length: number;
  readonly flip: number;
}

const words = 8;

function bit(word: number, place: number): number {
  return (word >> (place % 3)) & 1;
}

/** M compressions of each context, and their exact log-likelihoods under every context. */
export function drawChannel(
  { length, flip }: ExactChannel,
  contexts: ArrayLike<number>,
  samples: number,
  random: Random,
): Float64Array[][] {
  const logFlip = Math.log(flip);
  const logKeep = Math.log1p(-flip);
  const all = Array.from(contexts);
  return all.map((own) =>
    Array.from({ length: samples }, () => {
      const differences = new Float64Array(words);
      for (let place = 0; place < length; place++) {
        const sent = bit(own, place) ^ (random.uniform() < flip ? 1 : 0);
        for (let word = 0; word < words; word++) if (bit(word, place) !== sent) differences[word]++;
      }
      return Float64Array.from(
        all,
        (word) => differences[word] * logFlip + (length - differences[word]) * logKeep,
      );
    }),
  );
}

/** All eight contexts once. */
export const everyWord = Int32Array.from({ length: words }, (_, i) => i);

/** I(X;Z) in nats by enumeration of all outputs. */
export function exactInformation({ length, flip }: ExactChannel): number {
  let information = 0;
  for (let output = 0; output < 2 ** length; output++) {
    let total = 0;
    const given = new Float64Array(words);
    for (let word = 0; word < words; word++) {
      let p = 1;
      for (let place = 0; place < length; place++)
        p *= ((output >> place) & 1) === bit(word, place) ? 1 - flip : flip;
      given[word] = p;
      total += p / words;
    }
    for (const p of given) if (p > 0) information += (p / words) * Math.log(p / total);
  }
  return information;
}
