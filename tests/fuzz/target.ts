/** What the fuzzer tries. */

export interface Target {
  readonly name: string;
  /** What its format knows: names, marks. */
  readonly words: readonly string[];
  /** Work that any input may make, and each character of it: executions of blocks of kato's code. */
  readonly steps: { readonly any: number; readonly each: number };
  seeds(): readonly string[];
  run(input: string): void;
}

/** Why an input made more work than its length allows; null when it did not. */
export function isTooMuch(
  { name, steps: { any, each } }: Target,
  input: string,
  steps: number,
): string | null {
  return steps <= any + each * input.length ? null : `${name}: more work than its length allows`;
}
