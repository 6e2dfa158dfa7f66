/** Standard output of a role's process carries frames alone: a line of text there would end the role. */

/** The functions of a console that print nothing, or print on standard error already. All others are replaced. */
const QUIET: readonly string[] = [
  "error",
  "warn",
  "assert",
  "trace",
  "time",
  "countReset",
  "groupEnd",
  "profile",
  "profileEnd",
  "timeStamp",
  "createTask",
  "context",
];

/** Sends everything that a console prints to standard error. */
export function quietConsole(): void {
  const functions: Record<string, unknown> = { ...console };
  for (const [name, own] of Object.entries(functions)) {
    if (typeof own === "function" && !QUIET.includes(name)) Object.assign(console, { [name]: console.error });
  }
}
