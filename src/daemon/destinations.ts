/**
 * Opens the destinations of recordings: looks the path up, has policy decide, starts a writer for exactly that file, and
 * compares the opened file with the decision before the file gets a byte. Requires list on the export roots.
 */
import { after } from "../hosts/timers.ts";
import type { Allowed, Asker } from "../destination/decision.ts";
import { destinationOpened } from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import type { AuditBody } from "../audit/record.ts";
import { WRITERS } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import { flushFoldersOf } from "../disk/flush_folder.ts";
import { systemWords } from "../disk/entry_at.ts";
import { mendPlace } from "../destination/mend_place.ts";
import { createDecision, type DecideDestination, type DecidingOptions } from "./decide_destination.ts";
import { isSame, openFile, type OpeningOptions } from "./open_file.ts";
import { createImageWriter } from "./recording_images.ts";
import type { OpenResult, Problem } from "./recorder_context.ts";
import { type Denials, watchDenials } from "./mended.ts";
import type { FileIdentity, Recording } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import { StateError } from "./state.ts";
import { createWriterPlaces, type Place } from "./writer_places.ts";

export interface DestinationsOptions extends DecidingOptions, OpeningOptions {
  /** The record is on the disk when it returns. */
  readonly audit: (body: AuditBody) => void;
  /** The destination of this recording was denied, and is allowed now. */
  readonly mended: (recording: number) => void;
}

export type Destinations = ReturnType<typeof createDestinations>;

export function createDestinations(options: DestinationsOptions) {
  const places = createWriterPlaces(WRITERS);
  const decide = createDecision(options);
  const look = (recording: number) => lookAgain(options.recordings, decide, recording);
  const denials = watchDenials({ look, mended: options.mended, after });
  const openings: Openings = { options, decide, denials, reported: new Map() };
  const images = createImageWriter(options, decide);
  return {
    decide: (asker: Asker, destination: string | null, meta: SessionMeta) => decide(asker, destination, meta),
    open: (recording: Recording) => places.enter((place) => open(openings, recording, place)),
    keepImages: images.keep,
    /** Gives quiet writers back. */
    tend: places.tend,
    /** Openings that still wait come to nothing. */
    close() {
      denials.close();
      places.close();
      images.close();
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
    if (!recordings.isActive(id)) return "over";
    const { destination, head } = recordings.get(id);
    return decide("automatic", destination, head.meta).allow ? "allowed" : "denied";
  } catch (error) {
    // The next try meets the same, and shows it.
    if (!(error instanceof StateError)) throw error;
    return "denied";
  }
}

async function open(openings: Openings, recording: Recording, place: Place): Promise<OpenResult> {
  const { decide, denials, options: { effective, home, recordings } } = openings;
  const decision = decide("automatic", recording.destination, recording.head.meta);
  denials.delete(recording.id);
  if (decision.allow) {
    // The decision may have found that the file's disk has another number.
    const { file } = recordings.get(recording.id);
    return await openDecided(openings, { ...recording, file }, decision, place);
  }
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
  const opened = await openFile(openings.options, openings.decide, recording, decision, place);
  if ("reason" in opened) {
    const { reason, detail, why } = opened;
    return deny(openings, recording, reason, detail, { why, kind: "machine" });
  }
  const { writer, file, size } = opened;
  take(openings, recording, decision, file, size);
  return { writer, place, size, isSame: recording.file === null || isSame(recording.file, file) };
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
  const there = identify(path);
  const birth = there !== null && isSame(there, file) ? there.birth : null;
  recordings.setFile(recording.id, file, size, isOurs ? { path, birth } : null, birth);
}

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
