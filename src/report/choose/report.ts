import type { Environment } from "../../core/environment.ts";
import type { Aggregate, PromptComparison } from "../../language/choose/choose.ts";
import type { ChoiceMode } from "../../language/model/model.ts";

/** What a comparison found out, with what the reader needs to see of prompts and inputs. */
export interface ChooseFindings extends PromptComparison {
  readonly model?: string;
  readonly mode?: ChoiceMode;
  readonly aggregate?: Aggregate;
  /** What the endpoint did. */
  readonly usage?: {
    readonly calls: number;
    readonly cached: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
  };
  /** The prompt of which more was asked. */
  readonly explain?: string;
  readonly templates: readonly {
    readonly name: string;
    readonly template: string;
    readonly choices: readonly string[] | Readonly<Record<string, string>>;
  }[];
  /** The inputs of the matrix, in one line each. */
  readonly texts: readonly string[];
  /** Their labels, as numbers; −1 where not known. */
  readonly known?: readonly number[];
  readonly files: readonly { readonly path: string; readonly what: string }[];
}

/** What `surprisal choose` found out: plain JSON, the input of the terminal and the page. */
export interface ChooseReport extends ChooseFindings {
  /** The command that repeats this run. */
  readonly command: string;
  /** Of the prompts. */
  readonly file: string;
  readonly inputsFile?: string;
  readonly environment: Environment;
}
