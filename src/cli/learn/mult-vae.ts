import { join } from "node:path";
import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Table, TableNote } from "../../data/table.ts";
import type { DroppedInteractions, Interactions } from "../../learn/mult-vae/interactions.ts";
import type { MultVaeOptions } from "../../learn/mult-vae/options.ts";
import type { Split } from "../../learn/mult-vae/split.ts";
import { hashOf } from "./contrastive-mim.ts";
import { type ModelInput, openFolder, saveInput } from "./model-folder.ts";
import { type Learned, type LearnFlags, runLearner } from "./run.ts";

export interface MultVaeFlags extends LearnFlags, Omit<MultVaeOptions, "seed" | "hidden"> {
  hidden?: number[];
  user?: string;
  item?: string;
  /** A column, `false` for none, or undefined to look for one. */
  rating?: string | false;
  count?: string;
  threshold?: number;
  minUserClicks: number;
  minItemClicks: number;
}

export async function learnMultVae(file: string, flags: MultVaeFlags): Promise<void> {
  await runLearner("mult-vae", file, flags, (run, saved) => learn(file, flags, run, saved));
}

const optionNames = [
  "kind",
  "latentDim",
  "hidden",
  "dropout",
  "betaCap",
  "annealSteps",
  "l2",
  "learningRate",
  "batchSize",
  "epochs",
  "seed",
] as const;

async function learn(
  file: string,
  flags: MultVaeFlags,
  run: LongRunning,
  saved: () => void,
): Promise<Learned> {
  const [{ multVae }, { strongGeneralizationSplit }, { saveHistories }] = await Promise.all([
    import("../../learn/mult-vae/mult-vae.ts"),
    import("../../learn/mult-vae/split.ts"),
    import("../../learn/mult-vae/store.ts"),
  ]);
  const given = optionNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]]));
  // Refuses options before anything is read.
  const learner = multVae(Object.fromEntries(given));
  const { clicks, all, columns, notes } = await readClicks(file, flags, run.signal);
  const held = Math.floor(flags.testShare * clicks.userIds.length);
  const split = strongGeneralizationSplit(clicks, {
    validationUsers: held,
    testUsers: held,
    minItemClicks: flags.minItemClicks,
    seed: flags.seed,
  });
  const inputHash = await hashOf(file);
  const input: ModelInput = {
    method: "mult-vae",
    file,
    ...(inputHash === undefined ? {} : { sha256: inputHash }),
    columns,
  };
  const checkpoint = await openFolder(flags, input);
  const model = await learner.fit(split, { ...run, checkpoint });
  await model.save(flags.output);
  await saveHistories(all, flags.output);
  await saveInput(flags.output, input);
  saved();
  const { writeFileAtomic } = await import("../../data/atomic.ts");
  await writeFileAtomic(join(flags.output, "model.onnx"), model.toOnnx());
  const { multVaeFindings } = await import("../../learn/mult-vae-findings.ts");
  const findings = await multVaeFindings(
    model,
    { file, split, notes: [...notes, ...splitNotes(split)] },
    model.training.stopped ? {} : run,
  );
  await model.save(flags.output, metricsOf(findings.scores));
  return {
    findings,
    inputHash,
    use: ["recommend", flags.output, "--user", all.userIds[0], "--top", "20"],
    files: [
      { name: "model.safetensors", what: "the parameters and item ids, for surprisal recommend" },
      {
        name: "histories.safetensors",
        what: "who clicked what, for --user; leave it out when passing the model on",
      },
      { name: "model.onnx", what: "clicks to logits, for any ONNX runtime" },
      { name: "card.json", what: "options, seed, versions and metrics" },
      { name: "input.json", what: "what the model was trained on" },
      {
        name: "checkpoint.safetensors",
        what: "the state of training, to go on with --resume; may be deleted",
      },
    ],
  };
}

function metricsOf(scores: Learned["findings"]["scores"]): Record<string, number> {
  const own = scores.flatMap(({ metrics }) =>
    metrics.flatMap(({ name, entries }) =>
      entries.flatMap((entry) => (entry.own ? [[name, entry.value]] : [])),
    ),
  );
  return Object.fromEntries(own);
}

interface Clicks {
  /** Of users with enough of them. */
  readonly clicks: Interactions;
  /** Of everyone. */
  readonly all: Interactions;
  readonly columns: readonly string[];
  readonly notes: readonly TableNote[];
}

async function readClicks(file: string, flags: MultVaeFlags, signal?: AbortSignal): Promise<Clicks> {
  const [{ completeRows, readTable, toCodes }, { numbersOf }, { interactions }] = await Promise.all([
    import("../../data/index.ts"),
    import("../../data/table.ts"),
    import("../../learn/mult-vae/interactions.ts"),
  ]);
  const table = await readTable(file, { signal });
  const roles = rolesOf(table, flags);
  const { user, item, rating, count } = roles;
  const columns = [user, item, rating, count].filter((name) => name !== undefined);
  const rows = completeRows(table, columns);
  const numbers = (name: string) => {
    const values = numbersOf(table, name);
    return Float64Array.from(rows, (row) => values[row]);
  };
  const ratings = rating === undefined ? undefined : numbers(rating);
  const threshold = ratings && (flags.threshold ?? usualThreshold(ratings));
  const events = {
    user: toCodes(table, user, rows),
    item: toCodes(table, item, rows),
    ...(threshold === undefined ? {} : { rating: ratings }),
    ...(count === undefined ? {} : { count: numbers(count) }),
  };
  const { minUserClicks } = flags;
  const clicks = interactions(events, { threshold, minUserClicks });
  const all = interactions(events, { threshold, minUserClicks: 1 });
  const missing = table.rows - rows.length;
  const notes: TableNote[] = [
    ...table.notes,
    ...(missing > 0
      ? [
          note(
            "missing-rows",
            "problem",
            `${missing} of ${table.rows} rows have missing values and were left out`,
          ),
        ]
      : []),
    note("roles", "fact", `read as ${describe(roles, threshold)}`),
    ...(threshold !== undefined && flags.threshold === undefined
      ? [
          note(
            "threshold",
            "hint",
            `the threshold ${threshold} is 0.7 of the highest rating: choose another with --threshold`,
          ),
        ]
      : []),
    ...droppedNotes(clicks.dropped, minUserClicks),
  ];
  return { clicks, all, columns, notes };
}

interface Roles {
  readonly user: string;
  readonly item: string;
  readonly rating?: string;
  readonly count?: string;
}

const looksLike = {
  user: /^(user|customer|client|account|visitor|session)s?([\s_-]?id)?$/i,
  item: /^(item|movie|product|article|track|song|artist|book|game|film|title)s?([\s_-]?id)?$/i,
  rating: /^(rating|stars|score)s?$/i,
};

/** Columns as named by the person, else by their own names, else the first two. */
function rolesOf(table: Table, flags: MultVaeFlags): Roles {
  const names = table.columns.map(({ name }) => name);
  if (names.length < 2) {
    throw new InputError({
      code: "no-columns",
      where: table.name,
      problem: "clicks need a column of users and one of items",
      expected: "at least two columns",
      got: names.join(", "),
    });
  }
  const find = (role: keyof typeof looksLike, taken: readonly string[]) =>
    names.find((name) => looksLike[role].test(name) && !taken.includes(name));
  const asked = [flags.user, flags.item].filter((name) => name !== undefined);
  const user = flags.user ?? find("user", asked) ?? names.filter((name) => !asked.includes(name))[0];
  const item = flags.item ?? find("item", [user]) ?? names.filter((name) => name !== user)[0];
  const rating =
    flags.rating === false
      ? undefined
      : (flags.rating ?? (flags.count ? undefined : find("rating", [user, item])));
  if (flags.threshold !== undefined && rating === undefined) {
    throw new InputError({
      code: "missing-option",
      where: table.name,
      problem: "a threshold without a column of ratings",
      expected: `--rating with one of ${names.join(", ")}`,
      got: flags.threshold,
    });
  }
  return {
    user,
    item,
    ...(rating === undefined ? {} : { rating }),
    ...(flags.count === undefined ? {} : { count: flags.count }),
  };
}

/** The 3.5 of 5 stars of the paper; nothing where all ratings are equal. */
function usualThreshold(ratings: Float64Array): number | undefined {
  const highest = ratings.reduce((most, rating) => Math.max(most, rating), Number.NEGATIVE_INFINITY);
  return ratings.every((rating) => rating === highest) ? undefined : Number((0.7 * highest).toPrecision(6));
}

function describe({ user, item, rating, count }: Roles, threshold: number | undefined): string {
  const more = [
    ...(rating === undefined || threshold === undefined ? [] : [`a ${rating} above ${threshold} is a click`]),
    ...(count === undefined ? [] : [`${count} says how often`]),
  ];
  return [`users in ${user}`, `items in ${item}`, ...more].join(", ");
}

function droppedNotes(dropped: DroppedInteractions, minUserClicks: number): TableNote[] {
  const { belowThreshold, duplicates, users, eventsOfUsers } = dropped;
  const notes: TableNote[] = [];
  if (belowThreshold > 0) {
    notes.push(note("below-threshold", "fact", `${belowThreshold} ratings are not above the threshold`));
  }
  if (duplicates > 0) {
    notes.push(
      note("duplicates", "fact", `${duplicates} clicks of the same user on the same item were merged`),
    );
  }
  if (users > 0) {
    const message = `${users} users with fewer than ${minUserClicks} items (${eventsOfUsers} clicks) were not used for training or testing`;
    notes.push(note("few-clicks", "fact", message));
  }
  return notes;
}

function splitNotes({ dropped }: Split): TableNote[] {
  if (dropped.items === 0) return [];
  const message = `${dropped.items} items that too few training users clicked (${dropped.clicks} clicks) are not in the catalogue`;
  return [note("unknown-items", "fact", message)];
}

function note(code: string, severity: TableNote["severity"], message: string): TableNote {
  return { code, severity, message, columns: [] };
}
