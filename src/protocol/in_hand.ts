/**
 * What a parser has in its hands, and may go down with: a session, or logs that it looks at to learn whose they are.
 * Room: protocol; no authority.
 */
import * as z from "zod/mini";
import { LOOKS, PATH_BYTES } from "./limits.ts";

export const logInHand = z.strictObject({
  path: z.string().check(z.maxLength(PATH_BYTES)),
  /** One that has another size is another log. */
  size: z.int(),
});
export type LogInHand = z.infer<typeof logInHand>;

export const logsInHand = z.array(logInHand).check(z.maxLength(LOOKS));

export type InHand = { readonly session: string } | { readonly logs: LogInHand[] };

/** As one text, in which form it is kept over a crash. */
export function markOf(inHand: InHand): string {
  return "session" in inHand ? inHand.session : JSON.stringify(inHand.logs);
}

/** No client's session is called as a list of logs is written. */
export function inHandOf(mark: string): InHand {
  if (!mark.startsWith("[{")) return { session: mark };
  return { logs: logsInHand.parse(JSON.parse(mark)) };
}
