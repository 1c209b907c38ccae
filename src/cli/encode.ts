import { Command, Option } from "commander";
import { InputError } from "../core/errors.ts";
import type { Matrix } from "../core/matrix.ts";

interface EncodeFlags {
  output: string;
  kind: "mean" | "informative";
  json?: boolean;
}

/** `surprisal encode`: the codes that a trained model gives to rows. */
export function encodeCommand(): Command {
  return new Command("encode")
    .summary("codes of rows, from a model of surprisal learn contrastive-mim")
    .description(
      `Writes the code of every row as an .npy array, in the order of the rows.

Examples:
  surprisal encode model/ measurements.csv -o codes.npy
  surprisal encode model/ digits.npy -o hidden.npy --kind informative
  cat new.csv | surprisal encode model/ - -o codes.npy --json

Of a table the columns are read that the model was trained on, whatever else is in it.`,
    )
    .argument("<model>", "the folder of the model")
    .argument("<file>", 'the rows; "-" for standard input')
    .requiredOption("-o, --output <codes.npy>", "where the codes go")
    .addOption(
      new Option("--kind <name>", "mean codes, or the informative embeddings: wider, read from the decoder")
        .choices(["mean", "informative"])
        .default("mean"),
    )
    .option("--json", "print only JSON")
    .action(encode);
}

async function encode(folder: string, file: string, { output, kind, json }: EncodeFlags): Promise<void> {
  if (!/\.npy$/i.test(output)) {
    throw new InputError({
      code: "bad-output",
      where: "--output",
      problem: "codes are written as an array",
      expected: "a path that ends in .npy",
      got: output,
    });
  }
  const [{ isSequenceModel, loadContrastiveMIM }, { writeArray }, { readInput }] = await Promise.all([
    import("../learn/contrastive-mim/contrastive-mim.ts"),
    import("../data/arrays.ts"),
    import("./learn/model-folder.ts"),
  ]);
  const model = await loadContrastiveMIM(folder).catch((error) => {
    throw withHint(error, "mult-vae", `surprisal recommend ${folder} --user …`);
  });
  if (isSequenceModel(model)) {
    throw new InputError({
      code: "foreign-model",
      where: folder,
      problem: "a model of sequences of tokens, which only the library can encode",
      expected: "a model of rows of numbers",
    });
  }
  const { columns } = await readInput(folder);
  const x = await readRows(file, columns);
  const codes = kind === "mean" ? (await model.encode(x)).mean : await model.informativeEmbedding(x);
  await writeArray(output, codes);
  const { rows, cols } = codes;
  const answer = json
    ? JSON.stringify({ file, model: folder, kind, rows, columns: cols, output })
    : `${rows} rows, ${cols} numbers each (${kind === "mean" ? "mean codes" : "informative embeddings"})\ncodes  ${output}`;
  process.stdout.write(`${answer}\n`);
}

/** A model of another method belongs to another command. */
export function withHint(error: unknown, got: string, command: string): unknown {
  if (error instanceof InputError && error.code === "foreign-model" && error.got === got) {
    error.message = `${error.message} (${command})`;
  }
  return error;
}

/** The rows of an array, or the columns of a table that the model was trained on. */
async function readRows(file: string, columns: readonly string[] | undefined): Promise<Matrix> {
  if (/\.npy$/i.test(file)) {
    const [{ readArray }, { asMatrix }] = await Promise.all([
      import("../data/arrays.ts"),
      import("../core/matrix.ts"),
    ]);
    const { shape, data } = await readArray(file);
    const [rows, ...rest] = shape;
    if (rest.length === 0) {
      throw new InputError({
        code: "shape-mismatch",
        where: file,
        problem: "not rows of numbers",
        expected: "an array [rows, columns] or [pictures, height, width]",
        got: shape,
      });
    }
    return asMatrix({ data, shape: [rows, rest.reduce((product, length) => product * length, 1)] }, file);
  }
  const { readTable, toMatrix } = await import("../data/index.ts");
  const table = await readTable(file, columns ? { columns } : {});
  return toMatrix(table, columns ?? table.columns.map(({ name }) => name));
}
