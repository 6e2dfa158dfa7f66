/** What a recording reports is on record: each report makes exactly its records. */
import assert from "node:assert/strict";
import type { AuditBody } from "../../src/audit/record.ts";
import type { RecordingSummary } from "../../src/daemon/recording.ts";
import { createRecordingReports } from "../../src/daemon/recording_reports.ts";

const RECORDING = { provider: "codex", session: "s", destination: "/home/ada/x.md" } as RecordingSummary;

type Reports = ReturnType<typeof createRecordingReports>;

const ROWS:
  readonly (readonly [what: string, report: (reports: Reports) => void, records: readonly string[]])[] = [
    [
      "a recording as large as policy allows",
      (reports) => reports.blocked(RECORDING, { why: "x", kind: "full" }),
      [
        "recording-blocked deny too-large",
      ],
    ],
    ["a log that is gone", (reports) => reports.blocked(RECORDING, { why: "x", kind: "no-log" }), [
      "feed-lost note log-not-there",
    ]],
    // The decision itself is on record, or there is none.
    ["a denied file", (reports) => reports.blocked(RECORDING, { why: "x", kind: "denied" }), []],
    ["a machine that refuses", (reports) => reports.blocked(RECORDING, { why: "x", kind: "machine" }), []],
    ["a bug", (reports) => reports.blocked(RECORDING, { why: "x", kind: "bug" }), []],
    ["one that is given up", (reports) => reports.givenUp(RECORDING, "no room"), [
      "recording-given-up note recording-given-up",
    ]],
    ["what was replaced", (reports) => reports.noteRedacted(RECORDING as never, { jwt: 2 }), [
      "secrets-redacted note replaced-by-placeholders",
    ]],
    ["a file that somebody edits", (reports) => reports.noteChange(RECORDING, "edited"), [
      "destination-changed note edited",
    ]],
  ];

for (const [what, report, records] of ROWS) {
  Deno.test(`reports: ${what} is on record as ${records.join(", ") || "nothing"}`, () => {
    const bodies: AuditBody[] = [];
    report(createRecordingReports({
      audit: (...more) => void bodies.push(...more),
      auditSoon: (body) => void bodies.push(body),
      log: { report() {} },
      status: { error() {} },
    }));
    assert.deepEqual(bodies.map(({ event, decision, reason }) => `${event} ${decision} ${reason}`), records);
    for (const { provider, session, path } of bodies) {
      assert.deepEqual({ provider, session, destination: path }, RECORDING);
    }
  });
}
