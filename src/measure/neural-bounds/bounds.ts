import type { Matrix } from "../../core/matrix.ts";

/** The bounds, by the names that `mutualInformation` takes. */
export type BoundName = "mine" | "donsker-varadhan" | "nwj" | "infonce" | "js" | "smile";

/** A bound's value in nats, and what each row contributes to it. */
export interface BoundValue {
  value: number;
  /**
   * The value plus the first-order effect of each row, as itself and as a partner of all others: the mean is the value,
   * and the standard deviation over √n is its standard error (Hájek's projection).
   */
  terms: Float64Array;
}

/**
 * The value of a bound for scores Sᵢⱼ = f(xᵢ, yⱼ). Products of the margins are the pairs i ≠ j, but for InfoNCE, which
 * has each row's own pair in the sum.
 *
 * @param blocks square matrices of one size; pairs are formed inside a block, and their means taken over all
 * @param clip for `"smile"`: scores of products are held between −clip and clip
 */
export function boundValue(bound: BoundName, blocks: readonly Matrix[], clip: number): BoundValue {
  if (bound === "infonce") return infonce(blocks);
  if (bound === "nwj") return linear(blocks, 1);
  if (bound === "js") return linear(blocks, 0);
  return logarithmic(blocks, bound === "smile" ? clip : Number.POSITIVE_INFINITY);
}

/** mean Sᵢᵢ − log Σⱼ exp Sᵢⱼ + log B. */
function infonce(blocks: readonly Matrix[]): BoundValue {
  const [{ rows: size }] = blocks;
  const terms = new Float64Array(blocks.length * size);
  blocks.forEach(({ data }, b) => {
    for (let i = 0; i < size; i++) {
      const row = data.subarray(i * size, (i + 1) * size);
      let largest = Number.NEGATIVE_INFINITY;
      for (const s of row) if (s > largest) largest = s;
      let total = 0;
      for (const s of row) total += Math.exp(s - largest);
      terms[b * size + i] += row[i] - largest - Math.log(total / size) + 1;
      for (let j = 0; j < size; j++) terms[b * size + j] -= Math.exp(row[j] - largest) / total;
    }
  });
  return { value: mean(terms), terms };
}

/** NWJ: mean Sᵢᵢ + (1 − shift) − mean exp(Sᵢⱼ − shift), which at its best has S = log ratio + shift. */
function linear(blocks: readonly Matrix[], shift: number): BoundValue {
  const { own, partners, average, largest } = products(blocks, Number.POSITIVE_INFINITY);
  const scale = Math.exp(largest - shift);
  const terms = own.map((s, i) => s + 1 - shift - scale * (partners[i] - average));
  return { value: mean(terms), terms };
}

/** Donsker–Varadhan: mean Sᵢᵢ − log mean exp Sᵢⱼ. */
function logarithmic(blocks: readonly Matrix[], clip: number): BoundValue {
  const { own, partners, average, largest } = products(blocks, clip);
  const constant = Math.log(average) + largest;
  const terms = own.map((s, i) => s - constant + 2 - partners[i] / average);
  return { value: mean(terms), terms };
}

interface Products {
  /** Sᵢᵢ */
  own: Float64Array;
  /** Mean of exp(S − largest) over the products with xᵢ, plus that over those with yᵢ. */
  partners: Float64Array;
  /** Mean of exp(S − largest) over all products. */
  average: number;
  largest: number;
}

function products(blocks: readonly Matrix[], clip: number): Products {
  const [{ rows: size }] = blocks;
  const own = new Float64Array(blocks.length * size);
  const partners = new Float64Array(own.length);
  const held = (s: number) => Math.max(-clip, Math.min(clip, s));
  let largest = Number.NEGATIVE_INFINITY;
  blocks.forEach(({ data }, b) => {
    for (let i = 0; i < size; i++) {
      own[b * size + i] = data[i * size + i];
      for (let j = 0; j < size; j++) {
        if (i !== j && data[i * size + j] > largest) largest = data[i * size + j];
      }
    }
  });
  largest = held(largest);
  let total = 0;
  blocks.forEach(({ data }, b) => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        if (i === j) continue;
        const e = Math.exp(held(data[i * size + j]) - largest);
        total += e;
        partners[b * size + i] += e / (size - 1);
        partners[b * size + j] += e / (size - 1);
      }
    }
  });
  return { own, partners, average: total / (own.length * (size - 1)), largest };
}

function mean(values: Float64Array): number {
  let total = 0;
  for (const v of values) total += v;
  return total / values.length;
}
