/** Standard output of a role's process carries frames alone: a line of text there would end the role. */

const LOUD = [
  "log",
  "info",
  "debug",
  "dir",
  "dirxml",
  "table",
  "count",
  "timeLog",
  "timeEnd",
  "group",
] as const;

/** Sends everything that a console prints to standard error. */
export function quietConsole(): void {
  for (const method of LOUD) console[method] = console.error;
}
