/**
 * The nearest points found so far, k for each of n queries: query i has places i·k to (i+1)·k − 1, nearest first.
 * Distances are as the search compares them (squared for the Euclidean metric). Before a search they are infinite.
 */
export interface NearestLists {
  readonly k: number;
  readonly distances: Float64Array;
  readonly indices: Int32Array;
}

export function emptyLists(queries: number, k: number): NearestLists {
  return {
    k,
    distances: new Float64Array(queries * k).fill(Number.POSITIVE_INFINITY),
    indices: new Int32Array(queries * k).fill(-1),
  };
}

/** Puts a point nearer than the last of the list that ends at place `last` into its place. */
export function insert(lists: NearestLists, last: number, distance: number, index: number): void {
  const { k, distances, indices } = lists;
  const first = last - k + 1;
  let place = last;
  while (place > first && distances[place - 1] > distance) {
    distances[place] = distances[place - 1];
    indices[place] = indices[place - 1];
    place--;
  }
  distances[place] = distance;
  indices[place] = index;
}
