/**
 * Strips hold about √(k n) · this many points. Then a strip is roughly as wide as the neighbourhood of a point
 * is high, and one or two strips hold all neighbours.
 */
const stripFactor = 1.5;

/**
 * Nearest neighbours of points in the plane, in max-norm, made for trying many pairings of the same coordinates:
 * both coordinates are given sorted, and a pairing says which y belongs to which x.
 *
 * The plane is cut into vertical strips with equally many points, each sorted by y (one pass over the points in
 * order of y, no comparison). A query looks up and down its own strip, then the strips to the left and right,
 * until nothing can be nearer than what it has. O(√(k n)) per query at worst, for points on a line across all
 * strips; O(k) for points spread over the plane or along a curve.
 */
export class Plane {
  readonly #k: number;
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #shift: number;
  /** The points strip by strip, in order of y inside a strip; `place` is their position in xs. */
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #place: Int32Array;
  readonly #best: Float64Array;

  /** Both coordinates ascending. */
  constructor(xs: Float64Array, ys: Float64Array, k: number) {
    const n = xs.length;
    this.#k = k;
    this.#xs = xs;
    this.#ys = ys;
    this.#shift = Math.round(Math.log2(Math.sqrt(k * n) * stripFactor));
    this.#x = new Float64Array(n);
    this.#y = new Float64Array(n);
    this.#place = new Int32Array(n);
    this.#best = new Float64Array(k);
  }

  /**
   * For the points (xs[a], ys[partner[a]]): writes the distance to the k-th nearest other point to `reach[a]`,
   * and the places of the k nearest, nearest first, to `neighbours[a * k …]`.
   */
  search(partner: Int32Array, reach: Float64Array, neighbours?: Int32Array): void {
    const xs = this.#xs;
    const n = xs.length;
    const k = this.#k;
    const shift = this.#shift;
    const x = this.#x;
    const y = this.#y;
    const place = this.#place;
    const best = this.#best;
    const strips = this.#fill(partner);
    const cursors = new Int32Array(strips);
    for (let strip = 0; strip < strips; strip++) {
      const end = Math.min(n, (strip + 1) << shift);
      for (let s = 0; s < strips; s++) cursors[s] = s << shift;
      for (let p = strip << shift; p < end; p++) {
        const px = x[p];
        const py = y[p];
        const list = place[p] * k;
        let radius = Number.POSITIVE_INFINITY;
        best.fill(radius);
        let s = strip;
        let step = -1;
        let above = p + 1;
        let below = p - 1;
        for (;;) {
          const stripStart = s << shift;
          const stripEnd = Math.min(n, (s + 1) << shift);
          for (let q = above; q < stripEnd; q++) {
            const dy = y[q] - py;
            if (dy >= radius) break;
            const dx = Math.abs(x[q] - px);
            const distance = Math.max(dx, dy);
            if (distance < radius) radius = keep(best, distance, neighbours, list, place[q]);
          }
          for (let q = below; q >= stripStart; q--) {
            const dy = py - y[q];
            if (dy >= radius) break;
            const dx = Math.abs(x[q] - px);
            const distance = Math.max(dx, dy);
            if (distance < radius) radius = keep(best, distance, neighbours, list, place[q]);
          }
          s += step;
          if (step < 0 && (s < 0 || px - xs[((s + 1) << shift) - 1] >= radius)) {
            step = 1;
            s = strip + 1;
          }
          if (step > 0 && (s >= strips || xs[s << shift] - px >= radius)) break;
          above = cursors[s];
          for (const stop = Math.min(n, (s + 1) << shift); above < stop && y[above] < py; above++);
          cursors[s] = above;
          below = above - 1;
        }
        reach[place[p]] = radius;
      }
    }
  }

  /** Sorts the points into strips and returns how many strips there are. */
  #fill(partner: Int32Array): number {
    const n = partner.length;
    const shift = this.#shift;
    const strips = Math.ceil(n / (1 << shift));
    const pairedWith = new Int32Array(n);
    for (let a = 0; a < n; a++) pairedWith[partner[a]] = a;
    const next = new Int32Array(strips);
    for (let s = 0; s < strips; s++) next[s] = s << shift;
    for (let b = 0; b < n; b++) {
      const a = pairedWith[b];
      const to = next[a >> shift]++;
      this.#x[to] = this.#xs[a];
      this.#y[to] = this.#ys[b];
      this.#place[to] = a;
    }
    return strips;
  }
}

/** Inserts a distance into the ascending list of the best, and returns the largest of them. */
function keep(
  best: Float64Array,
  distance: number,
  neighbours: Int32Array | undefined,
  list: number,
  place: number,
): number {
  const last = best.length - 1;
  let at = last;
  for (; at > 0 && best[at - 1] > distance; at--) {
    best[at] = best[at - 1];
    if (neighbours) neighbours[list + at] = neighbours[list + at - 1];
  }
  best[at] = distance;
  if (neighbours) neighbours[list + at] = place;
  return best[last];
}
