import { extname } from "@std/path";
import { imageFolderOf } from "../../destination/image_folder.ts";
import { FORMATS } from "../../protocol/closed_sets.ts";
import type { Format } from "../../protocol/render.ts";
import {
  choice,
  command,
  flag,
  type Given,
  list,
  option,
  optionOr,
  several,
} from "../command_line/command.ts";
import { FILTER, findRangeContradiction, JSON_FLAG, RANGE } from "../command_line/common_parameters.ts";
import { FILE, FORMAT, PARTS, SESSION, SINCE } from "../command_line/kinds.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { isHopeless } from "../planning/judged_path.ts";

const takes = {
  /** Full ids, or the beginnings of them. */
  sessions: several("session", "the sessions to write", SESSION),
  file: option("--file <log>", "a session's log by its path, instead of SESSION", FILE),
  all: flag("--all", "every session that the filters let through"),
  output: optionOr(
    "-o, --output <dest>",
    "needed: a file, a folder (for several sessions), or - for standard output",
    FILE,
    "",
  ),
  format: option("--format <format>", "md, jsonl or html (default: as DEST ends, else md)", FORMAT),
  include: list("--include <parts>", "also show these: thinking,tools,results,agents,notices", PARTS),
  exclude: list("--exclude <parts>", "leave these out, of the same list", PARTS),
  redact: choice("--redact", "replace secrets, even where policy keeps them"),
  noRedact: choice("--no-redact", "keep secrets; the audit log has it"),
  force: flag("--force", "replace a file that exists"),
  json: JSON_FLAG,
  ...FILTER,
  ...RANGE,
  since: option(
    "--since <when>",
    "only what came since: 30m, 12h, 7d, 2w, a date or a time; with --all: sessions active since",
    SINCE,
  ),
};

export type ExportGiven = Given<typeof takes>;

export const exportCommand = command({
  path: "export",
  summary: "write sessions to a file or folder, once",
  description:
    "Writes sessions, whole or from --last, --from or --since on, to a file, a folder or standard output, once. " +
    "Works whether kato runs or not. " +
    "SESSION is an id from 'kato sessions', or the beginning of one.",
  example: "kato export 5d8aa099 --output ~/notes/plan.md",
  takes,
  contradiction: findContradiction,
  plan: (given, { cwd, home }) => {
    const { file, output } = given;
    const writes = output === "-" || isHopeless(output) ? null : absolutePath(output, cwd, home);
    return {
      profile: "export",
      ...file === null ? {} : { reads: [absolutePath(file, cwd, home)] },
      writes,
      ...writes !== null && isMarkdownFile(given) ? { images: imageFolderOf(writes) } : {},
    };
  },
  run: async (given, context) => (await import("../actions/export.ts")).exportSessions(given, context),
});

/** Whether the output is one file of Markdown, if no folder is there. */
function isMarkdownFile({ output, format, all, sessions }: ExportGiven): boolean {
  const ending = formatOf(output);
  return ending !== null && (format ?? ending) === "md" && !all && sessions.length < 2;
}

/** By the file's extension. A dot in the name of a folder does not count. */
export function formatOf(output: string): Format | null {
  return FORMATS.find((format) => extname(output) === `.${format}`) ?? null;
}

function findContradiction(given: ExportGiven): string | null {
  const { sessions, file, all, project, from, output, format, json } = given;
  const ways = Number(sessions.length > 0) + Number(file !== null) + Number(all);
  if (ways === 0) return "say which sessions: SESSION, --file LOG or --all";
  if (ways > 1) return "SESSION, --file and --all cannot be combined";
  if (output === "") return "say where to: --output DEST";
  if (json && output === "-") {
    return "standard output has the session itself; leave --json or '--output -' out";
  }
  if (!all && project !== null) return "--project chooses among --all";
  const isSeveral = all || sessions.length > 1;
  if (isSeveral && from !== null) {
    return "--from counts in one session; name one, or give --last or --since instead";
  }
  // With --all, --since chooses sessions.
  const wrong = findRangeContradiction(all ? { ...given, since: null } : given);
  if (wrong !== null) return wrong;
  if (isSeveral && output === "-" && format !== "jsonl") {
    return "several sessions go to standard output only with --format jsonl";
  }
  return null;
}
