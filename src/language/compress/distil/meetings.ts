// Synthetic meetings: documents whose right compression is known, and which words it keeps can only be said with what
// comes after them. A decision ("ann : so item 12 was passed with 30 dollars .") is kept; one that is taken back
// ("… no wait scratch that") is not; chit-chat with rare words and numbers is not.
import type { Random } from "../../../core/random.ts";
import type { LabelledText } from "./training.ts";

const names = list(
  "ann ben carl dora eve fred gina hugo iris jack kate liam mona nick olga paul rita sam tina ugo vera will yara zack abby bert cleo dean ella finn gwen hank ivan june kurt lena milo nora otto pia",
);
const verbs = list("passed rejected delayed approved");
const units = list("dollars votes weeks members");
const places = list(
  "paris rome oslo cairo lima delhi tokyo quito dakar seoul turin basel ghent leeds perth miami boston austin dallas denver malmo porto milan sofia kyoto osaka hanoi tunis accra natal",
);
const nouns = list("weather coffee traffic lunch garden concert holiday train");
const fillers = list("um well so then basically like okay right actually");

/** A decision as it can be read off a compression. */
export interface Decision {
  readonly verb: string;
  readonly amount: string;
  readonly unit: string;
}

export interface Meeting extends LabelledText {
  readonly decisions: readonly Decision[];
}

/** A meeting of 3 to 5 utterances. */
export function meeting(random: Random): Meeting {
  const words: string[] = [];
  const labels: boolean[] = [];
  const decisions: Decision[] = [];
  const say = (word: string, isKept = false) => {
    words.push(word);
    labels.push(isKept);
  };
  const one = (from: readonly string[]) => from[random.integer(from.length)];
  const number = () => String(2 + random.integer(98));
  const maybeFill = () => {
    if (random.uniform() < 0.5) say(one(fillers));
  };
  for (let utterances = 3 + random.integer(3); utterances > 0; utterances--) {
    const kind = random.uniform();
    if (kind >= 0.55) {
      chat(say, one, number, maybeFill);
      continue;
    }
    const isKept = kind < 0.35;
    const decision = { verb: one(verbs), amount: number(), unit: one(units) };
    say(one(names), isKept);
    say(":");
    maybeFill();
    say("item", isKept);
    say(number(), isKept);
    maybeFill();
    say("was");
    say(decision.verb, isKept);
    say("with");
    say(decision.amount, isKept);
    say(decision.unit, isKept);
    maybeFill();
    if (isKept) decisions.push(decision);
    else for (const word of ["no", "wait", "scratch", "that"]) say(word);
    say(".");
  }
  return { text: words.join(" "), labels, decisions };
}

type Say = (word: string) => void;

function chat(
  say: Say,
  one: (from: readonly string[]) => string,
  number: () => string,
  fill: () => void,
): void {
  say(one(names));
  say(":");
  fill();
  for (const word of ["the", one(nouns), "in", one(places), "took", number(), "days"]) say(word);
  fill();
  say(".");
}

/** The decisions that a pattern finds in the words kept: verb, number, unit, one after the other. */
export function decisionsIn(words: readonly string[]): Decision[] {
  return words.flatMap((verb, i) => {
    const [amount, unit] = words.slice(i + 1, i + 3);
    return verbs.includes(verb) && /^\d+$/.test(amount ?? "") && units.includes(unit)
      ? [{ verb, amount, unit }]
      : [];
  });
}

function list(words: string): readonly string[] {
  return words.split(" ");
}
