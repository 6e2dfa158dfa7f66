/**
 * `kato audit verify` and `kato audit tail`. Requires read on the log folder, or on the copy that is to be verified;
 * writes nothing.
 */
import { readLine } from "../../audit/chain.ts";
import { placesOf } from "../../settings/places.ts";
import type { AuditRecord } from "../../audit/record.ts";
import { AUDIT_FILE_BYTES } from "../../protocol/limits.ts";
import { currentFile, listRotated } from "../../audit/files.ts";
import { type ChainVerification, type CopyVerification, verifyAuditCopy } from "../../audit/copy.ts";
import { type Verification, verifyAudit } from "../../audit/verify.ts";
import type { Context } from "../context.ts";
import type { AuditTailGiven } from "../commands/audit_tail.ts";
import type { AuditVerifyGiven } from "../commands/audit_verify.ts";
import { whyNoInput } from "../input.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { count, padEnd, type Paint, painter, plain, tilde } from "../terminal/style.ts";
import { reportText } from "../report/report.ts";
import { escapeLines } from "../terminal/escaped_text.ts";

export function verifyLog({ copy, head, archived, json }: AuditVerifyGiven, context: Context): Outcome {
  const { logs } = placesOf(context.home);
  const options = { archived, ...(head === null ? {} : { head }) };
  if (copy.length > 0) {
    const paths = copy.map((path) => absolutePath(path, context.cwd, context.home));
    const missing = whyNoInput(paths, context.home);
    if (missing !== null) return missing;
    const result = verifyAuditCopy(paths, options);
    return reportVerified(result, json, context);
  }
  // Where the journal knows of records, a log that is not there was removed.
  if (head === null && !hasLog(logs)) return reportNoLog(json, context);
  return reportVerified(verifyAudit(logs, options), json, context);
}

function reportVerified(
  result: Verification | CopyVerification,
  json: boolean,
  { out }: Context,
): Outcome {
  const { broken, records, torn } = result;
  const { repeated = 0, chains = [] } = "chains" in result ? result : {};
  if (json) {
    out.write(reportText("audit-verification", { ok: broken === null, ...result }));
  } else if (broken === null) {
    const half = torn === 0 ? "" : `; ${count(torn, "half-written line")} of a crash, which break nothing`;
    const more = repeated === 0 ? "" : `; ${count(repeated, "line")} collected more than once`;
    const what = chains.length > 1
      ? `The ${chains.length} chains, of ${count(records, "record")}, are whole`
      : `The chain of ${count(records, "record")} is whole`;
    const heads = chains.length > 1
      ? chains.map((chain) => `head ${chain.head}  ${describeOrigin(chain)}`)
      : [`head ${result.head}`];
    out.write([`${what}${half}${more}.`, ...heads, ""].join("\n"));
  }
  if (broken === null) return DONE;
  if (json) return fail("failed", null);
  const place = `${plain(broken.file)}, line ${broken.line}`;
  return fail(
    "failed",
    `The security log is broken at ${place}: ${plain(broken.why)}. ` +
      `The ${count(records, "record")} before it are in order; compare the file with your copy of it.`,
  );
}

/** Whose log it is, as far as it says so. */
function describeOrigin({ origin, records }: Pick<ChainVerification, "origin" | "records">): string {
  const of = count(records, "record");
  if (origin === null) return `${of}, which do not say whose`;
  const { user, uid, host, machine } = origin;
  return `${of} of ${plain(user ?? "user")} (${uid}) on ${plain(host ?? "a machine")} (${
    plain(machine ?? "without an id")
  })`;
}

function reportNoLog(json: boolean, { home, out }: Context): Outcome {
  const empty = {
    ok: true,
    records: 0,
    first: null,
    last: null,
    head: "0".repeat(64),
    torn: 0,
    broken: null,
  };
  const text = `There is no security log yet in ${tilde(placesOf(home).logs, home)}.`;
  out.write(json ? reportText("audit-verification", empty) : `${text}\n`);
  return DONE;
}

/** How often a followed log is looked at. Milliseconds. */
const FOLLOW_MS = 250;

export async function tailLog({ lines, follow, json }: AuditTailGiven, context: Context): Promise<Outcome> {
  const { logs } = placesOf(context.home);
  const paint = painter(context.out);
  const print = (added: readonly string[]) => {
    for (const line of added) {
      const shown = json ? escapeLines(line) : describeLine(line, paint);
      if (shown !== null) context.out.write(`${shown}\n`);
    }
  };
  let follower = followFrom(currentFile(logs));
  const latest = exists(logs) ? readLatest(logs, lines) : [];
  print(latest);
  if (latest.length === 0 && !follow && !json) sayNothingToShow(lines, context);
  while (follow) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    print(follower.read());
    if (!follower.isCurrent()) {
      // Rotated: what was added before the old file was put away first, then the new file from its beginning.
      print(follower.read());
      follower = followFrom(currentFile(logs), 0);
      print(follower.read());
    }
  }
  return DONE;
}

function sayNothingToShow(lines: number, context: Context): void {
  if (!hasLog(placesOf(context.home).logs)) reportNoLog(false, context);
  else if (lines > 0) context.out.write("The security log has no record yet.\n");
}

function describeLine(text: string, paint: Paint): string | null {
  const line = readLine(text);
  switch (line.line) {
    case "record":
      return describeRecord(line.record, paint);
    case "torn":
      return null;
    case "bad":
      return paint("red", `(${plain(line.why)})`);
  }
}

function describeRecord(record: AuditRecord, paint: Paint): string {
  const { time, decision, event, reason, command, path, requested, session, detail } = record;
  const colour = decision === "deny" ? "red" : decision === "allow" ? "green" : "dim";
  const parts = [
    `${time.slice(0, 19).replace("T", " ")}Z`,
    paint(colour, padEnd(decision, 5)),
    padEnd(event, 18),
    reason,
    command === null ? "" : `'${plain(command)}'`,
    plain(path ?? requested ?? ""),
    session === null ? "" : `session ${plain(session).slice(0, 8)}`,
    plain(detail ?? ""),
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** The last `count` lines over all files, oldest first. */
function readLatest(logs: string, count: number): string[] {
  const files = [...listRotated(logs), currentFile(logs)];
  let lines: string[] = [];
  for (let at = files.length - 1; at >= 0 && lines.length < count; at -= 1) {
    lines = [...readLines(files[at] ?? ""), ...lines];
  }
  return count === 0 ? [] : lines.slice(-count);
}

/** All lines of one file: none is larger than its bound, and people look at the log rarely. */
function readLines(path: string): string[] {
  try {
    if (Deno.statSync(path).size > 2 * AUDIT_FILE_BYTES) return [];
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

interface LogFollower {
  /** Whole lines that were added since. */
  read(): string[];
  /** Whether the path still names the file that is open. */
  isCurrent(): boolean;
}

/** Follows the file at `path` from `offset`, or from its present end. A file that is not there is not current. */
function followFrom(path: string, offset: number | null = null): LogFollower {
  const file = open(path);
  if (file === null) return { read: () => [], isCurrent: () => false };
  const own = file.statSync();
  file.seekSync(offset ?? own.size, Deno.SeekMode.Start);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let rest = "";
  return {
    read() {
      for (let got = file.readSync(buffer); got !== null; got = file.readSync(buffer)) {
        rest += decoder.decode(buffer.subarray(0, got), { stream: true });
      }
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      return lines.filter((line) => line !== "");
    },
    isCurrent() {
      const { dev, ino } = identify(path);
      return dev === own.dev && ino === own.ino;
    },
  };
}

function open(path: string): Deno.FsFile | null {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function identify(path: string): { dev: number | null; ino: number | null } {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { dev: null, ino: null };
    throw error;
  }
}

function exists(path: string): boolean {
  return identify(path).ino !== null;
}

/** The folder alone says nothing: an installed kato makes it before a command writes to it. */
function hasLog(logs: string): boolean {
  return exists(currentFile(logs)) || listRotated(logs).length > 0;
}
