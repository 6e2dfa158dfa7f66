/** An export of many sessions: their decisions share flushes, and none of them loses anything by that. */
import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { conversation, keepLog } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const SESSIONS = 40;

function makeMany(sessions = SESSIONS): Place & Disposable {
  const place = makeHome();
  for (let index = 0; index < sessions; index += 1) {
    const session = `${String(index).padStart(8, "0")}-0000-4000-8000-000000000001`;
    keepLog(place.home, session, conversation(session, { typed: `Plant bean ${index}.` }));
  }
  return place;
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

interface Watched extends Disposable {
  /** `decided`, `opened`: flushes of the audit log; else what happened to a file or a folder. */
  readonly calls: string[];
  readonly unrecorded: string[];
}

/** Notes flushes and writes, and each file that is written before its opening is on the disk of the audit log. */
function watchDisk(place: Place, beforeWrite: () => Promise<void> = () => Promise.resolve()): Watched {
  const { openSync } = Deno;
  const { auditFile } = placesOf(place.home);
  const calls: string[] = [];
  const unrecorded: string[] = [];
  let flushed = "";
  Deno.openSync = (path, options) => {
    const file = openSync(path, options);
    const name = String(path);
    if (!name.startsWith(place.cwd) && name !== auditFile) return file;
    return new Proxy(file, {
      get(_, key) {
        const value = Reflect.get(file, key, file);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === auditFile) {
            const result = value.apply(file, given);
            if (key === "syncSync") {
              flushed = Deno.readTextFileSync(auditFile);
              calls.push(
                flushed.trim().endsWith("}") && /created[^\n]*\n$/.test(flushed) ? "opened" : "decided",
              );
            }
            return result;
          }
          if (/^(?:write|sync)/.test(String(key))) calls.push(`${String(key)} ${name}`);
          if (key !== "write") return value.apply(file, given);
          const recorded = flushed.split("\n").some((line) =>
            line.includes(`"${name}"`) && line.includes("created")
          );
          if (!recorded) unrecorded.push(name);
          return beforeWrite().then(() => value.apply(file, given));
        };
      },
    });
  };
  return { calls, unrecorded, [Symbol.dispose]: () => void (Deno.openSync = openSync) };
}

/** Resolves when SIGHUP has come, which then ends no test. The interval keeps the process waiting for it. */
function hearHangUp(): Disposable & { readonly heard: Promise<void> } {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const waiting = setInterval(() => {}, 60_000);
  Deno.addSignalListener("SIGHUP", resolve);
  return {
    heard,
    [Symbol.dispose]() {
      clearInterval(waiting);
      Deno.removeSignalListener("SIGHUP", resolve);
    },
  };
}

Deno.test("kato export --all flushes the records of many decisions together, before any file gets a byte", async () => {
  using many = makeMany();
  using disk = watchDisk(many);
  const ran = await runLine(["export", "--all", "-o", "."], many);
  assert.equal(ran.ended, "done", ran.err);
  assert.equal(ran.out.match(/^wrote /gm)?.length, SESSIONS);
  assert.equal(namesIn(many.cwd).length, SESSIONS);
  assert.deepEqual(disk.unrecorded, []);
  const flushes = disk.calls.filter((call) => call === "decided" || call === "opened");
  assert.ok(flushes.length <= 8, flushes.join(", "));
  const { broken, records } = verifyAudit(placesOf(many.home).logs);
  assert.deepEqual([broken, records], [null, 2 * SESSIONS]);
});

Deno.test("kato export --all flushes each file, and after it the folder", async () => {
  using many = makeMany();
  using disk = watchDisk(many);
  await runLine(["export", "--all", "-o", "."], many);
  const folder = disk.calls.lastIndexOf(`syncSync ${many.cwd}`);
  for (const name of namesIn(many.cwd)) {
    const flushed = disk.calls.indexOf(`syncData ${many.cwd}/${name}`);
    assert.ok(flushed > disk.calls.indexOf(`write ${many.cwd}/${name}`), name);
    assert.ok(flushed < folder, name);
  }
  const flushes = disk.calls.filter((call) => call === `syncSync ${many.cwd}`);
  assert.ok(flushes.length <= 4, `${flushes.length} flushes of the folder`);
});

Deno.test("kato export --all makes the folder that all of its files need", async () => {
  using many = makeMany();
  const ran = await runLine(["export", "--all", "-o", "new/folder/"], many);
  assert.equal(ran.ended, "done", ran.err);
  assert.equal(namesIn(`${many.cwd}/new/folder`).length, SESSIONS);
});

Deno.test("kato export --all writes sessions whose files have the same name as one after the other would", async () => {
  using place = makeHome();
  // The short id is in the name, and these two share it.
  const [one, other] = ["1", "2"].map((end) => `5d8aa099-0000-4000-8000-00000000000${end}`);
  assert.ok(one !== undefined && other !== undefined);
  keepLog(place.home, one, conversation(one, { reply: "The first." }));
  const later = keepLog(place.home, other, conversation(other, { reply: "The second." }));
  Deno.utimeSync(later, 1, 1);
  const ran = await runLine(["export", "--all", "-o", "."], place);
  assert.equal(ran.ended, "denied");
  assert.match(ran.err, /kato: Denied \(not-created-by-kato\)/);
  const [name = ""] = namesIn(place.cwd);
  assert.match(Deno.readTextFileSync(`${place.cwd}/${name}`), /The first\./);
  const forced = await runLine(["export", "--all", "-o", ".", "--force"], place);
  assert.equal(forced.ended, "done", forced.err);
  const text = Deno.readTextFileSync(`${place.cwd}/${name}`);
  assert.ok(text.includes("The second.") && !text.includes("The first."), text);
});

Deno.test("kato export --all --force that is interrupted empties no file that it did not come to", async () => {
  using many = makeMany();
  await runLine(["export", "--all", "-o", "."], many);
  using hangUp = hearHangUp();
  using _ = watchDisk(many, () => {
    Deno.kill(Deno.pid, "SIGHUP");
    return hangUp.heard;
  });
  const ran = await runLine(["export", "--all", "-o", ".", "--force"], many);
  assert.equal(ran.ended, "hung-up", ran.err);
  const names = namesIn(many.cwd);
  assert.equal(names.length, SESSIONS);
  for (const name of names) assert.match(Deno.readTextFileSync(`${many.cwd}/${name}`), /They are planted\./);
});

Deno.test("kato export --all that is interrupted leaves whole files and no empty ones", async () => {
  using many = makeMany();
  using hangUp = hearHangUp();
  let written = 0;
  using disk = watchDisk(many, () => {
    written += 1;
    if (written === 3) Deno.kill(Deno.pid, "SIGHUP");
    return written < 3 ? Promise.resolve() : hangUp.heard;
  });
  const ran = await runLine(["export", "--all", "-o", "."], many);
  assert.equal(ran.ended, "hung-up", ran.err);
  assert.deepEqual(disk.unrecorded, []);
  const names = namesIn(many.cwd);
  assert.ok(names.length >= 3 && names.length < SESSIONS, `${names.length} files`);
  assert.equal(ran.out.match(/^wrote /gm)?.length, names.length);
  for (const name of names) {
    assert.match(Deno.readTextFileSync(`${many.cwd}/${name}`), /They are planted\./);
  }
});

Deno.test("kato export --all of which no opening can be recorded leaves no file", async () => {
  using many = makeMany(5);
  const { openSync } = Deno;
  const { auditFile } = placesOf(many.home);
  let flushes = 0;
  Deno.openSync = (path, options) => {
    const file = openSync(path, options);
    if (String(path) !== auditFile) return file;
    return new Proxy(file, {
      get(_, key) {
        const value = Reflect.get(file, key, file);
        if (key === "syncSync") {
          flushes += 1;
          if (flushes > 1) {
            return () => {
              throw new Error("No space left on device");
            };
          }
        }
        return typeof value === "function" ? value.bind(file) : value;
      },
    });
  };
  try {
    const ran = await runLine(["export", "--all", "-o", "."], many);
    assert.equal(ran.ended, "failed");
    assert.match(ran.err, /audit log[^]*No file is written without its record/);
  } finally {
    Deno.openSync = openSync;
  }
  assert.deepEqual(namesIn(many.cwd), []);
});
