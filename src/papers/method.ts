import type { Experiment, ExperimentResult, MethodCard } from "../core/card.ts";

/** The layers whose rooms are methods. */
export type MethodLayer = "measure" | "learn" | "decide" | "language";

/** How many of a method's recorded claims hold. */
export interface ClaimCount {
  hold: number;
  of: number;
}

/** A method as `surprisal papers list` shows it. */
export interface Method {
  layer: MethodLayer;
  card: MethodCard;
  /** From the recorded full run; absent when none was recorded. */
  claims?: ClaimCount;
}

/** Where and when an experiment ran. */
export interface RunEnvironment {
  /** ISO 8601, UTC. */
  date: string;
  node: string;
  cpu: string;
  cores: number;
}

/** A finished experiment: its rows and tables with what is needed to judge them. */
export interface ExperimentRun extends ExperimentResult {
  id: string;
  title: string;
  /** True for the small version that the test suite runs. */
  quick: boolean;
  seconds: number;
  environment: RunEnvironment;
}

/** An entry of the generated registry: a method and how to load what is not needed to list it. */
export interface RegisteredMethod extends Method {
  experiment(): Promise<Experiment>;
  recorded?(): Promise<ExperimentRun>;
}
