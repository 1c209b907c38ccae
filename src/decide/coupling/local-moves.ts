import { type CodeMap, codeMasses, deterministic } from "./code-map.ts";
import { phi, slack } from "./information.ts";

/** Sweeps over all symbols and all pairs of them; it ends much earlier. */
const mostSweeps = 50;

/**
 * Climbs from a map without split: as long as H(T) rises and stays at most R, a symbol moves to another code or to a new
 * one, or two symbols exchange codes. O(n²) a sweep.
 */
export function improved(p: Float64Array, start: CodeMap, rate: number): CodeMap {
  const n = p.length;
  const codes = start.codes.slice();
  // One code more than there are symbols is never needed; unused codes have mass 0.
  const masses = new Float64Array(n);
  masses.set(codeMasses(p, codes, start.count));
  let entropy = start.rate;
  for (let sweep = 0, better = true; better && sweep < mostSweeps; sweep++) {
    better = false;
    for (let x = 0; x < n; x++) {
      const from = codes[x];
      let best = entropy + slack;
      let apply: (() => void) | undefined;
      const consider = (to: number, moved: number, exchange: () => void) => {
        const [a, b] = [masses[from] - moved, masses[to] + moved];
        const reached = entropy + phi(a) + phi(b) - phi(masses[from]) - phi(masses[to]);
        if (!(reached > best && reached <= rate + slack)) return;
        best = reached;
        apply = () => {
          exchange();
          for (const code of [from, to]) masses[code] = massOf(p, codes, code);
        };
      };
      let unused = false;
      for (let to = 0; to < n; to++) {
        if (to === from || (masses[to] === 0 && unused)) continue;
        if (masses[to] === 0) unused = true;
        consider(to, p[x], () => {
          codes[x] = to;
        });
      }
      for (let y = 0; y < n; y++) {
        const to = codes[y];
        if (to === from || !(p[x] > p[y])) continue;
        consider(to, p[x] - p[y], () => {
          codes[x] = to;
          codes[y] = from;
        });
      }
      if (!apply) continue;
      apply();
      entropy = best;
      better = true;
    }
  }
  return compact(p, codes);
}

function massOf(p: Float64Array, codes: Int32Array, code: number): number {
  return p.reduce((sum, mass, x) => (codes[x] === code ? sum + mass : sum), 0);
}

/** Codes renumbered in order of first appearance. */
function compact(p: Float64Array, codes: Int32Array): CodeMap {
  const names = new Map<number, number>();
  const renamed = codes.map((code) => {
    const name = names.get(code) ?? names.size;
    names.set(code, name);
    return name;
  });
  return deterministic(p, renamed, names.size);
}
