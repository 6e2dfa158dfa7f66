/** The audit log of a command, and the machine and person that its records name. */
import assert from "node:assert/strict";
import { openCommandLog } from "../../src/audit/command_log.ts";
import { AuditLogError } from "../../src/audit/error.ts";
import { readOrigin } from "../../src/audit/origin.ts";
import { BODY } from "./audit_body.ts";

const POLICY = { version: 1, hash: "a".repeat(64), organisationHash: "b".repeat(64) };

for (const role of ["export", "policy"] as const) {
  Deno.test(`openCommandLog() makes a private folder, and its records name ${role}, the policy and the person`, () => {
    const base = Deno.makeTempDirSync();
    try {
      const log = openCommandLog(`${base}/deep/logs`, POLICY, role, "ada");
      const record = log.append(BODY);
      log.close();
      assert.equal((Deno.statSync(`${base}/deep/logs`).mode ?? 0) & 0o777, 0o700);
      assert.deepEqual(record.actor, { role, worker: null, pid: Deno.pid });
      assert.deepEqual(
        [record.policyVersion, record.policyHash, record.organisationHash],
        Object.values(POLICY),
      );
      assert.deepEqual(record.origin, readOrigin("ada"));
    } finally {
      Deno.removeSync(base, { recursive: true });
    }
  });
}

Deno.test("openCommandLog() says why it cannot make the folder, and passes on an error that is a bug", () => {
  const file = Deno.makeTempFileSync();
  try {
    assert.throws(
      () => openCommandLog(`${file}/logs`, POLICY, "export", "ada"),
      (error) =>
        error instanceof AuditLogError && !error.refused &&
        error.message.startsWith("Cannot make the folder of the audit log: "),
    );
    assert.throws(() => openCommandLog("/tmp/a\0b/logs", POLICY, "export", "ada"), TypeError);
  } finally {
    Deno.removeSync(file);
  }
});

const ID = "0123456789abcdef".repeat(2);

const IDS: readonly (readonly [is: string, text: string | Error, machine: string | null])[] = [
  ["an id with its line end", `${ID}\n`, ID],
  ["an id without", ID, ID],
  ["no id yet", "uninitialized\n", null],
  ["nothing", "", null],
  ["a digit less", `${ID.slice(1)}\n`, null],
  ["a digit more", `${ID}0\n`, null],
  ["capitals", `${ID.toUpperCase()}\n`, null],
  ["two lines", `${ID}\n\n`, null],
  ["no file", new Deno.errors.NotFound("no such file"), null],
];

function whileMachineIdIs(text: string | Error, step: () => void): void {
  const { readTextFileSync } = Deno;
  try {
    Deno.readTextFileSync = (path) => {
      if (path !== "/etc/machine-id") return readTextFileSync(path);
      if (typeof text === "string") return text;
      throw text;
    };
    step();
  } finally {
    Deno.readTextFileSync = readTextFileSync;
  }
}

for (const [is, text, machine] of IDS) {
  Deno.test(`readOrigin() of a machine whose file has ${is}`, () =>
    whileMachineIdIs(text, () => {
      const rest = { host: Deno.hostname(), uid: Deno.uid() };
      assert.deepEqual(readOrigin("ada"), { machine, ...rest, user: "ada" });
      assert.deepEqual(readOrigin(undefined), { machine, ...rest, user: null });
    }));
}

Deno.test("readOrigin() passes on every other error", () =>
  whileMachineIdIs(new Deno.errors.PermissionDenied("no"), () => {
    assert.throws(() => readOrigin("ada"), Deno.errors.PermissionDenied);
  }));
