import { Command } from "commander";
import { InputError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";

/** `surprisal papers`: the methods, what their papers claim and what was measured here. */
export function papersCommand(): Command {
  const papers = new Command("papers")
    .summary("the methods, what their papers claim, and what was measured here")
    .description(
      `Lists the methods, shows one, or runs its experiment.

Examples:
  surprisal papers
  surprisal papers show ksg
  surprisal papers run beyond-normal`,
    )
    .allowExcessArguments()
    .action((_, command: Command) => {
      const [word] = command.args;
      if (word === undefined) return list({});
      throw new InputError({
        code: "unknown-command",
        where: "papers",
        problem: "unknown command",
        expected: "list, show or run",
        got: word,
        hint: didYouMean(word, ["list", "show", "run"]) ?? `surprisal papers show ${word}`,
      });
    });
  papers
    .command("list")
    .summary("all methods, one line each")
    .option("--json", "print only JSON")
    .action(list);
  papers
    .command("show")
    .summary("one method: what it gives, its limits, claims and measurements")
    .argument("<id>", "a method's id, see the list")
    .option("--json", "print only JSON")
    .action(show);
  papers
    .command("run")
    .summary("run a method's experiment on this machine")
    .argument("<id>", "a method's id, see the list")
    .option("--quick", "a smaller version, seconds instead of minutes")
    .option("--json", "print only JSON")
    .action(run);
  return papers;
}

async function list({ json }: { json?: boolean }): Promise<void> {
  const { listMethods } = await import("../papers/index.ts");
  const methods = listMethods();
  if (json) return print(`${JSON.stringify(methods)}\n`);
  const widest = Math.max(...methods.map(({ card }) => card.id.length));
  const lines = methods.map(({ card, claims }) => {
    const held = claims ? `${claims.hold} of ${claims.of} claims hold` : "not recorded";
    return `  ${card.id.padEnd(widest)}  ${card.title} (${card.papers[0].year}); ${held}`;
  });
  print(
    `${methods.length} methods\n\n${lines.join("\n")}\n\nsurprisal papers show <id>   surprisal papers run <id>\n`,
  );
}

async function show(id: string, { json }: { json?: boolean }): Promise<void> {
  const { formatMethod, showMethod } = await import("../papers/index.ts");
  const method = await showMethod(id);
  print(json ? `${JSON.stringify(method)}\n` : formatMethod(method, { width: width() }));
}

async function run(id: string, { quick, json }: { quick?: boolean; json?: boolean }): Promise<void> {
  const [{ formatExperiment, runExperiment }, { progressLine }, { stopSignal }] = await Promise.all([
    import("../papers/index.ts"),
    import("./progress-line.ts"),
    import("./stop-signal.ts"),
  ]);
  const progress = progressLine();
  const stop = stopSignal();
  try {
    const result = await runExperiment(id, { quick, signal: stop.signal, onProgress: progress.update });
    progress.end();
    print(json ? `${JSON.stringify(result)}\n` : formatExperiment(result, { width: width() }));
  } finally {
    progress.end();
    stop.release();
  }
}

function width(): number {
  return process.stdout.columns ?? 100;
}

function print(text: string): void {
  process.stdout.write(text);
}
