// A step along a direction that satisfies the strong Wolfe conditions: bracketing, then zooming in with cubic
// interpolation (Nocedal & Wright, 2006, algorithms 3.5 and 3.6).

export interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Sufficient decrease and curvature, the usual constants for quasi-Newton directions. */
const decrease = 1e-4;
const curvature = 0.9;
const mostTrials = 40;
const longestStep = 1e20;

/** A point on the line: how far, the value there and the slope along the line. */
interface Trial extends Point {
  readonly at: number;
  readonly slope: number;
}

/**
 * Searches from `from` along `direction`; nothing when there is no lower point to be found. A value that is not
 * finite counts as too far.
 */
export function* lineSearch<Answer>(
  evaluate: (x: Float64Array) => Generator<Float64Array, Point, Answer>,
  from: Point,
  direction: Float64Array,
  first: number,
): Generator<Float64Array, Point | undefined, Answer> {
  const start: Trial = { ...from, at: 0, slope: slopeAlong(from.gradient, direction) };
  if (!(start.slope < 0)) return undefined;
  function* tryAt(at: number): Generator<Float64Array, Trial, Answer> {
    const x = Float64Array.from(from.x, (value, i) => value + at * direction[i]);
    const point = yield* evaluate(x);
    return { ...point, at, slope: slopeAlong(point.gradient, direction) };
  }
  // Near a minimum the promised decrease drowns in rounding; the slope still tells (Hager & Zhang, 2005, eq. 4.1).
  const noise = 1e-15 * Math.abs(start.value);
  const isLowEnough = ({ at, value, slope }: Trial) =>
    value <= start.value + decrease * at * start.slope ||
    (value <= start.value + noise && slope <= (2 * decrease - 1) * start.slope);
  const isFlatEnough = ({ slope }: Trial) => Math.abs(slope) <= -curvature * start.slope;

  let low = start;
  let high: Trial | undefined;
  let at = first;
  for (let trials = 0; trials < mostTrials; trials++) {
    const trial = yield* tryAt(at);
    if (!isFiniteTrial(trial) || !isLowEnough(trial) || (low !== start && trial.value > low.value + noise)) {
      high = trial;
    } else if (isFlatEnough(trial)) {
      return trial;
    } else if (high ? trial.slope * (high.at - low.at) >= 0 : trial.slope >= 0) {
      high = low;
      low = trial;
    } else {
      low = trial;
    }
    at = high ? between(low, high) : Math.min(beyond(start, low), longestStep);
    if (high && Math.abs(high.at - low.at) <= 1e-16 * Math.max(high.at, low.at)) break;
  }
  return low !== start && low.value < start.value ? low : undefined;
}

/** Inside the bracket: the minimum of the cubic through both ends, kept away from them. */
function between(low: Trial, high: Trial): number {
  const middle = (low.at + high.at) / 2;
  if (!isFiniteTrial(high)) return middle;
  const guess = cubicMinimum(low, high);
  const margin = 0.1 * Math.abs(high.at - low.at);
  const [left, right] = [Math.min(low.at, high.at) + margin, Math.max(low.at, high.at) - margin];
  return guess >= left && guess <= right ? guess : middle;
}

/** Further out: where the slopes so far point to, between 2 and 10 times as far. */
function beyond(start: Trial, low: Trial): number {
  const guess = cubicMinimum(start, low);
  return Math.min(Math.max(guess > low.at ? guess : 0, 2 * low.at), 10 * low.at);
}

/** Where the cubic with the values and slopes of both points has its minimum (eq. 3.59); NaN where it has none. */
function cubicMinimum(a: Trial, b: Trial): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.at - b.at);
  const d2 = Math.sign(b.at - a.at) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.at - ((b.at - a.at) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}

function slopeAlong(gradient: Float64Array, direction: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < direction.length; i++) sum += gradient[i] * direction[i];
  return sum;
}

function isFiniteTrial({ value, slope }: Trial): boolean {
  return Number.isFinite(value) && Number.isFinite(slope);
}
