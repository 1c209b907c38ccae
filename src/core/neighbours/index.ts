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
