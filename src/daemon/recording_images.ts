/**
 * The images of recordings, each in a file of its own in a folder beside the recording. The decision on a file is on
 * record before the file exists. A writer of its own opens the file, and what it opened is compared as for a recording.
 * The image is on the disk before the text that links it is appended. Requires list on the export roots.
 */
import { dirname } from "@std/path";
import type { AuditBody } from "../audit/record.ts";
import { destinationOpened, imageDecided } from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import type { Allowed, Denial } from "../destination/decision.ts";
import { hasRoom, imageFolderOf } from "../destination/image_folder.ts";
import { measureFolder } from "../destination/lookup.ts";
import { entryAt } from "../disk/entry_at.ts";
import { flushFoldersOf } from "../disk/flush_folder.ts";
import { IMAGE_ENDINGS } from "../protocol/closed_sets.ts";
import { IMAGE_FOLDER_ENTRIES } from "../protocol/render_limits.ts";
import type { FromWriter, PreparedImage, ToWriter } from "../protocol/writer_messages.ts";
import type { DecideDestination, DecidingOptions } from "./decide_destination.ts";
import { openFile, type OpeningOptions, PLACELESS } from "./open_file.ts";
import type { KeptImages, Problem, RecorderContext } from "./recorder_context.ts";
import type { Recording } from "./recording.ts";
import { type WriterClient, WriterGone } from "./writer_client.ts";
import { createWriterPlaces, type Place } from "./writer_places.ts";

export interface ImageOptions extends OpeningOptions, Pick<DecidingOptions, "effective"> {
  /** The record is on the disk when it returns. */
  readonly audit: (body: AuditBody) => void;
}

export interface ImageWriter {
  readonly keep: RecorderContext["keepImages"];
  close(): void;
}

/** Images that are tried again, in this run: a new try with the same result is not on record again. */
const REMEMBERED = 1000;

/** The reasons that were recorded last. */
interface Told {
  readonly decided?: string;
  readonly opened?: string;
}

const EXTENSIONS = { extensions: IMAGE_ENDINGS };

interface Own {
  readonly options: ImageOptions;
  readonly decide: DecideDestination;
  /** By recording and path. */
  readonly told: Map<string, Told>;
}

export function createImageWriter(options: ImageOptions, decide: DecideDestination): ImageWriter {
  // One at a time, and never one of those that recordings wait for while they hold another.
  const places = createWriterPlaces(1);
  const own: Own = { options, decide, told: new Map() };
  return {
    async keep(recording, images, bytesOf) {
      const folder = imageFolderOf(recording.destination);
      const refused: Record<string, string> = {};
      for (const image of images) {
        const decision = decideImage(own, recording, `${folder}/${image.name}`, image);
        if (typeof decision === "string") refused[image.name] = decision;
        if (decision === null || typeof decision === "string") continue;
        const bytes = await bytesOf(image.name);
        if (bytes.length !== image.size) throw new WriterGone("it gave another image");
        const kept = await places.enter((place) => write(own, recording, decision, bytes, place));
        if (kept === null || "problem" in kept) return kept;
        Object.assign(refused, kept.refused);
      }
      return { refused };
    },
    close: places.close,
  };
}

/** Null: the file is there, and whole. A string: the reason of a denial. */
function decideImage(
  own: Own,
  recording: Recording,
  path: string,
  { size }: PreparedImage,
): Allowed | string | null {
  // The name tells the bytes, so a file of this name that is not longer is the image, or its beginning.
  const made = { has: (_: string, file: { readonly size: number }) => file.size <= size };
  const decision = own.decide("automatic", path, PLACELESS, made, EXTENSIONS);
  if (!decision.allow) return deny(own, recording, path, "decided", decision.reason);
  if (decision.existing?.size === size) return null;
  const reason = whyNot(own.options, recording, decision, size);
  return reason === null ? decision : deny(own, recording, path, "decided", reason);
}

/** Why an allowed place gets no image of `size` bytes. The text of a recording and its images count together. */
function whyNot(
  { effective }: ImageOptions,
  { destination }: Recording,
  { path, existing, directories }: Allowed,
  size: number,
): Denial | null {
  if (existing !== null && existing.size > size) return "not-created-by-kato";
  const beside = directories.length > 0 ? 0 : measureFolder(dirname(path), IMAGE_FOLDER_ENTRIES);
  if (typeof beside === "string") return beside;
  const used = (entryAt(destination)?.size ?? 0) + beside - (existing?.size ?? 0);
  return hasRoom(effective.policy, used, size) ? null : "too-large";
}

/** Returns the reason. */
function deny(
  own: Own,
  { id, ...recording }: Recording,
  path: string,
  step: keyof Told,
  reason: ReasonOf<"destination-opened">,
): string {
  const body = destinationOpened({ ...recording, destination: path }, null, "deny", reason, null);
  tell(own, keyOf(id, path), step, body);
  return reason;
}

function keyOf(recording: number, path: string): string {
  return `${recording} ${path}`;
}

function tell({ options, told }: Own, image: string, step: keyof Told, body: AuditBody): void {
  const known = told.get(image);
  if (known?.[step] === body.reason) return;
  // Behind the others, and only once the record is on the disk.
  told.delete(image);
  options.audit(body);
  told.set(image, { ...known, [step]: body.reason });
  if (told.size > REMEMBERED) told.delete([...told.keys()][0] ?? "");
}

async function write(
  own: Own,
  recording: Recording,
  decision: Allowed,
  bytes: Uint8Array<ArrayBuffer>,
  place: Place,
): Promise<KeptImages> {
  const { path, existing, directories } = decision;
  const image = keyOf(recording.id, path);
  // A process host makes the file as soon as its writer starts.
  tell(own, image, "decided", imageDecided({ ...recording, destination: path }));
  const opened = await openFile(own.options, own.decide, recording, decision, place, EXTENSIONS);
  if ("reason" in opened) {
    const { reason, why } = opened;
    deny(own, recording, path, "opened", reason);
    if (reason === "cannot-open") return { problem: { why, kind: "machine" } };
    return { refused: { [path.slice(path.lastIndexOf("/") + 1)]: reason } };
  }
  const { writer } = opened;
  try {
    if (existing === null) flushFoldersOf([...directories, path]);
    const found = existing === null ? "created" : "opened";
    const body = destinationOpened({ ...recording, destination: path }, null, "allow", found, null);
    tell(own, image, "opened", body);
    const problem = await fill(writer, path, opened.size, bytes);
    if (problem !== null) return { problem };
    own.told.delete(image);
    return { refused: {} };
  } finally {
    writer.end();
  }
}

/** Null: the file holds `bytes`, on the disk. */
async function fill(
  writer: WriterClient,
  path: string,
  size: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Problem | null> {
  const steps: readonly (readonly [ToWriter, FromWriter["type"], Uint8Array<ArrayBuffer>?])[] = [
    ...(size === 0 ? [] : [[{ type: "truncate", length: 0 }, "truncated"] as const]),
    [{ type: "prepare-bytes", delivery: 1 }, "prepared", bytes],
    [{ type: "append", delivery: 1, size: 0 }, "appended"],
    [{ type: "close" }, "closed"],
  ];
  for (const [question, expected, payload] of steps) {
    const { message } = await writer.ask(question, payload);
    if (message.type === "failed") {
      return { why: `cannot ${message.action} ${path}: ${message.message}`, kind: "machine" };
    }
    if (message.type !== expected) return { why: `another program writes ${path}`, kind: "machine" };
  }
  return null;
}
