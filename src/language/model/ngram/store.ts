/**
 * n-gram models as files. What is kept are counts and discounts, from which the probabilities follow exactly, so that a
 * file is small without rounding: a line that names the format, a line of JSON, and the counts as variable-length
 * integers under Brotli. The reader trusts no number: each is checked against what is there before it is used.
 */
import { readFile } from "node:fs/promises";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { z } from "zod";
import { InputError } from "../../../core/errors.ts";
import { writeFileAtomic } from "../../../data/atomic.ts";
import { unreadable } from "../../../data/unreadable.ts";
import type { NgramCounts } from "./kneser-ney.ts";
import { type Ngram, ngramOf } from "./ngram.ts";
import { Spelling, spellingOrder, spellingSize } from "./spelling.ts";
import { childrenOf, SequenceTrie } from "./trie.ts";
import { byteUnits, VocabularyUnits } from "./units.ts";
import { Vocabulary } from "./vocabulary.ts";

const signature = "surprisal n-gram model, version 1\n";
const longestHeader = 1 << 20;
const mostBytes = 1 << 30;

const discounts = z.array(z.array(z.number().min(0)).length(3));
const nodes = z.int().min(1).max(0xfffffff);
const header = z.object({
  name: z.string(),
  unit: z.enum(["word", "character", "byte"]),
  order: z.int().min(2).max(5),
  lowerCase: z.boolean(),
  open: z.boolean(),
  words: z.int().min(0).max(0xffffff),
  discounts,
  nodes,
  spelling: z.object({ discounts, nodes, outside: z.number().max(0) }).optional(),
});

/** The bytes of an n-gram model; `effort` is Brotli's, of which 11 gives a tenth less in twenty times the time. */
export function formatNgram({ units, counts, spelling, name }: Ngram, effort = 5): Uint8Array {
  const vocabulary = units instanceof VocabularyUnits ? units.vocabulary : undefined;
  const facts: z.infer<typeof header> = {
    name,
    unit: units.kind,
    order: counts.order,
    lowerCase: vocabulary?.fold ?? false,
    open: units.unknown >= 0,
    words: vocabulary?.size ?? 0,
    discounts: counts.discounts.map((row) => [...row]),
    nodes: counts.trie.nodes,
    ...(spelling && {
      spelling: {
        discounts: spelling.counts.discounts.map((row) => [...row]),
        nodes: spelling.counts.trie.nodes,
        outside: spelling.outside,
      },
    }),
  };
  const writer = new IntegerWriter();
  for (const word of vocabulary?.words ?? []) writer.write(word.length);
  const letters = vocabulary?.words.join("") ?? "";
  for (let i = 0; i < letters.length; i++) writer.write(letters.charCodeAt(i));
  writeCounts(counts, writer);
  if (spelling) writeCounts(spelling.counts, writer);
  const body = brotliCompressSync(writer.bytes(), {
    params: { [constants.BROTLI_PARAM_QUALITY]: effort, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  return Buffer.concat([Buffer.from(`${signature}${JSON.stringify(facts)}\n`), body]);
}

/** Whether bytes begin as {@link formatNgram} writes them. */
export function isNgram(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, signature.length)).toString("latin1") === signature;
}

/**
 * Reads what {@link formatNgram} wrote.
 *
 * @param where the file, for messages
 * @throws InputError when it is not such a file or damaged
 */
export function parseNgram(bytes: Uint8Array, where: string): Ngram {
  const refuse = (problem: string): never => {
    throw new InputError({
      code: "bad-model",
      where,
      problem: `${problem}; not a whole n-gram model of this package`,
    });
  };
  const start = signature.length;
  if (!isNgram(bytes)) refuse("does not begin as one");
  const end = bytes.indexOf(10, start);
  if (end < 0 || end - start > longestHeader) refuse("has no header");
  const facts = header.safeParse(parsed(Buffer.from(bytes.subarray(start, end)).toString()));
  if (!facts.success) return refuse("the header will not do");
  const { name, unit, order, lowerCase, open, words, spelling } = facts.data;
  const reader = new IntegerReader(inflated(bytes.subarray(end + 1)) ?? refuse("damaged"), refuse);
  const vocabulary = new Vocabulary(lowerCase);
  const lengths = Array.from({ length: Math.min(words, reader.left) }, () => reader.read(0xffff));
  const letters = reader.readText(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    if (vocabulary.add(letters, at, at + length) !== i) refuse("a word stands twice");
    at += length;
  }
  if ((unit === "byte") !== (words === 0)) refuse("no vocabulary");
  const units = unit === "byte" ? byteUnits : new VocabularyUnits(unit, vocabulary, open);
  const shape = { order, size: units.size, firstEvent: unit === "word" ? 0 : 1 };
  const counts = readCounts(reader, { ...shape, ...facts.data }, refuse);
  const spelt = spelling && {
    counts: readCounts(
      reader,
      { ...spelling, order: spellingOrder, size: spellingSize, firstEvent: 0 },
      refuse,
    ),
    outside: spelling.outside,
  };
  if (!reader.ended) refuse("something follows");
  return ngramOf(units, counts, spelt && new Spelling(spelt.counts, vocabulary, spelt.outside), name);
}

/**
 * Writes an n-gram model.
 *
 * @throws ReachError when the file cannot be written
 */
export async function saveNgram(path: string, model: Ngram): Promise<void> {
  await writeFileAtomic(path, formatNgram(model));
}

/**
 * Reads an n-gram model written by {@link saveNgram}.
 *
 * @throws InputError when the file is missing, is not such a model or is damaged
 * @example
 * import { loadNgram, saveNgram, trainNgram } from "surprisal/language";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/surprisal-example.ngram`;
 * await saveNgram(path, await trainNgram("to be or not to be\n", { order: 2 }));
 * const model = await loadNgram(path);
 */
export async function loadNgram(path: string): Promise<Ngram> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw await unreadable(path, error);
  }
  return parseNgram(bytes, path);
}

/** Level by level, the children of a node in the order of their units. */
function writeCounts({ trie, counts, left, order }: NgramCounts, writer: IntegerWriter): void {
  const { first, nodes } = childrenOf(trie);
  for (let node = 1; node <= trie.size; node++) writer.write(counts[node]);
  let level = Array.from({ length: trie.size }, (_, u) => u + 1);
  for (let depth = 1; depth < order; depth++) {
    const families = level.map((node) => {
      const children = nodes.slice(first[node], first[node + 1]);
      return children.sort((a, b) => trie.unit[a] - trie.unit[b]);
    });
    for (const children of families) writer.write(children.length);
    for (const [i, children] of families.entries()) if (children.length > 0) writer.write(left[level[i]]);
    for (const children of families) {
      let before = -1;
      for (const node of children) {
        writer.write(trie.unit[node] - before - 1);
        before = trie.unit[node];
      }
    }
    level = families.flatMap((children) => [...children]);
    for (const node of level) writer.write(counts[node]);
  }
}

function readCounts(
  reader: IntegerReader,
  shape: Omit<NgramCounts, "trie" | "counts" | "left"> & { size: number; nodes: number },
  refuse: (problem: string) => never,
): NgramCounts {
  const { size, order, firstEvent, discounts: taken } = shape;
  if (taken.length !== order) refuse("discounts are missing");
  const nodes = shape.nodes;
  // A node takes two bytes at least, those of single units one.
  if (nodes <= size || nodes > 1 + size + reader.left / 2) refuse("cut short");
  const trie = new SequenceTrie(size, nodes - size - 1);
  const counts = new Float64Array(nodes);
  const left = new Float64Array(nodes);
  for (let node = 1; node <= size; node++) counts[node] = reader.read(mostCount);
  let level = Int32Array.from({ length: size }, (_, u) => u + 1);
  for (let depth = 1; depth < order; depth++) {
    const families = level.map(() => reader.read(size));
    for (const [i, children] of families.entries()) if (children > 0) left[level[i]] = reader.read(mostCount);
    const before = trie.nodes;
    for (const [i, children] of families.entries()) {
      const parent = level[i];
      for (let c = 0, unit = -1; c < children; c++) {
        unit += reader.read(size) + 1;
        if (unit >= size) refuse("a unit out of range");
        const suffix = depth === 1 ? unit + 1 : trie.child(trie.suffix[parent], unit);
        if (suffix < 0) refuse("an n-gram without its shorter form");
        if (trie.nodes === nodes) refuse("more n-grams than announced");
        trie.add(parent, unit, suffix);
      }
    }
    for (let node = before; node < trie.nodes; node++) {
      const count = reader.read(mostCount);
      if (count < 1) refuse("an n-gram that was never seen");
      counts[node] = count;
    }
    level = Int32Array.from({ length: trie.nodes - before }, (_, i) => before + i);
  }
  if (trie.nodes !== nodes) refuse("fewer n-grams than announced");
  return { order, trie, counts, left, discounts: taken, firstEvent };
}

const mostCount = 2 ** 45;

/** Integers as groups of seven bits, the lowest first. */
class IntegerWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  write(value: number): void {
    if (this.#length + 8 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) + 128;
    this.#bytes[this.#length++] = rest;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

class IntegerReader {
  readonly #bytes: Uint8Array;
  readonly #refuse: (problem: string) => never;
  #at = 0;

  constructor(bytes: Uint8Array, refuse: (problem: string) => never) {
    this.#bytes = bytes;
    this.#refuse = refuse;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get ended(): boolean {
    return this.left === 0;
  }

  /** A text of so many characters. */
  readText(length: number): string {
    if (length > this.left) this.#refuse("cut short");
    const codes = Uint16Array.from({ length }, () => this.read(0xffff));
    return Buffer.from(codes.buffer).toString("utf16le");
  }

  read(most: number): number {
    const first = this.#bytes[this.#at];
    if (first < 128 && first <= most) {
      this.#at++;
      return first;
    }
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || scale > 2 ** 49) return this.#refuse("cut short");
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value <= most ? value : this.#refuse("a number out of range");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function inflated(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return brotliDecompressSync(bytes, { maxOutputLength: mostBytes });
  } catch {
    return undefined;
  }
}
