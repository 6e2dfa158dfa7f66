/**
 * The writer role renders one recording and appends it to one destination. It WRITES that destination and nothing
 * else, and reads nothing.
 */
import { receive } from "../protocol/channel.ts";
import type { Event } from "../protocol/event.ts";
import { event as eventSchema } from "../protocol/event_schema.ts";
import type { Port } from "../protocol/port.ts";
import type { Format } from "../protocol/render.ts";
import { addCounts, type RedactedCounts, REDACTION } from "../protocol/redaction.ts";
import { plainWords, systemCode } from "../protocol/system_words.ts";
import { type FromWriter, type ToWriter, toWriter } from "../protocol/writer_messages.ts";
import { imageLink, imageName, type KeepFile, readImage } from "../render/image.ts";
import { redacted } from "../render/redacted.ts";
import type { Rendered, Renderer } from "../render/renderer.ts";
import type { DestinationFile, OpenDestination } from "./destination_file.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const NEWLINE = 0x0a;

/** Those that a writer has: some take memory that another one saves. */
export type Renderers = Readonly<Partial<Record<Format, (keep: KeepFile) => Renderer>>>;

interface Prepared {
  readonly delivery: number;
  readonly bytes: Uint8Array;
  /** By their names. */
  readonly images: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Serves `port` until `close` arrives. `open` opens the destination. */
export function runWriter(port: Port, open: OpenDestination, renderers: Renderers): void {
  const send = (message: FromWriter, payload?: Uint8Array<ArrayBuffer>) =>
    port.send({ header: message, payload: payload ?? null });
  let file: DestinationFile | null = null;
  let prepared: Prepared | null = null;

  function opened(): DestinationFile {
    if (file === null) throw new Error("internal error: nothing is open");
    return file;
  }

  /** `names`: of the images, by their base64. */
  function prepare(
    message: Extract<ToWriter, { type: "prepare" }>,
    payload: Uint8Array<ArrayBuffer>,
    names: ReadonlyMap<string, string>,
  ): void {
    const { delivery, head } = message;
    const rendererOf = renderers[head.format];
    if (rendererOf === undefined) throw new Error("internal error: a format of another writer");
    const images = new Map<string, Uint8Array<ArrayBuffer>>();
    let redacted: RedactedCounts = {};
    const count = (replaced: RedactedCounts) => void (redacted = addCounts(redacted, replaced));
    const { text, state } = render(rendererOf(holdImages(message, names, images)), message, payload, count);
    const bytes = encoder.encode(text);
    prepared = { delivery, bytes, images };
    const after = encoder.encode(JSON.stringify(state));
    const held = [...images].map(([name, { length: size }]) => ({ name, size }));
    const named = held.length === 0 ? {} : { images: held };
    const counted = Object.keys(redacted).length === 0 ? {} : { redacted };
    send({ type: "prepared", delivery, length: bytes.length, ...named, ...counted }, after);
  }

  function obey(message: ToWriter, payload: Uint8Array<ArrayBuffer> | null): void {
    switch (message.type) {
      case "open": {
        file?.close();
        file = null;
        const { file: other, found } = open(message);
        file = other;
        return send({ type: "opened", file: found, size: file.size() });
      }
      case "prepare": {
        if (payload === null) throw new Error("internal error: prepare without a payload");
        if (message.images === undefined) return prepare(message, payload, new Map());
        return void nameImages(payload).then((names) => prepare(message, payload, names));
      }
      case "image": {
        const image = prepared?.delivery === message.delivery ? prepared.images.get(message.name) : undefined;
        if (image === undefined) throw new Error("internal error: an image that was not prepared");
        return send({ type: "image", name: message.name }, image);
      }
      case "prepare-bytes": {
        if (payload === null) throw new Error("internal error: prepare-bytes without a payload");
        const { delivery } = message;
        prepared = { delivery, bytes: payload, images: new Map() };
        return send({ type: "prepared", delivery, length: payload.length });
      }
      case "append": {
        if (prepared?.delivery !== message.delivery) {
          throw new Error("internal error: append of what was not prepared");
        }
        const size = opened().size();
        if (size !== message.size) return send({ type: "changed", delivery: message.delivery, size });
        opened().write(prepared.bytes);
        prepared = null;
        return send({ type: "appended", delivery: message.delivery, size: opened().flush() });
      }
      case "truncate":
        return send({ type: "truncated", size: opened().truncate(message.length) });
      case "close":
        file?.close();
        file = null;
        return send({ type: "closed" });
    }
  }

  receive(port, toWriter, (message, payload) => {
    try {
      obey(message, payload);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === null) throw error;
      send({ type: "failed", action: message.type, ...failure });
    }
  });
}

/** The names of the images in a payload, by their base64. The runtime's own hash takes milliseconds, and a promise. */
async function nameImages(payload: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const event of readEvents(payload.subarray(payload.indexOf(NEWLINE) + 1))) {
    const data = "page" in event && event.page !== undefined && "imageData" in event.page
      ? event.page.imageData
      : undefined;
    for (const one of typeof data === "string" ? [data] : data ?? []) {
      const image = names.has(one) ? null : readImage(one);
      if (image === null) continue;
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", image.bytes)).toHex();
      names.set(one, imageName(image, hash));
    }
  }
  return names;
}

/** Holds the images of a delivery: others write their files, before the text that links them is appended. */
function holdImages(
  { images }: Extract<ToWriter, { type: "prepare" }>,
  names: ReadonlyMap<string, string>,
  held: Map<string, Uint8Array<ArrayBuffer>>,
): KeepFile {
  return (image) => {
    const name = names.get(image.data);
    if (images === undefined || name === undefined) {
      throw new Error("internal error: an image that nobody named");
    }
    const refused = images.refused[name];
    if (refused !== undefined) return { refused };
    held.set(name, image.bytes);
    return { link: imageLink(images.folder, name) };
  };
}

/** The first line of the payload is the renderer's state; the other lines are events. */
function render(
  whole: Renderer,
  { head, finish, redaction = REDACTION }: Extract<ToWriter, { type: "prepare" }>,
  payload: Uint8Array,
  count: (replaced: RedactedCounts) => void,
): Rendered {
  const renderer = redacted(whole, redaction, count);
  const end = payload.indexOf(NEWLINE);
  const given: unknown = JSON.parse(decoder.decode(payload.subarray(0, end)));
  let state = given ?? renderer.begin(head);
  const texts: string[] = [];
  for (const event of readEvents(payload.subarray(end + 1))) {
    const rendered = renderer.step(head, state, event);
    state = rendered.state;
    texts.push(rendered.text);
  }
  if (finish) {
    const rendered = renderer.finish(head, state);
    state = rendered.state;
    texts.push(rendered.text);
  }
  return { text: texts.join(""), state };
}

function* readEvents(lines: Uint8Array): Generator<Event> {
  let from = 0;
  while (from < lines.length) {
    const newline = lines.indexOf(NEWLINE, from);
    yield eventSchema.parse(JSON.parse(decoder.decode(lines.subarray(from, newline))));
    from = newline + 1;
  }
}

/**
 * What the system refused, with `ENOSPC`, `EEXIST` … or the name of Deno's own error as code. Null for an error without a
 * code of the system, which is a bug.
 */
function failureOf(error: unknown): { readonly code: string; readonly message: string } | null {
  if (!(error instanceof Error)) return null;
  const { name, message } = error;
  const code = systemCode(error);
  if (code !== null) return { code, message: plainWords(message) };
  const isDenied = error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
  return isDenied ? { code: name, message } : null;
}
