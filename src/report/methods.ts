import type { Paper } from "../core/card.ts";
import { card as conditional } from "../measure/conditional-mutual-information/card.ts";
import { card as frenzelPompe } from "../measure/frenzel-pompe/card.ts";
import { card as gao } from "../measure/gao/card.ts";
import { card as gaussian } from "../measure/gaussian/card.ts";
import { card as ksg } from "../measure/ksg/card.ts";
import { card as mesnerShalizi } from "../measure/mesner-shalizi/card.ts";
import { card as mutualInformation } from "../measure/mutual-information/card.ts";
import { card as neuralBounds } from "../measure/neural-bounds/card.ts";
import { card as plugIn } from "../measure/plug-in/card.ts";
import { card as ross } from "../measure/ross/card.ts";
import type { TableMeasurement } from "../measure/table/measurement.ts";
import { card as transferEntropy } from "../measure/transfer-entropy/card.ts";

/** What a reader wants to know about an estimator that ran. */
export interface MethodText {
  title: string;
  papers: Paper[];
}

const plain: Record<string, MethodText> = {
  ksg1: { title: "nearest neighbours (KSG, algorithm 1)", papers: ksg.papers },
  ksg2: { title: "nearest neighbours (KSG, algorithm 2)", papers: ksg.papers },
  ross: { title: "nearest neighbours inside each category (Ross)", papers: ross.papers },
  gao: { title: "nearest neighbours for mixtures (Gao)", papers: gao.papers },
  discrete: { title: "counts of categories", papers: plugIn.papers },
  histogram: { title: "counts in cells", papers: plugIn.papers },
  gaussian: { title: "correlations of a normal distribution", papers: gaussian.papers },
  gaussianCopula: { title: "correlations of normal scores", papers: gaussian.papers },
  ...neural({
    mine: "Donsker–Varadhan bound, trained as MINE",
    "donsker-varadhan": "Donsker–Varadhan bound",
    nwj: "Nguyen–Wainwright–Jordan bound",
    infonce: "InfoNCE bound",
    js: "bound of a Jensen–Shannon critic",
    smile: "SMILE",
  }),
};

function neural(titles: Record<string, string>): Record<string, MethodText> {
  const entries = Object.entries(titles).map(([name, title]): [string, MethodText] => [
    name,
    { title: `${title}, a network trained on half of the rows`, papers: neuralBounds.papers },
  ]);
  return Object.fromEntries(entries);
}

/** Names that mean another estimator once something is given. */
const given: Record<string, MethodText> = {
  ksg1: { title: "conditional nearest neighbours (Frenzel–Pompe, algorithm 1)", papers: frenzelPompe.papers },
  ksg2: { title: "conditional nearest neighbours (Frenzel–Pompe, algorithm 2)", papers: frenzelPompe.papers },
  gao: {
    title: "conditional nearest neighbours for mixtures (Mesner–Shalizi)",
    papers: mesnerShalizi.papers,
  },
};

/** Whether the estimates are conditional: on columns, or on a series' own past. */
export function isConditional(m: TableMeasurement): boolean {
  return m.question === "transfer" || (m.estimates[0]?.given?.length ?? 0) > 0;
}

/** Facts about an estimator by the name in a measurement; a name may carry details after a comma. */
export function methodText(name: string, conditional: boolean): MethodText {
  const base = name.split(",")[0];
  return (conditional ? given[base] : undefined) ?? plain[base] ?? { title: name, papers: [] };
}

/** The papers behind a measurement: its estimators, its intervals and its tests. */
export function papersOf(m: TableMeasurement): { of: string; papers: Paper[] }[] {
  const names = new Set(
    m.estimates.flatMap(({ method, second }) => (second ? [method, second.method] : [method])),
  );
  const used = [...names].map((of) => ({ of, papers: methodText(of, isConditional(m)).papers }));
  for (const of of new Set(m.pairs.map(({ method }) => method))) {
    if (!names.has(of)) used.push({ of, papers: methodText(of, false).papers });
  }
  if (m.question === "transfer") used.push({ of: "transfer entropy", papers: transferEntropy.papers });
  if (isConditional(m)) used.push({ of: "local permutations", papers: conditional.papers });
  if (m.estimates.some((e) => e.interval ?? e.pValue))
    used.push({ of: "interval and test", papers: mutualInformation.papers });
  return used;
}
