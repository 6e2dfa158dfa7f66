/** The request spool by itself: each request is taken once, and answered. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import type { Log } from "../../src/daemon/log.ts";
import { takeRequests } from "../../src/daemon/requests.ts";
import type { Answer, AnyRequest } from "../../src/protocol/request.ts";
import { REFUSED_REQUESTS } from "../../src/protocol/limits.ts";
import { until } from "./stage/until.ts";

const SILENT: Log = { report: () => {}, close: () => Promise.resolve() };

const DONE: Omit<Answer, "id"> = { v: 1, result: "done", reason: "done", message: "", destination: null };

for (const watched of [true, false]) {
  Deno.test(`a request is answered ${watched ? "when it comes" : "though the kernel has no watch left"}`, async () => {
    const folder = Deno.makeTempDirSync();
    const { watchFs } = Deno;
    if (!watched) Deno.watchFs = () => raise("No space left on device (os error 28)");
    const obeyed: AnyRequest[] = [];
    const requests = takeRequests({
      folder,
      refused: `${folder}-refused`,
      obey(request) {
        obeyed.push(request);
        return Promise.resolve({ ...DONE, id: request.id });
      },
      record: () => raise("nothing is to be refused"),
      log: SILENT,
    });
    try {
      const id = crypto.randomUUID();
      const request = {
        v: 1,
        id,
        verb: "stop",
        provider: "codex",
        session: "01a20000-0000-7000-8000-000000000001",
        destination: null,
      };
      Deno.writeTextFileSync(join(folder, `.${id}`), JSON.stringify(request));
      Deno.renameSync(join(folder, `.${id}`), join(folder, `${id}.json`));
      // As the daemon does with all that it tends.
      if (!watched) requests.look();
      const answer = join(folder, `${id}.answer.json`);
      await until(
        "it is answered",
        () => [...Deno.readDirSync(folder)].some(({ name }) => answer.endsWith(name)),
      );
      assert.equal(JSON.parse(Deno.readTextFileSync(answer)).result, "done");
      assert.deepEqual(obeyed.map((request) => request.id), [id]);
    } finally {
      requests.close();
      Deno.watchFs = watchFs;
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

/** What is no request, and the reason on record; null: it cannot be told by its kind, only by reading it. */
const ODD: Readonly<Record<string, (folder: string) => string>> = {
  "no-file: a folder": (folder) => {
    Deno.mkdirSync(`${folder}/${ID}.json/deep`, { recursive: true });
    return `${ID}.json`;
  },
  "no-file: a symbolic link": (folder) => {
    Deno.symlinkSync("/etc/passwd", `${folder}/${ID}.json`);
    return `${ID}.json`;
  },
  "no-file: a FIFO": (folder) => {
    new Deno.Command("mkfifo", { args: [`${folder}/${ID}.json`] }).outputSync();
    return `${ID}.json`;
  },
  "odd-name: a name of 250 characters": (folder) => {
    const name = `${"a".repeat(245)}.json`;
    Deno.writeTextFileSync(`${folder}/${name}`, "{}");
    return name;
  },
  "odd-name: another kind of file": (folder) => {
    Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
    return "notes.txt";
  },
  "malformed-request: what is no JSON": (folder) => {
    Deno.writeTextFileSync(`${folder}/${ID}.json`, "{");
    return `${ID}.json`;
  },
  "too-late: a request whose command was killed long ago": (folder) => {
    Deno.writeTextFileSync(
      `${folder}/${ID}.json`,
      JSON.stringify({ v: 1, id: ID, verb: "stop", provider: "codex", session: "s", destination: null }),
    );
    const old = (Date.now() - 61_000) / 1000;
    Deno.utimeSync(`${folder}/${ID}.json`, old, old);
    return `${ID}.json`;
  },
  "malformed-request: more bytes than a request has": (folder) => {
    Deno.writeTextFileSync(`${folder}/${ID}.json`, " ".repeat(100_000));
    return `${ID}.json`;
  },
};
const ID = "5f0c9a1e-7d42-4b6b-9c1e-000000000001";

interface Spool {
  readonly folder: string;
  readonly refused: string;
  readonly records: string[];
  readonly options: Parameters<typeof takeRequests>[0];
}

async function withSpool(look: (spool: Spool) => Promise<void> | void): Promise<void> {
  const base = Deno.makeTempDirSync();
  const folder = `${base}/requests`;
  const refused = `${base}/refused`;
  Deno.mkdirSync(folder);
  const records: string[] = [];
  try {
    await look({
      folder,
      refused,
      records,
      options: {
        folder,
        refused,
        obey: () => raise("nothing is to be obeyed"),
        record: (path, reason) => void records.push(`${reason} ${path.slice(folder.length + 1)}`),
        log: SILENT,
      },
    });
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

for (const [kind, put] of Object.entries(ODD)) {
  Deno.test(`requests: ${kind} is put on record once, moved away, and ends nothing`, () =>
    withSpool(({ folder, refused, records, options }) => {
      const name = put(folder);
      const requests = takeRequests(options);
      requests.look();
      requests.close();
      assert.deepEqual(records, [`${kind.split(":")[0]} ${name}`]);
      assert.equal([...Deno.readDirSync(refused)].length, 1);
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
      const isAnswered = /^malformed|^too-late/.test(kind);
      assert.deepEqual(left, isAnswered ? [`${ID}.answer.json`] : []);
    }));
}

Deno.test("requests: unreadable-request: a disk that gives no content is on record once", () =>
  withSpool(({ folder, records, options }) => {
    Deno.writeTextFileSync(`${folder}/${ID}.json`, "{}");
    const { readTextFileSync } = Deno;
    Deno.readTextFileSync = () => raise("Input/output error (os error 5)");
    try {
      const requests = takeRequests(options);
      requests.look();
      requests.close();
    } finally {
      Deno.readTextFileSync = readTextFileSync;
    }
    assert.deepEqual(records, [`unreadable-request ${ID}.json`]);
  }));

Deno.test("requests: what cannot be moved away is left, and on record once", () =>
  withSpool(({ folder, refused, records, options }) => {
    Deno.writeTextFileSync(refused, "in the way");
    Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
    const requests = takeRequests(options);
    requests.look();
    requests.look();
    requests.close();
    assert.deepEqual(records, ["odd-name notes.txt"]);
    assert.equal(Deno.readTextFileSync(`${folder}/notes.txt`), "mine");
  }));

Deno.test("requests: what cannot be put on record stays until it can", () =>
  withSpool(({ folder, refused, records, options }) => {
    Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
    let isFull = true;
    const record: typeof options.record = (...record) =>
      isFull ? raise("No space left (os error 28)") : options.record(...record);
    const requests = takeRequests({ ...options, record });
    assert.equal(Deno.readTextFileSync(`${folder}/notes.txt`), "mine");
    isFull = false;
    requests.look();
    requests.close();
    assert.deepEqual(records, ["odd-name notes.txt"]);
    assert.equal([...Deno.readDirSync(refused)].length, 1);
  }));

Deno.test("requests: answers that nobody fetched, and what a crash left, are removed after a minute", () =>
  withSpool(({ folder, options }) => {
    const old = (Date.now() - 61_000) / 1000;
    for (const name of [`${ID}.answer.json`, "aaaaaaaa.answer.json", ".left.tmp", ".new.tmp"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "");
    }
    Deno.utimeSync(`${folder}/${ID}.answer.json`, old, old);
    Deno.utimeSync(`${folder}/.left.tmp`, old, old);
    takeRequests(options).close();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      ".new.tmp",
      "aaaaaaaa.answer.json",
    ]);
  }));

Deno.test("requests: so many odd entries are kept, and no more are recorded than may lie there", () =>
  withSpool(({ folder, refused, records, options }) => {
    for (let n = 0; n < 2 * REFUSED_REQUESTS + 3; n += 1) Deno.writeTextFileSync(`${folder}/odd ${n}`, "");
    const requests = takeRequests(options);
    requests.look();
    requests.close();
    assert.equal([...Deno.readDirSync(refused)].length, REFUSED_REQUESTS);
    assert.equal([...Deno.readDirSync(folder)].length, REFUSED_REQUESTS + 3);
    assert.equal(records.length, 2 * REFUSED_REQUESTS);
  }));

Deno.test("requests: a spool that is gone for a while ends nothing, and is reported once each time", () =>
  withSpool(({ folder, records, options }) => {
    const reports: string[] = [];
    const log = { ...SILENT, report: (event: string) => void reports.push(event) } as typeof options.log;
    const requests = takeRequests({ ...options, log });
    Deno.renameSync(folder, `${folder}.away`);
    requests.look();
    requests.look();
    assert.deepEqual(reports, ["spool-failed"]);
    Deno.renameSync(`${folder}.away`, folder);
    requests.look();
    Deno.renameSync(folder, `${folder}.away`);
    requests.look();
    assert.equal(reports.length, 2);
    Deno.renameSync(`${folder}.away`, folder);
    Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
    requests.look();
    requests.close();
    assert.deepEqual(records, ["odd-name notes.txt"]);
  }));

function raise(message: string): never {
  throw new Error(message);
}
