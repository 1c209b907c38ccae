import type { Random } from "../../core/random.ts";

/**
 * A record of attributes, and a compressor that keeps each with probability `keep`, copies it wrongly with probability
 * `error`, and writes two tokens for each kept attribute and some filler.
 */
export interface RecordCompressor {
  readonly name: string;
  readonly keep: number;
  readonly error: number;
  readonly filler: number;
}

const values = 4;
const dropped = -1;

export const recordCompressors: readonly RecordCompressor[] = [
  { name: "S", keep: 0.35, error: 0.3, filler: 12 },
  { name: "M", keep: 0.55, error: 0.18, filler: 8 },
  { name: "L", keep: 0.75, error: 0.08, filler: 4 },
  { name: "XL", keep: 0.95, error: 0.02, filler: 1 },
];

/** A ρ [log2 4 − h2(ε) − ε log2 3] bits over A attributes. */
export function recordBits({ keep, error }: RecordCompressor, attributes = 4): number {
  const entropy = -error * Math.log2(error) - (1 - error) * Math.log2(1 - error);
  return attributes * keep * (2 - entropy - error * Math.log2(3));
}

export function recordTokens({ keep, filler }: RecordCompressor): number {
  return 8 * keep + filler;
}

/** One minus the accuracy of a predictor of that skill on a question about one attribute. */
export function recordDistortion({ keep, error }: RecordCompressor, skill: number): number {
  return 1 - (skill * (keep * (1 - error) + (1 - keep) / 4) + (1 - skill) / 4);
}

export function allRecords(attributes = 4): Int8Array[] {
  return Array.from({ length: values ** attributes }, (_, i) =>
    Int8Array.from({ length: attributes }, (__, a) => Math.floor(i / values ** a) % values),
  );
}

export function compressRecord(record: Int8Array, c: RecordCompressor, random: Random): Int8Array {
  return record.map((value) => {
    if (random.uniform() >= c.keep) return dropped;
    return random.uniform() < c.error ? (value + 1 + random.integer(values - 1)) % values : value;
  });
}

export function logLikelihood(z: Int8Array, record: Int8Array, { keep, error }: RecordCompressor): number {
  let sum = 0;
  for (let a = 0; a < z.length; a++) {
    if (z[a] === dropped) sum += Math.log(1 - keep);
    else sum += Math.log(keep) + (z[a] === record[a] ? Math.log(1 - error) : Math.log(error / (values - 1)));
  }
  return sum;
}

export function tokensOf(z: Int8Array, { filler }: RecordCompressor): number {
  return filler + 2 * z.filter((value) => value !== dropped).length;
}

/** What the predictor answers for an attribute, with its skill; else one of the values at random. */
export function answers(z: Int8Array, attribute: number, skill: number, random: Random): number {
  const seen = z[attribute];
  const uses = random.uniform() < skill;
  return uses && seen !== dropped ? seen : random.integer(values);
}

/** I(X;Z) in bits by enumeration of records and outputs. */
export function enumeratedBits(c: RecordCompressor, attributes: number): number {
  const records = allRecords(attributes);
  const outputs = values + 1;
  let bits = 0;
  for (let code = 0; code < outputs ** attributes; code++) {
    const z = Int8Array.from(
      { length: attributes },
      (_, a) => (Math.floor(code / outputs ** a) % outputs) + dropped,
    );
    const given = records.map((record) => Math.exp(logLikelihood(z, record, c)));
    const total = given.reduce((sum, p) => sum + p, 0) / records.length;
    for (const p of given) bits += (p / records.length) * Math.log2(p / total);
  }
  return bits;
}
