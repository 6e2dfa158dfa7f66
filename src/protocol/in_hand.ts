/** What a parser is working on and may die of: a session, or logs whose session it is finding out. */
import * as z from "zod/mini";
import { LOOKS, PATH_BYTES } from "./limits.ts";

export const logInHand = z.strictObject({
  path: z.string().check(z.maxLength(PATH_BYTES)),
  /** A log of another size counts as another log. */
  size: z.int(),
});
export type LogInHand = z.infer<typeof logInHand>;

export const logsInHand = z.array(logInHand).check(z.maxLength(LOOKS));

export type InHand = { readonly session: string } | { readonly logs: LogInHand[] };

/** One text, as it is kept over a crash. */
export function markOf(inHand: InHand): string {
  return "session" in inHand ? inHand.session : JSON.stringify(inHand.logs);
}

/** No client's session id begins like a list of logs. */
export function inHandOf(mark: string): InHand {
  if (!mark.startsWith("[{")) return { session: mark };
  return { logs: logsInHand.parse(JSON.parse(mark)) };
}
