/** The daemon's command line is read in two ways; they never differ. */
import assert from "node:assert/strict";
import { readDaemonLine } from "../../src/cli/command_line/daemon_line.ts";
import { parseArguments } from "../../src/cli/command_line/parse_arguments.ts";

const HASH = "0123456789abcdef".repeat(4);

const LINES: readonly (readonly string[])[] = [
  ["daemon"],
  ["daemon", "--after-crash"],
  ["--plan-hash", HASH, "daemon"],
  ["--plan-hash", HASH, "--kernel-sandbox", "--roles", "processes", "daemon"],
  ["--kernel-missing", "landlock", "--roles", "threads", "daemon"],
  [
    "--kernel-missing",
    "landlock-abi-5,landlock-abi-6",
    "--administrator",
    "65534",
    "daemon",
    "--after-crash",
  ],
];

for (const line of LINES) {
  Deno.test(`readDaemonLine() reads ${line.join(" ")} as the parser of all commands does`, () => {
    const parsed = parseArguments(line, { columns: 80, colour: false });
    assert.ok(parsed.parsed === "invocation" && parsed.invocation.command.path === "daemon");
    const { kernel: _, outputMade: __, ...launch } = parsed.invocation.launch;
    assert.deepEqual(readDaemonLine(line), { launch, ...parsed.invocation.given });
  });
}

const OTHERS: readonly (readonly string[])[] = [
  [],
  ["status"],
  ["export", "daemon"],
  ["daemon", "daemon"],
  ["daemon", "--help"],
  ["daemon", "--after-crash", "--after-crash"],
  ["--plan-hash", "daemon"],
  ["--plan-hash", `${HASH}0`, "daemon"],
  ["--roles", "fibres", "daemon"],
  ["--kernel-missing", "LANDLOCK", "daemon"],
  ["--administrator", "root", "daemon"],
  ["--kernel-sandbox=yes", "daemon"],
  ["--kernel-sandbox"],
];

for (const line of OTHERS) {
  Deno.test(`readDaemonLine() leaves ${line.join(" ") || "nothing"} to others`, () => {
    assert.equal(readDaemonLine(line), null);
  });
}
