/** Reports what happened to a recording: in the audit log, in the operational log and in the status. */
import {
  destinationChanged,
  feedLost,
  recordingBlocked,
  recordingGivenUp,
  secretsRedacted,
} from "../audit/events.ts";
import type { ReasonOf } from "../audit/reasons.ts";
import type { AuditBody } from "../audit/record.ts";
import type { ProviderId } from "../protocol/event.ts";
import { listCounts, type RedactedCounts } from "../protocol/redaction.ts";
import type { Audit } from "./audit.ts";
import type { Log } from "./log.ts";
import type { OpenResult, Problem } from "./recorder_context.ts";
import type { RecordingSummary } from "./recording.ts";
import type { StatusFile } from "./status_file.ts";

export interface RecordingReportsOptions {
  readonly audit: Audit;
  /** Records something that has happened already, as soon as the disk takes it. */
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
        auditSoon(feedLost({ provider, session, destination }), provider);
      } else {
        status.error(`${destination}: ${why}`);
        log.report("destination-refused", { destination, problem: why });
      }
      if (kind === "full") auditSoon(recordingBlocked({ provider, session, destination }), provider);
    },
    givenUp({ provider, session, destination }: RecordingSummary, why: string): void {
      audit(recordingGivenUp({ provider, session, destination }, why));
      status.error(`${destination}: stopped without its last events: ${why}`);
      log.report("recording-given-up", { provider, session, destination, problem: why });
    },
    noteRedacted(recording: RecordingSummary, redacted: RedactedCounts): void {
      audit(secretsRedacted(recording, listCounts(redacted)));
    },
    noteChange(recording: RecordingSummary, reason: ReasonOf<"destination-changed">): void {
      audit(destinationChanged(recording, reason));
    },
  };
}
