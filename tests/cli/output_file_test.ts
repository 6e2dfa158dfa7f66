/** The file that an export writes: every byte of what it was given, in order, whatever the sizes. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { makeBuffers, type OutputFile } from "../../src/cli/export/output_buffers.ts";
import { openOutput } from "../../src/cli/export/output_file.ts";
import type { Allowed } from "../../src/destination/decision.ts";

/** More than the buffer that texts become bytes in, so that they straddle its end. */
const LONG = 5 * 1024 * 1024;

const TEXTS: readonly { readonly name: string; readonly texts: readonly string[] }[] = [
  { name: "nothing", texts: [] },
  { name: "empty texts", texts: ["", "", ""] },
  { name: "a few small ones", texts: ["# One\n", "two ✓\n", "three"] },
  { name: "one longer than the buffer", texts: ["a".repeat(LONG)] },
  { name: "letters of two bytes across its end", texts: ["a", "ü".repeat(LONG)] },
  { name: "letters of three bytes across its end", texts: ["ab", "✓".repeat(LONG)] },
  { name: "letters of four bytes across its end", texts: ["abc", "😀".repeat(LONG)] },
  {
    name: "many, over several buffers and a flush between",
    texts: Array.from({ length: 600 }, (_, index) => `${index} ${"line ✓\n".repeat(8_000)}`),
  },
];

for (const { name, texts } of TEXTS) {
  Deno.test(`an export writes exactly what it is given: ${name}`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "out.md");
      const file = opened(path, null);
      for (const text of texts) await file.write(text);
      const size = await finish(file);
      const whole = new TextEncoder().encode(texts.join(""));
      assert.equal(size, whole.length);
      assert.deepEqual(Deno.readFileSync(path), whole);
      assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    });
  });
}

Deno.test("an export that is given up leaves no file of its own making", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    const file = opened(path, null);
    await file.write("a".repeat(3 * LONG));
    assert.equal(await file.abandon(), "removed");
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    // Whatever fails after it closes it once more.
    await file.close();
  });
});

Deno.test("an export that is given up does not mind that somebody removed its file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    const file = opened(path, null);
    await file.write("a");
    Deno.removeSync(path);
    assert.equal(await file.abandon(), "removed");
  });
});

Deno.test("an export that is given up leaves the file that it was to replace, with what was written", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    Deno.writeTextFileSync(path, "before");
    const file = opened(path, Deno.statSync(path));
    await file.write("after".repeat(LONG));
    assert.equal(await file.abandon(), "part");
    assert.match(Deno.readTextFileSync(path), /^(?:after)+/);
  });
});

Deno.test("an export that is given up before it wrote leaves the file that it was to replace as it was", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    Deno.writeTextFileSync(path, "before");
    const file = opened(path, Deno.statSync(path));
    await file.write("after");
    assert.equal(await file.abandon(), "as-it-was");
    assert.equal(Deno.readTextFileSync(path), "before");
  });
});

/** Has files that are opened by name note each call, and do what `write` says. Puts the real ones back at the end. */
function watchDisk(write: (file: Deno.FsFile, bytes: Uint8Array) => Promise<number>): Disposable & {
  readonly calls: string[];
} {
  const { openSync } = Deno;
  const calls: string[] = [];
  Deno.openSync = (path, options) => {
    const file = openSync(path, options);
    const name = String(path).endsWith(".md") ? "file" : "folder";
    return new Proxy(file, {
      get(_, key) {
        const value = Reflect.get(file, key, file);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          calls.push(`${String(key)} ${name}`);
          return key === "write" ? write(file, given[0] as Uint8Array) : value.apply(file, given);
        };
      },
    });
  };
  return { calls, [Symbol.dispose]: () => void (Deno.openSync = openSync) };
}

Deno.test("an export writes the rest where the disk takes a part only", async () => {
  await withFolder(async (folder) => {
    using _ = watchDisk((file, bytes) => file.write(bytes.subarray(0, Math.ceil(bytes.length / 3))));
    const path = join(folder, "out.md");
    const file = opened(path, null);
    const text = Array.from({ length: 700_000 }, (_, line) => `${line} ✓\n`).join("");
    await file.write(text);
    assert.equal(await finish(file), new TextEncoder().encode(text).length);
    assert.equal(Deno.readTextFileSync(path), text);
  });
});

Deno.test("an export names the file and the folders that were made for it, so that they are flushed", async () => {
  await withFolder(async (folder) => {
    using disk = watchDisk((file, bytes) => file.write(bytes));
    const made = ["a", "a/b", "a/b/out.md"].map((name) => join(folder, name));
    const file = opened(join(folder, "a/b/out.md"), null, made.slice(0, 2));
    await file.write("text");
    await finish(file);
    assert.deepEqual(disk.calls.filter((call) => /^(?:write|sync|close)/.test(call)), [
      "write file",
      "syncData file",
      "close file",
    ]);
    assert.deepEqual(file.made, made);
  });
});

Deno.test("files of one export are written one after the other, while those before are flushed", async () => {
  await withFolder(async (folder) => {
    const buffers = makeBuffers();
    const texts = ["a", "b".repeat(LONG), "", "d", "ü".repeat(LONG), "f"];
    const flushed: Promise<number>[] = [];
    for (const [index, text] of texts.entries()) {
      const result = open(join(folder, `${index}.md`), null, [], buffers);
      assert.ok("file" in result);
      await result.file.write(text);
      // Given up, it leaves nothing to the next.
      if (index === 3) await result.file.abandon();
      else {
        await result.file.handOver();
        flushed.push(result.file.flush());
      }
    }
    await Promise.all(flushed);
    for (const [index, text] of texts.entries()) {
      const path = join(folder, `${index}.md`);
      if (index === 3) assert.throws(() => Deno.readTextFileSync(path), Deno.errors.NotFound);
      else assert.equal(Deno.readTextFileSync(path), text, path);
    }
  });
});

Deno.test("a file that the disk refuses does not fail the next one of the same export", async () => {
  await withFolder(async (folder) => {
    let refused = 0;
    using _ = watchDisk((file, bytes) =>
      refused++ === 0 ? Promise.reject(new Error("No space left on device")) : file.write(bytes)
    );
    const buffers = makeBuffers();
    const [first, second] = ["1.md", "2.md"].map((name) => open(join(folder, name), null, [], buffers));
    assert.ok(first !== undefined && "file" in first && second !== undefined && "file" in second);
    await first.file.write("first");
    await first.file.handOver();
    const failed = assert.rejects(first.file.flush(), /No space left/);
    await second.file.write("second");
    assert.equal(await finish(second.file), 6);
    await failed;
    assert.equal(Deno.readTextFileSync(join(folder, "2.md")), "second");
  });
});

Deno.test("an export that replaces a file flushes no folder: none has another entry", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "out.md");
    Deno.writeTextFileSync(path, "before, and longer");
    using disk = watchDisk((file, bytes) => file.write(bytes));
    const file = opened(path, Deno.statSync(path));
    await file.write("after");
    await finish(file);
    assert.equal(Deno.readTextFileSync(path), "after");
    assert.ok(disk.calls.includes("syncData file"));
    assert.deepEqual(file.made, []);
  });
});

Deno.test("an export gives what was written to the disk now and then, not all of it at the end", async () => {
  await withFolder(async (folder) => {
    using disk = watchDisk((_, bytes) => Promise.resolve(bytes.length));
    const file = opened(join(folder, "out.md"), null);
    const piece = "x".repeat(4 * 1024 * 1024);
    for (let count = 0; count < 17; count += 1) await file.write(piece);
    assert.equal(disk.calls.filter((call) => call === "syncData file").length, 2);
    await file.close();
  });
});

Deno.test("an export that the disk refuses says so at the latest when it is finished", async () => {
  for (const length of [4, 9 * 1024 * 1024]) {
    await withFolder(async (folder) => {
      using disk = watchDisk(() => Promise.reject(new Error("No space left on device")));
      const file = opened(join(folder, "out.md"), null);
      await assert.rejects(async () => {
        await file.write("x".repeat(length));
        await finish(file);
      }, /No space left/);
      await file.close();
      await file.close();
      assert.equal(disk.calls.filter((call) => call === "close file").length, 1);
    });
  }
});

const SWAPS:
  readonly (readonly [name: string, change: (path: string) => Allowed["existing"], reason: string])[] = [
    ["another file stands there", () => ({ dev: 1, ino: 1 } as Allowed["existing"]), "swapped"],
    [
      "the file has a second name",
      (path) => {
        Deno.linkSync(path, `${path}.second`);
        return identityOf(path);
      },
      "hard-link",
    ],
    [
      "it is no regular file",
      (path) => {
        Deno.removeSync(path);
        new Deno.Command("mkfifo", { args: [path] }).outputSync();
        // Keeps the other end open, so that opening does not wait.
        Deno.openSync(path, { read: true, write: true });
        return identityOf(path);
      },
      "not-a-regular-file",
    ],
  ];

for (const [name, change, reason] of SWAPS) {
  Deno.test(`an export writes nothing where ${name}`, async () => {
    await withFolder((folder) => {
      const path = join(folder, "out.md");
      Deno.writeTextFileSync(path, "before");
      const result = open(path, change(path));
      assert.ok("reason" in result && result.reason === reason, JSON.stringify(result));
      assert.match(result.message, new RegExp(`\\(${reason}\\); nothing was written`));
      if (Deno.statSync(path).isFile) assert.equal(Deno.readTextFileSync(path), "before");
      return Promise.resolve();
    });
  });
}

Deno.test("an export says what the system says where it cannot open its file", async () => {
  await withFolder((folder) => {
    const result = open(join(folder, "none/out.md"), null);
    assert.ok("reason" in result);
    assert.deepEqual([result.reason, result.code], ["cannot-open", "ENOENT"]);
    assert.match(result.message, /^Cannot open \/.*none\/out\.md: .*\.$/);
    return Promise.resolve();
  });
});

Deno.test("an export makes folders and file for their owner alone, whatever the umask", async () => {
  await withFolder(async (folder) => {
    const before = Deno.umask(0o777);
    try {
      await opened(join(folder, "a/out.md"), null, [join(folder, "a")]).close();
    } finally {
      Deno.umask(before);
    }
    const modes = ["a", "a/out.md"].map((name) => (Deno.statSync(join(folder, name)).mode ?? 0) & 0o777);
    assert.deepEqual(modes, [0o700, 0o600]);
  });
});

function identityOf(path: string): Allowed["existing"] {
  const { dev, ino } = Deno.statSync(path);
  return { dev, ino: ino ?? 0 } as Allowed["existing"];
}

async function finish(file: OutputFile): Promise<number> {
  await file.handOver();
  return await file.flush();
}

function open(
  path: string,
  existing: Allowed["existing"],
  directories: readonly string[] = [],
  buffers = makeBuffers(),
) {
  const decision = { allow: true, path, existing, directories } as unknown as Allowed;
  return openOutput(decision, existing === null, buffers)((identity) => {
    const [dev = 0, ino = 0] = identity.split(":").map(Number);
    return { ...decision, existing: { dev, ino } } as Allowed;
  });
}

function opened(path: string, info: Deno.FileInfo | null, directories: readonly string[] = []): OutputFile {
  const result = open(path, info === null ? null : identityOf(path), directories);
  assert.ok("file" in result, JSON.stringify(result));
  return result.file;
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
