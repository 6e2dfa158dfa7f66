/** `state/forgotten/sessions.json`: the sessions that a person had forgotten, so that no search takes them in again. */
import * as z from "zod/mini";
import { providerId } from "./provider_id.ts";

export const forgottenList = z.strictObject({
  v: z.literal(1),
  sessions: z.array(z.strictObject({ provider: providerId, session: z.string() })),
});
export type ForgottenList = z.infer<typeof forgottenList>;
