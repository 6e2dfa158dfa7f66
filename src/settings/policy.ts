/**
 * The shape of policy and configuration: every key with its type and meaning. The shipped default policy, the starter
 * files of `kato init`, the JSON Schemas and docs/policy.md are made from these descriptions.
 *
 * The room of the settings reads the administrator's policy folder and `~/.kato/config`, with its one driver
 * policy_files.ts, and looks whether the folders that policy names are links. It writes nothing: it only makes texts for
 * others to write. It never takes a file that somebody else could have written.
 */
import { autoRule } from "./auto_rule.ts";
import { isNameTemplate } from "./name_template.ts";
import * as z from "zod/mini";
import { forEachClient } from "../protocol/clients.ts";
import { COMMANDS } from "../protocol/evidence.ts";
import { redaction } from "../protocol/redaction.ts";
import { FORMATS } from "../protocol/closed_sets.ts";
import { AUTO_RULES } from "../protocol/auto_limits.ts";

/** A folder: absolute, or below home with `~/`. folders.ts makes it absolute when policy is loaded. */
const folder = z.string().check(z.regex(/^(~$|~\/|\/)/, "must be absolute or begin with ~/"));
const folders = z.array(folder).check(z.maxLength(32));

const provider = z.strictObject({
  enabled: z.boolean().check(z.describe("Whether kato follows this client's sessions at all.")),
  roots: folders.check(z.describe("The folders of its sessions. Empty: the client's own folders.")),
  keeps_days: z.int().check(
    z.minimum(0),
    z.maximum(36_500),
    z.describe(
      "After how many days without a change this client deletes a session's log, for warnings. kato does not read the " +
        "client's settings. 0: as the client does without any.",
    ),
  ),
});

/** The effective policy, with every default filled in. */
export const policy = z.strictObject({
  version: z.literal(1).check(z.describe("Version of this file's format.")),
  destinations: z.strictObject({
    roots: folders.check(
      z.minLength(1),
      z.describe("The only folders below which kato writes for the chat and for policy."),
    ),
    default_root: folder.check(
      z.describe("Where relative destinations and generated files go. Must be inside one of the roots."),
    ),
    extensions: z.array(z.enum(FORMATS)).check(
      z.minLength(1),
      z.maxLength(FORMATS.length),
      z.describe("The kinds of file that may be written."),
    ),
    allow_existing: z.boolean().check(
      z.describe("Whether kato may append to a file that it did not create."),
    ),
    allow_shared: z.boolean().check(
      z.describe("Whether several sessions may be recorded in one file."),
    ),
    max_file_mb: z.int().check(
      z.minimum(1),
      z.maximum(1_048_576),
      z.describe(
        "A recording stops growing at this size, in MiB. An image that would bring a recording and its images, or the " +
          "images of an export, above it stays a line.",
      ),
    ),
    agent_memory: z.array(z.string().check(z.regex(/^[^/]{1,255}$/, "must be the name of a file"))).check(
      z.maxLength(64),
      z.describe(
        "Names of files that agents here load by themselves, besides those that kato knows (CLAUDE.md, AGENTS.md and the " +
          "like). kato writes no file with such a name, in any folder and any case.",
      ),
    ),
    cli_export: z.enum(["anywhere", "roots"]).check(
      z.describe(
        'Where `kato export --output` may write. "anywhere": in any folder of the person\'s own that is neither ' +
          'hidden nor a system location; "roots": below the roots only.',
      ),
    ),
  }),
  recording: z.strictObject({
    commands: z.literal(COMMANDS).check(
      z.describe(
        'The commands in a chat (::record and so on) that kato obeys. "typed": those that a person typed, as the client\'s ' +
          'log shows; "prompts": also those in the prompt of a command line, a pipe or a program; false: none.',
      ),
    ),
    max_command_age: z.int().check(
      z.minimum(0),
      z.maximum(525_600),
      z.describe("kato obeys no older command in a chat than this, in minutes, except ::stop. 0: any age."),
    ),
    auto: z.array(autoRule).check(
      z.maxLength(AUTO_RULES),
      z.describe(
        "Rules that record sessions without a command, each a table [[recording.auto]] with projects, clients, exclude, to, " +
          "collision and existing. The first rule that is about a session decides. docs/policy.md has them.",
      ),
    ),
    automatic: folders.check(
      z.describe(
        "Projects (working directories). kato captures their sessions without a command, also sessions that were there " +
          "before: a short form of a last rule.",
      ),
    ),
  }),
  redaction: z.strictObject({
    secrets: z.boolean().check(
      z.describe(
        "Whether kato replaces secrets (tokens, private keys, passwords) in everything that it writes. docs/redaction.md " +
          "says which it finds.",
      ),
    ),
    prefixes: redaction.shape.prefixes.check(
      z.describe(
        "Beginnings of secrets of your own. kato replaces each text that begins like this, up to the next blank or mark.",
      ),
    ),
    allow: redaction.shape.allow.check(
      z.describe(
        "Texts that look like secrets and are none. kato does not replace these, where the whole is the same.",
      ),
    ),
  }),
  search: z.strictObject({
    enabled: z.boolean().check(
      z.describe(
        "Whether `kato search` may keep an index of sessions and recordings in ~/.kato/index. The index holds their texts, " +
          "without secrets.",
      ),
    ),
  }),
  sandbox: z.strictObject({
    require_kernel_sandbox: z.boolean().check(
      z.describe("Refuse to run where the kernel's sandbox is not in force."),
    ),
  }),
  providers: z.strictObject(forEachClient(() => provider)),
});
export type Policy = z.infer<typeof policy>;

/** Values of earlier versions, by key, each with its value today. */
export const FORMER_VALUES: FormerValues = { "recording.commands": new Map([[true, "typed"]]) };
export type FormerValues = Readonly<Record<string, ReadonlyMap<unknown, unknown>>>;

/** The configuration of one person. No key of it widens the authority of kato. */
export const config = z.strictObject({
  log: z.strictObject({
    level: z.enum(["debug", "info", "warning", "error"]).check(
      z.describe("The least serious message that is logged."),
    ),
    file: z.boolean().check(z.describe("Also write ~/.kato/logs/kato.log.")),
  }),
  render: z.strictObject({
    thinking: z.boolean().check(z.describe("Show the model's thinking in Markdown and HTML.")),
    tools: z.boolean().check(z.describe("Show tool calls.")),
    results: z.boolean().check(z.describe("Show what tools returned.")),
    agents: z.boolean().check(z.describe("Show what sub-agents did.")),
    notices: z.boolean().check(
      z.describe("Show the client's notices (compaction, interruption and the like)."),
    ),
    images: z.enum(["line", "files"]).check(
      z.describe(
        'Images of a session: "line" shows kind and size, "files" keeps the image itself: Markdown in files beside it, HTML in its page.',
      ),
    ),
    file_name: z.string().check(
      z.refine(
        isNameTemplate,
        "must be a name such as {date}-{time}-{slug}-{session}, perhaps in folders such as {project}/, with {session} in it",
      ),
      z.describe(
        "Name of a generated file, below the folder for it: {date}, {time}, {slug} (words of the title), {project}, {provider}, {session}; / makes folders.",
      ),
    ),
    time_zone: z.string().check(
      z.refine(isTimeZone, "must be an IANA time zone such as Europe/Vienna, or empty"),
      z.describe("IANA time zone of the times shown. Empty: the system's."),
    ),
  }),
});
export type Config = z.infer<typeof config>;

function isTimeZone(name: string): boolean {
  if (name === "") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    // Intl throws a RangeError for an unknown zone; it has no other way to say so.
    return false;
  }
}
