import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";

/** A prompt with places for the fields of an input, and what may follow it. */
export interface PromptTemplate {
  readonly name: string;
  /** `{{field}}` stands for a field of the input, `{{choices}}` for the choices as a lettered list: the answer is then a letter. */
  readonly template: string;
  /** The texts that may follow, one for each label, or by label. They may have places too, such as `{{option1}}`. */
  readonly choices: readonly string[] | Readonly<Record<string, string>>;
}

/** An input: its fields by name. */
export type PromptInput = Readonly<Record<string, string | number | boolean>>;

/** Templates whose choices are in one order. */
export interface PromptSet {
  readonly labels: readonly string[];
  readonly prompts: readonly Prompt[];
}

interface Prompt {
  readonly name: string;
  readonly template: string;
  /** In the order of the labels. */
  readonly choices: readonly string[];
  /** The choices stand in the prompt, and the answer is a letter. */
  readonly lettered: boolean;
  /** The choices differ from input to input. */
  readonly dynamic: boolean;
}

const place = /\{\{\s*([^{}]+?)\s*\}\}/g;
const mostLetters = 26;

/**
 * Checks templates and puts their choices in one order: that of the first template.
 *
 * @throws InputError for no template, two of the same name, fewer than two choices, other labels than the first template
 * has, and choices that read the same
 */
export function promptSet(templates: readonly PromptTemplate[], where = "prompts"): PromptSet {
  if (templates.length === 0) {
    throw new InputError({
      code: "too-few",
      where,
      problem: "no prompt",
      expected: "at least one",
      got: 0,
    });
  }
  const [first] = templates;
  const labels = labelsOf(first);
  requireChoices(first, labels, where);
  const names = new Set<string>();
  const prompts = templates.map((template): Prompt => {
    const { name } = template;
    if (names.has(name)) {
      throw new InputError({
        code: "duplicate-names",
        where,
        problem: "two prompts have the same name",
        got: name,
      });
    }
    names.add(name);
    const own = labelsOf(template);
    requireChoices(template, own, where);
    requireSameLabels(name, own, first.name, labels, where);
    const texts = textsOf(template);
    const choices = labels.map((label) => texts[own.indexOf(label)]);
    const lettered = placesOf(template.template).includes("choices");
    if (lettered && choices.length > mostLetters) {
      throw new InputError({
        code: "too-many-choices",
        where: `${where}: ${name}`,
        problem: "there are not enough letters for the choices",
        expected: `at most ${mostLetters}`,
        got: choices.length,
      });
    }
    const dynamic = choices.some((choice) => placesOf(choice).length > 0);
    return { name, template: template.template, choices, lettered, dynamic };
  });
  return { labels, prompts };
}

/** The prompt with its choices as a lettered list, where a model only says which letter comes next. */
export function withLetters(prompt: Prompt): Prompt {
  if (prompt.lettered) return prompt;
  return { ...prompt, template: `${prompt.template.trimEnd()}\n{{choices}}\nAnswer:`, lettered: true };
}

/** Names in double braces, each once. */
export function placesOf(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(place), ([, name]) => name))];
}

/** What an input must have for these prompts. */
export function fieldsOf({ prompts }: PromptSet): string[] {
  const all = prompts.flatMap(({ template, choices }) => [template, ...choices].flatMap(placesOf));
  return [...new Set(all)].filter((name) => name !== "choices");
}

/** A prompt for one input: what the model reads, and what may follow. */
export interface Filled {
  readonly text: string;
  readonly choices: readonly string[];
}

/** @throws InputError when the input lacks a field */
export function fill(prompt: Prompt, input: PromptInput, where: string): Filled {
  const choices = prompt.choices.map((choice) => replaced(choice, input, `${where}: ${prompt.name}`));
  if (!prompt.lettered) {
    return { text: replaced(prompt.template, input, `${where}: ${prompt.name}`), choices };
  }
  const letters = choices.map((_, y) => String.fromCharCode(65 + y));
  const list = choices.map((choice, y) => `${letters[y]}. ${choice}`).join("\n");
  return {
    text: replaced(prompt.template, { ...input, choices: list }, `${where}: ${prompt.name}`),
    choices: letters,
  };
}

function replaced(text: string, input: PromptInput, where: string): string {
  return text.replace(place, (_, name: string) => {
    if (Object.hasOwn(input, name)) return String(input[name]);
    const names = Object.keys(input);
    throw new InputError({
      code: "unknown-field",
      where,
      problem: `the inputs have no field for {{${name}}}`,
      expected: `one of ${names.join(", ")}`,
      got: name,
      hint: didYouMean(name, names),
    });
  });
}

function labelsOf({ choices }: PromptTemplate): string[] {
  return isList(choices) ? [...choices] : Object.keys(choices);
}

function textsOf({ choices }: PromptTemplate): string[] {
  return isList(choices) ? [...choices] : Object.values(choices);
}

function isList(choices: PromptTemplate["choices"]): choices is readonly string[] {
  return Array.isArray(choices);
}

function requireChoices(template: PromptTemplate, labels: readonly string[], where: string): void {
  const place = `${where}: ${template.name}`;
  if (labels.length < 2) {
    throw new InputError({
      code: "too-few",
      where: place,
      problem: "nothing to choose from",
      expected: "at least 2 choices",
      got: labels.length,
    });
  }
  const texts = textsOf(template);
  const twice = texts.find((text, y) => texts.indexOf(text) < y);
  if (twice !== undefined) {
    throw new InputError({
      code: "duplicate-choices",
      where: place,
      problem: "two choices read the same",
      got: twice,
    });
  }
  const empty = texts.findIndex((text) => text.trim() === "");
  if (empty < 0) return;
  throw new InputError({
    code: "empty-choice",
    where: place,
    problem: "a choice without a word has no probability",
    expected: "a text",
    got: texts[empty],
  });
}

function requireSameLabels(
  name: string,
  own: readonly string[],
  firstName: string,
  labels: readonly string[],
  where: string,
): void {
  if (own.length !== labels.length) {
    throw new InputError({
      code: "ragged-choices",
      where: `${where}: ${name}`,
      problem: `another number of choices than ${firstName} has`,
      expected: String(labels.length),
      got: own.length,
    });
  }
  const other = own.find((label) => !labels.includes(label));
  if (other === undefined) return;
  throw new InputError({
    code: "unknown-label",
    where: `${where}: ${name}`,
    problem: `${firstName} has no choice of this label`,
    expected: labels.join(", "),
    got: other,
    hint: didYouMean(other, labels) ?? "for other words write choices as a mapping, label: words",
  });
}
