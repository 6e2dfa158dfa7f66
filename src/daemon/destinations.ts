/**
 * Opens the destinations of recordings: looks the path up, has policy decide, starts a writer for exactly that file, and
 * compares the opened file with the decision before the file gets a byte. Requires list on the export roots.
 */
import type { Host, Opening } from "../hosts/host.ts";
import { after } from "../hosts/timers.ts";
import { decide } from "../destination/decide.ts";
import type { Asker, Created, Decision, Lookup, Request } from "../destination/decision.ts";
import { generateName } from "../destination/generated_name.ts";
import { resolveRequest } from "../destination/path.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { destinationOpened } from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import type { AuditBody } from "../audit/record.ts";
import type { Grant } from "../protocol/grant.ts";
import { WRITERS } from "../protocol/limits.ts";
import type { SessionMeta } from "../protocol/session.ts";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import { flushFoldersOf } from "../disk/flush_folder.ts";
import { systemWords } from "../disk/entry_at.ts";
import { lookUp } from "../destination/lookup.ts";
import { mendPlace } from "../destination/mend_place.ts";
import type { OpenResult, Problem } from "./recorder_context.ts";
import { watchDenials } from "./mended.ts";
import type { FileIdentity, Recording } from "./recording.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import { StateError } from "./state.ts";
import { askWriter, WriterGone } from "./writer_client.ts";
import { createWriterPlaces, type Place } from "./writer_places.ts";

export interface DestinationsOptions {
  readonly effective: Pick<EffectivePolicy, "policy" | "enforced">;
  readonly home: string;
  readonly uid: number;
  readonly providerRoots: readonly string[];
  readonly timeZone: string;
  /** The template for generated names. */
  readonly fileName: string;
  readonly host: Host;
  readonly recordings: RecordingsStore;
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
  const { effective, home, recordings, host, audit } = options;
  const { policy } = effective;
  const places = createWriterPlaces(WRITERS);

  /**
   * Files that kato made. The monitor makes a file before its identity is noted, and kato may end in between: an empty
   * file at an active recording's path is that one. An editor may have replaced the file of a recording that was open
   * before: the person chose that path.
   */
  const created: Created = {
    has: (identity, file) =>
      recordings.created.has(identity, file) ||
      recordings.ofDestination(file.path).some((holder) =>
        holder.active && (holder.file !== null || file.size === 0)
      ),
  };

  /** The realpath of each root when this run saw it first. */
  const grounds = new Map<string, string>();

  /** A link above a root may lead elsewhere now. That root is not the one that policy named, and does not count. */
  function lookAround(path: string): Lookup {
    const lookup = lookUp(path, policy.destinations.roots, home);
    const realRoots = Object.entries(lookup.realRoots).filter(([root, real]) => {
      if (!grounds.has(root)) grounds.set(root, real);
      return grounds.get(root) === real;
    });
    return { ...lookup, realRoots: Object.fromEntries(realRoots) };
  }
  lookAround(policy.destinations.default_root);

  function decideFor(
    asker: Asker,
    destination: string | null,
    meta: SessionMeta,
    made: Created = created,
  ): Decision {
    const request: Request = {
      asker,
      destination,
      generated: generateName(meta, options.timeZone, options.fileName),
      home,
      cwd: null,
      uid: options.uid,
      providerRoots: options.providerRoots,
      created: made,
      force: false,
    };
    const resolved = resolveRequest(policy, request);
    if ("allow" in resolved) return resolved;
    const lookup = lookAround(resolved.path);
    if (lookup.blocked === null) {
      recordings.forgetOthers(
        lookup.path,
        lookup.components.find(({ path }) => path === lookup.path) ?? null,
      );
    }
    return decide(policy, request, resolved.path, lookup);
  }

  /** The latest denial of each recording. A new try with the same result is not recorded again. */
  const refusals = new Map<number, string>();

  function report(
    recording: Recording,
    decision: "allow" | "deny",
    reason: ReasonOf<"destination-opened">,
    detail: string | null,
  ): void {
    const refusal = `${reason} ${detail}`;
    if (decision === "deny" && refusals.get(recording.id) === refusal) return;
    audit(destinationOpened(recording, null, decision, reason, detail));
    if (decision === "deny") refusals.set(recording.id, refusal);
    else refusals.delete(recording.id);
  }

  /** Starts the writer and asks it to open. Rejects with a WriterGone. */
  async function startWriter(recording: Recording, opening: Opening, place: Place) {
    const { destination, create, folders } = opening;
    const role = host.start(
      "writer",
      `writer:${destination}`,
      options.grantsFor(destination, folders),
      opening,
    );
    place.heldUntil(role.over);
    const writer = askWriter(role, (why) => options.violated(recording, why));
    // The monitor makes a new file before the writer begins.
    const made = host.name === "processes";
    const question = { create: create && !made, directories: made ? [] : [...folders] };
    const { message } = await writer.ask({ type: "open", destination, ...question });
    if (message.type !== "opened") return { writer, message, file: null };
    // Where the monitor opened the file, only the monitor says what it is.
    return { writer, message, file: made ? role.given() : message.file };
  }

  const denials = watchDenials({ look: lookAgain, mended: options.mended, after });

  function lookAgain(id: number): "denied" | "allowed" | "over" {
    try {
      const { active, destination, head } = recordings.get(id);
      if (!active) return "over";
      return decideFor("automatic", destination, head.meta).allow ? "allowed" : "denied";
    } catch (error) {
      // The next try meets the same, and shows it.
      if (!(error instanceof StateError)) throw error;
      return "denied";
    }
  }

  async function open(recording: Recording, place: Place): Promise<OpenResult> {
    const decision = decideFor("automatic", recording.destination, recording.head.meta);
    denials.delete(recording.id);
    if (!decision.allow) {
      denials.add(recording.id);
      report(recording, "deny", decision.reason, null);
      const mend = mendPlace(decision, { effective, home });
      const why = mend === null ? decision.message : `${decision.message} ${mend}`;
      return { problem: { why, kind: KINDS[decision.reason] ?? "denied" } };
    }
    const { path, existing, directories } = decision;
    const create = existing === null;
    const opening = { destination: path, create, folders: directories };
    const started = await startWriter(recording, opening, place).catch((error: unknown) => {
      if (!(error instanceof WriterGone)) throw error;
      return error.message;
    });
    if (typeof started === "string") {
      report(recording, "deny", "cannot-open", started);
      return { problem: { why: `cannot open ${path}: ${started}`, kind: "machine" } };
    }
    const { writer, message, file } = started;
    if (message.type !== "opened") {
      writer.end();
      if (message.type !== "failed") throw new WriterGone("it answered out of turn");
      report(recording, "deny", "cannot-open", message.code);
      return { problem: { why: `cannot open ${path}: ${message.message}`, kind: "machine" } };
    }
    if (file === null) {
      writer.end();
      throw new WriterGone("nobody said what it opened");
    }
    const difference = compare(file, existing, path);
    if (difference !== null) {
      writer.end();
      report(recording, "deny", difference, null);
      const why = `what was opened is not what was decided (${difference}); nothing was written`;
      return { problem: { why, kind: "machine" } };
    }
    const { dev, ino } = file;
    const { size } = message;
    const isOurs = create || (recording.file === null && size === 0);
    // The writer may write to its file and nothing else, so the folder's entry is flushed here.
    if (isOurs) flushFoldersOf([...directories, path]);
    const found = howItWasFound(recording, file, create, recordings.isAsLeft(path, { dev, ino }, size));
    report(recording, "allow", found, null);
    recordings.setFile(
      recording.id,
      { dev, ino },
      size,
      isOurs ? { path, birth: identify(path)?.birth ?? null } : null,
    );
    return { writer, place, size, isSame: recording.file === null || isSame(recording.file, file) };
  }

  /** How the opened file differs from the decision, or from the file that is at the path now. */
  function compare(
    opened: OpenedFile,
    existing: FileIdentity | null,
    path: string,
  ): ReasonOf<"destination-opened"> | null {
    if (!opened.isFile) return "not-a-regular-file";
    if (opened.links !== 1) return "hard-link";
    if (existing !== null && !isSame(existing, opened)) return "swapped";
    const made = new Set([`${opened.dev}:${opened.ino}`]);
    // A folder above it may have become a link since the decision.
    const again = decideFor("automatic", path, PLACELESS, made);
    if (!again.allow) return again.reason === "too-large" ? null : "swapped";
    return again.existing !== null && isSame(again.existing, opened) ? null : "swapped";
  }

  return {
    decide: (asker: Asker, destination: string | null, meta: SessionMeta) =>
      decideFor(asker, destination, meta),
    open: (recording: Recording) => places.enter((place) => open(recording, place)),
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
  opened: OpenedFile,
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
