/** Counts tokens as the model that will read the prompt does. */
export interface Tokenizer {
  readonly name: string;
  /** Tokens of a text, without begin and end marks. */
  count(text: string): number;
  /**
   * The count that binds when it can only be asked for, such as an endpoint's: `count` then plans, and what this says
   * of the result stays within the budget.
   */
  confirm?(text: string, options?: { signal?: AbortSignal }): Promise<number>;
}
