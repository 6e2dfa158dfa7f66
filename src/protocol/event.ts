/** One event of a conversation, the same for every provider; also the JSONL export, one event a line. */
import type * as z from "zod/mini";
import type { answerPage, callPage, event, modelPage, resultPage } from "./event_schema.ts";
import type { providerId } from "./provider_id.ts";

export type ProviderId = z.infer<typeof providerId>;

export type ResultPage = z.infer<typeof resultPage>;

export type AnswerPage = z.infer<typeof answerPage>;

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

export function pageOfModel(model: string | null): { readonly page?: z.infer<typeof modelPage> } {
  return model === null || model === "" ? {} : { page: { model } };
}

export function pageOfCall(
  model: string | null,
  plan: string | null,
): { readonly page?: z.infer<typeof callPage> } {
  const page = { ...pageOfModel(model).page, ...(plan === null ? {} : { plan }) };
  return Object.keys(page).length === 0 ? {} : { page };
}

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
