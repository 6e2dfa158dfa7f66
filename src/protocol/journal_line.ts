/**
 * Lines for the journal: with the priority that it takes from the front of a line, and none of them such that it looks
 * like two. Room: system; no authority, pure.
 */

/** As sd-daemon(3) numbers them. */
const PRIORITIES = { debug: 7, info: 6, warning: 4, error: 3 } as const;
export type Level = keyof typeof PRIORITIES;

/**
 * Whether standard error goes to the journal. Whoever launches kato passes the variable on only where that is so: what
 * a service starts inherits it, a terminal's shell among it.
 */
export function isJournal(environment: Readonly<Record<string, string>>): boolean {
  return environment["JOURNAL_STREAM"] !== undefined;
}

/** Each line of `text` with its priority. */
export function withPriority(text: string, level: Level): string {
  return text.replace(/^(?=.)/gm, `<${PRIORITIES[level]}>`);
}

/** Characters that end a line somewhere, steer a terminal, turn text around or are not seen. */
const UNSEEN =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** As JSON would write them: in units of UTF-16. */
export function escapeControls(text: string): string {
  return text.replace(
    UNSEEN,
    (character) =>
      character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  );
}
