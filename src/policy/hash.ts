/** SHA-256. The only use of `node:` in this room: a computation, with no authority. */
import { createHash } from "node:crypto";

/** Of the text's UTF-8 bytes, in lower-case hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
