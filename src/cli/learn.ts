import { Command, InvalidArgumentError, Option } from "commander";
import { names, number, sizes, wholeNumber } from "./arguments.ts";
import type { ContrastiveMIMFlags } from "./learn/contrastive-mim.ts";
import type { MultVaeFlags } from "./learn/mult-vae.ts";

/** `surprisal learn`: models trained by an information criterion. */
export function learnCommand(): Command {
  return new Command("learn")
    .summary("train a model that keeps what is informative")
    .description(
      `Trains a model, saves it in a folder and says how good it is.

Examples:
  surprisal learn contrastive-mim measurements.csv -o model/
  surprisal learn contrastive-mim digits.npz --label y --image 8x8 -o model/
  surprisal learn mult-vae ratings.csv --threshold 3.5 -o model/`,
    )
    .addCommand(contrastiveMIM())
    .addCommand(multVae());
}

function contrastiveMIM(): Command {
  const command = new Command("contrastive-mim")
    .summary("codes of rows of numbers: autoencoder, VAE, A-MIM or cMIM")
    .description(
      `Learns a short code of every row, without labels, and says what comes back from it.

Examples:
  surprisal learn contrastive-mim measurements.csv -o model/
  surprisal learn contrastive-mim digits.npz --label y --image 8x8 -o model/
  surprisal learn contrastive-mim measurements.csv -o model/ --epochs 300 --resume

Then: surprisal encode model/ measurements.csv -o codes.npy

Reads what surprisal measure reads: CSV, TSV, JSON, Parquet, .npz, "-"; an .npy array of rows or pictures.`,
    )
    .argument("<file>", 'rows of numbers; "-" for standard input')
    .addOption(
      new Option("--objective <name>", "what is minimised (default: cmim)").choices([
        "cmim",
        "mim",
        "vae",
        "ae",
      ]),
    )
    .addOption(
      new Option(
        "--likelihood <name>",
        "gaussian, or bernoulli for numbers from 0 to 1 (default: gaussian; bernoulli for such pictures)",
      ).choices(["gaussian", "bernoulli"]),
    )
    .option("--latent-dim <count>", "numbers in the code (default: 16)", wholeNumber)
    .option("--hidden <sizes>", "layers of the encoder, reversed in the decoder (default: 400)", sizes)
    .option("--label <column>", "not learned from: colours the map, and readers look for it in the code")
    .option("--columns <names>", "learn from these only (commas between names)", names)
    .option("--ignore <names>", "leave these out", names)
    .option("--image <size>", "rows are pictures, height x width, for instance 28x28", imageSize)
    .option("--temperature <number>", "of the contrastive term (default: 0.1)", number)
    .option("--beta <number>", "weight of the rate of a VAE (default: 1)", number)
    .option("--min-log-scale <number>", "floor on the log deviation of the code (default: -6)", number)
    .option("--min-output-log-scale <number>", "floor on that of the columns (default: -3)", number)
    .option("--no-standardize", "leave columns at their scale")
    .option("--validation-share <share>", "of the rows, to keep the best epoch (default: 0)", number)
    .option("--patience <epochs>", "end training after so many epochs without improvement", wholeNumber);
  return withCommonOptions(command, { epochs: 100, batchSize: 128, held: "rows" }).action(
    async (file: string, flags: ContrastiveMIMFlags) => {
      const { learnContrastiveMIM } = await import("./learn/contrastive-mim.ts");
      await learnContrastiveMIM(file, flags);
    },
  );
}

function multVae(): Command {
  const command = new Command("mult-vae")
    .summary("recommendations from who clicked what")
    .description(
      `Learns what people who clicked these items click next, and compares it with popularity, item-kNN and EASE.

Examples:
  surprisal learn mult-vae ratings.csv --threshold 3.5 -o model/
  surprisal learn mult-vae log.parquet --user visitor --item page -o model/
  surprisal learn mult-vae clicks.csv -o model/ --hidden 200 --latent-dim 50 --epochs 100

Then: surprisal recommend model/ --user 42 --top 20`,
    )
    .argument("<file>", 'one click or rating a row; "-" for standard input')
    .option("--user <column>", "users (default: a column of that name, or the first)")
    .option("--item <column>", "items (default: a column of that name, or the second)")
    .option("--rating <column>", "ratings (default: a column of that name)")
    .option("--no-rating", "every row counts")
    .option("--threshold <number>", "ratings above this are clicks (default: 0.7 of the highest)", number)
    .option("--count <column>", "how often the user clicked the item", String)
    .option("--min-user-clicks <count>", "leave out users with fewer items", wholeNumber, 5)
    .option("--min-item-clicks <count>", "leave out items with fewer training users", wholeNumber, 1)
    .addOption(
      new Option("--kind <name>", "vae, or dae for the denoising autoencoder (default: vae)").choices([
        "vae",
        "dae",
      ]),
    )
    .option("--latent-dim <count>", "numbers in the code (default: 200)", wholeNumber)
    .option("--hidden <sizes>", "layers of the encoder, reversed in the decoder (default: 600)", sizes)
    .option("--dropout <share>", "of the clicks hidden in training (default: 0.5)", number)
    .option("--beta-cap <number>", "largest weight of the rate (default: 0.2)", number)
    .option("--anneal-steps <updates>", "until that weight would be 1 (default: cap after a third)", number)
    .option("--l2 <number>", "weight of the squared weights (default: 0; 2e-5 for a dae)", number);
  return withCommonOptions(command, {
    epochs: 200,
    batchSize: 500,
    held: "users, and as many for validation",
  }).action(async (file: string, flags: MultVaeFlags) => {
    const { learnMultVae } = await import("./learn/mult-vae.ts");
    await learnMultVae(file, flags);
  });
}

function withCommonOptions(
  command: Command,
  { epochs, batchSize, held }: { epochs: number; batchSize: number; held: string },
): Command {
  return command
    .requiredOption("-o, --output <folder>", "where the model goes")
    .option("--epochs <count>", `passes over the data (default: ${epochs})`, wholeNumber)
    .option(
      "--batch-size <count>",
      `per update (default: ${batchSize}, fewer where there are few)`,
      wholeNumber,
    )
    .option("--learning-rate <number>", "of Adam (default: 0.001)", number)
    .option("--test-share <share>", `of the ${held}, held out for the report`, share, 0.1)
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("--resume", "go on from where training was stopped")
    .option("--overwrite", "replace a model that is there")
    .option("--checkpoint-every <seconds>", "how often the state of training is saved", number, 60)
    .option("--report <page.html>", "where the report goes (default: report.html in the folder)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no report unless --report is given");
}

function imageSize(text: string): { height: number; width: number } {
  const [, height, width] = /^([1-9]\d*)x([1-9]\d*)$/i.exec(text) ?? [];
  if (height && width) return { height: Number(height), width: Number(width) };
  throw new InvalidArgumentError(`expected height x width, for instance 28x28, got "${text}".`);
}

function share(text: string): number {
  const value = number(text);
  if (value >= 0 && value < 0.5) return value;
  throw new InvalidArgumentError(`expected a share from 0 to below 0.5, got "${text}".`);
}
