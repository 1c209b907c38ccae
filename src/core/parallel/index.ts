export {
  defineTask,
  type Executor,
  type MapOptions,
  shareFloats,
  shareIntegers,
  type Task,
} from "./executor.ts";
export { inline } from "./inline.ts";
export { threads } from "./threads.ts";
