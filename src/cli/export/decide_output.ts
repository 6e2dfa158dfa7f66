/**
 * Decides whether an export may write to its destinations. The decisions on several are in the audit log, on the disk,
 * before any of them is opened, and what was opened is, before any gets a byte. Requires list on the destinations' folder
 * and write on the logs.
 */
import { decide } from "../../destination/decide.ts";
import type { Allowed, Created, Decision, Request } from "../../destination/decision.ts";
import { resolveRequest } from "../../destination/path.ts";
import type { Policy } from "../../settings/policy.ts";
import { type About, commandDecided, destinationOpened } from "../../audit/events.ts";
import type { AuditLog } from "../../audit/log.ts";
import { type Look, lookOnce, lookUp } from "../../destination/lookup.ts";
import type { AuditBody } from "../../audit/record.ts";
import type { Buffers, OutputFile } from "./output_buffers.ts";
import { openOutput } from "./output_file.ts";

export interface OutputContext {
  readonly home: string;
  readonly cwd: string;
  readonly uid: number;
  readonly policy: Policy;
  readonly providerRoots: readonly string[];
  readonly force: boolean;
  /** Empty files that the launcher made for this run, by `dev:ino`: to the decision they are kato's own. */
  readonly outputMade: readonly string[];
  /** Destinations of recordings that are under way. */
  readonly recorded: ReadonlySet<string>;
  readonly audit: Pick<AuditLog, "appendAll">;
  readonly buffers: Buffers;
}

export interface Wanted {
  /** As typed, or made from what was typed. */
  readonly destination: string;
  /** For the record. */
  readonly about: About;
}

export type Output =
  | { readonly file: OutputFile; readonly path: string }
  | { readonly denied: boolean; readonly message: string };

interface Decided extends Wanted {
  readonly decision: Verdict;
}

/**
 * Opens the first of the wanted files, in their order: all of them, unless one stands in the way of the next. Each of
 * these has its output, a file or a sentence.
 */
export async function openDecided(wanted: readonly Wanted[], context: OutputContext): Promise<Output[]> {
  await context.buffers.idle();
  const decided = decideFirst(wanted, context);
  context.audit.appendAll(decided.map(recordDecision));
  const opened = decided.map(({ decision }) =>
    decision.allow ? openOutput(decision, isNew(decision, context), context.buffers) : null
  );
  // The second look at the folders comes when all files are open.
  const look = lookOnce();
  const records: AuditBody[] = [];
  const outputs = decided.map(({ destination, about, decision }, index): Output => {
    const compare = opened[index] ?? null;
    if (!decision.allow || compare === null) return denied(decision);
    const { path } = decision;
    const found = compare((identity) => decideFor(destination, context, new Set([identity]), look));
    const recorded = { ...about, destination: path };
    if ("file" in found) {
      const reason = isNew(decision, context) ? "created" : "replaced";
      records.push(destinationOpened(recorded, destination, "allow", reason, null));
      return { file: found.file, path };
    }
    records.push(destinationOpened(recorded, destination, "deny", found.reason, found.code));
    return { denied: found.reason !== "cannot-open", message: found.message };
  });
  try {
    context.audit.appendAll(records);
  } catch (error) {
    // A file whose opening is not on record must not stay.
    for (const output of outputs) if ("file" in output) await output.file.abandon();
    throw error;
  }
  return outputs;
}

/** Decisions until one makes a folder, which the next may need, or until the next is on a file of these. */
function decideFirst(wanted: readonly Wanted[], context: OutputContext): Decided[] {
  const look = lookOnce();
  const created = new Set(context.outputMade);
  const paths = new Set<string | null>();
  const decided: Decided[] = [];
  for (const one of wanted) {
    const decision = withoutRecordings(
      decideFor(one.destination, context, created, look),
      context.recorded,
    );
    if (decision.allow && paths.has(decision.path)) break;
    paths.add(decision.path);
    decided.push({ ...one, decision });
    if (decision.allow && decision.directories.length > 0) break;
  }
  return decided;
}

function recordDecision({ destination, about, decision }: Decided): AuditBody {
  const asked = { command: "kato export", requested: destination };
  return decision.allow
    ? commandDecided(about, asked, decision.path, "allow", "exported")
    : commandDecided(about, asked, decision.path, "deny", decision.reason);
}

function denied(decision: Verdict): Output {
  if (decision.allow) throw new Error("internal error: an allowed file was not opened");
  return { denied: true, message: `Denied (${decision.reason}): ${decision.message}` };
}

function isNew({ existing }: Allowed, { outputMade }: OutputContext): boolean {
  return existing === null || outputMade.includes(`${existing.dev}:${existing.ino}`);
}

/** @param change What is different for a file that belongs to the output. */
export function decideFor(
  destination: string,
  context: OutputContext,
  created: Created,
  look?: Look,
  change: Pick<Request, "extensions"> = {},
): Decision {
  const { policy, home, cwd, uid, providerRoots, force } = context;
  const request: Request = {
    asker: "cli",
    destination,
    generated: "",
    home,
    cwd,
    uid,
    providerRoots,
    created,
    force,
    ...change,
  };
  const resolved = resolveRequest(policy, request);
  if ("allow" in resolved) return resolved;
  return decide(policy, request, resolved.path, lookUp(resolved.path, policy.destinations.roots, home, look));
}

type Verdict = Decision | {
  readonly allow: false;
  readonly reason: "destination-in-use";
  readonly path: string;
  readonly message: string;
};

/** The daemon appends to a recording, so that an export must not replace it, not even with --force. */
function withoutRecordings(decision: Decision, recorded: ReadonlySet<string>): Verdict {
  if (!decision.allow || decision.existing === null || !recorded.has(decision.path)) return decision;
  const message =
    `${decision.path} is being recorded. Choose another file, or 'kato stop' the recording first.`;
  return { allow: false, reason: "destination-in-use", path: decision.path, message };
}
