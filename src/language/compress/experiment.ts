import type { Experiment } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { card } from "./card.ts";
import { distilParts } from "./distil/experiment.ts";
import { byQuestion, onRealText, workedTable } from "./experiment-selection.ts";

export const experiment: Experiment = {
  id: card.id,
  run: (options = {}) =>
    inParts(
      card.id,
      {
        "the worked table": workedTable,
        "real text": () => onRealText(options),
        "with a question": () => byQuestion(options),
        ...distilParts(options),
      },
      options,
    ),
};
