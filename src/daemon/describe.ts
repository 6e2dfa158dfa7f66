/** The run, a provider and a recording as the status file shows them. */
import type { Host } from "../hosts/host.ts";
import type { RecordingStatus, Status } from "../protocol/status.ts";
import type { Follow } from "./follow.ts";
import type { RecordingSummary } from "./recording.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { Sources } from "./sources.ts";
import type { StatusSource } from "./status_file.ts";

/** The kernel's sandbox of this run, as the launcher says. */
export interface KernelSandbox {
  readonly sandbox: boolean;
  /** Parts that this kernel lacks, in the launcher's words. */
  readonly missing: readonly string[];
}

interface DescribedRun {
  readonly version: string;
  readonly host: Pick<Host, "name">;
  readonly kernel: KernelSandbox;
  readonly effective: Pick<EffectivePolicy, "version" | "hash" | "organisationHash">;
}

/** The facts that stay the same while kato runs. */
export function describeRun({ version, host, kernel, effective }: DescribedRun): StatusSource["fixed"] {
  return {
    version,
    pid: Deno.pid,
    started: new Date().toISOString(),
    host: host.name,
    kernelSandbox: kernel.sandbox,
    kernelMissing: [...kernel.missing],
    policy: {
      version: effective.version,
      hash: effective.hash,
      organisationHash: effective.organisationHash,
    },
  };
}

type ProviderStatus = Status["providers"][number];

interface DescribedProvider {
  readonly plan: { readonly provider: ProviderStatus["provider"]; readonly roots: readonly string[] };
  readonly follow: Pick<Follow, "counts">;
  readonly sources: Pick<Sources, "quarantined">;
  readonly state: ProviderStatus["state"];
  readonly missing: readonly string[];
}

export function describeProvider(
  described: DescribedProvider,
  troubles: ProviderStatus["troubles"],
): ProviderStatus {
  const { sessions, followed, quarantined } = described.follow.counts();
  return {
    provider: described.plan.provider,
    roots: [...described.plan.roots],
    missing: [...described.missing],
    state: described.state,
    sessions,
    followed,
    quarantined: [...quarantined, ...described.sources.quarantined()],
    troubles,
  };
}

/** `problem`: why it is blocked, or null; `follow`: of its provider, if kato follows that. */
export function describeRecording(
  recording: RecordingSummary,
  problem: string | null,
  follow?: Pick<Follow, "behind" | "isGone">,
): RecordingStatus {
  const {
    provider,
    session,
    destination,
    kind,
    rule,
    active,
    events,
    size,
    written,
    goesOn,
    next,
    readTo,
    redacted,
  } = recording;
  return {
    provider,
    session,
    destination,
    kind,
    rule,
    state: stateOf(recording, problem),
    problem,
    events,
    bytes: size,
    lag: active ? follow?.behind(session, next, readTo) ?? 0 : 0,
    written,
    goesOn,
    redacted: { ...redacted },
    ...follow?.isGone(session) === true ? { gone: true as const } : {},
  };
}

function stateOf(
  { active, kind, until, follows }: RecordingSummary,
  problem: string | null,
): RecordingStatus["state"] {
  if (!active) return kind === "export" ? "done" : "stopped";
  if (problem !== null) return "blocked";
  if (follows !== null) return "waiting";
  return until === null ? "active" : "stopping";
}
