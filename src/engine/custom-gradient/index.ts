export {
  compileValueAndGrad,
  type HalvesCompiled,
  type HostAnswer,
  hostFunction,
} from "./host-function.ts";
export { withGradient } from "./with-gradient.ts";
