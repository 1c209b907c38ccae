export { type ClassCounts, classCounts } from "./class-counts.ts";
export { type JointCounts, jointCounts } from "./joint-counts.ts";
export { justAbove, type Metric } from "./metric.ts";
export {
  checkNeighbours,
  kthDistances,
  type Neighbours,
  nearestNeighbours,
  nearestNeighboursOf,
  reachWithin,
} from "./neighbours.ts";
export { RangeCounter } from "./range-counter.ts";
