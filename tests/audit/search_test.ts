/** What the audit log says of how a file began. */
import assert from "node:assert/strict";
import type { AuditBody } from "../../src/audit/record.ts";
import { daemonStarted, destinationOpened } from "../../src/audit/events.ts";
import { openAuditLog } from "../../src/audit/log.ts";
import type { ReasonOf } from "../../src/audit/reasons.ts";
import { findBeginning, findRecords } from "../../src/audit/search.ts";

const PATH = '/home/ada/a "b".md';

/** A record of the daemon with this process id, or of an export. */
type Row = readonly [pid: number | "export", AuditBody];

const started = (version: string): AuditBody =>
  daemonStarted("kernel-sandbox", `kato ${version}, Landlock 7`);
const opened = (
  reason: ReasonOf<"destination-opened">,
  destination = PATH,
  decision: "allow" | "deny" = "allow",
): AuditBody =>
  destinationOpened({ provider: "codex", session: "s", destination }, null, decision, reason, null);

function withLog<Result>(rows: readonly Row[], work: (directory: string) => Result): Result {
  const directory = Deno.makeTempDirSync({ prefix: "kato-audit-" });
  try {
    for (const [who, body] of rows) {
      const actor = who === "export" ? { role: "export", pid: 7 } : { role: "orchestrator", pid: who };
      const log = openAuditLog({ directory, policyVersion: 1, policyHash: "a".repeat(64), actor });
      log.append(body);
      log.close();
    }
    return work(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

const BEGINNINGS: readonly (readonly [
  what: string,
  rows: readonly Row[],
  found: readonly [sequence: number, version: string | null] | null,
])[] = [
  ["created by a daemon", [[7, started("1.2.3")], [7, opened("created")]], [2, "1.2.3"]],
  ["created again", [[7, started("1.2.3")], [7, opened("created")], [7, opened("created-again")]], [
    3,
    "1.2.3",
  ]],
  ["replaced by an export of the same process id", [[7, started("1.2.3")], ["export", opened("replaced")]], [
    2,
    null,
  ]],
  ["created by the later of two daemons", [[7, started("1")], [8, started("2")], [8, opened("created")]], [
    3,
    "2",
  ]],
  ["created by the earlier of two daemons", [[7, started("1")], [8, started("2")], [7, opened("created")]], [
    3,
    "1",
  ]],
  ["created by a daemon whose start is in no log", [[7, started("1")], [8, opened("created")]], [2, null]],
  ["opened later", [[7, started("1")], [7, opened("created")], [7, opened("opened")]], [2, "1"]],
  ["only opened", [[7, opened("opened")]], null],
  ["refused", [[7, opened("created", PATH, "deny")]], null],
  ["another file, whose record names this one", [[7, {
    ...opened("created", "/home/ada/other.md"),
    requested: PATH,
  }]], null],
  ["created by a daemon that does not say its version", [
    [7, daemonStarted("kernel-sandbox", "Landlock 7")],
    [7, opened("created")],
  ], [2, null]],
  ["not mentioned", [[7, started("1")]], null],
];

for (const [what, rows, expected] of BEGINNINGS) {
  Deno.test(`findBeginning() of a file that was ${what}`, () => {
    const found = withLog(rows, (directory) => findBeginning(directory, PATH));
    assert.deepEqual(found === null ? null : [found.record.sequence, found.version], expected);
  });
}

Deno.test("findRecords() gives the records with one of the words, in order, and passes over what is no record", () => {
  const rows: readonly Row[] = [[7, started("1")], [7, opened("created")], [7, opened("opened", "/b.md")]];
  const found = withLog(rows, (directory) => {
    Deno.writeTextFileSync(`${directory}/security-audit.jsonl`, '{"path":"/b.md"}\n', { append: true });
    return [...findRecords(directory, ['"daemon-started"', '"/b.md"'])].map(({ sequence }) => sequence);
  });
  assert.deepEqual(found, [1, 3]);
});
