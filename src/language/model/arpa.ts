/**
 * The ARPA form of back-off models, which KenLM, SRILM, IRSTLM and others read and write: for each order the n-grams with
 * the base-10 logarithm of the probability of their last word after the others, and of the weight by which shorter
 * contexts count where they are a context that is not followed by anything listed. Cost: O(1) per line.
 */
import { InputError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import type { Ngram } from "./ngram/ngram.ts";
import { PatternUnits } from "./ngram/pattern-units.ts";
import { BackoffModel, root, SequenceTrie } from "./ngram/trie.ts";
import { Vocabulary } from "./ngram/vocabulary.ts";
import { type UnitModel, unitModel } from "./unit-model.ts";

/** What stands for the logarithm of 0. */
const never = -99;
const mostOrder = 9;

/** Whether bytes look like an ARPA file, which may begin with remarks. */
export function isArpa(bytes: Uint8Array): boolean {
  return /(^|\n)\\data\\\s/.test(Buffer.from(bytes.subarray(0, 1 << 12)).toString("latin1"));
}

/**
 * Reads an ARPA file. Its words are what stands between white space in a text; a newline is `</s>`, and what follows it
 * comes after `<s>`.
 *
 * @param where the file, for messages
 * @throws InputError with the line's number when it is not such a file, is cut short, or has other counts than it says
 * @example
 * import { parseArpa } from "surprisal/language";
 * const arpa = `\\data\\
 * ngram 1=3
 * ngram 2=1
 * \\1-grams:
 * -99 <s> 0
 * -0.30103 </s>
 * -0.30103 a 0
 * \\2-grams:
 * 0 <s> a
 * \\end\\`;
 * const model = parseArpa(new TextEncoder().encode(arpa), "a.arpa");
 * const { sum } = await model.scoreText("a\n"); // ln 1 + ln 1/2
 */
export function parseArpa(bytes: Uint8Array, where: string): UnitModel {
  const lines = new Lines(bytes, where);
  const counts = readCounts(lines);
  const vocabulary = new Vocabulary(false, ["</s>"]);
  const builder = new Builder(counts, vocabulary);
  for (const [k, count] of counts.entries()) {
    if (lines.next() !== `\\${k + 1}-grams:`) lines.refuse(`expected \\${k + 1}-grams:`);
    for (let i = 0; i < count; i++) builder.add(lines, k + 1, counts.length);
    if (k === 0) builder.open();
  }
  if (lines.next() !== "\\end\\") lines.refuse("expected \\end\\");
  const predictor = builder.finish();
  const unknown = ["<unk>", "<UNK>"]
    .map((name) => vocabulary.find(name, 0, name.length))
    .find((id) => id >= 0);
  return unitModel({ name: where, units: new PatternUnits(/\S+/u, vocabulary, 0, unknown), predictor });
}

function readCounts(lines: Lines): number[] {
  while (lines.next() !== "\\data\\") if (lines.ended) lines.refuse("no \\data\\ line");
  const counts: number[] = [];
  for (let line = lines.next(); ; line = lines.next()) {
    const [, order, count] = /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(line) ?? [];
    if (order === undefined) {
      lines.back();
      break;
    }
    if (Number(order) !== counts.length + 1 || counts.length === mostOrder)
      lines.refuse("orders must be 1, 2, …, at most 9");
    if (Number(count) > lines.length) lines.refuse("more n-grams than the file has room for");
    counts.push(Number(count));
  }
  if (counts.length === 0) lines.refuse("expected ngram 1=…");
  return counts;
}

/** Puts lines into a trie. Unit 0 is `</s>` where it follows and `<s>` where it is context. */
class Builder {
  readonly #vocabulary: Vocabulary;
  #trie: SequenceTrie;
  #logProbabilities: Float64Array;
  #backoffs: Float64Array;
  readonly #room: number;
  #unigrams: { id: number; logProbability: number; backoff: number }[] = [];
  #seen = new Uint8Array(0);

  constructor(counts: readonly number[], vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#room = counts.slice(1).reduce((sum, count) => sum + count, 0);
    this.#trie = new SequenceTrie(0);
    this.#logProbabilities = new Float64Array(0);
    this.#backoffs = new Float64Array(0);
  }

  add(lines: Lines, order: number, orders: number): void {
    const fields = lines.next().split(/\s+/);
    if (fields.length < order + 1 || fields.length > order + 2) lines.refuse(`expected ${order} words`);
    const logProbability = lines.number(fields[0]);
    const backoff = fields.length === order + 2 ? lines.number(fields[order + 1]) : 0;
    if (logProbability > 1e-6) lines.refuse("a probability above 1");
    if (order === orders && fields.length > order + 1) lines.refuse("a back-off weight in the last order");
    const words = fields.slice(1, order + 1);
    if (order === 1) this.#addWord(words[0], logProbability, backoff);
    else this.#addSequence(lines, words, logProbability, backoff);
  }

  #addWord(word: string, logProbability: number, backoff: number): void {
    const isBegin = word === "<s>";
    const id = isBegin || word === "</s>" ? 0 : this.#vocabulary.add(word, 0, word.length);
    // `<s>` never follows anything, `</s>` is never a context.
    this.#unigrams.push({
      id,
      logProbability: isBegin ? Number.NaN : logProbability,
      backoff: word === "</s>" ? Number.NaN : backoff,
    });
  }

  /** Makes the trie once the words are known. */
  open(): void {
    const { size } = this.#vocabulary;
    this.#trie = new SequenceTrie(size, this.#room);
    this.#logProbabilities = new Float64Array(1 + size + this.#room).fill(
      Number.NEGATIVE_INFINITY,
      1,
      1 + size,
    );
    this.#backoffs = new Float64Array(1 + size + this.#room);
    for (const { id, logProbability, backoff } of this.#unigrams) {
      if (!Number.isNaN(logProbability)) this.#logProbabilities[id + 1] = logProbability;
      if (!Number.isNaN(backoff)) this.#backoffs[id + 1] = backoff;
    }
    this.#unigrams = [];
    this.#seen = new Uint8Array(1 + size + this.#room);
  }

  #addSequence(lines: Lines, words: readonly string[], logProbability: number, backoff: number): void {
    const units = words.map((word) => {
      if (word === "<s>" || word === "</s>") return 0;
      const id = this.#vocabulary.find(word, 0, word.length);
      return id < 0 ? lines.refuse(`a word that is no 1-gram, ${JSON.stringify(word)}`) : id;
    });
    let node = units[0] + 1;
    for (const unit of units.slice(1)) node = this.#childOf(node, unit);
    if (this.#seen[node] === 1) lines.refuse("an n-gram that was there before");
    this.#seen[node] = 1;
    this.#logProbabilities[node] = logProbability;
    this.#backoffs[node] = backoff;
  }

  /** A child; one that no line gave has the probability that backing off gives. */
  #childOf(parent: number, unit: number): number {
    const trie = this.#trie;
    const known = trie.child(parent, unit);
    if (known > 0) return known;
    let suffix = trie.suffix[parent];
    while (suffix !== root && trie.child(suffix, unit) < 0) suffix = trie.suffix[suffix];
    let weight = this.#backoffs[parent];
    for (let context = trie.suffix[parent]; context !== suffix; context = trie.suffix[context]) {
      weight += this.#backoffs[context];
    }
    const node = trie.add(parent, unit, trie.child(suffix, unit));
    if (node >= this.#logProbabilities.length) this.#grow();
    this.#logProbabilities[node] = weight + this.#logProbabilities[trie.suffix[node]];
    return node;
  }

  #grow(): void {
    const { length } = this.#trie.parent;
    const grown = <A extends Float64Array | Uint8Array>(larger: A, old: A): A => {
      larger.set(old);
      return larger;
    };
    this.#logProbabilities = grown(new Float64Array(length), this.#logProbabilities);
    this.#backoffs = grown(new Float64Array(length), this.#backoffs);
    this.#seen = grown(new Uint8Array(length), this.#seen);
  }

  finish(): BackoffModel {
    const { nodes } = this.#trie;
    const values = new Float64Array(2 * nodes);
    for (let node = 0; node < nodes; node++) {
      values[2 * node] = toNats(this.#logProbabilities[node]);
      values[2 * node + 1] = toNats(this.#backoffs[node]);
    }
    return new BackoffModel(this.#trie, values);
  }
}

function toNats(log10: number): number {
  return log10 <= never ? Number.NEGATIVE_INFINITY : log10 * Math.LN10;
}

/** The lines of a file that hold something, trimmed. */
class Lines {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #where: string;
  #at = 0;
  #before = { at: 0, number: 0 };
  #number = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#where = where;
    this.length = bytes.length;
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): string {
    this.#before = { at: this.#at, number: this.#number };
    while (!this.ended) {
      const found = this.#bytes.indexOf(10, this.#at);
      const end = found < 0 ? this.#bytes.length : found;
      const line = this.#bytes.toString("utf8", this.#at, end).trim();
      this.#at = end + 1;
      this.#number++;
      if (line !== "") return line;
    }
    return "";
  }

  /** Gives the last line once more. */
  back(): void {
    this.#at = this.#before.at;
    this.#number = this.#before.number;
  }

  number(text: string): number {
    const value = Number(text);
    return Number.isNaN(value) ? this.refuse(`not a number, ${JSON.stringify(text.slice(0, 40))}`) : value;
  }

  refuse(problem: string): never {
    throw new InputError({
      code: "bad-model",
      where: this.#where,
      problem: `line ${this.#number}: ${problem}; not a whole ARPA file`,
    });
  }
}

/**
 * Writes an n-gram model of words as an ARPA file, for other tools.
 *
 * @throws InputError when the model is not one of words
 * @throws ReachError when the file cannot be written
 * @example
 * import { saveArpa, trainNgram } from "surprisal/language";
 * import { tmpdir } from "node:os";
 * await saveArpa(`${tmpdir()}/surprisal-example.arpa`, await trainNgram("to be or not to be\n"));
 */
export async function saveArpa(path: string, { units, counts, predictor }: Ngram): Promise<void> {
  if (units.kind !== "word") {
    throw new InputError({
      code: "bad-option",
      where: "saveArpa",
      problem: "not a model of words",
      got: units.kind,
    });
  }
  const { trie, values } = predictor;
  const asLog10 = (nats: number) =>
    Math.max(nats / Math.LN10, never)
      .toFixed(7)
      .replace(/\.?0+$/, "");
  const lines: string[][] = Array.from({ length: counts.order }, () => []);
  const names = Array.from<string>({ length: trie.nodes }).fill("");
  const wordOf = (node: number) => (trie.unit[node] === 0 ? "</s>" : units.label(trie.unit[node]));
  for (let node = 1; node < trie.nodes; node++) {
    const depth = trie.depth[node];
    // Unit 0 begins a text where it is a context.
    names[node] =
      depth === 1
        ? wordOf(node)
        : `${trie.parent[node] === 1 ? "<s>" : names[trie.parent[node]]} ${wordOf(node)}`;
    const fields = [asLog10(values[2 * node]), names[node]];
    if (depth < counts.order && node > 1) fields.push(asLog10(values[2 * node + 1]));
    lines[depth - 1].push(fields.join("\t"));
  }
  lines[0].push([never, "<s>", asLog10(values[3])].join("\t"));
  const parts = ["\\data\\", ...lines.map((list, k) => `ngram ${k + 1}=${list.length}`)];
  for (const [k, list] of lines.entries()) parts.push("", `\\${k + 1}-grams:`, ...list);
  await writeFileAtomic(path, `${[...parts, "", "\\end\\"].join("\n")}\n`);
}
