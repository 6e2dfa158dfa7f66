import assert from "node:assert/strict";
import { type Folders, knowFolders } from "../../src/parser/folders.ts";

interface World {
  readonly root: string;
  readonly folders: Folders;
  /** Paths that were reported, without the root. */
  readonly reported: string[];
  /** Makes a FIFO in the root. */
  fifo(name: string): void;
}

/** A root whose last change is older than a tick of the clock. */
function withFolder(play: (world: World) => void): void {
  const root = Deno.makeTempDirSync({ prefix: "kato-folders-" });
  const reported: string[] = [];
  const report = (path: string) => void reported.push(path.slice(root.length + 1));
  const folders = knowFolders({
    roots: [root],
    file: report,
    added: () => {},
    gone: () => {},
    odd: (_, path) => report(path),
  });
  try {
    play({
      root,
      folders,
      reported,
      fifo: (name) => void new Deno.Command("mkfifo", { args: [`${root}/${name}`] }).outputSync(),
    });
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

/** Runs `work` as if that much time had passed. */
function inTime(ms: number, work: () => void): void {
  const { now } = Date;
  Date.now = () => now() + ms;
  try {
    work();
  } finally {
    Date.now = now;
  }
}

Deno.test("a change that comes together with a reported one is found at the next look, and is not called a change", () =>
  withFolder(({ root, folders, reported, fifo }) => {
    inTime(1000, () => folders.look(root));
    Deno.writeTextFileSync(`${root}/log`, "");
    fifo("fifo");
    // The event of the log.
    folders.noteEvent(root);
    inTime(1000, () => assert.equal(folders.look(root), "same"));
    assert.equal(folders.get(root)?.hasSpecial, true);
    assert.deepEqual(reported.sort(), ["fifo", "log"]);
  }));

Deno.test("a folder that changed within a tick of the clock is listed again, once", () =>
  withFolder(({ root, folders, reported }) => {
    Deno.writeTextFileSync(`${root}/log`, "");
    const { now } = Date;
    const changed = Deno.statSync(root).mtime?.getTime() ?? 0;
    Date.now = () => changed;
    try {
      folders.look(root);
    } finally {
      Date.now = now;
    }
    assert.equal(folders.get(root)?.listed, null);
    for (let look = 0; look < 3; look += 1) inTime(1000, () => assert.equal(folders.look(root), "same"));
    assert.deepEqual(reported, ["log", "log"]);
  }));
