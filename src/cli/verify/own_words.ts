/**
 * What the beginning of a recording or export says of the file: its form, its session, its title and its range. Anybody can
 * have written it, so every value is bounded and checked, and none is used as a path. Pure.
 */
import * as z from "zod/mini";
import { providerId } from "../../protocol/provider_id.ts";
import type { Format } from "../../protocol/render.ts";
import { type Range, rangeFrom } from "../../render/range.ts";
import { decodeEntities } from "../scan/entities.ts";

/** Bytes in which the head of a file ends: a title and a path are the longest of it, and a page's style has 8 KB. */
export const HEAD_BYTES = 64 * 1024;

const text = z.string().check(z.minLength(1), z.maxLength(8192));
const session = z.string().check(z.minLength(1), z.maxLength(256));

const said = z.strictObject({
  title: z.optional(text),
  provider: providerId,
  session,
  project: z.optional(text),
  started: z.optional(text),
  client: z.optional(text),
  range: z.optional(z.string().check(z.maxLength(100))),
});

/** The beginning of a line of JSON Lines. */
const line = z.object({ provider: providerId, session, seq: z.int() });

/** Times of headings. Every part is bounded: in a hostile head a longer search would not end. */
const MARKDOWN_TIME = /^## .{1,300} — [\d-]{10} [\d:]{8} ([+-]\d\d:\d\d)$/m;
const PAGE_TIME = /<time datetime="[^"<>]{1,64}">[\d-]{10} [\d:]{8} ([+-]\d\d:\d\d)<\/time>/;

export interface OwnWords {
  readonly format: Format;
  readonly provider: z.infer<typeof providerId>;
  readonly session: string;
  /** Null in JSON Lines, which has none. */
  readonly title: string | null;
  /** The number of the first event, where the file says it. */
  readonly first: number | null;
  readonly range: Range | null;
  /** `+01:00`: of the first time in it. */
  readonly offset: string | null;
  /** The page holds its images. */
  readonly hasImages: boolean;
}

/** @param head The first HEAD_BYTES of the file, as text. Null: kato wrote no such file. */
export function readOwnWords(head: string): OwnWords | null {
  if (head.startsWith("---\n")) return readMarkdown(head);
  return head.startsWith("<!doctype html>\n") ? readPage(head) : readJsonLine(head);
}

function readMarkdown(head: string): OwnWords | null {
  const end = head.indexOf("\nformat: kato/1\n---\n");
  if (end < 0) return null;
  const facts: Record<string, unknown> = {};
  for (const fact of head.slice(4, end).split("\n")) {
    const [, name = "", value = ""] = /^([a-z]+): (.*)$/.exec(fact) ?? [];
    const read = value.startsWith('"') ? unquote(value) : value;
    if (name === "" || read === null || name in facts) return null;
    facts[name] = read;
  }
  return ownWords("md", facts, head.slice(end), MARKDOWN_TIME, false);
}

function readPage(head: string): OwnWords | null {
  const body = head.indexOf("</style>\n</head>\n<body>\n");
  const end = head.indexOf("</dl>\n", body);
  if (body < 0 || end < 0 || !head.includes('<meta name="generator" content="kato/1">\n')) return null;
  const facts: Record<string, unknown> = {};
  const title = /^<title>(.*)<\/title>$/m.exec(head.slice(0, body))?.[1];
  if (title !== undefined) facts["title"] = decodeEntities(title);
  for (
    const [, name = "", value = ""] of head.slice(body, end).matchAll(/^<dt>([a-z]+)<\/dt><dd>(.*)<\/dd>$/gm)
  ) {
    if (name in facts) return null;
    facts[name] = decodeEntities(value);
  }
  const hasImages = head.slice(0, body).includes("; img-src data:");
  return ownWords("html", facts, head.slice(end), PAGE_TIME, hasImages);
}

function ownWords(
  format: Format,
  facts: Readonly<Record<string, unknown>>,
  body: string,
  time: RegExp,
  hasImages: boolean,
): OwnWords | null {
  const { data } = said.safeParse(facts);
  if (data === undefined) return null;
  const { provider, session, title = null } = data;
  const range = data.range === undefined ? null : rangeFrom(data.range);
  if (data.range !== undefined && range === null) return null;
  return {
    format,
    provider,
    session,
    title,
    first: null,
    range,
    offset: time.exec(body)?.[1] ?? null,
    hasImages,
  };
}

/** An event may be longer than what was read, so only its beginning is taken, which kato writes first. */
function readJsonLine(head: string): OwnWords | null {
  const begin =
    /^\{"v":1,"id":"(?:[^"\\]|\\.)*",("provider":"[a-z-]+","session":"(?:[^"\\]|\\.)*","seq":\d{1,15}),/.exec(
      head,
    );
  const value = begin === null ? null : parse(`{${begin[1]}}`);
  const { data } = line.safeParse(value);
  if (data === undefined) return null;
  const { provider, session, seq } = data;
  return {
    format: "jsonl",
    provider,
    session,
    title: null,
    first: seq,
    range: null,
    offset: null,
    hasImages: false,
  };
}

function unquote(value: string): string | null {
  const read = parse(value);
  return typeof read === "string" ? read : null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
