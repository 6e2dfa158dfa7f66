/**
 * Judges a file by its source. READS the file, the logs of the session that it names, kato's report of itself and the audit
 * log; writes nothing. What a file says of itself is checked and never used as a path.
 */
import { basename } from "@std/path";
import { findBeginning } from "../../audit/search.ts";
import { INCLUDES } from "../../protocol/closed_sets.ts";
import { DEFAULT_INCLUDES } from "../../protocol/render.ts";
import { placesOf } from "../../settings/places.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import type { Config } from "../../settings/policy.ts";
import { STYLE } from "../../render/html_style.ts";
import { VERSION } from "../../version.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import { noInput } from "../input.ts";
import { fail, type Outcome } from "../outcome.ts";
import { findSessions, type FoundSession } from "../sessions/find_sessions.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { plain, tilde } from "../terminal/style.ts";
import { type CheckedFile, openChecked } from "./checked_file.ts";
import { HEAD_BYTES, type OwnWords, readOwnWords } from "./own_words.ts";
import { recompute, type Recomputed } from "./recompute.ts";
import { findHistories } from "./refused_images.ts";
import type { Unequal, Verdict } from "./verdict.ts";

/** A person may name a link; what it leads to is opened. */
export function openNamed(
  named: string,
  home: string,
): { readonly file: CheckedFile; readonly path: string } | Outcome {
  try {
    const path = Deno.realPathSync(named);
    const file = openChecked(path);
    if ("why" in file) return fail("no-input", `Cannot read ${tilde(named, home)}: ${plain(file.why)}.`);
    return { file, path };
  } catch (error) {
    return noInput(named, error, home);
  }
}

export interface Judging {
  readonly context: Context;
  readonly effective: EffectivePolicy;
  readonly render: Config["render"];
  readonly progress: (bytes: number, size: number) => void;
  readonly stopped: () => boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The session that the file names; null where its log is not there. */
  readonly source: FoundSession | null;
}

/** Null: a signal ended it. */
export async function judge(file: CheckedFile, path: string, judging: Judging): Promise<Judgement | null> {
  const { context, effective, render, progress, stopped } = judging;
  const { home } = context;
  const words = readOwnWords(file.textAt(0, HEAD_BYTES));
  const known = { file: path, bytes: file.size, words, recording: findRecording(path, home) };
  const unable = (reason: Unequal["reason"]): Judgement => ({
    verdict: { ...known, result: "cannot-tell", reason, made: null, recomputed: null, difference: null },
    source: null,
  });
  if (words === null) return unable("not-of-kato");
  const found = await findSessions(findReadableProviders(context, effective), words.provider);
  const source = found.find(({ session }) => session === words.session);
  if (source === undefined) return unable("no-source");

  const shown = INCLUDES.filter((part) => render[part]);
  const answer = await recompute({
    file,
    path,
    words,
    source,
    refused: words.format === "md" ? findHistories(file, path, placesOf(home).logs) : new Map(),
    others: found,
    now: {
      include: shown.length === 0 ? DEFAULT_INCLUDES : shown,
      timeZone: render.time_zone || context.timeZone(),
      redaction: effective.policy.redaction,
    },
    progress: (bytes) => progress(bytes, source.size),
    stopped,
  });
  if (answer === "stopped") return null;
  if (answer === "unreadable") return unable("no-source");
  return { verdict: conclude(file, { ...known, words }, answer, judging), source };
}

function conclude(
  file: CheckedFile,
  known: Pick<Verdict, "file" | "bytes" | "recording"> & { readonly words: OwnWords },
  recomputed: Recomputed,
  { context, effective }: Judging,
): Verdict {
  const { words, recording } = known;
  const { difference, isTitled, otherFolder } = recomputed;
  const told = recording === null || recording.session === words.session || recording.goesOn !== null;
  if (difference === null && isTitled && told && otherFolder === null) {
    return {
      ...known,
      result: "equal",
      reason: null,
      made: null,
      recomputed,
      lines: file.lines(),
      difference: null,
    };
  }
  const { line, text: found } = file.lineAt(difference?.at ?? 0);
  const shown = difference === null ? null : { ...difference, line, found };
  const beginning = findBeginning(placesOf(context.home).logs, known.file);
  const made = beginning === null ? null : {
    version: beginning.version,
    time: beginning.record.time,
    policyHash: beginning.record.policyHash,
    isSamePolicy: beginning.record.policyHash === effective.hash,
  };
  const all = { ...known, made, recomputed, difference: shown };
  if (difference === null) {
    return {
      ...all,
      result: "differs",
      reason: !isTitled ? "title" : told ? "image-folder" : "other-session",
    };
  }
  const isOther = (made?.version ?? VERSION) !== VERSION || hasOtherStyle(file, words);
  if (isOther) return { ...all, result: "cannot-tell", reason: "other-version" };
  // A delivery may be on its way into it.
  const isWritten = recording !== null && ["active", "stopping"].includes(recording.state) && found === null;
  if (isWritten) return { ...all, result: "cannot-tell", reason: "being-written" };
  return { ...all, result: "differs", reason: "text" };
}

/** A page brings its style along, which another version may have changed. */
function hasOtherStyle(file: CheckedFile, { format }: OwnWords): boolean {
  return format === "html" && !file.textAt(0, HEAD_BYTES).includes(`<style>\n${STYLE}</style>`);
}

/** The recording that kato's own report has at this path. */
function findRecording(path: string, home: string): Verdict["recording"] {
  const { status } = readDaemonState(home);
  return status?.recordings.find(({ destination }) =>
    destination === path || (basename(destination) === basename(path) && realPath(destination) === path)
  ) ?? null;
}

/** Null where this process may not look: then it is no other name of the file. */
function realPath(path: string): string | null {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
