/** What is answered is on the disk: the order of write, flush and answer, and disks that fail or take a part. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { AuditLogError } from "../../src/audit/error.ts";
import { openAuditLog } from "../../src/audit/log.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { makePrivateFolder, writeAtomically } from "../../src/disk/atomic_file.ts";
import { BODY } from "../audit/audit_body.ts";
import { onlyWith, program } from "../needs.ts";
import { withDisk } from "./fake_disk.ts";

async function inFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kato-durable-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function open(directory: string, rotateAt = 1_000_000) {
  const actor = { role: "orchestrator", pid: Deno.pid };
  return openAuditLog({ directory, policyVersion: 1, policyHash: "a".repeat(64), actor, rotateAt });
}

const LOG = "security-audit.jsonl";

Deno.test("append() answers when the record is written and flushed", () =>
  inFolder(async (folder) => {
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const happened = await withDisk({}, (happened) => {
      const log = open(folder);
      log.append(BODY);
      happened.push("answer");
      log.appendAll([BODY, BODY]);
      happened.push("answer");
      log.close();
    });
    const once = [`write ${LOG}`, `sync ${LOG}`, "answer"];
    assert.deepEqual(happened, [`sync ${name}`, ...once, ...once]);
  }));

Deno.test("openAuditLog() flushes the folder again when the first flush failed", () =>
  inFolder(async (folder) => {
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    let faults = 1;
    const sync = () => faults-- > 0 ? new Error("no") : null;
    const happened = await withDisk({ sync }, () => {
      assert.throws(() => open(folder), AuditLogError);
      const log = open(folder);
      log.append(BODY);
      log.close();
    });
    assert.deepEqual(happened, [`sync ${name}`, `write ${LOG}`, `sync ${LOG}`]);
  }));

Deno.test("append() flushes the folder after a rotation, before the next record is answered", () =>
  inFolder(async (folder) => {
    const log = open(folder, 1);
    log.append(BODY);
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const happened = await withDisk({}, (happened) => {
      log.append(BODY);
      happened.push("answer");
    });
    log.close();
    assert.deepEqual(happened, [
      "rename security-audit.1.jsonl",
      `sync ${name}`,
      `sync ${name}`,
      `write ${LOG}`,
      `sync ${LOG}`,
      "answer",
    ]);
  }));

Deno.test("makePrivateFolder() flushes the folder above again when the first flush failed", () =>
  inFolder(async (folder) => {
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const made = join(folder, "made");
    let faults = 1;
    const sync = () => faults-- > 0 ? new Error("no") : null;
    const happened = await withDisk({ sync }, () => {
      assert.throws(() => makePrivateFolder(made), /no/);
      for (let n = 0; n < 2; n++) makePrivateFolder(made);
    });
    assert.deepEqual(happened, [`sync ${name}`]);
  }));

Deno.test("writeAtomically() flushes the text before its name, and the name before it answers", () =>
  inFolder(async (folder) => {
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const write = async (lasting: boolean) =>
      await withDisk({}, (happened) => {
        writeAtomically(join(folder, "policy.toml"), "x", lasting);
        happened.push("answer");
      });
    assert.deepEqual(await write(true), [
      "write temporary",
      "sync temporary",
      "rename policy.toml",
      `sync ${name}`,
      "answer",
    ]);
    assert.deepEqual(await write(false), ["write temporary", "rename policy.toml", "answer"]);
  }));

Deno.test("writeAtomically() leaves the old text and no temporary file when the disk does not flush", () =>
  inFolder((folder) => {
    const path = join(folder, "policy.toml");
    writeAtomically(path, "old");
    withDisk(
      { sync: () => new Error("EIO") },
      () => assert.throws(() => writeAtomically(path, "new", true), /EIO/),
    );
    assert.equal(Deno.readTextFileSync(path), "old");
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["policy.toml"]);
  }));

/** How the disk takes the record: `torn` lines stay of it, and the next record has sequence `next`. */
const DISKS: readonly {
  readonly name: string;
  readonly write?: (bytes: Uint8Array) => number | Error;
  readonly sync?: () => Error;
  readonly torn: number;
  readonly next: number;
}[] = [
  { name: "takes half of it", write: (bytes) => bytes.length >> 1, torn: 1, next: 2 },
  { name: "takes all but the line's end", write: (bytes) => bytes.length - 1, torn: 0, next: 3 },
  { name: "takes one byte", write: () => 1, torn: 1, next: 2 },
  { name: "takes nothing", write: () => 0, torn: 0, next: 2 },
  { name: "refuses it", write: () => new Error("No space left on device"), torn: 0, next: 2 },
  { name: "does not flush it", sync: () => new Error("Input/output error"), torn: 0, next: 3 },
];

for (const { name, torn, next, ...faults } of DISKS) {
  Deno.test(`append() does not answer when the disk ${name}, and goes on when it does again`, () =>
    inFolder(async (folder) => {
      const log = open(folder);
      log.append(BODY);
      const happened = await withDisk(faults, (happened) => {
        assert.throws(() => log.append(BODY), AuditLogError);
        happened.push("no answer");
      });
      if (faults.write !== undefined) assert.ok(!happened.includes(`sync ${LOG}`), "a part is not flushed");
      assert.equal(log.append(BODY).sequence, next);
      log.close();
      const verified = verifyAudit(folder);
      assert.deepEqual([verified.broken, verified.torn, verified.last], [null, torn, next]);
    }));
}

Deno.test({
  ...onlyWith("the kernel sees write, flush and answer in this order", program("strace")),
  fn: () =>
    inFolder(async (folder) => {
      const trace = join(folder, "trace");
      const source = new URL("../../", import.meta.url).pathname;
      const calls = "trace=write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2";
      const run = ["run", "--quiet", "--no-prompt", "--no-check", "--config", join(source, "deno.json")];
      const script = new URL("write_durably.ts", import.meta.url).pathname;
      const { success, stderr } = await new Deno.Command("strace", {
        args: [
          "-f",
          "-y",
          "-s",
          "16",
          "-e",
          calls,
          "-o",
          trace,
          Deno.execPath(),
          ...run,
          "--allow-all",
          script,
          folder,
        ],
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const lines = Deno.readTextFileSync(trace).split("\n");
      const happened = lines.flatMap((line) => {
        const [, call = "", rest = ""] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
        if (call === "write" && rest.includes("answer")) return "answer";
        // The runtime writes files of its own.
        if (!rest.includes(folder)) return [];
        const name = rest.includes(LOG)
          ? LOG
          : call.startsWith("rename")
          ? "policy.toml"
          : rest.includes(".tmp>")
          ? "temporary"
          : rest.includes(`<${folder}>`)
          ? "folder"
          : null;
        const kind = /sync$/.test(call)
          ? "sync"
          : call.replace(/^pwrite64|^writev/, "write").replace(/at2?$/, "");
        return name === null ? [] : `${kind} ${name}`;
      });
      assert.deepEqual(happened, [
        "sync folder",
        `write ${LOG}`,
        `sync ${LOG}`,
        "answer",
        "write temporary",
        "sync temporary",
        "rename policy.toml",
        "sync folder",
        "answer",
      ]);
    }),
});
