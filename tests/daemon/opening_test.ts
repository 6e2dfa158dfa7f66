/** How a recording's destination is opened: decided, opened by a writer that the test plays, and compared. */
import assert from "node:assert/strict";
import { until } from "./stage/until.ts";
import { basename } from "@std/path";
import { createDestinations, type Destinations } from "../../src/daemon/destinations.ts";
import { type RecordingsStore, storeRecordings } from "../../src/daemon/recordings_store.ts";
import type { OpenResult } from "../../src/daemon/recorder_context.ts";
import { WriterGone } from "../../src/daemon/writer_client.ts";
import { entryAt } from "../../src/disk/entry_at.ts";
import { IMAGE_FOLDER_ENTRIES } from "../../src/protocol/render_limits.ts";
import type { AuditBody } from "../../src/audit/record.ts";
import type { Opening } from "../../src/hosts/host.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import type { OpenedFile } from "../../src/protocol/writer_messages.ts";
import { withDisk } from "../disk/fake_disk.ts";
import { type Acting, fakeRole } from "./stage/fake_roles.ts";
import { metaOf, REF, withState } from "./stage/own_state.ts";

interface Scene {
  readonly destinations: Destinations;
  readonly store: RecordingsStore;
  readonly path: string;
  readonly exports: string;
  readonly audit: AuditBody[];
  readonly violations: string[];
  /** Recordings whose destination is allowed again. */
  readonly mended: number[];
  readonly openings: Opening[];
  /** Of each writer that was started: whether it was ended. */
  readonly ended: boolean[];
  /** What the writer answers; without it, what a good one would. */
  answer: ((acting: Acting, opening: Opening) => void) | null;
  /** Answers to what comes after an opening, in place of the good ones. */
  written: Readonly<Record<string, unknown>>;
  /** Hears of each record. */
  audited: ((body: AuditBody) => void) | null;
  /** On the process host, the monitor says what it opened. */
  given: OpenedFile | null;
  add(): number;
  open(id: number): Promise<OpenResult>;
}

function statOf(path: string): OpenedFile & { size: number } {
  const { dev, ino, nlink, isFile, size } = Deno.lstatSync(path);
  return { dev, ino: ino ?? 0, links: nlink ?? 0, isFile, size };
}

/** The answers to what comes after an opening. */
const WRITTEN: Readonly<Record<string, unknown>> = {
  "prepare-bytes": { type: "prepared", delivery: 1, length: 0 },
  truncate: { type: "truncated", size: 0 },
  append: { type: "appended", delivery: 1, size: 0 },
  close: { type: "closed" },
};

/** As the real one does. */
function openFile(
  acting: Acting,
  { destination, create, folders }: Opening,
  own: Partial<OpenedFile> = {},
): void {
  for (const folder of folders) Deno.mkdirSync(folder, { mode: 0o700 });
  if (create) Deno.writeTextFileSync(destination, "", { createNew: true, mode: 0o600 });
  const { size, ...file } = statOf(destination);
  acting.send({ type: "opened", file: { ...file, ...own }, size });
}

function withDestinations(
  play: (scene: Scene) => Promise<void>,
  name: "threads" | "processes" = "threads",
  megabytes = 1,
): Promise<void> {
  return withState(async (database) => {
    const home = Deno.realPathSync(await Deno.makeTempDir({ prefix: "kato-opening-" }));
    const exports = `${home}/.kato/exports`;
    Deno.mkdirSync(exports, { recursive: true, mode: 0o700 });
    const merged = mergePolicy([], home);
    if (!merged.ok) throw new Error("the default policy does not load");
    const { policy } = merged.effective;
    const store = storeRecordings(database);
    const audit: AuditBody[] = [];
    const [violations, openings, ended]: [string[], Opening[], boolean[]] = [[], [], []];
    const mended: number[] = [];
    const destinations = createDestinations({
      effective: {
        ...merged.effective,
        policy: { ...policy, destinations: { ...policy.destinations, max_file_mb: megabytes } },
      },
      home,
      uid: Deno.uid() ?? 0,
      providerRoots: [`${home}/.codex/sessions`],
      timeZone: "UTC",
      fileName: "{session}",
      host: {
        name,
        start(kind, role, grants, opening) {
          assert.deepEqual([kind, grants.length], ["writer", 1]);
          assert.equal(role, `writer:${opening?.destination}`);
          if (opening === undefined) throw new Error("a writer without an opening");
          openings.push(opening);
          const number = ended.push(false) - 1;
          const fake = fakeRole(role, (message, acting) => {
            const written = scene.written[message.type] ?? WRITTEN[message.type];
            if (written !== undefined) return acting.send(written);
            if (name === "processes") {
              assert.deepEqual([message["create"], message["directories"]], [false, []]);
            } else {assert.deepEqual([message["create"], message["directories"]], [
                opening.create,
                opening.folders,
              ]);}
            if (scene.answer === null) openFile(acting, opening);
            else scene.answer(acting, opening);
          });
          return {
            ...fake,
            given: () => scene.given,
            end() {
              ended[number] = true;
              fake.end();
            },
          };
        },
      },
      recordings: store,
      grantsFor: (destination) => [{ verb: "write", path: destination }] as never,
      audit(body) {
        audit.push(body);
        scene.audited?.(body);
      },
      mended: (recording) => void mended.push(recording),
      violated: (_, why) => void violations.push(why),
    });
    const path = `${exports}/a.md`;
    const scene: Scene = {
      destinations,
      store,
      path,
      exports,
      audit,
      violations,
      mended,
      openings,
      ended,
      answer: null,
      written: {},
      audited: null,
      given: null,
      add() {
        const head = { format: "md" as const, meta: metaOf(REF), timeZone: "UTC", include: [] };
        const rest = { whole: true, head, checkpoint: null, next: 0, until: null, file: null };
        return store.add({ ref: REF, kind: "record", destination: scene.path, ...rest });
      },
      open: (id) => destinations.open(store.get(id)),
    };
    Object.defineProperty(scene, "path", { value: path, writable: true });
    try {
      await play(scene);
    } finally {
      destinations.close();
      await Deno.remove(home, { recursive: true });
    }
  });
}

const reasons = ({ audit }: Scene) =>
  audit.map(({ event, decision, reason, detail }) => [event, decision, reason, detail]);

function problem(result: OpenResult): [string, string] | null {
  return result !== null && "problem" in result ? [result.problem.kind, result.problem.why] : null;
}

Deno.test("opening: a new file is made, is on record and on the disk, and is known as kato's", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    const results: OpenResult[] = [];
    const happened = await withDisk({}, async () => void results.push(await scene.open(id)));
    const [result = null] = results;
    assert.ok(result !== null && "writer" in result);
    assert.deepEqual([result.size, result.isSame], [0, true]);
    assert.deepEqual(happened, ["write a.md", `sync ${basename(scene.exports)}`]);
    assert.deepEqual(reasons(scene), [["destination-opened", "allow", "created", null]]);
    assert.deepEqual([scene.audit[0]?.path, scene.audit[0]?.session], [scene.path, "s"]);
    const { dev, ino } = statOf(scene.path);
    const row = scene.store.get(id);
    assert.deepEqual([row.file, row.size], [{ dev, ino }, 0]);
    assert.ok(scene.store.created.has("", { path: scene.path, dev, ino, birth: null } as never));
    assert.deepEqual(scene.openings, [{ destination: scene.path, create: true, folders: [] }]);
    assert.deepEqual(scene.ended, [false]);
  }));

Deno.test("opening: its folders are made first, and flushed as well", () =>
  withDestinations(async (scene) => {
    Object.assign(scene, { path: `${scene.exports}/x/y/a.md` });
    const result = await scene.open(scene.add());
    assert.ok(result !== null && "writer" in result);
    assert.deepEqual(scene.openings[0]?.folders, [`${scene.exports}/x`, `${scene.exports}/x/y`]);
  }));

/** What became of the file since it was open last, and what is on record of it. */
const AGAIN: Readonly<
  Record<string, [change: (path: string) => void, reason: string, isSame: boolean, size: number]>
> = {
  "nothing": [() => {}, "opened", true, 10],
  "it grew": [(path) => Deno.writeTextFileSync(path, "xx", { append: true }), "edited-by-user", true, 12],
  "it was cut": [(path) => Deno.truncateSync(path, 3), "edited-by-user", true, 3],
  "an editor put another in its place": [
    (path) => {
      Deno.writeTextFileSync(`${path}.new`, "other", { mode: 0o600 });
      Deno.renameSync(`${path}.new`, path);
    },
    "replaced-by-user",
    false,
    5,
  ],
  "it was removed": [(path) => Deno.removeSync(path), "created-again", true, 0],
};

for (const [what, [change, reason, isSame, size]] of Object.entries(AGAIN)) {
  Deno.test(`opening: a file that is opened again: ${what}`, () =>
    withDestinations(async (scene) => {
      const id = scene.add();
      await scene.open(id);
      Deno.writeTextFileSync(scene.path, "0123456789");
      const { dev, ino } = statOf(scene.path);
      scene.store.setFile(id, { dev, ino }, 10, null);
      assert.ok(scene.destinations.unchanged(scene.store.get(id)));
      // Keeps the inode from being given to another file.
      Deno.linkSync(scene.path, `${scene.exports}/kept`);
      Deno.removeSync(`${scene.exports}/kept`);
      using _held = Deno.openSync(scene.path);
      change(scene.path);
      const wasOther = reason === "created-again" || reason === "replaced-by-user";
      assert.equal(scene.destinations.unchanged(scene.store.get(id)), !wasOther);
      const result = await scene.open(id);
      assert.ok(result !== null && "writer" in result, JSON.stringify(problem(result)));
      assert.deepEqual(reasons(scene).at(-1), ["destination-opened", "allow", reason, null]);
      assert.equal(result.size, size);
      assert.equal(result.isSame, reason !== "created-again" && isSame);
      const now = statOf(scene.path);
      assert.deepEqual(scene.store.get(id).file, { dev: now.dev, ino: now.ino });
      assert.equal(scene.store.get(id).size, size);
    }));
}

const denied = "what was opened is not what was decided";

/** A writer that opens something else than what was decided. */
const OTHERS: Readonly<Record<string, [Partial<OpenedFile>, string]>> = {
  "no regular file": [{ isFile: false }, "not-a-regular-file"],
  "a file of two names": [{ links: 2 }, "hard-link"],
  "another inode": [{ ino: 1 }, "swapped"],
  "another device": [{ dev: 1 }, "swapped"],
};

for (const made of [true, false]) {
  for (const [what, [own, reason]] of Object.entries(OTHERS)) {
    Deno.test(`opening: ${what} gets no byte, whether the file is ${made ? "new" : "there"}`, () =>
      withDestinations(async (scene) => {
        const id = scene.add();
        if (!made) {
          await scene.open(id);
          scene.audit.length = 0;
        }
        scene.answer = (acting, opening) => openFile(acting, opening, own);
        const result = await scene.open(id);
        assert.deepEqual(problem(result), ["machine", `${denied} (${reason}); nothing was written`]);
        assert.deepEqual(reasons(scene), [["destination-opened", "deny", reason, null]]);
        assert.equal(scene.ended.at(-1), true);
        assert.equal(scene.store.get(id).file === null, made);
      }));
  }
}

Deno.test("opening: a folder that becomes a link while the writer opens is noticed", () =>
  withDestinations(async (scene) => {
    Object.assign(scene, { path: `${scene.exports}/x/a.md` });
    Deno.mkdirSync(`${scene.exports}/x`, { mode: 0o700 });
    scene.answer = (acting, opening) => {
      openFile(acting, opening);
      Deno.renameSync(`${scene.exports}/x`, `${scene.exports}/y`);
      Deno.symlinkSync(`${scene.exports}/y`, `${scene.exports}/x`);
    };
    const result = await scene.open(scene.add());
    assert.deepEqual(problem(result), ["machine", `${denied} (swapped); nothing was written`]);
  }));

Deno.test("opening: a writer that fails, ends or breaks the protocol blocks, and is on record", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    scene.answer = (acting) =>
      acting.send({ type: "failed", action: "open", code: "ENOSPC", message: "No space" });
    assert.deepEqual(problem(await scene.open(id)), ["machine", `cannot open ${scene.path}: No space`]);
    assert.equal(scene.ended.at(-1), true);
    scene.answer = (acting) => acting.fail("killed");
    assert.deepEqual(problem(await scene.open(id)), ["machine", `cannot open ${scene.path}: killed`]);
    scene.answer = (acting) => acting.send({ type: "closed" });
    assert.deepEqual(problem(await scene.open(id)), [
      "machine",
      `cannot open ${scene.path}: it broke the protocol`,
    ]);
    assert.deepEqual(scene.violations, ["closed out of turn"]);
    assert.deepEqual(reasons(scene).map(([, , reason, detail]) => [reason, detail]), [
      ["cannot-open", "ENOSPC"],
      ["cannot-open", "killed"],
      ["cannot-open", "it broke the protocol"],
    ]);
    scene.answer = (acting) => acting.send({ type: "opened", file: null, size: 0 });
    await assert.rejects(scene.open(id), WriterGone);
    assert.equal(scene.ended.at(-1), true);
  }));

Deno.test("opening: what is denied again for the same reason is on record once, until it was allowed", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    const full = (acting: Acting) =>
      acting.send({ type: "failed", action: "open", code: "ENOSPC", message: "No" });
    scene.answer = full;
    await scene.open(id);
    await scene.open(id);
    assert.equal(scene.audit.length, 1);
    scene.answer = (acting) => acting.send({ type: "failed", action: "open", code: "EIO", message: "No" });
    await scene.open(id);
    assert.equal(scene.audit.length, 2);
    scene.answer = null;
    await scene.open(id);
    await scene.open(id);
    assert.equal(scene.audit.length, 4, "what is allowed is on record each time");
    scene.answer = full;
    await scene.open(id);
    assert.equal(scene.audit.length, 5);
  }));

Deno.test("opening: policy is asked again: what it denies, what is too large, what cannot be looked at", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    Deno.writeTextFileSync(scene.path, "the person's own", { mode: 0o600 });
    const [kind] = problem(await scene.open(id)) ?? [];
    assert.equal(kind, "denied");
    assert.deepEqual(reasons(scene), [["destination-opened", "deny", "not-created-by-kato", null]]);
    assert.deepEqual(scene.openings, []);
    Deno.removeSync(scene.path);
    await scene.open(id);
    Deno.truncateSync(scene.path, 1024 * 1024);
    assert.equal(problem(await scene.open(id))?.[0], "full");
    Deno.removeSync(scene.exports, { recursive: true });
    assert.equal(problem(await scene.open(id))?.[0], "machine");
  }));

Deno.test("opening: an empty file where a recording is under way is one that the monitor made", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    Deno.writeTextFileSync(scene.path, "", { mode: 0o600 });
    assert.equal(problem(await scene.open(id)), null);
    assert.deepEqual(reasons(scene).at(-1), ["destination-opened", "allow", "opened", null]);
    const { dev, ino } = statOf(scene.path);
    assert.ok(scene.store.created.has("", { path: scene.path, dev, ino, birth: null } as never));
  }));

Deno.test("opening: of a recording that is over, a file of its name is the person's", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    const row = scene.store.get(id);
    scene.store.giveUp(id);
    Deno.writeTextFileSync(scene.path, "", { mode: 0o600 });
    assert.equal(problem(await scene.destinations.open(row))?.[0], "denied");
  }));

Deno.test("opening: the monitor's word is taken for what it opened, and never the role's own", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    scene.answer = (acting, opening) => {
      if (opening.create) Deno.writeTextFileSync(scene.path, "", { createNew: true, mode: 0o600 });
      const { size: _, ...file } = statOf(scene.path);
      scene.given = file;
      acting.send({ type: "opened", file: { ...file, ino: 1 }, size: 0 });
    };
    assert.equal(problem(await scene.open(id)), null);
    const { dev, ino } = statOf(scene.path);
    assert.deepEqual(scene.store.get(id).file, { dev, ino });
    scene.answer = (acting) => {
      scene.given = null;
      acting.send({ type: "opened", file: { dev, ino, links: 1, isFile: true }, size: 0 });
    };
    await assert.rejects(scene.open(id), WriterGone);
  }, "processes"));

Deno.test("opening: a root that leads elsewhere than at the start is none", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    Deno.renameSync(scene.exports, `${scene.exports}.old`);
    Deno.mkdirSync(`${scene.exports}.other`, { mode: 0o700 });
    Deno.symlinkSync(`${scene.exports}.other`, scene.exports);
    assert.notEqual(problem(await scene.open(id)), null);
    assert.deepEqual([...Deno.readDirSync(`${scene.exports}.other`)], []);
  }));

Deno.test("opening: a file that cannot be looked at, or was never opened, is not unchanged", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    assert.equal(scene.destinations.unchanged(scene.store.get(id)), false);
    await scene.open(id);
    const row = scene.store.get(id);
    assert.equal(scene.destinations.unchanged({ ...row, file: null }), false);
    const { dev = 0, ino = 0 } = row.file ?? {};
    assert.equal(scene.destinations.unchanged({ ...row, file: { dev, ino: ino + 1 } }), false);
    assert.equal(scene.destinations.unchanged({ ...row, file: { dev: dev + 1, ino } }), false);
    const { lstatSync } = Deno;
    const fail = (error: Error) => {
      Deno.lstatSync = () => {
        throw error;
      };
    };
    try {
      fail(new Deno.errors.NotCapable("closed"));
      assert.equal(scene.destinations.unchanged(row), false);
      fail(Object.assign(new Error("EIO (os error 5)"), { code: "EIO" }));
      assert.equal(scene.destinations.unchanged(row), false);
      fail(new TypeError("bug"));
      assert.throws(() => scene.destinations.unchanged(row), TypeError);
    } finally {
      Deno.lstatSync = lstatSync;
    }
  }));

Deno.test("opening: what kato created at a path and is gone there is forgotten", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    await scene.open(id);
    const { dev, ino } = statOf(scene.path);
    const isKnown = () => scene.store.created.has("", { path: scene.path, dev, ino, birth: null } as never);
    Deno.removeSync(scene.path);
    assert.ok(isKnown());
    scene.destinations.decide("chat", scene.path, metaOf(REF));
    assert.equal(isKnown(), false);
  }));

Deno.test("opening: a denied destination is looked at again, and tried when it is mended", () =>
  withDestinations(async (scene) => {
    Deno.chmodSync(scene.exports, 0o777);
    const id = scene.add();
    assert.ok("problem" in (await scene.open(id) ?? {}));
    Deno.chmodSync(scene.exports, 0o700);
    await until("it is tried", () => scene.mended.includes(id));
  }));

const IMAGE = `${"0".repeat(32)}.png`;

/** Asks for the files of images of a recording. Their bytes do not matter here. */
function keep(
  scene: Scene,
  id: number,
  ...images: readonly { readonly name: string; readonly size: number }[]
) {
  const sizes = new Map(images.map(({ name, size }) => [name, size]));
  const bytesOf = (name: string) => Promise.resolve(new Uint8Array(sizes.get(name) ?? 0));
  return scene.destinations.keepImages(scene.store.get(id), images, bytesOf);
}

for (const host of ["threads", "processes"] as const) {
  Deno.test(`opening: the decision on an image is on record before its file and folder exist: ${host}`, () =>
    withDestinations(async (scene) => {
      const file = `${scene.exports}/a.assets/${IMAGE}`;
      const seen: (readonly [event: string, isThere: boolean, writers: number])[] = [];
      scene.audited = ({ event }) => seen.push([event, entryAt(file) !== null, scene.openings.length]);
      scene.answer = (acting, opening) => {
        openFile(acting, opening);
        const { size: _, ...given } = statOf(file);
        scene.given = given;
      };
      assert.deepEqual(await keep(scene, scene.add(), { name: IMAGE, size: 9 }), { refused: {} });
      assert.deepEqual(seen, [["image-decided", false, 0], ["destination-opened", true, 1]]);
      assert.deepEqual(scene.audit.map(({ path }) => path), [file, file]);
      assert.deepEqual(reasons(scene), [
        ["image-decided", "allow", "kept-beside-recording", null],
        ["destination-opened", "allow", "created", null],
      ]);
    }, host));
}

Deno.test("opening: a kill between an image's record, its file and its bytes leaves nothing that the next run cannot mend", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    const folder = `${scene.exports}/a.assets`;
    for (const killed of ["image-decided", "destination-opened"]) {
      scene.audited = ({ event }) => {
        if (event === killed) throw new Error("killed");
      };
      await assert.rejects(keep(scene, id, { name: IMAGE, size: 9 }), /^Error: killed$/);
      const isMade = killed === "destination-opened";
      assert.deepEqual([entryAt(folder) !== null, scene.openings.length], [isMade, isMade ? 1 : 0]);
      assert.equal(entryAt(`${folder}/${IMAGE}`)?.size ?? null, isMade ? 0 : null);
    }
    scene.audited = null;
    assert.deepEqual(await keep(scene, id, { name: IMAGE, size: 9 }), { refused: {} });
    assert.deepEqual(reasons(scene).slice(-2), [
      ["image-decided", "allow", "kept-beside-recording", null],
      ["destination-opened", "allow", "opened", null],
    ]);
  }));

Deno.test("opening: an image that is tried again and again has one record of each decision", () =>
  withDestinations(async (scene) => {
    const id = scene.add();
    const [failed, full] = ["open", "append"].map((action) => ({
      type: "failed",
      action,
      code: "no-space",
      message: "the disk is full",
    }));
    const tryAgain = async () => {
      for (let tries = 0; tries < 3; tries += 1) {
        const kept = await keep(scene, id, { name: IMAGE, size: 9 });
        assert.ok(kept !== null && "problem" in kept, JSON.stringify(kept));
      }
    };
    scene.answer = (acting) => acting.send(failed);
    await tryAgain();
    scene.answer = null;
    scene.written = { append: full };
    await tryAgain();
    const decided = ["image-decided", "allow", "kept-beside-recording", null];
    const opened = (reason: string, decision = "allow") => ["destination-opened", decision, reason, null];
    const records = [decided, opened("cannot-open", "deny"), opened("created"), opened("opened")];
    assert.deepEqual(reasons(scene), records);
    scene.written = {};
    // It is kept now. What is decided on it later is another decision.
    for (let images = 0; images < 2; images += 1) {
      assert.deepEqual(await keep(scene, id, { name: IMAGE, size: 9 }), { refused: {} });
      Deno.removeSync(`${scene.exports}/a.assets/${IMAGE}`);
    }
    assert.deepEqual(reasons(scene), [...records, decided, opened("created")]);
  }));

const MIB = 1024 * 1024;

function fill(folder: string, sizes: readonly number[]): void {
  Deno.mkdirSync(folder, { mode: 0o700 });
  for (const [index, size] of sizes.entries()) Deno.writeFileSync(`${folder}/${index}`, new Uint8Array(size));
}

/** What is there before an image of 100 bytes, in a policy of 1 MiB, and whether the image is too large. */
const ROOM: Readonly<
  Record<string, [size: number, isTooLarge: boolean, prepare: (path: string, folder: string) => void]>
> = {
  "it alone": [MIB + 1, true, () => {}],
  "it alone, to the byte": [MIB, false, () => {}],
  "with the text": [100, true, (path) => Deno.writeFileSync(path, new Uint8Array(MIB - 99))],
  "with the text, to the byte": [100, false, (path) => Deno.writeFileSync(path, new Uint8Array(MIB - 100))],
  "with the other images": [100, true, (_, folder) => fill(folder, [MIB - 150, 51])],
  "with the other images, to the byte": [100, false, (_, folder) => fill(folder, [MIB - 150, 50])],
  "with all of them": [100, true, (path, folder) => {
    Deno.writeFileSync(path, new Uint8Array(MIB - 150));
    fill(folder, [51]);
  }],
  "with its own beginning, which counts once": [100, false, (_, folder) => {
    fill(folder, [MIB - 100]);
    Deno.writeFileSync(`${folder}/${IMAGE}`, new Uint8Array(90));
  }],
  "in a folder with too many entries": [100, true, (_, folder) => {
    fill(folder, Array<number>(IMAGE_FOLDER_ENTRIES + 1).fill(0));
  }],
};

for (const [what, [size, isTooLarge, prepare]] of Object.entries(ROOM)) {
  Deno.test(`opening: an image stays within the size that policy allows a recording: ${what}`, () =>
    withDestinations(async (scene) => {
      const folder = `${scene.exports}/a.assets`;
      prepare(scene.path, folder);
      const id = scene.add();
      const before = entryAt(folder) !== null;
      assert.deepEqual(
        await keep(scene, id, { name: IMAGE, size }),
        { refused: isTooLarge ? { [IMAGE]: "too-large" } : {} },
      );
      if (!isTooLarge) return assert.equal(scene.openings.length, 1);
      assert.deepEqual(reasons(scene), [["destination-opened", "deny", "too-large", null]]);
      assert.deepEqual([scene.openings, entryAt(folder) !== null], [[], before]);
    }));
}

Deno.test("opening: an image whose folder cannot be listed is refused, and the error is not swallowed", () =>
  withDestinations(async (scene) => {
    fill(`${scene.exports}/a.assets`, []);
    const id = scene.add();
    const { readDirSync } = Deno;
    try {
      Deno.readDirSync = () => {
        throw Object.assign(new Error("EIO (os error 5)"), { code: "EIO" });
      };
      assert.deepEqual(await keep(scene, id, { name: IMAGE, size: 9 }), {
        refused: { [IMAGE]: "unreadable" },
      });
      Deno.readDirSync = () => {
        throw new TypeError("bug");
      };
      await assert.rejects(keep(scene, id, { name: IMAGE, size: 9 }), TypeError);
    } finally {
      Deno.readDirSync = readDirSync;
    }
  }));
