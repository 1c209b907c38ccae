// Functions of ours that arrive as one equation each, under their own name, and have a native operator.
import type { Equation } from "../program.ts";
import type { Rule } from "./context.ts";

const rules: Record<string, Rule> = {};

export function isNamed(equation: Equation): boolean {
  return equation.primitive === "jit" && equation.params.name in rules;
}

export function namedRule(equation: Equation): Rule | undefined {
  return equation.primitive === "jit" ? rules[equation.params.name] : undefined;
}
