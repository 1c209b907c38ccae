import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attacks,
  bare,
  groups,
  hostile,
  pairsOnly,
  penguins,
  stopped,
  transfer,
  wide,
} from "../../test/fixtures/report/measurements.ts";
import { renderTerminal } from "./terminal.ts";
import { displayWidth } from "./text-width.ts";

const plain = { width: 100, color: false };
const paths = { report: "penguins.report.html", json: "penguins.report.json" };

describe("the terminal report", () => {
  it("shows a table's columns about a target", () => {
    expect(renderTerminal(penguins(), { ...plain, paths })).toMatchInlineSnapshot(`
      "penguins.json   344 rows × 7 columns   19 missing   seed 0

      information about Species   H = 1.046 nats
        1  Flipper Length (mm)  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇   0.641  [0.589, 0.693]   p<0.005  ross
        2  Beak Length (mm)     ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇    0.611  [0.555, 0.666]   p<0.005  ross
        3  Beak Depth (mm)      ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇       0.552  [0.503, 0.601]   p<0.005  ross
        4  Island               ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇          0.500  [0.459, 0.541]   p<0.005  discrete
        5  Body Mass (g)        ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇            0.447  [0.400, 0.494]   p<0.005  ross
        6  Sex                                                  -0.002  [-0.006, 0.002]  p=0.64   discrete

      estimators
        ross      nearest neighbours inside each category (Ross): numbers against categories, few ties
                  (4 rows)
        discrete  counts of categories: both are discrete (2 rows)

      second opinion  agrees on 5 of 6 rows (histogram; discrete, shrinkage); not on Beak Depth (mm)
      trust  Flipper Length (mm) reads 0.600 to 0.652 with k from 2 to 20; simulated data of this size
             read 0.630 ± 0.026 for a truth of 0.641 and 0.001 ± 0.017 for a truth of 0.000

      worth knowing
        ›  two estimators disagree about Beak Depth (mm) and Species: ross 0.552, histogram 0.439 nats
        ›  Body Mass (g) and Flipper Length (mm) overlap (up to 83 % shared); Flipper Length (mm) says
           most
        ›  Body Mass (g): 4 % of the rows have a twin
        ·  no dependence seen (p ≥ 0.05): Sex
        ·  missing values, left out pair by pair: Sex 11, Beak Length (mm) 2, Body Mass (g) 2

      report  penguins.report.html
      json    penguins.report.json
      again   surprisal measure penguins.json --target Species --seed 0
      "
    `);
  });

  it("leaves out what a narrow terminal has no room for", () => {
    expect(renderTerminal(penguins(), { ...plain, width: 60 })).toMatchInlineSnapshot(`
      "penguins.json   344 rows × 7 columns   19 missing   seed 0

      information about Species   H = 1.046 nats
        1  Flippe…h (mm)  ▇▇▇▇▇▇   0.641  [0.589, 0.693]   p<0.005
        2  Beak L…h (mm)  ▇▇▇▇▇▇   0.611  [0.555, 0.666]   p<0.005
        3  Beak D…h (mm)  ▇▇▇▇▇    0.552  [0.503, 0.601]   p<0.005
        4  Island         ▇▇▇▇▇    0.500  [0.459, 0.541]   p<0.005
        5  Body Mass (g)  ▇▇▇▇     0.447  [0.400, 0.494]   p<0.005
        6  Sex                    -0.002  [-0.006, 0.002]  p=0.64

      estimators
        ross      nearest neighbours inside each category (Ross):
                  numbers against categories, few ties (4 rows)
        discrete  counts of categories: both are discrete (2 rows)

      second opinion  agrees on 5 of 6 rows (histogram; discrete,
                      shrinkage); not on Beak Depth (mm)
      trust  Flipper Length (mm) reads 0.600 to 0.652 with k from
             2 to 20; simulated data of this size read 0.630 ±
             0.026 for a truth of 0.641 and 0.001 ± 0.017 for a
             truth of 0.000

      worth knowing
        ›  two estimators disagree about Beak Depth (mm) and
           Species: ross 0.552, histogram 0.439 nats
        ›  Body Mass (g) and Flipper Length (mm) overlap (up to 83
           % shared); Flipper Length (mm) says most
        ›  Body Mass (g): 4 % of the rows have a twin
        ·  no dependence seen (p ≥ 0.05): Sex
        ·  missing values, left out pair by pair: Sex 11, Beak
           Length (mm) 2, Body Mass (g) 2

      again   surprisal measure penguins.json --target Species --seed 0
      "
    `);
  });

  it("shows pairs as a list and as a triangle", () => {
    expect(renderTerminal(pairsOnly(), plain)).toMatchInlineSnapshot(`
      "seattle-weather.csv   1,461 rows × 6 columns   seed 0

      shared information, in bits
         1  temp_max – temp_min       ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇   1.120  [1.055, 1.185]   p<0.005  ksg1
         2  precipitation – month     ▇▇▇▇▇                          0.203  [0.175, 0.231]   p<0.005  ksg1
         3  temp_max – weather        ▇▇▇▇                           0.159  [0.133, 0.186]   p<0.005  ksg1
         4  temp_min – weather        ▇▇▇                            0.114  [0.090, 0.139]   p<0.005  ksg1
         5  temp_min – month          ▇▇▇                            0.114  [0.090, 0.139]   p<0.005  ksg1
         6  temp_min – wind           ▇▇                             0.099  [0.075, 0.123]   p<0.005  ksg1
         7  temp_max – month          ▇▇                             0.096  [0.072, 0.120]   p<0.005  ksg1
         8  temp_max – precipitation  ▇▇                             0.068  [0.045, 0.090]   p<0.005  ksg1
         9  temp_max – wind           ▇                              0.047  [0.025, 0.069]   p<0.005  ksg1
        10  temp_min – precipitation  ▇                              0.012  [-0.008, 0.033]  p<0.005  ksg1
        11  wind – precipitation      ▁                              0.004  [-0.016, 0.024]  p=0.31   ksg1
        12  weather – month           ▁                              0.001  [-0.019, 0.021]  p=0.31   ksg1
        13  wind – month                                            -0.002  [-0.022, 0.017]  p=0.31   ksg1
        14  wind – weather                                          -0.004  [-0.024, 0.016]  p=0.31   ksg1
        15  precipitation – weather                                 -0.004  [-0.024, 0.016]  p=0.31   ksg1
        thin bar: not told apart from chance

      every pair, in bits
                             1     2     3     4     5
        1 temp_max
        2 temp_min        1.12
        3 precipitation   0.07  0.01
        4 month           0.10  0.11  0.20
        5 weather         0.16  0.11  0.00  0.00
        6 wind            0.05  0.10  0.00  0.00  0.00

      estimators
        ksg1  nearest neighbours (KSG, algorithm 1): numbers, few ties (15 rows)

      again   surprisal measure seattle-weather.csv --pairs --unit bits
      "
    `);
  });

  it("explains one question about groups in a sentence", () => {
    expect(renderTerminal(groups(), plain)).toMatchInlineSnapshot(`
      "standard input   50 rows × 2 columns   seed 0

      shared information, in nats
        Beak Length (mm), Beak Depth (mm) – Species given Island  0.412  [0.366, 0.458]  p<0.005  gao

      Knowing Beak Length (mm) and Beak Depth (mm) lowers the uncertainty about Species by 0.412 nats
      [0.366, 0.458] once Island is known.

      estimators
        gao  conditional nearest neighbours for mixtures (Mesner–Shalizi): a group of numbers and
             categories

      again   surprisal measure penguins.json --x 'Beak Length (mm),Beak Depth (mm)' --y Species --given Island
      "
    `);
  });

  it("explains transfer in both directions", () => {
    expect(renderTerminal(transfer(), plain)).toMatchInlineSnapshot(`
      "sp500.csv   2,410 rows × 2 columns   seed 0

      transfer entropy, in nats
        1  price → volume  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  0.083  [0.062, 0.104]  p<0.005  ksg1
        2  volume → price  ▁▁▁▁▁▁▁                                   0.014  [0.005, 0.023]  p=0.58   ksg1
        thin bar: not told apart from chance; random pairings reach it too, wherever its interval lies

      Knowing the past of price lowers the uncertainty about the next volume by 0.083 nats [0.062, 0.104]
      beyond what its own past tells.
      The past of volume adds nothing that could be told apart from chance to price's own past.

      estimators
        ksg1  conditional nearest neighbours (Frenzel–Pompe, algorithm 1): continuous series, history 1,
              lag 1 (2 rows)

      worth knowing
        ›  price has a trend; differences (returns) are usually a better input for transfer entropy.

      again   surprisal measure sp500.csv --x price --y volume --lag 1 --history 1
      "
    `);
  });

  it("says at once that a run was stopped, and puts problems first", () => {
    expect(renderTerminal(stopped(), plain)).toMatchInlineSnapshot(`
      "penguins.json   344 rows × 7 columns   19 missing   seed 0

      ! stopped early: 3 of 6 estimates are here

      information about Species   H = 1.046 nats
        1  Flipper Length (mm)  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  0.641  [0.589, 0.693]  ross
        2  Beak Length (mm)     ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇    0.611  [0.555, 0.666]  ross
        3  Beak Depth (mm)      ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇        0.552  [0.503, 0.601]  ross

      estimators
        ross  nearest neighbours inside each category (Ross): numbers against categories, few ties
              (3 rows)

      second opinion  agrees on 3 of 3 rows (histogram)

      worth knowing: 2 problems
        !  Only 14 rows have both Beak Depth (mm) and Species; its estimate is hardly more than a guess.
        !  Flipper Length (mm): the estimate is close to ln(n); the true value may be higher.
        ·  Sex: 11 of 344 values are missing; those rows were left out of its estimate.

      again   surprisal measure penguins.json --target Species --seed 0
      "
    `);
  });

  it("says little about little", () => {
    expect(renderTerminal(bare(), plain)).toMatchInlineSnapshot(`
      "standard input   50 rows × 2 columns   seed 0

      shared information, in nats
        a – b  0.120  ksg1

      Knowing a lowers the uncertainty about b by 0.120 nats.

      estimators
        ksg1  nearest neighbours (KSG, algorithm 1): numbers, few ties

      again   surprisal measure - --x a --y b --fast
      "
    `);
  });

  it("shows the 30 strongest of many columns and counts the others", () => {
    const lines = renderTerminal(wide(), { ...plain, width: 140 }).split("\n");
    expect(lines.filter((line) => /^ +\d+ {2}/.test(line))).toHaveLength(30);
    expect(lines).toContain("  … 70 more rows, all in the JSON and the report");
  });

  it("keeps every line within 60 to 160 columns but for paths and the command", () => {
    const all = [
      penguins(),
      wide(),
      pairsOnly(),
      pairsOnly(16),
      groups(),
      transfer(),
      stopped(),
      bare(),
      hostile(),
    ];
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 160 }), fc.constantFrom(...all), (width, m) => {
        const lines = renderTerminal(m, { width, color: false }).split("\n");
        const widths = lines.filter((line) => !line.startsWith("again")).map(displayWidth);
        expect(Math.max(...widths)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 60 },
    );
  });

  it("aligns the values below names in wide characters", () => {
    const rows = renderTerminal(hostile(), plain)
      .split("\n")
      .filter((line) => /^ {2}\d {2}/.test(line));
    const ends = rows.map((line) => displayWidth(line.slice(0, line.indexOf("["))));
    expect(new Set(ends).size).toBe(1);
  });

  it("lets no control character of a name reach the screen", () => {
    expect(attacks.some((name) => name.includes("\u001b"))).toBe(true);
    expect(
      renderTerminal(hostile(), { ...plain, paths: { report: "\u001b]0;title\u0007.html" } }),
    ).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
  });

  it("says the same with and without colour", () => {
    const colored = renderTerminal(penguins(), { width: 100, color: true });
    expect(colored).toContain("\u001b[36m");
    const codes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
    const unpainted = colored.replace(codes, "").replace(/ +$/gm, "");
    expect(unpainted).toBe(renderTerminal(penguins(), { width: 100, color: false }));
  });
});
