// npx tsx scripts/train-english.ts: trains the English trigram in src/language/model/weights and measures it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/data/atomic.ts";
import { ngramOf, trainNgram } from "../src/language/model/ngram/ngram.ts";
import { pruned } from "../src/language/model/ngram/prune.ts";
import { formatNgram, parseNgram } from "../src/language/model/ngram/store.ts";
import { runMain } from "./main.ts";
import { root } from "./rooms.ts";

/** The smallest counts kept of bigrams and of trigrams. */
const least = [1, 2];
/** Every 20th text is kept for measuring. */
const every = 20;

await runMain(import.meta.url, async () => {
  const texts = [
    ...filesOf("datasets-sotu", /^\d{4}_.*\.txt$/),
    ...filesOf("datasets-moby-dick", /^chapter_\d+\.txt$/),
  ];
  const training = texts.filter((_, i) => i % every !== every - 1);
  const heldOut = texts.filter((_, i) => i % every === every - 1);
  const full = await trainNgram(training, { order: 3, lowerCase: true });
  const model = ngramOf(full.units, pruned(full.counts, least), full.spelling, "English trigram");
  const bytes = formatNgram(model);
  const read = parseNgram(bytes, "english.ngram");
  const measured = { all: await measure(full, heldOut), pruned: await measure(read, heldOut) };
  console.log(bytes.length, model.counts.trie.nodes, measured);
  const folder = join(root, "src/language/model/weights");
  await writeFileAtomic(join(folder, "english.ngram"), bytes);
});

function filesOf(name: string, pattern: RegExp): string[] {
  const folder = join(root, "node_modules/@stdlib", name, "data");
  if (!existsSync(folder)) throw new Error(`@stdlib/${name} is not installed: npm ci`);
  return readdirSync(folder)
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), "utf8"));
}

async function measure(model: Awaited<ReturnType<typeof trainNgram>>, texts: string[]) {
  let [nats, tokens, bytes, unknown] = [0, 0, 0, 0];
  for (const text of texts) {
    const { sum, count, tokens: all } = await model.scoreText(text);
    nats -= sum;
    tokens += count;
    bytes += Buffer.byteLength(text);
    unknown += all.filter(({ id }) => id === model.units.unknown).length;
  }
  return {
    bitsPerWord: nats / tokens / Math.LN2,
    bitsPerByte: nats / bytes / Math.LN2,
    tokens,
    unknown: unknown / tokens,
  };
}
