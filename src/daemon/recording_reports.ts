/** Says what became of a recording: in the audit log, in the operational log and in the status. */
import type { AuditBody } from "../audit/record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Audit } from "./audit.ts";
import { EMPTY_BODY } from "./followed_provider.ts";
import type { Log } from "./log.ts";
import type { OpenResult, Problem } from "./recorder_context.ts";
import type { RecordingSummary } from "./recording.ts";
import type { StatusFile } from "./status_file.ts";

export interface RecordingReportsOptions {
  readonly audit: Audit;
  /** For what has happened already, and cannot wait for its record. */
  readonly auditSoon: (body: AuditBody, provider: ProviderId) => void;
  readonly log: Pick<Log, "report">;
  readonly status: Pick<StatusFile, "error">;
}

export function createRecordingReports({ audit, auditSoon, log, status }: RecordingReportsOptions) {
  return {
    opened({ provider, session, destination }: RecordingSummary, result: OpenResult): OpenResult {
      if (result !== null && "writer" in result) {
        log.report("recording-opened", { provider, session, destination });
      }
      return result;
    },
    blocked({ provider, session, destination }: RecordingSummary, { why, kind }: Problem): void {
      if (kind === "no-log") {
        log.report("session-lost", { provider, session, why });
        const reason = "log-not-there";
        auditSoon(
          { ...EMPTY_BODY, event: "feed-lost", provider, session, path: destination, reason },
          provider,
        );
      } else {
        status.error(`${destination}: ${why}`);
        log.report("destination-refused", { destination, problem: why });
      }
      if (kind !== "full") return;
      const reason = "too-large";
      const event = "recording-blocked";
      auditSoon(
        { ...EMPTY_BODY, event, provider, session, path: destination, decision: "deny", reason },
        provider,
      );
    },
    givenUp({ provider, session, destination }: RecordingSummary, why: string): void {
      const event = "recording-given-up";
      audit({ ...EMPTY_BODY, event, provider, session, path: destination, reason: event, detail: why });
      status.error(`${destination}: stopped without the last of what was said: ${why}`);
      log.report("recording-given-up", { provider, session, destination, problem: why });
    },
    fileChanged({ provider, session, destination }: RecordingSummary, reason: string): void {
      audit({ ...EMPTY_BODY, event: "destination-changed", provider, session, path: destination, reason });
    },
  };
}
