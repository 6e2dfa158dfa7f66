/** Standard output of a role's process is for frames alone: a line of text there would end the role. Room: hosts. */

/** Has everything that a console prints go to standard error, whoever prints it. */
export function quietConsole(): void {
  const say = console.error;
  for (
    const method of [
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
    ] as const
  ) {
    console[method] = say;
  }
}
