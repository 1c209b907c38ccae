import { describe, expect, it } from "vitest";
import { bareLearner, hostileLearner, pictures, recommender } from "../../../test/fixtures/report/learn.ts";
import { displayWidth } from "../text-width.ts";
import { renderLearnTerminal, sparkline } from "./terminal.ts";

describe("what a learner found, in a terminal", () => {
  it("shows the result, training, notes, files and the command", () => {
    const paths = { report: "model/report.html", json: "model/report.json" };
    expect(renderLearnTerminal(recommender(), { width: 100, color: false, paths })).toMatchInlineSnapshot(`
      "ratings.csv   1,617 rows trained on   180 held out   64 columns   16 numbers in the code   seed 0

      ! stopped early: 20 of 200 epochs are done

      Mult-VAE of 1,655 items and 459 users
      NDCG@100 is 0.377; EASE λ=200 does better with 0.412.

      Ranking for new users
                         Recall@20               NDCG@100
        Mult-VAE β≤0.2   0.323  [0.293, 0.353]   0.377  [0.347, 0.407]
        EASE λ=200       0.366  [0.336, 0.396]   0.412  [0.382, 0.442]
        item-kNN         0.340  [0.310, 0.370]   0.380  [0.350, 0.410]
        popularity       0.180  [0.150, 0.210]   0.226  [0.196, 0.256]

      training  20 epochs, 200 updates; epoch 20 is kept, the last
        loss  █▆▅▄▃▃▂▂▂▁▁▁▁▁▁▁▁▁▁▁  400.0 →  330.2  nats a row
        rate  ▁▃▄▅▆▆▇▇▇███████████      0 →  25.91  nats a row
        beta  ▁▃▄▅▆▆▇▇▇███████████      0 → 0.1993

      worth knowing
        !  3 rows were left out
        ·  deviations are at their floor

      model   model/ (model.safetensors)
      report  model/report.html
      json    model/report.json
      use     surprisal recommend model/ --history 'Star Wars,Toy Story' --top 20
      again   surprisal learn mult-vae ratings.csv --threshold 3.5 -o model/ --seed 0 --overwrite
      "
    `);
  });

  it("keeps every line within 60 to 160 columns but for paths and the command", () => {
    for (const report of [pictures(), recommender(), hostileLearner(), bareLearner()]) {
      for (const width of [20, 60, 81, 120, 160, 400]) {
        const lines = renderLearnTerminal(report, { width, color: false }).split("\n");
        const long = lines.filter((line) => displayWidth(line) > Math.min(160, Math.max(60, width)));
        expect(long.filter((line) => !/^(model|use|again|report|json) /.test(line))).toEqual([]);
      }
    }
  });

  it("cannot be made to move the cursor", () => {
    const text = renderLearnTerminal(hostileLearner(), { width: 100, color: false });
    expect([...text].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
  });

  it("draws falling numbers as a falling line", () => {
    expect(sparkline([8, 4, 2, 1], 4)).toBe("█▄▂▁");
    expect(sparkline([3, 3], 5)).toBe("▁▁▁▁▁");
  });
});
