export { justAbove, type Metric } from "./metric.ts";
export { kthDistances, type Neighbours, nearestNeighbours, nearestNeighboursOf } from "./neighbours.ts";
export { RangeCounter } from "./range-counter.ts";
