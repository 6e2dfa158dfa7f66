/** Words of a person: the text without the client's frames, and the part that the person typed. Pure. */
import { imageNotice, type LoggedImage } from "../../protocol/event.ts";
import type { Authorship } from "../../protocol/evidence.ts";
import { isRow, listOf, numberOf, type Row, rowOf, textOf, typeName } from "../unknown_value.ts";
import type { Reading } from "../provider.ts";
import { firstLine } from "../prompt_title.ts";
import { kindsOf } from "./agents.ts";
import { AMBIGUOUS, authorOf, hasUnknownMarks, HOST, PIPED, UNKNOWN_MARK } from "./authors.ts";
import { isSecondCopy, keyOf } from "./copies.ts";
import { beginTurn, type Family, type Fold, type Waiting } from "./fold.ts";
import { logOf, ownId, placeId } from "./ids.ts";
import { type Framed, readFrames } from "./frames.ts";
import { NAMED_PARTS } from "./known_types.ts";
import type { LineEvents } from "./line_events.ts";
import { readImage } from "../image_url.ts";
import { imageOf } from "./media.ts";
import { messageOf } from "./shape.ts";
import { findWaiting, imagesOf, keepImages, mayWait, wait } from "./waiting.ts";
import { rememberTurn } from "../turns.ts";

/** A `UserMessage` item: parts of text, images, and things that the text names. */
export function readUserItem(item: Row, events: LineEvents): Reading {
  const texts: string[] = [];
  const images: LoggedImage[] = [];
  const content = item["content"];
  for (
    const part of typeof content === "string" ? [{ type: "text", text: content }] : listOf(content).map(rowOf)
  ) {
    const type = textOf(part["type"]);
    if (type === "text") texts.push(textOf(part["text"]));
    else if (type === "image" || type === "local_image") images.push(imageOf(part));
    else if (!NAMED_PARTS.has(type)) events.addUnknown(`user/${typeName(type)}`);
  }
  const id = ownId(item["id"], events.fold, events.line);
  return readShown({ id, time: events.time, text: texts.join("\n"), images }, "item", events);
}

/** Kinds of message that the client wrote in the person's place: until late 2025. */
const CONTEXT_KINDS: ReadonlySet<unknown> = new Set(["environment_context", "user_instructions"]);

/** A `user_message` event. */
export function readUserEvent(payload: Row, events: LineEvents): Reading {
  if (CONTEXT_KINDS.has(payload["kind"])) return events.reading("injected");
  const images = [...listOf(payload["images"]), ...listOf(payload["local_images"])]
    .map((image) => readImage(textOf(image)));
  const id = placeId(events.fold, events.line);
  return readShown({ id, time: events.time, text: messageOf(payload), images }, "event", events);
}

interface Words {
  readonly id: string;
  readonly time: string | null;
  readonly text: string;
  readonly images: readonly LoggedImage[];
}

/** The person's words as the client shows them. Their raw form came first, and waits for this form. */
function readShown(words: Words, family: Family, events: LineEvents): Reading {
  const { fold } = events;
  const key = keyOf("words", words.text);
  let { images } = words;
  fold.wordsAlone = false;
  // A review begins with the words of its order.
  if (fold.review?.key === key) return events.reading("repeat");
  const index = rawFormOf(words.text, key, fold);
  const isRepeat = isSecondCopy(fold, family, key);
  if (index !== -1) {
    events.settle(index);
    images = withData(images, imagesOf(fold.waiting.shift()));
  } else if (isRepeat && words.text.trim() !== "") {
    return events.reading("repeat");
  }
  events.settle();
  beginUnmarkedTurn(events, index === -1 ? [family] : [family, "raw"], key);
  return reportWords({ ...words, images }, events.says, events);
}

/** The shown form may name a file where the raw form has the image in it. */
function withData(shown: readonly LoggedImage[], raw: readonly LoggedImage[]): readonly LoggedImage[] {
  if (shown.length !== raw.length) return shown;
  return shown.map((image, index) => image.data === "" ? { ...image, data: raw[index]?.data ?? "" } : image);
}

/** The place of the waiting raw form: the same text, or the latest one that holds it. */
function rawFormOf(text: string, key: string, fold: Fold): number {
  const same = findWaiting(fold, "words", [key]);
  const last = fold.waiting.length - 1;
  const latest = fold.waiting[last];
  if (same !== -1 || latest?.kind !== "words") return same;
  return latest.text === null || latest.text.includes(text) ? last : -1;
}

/** In logs without marks the person's words begin a turn. These families reported them. */
function beginUnmarkedTurn(events: LineEvents, families: readonly Family[], key: string): void {
  const { fold } = events;
  if (fold.marksTurns) return;
  reportSilence(events);
  beginTurn(fold, "");
  for (const family of families) isSecondCopy(fold, family, key);
}

/** A turn with content from which no event came. */
export function reportSilence({ fold, addUnknown }: LineEvents): void {
  if (!fold.turn.said && fold.turn.lines > 0) addUnknown("turn/nothing-told");
}

/** Beginnings of the client's texts, where no mark separates them from a person's. */
const INJECTED =
  /^\s*(?:<(?:apps_instructions|codex_internal_context|collaboration_mode|environment_context|hook_prompt|model_switch|permissions instructions|personality_spec|plugins_instructions|skill|skills_instructions|subagent_notification|turn_aborted|user_action|user_instructions|user_shell_command)\b|# AGENTS\.md instructions|You were originally given instructions from a user over one or more turns\.)/i;

/** The client's marks on the parts of a person's message: since 0.149. */
const PERSONS_KINDS: ReadonlySet<unknown> = new Set(["user.image", "user.text"]);
/** Marks around an image. The image itself is a part of its own. */
const IMAGE_MARK = /^<\/?image\b[^>]*>$/;

/** A `response_item` in the person's role. Context has the same role. */
export function readRawWords(item: Row, events: LineEvents): Reading {
  const { fold } = events;
  const content = item["content"];
  const parts = typeof content === "string" ? [{ text: content }] : listOf(content).filter(isRow);
  const texts = parts.map((part) => textOf(part["text"])).filter((text) => text !== "");
  const kinds = kindsOf(item);
  const isPersons = kinds.length === 0 ? null : kinds.some((kind) => PERSONS_KINDS.has(kind));
  if (isPersons !== true && texts.some((text) => INJECTED.test(text))) {
    if (fold.bare) reportProject(texts.join("\n"), events);
    return events.reading("injected");
  }
  if (isPersons === false && !kinds.some((kind) => kind === "unknown" || kind === null)) {
    return events.reading("injected");
  }
  const words = {
    id: ownId(item["id"], fold, events.line),
    time: events.time,
    text: texts.filter((text) => !IMAGE_MARK.test(text)).join("\n"),
    images: parts.filter((part) => part["image_url"] !== undefined).map(imageOf),
    strange: strangeParts(parts),
  };
  return fold.bare ? reportBare(words, events) : waitForShown(words, isPersons, events);
}

const RAW_PARTS: ReadonlySet<unknown> = new Set(["input_image", "input_text", "output_text", "text"]);
/** A message has few kinds of part. */
const STRANGE_TYPES = 8;

/** The types of the parts that hold neither a text nor an image. */
function strangeParts(parts: readonly Row[]): readonly string[] {
  const strange = parts.filter((part) => part["text"] === undefined && part["image_url"] === undefined)
    .map((part) => part["type"]).filter((type) => !RAW_PARTS.has(type));
  return [...new Set(strange.map(typeName))].slice(0, STRANGE_TYPES);
}

function reportStrange({ strange = [] }: { readonly strange?: readonly string[] }, events: LineEvents): void {
  for (const type of strange) events.addUnknown(`user/${type}`);
}

type RawWords = Words & { readonly strange: readonly string[] };

/** In bare logs only the beginning of a text shows its author. */
function reportBare(words: RawWords, events: LineEvents): Reading {
  events.settle();
  beginUnmarkedTurn(events, ["raw"], keyOf("words", words.text));
  reportStrange(words, events);
  return reportWords(words, events.says, events);
}

function waitForShown(words: RawWords, isPersons: boolean | null, events: LineEvents): Reading {
  const key = keyOf("words", words.text);
  if (isSecondCopy(events.fold, "raw", key)) return events.reading("repeat");
  const images = words.images.map((image) => image.words);
  const isLong = !mayWait(words.text, ...images);
  const entry = { kind: "words", keys: [key], isPersons, ...words, images } as const;
  const waiting = isLong ? { ...entry, text: null, images: [] } : entry;
  for (const form of [entry, waiting]) keepImages(form, words.images, events);
  if (isLong && events.fold.wordsAlone) reportRawWords(entry, events);
  else wait(waiting, events);
  return events.reading("repeat");
}

/** Reports words that came in the raw form alone. */
export function reportRawWords(entry: Extract<Waiting, { kind: "words" }>, events: LineEvents): void {
  const { fold } = events;
  const { isPersons, keys: [key = ""], text } = entry;
  fold.wordsAlone = true;
  reportStrange(entry, events);
  if (text === null) return events.addUnknown("user/too-long");
  const words = { ...entry, text, images: imagesOf(entry) };
  if (fold.personal && isPersons === false) {
    const said = { ...HOST, typed: words.text };
    events.addAt(words.id, words.time, { type: "notice", kind: "info", text: words.text }, said);
    return;
  }
  beginUnmarkedTurn(events, ["raw"], key);
  reportWords(words, false, events);
}

/** Bare logs name their folder only in the client's words to the model. */
function reportProject(text: string, events: LineEvents): void {
  const found = /<cwd>([^<\n]+)<\/cwd>|^Current working directory: (.+)$/m.exec(text);
  const project = (found?.[1] ?? found?.[2] ?? "").trim();
  if (project.startsWith("/")) events.addMeta({ project });
}

/** `isShown`: whether the client shows them as a person's. */
function reportWords({ id, time, text, images }: Words, isShown: boolean, events: LineEvents): Reading {
  const { fold } = events;
  // The session of a review reports its order.
  if (fold.isReview) return events.reading("repeat");
  const framed = readFrames(text, fold.originator);
  const { shown, typed } = framed;
  const author = authorOfWords(framed, isShown, events);
  const isPersons = fold.personal && author.evidence !== "not-typed" && shown !== null;
  const told = shown ?? text;
  const said = { ...author, typed: isPersons ? typed : told };
  if (isPersons && told !== "") {
    events.addAt(id, time, { type: "user", text: told }, said);
    rememberTurn(fold, { id, log: logOf(fold), ordinal: numberOf(events.row["ordinal"]) });
  } else if (told.trim() !== "") {
    const kind = shown === null ? "info" : "task";
    events.addAt(`${id}:${kind}`, time, { type: "notice", kind, text: told }, said);
  }
  for (const [index, image] of images.entries()) {
    events.addAt(`${id}:image-${index}`, time, imageNotice(image));
  }
  if (!fold.personal) return events.reading("sub-agent");
  if (!isPersons || told === "") return events.reading("injected");
  reportTitle(typed, events);
  return events.reading("user");
}

function authorOfWords(
  { shown, isAmbiguous, isPiped }: Framed,
  isShown: boolean,
  events: LineEvents,
): Authorship {
  const { fold, row } = events;
  if (shown === null || fold.review?.isPersons === false) return HOST;
  const author = authorOf(fold, isShown);
  if (author.evidence === "not-typed" || author.evidence === "unproven") return author;
  if (!fold.bare && hasUnknownMarks(row)) return UNKNOWN_MARK;
  if (isAmbiguous) return AMBIGUOUS;
  return isPiped && author.evidence === "prompt" ? PIPED : author;
}

function reportTitle(typed: string, events: LineEvents): void {
  if (events.fold.told.title) return;
  const title = firstLine(typed);
  if (title === null) return;
  events.fold.told.title = true;
  events.addMeta({ title: { text: title, rank: 0 } });
}
