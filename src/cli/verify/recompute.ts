/**
 * Recomputes a recording or export from the logs of its session, and compares the two. What the file does not say of how it
 * was made is tried in turn, from the settings as they are now. Requires read on the file and the provider roots.
 */
import { basename } from "@std/path";
import { imageFolderOf } from "../../destination/image_folder.ts";
import { gatherAtOnce, isUnique } from "../../parser/inherited.ts";
import { INCLUDES } from "../../protocol/closed_sets.ts";
import type { Include, RenderHead } from "../../protocol/render.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import type { SessionMeta } from "../../protocol/session.ts";
import { describeRange, type Start } from "../../render/range.ts";
import { redacted } from "../../render/redacted.ts";
import { imageLink } from "../../render/image.ts";
import { rendererFor } from "../../render/registry.ts";
import type { Renderer } from "../../render/renderer.ts";
import { openReader, readEvents } from "../export/write_session.ts";
import type { FoundSession } from "../sessions/find_sessions.ts";
import { beginComparison, type Compared, type Comparison } from "./compare_events.ts";
import type { CheckedFile } from "./checked_file.ts";
import type { OwnWords } from "./own_words.ts";
import { type EventWays, waysWithImages } from "./image_ways.ts";
import type { ImageHistory } from "./refused_images.ts";
import { watchTitle } from "./watch_title.ts";
import { peekSession } from "../sessions/peek_session.ts";

/** How a file may have been made. */
export interface Making {
  readonly include: readonly Include[];
  readonly timeZone: string;
  readonly redaction: Redaction;
}

export interface Recomputed extends Compared {
  readonly making: Making;
  /** The title in the file is one of the session's. */
  readonly isTitled: boolean;
  /** The folder of the file's images, where it is not the one that belongs to the file's name. */
  readonly otherFolder: string | null;
}

export interface RecomputeOptions {
  readonly file: CheckedFile;
  readonly path: string;
  readonly words: OwnWords;
  readonly source: FoundSession;
  /** What became of images that the file may have as lines alone, by their names. */
  readonly refused: ReadonlyMap<string, ImageHistory>;
  /** Every session of the source's client, for one in which it goes on. */
  readonly others: readonly FoundSession[];
  /** From the settings as they are now. */
  readonly now: Making;
  readonly progress: (bytes: number) => void;
  readonly stopped: () => boolean;
}

/** Sessions that go on in one another in one file. */
const CONTINUATIONS = 16;

/** `stopped` or `unreadable`: there is no answer. */
export type Answer = Recomputed | "stopped" | "unreadable";

export async function recompute(options: RecomputeOptions): Promise<Answer> {
  let best: Recomputed | null = null;
  for (const place of imagePlaces(options)) {
    const answer = await findMaking(options, place);
    if (typeof answer === "string" || answer.difference === null) return answer;
    if (best === null || isBetter(answer, best)) best = answer;
  }
  if (best === null) throw new Error("internal error: a file whose images may be nowhere");
  return best;
}

async function findMaking(options: RecomputeOptions, place: ImagePlace): Promise<Answer> {
  const { words, now } = options;
  const timeZone = words.offset === null ? now.timeZone : zoneOf(words.offset, now.timeZone);
  let best = await compareOnce(options, place, { ...now, timeZone });
  const tried = new Set([keyOf(now.include)]);
  /** From the parts that come farthest, those of one more or one less. JSON Lines have all parts. */
  for (let from: readonly Include[] | null = words.format === "jsonl" ? null : now.include; from !== null;) {
    const next: readonly (readonly Include[])[] = nextTo(from).filter((include) =>
      !tried.has(keyOf(include))
    );
    from = null;
    for (const include of next) {
      if (typeof best === "string" || best.difference === null) return best;
      tried.add(keyOf(include));
      const answer = await compareOnce(options, place, { ...now, timeZone, include });
      if (typeof answer === "string") return answer;
      if (!isBetter(answer, best)) continue;
      best = answer;
      from = include;
    }
  }
  if (typeof best === "string" || best.difference === null || !now.redaction.secrets) return best;
  const redaction = { ...now.redaction, secrets: false };
  const kept = await compareOnce(options, place, { ...best.making, redaction });
  return typeof kept === "string" || isBetter(kept, best) ? kept : best;
}

function keyOf(include: readonly Include[]): string {
  return INCLUDES.filter((part) => include.includes(part)).join();
}

function nextTo(include: readonly Include[]): readonly (readonly Include[])[] {
  return INCLUDES.map((part) => INCLUDES.filter((other) => include.includes(other) !== (other === part)));
}

function isBetter({ difference }: Compared, than: Compared): boolean {
  return (difference?.at ?? Infinity) > (than.difference?.at ?? Infinity);
}

/** The zone of the settings where it has such an offset at some time of the year; else the offset stands for a zone. */
function zoneOf(offset: string, zone: string): string {
  try {
    const half = [1, 7].map((month) =>
      Temporal.PlainDateTime.from({ year: new Date().getUTCFullYear(), month, day: 1 }).toZonedDateTime(zone)
        .offset
    );
    return half.includes(offset) ? zone : offset;
  } catch (error) {
    if (error instanceof RangeError) return offset;
    throw error;
  }
}

/** The folder of a link to an image that Markdown keeps in a file, as it stands in the text. */
const IMAGE_LINK = /^\n!\[(?:png|jpeg|gif|webp) image\]\(([\w.%-]{1,1024})\/[0-9a-f]{1,64}\.[a-z]{3,4}\)\n/;

/** Where the images of a file may be. */
interface ImagePlace {
  readonly images: RenderHead["images"];
  /** Of their links. */
  readonly folder: string;
  /** The folder belongs to the file's name. */
  readonly isOwn: boolean;
}

/**
 * A link in the text may be a quotation, or changed: the folder that belongs to the file's name comes first, and one that the
 * text alone names comes last. The name of an image's file tells its bytes, so the text says all of it.
 */
function* imagePlaces({ file, path, words, refused }: RecomputeOptions): Generator<ImagePlace> {
  const none = { images: undefined, folder: "", isOwn: true };
  if (words.format !== "md") return yield { ...none, images: words.hasImages ? "inline" : undefined };
  const own = imageLink(basename(imageFolderOf(path)), "").slice(0, -1);
  if (refused.size > 0 || file.find(0, `](${own}/`) < file.size) {
    yield { images: "files", folder: own, isOwn: true };
  }
  yield none;
  const folder = findOtherFolder(file, own);
  if (folder !== null) yield { images: "files", folder, isOwn: false };
}

function findOtherFolder(file: CheckedFile, own: string): string | null {
  let at = file.find(0, IMAGE_BEGINS);
  for (let looks = 0; at < file.size && looks < IMAGE_LOOKS; looks += 1) {
    const folder = IMAGE_LINK.exec(file.textAt(at, 2048))?.[1];
    if (folder !== undefined && folder !== own) return folder;
    at = file.find(at + 1, IMAGE_BEGINS);
  }
  return null;
}

/** Such a line that is no link of kato's stands in a block of code. Each look reads a piece of the file. */
const IMAGE_LOOKS = 100;

const IMAGE_BEGINS = "\n![";

async function compareOnce(options: RecomputeOptions, place: ImagePlace, making: Making): Promise<Answer> {
  const { words: { format, range, first } } = options;
  const { images, folder } = place;
  const finish = (renderer: Renderer) => redacted(renderer, making.redaction);
  const own = images === "files" ? null : finish(await rendererFor(format));
  const ways: EventWays = own === null
    ? waysWithImages(options.refused, folder, finish)
    : (steps) => [{ renderer: own, steps }];
  const mayVary = own === null && options.refused.values().some(({ length }) => length > 1);
  const way: Way = { making, ways, mayVary, place };
  if (range === null) {
    // A part of JSON Lines leaves out agents that began before it, as no recording does.
    const late = first === null || first === 0 ? null : { from: first };
    const asPart = late === null ? null : await compareFrom(options, way, late);
    if (asPart !== null && (typeof asPart === "string" || asPart.difference === null)) return asPart;
    return await compareFrom(options, way, null);
  }
  if (!("last" in range)) return await compareFrom(options, way, range);
  // The last turns are not the last ones any more when the session has gone on: the file shows where they began.
  const begun = await compareFrom(options, way, null, true);
  if (typeof begun === "string") return begun;
  const [part] = begun.parts;
  return part === undefined ? begun : await compareFrom(options, way, { from: part.from });
}

/** @param onlyBegin Whether the answer is where the file begins. */
async function compareFrom(
  options: RecomputeOptions,
  way: Way,
  start: Start | null,
  onlyBegin = false,
): Promise<Answer> {
  const { file, words, others, stopped, progress } = options;
  const { making, ways, mayVary, place: { images = null, folder, isOwn } } = way;
  const title = watchTitle(words.title, making.redaction);
  const inherited = new Set<string>();
  const run: Run = { comparison: null, begun: null, next: null };
  const isOver = () => run.begun !== null || run.comparison?.isDecided() === true;
  let source: FoundSession | undefined = options.source;
  for (let sessions = 0; source !== undefined && sessions < CONTINUATIONS; sessions += 1) {
    const now: FoundSession = source;
    const reader = await openReader({ source: now, images, redaction: making.redaction }, () => {});
    const end = await readEvents(
      reader,
      { progress, stopped: () => stopped() || isOver() },
      (event, record) => {
        run.comparison ??= beginComparison({
          file,
          ways,
          mayVary,
          head: headOf(words, reader.meta(), way),
          start,
          skips: onlyBegin,
        });
        run.next = record.continues ?? run.next;
        if (isOver() || (isUnique(record.own) && inherited.has(record.own))) return null;
        title.hear(event, reader.meta);
        run.comparison.take(event);
        if (onlyBegin) run.begun = run.comparison.begun();
        return null;
      },
    );
    if (end === "stopped" && !isOver()) return "stopped";
    if (end === "unreadable") return "unreadable";
    if (isOver()) break;
    run.comparison?.endSession();
    if (run.next === null || run.comparison?.mayGoOn() !== true) break;
    if (!gatherAtOnce(now.provider, now.locate().parts, inherited)) return "unreadable";
    source = others.find(({ session }) => session === run.next && session !== now.session);
  }
  const compared = run.begun ?? run.comparison?.end() ?? NOTHING;
  const isTitled = title.isFound(
    compared.parts[0]?.from ?? null,
    peekSession(options.source, making.redaction),
  );
  return { ...compared, making, isTitled, otherFolder: isOwn ? null : folder };
}

/** A making, with what it needs. */
interface Way {
  readonly making: Making;
  readonly ways: EventWays;
  readonly mayVary: boolean;
  readonly place: ImagePlace;
}

interface Run {
  comparison: Comparison | null;
  /** Where the file begins, where that was the question. */
  begun: Compared | null;
  /** The session in which the latest one goes on. */
  next: string | null;
}

/** Of a session without events. */
const NOTHING: Compared = {
  parts: [],
  more: 0,
  isClosed: false,
  difference: { at: 0, event: null, expected: null },
};

/** All but the title is the session's own. */
function headOf(
  { format, title, range }: OwnWords,
  meta: SessionMeta,
  { making: { timeZone, include }, place: { images } }: Way,
): RenderHead {
  return {
    format,
    meta: { ...meta, title: title ?? meta.title },
    timeZone,
    include: [...include],
    ...(images === undefined ? {} : { images }),
    ...(range === null ? {} : { range: describeRange(range) }),
  };
}
