import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import {
  answerQuality,
  type ChoiceMethod,
  calibrate,
  type PromptTensor,
  promptScores,
  selectPrompt,
  type TaskMethod,
  taskMethods,
} from "./choose.ts";
import { upperCluster } from "./filter.ts";
import { promptWorld } from "./worlds.ts";

const logs = (p: number[][][]) => p.map((rows) => rows.map((row) => row.map(Math.log)));
/** Tensor A of the sheet. */
const worked: PromptTensor = {
  logScore: logs([
    [
      [0.8, 0.2],
      [0.4, 0.6],
    ],
    [
      [0.9, 0.1],
      [0.7, 0.3],
    ],
  ]),
};
const all = Object.keys(taskMethods).filter((m) => m !== "PPL") as TaskMethod[];
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "not refused";
};

/** A random tensor, with seqProb and content-free scores. */
const tensors = fc
  .record({
    seed: fc.integer(),
    prompts: fc.integer({ min: 1, max: 5 }),
    inputs: fc.integer({ min: 2, max: 8 }),
    choices: fc.integer({ min: 2, max: 4 }),
    spread: fc.constantFrom(0.1, 1, 10),
  })
  .map(({ seed, prompts, inputs, choices, spread }) => {
    const random = new Random(seed);
    const row = (n: number, of: () => number) => Array.from({ length: n }, of);
    const score = () => spread * random.normal() - 1;
    return {
      logScore: row(prompts, () => 0).map(() => row(inputs, () => 0).map(() => row(choices, score))),
      seqProb: row(prompts, () => 0).map(() => row(inputs, () => 1 - random.uniform())),
      logEmpty: row(prompts, () => 0).map(() => row(choices, score)),
      logNA: row(prompts, () => 0).map(() => row(choices, score)),
      logMask: row(prompts, () => 0).map(() => row(choices, score)),
    };
  });

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-9) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance);
};

describe("scores of prompts", () => {
  test("equal those of the worked tensor", () => {
    const expected: [TaskMethod, number, number][] = [
      ["GE_M", 0.673012, 0.500402],
      ["LE", 0.586707, 0.467974],
      ["MDL_M", -0.586707, -0.467974],
      ["MI", 0.086305, 0.032429],
      ["GE", Math.LN2, 0],
      ["MI_AG", 0.10644, -0.467974],
    ];
    for (const [method, first, second] of expected) {
      close(promptScores(worked, method), [first, second], 1e-6);
    }
    const { ratio } = calibrate(worked, "cbm");
    close(
      ratio[1].flatMap((row) => [...row]),
      [1.125, 0.5, 0.875, 1.5],
      1e-12,
    );
    const answers = (calibrated: boolean) => {
      const second = { logScore: [worked.logScore[1]] };
      return [...selectPrompt(second, "MI", calibrated ? { calibration: "cbm" } : {}).predictions];
    };
    expect([answers(false), answers(true)]).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  test("of instance-wise methods are on average those of their task-wise counterparts", () => {
    fc.assert(
      fc.property(tensors, (t) => {
        for (const [method, task] of [
          ["MDL", "MDL_M"],
          ["MI_AL", "MI"],
          ["MI_AGL", "MI_AG"],
          ["PPL_L", "PPL"],
        ] as const) {
          const { scores } = selectPrompt(t, method);
          const inputs = t.logScore[0].length;
          const means = t.logScore.map(
            (_, p) => scores.slice(p * inputs, (p + 1) * inputs).reduce((a, b) => a + b) / inputs,
          );
          const expected = promptScores(t, task);
          for (const [p, value] of means.entries()) expect(value / expected[p]).toBeCloseTo(1, 6);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("of mutual information lie between 0 and ln Y and ln X", () => {
    fc.assert(
      fc.property(tensors, (t) => {
        const most = Math.min(Math.log(t.logScore[0].length), Math.log(t.logScore[0][0].length));
        for (const value of promptScores(t, "MI")) {
          expect(value).toBeGreaterThan(-1e-6);
          expect(value).toBeLessThan(most + 1e-6);
        }
      }),
    );
  });

  test("MI is GE_M and GE where every answer is sure, and 0 where answers do not depend on the input", () => {
    const never = Number.NEGATIVE_INFINITY;
    const sure = {
      logScore: [
        [
          [0, never],
          [never, 0],
          [0, never],
        ],
      ],
    };
    const [mi, gem, ge] = (["MI", "GE_M", "GE"] as const).map((m) => promptScores(sure, m)[0]);
    close([mi, ge], [gem, gem], 1e-6);
    const same = {
      logScore: logs([
        [
          [0.7, 0.3],
          [0.7, 0.3],
        ],
      ]),
    };
    close(promptScores(same, "MI"), [0], 1e-12);
  });

  test("LE and MDL_M are opposites, so that they cannot both be right", () => {
    fc.assert(
      fc.property(tensors, (t) =>
        close(
          promptScores(t, "LE"),
          promptScores(t, "MDL_M").map((v) => -v),
        ),
      ),
      { numRuns: 30 },
    );
  });

  test("do not change when a constant is added to a row, or inputs change places", () => {
    fc.assert(
      fc.property(tensors, fc.integer(), (t, seed) => {
        const random = new Random(seed);
        const shifted = t.logScore.map((rows) =>
          rows.map((row) => {
            const by = 5 * random.normal();
            return row.map((value) => value + by);
          }),
        );
        const order = random.permutation(t.logScore[0].length);
        const moved = t.logScore.map((rows) => Array.from(order, (x) => rows[x]));
        for (const method of all) {
          const expected = promptScores(t, method);
          close(promptScores({ ...t, logScore: moved }, method), expected, 1e-9);
          // An added constant may turn near-ties: methods that count answers are left out.
          if (!/^(Z|GE$|MI_AG)/.test(method))
            close(promptScores({ ...t, logScore: shifted }, method), expected);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("do not change when labels change places; predictions do", () => {
    fc.assert(
      fc.property(tensors, fc.integer(), (t, seed) => {
        const order = new Random(seed).permutation(t.logScore[0][0].length);
        const swap = (rows: number[][]) => rows.map((row) => Array.from(order, (y) => row[y]));
        const moved = { ...t, logScore: t.logScore.map(swap) };
        // Ties of the majority go to the first label, so that ZMV depends on the order.
        const others = all.filter((method) => method !== "ZMV");
        for (const method of others) close(promptScores(moved, method), promptScores(t, method));
        const back = selectPrompt(moved, "MI", { calibration: "cbm" });
        const { predictions } = selectPrompt(t, "MI", { calibration: "cbm" });
        expect(Array.from(back.predictions, (y) => order[y])).toEqual([...predictions]);
      }),
      { numRuns: 50 },
    );
  });

  test("count agreement with the majority, the first label on ties", () => {
    const voter = (answers: number[]) => answers.map((y) => (y === 0 ? [0.9, 0.1] : [0.1, 0.9]));
    const t = { logScore: logs([voter([0, 0, 1]), voter([0, 1, 1]), voter([0, 1, 0])]) };
    close(promptScores(t, "ZMV"), [2 / 3, 1, 2 / 3]);
    // One each way: the first label counts as the majority.
    close(promptScores({ logScore: t.logScore.slice(0, 2) }, "ZMV"), [1, 2 / 3]);
    // A duplicate that does not make a majority leaves its own agreement; one that does raises it.
    const four = [voter([0, 1]), voter([0, 1]), voter([0, 1]), voter([1, 1])];
    close([promptScores({ logScore: logs(four) }, "ZMV")[3]], [0.5]);
    close([promptScores({ logScore: logs([...four, four[3]]) }, "ZMV")[3]], [0.5]);
    close([promptScores({ logScore: logs([...four, four[3], four[3], four[3]]) }, "ZMV")[3]], [1]);
  });

  test("of perplexity prefer the prompt that reads most likely, per task and per input", () => {
    const t = {
      logScore: logs([
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      ]),
      // Arithmetic mean of perplexities: (10 + 2) / 2 = 6 against (4 + 5) / 2 = 4.5.
      seqProb: [
        [0.1, 0.5],
        [0.25, 0.2],
      ],
    };
    close(promptScores(t, "PPL"), [-6, -4.5]);
    expect(selectPrompt(t, "PPL").index).toBe(1);
    expect([...selectPrompt(t, "PPL_L").index]).toEqual([1, 0]);
  });

  test("take the first of equal prompts", () => {
    const twice = { logScore: [...worked.logScore, ...worked.logScore] };
    expect(selectPrompt(twice, "MI").index).toBe(0);
    expect([...selectPrompt(twice, "MDL").index]).toEqual([1, 1]);
  });

  test("stay finite where log-probabilities are far below what numbers can hold", () => {
    const t = {
      logScore: [
        [
          [-2000, -2001],
          [-3000, -2990],
        ],
      ],
    };
    close(
      promptScores(t, "MI"),
      promptScores(
        {
          logScore: [
            [
              [0, -1],
              [-10, 0],
            ],
          ],
        },
        "MI",
      ),
    );
  });
});

describe("calibration", () => {
  test("by the batch has mean ratio 1 over inputs, for every prompt and label", () => {
    fc.assert(
      fc.property(tensors, (t) => {
        for (const rows of calibrate(t, "cbm").ratio) {
          for (let y = 0; y < rows[0].length; y++) {
            expect(rows.reduce((sum, row) => sum + row[y], 0) / rows.length).toBeCloseTo(1, 10);
          }
        }
      }),
    );
  });

  test("gives probabilities by a softmax of the ratio itself, or by its share", () => {
    const { prob } = calibrate(worked, "cbm");
    // Ratios 1.125 and 0.5: their difference, not the ratio of them.
    expect(prob[1][0][0]).toBeCloseTo(1 / (1 + Math.exp(0.5 - 1.125)), 12);
    expect(calibrate(worked, "cbm", { normalization: "mean" }).prob[1][0][0]).toBeCloseTo(1.125 / 1.625, 12);
  });

  test("by content-free answers averages the three before normalising", () => {
    const t = {
      ...worked,
      logEmpty: [
        [Math.log(0.2), Math.log(0.1)],
        [0, 0],
      ],
      logNA: [
        [Math.log(0.3), Math.log(0.1)],
        [0, 0],
      ],
      logMask: [
        [Math.log(0.1), Math.log(0.2)],
        [0, 0],
      ],
    };
    // Sums 0.6 and 0.4.
    close(calibrate(t, "cc").ratio[0][0], [0.8 / 0.6, 0.2 / 0.4], 1e-12);
    close(calibrate(t, "pmi").ratio[0][0], [0.8 / 0.2, 0.2 / 0.1], 1e-12);
    expect([...selectPrompt(t, "MI", { calibration: "pmi" }).predictions]).toEqual([0, 1]);
  });

  test("by nothing does not overflow", () => {
    const t = {
      logScore: [
        [
          [-1, -2],
          [-5, -1],
        ],
      ],
      logEmpty: [[-2000, -2000]],
    };
    const { prob } = calibrate(t, "pmi");
    close(
      prob[0].flatMap((row) => [...row]),
      [1, 0, 0, 1],
    );
    const vanishing = {
      logScore: [
        [
          [-2000, -2001],
          [-2001, -2000],
        ],
      ],
      logEmpty: [[-1, -1]],
    };
    close(calibrate(vanishing, "pmi", { normalization: "mean" }).prob[0][0], [1, 0]);
  });

  test("acts on the selection, on the answers, on both or on none", () => {
    const { tensor } = promptWorld(3, { prompts: 8, inputs: 40 });
    const with_ = (calibrate: "none" | "answer" | "selection" | "both") =>
      selectPrompt(tensor, "MI", { calibration: "cbm", calibrate });
    const plain = selectPrompt(tensor, "MI");
    expect(with_("none")).toEqual(plain);
    expect(with_("answer").scores).toEqual(plain.scores);
    expect(with_("answer").predictions).not.toEqual(plain.predictions);
    expect(with_("selection").scores).toEqual(promptScores(tensor, "MI", { calibration: "cbm" }));
    expect(with_("both").scores).toEqual(with_("selection").scores);
  });

  test("keeps a label impossible that never has any probability", () => {
    const never = Number.NEGATIVE_INFINITY;
    const { ratio, prob } = calibrate(
      {
        logScore: [
          [
            [0, never],
            [0, never],
          ],
        ],
      },
      "cbm",
    );
    close(
      ratio[0].flatMap((row) => [...row]),
      [1, 0, 1, 0],
    );
    expect(prob[0][0][0] + prob[0][0][1]).toBeCloseTo(1, 12);
  });

  test("refuses what cannot be calibrated", () => {
    expect(refusal(() => calibrate({ logScore: [[[0, -1]]] }, "cbm"))).toMatch(
      /one input is its own mean; expected at least 2 inputs, got 1/,
    );
    expect(refusal(() => calibrate(worked, "cc"))).toMatch(/expected logEmpty in the tensor/);
    expect(
      refusal(() =>
        calibrate(
          {
            ...worked,
            logEmpty: [
              [0, 0],
              [0, 0],
            ],
          },
          "cc",
        ),
      ),
    ).toMatch(/logNA/);
    expect(refusal(() => calibrate(worked, "pmi"))).toMatch(/logEmpty/);
    const empty = [
      [0, Number.NEGATIVE_INFINITY],
      [0, 0],
    ];
    expect(refusal(() => calibrate({ ...worked, logEmpty: empty }, "pmi"))).toMatch(/choice 2"/);
    expect(refusal(() => calibrate(worked, "cmb" as never))).toMatch(/cbm, cc or pmi, got "cmb"/);
  });
});

describe("the confidence filter", () => {
  test("splits one dimension exactly as trying every split does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 9 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const squares = (part: number[]) => {
          const center = part.reduce((a, b) => a + b, 0) / part.length;
          return part.reduce((sum, v) => sum + (v - center) ** 2, 0);
        };
        const cost = (least: number) =>
          squares(sorted.filter((v) => v < least)) + squares(sorted.filter((v) => v >= least));
        const costs = [...new Set(sorted)].slice(1).map(cost);
        const found = upperCluster(Float64Array.from(values));
        if (costs.length === 0) expect(found).toBe(sorted[0]);
        else expect(cost(found)).toBeCloseTo(Math.min(...costs), 9);
      }),
    );
  });

  test("drops prompts after calibration from scores, votes and choices, and keeps all that are alike", () => {
    const t = {
      logScore: logs([
        [
          [0.9, 0.1],
          [0.1, 0.9],
        ],
        [
          [0.55, 0.45],
          [0.5, 0.5],
        ],
        [
          [0.85, 0.15],
          [0.2, 0.8],
        ],
      ]),
    };
    const scores = promptScores(t, "ZMV", { filter: true });
    expect([...scores]).toEqual([1, Number.NEGATIVE_INFINITY, 1]);
    expect([...selectPrompt(t, "MDL", { filter: true }).index]).not.toContain(1);
    const alike = { logScore: [worked.logScore[0], worked.logScore[0]] };
    close(promptScores(alike, "MI", { filter: true }), promptScores(alike, "MI"));
  });
});

describe("answers", () => {
  test("are judged by accuracy and macro F1 over the classes that occur", () => {
    // Class 0: 1 of 1 given, of 2 wanted: 2/3; class 1: 1 of 2 given, of 1 wanted: 2/3; class 2 does not occur.
    expect(answerQuality([0, 1, 1], [0, 0, 1])).toEqual({ accuracy: 2 / 3, macroF1: 2 / 3 });
    expect(answerQuality([0, 2], [0, 0]).macroF1).toBeCloseTo(1 / 3, 12);
    expect(answerQuality([0, 1], [0, -1]).accuracy).toBe(1);
    expect(refusal(() => answerQuality([0], [-1]))).toMatch(/no right answer is known/);
    expect(refusal(() => answerQuality([0], [0, 1]))).toMatch(/expected 1, got 2/);
  });
});

describe("bad tensors", () => {
  const base = () => ({
    logScore: [
      [
        [-1, -2],
        [-2, -1],
      ],
      [
        [-1, -2],
        [-2, -1],
      ],
    ],
  });
  const scored = (t: PromptTensor, m: ChoiceMethod = "MI") => refusal(() => promptScores(t, m as TaskMethod));

  test("are refused in one line that names the place", () => {
    expect(scored({ logScore: [] })).toMatch(/not enough prompts; expected at least 1, got 0/);
    expect(scored({ logScore: [[[-1, -2]]] })).toMatch(/not enough inputs; expected at least 2, got 1/);
    expect(scored({ logScore: [[[-1], [-2]]] })).toMatch(/not enough choices/);
    const ragged = base();
    ragged.logScore[1][0] = [-1, -2, -3];
    expect(scored(ragged)).toMatch(/prompt 1, input 0 has another number of choices.*expected 2, got 3/);
    const short = base();
    short.logScore[1].pop();
    expect(scored(short)).toMatch(/prompt 1 has another number of inputs/);
    const nan = base();
    nan.logScore[1][1][0] = Number.NaN;
    expect(scored(nan)).toMatch(/prompt 1, input 1, choice 0 is not a log-probability.*got NaN/);
    const infinite = base();
    infinite.logScore[0][1][1] = Number.POSITIVE_INFINITY;
    expect(scored(infinite)).toMatch(/got Infinity/);
    const none = base();
    none.logScore[0][0] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(scored(none)).toMatch(/prompt 0, input 0: no choice is possible/);
    expect(scored({ ...base(), names: ["a"] })).toMatch(/as many names as prompts/);
    expect(scored({ ...base(), names: ["a", "a"] })).toMatch(/two prompts have the same name, got "a"/);
    expect(scored(base(), "PPL")).toMatch(/expected seqProb/);
    expect(
      scored(
        {
          ...base(),
          seqProb: [
            [0.5, 0],
            [1, 1],
          ],
        },
        "PPL",
      ),
    ).toMatch(/above 0 and at most 1, got 0/);
    expect(scored(base(), "MI_AGM" as never)).toMatch(/unknown method.*did you mean "MI_AG"/);
    expect(scored(base(), "MI_AGL")).toMatch(/expected selectPrompt, got "MI_AGL"/);
    expect(refusal(() => promptScores(base(), "MI", { eps: 0 }))).toMatch(/small positive/);
    expect(
      refusal(() => promptScores(base(), "MI", { calibration: "cbm", normalization: "log" as never })),
    ).toMatch(/"softmax" or "mean", got "log"/);
    expect(refusal(() => selectPrompt(base(), "MI", { calibrate: "all" as never }))).toMatch(/got "all"/);
  });

  test("of one input do for instance-wise methods", () => {
    expect([...selectPrompt({ logScore: [[[-1, -2]], [[-0.1, -3]]] }, "MDL").index]).toEqual([1]);
  });
});
