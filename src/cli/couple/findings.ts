import type { Unit } from "../../core/units.ts";
import type { TableNote } from "../../data/table.ts";
import {
  type BottleneckCoupling,
  type Coupling,
  type CouplingMethod,
  couplingWithBottleneck,
  type EncoderMethod,
  type Joint,
  minimumEntropyCoupling,
} from "../../decide/coupling/coupling.ts";
import type { CodeReport, CoupledSide, CoupleReport } from "../../report/couple/report.ts";
import type { Side } from "./inputs.ts";

/** Cells, outcomes, codes and members of a code that a report lists. */
const most = { cells: 2000, outcomes: 40, codes: 40, members: 12 };

/** A coupling, and with a rate the code it goes through. */
export interface Found {
  readonly joint: Joint;
  readonly coupling: Coupling;
  readonly bottleneck?: BottleneckCoupling;
  readonly unit: Unit;
}

export function findCoupling(
  x: Side,
  y: Side,
  {
    rate,
    method,
    encoder,
    unit,
  }: { rate?: number; method: CouplingMethod; encoder?: EncoderMethod; unit: Unit },
): Found {
  if (rate === undefined) {
    const coupling = minimumEntropyCoupling(x.p, y.p, { method, unit });
    return { joint: coupling.joint, coupling, unit };
  }
  const bottleneck = couplingWithBottleneck(x.p, y.p, rate, { encoder, decoder: method, unit });
  // Without a code, for comparison.
  const coupling = minimumEntropyCoupling(x.p, y.p, { method: method === "exact" ? "best" : method, unit });
  return { joint: bottleneck.joint, coupling, bottleneck, unit };
}

export function codeNames(count: number): string[] {
  return Array.from({ length: count }, (_, t) => `t${t + 1}`);
}

/** The numbers and the tables of a report, from the likeliest down. */
export function reported(
  x: Side,
  y: Side,
  { joint, coupling, bottleneck, unit }: Found,
  allCells: boolean,
): Omit<CoupleReport, "command" | "normalized" | "curve" | "files" | "environment"> {
  const order = likeliest(joint.p);
  const cells = Array.from(allCells ? order : order.slice(0, most.cells), (c) => ({
    x: x.ids[joint.x[c]],
    y: y.ids[joint.y[c]],
    p: joint.p[c],
  }));
  const { entropyX, entropyY, bounds, lowerBound } = coupling;
  return {
    x: sideOf(x),
    y: sideOf(y),
    unit,
    entropyX,
    entropyY,
    bounds,
    lowerBound,
    ...(bottleneck
      ? {
          entropy: bottleneck.entropy,
          mutualInformation: bottleneck.mutualInformation,
          gap: bottleneck.gap,
          optimal: bottleneck.gap < 1e-9,
          method: bottleneck.decoder.method,
          code: codeOf(x, y, bottleneck),
        }
      : {
          entropy: coupling.entropy,
          mutualInformation: coupling.mutualInformation,
          gap: coupling.gap,
          optimal: coupling.optimal,
          method: coupling.method,
        }),
    cells,
    cellCount: joint.p.length,
    notes: [...x.notes, ...y.notes, ...notesOf(coupling, bottleneck)],
  };
}

function sideOf({ file, p, ids, names, probabilities, sum, hash }: Side): CoupledSide {
  const top = Array.from(likeliest(p).slice(0, most.outcomes), (i) => ({ name: ids[i], p: p[i] }));
  return { file, names, probabilities, outcomes: p.length, sum, top, hash };
}

function codeOf(x: Side, y: Side, found: BottleneckCoupling): CodeReport {
  const { encoder, decoder, rateLimit, withoutLimit, upperBound } = found;
  const names = codeNames(encoder.pT.length);
  const [symbols, outputs] = [membersOf(encoder.joint, "y"), membersOf(decoder.joint, "x")];
  const twice = encoder.codes ? -1 : encoder.joint.x.findIndex((row, c) => row === encoder.joint.x[c + 1]);
  return {
    rateLimit,
    entropy: encoder.rate,
    information: encoder.information,
    withoutLimit,
    upperBound,
    encoder: encoder.method,
    count: names.length,
    ...(twice >= 0 ? { split: x.ids[encoder.joint.x[twice]] } : {}),
    codes: names.slice(0, most.codes).map((name, t) => ({
      name,
      p: encoder.pT[t],
      symbols: symbols[t].slice(0, most.members).map((c) => x.ids[encoder.joint.x[c]]),
      symbolCount: symbols[t].length,
      outputs: outputs[t].slice(0, most.members).map((c) => ({
        name: y.ids[decoder.joint.y[c]],
        p: decoder.joint.p[c] / encoder.pT[t],
      })),
      outputCount: outputs[t].length,
    })),
  };
}

/** Cells of each row or column, the likeliest first. */
function membersOf(joint: Joint, side: "x" | "y"): number[][] {
  const members = Array.from({ length: side === "x" ? joint.rows : joint.cols }, (): number[] => []);
  for (const c of likeliest(joint.p)) members[joint[side][c]].push(c);
  return members;
}

function likeliest(p: Float64Array): Int32Array {
  return Int32Array.from(p.keys()).sort((i, j) => p[j] - p[i] || i - j);
}

function notesOf(coupling: Coupling, bottleneck: BottleneckCoupling | undefined): TableNote[] {
  const notes: TableNote[] = [];
  const add = (code: string, severity: TableNote["severity"], message: string) =>
    notes.push({ code, severity, message, columns: [] });
  if (coupling.entropyX < 1e-9 || coupling.entropyY < 1e-9) {
    add("certain", "hint", "one side is certain: whatever the joint distribution, nothing can be told");
  }
  if (!bottleneck) return notes;
  if (bottleneck.rateLimit >= coupling.entropyX - 1e-9) {
    const holds = `H(X) = ${coupling.entropyX.toFixed(3)} ${coupling.unit}`;
    add(
      "rate-above-entropy",
      "hint",
      `the rate is no limit: X holds ${holds}, and every outcome has a code of its own`,
    );
  } else if (bottleneck.rateLimit === 0) {
    add("rate-zero", "hint", "at rate 0 there is one code for everything: X and Y are independent");
  }
  for (const { code, message } of bottleneck.warnings) {
    if (code !== "renormalized") add(code, "hint", message.replace('method "best"', "--encoder best"));
  }
  return notes;
}
