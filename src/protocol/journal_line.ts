/** Lines for the journal: each has its priority in front, and none can look like two. */

/** As sd-daemon(3) numbers them. */
const PRIORITIES = { debug: 7, info: 6, warning: 4, error: 3 } as const;
export type Level = keyof typeof PRIORITIES;

/**
 * Whether standard error goes to the journal. The launcher passes the variable on only if it does: everything that a
 * service starts inherits it, even a terminal's shell.
 */
export function isJournal(environment: Readonly<Record<string, string>>): boolean {
  return environment["JOURNAL_STREAM"] !== undefined;
}

/** Puts the priority in front of each line of `text`. */
export function withPriority(text: string, level: Level): string {
  return text.replace(/^(?=.)/gm, `<${PRIORITIES[level]}>`);
}

/** Characters that end a line, steer a terminal, change the direction of text, or are invisible. */
const UNSEEN =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Escapes them as JSON does, in units of UTF-16. */
export function escapeControls(text: string): string {
  return text.replace(
    UNSEEN,
    (character) =>
      character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  );
}
