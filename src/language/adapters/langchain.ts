/**
 * Prompt compression for LangChain.js: a document compressor for a `ContextualCompressionRetriever`.
 *
 * Its own entry point, `surprisal/langchain`; `@langchain/core` is an optional peer.
 */
import { Document, type DocumentInterface } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { type CompressOptions, compressPrompt, ngramScorer, type WordScorer } from "../compress/compress.ts";

export interface SurprisalCompressorOptions
  extends Pick<
    CompressOptions,
    | "rate"
    | "targetTokens"
    | "forceTokens"
    | "forceReserveDigit"
    | "keepPatterns"
    | "tokenizer"
    | "contextLevelRate"
    | "targetContexts"
  > {
  /** Says how much every word deserves to stay. Default: self-information, without any model. */
  scorer?: WordScorer;
  /** Prefer words about the retriever's query. Default true. */
  queryAware?: boolean;
}

/**
 * Shortens retrieved documents to a rate or to a budget of tokens that they share. Documents of which nothing is left
 * are dropped; metadata stays, with `originalTokens` and `compressedTokens` under `surprisal`.
 *
 * @throws InputError from `compressDocuments` when options are out of range or protected spans exceed the budget
 * @example
 * import { Document } from "@langchain/core/documents";
 * import { SurprisalCompressor } from "surprisal/langchain";
 * const compressor = new SurprisalCompressor({ targetTokens: 20 });
 * const documents = [new Document({ pageContent: "The council met on Monday to vote on item 15 of the budget. ".repeat(3) })];
 * const [shorter] = await compressor.compressDocuments(documents, "Which item?");
 * shorter.metadata.surprisal.compressedTokens; // at most 20
 */
export class SurprisalCompressor extends BaseDocumentCompressor {
  readonly #options: SurprisalCompressorOptions;

  constructor(options: SurprisalCompressorOptions = {}) {
    super();
    this.#options = options;
  }

  async compressDocuments(documents: DocumentInterface[], query: string): Promise<DocumentInterface[]> {
    if (documents.length === 0) return [];
    const { scorer, queryAware = true, ...options } = this.#options;
    const { contexts } = await compressPrompt(
      scorer ?? (await ngramScorer()),
      documents.map(({ pageContent }) => pageContent),
      { ...options, question: queryAware && query.trim() !== "" ? query : undefined },
    );
    return documents.flatMap(({ id, metadata }, i) => {
      const { text, originalTokens, compressedTokens } = contexts[i];
      if (text === "") return [];
      const counts = { originalTokens, compressedTokens };
      return [new Document({ id, pageContent: text, metadata: { ...metadata, surprisal: counts } })];
    });
  }
}
