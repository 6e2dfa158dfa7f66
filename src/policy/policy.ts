/**
 * The shape of policy and of configuration: every key, its type, its default and what it means. The shipped
 * default policy, the JSON Schema and the documentation are made from it. Room: policy; no authority, pure.
 */
import * as z from "zod/mini";
import { PROVIDERS } from "../protocol/event.ts";
import { FORMATS } from "../protocol/render.ts";

/** A folder: absolute, or below home with `~/`. Resolved when policy is loaded. */
const folder = z.string().check(z.regex(/^(~|\/)/, "must be absolute or begin with ~/"));

const provider = z.strictObject({
  /** Whether this provider's sessions are followed at all. */
  enabled: z.boolean(),
  /** Where its sessions are; empty: where the client itself keeps them. */
  roots: z.array(folder),
});

/** The effective policy: complete, every default filled in. */
export const policy = z.strictObject({
  version: z.literal(1),
  destinations: z.strictObject({
    /** The only folders below which kato writes for the chat and for policy. */
    roots: z.array(folder).check(z.minLength(1), z.maxLength(32)),
    /** Where relative destinations and generated files go; must be inside one of the roots. */
    default_root: folder,
    extensions: z.array(z.enum(FORMATS)).check(z.minLength(1)),
    /** Whether kato may append to a file that it did not create. */
    allow_existing: z.boolean(),
    /** Whether several sessions may be recorded in one file. */
    allow_shared: z.boolean(),
    /** A recording stops growing here. MiB. */
    max_file_mb: z.int().check(z.minimum(1), z.maximum(1_048_576)),
    /** `anywhere`: --output of `kato export` is the person's own choice; `roots`: it obeys the roots too. */
    cli_export: z.enum(["anywhere", "roots"]),
  }),
  recording: z.strictObject({
    /** Whether in-chat commands are obeyed. */
    commands: z.boolean(),
    /** Projects (working directories) whose sessions are captured without a command. */
    automatic: z.array(folder),
  }),
  sandbox: z.strictObject({
    /** Refuse to run where the kernel sandbox is not in force. */
    require_kernel_sandbox: z.boolean(),
  }),
  providers: z.strictObject(
    Object.fromEntries(PROVIDERS.map((id) => [id, provider])) as Record<
      typeof PROVIDERS[number],
      typeof provider
    >,
  ),
});
export type Policy = z.infer<typeof policy>;

/** How kato works for one person; nothing in it widens what kato may touch. */
export const config = z.strictObject({
  log: z.strictObject({
    level: z.enum(["debug", "info", "warning", "error"]),
    /** Also write ~/.kato/logs/kato.log. */
    file: z.boolean(),
  }),
  render: z.strictObject({
    /** Show the model's thinking in Markdown and HTML. */
    thinking: z.boolean(),
    tools: z.boolean(),
    results: z.boolean(),
    agents: z.boolean(),
    notices: z.boolean(),
    /** IANA time zone; empty: the system's. */
    time_zone: z.string(),
  }),
});
export type Config = z.infer<typeof config>;
