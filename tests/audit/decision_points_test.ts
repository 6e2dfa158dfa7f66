/**
 * Every place of the code that makes an audit record is found here by reading the code, and has its row: the test that
 * passes it and looks at the record. Every reason code is in a test that looks for it. What is new and has no row fails.
 */
import assert from "node:assert/strict";
import * as events from "../../src/audit/events.ts";
import { type AuditEvent, REASONS } from "../../src/audit/reasons.ts";
import { read } from "../documents.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** For each place, in the order of the files: what it makes, and the test that passes it. */
const POINTS: readonly (readonly [file: string, made: keyof typeof events, test: string])[] = [
  ["audit/log.ts", "auditLogChanged", "audit/changed_test.ts"],
  ["audit/refused_lines.ts", "linesRefused", "audit/refused_lines_test.ts"],
  ["audit/refused_lines.ts", "linesRefused", "audit/refused_lines_test.ts"],
  ["cli/actions/export.ts", "secretsKept", "cli/export_redaction_test.ts"],
  ["cli/actions/seal.ts", "commandDecided", "cli/seal_test.ts"],
  ["cli/actions/seal.ts", "fileSealed", "cli/seal_test.ts"],
  ["cli/actions/seal.ts", "destinationOpened", "cli/seal_test.ts"],
  ["cli/actions/seal.ts", "destinationOpened", "cli/seal_test.ts"],
  ["cli/export/decide_output.ts", "destinationOpened", "cli/export_test.ts"],
  ["cli/export/decide_output.ts", "destinationOpened", "cli/export_test.ts"],
  ["cli/export/decide_output.ts", "commandDecided", "cli/export_test.ts"],
  ["cli/export/decide_output.ts", "commandDecided", "cli/export_test.ts"],
  ["cli/export/image_files.ts", "commandDecided", "cli/export_images_test.ts"],
  ["cli/export/image_files.ts", "commandDecided", "cli/export_images_test.ts"],
  ["cli/export/image_files.ts", "destinationOpened", "cli/export_images_test.ts"],
  ["cli/own_policy.ts", "policyEdited", "cli/policy_edit_test.ts"],
  ["cli/search/open_index.ts", "indexMade", "cli/search_index_test.ts"],
  ["daemon/carry_out.ts", "commandDecided", "daemon/audit_day_test.ts"],
  ["daemon/carry_out.ts", "commandDecided", "daemon/audit_day_test.ts"],
  ["daemon/carry_out.ts", "sessionRemembered", "daemon/forget_test.ts"],
  ["daemon/clean.ts", "stateCleaned", "daemon/clean_test.ts"],
  ["daemon/clean.ts", "stateCleaned", "daemon/clean_test.ts"],
  ["daemon/destinations.ts", "destinationOpened", "daemon/opening_test.ts"],
  ["daemon/destinations.ts", "destinationOpened", "daemon/audit_day_test.ts"],
  ["daemon/followed_provider.ts", "sourceQuarantined", "daemon/followed_provider_test.ts"],
  ["daemon/followed_provider.ts", "protocolViolated", "daemon/followed_provider_test.ts"],
  ["daemon/followed_provider.ts", "roleEnded", "daemon/followed_provider_test.ts"],
  ["daemon/followed_provider.ts", "sourceReleased", "daemon/followed_provider_test.ts"],
  ["daemon/forget.ts", "sessionForgotten", "daemon/forget_test.ts"],
  ["daemon/forget.ts", "sessionForgotten", "daemon/forget_test.ts"],
  ["daemon/intake.ts", "feedLost", "daemon/retention_test.ts"],
  ["daemon/main.ts", "requestRefused", "daemon/requests_test.ts"],
  ["daemon/main.ts", "daemonStopped", "daemon/audit_day_test.ts"],
  ["daemon/moves.ts", "recordingMoved", "daemon/moves_test.ts"],
  ["daemon/moves.ts", "recordingMoved", "daemon/moves_test.ts"],
  ["daemon/open_daemon.ts", "wideningIgnored", "daemon/open_daemon_test.ts"],
  ["daemon/open_daemon.ts", "daemonStarted", "daemon/open_daemon_test.ts"],
  ["daemon/orchestrator.ts", "protocolViolated", "hosts/processes_test.ts"],
  ["daemon/recording_images.ts", "destinationOpened", "daemon/recording_images_test.ts"],
  ["daemon/recording_images.ts", "imageDecided", "daemon/recording_images_test.ts"],
  ["daemon/recording_images.ts", "destinationOpened", "daemon/recording_images_test.ts"],
  ["daemon/recording_reports.ts", "feedLost", "daemon/recording_reports_test.ts"],
  ["daemon/recording_reports.ts", "recordingBlocked", "daemon/recording_reports_test.ts"],
  ["daemon/recording_reports.ts", "recordingGivenUp", "daemon/recording_reports_test.ts"],
  ["daemon/recording_reports.ts", "secretsRedacted", "daemon/recording_reports_test.ts"],
  ["daemon/recording_reports.ts", "destinationChanged", "daemon/recording_reports_test.ts"],
  ["daemon/requested_commands.ts", "commandDecided", "daemon/audit_day_test.ts"],
];

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}${folder}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : name.endsWith(".ts") ? [`${folder}/${name}`] : []
  ).sort();
}

/** Each call of a function that makes a record. */
function pointsOf(file: string): string[] {
  const call = new RegExp(`\\b(${Object.keys(events).join("|")})\\(`, "g");
  return [...read(file).matchAll(call)].map(([, made]) => `${file.slice("src/".length)} ${made}`);
}

Deno.test("every place that makes an audit record has its row, and each row its place", () => {
  const found = filesBelow("src").filter((file) => file !== "src/audit/events.ts").flatMap(pointsOf);
  assert.deepEqual(POINTS.map(([file, made]) => `${file} ${made}`), found);
});

Deno.test("the test of each row looks at the audit log or at the records", () => {
  for (const [file, made, test] of POINTS) {
    assert.match(read(`tests/${test}`), /audit|record/, `${file} ${made}: tests/${test}`);
  }
});

Deno.test("no record is made in another way", () => {
  const makers = filesBelow("src").filter((file) =>
    /satisfies AuditBody|as AuditBody|: AuditBody = \{/.test(read(file))
  );
  assert.deepEqual(makers, []);
});

Deno.test("every reason code is one that a test looks for", () => {
  // This file and the table of bodies name all of them by themselves.
  const own = ["tests/audit/decision_points_test.ts", "tests/audit/events_test.ts"];
  const texts = filesBelow("tests").filter((file) => !own.includes(file)).map(read).join("\n");
  const codes = (Object.keys(REASONS) as AuditEvent[]).flatMap((event) => [...REASONS[event]]);
  const missing = [...new Set<string>(codes)].filter((code) =>
    !new RegExp(`(?<![-\\w])${code}(?![-\\w])`).test(texts)
  );
  assert.deepEqual(missing, []);
});
