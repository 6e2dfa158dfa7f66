/**
 * Turns frames into validated messages. The first frame that the table does not have ends all trust in the sender:
 * `violation` is called once, and no later frame is read.
 */
import type * as z from "zod/mini";
import { FRAME_PAYLOAD } from "./limits.ts";
import type { Port } from "./port.ts";

/** Receives messages of `table` from `port`. Without `violation`, a bad frame throws: then the sender is our own code. */
export function receive<Schema extends z.ZodMiniType>(
  port: Port,
  table: Schema,
  take: (message: z.output<Schema>, payload: Uint8Array<ArrayBuffer> | null) => void,
  violation?: (why: string) => void,
): void {
  let ended = false;
  port.receive(({ header, payload, broken }) => {
    if (ended) return;
    const parsed = table.safeParse(header);
    const why = broken !== undefined
      ? broken
      : !parsed.success
      ? "a message that the protocol does not have"
      : payload !== null && payload.length > FRAME_PAYLOAD
      ? "a payload that is too large"
      : null;
    if (why === null && parsed.success) return take(parsed.data, payload);
    ended = true;
    if (violation === undefined) throw new Error(`internal error: ${why}`);
    violation(why ?? "");
  });
}
