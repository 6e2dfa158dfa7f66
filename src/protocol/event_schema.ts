/**
 * The schema of an event. It is apart from what else concerns events: to make it takes time and memory, and only those
 * who get events from elsewhere need it.
 */
import * as z from "zod/mini";
import { providerId } from "./provider_id.ts";

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
export const resultPage = z.strictObject({
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

/** The plan in an answer: the answer's own text goes up to `before` and on from `after`. Between are the plan and its frame. */
export const answerPage = z.strictObject({ before: z.int(), from: z.int(), to: z.int(), after: z.int() });

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

/** The model that thought or called, where the log says it: a turn may begin without a text. */
export const modelPage = z.strictObject({ model: z.string() });

export const callPage = z.strictObject({
  model: z.optional(z.string()),
  /** The plan to which the call asks for consent, where an earlier call wrote it into a file. */
  plan: z.optional(z.string()),
});

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
