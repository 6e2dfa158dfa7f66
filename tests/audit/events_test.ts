import assert from "node:assert/strict";
import { type AuditBody, auditBody } from "../../src/audit/record.ts";
import * as events from "../../src/audit/events.ts";
import { AUDIT_EVENTS } from "../../src/audit/reasons.ts";

const ABOUT = { provider: "codex", session: "s" } as const;
const RECORDING = { ...ABOUT, destination: "/home/ada/x.md" };
const ASKED = { command: "::record x.md", requested: "x.md" };

const NOTHING = {
  provider: null,
  session: null,
  command: null,
  requested: null,
  path: null,
  decision: "note",
  detail: null,
} as const;
const OF_RECORDING = { ...NOTHING, ...ABOUT, path: "/home/ada/x.md" };

/** One row for each function of events.ts, with the record's body as it must be. */
const BODIES: readonly (readonly [keyof typeof events, AuditBody, AuditBody])[] = [
  ["daemonStarted", events.daemonStarted("kernel-sandbox", "kato 1"), {
    ...NOTHING,
    event: "daemon-started",
    reason: "kernel-sandbox",
    detail: "kato 1",
  }],
  ["daemonStopped", events.daemonStopped("restart"), {
    ...NOTHING,
    event: "daemon-stopped",
    reason: "restart",
  }],
  ["wideningIgnored", events.wideningIgnored("policy.toml:1"), {
    ...NOTHING,
    event: "policy-loaded",
    reason: "widening-ignored",
    detail: "policy.toml:1",
  }],
  ["commandDecided", events.commandDecided(ABOUT, ASKED, "/home/ada/x.md", "deny", "symlink"), {
    ...OF_RECORDING,
    ...ASKED,
    event: "command",
    decision: "deny",
    reason: "symlink",
  }],
  ["linesRefused", events.linesRefused(ABOUT, "::recrod", "unknown-command", "2 lines"), {
    ...NOTHING,
    ...ABOUT,
    event: "look-alike",
    command: "::recrod",
    decision: "deny",
    reason: "unknown-command",
    detail: "2 lines",
  }],
  ["destinationOpened", events.destinationOpened(RECORDING, "x.md", "allow", "created", "EIO"), {
    ...OF_RECORDING,
    event: "destination-opened",
    requested: "x.md",
    decision: "allow",
    reason: "created",
    detail: "EIO",
  }],
  ["imageDecided", events.imageDecided(RECORDING), {
    ...OF_RECORDING,
    event: "image-decided",
    decision: "allow",
    reason: "kept-beside-recording",
  }],
  ["destinationChanged", events.destinationChanged(RECORDING, "edited"), {
    ...OF_RECORDING,
    event: "destination-changed",
    reason: "edited",
  }],
  ["roleEnded", events.roleEnded(ABOUT, "killed"), {
    ...NOTHING,
    ...ABOUT,
    event: "role-ended",
    reason: "role-ended",
    detail: "killed",
  }],
  ["protocolViolated", events.protocolViolated(ABOUT, "/home/ada/x.md", "an unknown message"), {
    ...OF_RECORDING,
    event: "protocol-violation",
    decision: "deny",
    reason: "protocol-violation",
    detail: "an unknown message",
  }],
  ["sourceQuarantined", events.sourceQuarantined(ABOUT, "/home/ada/x.md"), {
    ...OF_RECORDING,
    event: "source-quarantined",
    reason: "parser-failed-twice",
  }],
  ["sourceReleased", events.sourceReleased(ABOUT), {
    ...NOTHING,
    ...ABOUT,
    event: "source-released",
    reason: "grown-or-upgraded",
  }],
  ["requestRefused", events.requestRefused("/spool/x", "odd-name", "a name"), {
    ...NOTHING,
    event: "request-refused",
    path: "/spool/x",
    decision: "deny",
    reason: "odd-name",
    detail: "a name",
  }],
  ["recordingBlocked", events.recordingBlocked(RECORDING), {
    ...OF_RECORDING,
    event: "recording-blocked",
    decision: "deny",
    reason: "too-large",
  }],
  ["recordingGivenUp", events.recordingGivenUp(RECORDING, "no room"), {
    ...OF_RECORDING,
    event: "recording-given-up",
    reason: "recording-given-up",
    detail: "no room",
  }],
  ["recordingMoved", events.recordingMoved(RECORDING, "t", "moved"), {
    ...OF_RECORDING,
    event: "recording-moved",
    reason: "moved",
    detail: "t",
  }],
  ["feedLost", events.feedLost(RECORDING), { ...OF_RECORDING, event: "feed-lost", reason: "log-not-there" }],
  ["auditLogChanged", events.auditLogChanged("/logs/x", "log-cut", "record 7"), {
    ...NOTHING,
    event: "audit-log-changed",
    path: "/logs/x",
    reason: "log-cut",
    detail: "record 7",
  }],
  ["secretsKept", events.secretsKept(ABOUT, "~/x.md", "asked-for"), {
    ...NOTHING,
    ...ABOUT,
    event: "secrets-kept",
    requested: "~/x.md",
    decision: "allow",
    reason: "asked-for",
  }],
  ["secretsRedacted", events.secretsRedacted(RECORDING, "jwt 2"), {
    ...OF_RECORDING,
    event: "secrets-redacted",
    reason: "replaced-by-placeholders",
    detail: "jwt 2",
  }],
  ["fileSealed", events.fileSealed(ABOUT, "x.md.seal.json", "/home/ada/x.md", "sha256 0, 1 bytes"), {
    ...NOTHING,
    ...ABOUT,
    event: "file-sealed",
    requested: "x.md.seal.json",
    path: "/home/ada/x.md",
    decision: "allow",
    reason: "sealed",
    detail: "sha256 0, 1 bytes",
  }],
  ["indexMade", events.indexMade("/home/ada/.kato/index/search.db", "first"), {
    ...NOTHING,
    event: "index-made",
    path: "/home/ada/.kato/index/search.db",
    decision: "allow",
    reason: "first",
  }],
  ["sessionForgotten", events.sessionForgotten(ABOUT, "still-recorded", "/home/ada/x.md"), {
    ...OF_RECORDING,
    event: "session-forgotten",
    decision: "deny",
    reason: "still-recorded",
  }],
  ["sessionRemembered", events.sessionRemembered(ABOUT), {
    ...NOTHING,
    ...ABOUT,
    event: "session-remembered",
    decision: "allow",
    reason: "recorded-again",
  }],
  ["stateCleaned", events.stateCleaned(ABOUT, "log-gone", "/home/ada/.claude/x.jsonl"), {
    ...NOTHING,
    ...ABOUT,
    event: "state-cleaned",
    path: "/home/ada/.claude/x.jsonl",
    decision: "allow",
    reason: "log-gone",
  }],
  ["policyEdited", events.policyEdited("/home/ada/notes", "folder-allowed"), {
    ...NOTHING,
    event: "policy-edited",
    path: "/home/ada/notes",
    reason: "folder-allowed",
  }],
];

for (const [name, made, expected] of BODIES) {
  Deno.test(`${name}() makes a body with exactly its fields`, () => {
    assert.deepEqual(made, expected);
    assert.deepEqual(auditBody.parse(made), made);
  });
}

Deno.test("every function and every kind of record has its row above", () => {
  assert.deepEqual(BODIES.map(([name]) => name), Object.keys(events).sort((a, b) => order(a) - order(b)));
  assert.deepEqual(new Set(BODIES.map(([, { event }]) => event)), new Set(AUDIT_EVENTS));
});

function order(name: string): number {
  return BODIES.findIndex(([own]) => own === name);
}
