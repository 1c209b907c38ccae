/**
 * Bands hold about √(k n) · this many points. Then a band is roughly as high as the neighbourhood of a point, and one
 * or two bands hold all neighbours.
 */
const bandFactor = 1.5;

/**
 * Nearest neighbours of points in the plane, in max-norm, made for trying many pairings of the same coordinates:
 * both coordinates are given sorted, and a pairing says which y belongs to which x.
 *
 * The plane is cut into horizontal bands with equally many points, each sorted by x (one pass over the points in order
 * of x, no comparison). A query looks right and left in its own band, then in the bands below and above, until nothing
 * can be nearer than what it has. O(k) per query for points spread over the plane or along a curve; O(√(k n)) at worst,
 * where one coordinate hardly varies or has few values.
 */
export class Plane {
  readonly #k: number;
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #shift: number;
  /** The points band by band, in order of x inside a band; `place` is their position in xs. */
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
    this.#shift = Math.round(Math.log2(Math.sqrt(k * n) * bandFactor));
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
    const ys = this.#ys;
    const n = ys.length;
    const k = this.#k;
    const shift = this.#shift;
    const x = this.#x;
    const y = this.#y;
    const place = this.#place;
    const best = this.#best;
    const bands = this.#fill(partner);
    const cursors = new Int32Array(bands);
    for (let own = 0; own < bands; own++) {
      const ownEnd = Math.min(n, (own + 1) << shift);
      for (let b = 0; b < bands; b++) cursors[b] = b << shift;
      for (let p = own << shift; p < ownEnd; p++) {
        const px = x[p];
        const py = y[p];
        const list = place[p] * k;
        let radius = Number.POSITIVE_INFINITY;
        for (let j = 0; j < k; j++) best[j] = radius;
        let band = own;
        let step = -1;
        let right = p + 1;
        let left = p - 1;
        for (;;) {
          const start = band << shift;
          const end = Math.min(n, (band + 1) << shift);
          for (let q = right; q < end; q++) {
            const dx = x[q] - px;
            if (dx >= radius) break;
            const distance = Math.max(dx, Math.abs(y[q] - py));
            if (distance < radius) radius = keep(best, distance, neighbours, list, place[q]);
          }
          for (let q = left; q >= start; q--) {
            const dx = px - x[q];
            if (dx >= radius) break;
            const distance = Math.max(dx, Math.abs(y[q] - py));
            if (distance < radius) radius = keep(best, distance, neighbours, list, place[q]);
          }
          band += step;
          if (step < 0 && (band < 0 || py - ys[((band + 1) << shift) - 1] >= radius)) {
            step = 1;
            band = own + 1;
          }
          if (step > 0 && (band >= bands || ys[band << shift] - py >= radius)) break;
          // Queries go through their band in order of x, and so do the starting points in other bands.
          right = cursors[band];
          const stop = Math.min(n, (band + 1) << shift);
          while (right < stop && x[right] < px) right++;
          cursors[band] = right;
          left = right - 1;
        }
        reach[place[p]] = radius;
      }
    }
  }

  /** Sorts the points into bands and returns how many bands there are. */
  #fill(partner: Int32Array): number {
    const n = partner.length;
    const shift = this.#shift;
    const bands = Math.ceil(n / (1 << shift));
    const next = new Int32Array(bands);
    for (let band = 0; band < bands; band++) next[band] = band << shift;
    for (let a = 0; a < n; a++) {
      const to = next[partner[a] >> shift]++;
      this.#x[to] = this.#xs[a];
      this.#y[to] = this.#ys[partner[a]];
      this.#place[to] = a;
    }
    return bands;
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
