import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";

/** One score for each prompt: the prompt with the largest is taken for the whole task. */
export type TaskMethod = "MI" | "MI_AG" | "GE" | "GE_M" | "LE" | "MDL_M" | "ZLP" | "ZPM" | "ZMV" | "PPL";
/** One score for each prompt and input: every input gets a prompt of its own. */
export type InstanceMethod = "MDL" | "MI_AL" | "MI_AGL" | "PPL_L";
export type ChoiceMethod = TaskMethod | InstanceMethod;

/** What each task-wise method says, in words. */
export const taskMethods: Readonly<Record<TaskMethod, string>> = {
  MI: "mutual information of input and answer",
  MI_AG: "as MI, with counted answers in the global entropy",
  GE: "entropy of the counted answers: are all used?",
  GE_M: "entropy of the mean answer",
  LE: "mean entropy of an answer: is it unsure?",
  MDL_M: "minus LE: is it sure?",
  ZLP: "agreement with the mean log-probability of all prompts",
  ZPM: "agreement with the mean probability of all prompts",
  ZMV: "agreement with the majority of all prompts",
  PPL: "minus the mean perplexity of the filled prompts",
};

/** Each instance-wise method with the task-wise one that its mean over inputs is. */
export const instanceMethods: Readonly<Record<InstanceMethod, TaskMethod>> = {
  MDL: "MDL_M",
  MI_AL: "MI",
  MI_AGL: "MI_AG",
  PPL_L: "PPL",
};

export function isInstanceMethod(method: ChoiceMethod): method is InstanceMethod {
  return Object.hasOwn(instanceMethods, method);
}

/** The method of that name, or a refusal with the nearest one. */
export function asMethod(name: string, where: string): ChoiceMethod {
  const all = [...Object.keys(taskMethods), ...Object.keys(instanceMethods)];
  if (all.includes(name)) return name as ChoiceMethod;
  throw new InputError({
    code: "unknown-method",
    where,
    problem: "unknown method",
    expected: `one of ${all.join(", ")}`,
    got: name,
    hint: didYouMean(name, all),
  });
}
