// Rows and table of the experiment that come from cells of samples with known truth.
import type { ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { quantile } from "../../core/statistics.ts";
import { percent } from "../experiment-rows.ts";
import { type Cell, compared, meanOf, pinballOf } from "./evaluation.ts";
import { knots } from "./network.ts";

const classical = ["gaussianCopula", "ksg3", "ksg10"] as const;

/** The sheet's bars, cell by cell, on continuous families of the training. */
export function comparisons(cells: readonly Cell[]): ExperimentRow[] {
  const own = cells.filter(({ trained }) => trained);
  const best = (cell: Cell) => Math.min(...classical.map((name) => cell.mse[name]));
  const describe = (list: readonly Cell[]) =>
    list.length === 0
      ? ""
      : `; not with ${list.map((c) => `${c.columns} columns and ${c.rows} rows (${ratio(c)})`).join(", ")}`;
  const ratio = (cell: Cell) => (cell.mse.hybrid / best(cell)).toFixed(2);
  const lost = own.filter((cell) => cell.mse.hybrid > best(cell));
  const mean = meanOf(own.map((cell) => cell.mse.hybrid / best(cell)));
  const other = cells.filter(({ trained }) => !trained);
  const meanOther = meanOf(other.map((cell) => cell.mse.hybrid / best(cell)));
  const lostOther = other.filter((cell) => cell.mse.hybrid > best(cell));
  const wide = own.filter(({ columns }) => columns !== "1");
  const lostWide = wide.filter((cell) => cell.mse.pure >= cell.mse.ksg5);
  const single = own.filter(({ columns }) => columns === "1");
  const worst = Math.max(...single.map((cell) => cell.mse.pure / cell.mse.ksg5));
  const lostPure = own.filter((cell) => cell.mse.pure >= cell.mse.gaussianCopula);
  return [
    {
      claim:
        "hybrid (not the paper's): error at most that of the best of Gaussian copula, KSG3 and KSG10 in every cell",
      reported: "≤ 1.0× (sheet)",
      measured: `in ${own.length - lost.length} of ${own.length} cells${describe(lost)}`,
      tolerance: "none: the best is chosen per cell with hindsight",
      holds: lost.length === 0,
    },
    {
      claim: "hybrid: error at most 0.8 times that of the best, averaged over cells",
      reported: "≤ 0.8× (sheet)",
      measured: `${mean.toFixed(2)}×`,
      tolerance: "none: a bound",
      holds: mean <= 0.8,
    },
    {
      claim: "hybrid on families it was not trained on: error at most that of the best in every cell",
      reported: "reported without a bar (sheet)",
      measured: `in ${other.length - lostOther.length} of ${other.length} cells, ${meanOther.toFixed(2)}× in the mean`,
      tolerance: "none",
      holds: lostOther.length === 0,
    },
    {
      claim: "pure: below KSG5 from two columns a side",
      reported: "< 1× (sheet)",
      measured: `in ${wide.length - lostWide.length} of ${wide.length} cells`,
      tolerance: "none: a bound",
      holds: lostWide.length === 0,
    },
    {
      claim: "pure: within twice KSG5 with one column a side",
      reported: "≤ 2× (sheet)",
      measured: `${worst.toFixed(2)}× in the worst cell`,
      tolerance: "none: a bound",
      holds: worst <= 2,
    },
    {
      claim: "pure: better than the Gaussian copula in every cell",
      reported: "better than classical baselines across n and d (abstract)",
      measured: `in ${own.length - lostPure.length} of ${own.length} cells of trained families`,
      tolerance: "none",
      holds: lostPure.length === 0,
    },
  ];
}

export function coverageRow(cells: readonly Cell[], head: "pure" | "hybrid"): ExperimentRow {
  const own = cells.filter(({ trained }) => trained);
  const other = cells.filter(({ trained }) => !trained);
  const share = (list: readonly Cell[]) => meanOf(list.map(({ coverage }) => coverage[head]));
  const sets = own.reduce((sum, cell) => sum + cell.sets, 0);
  const slack = 4 * Math.sqrt((0.9 * 0.1) / sets);
  const covered = share(own);
  return {
    claim: `${head}: the interval from the 5 % to the 95 % quantile covers the true information in 85 to 95 % of samples of trained families`,
    reported: "better calibrated than the bootstrap (abstract, against the bootstrap's own median)",
    measured: `${percent(covered)} of ${sets}; ${percent(share(other))} on families not trained on`,
    tolerance: `85 to 95 % (sheet), ± ${percent(slack)}: 4 standard errors of a share`,
    holds: covered >= 0.85 - slack && covered <= 0.95 + slack,
  };
}

/** What head pure gains over the best quantiles that can be stated without looking at the sample. */
export function blindRow(cells: readonly Cell[]): ExperimentRow {
  const single = cells.filter(({ trained, columns }) => trained && columns === "1");
  const truths = single.flatMap(({ examples }) => examples.map((e) => Math.log1p(e.mutualInformation)));
  const constant = knots.map((tau) => quantile(truths, tau));
  const blind = meanOf(truths.map((u) => pinballOf(constant, u)));
  const own = meanOf(single.map(({ pinball }) => pinball.pure));
  const gain = 1 - own / blind;
  return {
    claim: "pure: pinball loss with one column a side at least 40 % below that of constant quantiles",
    reported: "≥ 40 % after a minute of training (sheet)",
    measured: `${percent(gain)}: ${own.toFixed(4)} against ${blind.toFixed(4)}`,
    tolerance: "none: a bound",
    holds: gain >= 0.4,
  };
}

/** The paper's numbers beside ours: other dimensions and families, for orientation. */
export function reported(cells: readonly Cell[]): ExperimentRow[] {
  const at = (trained: boolean) => cells.filter((cell) => cell.trained === trained && cell.rows === 300);
  const error = (trained: boolean) => meanOf(at(trained).map(({ mse }) => mse.pure)).toFixed(3);
  return [
    {
      claim:
        "Squared error with 300 to 500 rows, trained families (paper: 2 to 32 columns a side, up to 40 nats)",
      reported: "0.12 nats² (MIST-QR), 8 to 10 on families not trained on",
      measured: `pure ${error(true)} nats² at 300 rows and 1 to 8 columns, ${error(false)} on families not trained on`,
      tolerance: "0.12 nats²: the paper's, in more columns and larger information than here",
      holds: Number(error(true)) <= 0.12,
    },
  ];
}

export function comparisonTable(cells: readonly Cell[]): ExperimentTable {
  return {
    title:
      "Mean squared error in nats² (standard error) on the same full columns, and coverage of the 90 % interval",
    columns: [
      "families",
      "columns a side",
      "rows",
      "Gaussian copula",
      "KSG3",
      "KSG5",
      "KSG10",
      "pure",
      "hybrid",
      "pure covers",
      "hybrid covers",
      "best",
    ],
    rows: cells.map((cell) => [
      cell.trained ? "trained" : "held out",
      cell.columns,
      cell.rows,
      ...compared.map((name) => `${cell.mse[name].toFixed(4)} (${cell.standardError[name].toFixed(4)})`),
      ...(["pure", "hybrid"] as const).map((head) => percent(cell.coverage[head])),
      [...compared].sort((a, b) => cell.mse[a] - cell.mse[b])[0],
    ]),
  };
}
