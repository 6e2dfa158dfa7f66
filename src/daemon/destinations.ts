/**
 * Opens the destinations of recordings: looks the path up, has policy decide, starts a writer for exactly that file, and
 * compares the opened file with the decision before the file gets a byte. Requires list on the export roots.
 */
import type { Host } from "../hosts/host.ts";
import { after } from "../hosts/timers.ts";
import type { Allowed, Asker } from "../destination/decision.ts";
import { destinationOpened } from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import type { AuditBody } from "../audit/record.ts";
import type { Grant } from "../protocol/grant.ts";
import { WRITERS } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import { flushFoldersOf } from "../disk/flush_folder.ts";
import { systemWords } from "../disk/entry_at.ts";
import { mendPlace } from "../destination/mend_place.ts";
import { createDecision, type DecideDestination, type DecidingOptions } from "./decide_destination.ts";
import type { OpenResult, Problem } from "./recorder_context.ts";
import { type Denials, watchDenials } from "./mended.ts";
import type { FileIdentity, Recording } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import { StateError } from "./state.ts";
import { askWriter, WriterGone } from "./writer_client.ts";
import { createWriterPlaces, type Place } from "./writer_places.ts";

export interface DestinationsOptions extends DecidingOptions {
  readonly host: Host;
  /** The grants of profile `writer:<destination>`. */
  readonly grantsFor: (destination: string, directories: readonly string[]) => readonly Grant[];
  /** The record is on the disk when it returns. */
  readonly audit: (body: AuditBody) => void;
  /** The destination of this recording was denied, and is allowed now. */
  readonly mended: (recording: number) => void;
  /** The writer of this recording broke the protocol and was ended. */
  readonly violated: (recording: Recording, why: string) => void;
}

export type Destinations = ReturnType<typeof createDestinations>;

export function createDestinations(options: DestinationsOptions) {
  const places = createWriterPlaces(WRITERS);
  const decide = createDecision(options);
  const look = (recording: number) => lookAgain(options.recordings, decide, recording);
  const denials = watchDenials({ look, mended: options.mended, after });
  const openings: Openings = { options, decide, denials, reported: new Map() };
  return {
    decide: (asker: Asker, destination: string | null, meta: SessionMeta) => decide(asker, destination, meta),
    open: (recording: Recording) => places.enter((place) => open(openings, recording, place)),
    /** Gives quiet writers back. */
    tend: places.tend,
    /** Openings that still wait come to nothing. */
    close() {
      denials.close();
      places.close();
    },
    unchanged({ destination, file }: Recording) {
      const there = identify(destination);
      return there !== null && file !== null && isSame(there, file);
    },
  };
}

interface Openings {
  readonly options: DestinationsOptions;
  readonly decide: DecideDestination;
  readonly denials: Denials;
  /** The latest denial of each recording. A new try with the same result is not recorded again. */
  readonly reported: Map<number, string>;
}

function lookAgain(
  recordings: RecordingsStore,
  decide: DecideDestination,
  id: number,
): "denied" | "allowed" | "over" {
  try {
    const { active, destination, head } = recordings.get(id);
    if (!active) return "over";
    return decide("automatic", destination, head.meta).allow ? "allowed" : "denied";
  } catch (error) {
    // The next try meets the same, and shows it.
    if (!(error instanceof StateError)) throw error;
    return "denied";
  }
}

async function open(openings: Openings, recording: Recording, place: Place): Promise<OpenResult> {
  const { decide, denials, options: { effective, home } } = openings;
  const decision = decide("automatic", recording.destination, recording.head.meta);
  denials.delete(recording.id);
  if (decision.allow) return await openDecided(openings, recording, decision, place);
  denials.add(recording.id);
  const { reason, message } = decision;
  const mend = mendPlace(decision, { effective, home });
  const why = mend === null ? message : `${message} ${mend}`;
  return deny(openings, recording, reason, null, { why, kind: KINDS[reason] ?? "denied" });
}

/** Records the denial. */
function deny(
  { reported, options }: Openings,
  recording: Recording,
  reason: ReasonOf<"destination-opened">,
  detail: string | null,
  problem: Problem,
): { readonly problem: Problem } {
  const denial = `${reason} ${detail}`;
  if (reported.get(recording.id) !== denial) {
    options.audit(destinationOpened(recording, null, "deny", reason, detail));
    reported.set(recording.id, denial);
  }
  return { problem };
}

async function openDecided(
  openings: Openings,
  recording: Recording,
  decision: Allowed,
  place: Place,
): Promise<OpenResult> {
  const { path } = decision;
  const cannot = (detail: string, words: string) => {
    const why = `cannot open ${path}: ${words}`;
    return deny(openings, recording, "cannot-open", detail, { why, kind: "machine" });
  };
  const started = await startWriter(openings.options, recording, decision, place).catch((error: unknown) => {
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
  const difference = compare(openings.decide, file, decision);
  if (difference !== null) {
    writer.end();
    const why = `what was opened is not what was decided (${difference}); nothing was written`;
    return deny(openings, recording, difference, null, { why, kind: "machine" });
  }
  const { size } = message;
  take(openings, recording, decision, file, size);
  return { writer, place, size, isSame: recording.file === null || isSame(recording.file, file) };
}

/** Starts the writer and asks it to open. Rejects with a WriterGone. */
async function startWriter(
  { host, grantsFor, violated }: DestinationsOptions,
  recording: Recording,
  { path: destination, existing, directories: folders }: Allowed,
  place: Place,
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
): ReasonOf<"destination-opened"> | null {
  if (!opened.isFile) return "not-a-regular-file";
  if (opened.links !== 1) return "hard-link";
  if (existing !== null && !isSame(existing, opened)) return "swapped";
  const made = new Set([`${opened.dev}:${opened.ino}`]);
  // A folder above it may have become a link since the decision.
  const again = decide("automatic", path, PLACELESS, made);
  if (!again.allow) return again.reason === "too-large" ? null : "swapped";
  return again.existing !== null && isSame(again.existing, opened) ? null : "swapped";
}

/** The opened file is the one that was decided. */
function take(
  { reported, options: { recordings, audit } }: Openings,
  recording: Recording,
  { path, existing, directories }: Allowed,
  { dev, ino }: OpenedFile,
  size: number,
): void {
  const file = { dev, ino };
  const create = existing === null;
  const isOurs = create || (recording.file === null && size === 0);
  // The writer may write to its file and nothing else, so the folder's entry is flushed here.
  if (isOurs) flushFoldersOf([...directories, path]);
  const found = howItWasFound(recording, file, create, recordings.isAsLeft(path, file, size));
  audit(destinationOpened(recording, null, "allow", found, null));
  reported.delete(recording.id);
  const made = isOurs ? { path, birth: identify(path)?.birth ?? null } : null;
  recordings.setFile(recording.id, file, size, made);
}

/** For decisions in which no name is generated. */
const PLACELESS: SessionMeta = {
  provider: "claude-code",
  session: "none",
  title: null,
  project: null,
  started: null,
  client: null,
};

/** Denials that do not come from policy and may pass. All others are `denied`. */
const KINDS: Readonly<Record<string, Problem["kind"]>> = {
  "unreadable": "machine",
  "no-such-root": "machine",
  "too-large": "full",
};

/** Null when nothing is there or it cannot be looked at: the decision looks again, and says why. */
function identify(
  path: string,
): FileIdentity & { readonly size: number; readonly birth: number | null } | null {
  try {
    const { dev, ino, size, birthtime } = Deno.lstatSync(path);
    return { dev, ino: ino ?? 0, size, birth: birthtime?.getTime() ?? null };
  } catch (error) {
    // This process has no permission for it: policy has become narrower.
    if (error instanceof Deno.errors.NotCapable || systemWords(error) !== null) return null;
    throw error;
  }
}

/** What happened to the file since kato had it open last. */
function howItWasFound(
  recording: Recording,
  opened: FileIdentity,
  create: boolean,
  asLeft: boolean,
): ReasonOf<"destination-opened"> {
  if (recording.file === null) return create ? "created" : "opened";
  if (create) return "created-again";
  if (!isSame(recording.file, opened)) return "replaced-by-user";
  return asLeft ? "opened" : "edited-by-user";
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
