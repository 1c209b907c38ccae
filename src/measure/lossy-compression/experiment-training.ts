import type { ExperimentResult, ExperimentTable } from "../../core/card.ts";
import { takeCodes } from "../../core/codes.ts";
import { asMatrix, type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { relu } from "../../engine/index.ts";
import { recordedNetwork } from "../recorded-network.ts";
import { glyphs } from "./glyphs.ts";
import { compressedMutualInformation, pcaCompressor } from "./lossy-compression.ts";

const epochs = 60;
const looks = [0, 1, 10, epochs];
const bare = { interval: false, permutations: 0 } as const;

/** A 64-32-16-10 network with noise in its layers on drawn digits, watched through codes of four components. */
export async function watchedTraining(signal: AbortSignal | undefined): Promise<ExperimentResult> {
  const training = glyphs(1500, new Random(1));
  const watched = glyphs(1000, new Random(2));
  const shuffled = takeCodes(watched.y, new Random(3).permutation(watched.x.rows));
  const planes = new Map<number, { epoch: number; input: number[]; label: number[] }[]>();
  let control = 0;
  let accuracy = 0;
  for (const noise of [0.1, 1]) {
    const network = await recordedNetwork(training, watched, {
      hidden: [32, 16],
      activation: relu,
      noise,
      learningRate: 1e-3,
      batchSize: 64,
      epochs,
      // Of the noisier network only the end is looked at.
      when: (epoch) => (noise < 1 ? looks.includes(epoch) : epoch === epochs),
      seed: 1,
      signal,
    });
    if (noise < 1) accuracy = network.accuracy;
    const plane = [];
    for (const { epoch, layers } of network.epochs) {
      const [input, label]: number[][] = [[], []];
      for (const activations of Object.values(typeof layers === "function" ? await layers() : layers)) {
        const layer = varying(asMatrix(activations));
        const compressX = pcaCompressor(4);
        input.push(
          (await compressedMutualInformation(watched.x, layer, { compressX, ...bare, signal })).value,
        );
        label.push(
          (await compressedMutualInformation(layer, watched.y, { compressX, ...bare, signal })).value,
        );
        if (noise < 1 && epoch === epochs) {
          const none = await compressedMutualInformation(layer, shuffled, { compressX, ...bare, signal });
          control = Math.max(control, Math.abs(none.value));
        }
      }
      plane.push({ epoch, input, label });
    }
    planes.set(noise, plane);
  }
  const [quiet, loud] = [planes.get(0.1)!, planes.get(1)!];
  const labels = quiet.map(({ label }) => label[1]);
  const [inputQuiet, inputLoud] = [quiet, loud].map((plane) => plane[plane.length - 1].input);
  const list = (values: number[]) => values.map((value) => value.toFixed(2)).join(", ");
  const table: ExperimentTable = {
    title: `Drawn digits, 64-32-16-10 network with noise in its layers, ${(100 * accuracy).toFixed(1)} % right at noise 0.1: I(X;L), I(L;Y) in nats`,
    columns: ["noise", "epoch", "layer 1", "layer 2"],
    rows: [...planes].flatMap(([noise, plane]) =>
      plane.map(({ epoch, input, label }) => [
        noise,
        epoch,
        `${input[0].toFixed(2)}, ${label[0].toFixed(2)}`,
        `${input[1].toFixed(2)}, ${label[1].toFixed(2)}`,
      ]),
    ),
  };
  const most = Math.max(...quiet.flatMap(({ label }) => label));
  return {
    rows: [
      {
        claim: "noisy network: I(L;Y) rises while it learns and stays below ln 10",
        reported: "rises during fitting",
        measured: `${list(labels)} nats in the last layer at epochs ${looks.join(", ")}`,
        tolerance: "last above first; at most ln 10 = 2.303",
        holds: labels[labels.length - 1] > labels[0] && most <= Math.log(10),
      },
      {
        claim: "noisy network: shuffled labels stay at 0",
        reported: "0 ± 0.05",
        measured: `${control.toFixed(3)} nats in size`,
        tolerance: "0.05 nats",
        holds: control <= 0.05,
      },
      {
        claim: "noisy network: ten times the noise leaves less of the input in the layers",
        reported: "I(X;L) falls",
        measured: `${list(inputQuiet)} nats at noise 0.1, ${list(inputLoud)} at 1 (layers 1, 2)`,
        tolerance: "lower in both layers",
        holds: inputQuiet.every((value, l) => inputLoud[l] < value),
      },
    ],
    tables: [table],
  };
}

/** Without units that are off for all rows. */
function varying(m: Matrix): Matrix {
  const kept = Array.from({ length: m.cols }, (_, j) => j).filter((j) => {
    for (let i = 1; i < m.rows; i++) if (m.data[i * m.cols + j] !== m.data[j]) return true;
    return false;
  });
  const out = matrix(m.rows, kept.length);
  for (let i = 0; i < m.rows; i++) {
    for (let c = 0; c < kept.length; c++) out.data[i * kept.length + c] = m.data[i * m.cols + kept[c]];
  }
  return out;
}
