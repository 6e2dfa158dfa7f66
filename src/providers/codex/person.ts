/** What a person said: the text without what a client put around it, and the part that the person typed. Pure. */
import { TYPED } from "../../protocol/evidence.ts";
import { isRow, listOf, type Row, rowOf, textOf, typeName } from "../narrow.ts";
import type { Reading } from "../provider.ts";
import { firstLine } from "../title.ts";
import { ownId } from "./fold.ts";
import type { LineEvents } from "./line_events.ts";
import { describeImage, imageOf } from "./media.ts";
import { NAMED_PARTS } from "./known_types.ts";

/** A `UserMessage` item: parts of text, images, and what the text names. */
export function readUserItem(item: Row, events: LineEvents): Reading {
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of listOf(item["content"]).map(rowOf)) {
    const type = textOf(part["type"]);
    if (type === "text") texts.push(textOf(part["text"]));
    else if (type === "image" || type === "local_image") images.push(imageOf(part));
    else if (!NAMED_PARTS.has(type)) events.addUnknown(`user/${typeName(type)}`);
  }
  return readWords(ownId(item["id"], events.fold, events.line), texts.join("\n"), images, events);
}

/** Kinds of message that the client gave to the model in the person's place: until late 2025. */
const PLAIN_KINDS: ReadonlySet<unknown> = new Set([undefined, null, "plain"]);

/** A `user_message` event. */
export function readUserEvent(payload: Row, events: LineEvents): Reading {
  if (!PLAIN_KINDS.has(payload["kind"])) return events.reading("injected");
  const images = [...listOf(payload["images"]), ...listOf(payload["local_images"])]
    .map((image) => describeImage(textOf(image)));
  const id = ownId(undefined, events.fold, events.line);
  return readWords(id, textOf(payload["message"]), images, events);
}

/** How texts begin that the client wrote, in logs where nothing else tells them from a person's. */
const INJECTED =
  /^\s*(?:<(?:environment_context|user_instructions|turn_aborted|user_shell_command|skill|user_action|permissions instructions|subagent_notification|codex_internal_context)\b|# AGENTS\.md instructions)/;

/** A user message of a bare log, which holds nothing else to tell it by. */
export function readBareUser(item: Row, events: LineEvents): Reading {
  const parts = listOf(item["content"]).filter(isRow);
  const texts = parts.map((part) => textOf(part["text"])).filter((text) => text !== "");
  if (texts.some((text) => INJECTED.test(text))) {
    tellProject(texts.join("\n"), events);
    return events.reading("injected");
  }
  const images = parts.filter((part) => part["image_url"] !== undefined).map(imageOf);
  return readWords(ownId(item["id"], events.fold, events.line), texts.join("\n"), images, events);
}

/** Bare logs tell where they were begun only in what the client says to the model. */
function tellProject(text: string, events: LineEvents): void {
  const found = /<cwd>([^<\n]+)<\/cwd>|^Current working directory: (.+)$/m.exec(text);
  const project = (found?.[1] ?? found?.[2] ?? "").trim();
  if (project.startsWith("/")) events.addMeta({ project });
}

function readWords(id: string, said: string, images: readonly string[], events: LineEvents): Reading {
  const { fold } = events;
  const request = requestOf(said);
  // A terminal's person wrote all of it; only what an editor puts in front is none of the person's.
  const text = request === null || TERMINALS.has(fold.originator) ? said : request;
  // What is said while a review is under way is the client's order to the reviewer.
  const typed = fold.review === null ? typedPart(request ?? "") : null;
  if (!fold.personal) events.addNotice("task", text, `${id}:task`);
  else if (text !== "") {
    const said = typed === null
      ? { evidence: "unproven", why: "unmarked", typed: text } as const
      : { ...TYPED, typed };
    events.addUser(id, text, said);
  }
  for (const [index, image] of images.entries()) events.addNotice("image", image, `${id}:image-${index}`);
  if (!fold.personal) return events.reading("sub-agent");
  if (typed === null || text === "") return events.reading("injected");
  tellTitle(typed, events);
  return events.reading("user");
}

function tellTitle(typed: string, events: LineEvents): void {
  if (events.fold.told.title) return;
  const title = firstLine(typed);
  if (title === null) return;
  events.fold.told.title = true;
  events.addMeta({ title: { text: title, rank: 0 } });
}

/** Clients that put nothing in front of what the person typed. */
const TERMINALS: ReadonlySet<string> = new Set(["codex-tui", "codex_exec", "codex_cli_rs"]);
/** How an editor begins what it puts in front of the person's request. */
const EDITOR_CONTEXT = /^# (?:Context from my IDE setup|Files mentioned by the user):[ \t]*\n/;
const REQUEST = /^## My request for Codex:[ \t]*\n/gm;

/**
 * What the person asked; null for an editor's context alone. The context may hold a file with the same heading in it:
 * the request is what stands behind the last.
 */
function requestOf(text: string): string | null {
  if (!EDITOR_CONTEXT.test(text)) return text;
  let from: number | null = null;
  for (const heading of text.matchAll(REQUEST)) from = heading.index + heading[0].length;
  return from === null ? null : text.slice(from);
}

const PIPED = "\n\n<stdin>\n";
const PIPED_END = /<\/stdin>\s*$/;

/** What was piped into `codex exec` beside a prompt stands behind it, in a frame. */
function typedPart(text: string): string {
  const at = PIPED_END.test(text.slice(-64)) ? text.indexOf(PIPED) : -1;
  return at === -1 ? text : text.slice(0, at);
}
