/**
 * Starts a writer for exactly the file that was decided, and compares the opened file with the decision before the file gets
 * a byte. Requires list on the export roots.
 */
import type { ReasonOf } from "../audit/reasons.ts";
import type { Allowed, Request } from "../destination/decision.ts";
import type { Host } from "../hosts/host.ts";
import type { Grant } from "../protocol/grant.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import type { DecideDestination } from "./decide_destination.ts";
import type { FileIdentity, Recording } from "./recording.ts";
import { askWriter, type WriterClient, WriterGone } from "./writer_client.ts";
import type { Place } from "./writer_places.ts";

export interface OpeningOptions {
  readonly host: Host;
  /** The grants of profile `writer:<destination>`. */
  readonly grantsFor: (destination: string, directories: readonly string[]) => readonly Grant[];
  /** The writer of this recording broke the protocol and was ended. */
  readonly violated: (recording: Recording, why: string) => void;
}

export type OpenedFileOf =
  | { readonly writer: WriterClient; readonly file: OpenedFile; readonly size: number }
  /** `reason`: a code for the audit log; `detail`: the words of who refused. */
  | {
    readonly reason: ReasonOf<"destination-opened">;
    readonly detail: string | null;
    readonly why: string;
  };

/** @param change What is different for a file that belongs to the recording. */
export async function openFile(
  options: OpeningOptions,
  decide: DecideDestination,
  recording: Recording,
  decision: Allowed,
  place: Pick<Place, "heldUntil">,
  change: Pick<Request, "extensions"> = {},
): Promise<OpenedFileOf> {
  const { path } = decision;
  const cannot = (detail: string, words: string) =>
    ({ reason: "cannot-open", detail, why: `cannot open ${path}: ${words}` }) as const;
  const started = await startWriter(options, recording, decision, place).catch((error: unknown) => {
    if (!(error instanceof WriterGone)) throw error;
    return error.message;
  });
  if (typeof started === "string") return cannot(started, started);
  const { writer, message, file } = started;
  if (message.type !== "opened") {
    writer.end();
    if (message.type !== "failed") throw new WriterGone("it answered out of turn");
    return cannot(message.code, message.message);
  }
  if (file === null) {
    writer.end();
    throw new WriterGone("nobody said what it opened");
  }
  const difference = compare(decide, file, decision, change);
  if (difference !== null) {
    writer.end();
    const why = `what was opened is not what was decided (${difference}); nothing was written`;
    return { reason: difference, detail: null, why };
  }
  return { writer, file, size: message.size };
}

/** Starts the writer and asks it to open. Rejects with a WriterGone. */
async function startWriter(
  { host, grantsFor, violated }: OpeningOptions,
  recording: Recording,
  { path: destination, existing, directories: folders }: Allowed,
  place: Pick<Place, "heldUntil">,
) {
  const opening = { destination, create: existing === null, folders };
  const role = host.start("writer", `writer:${destination}`, grantsFor(destination, folders), opening);
  place.heldUntil(role.over);
  const writer = askWriter(role, (why) => violated(recording, why));
  // The monitor makes a new file before the writer begins.
  const made = host.name === "processes";
  const question = { create: opening.create && !made, directories: made ? [] : [...folders] };
  const { message } = await writer.ask({ type: "open", destination, ...question });
  if (message.type !== "opened") return { writer, message, file: null };
  // Where the monitor opened the file, only the monitor says what it is.
  return { writer, message, file: made ? role.given() : message.file };
}

/** How the opened file differs from the decision, or from the file that is at the path now. */
function compare(
  decide: DecideDestination,
  opened: OpenedFile,
  { existing, path }: Allowed,
  change: Pick<Request, "extensions">,
): ReasonOf<"destination-opened"> | null {
  if (!opened.isFile) return "not-a-regular-file";
  if (opened.links !== 1) return "hard-link";
  if (existing !== null && !isSame(existing, opened)) return "swapped";
  const made = new Set([`${opened.dev}:${opened.ino}`]);
  // A folder above it may have become a link since the decision.
  const again = decide("automatic", path, PLACELESS, made, change);
  if (!again.allow) return again.reason === "too-large" ? null : "swapped";
  return again.existing !== null && isSame(again.existing, opened) ? null : "swapped";
}

/** For decisions in which no name is generated. */
export const PLACELESS: SessionMeta = {
  provider: "claude-code",
  session: "none",
  title: null,
  project: null,
  started: null,
  client: null,
};

export function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
