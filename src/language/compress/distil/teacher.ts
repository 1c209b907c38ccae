import { type LanguageModel, requireCapabilities } from "../../model/model.ts";
import type { Teacher } from "./rules.ts";

/** What a language model is told: `{text}` stands for the chunk. */
export const distillationInstruction = `Shorten the text below as far as you can while someone who reads only the short version could still write down everything the text says.

Obey these rules without exception:
1. Shorten only by deleting words.
2. Leave the words that remain in their order.
3. Leave every word in the form it has: do not inflect or re-case it.
4. Do not put abbreviations, emojis or symbols in place of words.
5. Add nothing: no new words, no comments, no title.

Answer with the shortened text and nothing else.

Text:
{text}

Shortened text:
`;

const longestAnswer = 4096;

/** A language model as a teacher, at the paper's temperature of 0.3. */
export function languageModelTeacher(model: LanguageModel, told: string): Teacher {
  requireCapabilities("distil", model, ["generate"]);
  return {
    name: model.name,
    async compress(text, chunk, signal) {
      // A function, because $ has a meaning in replacement texts.
      const prompt = told.replace("{text}", () => text.trim());
      const [answer] = await model.generate(prompt, {
        maxTokens: longestAnswer,
        temperature: 0.3,
        seed: chunk,
        signal,
      });
      return answer.text.trim();
    },
  };
}
