import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../src/core/random.ts";
import { type Bench, median, millisecondsOf, rounded } from "./support/bench.ts";

const root = join(import.meta.dirname, "..");
const command = join(root, "dist/cli/main.js");
const penguins = join(root, "node_modules/vega-datasets/data/penguins.json");

/** A quarter of the columns say much about the number, a quarter little, half nothing; ten hold categories. */
function writeWideTable(path: string, rows: number, columns: number): void {
  const random = new Random(3);
  const names = Array.from({ length: columns }, (_, j) => `c${j}`);
  const lines = [[...names, "number", "category"].join(",")];
  for (let i = 0; i < rows; i++) {
    const causes = [random.normal(), random.normal(), random.normal()];
    const cells = names.map((_, j) => {
      const cause = causes[j % 3];
      const signal = j < columns / 4 ? (0.3 + 0.06 * j) * cause : j < columns / 2 ? 0.2 * Math.sin(cause) : 0;
      const value = signal + random.normal();
      return j % 10 === 9 ? "abcdefgh"[Math.min(7, Math.abs(Math.round(2 * value)))] : value.toFixed(5);
    });
    const number = causes[0] + 0.5 * causes[1] + 0.5 * random.normal();
    lines.push(
      [...cells, number.toFixed(5), number > 0.5 ? "high" : number > -0.5 ? "middle" : "low"].join(","),
    );
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/** The values alone, by scikit-learn on both cores: what the reader of the same table would get from it. */
const peer = `
import sys, time, numpy as np
from sklearn.feature_selection import mutual_info_regression
data = np.genfromtxt(sys.argv[1], delimiter=",", skip_header=1, usecols=[j for j in range(100) if j % 10 != 9] + [100])
start = time.perf_counter()
mutual_info_regression(data[:, :-1], data[:, -1], n_neighbors=3)
print(time.perf_counter() - start)
`;

export const bench: Bench = {
  id: "measure",
  title: "The whole command with default settings: start-up, reading, intervals, p-values, report",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
    try {
      const wide = join(folder, "wide.csv");
      writeWideTable(wide, 10_000, 100);
      const seconds = (words: string[], runs: number) => {
        const run = () =>
          execFileSync(process.execPath, [command, ...words], { cwd: folder, stdio: "ignore" });
        return median(Array.from({ length: runs }, () => millisecondsOf(run) / 1000));
      };
      const row = (what: string, words: string[], limit: number, runs: number) => {
        const taken = seconds(words, runs);
        return { what, "seconds, median": rounded(taken), "limit, seconds": limit, runs };
      };
      const number = ["measure", wide, "--target", "number", "--ignore", "category"];
      const category = ["measure", wide, "--target", "category", "--ignore", "number"];
      const rows = [
        row("surprisal --help", ["--help"], 0.15, 11),
        row("penguins, 344 rows × 7 columns", ["measure", penguins, "--target", "Species"], 2, 7),
        row("100 columns × 10,000 rows, target a number", number, 20, 3),
        row("100 columns × 10,000 rows, target a category", category, 20, 3),
      ];
      const valuesOnly = Number(execFileSync("/usr/bin/python3", ["-c", peer, wide], { encoding: "utf8" }));
      const ours = Number(rows[2]["seconds, median"]);
      return {
        rows,
        findings: [
          `scikit-learn takes ${rounded(valuesOnly)} s for the 90 values of the numeric columns alone, without reading, intervals or tests; the whole command takes ${rounded(ours / valuesOnly)} times that.`,
        ],
        peers: {
          "scikit-learn": execFileSync(
            "/usr/bin/python3",
            ["-c", "import sklearn; print(sklearn.__version__)"],
            {
              encoding: "utf8",
            },
          ).trim(),
        },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
