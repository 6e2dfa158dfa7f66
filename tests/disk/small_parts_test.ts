/** The modes of what is made, what may be missing, and which refusals are the system's. */
import assert from "node:assert/strict";
import { makePrivateFolder, writeAtomically } from "../../src/disk/atomic_file.ts";
import { entryAt, isSystemError, removeIfThere } from "../../src/disk/entry_at.ts";
import { flushFolder } from "../../src/disk/flush_folder.ts";
import { withDisk } from "./fake_disk.ts";

function inFolder(test: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir({ prefix: "kato-disk-" });
    try {
      await test(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;

for (const umask of [0, 0o077, 0o277]) {
  Deno.test(
    `what is made is the person's alone, whole, under umask ${umask.toString(8)}`,
    inFolder((folder) => {
      const before = Deno.umask(umask);
      try {
        writeAtomically(`${folder}/policy.toml`, "x");
        makePrivateFolder(`${folder}/state`);
      } finally {
        Deno.umask(before);
      }
      assert.deepEqual([modeOf(`${folder}/policy.toml`), modeOf(`${folder}/state`)], [0o600, 0o700]);
    }),
  );
}

Deno.test(
  "makePrivateFolder() mends the mode of a folder that is there, and changes none that is right",
  inFolder((folder) => {
    makePrivateFolder(`${folder}/a/b`);
    assert.deepEqual([modeOf(`${folder}/a`), modeOf(`${folder}/a/b`)], [0o700, 0o700]);
    Deno.chmodSync(`${folder}/a/b`, 0o755);
    makePrivateFolder(`${folder}/a/b`);
    assert.equal(modeOf(`${folder}/a/b`), 0o700);
    const { chmodSync } = Deno;
    try {
      Deno.chmodSync = () => {
        throw new Error("Read-only file system (os error 30)");
      };
      makePrivateFolder(`${folder}/a/b`);
    } finally {
      Deno.chmodSync = chmodSync;
    }
  }),
);

Deno.test(
  "makePrivateFolder() makes a folder in one that this process may not open",
  inFolder((folder) => {
    const { openSync } = Deno;
    try {
      Deno.openSync = () => {
        throw new Deno.errors.NotCapable("no");
      };
      makePrivateFolder(`${folder}/state`);
    } finally {
      Deno.openSync = openSync;
    }
    assert.equal(modeOf(`${folder}/state`), 0o700);
  }),
);

/** What the flush of a folder says, and whether that is an error. */
const FLUSHES: readonly (readonly [error: Error, throws: boolean])[] = [
  [Object.assign(new Error("Invalid argument (os error 22)"), { code: "EINVAL" }), false],
  [Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" }), true],
  [new Error("EINVAL"), true],
];

for (const [error, throws] of FLUSHES) {
  Deno.test(
    `flushFolder() ${throws ? "throws" : "takes"} "${error.message}"`,
    inFolder(async (folder) => {
      await withDisk({ sync: () => error }, () => {
        if (throws) assert.throws(() => flushFolder(folder), error);
        else flushFolder(folder);
      });
    }),
  );
}

Deno.test(
  "entryAt() and removeIfThere() take a missing entry for none, and throw what else is wrong",
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "");
    Deno.symlinkSync("missing", `${folder}/link`);
    assert.equal(entryAt(`${folder}/link`)?.isSymlink, true);
    for (const missing of ["missing", "missing/b", "a/b"]) {
      assert.equal(entryAt(`${folder}/${missing}`), null);
    }
    const long = `${folder}/${"x".repeat(300)}`;
    assert.throws(() => entryAt(long), /name too long/);
    assert.throws(() => removeIfThere(long), /name too long/);
    assert.deepEqual([removeIfThere(`${folder}/a`), removeIfThere(`${folder}/a`)], [true, false]);
  }),
);

/** What was thrown, and whether the system refused something. */
const THROWN: readonly (readonly [name: string, thrown: unknown, is: boolean])[] = [
  ["an error with a code", Object.assign(new Error("no"), { code: "EACCES" }), true],
  ["an error without one", new Error("no"), false],
  ["one whose code is a number", Object.assign(new Error("no"), { code: 13 }), false],
  ["no error", { code: "EACCES" }, false],
  ["a missing permission", Object.assign(new Deno.errors.NotCapable("no"), { code: "EACCES" }), false],
];

for (const [name, thrown, is] of THROWN) {
  Deno.test(`isSystemError() says ${is} for ${name}`, () => assert.equal(isSystemError(thrown), is));
}
