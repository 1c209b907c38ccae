import type { LongRunning } from "../../core/progress.ts";
import type { TableNote } from "../../data/table.ts";
import type {
  ChannelContext,
  ChannelFindings,
  ChannelFindingsOptions,
  CompressorOutputs,
  ScoringOptions,
} from "../../language/channel/channel.ts";
import type { LanguageModel, PlannedCost } from "../../language/model/model.ts";

/** Everything there is to score. */
export interface Plan {
  readonly contexts: readonly ChannelContext[];
  readonly compressors: readonly CompressorOutputs[];
  readonly notes: readonly TableNote[];
  /** The text before a compression, with {context} and {query}. */
  readonly template: string;
}

/** All texts of a context side by side, compressor after compressor. */
function textsOf({ contexts, compressors }: Plan): string[][] {
  return contexts.map((_, i) => compressors.flatMap(({ texts }) => texts[i]));
}

function optionsOf({ contexts, template }: Plan): Pick<ScoringOptions, "template" | "queries"> {
  const queries = contexts.flatMap(({ query }) => query ?? []);
  return {
    template: (context, query = "") =>
      template.replace(/\{(context|query)\}/g, (_, name) => (name === "context" ? context : query)),
    ...(queries.length === contexts.length ? { queries } : {}),
  };
}

export async function measure(
  plan: Plan,
  lm: LanguageModel,
  options: ChannelFindingsOptions,
  work: LongRunning,
): Promise<ChannelFindings> {
  const { channelFindings, scoreCompressions } = await import("../../language/channel/channel.ts");
  const { contexts, compressors, notes } = plan;
  const scored = await scoreCompressions(
    lm,
    contexts.map(({ text }) => text),
    textsOf(plan),
    { ...optionsOf(plan), ...work },
  );
  const findings = channelFindings(lm.name, contexts, compressors, scored, options);
  return { ...findings, notes: [...notes, ...findings.notes] };
}

export interface PlannedScoring extends PlannedCost {
  readonly contexts: number;
  readonly compressors: readonly string[];
  readonly compressions: number;
  readonly scorings: number;
  readonly model: string;
}

/** What scoring would take, without any of it. */
export async function planned(
  plan: Plan,
  lm: LanguageModel,
  { signal }: LongRunning,
): Promise<PlannedScoring> {
  const [{ scoringCalls }, { planCost }] = await Promise.all([
    import("../../language/channel/channel.ts"),
    import("../../language/model/model.ts"),
  ]);
  const calls = [
    ...scoringCalls(
      plan.contexts.map(({ text }) => text),
      textsOf(plan),
      optionsOf(plan),
    ),
  ];
  return {
    contexts: plan.contexts.length,
    compressors: plan.compressors.map(({ name }) => name),
    compressions: plan.contexts.length * textsOf(plan)[0].length,
    scorings: calls.length,
    model: lm.name,
    ...(await planCost(
      lm,
      calls.map(({ prefix, continuation }) => ({ call: "scoreContinuation" as const, prefix, continuation })),
      { signal },
    )),
  };
}
