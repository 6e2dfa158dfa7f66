/**
 * Decides whether an export may write to its destination. The decision is in the audit log, on the disk, before
 * anything is opened. Requires list on the destination's folder and write on the logs.
 */
import { decide } from "../../destination/decide.ts";
import type { Decision, Request } from "../../destination/decision.ts";
import { resolveRequest } from "../../destination/path.ts";
import type { Policy } from "../../settings/policy.ts";
import { type About, commandDecided, destinationOpened } from "../../audit/events.ts";
import type { AuditLog } from "../../audit/log.ts";
import { lookUp } from "../../destination/lookup.ts";
import { type Opened, openOutput } from "./output_file.ts";

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
  readonly audit: Pick<AuditLog, "append">;
}

export type Output =
  | Extract<Opened, { file: unknown }> & { readonly path: string }
  | { readonly denied: boolean; readonly message: string };

/** @param destination As typed, or made from what was typed. `about`: for the record. */
export async function openDecided(
  destination: string,
  about: About,
  context: OutputContext,
): Promise<Output> {
  const ask = (created: ReadonlySet<string>) => decideFor(destination, context, created);
  const decision = withoutRecordings(ask(new Set(context.outputMade)), context.recorded);
  const asked = { command: "kato export", requested: destination };
  if (!decision.allow) {
    context.audit.append(commandDecided(about, asked, decision.path, "deny", decision.reason));
    return { denied: true, message: `Denied (${decision.reason}): ${decision.message}` };
  }
  context.audit.append(commandDecided(about, asked, decision.path, "allow", "exported"));
  const recorded = { ...about, destination: decision.path };
  const isNew = decision.existing === null ||
    context.outputMade.includes(`${decision.existing.dev}:${decision.existing.ino}`);
  const opened = openOutput(decision, isNew, (identity) => ask(new Set([identity])));
  if (!("file" in opened)) {
    context.audit.append(destinationOpened(recorded, destination, "deny", opened.reason, opened.code));
    return { denied: opened.reason !== "cannot-open", message: opened.message };
  }
  try {
    const reason = isNew ? "created" : "replaced";
    context.audit.append(destinationOpened(recorded, destination, "allow", reason, null));
  } catch (error) {
    // A file whose opening is not on record must not stay.
    await opened.file.abandon();
    throw error;
  }
  return { file: opened.file, path: decision.path };
}

function decideFor(destination: string, context: OutputContext, created: ReadonlySet<string>): Decision {
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
  };
  const resolved = resolveRequest(policy, request);
  if ("allow" in resolved) return resolved;
  return decide(policy, request, resolved.path, lookUp(resolved.path, policy.destinations.roots, home));
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
