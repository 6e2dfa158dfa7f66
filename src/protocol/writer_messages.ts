/**
 * The closed table of messages between orchestrator and writer. An append takes two steps, so that it happens exactly
 * once: the writer says what it would append (`prepared`), the orchestrator commits that to its state and says
 * `append`, and only then the writer writes and flushes.
 */
import * as z from "zod/mini";
import { IMAGE_ENDINGS } from "./closed_sets.ts";
import { redactedCounts, redaction } from "./redaction.ts";
import { renderHead } from "./render.ts";
import { IMAGE_BYTES, IMAGES_KEPT } from "./render_limits.ts";

const delivery = z.int();

/** Identity of a file, whatever its name. */
const openedFile = z.strictObject({
  dev: z.number(),
  ino: z.number(),
  links: z.int(),
  isFile: z.boolean(),
});
export type OpenedFile = z.infer<typeof openedFile>;

/** The writer may name any file, so its names have one form. */
const imageName = z.string().check(z.regex(new RegExp(`^[0-9a-f]{32}\\.(?:${IMAGE_ENDINGS.join("|")})$`)));

const preparedImage = z.strictObject({
  name: imageName,
  size: z.int().check(z.positive(), z.maximum(IMAGE_BYTES)),
});
export type PreparedImage = z.infer<typeof preparedImage>;

export const toWriter = z.discriminatedUnion("type", [
  /** Create the file (exclusively, mode 0600, after its `directories`, mode 0700), or open it for appending. */
  z.strictObject({
    type: z.literal("open"),
    destination: z.string(),
    create: z.boolean(),
    directories: z.array(z.string()),
  }),
  /**
   * Render. The payload's first line is the renderer's state (`null` to begin); the rest is events. `finish`: no event
   * will follow, so write everything that waits. Without `redaction`, secrets are replaced as they are by default.
   */
  z.strictObject({
    type: z.literal("prepare"),
    delivery,
    head: renderHead,
    finish: z.boolean(),
    redaction: z.optional(redaction),
    /** With the images in files of the folder `folder` beside the destination; `refused`: why not, by their names. */
    images: z.optional(z.strictObject({
      folder: z.string(),
      refused: z.record(z.string(), z.string()),
    })),
  }),
  /** Give the bytes of an image of what was prepared. */
  z.strictObject({ type: z.literal("image"), delivery, name: imageName }),
  /** Prepare the payload itself. */
  z.strictObject({ type: z.literal("prepare-bytes"), delivery }),
  /** `size`: the size that the file must have; else nothing is written and the answer is `changed`. */
  z.strictObject({ type: z.literal("append"), delivery, size: z.int() }),
  /** Cut text that a crash left half written. */
  z.strictObject({ type: z.literal("truncate"), length: z.int() }),
  z.strictObject({ type: z.literal("close") }),
]);
export type ToWriter = z.infer<typeof toWriter>;

export const fromWriter = z.discriminatedUnion("type", [
  /** `file` is null when the monitor reports it. */
  z.strictObject({ type: z.literal("opened"), file: z.nullable(openedFile), size: z.int() }),
  /** The payload is the renderer's state after this delivery. The text links `images`, each in the folder for images. */
  z.strictObject({
    type: z.literal("prepared"),
    delivery,
    length: z.int(),
    images: z.optional(z.array(preparedImage).check(z.maxLength(IMAGES_KEPT))),
    /** The secrets that were replaced in this delivery; missing where there were none. */
    redacted: z.optional(redactedCounts),
  }),
  /** The payload is the image. */
  z.strictObject({ type: z.literal("image"), name: imageName }),
  z.strictObject({ type: z.literal("appended"), delivery, size: z.int() }),
  z.strictObject({ type: z.literal("changed"), delivery, size: z.int() }),
  z.strictObject({ type: z.literal("truncated"), size: z.int() }),
  z.strictObject({ type: z.literal("closed") }),
  /** The file system refused; `action` names the attempt. */
  z.strictObject({ type: z.literal("failed"), action: z.string(), code: z.string(), message: z.string() }),
]);
export type FromWriter = z.infer<typeof fromWriter>;

const NEWLINE = 0x0a;

/** Payload of `prepare`. `state`: the renderer's state from the last `prepared`; null to begin. */
export function preparePayload(state: Uint8Array | null, events: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = state ?? new TextEncoder().encode("null");
  const whole = new Uint8Array(first.length + 1 + events.length);
  whole.set(first);
  whole[first.length] = NEWLINE;
  whole.set(events, first.length + 1);
  return whole;
}
