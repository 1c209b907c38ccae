import { languageModelContract } from "../../../test/battery/language-model.ts";
import { documentModel } from "./document-model.ts";
import { englishModel } from "./english.ts";
import { trainNgram } from "./ngram/ngram.ts";

const text = `We have the duty to speak. The people of the United States are proud of their country.
There was a great deal of work to do. We have the duty to rest, and we have no time.
Then the people rested. Yes, they said, no. Maybe so.
`;

languageModelContract("English trigram", englishModel);
languageModelContract("word trigram", () => trainNgram(text));
languageModelContract("closed word bigram", () => trainNgram(text, { order: 2, minCount: 1 }));
languageModelContract("character 4-gram", () => trainNgram(text, { order: 4, unit: "character" }));
languageModelContract("byte 5-gram", () => trainNgram(text, { order: 5, unit: "byte" }));
languageModelContract("document model", async () => documentModel(await englishModel()), {
  noChainRule: "the prefix is the document: conditionals p(text | document) without a joint distribution",
});
languageModelContract(
  "document model over bytes",
  async () => documentModel(await trainNgram(text, { unit: "byte" })),
  {
    noChainRule: "as above",
  },
);
