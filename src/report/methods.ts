import type { Paper } from "../core/card.ts";

/** What a reader wants to know about an estimator that ran. */
export interface MethodText {
  title: string;
  papers: Paper[];
}

const kraskov: Paper = {
  authors: "A. Kraskov, H. Stögbauer, P. Grassberger",
  title: "Estimating mutual information",
  year: 2004,
  venue: "Physical Review E 69, 066138",
  id: "cond-mat/0305641",
};
const frenzel: Paper = {
  authors: "S. Frenzel, B. Pompe",
  title: "Partial mutual information for coupling analysis of multivariate time series",
  year: 2007,
  venue: "Physical Review Letters 99, 204101",
};
const schreiber: Paper = {
  authors: "T. Schreiber",
  title: "Measuring information transfer",
  year: 2000,
  venue: "Physical Review Letters 85, 461",
};
const shannon: Paper = {
  authors: "C. E. Shannon",
  title: "A mathematical theory of communication",
  year: 1948,
  venue: "Bell System Technical Journal 27",
};
const miller: Paper = {
  authors: "G. A. Miller",
  title: "Note on the bias of information estimates",
  year: 1955,
  venue: "Information Theory in Psychology II-B",
};

const known: Record<string, MethodText> = {
  ksg1: { title: "nearest neighbours (KSG, algorithm 1)", papers: [kraskov] },
  ksg2: { title: "nearest neighbours (KSG, algorithm 2)", papers: [kraskov] },
  ross: {
    title: "nearest neighbours inside each category (Ross)",
    papers: [
      {
        authors: "B. C. Ross",
        title: "Mutual information between discrete and continuous data sets",
        year: 2014,
        venue: "PLoS ONE 9(2), e87357",
      },
    ],
  },
  gao: {
    title: "nearest neighbours for mixtures (Gao)",
    papers: [
      {
        authors: "W. Gao, S. Kannan, S. Oh, P. Viswanath",
        title: "Estimating mutual information for discrete-continuous mixtures",
        year: 2017,
        venue: "NeurIPS",
        id: "arXiv:1709.06212",
      },
    ],
  },
  discrete: { title: "counts of categories", papers: [shannon, miller] },
  "discrete, shrinkage": {
    title: "counts of categories, shrunk towards even ones",
    papers: [
      {
        authors: "J. Hausser, K. Strimmer",
        title:
          "Entropy inference and the James-Stein estimator, with application to nonlinear gene association networks",
        year: 2009,
        venue: "Journal of Machine Learning Research 10",
      },
    ],
  },
  histogram: { title: "counts in cells", papers: [shannon] },
  gaussian: { title: "correlations of a normal distribution", papers: [shannon] },
  gaussianCopula: { title: "correlations of normal scores", papers: [shannon] },
  frenzelPompe: { title: "nearest neighbours, conditional", papers: [frenzel] },
  transferEntropy: { title: "transfer entropy", papers: [schreiber, frenzel] },
};

/** Facts about an estimator by the name in a measurement; a name may carry details after a comma or bracket. */
export function methodText(name: string): MethodText {
  return known[name] ?? known[name.split(/[\s,(]/)[0]] ?? { title: name, papers: [] };
}
