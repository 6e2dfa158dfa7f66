/** One event of a conversation, the same for every provider; also the JSONL export, one event a line. */
import * as z from "zod/mini";
import { PROVIDERS } from "./closed_sets.ts";

export const providerId = z.enum(PROVIDERS);
export type ProviderId = z.infer<typeof providerId>;

/** Fields of every event. `time` is ISO 8601 in UTC, or null when the log has none: a time is never invented. */
const base = {
  v: z.literal(1),
  /** Stable: the same record gives the same id at every reading. */
  id: z.string().check(z.minLength(1)),
  provider: providerId,
  session: z.string().check(z.minLength(1)),
  /** 0, 1, 2 … in conversation order. */
  seq: z.int().check(z.nonnegative()),
  time: z.nullable(z.iso.datetime({ offset: false })),
  /** `main`, or the id of the sub-agent that spoke. */
  agent: z.string().check(z.minLength(1)),
  /** Records that kato did not understand, between the event before and this one. JSONL has no such field. */
  unknown: z.optional(z.int().check(z.positive())),
  /** How many secrets of each kind were replaced in it. JSONL has no such field. */
  redacted: z.optional(z.record(z.string(), z.int())),
};

/**
 * How pages for people show a result. The reader of the client's log knows the client's frames. JSONL has the whole text
 * and no such field.
 */
const resultPage = z.strictObject({
  /** The part of `text` that is no frame of the client's: from this UTF-16 unit on, up to that one. */
  from: z.int().check(z.nonnegative()),
  to: z.int().check(z.nonnegative()),
  /** The client put so many blanks in front of each line of that part. */
  indent: z.optional(z.int()),
  /** What the frame said, in a few words: `exit code 3`. */
  facts: z.optional(z.array(z.string())),
  /** `denied`: a person or a rule did not allow the call. `cancelled`: it was stopped. */
  outcome: z.optional(z.enum(["denied", "cancelled"])),
  /** The images in the result, each in a few words. Notices with the same words follow. */
  images: z.optional(z.array(z.string())),
  /** The bytes of each of them in base64; "" where the log has none. Only where images are kept. */
  imageData: z.optional(z.array(z.string())),
  /** A person approved a plan: the plan, as they did, begins at this unit; at the end where the result does not repeat it. */
  approves: z.optional(z.int().check(z.nonnegative())),
  /** The person's words with which they rejected the call. An event with the same words follows. */
  said: z.optional(z.string()),
  /** The call goes on after it. */
  partial: z.optional(z.literal(true)),
});
export type ResultPage = z.infer<typeof resultPage>;

/** The plan in an answer: the answer's own text goes up to `before` and on from `after`. Between are the plan and its frame. */
const answerPage = z.strictObject({ before: z.int(), from: z.int(), to: z.int(), after: z.int() });
export type AnswerPage = z.infer<typeof answerPage>;

/** The page of a result has the words already. */
const userPage = z.strictObject({ inResult: z.literal(true) });

const noticePage = z.strictObject({
  /** In front of a sub-agent's task stand words of the client, up to this UTF-16 unit. */
  from: z.optional(z.int().check(z.nonnegative())),
  /** The sub-agent that got a task, where the client encrypts the task: the call that gave it has its text. */
  name: z.optional(z.string()),
  /** The page of a result has the image already. */
  inResult: z.optional(z.literal(true)),
  /** The bytes of an image in base64. Only where images are kept. */
  imageData: z.optional(z.string()),
});

/** An image as a log has it: a few words, and its bytes in base64; "" where the log only names it. */
export interface LoggedImage {
  readonly words: string;
  readonly data: string;
}

/** The notice of an image. `inResult`: the page of the result before it has the image, too. */
export function imageNotice({ words, data }: LoggedImage, inResult = false) {
  const page = {
    ...(inResult ? { inResult: true as const } : {}),
    ...(data === "" ? {} : { imageData: data }),
  };
  const notice = { type: "notice", kind: "image", text: words } as const;
  return Object.keys(page).length === 0 ? notice : { ...notice, page };
}

/** `page`, with the images of the result, and the person's words: "" for none. */
export function pageWith(
  text: string,
  page: ResultPage | undefined,
  images: readonly LoggedImage[],
  said = "",
): { readonly page?: ResultPage } {
  const more = {
    ...(images.length > 0 ? { images: images.map(({ words }) => words) } : {}),
    ...(images.some(({ data }) => data !== "") ? { imageData: images.map(({ data }) => data) } : {}),
    ...(said === "" ? {} : { said }),
  };
  if (Object.keys(more).length > 0) return { page: { ...(page ?? { from: 0, to: text.length }), ...more } };
  return page === undefined ? {} : { page };
}

/** The same event without the bytes of images: most readers want no megabytes. */
export function withoutImageData(event: EventDraft): EventDraft {
  if (event.type !== "notice" && event.type !== "tool_result") return event;
  if (event.page?.imageData === undefined) return event;
  const { page: { imageData: _, ...page }, ...rest } = event;
  return (Object.keys(page).length === 0 ? rest : { ...rest, page }) as EventDraft;
}

/** The model that thought or called, where the log says it: a turn may begin without a text. */
const modelPage = z.strictObject({ model: z.string() });

export function pageOfModel(model: string | null): { readonly page?: z.infer<typeof modelPage> } {
  return model === null || model === "" ? {} : { page: { model } };
}

const callPage = z.strictObject({
  model: z.optional(z.string()),
  /** The plan to which the call asks for consent, where an earlier call wrote it into a file. */
  plan: z.optional(z.string()),
});

export function pageOfCall(
  model: string | null,
  plan: string | null,
): { readonly page?: z.infer<typeof callPage> } {
  const page = { ...pageOfModel(model).page, ...(plan === null ? {} : { plan }) };
  return Object.keys(page).length === 0 ? {} : { page };
}

export const event = z.discriminatedUnion("type", [
  /** The typed text, verbatim; nothing that a client put around it. */
  z.strictObject({ ...base, type: z.literal("user"), text: z.string(), page: z.optional(userPage) }),
  z.strictObject({
    ...base,
    type: z.literal("assistant"),
    text: z.string(),
    model: z.nullable(z.string()),
    phase: z.nullable(z.enum(["commentary", "final"])),
    page: z.optional(answerPage),
  }),
  z.strictObject({ ...base, type: z.literal("thinking"), text: z.string(), page: z.optional(modelPage) }),
  z.strictObject({
    ...base,
    type: z.literal("tool_call"),
    call: z.string(),
    name: z.string(),
    input: z.unknown(),
    page: z.optional(callPage),
  }),
  z.strictObject({
    ...base,
    type: z.literal("tool_result"),
    call: z.string(),
    text: z.string(),
    error: z.boolean(),
    page: z.optional(resultPage),
  }),
  z.strictObject({
    ...base,
    type: z.literal("decision"),
    question: z.string(),
    options: z.array(z.string()),
    answer: z.nullable(z.string()),
    /** What the person wrote beside the answer, if anything. */
    note: z.optional(z.string()),
  }),
  /** A message of the client: `kind` is one of NOTICE_KINDS. */
  z.strictObject({
    ...base,
    type: z.literal("notice"),
    kind: z.string(),
    text: z.string(),
    /** Of a `rewind`: the id of the first event that is undone, where the log says it. */
    undoes: z.optional(z.string()),
    page: z.optional(noticePage),
  }),
]);
export type Event = z.infer<typeof event>;

/**
 * Kinds of notice and what their text is.
 * - `compaction`: the context was compacted; text is the summary where the client shows one, else a sentence
 * - `interruption`: the person interrupted the model
 * - `command`: a command of the client itself (`/model sonnet`), `shell`: a shell line the person ran (`!ls`),
 *   `output`: what either of them printed
 * - `api-error`: the provider's service failed
 * - `task`: the task given to a sub-agent
 * - `background`: a background task reported
 * - `step`: something a tool call did on its way: a command it ran, a file it changed; the first line says what
 * - `image`, `attachment`: something that is not text, described in a few words
 * - `rewind`: the person went back to an earlier point; what is undone stays
 * - `elision`: something was too large to keep; the text says what and how much
 * - `info`: anything else a client tells the person
 */
export const NOTICE_KINDS = [
  "compaction",
  "interruption",
  "command",
  "shell",
  "output",
  "api-error",
  "task",
  "background",
  "step",
  "image",
  "attachment",
  "rewind",
  "elision",
  "info",
] as const;
export type NoticeKind = typeof NOTICE_KINDS[number];

type WithoutPlace<T> = T extends unknown
  ? Omit<T, "v" | "provider" | "session" | "seq" | "agent" | "unknown" | "redacted">
  : never;

/** An event as a provider's parser makes it. The session reader adds its place. */
export type EventDraft = WithoutPlace<Event>;

/** The agent that the person talks to. */
export const MAIN_AGENT = "main";
