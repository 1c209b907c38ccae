import { Document } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { generateText, streamText, wrapLanguageModel } from "ai";
import { describe, expect, it } from "vitest";
import { type CompressionResult, openTokenizer } from "../compress/compress.ts";
import { compressionMiddleware } from "./ai-sdk.ts";
import { SurprisalCompressor } from "./langchain.ts";

type Model = Exclude<Parameters<typeof wrapLanguageModel>[0]["model"], string>;

const minutes = Array.from(
  { length: 60 },
  (_, i) =>
    `On day ${i} the committee discussed the harbour, then the schools and, after some debate, approved ${100 + i} crowns for the library.`,
).join(" ");
const code = "```\nconst answer = 42;\n```";
const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** A model of the SDK's own interface that answers with the prompt it was given. */
function echo(): Model & { seen: unknown[] } {
  const seen: unknown[] = [];
  return {
    specificationVersion: "v3",
    provider: "test",
    modelId: "echo",
    supportedUrls: {},
    seen,
    doGenerate: async ({ prompt }) => {
      seen.push(prompt);
      return {
        content: [{ type: "text", text: JSON.stringify(prompt) }],
        finishReason: { unified: "stop", raw: "stop" },
        usage,
        warnings: [],
      };
    },
    doStream: async ({ prompt }) => {
      seen.push(prompt);
      return {
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: "stream-start", warnings: [] });
            controller.enqueue({ type: "text-start", id: "0" });
            controller.enqueue({ type: "text-delta", id: "0", delta: "done" });
            controller.enqueue({ type: "text-end", id: "0" });
            controller.enqueue({ type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage });
            controller.close();
          },
        }),
      };
    },
  };
}

type Prompt = { role: string; content: string | { type: string; text: string }[] }[];

describe("the AI SDK middleware", () => {
  it("shortens long user texts to the budget and leaves short ones, system and code alone", async () => {
    const model = echo();
    const results: CompressionResult[] = [];
    const wrapped = wrapLanguageModel({
      model,
      middleware: compressionMiddleware({
        targetTokens: 300,
        keepPatterns: ["```…```"],
        onCompressed: (result) => results.push(result),
      }),
    });
    const question = "How much did the library get on day 7?";
    await generateText({
      model: wrapped,
      system: minutes,
      messages: [
        { role: "user", content: [{ type: "text", text: `${minutes}\n${code}` }] },
        { role: "user", content: question },
      ],
    });
    const [system, long, short] = model.seen[0] as Prompt;
    expect(system.content).toBe(minutes);
    expect((short.content as { text: string }[])[0].text).toBe(question);
    const { text } = (long.content as { text: string }[])[0];
    expect((await openTokenizer()).count(text)).toBeLessThanOrEqual(300);
    expect(text).toContain(code);
    expect(results).toHaveLength(1);
    expect(results[0].compressedTokens).toBeLessThanOrEqual(300);
  });

  it("works for streams, for several long texts with one budget, and aware of the question", async () => {
    const model = echo();
    const wrapped = wrapLanguageModel({
      model,
      middleware: compressionMiddleware({
        targetTokens: 200,
        questionAware: true,
        roles: ["user", "system"],
      }),
    });
    const { text } = streamText({
      model: wrapped,
      system: minutes,
      messages: [
        { role: "user", content: minutes },
        { role: "user", content: "What about the harbour?" },
      ],
    });
    expect(await text).toBe("done");
    const [system, long] = model.seen[0] as Prompt;
    const both = `${system.content}\n\n${(long.content as { text: string }[])[0].text}`;
    expect((await openTokenizer()).count(both)).toBeLessThanOrEqual(200);
    expect(both).toContain("harbour");
  });

  it("passes a prompt of short texts through untouched, and refuses options as compressPrompt does", async () => {
    const model = echo();
    await generateText({
      model: wrapLanguageModel({ model, middleware: compressionMiddleware() }),
      prompt: "Hello.",
    });
    expect((model.seen[0] as Prompt)[0].content).toEqual([{ type: "text", text: "Hello." }]);
    const wrong = wrapLanguageModel({ model, middleware: compressionMiddleware({ rate: 2 }) });
    await expect(generateText({ model: wrong, prompt: minutes, maxRetries: 0 })).rejects.toThrow(/rate/);
  });
});

describe("the LangChain document compressor", () => {
  const documents = [
    new Document({ id: "a", pageContent: minutes, metadata: { source: "minutes.txt" } }),
    new Document({ pageContent: "The weather was fine and nothing else happened on that day." }),
  ];

  it("is a document compressor that keeps a shared budget, metadata and ids", async () => {
    const compressor = new SurprisalCompressor({ targetTokens: 150 });
    expect(BaseDocumentCompressor.isBaseDocumentCompressor(compressor)).toBe(true);
    const shorter = await compressor.compressDocuments(documents, "What did the library get?");
    const total = shorter.reduce((sum, { metadata }) => sum + metadata.surprisal.compressedTokens, 0);
    expect(total).toBeLessThanOrEqual(152);
    expect(shorter[0]).toBeInstanceOf(Document);
    expect(shorter[0].id).toBe("a");
    expect(shorter[0].metadata.source).toBe("minutes.txt");
  });

  it("gives nothing for nothing, and does not change what it was given", async () => {
    expect(await new SurprisalCompressor().compressDocuments([], "x")).toEqual([]);
    const before = documents[0].pageContent;
    await new SurprisalCompressor({ rate: 0.2 }).compressDocuments(documents, "");
    expect(documents[0].pageContent).toBe(before);
    expect(documents[0].metadata).toEqual({ source: "minutes.txt" });
  });
});
